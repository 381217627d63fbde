"""The commands that ask the launch that runs in BINDER_RUN.

- --use ends when the service fails or launch ends, and always with exit 1: whoever waits for it waits for that
- where none runs, --status and --verify tell what the last one left, and --reset sets data aside that is kept at home
"""

from __future__ import annotations

import os

from .data import kept_place, open_data
from .files import read
from .places import BINDER_RUN, Places, service_names
from .states import STOPPED
from .words import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any, NoReturn


class NotRunning(Failure):
    """No launch answers."""


def ask(request: str, seconds: float) -> tuple[str, IO[str]]:
    """The first line of its answer, and where more may come from."""
    import socket

    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(seconds)
    try:
        connection.connect(os.path.join(BINDER_RUN, "control"))
        connection.sendall(request.encode())
        answers = connection.makefile()
        first = answers.readline().strip()
    except TimeoutError:
        raise Failure(f"{request}: no answer within {seconds:.0f} s") from None
    except OSError:
        raise NotRunning(f"no launch is running (nothing answers in {BINDER_RUN})") from None
    connection.settimeout(None)
    return first or "failed: launch has ended", answers


def use(name: str, seconds: float) -> NoReturn:
    """Live as long as the service is ready, then raise Failure."""
    answer, answers = ask(f"use {name}", seconds)
    if answer == "ready":  # whoever calls wants a process that lives as long as the service
        answer = answers.readline().strip() or "launch has ended"
    raise Failure(f"{name}: {answer}")


def reset(name: str, seconds: float) -> int:
    try:
        answer = ask(f"reset {name}", seconds)[0]
    except NotRunning as error:
        if not os.path.isdir(kept_place(name)):
            raise Failure(f"{error} and no data of {name} is kept: the next start has the seeded data") from None
        open_data(Places(name, BINDER_RUN), True, print)
        return 0
    print(f"{name}: {answer}")
    return 0 if answer.startswith("ready") else 1


def known_status() -> dict[str, Any]:
    """What the running launch says, or else what the last one left."""
    import json

    try:
        status: dict[str, Any] = json.loads(ask("status", 10)[0])
    except (Failure, ValueError) as error:
        left = json.loads(read(os.path.join(BINDER_RUN, "status.json")) or '{"services": {}, "hooks": {}}')
        for service in left["services"].values():
            service |= {"state": STOPPED, "reason": str(error), "pid": 0}
        status = {**left, "running": False, "notebook": 0, "notes": [str(error)]}
    for name in service_names():
        status["services"].setdefault(name, {"state": STOPPED, "reason": str(*status["notes"][:1])})
    return status
