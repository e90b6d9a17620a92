/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/hdf5_quiet.h"

#include <errno.h>
#include <pthread.h>

#include "core/memory.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* What libhdf5 was refused looks like damage to who called it. */
static herr_t on_error(hid_t stack, void *data)
{
	(void)stack, (void)data;
	if (errno == ENOMEM) tt_memory_refused();
	return 0;
}

tt_hdf5_quiet tt_hdf5_begin(void)
{
	tt_hdf5_quiet q = {0};
	pthread_mutex_lock(&lock);
	errno = 0;
	if (H5open() < 0 || errno == ENOMEM) tt_memory_refused(); /* it needs nothing else */
	H5Eget_auto2(H5E_DEFAULT, &q.f, &q.data);
	H5Eset_auto2(H5E_DEFAULT, on_error, NULL);
	errno = 0;
	return q;
}

void tt_hdf5_end(tt_hdf5_quiet q)
{
	if (errno == ENOMEM) tt_memory_refused();
	H5Eset_auto2(H5E_DEFAULT, q.f, q.data);
	pthread_mutex_unlock(&lock);
}

bool tt_hdf5_sample(hid_t set, tt_sample *sample, hid_t *memory)
{
	hid_t type = H5Dget_type(set);
	const H5T_class_t kind = H5Tget_class(type);
	const size_t size = H5Tget_size(type);
	const bool is_signed = kind == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2;
	if (type >= 0) H5Tclose(type);
	const struct {
		H5T_class_t kind;
		size_t size;
		bool sign;
		tt_sample sample;
		hid_t memory;
	} types[] = {{H5T_INTEGER, 1, false, TT_SAMPLE_U8, H5T_NATIVE_UINT8},
	             {H5T_INTEGER, 1, true, TT_SAMPLE_I8, H5T_NATIVE_INT8},
	             {H5T_INTEGER, 2, false, TT_SAMPLE_U16, H5T_NATIVE_UINT16},
	             {H5T_INTEGER, 2, true, TT_SAMPLE_I16, H5T_NATIVE_INT16},
	             {H5T_INTEGER, 4, false, TT_SAMPLE_U32, H5T_NATIVE_UINT32},
	             {H5T_INTEGER, 4, true, TT_SAMPLE_I32, H5T_NATIVE_INT32},
	             {H5T_INTEGER, 8, false, TT_SAMPLE_U64, H5T_NATIVE_UINT64},
	             {H5T_INTEGER, 8, true, TT_SAMPLE_I64, H5T_NATIVE_INT64},
	             {H5T_FLOAT, 4, false, TT_SAMPLE_F32, H5T_NATIVE_FLOAT},
	             {H5T_FLOAT, 8, false, TT_SAMPLE_F64, H5T_NATIVE_DOUBLE}};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].kind == kind && types[i].size == size && types[i].sign == is_signed) {
			*sample = types[i].sample;
			*memory = types[i].memory;
			return true;
		}
	return false;
}
