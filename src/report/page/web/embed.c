/* Build-time tool: turns files into a C table. embed OUT.c HEADER PREFIX FILE...
 * HEADER declares struct PREFIX_file {name, data, size} and PREFIX_file_find().
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* The bytes, but for lines that point to a source map: it is not there. Returns their number; -1: not readable. */
static long put(FILE *out, const char *path)
{
	static const char map[] = "//# sourceMappingURL";
	static char line[1 << 20];
	FILE *in = fopen(path, "rb");
	long n = 0;
	if (!in) return -1;
	while (fgets(line, sizeof line, in)) {
		if (strncmp(line, map, sizeof map - 1) == 0) continue;
		for (const char *p = line; *p; p++, n++)
			fprintf(out, "%s%d,", n % 24 ? "" : "\n", (int)(signed char)*p);
	}
	int bad = ferror(in);
	fclose(in);
	return bad ? -1 : n;
}

enum { FIRST = 4, MOST = 64 };

int main(int argc, char **argv)
{
	long size[MOST];
	FILE *out = argc > FIRST && argc <= MOST ? fopen(argv[1], "w") : NULL;
	if (!out) return 1;
	fprintf(out, "#include <string.h>\n#include \"%s\"\n", argv[2]);
	for (int i = FIRST; i < argc; i++) {
		fprintf(out, "static const signed char file%d[] = {", i);
		if ((size[i] = put(out, argv[i])) < 0) {
			fprintf(stderr, "%s cannot be read\n", argv[i]);
			return 1;
		}
		fputs("0};\n", out);
	}
	fprintf(out, "static const %s_file files[] = {\n", argv[3]);
	for (int i = FIRST; i < argc; i++)
		fprintf(out, "\t{\"%s\", (const char *)file%d, %ld},\n", base(argv[i]), i, size[i]);
	fprintf(out, "};\nconst %s_file *%s_file_find(const char *name)\n{\n", argv[3], argv[3]);
	fputs("\tfor (size_t i = 0; i < sizeof files / sizeof *files; i++)\n"
	      "\t\tif (strcmp(files[i].name, name) == 0) return &files[i];\n"
	      "\treturn NULL;\n}\n",
	      out);
	return fclose(out) ? 1 : 0;
}
