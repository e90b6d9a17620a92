/* A stranger's first quarter of an hour with the workbench, in a real browser: begin a description, fill in what is
 * needed, drag the gauge, change the spring, undo, compare two variants, save, load again; and what was saved gives by
 * command line what the page showed. SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "../report/browser.h"
#include "check.h"
#include "temtensile/jobs.h"
#include "temtensile/report.h"
#include "temtensile/serve.h"
#include "temtensile/simulate.h"

static char address[128], description[1100];
static volatile int stop;
static pthread_t thread;

static void on_listening(void *ctx, const char *where)
{
	(void)ctx;
	snprintf(address, sizeof address, "%s", where);
}

static void *serve(void *ctx)
{
	const char *const paths[] = {description};
	const tt_workbench_options o = {.keep = true, .listening = on_listening};
	const tt_job job = {.cancel = &stop, .threads = 2};
	(void)ctx;
	tt_error err;
	tt_workbench(paths, 1, &o, &job, &err);
	return NULL;
}

static void pause_ms(int ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

static void end(void)
{
	browser_stop();
	stop = 1;
	if (address[0]) pthread_join(thread, NULL);
	tt_canvas_forget_fonts();
}

static void start(void)
{
	static const char film[] =
	    "name: small\nseed: 5\ncontrol: {rate: 14 µN/s, approach: 3 s, hold: 1 s, unload_rate: 90 µN/s, after: 1 "
	    "s}\n"
	    "law: {fracture_strain: 4 %}\nvideo: {size: [320, 200], frame_rate: 4 Hz, codec: h264, crf: 18}\n";
	char folder[1000], spec[1024], video[1100], log[1100];
	tt_error err;
	if (address[0]) return;
	browser_start();
	tt_simulate_options options = tt_simulate_defaults();
	snprintf(folder, sizeof folder, "%s/test", check_tmp());
	snprintf(spec, sizeof spec, "%s/simulation.yaml", check_tmp());
	snprintf(video, sizeof video, "%s/test.mp4", folder);
	snprintf(log, sizeof log, "%s/log.txt", folder);
	snprintf(description, sizeof description, "%s/mine.yaml", folder);
	FILE *f = fopen(spec, "w");
	CHECK(f && fputs(film, f) >= 0 && fclose(f) == 0);
	CHECK_MSG(tt_simulate(spec, &options, folder, NULL, NULL, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(tt_init(video, log, description, false, &err) == TT_OK, "%s", err.message);
	CHECK(pthread_create(&thread, NULL, serve, NULL) == 0);
	atexit(end);
	for (int i = 0; i < 500 && !address[0]; i++)
		pause_ms(10);
	CHECK(address[0]);
}

/* Waits until the expression is true in the page. */
static void until(const char *expression, const char *what)
{
	char whole[1000];
	snprintf(whole, sizeof whole, "(%s) ? 1 : 0", expression);
	for (int i = 0; i < 600; i++) {
		if (browser_number(whole) == 1) return;
		pause_ms(100);
	}
	json_t *status = browser_eval("document.getElementById('status').textContent");
	check_stop(CHECK_FAILED, "%s did not come about within a minute: %s", what, json_string_value(status));
}

static void act(const char *expression)
{
	json_decref(browser_eval(expression));
}

static void picture(const char *name)
{
	const char *folder = getenv("TT_PICTURES");
	char path[1100];
	if (!folder) return;
	snprintf(path, sizeof path, "%s/%s.png", folder, name);
	browser_picture(path, false);
}

static void no_errors(void)
{
	for (size_t i = 0; i < browser_errors(); i++)
		check_note("%s", browser_error(i));
	CHECK(browser_errors() == 0);
}

#define FILL(id, text)                                                                                                 \
	"(() => { const f = document.getElementById('" id "'); f.value = '" text                                       \
	"'; f.dispatchEvent(new Event('change')); })()"

static void what_is_needed_is_filled_in(void)
{
	start();
	browser_look(1280, 800, false, true);
	browser_visit(address);
	until("globalThis.workbench && workbench.test", "the test's page");
	until("document.getElementById('status').textContent.includes('needed')",
	      "the sentence that says what is needed");
	picture("1-needed");
	act("document.getElementById('tab-fields').click()");
	act(FILL("field-video-pixel_size", "8,0 ± 0,05 nm")); /* a German keyboard */
	act(FILL("field-specimen-width", "400 ± 8 nm"));
	act(FILL("field-specimen-thickness", "150 ± 3 nm"));
	until("workbench.result", "a result");
	CHECK(browser_number("workbench.result.properties.length") > 10);
	CHECK(browser_number("document.querySelectorAll('#properties tbody tr').length") > 10);
	until("workbench.result.properties.find(p => p.id === 'youngs_modulus_GPa').u > 0", "uncertainties");
	picture("2-result");
	no_errors();
}

static void the_gauge_is_dragged(void)
{
	double x0, y0;
	CHECK(address[0]);
	act("document.querySelector('input[value=gauge]').click()");
	act("globalThis.place = k => { const b = document.getElementById('frame').getBoundingClientRect(), p = "
	    "workbench.viewer.toScreen(workbench.viewer.gauge[k]); "
	    "return [b.left + p[0], b.top + p[1]]; }");
	x0 = browser_number("place(1)[0]");
	y0 = browser_number("place(1)[1]");
	double before = browser_number("workbench.result.gauge.to[0]");
	browser_mouse("mousePressed", x0, y0);
	browser_mouse("mouseMoved", x0 - 20, y0);
	browser_mouse("mouseMoved", x0 - 30, y0);
	browser_mouse("mouseReleased", x0 - 30, y0);
	until("workbench.settings.now['gauge.to'] !== undefined", "the gauge's new end");
	char shorter[200];
	snprintf(shorter, sizeof shorter, "workbench.result.gauge.to[0] < %g", before - 10);
	until(shorter, "a result with the shorter gauge");
	picture("3-gauge");
	no_errors();
}

static void the_spring_is_changed_and_undone(void)
{
	double soft,
	    plain = browser_number("workbench.result.properties.find(p => p.id === 'yield_strength_GPa').value");
	char changed[300];
	act(FILL("field-force-spring-stiffness", "300 ± 5 N/m"));
	snprintf(changed, sizeof changed,
	         "Math.abs(workbench.result.properties.find(p => p.id === 'yield_strength_GPa').value - %.9g) > 0.01",
	         plain);
	until(changed, "another yield strength");
	soft = browser_number("workbench.result.properties.find(p => p.id === 'yield_strength_GPa').value");
	CHECK_MSG(soft > plain, "a softer spring takes off less: %g, %g", soft, plain);
	act("document.getElementById('undo').click()");
	snprintf(changed, sizeof changed,
	         "Math.abs(workbench.result.properties.find(p => p.id === 'yield_strength_GPa').value - %.9g) < 1e-4",
	         plain);
	until(changed, "the yield strength of before");
	act("document.getElementById('redo').click()");
	until("workbench.settings.now['force.spring.stiffness'] !== undefined", "the change again");
	act("document.getElementById('undo').click()");
	until(changed, "the yield strength of before");
	no_errors();
}

/* A fracture frame set by hand stands as such, and what speaks against it is said. */
static void the_fracture_is_overridden(void)
{
	act("(() => { const d = workbench.result.decisions.find(q => q.key === 'fracture.frame' && "
	    "q.text.startsWith('frame')); "
	    "workbench.change({'fracture.frame': String(d.value - 1)}); })()");
	until("workbench.result.decisions.some(d => d.key === 'fracture.frame' && d.given)",
	      "the fracture that is given");
	act("document.getElementById('undo').click()");
	until("!workbench.result.decisions.some(d => d.key === 'fracture.frame' && d.given)",
	      "the fracture that is found");
	act("(() => { const d = workbench.result.decisions.find(q => q.key === 'properties.yield_at'); "
	    "workbench.change({'properties.yield_at': `${(130 * d.value).toFixed(3)} ± 0.01 %`}); })()");
	until("workbench.result.decisions.some(d => d.key === 'properties.yield_at' && d.given && d.contradiction)",
	      "the yield point that is given, and the one that is found");
	until("document.querySelector('.decision .differs')", "the contradiction in the panel");
	picture("3b-fracture");
	act("document.getElementById('undo').click()");
	until("!workbench.result.decisions.some(d => d.key === 'properties.yield_at' && d.contradiction)",
	      "no contradiction");
	no_errors();
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
	act(FILL("field-specimen-thickness", "150 µN"));
	until("document.querySelector('.wrong')", "a sentence beside the field");
	picture("4-wrong");
	act("document.getElementById('undo').click()");
	until("!document.querySelector('.wrong')", "no sentence");
	no_errors();
}

static void two_variants_stand_side_by_side(void)
{
	act("document.getElementById('add-variant').click()");
	act(FILL("field-force-spring-stiffness", "300 ± 5 N/m"));
	until("workbench.other && workbench.other.properties.find(p => p.id === 'yield_strength_GPa').u > 0",
	      "a second result");
	CHECK(browser_number("document.querySelectorAll('#properties thead th').length") == 4);
	picture("5-variants");
	act("(() => { const v = document.getElementById('variant'); v.value = 0; v.dispatchEvent(new Event('change')); "
	    "})()");
	no_errors();
}

static void saved_and_loaded_again(void)
{
	char folder[1200], path[1300];
	json_error_t wrong;
	double yield = browser_number("workbench.result.properties.find(p => p.id === 'yield_strength_GPa').value");
	double e = browser_number("workbench.result.properties.find(p => p.id === 'youngs_modulus_GPa').value");
	act("document.getElementById('save').click()");
	char variants[1300];
	snprintf(variants, sizeof variants, "%.*s-variants.yaml", (int)(strlen(description) - 5), description);
	for (int i = 0; i < 100 && access(variants, R_OK) != 0; i++)
		pause_ms(100);
	FILE *v = fopen(variants, "r");
	char kept[4000] = "";
	CHECK_MSG(v && fread(kept, 1, sizeof kept - 1, v) > 0, "the variants are not kept in %s", variants);
	fclose(v);
	CHECK_HAS(kept, "variants: true");
	CHECK_HAS(kept, "'force.spring.stiffness': '300 ± 5 N/m'");
	snprintf(folder, sizeof folder, "%.*s-results", (int)(strlen(description) - 5), description);
	snprintf(path, sizeof path, "%s/summary.json", folder);
	for (int i = 0; i < 1200 && access(path, R_OK) != 0; i++)
		pause_ms(100);
	json_t *summary = json_load_file(path, 0, &wrong), *p = json_object_get(summary, "properties");
	CHECK_MSG(summary, "no summary in %s", folder);
	/* the page has six digits */
	CHECK_NEAR(json_number_value(json_object_get(json_object_get(p, "yield_strength_GPa"), "value")), yield,
	           1e-5 * yield);
	CHECK_NEAR(json_number_value(json_object_get(json_object_get(p, "youngs_modulus_GPa"), "value")), e, 1e-5 * e);
	json_decref(summary);
	FILE *f = fopen(description, "r");
	char text[20000];
	size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
	text[n] = 0;
	if (f) fclose(f);
	CHECK_HAS(text, "begun by temtensile init"); /* comments stay */
	CHECK_HAS(text, "8.0 ± 0.05 nm");
	browser_visit(address);
	until("globalThis.workbench && workbench.result", "the result after loading again");
	until("workbench.result.properties.find(p => p.id === 'youngs_modulus_GPa').u > 0", "uncertainties");
	CHECK_NEAR(browser_number("workbench.result.properties.find(p => p.id === 'yield_strength_GPa').value"), yield,
	           1e-5 * yield);
	no_errors();
}

static void small_and_dark(void)
{
	browser_look(400, 800, true, true);
	browser_visit(address);
	until("globalThis.workbench && workbench.result", "the result on a small screen");
	CHECK_MSG(browser_number("document.documentElement.scrollWidth") <= 400,
	          "the page is wider than the screen: %g px", browser_number("document.documentElement.scrollWidth"));
	picture("6-small");
	no_errors();
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
