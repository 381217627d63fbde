// Python, Copier and the catalogue, started: in the page's worker, and in Node for the tests.
//
// `read(name)` gives the bytes of a file of this folder; `tell(step)` is called as the work goes on.

const UNPACK = `
import json, os, sys
from compression import zstd

def unpack(packed, folder):
    data = memoryview(zstd.decompress(packed))
    listed, _, _ = bytes(data[:400_000]).partition(b"\\n")
    start, made = len(listed) + 1, set()
    for path, size, runs in json.loads(listed):
        path = f"{folder}/{path}"
        parent = path.rpartition("/")[0]
        if parent not in made:
            os.makedirs(parent, exist_ok=True)
            made.add(parent)
        with open(path, "wb") as file:
            file.write(data[start : start + size])
        if runs:
            os.chmod(path, 0o755)
        start += size

unpack(packages.to_bytes(), "/packages")
unpack(catalogue.to_bytes(), "/catalogue")
unpack(composer.to_bytes(), "/packages")
sys.path.insert(0, "/packages")
from composer.session import Session
Session("/catalogue", release, "/work")
`;

export async function start(loadPyodide, indexURL, read, tell = () => {}) {
  tell("Python");
  const parts = ["python/packages.zst", "python/catalogue.zst", "python/composer.zst", "release.json"].map(read);
  const python = await loadPyodide({ indexURL, stdout: () => {}, stderr: () => {} });
  tell("Copier and the blocks");
  const [packages, catalogue, composer, release] = await Promise.all(parts);
  const names = python.toPy({ release: new TextDecoder().decode(release) });
  names.set("packages", packages);
  names.set("catalogue", catalogue);
  names.set("composer", composer);
  const session = python.runPython(UNPACK, { globals: names });
  names.destroy();
  return { python, session };
}
