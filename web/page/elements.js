// Elements from names, properties and children. Text is always a text node: nothing here reads markup.

export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) {
      element.addEventListener(key.slice(2), value);
    } else if (key.startsWith("aria-") || key.startsWith("data-") || key === "role" || key === "for" || key === "class") {
      if (value !== undefined && value !== null && value !== false) {
        element.setAttribute(key, value);
      }
    } else {
      element[key] = value;
    }
  }
  element.append(...children.filter((child) => child !== undefined && child !== null && child !== ""));
  return element;
}

export const find = (selector) => document.querySelector(selector);

// Redrawn elements give the focus back to whatever has taken the place of the one that had it; what somebody has typed
// since the answer was on its way stays.
export function redraw(parent, ...children) {
  const active = document.activeElement;
  const id = parent.contains(active) ? active.id : "";
  const range = id && active.selectionStart !== undefined && /^(text|search|textarea)$/.test(active.type)
    ? [active.selectionStart, active.selectionEnd]
    : null;
  const typed = range ? active.value : null;
  parent.replaceChildren(...children.filter(Boolean));
  if (id) {
    const again = document.getElementById(id);
    again?.focus({ preventScroll: true });
    if (range && again?.setSelectionRange) {
      again.value = typed;
      again.setSelectionRange(...range);
    }
  }
}

export function download(bytes, name, type) {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
