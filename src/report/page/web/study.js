// The page of a study: all curves in one chart.
// SPDX-License-Identifier: GPL-3.0-or-later
'use strict';

(function () {
	const data = readJson('data'), box = document.getElementById('app');
	let chart = null;

	if (!data.tests.length || !window.Chart) return;
	box.hidden = false;

	// Dark colours are hard to see on a dark ground: black becomes white.
	const onGround = colour => (colour === '#000000' ? themed('--ink') : colour);

	const dataset = test => {
		const points = test.strain.map((x, i) => ({ x, y: test.stress[i], ux: test.u_strain[i] || 0, uy: test.u_stress[i] || 0 }));
		const colour = onGround(test.colour);
		return {
			label: test.name, data: points, showLine: true, pointRadius: 0, pointHitRadius: 6, borderWidth: 2,
			borderColor: colour, backgroundColor: colour, borderDash: test.dash, band: points, bandColor: colour + '28'
		};
	};

	const all = key => data.tests.flatMap(t => t.strain.map((_, i) => t[key][i] || 0));

	function draw() {
		if (chart) chart.destroy();
		chart = new Chart(document.getElementById('chart'), {
			type: 'scatter',
			data: { datasets: data.tests.map(dataset) },
			options: {
				animation: false, parsing: false, responsive: true, maintainAspectRatio: false,
				scales: {
					x: axis('Engineering strain (%)', all('strain'), all('u_strain')),
					y: axis('Engineering stress (GPa)', all('stress'), all('u_stress'))
				},
				plugins: {
					legend: { position: 'bottom', labels: { color: themed('--ink'), usePointStyle: true, pointStyle: 'line', pointStyleWidth: 40, font: { size: 13 },
						// a point has no dashes: the line's own are shown
						generateLabels: c => Chart.defaults.plugins.legend.labels.generateLabels(c).map(i => ({ ...i, lineWidth: 2, lineDash: c.data.datasets[i.datasetIndex].borderDash })) } },
					tooltip: { callbacks: { label: i => `${i.dataset.label}: ${i.parsed.x.toFixed(2)} %, ${i.parsed.y.toFixed(3)} GPa` } }
				}
			},
			plugins: [bandPlugin]
		});
	}

	draw();
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
})();
