"""What a foreign configuration of Jupyter puts behind jupyter-server-proxy -> the same, as a component would say it.

- JSON as Jupyter reads it; Python by its text: the keys of what `ServerProxy.servers` is set to, updated with, or
  given one by one, and their titles; a script that writes such a file has it in its own text
- of an import what is carried along, of an adopted directory what is known of it
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator

from ..model import Fragment
from ..repo2docker import HOOKS
from ..text import decode
from .directory import Directory
from .python_calls import Token, tokens

# Where Jupyter looks for them, with the home folder as the repository.
CONFIGURATIONS = tuple(
    f".jupyter/jupyter_{kind}_config.{ending}" for kind in ("server", "notebook", "lab") for ending in ("json", "py")
)
_NAME = re.compile(r"(?:jupyter|config|server|notebook)\w*\.(?:json|py)$")


def fragments(directory: Directory, paths: Iterable[str]) -> Iterator[Fragment]:
    """One for each file among `paths` that has servers for the proxy."""
    for path in paths:
        name = posixpath.basename(path)
        if not _NAME.search(name) and path not in map(directory.path, HOOKS):
            continue
        data = directory.tree[path].data
        if b"ServerProxy" in data and (found := _servers(name, decode(data)[0])):
            text = json.dumps({"ServerProxy": {"servers": found}})
            yield Fragment(directory.label, directory.where(path), text, True)


def _servers(name: str, text: str) -> dict[str, object]:
    if name.endswith(".json"):
        try:
            found = json.loads(text)["ServerProxy"]["servers"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return {}
        return dict(found) if isinstance(found, dict) else {}
    if name in HOOKS:  # what it writes of Python stands in a here-document
        text = text[text.index("ServerProxy") - 2 :]
    return dict(_in_python(list(tokens(text))))


def _in_python(pieces: list[Token]) -> Iterator[tuple[str, object]]:
    for index, piece in enumerate(pieces):
        if piece.kind != "name" or not re.search(r"\bServerProxy\.servers(?:\.update)?$", piece.text):
            continue
        after = pieces[index + 1 : index + 3_000]
        if len(after) > 2 and after[0].text == "[" and after[1].kind == "text":
            yield after[1].text, _launcher(after[2:], 0)
        elif after and after[0].text in ("=", "("):
            yield from _keys(after[1:])


def _keys(pieces: list[Token]) -> Iterator[tuple[str, object]]:
    """Each key of the mapping that begins here, with what is known of its value."""
    depth = 0
    for index, piece in enumerate(pieces):
        if piece.kind == "mark" and piece.text in "([{":
            depth += 1
        elif piece.kind == "mark" and piece.text in ")]}":
            depth -= 1
            if depth <= 0:
                return
        elif not depth:
            return
        elif depth == 1 and piece.kind == "text" and pieces[index + 1 : index + 2] and pieces[index + 1].text == ":":
            yield piece.text, _launcher(pieces[index + 2 :], 0)


def _launcher(pieces: list[Token], depth: int) -> object:
    """The entry in the launcher, by its title, up to the end of the mapping that begins here."""
    for index, piece in enumerate(pieces):
        if piece.kind == "mark" and piece.text in "([{":
            depth += 1
        elif piece.kind == "mark" and piece.text in ")]}":
            depth -= 1
            if depth <= 0:
                break
        elif piece.kind == "text" and piece.text == "title":
            title = next((one.text for one in pieces[index + 1 : index + 3] if one.kind == "text"), "")
            return {"launcher_entry": {"title": title}} if title else {}
    return {}
