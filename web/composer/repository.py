"""The files of a repository that was opened -> what an update to this release makes of each.

- `new`, `changed` and `gone` are files that the last update wrote and nobody has changed since, by its report's digests
- `merged`: the author and this release have both changed it; `yours`: gone with its unit, and edited, so it is named
- a file that only the author has changed, one of the author's own, and one that is written once stay as they are
- a file that the author has deleted stays deleted
- without a report nothing is known of who changed what: whatever differs is `changed`, and nothing is gone
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

REPORT, ANSWERS = "report.json", ".copier-answers.yml"


def compared(
    files: Mapping[str, bytes], now: Mapping[str, bytes], before: Any, is_kept: Callable[[Path], bool]
) -> dict[str, str]:
    """Path -> what becomes of it, where anything does; `before` is the engine's reader of reports."""
    reports = {path: data for path, data in files.items() if path.rpartition("/")[2] == REPORT}
    written = before.digests(before.parsed(data) for data in reports.values())
    own = {path for path, data in files.items() if path in written and _digest(data) != written[path]}
    found: dict[str, str] = {}
    for path in sorted({*files, *now}):
        if path in files and path in now:
            if files[path] == now[path] or is_kept(Path(path)):
                continue
            if path not in own:
                found[path] = "changed" if path in {*written, *reports, ANSWERS} or not written else "merged"
            elif written[path] != _digest(now[path]):
                found[path] = "merged"
        elif path in now and path not in written:
            found[path] = "new"
        elif path in files and path in written:
            found[path] = "yours" if path in own else "gone"
    return found


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
