"""What is wrong, in words: the worst first, and what explains others before them.

- a service that waits for scripts of first.d is not ill: it comes last, with the script that runs
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from .ailments import cause_of, full_words
from .causes import NO_MEMORY, NO_SPACE, cause_in
from .facts import BINDER_DIR, CONDA_DIR, PYTHON
from .logs import last_line_of, log_of
from .places import service_folders
from .processes import owner_of_process
from .texts import amount, in_one_line, known_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facts import Facts

FINE = {"ready", "on-demand", "done", "held", "waiting"}
NEARLY = 0.95  # of the memory
MANY_RESTARTS = 2
STATES = {"failed": "has failed", "starting": "is not ready yet", "restarting": "ends, and is started anew"}
OF_JUPYTER = {"conda", "jupyter", "jupyterlab", "notebook", "ipykernel", "ipython", "tornado", "pyzmq", "traitlets"}
START_AGAIN = "start the session anew; if it comes again, build the image anew"


@dataclass
class Finding:
    wrong: str
    cause: str = ""
    remedy: str = ""


def findings(facts: Facts) -> list[Finding]:
    return [
        *of_machine(facts),
        *of_launch(facts),
        *of_services(facts),
        *of_scripts(facts),
        *of_first(facts),
        *of_course(facts),
        *of_waiting(facts),
    ]


def of_machine(facts: Facts) -> Iterator[Finding]:
    for disk in facts.disks:
        if disk.is_full:
            yield Finding("A disk is full.", full_words(disk), NO_SPACE[2])
        elif disk.read_only and disk.paths[0] == facts.environment.get("HOME"):
            yield Finding("The home folder is read-only.", disk.paths[0], "mount it so that it can be written to")
    memory = facts.memory
    if memory.limit and memory.used > NEARLY * memory.limit:
        used = f"{amount(memory.used)} of {amount(memory.limit)} are used"
        yield Finding("The memory is nearly used up.", used, NO_MEMORY[2])
    elif memory.kills and not any("SIGKILL" in str(one.get("reason")) for one in facts.services.values()):
        what = f"The system killed processes of this session {memory.kills} times."
        yield Finding(what, "it ran out of memory", NO_MEMORY[2])
    if facts.home_problem:
        yield Finding("Nothing can be written to the home folder.", facts.home_problem, "mount it for this user")
    for path, problem in facts.unknown.items():
        if "file system" in problem:
            yield Finding(f"{path} does not answer.", "the server of a network folder is gone", START_AGAIN)


def of_launch(facts: Facts) -> Iterator[Finding]:
    """Why no service runs at all, or why nothing of them is known."""
    names = service_folders()
    if facts.running:
        yield from of_silence(facts)
    if facts.running or not names:
        return
    wrong = f"No service runs ({in_one_line(', '.join(names), 200)}): launch is not running."
    lacking = [name for name in ("launch", "env", "start") if not os.path.isfile(os.path.join(BINDER_DIR, name))]
    if lacking:
        yield Finding(wrong, f"binder/ lacks {', '.join(lacking)}", "git may ignore it: commit it, and build anew")
    elif facts.versions.get("Python of the notebook", "").startswith("none"):
        yield Finding(wrong, f"{PYTHON} does not run", "build the image anew")
    elif "pid" in facts.status:
        yield Finding(wrong, "it has ended, or was killed, and the notebook with it", START_AGAIN)
    else:
        why = "the container was started without binder/start, or by another user"
        yield Finding(wrong, why, "start it with the image's own entry point")


def of_silence(facts: Facts) -> Iterator[Finding]:
    """A launch that runs and says nothing, to nobody or to another user."""
    owner, user = owner_of_process(facts.launch), os.geteuid()
    if facts.answers or (owner != user and facts.status):
        return
    if owner != user:
        cause = f"the session is user {owner}'s, and this is user {user}"
        yield Finding("What the services do cannot be told.", cause, "run it as that user")
    else:
        yield Finding("launch does not answer.", f"process {facts.launch} runs, but says nothing", START_AGAIN)


def of_services(facts: Facts) -> Iterator[Finding]:
    if not facts.running:
        return
    for name, one in facts.services.items():
        state, reason = str(one.get("state")), in_one_line(str(one.get("reason") or ""), 160)
        if state not in FINE:
            cause, remedy = cause_of(facts, name, one)
            again = f", started again {one['restarts']} times" if one.get("restarts") else ""
            yield Finding(
                f"{name} {STATES.get(state, f'is {state}')}{again}" + (f": {reason}" if reason else "."), cause, remedy
            )
        elif one.get("complaint"):
            cause, remedy = cause_of(facts, name, one)
            yield Finding(f"{name} runs, but: {in_one_line(str(one['complaint']), 160)}", cause, remedy)
        elif int(one.get("restarts") or 0) >= MANY_RESTARTS:
            what = f"{name} runs, but was started again {one['restarts']} times."
            yield Finding(what, cause_of(facts, name, {**one, "reason": ""})[0], "read its log in this file")


def of_scripts(facts: Facts) -> Iterator[Finding]:
    for name, one in facts.hooks.items():
        state, reason = str(one.get("state")), str(one.get("reason") or "")
        if state in ("failed", "running"):
            log = log_of(facts, one, f"start.d-{name}")
            cause, remedy = cause_in(reason)
            if not cause:
                cause, remedy = cause_in(log[-8000:])
            words = "failed" if state == "failed" else "takes long"
            otherwise = f"it says: {last_line_of(log)}" if last_line_of(log) else "it says nothing"
            wrong = f"The start script start.d/{name} {words}: {in_one_line(reason, 160)}"
            yield Finding(wrong, cause or otherwise, remedy or f"see {os.path.join(BINDER_DIR, 'start.d', name)}")


def of_first(facts: Facts) -> Iterator[Finding]:
    for name, one in facts.first.items():
        if one.get("state") == "failed":
            log = log_of(facts, one, f"first.d-{name}")
            reason = in_one_line(str(one.get("reason") or ""), 160)
            cause, remedy = cause_in(f"{reason}\n{log[-8000:]}")
            last = last_line_of(log) or in_one_line(str(one.get("line") or ""))
            yield Finding(f"first.d/{name} failed: {reason}", cause or f"it says: {last}", remedy or "start it again")


def of_course(facts: Facts) -> Iterator[Finding]:
    for name in service_folders():
        seeds = known_text(os.path.join(CONDA_DIR, "var/binder", name, "passed-over"))
        if seeds:
            names = in_one_line(", ".join(seeds.splitlines()), 120)
            yield Finding(f"Seeds of {name} were not loaded: {names}", f"they are of no kind that {name} loads", "")
    parts = [line for line in facts.packages_changed if line.split()[0].split("-")[0] in OF_JUPYTER]
    if parts:
        what = "Packages of Jupyter differ from those that were built."
        yield Finding(what, f"pip or conda was used in this session: {in_one_line('; '.join(parts), 120)}", START_AGAIN)
    if problem := facts.unknown.get("binder/env"):
        yield Finding("binder/env cannot be read in time, or fails.", in_one_line(problem), "mend it")


def of_waiting(facts: Facts) -> Iterator[Finding]:
    """Why a service is not there yet, though nothing is wrong with it."""
    cause = ""
    for name, one in facts.first.items():
        if one.get("state") == "running":
            line = in_one_line(str(one.get("line") or ""))
            cause = f"first.d/{name} still runs" + (f": {line}" if line else "")
    for name, one in facts.services.items() if facts.running else ():
        if one.get("state") == "waiting":
            wrong = f"{name} has not started yet: {in_one_line(str(one.get('reason') or ''), 160)}"
            yield Finding(wrong, cause, "wait: it starts when that is done")
