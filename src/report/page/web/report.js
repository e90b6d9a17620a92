// The page of a test: the curve, the frames, and what links them.
// SPDX-License-Identifier: GPL-3.0-or-later
'use strict';

(function () {
	const data = readJson('data'), pictures = readJson('pictures');
	const byId = id => document.getElementById(id);
	const columns = data.columns, rows = data.frame.length, kept = data.kept;
	const shapes = { circle: 'circle', triangle: 'triangle', crossRot: 'crossRot' };
	let at = 0, timer = 0, chart = null, points = [], window_ = null, whole = null, drawing = null, speaking = 0;

	if (!kept.length || !window.Chart) return;
	byId('app').hidden = false;

	// ---- the curve ----

	const label = c => c.name + (c.unit ? ' (' + c.unit + ')' : '');
	const xColumn = () => columns[byId('x-quantity').value];
	const yColumn = () => columns[byId('y-quantity').value];

	function fillChoices() {
		for (const id of ['x-quantity', 'y-quantity'])
			columns.forEach((c, i) => byId(id).add(new Option(label(c), i)));
		byId('x-quantity').value = data.x;
		byId('y-quantity').value = data.y;
	}

	function collect() {
		const x = xColumn(), y = yColumn();
		points = [];
		for (let i = 0; i < rows; i++) {
			if (x.value[i] === null || y.value[i] === null || data.repeated[i]) continue;
			points.push({
				x: x.value[i], y: y.value[i], row: i,
				ux: x.u ? x.u[i] || 0 : 0, uy: y.u ? y.u[i] || 0 : 0
			});
		}
	}

	function dataset() {
		return {
			label: data.band, data: points, showLine: true, pointRadius: 0, pointHitRadius: 0, borderWidth: 2, borderJoinStyle: 'round',
			borderColor: themed('--curve'), bandColor: themed('--band'), band: xColumn().u || yColumn().u ? points : null
		};
	}

	// Yield, ultimate strength, fracture, where stress over strain is shown.
	function marks() {
		if (Number(byId('x-quantity').value) !== data.x || Number(byId('y-quantity').value) !== data.y) return [];
		return data.marks.map(m => ({
			label: m.name, data: [{ x: m.x, y: m.y }], pointStyle: shapes[m.symbol] || 'circle', pointRadius: 6, pointHitRadius: 0,
			borderWidth: 2, borderColor: m.name === 'fracture' ? themed('--mark') : themed('--ink'), backgroundColor: 'transparent'
		}));
	}

	// The curve's own entry of the legend is its band.
	function names(c) {
		const all = Chart.defaults.plugins.legend.labels.generateLabels(c), band = all.find(i => i.datasetIndex === 0);
		if (!c.data.datasets[0].band) return all.filter(i => i !== band);
		Object.assign(band, { pointStyle: 'rect', fillStyle: themed('--band'), lineWidth: 0 });
		return all;
	}

	// ---- zoom ----

	function zoomTo(range) {
		const x = chart.options.scales.x, y = chart.options.scales.y;
		window_ = range;
		const r = range || whole;
		Object.assign(x, { min: r.x[0], max: r.x[1] });
		Object.assign(y, { min: r.y[0], max: r.y[1] });
		chart.update('none');
	}

	// By a factor, about a place in the data (the cursor's when none is said).
	function zoomBy(factor, centre) {
		const now = window_ || whole, row = kept[at], cx = centre ? centre.x : xColumn().value[row], cy = centre ? centre.y : yColumn().value[row];
		const about = (r, c) => {
			const m = c === null || c < r[0] || c > r[1] ? (r[0] + r[1]) / 2 : c;
			return [m - (m - r[0]) * factor, m + (r[1] - m) * factor];
		};
		const next = { x: about(now.x, cx), y: about(now.y, cy) };
		const wider = next.x[1] - next.x[0] >= whole.x[1] - whole.x[0];
		if ((next.x[1] - next.x[0]) < 1e-4 * (whole.x[1] - whole.x[0])) return;
		zoomTo(wider ? null : next);
	}

	const placeOf = event => {
		const box = chart.canvas.getBoundingClientRect();
		return { px: event.clientX - box.left, py: event.clientY - box.top,
			x: chart.scales.x.getValueForPixel(event.clientX - box.left), y: chart.scales.y.getValueForPixel(event.clientY - box.top) };
	};

	// The rectangle that is being drawn with Shift.
	const rectanglePlugin = {
		id: 'rectangle',
		afterDraw(c) {
			if (!drawing) return;
			c.ctx.save();
			c.ctx.strokeStyle = themed('--mark');
			c.ctx.setLineDash([4, 3]);
			c.ctx.strokeRect(drawing.from.px, drawing.from.py, drawing.to.px - drawing.from.px, drawing.to.py - drawing.from.py);
			c.ctx.restore();
		}
	};

	// A disc at the present row; its place is left on the canvas for whoever wants to know.
	const cursorPlugin = {
		id: 'cursor',
		afterDatasetsDraw(c) {
			const row = kept[at], x = xColumn().value[row], y = yColumn().value[row], canvas = c.canvas;
			delete canvas.dataset.cursorX;
			delete canvas.dataset.cursorY;
			if (x === null || y === null) return;
			const px = c.scales.x.getPixelForValue(x), py = c.scales.y.getPixelForValue(y), box = c.chartArea;
			c.ctx.save();
			c.ctx.strokeStyle = themed('--faint');
			c.ctx.setLineDash([3, 4]);
			c.ctx.beginPath();
			c.ctx.moveTo(px, box.bottom);
			c.ctx.lineTo(px, py);
			c.ctx.moveTo(box.left, py);
			c.ctx.lineTo(px, py);
			c.ctx.stroke();
			c.ctx.setLineDash([]);
			c.ctx.beginPath();
			c.ctx.arc(px, py, 6, 0, 2 * Math.PI);
			c.ctx.fillStyle = themed('--mark');
			c.ctx.fill();
			c.ctx.lineWidth = 2;
			c.ctx.strokeStyle = themed('--ground');
			c.ctx.stroke();
			c.ctx.restore();
			canvas.dataset.cursorX = px;
			canvas.dataset.cursorY = py;
		}
	};

	function draw() {
		collect();
		if (chart) chart.destroy();
		window_ = null;
		const named = marks();
		chart = new Chart(byId('chart'), {
			type: 'scatter',
			data: { datasets: [dataset(), ...named] },
			options: {
				animation: false, parsing: false, responsive: true, maintainAspectRatio: false, events: [],
				scales: {
					x: axis(label(xColumn()), points.map(p => p.x), points.map(p => p.ux)),
					y: axis(label(yColumn()), points.map(p => p.y), points.map(p => p.uy))
				},
				plugins: {
					legend: { display: named.length > 0 || !!(xColumn().u || yColumn().u), position: 'bottom', onClick: () => {},
						labels: { color: themed('--ink'), usePointStyle: true, font: { size: 12 }, generateLabels: names } },
					tooltip: { enabled: false }
				}
			},
			plugins: [bandPlugin, cursorPlugin, rectanglePlugin]
		});
		const s = chart.options.scales;
		whole = { x: [s.x.min, s.x.max], y: [s.y.min, s.y.max] };
	}

	// ---- the frame ----

	function number(c, row) {
		const v = c.value[row], u = c.u ? c.u[row] : null;
		if (v === null) return '–';
		return u ? valueWithU(v, u, c.unit) : (v.toFixed(c.decimals) + (c.unit ? ' ' + c.unit : '')).replace('-', '−');
	}

	// raw − air − spring = specimen, from contact on.
	function balance(row) {
		const of = key => { const c = columns.find(k => k.key === key); return c ? c.value[row] : null; };
		const raw = of('raw_force'), air = of('air_force'), spring = of('spring_force'), specimen = of('force'), line = byId('balance');
		line.hidden = [raw, air, spring, specimen].includes(null);
		const text = v => v.toFixed(2).replace('-', '−'), part = v => (v < 0 ? `(${text(v)})` : text(v));
		line.textContent = line.hidden ? '' :
			`Force: ${text(raw)} (logged) − ${part(air)} (air) − ${part(spring)} (spring) = ${text(specimen)} µN (specimen)`;
	}

	// For a screen reader, once the frame has stayed for a moment.
	function speak(row) {
		clearTimeout(speaking);
		if (timer) return;
		speaking = setTimeout(() => {
			byId('spoken').textContent = [`frame ${data.frame[row]}`, ...[xColumn(), yColumn()].map(c => `${c.name} ${number(c, row)}`)]
				.concat(data.flag[row] ? [data.flag[row]] : []).join(', ');
		}, 300);
	}

	function readout(row) {
		const list = byId('readout'), entries = [['Frame', String(data.frame[row])]];
		for (const c of columns) entries.push([c.name, number(c, row)]);
		entries.push(['Remark', data.flag[row] || 'none']);
		if (!list.children.length)
			for (const [name] of entries) {
				const box = document.createElement('div');
				box.append(document.createElement('dt'), document.createElement('dd'));
				box.firstChild.textContent = name;
				list.append(box);
			}
		entries.forEach((e, i) => { list.children[i].lastChild.textContent = e[1]; });
	}

	function gauge(row) {
		const e = data.ends && data.ends[row];
		let path = '';
		if (e && byId('show-gauge').checked) {
			const length = Math.hypot(e[2] - e[0], e[3] - e[1]), size = 0.02 * Math.max(data.size[0], data.size[1]);
			const nx = -(e[3] - e[1]) / length * size, ny = (e[2] - e[0]) / length * size;
			path = `M${e[0]} ${e[1]}L${e[2]} ${e[3]}`;
			for (const k of [0, 2]) path += `M${e[k] - nx} ${e[k + 1] - ny}L${e[k] + nx} ${e[k + 1] + ny}`;
		}
		byId('gauge-line').setAttribute('d', path);
		byId('gauge-halo').setAttribute('d', path);
	}

	function show(k) {
		at = Math.min(kept.length - 1, Math.max(0, k));
		const row = kept[at];
		byId('frame').src = 'data:image/jpeg;base64,' + pictures[at];
		byId('frame').alt = `Frame ${data.frame[row]} of the recording`;
		byId('scrub').value = at;
		byId('scrub').setAttribute('aria-valuetext', `frame ${data.frame[row]}`);
		byId('chart-box').setAttribute('aria-valuenow', at);
		byId('chart-box').setAttribute('aria-valuetext', `frame ${data.frame[row]}: ${number(xColumn(), row)}, ${number(yColumn(), row)}`);
		document.body.dataset.row = row;
		readout(row);
		balance(row);
		speak(row);
		gauge(row);
		if (chart) chart.draw();
	}

	// The kept picture nearest to a row.
	function nearestKept(row) {
		let lo = 0, hi = kept.length - 1;
		while (hi - lo > 1) {
			const middle = (lo + hi) >> 1;
			if (kept[middle] <= row) lo = middle; else hi = middle;
		}
		return row - kept[lo] <= kept[hi] - row ? lo : hi;
	}

	// ---- hands and keys ----

	function press(event) {
		if (!event.shiftKey) return follow(event);
		const at_ = placeOf(event);
		drawing = { from: at_, to: at_ };
		byId('chart-box').setPointerCapture(event.pointerId);
	}

	function move(event) {
		if (!drawing) return follow(event);
		drawing.to = placeOf(event);
		chart.draw();
	}

	function release() {
		if (!drawing) return;
		const { from, to } = drawing, order = (a, b) => [Math.min(a, b), Math.max(a, b)];
		drawing = null;
		if (Math.abs(from.px - to.px) > 8 && Math.abs(from.py - to.py) > 8) zoomTo({ x: order(from.x, to.x), y: order(from.y, to.y) });
		else chart.draw();
	}

	function wheel(event) {
		event.preventDefault();
		zoomBy(event.deltaY > 0 ? 1.25 : 0.8, placeOf(event));
	}

	function follow(event) {
		const box = chart.canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
		let best = Infinity, row = -1;
		for (const p of points) {
			const dx = chart.scales.x.getPixelForValue(p.x) - x, dy = chart.scales.y.getPixelForValue(p.y) - y;
			// Sideways counts more: one moves along the curve from left to right.
			const d = 4 * dx * dx + dy * dy;
			if (d < best) { best = d; row = p.row; }
		}
		if (row < 0) return;
		stop();
		show(nearestKept(row));
	}

	function stop() {
		if (timer) clearInterval(timer);
		timer = 0;
		byId('play').setAttribute('aria-pressed', 'false');
		byId('play').firstElementChild.textContent = '▶';
		byId('play-word').textContent = 'Play';
	}

	function play() {
		if (timer) return stop();
		if (at >= kept.length - 1) show(0);
		byId('play').setAttribute('aria-pressed', 'true');
		byId('play').firstElementChild.textContent = '❚❚';
		byId('play-word').textContent = 'Pause';
		// All pictures in about 25 s, no fewer than 8 and no more than 30 a second.
		const rate = Math.min(30, Math.max(8, kept.length / 25));
		timer = setInterval(() => { if (at >= kept.length - 1) stop(); else show(at + 1); }, 1000 / rate);
	}

	const steps = {
		ArrowRight: () => at + 1, ArrowUp: () => at + 1, ArrowLeft: () => at - 1, ArrowDown: () => at - 1,
		PageDown: () => at + 10, PageUp: () => at - 10, Home: () => 0, End: () => kept.length - 1
	};

	function key(event) {
		if (event.altKey || event.ctrlKey || event.metaKey) return;
		const tag = event.target.tagName, onChart = event.target === byId('chart-box');
		if (tag === 'SELECT' || tag === 'INPUT' && event.target !== byId('scrub')) return;
		if (event.key === ' ' && tag !== 'BUTTON' && tag !== 'SUMMARY') {
			event.preventDefault();
			play();
			return;
		}
		if (onChart && (event.key === '+' || event.key === '-' || event.key === '0')) {
			event.preventDefault();
			if (event.key === '0') zoomTo(null); else zoomBy(event.key === '+' ? 0.6 : 1 / 0.6);
			return;
		}
		// Elsewhere on the page the keys that scroll it keep their meaning.
		const sideways = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
		if (!steps[event.key] || !(onChart || event.target === byId('scrub') || sideways)) return;
		event.preventDefault();
		stop();
		show(steps[event.key]());
	}

	fillChoices();
	byId('scrub').max = kept.length - 1;
	byId('chart-box').setAttribute('aria-valuemax', kept.length - 1);
	draw();
	show(0);
	for (const id of ['x-quantity', 'y-quantity']) byId(id).addEventListener('change', draw);
	byId('chart-box').addEventListener('pointermove', move);
	byId('chart-box').addEventListener('pointerdown', press);
	byId('chart-box').addEventListener('pointerup', release);
	byId('chart-box').addEventListener('pointercancel', release);
	byId('chart-box').addEventListener('wheel', wheel, { passive: false });
	byId('zoom-in').addEventListener('click', () => zoomBy(0.6));
	byId('zoom-out').addEventListener('click', () => zoomBy(1 / 0.6));
	byId('zoom-all').addEventListener('click', () => zoomTo(null));
	byId('play').addEventListener('click', play);
	byId('back').addEventListener('click', () => { stop(); show(at - 1); });
	byId('forward').addEventListener('click', () => { stop(); show(at + 1); });
	byId('scrub').addEventListener('input', () => { stop(); show(Number(byId('scrub').value)); });
	byId('show-gauge').addEventListener('change', () => gauge(kept[at]));
	document.addEventListener('keydown', key);
	for (const b of document.querySelectorAll('[data-go]'))
		b.addEventListener('click', () => { stop(); show(nearestKept(Number(b.dataset.go))); });
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
})();
