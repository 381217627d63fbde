"""Data is made of a dump as a build makes it of seeds: a server of its own, empty, then `setup`, then `load` each file.

- it takes the port of the service that is held, in a run directory of its own, on data that is not in place yet: if
  any of it fails, or is killed, the service's own data was never touched
- it is a process of its own, as launch's loop wants it, and ends with us
"""

from __future__ import annotations

import os
import signal

from launch.build import BUILD_GRACE, seed, steps
from launch.files import remove
from launch.places import claim_run
from launch.processes import die_with_parent
from launch.session import Session
from launch.stages import Launch
from launch.words import Failure, because, outcome

SECONDS = 300


def rebuild(name: str, folder: str, place: str) -> str:
    """The new data, in the new folder `place`, of the files in `folder`; raises Failure with the reason."""
    receive, send = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(receive)
        try:
            os.write(send, problem_of(name, folder, place).encode(errors="replace")[-2000:])
        except BaseException as error:
            os.write(send, f"{type(error).__name__}: {error}".encode(errors="replace")[-2000:])
        os._exit(0)
    os.close(send)
    try:
        with open(receive, "rb") as answer:
            problem = answer.read().decode(errors="replace")
        status = os.waitpid(pid, 0)[1]
    except BaseException:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        raise
    if status or problem:
        raise Failure(
            because(f"{name} cannot be made anew of its dump", " ".join((problem or outcome(status)).split()))
        )
    return os.path.join(place, "data")


def problem_of(name: str, folder: str, place: str) -> str:
    """In the child; empty if all went well."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    die_with_parent(signal.SIGTERM)
    os.dup2(2, 1)  # our own stdout says what was restored, and nothing else
    run = claim_run(private=True)
    try:
        launch = Launch(Session(run, SECONDS, BUILD_GRACE), [name], [], is_build=True)
        launch.loop.take_signals()
        service = launch.services[name]
        service.places.built, service.places.seed = place, folder
        passed: list[str] = []
        problem, last = seed(launch, service, steps(service.places, [], passed), passed)
        result = launch.session.result or 0
        problem = problem or service.fatal or (because(os.path.basename(last), outcome(result)) if result else "")
        return problem or (f"it does not load {os.path.basename(passed[0])}" if passed else "")
    finally:
        remove(run)
