"""Other programs, each for a few seconds, in a session of its own: what they said, as far as it is of use."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import suppress

from .clock import seconds_left

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SAID_BYTES = 2_000_000


def answer_of(command: list[str], seconds: float, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Exit status and output; -1 if it cannot be run or does not end."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {}), "LC_ALL": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        return -1, f"{command[0]}: {error.strerror}"
    late = threading.Event()

    def end() -> None:
        late.set()
        end_group(process.pid)

    timer = threading.Timer(seconds_left(seconds), end)
    timer.start()
    said = process.stdout.read(SAID_BYTES) if process.stdout else b""
    if len(said) == SAID_BYTES:  # it would say more, and wait for a reader
        end_group(process.pid)
    status = process.wait()
    timer.cancel()
    end_group(process.pid)  # what it has left
    if late.is_set() and status:
        return -1, f"{os.path.basename(command[0])} does not answer"
    return status, said.decode(errors="replace").rstrip()


def end_group(group: int) -> None:
    with suppress(OSError):
        os.killpg(group, signal.SIGKILL)


def said_by(command: list[str], seconds: float, environment: Mapping[str, str] | None = None) -> str:
    """What it said if it went well; raises OSError otherwise."""
    status, said = answer_of(command, seconds, environment)
    if status:
        raise OSError(0, said.rpartition("\n")[2] or f"{command[0]} exited with status {status}")
    return said
