/* Fuzz target: damaged HDF5. A sound Velox EMD (chunked, compressed) is written once; the input says which of its bytes
 * are others, four for each change, and by its first two bytes how much is cut off its end. Our own checks stand
 * between libhdf5 and the pixels. SPDX-License-Identifier: GPL-3.0-or-later */
#include <hdf5.h>

#include "fuzz_reader.h"

enum { SIDE = 16, FRAMES = 4 };

static uint8_t sound[1 << 17];
static size_t whole;

static void put(hid_t group, const char *name, hid_t type, int rank, const hsize_t *dims, const hsize_t *chunk,
                const void *data)
{
	hid_t space = H5Screate_simple(rank, dims, NULL), how = H5Pcreate(H5P_DATASET_CREATE);
	H5Pset_chunk(how, rank, chunk);
	if (rank == 3) H5Pset_deflate(how, 3);
	hid_t set = H5Dcreate2(group, name, type, space, H5P_DEFAULT, how, H5P_DEFAULT);
	if (set < 0 || H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) abort();
	H5Dclose(set);
	H5Pclose(how);
	H5Sclose(space);
}

static void write_sound(void)
{
	static const char metadata[] =
	    "{\"BinaryResult\":{\"PixelSize\":{\"width\":\"5e-9\",\"height\":\"5e-9\"},\"PixelUnitX\":\"m\"}}";
	static uint16_t pixel[SIDE * SIDE * FRAMES];
	static char text[2048 * FRAMES];
	for (size_t i = 0; i < sizeof pixel / sizeof *pixel; i++)
		pixel[i] = (uint16_t)(i * 7919);
	for (size_t i = 0; metadata[i]; i++)
		for (int k = 0; k < FRAMES; k++)
			text[i * FRAMES + (size_t)k] = metadata[i];
	hid_t file = H5Fcreate(own_file(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
	hid_t data = H5Gcreate2(file, "Data", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	hid_t images = H5Gcreate2(data, "Image", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	hid_t image = H5Gcreate2(images, "0123456789abcdef0123456789abcdef", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	put(image, "Data", H5T_STD_U16LE, 3, (hsize_t[]){SIDE, SIDE, FRAMES}, (hsize_t[]){SIDE, SIDE, 1}, pixel);
	put(image, "Metadata", H5T_STD_U8LE, 2, (hsize_t[]){2048, FRAMES}, (hsize_t[]){2048, 1}, text);
	H5Gclose(image);
	H5Gclose(images);
	H5Gclose(data);
	if (H5Fclose(file) < 0) abort();
	FILE *f = fopen(path, "rb");
	whole = f ? fread(sound, 1, sizeof sound, f) : 0;
	if (!whole || whole == sizeof sound) abort();
	fclose(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t damaged[sizeof sound];
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	if (!whole) write_sound();
	memcpy(damaged, sound, whole);
	size_t cut = size >= 2 ? ((size_t)data[0] << 8 | data[1]) % whole : 0;
	for (size_t i = 2; i + 4 <= size; i += 4)
		damaged[((size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2]) % whole] = data[i + 3];
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(damaged, 1, whole - cut, f) != whole - cut) abort();
	fclose(f);
	try_format(&tt_format_emd, size);
	return 0;
}
