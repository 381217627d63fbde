"""What goes into a merger and what comes out.

Fragment   one file of one source: a component, an import, an adopted directory
Want       one entry of a fragment, where it stands, and the comments beside and above it
Entry      one line of the merged file, every want it answers, and those that lost to it
Clash      wants that no single line can answer, and which of them won
Finding    something a reader of the merged repository should know, with a code, like a linter's
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .comments import one_line
from .shown import printable, shown

# The component of what the answers say.
COURSE = "course"
# The longest path and text of a finding that its key holds.
KEPT = 200
LONGEST_QUOTED = 200
PRECEDENCE = "the course's own comes before imports, imports before the catalogue"


@dataclass(frozen=True)
class Fragment:
    """`file` is the path to name in messages.

    `foreign`: other people wrote it. What cannot be used is then left out and found, where a component's would be an
    error; comments that stand alone are kept. `files_from` and `packages_from` say from where, seen from the merged
    file, the fragment's `-r` files and its local packages are reached; None where they stand as written. `siblings`:
    what stands in the file's folder.
    """

    component: str
    file: str
    text: str
    foreign: bool = False
    files_from: str | None = None
    packages_from: str | None = None
    siblings: frozenset[str] = frozenset()
    open: Callable[[str], tuple[str, str] | None] = field(default=lambda _: None, compare=False, repr=False)


class Want(NamedTuple):
    """`line` counts from 1; `comment` and `above` are without their `#`."""

    text: str
    component: str
    file: str
    line: int
    comment: str = ""
    above: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def finding(self, code: str, reason: str, remedy: str, left_out: bool = False) -> Finding:
        """A finding about this entry."""
        return Finding(code, self.component, self.file, self.line, self.text, reason, remedy, left_out)

    def as_data(self) -> dict[str, Any]:
        return {"component": self.component, "file": self.file, "line": self.line, "text": self.text}


@dataclass(frozen=True)
class Entry:
    """`name` is the normalised key, `text` the line without its comment."""

    name: str
    text: str
    wants: tuple[Want, ...]
    losing: tuple[Want, ...] = ()

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
        return self.beside(self.text)

    def beside(self, text: str) -> str:
        """`text` with the entry's provenance."""
        note = "; ".join(filter(None, [self.provenance, "clash, see below" if self.losing else ""]))
        return f"{text}  # {one_line(note)}" if note else text

    def lines(self, text: str) -> list[str]:
        """All lines of the entry whose own is `text`: the comments that stood above it, and the wants that lost."""
        above = dict.fromkeys(note for want in self.wants for note in want.above)
        return [*(f"# {one_line(note)}" for note in above), self.beside(text), *self.lost]

    @property
    def lost(self) -> list[str]:
        """The wants that lost, as comments; without places: a commit in one would change the file for nothing."""
        lines = []
        for want in self.losing:
            note = f"{want.component} wanted this" + (f" ({want.comment})" if want.comment else "")
            lines += [*(f"# {one_line(above)}" for above in want.above), f"# {one_line(want.text)}  # {one_line(note)}"]
        return list(dict.fromkeys(lines))

    def as_data(self) -> dict[str, Any]:
        data = {"name": self.name, "text": self.text, "from": [want.as_data() for want in self.wants]}
        return {**data, "lost": [want.as_data() for want in self.losing]} if self.losing else data


@dataclass(frozen=True)
class Clash:
    """`kind` is the file or matter: apt, conda, pip, channels, variable, port, java, python, launcher, file.

    `wants` are the winners, then the `losing` ones; `remedy` says what to do, as a clause.
    """

    kind: str
    subject: str
    wants: tuple[Want, ...]
    losing: tuple[Want, ...]
    remedy: str
    why: str = PRECEDENCE

    def __str__(self) -> str:
        parties = ", ".join(f"{want.component} wants '{want.text}' ({want.place})" for want in self.parties)
        return f"{self.subject}: {parties}; {self.remedy}"

    @property
    def won(self) -> str:
        return _named(self.wants)

    @property
    def lost(self) -> str:
        return _named(self.losing)

    @property
    def parties(self) -> tuple[Want, ...]:
        return tuple(dict.fromkeys((*self.wants, *self.losing)))

    def as_data(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "subject": self.subject,
            "won": [want.as_data() for want in self.wants],
            "lost": [want.as_data() for want in self.losing],
            "why": self.why,
            "remedy": self.remedy,
        }


def _named(wants: Iterable[Want]) -> str:
    return ", ".join(dict.fromkeys(f"`{want.text}` of {want.component} ({want.place})" for want in wants))


@dataclass(frozen=True)
class Finding:
    """`line` 0 means the whole file; `left_out` that `text` is not in the merged repository, but for a comment."""

    code: str
    component: str
    file: str
    line: int
    text: str
    reason: str
    remedy: str
    left_out: bool = False

    def __str__(self) -> str:
        return f"{self.code} {self.place}: {self.message}"

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    @property
    def message(self) -> str:
        """A line; each part of it may quote what somebody else wrote, at any length."""
        text = f"'{shown(self.text, LONGEST_QUOTED)}' " if self.text else ""
        return f"{text}{shown(self.reason)}; {shown(self.remedy)}"

    @property
    def subject(self) -> str:
        """The file, whatever the commit that it is from."""
        return re.sub(r"^.*?@[0-9a-f]{7}:", lambda _: f"{self.component}:", self.file)

    @property
    def key(self) -> str:
        """What answers name it by: as long as it is about the same words, wherever they stand."""
        return printable(f"{self.code} {self.subject[:KEPT]}" + (f": {self.text[:KEPT]}" if self.text else ""))

    def as_data(self) -> dict[str, Any]:
        return {key: getattr(self, key) for key in self.__dataclass_fields__}


@dataclass
class Merged:
    """Entries in order of first appearance; `trailing`: comments that stood after the last entry of a fragment."""

    entries: list[Entry] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    trailing: list[str] = field(default_factory=list)
