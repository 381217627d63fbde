"""Whether something of a session has changed, told by the time stamps of files and without reading one.

    files   what is in the repository, and in a home folder that passes with the session; without hidden files, which
            the notebook writes itself
    pages   the data of services that have a page: people change it without a kernel and without a key in JupyterLab
    data    the data of the others, which some of them write to when nobody is there

They are looked at while somebody follows them, and not more often than that for two who do. The first look, and one
that no age will do for, as at a save, sees everything; the others take turns: each goes on where the last one stopped,
so that in a large repository a change is told some looks later.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
import zlib
from collections.abc import Iterator

from . import session

MOST_ENTRIES = 20_000  # of a look that is one of many


class Walk:
    """Through all that is below some folders, round after round; `sums` has each folder's, as it was last seen."""

    def __init__(self, hidden: bool) -> None:
        self.hidden, self.lock = hidden, threading.Lock()
        self.left: list[str] = []
        self.seen: set[str] = set()
        self.sums: dict[str, int] = {}

    def stamp(self, roots: list[str], whole: bool) -> str:
        """In whatever order they are found; a folder's own time tells that something in it has gone."""
        with self.lock:
            if whole or not self.left:
                self.left, self.seen = [*roots], set()
            count = 0
            while self.left and (whole or count < MOST_ENTRIES):
                folder = self.left.pop()
                self.seen.add(folder)
                self.sums[folder], number = self.look(folder)
                count += number
            if not self.left:
                self.sums = {folder: self.sums[folder] for folder in self.seen}
            return f"{sum(self.sums.values()):x}"

    def look(self, folder: str) -> tuple[int, int]:
        """The sum of what is in it, and how much that is; folders in it come next."""
        total, count = 0, 0
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith(".") and not self.hidden:
                        continue
                    count += 1
                    told = entry.stat(follow_symlinks=False)
                    total += zlib.crc32(f"{entry.path} {told.st_mtime_ns} {told.st_size}".encode(errors="replace"))
                    if entry.is_dir(follow_symlinks=False):
                        self.left.append(entry.path)
        except OSError:
            pass  # it has gone, or is not ours to look at
        return total, count


class Stamps:
    def __init__(self) -> None:
        self.at, self.found = 0.0, {"files": "", "pages": "", "data": ""}
        self.walks = {"files": Walk(hidden=False), "pages": Walk(hidden=True), "data": Walk(hidden=True)}

    async def look(self, age: float = 0) -> dict[str, str]:
        """As they are, or as they were at most `age` seconds ago."""
        if time.monotonic() - self.at >= age or not self.at:
            self.found = await asyncio.to_thread(self.stamps, not (age and self.at))
            self.at = time.monotonic()
        return self.found

    def stamps(self, whole: bool) -> dict[str, str]:
        known = session.pages()
        places: dict[str, list[str]] = {"files": [*roots()], "pages": [], "data": []}
        for name, folder in folders():
            places["pages" if known.get(name, {}).get("web") else "data"].append(folder)
        return {kind: walk.stamp(places[kind], whole) for kind, walk in self.walks.items()}


def roots() -> Iterator[str]:
    repository, home = os.path.dirname(os.path.realpath(session.BINDER_DIR)), os.path.realpath(os.path.expanduser("~"))
    yield repository
    if home != repository and not os.path.ismount(home) and not home.startswith(f"{repository}/"):
        yield home


def folders() -> Iterator[tuple[str, str]]:
    """Each service's data."""
    try:
        services = json.loads((session.BINDER_RUN / "status.json").read_bytes())["services"]
    except (OSError, ValueError, KeyError):
        return
    for name, one in sorted(services.items()):
        if folder := one.get("data"):
            yield name, folder


STAMPS = Stamps()
