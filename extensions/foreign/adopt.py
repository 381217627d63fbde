"""The Binder configuration that stands in the destination of a first copy -> plain data -> `Directory`.

`copier copy` into a repository that has one already offers to take it in. It is read once, into the answer `adopted`,
before anything is written: every later update renders from that answer, never from the destination.

- looked at: `binder/`, `.binder/`, every `binder_*/`, and the root where repo2docker would read it, which is where
  there is neither `binder/` nor `.binder/`; always in that order, the root before `binder_*/`
- a directory counts if it has a file that repo2docker acts on (`MERGED` or `NOTED`)
- the files of `MERGED` are kept whole, and the root's pyproject.toml; those of `NOTED`, and names that look like one
  of repo2docker's, by name: all that matters is that they are there
- a text is a list of its lines, split at line feeds, so that it can be read in the answers file; what YAML would not
  give back byte for byte is `{base64: ...}`
- a symbolic link is followed inside the repository; one that leads out of it, or nowhere, is an error
- a destination that Binder Blocks made has nothing to adopt: its answers file says so
"""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from ..catalogue.manifest import Loader
from ..errors import BlocksError
from ..findings.packs import SIMILAR
from ..model import Finding
from .directory import Blob, Directory, decode, environment_name

MERGED = (
    *("apt.txt", "environment.yml", "environment.yaml", "requirements.txt", "requirements.late.txt"),
    *("runtime.txt", "postBuild", "start"),
)
NOTED = (
    *("Dockerfile", "install.R", "DESCRIPTION", "Project.toml", "JuliaProject.toml", "REQUIRE"),
    *("Pipfile", "Pipfile.lock", "default.nix", "requirements3.txt", "setup.py", "Manifest.toml"),
    *("JuliaManifest.toml", "conda-lock.yml", "conda-lock.yaml", "conda-linux-64.lock"),
)
# Of no use to repo2docker alone: they do not make a folder a Binder configuration.
COMPANIONS = frozenset(
    (
        *("requirements.late.txt", "DESCRIPTION", "requirements3.txt", "Manifest.toml", "JuliaManifest.toml"),
        *("conda-lock.yml", "conda-lock.yaml", "conda-linux-64.lock"),
    )
)
# At the root, repo2docker installs the package that it describes, where there is nothing else.
PACKAGE = "pyproject.toml"
PACKAGE_TABLES = (r"^\[project\]", r"^\[build-system\]")
SCRIPTS = ("postBuild", "start")
# In the folder of the merged files: what the merged ones take the place of.
TAKEN = ("apt.txt", "environment.yml", "requirements.late.txt", *SCRIPTS)
ROOT = "."
BINDER_DIRS = ("binder", ".binder")
LARGEST = 1_000_000
UNLISTED = re.compile(r"[\"\\\x00-\x1f\x7f]")  # Copier takes the entries of a list as they are escaped

# What a copy that Binder Blocks made has in its answers file, and hardly any other template's.
OURS = ("components", "binder_dir")

Held = list[str] | dict[str, str]
Adopted = dict[str, dict[str, Held]]


def our_answers(path: Path) -> Mapping[str, Any] | None:
    """The answers in the file at `path`; None where there is none, or not one that Binder Blocks wrote."""
    try:
        return answers_of_ours(path.read_bytes())
    except OSError:
        return None


def answers_of_ours(data: bytes) -> Mapping[str, Any] | None:
    """The answers in an answers file that Binder Blocks wrote; None in any other."""
    try:
        value = yaml.load(data, Loader=Loader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    return value if isinstance(value, dict) and all(key in value for key in OURS) else None


def found(destination: Path) -> list[str]:
    """The names of the directories that can be adopted, in order; the root's is `.`.

    Raises `BlocksError` for a name that Copier cannot hold.
    """
    names = [name for name in BINDER_DIRS if (destination / name).is_dir()] or [ROOT]
    names += sorted(path.name for path in destination.glob("binder_*") if path.is_dir())
    distinct = {_within(destination, destination / name): name for name in reversed(names)}
    distinct.pop(None, None)
    result = [name for name in names if name in distinct.values() and _has_configuration(destination / name)]
    for name in result:
        if UNLISTED.search(name):
            raise BlocksError(f"{name!r}: Copier cannot offer a folder of this name to adopt; rename the folder")
    return result


def _has_configuration(folder: Path) -> bool:
    counting = (name for name in (*MERGED, *NOTED) if name not in COMPANIONS)
    return any((folder / name).is_file() for name in counting) or _is_package(folder / PACKAGE)


def _is_package(path: Path) -> bool:
    if not path.is_file():
        return False
    text, _ = decode(path.read_bytes())
    return all(re.search(table, text, flags=re.MULTILINE) for table in PACKAGE_TABLES)


def _within(destination: Path, path: Path) -> Path | None:
    """Where the path leads, or None where that is out of the repository or nowhere."""
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return real if real.is_relative_to(destination.resolve()) else None


def read(destination: Path, names: Iterable[str]) -> Adopted:
    """What those directories hold, as data for the answers file."""
    return {name: _read(destination, name) for name in names}


def _read(destination: Path, name: str) -> dict[str, Held]:
    held: dict[str, Held] = {}
    for file in (*MERGED, PACKAGE) if name == ROOT else MERGED:
        path = destination / name / file
        if path.is_symlink() and _within(destination, path) is None:
            raise BlocksError(
                f"{_path(name, file)}: is a symbolic link that leads out of the repository or nowhere; "
                f"put the file itself in its place, or leave '{name}' out of the answer adopt"
            )
        if path.is_file():
            held[file] = _held(path, _path(name, file))
    there = sorted(path.name for path in (destination / name).iterdir() if path.is_file() and path.name not in held)
    return {**held, **{file: [] for file in there if file in NOTED or file.lower() in SIMILAR}}


def _held(path: Path, where: str) -> Held:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BlocksError(f"{where}: cannot be read: {error.strerror}; make it readable and copy again") from error
    if len(data) > LARGEST:
        raise BlocksError(f"{where}: is {len(data)} bytes, and not more than {LARGEST} can be adopted; make it smaller")
    try:
        lines = data.decode().split("\n")
    except UnicodeDecodeError:
        lines = None
    # as the answers file is written
    if lines is None or yaml.safe_load(yaml.dump(lines, allow_unicode=True, default_flow_style=False)) != lines:
        return {"base64": base64.b64encode(data).decode()}
    return lines


def _bytes(held: Any) -> bytes:
    if isinstance(held, list) and all(isinstance(line, str) for line in held):
        return "\n".join(held).encode()
    if isinstance(held, dict) and list(held) == ["base64"]:
        return base64.b64decode(held["base64"], validate=True)
    raise ValueError


def _path(name: str, file: str) -> str:
    return posixpath.normpath(posixpath.join(name, file))


def files(adopted: Any) -> dict[str, bytes]:
    """Every file that was read, by its path in the repository; those known by name alone are not among them."""
    return {
        directory.path(file): directory.tree[directory.path(file)].data
        for directory in directories(adopted)
        for file in MERGED
        if directory.has(file)
    }


def directories(adopted: Any) -> list[Directory]:
    """The answer `adopted` as directories, in the order of `found`, whatever the order in the answers file."""
    adopted = adopted or {}
    if not isinstance(adopted, Mapping) or not all(isinstance(held, Mapping) for held in adopted.values()):
        raise BlocksError("adopted: must be a mapping of directories to their files, as copier copy writes it")
    result: list[Directory] = []
    for name in sorted(map(str, adopted), key=_rank):
        folder = "" if name == ROOT else name
        tree = {}
        for file, held in adopted[name].items():
            try:
                tree[posixpath.join(folder, file)] = Blob(_bytes(held), file in SCRIPTS)
            except (ValueError, TypeError, binascii.Error) as error:
                raise BlocksError(f"adopted: {name}/{file}: must be a list of lines, or base64: and text") from error
        slug = _unique(_slug(name), [directory.slug for directory in result])
        result.append(Directory("root" if name == ROOT else name, slug, "", folder, "", tree))
    return result


def _rank(name: str) -> tuple[int, str]:
    order = (*BINDER_DIRS, ROOT)
    return (order.index(name) if name in order else len(order), name)


def _slug(name: str) -> str:
    plain = "root" if name == ROOT else re.sub(r"[^A-Za-z0-9_-]+", "-", name.replace(".", "dot-", name.startswith(".")))
    return f"adopted-{plain}"


def _unique(slug: str, taken: list[str]) -> str:
    number = 2
    result = slug
    while result in taken:
        result, number = f"{slug}-{number}", number + 1
    return result


def binder_dir(adopted: Any) -> str:
    """The default of the question: where the adopted files are, `binder` rather than `.binder`."""
    return next((name for name in BINDER_DIRS if name in (adopted or {})), BINDER_DIRS[0])


def python_version(adopted: Any, versions: Iterable[str], otherwise: str) -> str:
    """The default of the question: of `versions`, the one that the adopted directories run on."""
    for directory in directories(adopted):
        wanted = _python(directory)
        fitting = [version for version in versions if wanted is not None and f"{version}.9999" in wanted]
        if fitting:
            return otherwise if otherwise in fitting else fitting[-1]
    return otherwise


def _python(directory: Directory) -> SpecifierSet | None:
    """What it asks of Python, in environment.yml or else, as repo2docker reads it, in runtime.txt."""
    name = environment_name(directory)
    if directory.has(name):
        wanted = _python_of_environment(decode(directory.tree[directory.path(name)].data)[0])
    elif directory.has("runtime.txt"):
        wanted = decode(directory.tree[directory.path("runtime.txt")].data)[0].strip().replace("python-", "=", 1)
    else:
        return None
    try:
        exact = re.fullmatch(r"\s*=+\s*(\d+\.\d+)[\d.*]*(=.*)?", wanted)
        return SpecifierSet(f"=={exact[1]}.*" if exact else wanted) if wanted.strip() else None
    except InvalidSpecifier:
        return None


def _python_of_environment(text: str) -> str:
    try:
        environment = yaml.load(text, Loader=Loader)  # noqa: S506
        dependencies = environment.get("dependencies") or []
    except (yaml.YAMLError, AttributeError, ValueError):
        return ""  # the merger names file and line
    for item in dependencies if isinstance(dependencies, list) else []:
        match = re.match(r"\s*(?:[\w.-]+::)?python(?![\w.-])(.*)", item) if isinstance(item, str) else None
        if match:
            return match[1]
    return ""


def findings(directories: Iterable[Directory], binder_dir: str) -> list[Finding]:
    """What remains of what was merged, for the author to remove: nothing of the author's is deleted."""
    result = []
    for directory in directories:
        if directory.folder in BINDER_DIRS and directory.folder != binder_dir:
            reason = f"was merged into {binder_dir}, and repo2docker refuses a repository that has both"
            remedy = f"move the files that its scripts need, then remove it: git rm -r {directory.folder}"
            result.append(Finding("BB606", directory.label, directory.folder, 0, "", reason, remedy))
            continue
        taken = TAKEN if directory.folder == binder_dir else ()
        for name in (name for name in MERGED if directory.has(name) and name not in taken):
            reason = "was merged, and repo2docker does not read it from here"
            remedy = f"make later changes in {binder_dir}; remove it if nothing else needs it"
            result.append(Finding("BB607", directory.label, directory.path(name), 0, "", reason, remedy))
    return result
