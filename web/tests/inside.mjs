// Python in WebAssembly, as the page starts it, for a test: node inside.mjs DIST SCRIPT FOLDER
//
// SCRIPT runs there with `session`; FOLDER of this machine is /mnt there.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [dist, script, folder] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${dist}/python/pyodide.mjs`).href);
const { start } = await import(pathToFileURL(`${dist}/start.js`).href);
const read = async (name) => new Uint8Array(await readFile(`${dist}/${name}`));
const { python, session } = await start(loadPyodide, `${dist}/python/`, read);
python.FS.mkdirTree("/mnt");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/mnt");
python.setStdout({ batched: (text) => console.log(text) });
python.globals.set("session", session);
try {
  python.runPython(await readFile(script, "utf8"));
} catch (error) {
  // Node would show the line of the program at which it ended, a megabyte long.
  console.error(error.message);
  process.exitCode = 1;
}
