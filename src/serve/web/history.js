// What the user has set, with undo and redo of everything. A state holds all variants and which one is shown; states are
// never changed, only replaced.
// SPDX-License-Identifier: GPL-3.0-or-later

const letter = i => String.fromCharCode(65 + i);

export class Settings {
	constructor() { this.past = []; this.future = []; this.state = { variants: [{ name: 'A', now: {} }], current: 0 }; }

	get variants() { return this.state.variants; }
	get current() { return this.state.current; }
	get now() { return this.variants[this.current].now; }
	get canUndo() { return this.past.length > 0; }
	get canRedo() { return this.future.length > 0; }

	replace(state) {
		this.past.push(this.state);
		this.state = state;
		this.future = [];
	}

	// changes: {key: value, or null to let the description's own value stand again}
	change(changes) {
		const next = { ...this.now };
		for (const [key, value] of Object.entries(changes)) {
			if (value === null) delete next[key];
			else next[key] = value;
		}
		if (JSON.stringify(next) === JSON.stringify(this.now)) return false;
		this.replace({ ...this.state, variants: this.variants.map((v, i) => (i === this.current ? { ...v, now: next } : v)) });
		return true;
	}

	undo() { if (this.past.length) { this.future.push(this.state); this.state = this.past.pop(); } }
	redo() { if (this.future.length) { this.past.push(this.state); this.state = this.future.pop(); } }

	add() {
		const n = this.variants.length;
		this.replace({ variants: [...this.variants, { name: letter(n), now: { ...this.now } }], current: n });
	}

	// Leaves out the variant that is shown.
	remove() {
		if (this.variants.length < 2) return;
		const rest = this.variants.filter((_, i) => i !== this.current);
		this.replace({ variants: rest.map((v, i) => ({ ...v, name: letter(i) })), current: 0 });
	}

	// Which one is shown is no change of the settings.
	show(i) { this.state = { ...this.state, current: i }; }

	static list(state, more = {}) {
		return Object.entries({ ...state, ...more }).map(([key, value]) => `${key}=${value}`);
	}
}
