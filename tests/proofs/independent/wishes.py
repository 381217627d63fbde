"""What a Binder directory asks for, and what a merged one has: read without the project's own code.

Binder folder   `binder/`, else `.binder/`, else the root, as repo2docker chooses
text            what its byte order mark says, else UTF-8, else Windows-1252
apt.txt         the words before `#`, without what people put around a name; of a command of apt's what it installs, of
                any other nothing but that somebody has to be told
environment.yml PyYAML's parser; a key that stands twice counts twice, tabs are eight columns' worth of trouble and
                become spaces; anchors, aliases and `<<` as YAML has them
runtime.txt     the whole file, `python-3.8` or `r-4.1-2022-01-01`
requirements    a line continues behind a backslash; a comment starts the line or follows white space
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

LISTS = ("apt.txt", "environment.yml", "environment.yaml", "requirements.txt")
SCRIPTS = ("postBuild", "start")
LARGEST = 1_000_000
# Keys that a merged environment cannot have from others: the course's name, somebody's own folder.
OWN_KEYS = ("name", "prefix")


class Unreadable(Exception):  # noqa: N818
    """A file that nobody could read."""


@dataclass(frozen=True)
class Repository:
    """`tree`: every file's bytes by its path; `folder` is "" for the root."""

    label: str
    tree: Mapping[str, bytes]
    folder: str

    def path(self, name: str) -> str:
        return f"{self.folder}/{name}" if self.folder else name


class Wish(NamedTuple):
    """`kind` is apt, command, channel, conda, pip, runtime, variable, key or odd; `name` of a variable or a key."""

    kind: str
    text: str
    file: str
    line: int
    name: str = ""


class Text(str):
    """A YAML scalar that knows its line."""

    line: int

    def __new__(cls, value: str, line: int) -> Text:
        self = super().__new__(cls, value)
        self.line = line
        return self


def load(folder: Path, elsewhere: bool = True) -> list[Repository]:
    """The repository in a folder; where it has its lists `elsewhere`, one for each folder that has some."""
    root = folder.resolve()
    files = (path for path in sorted(folder.rglob("*")) if ".git" not in path.parts and path.is_file())
    inside = (path for path in files if path.resolve().is_relative_to(root) and path.stat().st_size <= LARGEST)
    tree = {path.relative_to(folder).as_posix(): path.read_bytes() for path in inside}
    first = {path.split("/")[0] for path in tree if "/" in path}
    chosen = next((name for name in ("binder", ".binder") if name in first), "")
    repository = Repository(folder.name, tree, chosen)
    if any(repository.path(name) in tree for name in (*LISTS, *SCRIPTS)):
        return [repository]
    others = elsewhere and sorted({path.rpartition("/")[0] for path in tree if path.rpartition("/")[2] in LISTS})
    return [Repository(f"{folder.name}/{other}", tree, other) for other in others or ()]


def decode(data: bytes) -> str:
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def wishes(repository: Repository) -> list[Wish]:
    """Everything its list files ask for."""
    found: list[Wish] = []
    environment = "environment.yml" if repository.path("environment.yml") in repository.tree else "environment.yaml"
    for name, read in (("apt.txt", apt), (environment, conda), ("requirements.txt", pip)):
        path = repository.path(name)
        if path in repository.tree:
            found += read(decode(repository.tree[path]), path)
    runtime = decode(repository.tree.get(repository.path("runtime.txt"), b"")).strip()
    return [*found, *([Wish("runtime", runtime, repository.path("runtime.txt"), 1)] if runtime else [])]


COMMAND = re.compile(r"(?:^|\s|/)(?:apt-get|apt|aptitude)\s+(?:-\S+\s+)*(?P<verb>[a-z-]+)(?P<rest>[^&|;]*)")
VERBS = ("install", "update", "upgrade", "remove", "purge", "clean", "autoremove", "build-dep", "dist-upgrade")
# Of apt-get: options with a value behind them.
VALUED = re.compile(r"\s-[toc]\s+\S+")


def apt(text: str, file: str) -> Iterator[Wish]:
    for number, line in enumerate(text.splitlines(), start=1):
        plain = line.partition("#")[0].strip()
        commands = [match for match in COMMAND.finditer(plain) if match["verb"] in VERBS]
        if commands:
            yield Wish("command", plain, file, number)
        installed = " ".join(VALUED.sub("", match["rest"]) for match in commands if match["verb"] == "install")
        for word in (installed if commands else plain).split():
            bare = word.strip("\"',;\\").lower() if len(word) > 1 else word
            if bare not in ("", "-", "*") and not (commands and bare.startswith("-")):
                yield Wish("apt", bare, file, number)


def pip(text: str, file: str) -> Iterator[Wish]:
    pending, first = "", 0
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        first = first if pending else number
        pending += line.rstrip()
        if pending.endswith("\\"):
            pending = pending[:-1] + " "
            continue
        requirement = uncommented(pending)
        if requirement:
            yield Wish("pip", requirement, file, first)
        pending = ""


def uncommented(line: str) -> str:
    return " ".join(re.split(r"(?:^|\s)#", line, maxsplit=1)[0].split())


def conda(text: str, file: str, loader: Any = yaml.SafeLoader) -> Iterator[Wish]:
    for key, value in pairs(parse(text, file, loader)):
        if key == "channels":
            yield from (Wish("channel", flat(one), file, one.line) for one in items(value) if isinstance(one, Text))
        elif key == "dependencies":
            for item in items(value):
                yield from _dependency(item, file, key.line)
        elif key == "variables":
            yield from (Wish("variable", str(text), file, name.line, str(name)) for name, text in pairs(value))
        elif key not in OWN_KEYS:
            yield Wish("key", repr(_shown(value)), file, key.line, str(key))


def _dependency(item: Any, file: str, line: int) -> Iterator[Wish]:
    if isinstance(item, Text):
        yield Wish("conda", flat(item), file, item.line)
    elif isinstance(item, list) and all(isinstance(one, tuple) and one[0] == "pip" for one in item):
        for one in (one for _, requirements in item for one in items(requirements)):
            if isinstance(one, Text):
                yield Wish("pip", uncommented(one), file, one.line)
            elif one is not None:
                yield Wish("odd", "", file, line)
    elif item is not None:
        yield Wish("odd", "", file, item[0][0].line if item and isinstance(item[0], tuple) else line)


def flat(text: str) -> str:
    return " ".join(text.split())


def pairs(value: Any) -> list[tuple[Text, Any]]:
    return [one for one in value if isinstance(one, tuple)] if isinstance(value, list) else []


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _shown(value: Any) -> Any:
    """A value without the lines, to compare it with another."""
    if isinstance(value, list):
        return [_shown(one) for one in value]
    return tuple(map(_shown, value)) if isinstance(value, tuple) else None if value is None else str(value)


def parse(text: str, file: str, loader: Any = yaml.SafeLoader) -> Any:
    """Mappings as lists of pairs, so that no key is lost; scalars as `Text`, or None; sequences as lists."""
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        if "\t" in text:
            return parse(text.expandtabs(2), file, loader)
        raise Unreadable(f"{file}: {' '.join(str(error).split())}") from error
    plain = _plain(node, 0)
    if plain is not None and not (isinstance(plain, list) and all(isinstance(one, tuple) for one in plain)):
        raise Unreadable(f"{file}: no mapping")
    return plain


def _plain(node: yaml.Node | None, depth: int) -> Any:
    if node is None or depth > 30:
        return None
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag.endswith(":null") else Text(node.value, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, depth + 1) for one in node.value]
    found: list[tuple[Any, Any]] = []
    for key, value in node.value:
        if key.tag.endswith(":merge"):
            found += _plain(value, depth + 1)
        else:
            found.append((_plain(key, depth + 1) or Text("", key.start_mark.line + 1), _plain(value, depth + 1)))
    return found
