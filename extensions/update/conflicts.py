"""The files that an update leaves to the author: both versions of a line stand in them, or both of the file in git."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ..model import Finding
from ..rule import Rule
from ..text import decode

OWN = "own"
START, END = re.compile(r"<{7}( |$)"), re.compile(r">{7}( |$)")

BB605 = Rule(
    "BB605",
    "a file has conflict markers",
    "an update left them",
    "keep the lines you want, delete the markers, commit",
)
BB621 = Rule(
    "BB621",
    "you and the new version changed a file that is no text",
    "lines cannot be merged; it is as you have it",
    "take one of the two: `git checkout --ours FILE` or `--theirs`, then `git add FILE`",
)


def find(destination: Path, paths: Iterable[str], unmerged: Iterable[str]) -> list[Finding]:
    """Those of the paths that have markers, and those that git has as unmerged and that have none."""
    lines = {path: line for path in sorted({*paths}) if (line := _first_marker(destination / path))}
    files = sorted({*unmerged}.difference(lines))
    return [*(_markers(path, line) for path, line in lines.items()), *map(_both, files)]


def _first_marker(path: Path) -> int:
    """Its line, from 1; 0 where no conflict begins and ends."""
    try:
        lines = decode(path.read_bytes())[0].split("\n")
    except OSError:
        return 0
    starts = [number for number, line in enumerate(lines, start=1) if START.match(line)]
    ends = [number for number, line in enumerate(lines, start=1) if END.match(line)]
    return starts[0] if starts and ends and starts[0] < ends[-1] else 0


def _markers(path: str, line: int) -> Finding:
    remedy = "keep the lines you want, delete the markers, and commit"
    return Finding(BB605, OWN, path, line, "", "has conflict markers, left by an update", remedy)


def _both(path: str) -> Finding:
    reason = "was changed by you and by the new version, and cannot be merged; it is as you have it"
    remedy = f"take one: git checkout --ours {path}, or --theirs; then git add {path}"
    return Finding(BB621, OWN, path, 0, "", reason, remedy)
