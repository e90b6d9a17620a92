// The page of a test: the curve, the frames, and what links them.
// SPDX-License-Identifier: GPL-3.0-or-later
'use strict';

(function () {
	const data = readJson('data'), pictures = readJson('pictures');
	const byId = id => document.getElementById(id);
	const columns = data.columns, rows = data.frame.length, kept = data.kept;
	let at = 0, timer = 0, chart = null, points = [];

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
			data: points, showLine: true, pointRadius: 0, pointHitRadius: 0, borderWidth: 2, borderJoinStyle: 'round',
			borderColor: themed('--curve'), bandColor: themed('--band'), band: xColumn().u || yColumn().u ? points : null
		};
	}

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
		chart = new Chart(byId('chart'), {
			type: 'scatter',
			data: { datasets: [dataset()] },
			options: {
				animation: false, parsing: false, responsive: true, maintainAspectRatio: false, events: [],
				scales: {
					x: axis(label(xColumn()), points.map(p => p.x), points.map(p => p.ux)),
					y: axis(label(yColumn()), points.map(p => p.y), points.map(p => p.uy))
				},
				plugins: { legend: { display: false }, tooltip: { enabled: false } }
			},
			plugins: [bandPlugin, cursorPlugin]
		});
	}

	// ---- the frame ----

	function number(c, row) {
		const v = c.value[row];
		if (v === null) return '–';
		const u = c.u ? c.u[row] : null;
		return (v.toFixed(c.decimals) + (u ? ' ± ' + u.toFixed(c.decimals) : '') + ' ' + c.unit).replace(/-/g, '−');
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
		document.body.dataset.row = row;
		readout(row);
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
		// Elsewhere on the page the keys that scroll it keep their meaning.
		const sideways = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
		if (!steps[event.key] || !(onChart || event.target === byId('scrub') || sideways)) return;
		event.preventDefault();
		stop();
		show(steps[event.key]());
	}

	fillChoices();
	byId('scrub').max = kept.length - 1;
	draw();
	show(0);
	for (const id of ['x-quantity', 'y-quantity']) byId(id).addEventListener('change', draw);
	byId('chart-box').addEventListener('pointermove', follow);
	byId('chart-box').addEventListener('pointerdown', follow);
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
