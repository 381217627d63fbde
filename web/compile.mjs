// Compiles and packs with the Python that will run it: node compile.mjs PYODIDE WORK
//
// In WORK/site, WORK/library and WORK/own each Python file becomes a .pyc beside it, without docstrings, to be packed in its
// place. In WORK/blocks the engine's files keep their text, which it is named after, and get theirs in __pycache__.
// All are taken unchecked, as no clock survives packing. WORK/first.json gets the names of the library's packages
// that are needed before anything can be unpacked.
import { pathToFileURL } from "node:url";

const [folder, work] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: folder });
python.FS.mkdirTree("/made");
python.FS.mount(python.FS.filesystems.NODEFS, { root: work }, "/made");
await python.runPythonAsync(`
import json, pathlib, sys
import compression.zstd
LIBRARY = next(path for path in sys.path if path.endswith(".zip")) + "/"
files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
inside = (file.removeprefix(LIBRARY) for file in files if file.startswith(LIBRARY))
first = sorted({file.partition("/")[0].partition(".")[0] for file in inside})
pathlib.Path("/made/first.json").write_text(json.dumps(first))

import py_compile
UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH
for folder in ("site", "library", "own"):
    for path in pathlib.Path("/made", folder).rglob("*.py"):
        compiled = path.with_suffix(".pyc")
        if not compiled.exists():  # of the build before
            py_compile.compile(path, compiled, path.name, doraise=True, optimize=2, invalidation_mode=UNCHECKED)
for path in pathlib.Path("/made/blocks/extensions").rglob("*.py"):
    py_compile.compile(path, dfile=path.name, doraise=True, invalidation_mode=UNCHECKED)
`);
