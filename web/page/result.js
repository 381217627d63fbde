// What came of the answers: cost, who came along, clashes and findings, the tree, and one file with its sources.
import { ask } from "./asking.js";
import { find, make, redraw } from "./elements.js";

const COLOURS = 12;
const colours = new Map();
let chosen = "binder/environment.yml";
let titles = {};

// A block keeps its colour as long as the page is open.
export function colour(name) {
  if (!colours.has(name)) {
    colours.set(name, colours.size % COLOURS);
  }
  return `of-${colours.get(name)}`;
}

export function drawCost(cost) {
  const over = cost.memory > cost.limit;
  const share = Math.min(100, Math.round((100 * cost.memory) / cost.limit));
  const parts = cost.parts.filter((one) => one.memory || one.size || one.cpu);
  const bar = make("meter", { id: "memory", min: 0, max: cost.limit, high: cost.limit, low: cost.limit * 0.8, optimum: 0, value: cost.memory, "aria-label": "Memory at rest" });
  const rows = parts.map((one) =>
    make("tr", {}, make("th", { scope: "row" }, one.title), ...[one.memory, one.size, one.cpu].map((value) => make("td", {}, value ? String(value) : ""))));
  const head = make("tr", {}, ...["Block", "Memory, MB", "Image, MB", "Start, s of a processor"].map((text) => make("th", { scope: "col" }, text)));
  redraw(
    find("#cost"),
    make("p", { class: over ? "error" : "" }, `Memory at rest: ${cost.memory} of ${cost.limit} MB that mybinder.org allows (${share} %)`, over ? ". That is too much for mybinder.org: choose fewer blocks, or a hub with larger sessions." : ""),
    bar,
    make("p", {}, cost.size ? `Image: about ${cost.size} MB more than a plain one${cost.unmeasured.length ? `, without ${cost.unmeasured.join(" and ")}: not measured` : ""}. ` : "", cost.cpu ? `Start: about ${cost.cpu} s of one processor beside the notebook.` : ""),
    parts.length ? make("details", { open: isOpen("#cost") }, make("summary", {}, "Block by block"), make("table", {}, make("thead", {}, head), make("tbody", {}, make("tr", {}, make("th", { scope: "row" }, "The notebook"), make("td", {}, String(cost.notebook)), make("td"), make("td")), ...rows))) : null,
  );
}

export function drawAlong(along) {
  const items = along.map((one) =>
    make("li", {}, make("strong", {}, one.title), one.because.length ? ` comes along, since ${one.because.join(" and ")} ${one.because.length > 1 ? "need" : "needs"} it` : " comes along"));
  const summary = make("summary", {}, `Coming along: ${along.map((one) => one.title).join(", ")}`);
  redraw(find("#along"), along.length ? make("details", { open: isOpen("#along") }, summary, make("ul", {}, ...items)) : null);
}

// Whoever has unfolded something finds it unfolded after the next answer.
const isOpen = (place) => find(`${place} details`)?.open ?? false;

export function drawTold(told) {
  const items = told.map((one) => {
    if (one.kind === "clash") {
      const parties = one.parties.map((party) =>
        make("li", {}, make("strong", { class: colour(party.who) }, party.who), " wants ", make("code", {}, party.text), ` (${party.place})`, party.won ? ", which wins" : ""));
      return make("li", { class: "clash" }, make("strong", {}, `Clash: ${one.what}`), make("ul", {}, ...parties), make("p", {}, `${one.why}. Remedy: ${one.remedy}.`));
    }
    if (one.kind === "finding") {
      return make("li", { class: "finding" }, make("strong", {}, one.what), one.text ? make("code", {}, one.text) : "", ` ${one.why}. Remedy: ${one.remedy}.`);
    }
    return make("li", { class: "note" }, one.what);
  });
  redraw(find("#told"), told.length ? make("h3", {}, `To know (${told.length})`) : null, told.length ? make("ul", {}, ...items) : null);
}

export function drawFiles(answer) {
  titles = answer.titles;
  find("#files-title .count").textContent = `(${answer.files.length})`;
  const changed = answer.files.filter((one) => one.change).length + Object.keys(answer.gone).length;
  const what = answer.compared ? "an update changes" : "the last answer changed";
  const names = [...new Set(answer.files.map((one) => one.owner).filter(Boolean))];
  const key = [...new Set([...Object.keys(titles), ...names])].map((name) => make("span", { class: `from ${colour(name)}` }, name));
  redraw(find("#legend"), changed ? `Marked: the ${changed} files that ${what}. ` : "", key.length ? "Colours: " : "", ...key.flatMap((one) => [one, " "]));
  redraw(find("#tree"), branch(treeOf(answer.files, answer.gone)));
  if (!answer.files.some((one) => one.path === chosen)) {
    chosen = answer.files.find((one) => one.path.endsWith("environment.yml"))?.path ?? answer.files[0]?.path;
  }
  return open(chosen);
}

function treeOf(files, gone) {
  const root = { folders: new Map(), files: [] };
  for (const file of [...files, ...Object.entries(gone).map(([path, change]) => ({ path, change, owner: "", isGone: true }))]) {
    const parts = file.path.split("/");
    let place = root;
    for (const part of parts.slice(0, -1)) {
      if (!place.folders.has(part)) {
        place.folders.set(part, { folders: new Map(), files: [] });
      }
      place = place.folders.get(part);
    }
    place.files.push({ ...file, name: parts.at(-1) });
  }
  return root;
}

function branch(place, path = "") {
  const folders = [...place.folders].map(([name, inner]) => {
    const where = `${path}${name}/`;
    const known = document.querySelector(`details[data-path="${CSS.escape(where)}"]`);
    const isOpen = known ? known.open : where === "binder/" || where === ".binder/";
    const mark = changedIn(inner) ? make("span", { class: "mark" }, "changed") : "";
    return make("li", {}, make("details", { open: isOpen, "data-path": where }, make("summary", {}, `${name}/ `, mark), branch(inner, where)));
  });
  const files = place.files.map((file) => {
    const mark = file.change ? make("span", { class: `mark ${file.change}` }, file.change) : "";
    if (file.isGone) {
      return make("li", { class: "gone" }, file.name, " ", mark);
    }
    const isChosen = file.path === chosen;
    const button = make("button", { type: "button", id: `f-${file.path}`, class: `file ${file.owner ? `from ${colour(file.owner)}` : ""}`, title: file.owner ? `${file.path}: of ${titles[file.owner] ?? file.owner}` : file.path, "aria-current": isChosen ? "true" : undefined, onclick: () => open(file.path) }, file.name);
    return make("li", {}, button, file.executable ? make("abbr", { title: "may be run" }, "*") : "", " ", mark);
  });
  return make("ul", {}, ...folders, ...files);
}

const changedIn = (place) =>
  place.files.some((file) => file.change) || [...place.folders.values()].some(changedIn);

export async function open(path) {
  chosen = path;
  for (const button of document.querySelectorAll("#tree button[aria-current]")) {
    button.removeAttribute("aria-current");
  }
  document.getElementById(`f-${path}`)?.setAttribute("aria-current", "true");
  const file = await ask("file", { path });
  if (path !== chosen) {
    return;
  }
  const view = find("#view");
  if (file.error) {
    view.replaceChildren(make("p", { class: "error" }, file.error));
    return;
  }
  const owner = file.owner ? ["of ", make("span", { class: `from ${colour(file.owner)}` }, titles[file.owner] ?? file.owner)] : [];
  const head = make("h4", {}, file.path, file.executable ? " (may be run) " : " ", ...owner);
  if (file.binary !== undefined) {
    view.replaceChildren(head, make("p", {}, `${file.binary} bytes that are no text`));
    return;
  }
  const marks = new Set(file.marks);
  const gone = new Map();
  for (const [at, line] of file.gone) {
    gone.set(at, [...(gone.get(at) ?? []), line]);
  }
  const lines = [];
  const lost = (at) => (gone.get(at) ?? []).map((line) => make("li", { class: "line gone", value: at }, make("del", {}, line || " ")));
  file.lines.forEach((line, at) => {
    lines.push(...lost(at));
    const from = file.from[at];
    const about = from.length ? { class: `line from ${colour(from[0])}${marks.has(at) ? " new" : ""}`, title: from.map((name) => titles[name] ?? name).join(", "), "data-from": from.join(" ") } : { class: `line${marks.has(at) ? " new" : ""}` };
    lines.push(make("li", { ...about, value: at + 1 }, marks.has(at) ? make("ins", {}, line || " ") : line || " "));
  });
  lines.push(...lost(file.lines.length));
  view.replaceChildren(head, make("ol", { class: "text" }, ...lines), file.cut ? make("p", {}, "The rest is not shown.") : "");
}
