// The workbench: one state, shown by the parts.
// SPDX-License-Identifier: GPL-3.0-or-later
import { get, post, download, newest, events } from './api.js';
import { Plot, text } from './plot.js';
import { Viewer } from './viewer.js';
import { Settings } from './history.js';
import { showDecisions, showFields, showProperties, showList, normal } from './fields.js';
import { Files } from './files.js';

const $ = id => document.getElementById(id);
const PAUSE_MS = 700;

let tests = [], index = 0, schema = [];
let test = null;             // what the server knows of the chosen test
let settings = new Settings();
const kept = new Map();      // settings of each test
let result = null, other = null, wrong = '';
let frame = 0, shown = 0, playing = null, black = null, white = null;
let page = '';               // of the analysis that was saved last
let quick = 5;               // s: a look at the recording that took less is begun without asking

function say(words, bad = false) {
	$('status').textContent = words;
	$('status').classList.toggle('bad', bad);
	$('page').hidden = true;
}

function working(p) {
	$('progress').hidden = $('cancel').hidden = !p;
	if (!p) return;
	if (p.total > 0) { $('progress').max = p.total; $('progress').value = p.done; } else $('progress').removeAttribute('value');
}

// ---- the result ----

const finite = v => (v === null || v === undefined ? null : v);
const scaled = (list, k) => list.map(v => (v === null ? null : v * k));

function curveSeries(r, colour, name) {
	const c = r.curve, percent = scaled(c.strain, 100);
	return { x: percent, y: scaled(c.stress, 1e-9), ux: scaled(c.u_strain, 100), uy: scaled(c.u_stress, 1e-9), colour, name, band: colour === '--blue' ? undefined : 'transparent' };
}

function drawCurve() {
	if (together) return;
	if (!result) return curve.set([], []);
	const series = [curveSeries(result, '--blue', other ? settings.variants[0].name : '')], m = result.marks;
	if (other) series.push({ ...curveSeries(other, '--vermilion', settings.variants[1].name), dash: [6, 3] });
	const marks = [];
	if (m.yield) marks.push({ x: 100 * m.yield[0], y: 1e-9 * m.yield[1], label: m.yield_given ? 'yield, given' : 'yield', given: m.yield_given, u: m.yield_u ? 100 * m.yield_u : null });
	if (m.ultimate) marks.push({ x: 100 * m.ultimate[0], y: 1e-9 * m.ultimate[1], label: 'ultimate' });
	if (m.fracture) marks.push({ x: 100 * m.fracture[0], y: 1e-9 * m.fracture[1], label: 'fracture', below: true });
	if (m.elastic) {
		series.push({ x: scaled(m.elastic.strain, 100), y: scaled(m.elastic.stress, 1e-9), colour: '--faint', dash: [4, 4], thin: true });
		// the rows that the slope was fitted to
		if (m.elastic.window && m.elastic.window_stress) series.push({ x: scaled(m.elastic.window, 100), y: scaled(m.elastic.window_stress, 1e-9), colour: '--green' });
	}
	curve.set(series, marks);
	showCursor();
}

const seconds = new Set(['force.contact', 'sync.log_starts_at']); // whose value and ± are times

function drawSignals() {
	if (!test) return;
	const log = test.log, series = [{ x: log.time, y: scaled(log.force, 1e6), colour: '--blue', name: 'force' },
		{ x: log.time, y: scaled(log.displacement, 1e9), colour: '--green', right: true, name: 'displacement', thin: true }];
	const marks = [], ranges = [];
	if (result) {
		const e = result.elongation, clock = result.decisions.find(d => d.key === 'sync.log_starts_at' && d.override);
		if (e) series.push({ x: e.log_time, y: scaled(e.elongation, 1e9), colour: '--vermilion', right: true, dash: [3, 2], name: 'elongation in the images', slides: clock ? 'sync.log_starts_at' : undefined });
		for (const d of result.decisions) {
			if (d.log_time !== null && d.log_time !== undefined) marks.push({ x: d.log_time, u: seconds.has(d.key) ? d.u : null, label: d.name, key: d.key, given: d.given, drag: d.override && d.drags });
			if (d.range) ranges.push({ from: d.range[0], to: d.range[1], label: d.name, given: d.given });
		}
	}
	signals.set(series, marks, ranges);
	showCursor();
}

function showResult() {
	drawCurve();
	drawSignals();
	if (!result) return;
	const gauge = result.gauge;
	if (gauge && !viewer.held) {
		viewer.gauge = [gauge.from, gauge.to];
		viewer.bands = gauge;
		viewer.region = corners(settings.now['gauge.region'] || test.values['gauge.region']);
		tellBands(gauge);
	}
	showMarks();
	showProperties($('properties'), result, other, settings.variants.map(v => v.name));
	showList($('warnings'), result.warnings);
	showDecisions($('decisions'), result.decisions, settings.now, { change, live: more => evaluate({ more }) });
}

// "[[1, 2], [3, 4], [5, 6]]" as a description has it
function corners(words) {
	if (!words) return null;
	try {
		const list = JSON.parse(words);
		return Array.isArray(list) && list.every(p => Array.isArray(p) && p.length === 2) ? list : null;
	} catch { return null; }
}

// Places in the picture that decisions name, on the frame that they belong to.
function showMarks() {
	viewer.marks = (result ? result.decisions : []).filter(d => d.points.length && (d.frame < 0 || d.frame === test.numbers[shown])).map(d => ({ points: d.points, label: d.name, given: d.given }));
	viewer.draw();
}

function tellBands(g) {
	const known = g.u ? `; one is known to ${g.u.map(u => (u === null ? '–' : text(u, 2))).join(' and ')} px` : '';
	$('bands').textContent = `subsets of ${g.subset} px: ${g.band[0]} and ${g.band[1]} in the bands at the ends${known}`;
}

function showForm() {
	showFields($('fields'), schema, test ? test.values : {}, settings.now, wrong, { change });
	$('undo').disabled = !settings.canUndo;
	$('redo').disabled = !settings.canRedo;
	const v = $('variant');
	v.replaceChildren(...settings.variants.map((x, i) => new Option(x.name, i, false, i === settings.current)));
	v.value = settings.current;
	$('remove-variant').hidden = settings.variants.length < 2;
}

let pending = null; // settings that need the pixels, until they are looked at

// Said before anything is looked at; what is quick is begun at once.
function askForPixels(sets, asked) {
	pending = sets;
	const long = asked.seconds === null || asked.seconds === undefined ? '' : ` (${text(asked.seconds, 2)} s the last time)`;
	if (asked.running) {
		say('The recording is being looked at; this change waits for it.');
		clearTimeout(later);
		later = setTimeout(() => evaluate({}), PAUSE_MS);
		return;
	}
	if (asked.seconds !== null && asked.seconds > quick) {
		$('pixels-says').textContent = `This change needs the pixels: the recording has to be looked at again${long}. Further changes may be made before.`;
		$('pixels').hidden = false;
		say('The curve is that of before.');
		return;
	}
	say(`This change needs the pixels: the recording is looked at again${long}.`);
	lookNow().catch(e => say(e.message, true));
}

async function lookNow() {
	const sets = pending;
	$('pixels').hidden = true;
	if (!sets) return;
	pending = null;
	working({ total: 0 });
	await post('api/observe', { test: index, sets });
}

let later = null, last = null, curves = 0, closeFor = '';

// The edges of the gap: the frames at the fracture are looked at again, once for each fracture frame.
function lookClose() {
	const d = result.decisions.find(q => q.key === 'fracture.edges'), f = result.decisions.find(q => q.key === 'fracture.frame' && q.text.startsWith('frame'));
	if (!d || !f || d.text !== 'not looked at yet' || closeFor === f.text) return;
	closeFor = f.text;
	post('api/close', { test: index, sets: Settings.list(settings.variants[0].now) }).catch(() => { closeFor = ''; });
}

const evaluate = newest(async ({ more = {}, draws = 0 }) => {
	if (!test) return;
	try {
		const body = { test: index, draws };
		const first = await post('api/evaluate', { ...body, sets: Settings.list(settings.variants[0].now, settings.current === 0 ? more : {}) });
		const second = settings.variants[1] ? await post('api/evaluate', { ...body, sets: Settings.list(settings.variants[1].now, settings.current === 1 ? more : {}) }) : null;
		wrong = '';
		const pixels = first.needs_pixels || (second && second.needs_pixels);
		if (pixels) {
			const needs = first.needs_pixels ? 0 : 1;
			askForPixels(Settings.list(settings.variants[needs].now), needs ? second : first);
			showForm();
			return;
		}
		pending = null;
		$('pixels').hidden = true;
		const size = first.decisions.find(d => d.key === 'video.pixel_size');
		if (size && size.value) viewer.pixelSize = size.value;
		result = teach(first);
		other = second;
		last = { milliseconds: first.milliseconds, draws };
		say(draws ? 'Uncertainties by Monte Carlo.' : `Evaluated in ${Math.round(first.milliseconds)} ms; uncertainties follow.`);
		showResult();
		curves++;
		if (draws) lookClose();
	} catch (e) {
		wrong = e.message;
		say(e.message, true);
	}
	showForm();
});

function evaluateAll(more = {}) {
	evaluate({ more });
	clearTimeout(later);
	later = setTimeout(() => evaluate({ draws: -1 }), PAUSE_MS);
}

function change(changes) {
	if (!settings.change(changes)) return;
	showForm();
	evaluateAll();
}

// ---- frames ----

function source(i) {
	const box = $('frame').getBoundingClientRect(), w = Math.min(test.width, Math.ceil(box.width * (devicePixelRatio || 1)) * (viewer.view ? 2 : 1));
	const limits = black === null ? '' : `&black=${black}&white=${white}`;
	return `api/frame?test=${index}&n=${i}&w=${w}${limits}`;
}

const show = newest(async i => {
	const picture = new Image();
	picture.src = source(i);
	try {
		await picture.decode();
	} catch {
		say(`Frame ${i} has no picture.`, true);
		return;
	}
	shown = i;
	viewer.show(picture, test.width, test.height);
	showMarks();
	if (!test.ready) return;
	const seen = await get(`api/places?test=${index}&n=${i}`).catch(() => null);
	if (!seen || i !== frame) return;
	viewer.points = seen.points;
	viewer.ends = seen.ends;
	viewer.draw();
});

function go(i) {
	if (!test || !test.times.length) return;
	frame = Math.max(0, Math.min(test.times.length - 1, i));
	$('scrub').value = frame;
	$('where').textContent = `frame ${test.numbers[frame]}, ${text(test.times[frame], 5)} s`;
	show(frame);
	showCursor();
}

function showCursor() {
	if (!result || !test) return;
	const c = result.curve, k = c.index.findIndex(i => i >= frame), row = k < 0 ? c.index.length - 1 : k;
	const x = finite(c.strain[row]), y = finite(c.stress[row]);
	curve.cursor = x !== null && y !== null ? { x: 100 * x, y: 1e-9 * y } : null;
	signals.cursor = finite(c.log_time[row]) !== null ? { x: c.log_time[row] } : null;
	curve.draw();
	signals.draw();
	const parts = [];
	if (x !== null) parts.push(`strain ${text(100 * x, 4)} %`);
	if (y !== null) parts.push(`stress ${text(1e-9 * y, 4)} GPa`);
	if (finite(c.force_raw[row]) !== null)
		parts.push(`raw ${text(1e6 * c.force_raw[row], 5)} − air ${text(1e6 * c.force_air[row], 3)} − spring ${text(1e6 * c.force_spring[row], 5)} = specimen ${text(1e6 * c.force[row], 5)} µN`);
	$('readout').textContent = parts.join('   ');
}

function nearest(x, y, series, sx, sy) {
	let best = -1, d = Infinity;
	for (let i = 0; i < series.x.length; i++) {
		if (series.x[i] === null || series.y[i] === null) continue;
		const e = ((series.x[i] - x) * sx) ** 2 + ((series.y[i] - y) * sy) ** 2;
		if (e < d) { d = e; best = i; }
	}
	return best;
}

function play(on) {
	clearInterval(playing);
	playing = on ? setInterval(() => (frame + 1 < test.times.length ? go(frame + 1) : play(false)), 80) : null;
	$('play').textContent = on ? 'Pause' : 'Play';
	$('play').setAttribute('aria-pressed', String(Boolean(on)));
	$('readout').setAttribute('aria-live', on ? 'off' : 'polite'); // ten a second are no help to who listens
}

// ---- parts ----

const point = p => `[${p[0].toFixed(1)}, ${p[1].toFixed(1)}]`;

const list = places => `[${places.map(point).join(', ')}]`;

// What a line on the frame would be, while it is dragged.
const preview = newest(async ({ gauge, snap = false }) => {
	const p = await post('api/gauge', { test: index, sets: Settings.list(settings.now), from: gauge[0], to: gauge[1], snap }).catch(e => ({ error: e.message }));
	if (p.error) { viewer.bands = null; $('bands').textContent = p.error; viewer.draw(); return; }
	if (snap) {
		viewer.gauge = [p.from, p.to];
		change({ 'gauge.from': point(p.from), 'gauge.to': point(p.to) });
	}
	viewer.bands = p;
	tellBands(p);
	viewer.draw();
});

function measured(kind, [a, b]) {
	const long = Math.hypot(b[0] - a[0], b[1] - a[1]);
	$('measure').hidden = false;
	$('measure').dataset.kind = kind;
	$('measure').dataset.px = long;
	$('measure-what').textContent = kind === 'scale' ? `${text(long, 4)} px are (with unit)` : `width ${text(long, 4)} px is (with ±)`;
	const size = viewer.pixelSize;
	$('measure-length').value = kind === 'width' && size ? `${(long * size * 1e9).toFixed(1)} ± ${(size * 1e9).toFixed(1)} nm` : '';
	$('measure-length').focus();
}

const hints = {
	move: 'drag to pan, wheel to zoom, 0 for the whole frame',
	gauge: 'drag an end; with Shift the axis turns about its middle, with Alt the gauge moves; arrow keys move an end, X takes the other',
	region: 'drag from corner to corner: the bar is looked for, and subsets are laid, in the region alone',
	scale: 'click both ends of the scale bar, then type the length that it stands for',
	width: 'click both edges of the bar, straight across',
	neck: 'click the neck, as it lies in the first frame',
	edges: 'in the frame with the gap: click two points on the edge of the half at the gauge\'s first end, then two on the other'
};

const viewer = new Viewer($('frame'), {
	gauge(g, done) {
		if (done) change({ 'gauge.from': point(g[0]), 'gauge.to': point(g[1]) });
		else preview({ gauge: g });
	},
	clicked(tool, places) {
		if (tool === 'neck') change({ 'necking.at': point(places[0]) });
		else if (tool === 'edges') change({ 'fracture.edges': list(places) });
		else measured(tool, places);
		if (tool === 'neck' || tool === 'edges') viewer.choose(tool);
	},
	region(c) { change({ 'gauge.region': list(c) }); }
});

// From one row of the curve to the next.
function step(by) {
	if (!result) return;
	const rows = result.curve.index, k = rows.findIndex(i => i >= frame), at = k < 0 ? rows.length - 1 : k;
	go(rows[Math.max(0, Math.min(rows.length - 1, at + by))]);
}

const curve = new Plot($('curve'), { x: 'Engineering strain (%)', y: 'Engineering stress (GPa)' }, {
	pick(x, y) { if (together) pickTest(x, y); },
	step,
	hover(x, y) {
		if (!result || together) return;
		const { l, r, t, b } = curve.area, { x: lx, y: ly } = curve.lim;
		const k = nearest(x, y, curve.series[0], (r - l) / (lx[1] - lx[0]), (b - t) / (ly[1] - ly[0]));
		if (k >= 0) go(result.curve.index[k]);
	}
});

const signals = new Plot($('signals'), { x: 'Time of the log (s)', y: 'Force (µN)', right: 'Displacement (nm)' }, {
	drag(m, x) { const d = result.decisions.find(q => q.key === m.key); if (d) evaluate({ more: { [m.key]: d.from_log_time(x) } }); },
	dropped(m, x) { const d = result.decisions.find(q => q.key === m.key); if (d) change({ [m.key]: d.from_log_time(x) }); },
	// the elongation moves by `by` on the log's clock: log time = rate (video time - log_starts_at)
	slid(series, by) {
		const d = result.decisions.find(q => q.key === 'sync.log_starts_at');
		if (d) change({ [d.key]: `${(d.value - by / result.rate).toFixed(3)}${d.u > 0 ? ` ± ${+d.u.toPrecision(2)}` : ''} s` });
	},
	step,
	pick(x) {
		if (!result) return;
		const k = result.curve.log_time.findIndex(t => t !== null && t >= x);
		if (k >= 0) go(result.curve.index[k]);
	}
});

// A dragged line's place in the words of its key.
function teach(r) {
	for (const d of r.decisions) {
		d.drags = d.override && (d.key === 'force.contact' || d.key === 'sync.log_starts_at' || d.key === 'fracture.frame');
		d.from_log_time = x => {
			if (d.key === 'fracture.frame') {
				const k = r.curve.log_time.findIndex(t => t !== null && t >= x);
				return String(test.numbers[r.curve.index[k < 0 ? r.curve.index.length - 1 : k]]);
			}
			// the mark of the clocks lies where the log stands at the recording's first frame
			return `${(d.key === 'sync.log_starts_at' ? d.value - (x - d.log_time) / r.rate : x).toFixed(3)} s`;
		};
	}
	return r;
}

// ---- the test ----

async function open(i) {
	kept.set(index, settings);
	index = i;
	settings = kept.get(i) || new Settings();
	result = other = null;
	pending = null;
	closeFor = '';
	$('pixels').hidden = true;
	$('probe-all').disabled = false;
	viewer.bands = viewer.region = null;
	viewer.marks = [];
	working(null);
	$('test').value = i;
	say('Opening…');
	test = await get(`api/test?test=${i}`);
	$('probe').textContent = test.probe;
	$('scrub').max = Math.max(0, test.times.length - 1);
	viewer.pixelSize = test.pixel_size;
	viewer.gauge = null;
	viewer.fit();
	showForm();
	drawSignals();
	go(0);
	if (test.ready) evaluateAll();
	else if (test.missing) {
		// frames and log can be looked at, and fields filled in
		wrong = test.missing;
		showForm();
		say(`Still needed: ${test.missing}`, true);
	} else if (test.running) {
		working({ total: 0 });
		say(`Looking at ${test.video}…`);
	} else {
		say(`Looking at ${test.video}…`);
		working({ total: 0 });
		await post('api/observe', { test: i, sets: Settings.list(settings.variants[0].now) });
	}
}

// Each variant with every key that any of them changes, so that it stands by itself.
function wholeVariants() {
	const keys = new Set(settings.variants.flatMap(v => Object.keys(v.now)));
	return settings.variants.map(v => ({ name: v.name, sets: [...keys].map(k => `${k}=${v.now[k] !== undefined ? v.now[k] : test.values[k] || ''}`) }));
}

// ---- all tests together ----

const colours = ['--blue', '--vermilion', '--green', '--orange', '--sky', '--purple'];
let together = null; // [{test, name, x, y}]

async function showAll(on) {
	$('all').setAttribute('aria-pressed', String(on));
	together = null;
	if (!on) { drawCurve(); return; }
	say('Evaluating all tests…');
	const list = [], waiting = [];
	for (let i = 0; i < tests.length; i++) {
		const own = i === index ? settings : kept.get(i) || new Settings();
		const r = await post('api/evaluate', { test: i, draws: 0, sets: Settings.list(own.variants[0].now) }).catch(() => null);
		if (r && r.curve) list.push({ test: i, name: tests[i].name, group: tests[i].group, x: scaled(r.curve.strain, 100), y: scaled(r.curve.stress, 1e-9) });
		else waiting.push(tests[i].name);
	}
	together = list;
	// a colour for each group of the study, named once; without groups one for each test
	const groups = [...new Set(list.map(t => t.group).filter(Boolean))], seen = new Set();
	curve.set(list.map((t, k) => {
		const n = groups.length && t.group ? groups.indexOf(t.group) : k, name = groups.length && t.group ? t.group : t.name;
		const first = !seen.has(name);
		seen.add(name);
		return { x: t.x, y: t.y, name: first ? name : '', colour: colours[n % colours.length], dash: n < colours.length ? [] : [6, 3] };
	}), []);
	say(waiting.length ? `${list.length} curves; a click on one opens its test. Not looked at yet: ${waiting.join(', ')}.` : `${list.length} curves; a click on one opens its test.`);
}

function pickTest(x, y) {
	const { l, r, t, b } = curve.area, { x: lx, y: ly } = curve.lim;
	let best = null, d = Infinity;
	for (const c of together) {
		const k = nearest(x, y, c, (r - l) / (lx[1] - lx[0]), (b - t) / (ly[1] - ly[0]));
		if (k < 0) continue;
		const e = ((c.x[k] - x) * (r - l) / (lx[1] - lx[0])) ** 2 + ((c.y[k] - y) * (b - t) / (ly[1] - ly[0])) ** 2;
		if (e < d) { d = e; best = c; }
	}
	if (!best) return;
	together = null;
	$('all').setAttribute('aria-pressed', 'false');
	$('test').value = best.test;
	open(best.test).catch(e => say(e.message, true));
}

function wire() {
	$('all').addEventListener('click', () => showAll($('all').getAttribute('aria-pressed') !== 'true').catch(e => say(e.message, true)));
	$('test').addEventListener('change', e => open(+e.target.value).catch(x => say(x.message, true)));
	$('undo').addEventListener('click', () => { settings.undo(); showForm(); evaluateAll(); });
	$('redo').addEventListener('click', () => { settings.redo(); showForm(); evaluateAll(); });
	$('variant').addEventListener('change', e => { settings.show(+e.target.value); showForm(); showResult(); });
	$('remove-variant').addEventListener('click', () => { settings.remove(); showForm(); evaluateAll(); });
	$('add-variant').addEventListener('click', () => {
		if (settings.variants.length > 1) { settings.show(1); showForm(); return; }
		settings.add();
		showForm();
		evaluateAll();
		say('Variant B begins as a copy of A; the dashed curve is B. Variants are settings of one test and never two specimens.');
	});
	$('save').addEventListener('click', () => {
		say('Saving…');
		post('api/save', { test: index, sets: Settings.list(settings.now), variants: wholeVariants() })
			.then(s => say(s.says)).catch(e => say(e.message, true));
	});
	const kinds = [['', 'as …'], ['csv', 'curve, CSV'], ['tsv', 'curve, Origin (TSV)'], ['xlsx', 'curve, Excel'], ['clipboard', 'curve, clipboard'], ['svg', 'figure, SVG'], ['pdf', 'figure, PDF'], ['png', 'figure, PNG']];
	$('export').replaceChildren(...kinds.map(([v, t]) => new Option(t, v)));
	$('export').addEventListener('change', async e => {
		const format = e.target.value;
		e.target.value = '';
		try {
			if (format === 'clipboard') {
				const c = result.curve, rows = c.strain.map((s, k) => (s === null || c.stress[k] === null ? null : `${s}\t${c.stress[k] * 1e-9}`)).filter(Boolean);
				await navigator.clipboard.writeText(['strain\tstress (GPa)', ...rows].join('\n'));
				say(`${rows.length} rows are on the clipboard.`);
			} else if (format) {
				const width = Number($('export-width').value.replace(',', '.'));
				if (!(width >= 30 && width <= 500)) throw new Error('The figure\'s width must lie between 30 and 500 mm.');
				await download('api/export', { test: index, sets: Settings.list(settings.now), format, width_mm: width });
				say('Exported.');
			}
		} catch (x) { say(x.message, true); }
	});
	$('scrub').addEventListener('input', e => go(+e.target.value));
	$('play').addEventListener('click', () => play(!playing));
	$('fit').addEventListener('click', () => viewer.fit());
	for (const t of document.querySelectorAll('input[name=tool]')) t.addEventListener('change', () => { viewer.choose(t.value); $('hint').textContent = hints[t.value]; $('measure').hidden = true; });
	$('hint').textContent = hints.move;
	$('snap').addEventListener('click', () => { if (viewer.gauge) preview({ gauge: viewer.gauge, snap: true }); else say('There is no gauge yet: choose the tool gauge and drag one.', true); });
	$('cancel').addEventListener('click', () => post('api/cancel', { test: index }).catch(e => say(e.message, true)));
	$('pixels-go').addEventListener('click', () => lookNow().catch(e => say(e.message, true)));
	$('pixels-no').addEventListener('click', () => { settings.undo(); pending = null; $('pixels').hidden = true; showForm(); evaluateAll(); });
	$('probe-all').addEventListener('click', async () => {
		$('probe-all').disabled = true;
		try { $('probe').textContent = `${test.probe}\n\n${(await get(`api/probe?test=${index}`)).text}`; } catch (x) { say(x.message, true); }
	});
	files = new Files(async first => { await readTests(); await open(first); });
	const levels = () => {
		const full = test.white - test.black, at = v => test.black + full * v / 1000;
		black = at(+$('black').value);
		white = Math.max(at(+$('white').value), black + full / 1000);
		show(frame);
	};
	$('black').addEventListener('input', levels);
	$('white').addEventListener('input', levels);
	$('measure').addEventListener('submit', e => {
		e.preventDefault();
		const { kind, px } = $('measure').dataset, value = normal($('measure-length').value);
		$('measure').hidden = true;
		viewer.choose(viewer.tool);
		if (kind === 'width') { change({ 'specimen.width': value }); return; }
		const m = /^([\d.eE+-]+)\s*([^\d\s].*)$/.exec(value);
		if (!m) { say('The scale bar needs a length with its unit, such as 500 nm.', true); return; }
		change({ 'video.pixel_size': `${(m[1] / px).toPrecision(6)} ± ${(m[1] / px / px).toPrecision(2)} ${m[2]}` });
	});
	$('measure-no').addEventListener('click', () => { $('measure').hidden = true; viewer.choose(viewer.tool); });
	const tabs = [...document.querySelectorAll('[role=tab]')];
	const choose = tab => tabs.forEach(t => {
		t.setAttribute('aria-selected', String(t === tab));
		t.tabIndex = t === tab ? 0 : -1;
		$(t.getAttribute('aria-controls')).hidden = t !== tab;
	});
	tabs.forEach((t, i) => {
		t.addEventListener('click', () => choose(t));
		t.addEventListener('keydown', e => {
			const to = e.key === 'ArrowRight' ? tabs[(i + 1) % tabs.length] : e.key === 'ArrowLeft' ? tabs[(i + tabs.length - 1) % tabs.length] : null;
			if (to) { choose(to); to.focus(); }
		});
	});
	addEventListener('keydown', e => {
		const typing = /INPUT|SELECT|TEXTAREA/.test(e.target.tagName) && e.target.type !== 'range';
		if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'z') {
			if (typing) return;
			e.preventDefault();
			if (e.shiftKey) settings.redo(); else settings.undo();
			showForm();
			evaluateAll();
			return;
		}
		if (typing || e.target.matches('[role=tab], button, input')) return;
		const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[e.key];
		if (by) { e.preventDefault(); go(frame + by); }
		else if (e.key === 'Home') go(0);
		else if (e.key === 'End') go(Infinity);
		else if (e.key === ' ') { e.preventDefault(); play(!playing); }
		else if (e.key === '0') viewer.fit();
	});
}

let files = null;

async function readTests() {
	tests = (await get('api/state')).tests;
	$('all').hidden = tests.length < 2;
	const groups = new Map();
	tests.forEach((t, i) => {
		const option = new Option(t.name, i);
		option.title = t.path;
		const g = t.group || '';
		if (!groups.has(g)) groups.set(g, []);
		groups.get(g).push(option);
	});
	$('test').replaceChildren(...[...groups].flatMap(([g, options]) => {
		if (!g) return options;
		const group = document.createElement('optgroup');
		group.label = g;
		group.append(...options);
		return [group];
	}));
	$('test').value = index;
}

async function ready() {
	test = await get(`api/test?test=${index}`);
	$('scrub').max = Math.max(0, test.times.length - 1);
	showForm();
	go(frame);
	evaluateAll();
}

function saved(p) {
	say(p.says);
	working(null);
	page = `results/${p.test}/report.html`;
	$('page').href = page;
	$('page').hidden = false;
}

async function start() {
	wire();
	events({
		progress: p => { if (p.test === index) { working(p); say(`${p.stage}: ${p.done}${p.total > 0 ? ` of ${p.total}` : ''}`); } },
		ready: p => { if (p.test === index) { working(null); ready().catch(e => say(e.message, true)); } },
		close: p => { if (p.test === index) { working(null); evaluateAll(); } },
		tests: () => { readTests().catch(e => say(e.message, true)); },
		saved,
		failed: p => { if (p.test === index) { working(null); say(p.error, true); } },
		broken: () => say('The workbench has ended; start it again to go on.', true)
	});
	schema = (await get('api/schema')).keys;
	await readTests();
	if (!tests.length) { say('Open a description, a study, results, or a recording and its log.'); await files.show(); return; }
	document.title = `${tests[0].name} – temtensile workbench`;
	await open(0);
}

// For scripts and tests.
globalThis.workbench = { set quick(s) { quick = s; }, get together() { return together; }, viewer, curve, signals, change, go, evaluate, get curves() { return curves; }, get last() { return last; }, get frame() { return frame; }, get tests() { return tests; }, get settings() { return settings; }, get result() { return result; }, get other() { return other; }, get test() { return test; } };

start().catch(e => say(e.message, true));
