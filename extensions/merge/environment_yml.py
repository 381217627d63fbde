"""environment.yml, with requirements.txt beside it folded into its `pip:` list (repo2docker would ignore the file).

    environment_reader   its text -> wants
    channels, python     the rules of these two
    environment_text     what was decided here -> its text

- `dependencies`: by the rules of `specs`; two ranges become their intersection, disjoint ones clash
- `pip:` lists, several of them too: the rules of `pip`
- one package from conda and from pip: the rules of `both`; what `-r` files ask for: those of `included`
- `variables`: one owner a name, the rules of `env`
- unknown keys: one owner each
- the bare `pip` that every merged file has takes no entry; comments of those that ask for it trail
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..model import Clash, Entry, Finding, Fragment, Merged, Want
from . import both, channels, environment_reader, exports, included, indices, pip, python, specs
from .environment_reader import Wants
from .lines import without_anchors
from .wants import merge_wants

REMEDY = "make the two ranges overlap"


@dataclass
class Environment:
    """A merged environment.yml; `python` is a version such as `3.13`, `pythons` the entry for it."""

    python: str
    pythons: Entry
    channels: Merged = field(default_factory=Merged)
    conda: Merged = field(default_factory=Merged)
    pip: Merged = field(default_factory=Merged)
    variables: Merged = field(default_factory=Merged)
    more: Merged = field(default_factory=Merged)

    @property
    def parts(self) -> dict[str, Merged]:
        return {
            "channels": self.channels,
            "conda": self.conda,
            "pip": self.pip,
            "variables": self.variables,
            "other keys": self.more,
        }

    @property
    def clashes(self) -> list[Clash]:
        return [clash for part in self.parts.values() for clash in part.clashes]

    @property
    def findings(self) -> list[Finding]:
        return [finding for part in self.parts.values() for finding in part.findings]


def merge(
    environments: Iterable[Fragment],
    requirements: Iterable[Fragment],
    python_version: str,
    pythons: Iterable[Want] = (),
    order: Sequence[str] = (),
    finished: bool = False,
) -> Environment:
    """One environment from all fragments; `pythons`: wishes for Python that stand elsewhere (runtime.txt).

    `order`: components in order of precedence; without it every environment's pip list precedes all requirements.
    `finished`: they are parts of a file that is written, and nothing can be joined any more.
    Raises `BlocksError` for a fragment that cannot be read.
    """
    wants = _read(environments, requirements, pythons)
    if not finished:
        wants.pip = indices.settle(wants.pip, wants.notes)
    if ranks := {component: rank for rank, component in enumerate(order)}:
        wants.pip.sort(key=lambda want: ranks.get(want.component, len(ranks)))
    entry, clashes = python.merge(python_version, wants.python)
    environment = Environment(
        *(python_version, entry, channels.merge(wants.channels)),
        merge_wants("conda", wants.conda, REMEDY, specs.combine, specs.fits),
        pip.merge(wants.pip),
        merge_wants("variable", wants.variables, "one component may own a variable"),
        merge_wants("key", wants.more, "keep one of the two"),
    )
    environment.conda.clashes += clashes
    bare = [entry for part in (environment.conda, environment.pip) for entry in part.entries if is_pip(entry)]
    for want in (want for entry in bare for want in entry.wants):
        wants.notes.trailing += without_anchors([*want.above, want.comment], want.component)
    packages = [*wants.python, *(want for _, want in wants.conda)] if wants.built else []
    wants.notes.findings += exports.examine(wants.built, packages, python_version)
    environment.conda.findings, environment.conda.trailing = wants.notes.findings, wants.notes.trailing
    if finished:
        both.compare(environment.conda, environment.pip)
    else:
        both.settle(environment.conda, environment.pip, python_version, ranks)
        included.settle(environment.conda, environment.pip, wants.notes.included)
    return environment


def _read(environments: Iterable[Fragment], requirements: Iterable[Fragment], pythons: Iterable[Want]) -> Wants:
    wants = Wants(python=list(pythons))
    for fragment in environments:
        environment_reader.read(fragment, wants)
    merged = set[str]()
    for fragment in requirements:
        merged.add(fragment.file)
        wants.pip += pip.read(fragment, wants.notes)
    wants.pip = included.unmerged(wants.pip, merged, wants.notes)
    wants.notes.findings += included.examine(wants.notes.included)
    return wants


def is_pip(entry: Entry) -> bool:
    """Whether it is the line that every merged file has."""
    return entry.name == entry.text == "pip"
