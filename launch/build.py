"""The data of one service is made when the image is built.

- its state is wiped, the service started, COMMAND run with SERVICE_* set, the service stopped
- then `format` and seeded.tar.gz are written beside the data
- after any failure nothing is left, and the exit is not 0
"""

from __future__ import annotations

import os
import signal

from .data import pack
from .files import remove
from .places import BINDER_DIR, claim_run, service_names
from .processes import MASK, kill
from .session import Session
from .stages import Launch
from .states import FAILED, READY, SETTLED
from .words import Failure, because, last_lines, outcome, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .service import Service

BUILD_GRACE = 60


def build(name: str, command: list[str], deadline: float) -> int:
    """Make the data of one service, in a run directory of its own; returns the exit status."""
    if name not in service_names():
        raise Failure(f"there is no services/{name}/run in {BINDER_DIR}")
    run = claim_run(private=True)
    launch = Launch(Session(run, deadline, BUILD_GRACE), [name], is_build=True)
    launch.loop.take_signals()
    try:
        return make(launch, launch.services[name], command)
    finally:
        remove(run)


def make(launch: Launch, service: Service, command: list[str]) -> int:
    place = service.places.built
    remove(place)
    problem = seed(launch, service, command)
    signal.pthread_sigmask(signal.SIG_SETMASK, MASK)
    result = launch.session.result or 0
    problem = problem or service.fatal
    if problem:
        problem += f"; the end of its log:\n{last_lines(service.places.log, 0, 40, chr(10))}"
    elif result:  # the command has said why, and nothing shall stand below that
        problem = because(" ".join(command), outcome(result))
    else:
        try:
            pack(service.places)
            return 0
        except (Failure, OSError) as error:
            problem = str(error)
    say(f"{service.name}: {problem}")
    remove(place)
    return 128 + os.WTERMSIG(result) if os.WIFSIGNALED(result) else os.WEXITSTATUS(result) or 1


def seed(launch: Launch, service: Service, command: list[str]) -> str:
    """Start the service, run the command, stop the service; what went wrong with the service, empty if nothing."""
    session, loop = launch.session, launch.loop
    service.start()
    loop.pump(lambda: session.stopping or service.state in SETTLED, session.deadline)
    problem = "" if service.state == READY else because("it did not become ready", service.reason)
    if not problem and not session.stopping:
        launch.start_notebook(command, service.places.environment(service.data))
        loop.pump(lambda: not session.notebook or service.state == FAILED)
        if session.notebook:
            problem = because("it ended before its data was made", service.reason)
            kill(session.notebook, signal.SIGTERM)
            loop.after(2, "build", lambda: kill(session.notebook, signal.SIGKILL))
    launch.stop()
    launch.finish()
    return problem
