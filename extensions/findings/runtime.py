"""runtime.txt: where it counts, its Python is merged as a wish; all else that it says is found."""

from __future__ import annotations

from collections.abc import Iterator

from ..foreign.pack import Pack
from ..model import Finding
from ..repo2docker import RUNTIME
from ..rule import Rule

BB311 = Rule(
    "BB311",
    "runtime.txt is not read",
    "repo2docker stops at what is not NAME-VERSION, knows only python and r, and passes over `python-3.12` beside "
    "environment.yml. Where it counts, it is read as a wish for Python and merged as such",
    "name Python in environment.yml",
)
BB312 = Rule(
    "BB312",
    "runtime.txt chose R",
    "R is not installed here. In an adopted `binder/` it is, and Python is repo2docker's default",
    "`r-base` in environment.yml",
)


def examine(pack: Pack) -> Iterator[Finding]:
    if not pack.has(RUNTIME):
        return
    if pack.runtime is None:
        reason = "is not of the form NAME-VERSION, at which repo2docker stops; it is not read here"
        if pack.is_in_place:
            reason = "stays in force here: it is not of the form NAME-VERSION, at which repo2docker stops"
        yield pack.finding(BB311, RUNTIME, reason, "write python-3.12 or the like, or remove it")
    elif pack.runtime.name == "python":
        yield from _python(pack)
    elif pack.runtime.name == "r" and pack.runtime.date:
        yield _r(pack, pack.runtime.date)
    else:
        reason = "is not read: repo2docker knows 'python-' and a version, or 'r-' and a date (r-4.4-2026-01-31)"
        yield pack.finding(BB311, RUNTIME, reason, "remove it, or write what it means in environment.yml")


def _python(pack: Pack) -> Iterator[Finding]:
    if pack.names_python_elsewhere:
        other = pack.environment or "Pipfile"
        reason = f"is not read: beside {other} its Python does not count, for repo2docker neither"
        yield pack.finding(BB311, RUNTIME, reason, "name the version in environment.yml, if it is meant")
    elif not pack.python:
        reason = "names no Python version that could be read"
        yield pack.finding(BB311, RUNTIME, reason, "write python-3.12 or the like")


def _r(pack: Pack, date: str) -> Finding:
    if pack.is_in_place and pack.name == "r":
        reason = (
            "stays in force here: repo2docker installs R and RStudio of that date beside the merged files, "
            "but starts from its default Python, not from that of environment.yml"
        )
        remedy = "keep it if that is what is wanted; else take R from conda ('r-base') and remove it"
        return pack.finding(BB312, RUNTIME, reason, remedy)
    reason = f"made repo2docker install R as of {date}; R is not installed here"
    remedy = "add 'r-base' to environment.yml, for which repo2docker installs R, its kernel and RStudio"
    return pack.finding(BB312, RUNTIME, reason, remedy, pack.name == "r")
