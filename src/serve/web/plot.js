// Curves on a canvas: axes, lines, bands, marks that can be dragged, a cursor, zoom.
// SPDX-License-Identifier: GPL-3.0-or-later

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || name;

// 1, 2 or 5 times a power of ten, about `most` steps over the span.
function step(span, most) {
	const raw = span / most, power = 10 ** Math.floor(Math.log10(raw)), part = raw / power;
	return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

export const text = (v, digits = 4) => {
	if (v === null || !Number.isFinite(v)) return '–';
	const s = v !== 0 && (Math.abs(v) >= 1e5 || Math.abs(v) < 1e-3) ? v.toExponential(digits - 1) : String(+v.toPrecision(digits));
	return s.replace(/^-/, '−').replace(/e\+?(-?)(\d+)/, (m, sign, n) => '×10' + (sign ? '⁻' : '') + [...n].map(c => '⁰¹²³⁴⁵⁶⁷⁸⁹'[c]).join(''));
};

export class Plot {
	// axes: {x: label, y: label, right: label}; on: {hover(x, y), drag(mark, x), dropped(mark, x), slid(series, by), pick(x, y), step(by)}
	constructor(canvas, axes, on = {}) {
		Object.assign(this, { canvas, axes, on, series: [], marks: [], ranges: [], zoom: null, cursor: null, held: null, slid: null });
		new ResizeObserver(() => this.draw()).observe(canvas);
		canvas.addEventListener('pointermove', e => this.move(e));
		canvas.addEventListener('pointerdown', e => this.down(e));
		canvas.addEventListener('pointerup', e => this.up(e));
		canvas.addEventListener('wheel', e => this.wheel(e), { passive: false });
		canvas.addEventListener('keydown', e => {
			const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[e.key];
			if (!by || !this.on.step) return;
			e.preventDefault();
			e.stopPropagation();
			this.on.step(by);
		});
		canvas.addEventListener('dblclick', () => { this.zoom = null; this.draw(); });
		matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
	}

	// series: [{x, y, ux, uy, colour, dash, right, name, thin, slides}]; marks: [{x, y, u, label, key, drag, given}];
	// ranges: [{from, to, label, given}], null: open
	set(series, marks = [], ranges = []) {
		if (!this.slid) this.series = series;
		if (!this.held) this.marks = marks;
		this.ranges = ranges;
		this.draw();
	}

	// Rows that decisions rest on, as bars at the foot.
	drawRanges(g) {
		const { l, r, b } = this.area;
		g.font = `${11 * this.k}px system-ui, "Liberation Sans", sans-serif`;
		this.ranges.forEach((range, i) => {
			const x0 = range.from === null ? l : this.px(range.from), x1 = range.to === null ? r : this.px(range.to), y = b - 7 - 13 * this.k * i;
			g.fillStyle = colour(range.given ? '--vermilion' : '--green');
			g.globalAlpha = 0.55;
			g.fillRect(Math.max(l, x0), y, Math.max(2, Math.min(r, x1) - Math.max(l, x0)), 5);
			g.globalAlpha = 1;
			const before = x1 + 8 + g.measureText(range.label).width > r; // no room behind it
			g.textAlign = before ? 'right' : 'left';
			g.fillText(range.label, before ? Math.max(l, x0) - 4 : Math.max(l, x1) + 4, y + 6);
		});
	}

	limits() {
		const lim = { x: [Infinity, -Infinity], y: [Infinity, -Infinity], right: [Infinity, -Infinity] };
		const grow = (l, v) => { if (v !== null && Number.isFinite(v)) { l[0] = Math.min(l[0], v); l[1] = Math.max(l[1], v); } };
		for (const s of this.series) {
			const l = s.right ? lim.right : lim.y;
			for (let i = 0; i < s.x.length; i++)
				if (s.y[i] !== null && s.x[i] !== null) { grow(lim.x, s.x[i]); grow(l, s.y[i]); }
		}
		for (const l of Object.values(lim)) {
			if (!(l[1] > l[0])) { l[0] = (Number.isFinite(l[0]) ? l[0] : 0) - 0.5; l[1] = l[0] + 1; }
			const room = 0.05 * (l[1] - l[0]);
			l[0] -= room; l[1] += room;
		}
		if (this.zoom) { lim.x = [...this.zoom.x]; lim.y = [...this.zoom.y]; }
		return lim;
	}

	layout() {
		const ratio = devicePixelRatio || 1, box = this.canvas.getBoundingClientRect();
		const w = Math.max(50, box.width), h = Math.max(50, box.height);
		if (this.canvas.width !== Math.round(w * ratio) || this.canvas.height !== Math.round(h * ratio)) {
			this.canvas.width = Math.round(w * ratio);
			this.canvas.height = Math.round(h * ratio);
		}
		const k = this.k = parseFloat(getComputedStyle(document.body).fontSize) / 15; // letters grow with the page's
		const right = this.series.some(s => s.right) ? 54 : 12;
		const named = this.series.filter(s => s.name).length > 1;
		this.area = { l: 58 * k, t: (named ? 24 : 10) * k, r: w - right * k, b: h - 40 * k, w, h, ratio };
		this.lim = this.limits();
	}

	px(x) { const { l, r } = this.area, [a, b] = this.lim.x; return l + (x - a) / (b - a) * (r - l); }
	py(y, right) { const { t, b } = this.area, [lo, hi] = right ? this.lim.right : this.lim.y; return b - (y - lo) / (hi - lo) * (b - t); }
	vx(p) { const { l, r } = this.area, [a, b] = this.lim.x; return a + (p - l) / (r - l) * (b - a); }
	vy(p) { const { t, b } = this.area, [lo, hi] = this.lim.y; return lo + (b - p) / (b - t) * (hi - lo); }

	grid(g, which) {
		const { l, r, t, b } = this.area, lim = this.lim[which], d = step(lim[1] - lim[0], which === 'x' ? 7 : 6);
		g.font = `${12 * this.k}px system-ui, "Liberation Sans", sans-serif`;
		for (let k = Math.ceil(lim[0] / d); k * d <= lim[1]; k++) {
			const v = k * d, label = text(+v.toPrecision(10), 5);
			g.fillStyle = colour('--faint');
			g.strokeStyle = colour('--rule');
			if (which === 'x') {
				const p = this.px(v);
				g.beginPath(); g.moveTo(p, t); g.lineTo(p, b); g.stroke();
				g.textAlign = 'center'; g.fillText(label, p, b + 15 * this.k);
			} else {
				const p = this.py(v, which === 'right');
				if (which === 'y') { g.beginPath(); g.moveTo(l, p); g.lineTo(r, p); g.stroke(); }
				g.textAlign = which === 'right' ? 'left' : 'right';
				g.fillText(label, which === 'right' ? r + 5 : l - 6, p + 4 * this.k);
			}
		}
		g.fillStyle = colour('--ink');
		if (which === 'x') { g.textAlign = 'center'; g.fillText(this.axes.x, (l + r) / 2, b + 33 * this.k); return; }
		g.save();
		g.translate(which === 'right' ? this.area.w - 6 : 13 * this.k, (t + b) / 2);
		g.rotate(-Math.PI / 2);
		g.textAlign = 'center';
		g.fillText(this.axes[which] || '', 0, 0);
		g.restore();
	}

	band(g, s) {
		if (!s.uy) return;
		const sx = Math.abs(this.px(1) - this.px(0)), sy = Math.abs(this.py(1) - this.py(0)), up = [], down = [];
		const reach = Math.max(2, Math.round(s.x.length / 80));
		const at = i => [this.px(s.x[i]), this.py(s.y[i])];
		const good = [...s.x.keys()].filter(i => s.x[i] !== null && s.y[i] !== null);
		good.forEach((i, k) => {
			const a = at(good[Math.max(0, k - reach)]), b = at(good[Math.min(good.length - 1, k + reach)]), p = at(i);
			const long = Math.hypot(b[0] - a[0], b[1] - a[1]);
			if (!(long > 0)) return;
			const nx = -(b[1] - a[1]) / long, ny = (b[0] - a[0]) / long;
			const half = 1.96 * Math.hypot(nx * (s.ux ? s.ux[i] || 0 : 0) * sx, ny * (s.uy[i] || 0) * sy);
			up.push([p[0] + nx * half, p[1] + ny * half]);
			down.push([p[0] - nx * half, p[1] - ny * half]);
		});
		if (up.length < 2) return;
		g.fillStyle = s.band || colour('--band');
		g.beginPath();
		up.concat(down.reverse()).forEach((p, i) => (i ? g.lineTo(...p) : g.moveTo(...p)));
		g.closePath();
		g.fill();
	}

	line(g, s) {
		g.strokeStyle = colour(s.colour || '--blue');
		g.lineWidth = s.thin ? 1 : 1.8;
		g.setLineDash(s.dash || []);
		g.beginPath();
		let pen = false;
		for (let i = 0; i < s.x.length; i++) {
			if (s.x[i] === null || s.y[i] === null) { pen = false; continue; }
			const x = this.px(s.x[i]), y = this.py(s.y[i], s.right);
			if (pen) g.lineTo(x, y); else g.moveTo(x, y);
			pen = true;
		}
		g.stroke();
		g.setLineDash([]);
	}

	mark(g, m, row) {
		const { t, b } = this.area, c = colour(m.colour || (m.given ? '--vermilion' : '--ink'));
		g.strokeStyle = g.fillStyle = c;
		g.lineWidth = m === this.held ? 2.5 : 1.2;
		const x = this.px(m.x);
		if (m.y === undefined) {
			g.setLineDash(m.given ? [] : [5, 3]);
			g.beginPath(); g.moveTo(x, t); g.lineTo(x, b); g.stroke();
			g.setLineDash([]);
			g.textAlign = x > (this.area.l + this.area.r) / 2 ? 'right' : 'left';
			const y = t + (12 + 14 * (row % 5)) * this.k, left = g.textAlign === 'left', w = g.measureText(m.label).width;
			g.fillStyle = colour('--raised');
			g.fillRect(left ? x + 2 : x - w - 6, y - 10 * this.k, w + 4, 13 * this.k);
			g.fillStyle = c;
			g.fillText(m.label, x + (left ? 4 : -4), y);
			if (m.drag) g.fillRect(x - 3, b - 9, 6, 9);
			return;
		}
		const y = this.py(m.y);
		g.beginPath(); g.arc(x, y, 4, 0, 7); g.stroke();
		if (m.u) { g.beginPath(); g.moveTo(this.px(m.x - m.u), y); g.lineTo(this.px(m.x + m.u), y); g.stroke(); }
		g.textAlign = x > this.area.w - 120 ? 'right' : 'left';
		g.fillText(m.label, x + (g.textAlign === 'left' ? 7 : -7), y + (m.below ? 16 : -7));
	}

	draw() {
		this.layout();
		const g = this.canvas.getContext('2d'), { l, r, t, b, w, h, ratio } = this.area;
		g.setTransform(ratio, 0, 0, ratio, 0, 0);
		g.clearRect(0, 0, w, h);
		g.lineWidth = 1;
		this.grid(g, 'x');
		this.grid(g, 'y');
		if (this.series.some(s => s.right)) this.grid(g, 'right');
		g.save();
		g.beginPath(); g.rect(l, t, r - l, b - t); g.clip();
		this.drawRanges(g);
		for (const m of this.marks) if (m.u && m.y === undefined) {
			g.fillStyle = colour(m.given ? '--vermilion' : '--faint');
			g.globalAlpha = 0.18;
			g.fillRect(this.px(m.x - m.u), t, Math.max(1, this.px(m.x + m.u) - this.px(m.x - m.u)), b - t);
			g.globalAlpha = 1;
		}
		for (const s of this.series) this.band(g, s);
		for (const s of this.series) this.line(g, s);
		this.marks.forEach((m, i) => { if (m.x !== null && Number.isFinite(m.x)) this.mark(g, m, i); });
		if (this.cursor) {
			g.strokeStyle = g.fillStyle = colour('--vermilion');
			g.lineWidth = 1.5;
			const x = this.px(this.cursor.x);
			if (this.cursor.y === undefined) { g.beginPath(); g.moveTo(x, t); g.lineTo(x, b); g.stroke(); }
			else { g.beginPath(); g.arc(x, this.py(this.cursor.y), 5, 0, 7); g.fill(); }
		}
		g.restore();
		this.names(g);
	}

	names(g) {
		const named = this.series.filter(s => s.name);
		if (named.length < 2) return;
		g.textAlign = 'left';
		let x = this.area.l;
		for (const s of named) {
			g.strokeStyle = colour(s.colour || '--blue');
			g.lineWidth = 2;
			g.setLineDash(s.dash || []);
			g.beginPath(); g.moveTo(x, 12 * this.k); g.lineTo(x + 22, 12 * this.k); g.stroke();
			g.setLineDash([]);
			g.fillStyle = colour('--ink');
			g.fillText(s.name, x + 27, 16 * this.k);
			x += 27 + g.measureText(s.name).width + 18;
		}
	}

	spot(e) { const box = this.canvas.getBoundingClientRect(); return [e.clientX - box.left, e.clientY - box.top]; }

	grabbed(p) {
		return this.marks.find(m => m.drag && m.y === undefined && Math.abs(this.px(m.x) - p[0]) < 7) || null;
	}

	// A curve that slides along the abscissa, where it lies under the pointer.
	gripped(p) {
		for (const s of this.series) {
			if (!s.slides) continue;
			for (let i = 1; i < s.x.length; i++) {
				if (s.x[i] === null || s.y[i] === null || s.x[i - 1] === null || s.y[i - 1] === null) continue;
				const ax = this.px(s.x[i - 1]), ay = this.py(s.y[i - 1], s.right), bx = this.px(s.x[i]), by = this.py(s.y[i], s.right);
				const long = (bx - ax) ** 2 + (by - ay) ** 2, f = long > 0 ? Math.min(1, Math.max(0, ((p[0] - ax) * (bx - ax) + (p[1] - ay) * (by - ay)) / long)) : 0;
				if (Math.hypot(p[0] - ax - f * (bx - ax), p[1] - ay - f * (by - ay)) < 6) return s;
			}
		}
		return null;
	}

	down(e) {
		const p = this.spot(e), s = this.grabbed(p) ? null : this.gripped(p);
		this.canvas.setPointerCapture(e.pointerId);
		this.held = this.grabbed(p);
		this.slid = s ? { series: s, x: s.x, by: 0 } : null;
		this.from = { p, lim: this.lim, moved: false };
	}

	move(e) {
		const p = this.spot(e);
		if (!this.area) return;
		if (this.held) {
			this.held.x = this.vx(p[0]);
			this.from.moved = true;
			this.draw();
			if (this.on.drag) this.on.drag(this.held, this.held.x);
			return;
		}
		if (this.slid) {
			this.slid.by = this.vx(p[0]) - this.vx(this.from.p[0]);
			this.slid.series.x = this.slid.x.map(v => (v === null ? null : v + this.slid.by));
			this.from.moved = true;
			this.draw();
			return;
		}
		if (this.from && e.buttons) {
			const dx = p[0] - this.from.p[0], dy = p[1] - this.from.p[1], { l, r, t, b } = this.area, { x, y } = this.from.lim;
			if (!this.zoom && Math.hypot(dx, dy) < 4) return;
			this.from.moved = true;
			const sx = dx / (r - l) * (x[1] - x[0]), sy = dy / (b - t) * (y[1] - y[0]);
			this.zoom = { x: [x[0] - sx, x[1] - sx], y: [y[0] + sy, y[1] + sy] };
			this.draw();
			return;
		}
		this.canvas.style.cursor = this.grabbed(p) || this.gripped(p) ? 'ew-resize' : 'crosshair';
		if (this.on.hover) this.on.hover(this.vx(p[0]), this.vy(p[1]), p);
	}

	up(e) {
		const held = this.held, slid = this.slid, moved = this.from && this.from.moved, p = this.spot(e);
		this.held = this.slid = null;
		this.from = null;
		if (slid && moved) { if (this.on.slid) this.on.slid(slid.series, slid.by); } else if (held && moved && this.on.dropped) this.on.dropped(held, held.x);
		else if (!moved && this.on.pick) this.on.pick(this.vx(p[0]), this.vy(p[1]), p);
	}

	wheel(e) {
		e.preventDefault();
		const p = this.spot(e), f = Math.exp(e.deltaY * 0.0015), x = this.vx(p[0]), y = this.vy(p[1]), { x: lx, y: ly } = this.lim;
		this.zoom = { x: [x + (lx[0] - x) * f, x + (lx[1] - x) * f], y: [y + (ly[0] - y) * f, y + (ly[1] - y) * f] };
		this.draw();
	}
}
