// What the pages share: colours of the theme, the band around a curve, marks on a chart.
// SPDX-License-Identifier: GPL-3.0-or-later
'use strict';

const themed = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const readJson = id => JSON.parse(document.getElementById(id).textContent);

// An axis in the theme's colours that holds all values and their bands, and zero when that is near.
function axis(title, values, bands) {
	let lo = Infinity, hi = -Infinity;
	values.forEach((v, i) => {
		lo = Math.min(lo, v - 1.96 * bands[i]);
		hi = Math.max(hi, v + 1.96 * bands[i]);
	});
	const least = values.reduce((a, v) => Math.min(a, v), Infinity);
	if (least > 0 && least < 0.3 * hi) lo = Math.min(lo, 0);
	if (!(hi > lo)) { hi = lo + Math.abs(lo) * 0.01 + 1e-9; lo -= hi - lo; }
	const room = 0.04 * (hi - lo);
	return {
		type: 'linear', min: lo === 0 ? 0 : lo - room, max: hi + room,
		title: { display: true, text: title, color: themed('--ink'), font: { size: 14 } },
		ticks: { includeBounds: false, color: themed('--faint'), maxRotation: 0, font: { size: 13 } },
		grid: { color: themed('--rule'), borderColor: themed('--faint') }
	};
}

// The outline of an uncertainty band around a parametric curve, in pixels: at every point the curve is left along its
// normal as far as the ellipse with the half-axes rx, ry reaches. Directions are smoothed: noise must not turn them.
function outline(points) {
	const n = points.length, reach = Math.max(2, Math.round(n / 80)), left = [], right = [];
	for (let i = 0; i < n; i++) {
		const a = points[Math.max(0, i - reach)], b = points[Math.min(n - 1, i + reach)], p = points[i];
		const length = Math.hypot(b.x - a.x, b.y - a.y);
		if (!(length > 0)) continue;
		const nx = -(b.y - a.y) / length, ny = (b.x - a.x) / length;
		const w = Math.hypot(nx * p.rx, ny * p.ry);
		left.push([p.x + nx * w, p.y + ny * w]);
		right.push([p.x - nx * w, p.y - ny * w]);
	}
	return left.concat(right.reverse());
}

// Draws data.band = [{x, y, ux, uy}] of each dataset behind its line.
const bandPlugin = {
	id: 'band',
	beforeDatasetsDraw(chart) {
		const { ctx, chartArea: box, scales } = chart;
		ctx.save();
		ctx.beginPath();
		ctx.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
		ctx.clip();
		chart.data.datasets.forEach((set, k) => {
			if (!set.band || !chart.isDatasetVisible(k)) return;
			const sx = Math.abs(scales.x.getPixelForValue(1) - scales.x.getPixelForValue(0));
			const sy = Math.abs(scales.y.getPixelForValue(1) - scales.y.getPixelForValue(0));
			const edge = outline(set.band.map(p => ({
				x: scales.x.getPixelForValue(p.x), y: scales.y.getPixelForValue(p.y), rx: 1.96 * p.ux * sx, ry: 1.96 * p.uy * sy
			})));
			if (edge.length < 3) return;
			ctx.beginPath();
			edge.forEach((p, i) => (i ? ctx.lineTo(p[0], p[1]) : ctx.moveTo(p[0], p[1])));
			ctx.closePath();
			ctx.fillStyle = set.bandColor;
			ctx.fill('nonzero');
		});
		ctx.restore();
	}
};

document.documentElement.classList.add('js');
