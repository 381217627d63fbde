"""Every log has an end: above 8 MB, or a sixteenth of its disk, it is cut to its last lines, and that is noted.

- it is looked after as long as launch lives, the more often the faster it grows
- whoever writes to it appends, and goes on doing so behind what was kept
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import FileIO

    from .loop import Loop
    from .session import Session

LOG_BYTES, SHARE_OF_DISK, SHARE_KEPT = 8_000_000, 16, 8
READS, TRIES = 50, 5  # of a log that grows faster than it can be read
SHORTEST, LONGEST = 0.01, 1.0  # seconds between two looks


class Logs:
    """The files in one folder; `watch` looks at them from now on."""

    def __init__(self, session: Session, loop: Loop) -> None:
        self.session, self.loop = session, loop
        self.folder = os.path.join(session.run, "log")
        self.rest, self.looked = SHORTEST, time.monotonic()
        self.sizes: dict[str, int] = {}

    def watch(self) -> None:
        try:
            self.look()
        except OSError:  # one has gone between two looks
            self.rest = LONGEST
        self.loop.after(self.rest, "logs", self.watch)

    def look(self) -> None:
        now = time.monotonic()
        limit, grown = self.limit(), 0
        for name in os.listdir(self.folder):
            size = os.path.getsize(os.path.join(self.folder, name))
            grown = max(grown, size - self.sizes.get(name, 0))
            self.sizes[name] = self.shorten(name, limit) if size > limit else size
        per_second = grown / max(now - self.looked, SHORTEST)
        self.rest = max(SHORTEST, min(LONGEST, self.rest * 2, limit / 2 / max(per_second, 1)))
        self.looked = now

    def limit(self) -> int:
        disk = os.statvfs(self.folder)
        return min(LOG_BYTES, disk.f_blocks * disk.f_frsize // SHARE_OF_DISK or LOG_BYTES)

    def shorten(self, name: str, limit: int) -> int:
        """Cut it to whole lines of its end; how long it is then."""
        path = os.path.join(self.folder, name)
        is_first = path not in self.session.removed
        with open(path, "r+b", buffering=0) as file:
            removed = cut(file, limit // SHARE_KEPT)
        self.session.removed[path] = self.session.removed.get(path, 0) + removed
        if is_first:
            self.session.note(f"{path} is cut to its last lines each time that it grows above {limit / 1e6:.1f} MB")
        return os.path.getsize(path)


def cut(file: FileIO, most: int) -> int:
    """Cut it to whole lines of its end, to which others append meanwhile; how many bytes have gone.

    The end is written over the beginning before the rest goes: what comes in between is found, and stands behind it.
    """
    for _ in range(TRIES):
        end = end_of(file, most)
        kept = end[end.find(b"\n") + 1 :]
        size = file.tell()
        os.pwrite(file.fileno(), kept, 0)
        if os.fstat(file.fileno()).st_size == size:
            break
    os.ftruncate(file.fileno(), len(kept))
    return size - len(kept)


def end_of(file: FileIO, most: int) -> bytes:
    """The last bytes of a file that grows while it is read: what ends a flood tells why it has ended."""
    end, at = b"", 0
    for _ in range(READS):
        size = os.fstat(file.fileno()).st_size
        if size == at:
            break
        start = max(at, size - most)
        file.seek(start)
        end = ((end if start == at else b"") + file.read(size - start))[-most:]
        at = file.tell()
    return end
