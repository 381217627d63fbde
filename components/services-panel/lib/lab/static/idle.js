// Whether somebody is there, in any tab of this session, and the word before the session ends for want of it.

const KINDS = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart'];
const WRITTEN = 2000, VISIBLE_FIRST = 3000;

export class Attention {
  /** `request` as fetch below the base of the session; what tabs have to know of one another is in their common storage. */
  constructor(session, request) {
    this.request = request;
    this.key = `binder-services ${session} active`;
    this.told = `binder-services ${session} told`;
    this.own = this.written = 0;
    this.here();
    for (const kind of KINDS) document.addEventListener(kind, () => this.here(), { capture: true, passive: true });
  }

  here() {
    this.own = Date.now();
    if (this.own - this.written < WRITTEN) return;
    this.written = this.own;
    localStorage.setItem(this.key, String(this.own));
  }

  /** When a key or a pointer was last used. */
  last() {
    return Math.max(this.own, Number(localStorage.getItem(this.key)) || 0);
  }

  /** When a kernel last did something; now, if one is at it. Asked once in nine minutes, and no activity to Jupyter. */
  async kernels() {
    const response = await this.request('api/kernels?no_track_activity=1');
    if (!response.ok) return 0;
    const known = await response.json();
    if (known.some(one => one.execution_state === 'busy')) return Date.now();
    return Math.max(0, ...known.map(one => Date.parse(one.last_activity) || 0));
  }

  /** Call `remind` whenever nobody has been there for so long, once, in one tab, and one that is seen if there is one. */
  async remind(milliseconds, remind) {
    const sleep = time => new Promise(resolve => setTimeout(resolve, Math.max(time, 100)));
    for (;;) {
      let left = this.last() + milliseconds - Date.now();
      if (left <= 0) left = await this.kernels().catch(() => 0) + milliseconds - Date.now();
      if (left > 0) {
        await sleep(left);
        continue;
      }
      const written = () => localStorage.getItem(this.key); // the same in all tabs
      const since = written();
      if (document.hidden) await sleep(VISIBLE_FIRST);
      if (localStorage.getItem(this.told) !== since && written() === since) {
        localStorage.setItem(this.told, since);
        remind();
      }
      while (written() === since) await sleep(WRITTEN);
    }
  }
}
