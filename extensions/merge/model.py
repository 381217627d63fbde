"""What goes into a merger and what comes out.

Fragment   one component's file
Want       one entry of a fragment, where it stands, and the comment beside it
Entry      one line of the merged file, and every want it answers
Clash      wants that no single line can answer
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fragment:
    """`file` is relative to the catalogue's root, POSIX style."""

    component: str
    file: str
    text: str


@dataclass(frozen=True)
class Want:
    """`line` counts from 1; `comment` is without its `#`."""

    text: str
    component: str
    file: str
    line: int
    comment: str = ""

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    def as_data(self) -> dict[str, Any]:
        return {"component": self.component, "file": self.file, "line": self.line, "text": self.text}


@dataclass(frozen=True)
class Entry:
    """`name` is the normalised key, `text` the line without its comment."""

    name: str
    text: str
    wants: tuple[Want, ...]

    @property
    def provenance(self) -> str:
        """The components that want it, in order, each once, with the comments they wrote."""
        comments: dict[str, list[str]] = {}
        for want in self.wants:
            notes = comments.setdefault(want.component, [])
            if want.comment and want.comment not in notes:
                notes.append(want.comment)
        return ", ".join(name + (f" ({'; '.join(notes)})" if notes else "") for name, notes in comments.items())

    @property
    def line(self) -> str:
        return f"{self.text}  # {self.provenance}" if self.wants else self.text

    def as_data(self) -> dict[str, Any]:
        return {"name": self.name, "text": self.text, "from": [want.as_data() for want in self.wants]}


@dataclass(frozen=True)
class Clash:
    """`remedy` says what to do, as a clause."""

    subject: str
    wants: tuple[Want, ...]
    remedy: str

    def __str__(self) -> str:
        parties = ", ".join(f"{want.component} wants '{want.text}' ({want.place})" for want in self.wants)
        return f"{self.subject}: {parties}; {self.remedy}"

    def as_data(self) -> dict[str, Any]:
        wants = [want.as_data() for want in self.wants]
        return {"subject": self.subject, "wants": wants, "remedy": self.remedy}


@dataclass
class Merged:
    """Entries in order of first appearance."""

    entries: list[Entry] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)


# One text for all the wants of a name, or None where there is none.
Combine = Callable[[list[str]], "str | None"]


def merge_wants(wants: Iterable[tuple[str, Want]], combine: Combine, remedy: str) -> Merged:
    """Group (name, want) pairs by name, in order of first appearance, one entry a name.

    Where the wants of a name cannot be combined the first one wins and the clash is recorded.
    """
    groups: dict[str, list[Want]] = {}
    for name, want in wants:
        groups.setdefault(name, []).append(want)
    merged = Merged()
    for name, group in groups.items():
        texts = list(dict.fromkeys(want.text for want in group))
        text = texts[0] if len(texts) == 1 else combine(texts)
        if text is None:
            merged.clashes.append(Clash(name, tuple(group), remedy))
        merged.entries.append(Entry(name, texts[0] if text is None else text, tuple(group)))
    return merged


def split_comment(line: str) -> tuple[str, str]:
    """The line before a `#` that starts it or follows white space, and the comment behind it; both stripped."""
    for index, character in enumerate(line):
        if character == "#" and (index == 0 or line[index - 1].isspace()):
            return line[:index].strip(), line[index + 1 :].strip()
    return line.strip(), ""
