// The services of this session, as elements: one module for the page and for the panel in JupyterLab.
// Whatever comes from a log, a reason or a name is set as text, never as markup.
import { outcome, rows } from './first.js';
import { Help } from './help.js';

export { outcome };

const WORDS = {
  starting: '… starting', ready: '✓ ready', restarting: '↻ starting again', failed: '✗ failed',
  'on-demand': '○ starts at its first use', stopped: '○ stopped', running: '… running', waiting: '… waiting', done: '✓ done',
  held: '… stopped while it is saved or restored'
};
const LATE = new Set(['starting', 'restarting', 'running', 'waiting', 'held']);
const REST = 2000, LONGEST_LOG = 200_000;

const rest = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
const megabytes = bytes => `${Math.round(bytes / 1e6)} MB`;

export function lasted(seconds) {
  if (seconds < 100) return `${Math.max(0, Math.round(seconds))} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** What a server sends, piece by piece, for as long as the page can be seen; connected anew when it breaks off. */
export async function follow(request, path, take, signal, lost = () => undefined, begin = () => undefined) {
  while (!signal.aborted) {
    if (document.hidden) {
      await new Promise(resolve => {
        document.addEventListener('visibilitychange', resolve, { once: true });
        signal.addEventListener('abort', resolve, { once: true });
      });
      continue;
    }
    const own = new AbortController();
    const leave = () => (document.hidden || signal.aborted) && own.abort();
    document.addEventListener('visibilitychange', leave);
    signal.addEventListener('abort', leave);
    try {
      const response = await request(path, { signal: own.signal, cache: 'no-store' });
      if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
      begin();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        take(value);
      }
    } catch (error) {
      if (!own.signal.aborted) lost(error);
    }
    document.removeEventListener('visibilitychange', leave);
    signal.removeEventListener('abort', leave);
    if (!signal.aborted && !document.hidden) await rest(REST);
  }
}

/** The services at each change. */
export function watch(request, details, take, signal, lost) {
  let left = '';
  const lines = text => {
    const parts = (left + text).split('\n');
    left = parts.pop();
    const last = parts.filter(Boolean).pop();
    if (last) take(JSON.parse(last));
  };
  return follow(request, `services/api/stream${details ? '?details=1' : ''}`, lines, signal, lost, () => { left = ''; });
}

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = !text;
}

/** What the session has answered, or an error in its words; one called `Busy` where something else is at work. */
export async function answered(request, path, init) {
  const response = await request(path, { cache: 'no-store', ...init });
  if (response.ok) return response;
  const { message } = await response.json().catch(() => ({}));
  throw Object.assign(new Error(message || `${response.status} ${response.statusText}`),
    { name: response.status === 423 ? 'Busy' : 'Error' });
}

/** The browser stores what is at an address. */
export function hand(href, name) {
  const link = element('a', { href, download: name, hidden: '' });
  document.body.append(link);
  link.click();
  link.remove();
}

export function handFile(file, name) {
  const address = URL.createObjectURL(file);
  hand(address, name);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

let made = 0;

class Row {
  constructor(panel, name) {
    this.panel = panel;
    this.name = name;
    const id = `binder-service-${++made}`;
    this.title = element(`h${panel.heading + 1}`, { id });
    this.state = element('p', { class: 'binder-services-state' });
    this.progress = element('progress');
    this.line = element('p', { class: 'binder-services-line' });
    this.facts = element('p');
    this.reason = element('p', { class: 'binder-services-reason' });
    const button = (label, action) => element('button', { type: 'button', click: () => action() }, label);
    this.log = button('Log', () => this.toggleLog());
    this.log.setAttribute('aria-expanded', 'false');
    this.restart = button('Restart', () => this.ask('restart'));
    this.reset = button('Reset…', () => this.confirmReset());
    this.connect = button('Connect', () => panel.connect(this.one));
    this.open = element('a', { class: 'binder-services-open', target: '_blank', rel: 'noopener' }, 'Open');
    this.again = button('Run again', () => this.ask('again'));
    this.buttons = { 'Run again': this.again, Log: this.log, Restart: this.restart, Reset: this.reset, Connect: this.connect, Open: this.open };
    this.lines = element('div');
    this.node = element('section', { 'aria-labelledby': id }, this.title, this.state, this.progress, this.line,
      this.facts, this.reason, this.log, this.again, this.restart, this.reset, this.connect, this.open, this.lines);
  }

  update(one) {
    this.one = one;
    const { title, state } = one;
    say(this.title, title);
    for (const [label, node] of Object.entries(this.buttons)) node.setAttribute('aria-label', `${label} ${title}`);
    const seconds = one.since ? Date.now() / 1000 - one.since : 0;
    say(this.state, `${WORDS[state] ?? state}${!one.since || state === 'on-demand' ? ''
      : state === 'done' ? `, ${lasted(seconds)} ago` : `, for ${lasted(seconds)}`}`);
    this.progress.hidden = !LATE.has(state) || (one.kind === 'first' && state === 'waiting');
    this.progress.setAttribute('aria-label', `${title} is ${one.doing}`);
    say(this.line, LATE.has(state) ? one.line ?? '' : '');
    say(this.facts, [
      one.memory ? `memory ${megabytes(one.memory)}` : '',
      one.ports?.length ? `port ${one.ports.join(', ')}` : '',
      one.restarts ? `restarted ${one.restarts === 1 ? 'once' : `${one.restarts} times`}` : ''
    ].filter(Boolean).join(' · '));
    say(this.reason, one.reason || one.complaint || '');
    this.restart.hidden = this.reset.hidden = one.kind !== 'service';
    this.again.hidden = !one.canAgain;
    this.connect.hidden = !Object.keys(one.cells ?? {}).length;
    this.open.hidden = !one.web;
    if (one.web) this.open.href = this.panel.host.base + one.web;
  }

  async ask(verb) {
    const title = this.one.title;
    this.restart.disabled = this.reset.disabled = this.again.disabled = true;
    this.panel.tell(`${title}: ${verb} …`);
    let answer;
    try {
      const response = await this.panel.host.request(`services/api/${encodeURIComponent(this.name)}/${verb}`, { method: 'POST' });
      const body = await response.json();
      answer = response.ok ? body.answer : body.message;
    } catch (error) {
      answer = `failed: ${error.message}`;
    }
    this.restart.disabled = this.reset.disabled = this.again.disabled = false;
    this.panel.tell(`${title}: ${answer}`);
  }

  async confirmReset() {
    const { title, data } = this.one;
    const text = `${title} is stopped and started again with the course's data, as it was built. What it holds now is `
      + `set aside, not deleted${data ? ` (it is in ${data}; where it goes is said here then)` : ''}.`;
    if (await this.panel.confirm(`Reset ${title}?`, text, 'Reset')) await this.ask('reset');
  }

  toggleLog() {
    this.lines.replaceChildren();
    this.reading?.abort();
    const open = this.log.getAttribute('aria-expanded') !== 'true';
    this.log.setAttribute('aria-expanded', String(open));
    if (!open) return;
    this.reading = new AbortController();
    let text = '';
    const id = `${this.title.id}-search`;
    const found = element('span', { role: 'status' });
    const search = element('input', { type: 'search', id, input: () => show() });
    const shown = element('pre', { tabindex: '0', role: 'region', 'aria-label': `Log of ${this.one.title}` });
    const show = () => {
      const atEnd = shown.scrollTop + shown.clientHeight >= shown.scrollHeight - 8;
      const wanted = search.value.toLowerCase();
      const lines = text.split('\n').filter(line => !wanted || line.toLowerCase().includes(wanted));
      shown.textContent = lines.join('\n') || (wanted ? '' : 'Nothing was written yet.');
      found.textContent = wanted ? ` ${lines.length === 1 ? '1 line' : `${lines.length} lines`}` : '';
      if (atEnd) shown.scrollTop = shown.scrollHeight;
    };
    this.lines.append(element('label', { for: id }, `Search the log of ${this.one.title} `), search, found, shown);
    show();
    const take = more => { text = (text + more.replaceAll('\0', '')).slice(-LONGEST_LOG); show(); };
    const lost = error => { shown.textContent = error.message.startsWith('404') ? 'There is no log yet.' : error.message; };
    follow(this.panel.host.request, `services/api/log/${encodeURIComponent(this.one.log)}`, take, this.reading.signal, lost, () => { text = ''; });
  }

  remove() {
    this.reading?.abort();
    this.node.remove();
  }
}

/** `host`: base (address), request (as fetch, below it), heading (level), insert (a cell; whether it could). */
export class Panel {
  constructor(root, host) {
    this.host = host;
    this.heading = host.heading;
    this.rows = new Map();
    this.memory = element('p');
    this.meter = element('meter', { min: 0, 'aria-label': 'Memory of this session' });
    this.said = element('p', { role: 'status' });
    this.empty = element('p');
    this.list = element('div');
    root.classList.add('binder-services');
    root.append(element(`h${host.heading}`, {}, 'Services'), this.memory, this.meter, this.said, this.empty, this.list);
    this.root = root;
    root.append(new Help(this).node);
    say(this.memory, '');
    this.meter.hidden = true;
    say(this.empty, 'Asking …');
    import('./keep.js').then(({ attend, Section }) => attend(host).then(here => here && new Section(this, here)));
  }

  /** From now on until `hide`. */
  show() {
    if (this.looking) return;
    this.looking = new AbortController();
    const lost = error => say(this.empty, `The session does not answer: ${error.message}`);
    watch(this.host.request, true, status => this.update(status), this.looking.signal, lost);
  }

  hide() {
    this.looking?.abort();
    this.looking = undefined;
  }

  update(status) {
    const { services, notes, memory } = status;
    this.meter.hidden = !memory?.limit;
    say(this.memory, !memory ? '' : `Memory of this session: ${megabytes(memory.used)}`
      + (memory.limit ? ` of ${megabytes(memory.limit)}` : '; no limit is known'));
    if (memory?.limit) {
      this.meter.max = memory.limit;
      this.meter.high = memory.limit * 0.85;
      this.meter.value = memory.used;
    }
    say(this.empty, services.length ? '' : `There are no services here. ${notes.join('; ')}`);
    const known = new Set();
    for (const one of rows(status)) {
      const key = `${one.kind} ${one.name}`;
      known.add(key);
      if (!this.rows.has(key)) {
        const row = new Row(this, one.name);
        this.rows.set(key, row);
        this.list.append(row.node);
      }
      this.rows.get(key).update(one);
    }
    for (const [key, row] of this.rows) {
      if (!known.has(key)) {
        row.remove();
        this.rows.delete(key);
      }
    }
  }

  tell(text) {
    say(this.said, text);
  }

  confirm(title, text, label, ...more) {
    return new Promise(resolve => {
      const heading = element('h2', { id: 'binder-services-question' }, title);
      const dialog = element('dialog', { 'aria-labelledby': heading.id }, heading, element('p', {}, text), ...more);
      const close = result => () => { dialog.close(result); };
      if (label) dialog.append(element('button', { type: 'button', click: close('yes') }, label));
      const cancel = element('button', { type: 'button', click: close('') }, label ? 'Cancel' : 'Close');
      dialog.append(cancel);
      dialog.addEventListener('close', () => { dialog.remove(); resolve(dialog.returnValue === 'yes'); });
      this.root.append(dialog);
      dialog.showModal();
      cancel.focus();
    });
  }

  /** A cell that uses the service: into the notebook, or else to the clipboard, or else shown. */
  async connect(one) {
    const inserted = this.host.insert?.(one);
    if (inserted) {
      this.tell(`${one.title}: ${inserted}`);
      return;
    }
    const [language, source] = Object.entries(one.cells).sort(([a], [b]) => (b === 'python') - (a === 'python'))[0];
    try {
      await navigator.clipboard.writeText(source);
      this.tell(`${one.title}: copied a cell in ${language}; paste it into a notebook`);
    } catch {
      const shown = element('pre', { tabindex: '0', role: 'region', 'aria-label': 'The cell' }, source);
      await this.confirm(`Connect to ${one.title}`, `A cell in ${language}, to copy:`, '', shown);
    }
  }
}
