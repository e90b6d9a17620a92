// The frame: picture, zoom and pan, the gauge and what is measured on it.
// SPDX-License-Identifier: GPL-3.0-or-later

const ORANGE = '#ff7a1a', BLUE = '#39d0ff', YELLOW = '#ffe14d';
// Tools that are a number of clicks, and tools that are a drag from corner to corner.
const CLICKS = { scale: 2, width: 2, neck: 1, edges: 4 };

export class Viewer {
	// on: {gauge(gauge, done), clicked(tool, places), region(corners)}
	constructor(canvas, on) {
		Object.assign(this, { canvas, on, tool: 'move', view: null, image: null, size: [1, 1], gauge: null, points: null, clicks: [], held: null, end: 0, bands: null, region: null, marks: [] });
		new ResizeObserver(() => this.draw()).observe(canvas);
		canvas.addEventListener('pointerdown', e => this.down(e));
		canvas.addEventListener('pointermove', e => this.move(e));
		canvas.addEventListener('pointerup', () => this.up());
		canvas.addEventListener('wheel', e => this.wheel(e), { passive: false });
		canvas.addEventListener('keydown', e => this.key(e));
	}

	choose(tool) { this.tool = tool; this.clicks = []; this.draw(); }

	show(image, width, height) { this.image = image; this.size = [width, height]; this.draw(); }
	fit() { this.view = null; this.draw(); }

	transform() {
		const box = this.canvas.getBoundingClientRect(), [w, h] = this.size;
		if (this.view) return this.view;
		const s = Math.min(box.width / w, box.height / h);
		return { s, x: (box.width - w * s) / 2, y: (box.height - h * s) / 2 };
	}

	// Pixel centres lie at integers: the picture's corner is at (-0.5, -0.5).
	toScreen([x, y]) { const v = this.transform(); return [v.x + (x + 0.5) * v.s, v.y + (y + 0.5) * v.s]; }
	toPixel(e) {
		const box = this.canvas.getBoundingClientRect(), v = this.transform();
		return [(e.clientX - box.left - v.x) / v.s - 0.5, (e.clientY - box.top - v.y) / v.s - 0.5];
	}

	draw() {
		const ratio = devicePixelRatio || 1, box = this.canvas.getBoundingClientRect(), g = this.canvas.getContext('2d');
		if (!(box.width > 0)) return;
		this.canvas.width = Math.round(box.width * ratio);
		this.canvas.height = Math.round(box.height * ratio);
		g.setTransform(ratio, 0, 0, ratio, 0, 0);
		const v = this.transform();
		if (this.image) {
			g.imageSmoothingEnabled = v.s < 3;
			g.drawImage(this.image, v.x, v.y, this.size[0] * v.s, this.size[1] * v.s);
		}
		if (this.points) {
			g.fillStyle = ORANGE;
			for (const p of this.points) {
				if (p[0] === null) continue;
				const [x, y] = this.toScreen(p);
				g.fillRect(x - 1.5, y - 1.5, 3, 3);
			}
		}
		if (this.ends && !(this.held && this.held.end !== undefined)) this.rule(g, this.ends[0], this.ends[1], 'rgba(255,122,26,0.45)', false);
		if (this.bands) this.drawBands(g, v);
		if (this.region) this.drawRegion(g);
		if (this.gauge) this.rule(g, this.gauge[0], this.gauge[1], ORANGE, true);
		this.drawMarks(g);
		this.drawClicks(g);
		this.scale(g, v);
	}

	// Subsets as they would be laid: those of the two bands stand out from those along the axis.
	drawBands(g, v) {
		const { points, band, subset } = this.bands, side = subset * v.s;
		g.lineWidth = 1;
		points.forEach((p, i) => {
			const [x, y] = this.toScreen(p), ends = i < band[0] + band[1];
			g.strokeStyle = ends ? 'rgba(255,225,77,0.85)' : 'rgba(255,122,26,0.4)';
			if (ends) { g.fillStyle = 'rgba(255,225,77,0.10)'; g.fillRect(x - side / 2, y - side / 2, side, side); }
			g.strokeRect(x - side / 2, y - side / 2, side, side);
		});
	}

	drawRegion(g) {
		g.strokeStyle = BLUE;
		g.lineWidth = 2;
		g.setLineDash([6, 4]);
		g.beginPath();
		this.region.forEach((p, i) => (i ? g.lineTo(...this.toScreen(p)) : g.moveTo(...this.toScreen(p))));
		g.closePath();
		g.stroke();
		g.setLineDash([]);
	}

	// Places that decisions name: [{points, label, given}]; one point is a cross, two are a line, four are two lines.
	drawMarks(g) {
		g.lineWidth = 2;
		g.font = `${12 * this.letters()}px system-ui, "Liberation Sans", sans-serif`;
		for (const m of this.marks) {
			const at = m.points.map(p => this.toScreen(p));
			for (const [colour, w] of [['rgba(0,0,0,0.6)', 4], [m.given ? ORANGE : YELLOW, 2]]) {
				g.strokeStyle = g.fillStyle = colour;
				g.lineWidth = w;
				g.beginPath();
				if (at.length === 1) {
					const [x, y] = at[0];
					g.moveTo(x - 9, y); g.lineTo(x + 9, y); g.moveTo(x, y - 9); g.lineTo(x, y + 9);
				}
				for (let i = 0; i + 1 < at.length; i += 2) { g.moveTo(...at[i]); g.lineTo(...at[i + 1]); }
				g.stroke();
			}
			g.textAlign = 'left';
			g.fillText(m.label, at[0][0] + 11, at[0][1] - 8);
		}
	}

	drawClicks(g) {
		const at = this.clicks;
		if (!at.length) return;
		if ((this.tool === 'scale' || this.tool === 'width') && at.length > 1) { this.rule(g, at[0], at[1], BLUE, false); return; }
		g.strokeStyle = BLUE;
		g.lineWidth = 2;
		g.beginPath();
		for (let i = 0; i < at.length; i++) {
			const [x, y] = this.toScreen(at[i]);
			if (i % 2) g.lineTo(x, y); else g.moveTo(x, y);
		}
		g.stroke();
		g.fillStyle = BLUE;
		for (const p of at) { g.beginPath(); g.arc(...this.toScreen(p), 4, 0, 7); g.fill(); }
	}

	rule(g, from, to, colour, handles) {
		const a = this.toScreen(from), b = this.toScreen(to), long = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
		const n = [-(b[1] - a[1]) / long, (b[0] - a[0]) / long];
		for (const [c, w] of [['rgba(0,0,0,0.6)', 5], [colour, 2]]) {
			g.strokeStyle = c;
			g.lineWidth = w;
			g.beginPath();
			g.moveTo(...a); g.lineTo(...b);
			for (const p of [a, b]) { g.moveTo(p[0] - 12 * n[0], p[1] - 12 * n[1]); g.lineTo(p[0] + 12 * n[0], p[1] + 12 * n[1]); }
			g.stroke();
		}
		if (!handles) return;
		g.fillStyle = colour;
		[a, b].forEach((p, k) => { g.beginPath(); g.arc(...p, this.tool === 'gauge' && k === this.end ? 7 : 5, 0, 7); g.fill(); });
	}

	// Letters grow with the page's.
	letters() { return parseFloat(getComputedStyle(document.body).fontSize) / 15; }

	// A scale bar of a round length, about a fifth of the picture.
	scale(g, v) {
		if (!this.pixelSize) return;
		const box = this.canvas.getBoundingClientRect(), want = box.width / 5 / v.s * this.pixelSize;
		const power = 10 ** Math.floor(Math.log10(want)), long = [5, 2, 1].map(k => k * power).find(k => k <= want) || power;
		const k = this.letters(), w = long / this.pixelSize * v.s, x = 14 * k, y = box.height - 16 * k;
		g.fillStyle = 'rgba(0,0,0,0.55)'; g.fillRect(x - 6 * k, y - 24 * k, w + 12 * k, 34 * k);
		g.fillStyle = '#fff'; g.fillRect(x, y, w, 4 * k);
		g.font = `${13 * k}px system-ui, "Liberation Sans", sans-serif`;
		g.textAlign = 'center';
		g.fillText(long >= 1e-6 ? `${+(long * 1e6).toPrecision(3)} µm` : `${+(long * 1e9).toPrecision(3)} nm`, x + w / 2, y - 7 * k);
	}

	down(e) {
		this.canvas.setPointerCapture(e.pointerId);
		const p = this.toPixel(e), near = q => { const a = this.toScreen(q), b = this.toScreen(p); return Math.hypot(a[0] - b[0], a[1] - b[1]) < 12; };
		if (CLICKS[this.tool]) {
			if (this.clicks.length >= CLICKS[this.tool]) this.clicks = [];
			this.clicks = [...this.clicks, p];
			this.draw();
			if (this.clicks.length === CLICKS[this.tool]) this.on.clicked(this.tool, this.clicks);
			return;
		}
		if (this.tool === 'region') { this.held = { corner: p }; return; }
		const end = this.gauge ? [0, 1].find(k => near(this.gauge[k])) : undefined;
		if (end !== undefined) { this.held = { end }; this.end = end; return; }
		if (this.tool === 'gauge') { this.gauge = [p, p]; this.held = { end: 1 }; return; }
		this.held = { pan: [e.clientX, e.clientY], view: this.transform() };
	}

	move(e) {
		if (!this.held) return;
		if (this.held.corner) {
			const [x0, y0] = this.held.corner, [x1, y1] = this.toPixel(e);
			this.region = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
			this.held.drawn = true;
			this.draw();
			return;
		}
		if (this.held.pan) {
			const { pan, view } = this.held;
			this.view = { s: view.s, x: view.x + e.clientX - pan[0], y: view.y + e.clientY - pan[1] };
		} else {
			this.dragEnd(this.held.end, this.toPixel(e), e);
			this.on.gauge(this.gauge, false);
		}
		this.draw();
	}

	// One end; with Shift the axis turns about its middle, its length kept; with Alt both ends move.
	dragEnd(k, p, e) {
		const [a, b] = this.gauge, own = this.gauge[k], far = this.gauge[1 - k];
		if (e.altKey) {
			const d = [p[0] - own[0], p[1] - own[1]];
			this.gauge = [[a[0] + d[0], a[1] + d[1]], [b[0] + d[0], b[1] + d[1]]];
		} else if (e.shiftKey) {
			const m = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], half = Math.hypot(own[0] - far[0], own[1] - far[1]) / 2;
			const d = [p[0] - m[0], p[1] - m[1]], long = Math.hypot(...d);
			if (!(long > 0)) return;
			const u = [d[0] / long * half, d[1] / long * half], ends = [];
			ends[k] = [m[0] + u[0], m[1] + u[1]];
			ends[1 - k] = [m[0] - u[0], m[1] - u[1]];
			this.gauge = ends;
		} else this.gauge[k] = p;
	}

	up() {
		const held = this.held;
		this.held = null;
		if (held && held.end !== undefined) this.on.gauge(this.gauge, true);
		if (held && held.drawn) this.on.region(this.region);
	}

	// Without a mouse: arrows move an end of the gauge by a pixel, with Shift by ten; X takes the other end.
	key(e) {
		if (this.tool !== 'gauge' || !this.gauge) return;
		const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
		if (e.key.toLowerCase() === 'x') { this.end = 1 - this.end; this.draw(); }
		if (!by) return;
		e.preventDefault();
		e.stopPropagation();
		const k = e.shiftKey ? 10 : 1, moved = [...this.gauge];
		moved[this.end] = [moved[this.end][0] + k * by[0], moved[this.end][1] + k * by[1]];
		this.gauge = moved;
		this.draw();
		this.on.gauge(this.gauge, false);
		clearTimeout(this.keyed);
		this.held = { keys: true }; // what is set by hand is not drawn over
		this.keyed = setTimeout(() => { this.held = null; this.on.gauge(this.gauge, true); }, 600);
	}

	wheel(e) {
		e.preventDefault();
		const box = this.canvas.getBoundingClientRect(), v = this.transform(), f = Math.exp(-e.deltaY * 0.0015);
		const x = e.clientX - box.left, y = e.clientY - box.top, s = Math.min(60, Math.max(0.02, v.s * f));
		this.view = { s, x: x - (x - v.x) * s / v.s, y: y - (y - v.y) * s / v.s };
		this.draw();
	}
}
