// The page: the panel's elements, and what JupyterLab does for it there.
import { notices } from './keep.js';
import { Panel } from './panel.js';

const base = new URL('../', new URL('.', location.href)).href;
const cookie = name => document.cookie.split('; ').find(one => one.startsWith(`${name}=`))?.slice(name.length + 1);
const request = (path, init = {}) => fetch(base + path, {
  credentials: 'same-origin', ...init, headers: { 'X-XSRFToken': cookie('_xsrf') ?? '' }
});

if (!location.pathname.endsWith('/')) location.replace(`${location.pathname}/`);
else {
  const root = document.getElementById('services');
  new Panel(root, { base, request, heading: 1, notify: notices(root), show: () => undefined }).show();
}
