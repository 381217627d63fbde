// What the list shows, each with what can be done about it: the session's first scripts as long as they matter, its
// services, and the scripts of start.d that did not end well.

const DOING = { waiting: 'waiting', held: 'being saved or restored' };
const ENDED = new Set(['failed', 'stopped']);

export function rows({ services, hooks = [], first = [] }) {
  return [
    ...first.map(one => ({
      ...one, kind: 'first', doing: DOING[one.state] ?? 'running', canAgain: ENDED.has(one.state)
    })),
    ...services.map(one => ({ ...one, kind: 'service', doing: DOING[one.state] ?? 'starting' })),
    ...hooks.filter(one => one.state !== 'done').map(one => ({ ...one, kind: 'hook', doing: 'running' }))
  ];
}

/** What is told when a first script has come to its end: kind and text of a notification, or nothing. */
export function outcome(one, before) {
  if (one.state === 'failed' && before?.state !== 'failed') return ['error', `${one.title} has failed: ${one.reason}`];
  if (one.state === 'done' && before && before.state !== 'done') return ['success', `${one.title} is done`];
  return undefined;
}
