/* Velox EMD, or (SCAN) a scan of patterns in four dimensions, whose HDF5 is sound and whose contents are anything:
 * groups that lack, shapes, types, sizes, metadata. (What damaged HDF5 does is libhdf5's matter; that the file is
 * refused then is tested in test_stacks.c.) SPDX-License-Identifier: GPL-3.0-or-later */
#include <hdf5.h>

#include "fuzz_reader.h"

/* The input, taken byte by byte; zeros when it is used up. */
typedef struct input {
	const uint8_t *at;
	size_t left;
} input;

static unsigned take(input *in)
{
	if (in->left == 0) return 0;
	in->left--;
	return *in->at++;
}

static hid_t type_of(unsigned b)
{
	switch (b % 14) {
	case 0: return H5T_STD_U16LE;
	case 1: return H5T_STD_U8LE;
	case 2: return H5T_STD_I8LE;
	case 3: return H5T_STD_I16BE;
	case 4: return H5T_STD_U32LE;
	case 5: return H5T_STD_I32BE;
	case 6: return H5T_STD_U64LE;
	case 7: return H5T_STD_I64LE;
	case 8: return H5T_IEEE_F32LE;
	case 9: return H5T_IEEE_F64BE;
	case 10: return H5T_C_S1;
	case 11: return H5T_UNIX_D32LE;
	case 12: return H5T_STD_REF_OBJ;
	default: return H5T_STD_B16LE;
	}
}

/* Mostly small; sometimes nothing, sometimes far more than there is. */
static hsize_t side(input *in)
{
	unsigned b = take(in);
	if (b < 200) return b % 24;
	if (b < 240) return b * 7;
	return (hsize_t)1 << (10 + take(in) % 50);
}

static bool is_small(const hsize_t *dims, int rank)
{
	hsize_t n = 1;
	for (int i = 0; i < rank; i++) {
		if (dims[i] == 0 || dims[i] > 4096) return false;
		n *= dims[i];
	}
	return n <= 65536;
}

/* A dataset; what is small is filled with the bytes that follow, all else is never written. */
static void put_dataset(hid_t group, const char *name, hid_t type, int rank, const hsize_t *dims, bool chunked,
                        input *in)
{
	hsize_t chunk[4];
	hid_t space = H5Screate_simple(rank, dims, NULL), how = H5Pcreate(H5P_DATASET_CREATE);
	for (int i = 0; i < rank; i++)
		chunk[i] = i + 1 == rank ? 1 : dims[i] ? dims[i] : 1;
	if (chunked && rank > 0) H5Pset_chunk(how, rank, chunk);
	hid_t set = space >= 0 ? H5Dcreate2(group, name, type, space, H5P_DEFAULT, how, H5P_DEFAULT) : -1;
	if (set >= 0 && is_small(dims, rank) && H5Tget_class(type) != H5T_REFERENCE) {
		size_t size = H5Tget_size(type);
		for (int i = 0; i < rank; i++)
			size *= (size_t)dims[i];
		uint8_t *data = calloc(size, 1);
		if (!data) abort();
		for (size_t i = 0; i < size && in->left; i++)
			data[i] = (uint8_t)take(in);
		H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
		free(data);
	}
	if (set >= 0) H5Dclose(set);
	H5Pclose(how);
	if (space >= 0) H5Sclose(space);
}

static void put_member(hid_t group, const char *name, hid_t usual, int usual_rank, input *in)
{
	unsigned kind = take(in);
	hsize_t dims[4];
	if (kind % 16 == 15) return; /* it lacks */
	if (kind % 16 == 14) {
		hid_t other = H5Gcreate2(group, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
		if (other >= 0) H5Gclose(other);
		return;
	}
	if (kind % 16 == 13) {
		H5Lcreate_soft("/nowhere", group, name, H5P_DEFAULT, H5P_DEFAULT);
		return;
	}
	int rank = kind % 16 == 12 ? (int)(take(in) % 5) : usual_rank;
	hid_t type = kind % 16 == 11 ? type_of(take(in)) : usual;
	for (int i = 0; i < 4; i++)
		dims[i] = i < rank ? side(in) : 1;
	put_dataset(group, name, type, rank, dims, kind & 16, in);
}

#ifndef SCAN
static void put_image(hid_t images, input *in)
{
	char name[160] = "";
	size_t length = 1 + take(in) % 150;
	for (size_t i = 0; i < length; i++)
		name[i] = "0123456789abcdef"[take(in) % 16];
	hid_t image = H5Gcreate2(images, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	if (image < 0) return; /* the name is taken */
	put_member(image, "Data", type_of(take(in)), 3, in);
	put_member(image, "Metadata", H5T_STD_U8LE, 2, in);
	H5Gclose(image);
}

static void write_emd(input *in)
{
	unsigned lacks = take(in);
	hid_t file = H5Fcreate(own_file(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
	if (file < 0) abort();
	hid_t data = lacks == 255 ? -1 : H5Gcreate2(file, "Data", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	hid_t images = data < 0 || lacks == 254 ? -1 : H5Gcreate2(data, "Image", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	for (unsigned i = 0; images >= 0 && i < 1 + lacks % 3; i++)
		put_image(images, in);
	if (images >= 0) H5Gclose(images);
	if (data >= 0) H5Gclose(data);
	H5Fclose(file);
}
#else
/* Up to three sets of about four dimensions, some in a group of their own. */
static void write_scan(input *in)
{
	static const char *const names[] = {"data", "other", "third"};
	hid_t file = H5Fcreate(own_file(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
	if (file < 0) abort();
	const unsigned sets = take(in) % 4;
	for (unsigned i = 0; i < sets; i++) {
		const unsigned where = take(in);
		hid_t group =
		    where % 2 ? H5Gcreate2(file, names[(i + 1) % 3], H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) : -1;
		put_member(group >= 0 ? group : file, names[i], type_of(take(in)), 4, in);
		if (group >= 0) H5Gclose(group);
	}
	H5Fclose(file);
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input in = {data, size};
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
#ifdef SCAN
	write_scan(&in);
	try_format(&tt_format_hdf5_scan, size);
#else
	write_emd(&in);
	try_format(&tt_format_emd, size);
#endif
	return 0;
}
