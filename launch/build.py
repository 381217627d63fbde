"""The data of one service is made when the image is built.

- its state is wiped, the service started, its seeds loaded, the service stopped
- loading is: `setup`, where the service has one, then `load FILE` for each file and folder of SERVICE_SEED in the order
  of their names, hidden ones left out; both run with SERVICE_* set, `load` in the folder of the seeds
- `load` exits with 0 where it has loaded the file, with 3 where the file is not of its kinds: that is said and kept,
  and the next one follows; with anything else the build fails, and the file is named
- COMMAND, where one is given, runs in place of `setup` and `load`
- then `format` and seeded.tar.gz are written beside the data
- after any failure nothing is left, and the exit is not 0
"""

from __future__ import annotations

import os
import signal

from .data import pack
from .files import remove
from .places import BINDER_DIR, claim_run, service_names
from .processes import MASK, exit_code, kill, script
from .seeds import is_pointer, keep_names, pass_over, seed_paths
from .session import Session
from .stages import Launch
from .states import FAILED, READY, SETTLED
from .words import Failure, because, last_lines, outcome, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .places import Places
    from .service import Service

BUILD_GRACE = 60
NOT_MINE = 3  # what `load` exits with


def build(name: str, command: list[str], deadline: float) -> int:
    """Make the data of one service, in a run directory of its own; returns the exit status."""
    if name not in service_names():
        raise Failure(f"there is no services/{name}/run in {BINDER_DIR}")
    run = claim_run(private=True)
    launch = Launch(Session(run, deadline, BUILD_GRACE), [name], [], is_build=True)
    launch.loop.take_signals()
    try:
        return make(launch, launch.services[name], command)
    finally:
        remove(run)


def make(launch: Launch, service: Service, command: list[str]) -> int:
    place = service.places.built
    remove(place)
    passed: list[str] = []
    problem, last = seed(launch, service, steps(service.places, command, passed), passed)
    signal.pthread_sigmask(signal.SIG_SETMASK, MASK)
    result = launch.session.result or 0
    problem = problem or service.fatal
    if problem:
        problem += f"; the end of its log:\n{last_lines(service.places.log, 0, 40, chr(10))}"
    elif result:  # the command has said why, and nothing shall stand below that
        problem = because(last, outcome(result))
    else:
        try:
            keep_names(service.places, passed)
            pack(service.places)
            return 0
        except (Failure, OSError) as error:
            problem = str(error)
    say(f"{service.name}: {problem}")
    remove(place)
    return 128 + os.WTERMSIG(result) if os.WIFSIGNALED(result) else os.WEXITSTATUS(result) or 1


def steps(places: Places, command: list[str], passed: list[str]) -> Iterator[tuple[str, list[str], str]]:
    """What makes the data: a name to say, the command, and the seed that it loads, or nothing."""
    if command:
        yield " ".join(command), command, ""
        return
    setup, load = places.file("setup"), places.file("load")
    if os.path.exists(setup):
        yield setup, script(setup), ""
    for path in seed_paths(places):
        if os.path.exists(load):
            yield path, ["false"] if is_pointer(path) else [*script(load), path], path
        else:
            pass_over(places, path)
            passed.append(path)


def seed(
    launch: Launch, service: Service, todo: Iterator[tuple[str, list[str], str]], passed: list[str]
) -> tuple[str, str]:
    """Start the service, take the steps, stop the service; what went wrong with the service, and the last step."""
    session, loop = launch.session, launch.loop
    launch.logs.watch()
    service.start()
    loop.pump(lambda: session.stopping or service.state in SETTLED, session.deadline)
    problem = "" if service.state == READY else because("it did not become ready", service.reason)
    last = "the build"
    while not (problem or session.result) and (step := next(todo, None)):
        if session.stopping:  # the step before may have ended well all the same, and was not the last one
            last, session.result = "the build", signal.SIGTERM
            break
        last, command, path = step
        session.result = None
        if path:
            say(f"{service.name}: loading {path}")
        problem = take(launch, service, command, os.path.dirname(path))
        if path and session.result is not None and exit_code(session.result) == NOT_MINE:
            pass_over(service.places, path)
            passed.append(path)
            session.result = 0
    launch.stop()
    launch.finish()
    return problem, last


def take(launch: Launch, service: Service, command: list[str], folder: str) -> str:
    """Run one command to its end, or to the service's; what went wrong with the service, empty if nothing."""
    session, loop = launch.session, launch.loop
    launch.start_notebook(command, service.places.environment(service.data), folder)
    loop.pump(lambda: not session.notebook or service.state == FAILED)
    if not session.notebook:
        return ""
    kill(session.notebook, signal.SIGTERM)
    loop.after(2, "build", lambda: kill(session.notebook, signal.SIGKILL))
    return because("it ended before its data was made", service.reason)
