"""A script of first.d that says `# once per volume` in its first lines runs once for all sessions of a home folder.

- that it is done is kept where services have theirs, with KEEP_DATA=home: as `done` in the folder first.d/NAME there,
  with the checksum of the script, so that a changed one runs again; where nothing is kept it runs in every session
- of two sessions with one home folder one runs it; the other waits for its lock, and finds it done then
- where that it is done cannot be kept, as on a full disk, that is said, and it runs again in the next session
"""

from __future__ import annotations

import fcntl
import os

from .files import read, remove, write
from .owner import kept_place, owner_here, remember
from .words import LINE

HEAD = 20  # lines in which it may say so
MARKS = "#/-%;"  # what comments begin with
WORDS = ["once", "per", "volume"]


def says_once(path: str) -> bool:
    try:
        with open(path, errors="replace") as file:
            lines = [file.readline(LINE) for _ in range(HEAD)]
    except OSError:
        return False
    return any(line[:1] in MARKS and line.strip(f"{MARKS}. \t\r\n").lower().split() == WORDS for line in lines if line)


class Once:
    """What is kept of one script; `place` is empty where it runs in every session."""

    def __init__(self, path: str) -> None:
        self.path, self.checksum, self.handle = path, "", -1
        self.place = kept_place(os.path.join("first.d", os.path.basename(path))) if says_once(path) else ""
        self.mark = os.path.join(self.place, "done")

    def is_done(self) -> bool:
        import zlib

        with open(self.path, "rb") as file:
            content = file.read()
        self.checksum = f"{zlib.crc32(content):08x} {len(content)}"
        return read(self.mark) == self.checksum

    def claim(self) -> bool:
        """Have it for this session, after which it may be done; False as long as another one has it."""
        try:
            os.makedirs(self.place, mode=0o700, exist_ok=True)
            remember(self.place, owner_here())
            self.handle = os.open(os.path.join(self.place, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        except OSError:  # nothing can be kept there, which is said when there is something to keep
            self.release()
        return True

    def keep(self) -> str:
        """Why it cannot be kept that it is done; empty if it is."""
        try:
            write(self.mark, self.checksum + "\n")
        except OSError as error:
            return f"that it is done cannot be kept in {self.place} ({error.strerror}), so it runs again next time"
        return ""

    def forget(self) -> None:
        if self.place:
            remove(self.mark)

    def release(self) -> None:
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1
