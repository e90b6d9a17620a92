/* A file opened for libavformat, and nothing but that file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/avfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 16 };

static int on_read(void *opaque, uint8_t *buf, int size)
{
	tt_avfile *f = opaque;
	ssize_t n;
	do {
		n = pread(f->fd, buf, (size_t)size, (off_t)f->pos);
	} while (n < 0 && errno == EINTR);
	if (n < 0) return AVERROR(errno);
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
	(void)s, (void)pb, (void)url, (void)flags, (void)options;
	return AVERROR(EPERM);
}

static tt_status open_io(tt_avfile *f, const char *path, tt_error *err)
{
	struct stat st;
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &st) != 0)
		return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	f->size = st.st_size;
	f->container = tt_container_look(f->fd, f->size);
	uint8_t *buffer = av_malloc(BUFFER);
	f->io = buffer ? avio_alloc_context(buffer, BUFFER, 0, f, on_read, NULL, on_seek) : NULL;
	if (!f->io) av_free(buffer);
	f->format = f->io ? avformat_alloc_context() : NULL;
	if (!f->format) return tt_fail_memory(err, "reading a video");
	f->format->pb = f->io;
	f->format->io_open = refuse_other_files;
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

static tt_status explain(const tt_avfile *f, const char *path, int e, tt_error *err)
{
	const tt_container *c = &f->container;
	if (e == AVERROR(ENOMEM)) return tt_fail_memory(err, "reading a video");
	if (c->iso_media && !c->index && !c->fragmented)
		return tt_fail(err, TT_ERR_INPUT,
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

tt_status tt_avfile_open(tt_avfile *f, const char *path, tt_error *err)
{
	*f = (tt_avfile){.fd = -1};
	tt_status st = open_io(f, path, err);
	if (st != TT_OK) return st;
	/* No name is passed: what the file is follows from its content. */
	int e = avformat_open_input(&f->format, "", NULL, NULL); /* frees the context on failure */
	if (e >= 0) e = avformat_find_stream_info(f->format, NULL);
	return e >= 0 ? TT_OK : explain(f, path, e, err);
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
