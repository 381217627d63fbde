"""How long the whole may take, and each part of it.

- a part that does not come back, such as a look at a folder on a dead server, is left to itself: it is a thread that
  keeps nobody
"""

from __future__ import annotations

import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

WHOLE_SECONDS = 16.0  # for finding out; what is left of half a minute is for masking and writing
END = time.monotonic() + WHOLE_SECONDS


class Late(Exception):  # noqa: N818
    """It has not come back in time."""


def seconds_left(seconds: float) -> float:
    """So many seconds, or what is left of the whole."""
    return max(0.1, min(seconds, END - time.monotonic()))


def bounded(function: Callable[[], Any], seconds: float) -> Any:
    """What a function gives; raises Late if it takes longer, and whatever it raises itself."""
    answers: list[Any] = []
    errors: list[Exception] = []

    def work() -> None:
        try:
            answers.append(function())
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not answers:
        raise Late(f"no answer within {seconds:.0f} s")
    return answers[0]
