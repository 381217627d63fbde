"""Which processes there are below launch, as /proc tells."""

from __future__ import annotations

import os
from contextlib import suppress

from .files import read


def parents() -> dict[int, int]:
    """Every process that can be seen, with its parent."""
    pids = [pid for pid in os.listdir("/proc") if pid.isdigit()]
    found = {pid: read(f"/proc/{pid}/stat").rpartition(")")[2].split()[1:2] for pid in pids}
    return {int(pid): int(parent[0]) for pid, parent in found.items() if parent}


def offspring() -> list[int]:
    """All our children, those we have adopted included."""
    return [pid for pid, parent in parents().items() if parent == os.getpid()]


def descendant_with(path: str, ancestor: int) -> str:
    """A process among the descendants of another that has a file open, as `PID NAME`; empty if there is none."""
    above = parents()
    for pid in above:
        line, parent = [pid], above[pid]
        while parent != ancestor and parent in above and parent not in line:
            line.append(parent)
            parent = above[parent]
        if parent == ancestor and pid != os.getpid() and has_open(pid, path):
            return f"{pid} {read(f'/proc/{pid}/comm')}"
    return ""


def has_open(pid: int, path: str) -> bool:
    folder = f"/proc/{pid}/fd"
    with suppress(OSError):  # it has ended, or is not ours
        for name in os.listdir(folder):
            with suppress(OSError):
                if os.readlink(os.path.join(folder, name)) == path:
                    return True
    return False
