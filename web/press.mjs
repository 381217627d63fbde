// Compresses a file so that Python in WebAssembly unpacks it fastest: node press.mjs PYODIDE FOLDER NAME
import { pathToFileURL } from "node:url";

const [folder, work, name] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: folder });
python.FS.mkdirTree("/made");
python.FS.mount(python.FS.filesystems.NODEFS, { root: work }, "/made");
python.runPython(`
from compression.zstd import CompressionParameter, compress
options = {CompressionParameter.compression_level: 15, CompressionParameter.window_log: 24}
with open("/made/${name}", "rb") as file:
    packed = compress(file.read(), options=options)
with open("/made/${name}.zst", "wb") as file:
    file.write(packed)
`);
