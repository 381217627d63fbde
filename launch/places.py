"""BINDER_DIR is the folder that launch is in, BINDER_RUN what one launch has for itself.

- BINDER_RUN is /tmp/binder-UID; if another launch or somebody else has that, a new directory beside it
- it holds `control`, `status.json`, `log/`, SERVICE_RUN as `run/NAME`, and `data/NAME`
- a build has a BINDER_RUN of its own, and makes $CONDA_DIR/var/binder/NAME
"""

from __future__ import annotations

import fcntl
import os
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
    run, problem = BINDER_RUN, ""
    try:
        if not private:
            os.makedirs(run, mode=0o700, exist_ok=True)
            if os.path.islink(run) or not own(run):
                problem = f"{run} belongs to somebody else"
            else:
                os.chmod(run, 0o700)
                fcntl.flock(os.open(run, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        problem = f"another launch is using {run}"
    if private or problem:
        run = f"{run}.{os.getpid()}-{time.time_ns()}"
        os.mkdir(run, 0o700)
    if problem:
        say(f"{problem}; this launch uses {run}")
    os.makedirs(os.path.join(run, "log"), exist_ok=True)
    os.environ.update(BINDER_DIR=BINDER_DIR, BINDER_RUN=run)
    return run


def hook_files() -> list[str]:
    """The start hooks: those of the components in their order, then the author's own by name."""
    folder = os.path.join(BINDER_DIR, "start.d")
    there = listed(folder)
    ordered = [name for name in read(os.path.join(BINDER_DIR, "order")).splitlines() if name in there]
    paths = [os.path.join(folder, name) for name in dict.fromkeys([*ordered, *there])]
    return [path for path in paths if os.path.isfile(path)]


def service_names() -> list[str]:
    folder = os.path.join(BINDER_DIR, "services")
    return [name for name in listed(folder) if os.path.isfile(os.path.join(folder, name, "run"))]
