"""What an archive says of where it was made: course, catalogue, and when the session and the image began.

- an archive belongs to a course by COURSE_SLUG: a fork, another hub and the next release are the same course
- the image was built when `postBuild` ended, which the file `.built` beside the built data tells; the session began
  when launch did
"""

from __future__ import annotations

import os
import time

from launch.files import listed, read
from launch.owner import owner_here
from launch.places import BINDER_DIR, BUILT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ROOT = os.path.dirname(os.path.realpath(BINDER_DIR))


def slug() -> str:
    return os.environ.get("COURSE_SLUG") or "course"


def described() -> dict[str, Any]:
    return {
        "course": slug(),
        "name": os.environ.get("COURSE_NAME") or slug(),
        "repository": owner_here()[0],
        "catalogue": {"commit": answered("_commit"), "source": answered("_src_path")},
        "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def answered(key: str) -> str:
    """A value of the answers file; empty where there is none."""
    for leaf in listed(ROOT):
        if leaf.startswith(".copier-answers") and leaf.endswith((".yml", ".yaml")):
            for line in read(os.path.join(ROOT, leaf)).splitlines():
                if line.startswith(f"{key}:"):
                    return line.partition(":")[2].strip().strip("'\"")
    return ""


def built_at() -> float:
    """When the image was built; 0 if nothing tells."""
    try:
        return os.stat(os.path.join(BUILT, ".built")).st_mtime
    except OSError:
        return 0


def began_at(pid: int) -> float:
    """When a process began, as the clock of files has it; now, if that cannot be told."""
    fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    up = read("/proc/uptime").split()
    if len(fields) < 20 or not up:
        return time.time()
    return time.time() - float(up[0]) + int(fields[19]) / os.sysconf("SC_CLK_TCK")
