"""What `conda env export` writes, found: builds are of one system, and of one version of Python.

- a file of which at least half, and two, of the packages name a build is an export: one finding for the file
- builds for another Python than the course's cannot be installed: one finding for those of a file
- the lines are kept, as nobody can tell which of their versions are there without the build
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from ..model import Finding, Want
from ..rule import Rule
from . import unfit
from .specs import Spec

BB217 = Rule(
    "BB217",
    "environment.yml was made by `conda env export` with builds",
    "a build is of one system, so that the list can be installed on no other",
    "export it anew with `--from-history`, which lists what somebody asked for, or with `--no-builds`",
)
BB218 = Rule(
    "BB218",
    "packages ask for builds that are for another Python",
    "they would break the build",
    "leave out the builds, and export with `--from-history` or `--no-builds`",
)
FOR_PYTHON = re.compile(r"py([23])(\d{1,2})(?!\d)")
REMEDY = "export it anew with --from-history, or with --no-builds"


def examine(built: Iterable[tuple[Want, Spec]], packages: Iterable[Want], python: str) -> Iterator[Finding]:
    """`built`: the specifications with a build; `packages`: all; `python`: the course's, empty where there is none."""
    files: dict[tuple[str, str], list[tuple[Want, Spec]]] = {}
    for want, spec in built:
        if "*" not in spec.build:
            files.setdefault((want.component, want.file), []).append((want, spec))
    if not files:
        return
    numbers = Counter((want.component, want.file) for want in packages)
    for file, pairs in files.items():
        if len(pairs) >= max(2, numbers[file] / 2):
            whole = Want("", *file, 0)
            yield whole.finding(BB217, "was made by conda env export with builds, which one system has", REMEDY)
        if python:
            yield from _of_another_python(pairs, python)


def _of_another_python(pairs: Iterable[tuple[Want, Spec]], python: str) -> Iterator[Finding]:
    kept = [(want, spec) for want, spec in pairs if unfit.of_conda(spec.name) is None]
    versions = [(want, f"{match[1]}.{match[2]}") for want, spec in kept if (match := FOR_PYTHON.search(spec.build))]
    others = [(want, version) for want, version in versions if version != ".".join(python.split(".")[:2])]
    if others:
        (first, version), *more = others
        beside = f", as {len(more)} more are" if more else ""
        reason = f"is a build for Python {version}{beside}, and {python} is the course's; it would break the build"
        yield first.finding(BB218, reason, REMEDY)
