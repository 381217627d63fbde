"""Which paths can stand in a repository wherever it is checked out: on Linux, on macOS and on Windows.

- no name that Windows keeps for a device, with whatever ending; none that ends in a space or a full stop, which it
  drops; none with a character that it or a terminal acts on
- of names that differ in nothing but their case, or in how an accent is written, one alone: elsewhere they are one file
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

UNWRITABLE = re.compile(r"[<>:\"|?*\\\x00-\x1f\x7f\ud800-\udfff]")
DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)", re.IGNORECASE)


def portable(path: str) -> bool:
    return is_path(path) and all(map(_is_portable, path.split("/")))


def is_path(path: str) -> bool:
    """Whether it leads to one file, from wherever it is followed."""
    return {"", ".", ".."}.isdisjoint(path.split("/"))


def _is_portable(name: str) -> bool:
    return not name.endswith((" ", ".")) and not UNWRITABLE.search(name) and not DEVICE.match(name)


def twins(paths: Iterable[str]) -> Iterator[str]:
    """Those of the paths that would be, or stand below, the same file as an earlier one."""
    files: set[str] = set()
    folders: set[str] = set()
    for path in paths:
        one = _folded(path)
        above = {one[: match.start()] for match in re.finditer("/", one)}
        if one in files | folders or not above.isdisjoint(files):
            yield path
        else:
            files.add(one)
            folders |= above


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).lower())
