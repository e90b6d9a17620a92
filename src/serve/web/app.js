// The workbench: one state, shown by the parts.
// SPDX-License-Identifier: GPL-3.0-or-later
import { get, post, download, newest, events } from './api.js';
import { Plot, text } from './plot.js';
import { Viewer } from './viewer.js';
import { Settings } from './history.js';
import { showDecisions, showFields, showProperties, showList, normal } from './fields.js';

const $ = id => document.getElementById(id);
const PAUSE_MS = 700;

let tests = [], index = 0, schema = [];
let test = null;             // what the server knows of the chosen test
let settings = new Settings();
const kept = new Map();      // settings of each test
let result = null, other = null, wrong = '';
let frame = 0, playing = null, black = null, white = null;

function say(words, bad = false) {
	$('status').textContent = words;
	$('status').classList.toggle('bad', bad);
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
	if (m.yield) marks.push({ x: 100 * m.yield[0], y: 1e-9 * m.yield[1], label: 'yield' });
	if (m.ultimate) marks.push({ x: 100 * m.ultimate[0], y: 1e-9 * m.ultimate[1], label: 'ultimate' });
	if (m.fracture) marks.push({ x: 100 * m.fracture[0], y: 1e-9 * m.fracture[1], label: 'fracture', below: true });
	if (m.elastic) series.push({ x: scaled(m.elastic.strain, 100), y: scaled(m.elastic.stress, 1e-9), colour: '--faint', dash: [4, 4], thin: true });
	curve.set(series, marks);
	showCursor();
}

function drawSignals() {
	if (!test) return;
	const log = test.log, series = [{ x: log.time, y: scaled(log.force, 1e6), colour: '--blue', name: 'force' },
		{ x: log.time, y: scaled(log.displacement, 1e9), colour: '--green', right: true, name: 'displacement', thin: true }];
	const marks = [];
	if (result) {
		const e = result.elongation;
		if (e) series.push({ x: e.log_time, y: scaled(e.elongation, 1e9), colour: '--vermilion', right: true, dash: [3, 2], name: 'elongation in the images' });
		for (const d of result.decisions)
			if (d.log_time !== null && d.log_time !== undefined) marks.push({ x: d.log_time, label: d.name, key: d.key, given: d.given, drag: d.override && d.drags });
	}
	signals.set(series, marks);
	showCursor();
}

function showResult() {
	drawCurve();
	drawSignals();
	if (!result) return;
	const gauge = result.gauge;
	if (gauge && !viewer.held) { viewer.gauge = [gauge.from, gauge.to]; viewer.draw(); }
	showProperties($('properties'), result, other, settings.variants.map(v => v.name));
	showList($('warnings'), result.warnings);
	showDecisions($('decisions'), result.decisions, settings.now, { change });
}

function showForm() {
	showFields($('fields'), schema, test ? test.values : {}, settings.now, wrong, { change });
	$('undo').disabled = !settings.canUndo;
	$('redo').disabled = !settings.canRedo;
	const v = $('variant');
	v.replaceChildren(...settings.variants.map((x, i) => new Option(x.name, i, false, i === settings.current)));
	v.value = settings.current;
}

let later = null;
const evaluate = newest(async ({ more = {}, draws = 0 }) => {
	if (!test) return;
	try {
		const body = { test: index, draws };
		const first = await post('api/evaluate', { ...body, sets: Settings.list(settings.variants[0].now, settings.current === 0 ? more : {}) });
		const second = settings.variants[1] ? await post('api/evaluate', { ...body, sets: Settings.list(settings.variants[1].now, settings.current === 1 ? more : {}) }) : null;
		wrong = '';
		const pixels = first.needs_pixels || (second && second.needs_pixels);
		if (pixels) {
			say('This change needs the pixels again: the recording is looked at anew.');
			await post('api/observe', { test: index, sets: Settings.list((first.needs_pixels ? settings.variants[0] : settings.variants[1]).now) });
			return;
		}
		const size = first.decisions.find(d => d.key === 'video.pixel_size');
		if (size && size.value) viewer.pixelSize = size.value;
		result = teach(first);
		other = second;
		say(draws ? 'Uncertainties by Monte Carlo.' : `Evaluated in ${Math.round(first.milliseconds)} ms; uncertainties follow.`);
		showResult();
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
	viewer.show(picture, test.width, test.height);
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
}

// ---- parts ----

const point = p => `[${p[0].toFixed(1)}, ${p[1].toFixed(1)}]`;

const viewer = new Viewer($('frame'), {
	gauge(g, done) {
		if (done) change({ 'gauge.from': point(g[0]), 'gauge.to': point(g[1]) });
	},
	measured(kind, a, b) {
		const long = Math.hypot(b[0] - a[0], b[1] - a[1]);
		$('measure').hidden = false;
		$('measure').dataset.kind = kind;
		$('measure').dataset.px = long;
		$('measure-what').textContent = kind === 'scale' ? `${text(long, 4)} px are (with unit)` : `width ${text(long, 4)} px is (with ±)`;
		$('measure-length').value = kind === 'width' && test.pixel_size ? `${(long * test.pixel_size * 1e9).toFixed(1)} ± ${(test.pixel_size * 1e9).toFixed(1)} nm` : '';
		$('measure-length').focus();
	}
});

const curve = new Plot($('curve'), { x: 'Engineering strain (%)', y: 'Engineering stress (GPa)' }, {
	pick(x, y) { if (together) pickTest(x, y); },
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
	} else {
		say(`Looking at ${test.video}…`);
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
		if (r && r.curve) list.push({ test: i, name: tests[i].name, x: scaled(r.curve.strain, 100), y: scaled(r.curve.stress, 1e-9) });
		else waiting.push(tests[i].name);
	}
	together = list;
	curve.set(list.map((t, k) => ({ x: t.x, y: t.y, name: t.name, colour: colours[k % colours.length], dash: k < colours.length ? [] : [6, 3] })), []);
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
	$('variant').addEventListener('change', e => { settings.current = +e.target.value; showForm(); showResult(); });
	$('add-variant').addEventListener('click', () => {
		if (settings.variants.length > 1) { settings.current = 1; showForm(); return; }
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
				await download('api/export', { test: index, sets: Settings.list(settings.now), format });
				say('Exported.');
			}
		} catch (x) { say(x.message, true); }
	});
	$('scrub').addEventListener('input', e => go(+e.target.value));
	$('play').addEventListener('click', () => play(!playing));
	$('fit').addEventListener('click', () => viewer.fit());
	for (const t of document.querySelectorAll('input[name=tool]')) t.addEventListener('change', () => { viewer.tool = t.value; viewer.line = null; $('measure').hidden = true; viewer.draw(); });
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
		if (kind === 'width') { change({ 'specimen.width': value }); return; }
		const m = /^([\d.eE+-]+)\s*([^\d\s].*)$/.exec(value);
		if (!m) { say('The scale bar needs a length with its unit, such as 500 nm.', true); return; }
		change({ 'video.pixel_size': `${(m[1] / px).toPrecision(6)} ± ${(m[1] / px / px).toPrecision(2)} ${m[2]}` });
	});
	$('measure-no').addEventListener('click', () => { $('measure').hidden = true; viewer.line = null; viewer.draw(); });
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

async function start() {
	wire();
	events({
		progress: p => { if (p.test === index) say(`${p.stage}: ${p.done}${p.total > 0 ? ` of ${p.total}` : ''}`); },
		ready: p => { if (p.test === index) get(`api/test?test=${index}`).then(t => { test = t; $('scrub').max = Math.max(0, t.times.length - 1); showForm(); go(frame); evaluateAll(); }); },
		saved: p => say(p.says),
		failed: p => { if (p.test === index) say(p.error, true); },
		broken: () => say('The workbench has ended; start it again to go on.', true)
	});
	schema = (await get('api/schema')).keys;
	const state = await get('api/state');
	tests = state.tests;
	$('all').hidden = tests.length < 2;
	document.title = `${tests[0] ? tests[0].name : ''} – temtensile workbench`;
	$('test').replaceChildren(...tests.map((t, i) => new Option(t.name, i)));
	await open(0);
}

// For scripts and tests.
globalThis.workbench = { get together() { return together; }, viewer, curve, signals, change, go, get settings() { return settings; }, get result() { return result; }, get other() { return other; }, get test() { return test; } };

start().catch(e => say(e.message, true));
