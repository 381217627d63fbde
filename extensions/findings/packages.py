"""Names in apt.txt that will not do: Ubuntu 24.04 (noble) does not have them, or not for notebooks.

That is the release of repo2docker's base image. What it does not have, or has as a stub for a snap, stands in
`packages.tsv`, made by hand on 2026-11-23, without an index of that release at hand:

- `kind`: `dropped`; or `stub`, which installs, and gives a command that only says which snap to install
- `pattern` matches the whole name; `instead` is the name to write, with the pattern's groups
- `source` says what a row rests on: `owner/repository#number`, a public report in which apt, on 24.04 unless a release
  is named, refused the name; or `known`, well known of the release, no report was looked up. The latter are in neither
  Debian 12 nor 13, but for versions that only one of the two has, and for what is Debian's own

Left out are names that look dropped and are not: openjdk-8, -11, -17 and -21 are there, gsfonts, libgl1-mesa-dev,
libegl1-mesa-dev and policykit-1 too; most libraries of the t64 transition (libglib2.0-0, libgtk-3-0, libcups2) are
still found under their old names, which the new ones provide. No row matches any of the 1,141 names that
rust-lang/crates-build-env installs on 24.04.
"""

from __future__ import annotations

import csv
import functools
import io
import re
from collections.abc import Iterable
from typing import NamedTuple

from ..model import Finding, Want
from ..rule import Rule
from ..text import resource

# A name, and the architecture behind it; what asks for a version or a release of it is let go.
NAMED = re.compile(r"([^=/:]+)((?::[^=/]+)?)")
SYSTEM_PYTHON = re.compile(r"python3-(?!(?:all|all-dev|dev|minimal|venv)$).+|ipython3|jupyter(?:-.+)?")


class Row(NamedTuple):
    kind: str
    pattern: str
    instead: str
    why: str
    source: str


def _read(table: str) -> tuple[Row, ...]:
    return tuple(Row(**row) for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE))


ROWS = _read(resource(__name__, "packages.tsv"))

BB220 = Rule(
    "BB220",
    "Ubuntu 24.04 does not have the apt package",
    "repo2docker's base image is of that release, and one unknown name breaks the build, so what the finding names is "
    "taken in its place, or nothing, and it stays as a comment; on a base image of your own choice it is kept. The "
    "table, `extensions/findings/packages.tsv`, was made by hand and is not complete",
    "write what the finding names, or remove it",
)
BB221 = Rule(
    "BB221",
    "the apt package is a stub for a snap",
    "its command only says which snap to install, and snaps do not run in containers",
    "take conda's firefox and geckodriver, or remove it",
)
BB222 = Rule(
    "BB222",
    "the apt package does not do what it seems to",
    "`nodejs` and `npm` are hidden by those of repo2docker's base environment; `python3-NAME` goes to the system's "
    "Python, not to the one of notebooks",
    "name it in environment.yml",
)


def examine(entries: Iterable[Want]) -> list[Finding]:
    """Those packages that a build would miss, or that will not do in a container what they seem to; all are kept."""
    return [finding for want in entries if (finding := _of_package(want))]


def known(want: Want) -> tuple[str, Finding] | None:
    """For an entry that Ubuntu 24.04 does not have: the one to take in its place, empty for none, and what to tell."""
    match = NAMED.match(want.text)
    row = match and _row(match[1])
    if not match or not row:
        return None
    name, remedy = row
    reason = f"is not in Ubuntu 24.04, and would break the build; {f'{name} was taken' if name else 'it is left out'}"
    return f"{name}{match[2]}" if name else "", want.finding(BB220, reason, remedy, left_out=True)


def _of_package(want: Want) -> Finding | None:
    name = re.split("[=/:]", want.text, maxsplit=1)[0]
    if remedy := dropped(name):
        return want.finding(BB220, "is not in Ubuntu 24.04, and would break the build", remedy)
    if remedy := stub(name):
        return want.finding(BB221, "is a stub for a snap in Ubuntu 24.04, and snaps do not run in containers", remedy)
    if name in ("nodejs", "npm"):
        reason = "is hidden by the nodejs that repo2docker's base environment has, which comes first on PATH"
        return want.finding(BB222, reason, "remove it; name nodejs in environment.yml for another version")
    if SYSTEM_PYTHON.fullmatch(name):
        reason = "goes to the system's Python, which notebooks do not see"
        return want.finding(BB222, reason, "name the package in environment.yml instead, if notebooks import it")
    return None


def dropped(name: str) -> str | None:
    """What to do about a package that Ubuntu 24.04 does not have, as a clause; None where it may well have it."""
    row = _row(name)
    return row and row[1]


@functools.lru_cache(maxsize=4096)
def _row(name: str) -> tuple[str, str] | None:
    """Of such a package the name to write, empty for none, and the clause."""
    for row in ROWS:
        if row.kind == "dropped" and (match := re.fullmatch(row.pattern, name)):
            instead = match.expand(row.instead)
            return instead, f"{f'write {instead}' if instead else 'remove it'} ({row.why})"
    return None


def stub(name: str) -> str | None:
    """What to do about a package that is nothing but a pointer to a snap; None for any other."""
    for row in ROWS:
        if row.kind == "stub" and re.fullmatch(row.pattern, name):
            return f"take {row.instead} in its place" if row.instead else "remove it"
    return None
