"""Start the services of this repository, then the notebook; stop them all cleanly.

    launch [--deadline 20] [--grace 8] -- COMMAND...      the services, then COMMAND (the notebook)
    launch --build NAME [--deadline 300]    make the data of service NAME of its seeds
    launch --build NAME [--deadline 300] -- COMMAND...    make it with COMMAND instead
    launch --use NAME [--deadline 120]      start NAME if need be, wait until it is ready, live until TERM
    launch --wait NAME [--deadline 120]     start NAME if need be, wait until it is ready
    launch --again NAME [--deadline 120]    run the script NAME of first.d once more, beside the notebook
    launch --reset NAME [--deadline 120]    set the data of NAME aside, start it again with the seeded data
    launch --status                         print the state of everything as JSON; exit 1 if nothing runs
    launch --verify                         print what is wrong with any service; exit 1 if anything is
    launch --with PROGRAM ARGUMENTS...      a program beside this one, which has the rooms of this one as its own
    launch --run-hook FILE ARGUMENTS...     run a script through the interpreter that its first line names

--deadline and --grace are seconds.  Without scripts and services, or if launch itself fails, COMMAND runs alone.
It is compiled at every start, and milliseconds count before the services are under way: what is not needed until then
is imported where it is used.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

from .build import build
from .client import again, known_status, reset, use, wait
from .files import read
from .places import BINDER_DIR, claim_run, hook_files, service_names
from .processes import execute, script
from .renviron import tell_r
from .session import Session
from .stages import Launch
from .verification import verify
from .words import Failure, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main(arguments: list[str]) -> int:
    if os.environ.get("LC_CTYPE") == "C.UTF-8" and "LC_CTYPE=" not in read("/proc/self/environ"):
        del os.environ["LC_CTYPE"]  # Python's own doing, no business of the notebook
    if arguments[:1] == ["--run-hook"] and len(arguments) > 1:
        execute([*script(arguments[1]), *arguments[2:]], {**os.environ})
    if arguments[:1] == ["--with"] and len(arguments) > 1:
        return run_beside(arguments[1], arguments[2:])
    if arguments == ["--status"]:
        import json

        status = known_status()
        print(json.dumps(status, indent=1))
        return 0 if status["running"] else 1
    if arguments == ["--verify"]:
        return verify()
    end = arguments.index("--") if "--" in arguments else len(arguments)
    words, command = arguments[:end], arguments[end + 1 :]
    options = dict(zip(words[::2], words[1::2]))  # noqa: B905 -- `strict` is of Python 3.10
    verbs = {"--build", "--use", "--wait", "--again", "--reset"} & options.keys()
    known = options.keys() <= verbs | {"--deadline", "--grace"} and len(words) % 2 == 0
    takes_command = verbs <= {"--build"}
    if not known or len(verbs) > 1 or (command and not takes_command) or not (command or verbs):
        say(f"wrong arguments: {' '.join(arguments)}\n{__doc__}")
        return 2
    try:
        limit = float(options.get("--deadline", 300 if verbs == {"--build"} else 120 if verbs else 20))
        if "--build" in options:
            return build(options["--build"], command, limit)
        if "--use" in options:
            use(options["--use"], limit)
        for option, action in {"--wait": wait, "--again": again, "--reset": reset}.items():
            if option in options:
                return action(options[option], limit)
        run(command, limit, float(options.get("--grace", 8)))
    except (Failure, OSError, ValueError) as error:
        say(str(error))
        return 1


def run_beside(program: str, arguments: list[str]) -> int:
    """It imports what it needs of this one by the name `launch`."""
    from importlib.machinery import SourceFileLoader
    from importlib.util import module_from_spec, spec_from_loader

    sys.dont_write_bytecode = True  # the folder is the author's
    sys.modules["launch"] = sys.modules[__name__]
    loader = SourceFileLoader(program, os.path.join(BINDER_DIR, program))
    if not os.path.isfile(loader.path) or not (spec := spec_from_loader(program, loader)):
        say(f"{loader.path} is missing")
        return 1
    module = module_from_spec(spec)
    loader.exec_module(module)
    return int(module.main(arguments))


def run(command: list[str], deadline: float, grace: float) -> NoReturn:
    """The services and the notebook; whatever goes wrong with launch itself, the notebook."""
    launch = None
    try:
        hooks, firsts, names = hook_files("start.d"), hook_files("first.d"), service_names()
        if names or hooks or firsts:
            launch = Launch(Session(claim_run(), deadline, grace), names, firsts)
            launch.loop.take_signals()
            launch.supervise(command, hooks)
            leave(launch.session.result or 0)
    except Exception as error:
        if launch and (launch.session.notebook or launch.session.result is not None):
            raise
        say(f"{type(error).__name__}: {error}; the notebook starts without services")
        if launch:
            end_without_notebook(launch)
    tell_r(say)
    execute(command, {**os.environ})


def end_without_notebook(launch: Launch) -> None:
    """Stop what was started: nobody would look after it; where TERM has come meanwhile, that is the end."""
    with suppress(Exception):
        launch.stop()
        launch.finish()
        launch.requests.close()
    if launch.session.result is not None:
        leave(launch.session.result)


def leave(result: int) -> NoReturn:
    """End as the notebook did: the caller sees what it would have seen of the notebook itself."""
    if os.WIFSIGNALED(result):
        import resource

        number = os.WTERMSIG(result)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
        os._exit(128 + number)  # process 1 does not die by a signal of its own
    os._exit(os.WEXITSTATUS(result))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
