"""A finding about a line that a script runs, cited as it stands there."""

from __future__ import annotations

from ..model import Finding
from ..text import decode, printable
from .directory import Directory
from .runs import Run

# The longest piece of a script that a finding shows.
SHOWN = 100


def cited(directory: Directory, code: str, run: Run, reason: str, remedy: str) -> Finding:
    lines = decode(directory.tree[run.path].data)[0].split("\n")
    text = lines[run.call.line - 1].strip() if run.call.line <= len(lines) else ""
    return directory.finding(code, run.path, reason, remedy, line=run.call.line, text=shown(text))


def shown(text: str) -> str:
    """A line as a finding may show it."""
    return printable(text if len(text) <= SHOWN else text[: SHOWN - 3] + "...")
