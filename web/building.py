"""The page as a folder of files, `web/dist`.

- Python in WebAssembly comes from npm, pinned with its integrity in package-lock.json; no script of a package runs
- Copier and what it needs come as wheels, pinned with their checksums in requirements.txt; packed are their Python
  files, compiled by the very Python that will run them, and what is compiled for WebAssembly
- the catalogue is what git has of the working tree: units, template, engine, questions, changelog
- what was downloaded is kept in `web/.cache`, which git ignores; nothing that was downloaded is committed
- `files.json` lists every file with its checksum, which is how the service worker knows what to keep and when it is new
- the version is what Copier would write down: `git describe`; the source is the project's address, unless another one
  is given
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import yaml

WEB = Path(__file__).resolve().parent
ROOT = WEB.parent
CACHE = WEB / ".cache"
DIST = WEB / "dist"
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
LIBRARY = "python_stdlib.zip"
# The first is what has to run there; the others hold Python files of packages that have none without compiled ones.
PLATFORMS = ("pyemscripten_2026_0_wasm32", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_28_x86_64")
COMPILED = ".cpython-314-wasm32-emscripten.so"
# Of the packages: what a terminal needs, and programs of their own.
UNUSED = (
    *("*.dist-info/RECORD", "*.dist-info/licenses/*", "*.dist-info/sboms/*", "*.pyi", "*/tests/*", "*/__main__.py"),
    *("_yaml/*", "yaml/_yaml*", "annotated_types/test_cases.py", "copier/_cli.py", "wcwidth/*/_known_*"),
    *("packaging/licenses/*", "packaging/pylock.py", "packaging/direct_url.py", "packaging/dependency_groups.py"),
    *("platformdirs/android.py", "platformdirs/macos.py", "platformdirs/windows.py"),
    *("plumbum/cli/i18n/*", "plumbum/machines/paramiko_machine.py", "plumbum/fs/*"),
    *("prompt_toolkit/contrib/*", "prompt_toolkit/*/win32*.py", "prompt_toolkit/win32*.py"),
    *("pydantic/mypy.py", "pydantic/v1/*", "pydantic/experimental/*"),
    *("pygments/formatters/[a-z]*.py", "pygments/lexers/[a-z]*.py", "pygments/lexers/_[a-z]*.py"),
    *("pygments/styles/[a-z]*.py", "pygments/cmdline.py", "pygments/sphinxext.py"),
)
USED = (
    *("pygments/formatters/_mapping.py", "pygments/lexers/_mapping.py", "pygments/lexers/data.py"),
    "pygments/styles/default.py",
)
# Of Python's own library.
UNUSED_LIBRARY = (
    *("ensurepip/*", "idlelib/*", "pydoc*", "test/*", "tkinter/*", "turtle*", "unittest/*", "venv/*"),
    *("bdb.py", "pdb.py", "doctest.py", "imaplib.py", "mailbox.py", "smtplib.py", "ftplib.py", "poplib.py"),
    *("_pydatetime.py", "_pydecimal.py", "_pyio.py", "_pyrepl/*", "curses/*", "dbm/*", "multiprocessing/*"),
    *("http/server.py", "http/cookie*.py", "pickletools.py", "statistics.py", "wsgiref/*", "xmlrpc/*", "sqlite3/*"),
    *("trace.py", "webbrowser.py", "zipapp.py", "ctypes/macholib/*", "pyclbr.py", "plistlib.py", "profiling/*"),
    *("optparse.py", "wave.py", "tracemalloc.py", "modulefinder.py", "symtable.py", "socketserver.py", "tabnanny.py"),
    *("compileall.py", "urllib/robotparser.py", "xml/dom/pulldom.py", "fileinput.py", "cmd.py", "stringprep.py"),
)
# Of the catalogue: what is for those who work on it. Templates may take any other file in.
FILES = ("CHANGELOG.md", "copier.yml")
ASIDE = (".ci", ".github", "benchmarks", "docs", "examples", "starter", "tests", "tools", "web")
APART = ("*/tests/*", "*/tests.yml", "*/proof.yml", "outputs/*/README.md", "*/__pycache__/*")
PACKED = (1980, 1, 1, 0, 0, 0)


class BuildError(Exception):
    """Why the page cannot be built, in one line."""


def build(source: str = "", version: str = "", out: Path = DIST) -> Path:
    """Make the page in `out`, anew."""
    node = _program("node", "install Node 18 or newer")
    pyodide, site, catalogue, composer = _npm() / "pyodide", _packages(), _catalogue(), _composer()
    library = _library(pyodide / LIBRARY)
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(WEB / "page", out)
    (out / "python").mkdir()
    for name in PYODIDE:
        shutil.copyfile(pyodide / name, out / "python" / name)
    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    _write(out / "python/pyodide-lock.json", {**lock, "packages": {}})
    _run([node, str(WEB / "compile.mjs"), str(pyodide), str(CACHE)])
    needed = set(json.loads((CACHE / "first.json").read_text(encoding="utf-8")))
    first = [path for path in _compiled(library) if path.relative_to(library).parts[0].partition(".")[0] in needed]
    rest = [path for path in _compiled(library) if path not in first]
    _zip(out / "python" / LIBRARY, library, first)
    archives: dict[str, dict[Path, Iterable[Path]]] = {
        "packages": {site: _compiled(site), library: rest},
        "catalogue": {catalogue: _files(catalogue)},
        "composer": {composer: _compiled(composer)},
    }
    for name, folders in archives.items():
        packed, made = _packed(folders), CACHE / name
        if not made.with_suffix(".zst").is_file() or made.read_bytes() != packed:
            made.write_bytes(packed)
            _run([node, str(WEB / "press.mjs"), str(pyodide), str(CACHE), name])
        shutil.copyfile(made.with_suffix(".zst"), out / f"python/{name}.zst")
    release = {"source": source or _address(), "version": version or _version(), "classes": _classes()}
    _write(out / "release.json", release)
    checksums = {path.relative_to(out).as_posix(): _checksum(path) for path in _files(out)}
    whole = hashlib.sha256(json.dumps(checksums).encode()).hexdigest()[:16]
    _write(out / "files.json", {"name": whole, "files": checksums})
    worker = out / "offline.js"
    worker.write_text(worker.read_text(encoding="utf-8").replace("BUILD", whole), encoding="utf-8")
    return out


def _npm() -> Path:
    """The folder of npm's packages, as the lock file has them."""
    npm, folder = _program("npm", "install Node with npm"), CACHE / "npm"
    lock = (WEB / "package-lock.json").read_bytes()
    done = folder / "done"
    if not done.is_file() or done.read_bytes() != lock:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(WEB / name, folder / name)
        _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], folder)
        done.write_bytes(lock)
    return folder / "node_modules"


def _packages() -> Path:
    """A folder with the Python files of Copier and what it needs."""
    wheels, site = CACHE / "wheels", CACHE / "site"
    pinned = (WEB / "requirements.txt").read_bytes()
    done = wheels / "done"
    if not done.is_file() or done.read_bytes() != pinned:
        shutil.rmtree(wheels, ignore_errors=True)
        platforms = [f"--platform={platform}" for platform in PLATFORMS]
        wanted = ["--python-version=3.14", "--implementation=cp", "--abi=cp314", "--abi=none", *platforms]
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--require-hashes"]
        pip = [sys.executable, "-m", "pip", "download", *options, *wanted]
        _run([*pip, f"--dest={wheels}", f"--requirement={WEB / 'requirements.txt'}"])
        done.write_bytes(pinned)
    _unpack(site, sorted(wheels.glob("*.whl")), _is_used)
    return site


def _composer() -> Path:
    """A folder with the page's own Python."""
    folder = CACHE / "own"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(WEB / "composer", folder / "composer", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def _library(archive: Path) -> Path:
    """A folder with Python's own library, of which no program and no test is packed."""
    folder = CACHE / "library"
    _unpack(folder, [archive], lambda name: not any(fnmatch.fnmatch(name, one) for one in UNUSED_LIBRARY))
    return folder


def _unpack(folder: Path, archives: list[Path], is_used: Callable[[str], bool]) -> None:
    """Those files of the archives, anew unless they are the same as before: their compiled ones stay beside them."""
    packed = {archive: zipfile.ZipFile(archive) for archive in archives}
    used = {archive: [name for name in one.namelist() if is_used(name)] for archive, one in packed.items()}
    key = json.dumps([[_checksum(archive), names] for archive, names in used.items()])
    done = folder.with_suffix(".done")
    if not done.is_file() or done.read_text(encoding="utf-8") != key:
        shutil.rmtree(folder, ignore_errors=True)
        for archive, names in used.items():
            packed[archive].extractall(folder, names)
        done.write_text(key, encoding="utf-8")


def _is_used(name: str) -> bool:
    if name.endswith((".so", ".pyd")):
        return name.endswith(COMPILED)
    return name in USED or not any(fnmatch.fnmatch(name, pattern) for pattern in UNUSED)


def _catalogue() -> Path:
    """A folder with what the page needs of the catalogue, as git has it in the working tree."""
    folder = CACHE / "blocks"
    shutil.rmtree(folder, ignore_errors=True)
    listed = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(_is_catalogue, listed):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def _is_catalogue(name: str) -> bool:
    folder, inside, _ = name.partition("/")
    is_there = folder not in ASIDE if inside else name in FILES
    return is_there and not any(fnmatch.fnmatch(name, pattern) for pattern in APART)


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(path for path in folder.rglob("*") if path.is_file()))


def _compiled(folder: Path) -> list[Path]:
    return [path for path in _files(folder) if path.suffix != ".py"]


def _zip(target: Path, folder: Path, paths: Iterable[Path]) -> None:
    """The same bytes for the same files."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in paths:
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), PACKED)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())


def _packed(folders: Mapping[Path, Iterable[Path]]) -> bytes:
    """Files one after the other behind a line that lists them: path, size, run bit."""
    listed, contents = [], []
    for folder, paths in folders.items():
        for path in paths:
            data = path.read_bytes()
            listed.append([path.relative_to(folder).as_posix(), len(data), int(os.access(path, os.X_OK))])
            contents.append(data)
    return b"".join((json.dumps(listed).encode(), b"\n", *contents))


def _write(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _address() -> str:
    line = next(one for one in (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("\n") if "address =" in one)
    return line.split('"')[1]


def _classes() -> dict[str, str]:
    """Block -> what its proof is to what users get, where its tests say so."""
    cases = {path.parent.name: _yaml(path) for path in sorted(ROOT.glob("components/*/tests.yml"))}
    return {name: str(case["class"]) for name, case in cases.items() if "class" in case}


def _yaml(path: Path) -> dict[str, object]:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


def _version() -> str:
    """As Copier names the version that it renders."""
    return _git("describe", "--tags", "--always").strip()


def _git(*arguments: str) -> str:
    return _run(["git", "-C", str(ROOT), *arguments])


def _program(name: str, remedy: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BuildError(f"{name} was not found; {remedy}")
    return found


def _run(command: list[str], folder: Path | None = None) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise BuildError(f"{Path(command[0]).name} failed: {said[-1] if said else 'without a word'}")
    return done.stdout
