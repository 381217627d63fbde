// The page: asks the worker, draws what it says, one answer after the other.
import { ask, open } from "./asking.js";
import { find, make, redraw } from "./elements.js";
import * as form from "./form.js";
import * as result from "./result.js";
import * as take from "./take.js";
import * as update from "./update.js";

const LARGEST = 20_000_000;
const KINDS = ["environment.yml", "requirements.txt", "apt.txt", "postBuild", "start", "course.yml (answers)"];
let units = [];
let release = {};
let busy = false;
const queue = [];

const say = (text, isWrong = false) => {
  const status = find("#status");
  status.textContent = text;
  status.className = isWrong ? "error" : "";
};

// One at a time, in their order; of several answers to one question the last.
function tick(name, values, data) {
  const same = name === "answer" ? queue.findIndex((one) => one.name === name && one.values.name === values.name) : -1;
  if (same >= 0) {
    queue.splice(same, 1);
  }
  queue.push({ name, values, data });
  return busy ? undefined : work();
}

async function work() {
  busy = true;
  document.body.setAttribute("aria-busy", "true");
  while (queue.length) {
    const { name, values, data } = queue.shift();
    const before = performance.now();
    const answer = await ask(name, values, data);
    if (answer.error) {
      say(answer.error, true);
    } else if (!queue.length) {
      await draw(answer);
      performance.measure("tick", { start: before });
      if (answer.said) {
        say(answer.said);
      }
    }
  }
  busy = false;
  document.body.removeAttribute("aria-busy");
}

async function draw(answer) {
  form.draw(answer.questions, units, (name, value) => {
    tick("answer", { name, value });
  });
  const refusal = find("#refusal");
  refusal.hidden = !answer.refusal;
  refusal.textContent = answer.refusal ? `This cannot be composed: ${answer.refusal}` : "";
  find("#files").hidden = !answer.files;
  find("#take-zip").disabled = !answer.files;
  const unanswered = answer.questions.filter((one) => one.missing || one.error).map((one) => one.name);
  const open = unanswered.length ? `To be answered: ${unanswered.join(", ")}` : "";
  if (answer.files) {
    say(open || `${answer.files.length} files`);
    update.draw(answer);
    result.drawCost(answer.cost);
    result.drawAlong(answer.along);
    result.drawTold(answer.told);
    redraw(find("#brought"), ...answer.brought.map((path) => make("li", {}, path)));
    find("#close").hidden = !answer.brought.length && !answer.compared && !answer.update.to;
    await Promise.all([result.drawFiles(answer), take.draw(release, answer.brought)]);
  } else {
    say("nothing can be composed from these answers", true);
  }
}

async function bring(file, name) {
  if (file.size > LARGEST) {
    say(`${name}: is ${file.size} bytes, and not more than ${LARGEST} can be opened`, true);
    return;
  }
  await tick("open", { name }, await file.arrayBuffer());
}

function listen() {
  const names = find("#paste-name");
  names.replaceChildren(...KINDS.map((kind) => make("option", { value: kind.split(" ")[0] }, kind)));
  for (const [key, id] of Object.entries({ "take-zip": "zip", "take-data": "data" })) {
    find(`#${key}`).addEventListener("click", () => take.save(id, say));
  }
  find("#starter-repository").addEventListener("input", take.drawForm);
  find("#take-link").addEventListener("click", () => take.copy(take.link(), say, "the link"));
  find("#copy-command").addEventListener("click", () => take.copy(find("#command").value, say, "the command"));
  find("#clear").addEventListener("click", () => tick("clear", {}));
  find("#close").addEventListener("click", () => tick("close", {}));
  find("#paste-add").addEventListener("click", () => {
    const text = new Blob([find("#paste").value]);
    bring(text, names.value);
    find("#paste").value = "";
  });
  find("#open").addEventListener("change", async (event) => {
    for (const file of event.target.files) {
      await bring(file, file.name);
    }
    event.target.value = "";
  });
  for (const id of ["#questions", "#more"]) {
    find(id).addEventListener("submit", (event) => event.preventDefault());
  }
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", async (event) => {
    event.preventDefault();
    for (const file of event.dataTransfer?.files ?? []) {
      await bring(file, file.name);
    }
  });
  addEventListener("hashchange", () => {
    if (location.hash.length > 1 && location.href !== take.link()) {
      tick("restore", { fragment: location.hash.slice(1) });
    }
  });
}

async function begin() {
  const failed = (why) => say(`The page could not be started: ${why}`, true);
  open((step) => say(`Loading: ${step} …`), failed);
  listen();
  const answer = await ask("start", { fragment: location.hash.slice(1) });
  if (answer.error) {
    failed(answer.error);
    return;
  }
  ({ units, release } = answer);
  find("#release").textContent = `Blocks of version ${release.version}`;
  find("main").hidden = false;
  await draw(answer);
  if (answer.said) {
    say(answer.said, true);
  }
  performance.mark("first");
  document.body.dataset.ready = "true";
  navigator.serviceWorker?.register("offline.js", { type: "classic" }).catch(() => {});
}

begin();
