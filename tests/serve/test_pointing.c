/* What is pointed at in the workbench, in a real browser: the gauge snapped and turned, a region, scale bar, width,
 * neck and edges; one curve dragged over the other; a study's curves; files; keys; exports; and a hostile page beside
 * it. SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "page.h"

static char study[1100], description[1100];

/* Two tests of a study, the first with a folder of its own beside a recording that nobody has described. */
static void start(void)
{
	static const char one[] =
	    "name: one\nseed: 5\ncontrol: {rate: 14 µN/s, approach: 3 s, hold: 1 s, unload_rate: 90 µN/s, after: 1 s}\n"
	    "law: {fracture_strain: 4 %}\nvideo: {size: [320, 200], frame_rate: 4 Hz, codec: h264, crf: 18}\n"
	    "film: {deposition_pressure: 5 Pa}\n",
	                  two[] = "name: two\nseed: 6\ncontrol: {rate: 14 µN/s, approach: 3 s, hold: 1 s, unload_rate: "
	                          "90 µN/s, after: 1 s}\n"
	                          "law: {fracture_strain: 3 %}\nvideo: {size: [320, 200], frame_rate: 4 Hz, codec: "
	                          "h264, crf: 18}\n"
	                          "film: {deposition_pressure: 50 Pa}\n";
	static const char *const paths[] = {study};
	char folder[1000];
	if (page_address[0]) return;
	page_simulate("two", two, folder);
	page_simulate("one", one, folder);
	snprintf(description, sizeof description, "%s/test.yaml", folder);
	snprintf(study, sizeof study, "%s/study.yaml", check_tmp());
	FILE *f = fopen(study, "w");
	CHECK(f && fputs("name: both\ntests: [one/test.yaml, two/test.yaml]\n", f) >= 0 && fclose(f) == 0);
	page_serve(paths, 1);
}

/* Each case begins with the page as it opens: on the first test, as its description has it. */
static void fresh(void)
{
	start();
	browser_look(1280, 900, false, true);
	browser_visit(page_address);
	page_act("workbench.quick = 1e9"); /* a busy machine is not asked */
	page_act("globalThis.spot = p => { const b = document.getElementById('frame').getBoundingClientRect(), q = "
	         "workbench.viewer.toScreen(p); return [b.left + q[0], b.top + q[1]]; };"
	         "globalThis.tool = t => document.querySelector(`input[value=${t}]`).click();"
	         "globalThis.undo = () => document.getElementById('undo').click();"
	         "globalThis.decided = k => workbench.result.decisions.find(d => d.key === k && d.override) || {};"
	         "globalThis.settled = () => !Object.keys(workbench.settings.now).length && "
	         "document.getElementById('progress').hidden;");
	/* what was looked at for the case before may have to be looked at again */
	page_until("(document.getElementById('pixels').hidden || document.getElementById('pixels-go').click(), "
	           "workbench.result && workbench.viewer.image && document.getElementById('progress').hidden)",
	           "the first test's result");
}

/* A place of the picture, on the screen. */
static void spot(const char *place, double *x, double *y)
{
	char text[300];
	snprintf(text, sizeof text, "spot(%s)[0]", place);
	*x = browser_number(text);
	snprintf(text, sizeof text, "spot(%s)[1]", place);
	*y = browser_number(text);
}

static void click_at(const char *place)
{
	double x, y;
	spot(place, &x, &y);
	page_click(x, y);
}

static void undo(void)
{
	page_act("undo()");
	page_until("settled()", "the settings of before");
}

static void a_study_opens_its_tests(void)
{
	fresh();
	page_until("workbench.result.properties.some(p => p.u > 0)", "uncertainties");
	CHECK(browser_number("workbench.tests.length") == 2);
	CHECK(browser_number("document.querySelectorAll('#test optgroup').length") == 2); /* by pressure */
	page_no_errors();
}

static void the_gauge_is_snapped(void)
{
	double x, y;
	fresh();
	page_act("tool('gauge')");
	spot("workbench.viewer.gauge[1]", &x, &y);
	page_drag(x, y, x - 22, y + 3);
	page_until("workbench.settings.now['gauge.to'] && document.getElementById('bands').textContent.includes('is "
	           "known to')",
	           "the bands' uncertainty while the gauge is dragged");
	page_picture("p1-bands");
	page_until("Math.abs(workbench.result.gauge.to[1] - JSON.parse(workbench.settings.now['gauge.to'])[1]) < 0.1",
	           "the result of the dragged gauge");
	page_act("globalThis.drawn = JSON.parse(workbench.settings.now['gauge.to']);"
	         "document.getElementById('snap').click()");
	page_until("workbench.settings.now['gauge.to'] !== `[${drawn[0].toFixed(1)}, ${drawn[1].toFixed(1)}]`",
	           "the snapped end");
	page_until("workbench.viewer.bands && workbench.viewer.bands.u && workbench.viewer.bands.band[0] >= 3 && "
	           "workbench.viewer.bands.band[1] >= 3 || workbench.result.gauge.points.length > 6",
	           "the bands and their subsets");
	page_picture("p2-snapped");
	page_until("document.getElementById('progress').hidden", "the end of the look");
	page_act("undo()");
	undo();
	page_no_errors();
}

static void the_axis_is_turned(void)
{
	double x, y;
	fresh();
	page_act("tool('gauge')");
	spot("workbench.viewer.gauge[1]", &x, &y);
	page_act("globalThis.before = workbench.viewer.gauge.map(p => [...p])");
	browser_hold(8);
	page_drag(x, y, x - 3, y + 40);
	browser_hold(0);
	page_until("workbench.settings.now['gauge.from'] && workbench.settings.now['gauge.to']", "both ends");
	CHECK_MSG(
	    browser_number("(() => { const a = JSON.parse(workbench.settings.now['gauge.from']), b = "
	                   "JSON.parse(workbench.settings.now['gauge.to']), [c, d] = before; const long = (p, q) => "
	                   "Math.hypot(p[0] - q[0], p[1] - q[1]); return Math.abs(long(a, b) - long(c, d)) < 0.3 && "
	                   "Math.abs((a[0] + b[0] - c[0] - d[0]) / 2) < 0.2 && b[1] - a[1] > 10; })()") == 1,
	    "turned about its middle, its length kept");
	page_until("workbench.result.warnings.some(w => w.includes('is turned by'))", "the warning of a turned gauge");
	page_picture("p3-turned");
	undo();
	page_no_errors();
}

static void a_region_is_drawn(void)
{
	double x0, y0, x1, y1;
	fresh();
	page_act("tool('region')");
	spot("[6, 20]", &x0, &y0);
	spot("[312, 182]", &x1, &y1);
	page_drag(x0, y0, x1, y1);
	page_until("workbench.settings.now['gauge.region']", "the region");
	page_until("decided('gauge.region').given", "a result within the region");
	CHECK(browser_number("workbench.viewer.region.length") == 4);
	page_picture("p4-region");
	undo();
	page_until("!decided('gauge.region').given", "the whole frame again");
	page_no_errors();
}

static void scale_bar_and_width_are_measured(void)
{
	fresh();
	page_act("tool('scale')");
	click_at("[20, 150]");
	CHECK(browser_number("document.getElementById('measure').hidden") == 1);
	click_at("[120, 150]");
	page_until("!document.getElementById('measure').hidden", "the question for the length");
	page_act("document.getElementById('measure-length').value = '0,8 µm';"
	         "document.querySelector('#measure button').click()");
	page_until("workbench.settings.now['video.pixel_size']", "a pixel size");
	json_t *size = browser_eval("workbench.settings.now['video.pixel_size']");
	double value = strtod(json_string_value(size), NULL);
	CHECK_MSG(fabs(value - 0.008) < 2e-4 && strstr(json_string_value(size), "±") &&
	              strstr(json_string_value(size), "µm"),
	          "0.8 µm over 100 px are %s", json_string_value(size));
	json_decref(size);
	page_until("document.getElementById('progress').hidden", "the end of the look");
	undo();
	page_act("tool('width')");
	click_at("[150, 75]");
	click_at("[150, 125]");
	page_until("!document.getElementById('measure').hidden", "the question for the width");
	page_act("document.querySelector('#measure button').click()");
	page_until("workbench.settings.now['specimen.width']", "a width");
	size = browser_eval("workbench.settings.now['specimen.width']");
	value = strtod(json_string_value(size), NULL);
	CHECK_MSG(fabs(value - 50e9 * browser_number("workbench.viewer.pixelSize")) < 0.02 * value, "50 px are %s",
	          json_string_value(size));
	CHECK_HAS(json_string_value(size), "±");
	json_decref(size);
	page_picture("p5-width");
	page_until("document.getElementById('progress').hidden", "the end of the look");
	undo();
	page_no_errors();
}

/* One curve over the other: the clocks. */
static void the_clock_is_dragged(void)
{
	fresh();
	page_act("document.getElementById('signals').scrollIntoView({block: 'center'})");
	page_act("globalThis.at = (() => { const p = workbench.signals, s = p.series.find(q => q.slides), b = "
	         "document.getElementById('signals').getBoundingClientRect(); let k = -1; for (let i = 1; i < "
	         "s.x.length; i++) "
	         "if (s.y[i] !== null && s.x[i] !== null && !p.marks.some(m => m.drag && Math.abs(p.px(m.x) - "
	         "p.px(s.x[i])) < "
	         "12) && i > s.x.length / 2) { k = i; break; } return [b.left + p.px(s.x[k]), b.top + p.py(s.y[k], "
	         "s.right), "
	         "p.vx(8) - p.vx(0)]; })(); globalThis.clock = decided('sync.log_starts_at').value");
	double x = browser_number("at[0]"), y = browser_number("at[1]"), by = browser_number("at[2]");
	CHECK_MSG(by > 0 && isfinite(x) && isfinite(y), "%g %g %g", x, y, by);
	page_drag(x, y, x - 8, y);
	page_until("workbench.settings.now['sync.log_starts_at']", "a clock by hand");
	page_until("decided('sync.log_starts_at').value !== clock", "the result with that clock");
	double moved = browser_number("decided('sync.log_starts_at').value - clock");
	CHECK_NEAR(moved, by, 0.2 * by); /* the images' curve goes to earlier log times: the log starts later */
	page_until("decided('sync.log_starts_at').contradiction", "what the program finds against it");
	page_picture("p6-clock");
	page_act("scrollTo(0, 0)");
	undo();
	page_no_errors();
}

static void neck_and_edges_are_shown(void)
{
	fresh();
	page_until("decided('fracture.edges').text && decided('fracture.edges').text.includes('°')", "the found edges");
	page_act("workbench.go(workbench.test.numbers.indexOf(decided('fracture.edges').frame))");
	page_until("workbench.viewer.marks.some(m => m.points.length >= 2)", "the edges on their frame");
	page_picture("p7-edges");
	page_act("tool('edges')");
	click_at("[140, 80]");
	click_at("[150, 120]");
	click_at("[180, 80]");
	click_at("[182, 120]");
	page_until("decided('fracture.edges').given", "edges by hand");
	undo();
	page_act("tool('neck'); workbench.go(0)");
	click_at("[150, 100]");
	page_until("decided('necking.at').given", "a neck by hand");
	undo();
	page_act("tool('move')");
	page_no_errors();
}

/* A slider of k moves the curve while it is held. */
static void the_spring_slides(void)
{
	fresh();
	page_act("document.getElementById('tab-decisions').click(); globalThis.had = workbench.curves;"
	         "globalThis.slide = document.getElementById('slide-force-spring-stiffness');"
	         "slide.value = slide.value * 0.9; slide.dispatchEvent(new Event('input'))");
	page_until("workbench.curves > had", "a curve while the slider is held");
	CHECK(browser_number("Object.keys(workbench.settings.now).length") == 0);
	page_act("slide.dispatchEvent(new Event('change'))");
	page_until("workbench.settings.now['force.spring.stiffness']", "the spring that was let go");
	undo();
	page_no_errors();
}

static void variants_come_and_go(void)
{
	fresh();
	page_act("document.getElementById('add-variant').click()");
	CHECK(browser_number("workbench.settings.variants.length") == 2);
	page_act("undo()");
	CHECK(browser_number("workbench.settings.variants.length") == 1);
	page_act("document.getElementById('redo').click(); document.getElementById('remove-variant').click()");
	CHECK(browser_number("workbench.settings.variants.length") == 1);
	page_act("undo()");
	CHECK(browser_number("workbench.settings.variants.length") == 2);
	page_act("undo()");
	page_no_errors();
}

/* Said before the recording is looked at again. */
static void pixels_are_asked_for(void)
{
	fresh();
	page_act("workbench.quick = 0; workbench.change({'gauge.width_px': '41 px'})");
	page_until("!document.getElementById('pixels').hidden", "the question before the pixels are looked at");
	page_act("workbench.change({'gauge.width_px': '42 px'})"); /* further changes may be made */
	page_pause(400);
	CHECK(browser_number("workbench.result.gauge.width") > 45); /* as it was found */
	page_picture("p12-asked");
	page_act("document.getElementById('pixels-go').click()");
	page_until("decided('gauge.width_px').given && decided('gauge.width_px').value === 42",
	           "the look at the pixels");
	page_until("document.getElementById('progress').hidden", "its end");
	page_act("workbench.change({'gauge.width_px': '43 px'})");
	page_until("!document.getElementById('pixels').hidden", "the question again");
	page_act("document.getElementById('pixels-no').click()");
	page_until("workbench.settings.now['gauge.width_px'] === '42 px' && document.getElementById('pixels').hidden",
	           "the change that was taken back");
	page_act("workbench.quick = 1e9; undo(); undo()");
	page_until("settled() && !decided('gauge.width_px').given", "the settings of before");
	page_no_errors();
}

/* Without a mouse. */
static void by_keys(void)
{
	fresh();
	page_act("workbench.go(5); document.getElementById('frame').focus()");
	browser_key("ArrowRight");
	CHECK(browser_number("workbench.frame") == 6);
	browser_key("Home");
	CHECK(browser_number("workbench.frame") == 0);
	page_act("document.getElementById('curve').focus()");
	browser_key("ArrowRight");
	browser_key("ArrowRight");
	CHECK(browser_number("workbench.frame") >= 2);
	page_act(
	    "tool('gauge'); document.getElementById('frame').focus(); globalThis.end = workbench.viewer.gauge[0][0];"
	    "workbench.viewer.end = 0");
	browser_key("ArrowRight");
	browser_key("ArrowRight");
	page_until("workbench.settings.now['gauge.from']", "the end that was moved by keys");
	CHECK_NEAR(browser_number("JSON.parse(workbench.settings.now['gauge.from'])[0] - end"), 2, 0.11);
	page_until("document.getElementById('progress').hidden", "the end of the look");
	undo();
	page_act("tool('move')");
	CHECK_MSG(browser_number("document.querySelectorAll('.field .pixels').length") > 8,
	          "fields that need the pixels say so");
	page_no_errors();
}

static void exported(void)
{
	fresh();
	page_act(
	    "navigator.clipboard.writeText = t => { globalThis.copied = t; return Promise.resolve(); };"
	    "const e = document.getElementById('export'); e.value = 'clipboard'; e.dispatchEvent(new Event('change'))");
	page_until(
	    "globalThis.copied && copied.startsWith('strain\\tstress (GPa)\\n') && copied.split('\\n').length > 20",
	    "the curve on the clipboard");
	/* the figure's width is what the field says */
	page_act("globalThis.wide = w => fetch('api/export', {method: 'POST', headers: {'Content-Type': "
	         "'application/json'}, "
	         "body: JSON.stringify({test: 0, format: 'svg', width_mm: w})}).then(r => r.text()).then(t => "
	         "parseFloat(/width=\"([0-9.]+)/.exec(t)[1]))");
	double narrow = browser_number("wide(85)"), wide = browser_number("wide(170)");
	CHECK_NEAR(wide / narrow, 2, 0.02);
	page_act("globalThis.asked = []; const f = window.fetch; globalThis.plain = f; window.fetch = (u, o) => { "
	         "if (u === 'api/export') asked.push(JSON.parse(o.body)); return f(u, o); };"
	         "document.getElementById('export-width').value = '120,5';"
	         "e.value = 'pdf'; e.dispatchEvent(new Event('change'))");
	page_until("asked.length && asked[0].width_mm === 120.5 && asked[0].format === 'pdf'",
	           "the width in the request");
	page_act("window.fetch = plain");
	page_no_errors();
}

static void all_curves_and_a_click(void)
{
	fresh();
	page_act("const t = document.getElementById('test'); t.value = 1; t.dispatchEvent(new Event('change'))");
	page_until(
	    "workbench.result && workbench.test.name === 'two' && workbench.result.properties.some(p => p.u > 0)",
	    "the second test's result");
	page_act("document.getElementById('all').click()");
	page_until("workbench.together && workbench.together.length === 2", "both curves");
	page_picture("p8-all");
	page_act(
	    "globalThis.at = (() => { const c = workbench.curve, t = workbench.together.find(q => q.test === 0), b = "
	    "document.getElementById('curve').getBoundingClientRect(); let k = t.x.length - 1; while (t.x[k] === null "
	    "|| "
	    "t.y[k] === null) k--; return [b.left + c.px(t.x[k]), b.top + c.py(t.y[k])]; })()");
	page_click(browser_number("at[0]"), browser_number("at[1]"));
	page_until("workbench.test.name === 'one' && workbench.result && !workbench.together",
	           "the test that was clicked");
	page_no_errors();
}

static void files_are_opened(void)
{
	fresh();
	page_act("document.getElementById('open').click()");
	page_until("document.querySelectorAll('#files-list button').length > 2", "the files");
	page_act("globalThis.entry = name => [...document.querySelectorAll('#files-list button')].find(b => "
	         "b.textContent.startsWith(name))");
	page_until("entry('test.mp4') && entry('log.txt')", "the recording and the log");
	page_act("entry('test.mp4').click(); entry('log.txt').click()");
	page_picture("p9-files");
	browser_check_access("the dialog of files");
	page_act("document.getElementById('files-begin').click()");
	page_until("workbench.tests.length === 3 && document.getElementById('status').textContent.includes('needed')",
	           "the description that was begun");
	/* nothing outside the folders */
	CHECK(browser_number("fetch('api/files?root=0&at=..').then(r => r.status)") == 400);
	CHECK(browser_number(
	          "fetch('api/files?root=0&at=' + encodeURIComponent('../../../../etc')).then(r => r.status)") == 400);
	CHECK(browser_number("fetch('api/files?root=77').then(r => r.status)") == 400);
	CHECK(browser_number(
	          "fetch('api/open', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: "
	          "JSON.stringify({root: 0, at: '../../../../etc', name: 'passwd'})}).then(r => r.json()).then(j => "
	          "j.error.includes('not in the folders') ? 1 : 0)") == 1);
	page_act("const s = document.getElementById('test'); s.value = 0; s.dispatchEvent(new Event('change'))");
	page_until("workbench.test.name === 'one' && workbench.result", "the first test again");
}

static void large_and_dark(void)
{
	fresh();
	browser_look(3840, 2160, false, true);
	page_pause(500);
	page_picture("p10-4k");
	CHECK(browser_number("document.documentElement.scrollWidth") <= 3840);
	browser_look(1280, 900, true, true);
	page_pause(300);
	page_picture("p11-dark");
	browser_check_access("the dark workbench with a result");
	browser_look(400, 800, false, true);
	browser_check_access("the workbench at 400 px");
	browser_look(1280, 900, false, true);
}

/* ---- a page of somebody's in the same browser, which even knows the whole address ---- */

enum { SLOW = 60 };

/* Somebody's own server; unlike ours it lets everybody in, so that what the page tries there succeeds. */
static enum MHD_Result on_hostile(void *ctx, struct MHD_Connection *c, const char *url, const char *method,
                                  const char *version, const char *data, size_t *size, void **mine)
{
	static const struct {
		const char *end, *type, *text;
	} file[] = {
	    {"app.js", "application/javascript", ";"},
	    {"workbench.css", "text/css", "p {}"},
	    {"frame", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"},
	    {"events", "text/event-stream", "data: 1\n\n"},
	    {"", "text/html", "<!doctype html><title>hostile</title><body>"},
	};
	static int known;
	(void)ctx, (void)method, (void)version, (void)data;
	if (!*mine || *size) {
		*mine = &known;
		*size = 0;
		return MHD_YES;
	}
	size_t k = 0;
	while (strlen(url) < strlen(file[k].end) || strcmp(url + strlen(url) - strlen(file[k].end), file[k].end) != 0)
		k++;
	struct MHD_Response *r = MHD_create_response_from_buffer(strlen(file[k].text), (void *)(uintptr_t)file[k].text,
	                                                         MHD_RESPMEM_PERSISTENT);
	MHD_add_response_header(r, "Content-Type", file[k].type);
	MHD_add_response_header(r, "Access-Control-Allow-Origin", "*");
	MHD_add_response_header(r, "Access-Control-Allow-Headers", "*");
	enum MHD_Result done = MHD_queue_response(c, 200, r);
	MHD_destroy_response(r);
	return done;
}

/* What succeeds of all that a page can try at an address, as a list of names. */
static void tries(const char *at, char *got, size_t size)
{
	static const char tools[] =
	    "globalThis.timed = (ms, p) => Promise.race([p, new Promise(d => setTimeout(d, ms, false))]);"
	    "globalThis.load = (tag, attribute, url) => new Promise(done => { const e = document.createElement(tag); "
	    "e.onload = () => done(true); e.onerror = () => done(false); e.rel = 'stylesheet'; e[attribute] = url; "
	    "document.body.append(e); });"
	    "globalThis.stolen = JSON.stringify({test: 0, sets: ['name=stolen']});"
	    "globalThis.json = {'Content-Type': 'application/json'}; 0";
	static const struct {
		const char *name, *expression;
	} attempt[] = {
	    {"state", "fetch(at + 'api/state').then(r => r.ok)"},
	    {"state with a wrong token", "fetch(at.replace(/[0-9a-f]{32}/, '0'.repeat(32)) + 'api/state').then(r => "
	                                 "r.ok)"},
	    {"a path upwards", "fetch(at + 'results/0/..%2f..%2f..%2fetc/passwd').then(r => r.ok)"},
	    {"save", "fetch(at + 'api/save', {method: 'POST', headers: json, body: stolen}).then(r => r.ok)"},
	    {"picture", "load('img', 'src', at + 'api/frame?test=0&n=0')"},
	    {"script", "load('script', 'src', at + 'app.js')"},
	    {"style", "load('link', 'href', at + 'workbench.css')"},
	    {"events", "new Promise(d => { const e = new EventSource(at + 'api/events'); e.onopen = () => { "
	               "e.close(); d(true); }; e.onerror = () => { e.close(); d(false); }; })"},
	    {"socket",
	     "new Promise(d => { const w = new WebSocket(at.replace('http', 'ws')); w.onopen = () => d(true); "
	     "w.onerror = () => d(false); })"},
	};
	char text[800];
	page_act(tools);
	snprintf(text, sizeof text, "globalThis.at = '%s'; 0", at);
	page_act(text);
	got[0] = 0;
	for (size_t i = 0; i < sizeof attempt / sizeof *attempt; i++) {
		snprintf(text, sizeof text, "timed(5000, %s).catch(() => false).then(y => y ? 1 : 0)",
		         attempt[i].expression);
		if (browser_number(text) == 1)
			snprintf(got + strlen(got), size - strlen(got), "%s%s", got[0] ? ", " : "", attempt[i].name);
	}
}

/* What a page can send without being allowed to read the answer: orders, and very much of it. */
static void sends(void)
{
	page_act("timed(5000, fetch(at + 'api/save', {method: 'POST', mode: 'no-cors', body: stolen})).catch(() => "
	         "false).then(() => 0)");
	page_act("(() => { const f = document.createElement('form'), i = document.createElement('input'); f.method = "
	         "'post'; f.enctype = 'text/plain'; f.action = at + 'api/save'; f.target = 'inside'; i.name = "
	         "'{\"test\":0,\"sets\":[\"name=stolen\"],\"x\":\"'; i.value = '\"}'; f.append(i); const w = "
	         "document.createElement('iframe'); w.name = 'inside'; document.body.append(w, f); f.submit(); })(), "
	         "0");
	/* 1 GB of one megabyte: as a Blob, since the browser tells us the bytes of what a script holds, as text */
	page_act("globalThis.huge = new Blob([new Uint8Array(1 << 20)]); for (let i = 0; i < 10; i++) huge = new "
	         "Blob([huge, huge]); timed(10000, fetch(at + 'api/save', {method: 'POST', mode: 'no-cors', body: "
	         "huge})).catch(() => false).then(() => 0)");
	page_act("(() => { for (let i = 0; i < 300; i++) fetch(at + 'api/frame?test=0&n=' + i, {mode: "
	         "'no-cors'}).catch(() => 0); })(), 0");
}

static char *content(const char *path)
{
	char *text = calloc(1, 20000);
	FILE *f = fopen(path, "r");
	CHECK(f && text && fread(text, 1, 19999, f) > 0);
	fclose(f);
	return text;
}

static void refused(const char *url)
{
	browser_visit(url);
	json_t *text = browser_eval("document.body.textContent.trim()");
	CHECK_STR(json_string_value(text), "refused");
	json_decref(text);
}

static void a_hostile_page_gets_nothing(void)
{
	char got[400], url[200], own[200];
	int slow[SLOW];
	fresh();
	char *before = content(description);
	struct sockaddr_in to = {.sin_family = AF_INET};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	struct MHD_Daemon *daemon =
	    MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL, 0, NULL,
	                     NULL, on_hostile, NULL, MHD_OPTION_SOCK_ADDR, &to, MHD_OPTION_END);
	CHECK(daemon);
	const int port = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	/* a page of another site, at a name that leads to the loopback address; it can reach that address … */
	snprintf(url, sizeof url, "http://rebound.test:%d/", port);
	snprintf(own, sizeof own, "http://127.0.0.1:%d/%032d/", port, 0);
	browser_visit(url);
	tries(own, got, sizeof got);
	CHECK_STR(got, "state, state with a wrong token, a path upwards, save, picture, script, style, events");
	/* … and gets nothing of ours */
	tries(page_address, got, sizeof got);
	CHECK_STR(got, "");
	sends();
	/* nor does a page at our own name with another port, nor one without an address */
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
	browser_visit(url);
	tries(page_address, got, sizeof got);
	CHECK_STR(got, "");
	sends();
	MHD_stop_daemon(daemon);
	browser_visit("data:text/html,<!doctype html><title>hostile</title><body>");
	tries(page_address, got, sizeof got);
	CHECK_STR(got, "");
	sends();
	/* our page at a name of somebody's, with the right port and token; ours with a wrong one, and above it */
	snprintf(url, sizeof url, "http://rebound.test%s", strrchr(page_address, ':'));
	refused(url);
	snprintf(url, sizeof url, "%.*s%032d/", (int)(strrchr(page_address, ':') - page_address) + 7, page_address, 0);
	refused(url);
	snprintf(url, sizeof url, "%sresults/0/..%%2f..%%2f..%%2fetc/passwd", page_address);
	refused(url);
	/* nothing was stopped, not even by requests that never end, and nothing was written */
	to.sin_port = htons((uint16_t)atoi(strrchr(page_address, ':') + 1));
	for (int i = 0; i < SLOW; i++) {
		slow[i] = socket(AF_INET, SOCK_STREAM, 0);
		CHECK(connect(slow[i], (struct sockaddr *)&to, sizeof to) == 0 && send(slow[i], "GET /", 5, 0) == 5);
	}
	fresh();
	for (int i = 0; i < SLOW; i++)
		close(slow[i]);
	char *after = content(description);
	CHECK_STR(after, before);
	free(after);
	free(before);
}

static const check_case cases[] = {
    {"a study opens its tests", a_study_opens_its_tests},
    {"the gauge is snapped", the_gauge_is_snapped},
    {"the axis is turned", the_axis_is_turned},
    {"a region is drawn", a_region_is_drawn},
    {"scale bar and width are measured", scale_bar_and_width_are_measured},
    {"the clock is dragged", the_clock_is_dragged},
    {"neck and edges are shown", neck_and_edges_are_shown},
    {"the spring slides", the_spring_slides},
    {"variants come and go", variants_come_and_go},
    {"pixels are asked for", pixels_are_asked_for},
    {"by keys", by_keys},
    {"exported", exported},
    {"all curves, and a click", all_curves_and_a_click},
    {"files are opened", files_are_opened},
    {"large, dark, small", large_and_dark},
    {"a hostile page gets nothing", a_hostile_page_gets_nothing},
};

CHECK_MAIN(cases)
