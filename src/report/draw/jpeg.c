/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/draw/jpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

typedef struct failure {
	struct jpeg_error_mgr base;
	jmp_buf jump;
	char why[JMSG_LENGTH_MAX];
} failure;

static void stop(j_common_ptr c)
{
	failure *f = (failure *)c->err;
	f->base.format_message(c, f->why);
	longjmp(f->jump, 1);
}

static void say_nothing(j_common_ptr c)
{
	(void)c;
}

static void set(struct jpeg_compress_struct *c, int width, int height, int channels, int quality)
{
	c->image_width = (JDIMENSION)width;
	c->image_height = (JDIMENSION)height;
	c->input_components = channels;
	c->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
	jpeg_set_defaults(c);
	jpeg_set_quality(c, quality, TRUE);
	c->dct_method = JDCT_ISLOW; /* the same on every machine */
	for (int i = 0; i < channels; i++)
		c->comp_info[i].h_samp_factor = c->comp_info[i].v_samp_factor = 1;
}

tt_status tt_jpeg_make(const uint8_t *pixels, ptrdiff_t stride, int width, int height, int channels, int quality,
                       tt_jpeg *out, tt_error *err)
{
	struct jpeg_compress_struct c;
	failure f;
	/* jpeg_mem_dest keeps the place of these two, and they are read after a jump. */
	struct sink {
		unsigned char *data;
		unsigned long size;
	} *s = calloc(1, sizeof *s);
	memset(out, 0, sizeof *out);
	if (!s) return tt_fail_memory(err, "a JPEG picture");
	c.err = jpeg_std_error(&f.base);
	f.base.error_exit = stop;
	f.base.output_message = say_nothing;
	if (setjmp(f.jump)) {
		jpeg_destroy_compress(&c);
		free(s->data);
		free(s);
		return tt_fail(err, TT_ERR_FAILED, "a JPEG picture of %d x %d pixels: %s", width, height, f.why);
	}
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &s->data, &s->size);
	set(&c, width, height, channels, quality);
	jpeg_start_compress(&c, TRUE);
	while (c.next_scanline < c.image_height) {
		JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + (ptrdiff_t)c.next_scanline * stride);
		jpeg_write_scanlines(&c, &row, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	out->data = s->data;
	out->size = s->size;
	free(s);
	return TT_OK;
}

uint8_t *tt_jpeg_grey(const tt_jpeg *j, int *width, int *height)
{
	struct jpeg_decompress_struct d;
	failure f;
	uint8_t *volatile pixels = NULL;
	d.err = jpeg_std_error(&f.base);
	f.base.error_exit = stop;
	f.base.output_message = say_nothing;
	if (setjmp(f.jump)) {
		jpeg_destroy_decompress(&d);
		free(pixels);
		return NULL;
	}
	jpeg_create_decompress(&d);
	jpeg_mem_src(&d, j->data, j->size);
	jpeg_read_header(&d, TRUE);
	d.out_color_space = JCS_GRAYSCALE;
	d.dct_method = JDCT_ISLOW;
	jpeg_start_decompress(&d);
	*width = (int)d.output_width;
	*height = (int)d.output_height;
	pixels = malloc((size_t)d.output_width * (size_t)d.output_height);
	while (pixels && d.output_scanline < d.output_height) {
		JSAMPROW row = pixels + (size_t)d.output_scanline * d.output_width;
		jpeg_read_scanlines(&d, &row, 1);
	}
	if (pixels) jpeg_finish_decompress(&d);
	jpeg_destroy_decompress(&d);
	return pixels;
}

void tt_jpeg_clear(tt_jpeg *j)
{
	free(j->data);
	memset(j, 0, sizeof *j);
}
