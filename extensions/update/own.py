"""The author's own lines against the generated ones, in the finished files of a destination. Nothing is changed.

- an own line is one that is not generated: it stands below an anchor, or wherever the author put it
- BB601: it asks for what a generated line asks for already, in the same words or in compatible ones
- BB602: no single package can be both; BB603: it sets a variable that is set above it
- BB604: the file cannot be read, so nothing can be said
- BB608: it has a comment, in an apt.txt that may hold names alone
- both lines are named; a file that is not there is the author's decision
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import BlocksError
from ..merge import apt, downloads, environment_yml, pip
from ..model import Clash, Entry, Finding, Fragment, Want
from ..rule import Rule
from ..text import decode

OWN, GENERATED = "own", "generated"
_HERE = "./"
ASSIGNMENT = re.compile(r"\s*(?:(?:export|declare|readonly)\s+(?:-\w+\s+)*)?(?P<name>[A-Za-z_]\w*)\+?=")
# Lines of environment.yml that hold others together, so that its own lines make a file by themselves.
STRUCTURE = re.compile(r"\s*(channels:|dependencies:|variables:|-\s+pip|-\s+pip:)\s*(#.*)?")

# Generated and own lines -> the merged entries, and the clashes.
Merge = Callable[[Fragment, Fragment], "tuple[list[Entry], list[Clash]]"]


def check(destination: Path, files: Mapping[str, str]) -> list[Finding]:
    """`files`: the generated text of those that have anchors, by path."""
    findings = []
    for path in sorted(files):
        try:
            text, _ = decode((destination / path).read_bytes())
        except FileNotFoundError:
            continue
        except OSError as error:
            findings.append(_unreadable(path, error.strerror or "cannot be read"))
            continue
        findings += check_file(path, text, files[path])
    return findings


def check_file(path: str, text: str, generated: str) -> list[Finding]:
    """One finished file against what was generated for it."""
    theirs, own = split(text, generated)
    name = path.rpartition("/")[2]
    if name == "env":
        return list(_variables(path, theirs, own))
    comments = list(_comments(path, own)) if name == "apt.txt" and apt.ANCHOR not in generated else []
    # two files to the merger, which takes one package from conda and from pip for meant where one file asks for it
    fragment = Fragment(GENERATED, _HERE + path, "\n".join(theirs))
    try:
        entries, clashes = MERGES[name](fragment, Fragment(OWN, path, "\n".join(own)))
    except BlocksError as error:
        return [*comments, _unreadable(path, str(error).removeprefix(_HERE).removeprefix(path))]
    found = {}
    for clash in clashes:
        for mine, other in _pairs(clash.parties):
            found[mine] = _clash(mine, other, clash.remedy)
    for entry in entries:
        for mine, other in _pairs((*entry.wants, *entry.losing)):
            found.setdefault(mine, _repeated(mine, other))
    return sorted([*comments, *found.values()], key=lambda finding: finding.line)


def split(text: str, generated: str) -> tuple[list[str], list[str]]:
    """The finished lines twice: the generated ones alone, and the own ones alone, the others empty in each."""
    left = Counter(generated.split("\n"))
    theirs, own = [], []
    for line in text.split("\n"):
        is_theirs = left[line] > 0
        left[line] -= is_theirs
        theirs.append(line if is_theirs else "")
        own.append(line if not is_theirs or STRUCTURE.fullmatch(line) else "")
    return theirs, own


def _pairs(wants: Iterable[Want]) -> Iterator[tuple[Want, Want]]:
    """Each own want with the first generated one; those of the structure are in both, on one line."""
    wants = list(wants)
    theirs = [want for want in wants if want.component != OWN]
    for mine in wants:
        others = [want for want in theirs if want.line != mine.line]
        if mine.component == OWN and others and not any(want.line == mine.line for want in theirs):
            yield mine, others[0]


BB603 = Rule(
    "BB603",
    "a line of yours sets a variable that is set above it",
    "yours counts from there on",
    "another name, or change the answer that the other is from",
)


def _variables(path: str, theirs: list[str], own: list[str]) -> Iterator[Finding]:
    """Shell is not parsed: an assignment is what looks like one at the start of a line."""
    lines = {match["name"]: number for number, match in _assignments(theirs)}
    for number, match in _assignments(own):
        name = match["name"]
        if name in lines:
            place = f"line {lines[name]} ('{theirs[lines[name] - 1]}')"
            reason = f"sets a variable that {place} sets too, and stands in its place from there on"
            remedy = "keep it if that is meant; else give yours another name, or change the answer that it is from"
            yield Finding(BB603, OWN, path, number, own[number - 1].strip(), reason, remedy)


def _assignments(lines: list[str]) -> Iterator[tuple[int, re.Match[str]]]:
    for number, line in enumerate(lines, start=1):
        if match := ASSIGNMENT.match(line):
            yield number, match


BB608 = Rule(
    "BB608",
    "a line of yours in `apt.txt` has a comment",
    "the steps of the base image give the file to `xargs`, which takes each word for a package",
    "write the names of packages alone",
)


def _comments(path: str, own: list[str]) -> Iterator[Finding]:
    reason = "has a comment, whose words the base image's xargs takes for packages"
    for number, line in enumerate(own, start=1):
        if "#" in line:
            yield Finding(BB608, OWN, path, number, line.strip(), reason, "write the names of packages alone")


def _shown(want: Want) -> str:
    return f"'{want.text}'{f' of {want.comment}' if want.comment else ''} ({want.place.removeprefix(_HERE)})"


BB601 = Rule(
    "BB601",
    "a line of yours asks for what a generated one asks for",
    "one of the two is enough",
    "remove yours",
)


def _repeated(mine: Want, other: Want) -> Finding:
    reason = f"asks again for {_shown(other)}"
    if mine.text == other.text:
        return Finding(BB601, OWN, mine.file, mine.line, mine.text, reason, "remove yours")
    remedy = "both hold; remove yours if the other is enough"
    return Finding(BB601, OWN, mine.file, mine.line, mine.text, reason, remedy)


BB602 = Rule(
    "BB602",
    "a line of yours does not fit with a generated one",
    "no single package can be both",
    "as the finding says",
)


def _clash(mine: Want, other: Want, remedy: str) -> Finding:
    return Finding(BB602, OWN, mine.file, mine.line, mine.text, f"does not fit with {_shown(other)}", remedy)


BB604 = Rule(
    "BB604",
    "a file with lines of yours cannot be read",
    "nothing can be said of it",
    "correct it",
)


def _unreadable(path: str, why: str) -> Finding:
    match = re.match(r":(\d+): ", why)
    line, why = (int(match[1]), why[match.end() :]) if match else (0, why.lstrip(": "))
    remedy = "correct it; your own lines in it were not compared with the generated ones"
    return Finding(BB604, OWN, path, line, "", why, remedy)


def _merge_apt(theirs: Fragment, own: Fragment) -> tuple[list[Entry], list[Clash]]:
    merged = apt.merge([theirs, own])
    return merged.entries, merged.clashes


def _merge_conda(theirs: Fragment, own: Fragment) -> tuple[list[Entry], list[Clash]]:
    python = re.search(r"^\s*-\s+python=([\d.]+)", theirs.text, flags=re.MULTILINE)
    theirs = replace(theirs, foreign=True)  # it has what others wrote, keys of theirs too
    merged = environment_yml.merge([theirs, own], [], python[1] if python else "", finished=True)
    return [*merged.conda.entries, *merged.pip.entries, *merged.variables.entries], merged.clashes


def _merge_late(theirs: Fragment, own: Fragment) -> tuple[list[Entry], list[Clash]]:
    merged = pip.merge([*pip.read(theirs), *pip.read(own)])
    return merged.entries, merged.clashes


def _merge_downloads(theirs: Fragment, own: Fragment) -> tuple[list[Entry], list[Clash]]:
    merged = downloads.merge([theirs, own])
    return merged.entries, merged.clashes


MERGES: Mapping[str, Merge] = {
    "apt.txt": _merge_apt,
    "environment.yml": _merge_conda,
    "requirements.late.txt": _merge_late,
    "downloads.txt": _merge_downloads,
}
