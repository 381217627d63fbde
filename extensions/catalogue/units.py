"""The nouns of a catalogue: `Component` and `Output`, the two kinds of unit, and the `Catalogue` that holds both.

What each field means stands with the keys of the manifests, in `keys`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

# Key -> what people see, in the order in which they are offered.
CATEGORIES = {
    "stacks": "Stacks",
    "databases": "Databases",
    "database-tools": "Database tools",
    "messaging": "Messaging",
    "compute": "Compute",
    "applications": "Applications",
    "editors": "Editors and desktop",
    "languages": "Languages",
    "teaching": "Authoring and teaching",
    "subjects": "Subjects",
    "course": "The course's own",
    "helpers": "Helpers",
}
HELPERS = "helpers"


class Java(NamedTuple):
    """Major versions, both included; 0 is no bound."""

    least: int = 0
    most: int = 0


ANY_JAVA = Java()


@dataclass(frozen=True)
class Unit:
    """What components and outputs have in common. `folder` is absolute; all other paths are relative to it."""

    name: str
    folder: Path
    title: str
    summary: str
    requires: tuple[str, ...] = field(default=(), kw_only=True)
    after: tuple[str, ...] = field(default=(), kw_only=True)
    conflicts: tuple[str, ...] = field(default=(), kw_only=True)

    SHELF: ClassVar[str]
    # What people call one, and where all of them are.
    NOUN: ClassVar[str]
    LISTED: ClassVar[str]
    MANIFEST: ClassVar[str]

    @property
    def prefix(self) -> str:
        """What the names of this unit's questions start with."""
        return self.name.replace("-", "_") + "_"

    @property
    def former_names(self) -> tuple[str, ...]:
        return ()

    def where(self, file: str = "") -> str:
        """A file of the unit, or its folder, as messages name it."""
        return f"{self.SHELF}/{self.name}/{file}".rstrip("/")

    def files(self) -> list[str]:
        """Relative POSIX paths of the files in the folder, sorted; the caches that tools leave are not among them."""
        paths = (path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        return sorted(
            path.as_posix()
            for path in paths
            if (path.parts[0] == "files" or path.parts[0][0] != ".") and "__pycache__" not in path.parts
        )


@dataclass(frozen=True)
class Component(Unit):
    """One building block: what a student can use inside the session. `reachable` are labels of ports."""

    category: str
    formerly: tuple[str, ...] = ()
    retired: str = ""
    course: bool = False
    memory: int = 0
    cpu: int = 0
    size: int = 0
    java: Java = ANY_JAVA
    ports: Mapping[str, int] = field(default_factory=dict)
    reachable: tuple[str, ...] = ()
    starts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    provides: Mapping[str, Any] = field(default_factory=dict)
    comes_with: str = ""

    SHELF: ClassVar[str] = "components"
    NOUN: ClassVar[str] = "block"
    LISTED: ClassVar[str] = "docs/blocks.md"
    MANIFEST: ClassVar[str] = "component.yml"

    @property
    def has_service(self) -> bool:
        return (self.folder / "service").is_dir()

    @property
    def former_names(self) -> tuple[str, ...]:
        return self.formerly


@dataclass(frozen=True)
class Output(Unit):
    """One way of a finished course to people, or of news to the repository."""

    brings: Mapping[str, str] = field(default_factory=dict)
    placed: Mapping[str, str] = field(default_factory=dict)
    branch: str = ""
    keeps: str = ""
    build: Mapping[str, str] = field(default_factory=dict)
    renews: Mapping[str, str] = field(default_factory=dict)
    was: str = ""
    formerly: Mapping[str, str] = field(default_factory=dict)

    SHELF: ClassVar[str] = "outputs"
    NOUN: ClassVar[str] = "output"
    LISTED: ClassVar[str] = "README.md"
    MANIFEST: ClassVar[str] = "output.yml"


@dataclass(frozen=True)
class Catalogue:
    """`root` is absolute; units are by name, in name order."""

    root: Path
    components: Mapping[str, Component]
    outputs: Mapping[str, Output]


def current_names(units: Mapping[str, Unit]) -> dict[str, str]:
    """Former name -> name."""
    return {name: unit.name for unit in units.values() for name in unit.former_names}
