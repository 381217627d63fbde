"""Files on their way between the browser and the session, each for a while in a folder of its own in BINDER_RUN/keep.

- what is made for the browser is given out once, and is gone then; so is what nobody fetches or goes on with
- what comes in has the size that was announced, which is at most half of what is free: what is in it needs room, too
- a name that comes from outside is only ever the last part of a path, of plain characters
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from .session import BINDER_RUN

PIECE_SECONDS, FETCH_SECONDS, DECIDE_SECONDS = 60, 120, 1800
NOT_PLAIN = re.compile(r"[^\w.+-]+", re.ASCII)
LONGEST_NAME = 80


class Refused(Exception):  # noqa: N818
    """A line for whoever asked."""

    status = 409


class Occupied(Refused):
    status = 423


@dataclass
class Parcel:
    """`size` is what was announced of a file that comes in."""

    key: str
    folder: Path
    path: Path
    size: int = 0
    timer: asyncio.TimerHandle | None = None
    title: str = "file"  # as which a browser stores what it fetches


class Parcels:
    def __init__(self) -> None:
        self.folder = BINDER_RUN / "keep"
        self.known: dict[str, Parcel] = {}
        self.is_clean = False

    def new(self, name: str, size: int = 0) -> Parcel:
        if not self.is_clean:  # what a server of before has left there
            shutil.rmtree(self.folder, ignore_errors=True)
            self.is_clean = True
        key = secrets.token_hex(8)
        parcel = Parcel(key, self.folder / key, self.folder / key / plain(name), size)
        try:
            parcel.folder.mkdir(mode=0o700, parents=True)
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            raise Refused(f"there is no place for it: {error.strerror}") from None
        self.known[key] = parcel
        if size > free // 2:
            self.drop(key)
            raise Refused(f"it has {size / 1e6:.0f} MB, and there is room for {free / 2e6:.0f} MB here")
        self.keep(parcel, PIECE_SECONDS)
        return parcel

    def keep(self, parcel: Parcel, seconds: float | None) -> None:
        """For so long from now on; without a limit while something is done with it."""
        if parcel.timer:
            parcel.timer.cancel()
        parcel.timer = asyncio.get_running_loop().call_later(seconds, self.drop, parcel.key) if seconds else None

    def find(self, key: str) -> Parcel:
        if key not in self.known:
            raise Refused("it is not here any more; begin again")
        return self.known[key]

    def take(self, key: str) -> Parcel:
        """Nobody else gets it, and whoever has it removes it."""
        parcel = self.find(key)
        self.keep(parcel, None)
        return self.known.pop(key)

    def drop(self, key: str) -> None:
        if parcel := self.known.pop(key, None):
            self.keep(parcel, None)
            remove(parcel)

    def add(self, parcel: Parcel, place: int, data: bytes) -> None:
        """The next piece of what comes in."""
        there = parcel.path.stat().st_size if parcel.path.exists() else 0
        if place != there or there + len(data) > parcel.size:
            self.drop(parcel.key)
            raise Refused("a piece of it is missing; begin again")
        try:
            with parcel.path.open("ab") as file:
                file.write(data)
        except OSError as error:
            self.drop(parcel.key)
            raise Refused(f"it cannot be written here: {error.strerror}") from None
        self.keep(parcel, PIECE_SECONDS if there + len(data) < parcel.size else DECIDE_SECONDS)

    def whole(self, key: str) -> Parcel:
        parcel = self.find(key)
        if not parcel.path.is_file() or parcel.path.stat().st_size != parcel.size:
            raise Refused("it has not come in whole; begin again")
        return parcel


def remove(parcel: Parcel) -> None:
    shutil.rmtree(parcel.folder, ignore_errors=True)


def plain(name: str) -> str:
    return NOT_PLAIN.sub("_", os.path.basename(name)).lstrip(".-_")[-LONGEST_NAME:].lstrip(".-_") or "file"
