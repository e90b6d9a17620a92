// What the user has set: one list of changes per variant, with undo and redo. A state is a plain object key → value;
// states are never changed, only replaced.
// SPDX-License-Identifier: GPL-3.0-or-later

export class Settings {
	constructor() { this.variants = [{ name: 'A', past: [], now: {}, future: [] }]; this.current = 0; }

	get variant() { return this.variants[this.current]; }
	get now() { return this.variant.now; }
	get canUndo() { return this.variant.past.length > 0; }
	get canRedo() { return this.variant.future.length > 0; }

	// changes: {key: value, or null to let the description's own value stand again}
	change(changes) {
		const v = this.variant, next = { ...v.now };
		for (const [key, value] of Object.entries(changes)) {
			if (value === null) delete next[key];
			else next[key] = value;
		}
		if (JSON.stringify(next) === JSON.stringify(v.now)) return false;
		v.past.push(v.now);
		v.now = next;
		v.future = [];
		return true;
	}

	undo() { const v = this.variant; if (v.past.length) { v.future.push(v.now); v.now = v.past.pop(); } }
	redo() { const v = this.variant; if (v.future.length) { v.past.push(v.now); v.now = v.future.pop(); } }

	add() {
		const name = String.fromCharCode(65 + this.variants.length);
		this.variants.push({ name, past: [], now: { ...this.now }, future: [] });
		this.current = this.variants.length - 1;
	}

	static list(state, more = {}) {
		return Object.entries({ ...state, ...more }).map(([key, value]) => `${key}=${value}`);
	}
}
