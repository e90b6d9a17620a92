// The dialog that opens files: those of the folders that were opened, nothing outside them.
// SPDX-License-Identifier: GPL-3.0-or-later
import { get, post } from './api.js';

const $ = id => document.getElementById(id);

export class Files {
	// opened(first): the number of the first test that came
	constructor(opened) {
		Object.assign(this, { opened, root: 0, at: '', chosen: { recording: null, log: null } });
		$('open').addEventListener('click', () => this.show());
		$('files-no').addEventListener('click', () => $('files').close());
		$('files-up').addEventListener('click', () => this.go(this.root, this.at.split('/').slice(0, -1).join('/')));
		$('files-root').addEventListener('change', e => this.go(+e.target.value, ''));
		$('files-begin').addEventListener('click', () => this.open({ recording: this.chosen.recording, log: this.chosen.log }));
		$('files-folder').addEventListener('click', () => this.open({ name: '' }));
	}

	async show() {
		$('files').showModal();
		await this.go(this.root, this.at);
	}

	wrong(words) { $('files-wrong').textContent = words; }

	async go(root, at) {
		let list;
		try {
			list = await get(`api/files?root=${root}&at=${encodeURIComponent(at)}`);
		} catch (e) { this.wrong(e.message); return; }
		Object.assign(this, { root, at, chosen: { recording: null, log: null } });
		this.wrong(list.cut ? 'This folder has more files than are shown.' : '');
		$('files-root').replaceChildren(...list.roots.map((r, i) => new Option(r, i, false, i === root)));
		$('files-root').value = root;
		$('files-at').textContent = at ? `/${at}` : '';
		$('files-up').disabled = !at;
		const entry = (name, kind, act) => {
			const button = document.createElement('button');
			button.type = 'button';
			button.dataset.kind = kind;
			button.append(name);
			const note = document.createElement('span');
			note.className = 'soft';
			note.textContent = ` ${kind}`;
			button.append(note);
			button.addEventListener('click', () => act(name, button));
			const item = document.createElement('li');
			item.append(button);
			return item;
		};
		$('files-list').replaceChildren(
			...list.folders.map(f => entry(f, 'folder', name => this.go(root, at ? `${at}/${name}` : name))),
			...list.files.map(f => entry(f.name, f.kind, (name, button) => this.choose(name, f.kind, button))));
		this.tell();
	}

	// A description is opened at once; a recording and a log are taken until both are there.
	choose(name, kind, button) {
		if (kind === 'description') { this.open({ name }); return; }
		const as = kind === 'log' ? 'log' : kind === 'recording' ? 'recording' : this.chosen.recording ? 'log' : 'recording';
		for (const b of $('files-list').querySelectorAll(`button[data-as=${as}]`)) { b.removeAttribute('data-as'); b.removeAttribute('aria-pressed'); }
		button.dataset.as = as;
		button.setAttribute('aria-pressed', 'true');
		this.chosen[as] = name;
		this.tell();
	}

	tell() {
		const { recording, log } = this.chosen;
		$('files-chosen').textContent = `Recording: ${recording || '–'}   Log: ${log || '–'}`;
		$('files-begin').disabled = !(recording && log);
	}

	async open(what) {
		try {
			const { first } = await post('api/open', { root: this.root, at: this.at, ...what });
			$('files').close();
			await this.opened(first);
		} catch (e) { this.wrong(e.message); }
	}
}
