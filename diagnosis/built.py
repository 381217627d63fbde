"""What the image was built with: a checksum of each file of binder/, and the versions of the packages.

- `diagnosis --record` writes it at the end of the build, which it never fails
- what differs from it in a session is what somebody has changed since, or what a volume hides
"""

from __future__ import annotations

import hashlib
import json
import os
import sys

from .facts import BINDER_DIR, RECORD
from .packages import conda_packages, pip_packages
from .texts import names_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

FILE_LIMIT, MOST_RECORDED = 20_000_000, 2000
LEFT_OUT_FOLDERS = {"__pycache__", "node_modules", ".git", ".ipynb_checkpoints"}


def record() -> int:
    """Write it; whether it could be is no reason for a build to end."""
    try:
        os.makedirs(os.path.dirname(RECORD), exist_ok=True)
        known = {"files": sums(), "pip": pip_packages(), "conda": conda_packages()}
        with open(f"{RECORD}.new", "w") as file:
            json.dump(known, file)
        os.replace(f"{RECORD}.new", RECORD)
    except OSError as error:
        print(f"diagnose: what was built is not written down: {RECORD}: {error.strerror}", file=sys.stderr)
    return 0


def recorded() -> dict[str, Any]:
    try:
        with open(RECORD) as file:
            known = json.load(file)
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def sums() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in files_below(BINDER_DIR):
        if len(found) >= MOST_RECORDED:
            break
        found[os.path.relpath(path, BINDER_DIR)] = checksum(path)
    return found


def files_below(folder: str) -> Iterator[str]:
    for name in names_in(folder):
        path = os.path.join(folder, name)
        if os.path.islink(path) or os.path.isfile(path):
            yield path
        elif name not in LEFT_OUT_FOLDERS and os.path.isdir(path):
            yield from files_below(path)


def checksum(path: str) -> str:
    """Of a link where it leads to, of a large file how large it is."""
    try:
        if os.path.islink(path):
            return f"link to {os.readlink(path)}"
        if (size := os.path.getsize(path)) > FILE_LIMIT:
            return f"{size} bytes"
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError as error:
        return f"unreadable: {error.strerror}"


def differences(before: object, now: dict[str, str]) -> list[str]:
    """A line for each that came, went or changed."""
    if not isinstance(before, dict):
        return []
    lines = []
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if old != new:
            what = "is new" if old is None else "is gone" if new is None else "has changed"
            lines.append(f"{name} {what}" + (f": {old} -> {new}" if old and new and len(new) < 40 else ""))
    return lines
