/* report.html and study.html in a real browser.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/stat.h>

#include "browser.h"
#include "check.h"
#include "core/outdir.h"
#include "report/page/report.h"
#include "../report/fake_curve.h"
#include "temtensile/report.h"
#include "temtensile/jobs.h"
#include "temtensile/simulate.h"

static const char film[] = "name: \"<b>film</b> & 'co' </script><script>window.bad=1</script>\"\n"
                           "seed: 5\n"
                           "law: {fracture_strain: 4 %, neck_from: 3 %}\n"
                           "control: {approach: 3 s, rate: 8 µN/s, after: 1 s}\n"
                           "video: {size: [400, 300], frame_rate: 6 Hz, file: test.mp4, log_starts_at: 1 s}\n";

/* Analysed once. */
static const char *report(void)
{
	static char path[600];
	char name[600], recording[600];
	tt_error err = {0};
	if (path[0]) return path;
	snprintf(name, sizeof name, "%s/simulation.yaml", check_tmp());
	snprintf(recording, sizeof recording, "%s/recording", check_tmp());
	FILE *f = fopen(name, "w");
	CHECK(f && fputs(film, f) >= 0 && fclose(f) == 0);
	tt_simulate_options how = tt_simulate_defaults();
	CHECK_MSG(tt_simulate(name, &how, recording, NULL, NULL, &err) == TT_OK, "%s", err.message);
	snprintf(name, sizeof name, "%s/recording/test.yaml", check_tmp());
	snprintf(recording, sizeof recording, "%s/results", check_tmp());
	const char *const sets[] = {"properties.draws=100",
	                            "name=<b>film</b> & 'co' </script><script>window.bad=1</script>"};
	const tt_analyze_options o = {.sets = sets, .n_sets = 2, .no_movie = true};
	CHECK_MSG(tt_analyze(name, recording, &o, NULL, NULL, &err) == TT_OK, "%s", err.message);
	snprintf(path, sizeof path, "%s/results/report.html", check_tmp());
	return path;
}

static void nothing_went_wrong(void)
{
	CHECK_MSG(browser_errors() == 0, "the browser says: %s", browser_error(0));
	CHECK_MSG(browser_requests() == 0, "the page asks for %s", browser_request(0));
}

static void open_report(int width, bool dark)
{
	browser_start();
	browser_look(width, 900, dark, true);
	browser_open(report());
}

/* The chart's pixels, through a copy: reading the canvas itself would change how it is drawn. */
#define COPY                                                                                                           \
	"const "                                                                                                       \
	"c=document.getElementById('chart'),o=document.createElement('canvas');o.width=c.width;o.height=c.height;"     \
	"const x=o.getContext('2d',{willReadFrequently:true});x.drawImage(c,0,0);"

/* Different colours on the canvas. */
static double colours(void)
{
	return browser_number("(()=>{" COPY
	                      "const d=x.getImageData(0,0,c.width,c.height).data;const s=new Set();for(let "
	                      "i=0;i<d.length;i+=4)s.add(d[i]+','+d[i+1]+','+d[i+2]+','+d[i+3]);"
	                      "return s.size})()");
}

static void the_curve_is_drawn(void)
{
	open_report(1280, false);
	CHECK(colours() > 20);
	/* along the curve there is ink of the curve's colour */
	double blue = browser_number(
	    "(()=>{" COPY "const k=Chart.getChart(c),r=c.width/c.clientWidth;let n=0,m=0;for(const p of "
	    "k.data.datasets[0].data){const d=x.getImageData("
	    "Math.round(k.scales.x.getPixelForValue(p.x)*r),Math.round(k.scales.y.getPixelForValue(p.y)*r),1,1)"
	    ".data;m++;if(d[2]>d[0]+60)n++;}return n/m})()");
	check_note("%.0f %% of the points are seen", 100 * blue);
	CHECK(blue > 0.9);
	nothing_went_wrong();
}

static void choosing_another_quantity(void)
{
	open_report(1280, false);
	double n = browser_number("document.getElementById('y-quantity').options.length");
	CHECK(n >= 7);
	for (int i = 0; i < (int)n; i++) {
		char script[400];
		snprintf(script, sizeof script,
		         "(()=>{const s=document.getElementById('y-quantity');s.value=%d;s.dispatchEvent(new "
		         "Event('change'));"
		         "const k=Chart.getChart('chart');return k.data.datasets[0].data.length})()",
		         i);
		CHECK_MSG(browser_number(script) > 20, "quantity %d has no points", i);
		CHECK(colours() > 20);
	}
	nothing_went_wrong();
}

/* The row that the disc on the curve marks, by its place. */
static const char row_at_cursor[] =
    "(()=>{const c=document.getElementById('chart'),k=Chart.getChart(c),X=+c.dataset.cursorX,Y=+c.dataset.cursorY;"
    "let best=1e9,row=-1;for(const p of k.data.datasets[0].data){const d=Math.hypot(k.scales.x.getPixelForValue(p.x)-X,"
    "k.scales.y.getPixelForValue(p.y)-Y);if(d<best){best=d;row=p.row}}return best<0.5?row:-1})()";
/* The row whose picture is shown. */
static const char row_of_picture[] =
    "(()=>{const s=document.getElementById('frame').src.split(',')[1],p=readJson('pictures'),d=readJson('data');"
    "return d.kept[p.indexOf(s)]})()";

static void agree(const char *after)
{
	double cursor = browser_number(row_at_cursor), picture = browser_number(row_of_picture),
	       said = browser_number("+document.body.dataset.row");
	CHECK_MSG(cursor == picture && picture == said, "%s: cursor at row %g, picture of row %g, said to be %g", after,
	          cursor, picture, said);
}

static void moving_over_the_curve_shows_the_frame(void)
{
	open_report(1280, false);
	for (int i = 1; i < 8; i++) {
		char script[300];
		snprintf(
		    script, sizeof script,
		    "(()=>{const c=document.getElementById('chart'),k=Chart.getChart(c),b=c.getBoundingClientRect(),"
		    "a=k.data.datasets[0].data,p=a[Math.floor(a.length*%d/8)];return "
		    "[b.left+k.scales.x.getPixelForValue(p.x),"
		    "b.top+k.scales.y.getPixelForValue(p.y),p.row]})()",
		    i);
		json_t *at = browser_eval(script);
		double row = json_number_value(json_array_get(at, 2));
		browser_mouse("mouseMoved", json_number_value(json_array_get(at, 0)),
		              json_number_value(json_array_get(at, 1)));
		json_decref(at);
		agree("after moving over the curve");
		double shown = browser_number("+document.body.dataset.row");
		check_note("row %g pointed at, row %g shown", row, shown);
		CHECK_NEAR(shown, row, 6);
	}
	nothing_went_wrong();
}

static void playing_moves_the_cursor(void)
{
	open_report(1280, false);
	browser_eval("document.getElementById('play').click()");
	double after = browser_number("new Promise(r=>setTimeout(()=>{document.getElementById('play').click();"
	                              "r(+document.getElementById('scrub').value)},1500))");
	CHECK_MSG(after >= 2, "after a second and a half of playing the slider is at %g", after);
	agree("after playing");
	nothing_went_wrong();
}

static void keys(void)
{
	open_report(1280, false);
	browser_eval("document.getElementById('chart-box').focus()");
	browser_key("ArrowRight");
	browser_key("ArrowRight");
	browser_key("PageDown");
	CHECK_NEAR(browser_number("+document.getElementById('scrub').value"), 12, 0);
	agree("after keys");
	browser_key("ArrowLeft");
	CHECK_NEAR(browser_number("+document.getElementById('scrub').value"), 11, 0);
	browser_key("End");
	CHECK_NEAR(browser_number("+document.getElementById('scrub').value-document.getElementById('scrub').max"), 0,
	           0);
	browser_key("Home");
	CHECK_NEAR(browser_number("+document.getElementById('scrub').value"), 0, 0);
	browser_key(" ");
	CHECK_NEAR(browser_number("document.getElementById('play').getAttribute('aria-pressed')==='true'"), 1, 0);
	browser_key(" ");
	CHECK_NEAR(browser_number("document.getElementById('play').getAttribute('aria-pressed')==='true'"), 0, 0);
	nothing_went_wrong();
}

static void the_slider_moves_the_cursor(void)
{
	open_report(1280, false);
	for (int i = 1; i < 5; i++) {
		char script[200];
		snprintf(
		    script, sizeof script,
		    "(()=>{const s=document.getElementById('scrub');s.value=Math.round(s.max*%d/9);s.dispatchEvent(new "
		    "Event('input'))})()",
		    i);
		browser_eval(script);
		agree("after the slider");
	}
	CHECK_NEAR(
	    browser_number("(()=>{document.querySelector('[data-go]').click();return +document.body.dataset.row})()"),
	    0, 0);
	nothing_went_wrong();
}

static void text_from_files_stays_text(void)
{
	open_report(1280, false);
	CHECK_NEAR(browser_number("window.bad===undefined"), 1, 0);
	CHECK_NEAR(browser_number("document.querySelector('h1').textContent.includes('</script><script>')"), 1, 0);
	CHECK_NEAR(browser_number("document.querySelectorAll('h1 b, h1 script').length"), 0, 0);
	CHECK_NEAR(browser_number("document.querySelector('pre').textContent.includes(\"--set 'name=<b>film\")"), 1, 0);
	/* and a script that slipped in would not run */
	CHECK_NEAR(
	    browser_number(
	        "(()=>{const s=document.createElement('script');s.textContent='window.bad=2';document.body.append(s);"
	        "return window.bad===undefined})()"),
	    1, 0);
}

static void the_network_is_out_of_reach(void)
{
	open_report(1280, false);
	nothing_went_wrong();
	CHECK_NEAR(browser_number("fetch('http://127.0.0.1:9/').then(()=>1,()=>0)"), 0, 0);
	CHECK_MSG(browser_errors() > 0, "the page's policy does not refuse a connection");
}

static void readable_without_scripts(void)
{
	browser_start();
	browser_look(1280, 900, false, false);
	browser_open(report());
	browser_look(1280, 900, false, true);
	CHECK_NEAR(browser_number("document.documentElement.classList.contains('js')"), 0, 0);
	CHECK(browser_number("document.querySelector('#static svg').getBoundingClientRect().width") > 300);
	CHECK_NEAR(browser_number("document.getElementById('app').getBoundingClientRect().height"), 0, 0);
	CHECK(browser_number("document.querySelectorAll('table').length") >= 6);
	CHECK(browser_number("[...document.querySelectorAll('.instants img')].filter(i=>i.naturalWidth>0).length") >=
	      4);
}

static void fits_a_narrow_screen(void)
{
	open_report(400, true);
	CHECK_MSG(browser_number("document.documentElement.scrollWidth") <= 400,
	          "the page is %g px wide on a screen of 400", browser_number("document.documentElement.scrollWidth"));
	CHECK(colours() > 20);
	/* dark: letters brighter than the ground */
	CHECK_NEAR(
	    browser_number(
	        "(()=>{const s=getComputedStyle(document.body),l=c=>c.match(/\\d+/g).slice(0,3).reduce((a,v)=>a+ +v,0);"
	        "return l(s.color)>l(s.backgroundColor)+300})()"),
	    1, 0);
	nothing_went_wrong();
}

static void study(void);

/* At three widths, light and dark, nothing that axe-core calls serious; nothing wider than the screen. */
static void six_views(const char *path, const char *name)
{
	static const int width[] = {1400, 1280, 400};
	browser_start();
	for (int i = 0; i < 6; i++) {
		char what[100];
		snprintf(what, sizeof what, "%s, %d px, %s", name, width[i % 3], i < 3 ? "light" : "dark");
		browser_look(width[i % 3], 900, i >= 3, true);
		browser_open(path);
		browser_check_access(what);
		CHECK_MSG(browser_number("document.documentElement.scrollWidth") <= width[i % 3], "%s: %g px wide",
		          what, browser_number("document.documentElement.scrollWidth"));
	}
	nothing_went_wrong();
}

static void nothing_bars_anybody(void)
{
	char path[600];
	struct stat st;
	six_views(report(), "report.html");
	snprintf(path, sizeof path, "%s/study/study.html", check_tmp());
	if (stat(path, &st) != 0) study();
	six_views(path, "study.html");
	browser_look(1400, 900, false, true);
	browser_open(path);
	CHECK_MSG(
	    browser_number("[...document.querySelectorAll('.scroll')].every(s=>s.scrollWidth<=s.clientWidth+1)") == 1,
	    "a table is cut at 1400 px");
}

/* All methods in one film. */
static void film_bars_nobody(void)
{
	char path[600], out[600];
	tt_error err = {0};
	tt_report said = {0};
	snprintf(path, sizeof path, "%s/samples/films/film-10pa/film.yaml", check_source_root());
	snprintf(out, sizeof out, "%s/film", check_tmp());
	CHECK_MSG(tt_film(path, out, NULL, NULL, &said, &err) == TT_OK, "%s", err.message);
	tt_report_clear(&said);
	snprintf(path, sizeof path, "%s/film/film.html", check_tmp());
	six_views(path, "film.html");
}

/* The study of the samples, with its films, as ./samples/run leaves it. */
static void samples_bar_nobody(void)
{
	char path[600];
	struct stat st;
	snprintf(path, sizeof path, "%s/results/study.html", check_source_root());
	if (stat(path, &st) != 0) CHECK_SKIP("there are no results of the samples (./samples/run)");
	six_views(path, "study.html of the samples");
}

/* Raw − air − spring = specimen, to the last digit shown; marks and zoom. */
static void the_balance_adds_up(void)
{
	open_report(1280, false);
	json_decref(browser_eval(
	    "(()=>{const s=document.getElementById('scrub');s.value=Math.round(s.max*0.6);s.dispatchEvent(new "
	    "Event('input'));})()"));
	double off =
	    browser_number("(()=>{const t=document.getElementById('balance').textContent.replaceAll('−','-');const "
	                   "v=t.match(/-?\\d+\\.\\d+/g).map(Number);"
	                   "return v.length===4?Math.abs(v[0]-v[1]-v[2]-v[3]):99})()");
	CHECK_MSG(off < 0.021, "the balance is off by %g", off);
	CHECK_NEAR(browser_number("Chart.getChart('chart').data.datasets.length"), 4, 0);
	double wide = browser_number("(()=>{const s=Chart.getChart('chart').scales.x;return s.max-s.min})()");
	json_decref(browser_eval("document.getElementById('zoom-in').click()"));
	double close = browser_number("(()=>{const s=Chart.getChart('chart').scales.x;return s.max-s.min})()");
	CHECK_MSG(close < 0.7 * wide, "zoomed from %g to %g", wide, close);
	json_decref(browser_eval("document.getElementById('zoom-all').click()"));
	CHECK_NEAR(browser_number("(()=>{const s=Chart.getChart('chart').scales.x;return s.max-s.min})()"), wide,
	           1e-9 * wide);
	/* what was taken as exact stands in the legend and below the curve */
	CHECK_NEAR(browser_number("Chart.getChart('chart').legend.legendItems.length"), 4, 0);
	CHECK(browser_number(
	          "/^95 % uncertainty, .* exact$/.test(Chart.getChart('chart').legend.legendItems[0].text)") == 1);
	CHECK(
	    browser_number(
	        "document.querySelector('#app .note').textContent.includes('taken as exact, for no ± is stated: ')") ==
	    1);
	CHECK(browser_number("document.querySelectorAll('#h-decisions ~ .scroll tbody tr').length") >= 8);
	/* every decision tells its evidence */
	CHECK_NEAR(browser_number("[...document.querySelectorAll('#h-decisions ~ .scroll tbody tr')].filter(r=>"
	                          "r.cells[3].textContent.trim()==='–').length"),
	           0, 0);
	/* what has no u has not more digits than can be meant */
	CHECK_NEAR(browser_number("[...document.querySelectorAll('.group td')].filter(c=>!c.textContent.includes('±')&&"
	                          "(c.textContent.match(/\\d*\\.\\d+/g)||[]).some(n=>n.replace('.','')"
	                          ".replace(/^0+/,'').length>4&&Math.abs(n)<1000)).length"),
	           0, 0);
	CHECK(browser_number("document.querySelectorAll('.files a').length") >= 15);
	CHECK(browser_number("document.querySelectorAll('.figures img').length") >= 5);
	json_decref(browser_eval("new Promise(r=>setTimeout(r,500))"));
	CHECK(browser_number("document.getElementById('spoken').textContent.includes('frame')") == 1);
	nothing_went_wrong();
}

static void prints(void)
{
	char path[600];
	struct stat st;
	open_report(1280, true);
	snprintf(path, sizeof path, "%s/page.pdf", check_tmp());
	browser_pdf(path);
	CHECK(stat(path, &st) == 0 && st.st_size > 30000);
	json_decref(browser_call("Emulation.setEmulatedMedia", json_pack("{s:s}", "media", "print")));
	CHECK(browser_number("document.querySelector('#static svg').getBoundingClientRect().width") > 300);
	CHECK_NEAR(browser_number("document.getElementById('app').getBoundingClientRect().height"), 0, 0);
	json_decref(browser_call("Emulation.setEmulatedMedia", json_pack("{s:s}", "media", "")));
	nothing_went_wrong();
}

static void study(void)
{
	char folder[500], path[600];
	tt_outdir *dir;
	tt_error err = {0};
	fake_curve *c[3];
	tt_study_page_test test[4] = {{0}};
	static const char *const names[] = {"a", "b </script><img src=http://127.0.0.1:9/x>", "c"};
	const double value[2] = {140, NAN}, u[2] = {3, NAN};
	browser_start();
	snprintf(folder, sizeof folder, "%s/study", check_tmp());
	CHECK(tt_outdir_open(folder, &dir, &err) == TT_OK);
	for (int i = 0; i < 3; i++) {
		c[i] = fake_curve_new(1.4e11, 2e9 + 2e8 * i, 0.06, (uint32_t)i + 1);
		test[i] = (tt_study_page_test){.name = names[i],
		                               .group = i ? "10 Pa" : "<i>1 Pa</i>",
		                               .link = "a: #1 \"/report.html",
		                               .rows = c[i]->curve.n,
		                               .strain = c[i]->curve.strain,
		                               .stress_Pa = c[i]->curve.stress_Pa,
		                               .u_strain = c[i]->curve.u_strain,
		                               .u_stress_Pa = c[i]->curve.u_stress_Pa,
		                               .value = value,
		                               .u = u};
	}
	test[3] = (tt_study_page_test){.name = "failed", .group = "10 Pa", .remark = "no <frame> could be decoded"};
	const tt_study_page_quantity q[2] = {{"Young's modulus", "E", "GPa"}, {"toughness", "", "MJ/m³"}};
	const tt_study_page page = {.title = "A <study>",
	                            .command = "temtensile compare study.yaml -o RESULTS",
	                            .test = test,
	                            .n_tests = 4,
	                            .quantity = q,
	                            .n_quantities = 2};
	CHECK_MSG(tt_study_page_write(dir, "study.html", &page, &err) == TT_OK, "%s", err.message);
	CHECK(tt_outdir_commit(dir, NULL, &err) == TT_OK);
	snprintf(path, sizeof path, "%s/study.html", folder);
	browser_look(1280, 900, false, true);
	browser_open(path);
	CHECK(colours() > 20);
	CHECK_NEAR(browser_number("Chart.getChart('chart').data.datasets.length"), 3, 0);
	CHECK_NEAR(browser_number("document.querySelectorAll('tbody a').length"), 3, 0);
	CHECK_NEAR(
	    browser_number("document.querySelector('tbody a').href.endsWith('/study/a%3A%20%231%20%22/report.html')"),
	    1, 0);
	CHECK_NEAR(browser_number("document.querySelectorAll('tbody img, tbody i').length"), 0, 0);
	CHECK_NEAR(
	    browser_number("document.querySelector('tbody tr:last-child').textContent.includes('no <frame> could')"), 1,
	    0);
	nothing_went_wrong();
	for (int i = 0; i < 3; i++)
		free(c[i]);
}

/* Into the folder TT_PICTURES, where they can be looked at, else into one that goes away. */
static void pictures(void)
{
	static const struct {
		const char *name;
		int width;
		bool dark;
	} view[] = {{"wide", 1280, false}, {"narrow", 400, false}, {"dark", 1280, true}};
	const char *folder = getenv("TT_PICTURES");
	char path[700];
	struct stat st;
	if (!folder) folder = check_tmp();
	for (int i = 0; i < 3; i++) {
		open_report(view[i].width, view[i].dark);
		snprintf(path, sizeof path, "%s/%s.png", folder, view[i].name);
		browser_picture(path, true);
		CHECK(stat(path, &st) == 0 && st.st_size > 100000);
	}
	snprintf(path, sizeof path, "%s/printed.pdf", folder);
	browser_pdf(path);
	snprintf(path, sizeof path, "%s/study/study.html", check_tmp());
	browser_look(1280, 1100, true, true);
	browser_open(path);
	snprintf(path, sizeof path, "%s/study.png", folder);
	browser_picture(path, true);
}

static const check_case cases[] = {
    {"the_curve_is_drawn", the_curve_is_drawn},
    {"choosing_another_quantity", choosing_another_quantity},
    {"moving_over_the_curve_shows_the_frame", moving_over_the_curve_shows_the_frame},
    {"playing_moves_the_cursor", playing_moves_the_cursor},
    {"keys", keys},
    {"the_slider_moves_the_cursor", the_slider_moves_the_cursor},
    {"text_from_files_stays_text", text_from_files_stays_text},
    {"the_network_is_out_of_reach", the_network_is_out_of_reach},
    {"readable_without_scripts", readable_without_scripts},
    {"fits_a_narrow_screen", fits_a_narrow_screen},
    {"prints", prints},
    {"the_balance_adds_up", the_balance_adds_up},
    {"study", study},
    {"nothing_bars_anybody", nothing_bars_anybody},
    {"film_bars_nobody", film_bars_nobody},
    {"samples_bar_nobody", samples_bar_nobody},
    {"pictures", pictures},
};

int main(int argc, char **argv)
{
	int code = check_main(argc, argv, cases, sizeof cases / sizeof *cases);
	tt_canvas_forget_fonts();
	return code;
}
