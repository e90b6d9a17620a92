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

// Consecutive points within 1/80 of the figure become one, so that the path has a direction above its noise; the path
// reaches as far as the curve does. As in the printed figure.
function smoothed(points) {
	const span = key => {
		const v = points.map(p => p[key]), s = Math.max(...v) - Math.min(...v);
		return s > 0 ? s : 1;
	};
	const sx = span('x'), sy = span('y'), out = [];
	for (let first = 0; first < points.length;) {
		const sum = { x: 0, y: 0, rx: 0, ry: 0 };
		let end = first;
		for (; end < points.length; end++) {
			if (Math.hypot((points[end].x - points[first].x) / sx, (points[end].y - points[first].y) / sy) > 1 / 80) break;
			for (const key in sum) sum[key] += points[end][key];
		}
		for (const key in sum) sum[key] /= end - first;
		out.push(sum);
		first = end;
	}
	if (out.length > 1) {
		const last = points[points.length - 1];
		Object.assign(out[0], { x: points[0].x, y: points[0].y });
		Object.assign(out[out.length - 1], { x: last.x, y: last.y });
	}
	return out;
}

// The outline of an uncertainty band around a parametric curve: the envelope of the ellipses with the half-axes rx, ry that
// move along it; on either side the point of the ellipse whose tangent is the path's.
function outline(points) {
	const path = smoothed(points), left = [], right = [];
	for (let i = 0; i < path.length; i++) {
		const a = path[Math.max(0, i - 1)], b = path[Math.min(path.length - 1, i + 1)], p = path[i];
		const tx = b.x - a.x, ty = b.y - a.y, norm = Math.hypot(p.rx * ty, p.ry * tx);
		const ox = norm > 0 ? -p.rx * p.rx * ty / norm : 0, oy = norm > 0 ? p.ry * p.ry * tx / norm : 0;
		left.push([p.x + ox, p.y + oy]);
		right.push([p.x - ox, p.y - oy]);
	}
	return left.concat(right.reverse());
}

// A number to the place of its uncertainty: two digits of u, one when they are 30 or more (GUM 7.2.6).
function valueWithU(v, u, unit) {
	const minus = t => t.replace('-', '−'), tail = unit ? ' ' + unit : '';
	if (!(u > 0)) return minus(String(Number(v.toPrecision(6)))) + tail;
	const [digits, power] = u.toExponential(1).split('e').map(Number), place = digits < 3 ? power - 1 : power;
	const step = 10 ** Math.max(0, place), decimals = Math.max(0, -place);
	return minus((Math.round(v / step) * step === 0 || place > 0 ? Math.round(v / step) * step : v).toFixed(decimals)) + ' ± ' +
		(place > 0 ? Math.round(u / step) * step : u).toFixed(decimals) + tail;
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
			ctx.fill('nonzero'); // overlapping pieces of a narrow curve stay filled
		});
		ctx.restore();
	}
};

document.documentElement.classList.add('js');
