"""Folders on disk -> `Component` and `Output`, the two kinds of unit; a `Catalogue` is all of both.

A unit is a folder with a manifest and native files: under `components/` with `component.yml`, under `outputs/` with
`output.yml`. The presence of a file is its declaration: the manifest describes, it never lists files.

Keys of both manifests, the first two required:

    title, summary             text
    requires, after, conflicts lists of names of the same kind

Keys of a component (`category` required):

    category                   one of `CATEGORIES`; a helper is not offered, and comes where another requires it
    formerly                   the names that it had in earlier releases; who asks for one of them gets it
    retired                    what to use instead; it still works where it was chosen, and is no longer offered first
    course                     true where it speaks for the course: its entries come first in a clash
    memory                     MB (10^6 bytes) at rest
    cpu                        seconds of processor time that a start takes, rounded up
    java                       {least: 11, most: 17}, the Java versions that it runs on, either or both
    ports                      {label: TCP port on loopback}, or {label: {port: 5432, reachable: true}} where programs
                               outside the container may want it
    env                        {NAME: shell text for inside double quotes; `$NAME` is expanded}
    provides                   {interface: text, number or mapping}, what others find it by: see `provided.py`

Keys of an output; a condition is a Jinja expression over the answers:

    brings                     {component: the condition under which it comes along}
    files                      {path below files/: the condition under which it is written}; a path may end in /**
    branch                     the branch that Binder builds, where that is not the one with the notebooks
    keeps                      the file by which the services' data are kept, whatever the answer `keep_data` says
    build                      {apt, copy, builder, starter, options: a Jinja template}, see `outputs.Build`
    renews                     {answer: the answer by whose change it has to be given anew}
    was                        the condition, over the answers of a repository from before there were outputs, under
                               which it had this one
    formerly                   {answer: its name then}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar

from .. import git
from ..errors import BlocksError
from ..text import read_text
from ..yaml_files import parse_yaml

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
# What a double-quoted shell word would run or end: command substitution, escapes, the closing quote.
UNSAFE = re.compile(r'[`"\\\n]|\$\(')
# Key -> what people see, in the order in which they are offered.
CATEGORIES = {
    "stacks": "Stacks",
    "databases": "Databases",
    "database-tools": "Database tools",
    "messaging": "Messaging",
    "compute": "Compute",
    "applications": "Applications",
    "editors": "Editors and desktop",
    "languages": "Languages",
    "teaching": "Authoring and teaching",
    "subjects": "Subjects",
    "course": "The course's own",
    "helpers": "Helpers",
}
HELPERS = "helpers"


class Java(NamedTuple):
    """Major versions, both included; 0 is no bound."""

    least: int = 0
    most: int = 0


ANY_JAVA = Java()


@dataclass(frozen=True)
class Unit:
    """What components and outputs have in common. `folder` is absolute; all other paths are relative to it."""

    name: str
    folder: Path
    title: str
    summary: str
    requires: tuple[str, ...] = field(default=(), kw_only=True)
    after: tuple[str, ...] = field(default=(), kw_only=True)
    conflicts: tuple[str, ...] = field(default=(), kw_only=True)

    SHELF: ClassVar[str]
    MANIFEST: ClassVar[str]

    @property
    def prefix(self) -> str:
        """What the names of this unit's questions start with."""
        return self.name.replace("-", "_") + "_"

    @property
    def former_names(self) -> tuple[str, ...]:
        return ()

    def where(self, file: str = "") -> str:
        """A file of the unit, or its folder, as messages name it."""
        return f"{self.SHELF}/{self.name}/{file}".rstrip("/")

    def files(self) -> list[str]:
        """Relative POSIX paths of the files in the folder, sorted; the caches that tools leave are not among them."""
        paths = (path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        return sorted(
            path.as_posix()
            for path in paths
            if (path.parts[0] == "files" or path.parts[0][0] != ".") and "__pycache__" not in path.parts
        )


@dataclass(frozen=True)
class Component(Unit):
    """One building block: what a student can use inside the session. `reachable` are labels of ports."""

    category: str
    formerly: tuple[str, ...] = ()
    retired: str = ""
    course: bool = False
    memory: int = 0
    cpu: int = 0
    java: Java = ANY_JAVA
    ports: Mapping[str, int] = field(default_factory=dict)
    reachable: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    provides: Mapping[str, Any] = field(default_factory=dict)

    SHELF: ClassVar[str] = "components"
    MANIFEST: ClassVar[str] = "component.yml"

    @property
    def former_names(self) -> tuple[str, ...]:
        return self.formerly


@dataclass(frozen=True)
class Output(Unit):
    """One way of a finished course to people, or of news to the repository."""

    brings: Mapping[str, str] = field(default_factory=dict)
    placed: Mapping[str, str] = field(default_factory=dict)
    branch: str = ""
    keeps: str = ""
    build: Mapping[str, str] = field(default_factory=dict)
    renews: Mapping[str, str] = field(default_factory=dict)
    was: str = ""
    formerly: Mapping[str, str] = field(default_factory=dict)

    SHELF: ClassVar[str] = "outputs"
    MANIFEST: ClassVar[str] = "output.yml"


@dataclass(frozen=True)
class Catalogue:
    """`root` is absolute; units are by name, in name order."""

    root: Path
    components: Mapping[str, Component]
    outputs: Mapping[str, Output]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and NAME.fullmatch(name) for name in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_category(value: Any) -> bool:
    return isinstance(value, str) and value in CATEGORIES


def _is_java(value: Any) -> bool:
    if not isinstance(value, dict) or not value or not value.keys() <= {*Java._fields}:
        return False
    return all(_is_number(version) and version for version in value.values()) and _is_range(Java(**value))


def _is_range(java: Java) -> bool:
    return not java.most or java.least <= java.most


def _is_ports(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(label, str) and _is_port(port) for label, port in value.items())


def _is_port(value: Any) -> bool:
    number, is_reachable = _port(value)
    return _is_number(number) and 0 < number < 65536 and _is_flag(is_reachable)


def _port(value: Any) -> tuple[Any, Any]:
    """Number and `reachable` of a port in either form."""
    if isinstance(value, dict) and value.keys() <= {"port", "reachable"}:
        return value.get("port"), value.get("reachable", False)
    return value, False


def _is_env(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and VARIABLE.fullmatch(name) and isinstance(text, str) and not UNSAFE.search(text)
        for name, text in value.items()
    )


def _is_provides(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and NAME.fullmatch(name) and _is_provided(one) for name, one in value.items()
    )


def _is_provided(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value) and all(isinstance(key, str) and _is_provided(one) for key, one in value.items())
    return _is_number(value) or (_is_text(value) and not UNSAFE.search(value))


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for item in value.items() for text in item)


def _is_build(value: Any) -> bool:
    return _is_mapping(value) and value.keys() <= BUILD


BUILD = {"apt", "copy", "builder", "starter", "options"}
NAMES = (_is_names, "a list of names")
CONDITIONS = (_is_mapping, "a mapping of names to expressions")

Key = tuple[Callable[[Any], bool], str]
COMMON: Mapping[str, Key] = {
    "title": (_is_text, "one line of text"),
    "summary": (_is_text, "one line of text"),
    "requires": NAMES,
    "after": NAMES,
    "conflicts": NAMES,
}
KEYS: Mapping[type[Unit], Mapping[str, Key]] = {
    Component: {
        **COMMON,
        "category": (_is_category, f"one of {', '.join(CATEGORIES)}"),
        "formerly": NAMES,
        "retired": (_is_text, "one line of text, such as 'use redis instead'"),
        "course": (_is_flag, "true or false"),
        "memory": (_is_number, "a whole number of MB"),
        "cpu": (_is_number, "a whole number of seconds of processor time"),
        "java": (_is_java, "a mapping with a lowest and a highest major version, such as {least: 11, most: 17}"),
        "ports": (_is_ports, "a mapping of labels to port numbers, or to {port: NUMBER, reachable: true}"),
        "env": (_is_env, 'a mapping of NAMES to text without backslash, backtick, double quote or "$("'),
        "provides": (_is_provides, "a mapping of interfaces to text, numbers or mappings, written as in 'env'"),
    },
    Output: {
        **COMMON,
        "brings": CONDITIONS,
        "files": CONDITIONS,
        "branch": (_is_text, "the name of a branch"),
        "keeps": (_is_text, "the name of a file"),
        "build": (_is_build, f"a mapping with any of {', '.join(sorted(BUILD))}"),
        "renews": (_is_mapping, "a mapping of answers to answers"),
        "was": (_is_text, "an expression"),
        "formerly": (_is_mapping, "a mapping of answers to their former names"),
    },
}
REQUIRED: Mapping[type[Unit], tuple[str, ...]] = {
    Component: ("title", "summary", "category"),
    Output: ("title", "summary"),
}
# `files` of a unit are those that there are.
FIELDS = {"files": "placed"}


def _key_line(text: str, key: str) -> int:
    match = re.search(rf"^{re.escape(key)}\s*:", text, flags=re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 1


U = TypeVar("U", bound=Unit)


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
        ports = {label: _port(port) for label, port in values["ports"].items()}
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


def current_names(units: Mapping[str, Unit]) -> dict[str, str]:
    """Former name -> name."""
    return {name: unit.name for unit in units.values() for name in unit.former_names}


def is_draft(root: Path) -> bool:
    """Whether Copier has put uncommitted changes into a commit of its own, which a later update cannot find."""
    try:
        commit = git.run("cat-file", "commit", "HEAD", folder=root)
    except git.GitError:
        return False
    return commit.partition(b"\n\n")[2].startswith(b"Copier automated commit for draft changes")
