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
READS = 50  # of a log that grows faster than it can be read
SHORTEST, LONGEST = 0.01, 1.0  # seconds between two looks


class Logs:
    """The files in one folder; `watch` looks at them from now on."""

    def __init__(self, session: Session, loop: Loop) -> None:
        self.session, self.loop = session, loop
        self.folder = os.path.join(session.run, "log")
        self.rest, self.looked = SHORTEST, time.monotonic()
        self.sizes: dict[str, int] = {}
        self.cut: set[str] = set()

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
        with open(path, "r+b", buffering=0) as file:
            end = end_of(file, limit // SHARE_KEPT)
            file.truncate(0)
        with open(path, "ab") as file:
            file.write(end[end.find(b"\n") + 1 :])
        if name not in self.cut:
            self.cut.add(name)
            self.session.note(f"{path} is cut to its last lines each time that it grows above {limit / 1e6:.1f} MB")
        return os.path.getsize(path)


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
