// Python's own thread: the page never waits for it.
import { loadPyodide } from "./python/pyodide.mjs";
import { start } from "./start.js";

const here = new URL(".", import.meta.url).href;
const read = async (name) => {
  const response = await fetch(here + name);
  if (!response.ok) {
    throw new Error(`${name} could not be loaded (${response.status})`);
  }
  return new Uint8Array(await response.arrayBuffer());
};
const tell = (step) => postMessage({ step });

const started = start(loadPyodide, `${here}python/`, read, tell);
started.catch((error) => postMessage({ failed: String(error.message ?? error).split("\n")[0] }));

addEventListener("message", async ({ data: { number, name, values, data } }) => {
  try {
    const { session } = await started;
    const given = JSON.stringify(values ?? {});
    const made = data ? session.call(name, given, new Uint8Array(data)) : session.call(name, given);
    if (typeof made === "string") {
      postMessage({ number, answer: JSON.parse(made) });
      return;
    }
    const bytes = made.toJs();
    made.destroy();
    postMessage({ number, answer: { bytes } });
  } catch (error) {
    const said = String(error.message ?? error).trim().split("\n").at(-1);
    postMessage({ number, answer: { error: `This could not be done: ${said}` } });
  }
});
