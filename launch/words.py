"""What is said to whoever reads the log."""

from __future__ import annotations

import os
import signal
from contextlib import suppress


class Failure(Exception):  # noqa: N818
    """Why something cannot go on, in words for whoever reads the log."""


def say(text: str) -> None:
    with suppress(OSError):  # nobody listens: no reason to take the services down
        os.write(2, f"launch: {text}\n".encode(errors="replace"))


def because(what: str, detail: str) -> str:
    return f"{what}: {detail}" if detail else what


def outcome(status: int) -> str:
    """A wait status in words."""
    if os.WIFSIGNALED(status):
        return f"killed by {signal.Signals(os.WTERMSIG(status)).name}"
    return f"exited with status {os.WEXITSTATUS(status)}"


def last_lines(path: str, offset: int = 0, count: int = 3, between: str = " | ") -> str:
    """The end of a log, as far as it was written behind `offset` bytes; empty if there is none."""
    try:
        with open(path, "rb") as file:
            file.seek(max(offset, os.path.getsize(path) - 8192))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return between.join([line.strip() for line in lines if line.strip()][-count:])
