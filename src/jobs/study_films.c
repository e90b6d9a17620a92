/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs/study_films.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "jobs/freshness.h"
#include "report/film.h"
#include "temtensile/jobs.h"

/* films/film-10pa.yaml and films/film-10pa/film.yaml: "film-10pa". */
static char *name_of(const char *path)
{
	const char *base = tt_path_base(path), *dot = strrchr(base, '.');
	size_t n = dot && dot > base ? (size_t)(dot - base) : strlen(base);
	if (n != 4 || strncmp(base, "film", 4) != 0 || base - path < 2) return tt_format("%.*s", (int)n, base);
	char *folder = tt_format("%.*s", (int)(base - path - 1), path);
	char *name = folder ? tt_strdup(tt_path_base(folder)) : NULL;
	free(folder);
	return name;
}

/* Below out, unlike every other reference's. */
static char *folder_for(const tt_study *s, size_t i, const char *out)
{
	char *name = name_of(s->reference[i].film), *folder = NULL;
	size_t same = 0;
	for (size_t k = 0; name && k < i; k++) {
		char *other = s->reference[k].film ? name_of(s->reference[k].film) : NULL;
		same += other && strcmp(other, name) == 0;
		free(other);
	}
	if (name)
		folder = same ? tt_format("%s/films/%s-%zu", out, name, same + 1) : tt_format("%s/films/%s", out, name);
	free(name);
	return folder;
}

static tt_status measure(tt_reference *r, const char *folder, bool force, tt_memo *memo, const tt_job *job,
                         tt_error *err)
{
	const char *base = tt_path_base(r->film);
	char *from = base == r->film ? tt_strdup(".") : tt_format("%.*s", (int)(base - r->film), r->film);
	const tt_strings none = {0};
	if (!from) return tt_fail_memory(err, r->film);
	tt_status st = TT_OK;
	if (!tt_record_fresh(&(tt_record_plan){"film", folder, from, &none}, memo))
		st = tt_film(r->film, folder, &(tt_film_options){.force = force}, job, NULL, err);
	free(from);
	return st;
}

static tt_status read_back(tt_reference *r, const char *folder, tt_error *err)
{
	char *path = tt_path_join(folder, "film.json"), *name = NULL;
	tt_strings warnings = {0};
	tt_status st =
	    path ? tt_film_json_read(path, &r->measured, &warnings, &name, err) : tt_fail_memory(err, folder);
	tt_strings_free(&warnings);
	free(name);
	free(path);
	return st;
}

tt_status tt_study_measure_films(tt_study *s, const char *out, bool force, tt_memo *memo, const tt_job *job,
                                 tt_strings *inputs, tt_error *err)
{
	for (size_t i = 0; i < s->n_references; i++) {
		tt_reference *r = &s->reference[i];
		tt_error why = {0};
		if (!r->film) continue;
		char *folder = folder_for(s, i, out);
		tt_status st = folder ? measure(r, folder, force, memo, job, &why) : tt_fail_memory(&why, r->film);
		if (st == TT_OK) st = read_back(r, folder, &why);
		if (st == TT_OK) tt_warn(inputs, "%s/film.json", folder);
		if (st == TT_OK && !(r->film_folder = tt_strdup(folder + strlen(out) + 1)))
			st = tt_fail_memory(&why, r->film);
		free(folder);
		if (st == TT_ERR_INTERRUPTED) {
			if (err) *err = why;
			return st;
		}
		/* a film that fails is named and does not stop the others, as a test */
		if (st != TT_OK && !(r->film_failed = tt_strdup(why.message))) return tt_fail_memory(err, r->film);
	}
	return TT_OK;
}
