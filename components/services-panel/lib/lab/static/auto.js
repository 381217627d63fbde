// "Keep in this browser": what has changed is saved by itself, every few minutes while something does.
// - one stream tells of changes, in a tab that is not seen as well: people work in a server's own page meanwhile
// - data that some servers write to when nobody is there counts only when a key, a pointer or a kernel was used since
// - where a service has to be stopped for it, that waits until nobody is at work; what it writes when it starts again is
//   no change, unless somebody is

import { add } from './kept.js';
import { lines } from './keep.js';

const QUIET = 20_000, AGAIN = 10_000, LOST = 30_000, CLAIMED = 300_000, SETTLED = 60_000;
const sleep = time => new Promise(resolve => setTimeout(resolve, time));

export class Auto {
  /** `tell` is given what is to be shown: a line, and whether something failed. */
  constructor(keeping, attention, session, tell) {
    Object.assign(this, { keeping, attention, tell });
    this.switch = `binder-services ${keeping.offer.slug} keep`;
    this.state = `binder-services ${session} saved`;
    this.claim = `binder-services ${session} saving`;
    window.addEventListener('storage', event => {
      if (event.key === this.switch) this.follow();
      if (event.key === this.state) tell('', false);
    });
    this.follow();
  }

  get on() {
    return localStorage.getItem(this.switch) === 'on';
  }

  turn(on) {
    if (on) {
      localStorage.setItem(this.switch, 'on');
      localStorage.setItem(this.state, JSON.stringify({ session: this.keeping.offer.session, at: 0 }));
      navigator.storage?.persist?.();
    } else {
      localStorage.removeItem(this.switch);
    }
    this.follow();
  }

  /** What this session had when it was last saved; with `at` 0 it never was, and is to be. */
  get base() {
    const known = JSON.parse(localStorage.getItem(this.state) ?? 'null');
    return known?.session === this.keeping.offer.session ? known : undefined;
  }

  set base(known) {
    localStorage.setItem(this.state, JSON.stringify({ session: this.keeping.offer.session, ...known }));
  }

  follow() {
    if (!this.on) {
      this.following?.abort();
      this.following = undefined;
    } else if (!this.following) {
      this.following = new AbortController();
      this.listen(this.following.signal);
    }
  }

  async listen(signal) {
    while (!signal.aborted) {
      try {
        const response = await this.keeping.host.request('services/api/keep/changes', { signal, cache: 'no-store' });
        if (response.ok) await lines(response, now => this.take(now));
      } catch { /* it has broken off, or the session has ended */ }
      if (!signal.aborted) await sleep(LOST);
    }
  }

  take(now) {
    this.now = now;
    const base = this.base;
    if (!base) this.base = { ...now, at: Date.now() }; // a session that has just begun: what it has is the course's
    else if (base.settles > Date.now() && this.used <= base.done) {
      const stopped = this.stopped;
      this.base = { ...base, ...(stopped.some(one => one.page) && { pages: now.pages }), ...(stopped.some(one => !one.page)
        && { data: now.data }) };
    }
    this.check();
  }

  /** Those that cannot be saved while they run. */
  get stopped() {
    return this.keeping.offer.services.filter(one => one.format && !(one.dump && one.load));
  }

  /** When a key, a pointer or a kernel was last used. */
  get used() {
    return Math.max(this.attention.last(), Date.parse(this.now?.used) || 0);
  }

  /** Whether there is something that is not kept yet. */
  get hasChanged() {
    const { base, now } = this;
    if (!base || !now) return false;
    if (!base.at || now.files !== base.files || now.pages !== base.pages) return true;
    return now.data !== base.data && this.used > base.at;
  }

  async check() {
    clearTimeout(this.timer);
    if (!this.on || this.saving || !this.hasChanged) return;
    const { every } = this.keeping.offer;
    const base = this.base;
    const stops = this.stopped.length > 0;
    const quiet = this.now.busy ? AGAIN : this.attention.last() + QUIET - Date.now();
    const wait = Math.max(base.at ? base.at + every * 1000 - Date.now() : 0, base.at && stops ? quiet : 0);
    const claimed = Number(localStorage.getItem(this.claim)) + CLAIMED > Date.now();
    if (wait > 0 || claimed) {
      this.timer = setTimeout(() => this.check(), Math.max(wait, claimed ? AGAIN : 0));
      return;
    }
    this.saving = true;
    localStorage.setItem(this.claim, String(Date.now()));
    try {
      const began = Date.now();
      const { blob, made } = await this.keeping.fetch();
      const { slug, session } = this.keeping.offer;
      await add({ slug, session, made: Date.now(), bytes: blob.size, name: made.name, blob });
      const done = Date.now();
      this.base = { ...made.stamps, at: began, done, settles: stops ? done + SETTLED : 0 };
      this.tell('', false);
    } catch (error) {
      if (error.name !== 'Busy') {
        this.base = { ...this.base, at: Date.now() };
        this.tell(`Not kept in this browser: ${error.message}`, true);
      }
    }
    this.saving = false;
    localStorage.removeItem(this.claim);
    this.timer = setTimeout(() => this.check(), AGAIN);
  }
}
