"""What adopted scripts use of their repository, which stays where it is -> files to look into, and names to know.

- looked into: scripts that the hooks name, those which these name in turn, and configurations of Jupyter; they tell
  which servers are started, and what needs root
- known by name: what the hooks seek in the home folder, where repo2docker has the repository
- words are looked for from the root, from the Binder folder and from the script's own; comments do not count
- a file of more than 100 kB, and what would be more than 50 files, is not looked into
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import BlocksError
from ..repo2docker import HOOKS
from ..text import decode
from .home import HOME
from .proxied import CONFIGURATIONS

# The key in the answer, beside the names of the directory's files.
KEY = "helpers"
LARGEST, MOST, WORDS = 100_000, 50, 2_000
_SPLIT = re.compile(r"[\s\"'`;|&()<>=,:\[\]{}]+")
_GOES_HOME = re.compile(r"""(?m)^[^#\n]*\b(?:cd|pushd)[ \t]*(?:["']?(?:~|\$\{?HOME\b|/home/jovyan)|[;&\n]|$)""")
_PREFIX = re.compile(r"^(?:\$\{?\w+[^/]*/|~/|/home/jovyan/|\./|/)+")
_SCRIPTS = (".sh", ".bash", ".zsh", ".py", ".conf", ".ini", "Procfile", "Makefile")


def read(destination: Path, folder: str, content: Callable[[Path, str], Any]) -> dict[str, Any]:
    """What the answer holds of them, `content` as of the directory's own files; nothing where there is none."""
    found = of_hooks(destination, "" if folder == "." else folder)
    held = {path: content(file, path) if file else [] for path, file in found.items()}
    return {KEY: held} if held else {}


def apart(adopted: Any) -> tuple[Any, dict[str, Mapping[str, Any]]]:
    """The answer without them, and they, by directory; raises `BlocksError` for what `read` does not give."""
    if not isinstance(adopted, Mapping) or not all(isinstance(contents, Mapping) for contents in adopted.values()):
        return adopted, {}  # refused by whoever reads the rest
    found = {str(name): contents.get(KEY, {}) for name, contents in adopted.items()}
    for held in found.values():
        if not isinstance(held, Mapping) or not all(isinstance(path, str) and is_plain(path) for path in held):
            raise BlocksError(f"adopted: {KEY}: must be files by their paths, as copier copy writes it")
    rest = {
        name: {file: content for file, content in contents.items() if file != KEY} for name, contents in adopted.items()
    }
    return rest, found


def is_plain(path: str) -> bool:
    return path == posixpath.normpath(path) and not path.startswith(("/", "..")) and path.isprintable()


def of_hooks(destination: Path, folder: str) -> dict[str, Path | None]:
    """Path from the repository's root -> the file to look into; None for what is known by its name."""
    found: dict[str, Path | None] = {}
    pending = [path for name in HOOKS if (path := posixpath.join(folder, name)) and (destination / path).is_file()]
    hooks = {*pending}
    while pending and len(found) < MOST:
        script = pending.pop(0)
        text = text_of(destination / script)
        for path in _sought(text):
            if path not in found and path not in hooks and is_within(destination, destination / path):
                found[path] = None
        named = [*_named(destination, script, folder, text)]
        if _GOES_HOME.search(text):
            found.update({path: None for path in named if path not in (*found, *hooks, ".")})
        for path in named:
            if found.get(path) is None and path not in hooks and _is_looked_into(destination / path):
                found[path] = destination / path
                pending.append(path)
    for path in CONFIGURATIONS:
        if (destination / path).is_file() and _is_looked_into(destination / path):
            found[path] = destination / path
    return {path: found[path] for path in sorted(found) if is_plain(path)}


def text_of(path: Path) -> str:
    return decode(path.read_bytes()[: LARGEST * 10])[0]


def _sought(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        for named in HOME.findall(line) if not line.lstrip().startswith("#") else ():
            path = posixpath.normpath(re.split(r"[*?]", named)[0].rstrip("/") or ".")
            if path != "." and not path.startswith(("..", "/", ".git")):
                yield path


def _named(destination: Path, script: str, folder: str, text: str) -> Iterator[str]:
    lines = (line for line in text.split("\n") if not line.lstrip().startswith("#"))
    words = dict.fromkeys(word for line in lines for word in _SPLIT.split(line) if len(word) < 200)
    bases = dict.fromkeys(["", folder, posixpath.dirname(script)])
    for word in _candidates(list(words)[:WORDS]):
        for base in bases:
            path = posixpath.normpath(posixpath.join(base, word))
            if not path.startswith(("/", "..")) and is_within(destination, destination / path):
                yield path
                break


def _candidates(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if word in ("make", "gmake"):
            yield "Makefile"
        elif word in ("honcho", "foreman"):
            yield "Procfile"
        elif stripped := _PREFIX.sub("", word).strip():
            yield stripped


def is_within(destination: Path, path: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(destination.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def _is_looked_into(path: Path) -> bool:
    try:
        if not path.is_file() or path.stat().st_size > LARGEST or ".git" in path.parts:
            return False
        with path.open("rb") as file:
            start = file.read(4)
    except OSError:
        return False
    is_configuration = re.fullmatch(r"jupyter_\w*config\w*\.(?:py|json)", path.name)
    return start.startswith((b"#!", b"\xef\xbb\xbf#")) or path.name.endswith(_SCRIPTS) or bool(is_configuration)
