/* Results that cannot be, and results that rest on too few frames.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/properties/contradictions.h"

#include <math.h>
#include <stdarg.h>

#include "core/sentence.h"
#include "core/text.h"

static const double NULL_SHARE = 0.5, SAID_SHARE = 0.15; /* of the frames that a property rests on */

static bool known(const tt_property *p)
{
	return isfinite(p->value);
}

static void refuse(tt_property *p, const char *name, tt_strings *warnings, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	tt_vsnprintf(p->reason, sizeof p->reason, fmt, ap);
	va_end(ap);
	p->value = p->u = p->lo = p->hi = NAN;
	tt_warn(warnings, "%s is not given: %s", name, p->reason);
}

static double u_of(const tt_property *p)
{
	return p->u > 0 ? p->u : 0;
}

/* All but the elongation after fracture, which of a brittle film is 0 within its u, are above 0 by what they are. */
static void check_alone(tt_property *p, const tt_measurand *info, bool may_be_zero, tt_strings *warnings)
{
	if (!known(p)) return;
	double v = p->value * info->shown, u = u_of(p) * info->shown;
	if (may_be_zero ? p->value < -4 * u_of(p) - 1e-3 : p->value < 0)
		refuse(p, info->name, warnings,
		       "contradiction: it came out as %s, which cannot be; strain or clock is wrong",
		       TT_VALUE(v, u, info->shown_unit));
	else if (!may_be_zero && u_of(p) >= p->value)
		refuse(p, info->name, warnings,
		       "not determined: its standard uncertainty (%s) is not below its value (%s)",
		       TT_DIGITS(u, 2, info->shown_unit), TT_DIGITS(v, 3, ""));
}

static void check_order(tt_properties *p, tt_property_id less, tt_property_id more, tt_strings *warnings)
{
	tt_property *a = &p->value[less], *b = &p->value[more];
	if (!known(a) || !known(b) || a->value <= b->value + 2 * hypot(u_of(a), u_of(b))) return;
	const tt_measurand *ia = tt_property_describe(less), *ib = tt_property_describe(more);
	char why[160];
	tt_snprintf(why, sizeof why, "contradiction: %s (%s) above %s (%s)", ia->name,
	            TT_DIGITS(a->value * ia->shown, 4, ia->shown_unit), ib->name,
	            TT_DIGITS(b->value * ib->shown, 4, ib->shown_unit));
	refuse(a, ia->name, warnings, "%s", why);
	refuse(b, ib->name, warnings, "%s", why);
}

typedef struct share {
	size_t rows, missing;
} share;

static double time_of(const tt_property_input *in, size_t i)
{
	return (in->log_time_s ? in->log_time_s : in->time_s)[i];
}

/* Camera's own frames between two instants of the log, and how many of them have no strain. */
static share share_between(const tt_property_input *in, double from, double to)
{
	share s = {0, 0};
	for (size_t i = 0; i < in->n; i++) {
		double t = time_of(in, i);
		unsigned flag = in->flag ? in->flag[i] : 0;
		if (!(t >= from && t <= to) || flag & (TT_ROW_DUPLICATE | TT_ROW_FRACTURED)) continue;
		s.rows++;
		s.missing += !isfinite(in->strain[i]);
	}
	return s;
}

static void check_share(const tt_property_input *in, double from, double to, tt_property *p, const char *name,
                        const char *where, tt_strings *warnings)
{
	share s = share_between(in, from, to);
	if (!known(p) || s.rows < 4) return;
	double part = (double)s.missing / (double)s.rows;
	if (part > NULL_SHARE)
		refuse(p, name, warnings, "the gauge is lost in %zu of the %zu frames %s", s.missing, s.rows, where);
	else if (part > SAID_SHARE)
		tt_warn(warnings,
		        "%s: the gauge is lost in %zu of the %zu frames %s; what is left may not speak for them", name,
		        s.missing, s.rows, where);
}

/* Each property against the frames that it rests on. */
static void check_shares(const tt_property_input *in, tt_properties *p, tt_strings *warnings)
{
	const tt_elastic_line *l = &p->elastic;
	double end = NAN, start = in->contact_log_s;
	for (size_t i = 0; i < in->n; i++) {
		bool whole = !(in->flag && in->flag[i] & TT_ROW_FRACTURED);
		if (isfinite(time_of(in, i)) && whole && isfinite(in->stress_Pa[i])) end = time_of(in, i);
		if (isnan(start) && isfinite(in->strain[i])) start = time_of(in, i);
	}
	if (isnan(end) || isnan(start)) return;
	double elastic = l->modulus_Pa > 0 && l->last < in->n ? time_of(in, l->last) : NAN, span = end - start;
	double from = isfinite(elastic) && l->first < in->n ? time_of(in, l->first) : start;
	if (isfinite(elastic)) {
		static const tt_property_id of_line[] = {TT_PROP_YOUNGS_MODULUS, TT_PROP_PROPORTIONAL_LIMIT,
		                                         TT_PROP_YIELD_STRENGTH, TT_PROP_RESILIENCE,
		                                         TT_PROP_STRAIN_RATE};
		for (size_t i = 0; i < sizeof of_line / sizeof *of_line; i++)
			check_share(in, from, elastic, &p->value[of_line[i]], tt_property_describe(of_line[i])->name,
			            "of the elastic part", warnings);
	}
	static const tt_property_id of_end[] = {TT_PROP_TOTAL_ELONGATION, TT_PROP_PLASTIC_ELONGATION,
	                                        TT_PROP_TOUGHNESS};
	for (size_t i = 0; in->fractured && i < sizeof of_end / sizeof *of_end; i++)
		check_share(in, end - 0.1 * span, end, &p->value[of_end[i]], tt_property_describe(of_end[i])->name,
		            "before the fracture", warnings);
	share all = share_between(in, start, end);
	if (all.rows > 0 && (double)all.missing > SAID_SHARE * (double)all.rows)
		tt_warn(warnings, "the gauge is lost in %zu of %zu frames under load (%.0f %%)", all.missing, all.rows,
		        100.0 * (double)all.missing / (double)all.rows);
}

/* The largest stress is that of the frames that have a strain; where the gauge is lost the log still knows the stress.
 */
static void check_peak(const tt_property_input *in, tt_properties *p, tt_strings *warnings)
{
	/* beyond what a row's noise makes of a maximum */
	enum { FEWEST = 3 };
	static const double ABOVE = 1.05;
	static const tt_property_id of_peak[] = {TT_PROP_UNIFORM_ELONGATION, TT_PROP_ULTIMATE_STRENGTH};
	const double peak = p->value[TT_PROP_ULTIMATE_STRENGTH].value;
	const unsigned aside = TT_ROW_DUPLICATE | TT_ROW_FRACTURED | TT_ROW_TOUCH | TT_ROW_EXCLUDED;
	double most = 0;
	size_t above = 0;
	for (size_t i = 0; known(&p->value[TT_PROP_ULTIMATE_STRENGTH]) && i < in->n; i++) {
		if (isfinite(in->strain[i]) || (in->flag && in->flag[i] & aside) || !(in->stress_Pa[i] > ABOVE * peak))
			continue;
		above++;
		most = fmax(most, in->stress_Pa[i]);
	}
	for (size_t k = 0; above >= FEWEST && k < sizeof of_peak / sizeof *of_peak; k++)
		if (known(&p->value[of_peak[k]]))
			refuse(&p->value[of_peak[k]], tt_property_describe(of_peak[k])->name, warnings,
			       "the gauge is lost in %zu frames in which the stress is larger, up to %.3g GPa", above,
			       most * 1e-9);
}

/* No material is stiffer than carbon: what seems to be is a strain that does not follow the force. What rests on the
 * elastic line goes with it. */
static void check_stiffness(tt_properties *p, tt_strings *warnings)
{
	static const double STIFFEST_PA = 1.3e12;
	static const tt_property_id of_line[] = {TT_PROP_PROPORTIONAL_LIMIT, TT_PROP_YIELD_STRENGTH, TT_PROP_RESILIENCE,
	                                         TT_PROP_YOUNGS_MODULUS};
	const tt_property *E = &p->value[TT_PROP_YOUNGS_MODULUS];
	if (!known(E) || E->value - 2 * u_of(E) < STIFFEST_PA) return;
	double seen = E->value * 1e-9;
	for (size_t i = 0; i < sizeof of_line / sizeof *of_line; i++)
		if (known(&p->value[of_line[i]]))
			refuse(
			    &p->value[of_line[i]], tt_property_describe(of_line[i])->name, warnings,
			    "contradiction: the elastic line has a slope of %.3g GPa, stiffer than diamond; strain or "
			    "clock is wrong",
			    seen);
}

void tt_contradictions_name(const tt_property_input *in, tt_properties *p, tt_strings *warnings)
{
	check_stiffness(p, warnings);
	for (int i = 0; i < TT_PROP_COUNT; i++)
		check_alone(&p->value[i], tt_property_describe((tt_property_id)i), i == TT_PROP_PLASTIC_ELONGATION,
		            warnings);
	check_order(p, TT_PROP_UNIFORM_ELONGATION, TT_PROP_TOTAL_ELONGATION, warnings);
	check_order(p, TT_PROP_PLASTIC_ELONGATION, TT_PROP_TOTAL_ELONGATION, warnings);
	check_order(p, TT_PROP_PROPORTIONAL_LIMIT, TT_PROP_ULTIMATE_STRENGTH, warnings);
	check_order(p, TT_PROP_YIELD_STRENGTH, TT_PROP_ULTIMATE_STRENGTH, warnings);
	for (size_t i = 0; i < p->n_offsets; i++) {
		tt_property *o = &p->offset[i].stress;
		if (known(o) && (o->value < 0 || u_of(o) >= o->value))
			refuse(o, "an offset yield", warnings, "not determined: %s",
			       TT_VALUE(o->value * 1e-9, u_of(o) * 1e-9, "GPa"));
	}
	check_peak(in, p, warnings);
	check_shares(in, p, warnings);
}
