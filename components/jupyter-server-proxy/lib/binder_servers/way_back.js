// A link to the notebook, and to the hub, at the right edge of an application's page; way_back.py puts it there.
// In a shadow of its own, so that neither the page's styles nor ours reach the other; styles are set as an object, which
// no policy of the page takes for something foreign.
(() => {
  const { notebook, hub } = document.currentScript.dataset;
  const TAG = 'binder-way-back', HIDDEN = `${TAG} hidden`, PATIENCE = 300;
  const STYLE = `
    :host { all: initial; position: fixed; right: 16px; top: 60%; z-index: 2147483647; }
    @media print { :host { display: none; } }
    nav { display: flex; font: 13px/1.2 system-ui, sans-serif; border-radius: 14px; opacity: 0.75;
      background: #fff; color: #1b1b1b; border: 1px solid #6b6b6b; box-shadow: 0 1px 4px #0006; }
    nav:hover, nav:focus-within { opacity: 1; }
    a, button { all: unset; box-sizing: border-box; min-width: 28px; min-height: 28px; padding: 6px 8px;
      border-radius: 14px; cursor: pointer; text-align: center; white-space: nowrap; }
    a:focus-visible, button:focus-visible { outline: 3px solid #0b57d0; }
    a:hover, button:hover { background: #e6e6e6; }
    .more { display: none; }
    nav:hover .more, nav:focus-within .more { display: inline; }`;
  const kept = () => { try { return window.sessionStorage; } catch { return {}; } };
  if (window.top !== window || document.querySelector(TAG) || kept()[HIDDEN]) return;

  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
    node.append(...children);
    return node;
  };
  const arrow = make('span', { 'aria-hidden': 'true' }, '←');
  const back = make('a', { href: notebook }, arrow, make('span', { class: 'more' }, ' Notebook'));
  back.setAttribute('aria-label', 'Back to the notebook');
  back.addEventListener('click', event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !opened()) return;
    event.preventDefault();
    window.opener.focus();
    setTimeout(() => document.hasFocus() && window.location.assign(notebook), PATIENCE);
  });

  /** Whether the notebook's page is still there from which this one was opened. */
  function opened() {
    try {
      return !window.opener.closed && window.opener.location.pathname.startsWith(notebook);
    } catch {
      return false;
    }
  }

  const host = make(TAG, {});
  const leave = make('button', { type: 'button', class: 'more', 'aria-label': 'Hide these links' }, '×');
  leave.addEventListener('click', () => {
    kept()[HIDDEN] = 'yes';
    host.remove();
  });
  const links = make('nav', { 'aria-label': 'Ways back' }, back);
  if (hub) links.append(make('a', { href: hub, class: 'more' }, 'Hub'));
  links.append(leave);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheet];
  root.append(links);
  document.documentElement.append(host);
})();
