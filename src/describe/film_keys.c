/* The table of keys of film.yaml.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "describe/schema.h"
#include "temtensile/film.h"

#define TRY(call)                                                                                                      \
	do {                                                                                                           \
		tt_status try_status = (call);                                                                         \
		if (try_status != TT_OK) return try_status;                                                            \
	} while (0)

static const tt_quantity none = {.value = NAN};

/* ---- readers of single keys ---- */

/* A map whose place and existence messages need later. */
static tt_status read_section(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_film_section *s = (tt_film_section *)(void *)((char *)into + key->at);
	s->given = true;
	s->where = tt_strdup(tt_node_where(n));
	if (!s->where) return tt_fail_memory(err, "the film's description");
	return tt_schema_read_map(r, key->path, n, into, err);
}

/* Every scalar of `film` as it is written, beside the keys that are known. */
static tt_status read_film(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_film_description *d = into;
	TRY(tt_schema_read_map(r, key->path, n, into, err));
	const size_t count = tt_node_count(n);
	d->key = calloc(count ? count : 1, sizeof *d->key);
	if (!d->key) return tt_fail_memory(err, "the film's keys");
	for (size_t i = 0; i < count; i++) {
		const tt_node *v;
		const char *name = tt_node_key(n, i, &v), *s;
		if (tt_node_kind_of(v) == TT_NODE_NULL) continue;
		TRY(tt_node_string(v, &s, err));
		tt_film_key_text *k = &d->key[d->n_keys++];
		k->key = tt_strdup(name);
		k->text = tt_strdup(s);
		if (!k->key || !k->text) return tt_fail_memory(err, "the film's keys");
	}
	return TT_OK;
}

/* Fractions of the thickness, [0.05, 0.10], or lengths, [100 nm, 200 nm]. */
static tt_status read_window(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_film_window *w = (tt_film_window *)(void *)((char *)into + key->at);
	const char *first;
	double v[2];
	(void)r;
	if (tt_node_kind_of(n) != TT_NODE_LIST || tt_node_count(n) != 2)
		return tt_node_fail(err, n,
		                    "expected two fractions of the thickness or two lengths, such as [0.05, 0.10]");
	TRY(tt_node_string(tt_node_item(n, 0), &first, err));
	w->length = strpbrk(first, "m\xC3\xC5") != NULL; /* nm, µm, Å */
	for (size_t i = 0; i < 2; i++) {
		tt_quantity q = none;
		if (w->length) {
			TRY(tt_node_quantity(tt_node_item(n, i), TT_DIM_LENGTH, &q, err));
			v[i] = q.value;
		} else {
			TRY(tt_node_double(tt_node_item(n, i), 0, 1, &v[i], err));
		}
	}
	if (!(v[0] > 0 && v[0] < v[1])) return tt_node_fail(err, n, "expected two positive, rising values");
	w->lo = v[0];
	w->hi = v[1];
	return TT_OK;
}

/* A file, a list of coefficients, or `instrument`. */
static tt_status read_area(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_film_indentation_part *p = &((tt_film_description *)into)->indentation;
	if (tt_key_is_word(key, n)) return TT_OK;
	if (tt_node_kind_of(n) != TT_NODE_LIST) return tt_key_read_file(r, n, &p->area_file, err);
	p->n_area = tt_node_count(n);
	if (p->n_area < 1 || p->n_area > 8)
		return tt_node_fail(err, n, "expected 1 to 8 coefficients of h², h, h^½ …, found %zu", p->n_area);
	p->area = calloc(p->n_area, sizeof *p->area);
	if (!p->area) return tt_fail_memory(err, "the area function");
	for (size_t i = 0; i < p->n_area; i++)
		TRY(tt_node_double(tt_node_item(n, i), -INFINITY, INFINITY, &p->area[i], err));
	return p->area[0] < 0 ? tt_node_fail(err, n, "the coefficient of h² is negative: a negative area") : TT_OK;
}

static tt_status read_frame(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_film_indentation_part *p = &((tt_film_description *)into)->indentation;
	p->frame_fit = tt_key_is_word(key, n);
	return p->frame_fit ? TT_OK : tt_key_read_quantity(r, key, n, &p->frame_stiffness, err);
}

/* spectra: [{file, angle}], shifts: [{shift, angle}]; both may be there. */
static tt_status read_spectra(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_film_brillouin_part *p = &((tt_film_description *)into)->brillouin;
	char path[80];
	tt_snprintf(path, sizeof path, "%s[]", key->path);
	if (tt_node_kind_of(n) != TT_NODE_LIST || !tt_node_count(n))
		return tt_node_fail(err, n, "expected a list of maps, such as %s", key->example);
	tt_film_spectrum *grown = realloc(p->spectrum, (p->n_spectra + tt_node_count(n)) * sizeof *grown);
	if (!grown) return tt_fail_memory(err, "the spectra");
	p->spectrum = grown;
	for (size_t i = 0; i < tt_node_count(n); i++) {
		tt_film_spectrum *e = &p->spectrum[p->n_spectra++];
		*e = (tt_film_spectrum){.shift = none, .angle = none};
		e->where = tt_strdup(tt_node_where(tt_node_item(n, i)));
		if (!e->where) return tt_fail_memory(err, "the spectra");
		TRY(tt_schema_read_map(r, path, tt_node_item(n, i), e, err));
	}
	return TT_OK;
}

/* layers.reflectivity is a file, too. */
static tt_status read_reflectivity(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into,
                                   tt_error *err)
{
	tt_film_layers_part *p = &((tt_film_description *)into)->layers;
	(void)key;
	if (p->file)
		return tt_node_fail(err, n, "give either a file (a profile or an image) or reflectivity, not both");
	p->is_reflectivity = true;
	return tt_key_read_file(r, n, &p->file, err);
}

static tt_status read_orders(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_film_layers_part *p = &((tt_film_description *)into)->layers;
	(void)r;
	if (tt_node_kind_of(n) != TT_NODE_LIST || tt_node_count(n) < 1 || tt_node_count(n) > (size_t)key->most)
		return tt_node_fail(err, n, "expected a list of the satellites' orders, such as [1, 3]");
	p->order = calloc(tt_node_count(n), sizeof *p->order);
	if (!p->order) return tt_fail_memory(err, "the film's description");
	for (size_t i = 0; i < tt_node_count(n); i++) {
		TRY(tt_node_int(tt_node_item(n, i), i ? p->order[i - 1] + 1 : 1, 100, &p->order[i], err));
		p->n_orders++;
	}
	return TT_OK;
}

/* From one end to the other, or by its middle, angle and length. */
static tt_status read_line(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_film_layers_part *p = &((tt_film_description *)into)->layers;
	const tt_node *missing;
	TRY(tt_schema_read_map(r, key->path, n, into, err));
	p->has_line = true;
	if (isnan(p->middle[0])) {
		if (isnan(p->from[0])) return tt_node_need(n, "from", &missing, err);
		return isnan(p->to[0]) ? tt_node_need(n, "to", &missing, err) : TT_OK;
	}
	if (isnan(p->line_angle.value)) return tt_node_need(n, "angle", &missing, err);
	if (isnan(p->line_length)) return tt_node_need(n, "length", &missing, err);
	const double a = p->line_angle.value * 3.14159265358979323846 / 180,
	             half[2] = {p->line_length / 2 * cos(a), p->line_length / 2 * sin(a)};
	for (int k = 0; k < 2; k++) {
		p->from[k] = p->middle[k] - half[k];
		p->to[k] = p->middle[k] + half[k];
	}
	return TT_OK;
}

#define INTO(member) TT_INTO(tt_film_description, member)
#define INTO_SPECTRUM(member) TT_INTO(tt_film_spectrum, member)
#define QUANTITY(dimension) TT_KEY_QUANTITY, TT_DIM_##dimension
#define PAIR TT_KEY_LIST, .least = 2, .most = 2
#define MEASURED .flags = TT_KEY_POSITIVE | TT_KEY_SAY_U
#define SECTION(member) TT_KEY_SECTION, .read = read_section, .at = offsetof(tt_film_description, member.section)
#define WINDOW(member) TT_KEY_TEXT, .flags = PAIR, .read = read_window, .at = offsetof(tt_film_description, member)
#define SOURCE(path, member)                                                                                           \
	{                                                                                                              \
		path ".source", "Where the numbers that are taken over were measured", TT_KEY_TEXT,                    \
		    .example = "nanoindentation, J. Doe", INTO(member.section.source)                                  \
	}
#define SCAN(path, member)                                                                                             \
	{                                                                                                              \
		path ".scan", "Which of several scans in the file, counted from 1", TT_KEY_INTEGER,                    \
		    .lo = 1, .hi = 10000, .otherwise = "the longest", .example = "1", INTO(member.range)               \
	}
#define AXIS(path, member)                                                                                             \
	{                                                                                                              \
		path ".axis", "What the first column is where the file does not say: 2θ in degrees, or q in 1/Å",      \
		    TT_KEY_CHOICE, .words = "two_theta|q", .fallback = "two_theta", INTO(member.over_q)                \
	}
#define WAVELENGTH(path, member)                                                                                       \
	{                                                                                                              \
		path ".wavelength", "Wavelength of the X-rays", QUANTITY(LENGTH), MEASURED,                            \
		    .otherwise = "the file's, else Cu Kα1", .example = "0.154056 ± 0 nm", INTO(member.wavelength)      \
	}
#define POISSON(path, text, member, ...)                                                                               \
	{                                                                                                              \
		path, text, QUANTITY(FRACTION), .flags = TT_KEY_NOT_NEGATIVE | TT_KEY_SAY_U __VA_ARGS__, .lo = 0,      \
		                                .hi = 0.4999, .example = "0.22 ± 0.01", INTO(member)                   \
	}
#define COLUMN(path, what, member, ...)                                                                                \
	{                                                                                                              \
		path, "Column of the " what, TT_KEY_TEXT, .example = "1", INTO(member), __VA_ARGS__                    \
	}
#define UNIT(path, what, dimension, unit_example, member)                                                              \
	{                                                                                                              \
		path, "Unit of the " what, TT_KEY_TEXT, TT_DIM_##dimension, .example = unit_example,                   \
		                                                            .read = tt_key_read_unit, INTO(member)     \
	}
#define ANGLE                                                                                                          \
	QUANTITY(ANGLE), .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE | TT_KEY_SAY_U, .lo = 0, .hi = 89.9, .unit = "°",    \
	                 .example = "60 ± 0.2°", INTO_SPECTRUM(angle)

static const tt_key keys[] = {
    {"name", "What the film is called in figures and tables", TT_KEY_TEXT, .otherwise = "the description's file name",
     .example = "Zr50Cu50, 10 Pa", INTO(name)},

    {"film", "How the film was made; any further key may stand here, and a study can group by it", TT_KEY_SECTION,
     .flags = TT_KEY_NEEDED, .read = read_film},
    {"film.composition", "Composition in atomic per cent, such as Zr50Cu50; needed for a density from a critical angle",
     TT_KEY_TEXT, .example = "Zr50Cu50", INTO(composition)},
    {"film.deposition_pressure", "Gas pressure at deposition", QUANTITY(PRESSURE), .flags = TT_KEY_POSITIVE,
     .example = "10 Pa", INTO(deposition_pressure)},
    {"film.thickness", "Thickness; needed for the modulus of a film on a substrate", QUANTITY(LENGTH), MEASURED,
     .example = "500 ± 10 nm", INTO(thickness)},
    POISSON("film.poisson", "Poisson's ratio, assumed where it is not measured", poisson, ,
            .otherwise = "measured, or none"),
    {"film.*", "Any other property of the film, as text", TT_KEY_TEXT, .example = "magnetron"},

    {"substrate", "What the film lies on", SECTION(substrate), .otherwise = "none: a bulk specimen"},
    {"substrate.youngs_modulus", "Young's modulus", QUANTITY(PRESSURE),
     .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE | TT_KEY_SAY_U, .example = "169 ± 5 GPa", INTO(substrate.youngs_modulus)},
    POISSON("substrate.poisson", "Poisson's ratio", substrate.poisson, | TT_KEY_NEEDED),
    SOURCE("substrate", substrate),

    {"indentation", "Nanoindentation: a file of indents, or numbers with their source", SECTION(indentation)},
    {"indentation.file", "Indents on the film: G200 .xls, .xlsx, Hysitron .hld and text, delimited text", TT_KEY_FILE,
     .example = "g200.xls", INTO(indentation.file)},
    {"indentation.area",
     "Indents on a reference, to which the area function is fitted, or a list of its coefficients of h², h, h^½, … "
     "with h "
     "in nm",
     TT_KEY_FILE, .words = "instrument", .flags = TT_KEY_OR_LIST, .most = 8,
     .otherwise = "instrument: its own contact area", .example = "fused_silica.xls", .read = read_area},
    {"indentation.area_depth", "Depths used for the fit of the area function", QUANTITY(LENGTH),
     .flags = TT_KEY_POSITIVE | TT_KEY_RISING | PAIR, .otherwise = "from 30 nm on", .example = "[30 nm, 500 nm]",
     INTO(indentation.area_depth_m)},
    {"indentation.reference", "The reference's elasticity", TT_KEY_SECTION,
     .otherwise = "fused silica: 72 ± 1 GPa and 0.17 ± 0.01"},
    {"indentation.reference.youngs_modulus", "Its Young's modulus", QUANTITY(PRESSURE),
     .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE | TT_KEY_SAY_U, .example = "72 ± 1 GPa",
     INTO(indentation.reference_modulus)},
    POISSON("indentation.reference.poisson", "Its Poisson's ratio", indentation.reference_poisson, | TT_KEY_NEEDED),
    {"indentation.beta", "Oliver and Pharr's β, 1 to 1.034 in use", QUANTITY(FRACTION), MEASURED, .lo = 0.9, .hi = 1.2,
     .otherwise = "1", .example = "1.034 ± 0", INTO(indentation.beta)},
    {"indentation.epsilon", "Oliver and Pharr's ε", TT_KEY_NUMBER, .lo = 0.6, .hi = 1, .otherwise = "0.75",
     .example = "0.75", INTO(indentation.epsilon)},
    {"indentation.hardness_depth", "Depths over which hardness is averaged: parts of the thickness, or lengths",
     WINDOW(indentation.hardness_depth), .otherwise = "[0.10, 0.15]", .example = "[0.10, 0.15]"},
    {"indentation.modulus_depth", "Depths over which the modulus is averaged: parts of the thickness, or lengths",
     WINDOW(indentation.modulus_depth), .otherwise = "[0.05, 0.10]", .example = "[25 nm, 50 nm]"},
    {"indentation.drift_limit", "Thermal drift above which a test is rejected", QUANTITY(SPEED),
     .flags = TT_KEY_POSITIVE, .otherwise = "none is rejected", .example = "0.05 nm/s", INTO(indentation.drift_limit)},
    {"indentation.frame_stiffness",
     "The frame's stiffness beside what the instrument took off; auto finds it from a flat S²/P on the reference",
     QUANTITY(STIFFNESS), .words = "auto", MEASURED, .otherwise = "the instrument's own", .example = "5 ± 0.2 MN/m",
     .read = read_frame, INTO(indentation.frame_stiffness)},
    {"indentation.channels", "Channels of the instrument: its own corrected ones, or raw, corrected here",
     TT_KEY_CHOICE, .words = "instrument|raw", .fallback = "instrument", INTO(indentation.raw)},
    {"indentation.columns", "Columns of a table, by name or by number from 1", TT_KEY_SECTION,
     .otherwise = "recognised by their names"},
    COLUMN("indentation.columns.depth", "depth", indentation.depth, .flags = TT_KEY_NEEDED),
    COLUMN("indentation.columns.load", "load", indentation.load, .flags = TT_KEY_NEEDED),
    COLUMN("indentation.columns.stiffness", "contact stiffness", indentation.stiffness,
           .otherwise = "from the unloading curves"),
    {"indentation.units", "Units of those columns, where the file does not say", TT_KEY_SECTION,
     .otherwise = "what the file says"},
    UNIT("indentation.units.depth", "depth", LENGTH, "nm", indentation.depth_unit),
    UNIT("indentation.units.load", "load", FORCE, "mN", indentation.load_unit),
    UNIT("indentation.units.stiffness", "contact stiffness", STIFFNESS, "N/m", indentation.stiffness_unit),
    {"indentation.hardness", "Hardness taken over", QUANTITY(PRESSURE), MEASURED, .example = "9.8 ± 0.3 GPa",
     INTO(indentation.hardness)},
    {"indentation.reduced_modulus", "Reduced modulus E_r taken over, the indenter in it", QUANTITY(PRESSURE), MEASURED,
     .example = "132 ± 4 GPa", INTO(indentation.reduced_modulus)},
    {"indentation.plane_strain_modulus", "Plane-strain modulus E/(1 − ν²) taken over", QUANTITY(PRESSURE), MEASURED,
     .example = "146 ± 4 GPa", INTO(indentation.plane_strain_modulus)},
    SOURCE("indentation", indentation),

    {"brillouin", "Brillouin scattering: spectra, their shifts, or the surface wave's velocity", SECTION(brillouin)},
    {"brillouin.wavelength", "Wavelength of the light; needed for spectra and shifts", QUANTITY(LENGTH), MEASURED,
     .example = "532 ± 0 nm", INTO(brillouin.wavelength)},
    {"brillouin.mirror_spacing",
     "Spacing of the interferometer's mirrors; the free spectral range is c/(2 × it); headers are compared, not "
     "trusted",
     QUANTITY(LENGTH), MEASURED, .example = "5.6 ± 0.01 mm", INTO(brillouin.mirror_spacing)},
    {"brillouin.scan_amplitude", "Frequency over all channels, where only one elastic line is seen",
     QUANTITY(FREQUENCY), MEASURED, .otherwise = "from the elastic lines", .example = "20.13 ± 0.1 GHz",
     INTO(brillouin.scan_amplitude)},
    {"brillouin.angle_offset", "Added to all angles of incidence", QUANTITY(ANGLE), .otherwise = "none",
     .example = "0 ± 0.1°", INTO(brillouin.angle_offset)},
    {"brillouin.range", "Where the surface wave's shift is looked for", QUANTITY(FREQUENCY),
     .flags = TT_KEY_POSITIVE | TT_KEY_RISING | PAIR, .otherwise = "below half the free spectral range",
     .example = "[5 GHz, 12 GHz]", INTO(brillouin.range_Hz)},
    {"brillouin.spectra", "Spectra, each with its angle", TT_KEY_SECTION, .flags = TT_KEY_LIST, .least = 1,
     .example = "[{file: a45.DAT, angle: 45 ± 0.2°}]", .read = read_spectra},
    {"brillouin.spectra[].file", "GHOST's .DAT, or a column of counts", TT_KEY_FILE, .flags = TT_KEY_NEEDED,
     .example = "a45.DAT", INTO_SPECTRUM(file)},
    {"brillouin.spectra[].angle", "Angle of incidence, between the beam and the film's normal", ANGLE},
    {"brillouin.shifts", "Shifts that another program found, each with its angle", TT_KEY_SECTION, .flags = TT_KEY_LIST,
     .least = 1, .example = "[{shift: 8.7 ± 0.02 GHz, angle: 60 ± 0.2°}]", .read = read_spectra},
    {"brillouin.shifts[].shift", "Shift of the surface wave's line", QUANTITY(FREQUENCY),
     .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE | TT_KEY_SAY_U, .example = "8.7 ± 0.02 GHz", INTO_SPECTRUM(shift)},
    {"brillouin.shifts[].angle", "Angle of incidence, between the beam and the film's normal", ANGLE},
    {"brillouin.velocity", "Velocity of the surface wave, taken over", QUANTITY(SPEED), MEASURED,
     .example = "2756 ± 25 m/s", INTO(brillouin.velocity)},
    {"brillouin.rayleigh_factor", "Velocity of the Rayleigh wave in parts of the shear wave's", TT_KEY_NUMBER,
     .lo = 0.8, .hi = 1, .otherwise = "the exact Rayleigh equation", .example = "0.92",
     INTO(brillouin.rayleigh_factor)},
    SOURCE("brillouin", brillouin),

    {"density", "Density: a value with its source, or a reflectivity curve for its critical angle", SECTION(density)},
    {"density.value", "Density taken over", QUANTITY(DENSITY), MEASURED, .example = "6.5 ± 0.1 g/cm³",
     INTO(density.value)},
    {"density.file", "Reflectivity curve, whose critical angle gives the density", TT_KEY_FILE, .example = "xrr.xy",
     INTO(density.file)},
    SCAN("density", density),
    AXIS("density", density),
    WAVELENGTH("density", density),
    {"density.zero", "Zero of the angle of incidence θ, taken off; its ± is carried on", QUANTITY(ANGLE),
     .fallback = "0°", .example = "0 ± 0.002°", INTO(density.zero)},
    {"density.resolution", "Standard deviation of the angle of incidence θ", QUANTITY(ANGLE), MEASURED, .lo = 0,
     .hi = 1, .unit = "°", .otherwise = "found with the critical angle", .example = "0.01 ± 0°",
     INTO(density.resolution)},
    {"density.model", "Table of layers, whose reflectivity is drawn for comparison; it is not fitted", TT_KEY_FILE,
     .example = "film.layers", INTO(density.model)},
    SOURCE("density", density),

    {"diffraction", "X-ray diffraction: a diffractogram, or the first sharp diffraction peak with its source",
     SECTION(diffraction)},
    {"diffraction.file", "Diffractogram: .xy, .xrdml, Bruker RAW and .brml, UXD, .rasx", TT_KEY_FILE,
     .example = "scan.brml", INTO(diffraction.file)},
    SCAN("diffraction", diffraction),
    WAVELENGTH("diffraction", diffraction),
    {"diffraction.incidence", "Grazing angle of incidence: the refraction is taken off", QUANTITY(ANGLE), MEASURED,
     .lo = 0, .hi = 89.9, .unit = "°", .otherwise = "symmetric", .example = "0.95 ± 0.02°",
     INTO(diffraction.incidence)},
    {"diffraction.between", "Angles 2θ that are fitted, in degrees", TT_KEY_NUMBER, .flags = TT_KEY_RISING | PAIR,
     .lo = 0, .hi = 180, .otherwise = "all", .example = "[20, 80]", INTO(diffraction.between)},
    {"diffraction.sharp_below", "Peaks narrower than this, in degrees, are listed as crystalline", TT_KEY_NUMBER,
     .lo = 0.01, .hi = 5, .fallback = "1.5", INTO(diffraction.sharp_below)},
    {"diffraction.scherrer", "Scherrer's K", TT_KEY_NUMBER, .lo = 0.5, .hi = 2, .fallback = "0.9",
     INTO(diffraction.scherrer)},
    {"diffraction.peak", "Position 2θ of the first sharp diffraction peak, taken over", QUANTITY(ANGLE), MEASURED,
     .lo = 0, .hi = 179.9, .unit = "°", .example = "32.5 ± 0.1°", INTO(diffraction.peak)},
    {"diffraction.fwhm", "Its full width at half maximum", QUANTITY(ANGLE), MEASURED, .lo = 0, .hi = 90, .unit = "°",
     .example = "5.9 ± 0.2°", INTO(diffraction.fwhm)},
    SOURCE("diffraction", diffraction),

    {"layers", "Layers across the film: a profile, a line across an image, a reflectivity curve, or their period",
     SECTION(layers)},
    {"layers.file", "Table of a profile (position, at.%, HAADF), or an image with a line", TT_KEY_FILE,
     .example = "profile.csv", INTO(layers.file)},
    {"layers.reflectivity", "Reflectivity curve, whose satellites give the period", TT_KEY_FILE, .example = "xrr.xy",
     .read = read_reflectivity},
    {"layers.position", "Column of the position in a table", TT_KEY_TEXT, .otherwise = "recognised",
     .example = "Distance (nm)", INTO(layers.position)},
    {"layers.signal", "Column of the signal in a table", TT_KEY_TEXT, .otherwise = "the clearest one", .example = "Cu",
     INTO(layers.signal)},
    {"layers.line", "Line across an image, px: from one end to the other, or its middle, angle and length",
     TT_KEY_SECTION, .read = read_line},
    {"layers.line.from", "One end", TT_KEY_NUMBER, .flags = PAIR, .example = "[20, 200]", INTO(layers.from)},
    {"layers.line.to", "The other end", TT_KEY_NUMBER, .flags = PAIR, .example = "[320, 200]", INTO(layers.to)},
    {"layers.line.at", "Its middle, in place of the ends", TT_KEY_NUMBER, .flags = PAIR, .example = "[170, 200]",
     INTO(layers.middle)},
    {"layers.line.angle", "Its angle, from +x towards +y", QUANTITY(ANGLE), .example = "30°", INTO(layers.line_angle)},
    {"layers.line.length", "Its length in px", TT_KEY_NUMBER, .lo = 1, .hi = 1e6, .example = "300",
     INTO(layers.line_length)},
    {"layers.line.width", "Its width in px, over which the signal is averaged", TT_KEY_NUMBER, .lo = 1, .hi = 1e5,
     .fallback = "1", .example = "20", INTO(layers.line_width)},
    {"layers.pixel_size", "Size of the image's pixel", QUANTITY(LENGTH), MEASURED, .otherwise = "the image's own",
     .example = "0.2 ± 0.002 nm", INTO(layers.pixel_size)},
    AXIS("layers", layers),
    WAVELENGTH("layers", layers),
    {"layers.orders", "Orders of the satellites, rising", TT_KEY_INTEGER, .flags = TT_KEY_LIST, .least = 1, .most = 24,
     .lo = 1, .hi = 100, .otherwise = "found", .example = "[1, 3]", .read = read_orders},
    {"layers.period", "Period taken over", QUANTITY(LENGTH), MEASURED, .example = "5.7 ± 0.1 nm", INTO(layers.period)},
    SOURCE("layers", layers),

    {"structure", "Scan of diffraction patterns (4D-STEM): the first ring and the normalised variance",
     SECTION(structure)},
    {"structure.scan", "Description of the scan, as temtensile scan4d takes it", TT_KEY_FILE, .flags = TT_KEY_NEEDED,
     .example = "scan.yaml", INTO(structure.scan)},
    SOURCE("structure", structure),

    {"properties", "How the uncertainties are computed", .kind = TT_KEY_SECTION},
    {"properties.draws", "Draws of the Monte Carlo", TT_KEY_INTEGER, .lo = 100, .hi = 1e6, .fallback = "4000",
     INTO(draws)},
    {"properties.seed", "Seed of its random numbers", TT_KEY_INTEGER, .lo = 0, .hi = 1e9, .fallback = "0", INTO(seed)},
};

const tt_schema tt_film_schema = {"film", "the description of a film's other measurements (film.yaml)", keys,
                                  sizeof keys / sizeof *keys};
