// What one sends to those who help: says what it holds, makes it when told so, and has the browser keep it.
import { answered, element, handFile, say } from './panel.js';

export class Help {
  constructor(panel) {
    this.panel = panel;
    this.button = element('button', { type: 'button', 'aria-expanded': 'false', click: () => this.toggle() }, 'Get help');
    this.body = element('div');
    this.node = element('section', { class: 'binder-services-help', 'aria-label': 'Help' }, this.button, this.body);
  }

  ask(path, init) {
    return answered(this.panel.host.request, `services/api/help${path}`, init);
  }

  /** Told in the section itself: the panel's own line may be out of sight here. */
  tell(text) {
    say(this.said, text);
  }

  async toggle() {
    const open = this.button.getAttribute('aria-expanded') !== 'true';
    this.button.setAttribute('aria-expanded', String(open));
    this.body.replaceChildren();
    if (!open) return;
    this.said = element('p', { role: 'status' });
    this.body.append(this.said);
    this.tell('Asking what it would hold …');
    try {
      const holds = await (await this.ask('')).text();
      this.tell('A file for those who help you. It is made when you press the button, and goes nowhere by itself.');
      const make = element('button', { type: 'button', click: () => this.make(make) }, 'Make the file');
      this.body.append(element('p', {}, 'What it holds:'), text('What the file will hold', holds), make);
      this.button.scrollIntoView({ block: 'start' });
    } catch (error) {
      this.tell(error.message);
    }
  }

  async make(button) {
    button.disabled = true;
    this.tell('Looking at everything; this takes some seconds …');
    try {
      const response = await this.ask('', { method: 'POST' });
      const name = /filename="([\w.-]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? 'help.zip';
      const file = await response.blob();
      handFile(file, name);
      this.tell(`${name} (${Math.ceil(file.size / 1000)} kB) is among your downloads. Attach it to your question.`);
    } catch (error) {
      this.tell(error.message);
    }
    button.disabled = false;
    this.short?.remove();
    try {
      this.short = this.paste(await (await this.ask('/text')).text());
      this.said.after(this.short);
    } catch (error) {
      this.tell(`${this.said.textContent} There is no short text: ${error.message}`);
    }
  }

  paste(words) {
    const shown = text('The short text, to paste', words);
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(words);
        this.tell('The short text is copied.');
      } catch {
        getSelection().selectAllChildren(shown);
        this.tell('The browser does not let it be copied from here: it is selected, press Ctrl+C.');
      }
    };
    return element('div', {}, element('p', {}, 'To paste into a message:'), shown,
      element('button', { type: 'button', click: copy }, 'Copy'));
  }
}

function text(label, words) {
  return element('pre', { tabindex: '0', role: 'region', 'aria-label': label }, words);
}
