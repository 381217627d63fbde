"""A merge to be judged: its sources, what came out, and what has been found of it."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import yaml

from . import wishes
from .specifications import CondaLine, PipLine, conda_line, pip_line
from .wishes import Repository, Wish

BINDER = "binder"
FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Source:
    """A repository; what stands before its paths in messages; where its root stands in the merged one."""

    repository: Repository
    origin: str
    home: str

    @property
    def label(self) -> str:
        return self.repository.label

    @property
    def folder(self) -> str:
        return posixpath.join(self.home, self.repository.folder)

    @cached_property
    def wishes(self) -> list[Wish]:
        return list(dict.fromkeys(wishes.wishes(self.repository)))

    @property
    def slug(self) -> str:
        """The name of its hooks; what has no home was adopted where it stands."""
        if self.home:
            return f"import-{posixpath.basename(self.home)}"
        return f"adopted-{self.repository.folder.replace('.', 'dot-') or 'root'}"

    def where(self, path: str) -> str:
        return self.origin + path

    def pip(self, text: str, file: str) -> PipLine | None:
        """pip runs in the root for requirements.txt, beside the file for environment.yml."""
        return pip_line(text, self.folder, self.home if file.endswith("requirements.txt") else self.folder)


class Outcome(NamedTuple):
    """What a merger gives: the two lists, clashes and findings as binder/report.json has them, other files by path."""

    apt: str
    environment: str
    clashes: Sequence[Mapping[str, Any]]
    findings: Sequence[Mapping[str, Any]]
    files: Mapping[str, tuple[bytes, bool]]
    binder: str = BINDER


class Violation(NamedTuple):
    kind: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}: {self.message}"


@dataclass
class Verdict:
    counts: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


class Merged:
    """The merged lists, read again."""

    def __init__(self, outcome: Outcome) -> None:
        found = list(wishes.conda(outcome.environment, "environment.yml", FAST))
        self.apt = [wish.text for wish in wishes.apt(outcome.apt, "apt.txt")]
        self.channels = [wish.text for wish in found if wish.kind == "channel"]
        self.variables = {wish.name: wish.text for wish in found if wish.kind == "variable"}
        self.keys = {wish.name: wish.text for wish in found if wish.kind == "key"}
        self.conda = [(wish.text, conda_line(wish.text)) for wish in found if wish.kind == "conda"]
        self.binder = outcome.binder
        self.pip = [(wish.text, self.pip_line(wish.text)) for wish in found if wish.kind == "pip"]

    def pip_line(self, text: str) -> PipLine | None:
        return pip_line(text, self.binder, self.binder)

    @property
    def conda_lines(self) -> list[tuple[str, CondaLine]]:
        return [(text, line) for text, line in self.conda if line]

    @property
    def pip_lines(self) -> list[tuple[str, PipLine]]:
        return [(text, line) for text, line in self.pip if line]

    @cached_property
    def links(self) -> set[str]:
        """Packages that pip takes from a link."""
        return {line.name for _, line in self.pip_lines if line.target and line.name}

    def like(self, text: str) -> str:
        """The lines of that name, for a message."""
        name = re.split(r"[^\w.-]", text.rpartition("::")[2])[0].lower()
        lines = [*self.apt, *(text for text, _ in (*self.conda, *self.pip))]
        return ", ".join(f"'{line}'" for line in lines if name and name in line.lower()) or "nothing"


@dataclass
class Case:
    sources: Sequence[Source]
    outcome: Outcome
    verdict: Verdict = field(default_factory=Verdict)
    accepted: list[tuple[Source, Wish]] = field(default_factory=list)

    @cached_property
    def merged(self) -> Merged:
        return Merged(self.outcome)

    def is_another_kind(self, source: Source) -> bool:
        """Whether its environment.yml has no dependencies, and a finding about the whole file says so."""
        keys = {wish.name for wish in source.wishes if wish.kind == "key"}
        conda = any(wish.kind == "conda" for wish in source.wishes)
        return bool(keys) and not conda and any(not one["line"] and one["left_out"] for one in self.outcome.findings)

    @cached_property
    def instead(self) -> set[str]:
        """Words that a finding says were taken in the place of what it leaves out."""
        remedies = (one["remedy"] for one in self.outcome.findings if one["left_out"])
        return {word for remedy in remedies for word in re.findall(r"[\w.+:@/=\[\]-]+", remedy)}

    def violation(self, kind: str, place: str, message: str) -> None:
        self.verdict.violations.append(Violation(kind, place, message))

    def wished(self, kind: str) -> list[tuple[Source, Wish]]:
        """The wishes of a kind that the merged lists have."""
        return [(source, wish) for source, wish in self.accepted if wish.kind == kind]
