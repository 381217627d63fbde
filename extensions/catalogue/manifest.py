"""Folders on disk -> `Component`, `Output` and `Catalogue`.

A unit is a folder with a manifest and native files: under `components/` with `component.yml`, under `outputs/` with
`output.yml`. The presence of a file is its declaration: the manifest describes, it never lists files.
The keys are in `keys`; a wrong one is an error that names file, line and key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from .. import git
from ..errors import BlocksError
from ..text import read_text
from ..yaml_files import parse_yaml
from .keys import FIELDS, KEYS, NAME, REQUIRED, port_of
from .units import Catalogue, Component, Java, Output, Unit

U = TypeVar("U", bound=Unit)


def _key_line(text: str, key: str) -> int:
    match = re.search(rf"^{re.escape(key)}\s*:", text, flags=re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 1


def read_unit(kind: type[U], folder: Path) -> U:
    """The unit in `folder`; raises `BlocksError` naming folder, line and key."""
    where, keys = f"{kind.SHELF}/{folder.name}/{kind.MANIFEST}", KEYS[kind]
    if not NAME.fullmatch(folder.name):
        raise BlocksError(f"{kind.SHELF}/{folder.name}: a folder here is named like 'my-service'; rename it")
    text = read_text(folder / kind.MANIFEST, where)
    manifest = parse_yaml(text, where)
    if not isinstance(manifest, dict):
        raise BlocksError(f"{where}:1: must be a mapping with {', '.join(REQUIRED[kind])}")
    for key in REQUIRED[kind]:
        if key not in manifest:
            raise BlocksError(f"{where}: key '{key}' is missing; add {keys[key][1]}")
    for key, value in manifest.items():
        if key not in keys:
            raise BlocksError(f"{where}:{_key_line(text, str(key))}: unknown key '{key}'; known: {', '.join(keys)}")
        valid, wanted = keys[key]
        if not valid(value):
            raise BlocksError(f"{where}:{_key_line(text, key)}: '{key}' must be {wanted}")
    values: dict[str, Any] = {
        str(FIELDS.get(key, key)): tuple(value) if isinstance(value, list) else value for key, value in manifest.items()
    }
    if "java" in values:
        values["java"] = Java(**values["java"])
    if "ports" in values:
        ports = {label: port_of(port) for label, port in values["ports"].items()}
        values["ports"] = {label: number for label, (number, _) in ports.items()}
        values["reachable"] = tuple(label for label, (_, is_reachable) in ports.items() if is_reachable)
    return kind(name=folder.name, folder=folder, **values)


def read_components(root: Path) -> dict[str, Component]:
    """Every component under `root`/components, by name, in name order."""
    return read_units(Component, root)


def read_catalogue(root: Path) -> Catalogue:
    """All components and outputs under `root`; none has the name of another, since answers are named after them."""
    components, outputs = read_components(root), read_units(Output, root)
    _refuse_reused_names([*outputs.values(), *components.values()])
    return Catalogue(root, components, outputs)


def read_units(kind: type[U], root: Path) -> dict[str, U]:
    """Every unit of a kind under `root`, by name, in name order."""
    shelf = root / kind.SHELF
    folders = sorted(path for path in shelf.iterdir() if path.is_dir()) if shelf.is_dir() else []
    units = {folder.name: read_unit(kind, folder) for folder in folders if folder.name[0] not in "._"}
    _refuse_reused_names(units.values())
    return units


def _refuse_reused_names(units: Iterable[Unit]) -> None:
    owners: dict[str, str] = {}
    for unit in units:
        for name in (unit.name, *unit.former_names):
            if name in owners:
                raise BlocksError(
                    f"{unit.where(unit.MANIFEST)}: the name '{name}' is or was that of '{owners[name]}'; "
                    "a name is never used again: choose another"
                )
            owners[name] = unit.name


def is_draft(root: Path) -> bool:
    """Whether Copier has put uncommitted changes into a commit of its own, which a later update cannot find."""
    try:
        commit = git.run("cat-file", "commit", "HEAD", folder=root)
    except git.GitError:
        return False
    return commit.partition(b"\n\n")[2].startswith(b"Copier automated commit for draft changes")
