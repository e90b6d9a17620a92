/* Whether a MAT file of version 7.3, which is HDF5, is whole: matio ends at the first variable that it cannot read, and
 * takes what libhdf5 did not read for read. SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/mat_hdf.h"

#include <hdf5.h>
#include <stdlib.h>

/* Bytes of one data set that are read to see whether they can be. */
static const hsize_t MOST = (hsize_t)2 << 30;

static bool read_all(hid_t set)
{
	hid_t space = H5Dget_space(set), type = H5Dget_type(set);
	const hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
	const size_t size = type >= 0 ? H5Tget_size(type) : 0;
	bool good = n >= 0 && size > 0;
	if (good && n > 0 && (hsize_t)n <= MOST / size && H5Tdetect_class(type, H5T_VLEN) <= 0) {
		void *to = malloc((size_t)n * size);
		good = to && H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) >= 0;
		free(to);
	}
	if (type >= 0) H5Tclose(type);
	if (space >= 0) H5Sclose(space);
	return good;
}

static bool attributes_are_readable(hid_t object, hsize_t n)
{
	bool good = true;
	for (hsize_t i = 0; i < n && good; i++) {
		hid_t a = H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_NATIVE, i, H5P_DEFAULT, H5P_DEFAULT);
		good = a >= 0;
		if (a >= 0) H5Aclose(a);
	}
	return good;
}

static herr_t look(hid_t root, const char *name, const H5O_info_t *info, void *ctx)
{
	(void)ctx;
	hid_t object = H5Oopen(root, name, H5P_DEFAULT);
	if (object < 0) return -1;
	bool good =
	    attributes_are_readable(object, info->num_attrs) && (info->type != H5O_TYPE_DATASET || read_all(object));
	H5Oclose(object);
	return good ? 0 : -1;
}

/* Names that begin with # are MATLAB's own: what cells refer to, objects. */
static herr_t count(hid_t root, const char *name, const H5L_info_t *info, void *ctx)
{
	int64_t *n = ctx;
	(void)root, (void)info;
	*n += name[0] != '#';
	return 0;
}

tt_status tt_mat_check_hdf(const char *path, int64_t *variables, tt_error *err)
{
	hid_t f = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
	hsize_t from = 0;
	*variables = 0;
	bool good = f >= 0 && H5Literate(f, H5_INDEX_NAME, H5_ITER_NATIVE, &from, count, variables) >= 0 &&
	            H5Ovisit(f, H5_INDEX_NAME, H5_ITER_NATIVE, look, NULL) >= 0;
	if (f >= 0) H5Fclose(f);
	return good ? TT_OK
	            : tt_fail(err, TT_ERR_INPUT,
	                      "'%s' is a MAT file that is cut or damaged (libhdf5 cannot read all of it)", path);
}
