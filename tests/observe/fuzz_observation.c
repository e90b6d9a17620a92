/* Fuzz target: bytes as an observation. With a checksum over them that is right, so that the walk behind it is reached.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "temtensile/observe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tt_observation *o;
	tt_error err;
	char hash[65];
	if (tt_observation_read(data, size, "fuzz", &o, &err) == TT_OK) tt_observation_free(o);
	if (size < 32) return 0;
	uint8_t *b = malloc(size + 64);
	if (!b) return 0;
	memcpy(b, data, size);
	for (int i = 0; i < 8; i++)
		b[16 + i] = (uint8_t)((uint64_t)(size - 32) >> (8 * i));
	tt_sha256_bytes(b, size, hash);
	memcpy(b + size, hash, 64);
	if (tt_observation_read(b, size + 64, "fuzz", &o, &err) == TT_OK) {
		for (size_t i = 0; i < tt_observation_frames(o); i++) {
			tt_observed_frame f;
			tt_observation_frame(o, i, &f);
		}
		tt_observation_free(o);
	}
	free(b);
	return 0;
}
