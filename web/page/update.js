// What an update makes of the file of answers, or of the repository, that was opened.
import { find, make, redraw } from "./elements.js";

const KINDS = {
  refused: ["An update stops at", (one) => [`: ${one.why}`]],
  gone: ["No more in this release, and left out here; an update stops at them", () => []],
  renamed: ["Called otherwise now", (one) => [" is ", make("code", {}, one.now)]],
  retired: ["Retired, and still working", (one) => [`: ${one.why}`]],
  changed: ["Changed answers", (one) => [": ", ...value(one.was), " becomes ", ...value(one.now), `, since it ${one.why}`]],
  taken: ["Answers under other names", (one) => [" is ", ...value(one.now), one.was ? ", as " : "", one.was ? make("code", {}, one.was) : "", one.was ? " was" : ""]],
  new: ["New questions, and their answers until you give another", (one) => [" ", ...value(one.now), one.why ? `: ${one.why}` : ""]],
  dropped: ["Answers to no question any more; an update drops them", (one) => [" ", ...value(one.was)]],
};
const STANDS = {
  same: () => "It was made by the very version of this page.",
  newer: (update) => `It was made by ${update.from}, which is newer than this page (${update.to}): there is nothing to update.`,
  unknown: (update) => `${update.from} is no release, so that nobody can tell what is new since.`,
};
const MARKS = { new: "new", changed: "changed", gone: "gone", merged: "merged with your changes", yours: "gone, with your changes named" };

const value = (text) => [make("code", {}, text || "nothing")];

export function draw(answer) {
  const { update, files, gone, compared } = answer;
  if (!update.to) {
    redraw(find("#update"));
    return;
  }
  const kinds = Object.entries(KINDS).map(([kind, [title, rest]]) => {
    const items = update.answers.filter((one) => one.kind === kind);
    return items.length ? make("div", { class: "note" }, make("strong", {}, title), make("ul", {}, ...items.map((one) => make("li", {}, make("code", {}, one.name), ...rest(one))))) : "";
  });
  const title = update.from ? `What an update changes: ${update.from} → ${update.to}` : "What this release makes of the answers";
  const stands = STANDS[update.stands]?.(update);
  const elsewhere = update.elsewhere ? `It was made from ${update.elsewhere}, and this page is of another catalogue.` : "";
  const quiet = update.from && !update.answers.length ? "Its answers stay as they are." : "";
  const news = update.news.length
    ? make("details", { open: find("#update details")?.open ?? false }, make("summary", {}, `New since then, for this course (${update.news.length})`), make("ul", {}, ...update.news.map((text) => make("li", {}, text))))
    : "";
  redraw(
    find("#update"),
    make("h3", {}, title),
    ...[stands, elsewhere].filter(Boolean).map((text) => make("p", {}, text)),
    ...kinds.filter(Boolean),
    quiet ? make("p", {}, quiet) : null,
    news || null,
    update.from ? make("p", {}, compared ? counted(files, gone) : "Its files are compared, too, when you open the zip of the repository.") : null,
  );
}

function counted(files, gone) {
  const changes = [...files.map((one) => one.change), ...Object.values(gone)].filter(Boolean);
  const parts = Object.entries(MARKS).map(([kind, text]) => [changes.filter((one) => one === kind).length, text]).filter(([count]) => count);
  const said = parts.map(([count, text]) => `${count} ${text}`).join(", ");
  return said ? `Of its files: ${said}. All others stay as they are.` : "Its files stay as they are.";
}
