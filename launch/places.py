"""BINDER_DIR is the folder that launch is in, BINDER_RUN what one launch has for itself.

- BINDER_RUN is /tmp/binder-UID; if another launch or somebody else has that, or it is no directory, a new one beside it
- whoever asks the launch that runs in it does so only if nobody else can write to it
- it holds `control`, `status.json`, `log/`, SERVICE_RUN as `run/NAME`, and `data/NAME`
- a build has a BINDER_RUN of its own, and makes $CONDA_DIR/var/binder/NAME
"""

from __future__ import annotations

import fcntl
import os
import signal
import time

from .files import listed, own, read
from .words import say

BINDER_DIR = os.environ.get("BINDER_DIR") or os.path.dirname(os.path.abspath(__file__))
BINDER_RUN = os.environ.get("BINDER_RUN") or f"/tmp/binder-{os.geteuid()}"  # noqa: S108
BUILT = os.path.join(os.environ.get("CONDA_DIR") or "/srv/conda", "var", "binder")


class Places:
    """The folders and files of one service, in the directory `run` of one launch."""

    def __init__(self, name: str, run: str) -> None:
        self.name = name
        self.folder = os.path.join(BINDER_DIR, "services", name)
        self.seed = os.path.join(BINDER_DIR, "seed", name)
        self.built = os.path.join(BUILT, name)
        self.log = os.path.join(run, "log", f"{name}.log")
        self.answer = os.path.join(run, "log", f"{name}.ready")
        self.scratch = os.path.join(run, "run", name)
        self.passing = os.path.join(run, "data", name)

    def file(self, leaf: str) -> str:
        return os.path.join(self.folder, leaf)

    @property
    def stop_signal(self) -> signal.Signals:
        name = read(self.file("stop-signal")).upper()
        return getattr(signal.Signals, name if name.startswith("SIG") else f"SIG{name}", signal.SIGTERM)

    def environment(self, data: str) -> dict[str, str]:
        return {
            **os.environ,
            "SERVICE": self.name,
            "SERVICE_DIR": self.folder,
            "SERVICE_DATA": data,
            "SERVICE_RUN": self.scratch,
            "SERVICE_SEED": self.seed,
        }


def claim_run(private: bool = False) -> str:
    """A BINDER_RUN of this launch alone: the usual one, or a new one if that is not to be had."""
    run = BINDER_RUN
    problem = "" if private else occupied(run)
    if private or problem:
        run = f"{run}.{os.getpid()}-{time.time_ns()}"
        os.mkdir(run, 0o700)
        os.mkdir(os.path.join(run, "log"))
    if problem:
        say(f"{problem}; this launch uses {run}")
    os.environ.update(BINDER_DIR=BINDER_DIR, BINDER_RUN=run)
    return run


def occupied(run: str) -> str:
    """Why this launch cannot have that directory; empty if it has it now, for as long as it lives."""
    try:
        if os.path.lexists(run) and not os.path.isdir(run):
            return f"{run} is no directory"
        os.makedirs(run, mode=0o700, exist_ok=True)
        if os.path.islink(run) or not own(run):
            return f"{run} belongs to somebody else"
        os.chmod(run, 0o700)
        fcntl.flock(os.open(run, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.makedirs(os.path.join(run, "log"), exist_ok=True)
    except BlockingIOError:
        return f"another launch is using {run}"
    except OSError as error:
        return f"{run} cannot be used ({error.strerror})"
    return ""


def is_private(run: str) -> bool:
    """Whether what is in it is from this user alone."""
    return not os.path.islink(run) and own(run) and not os.stat(run).st_mode & 0o022


def is_here(binder_dir: object) -> bool:
    """Whether that is the BINDER_DIR of this program, or another way to it."""
    return isinstance(binder_dir, str) and os.path.realpath(binder_dir) == os.path.realpath(BINDER_DIR)


def hook_files(leaf: str) -> list[str]:
    """The scripts in one folder: those of the components in their order, then the author's own by name."""
    folder = os.path.join(BINDER_DIR, leaf)
    there = listed(folder)
    ordered = [name for name in read(os.path.join(BINDER_DIR, "order")).splitlines() if name in there]
    paths = [os.path.join(folder, name) for name in dict.fromkeys([*ordered, *there])]
    return [path for path in paths if os.path.isfile(path)]


def service_names() -> list[str]:
    folder = os.path.join(BINDER_DIR, "services")
    return [name for name in listed(folder) if os.path.isfile(os.path.join(folder, name, "run"))]
