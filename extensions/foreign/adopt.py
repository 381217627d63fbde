"""The Binder configuration that stands in the destination -> plain data, the answer `adopted`.

`copier copy` into a repository that has one already offers to take it in. It is read before anything is written: every
later update renders from that answer (`adoption`), never from the destination; `again` reads what an update names.

- looked at: `binder/`, `.binder/`, every `binder_*/`, and the root where repo2docker would read it, which is where
  there is neither `binder/` nor `.binder/`; always in that order, the root before `binder_*/`
- of the files that lists name with `-r` and `-c`, the text, as `listed` says, under `helpers`
- a directory counts if it has a file that repo2docker acts on (`MERGED` or `NOTED`, but for their companions)
- the files of `MERGED` are kept whole, and the root's pyproject.toml; of R's (`READ`) what tells which packages it is
  to install; those of `NOTED`, and names that look like one of repo2docker's, by name: that they are there is enough
- a text is a list of its lines, split at line feeds, so that it can be read in the answers file; what YAML would not
  give back byte for byte is `{base64: ...}`
- a symbolic link is followed inside the repository, and where it leads is kept; one that leads out of it, or nowhere,
  is an error
- of the root beside the Binder directory that repo2docker reads, what that one hides: its names, under `hidden`
- a destination that Binder Blocks made has nothing to adopt: its answers file says so
"""

from __future__ import annotations

import base64
import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from ..errors import BlocksError
from ..repo2docker import (
    BINDER_DIRS,
    COMPANIONS,
    DESCRIPTION,
    HOOKS,
    INSTALL_R,
    LISTS,
    PACKS,
    RENV_LOCK,
    RUNTIME,
    is_package,
)
from ..similar import meant
from ..text import HIDDEN as UNSEEN
from ..text import decode
from ..yaml_files import Loader
from . import helpers, listed

LATE = "requirements.late.txt"
MERGED = (*LISTS, LATE, RUNTIME, *HOOKS)
# At the root, repo2docker installs the package that it describes, where there is nothing else.
PACKAGE = "pyproject.toml"
NOTED = (
    *(name for names in (*PACKS.values(), COMPANIONS) for name in names if name not in (*MERGED, PACKAGE)),
    RENV_LOCK,
)
# What R is to install; it runs from where it stands, so that its text is for those who ask what that is.
READ = (INSTALL_R, DESCRIPTION, RENV_LOCK)
# What makes a folder a Binder configuration.
COUNTING = tuple(name for name in (*MERGED, *NOTED) if name not in (LATE, *COMPANIONS))
# In the folder of the merged files: what the merged ones take the place of.
REPLACED = ("apt.txt", "environment.yml", LATE, *HOOKS)
ROOT = "."
# Of the root, what a Binder directory hides; pyproject.toml where it describes a package.
HIDDEN = "hidden"
HIDEABLE = (*LISTS, RUNTIME, *HOOKS, "install.R", "setup.py", PACKAGE)
LARGEST = 1_000_000
UNLISTED = re.compile(rf"[\"\\]|{UNSEEN.pattern}")  # Copier takes the entries of a list as they are escaped
# A folder that `adoptable` finds.
NAMED = re.compile(r"\.?binder|\.|binder_[^/]*")

# What a copy that Binder Blocks made has in its answers file, and hardly any other template's.
OURS = ("components", "binder_dir")

Content = list[str] | dict[str, Any]
Adopted = dict[str, dict[str, Content]]


def our_answers(path: Path) -> Mapping[str, Any] | None:
    """The answers in the file at `path`; None where there is none, or not one that Binder Blocks wrote."""
    try:
        return answers_of_ours(path.read_bytes()) if path.is_file() else None
    except OSError:
        return None


def answers_of_ours(data: bytes) -> Mapping[str, Any] | None:
    """The answers in an answers file that Binder Blocks wrote; None in any other."""
    try:
        value = yaml.load(data, Loader=Loader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and all(key in value for key in OURS) else None


def adoptable(destination: Path) -> list[str]:
    """The names of the directories that can be adopted, in order; the root's is `.`.

    Raises `BlocksError` for a name that Copier cannot hold.
    """
    names = [name for name in BINDER_DIRS if (destination / name).is_dir()] or [ROOT]
    names += sorted(path.name for path in destination.glob("binder_*") if path.is_dir())
    distinct = {within(destination, destination / name): name for name in reversed(names)}
    distinct.pop(None, None)
    result = [name for name in names if name in distinct.values() and has_configuration(destination / name)]
    for name in result:
        if UNLISTED.search(name):
            raise BlocksError(f"{name!r}: Copier cannot offer a folder of this name to adopt; rename the folder")
    return result


def refuse(adopted: Any) -> None:
    """Raises `BlocksError` where the answer `adopted`, which an author can edit, holds a name that `read` never gives.

    Files are written beside what was adopted, under these names.
    """
    adopted, _ = helpers.apart(adopted)
    if not isinstance(adopted, Mapping) or not all(isinstance(contents, Mapping) for contents in adopted.values()):
        raise BlocksError("adopted: must be a mapping of directories to their files, as copier copy writes it")
    for name, contents in adopted.items():
        if not isinstance(name, str) or not NAMED.fullmatch(name) or UNLISTED.search(name):
            raise BlocksError(
                f"adopted: {name!r}: is no folder that can be adopted: binder, .binder, ., and those named binder_..."
            )
        for file in contents:
            if not isinstance(file, str) or file in ("", ".", "..") or "/" in file or UNLISTED.search(file):
                raise BlocksError(f"adopted: {name}: {file!r}: is no file of a folder; write it as copier copy does")


def has_configuration(folder: Path) -> bool:
    package = folder / PACKAGE
    if any((folder / name).is_file() for name in COUNTING):
        return True
    return package.is_file() and is_package(decode(package.read_bytes())[0])


def within(destination: Path, path: Path) -> Path | None:
    """Where the path leads, or None where that is out of the repository or nowhere."""
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return real if real.is_relative_to(destination.resolve()) else None


def read(destination: Path, names: Iterable[str]) -> Adopted:
    """What those directories hold, as data for the answers file; what they use of the rest, as `helpers`."""
    return {name: {**_read(destination, name), **_used(destination, name)} for name in names}


def _used(destination: Path, name: str) -> dict[str, Any]:
    """What the scripts and the lists of a directory use of the rest of the repository."""
    lists = listed.of_lists(destination, [posixpath.normpath(posixpath.join(name, file)) for file in (*LISTS, LATE)])
    held = {path: _content(file, path) for path, file in lists.items()}
    held = {**helpers.read(destination, name, _content).get(helpers.KEY, {}), **held}
    return {helpers.KEY: dict(sorted(held.items()))} if held else {}


def _read(destination: Path, name: str) -> dict[str, Content]:
    contents: dict[str, Content] = {}
    for file in (*MERGED, PACKAGE) if name == ROOT else MERGED:
        path, where = destination / name / file, posixpath.normpath(posixpath.join(name, file))
        if path.is_symlink() and within(destination, path) is None:
            raise BlocksError(
                f"{where}: is a symbolic link that leads out of the repository or nowhere; "
                f"put the file itself in its place, or leave '{name}' out of the answer adopt"
            )
        if path.is_file():
            contents[file] = _linked(destination, path, _content(path, where))
    others = sorted(path.name for path in (destination / name).iterdir() if path.is_file())
    known = [file for file in others if is_noted(file)]
    noted = {file: _of_r(destination / name / file) for file in known if file not in contents}
    return {**contents, **noted, **_hidden(destination, name)}


def _of_r(path: Path) -> Content:
    """The text of one of `READ` that can be read as it is, of a lock file the names alone; else nothing."""
    if path.name not in READ or path.is_symlink() or path.stat().st_size > LARGEST:
        return []
    if path.name == RENV_LOCK:
        try:
            packages = json.loads(path.read_bytes())["Packages"]
            return [json.dumps({"Packages": {name: {} for name in sorted(packages)}}, ensure_ascii=True)]
        except (ValueError, KeyError, TypeError, OSError, RecursionError):
            return []
    content = _content(path, path.name)
    return content if isinstance(content, list) else []


def is_noted(file: str) -> bool:
    """Whether it matters that a file of this name is there."""
    return file in NOTED or meant(file) != file


def _linked(destination: Path, path: Path, content: Content) -> Content:
    """With where a link leads to, from the root."""
    real = within(destination, path)
    if not path.is_symlink() or real is None:
        return content
    data = content if isinstance(content, dict) else {"lines": content}
    return {**data, "link": real.relative_to(destination.resolve()).as_posix()}


def _hidden(destination: Path, name: str) -> dict[str, Content]:
    """What the Binder directory hides at the root."""
    if next((folder for folder in BINDER_DIRS if (destination / folder).is_dir()), "") != name:
        return {}
    linked = {within(destination, path) for file in MERGED if (path := destination / name / file).is_symlink()}
    there = [file for file in HIDEABLE if (destination / file).is_file()]
    there = [file for file in there if within(destination, destination / file) not in linked]
    if PACKAGE in there and not is_package(decode((destination / PACKAGE).read_bytes())[0]):
        there.remove(PACKAGE)
    return {HIDDEN: there} if there else {}


def _content(path: Path, where: str) -> Content:
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
