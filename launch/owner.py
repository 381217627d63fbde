"""Kept data remembers whose it is: `course`, beside its `format`, names the repository and its folder.

- a repository is known by the address of its `origin`, without scheme, user and `.git`, so that a rebuild, an update, a
  clone and another way to write the address mean the same; a course in a folder of it is known by that folder, too
- where one of two has no such address, they are the same course if they stand in the same folder
- data of before, which names nobody, belongs to whoever comes first
- where the place in $HOME/.binder-data/$COURSE_SLUG has another course's data, this one's is in a folder beside that,
  with a number behind its name that is always the same for this course
"""

from __future__ import annotations

import os
from contextlib import suppress

from .files import read, write
from .places import BINDER_DIR

MARKER = "course"


def owner_here() -> tuple[str, str]:
    """The address of this course's repository, empty if it has none, and its folder."""
    folder = top = os.path.dirname(os.path.realpath(BINDER_DIR))
    while not os.path.lexists(os.path.join(top, ".git")):
        if top == os.path.dirname(top):
            return "", folder
        top = os.path.dirname(top)
    address = plain_address(origin(os.path.join(top, ".git")))
    inside = os.path.relpath(folder, top)
    return f"{address}#{inside}" if address and inside != "." else address, folder


def origin(git: str) -> str:
    """The address of the remote `origin`; `git` may be the file of a work tree or a submodule."""
    if os.path.isfile(git):
        git = os.path.join(os.path.dirname(git), read(git).partition("gitdir:")[2].strip())
        git = os.path.join(git, read(os.path.join(git, "commondir")))
    section = ""
    for line in read(os.path.join(git, "config")).splitlines():
        name, _, value = (part.strip() for part in line.partition("="))
        if name.startswith("["):
            section = name
        elif section == '[remote "origin"]' and name.lower() == "url":
            return value.strip('"')
    return ""


def plain_address(url: str) -> str:
    """`host/path` for whichever way of writing it; without a password that may be in it."""
    scheme, mark, rest = url.partition("://")
    rest = rest if mark else scheme
    host, slash, path = rest.partition("/")
    host = host.rpartition("@")[2]
    if not mark and ":" in host:  # git@host:owner/name
        host, _, first = host.partition(":")
        path, slash = f"{first}{slash}{path}", "/"
    path = path.strip("/")
    return f"{host}{slash}{path[:-4] if path.endswith('.git') else path}".lower()


def owner_of(place: str) -> tuple[str, str]:
    """What the data in a place names; twice nothing if it names nobody."""
    repository, _, folder = read(os.path.join(place, MARKER)).partition("\n")
    repository = repository.strip()
    return ("" if repository == "-" else repository), folder.strip()


def is_another(place: str, here: tuple[str, str]) -> bool:
    """Whether the data in a place is of another course than this one."""
    there = owner_of(place)
    by = 0 if there[0] and here[0] else 1
    return any(there) and there[by] != here[by]


def remember(place: str, here: tuple[str, str]) -> None:
    there = owner_of(place)
    now = here[0] or there[0], here[1]
    if there == now:
        return
    with suppress(OSError):  # a full disk is no reason not to open what is there
        write(os.path.join(place, MARKER), f"{now[0] or '-'}\n{now[1]}\n")


def kept_place(name: str) -> str:
    """Where a service's data outlives the container; empty if it does not."""
    plain = plain_place(name)
    if not is_kept() or not plain:
        return ""
    import zlib

    here, root = owner_here(), os.path.dirname(plain)
    own = [f"{root}-{zlib.crc32(os.fsencode(mark)):08x}" for mark in here if mark]
    places = [plain, *(os.path.join(folder, name) for folder in own)]
    marked = [place for place in places if any(owner_of(place))]
    free = [place for place in places if not is_another(place, here)]
    return next((place for place in marked if place in free), "") or (free or places[1:])[0]


def plain_place(name: str) -> str:
    """Where it is, if no other course is there already; empty if there is no home folder."""
    home, course = os.environ.get("HOME", ""), os.environ.get("COURSE_SLUG") or "course"
    return os.path.join(home, ".binder-data", course, name) if os.path.isabs(home) else ""


def is_kept() -> bool:
    return os.environ.get("KEEP_DATA") == "home"
