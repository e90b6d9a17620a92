/* A file opened for libavformat, and nothing but that file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/avfile.h"
#include "frames/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavutil/avstring.h>

#include "temtensile/frames.h"
#include "core/files.h"

enum { BUFFER = 1 << 16 };

static int on_read(void *opaque, uint8_t *buf, int size)
{
	tt_avfile *f = opaque;
	ssize_t n;
	do {
		n = pread(f->fd, buf, (size_t)size, (off_t)f->pos);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		f->read_error = errno;
		return AVERROR(errno);
	}
	if (n == 0) return AVERROR_EOF;
	f->pos += n;
	return (int)n;
}

static int64_t on_seek(void *opaque, int64_t offset, int whence)
{
	tt_avfile *f = opaque;
	whence &= ~AVSEEK_FORCE;
	if (whence == AVSEEK_SIZE) return f->size;
	int64_t base = whence == SEEK_CUR ? f->pos : whence == SEEK_END ? f->size : 0;
	if (offset > 0 && base > INT64_MAX - offset) return AVERROR(EINVAL);
	if (base + offset < 0) return AVERROR(EINVAL);
	return f->pos = base + offset;
}

static int refuse_other_files(AVFormatContext *s, AVIOContext **pb, const char *url, int flags, AVDictionary **options)
{
	tt_avfile *f = s->opaque;
	(void)pb, (void)flags, (void)options;
	if (f && !f->refused[0]) snprintf(f->refused, sizeof f->refused, "%.200s", url);
	return AVERROR(EPERM);
}

static int is_cancelled(void *opaque)
{
	const tt_avfile *f = opaque;
	return f->cancel && *f->cancel;
}

static tt_status open_io(tt_avfile *f, const char *path, tt_error *err)
{
	struct stat st;
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &st) != 0)
		return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	f->size = st.st_size;
	f->container = tt_container_look(f->fd, f->size);
	if (f->container.read_error) return tt_fail_read(err, path, f->container.read_error);
	uint8_t *buffer = av_malloc(BUFFER);
	f->io = buffer ? avio_alloc_context(buffer, BUFFER, 0, f, on_read, NULL, on_seek) : NULL;
	if (!f->io) av_free(buffer);
	f->format = f->io ? avformat_alloc_context() : NULL;
	if (!f->format) return tt_fail_memory(err, "reading a video");
	f->format->pb = f->io;
	f->format->io_open = refuse_other_files;
	f->format->opaque = f;
	f->format->interrupt_callback = (AVIOInterruptCB){is_cancelled, f};
	f->format->flags |= AVFMT_FLAG_CUSTOM_IO;
	return TT_OK;
}

/* Only printing characters and line ends at its start: somebody gave a log or a description for a video. */
bool tt_avfile_is_text(const tt_avfile *f)
{
	unsigned char head[512];
	ssize_t n = pread(f->fd, head, sizeof head, 0);
	for (ssize_t i = 0; i < n; i++)
		if (head[i] < 32 && head[i] != '\n' && head[i] != '\r' && head[i] != '\t') return false;
	return n > 0;
}

tt_status tt_avfile_trouble(const tt_avfile *f, const char *path, int code, tt_error *err)
{
	if (code == AVERROR(ENOMEM)) return tt_fail_memory(err, "reading a video");
	if (f->cancel && *f->cancel) return tt_fail(err, TT_ERR_INTERRUPTED, "interrupted");
	if (f->read_error) return tt_fail_read(err, path, f->read_error);
	if (f->refused[0])
		return tt_fail(
		    err, TT_ERR_INPUT,
		    "'%s' refers to other files or addresses ('%s'), which are not opened: give a recording that "
		    "holds its pictures itself",
		    path, f->refused);
	return TT_OK;
}

static tt_status explain(const tt_avfile *f, const char *path, int e, tt_error *err)
{
	const tt_container *c = &f->container;
	tt_status st = tt_avfile_trouble(f, path, e, err);
	if (st != TT_OK) return st;
	if (c->iso_media && !c->index && !c->fragmented)
		return tt_fail(
		    err, TT_ERR_INPUT,
		    "'%s' is an MP4 whose index (moov box) is %s, so its frames cannot be found: the recording was not "
		    "finalised or the file is cut; copy or export it again, or repair it with a tool such as untrunc "
		    "and an intact recording of the same camera",
		    path, c->index_cut ? "cut off" : "missing");
	if (tt_avfile_is_text(f))
		return tt_fail(err, TT_ERR_INPUT, "'%s' is a text file; a video or images were expected", path);
	if (e == AVERROR_INVALIDDATA || e == AVERROR_EOF)
		return tt_fail(err, TT_ERR_INPUT, "'%s' is neither a video nor an image in a known format", path);
	return tt_fail(err, TT_ERR_INPUT, "'%s' cannot be read as a video: %s", path, av_err2str(e));
}

/* Containers that hold their pictures themselves and open nothing else, as libavformat names them. The others are lists
 * of files (concat, HLS, DASH, IMF, VobSub, MLV's parts), descriptions of network streams (SDP, RTSP), programs
 * (AviSynth), subtitles and sound. */
static const char whitelist[] = "3dostr,4xm,alias_pix,amv,anm,apng,argo_brp,asf,asf_o,av1,avi,avs,avs2,avs3,"
                                "bethsoftvid,bfi,bink,bmp_pipe,c93,cavsvideo,"
                                "cdxl,cine,cri_pipe,dcstr,dds_pipe,derf,dfa,dhav,dirac,dnxhd,dpx_pipe,dsicin,dv,dvbsub,"
                                "dxa,ea,exr_pipe,ffm,film_cpk,fits,"
                                "flic,flv,live_flv,frm,gdv,gem_pipe,gif,gif_pipe,gxf,h261,h263,h264,hevc,hnm,idcin,idf,"
                                "iff,ifv,ingenient,ipmovie,ipu,iss,"
                                "iv8,ivf,j2k_pipe,jpeg_pipe,jpegls_pipe,jpegxl_pipe,jv,kux,lmlm4,lvf,lxf,m4v,matroska,"
                                "webm,mgsts,mjpeg,mjpeg_2000,mm,mmf,"
                                "mov,mp4,m4a,3gp,3g2,mj2,mpeg,mpegts,mpegtsraw,mpegvideo,mpjpeg,msf,msnwctcp,mtv,musx,"
                                "mv,mvi,mxf,mxg,nc,nsv,nut,nuv,obu,"
                                "ogg,paf,pam_pipe,pbm_pipe,pcx_pipe,pgm_pipe,pgmyuv_pipe,pgx_pipe,phm_pipe,photocd_"
                                "pipe,pictor_pipe,pmp,png_pipe,pp_bnk,"
                                "ppm_pipe,psd_pipe,psxstr,pva,pvf,qdraw_pipe,qoi_pipe,r3d,rl2,rm,roq,rpl,rsd,sdr2,sga,"
                                "sgi_pipe,simbiosis_imx,siff,smk,"
                                "smjpeg,smush,sol,sunrast_pipe,svg_pipe,svs,swf,tiff_pipe,tmv,tty,txd,ty,vbn_pipe,vc1,"
                                "vc1test,vividas,vivo,vmd,vqf,wc3movie,"
                                "webp_pipe,wsvqa,wtv,wv,wve,xbm_pipe,xmv,xpm_pipe,xwd_pipe,yop,yuv4mpegpipe";

/* What libavformat takes the file for has to be a container of the list; sound is let through, to be told as such. */
static tt_status find_container(tt_avfile *f, const char *path, const AVInputFormat **out, tt_error *err)
{
	int e = av_probe_input_buffer2(f->io, out, "", NULL, 0, 0);
	if (e < 0) return explain(f, path, e, err);
	const char *name = (*out)->name, *what = (*out)->long_name ? (*out)->long_name : name;
	static const char *const lists[] = {"concat", "dash", "hls", "imf",    "mlv",
	                                    "rtsp",   "sap",  "sdp", "vobsub", "rtp"};
	bool refers = (*out)->flags & AVFMT_NOFILE;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		refers |= strcmp(name, lists[i]) == 0;
	if (refers)
		return tt_fail(
		    err, TT_ERR_INPUT,
		    "'%s' refers to other files or addresses (%s), which are not opened: give the recording itself",
		    path, what);
	return TT_OK;
}

static bool is_listed(const char *names)
{
	char one[64];
	for (const char *p = names; *p;) {
		size_t n = strcspn(p, ",");
		snprintf(one, sizeof one, "%.*s", (int)n, p);
		if (av_match_list(one, whitelist, ',') > 0) return true;
		p += n + (p[n] == ',');
	}
	return false;
}

/* Streams that are known before their parameters are looked for take the limit of a picture's size with them. */
static int find_streams(tt_avfile *f)
{
	unsigned n = f->format->nb_streams;
	AVDictionary **options = n ? av_calloc(n, sizeof *options) : NULL;
	if (n && !options) return AVERROR(ENOMEM);
	int e = 0;
	for (unsigned i = 0; i < n && e >= 0; i++)
		e = av_dict_set_int(&options[i], "max_pixels", f->most_pixels, 0);
	if (e >= 0) e = avformat_find_stream_info(f->format, options);
	for (unsigned i = 0; i < n; i++)
		av_dict_free(&options[i]);
	av_free(options);
	return e;
}

static bool has_pictures(const AVFormatContext *f)
{
	for (unsigned i = 0; i < f->nb_streams; i++)
		if (f->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO) return true;
	return false;
}

tt_status tt_avfile_open(tt_avfile *f, const char *path, tt_error *err)
{
	const AVInputFormat *container = NULL;
	AVDictionary *options = NULL;
	*f = (tt_avfile){.fd = -1, .most_pixels = f->most_pixels, .cancel = f->cancel};
	if (f->most_pixels <= 0) f->most_pixels = TT_MOST_PIXELS;
	tt_status st = open_io(f, path, err);
	if (st == TT_OK) st = find_container(f, path, &container, err);
	if (st != TT_OK) return st;
	/* A MOV that refers to others is asked to open them, so that it is heard of. No name is passed: what the file
	 * is follows from its content. */
	errno = 0;
	int e = av_dict_set(&options, "protocol_whitelist", "file", 0);
	if (e >= 0 && strstr(container->name, "mov")) e = av_dict_set(&options, "enable_drefs", "1", 0);
	if (e >= 0) e = avformat_open_input(&f->format, "", container, &options); /* frees the context on failure */
	av_dict_free(&options);
	if (e >= 0) e = find_streams(f);
	if (errno == ENOMEM) e = AVERROR(ENOMEM); /* which libavcodec does not always pass on */
	if (e < 0) return explain(f, path, e, err);
	st = tt_avfile_trouble(f, path, 0, err);
	if (st == TT_OK && !is_listed(container->name) && has_pictures(f->format))
		st = tt_fail(err, TT_ERR_INPUT, "'%s' is of a kind that is not read: %s", path,
		             container->long_name ? container->long_name : container->name);
	return st;
}

void tt_avfile_close(tt_avfile *f)
{
	avformat_close_input(&f->format);
	if (f->io) av_freep(&f->io->buffer);
	avio_context_free(&f->io);
	if (f->fd >= 0) close(f->fd);
	f->fd = -1;
}

const char *tt_frames_library(void)
{
	return av_version_info();
}
