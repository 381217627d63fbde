// What a build of an extension would make, written by hand: a container that hands out one module of one plugin.
// Classes and tokens come from JupyterLab's own shared modules; a second copy of a token would be another one.
(() => {
  const NAME = 'binder-services';
  const here = document.currentScript.src;
  const address = file => new URL(file, here).href;
  const ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16"><g class="jp-icon3" '
    + 'fill="#616161"><path d="M2 2h12v3H2zM2 6.5h12v3H2zM2 11h12v3H2z"/></g></svg>';
  let scope;

  async function shared(name) {
    const versions = Object.values(scope[name] ?? {});
    return versions.length ? (await (versions.find(one => one.loaded) ?? versions[0]).get())() : {};
  }

  async function plugin() {
    const names = ['@lumino/widgets', '@jupyterlab/application', '@jupyterlab/apputils', '@jupyterlab/launcher',
      '@jupyterlab/notebook', '@jupyterlab/mainmenu', '@jupyterlab/services', '@jupyterlab/ui-components',
      '@lumino/coreutils', '@jupyterlab/coreutils'];
    const [{ Widget }, { ILabShell }, { ICommandPalette, Notification }, { ILauncher },
      { INotebookTracker, NotebookActions }, { IMainMenu }, { ServerConnection }, { LabIcon }, { Token },
      { PageConfig }] =
      await Promise.all(names.map(shared));

    function activate(app, shell, palette, launcher, notebooks, menu) {
      const settings = app.serviceManager.serverSettings;
      const base = settings.baseUrl;
      const request = (path, init = {}) => ServerConnection.makeRequest(base + path, init, settings);
      const icon = new LabIcon({ name: `${NAME}:icon`, svgstr: ICON });
      const loading = import(address('panel.js'));
      if (launcher) rankTiles(launcher);

      const command = `${NAME}:open`;
      app.commands.addCommand(command, {
        label: 'Services',
        caption: 'State, logs and restart of the services of this session',
        icon,
        execute: () => { window.open(`${base}services/`, '_blank', 'noopener'); }
      });
      launcher?.add({ command, category: 'Other', rank: 90 });
      palette?.addItem({ command, category: 'Services' });
      menu?.viewMenu.addGroup([{ command }], 90);

      const tell = (kind, text, actions) => {
        const id = Notification?.emit(text, kind, { autoClose: kind === 'success' ? 8000 : false, actions });
        return () => Notification?.dismiss(id);
      };
      const open = () => (shell ? app.shell.activateById(NAME) : app.commands.execute(command));
      const keeping = { base, request, notify: tell, show: open };
      app.restored.then(() => import(address('keep.js'))).then(({ attend }) => attend(keeping));

      if (shell) {
        document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: address('panel.css') }));
        shell.add(sidebar(), 'left', { rank: 450 });
        loading.then(tellChanges);
      }

      function sidebar() {
        const widget = new Widget();
        widget.id = NAME;
        widget.title.icon = icon;
        widget.title.caption = 'Services';
        widget.node.setAttribute('role', 'region');
        widget.node.setAttribute('aria-label', 'Services of this session');
        let panel;
        widget.onAfterShow = () => loading.then(({ Panel }) => {
          panel ??= new Panel(widget.node, { ...keeping, heading: 2, insert });
          if (widget.isVisible) panel.show();
        });
        widget.onAfterHide = () => panel?.hide();
        return widget;
      }

      /** Those of the proxy have no rank, and come after their list has been fetched. */
      function rankTiles(tiles) {
        const order = JSON.parse(PageConfig.getOption('binderTiles') || '[]').map(one => `server-proxy:${one}`);
        const add = tiles.add.bind(tiles);
        tiles.add = item => {
          const place = order.indexOf(item.args?.id);
          return add(place < 0 || item.rank !== undefined ? item : { ...item, rank: place + 1 });
        };
      }

      /** Below the cell that is active, in its kernel's language; what was done, or nothing. */
      function insert(one) {
        const current = notebooks?.currentWidget;
        const language = current?.content.model?.defaultKernelLanguage
          || current?.content.model?.getMetadata('language_info')?.name;
        const source = one.cells[(language ?? '').toLowerCase()];
        if (!source || !current.content.activeCell) return '';
        NotebookActions.insertBelow(current.content);
        current.content.activeCell.model.sharedModel.setSource(source);
        app.shell.activateById(current.id);
        return `inserted a cell in ${language} into ${current.title.label}`;
      }

      function tellChanges({ watch, outcome }) {
        const before = new Map();
        const down = new Set();
        const shown = new Map();
        const seen = `${NAME} ${base} `;
        const isNew = one => {
          const mark = String(one.since);
          if (localStorage.getItem(seen + one.title) === mark) return false;
          localStorage.setItem(seen + one.title, mark);
          return true;
        };
        const show = { label: 'Show', callback: () => app.shell.activateById(NAME) };
        const tell = (one, kind, message) => {
          if (shown.has(one.title)) Notification.dismiss(shown.get(one.title));
          shown.set(one.title, Notification.emit(message, kind, {
            autoClose: kind === 'success' ? 8000 : false, actions: [show]
          }));
          if (kind === 'error') down.add(one.title);
          else down.delete(one.title);
        };
        watch(request, false, ({ services, first = [] }) => {
          for (const one of first) {
            const told = outcome(one, before.get(one.title));
            before.set(one.title, one);
            if (told && (told[0] === 'success' || isNew(one))) tell(one, ...told);
          }
          for (const one of services) {
            const was = before.get(one.name);
            before.set(one.name, one);
            const ended = was && one.restarts > was.restarts;
            if (one.state === 'failed' && was?.state !== 'failed' && isNew(one)) {
              tell(one, 'error', `${one.title} has failed: ${one.reason}`);
            } else if (ended && one.state !== 'ready') {
              tell(one, 'error', `${one.title} has ended and is started again: ${one.reason}`);
            } else if (ended) {
              tell(one, 'warning', `${one.title} had ended, and is ready again`);
            } else if (one.state === 'ready' && down.has(one.title)) {
              tell(one, 'success', `${one.title} is ready again`);
            }
            if (one.state === 'failed') down.add(one.title);
          }
        }, new AbortController().signal);
      }
    }

    return {
      id: `${NAME}:plugin`,
      autoStart: true,
      optional: [ILabShell, ICommandPalette, ILauncher, INotebookTracker, IMainMenu]
        .map(token => token ?? new Token(`${NAME}:not here`)),
      activate
    };
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init: given => { scope = given; },
    get: async () => {
      const made = await plugin();
      return () => ({ __esModule: true, default: made });
    }
  };
})();
