"""runtime.txt: where it counts, its Python is merged as a wish; all else that it says is found."""

from __future__ import annotations

from collections.abc import Iterator

from ..foreign.pack import Pack
from ..model import Finding
from ..repo2docker import PACKS, R_FROM, R_VERSIONS, RUNTIME, R, Runtime
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
    "a block that provides R comes along: of the version that the operating system or conda has, with CRAN as of that "
    "date. In an adopted `binder/` repo2docker installs R itself, with its install.R and requirements.txt, and Python "
    "is its default. In a catalogue without such a block R is not installed",
    "accept it; without such a block: `r-base` in environment.yml",
)
BB325 = Rule(
    "BB325",
    "runtime.txt asks for an R that repo2docker refuses",
    f"it has no snapshot of R's packages from before {R_FROM}, and knows R {R_VERSIONS[0]} to {R_VERSIONS[-1]} and "
    "versions of three parts. In an adopted `binder/` it would refuse the merged repository too",
    "a later date, or remove it and take R from conda: `r-base` in environment.yml",
)


def examine(pack: Pack, has_r: bool = False) -> Iterator[Finding]:
    """Nothing beside a Dockerfile, which reads what it likes. `has_r`: a component installs R for it."""
    if not pack.has(RUNTIME) or pack.name == "docker":
        return
    if pack.runtime is None:
        reason = "is not of the form NAME-VERSION, at which repo2docker stops; it is not read here"
        if pack.is_in_place:
            reason = "stays in force here: it is not of the form NAME-VERSION, at which repo2docker stops"
        yield pack.finding(BB311, RUNTIME, reason, "write python-3.12 or the like, or remove it")
    elif pack.runtime.name == "python":
        yield from _python(pack)
    elif pack.runtime.r_refusal and pack.name == R:
        yield _refused(pack, pack.runtime, has_r)
    elif pack.runtime.name == R and pack.runtime.date:
        yield _r(pack, pack.runtime.date, has_r)
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


def _refused(pack: Pack, runtime: Runtime, has_r: bool) -> Finding:
    here = "R is installed here, with the newest CRAN" if has_r else "R is not installed here"
    reason = f"asks for R as of {runtime.date}, and repo2docker {runtime.r_refusal}; {here}"
    remedy = "if R is wanted, add 'r-base' to environment.yml, for which repo2docker installs R, its kernel and RStudio"
    if has_r:
        remedy = "remove it, or write a date that there is"
    if pack.is_in_place:
        reason = f"stays in force here: it asks for R as of {runtime.date}, and repo2docker {runtime.r_refusal}"
        remedy = "write a later date, or remove it and take R from conda ('r-base' in environment.yml)"
    return pack.finding(BB325, RUNTIME, reason, remedy)


def _r(pack: Pack, date: str, has_r: bool) -> Finding:
    if pack.is_in_place and pack.name == R:
        beside = [name for name in ("install.R", "requirements.txt") if pack.has(name)]
        read = f", reads {' and '.join(beside)} there" if beside else ""
        reason = (
            f"stays in force here: repo2docker installs R and RStudio of that date beside the merged files{read}, "
            "and starts from its default Python, not from that of environment.yml"
        )
        remedy = "keep it if that is what is wanted; else take R from conda ('r-base') and remove it"
        return pack.finding(BB312, RUNTIME, reason, remedy)
    chose = pack.name == R
    if has_r and chose:
        here = "R is installed here, of the version that the block for it has, with CRAN as of that date"
        reason = f"made repo2docker install R as of {date}; {here}"
        return pack.finding(BB312, RUNTIME, reason, "accept the finding where that is right")
    reason = f"made repo2docker install R as of {date}; R is not installed here"
    if not chose:
        first = next(name for name in PACKS[pack.name] if pack.has(name))
        reason = f"asks for R as of {date}, which repo2docker did not install beside {first}; nor is it installed here"
    remedy = "add 'r-base' to environment.yml, for which repo2docker installs R, its kernel and RStudio"
    return pack.finding(BB312, RUNTIME, reason, remedy, chose)
