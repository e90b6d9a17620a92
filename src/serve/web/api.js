// Talking to the server: all addresses are relative to the page's own, which holds the token.
// SPDX-License-Identifier: GPL-3.0-or-later

async function answer(response) {
	const body = await response.json().catch(() => null);
	if (!response.ok || !body || body.error) throw new Error(body && body.error ? body.error : `the workbench answered ${response.status}`);
	return body;
}

export const get = path => fetch(path).then(answer);

export const post = (path, body) => fetch(path, {
	method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body)
}).then(answer);

// A file that the server makes of the present settings, handed to the browser as a download.
export async function download(path, body) {
	const response = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
	if (!response.ok) await answer(response);
	const named = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') || '');
	const link = document.createElement('a');
	link.href = URL.createObjectURL(await response.blob());
	link.download = named ? named[1] : 'temtensile';
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// Keeps at most one request under way, and only the newest of those that wait: what a slider needs.
export function newest(run) {
	let busy = false, waiting = null;
	return async function ask(args) {
		if (busy) { waiting = args; return; }
		busy = true;
		try {
			await run(args);
		} finally {
			busy = false;
			if (waiting) { const next = waiting; waiting = null; ask(next); }
		}
	};
}

export function events(handlers) {
	const source = new EventSource('api/events');
	for (const [name, handle] of Object.entries(handlers))
		if (name !== 'broken') source.addEventListener(name, e => handle(JSON.parse(e.data)));
	source.onerror = () => handlers.broken && handlers.broken();
	return source;
}
