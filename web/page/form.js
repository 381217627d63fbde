// The questions, as Copier words them: cards where the choices are blocks or outputs, plain fields otherwise.
import { find, make, redraw } from "./elements.js";

const CARDS = { components: "component", outputs: "output" };
const DELAY = 350;
let filter = "";

export function draw(questions, units, answer) {
  const fields = (isSetting) =>
    questions.filter((one) => one.is_setting === isSetting).map((one) => field(one, units, answer));
  redraw(find("#questions"), ...fields(false));
  const more = fields(true);
  redraw(find("#more"), ...more);
  const changed = questions.filter((one) => one.is_setting && one.given).length;
  find("#settings .count").textContent = `(${more.length}${changed ? `, ${changed} changed` : ""})`;
  if (questions.some((one) => one.is_setting && one.error)) {
    find("#settings").open = true;
  }
}

function field(question, units, answer) {
  const id = `q-${question.name}`;
  const [title, hint] = worded(question);
  const help = (hint && hint !== question.name) ? make("p", { class: "help", id: `${id}-help` }, hint) : null;
  const wrong = question.error || (question.missing ? "has to be answered" : "");
  const error = make("p", { class: "error", id: `${id}-error` }, wrong ? `${question.name}: ${wrong}` : "");
  const described = [help && `${id}-help`, wrong && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const about = { id, "aria-describedby": described, "aria-invalid": wrong ? "true" : undefined };
  const name = make("code", { class: "name", title: "the answer's name" }, question.name);
  const reset = question.given && question.is_setting
    ? make("button", { type: "button", class: "quiet", onclick: () => answer(question.name, null) }, "default")
    : null;
  if (question.type === "many") {
    const group = question.name in CARDS ? cards(question, units, answer, id) : boxes(question, answer, id);
    const legend = make("legend", {}, title, " ", name);
    return make("fieldset", { "aria-describedby": described, class: "many" }, legend, help ?? "", error, ...group);
  }
  if (question.type === "bool") {
    const checked = question.value === true;
    const box = make("input", { ...about, type: "checkbox", checked, onchange: (event) => answer(question.name, event.target.checked) });
    return make("div", { class: "field bool" }, box, " ", make("label", { for: id }, title), " ", name, reset ?? "", help ?? "", error);
  }
  return make("div", { class: "field" }, make("label", { for: id }, title), " ", name, reset ?? "", help ?? "", control(question, about, answer), error);
}

// The question itself, and what else is said: in a terminal both are one text, with keys that a page does not have.
function worded(question) {
  const text = question.message.replace(/\s*Space chooses[^.]*\./gu, "").replace(/\s+/gu, " ").trim();
  const asked = text.match(/[^.?!:]*\?/u)?.[0].trim() ?? text;
  return [asked || question.name, text.replace(asked, "").trim()];
}

function control(question, about, answer) {
  if (question.type === "one") {
    const options = question.choices.map((one) => make("option", { value: String(one.value), selected: one.value === question.value }, one.label));
    if (question.missing) {
      options.unshift(make("option", { value: "", selected: true, disabled: true }, "choose one"));
    }
    return make("select", { ...about, onchange: (event) => answer(question.name, event.target.value) }, ...options);
  }
  let timer;
  const send = (element) => {
    clearTimeout(timer);
    const text = element.value;
    if (text !== (question.given ? question.value : (question.value ?? ""))) {
      answer(question.name, text);
    }
  };
  const later = (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => send(event.target), DELAY);
  };
  const value = question.value === null ? "" : String(question.value);
  const more = { ...about, value, placeholder: question.placeholder, spellcheck: false, oninput: later, onchange: (event) => send(event.target) };
  return question.multiline ? make("textarea", { ...more, rows: 4 }) : make("input", { ...more, type: "text" });
}

function boxes(question, answer, id) {
  return question.choices.map((one, at) => {
    const chosen = question.value.includes(one.value);
    const box = make("input", { type: "checkbox", id: `${id}-${at}`, checked: chosen, onchange: (event) => toggle(question, one.value, event.target.checked, answer) });
    return make("p", {}, box, " ", make("label", { for: `${id}-${at}` }, one.label));
  });
}

function toggle(question, value, isOn, answer) {
  const without = question.value.filter((one) => one !== value);
  question.value = isOn ? [...without, value] : without;
  answer(question.name, question.value);
}

function cards(question, units, answer, id) {
  const known = new Map(units.filter((one) => one.kind === CARDS[question.name]).map((one) => [one.name, one]));
  const groups = new Map();
  for (const { value } of question.choices) {
    const unit = known.get(value) ?? { name: value, title: value, summary: "", category: "", memory: 0, size: 0, unmeasured: [], requires: [] };
    const shelf = unit.retired ? "Retired" : unit.category;
    groups.set(shelf, [...(groups.get(shelf) ?? []), card(unit, question, answer, id)]);
  }
  const shelves = [...groups].map(([title, found]) =>
    make("div", { class: "shelf", role: "group", "aria-label": title }, question.name === "components" ? make("h3", {}, title) : "", make("div", { class: "cards" }, ...found)));
  if (question.name !== "components") {
    return shelves;
  }
  const search = make("input", { type: "search", id: "search", value: filter, placeholder: "postgres, text, graph …", oninput: (event) => narrow(event.target.value) });
  queueMicrotask(() => narrow(filter));
  return [make("p", { class: "search" }, make("label", { for: "search" }, "Search the blocks"), " ", search, " ", make("span", { id: "found", role: "status" })), ...shelves];
}

function card(unit, question, answer, id) {
  const box = make("input", {
    type: "checkbox",
    id: `${id}-${unit.name}`,
    checked: question.value.includes(unit.name),
    "aria-describedby": `${id}-${unit.name}-about`,
    onchange: (event) => toggle(question, unit.name, event.target.checked, answer),
  });
  const facts = [
    unit.memory ? `${unit.memory} MB memory` : "",
    unit.size ? `${unit.size} MB image${unit.unmeasured.length ? `, without ${unit.unmeasured.join(" and ")}` : ""}` : "",
    unit.requires.length ? `brings ${unit.requires.join(", ")}` : "",
    unit.proof ?? "",
    unit.retired ?? "",
  ].filter(Boolean);
  const about = make("span", { class: "about", id: `${id}-${unit.name}-about` }, unit.summary, facts.length ? make("span", { class: "facts" }, facts.join(" · ")) : "");
  const text = `${unit.name} ${unit.title} ${unit.summary} ${unit.category}`.toLowerCase();
  return make("div", { class: "card", "data-text": text }, box, make("label", { for: box.id }, make("strong", {}, unit.title)), about);
}

function narrow(text) {
  filter = text;
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  const all = [...document.querySelectorAll("#questions .card[data-text]")].filter((one) => one.closest("fieldset").querySelector("#search"));
  let shown = 0;
  for (const one of all) {
    one.hidden = !words.every((word) => one.dataset.text.includes(word));
    shown += one.hidden ? 0 : 1;
  }
  for (const shelf of document.querySelectorAll("#questions .shelf")) {
    shelf.hidden = ![...shelf.querySelectorAll(".card")].some((one) => !one.hidden);
  }
  find("#found").textContent = words.length ? `${shown} of ${all.length}` : "";
}
