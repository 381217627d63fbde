"""Relative paths in requirements, made right from where the merged file stands.

- `-r` and `-c` from the fragment's own folder, local packages from the repository's root (requirements.txt) or the
  fragment's folder (environment.yml), `--find-links` from the file's folder if it is there
- a path keeps or gets what tells it from a name, `./` or a folder
- links, absolute paths, and those that a shell would expand stand as they are
"""

from __future__ import annotations

import posixpath
import re

from ..model import Fragment
from .requirement import LINK, LONG, OPTION, PATH

FILES = ("--requirement", "--constraint")
EXTRAS = re.compile(r"\[[^\[\]]*\]$")


def relocate(text: str, fragment: Fragment) -> str:
    """A line of `fragment` as it has to stand in the merged file."""
    if fragment.files_from is None or fragment.packages_from is None:
        return text
    option = OPTION.fullmatch(text)
    if option is None:
        return _moved(text, fragment.packages_from) if PATH.match(text) and not LINK.fullmatch(text) else text
    value = option["value"]
    if not value or LINK.fullmatch(value) or " @ " in value:
        return text
    name = LONG.get(option["name"], option["name"])
    if name not in (*FILES, "--editable", "--find-links"):
        return text
    is_sibling = name == "--find-links" and posixpath.normpath(value).split("/", 1)[0] in fragment.siblings
    is_file = name in FILES and not value.startswith("file:")
    start = fragment.files_from if is_sibling or is_file else fragment.packages_from
    return f"{option['name']} {_moved(value, start)}"


def _moved(path: str, start: str) -> str:
    """A relative path as seen from the merged file; with `./` where pip would take it for a name."""
    plain = path.removeprefix("file:") if not path.startswith("file:/") else path
    if plain.startswith(("/", "~", "$", "file:")) or "\\" in plain:
        return path
    plain = plain.rstrip("/")
    extras = match[0] if (match := EXTRAS.search(plain)) else ""
    moved = posixpath.normpath(posixpath.join(start, plain.removesuffix(extras).rstrip("/ ")))
    return (moved if moved.startswith("..") or "/" in moved else f"./{moved}") + extras
