"""What all parts of one launch share: its directory, its limits, and how far it has come."""

from __future__ import annotations

import time

from .words import say


class Session:
    """`deadline` is a moment of the monotonic clock, given in seconds from now; `grace` is seconds."""

    def __init__(self, run: str, deadline: float, grace: float) -> None:
        self.run, self.grace = run, grace
        self.began = time.monotonic()
        self.deadline = self.began + deadline
        self.notes: list[str] = []
        self.notebook = 0  # its process, as long as it lives
        self.result: int | None = None  # and then its wait status
        self.stopping = False

    def note(self, text: str) -> None:
        """Say it, and keep it for status.json."""
        say(text)
        self.notes.append(text)
