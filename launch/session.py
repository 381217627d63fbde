"""What all parts of one launch share: its directory, its limits, and how far it has come."""

from __future__ import annotations

import os
import time

from .words import printable, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Session:
    """`deadline` is a moment of the monotonic clock, given in seconds from now; `grace` is seconds."""

    def __init__(self, run: str, deadline: float, grace: float) -> None:
        self.run, self.grace = run, grace
        self.began = time.monotonic()
        self.deadline = self.began + deadline
        self.notes: list[str] = []
        self.removed: dict[str, int] = {}  # log -> bytes that it was cut by
        self.notebook = 0  # its process, as long as it lives
        self.result: int | None = None  # and then its wait status
        self.stopping = False

    def note(self, text: str) -> None:
        """Say it, and keep it for status.json, once."""
        text = printable(text)
        say(text)
        if text not in self.notes:
            self.notes.append(text)

    def written(self, log: str) -> int:
        """Bytes of a log until now, those that were cut off among them."""
        return (os.path.getsize(log) if os.path.exists(log) else 0) + self.removed.get(log, 0)

    def offset(self, log: str, written: int) -> int:
        """Where in it now stands what came behind so many bytes."""
        return max(0, written - self.removed.get(log, 0))


def seconds_to_wait(otherwise: float, note: Callable[[str], None]) -> tuple[float, bool]:
    """START_SECONDS, and whether it is given; what is no number of seconds counts as not given."""
    given = os.environ.get("START_SECONDS", "")
    try:
        seconds = float(given or "-1")
    except ValueError:
        seconds = -1
    if seconds >= 0:
        return seconds, True
    if given:
        note(f"START_SECONDS={given} is no number of seconds; {otherwise:.0f} it is")
    return otherwise, False
