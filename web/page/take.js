// What is taken away, and how the page says it: zip, data file, link, command.
import { ask } from "./asking.js";
import { download, find, make, redraw } from "./elements.js";

const REPOSITORY = /^[\w.-]+\/[\w.-]+$/u;
let fragment = "";
let form = "";

// A link to GitHub's own form, once the repository is known; nothing is sent before it is followed.
export function drawForm() {
  const name = find("#starter-repository").value.trim();
  const isReady = REPOSITORY.test(name) && form;
  find("#starter-link").replaceChildren(
    isReady
      ? make("a", { href: `https://github.com/${name}/${form}`, rel: "noreferrer" }, `Open GitHub's form for course.yml in ${name}`)
      : form ? "" : "These answers are too long for an address: commit the data file as course.yml.",
  );
}

export async function draw(release, brought) {
  const taken = await ask("take", { kind: "all" });
  if (taken.error) {
    return;
  }
  fragment = taken.fragment;
  find("#command").value = taken.command;
  find("#take-link").disabled = !fragment;
  history.replaceState(null, "", fragment && !taken.empty ? `#${fragment}` : location.pathname);
  const slug = taken.slug;
  const lines = [
    [`unzip ${slug}.zip -d ${slug} && cd ${slug}`],
    ["git init && git add --all && git commit --message 'Make the course'"],
    ["Later, for newer blocks: ", "copier update --trust"],
  ];
  redraw(find("#steps"), ...lines.map((parts) => make("li", {}, ...parts.slice(0, -1), make("code", {}, parts.at(-1)))), ...taken.steps.map((step) => make("li", {}, step)));
  form = taken.starter;
  drawForm();
  find("#starter-brought").hidden = !brought.length;
  find("#badges").hidden = !taken.badges;
  find("#badges-text").textContent = taken.badges;
  find("#imports-note").hidden = !taken.imports;
  return release;
}

export async function save(kind, say) {
  const made = await ask("take", { kind });
  if (made.error) {
    say(made.error);
    return;
  }
  const { slug } = await ask("take", { kind: "all" });
  if (kind === "zip") {
    download(made.bytes, `${slug}.zip`, "application/zip");
  } else {
    download(made.bytes, "course.yml", "application/yaml");
  }
  say(kind === "zip" ? `${slug}.zip is in your downloads` : "course.yml is in your downloads");
}

export async function copy(text, say, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} is copied`);
  } catch {
    say(`${what} could not be copied; select it and copy it yourself`);
  }
}

export const link = () => `${location.origin}${location.pathname}#${fragment}`;
