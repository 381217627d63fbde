"""What is said while it works, on stderr; foreign names only as `shown` has them; why it ended."""

from __future__ import annotations

import os
from contextlib import suppress

from launch.words import Failure


class Ended(Failure):
    """By a signal."""


def tell(text: str) -> None:
    with suppress(OSError):  # nobody listens
        os.write(2, f"{text}\n".encode(errors="backslashreplace"))


def megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def reason_of(error: Exception) -> str:
    """In one line, without a number."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)
