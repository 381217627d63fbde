"""The files that adopted lists name with `-r` and `-c`, which stay where they are -> what pip reads beside the lists.

- looked for from the folder of the file that names them, as pip does, in the repository alone; files of files, too
- a file of more than 100 kB, and what would be more than 50 files, is not read
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from pathlib import Path

from .helpers import LARGEST, MOST, is_plain, is_within, text_of

# In any place of a line, as YAML has lists in one; what is no file is none that is found.
_NAMED = re.compile(r"(?<![\w-])(?:-[rc]\s*|--(?:requirement|constraint)[= ]\s*)([^\s\"'#,\]}]+)")


def of_lists(destination: Path, lists: Iterable[str]) -> dict[str, Path]:
    """Path from the repository's root -> the file, but for `lists`, which name them."""
    lists = [path for path in lists if (destination / path).is_file()]
    found: dict[str, Path] = {}
    pending = [*lists]
    while pending and len(found) < MOST:
        file = pending.pop(0)
        for name in dict.fromkeys(_NAMED.findall(text_of(destination / file))):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(file), name))
            if path not in (*lists, *found) and len(found) < MOST and _is_read(destination, path):
                found[path] = destination / path
                pending.append(path)
    return found


def _is_read(destination: Path, path: str) -> bool:
    if not is_plain(path) or ".git" in path.split("/") or not is_within(destination, destination / path):
        return False
    file = destination / path
    return file.is_file() and file.stat().st_size <= LARGEST
