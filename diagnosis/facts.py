"""What is known of the session, as the parts found it; empty is what could not be told."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BINDER_DIR = os.environ.get("BINDER_DIR") or os.path.dirname(os.path.abspath(__file__))
CONDA_DIR = os.environ.get("CONDA_DIR") or "/srv/conda"
PREFIX = os.environ.get("NB_PYTHON_PREFIX") or os.path.join(CONDA_DIR, "envs", "notebook")
PYTHON = os.path.join(PREFIX, "bin", "python3")
RECORD = os.path.join(CONDA_DIR, "var", "binder.json")  # what `built` wrote at build


@dataclass
class Disk:
    """One file system; `paths` are the folders of ours that are on it."""

    paths: list[str]
    free: int
    size: int
    inodes_free: int
    inodes: int
    read_only: bool = False

    @property
    def is_full(self) -> bool:
        """Less than a hundredth free, at most 32 MB, or no names left."""
        few = self.size > 0 and self.free < min(32_000_000, max(self.size // 100, 64_000))
        return few or (self.inodes > 0 and self.inodes_free < max(10, self.inodes // 1000))


@dataclass
class Memory:
    """Bytes; `kills` is how often the system has killed a process of this session for want of it."""

    used: int = 0
    limit: int = 0
    kills: int = 0
    whole: int = 0  # of the machine


@dataclass
class Process:
    pid: int
    parent: int
    session: int
    user: int
    state: str
    memory: int
    seconds: float
    command: str


@dataclass
class Listener:
    port: int
    address: str
    user: int
    pid: int = 0  # 0: somebody's whose processes cannot be seen
    command: str = ""


@dataclass
class Place:
    """A folder for the data of a service."""

    name: str
    path: str
    format: str
    wanted: str
    writable: bool
    owner: int
    size: int
    kept: bool


@dataclass
class Facts:
    environment: dict[str, str] = field(default_factory=lambda: {**os.environ})
    run: str = ""  # BINDER_RUN of the launch that is meant
    status: dict[str, Any] = field(default_factory=dict)
    status_from: str = ""  # how it is known
    running: bool = False
    answers: bool = False  # launch itself has said it
    launch: int = 0  # the process
    logs: dict[str, str] = field(default_factory=dict)  # by their file's name
    disks: list[Disk] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)
    listeners: list[Listener] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)  # files of binder/ that differ from what was built
    packages_changed: list[str] = field(default_factory=list)
    home_problem: str = ""
    unknown: dict[str, str] = field(default_factory=dict)  # part -> why it cannot be told

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        return parts_of(self.status.get("services"))

    @property
    def hooks(self) -> dict[str, dict[str, Any]]:
        return parts_of(self.status.get("hooks"))

    @property
    def first(self) -> dict[str, dict[str, Any]]:
        return parts_of(self.status.get("first"))

    @property
    def notes(self) -> list[str]:
        notes = self.status.get("notes")
        return [str(note) for note in notes] if isinstance(notes, list) else []


def parts_of(value: object) -> dict[str, dict[str, Any]]:
    """What a status says of services, hooks and so on, whoever wrote it."""
    if not isinstance(value, dict):
        return {}
    return {str(name): one for name, one in value.items() if isinstance(one, dict)}
