"""Where a path in a script leads, as far as one can tell: a POSIX path as below.

a/b     in the folder that the script begins in: of the repository, or of the files carried along
~/a     in the home folder
/a/b    elsewhere
?       only the run can tell
"""

from __future__ import annotations

import posixpath
import re

HOME, UNKNOWN = "~", "?"
_HOME = re.compile(r"(?:~|\$HOME|\$\{HOME\}|/home/jovyan)(?=/|$)")
_ROOT = re.compile(r"(?:\$REPO_DIR|\$\{REPO_DIR\})(?=/|$)")
_HERE = re.compile(r"(?:\$PWD|\$\{PWD\})(?=/|$)")


def lead(cwd: str, word: str) -> str:
    """Where `word` leads in a script whose current folder is `cwd`."""
    if found := _HOME.match(word):
        return _normal(HOME + word[found.end() :])
    if found := _ROOT.match(word):
        return _normal(word[found.end() :].lstrip("/"))
    if found := _HERE.match(word):
        word = word[found.end() :].lstrip("/")
    if word.startswith("/"):
        return _normal(word)
    if word.startswith(("$", "`")) or cwd == UNKNOWN:
        return UNKNOWN
    return _normal(posixpath.join(cwd, word))


def _normal(path: str) -> str:
    normal = posixpath.normpath(path)
    return "" if normal == "." else UNKNOWN if normal.startswith("..") else normal


def at_home(place: str) -> str:
    """The path below the home folder; empty where it is not there, or is that folder."""
    return place[2:] if place.startswith(HOME + "/") else ""


def is_inside(place: str) -> bool:
    """Whether it is in the folder that the script begins in."""
    return not place.startswith((HOME, "/", UNKNOWN))
