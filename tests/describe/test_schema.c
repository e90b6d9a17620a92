/* The tables of keys: complete, sound, and in step with the samples, the help, the manual and the JSON Schema.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "describe/keys_words.h"

#include <glob.h>
#include <stdlib.h>

#include "core/text.h"
#include "temtensile/study.h"
#include "temtensile/describe.h"
#include "temtensile/film.h"
#include "temtensile/scan.h"

static const tt_schema *schema(size_t i)
{
	return tt_schema_at(i);
}

/* The file that holds every key of a kind of description. */
static const char *all_keys(const tt_schema *s)
{
	static char path[1024];
	snprintf(path, sizeof path, "%s/samples/all-keys-%s.yaml", check_source_root(), s->name);
	return path;
}

static void tables_are_sound(void)
{
	for (size_t k = 0; schema(k); k++) {
		const tt_schema *s = schema(k);
		for (size_t i = 0; i < s->n; i++) {
			const tt_key *key = &s->key[i];
			char parent[200];
			for (size_t j = 0; j < i; j++)
				CHECK_MSG(strcmp(s->key[j].path, key->path) != 0, "%s stands twice", key->path);
			CHECK_MSG(key->help && key->help[0] && key->help[strlen(key->help) - 1] != '.', "%s: help",
			          key->path);
			CHECK_MSG(key->kind == TT_KEY_SECTION || key->fallback || key->example, "%s has no example",
			          key->path);
			CHECK_MSG(!(key->flags & TT_KEY_EXPERT) == !key->reason, "%s: an expert key needs a reason",
			          key->path);
			CHECK_MSG(key->kind != TT_KEY_CHOICE || key->words, "%s has no words", key->path);
			CHECK_MSG(!key->unit || !isnan(tt_unit_factor(key->unit, key->dim)), "%s: unit", key->path);
			/* a list never writes beyond its member */
			CHECK_MSG(key->store != TT_STORE_DOUBLES || key->read ||
			              (key->most > 0 && (size_t)key->most * sizeof(double) == key->size),
			          "%s: at most %d values, room for %zu", key->path, key->most,
			          key->size / sizeof(double));
			CHECK_MSG(!(key->flags & TT_KEY_NEEDED) || !key->fallback, "%s: required, yet a default",
			          key->path);
			/* what it lies in is in the table */
			snprintf(parent, sizeof parent, "%.*s", (int)(tt_key_name(key) - key->path), key->path);
			if (!parent[0]) continue;
			parent[strlen(parent) - 1] = '\0';
			size_t n = strlen(parent);
			if (n > 2 && strcmp(parent + n - 2, "[]") == 0) parent[n - 2] = '\0';
			CHECK_MSG(tt_schema_key(s, parent), "%s lies in %s, which is no key", key->path, parent);
		}
	}
}

/* Every default and every example is a value that the reader takes: read as the only value of its key. */
static void defaults_and_examples_are_read(void)
{
	static const char needed[] = "video: {file: a}\nforce: {file: b, spring: {stiffness: 1 N/m}}\n"
	                             "specimen: {width: 1 nm, thickness: 1 nm}\n";
	char path[512];
	snprintf(path, sizeof path, "%s/t.yaml", check_tmp());
	FILE *f = fopen(path, "w");
	CHECK(f && fputs(needed, f) >= 0 && fclose(f) == 0);
	/* a gauge of force in the images stands in place of a log */
	static const char gauge[] =
	    "video: {file: a}\nforce: {image_gauge: {from: [40, 240], to: [90, 240], stiffness: 2 N/m}}\n"
	    "specimen: {width: 1 nm, thickness: 1 nm}\n";
	char without_log[512];
	snprintf(without_log, sizeof without_log, "%s/g.yaml", check_tmp());
	f = fopen(without_log, "w");
	CHECK(f && fputs(gauge, f) >= 0 && fclose(f) == 0);
	size_t tried = 0;
	for (size_t i = 0; i < tt_test_schema.n; i++) {
		const tt_key *key = &tt_test_schema.key[i];
		const char *values[] = {key->fallback, key->example};
		const bool in_gauge = strncmp(key->path, "force.image_gauge", 17) == 0;
		for (size_t k = 0; k < 2 && tt_key_is_settable(key); k++) {
			char set[400];
			if (!values[k]) continue;
			snprintf(set, sizeof set, "%s=%s", key->path, values[k]);
			/* what these need beside them */
			const char *sets[] = {
			    set,
			    in_gauge                                              ? "notes=none"
			    : strstr(key->path, "gauge.from")                     ? "gauge.to=[500, 240]"
			    : strstr(key->path, "gauge.to")                       ? "gauge.from=[100, 240]"
			    : strcmp(key->path, "force.displacement.moving") == 0 ? "force.displacement.fixed=[1, 1]"
			    : strcmp(key->path, "force.displacement.fixed") == 0  ? "force.displacement.moving=[1, 1]"
			    : strcmp(key->path, "force.air.from") == 0            ? "force.air.to=100 s"
			    : strcmp(key->path, "force.air.to") == 0              ? "force.air.from=0 s"
			    : strcmp(key->path, "force.spring.fit.from") == 0     ? "force.spring.fit.to=100 s"
			    : strcmp(key->path, "force.spring.fit.to") == 0       ? "force.spring.fit.from=0 s"
			    : strstr(key->path, "displacement.moving") ? "force.spring.displacement.fixed=[1, 1]"
			    : strstr(key->path, "displacement.fixed")  ? "force.spring.displacement.moving=[1, 1]"
			                                               : "notes=none",
			    "force.columns.time=1", "force.columns.force=2", "force.columns.displacement=3"};
			size_t n = strncmp(key->path, "force.columns.", 14) == 0 ? 5 : 2;
			if (n == 5) { /* the others of the three, then the one in question */
				sets[0] = "notes=none";
				for (size_t c = 2; c < 5; c++)
					if (strncmp(sets[c], key->path, strlen(key->path)) == 0) sets[c] = set;
			}
			if (strstr(key->path, "empty_run.")) {
				static const char *const beside[] = {
				    "force.spring.stiffness.empty_run.file=e",
				    "force.spring.stiffness.empty_run.columns.time=1",
				    "force.spring.stiffness.empty_run.columns.force=2",
				    "force.spring.stiffness.empty_run.columns.displacement=3"};
				memcpy(sets, beside, sizeof beside);
				sets[4] = set;
				n = 5;
			}
			tt_test *t = NULL;
			tt_error err = {0};
			tt_status st = tt_test_read(in_gauge ? without_log : path, sets, n, &t, &err);
			CHECK_MSG(st == TT_OK, "--set %s: %s", set, err.message);
			tt_test_free(t);
			tried++;
		}
	}
	CHECK(tried > 60);
}

/* The same for films and scans: each key's example beside what its section asks for. Keys that exclude each other take
 * each other's place. */
static void film_and_scan_examples_are_read(void)
{
	static const struct {
		const char *below, *film;
	} beside[] = {{"indentation",
	               "film: {thickness: 1 nm}\nsubstrate: {youngs_modulus: 1 GPa, poisson: 0.2}\n"
	               "indentation: {file: a, area: b, hardness: 1 GPa, columns: {depth: 1, load: 2}}\n"},
	              {"indentation.reference",
	               "film: {}\nindentation: {file: a, reference: {youngs_modulus: 9 GPa, poisson: 0.2}}\n"},
	              {"brillouin.velocity", "film: {}\n"},
	              {"brillouin.wavelength", "film: {}\nbrillouin: {spectra: [{file: a, angle: 45°}]}\n"},
	              {"brillouin", "film: {}\nbrillouin: {wavelength: 532 nm, spectra: [{file: a, angle: 45°}]}\n"},
	              {"density.value", "film: {}\n"},
	              {"density", "film: {composition: Cu}\ndensity: {file: a}\n"},
	              {"diffraction.peak", "film: {}\n"},
	              {"diffraction", "film: {}\ndiffraction: {file: a}\n"},
	              {"layers.line.at", "film: {}\nlayers: {file: a, line: {angle: 30°, length: 3}}\n"},
	              {"layers.line", "film: {}\nlayers: {file: a, line: {from: [1, 2], to: [3, 4]}}\n"},
	              {"layers.period", "film: {}\n"},
	              {"layers.reflectivity", "film: {}\n"},
	              {"layers", "film: {}\nlayers: {file: a}\n"},
	              {"structure", "film: {}\nstructure: {scan: a}\n"},
	              {"substrate", "film: {}\nsubstrate: {youngs_modulus: 1 GPa, poisson: 0.2}\n"},
	              {"", "film: {}\n"}};
	char path[512], set[300];
	size_t tried = 0;
	snprintf(path, sizeof path, "%s/example.yaml", check_tmp());
	for (size_t i = 0; i < tt_film_schema.n + tt_scan_schema.n; i++) {
		const bool film = i < tt_film_schema.n;
		const tt_key *key = film ? &tt_film_schema.key[i] : &tt_scan_schema.key[i - tt_film_schema.n];
		const char *values[] = {key->fallback, key->example};
		if (!tt_key_is_settable(key)) continue;
		const char *text = "file: a\n";
		size_t most = 0;
		for (size_t k = 0; film && k < sizeof beside / sizeof *beside; k++) {
			const size_t n = strlen(beside[k].below);
			if (n < most || strncmp(key->path, beside[k].below, n) != 0) continue;
			most = n;
			text = beside[k].film;
		}
		FILE *f = fopen(path, "w");
		CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
		for (size_t k = 0; k < 2; k++) {
			tt_error err = {0};
			const char *sets[] = {set};
			if (!values[k]) continue;
			snprintf(set, sizeof set, "%s=%s", key->path, values[k]);
			tt_film_description *d = NULL;
			tt_scan_description *s = NULL;
			const tt_status st = film ? tt_film_description_read(path, sets, 1, &d, &err)
			                          : tt_scan_description_read(path, sets, 1, &s, &err);
			CHECK_MSG(st == TT_OK, "--set %s: %s", set, err.message);
			tt_film_description_free(d);
			tt_scan_description_free(s);
			tried++;
		}
	}
	CHECK(tried > 80);
}

/* Without a word from the user the struct holds what the table calls the default. */
static void defaults_hold(void)
{
	tt_test *a = NULL;
	tt_error err = {0};
	const char *sets[] = {"video={file: a}", "force={file: b, spring: {stiffness: 1 N/m}}",
	                      "specimen={width: 1 nm, thickness: 1 nm}"};
	char path[512];
	snprintf(path, sizeof path, "%s/d.yaml", check_tmp());
	FILE *f = fopen(path, "w");
	CHECK(f && fputs("notes: none\n", f) >= 0 && fclose(f) == 0);
	CHECK_MSG(tt_test_read(path, sets, 3, &a, &err) == TT_OK, "%s", err.message);
	CHECK(a->video.stream == -1 && a->video.frame_rate == 0 && a->video.timestamp == TT_STAMP_START);
	CHECK(isnan(a->video.pixel_size.value) && isnan(a->force.contact.value) &&
	      isnan(a->force.frame_compliance.value));
	CHECK(a->force.columns.decimal_comma == -1 && a->force.columns.delimiter == 0 && !a->force.image_displacement);
	CHECK(a->gauge.automatic && a->gauge.zero == TT_ZERO_PRELOAD_MEAN);
	CHECK(a->sync.automatic && !a->sync.rate_automatic && a->sync.rate == 1);
	CHECK(a->dic.order == 1 && a->dic.subset_px == 0 && isnan(a->dic.min_zncc) && a->dic.update_below_zncc == 0);
	CHECK(a->properties.draws == 1000 && a->properties.seed == 1 && a->properties.n_offsets == 0);
	CHECK(isnan(a->properties.modulus_strain[1]) && isnan(a->necking.frames[0]) && a->necking.average == 1);
	CHECK_NEAR(a->output.figure_width_mm, 85, 1e-9);
	CHECK(!a->output.no_movie && !a->output.no_report && isnan(a->output.movie_speed));
	tt_test_free(a);
}

/* "  # softening: 0.066 GPa" is a key too: one that excludes another, or is off by default. */
static tt_yaml *with_commented_keys(const char *path)
{
	char line[1024], text[65536] = "";
	FILE *f = fopen(path, "r");
	CHECK_MSG(f, "cannot open %s", path);
	while (fgets(line, sizeof line, f)) {
		size_t at = strspn(line, " ");
		const char *word = line + at + 2;
		size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyz_0123456789");
		if (strncmp(line + at, "# ", 2) == 0 && n && strncmp(word + n, ": ", 2) == 0)
			memmove(line + at, word, strlen(word) + 1);
		CHECK(strlen(text) + strlen(line) < sizeof text);
		strcat(text, line);
	}
	fclose(f);
	tt_yaml *y = NULL;
	tt_error err = {0};
	CHECK_MSG(tt_yaml_parse(text, strlen(text), path, NULL, 0, &y, &err) == TT_OK, "%s", err.message);
	return y;
}

static const tt_node *at_path(const tt_node *n, const char *path)
{
	char copy[200];
	snprintf(copy, sizeof copy, "%s", path);
	for (char *part = strtok(copy, "."); part && n; part = strtok(NULL, ".")) {
		if (tt_node_kind_of(n) != TT_NODE_MAP) return n; /* one value stands for all of its forms */
		n = tt_node_get(n, part);
	}
	return n;
}

static void all_keys_files_hold_every_key(void)
{
	for (size_t k = 0; schema(k); k++) {
		const tt_schema *s = schema(k);
		tt_yaml *y = with_commented_keys(all_keys(s));
		for (size_t i = 0; i < s->n; i++)
			if (!strstr(s->key[i].path, "[]") && !strchr(s->key[i].path, '*'))
				CHECK_MSG(at_path(tt_yaml_root(y), s->key[i].path), "%s lacks the key %s", all_keys(s),
				          s->key[i].path);
		tt_yaml_free(y);
	}
}

static tt_status read_test(const char *path, tt_error *err)
{
	tt_test *t = NULL;
	tt_status st = tt_test_read(path, NULL, 0, &t, err);
	tt_test_free(t);
	return st;
}

static tt_status read_study(const char *path, tt_error *err)
{
	tt_study s = {0};
	tt_study_entry *entry = NULL;
	size_t n = 0;
	tt_status st = tt_study_file_read(path, &s, &entry, &n, err);
	tt_study_entries_free(entry, n);
	tt_study_clear(&s);
	return st;
}

static tt_status read_film(const char *path, tt_error *err)
{
	tt_film_description *d = NULL;
	tt_status st = tt_film_description_read(path, NULL, 0, &d, err);
	tt_film_description_free(d);
	return st;
}

static tt_status read_scan(const char *path, tt_error *err)
{
	tt_scan_description *d = NULL;
	tt_status st = tt_scan_description_read(path, NULL, 0, &d, err);
	tt_scan_description_free(d);
	return st;
}

static size_t read_each(const char *pattern, tt_status (*read)(const char *, tt_error *))
{
	char path[1024];
	glob_t g = {0};
	snprintf(path, sizeof path, "%s/%s", check_source_root(), pattern);
	CHECK_MSG(glob(path, 0, NULL, &g) == 0, "nothing matches %s", path);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		tt_error err = {0};
		CHECK_MSG(read(g.gl_pathv[i], &err) == TT_OK, "%s", err.message);
	}
	size_t n = g.gl_pathc;
	globfree(&g);
	return n;
}

/* Those of `simulate` are read by its own tests. */
static void samples_are_valid(void)
{
	CHECK(read_each("samples/*/test.yaml", read_test) >= 6);
	CHECK(read_each("samples/all-keys-test.yaml", read_test) == 1);
	CHECK(read_each("samples/study.yaml", read_study) == 1);
	CHECK(read_each("samples/all-keys-study.yaml", read_study) == 1);
	CHECK(read_each("samples/films/*/film.yaml", read_film) == 3);
	CHECK(read_each("samples/all-keys-film.yaml", read_film) == 1);
	CHECK(read_each("samples/all-keys-scan.yaml", read_scan) == 1);
}

static void help(void)
{
	char *text;
	tt_error err = {0};
	for (size_t k = 0; schema(k); k++) {
		CHECK(tt_description_help(tt_description_kind(k), NULL, &text, &err) == TT_OK);
		for (size_t i = 0; i < schema(k)->n; i++)
			if (!strstr(schema(k)->key[i].path, "[]")) CHECK_HAS(text, schema(k)->key[i].path);
		free(text);
		CHECK(tt_description_manual(tt_description_kind(k), &text, &err) == TT_OK);
		CHECK_HAS(text, ".Sh KEYS");
		free(text);
	}
	CHECK(tt_description_help("test", "gauge", &text, &err) == TT_OK);
	CHECK_HAS(text, "gauge.zero\n");
	CHECK_HAS(text, "Value: preload-mean, toe or elastic.");
	CHECK_HAS(text, "Default: preload-mean.");
	CHECK(!strstr(text, "sync"));
	free(text);
	CHECK(tt_description_help("test", "gauge.zeros", &text, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "did you mean 'gauge.zero'?");
	CHECK(tt_description_help("tset", NULL, &text, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "there are test");
	CHECK(tt_description_paths("test", &text, &err) == TT_OK);
	CHECK_HAS(text, "\nspecimen.thickness\n");
	CHECK(!strstr(text, "[]") && !strchr(text, '*'));
	free(text);
}

static const check_case cases[] = {
    {"tables are sound", tables_are_sound},
    {"defaults and examples are read", defaults_and_examples_are_read},
    {"examples of films and scans are read", film_and_scan_examples_are_read},
    {"defaults hold", defaults_hold},
    {"all-keys files hold every key", all_keys_files_hold_every_key},
    {"samples are valid", samples_are_valid},
    {"help", help},
};
CHECK_MAIN(cases)
