// The panel: every decision with its evidence and its override, every key of the description as a field.
// SPDX-License-Identifier: GPL-3.0-or-later
import { text } from './plot.js';

const make = (tag, attributes = {}, ...inside) => {
	const e = document.createElement(tag);
	for (const [k, v] of Object.entries(attributes)) {
		if (k.startsWith('on')) e.addEventListener(k.slice(2), v);
		else if (v !== undefined && v !== null && v !== false) e.setAttribute(k, v === true ? '' : v);
	}
	e.append(...inside.filter(x => x !== null && x !== undefined));
	return e;
};

// "2,5 nm" as a German keyboard writes it; lists keep their commas.
export const normal = value => (/[[{]/.test(value) ? value : value.replace(/(\d),(\d)/g, '$1.$2')).trim();

function valueInput(id, value, placeholder, commit, described) {
	const input = make('input', { id, value, placeholder, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': described });
	let sent = value;
	const send = () => { const v = normal(input.value); if (v !== sent) { sent = v; commit(v); } };
	input.addEventListener('change', send);
	input.addEventListener('keydown', e => { if (e.key === 'Enter') send(); });
	return input;
}

// From half to one and a half times the value: the curve follows while it moves.
function slider(box, d, on) {
	const id = `slide-${d.key.replaceAll('.', '-')}`, unit = 'N/m', u = d.u > 0 ? ` ± ${+d.u.toPrecision(2)}` : '';
	const said = v => `${(+v).toPrecision(5)}${u} ${unit}`;
	const shown = make('output', { for: id }, said(d.value));
	const input = make('input', { type: 'range', id, 'aria-label': d.name, min: 0.5 * d.value, max: 1.5 * d.value, step: d.value / 500, value: d.value });
	input.addEventListener('input', () => { box.dataset.held = '1'; shown.textContent = said(input.value); on.live({ [d.key]: said(input.value) }); });
	input.addEventListener('change', () => { delete box.dataset.held; on.change({ [d.key]: said(input.value) }); });
	return make('div', { class: 'slide' }, input, shown);
}

// decisions: [{key, name, value, u, text, evidence, given, contradiction, override}]
export function showDecisions(box, decisions, state, on) {
	if (box.dataset.held) return; // a slider is in somebody's hand
	const active = document.activeElement && document.activeElement.id;
	box.replaceChildren(...decisions.map(d => {
		const id = `decision-${d.key.replaceAll('.', '-')}`, set = state[d.key];
		const parts = [
			make('div', { class: 'name' }, d.name),
			make('div', { class: d.given ? 'value given' : 'value' }, d.text || '–', d.given ? ' (given)' : ''),
			d.evidence ? make('p', {}, d.evidence) : null,
			d.contradiction ? make('p', { class: 'differs' }, d.contradiction) : null
		];
		if (d.override) {
			if (d.key === 'force.spring.stiffness' && d.value) parts.push(slider(box, d, on));
			parts.push(make('label', {}, 'Override ', make('code', {}, d.key),
				valueInput(id, set || '', d.example || '', v => on.change({ [d.key]: v === '' ? null : v }))));
			if (d.pixels) parts.push(make('p', { class: 'pixels' }, 'The recording is looked at again for it.'));
			if (set !== undefined) parts.push(make('button', { type: 'button', onclick: () => on.change({ [d.key]: null }) }, 'Use what was found'));
		}
		return make('div', { class: 'decision' }, ...parts);
	}));
	if (active && (active.startsWith('decision-') || active.startsWith('slide-'))) document.getElementById(active)?.focus();
}

// schema: [{key, group, help, example, default, expert, words}]; values: {key: text in the file}
export function showFields(box, schema, values, state, wrong, on) {
	const active = document.activeElement && document.activeElement.id, groups = new Map();
	for (const k of schema) {
		const g = k.expert ? 'expert' : k.key.includes('.') ? k.key.split('.')[0] : 'test';
		if (!groups.has(g)) groups.set(g, []);
		groups.get(g).push(k);
	}
	const open = new Set([...box.querySelectorAll('details[open]')].map(d => d.dataset.group));
	if (!box.firstChild) ['force', 'specimen', 'gauge', 'video'].forEach(g => open.add(g));
	box.replaceChildren(...[...groups].map(([g, keys]) => {
		const rows = keys.map(k => {
			const id = `field-${k.key.replaceAll('.', '-')}`, set = state[k.key], value = set !== undefined ? set : values[k.key] || '';
			const hint = k.default ? `default ${k.default}` : k.example || '';
			return make('div', { class: set !== undefined ? 'field set' : 'field' },
				make('label', { for: id }, make('code', {}, k.key)),
				valueInput(id, value, hint, v => on.change({ [k.key]: v === (values[k.key] || '') ? null : v }), `${id}-help`),
				make('p', { class: 'help', id: `${id}-help` }, k.help || '', k.pixels ? make('span', { class: 'pixels' }, ' (the recording is looked at again)') : null),
				wrong && wrong.includes(`${k.key}:`) ? make('p', { class: 'wrong', role: 'alert' }, wrong) : null);
		});
		const details = make('details', { 'data-group': g }, make('summary', {}, g), ...rows);
		details.open = open.has(g) || keys.some(k => state[k.key] !== undefined);
		return details;
	}));
	if (active && active.startsWith('field-')) document.getElementById(active)?.focus();
}

// One row a property; a second result beside it gives two more columns.
export function showProperties(table, result, other, names) {
	const cell = p => {
		if (!p || p.value === null) return make('td', { class: 'why' }, p && p.reason ? p.reason : '–');
		return make('td', { title: p.definition }, `${p.text}${p.unit ? ' ' + p.unit : ''}`);
	};
	const head = make('tr', {}, make('th', { scope: 'col' }, 'Property'), make('th', { scope: 'col' }, other ? names[0] : 'Value ± u'));
	if (other) head.append(make('th', { scope: 'col' }, names[1]), make('th', { scope: 'col' }, 'Difference'));
	table.tHead.replaceChildren(head);
	table.tBodies[0].replaceChildren(...result.properties.map(p => {
		const row = make('tr', {}, make('th', { scope: 'row', title: p.definition }, p.name), cell(p));
		if (other) {
			const q = other.properties.find(x => x.id === p.id);
			row.append(cell(q), make('td', {}, q && p.value !== null && q.value !== null ? text(q.value - p.value, 3) + (p.unit ? ' ' + p.unit : '') : '–'));
		}
		return row;
	}));
}

export function showList(list, lines) {
	list.replaceChildren(...lines.map(t => make('li', {}, t)));
}
