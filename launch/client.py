"""The commands that ask the launch that runs in BINDER_RUN.

- it is asked only if that directory is this user's alone and the launch is of this repository: in one that anybody may
  have made, anybody may answer
- --use ends when the service fails or launch ends, and always with exit 1: whoever waits for it waits for that
- --wait ends when the service is ready, or has failed
- where none runs, --status and --verify tell what the last one left, and --reset sets data aside that is kept at home
"""

from __future__ import annotations

import os

from .data import COMPLAINT, STAYS, open_data
from .files import read
from .firsts import CUT_OFF
from .owner import kept_place
from .places import BINDER_RUN, Places, is_here, is_private, service_names
from .states import RUNNING, STOPPED, WAITING
from .words import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any, NoReturn

STATUS_SECONDS = 10


class NotRunning(Failure):
    """No launch of this repository answers."""


def ask(request: str, seconds: float) -> tuple[str, IO[str]]:
    """The first line of its answer, and where more may come from."""
    import socket

    if os.path.lexists(BINDER_RUN) and not is_private(BINDER_RUN):
        raise NotRunning(f"no launch is running ({BINDER_RUN} is not this user's alone)")
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(seconds)
    try:
        connection.connect(os.path.join(BINDER_RUN, "control"))
        connection.sendall(request.encode())
        answers = connection.makefile()
        first = answers.readline().strip()
    except socket.timeout:  # noqa: UP041 -- TimeoutError is another one before Python 3.10
        raise Failure(f"{request}: no answer within {seconds:.0f} s") from None
    except OSError:
        raise NotRunning(f"no launch is running (nothing answers in {BINDER_RUN})") from None
    connection.settimeout(None)
    return first or "failed: launch has ended", answers


def ask_here(request: str, seconds: float) -> tuple[str, IO[str]]:
    """The same, if it is the launch of this repository."""
    live_status()
    return ask(request, seconds)


def live_status() -> dict[str, Any]:
    """What the running launch says of itself; raises Failure if none of this repository answers."""
    import json

    try:
        status: dict[str, Any] = json.loads(ask("status", STATUS_SECONDS)[0])
    except ValueError:
        raise Failure(f"the launch in {BINDER_RUN} has ended") from None
    if not is_here(status.get("binder_dir")):
        raise NotRunning(f"no launch is running (the one in {BINDER_RUN} is of {status.get('binder_dir')})")
    return status


def use(name: str, seconds: float) -> NoReturn:
    """Live as long as the service is ready, then raise Failure."""
    answer, answers = ask_here(f"use {name}", seconds)
    if answer == "ready":  # whoever calls wants a process that lives as long as the service
        answer = answers.readline().strip() or "launch has ended"
    raise Failure(f"{name}: {answer}")


def wait(name: str, seconds: float) -> int:
    """Until the service is ready; raises Failure if it fails."""
    answer = ask_here(f"use {name}", seconds)[0]
    if answer != "ready":
        raise Failure(f"{name}: {answer}")
    return 0


def again(name: str, seconds: float) -> int:
    """Run a script of first.d once more, beside the notebook; raises Failure if it is not begun."""
    answer = ask_here(f"again {name}", seconds)[0]
    if answer != "ok":
        raise Failure(f"first.d/{name}: {answer}")
    return 0


def reset(name: str, seconds: float) -> int:
    names = service_names()
    if name not in names:
        raise Failure(f"there is no service {name} here, but {', '.join(names) or 'none at all'}")
    try:
        answer = ask_here(f"reset {name}", seconds)[0]
    except NotRunning as error:
        return reset_kept(name, str(error))
    print(f"{name}: {answer}")
    return 0 if answer.startswith("ready") else 1


def reset_kept(name: str, why: str) -> int:
    """Where no launch runs."""
    if not os.path.isdir(kept_place(name)):
        raise Failure(f"{why} and no data of {name} is kept: the next start has the seeded data")
    told: list[str] = []

    def tell_user(kind: str, text: str) -> None:
        told.append(kind)
        print(text)

    open_data(Places(name, BINDER_RUN), True, tell_user)
    return int(STAYS in told or COMPLAINT in told)


def known_status() -> dict[str, Any]:
    """What the running launch says, or else what the last one of this repository left."""
    try:
        status = live_status()
    except Failure as error:
        left = left_status()
        for service in left["services"].values():
            service.update(state=STOPPED, reason=str(error), pid=0)
        for first in left["first"].values():
            if first["state"] in (RUNNING, WAITING):
                first.update(state=STOPPED, reason=CUT_OFF)
        status = {**left, "running": False, "notebook": 0, "notes": [str(error)]}
    for name in service_names():
        status["services"].setdefault(name, {"state": STOPPED, "reason": str(*status["notes"][:1])})
    return status


def left_status() -> dict[str, Any]:
    import json

    nothing: dict[str, Any] = {"services": {}, "hooks": {}, "first": {}}
    if not is_private(BINDER_RUN):
        return nothing
    try:
        left: dict[str, Any] = json.loads(read(os.path.join(BINDER_RUN, "status.json")) or "{}")
    except ValueError:
        return nothing
    return {**nothing, **left} if is_here(left.get("binder_dir")) else nothing
