/* Writes the manual page of a kind of description at build time: make_manual KIND FILE.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "temtensile/schema.h"

int main(int argc, char **argv)
{
	tt_error err;
	char *text;
	if (argc != 3) return TT_ERR_USAGE;
	if (tt_description_manual(argv[1], &text, &err) != TT_OK) {
		fprintf(stderr, "%s\n", err.message);
		return err.status;
	}
	FILE *f = fopen(argv[2], "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0) {
		perror(argv[2]);
		return TT_ERR_FAILED;
	}
	free(text);
	return 0;
}
