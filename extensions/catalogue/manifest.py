"""Components on disk -> `Component`.

A component is a folder under `components/` with a manifest, `component.yml`, and native Binder files.
The presence of a file is its declaration: the manifest describes, it never lists files.

Manifest keys (all but the first three optional):

    title, summary, category   text
    requires, after, conflicts lists of component names
    formerly                   the names that it had in earlier releases; who asks for one of them gets it
    retired                    what to use instead; it still works where it was chosen, and is no longer offered first
    course                     true where it speaks for the course: its entries come first in a clash
    memory                     MB (10^6 bytes) at rest
    cpu                        seconds of processor time that a start takes, rounded up
    java                       lowest Java major version it runs on
    ports                      {label: TCP port on loopback}
    env                        {NAME: shell text for inside double quotes; `$NAME` is expanded}
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ..errors import BlocksError

# The C parser where PyYAML has it: ten times faster, and as safe.
Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
# What a double-quoted shell word would run or end: command substitution, escapes, the closing quote.
UNSAFE = re.compile(r'[`"\\\n]|\$\(')


@dataclass(frozen=True)
class Component:
    """One building block. `folder` is absolute; all other paths are relative to it."""

    name: str
    folder: Path
    title: str
    summary: str
    category: str
    requires: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()
    retired: str = ""
    course: bool = False
    memory: int = 0
    cpu: int = 0
    java: int = 0
    ports: Mapping[str, int] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """What the names of this component's questions start with."""
        return self.name.replace("-", "_") + "_"

    def files(self) -> list[str]:
        """Relative POSIX paths of the files in the folder, sorted; the caches that tools leave are not among them."""
        paths = (path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.as_posix() for path in paths if path.parts[0][0] != "." and "__pycache__" not in path.parts)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and NAME.fullmatch(name) for name in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_ports(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(label, str) and _is_number(port) and 0 < port < 65536 for label, port in value.items()
    )


def _is_env(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and VARIABLE.fullmatch(name) and isinstance(text, str) and not UNSAFE.search(text)
        for name, text in value.items()
    )


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


KEYS = {
    "title": (_is_text, "one line of text"),
    "summary": (_is_text, "one line of text"),
    "category": (_is_text, "one line of text"),
    "requires": (_is_names, "a list of component names"),
    "after": (_is_names, "a list of component names"),
    "conflicts": (_is_names, "a list of component names"),
    "formerly": (_is_names, "a list of component names"),
    "retired": (_is_text, "one line of text, such as 'use redis instead'"),
    "course": (_is_flag, "true or false"),
    "memory": (_is_number, "a whole number of MB"),
    "cpu": (_is_number, "a whole number of seconds of processor time"),
    "java": (_is_number, "a Java major version"),
    "ports": (_is_ports, "a mapping of labels to port numbers"),
    "env": (_is_env, 'a mapping of NAMES to text without backslash, backtick, double quote or "$("'),
}
REQUIRED = ("title", "summary", "category")


def parse_yaml(text: str, where: str) -> Any:
    """The YAML value of `text`; a mistake becomes a `BlocksError` that names `where` and the line."""
    try:
        return yaml.load(text, Loader=Loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise yaml_error(error, where) from error


def yaml_error(error: yaml.YAMLError, where: str) -> BlocksError:
    """The parser's error for a user."""
    return BlocksError(f"{where}{_line(error)}: not valid YAML: {_problem(error)}")


def _line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}" if mark else ""


def _problem(error: yaml.YAMLError) -> str:
    return getattr(error, "problem", None) or " ".join(str(error).split())


def read_text(path: Path, where: str) -> str:
    """The file's text, byte order mark dropped; raises `BlocksError` where it is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BlocksError(f"{where}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise BlocksError(f"{where}: cannot be read: {error.strerror}") from error


def _key_line(text: str, key: str) -> int:
    match = re.search(rf"^{re.escape(key)}\s*:", text, flags=re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 1


def read_component(folder: Path) -> Component:
    """The component in `folder`; raises `BlocksError` naming folder, line and key."""
    where = f"components/{folder.name}/component.yml"
    if not NAME.fullmatch(folder.name):
        raise BlocksError(f"components/{folder.name}: a component's folder is named like 'my-service'")
    text = read_text(folder / "component.yml", where)
    manifest = parse_yaml(text, where)
    if not isinstance(manifest, dict):
        raise BlocksError(f"{where}:1: must be a mapping with title, summary and category")
    for key in REQUIRED:
        if key not in manifest:
            raise BlocksError(f"{where}: key '{key}' is missing; add {KEYS[key][1]}")
    for key, value in manifest.items():
        if key not in KEYS:
            raise BlocksError(f"{where}:{_key_line(text, str(key))}: unknown key '{key}'; known: {', '.join(KEYS)}")
        valid, wanted = KEYS[key]
        if not valid(value):
            raise BlocksError(f"{where}:{_key_line(text, key)}: '{key}' must be {wanted}")
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in manifest.items()
    }
    return Component(name=folder.name, folder=folder, **values)


def read_catalogue(root: Path) -> dict[str, Component]:
    """Every component under `root`/components, by name, in name order."""
    folders = sorted(path for path in (root / "components").iterdir() if path.is_dir())
    catalogue = {folder.name: read_component(folder) for folder in folders if not folder.name.startswith(".")}
    _refuse_reused_names(catalogue.values())
    return catalogue


def _refuse_reused_names(components: Iterable[Component]) -> None:
    owners: dict[str, str] = {}
    for component in components:
        for name in (component.name, *component.formerly):
            if name in owners:
                raise BlocksError(
                    f"components/{component.name}/component.yml: the name '{name}' is or was that of '{owners[name]}'; "
                    "a name is never used again: choose another"
                )
            owners[name] = component.name


def current_names(catalogue: Mapping[str, Component]) -> dict[str, str]:
    """Former name -> name."""
    return {name: component.name for component in catalogue.values() for name in component.formerly}


def is_draft(root: Path) -> bool:
    """Whether Copier has put uncommitted changes into a commit of its own, which a later update cannot find."""
    command = ["git", "-C", str(root), "log", "-1", "--format=%s"]
    said = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    return said.startswith("Copier automated commit for draft changes")
