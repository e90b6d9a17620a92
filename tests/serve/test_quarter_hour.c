/* A stranger's first quarter of an hour with the workbench, in a real browser: begin a description, fill in what is
 * needed, drag the gauge, change the spring, undo, compare two variants, save, load again; and what was saved gives by
 * command line what the page showed. SPDX-License-Identifier: GPL-3.0-or-later */
#include <unistd.h>

#include "check.h"
#include "page.h"
#include "temtensile/jobs.h"

static char description[1100];

static void start(void)
{
	static const char film[] =
	    "name: small\nseed: 5\ncontrol: {rate: 14 µN/s, approach: 3 s, hold: 1 s, unload_rate: 90 µN/s, after: 1 "
	    "s}\n"
	    "law: {fracture_strain: 4 %}\nvideo: {size: [320, 200], frame_rate: 4 Hz, codec: h264, crf: 18}\n";
	static const char *const paths[] = {description};
	char folder[1000], video[1100], log[1100];
	tt_error err;
	if (page_address[0]) return;
	page_simulate("test", film, folder);
	snprintf(video, sizeof video, "%s/test.mp4", folder);
	snprintf(log, sizeof log, "%s/log.txt", folder);
	snprintf(description, sizeof description, "%s/mine.yaml", folder);
	CHECK_MSG(tt_init(video, log, description, false, &err) == TT_OK, "%s", err.message);
	page_serve(paths, 1);
}

static void what_is_needed_is_filled_in(void)
{
	start();
	browser_look(1280, 800, false, true);
	browser_visit(page_address);
	page_until("globalThis.workbench && workbench.test", "the test's page");
	page_act("workbench.quick = 1e9"); /* a busy machine is not asked */
	page_until("document.getElementById('status').textContent.includes('needed')",
	           "the sentence that says what is needed");
	page_picture("1-needed");
	page_act("document.getElementById('tab-fields').click()");
	page_act(FILL("field-video-pixel_size", "8,0 ± 0,05 nm")); /* a German keyboard */
	page_act(FILL("field-specimen-width", "400 ± 8 nm"));
	page_act(FILL("field-specimen-thickness", "150 ± 3 nm"));
	page_until("workbench.result", "a result");
	CHECK(browser_number("workbench.result.properties.length") > 10);
	CHECK(browser_number("document.querySelectorAll('#properties tbody tr').length") > 10);
	page_until("workbench.result.properties.find(p => p.id === 'youngs_modulus_GPa').u > 0", "uncertainties");
	page_picture("2-result");
	page_no_errors();
}

static void the_gauge_is_dragged(void)
{
	double x0, y0;
	CHECK(page_address[0]);
	page_act("document.querySelector('input[value=gauge]').click()");
	page_act("globalThis.place = k => { const b = document.getElementById('frame').getBoundingClientRect(), p = "
	         "workbench.viewer.toScreen(workbench.viewer.gauge[k]); "
	         "return [b.left + p[0], b.top + p[1]]; }");
	x0 = browser_number("place(1)[0]");
	y0 = browser_number("place(1)[1]");
	double before = browser_number("workbench.result.gauge.to[0]");
	browser_mouse("mousePressed", x0, y0);
	browser_mouse("mouseMoved", x0 - 20, y0);
	browser_mouse("mouseMoved", x0 - 30, y0);
	browser_mouse("mouseReleased", x0 - 30, y0);
	page_until("workbench.settings.now['gauge.to'] !== undefined", "the gauge's new end");
	char shorter[200];
	snprintf(shorter, sizeof shorter, "workbench.result.gauge.to[0] < %g", before - 10);
	page_until(shorter, "a result with the shorter gauge");
	page_picture("3-gauge");
	page_no_errors();
}

static void the_spring_is_changed_and_undone(void)
{
	double soft,
	    plain = browser_number("workbench.result.properties.find(p => p.id === 'yield_strength_GPa').value");
	char changed[300];
	page_act(FILL("field-force-spring-stiffness", "300 ± 5 N/m"));
	snprintf(changed, sizeof changed,
	         "Math.abs(workbench.result.properties.find(p => p.id === 'yield_strength_GPa').value - %.9g) > 0.01",
	         plain);
	page_until(changed, "another yield strength");
	soft = browser_number("workbench.result.properties.find(p => p.id === 'yield_strength_GPa').value");
	CHECK_MSG(soft > plain, "a softer spring takes off less: %g, %g", soft, plain);
	page_act("document.getElementById('undo').click()");
	snprintf(changed, sizeof changed,
	         "Math.abs(workbench.result.properties.find(p => p.id === 'yield_strength_GPa').value - %.9g) < 1e-4",
	         plain);
	page_until(changed, "the yield strength of before");
	page_act("document.getElementById('redo').click()");
	page_until("workbench.settings.now['force.spring.stiffness'] !== undefined", "the change again");
	page_act("document.getElementById('undo').click()");
	page_until(changed, "the yield strength of before");
	page_no_errors();
}

/* A fracture frame set by hand stands as such, and what speaks against it is said. */
static void the_fracture_is_overridden(void)
{
	page_act("(() => { const d = workbench.result.decisions.find(q => q.key === 'fracture.frame' && "
	         "q.text.startsWith('frame')); "
	         "workbench.change({'fracture.frame': String(d.value - 1)}); })()");
	page_until("workbench.result.decisions.some(d => d.key === 'fracture.frame' && d.given)",
	           "the fracture that is given");
	page_act("document.getElementById('undo').click()");
	page_until("!workbench.result.decisions.some(d => d.key === 'fracture.frame' && d.given)",
	           "the fracture that is found");
	page_act("(() => { const d = workbench.result.decisions.find(q => q.key === 'properties.yield_at'); "
	         "workbench.change({'properties.yield_at': `${(130 * d.value).toFixed(3)} ± 0.01 %`}); })()");
	page_until(
	    "workbench.result.decisions.some(d => d.key === 'properties.yield_at' && d.given && d.contradiction)",
	    "the yield point that is given, and the one that is found");
	page_until("document.querySelector('.decision .differs')", "the contradiction in the panel");
	page_picture("3b-fracture");
	page_act("document.getElementById('undo').click()");
	page_until("!workbench.result.decisions.some(d => d.key === 'properties.yield_at' && d.contradiction)",
	           "no contradiction");
	page_no_errors();
}

static void it_can_be_used_without_seeing_it(void)
{
	static const int width[] = {1400, 1280, 400};
	for (int i = 0; i < 6; i++) {
		char what[60];
		snprintf(what, sizeof what, "the workbench at %d px, %s", width[i % 3], i < 3 ? "light" : "dark");
		browser_look(width[i % 3], 900, i >= 3, true);
		browser_check_access(what);
	}
	browser_look(1280, 900, false, true);
}

static void wrong_values_are_said(void)
{
	page_act(FILL("field-specimen-thickness", "150 µN"));
	page_until("document.querySelector('.wrong')", "a sentence beside the field");
	page_picture("4-wrong");
	page_act("document.getElementById('undo').click()");
	page_until("!document.querySelector('.wrong')", "no sentence");
	page_no_errors();
}

static void two_variants_stand_side_by_side(void)
{
	page_act("document.getElementById('add-variant').click()");
	page_act(FILL("field-force-spring-stiffness", "300 ± 5 N/m"));
	page_until("workbench.other && workbench.other.properties.find(p => p.id === 'yield_strength_GPa').u > 0",
	           "a second result");
	CHECK(browser_number("document.querySelectorAll('#properties thead th').length") == 4);
	page_picture("5-variants");
	page_act(
	    "(() => { const v = document.getElementById('variant'); v.value = 0; v.dispatchEvent(new Event('change')); "
	    "})()");
	page_no_errors();
}

/* "" when the summary's number is the page's, in as many digits as it has. */
static const char *said_like(const json_t *properties, const char *id, double shown)
{
	static char wrong[200];
	const double kept = json_number_value(json_object_get(json_object_get(properties, id), "value"));
	char digits[64], again[64];
	int n = 17;
	for (int k = 1; k < 17; k++) { /* the fewest that give the same number back */
		snprintf(digits, sizeof digits, "%.*g", k, kept);
		if (strtod(digits, NULL) == kept) {
			n = k;
			break;
		}
	}
	snprintf(digits, sizeof digits, "%.*g", n, kept);
	snprintf(again, sizeof again, "%.*g", n, shown);
	snprintf(wrong, sizeof wrong, "%s: %s kept, %s shown", id, digits, again);
	return strcmp(digits, again) == 0 ? "" : wrong;
}

static void saved_and_loaded_again(void)
{
	char folder[1200], path[1300];
	json_error_t wrong;
	double yield = browser_number("workbench.result.properties.find(p => p.id === 'yield_strength_GPa').value");
	double e = browser_number("workbench.result.properties.find(p => p.id === 'youngs_modulus_GPa').value");
	page_act("document.getElementById('save').click()");
	char variants[1300];
	snprintf(variants, sizeof variants, "%.*s-variants.yaml", (int)(strlen(description) - 5), description);
	for (int i = 0; i < 100 && access(variants, R_OK) != 0; i++)
		page_pause(100);
	FILE *v = fopen(variants, "r");
	char kept[4000] = "";
	CHECK_MSG(v && fread(kept, 1, sizeof kept - 1, v) > 0, "the variants are not kept in %s", variants);
	fclose(v);
	CHECK_HAS(kept, "variants: true");
	CHECK_HAS(kept, "'force.spring.stiffness': '300 ± 5 N/m'");
	snprintf(folder, sizeof folder, "%.*s-results", (int)(strlen(description) - 5), description);
	snprintf(path, sizeof path, "%s/summary.json", folder);
	for (int i = 0; i < 1200 && access(path, R_OK) != 0; i++)
		page_pause(100);
	json_t *summary = json_load_file(path, 0, &wrong), *p = json_object_get(summary, "properties");
	CHECK_MSG(summary, "no summary in %s", folder);
	/* to the last digit that the summary has */
	CHECK_STR(said_like(p, "yield_strength_GPa", yield), "");
	CHECK_STR(said_like(p, "youngs_modulus_GPa", e), "");
	json_decref(summary);
	FILE *f = fopen(description, "r");
	char text[20000];
	size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
	text[n] = 0;
	if (f) fclose(f);
	CHECK_HAS(text, "begun by temtensile init"); /* comments stay */
	CHECK_HAS(text, "8.0 ± 0.05 nm");
	page_until("!document.getElementById('page').hidden", "the link to the page of results");
	json_t *there = browser_eval("fetch(document.getElementById('page').href).then(r => r.ok ? r.text() : '')");
	CHECK_HAS(json_string_value(there), "<title>");
	json_decref(there);
	browser_visit(page_address);
	page_until("globalThis.workbench && workbench.result", "the result after loading again");
	page_until("workbench.result.properties.find(p => p.id === 'youngs_modulus_GPa').u > 0", "uncertainties");
	CHECK_NEAR(browser_number("workbench.result.properties.find(p => p.id === 'yield_strength_GPa').value"), yield,
	           1e-5 * yield);
	page_no_errors();
}

static void small_and_dark(void)
{
	browser_look(400, 800, true, true);
	browser_visit(page_address);
	page_until("globalThis.workbench && workbench.result", "the result on a small screen");
	CHECK_MSG(browser_number("document.documentElement.scrollWidth") <= 400,
	          "the page is wider than the screen: %g px", browser_number("document.documentElement.scrollWidth"));
	page_picture("6-small");
	page_no_errors();
	browser_check_access("the dark workbench at 400 px");
}

static const check_case cases[] = {
    {"what is needed is filled in", what_is_needed_is_filled_in},
    {"the gauge is dragged", the_gauge_is_dragged},
    {"the spring is changed and undone", the_spring_is_changed_and_undone},
    {"the fracture is overridden", the_fracture_is_overridden},
    {"it can be used without seeing it", it_can_be_used_without_seeing_it},
    {"wrong values are said", wrong_values_are_said},
    {"two variants stand side by side", two_variants_stand_side_by_side},
    {"saved and loaded again", saved_and_loaded_again},
    {"small and dark", small_and_dark},
};

CHECK_MAIN(cases)
