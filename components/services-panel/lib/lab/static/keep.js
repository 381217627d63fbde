// Save and restore: what is asked of the session, the section of the page and the panel, and what is told by itself.
// Names, reasons and lines come out of archives as well: they are set as text, never as markup.

import { answered, element, hand, handFile, say } from './panel.js';

const PIECE = 2 ** 20;
const when = moment => new Date(moment).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
const size = bytes => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`);

/** Lines of JSON, as they come. */
export async function lines(response, take) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let left = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (left + value).split('\n');
    left = parts.pop();
    for (const part of parts.filter(Boolean)) take(JSON.parse(part));
  }
}

export class Keeping {
  constructor(host, offer) {
    this.host = host;
    this.offer = offer;
  }

  ask(path, init) {
    return answered(this.host.request, `services/api/keep${path}`, init);
  }

  /** From the first line to what is done. */
  async run(path, tell, signal, did = tell) {
    let result;
    await lines(await this.ask(path, { method: 'POST', signal }), told => {
      if (told.line) tell(told.line);
      else if (told.did) did(told.did);
      else result = told;
    });
    if (!result) throw new Error('the session has broken off');
    if (result.failed) throw new Error(result.failed);
    return result.done;
  }

  download({ key, name }) {
    hand(`${this.host.base}services/api/keep/file/${key}`, name);
  }

  /** Into this browser, by itself. */
  async fetch() {
    const made = await this.run('/save?no_track_activity=1', () => undefined);
    const blob = await (await this.ask(`/file/${made.key}?no_track_activity=1`)).blob();
    if (blob.size !== made.bytes) throw new Error('it has not come whole');
    return { blob, made };
  }

  /** By pieces; what has come in is known by a key. */
  async upload(file, name, tell, signal) {
    let key = '';
    const leave = () => key && this.drop(key);
    addEventListener('pagehide', leave);
    try {
      for (let at = 0; at === 0 || at < file.size; at += PIECE) {
        const words = new URLSearchParams({ at, ...(key ? { key } : { name, of: file.size }) });
        const body = file.slice(at, at + PIECE);
        key = (await (await this.ask(`/piece?${words}`, { method: 'POST', body, signal })).json()).key;
        tell(Math.min(1, (at + PIECE) / file.size));
      }
    } catch (error) {
      leave();
      throw error;
    } finally {
      removeEventListener('pagehide', leave);
    }
    return key;
  }

  drop(key) {
    this.ask(`/file/${key}`, { method: 'DELETE', keepalive: true }).catch(() => undefined);
  }
}

const shown = (one, offer) => `Saved in this browser on ${when(one.made)}, ${size(one.bytes)}`
  + (one.session === offer.session ? '' : ', in an earlier session');

let attended;

/** Once in a document: what is told by itself. `host`: base, request, notify (kind, text, actions), show. */
export function attend(host) {
  attended ??= begin(host);
  return attended;
}

async function begin(host) {
  const response = await host.request('services/api/keep?no_track_activity=1');
  if (!response.ok) return undefined;
  const offer = await response.json();
  if (!offer.is_there) return undefined;
  const [{ Auto }, { Attention }, kept] = await Promise.all(['auto', 'idle', 'kept'].map(one => import(`./${one}.js`)));
  const keeping = new Keeping(host, offer);
  const session = new URL(host.base, location.href).pathname; // the same for the page and for JupyterLab
  const attention = new Attention(session, host.request);
  const listeners = new Set();
  let failure = '';
  const auto = new Auto(keeping, attention, session, (text, failed) => {
    if (failed && text !== failure) host.notify('error', text, []);
    failure = text;
    for (const listener of listeners) listener(text);
  });
  const here = { keeping, auto, kept, listeners };

  here.restore = one => {
    here.wish = one;
    host.show();
    for (const listener of listeners) listener('');
  };

  async function save() {
    const dismiss = host.notify('info', 'Saving …', []);
    try {
      const made = await keeping.run('/save', () => undefined);
      keeping.download(made);
      host.notify('success', `Saved: ${made.name}`, []);
    } catch (error) {
      host.notify('error', `Not saved: ${error.message}`, []);
    }
    dismiss();
  }

  if (offer.passes) {
    attention.remind(offer.idle * 1000, () => {
      if (auto.on && !auto.hasChanged) return;
      host.notify('warning', 'Nobody has been at work here for a while. Binder ends a session that is idle, and what '
        + 'is in it is gone then.', [{ label: 'Save', callback: save }]);
    });
  }
  const mark = `binder-services ${session} offered`;
  const earlier = (await kept.list(offer.slug).catch(() => [])).find(one => one.session !== offer.session);
  if (earlier && localStorage.getItem(mark) !== offer.session) {
    localStorage.setItem(mark, offer.session);
    host.notify('info', shown(earlier, offer), [
      { label: 'Restore', callback: () => here.restore(earlier) },
      { label: 'Download', callback: () => handFile(earlier.blob, earlier.name) },
      { label: 'Forget', callback: () => kept.forget(earlier).then(() => listeners.forEach(one => one(''))) }
    ]);
  }
  return here;
}

/** As JupyterLab tells something, on a page without it. */
export function notices(root) {
  return (kind, text, actions) => {
    const notice = element('div', { role: kind === 'info' ? 'status' : 'alert', class: 'binder-services-reason' },
      element('p', {}, text));
    const button = ({ label, callback }) => element('button', {
      type: 'button', click: () => { notice.remove(); callback?.(); }
    }, label);
    notice.append(...[...actions, { label: 'Dismiss' }].map(button));
    root.prepend(notice);
    return () => notice.remove();
  };
}

export class Section {
  /** In `panel`, whose way to ask it uses. */
  constructor(panel, here) {
    Object.assign(this, { panel, here, keeping: here.keeping });
    const { offer } = this.keeping;
    const button = (label, action, more) => element('button', { type: 'button', click: action, ...more }, label);
    this.said = element('p', { role: 'status' });
    this.line = element('p');
    this.progress = element('progress', { 'aria-label': 'Save and restore' });
    this.cancel = button('Cancel', () => this.working?.abort());
    this.outcome = element('ul', { 'aria-label': 'What was done' });
    this.file = element('input', { type: 'file', hidden: '' });
    this.save = button('Save', () => this.work('Save', signal => this.saveHere(signal)));
    this.home = button(`Save to ${offer.home}`, () => this.work('Save', signal => this.saveAtHome(signal)));
    this.restore = button('Restore…', () => this.choose(file => this.restoreFrom(file, file.name)));
    this.home.hidden = !offer.home;
    this.buttons = [this.save, this.home, this.restore];
    this.node = element('section', { 'aria-labelledby': 'binder-keep', dragover: drag => drag.preventDefault(), drop: drop => {
      drop.preventDefault();
      const [file] = drop.dataTransfer.files;
      if (file && !this.working) this.restoreFrom(file, file.name);
    } },
    element(`h${panel.heading + 1}`, { id: 'binder-keep' }, 'Save and restore'),
    element('p', {}, 'What the services hold and your files, in one file for another session. Restore takes it back; '
      + 'it may be dropped here.'),
    this.save, this.home, this.restore, this.file, this.said, this.line, this.progress, this.cancel, this.outcome);
    for (const one of offer.services.filter(service => service.export || service.load)) this.addService(one, button);
    this.addSwitch();
    this.rest('');
    say(this.said, '');
    const { last, running } = offer;
    if (running) say(this.said, `${running} is at work`);
    else if (last.at) this.tellLast(last);
    here.listeners.add(text => {
      say(this.autoSaid, text);
      this.showKept();
      this.grant();
    });
    this.showKept();
    panel.list.after(this.node);
    this.grant();
  }

  addService({ name, title, export: exports, load }, button) {
    const path = `/export/${encodeURIComponent(name)}`;
    const group = element('p', { role: 'group', 'aria-label': `Files of ${title}` }, `${title} `);
    const put = (label, action) => {
      const made = button(label, action, { 'aria-label': `${label} ${title}` });
      this.buttons.push(made);
      group.append(made);
    };
    if (exports) put('Export', () => this.work('Export', signal => this.saveHere(signal, path)));
    if (load) put('Import…', () => this.choose(file => this.importInto(name, title, file)));
    this.node.append(group);
  }

  addSwitch() {
    const { auto, keeping } = this.here;
    const minutes = Math.max(1, Math.round(keeping.offer.every / 60));
    this.switch = element('input', { type: 'checkbox', id: 'binder-keep-auto', change: () => auto.turn(this.switch.checked) });
    this.autoSaid = element('p', { role: 'status' });
    this.list = element('div');
    say(this.autoSaid, '');
    this.node.append(element('p', {}, this.switch, element('label', { for: this.switch.id }, ' Keep in this browser: '
      + `saves by itself, every ${minutes === 1 ? 'minute' : `${minutes} minutes`} while something changes. `
      + 'Not on a computer that others use: pages of this address can read it.')), this.autoSaid, this.list);
  }

  async showKept() {
    const { auto, kept, keeping } = this.here;
    this.switch.checked = auto.on;
    let known = [];
    try {
      known = await kept.list(keeping.offer.slug);
    } catch (error) {
      this.switch.disabled = true;
      say(this.autoSaid, `This browser keeps nothing: ${error.message}`);
    }
    const row = one => {
      const text = shown(one, keeping.offer);
      const button = (label, click) => element('button', { type: 'button', click, 'aria-label': `${label}: ${text}` }, label);
      return element('p', { role: 'group', 'aria-label': text }, `${text} `,
        button('Restore', () => !this.working && this.restoreFrom(one.blob, one.name)),
        button('Download', () => handFile(one.blob, one.name)),
        button('Forget', () => kept.forget(one).then(() => this.showKept())));
    };
    this.list.replaceChildren(...known.map(row));
  }

  /** What a notification has asked for. */
  grant() {
    const { wish } = this.here;
    if (!wish || this.working) return;
    this.here.wish = undefined;
    this.restoreFrom(wish.blob, wish.name);
  }

  choose(take) {
    this.file.value = '';
    this.file.onchange = () => this.file.files[0] && take(this.file.files[0]);
    this.file.click();
  }

  /** One thing at a time, which may be cancelled; what it answers is said. */
  async work(title, action) {
    this.working = new AbortController();
    for (const button of this.buttons) button.disabled = true;
    this.outcome.replaceChildren();
    this.progress.removeAttribute('value');
    this.progress.hidden = this.cancel.hidden = false;
    say(this.said, `${title} …`);
    let answer;
    try {
      answer = await action(this.working.signal);
    } catch (error) {
      answer = error.name === 'AbortError' ? `${title}: cancelled` : `${title} has failed: ${error.message}`;
    }
    this.rest(answer ?? '');
  }

  rest(answer) {
    this.working = undefined;
    for (const button of this.buttons) button.disabled = false;
    this.progress.hidden = this.cancel.hidden = true;
    say(this.line, '');
    say(this.said, answer);
  }

  async saveHere(signal, path = '/save') {
    const made = await this.keeping.run(path, line => say(this.line, line), signal);
    this.keeping.download(made);
    return `Made ${made.name}, ${size(made.bytes)}; the browser stores it`;
  }

  async saveAtHome(signal) {
    const made = await this.keeping.run('/save?to=home', line => say(this.line, line), signal);
    return `Saved as ${made.path}, ${size(made.bytes)}`;
  }

  async send(file, name, signal) {
    return this.keeping.upload(file, name, part => { this.progress.value = part; }, signal);
  }

  restoreFrom(file, name) {
    return this.work('Restore', async signal => {
      const key = await this.send(file, name, signal);
      this.progress.removeAttribute('value');
      const found = await (await this.keeping.ask(`/look/${key}`, { method: 'POST', signal })).json();
      const services = Object.entries(found.services ?? {});
      const fitting = services.filter(([, one]) => one.fits).map(([name]) => name);
      const misfit = services.find(([, one]) => !one.fits && found.refused.startsWith(one.reason));
      if (found.refused && !(misfit && fitting.length)) {
        this.keeping.drop(key);
        return `Not restored: ${found.refused}`;
      }
      if (!await this.confirm(found, services)) {
        this.keeping.drop(key);
        return 'Restore: cancelled; nothing was changed';
      }
      const some = misfit ? `?${new URLSearchParams(fitting.map(name => ['service', name]))}` : '';
      return this.load('Restored', `/restore/${key}${some}`);
    });
  }

  importInto(name, title, file) {
    return this.work('Import', async signal => {
      const key = await this.send(file, file.name, signal);
      return this.load(`Imported into ${title}`, `/import/${encodeURIComponent(name)}/${key}`);
    });
  }

  /** It goes on to its end, whoever leaves. */
  async load(done, path) {
    this.cancel.hidden = true;
    await this.keeping.run(path, line => say(this.line, line), undefined, did => {
      this.outcome.append(element('li', {}, did));
    });
    return done;
  }

  tellLast({ title, at, did, failed }) {
    say(this.said, `${title} at ${when(at * 1000)}: ${failed ? `has failed: ${failed}` : 'done'}`);
    this.outcome.replaceChildren(...did.map(line => element('li', {}, line)));
  }

  /** What fits, what does not and why, and what becomes of what is there. */
  confirm(found, services) {
    const titles = Object.fromEntries(this.keeping.offer.services.map(one => [one.name, one.title]));
    const item = ([name, one]) => element('li', {}, [
      titles[name] ?? name, one.format ? ` (${one.format})` : '', one.bytes ? `, ${size(one.bytes)}` : '',
      one.fits ? '' : `: ${one.reason}`
    ].join(''));
    const list = (title, items) => (items.length ? [element('p', {}, title), element('ul', {}, ...items)] : []);
    const files = found.files ? [element('li', {}, found.files === 1 ? '1 file' : `${found.files} files`)] : [];
    const text = `${found.name ?? found.course}, saved ${found.made ? when(found.made) : 'at an unknown time'}, `
      + `${size(found.bytes ?? 0)}. What is there now is set aside, not deleted; where it goes is said then.`;
    return this.panel.confirm('Restore?', text, 'Restore',
      ...list('Is restored:', [...services.filter(([, one]) => one.fits).map(item), ...files]),
      ...list('Is not restored:', services.filter(([, one]) => !one.fits).map(item)));
  }
}
