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

tt_status tt_avfile_open(tt_avfile *f, const char *path, tt_error *err)
{
	f->fd = -1;
	tt_status st = open_io(f, path, err);
	if (st != TT_OK) return st;
	/* No name is passed: what the file is follows from its content. */
	int e = avformat_open_input(&f->format, "", NULL, NULL); /* frees the context on failure */
	if (e >= 0) e = avformat_find_stream_info(f->format, NULL);
	if (e >= 0) return TT_OK;
	if (e == AVERROR(ENOMEM)) return tt_fail_memory(err, "reading a video");
	return tt_fail(err, TT_ERR_INPUT, "'%s' is no video that could be read: %s", path, av_err2str(e));
}

void tt_avfile_close(tt_avfile *f)
{
	avformat_close_input(&f->format);
	if (f->io) av_freep(&f->io->buffer);
	avio_context_free(&f->io);
	if (f->fd >= 0) close(f->fd);
	f->fd = -1;
}
