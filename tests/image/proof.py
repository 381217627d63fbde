"""The proof of a component: `proof.yml` beside its manifest, written by the tests that build it.

    python -m pytest --tier image --prove -k NAME    writes it, when all of these tests have passed
    python tests/image/proof.py                      says of each component whether its proof still holds
    python tests/image/proof.py --figures            takes what was measured over into the manifests

    folder    checksum of the component's files and of those that it requires, but for README.md, proof.yml, tests
              that build nothing, and the figures and words that say what came of it: see `built_from`
    course    checksum of `binder/` of a course with it alone, without its pages: what of the engine an image holds;
              nothing comes along by itself there, whose proof is its own
    when      the day, in UTC
    base      what the image was built on
    packages  {apt package: version}, those that the course asks for
    measured  {memory, cpu, size}, what the manifest says of it, in the manifest's units; it says no size of an image
              that the program itself was not in, class C of its tests.yml
    stood_in  {what: what took its place}: see `stand_ins`
    ran       a line for each test that passed, in the order of the alphabet
    not_run   {test: why it was skipped}

A proof holds as long as both checksums are those of today, and no test of the component was left out. With `--due`
those components come first whose folder is another one than that of their proof, then those whose course is another,
and of the rest one in `SHARE`, others each day. A stack, which only requires others, is built as the course that its
example has.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

import yaml  # noqa: E402

from extensions.catalogue.selection import select  # noqa: E402
from extensions.rendering import render  # noqa: E402
from tests import units  # noqa: E402
from tools import contract  # noqa: E402

FILE = "proof.yml"
HEAD = "# Written by the tests that build this component (tests/image/proof.py); not to be edited.\n"
LEFT_OUT = "not asked for"
TIME_IS_UP = "its time is up (--until)"
# Figure of the manifest -> what a difference may be beside the share.
FIGURES = {"memory": 3, "cpu": 1, "size": 5}
# Folders of caches, of tests of other tiers, and of what such tests have seen.
NOT_BUILT = {"__pycache__", "fast", "updates", "pictures"}
TOLD = {"component.yml": b"memory|cpu|size", "tests.yml": b"class|proven"}
# The base image's; a course of these tests asks for it.
PYTHON = "3.13"
SHARE = 4
PAGES = (".md", "/report.json")
STAND_INS = ROOT / "tests/image/harness/conda-packages.txt"
# What repo2docker's own lock files bring, whatever a course asks for.
OF_EVERY_COURSE = ("python", "pip")


class Need(IntEnum):
    """Why a component is built, the most pressing first."""

    NEW = 0
    ENGINE = 1
    TURN = 2
    NONE = 3

    @property
    def words(self) -> str:
        return {
            Need.NEW: "its folder has changed since its proof, or it has none",
            Need.ENGINE: "what the engine makes of it has changed since its proof",
            Need.TURN: "its proof holds; its turn today",
            Need.NONE: "its proof holds",
        }[self]


@dataclass(frozen=True)
class Sums:
    folder: str
    course: str


def checksum(parts: Iterable[tuple[str, bytes, bool]]) -> str:
    """Of names, contents and run bits, in the order of the names."""
    total = hashlib.sha256()
    for name, content, executable in sorted(parts):
        total.update(f"{name}\0{len(content)}\0{int(executable)}\0".encode())
        total.update(content)
    return total.hexdigest()


def folder_sum(folders: Mapping[str, Path]) -> str:
    """Of these components' folders, by name."""
    parts = []
    for name, folder in folders.items():
        for path in folder.rglob("*"):
            inside = path.relative_to(folder)
            if path.is_file() and str(inside) not in (FILE, "README.md") and not NOT_BUILT & {*inside.parts}:
                content = built_from(str(inside), path.read_bytes())
                parts.append((f"{name}/{inside.as_posix()}", content, os.access(path, os.X_OK)))
    return checksum(parts)


def built_from(file: str, content: bytes) -> bytes:
    """A file without the lines that say what its tests showed."""
    told = TOLD.get(file)
    return re.sub(rb"(?m)^(?:" + told + rb"):.*\n", b"", content) if told else content


def course_sum(files: Mapping[str, tuple[bytes, bool]]) -> str:
    """Of what a build reads of a course: nothing outside of binder/, and no page."""
    read = {path: file for path, file in files.items() if path.startswith("binder/") and not path.endswith(PAGES)}
    return checksum((path, content, executable) for path, (content, executable) in read.items())


def course(name: str) -> dict[str, tuple[bytes, bool]]:
    return render(units.CATALOGUE, {**units.alone(name), "python_version": PYTHON})


def sums(name: str) -> Sums:
    folders = {one.name: one.folder for one in select([name], units.COMPONENTS)}
    return Sums(folder_sum(folders), course_sum(course(name)))


def read(name: str) -> dict[str, Any]:
    """A component's proof; empty where it has none."""
    path = units.COMPONENTS[name].folder / FILE
    return dict(yaml.safe_load(path.read_text()) or {}) if path.is_file() else {}


def need(now: Sums, proof: Mapping[str, Any], is_turn: bool = False) -> Need:
    if proof.get("folder") != now.folder or LEFT_OUT in proof.get("not_run", {}).values():
        return Need.NEW
    if proof.get("course") != now.course:
        return Need.ENGINE
    return Need.TURN if is_turn else Need.NONE


def turn(names: Iterable[str], day: int, share: int = SHARE) -> set[str]:
    """One in `share` of these, others each day."""
    return {name for number, name in enumerate(sorted(names)) if (number + day) % share == 0}


def provable() -> list[str]:
    """The components that have an image of their own, and the stacks that have an example."""
    return sorted([name for name in units.WHOLE if units.has_files(name)] + stacks())


def stacks() -> list[str]:
    """Those that `test_stacks.py` builds: with an example, but for the reference course's, which has tests enough."""
    reference = units.example(ROOT / "examples/tm351.yml")
    every = (name for name in units.WHOLE if not units.has_files(name) and name not in reference)
    return [name for name in every if units.courses(name)]


def today() -> datetime.date:
    return datetime.datetime.now(tz=datetime.timezone.utc).date()


def needs() -> dict[str, Need]:
    """Why each component is to be built today."""
    names = provable()
    its_turn = turn(names, today().toordinal())
    return {name: need(sums(name), read(name), name in its_turn) for name in names}


def stand_ins(files: Mapping[str, tuple[bytes, bool]]) -> dict[str, str]:
    """What took the place of what users get: of conda's packages, and of the publishers' archives."""
    lines = (line.split("#")[0].split(maxsplit=1) for line in STAND_INS.read_text().splitlines())
    sources = {words[0]: words[1].strip() for words in lines if len(words) == 2}
    found = {}
    environment = yaml.safe_load(files.get("binder/environment.yml", (b"{}", False))[0]) or {}
    asked = [one for one in environment.get("dependencies", ()) if isinstance(one, str)]
    for name in sorted({one.split("=")[0].split("<")[0].split(">")[0].split("::")[-1].strip() for one in asked}):
        if name not in OF_EVERY_COURSE:
            found[f"{name} of conda-forge"] = _stand_in(name, sources.get(name, ""))
    for line in files.get("binder/downloads.txt", (b"", False))[0].decode().splitlines():
        words = line.split("#")[0].split()
        for fixture in ROOT.glob(f"components/*/tests/image/{words[0]}-tarball") if words else ():
            says = fixture.read_text().splitlines()[1].partition(": ")[2].rstrip(".")  # what it makes, in its head
            found[f"{words[0]} of its publisher"] = says or "an archive made of published parts, see its tests/image"
    return found


def _stand_in(name: str, source: str) -> str:
    if source.startswith("archive "):
        version, _, whence = source.removeprefix("archive ").partition(" ")
        return f"{version}, {whence}"
    if source.startswith("missing "):
        return "nothing: its commands fail, and what needs them is not tested"
    return f"{name if source == '=' else source} of PyPI"


def write(name: str, ran: Iterable[str], not_run: Mapping[str, str], facts: Mapping[str, Any]) -> None:
    """Write a component's proof; what other tests have just shown of the same files stays."""
    now, before = sums(name), read(name)
    is_same = before.get("folder") == now.folder and before.get("course") == now.course
    kept = before if is_same else {}
    shown, reasons = sorted({*ran, *kept.get("ran", ())}), kept.get("not_run", {})
    left = {words: reasons.get(words, why) if why == LEFT_OUT else why for words, why in not_run.items()}
    proof = {
        "folder": now.folder,
        "course": now.course,
        "when": today().isoformat(),
        "base": facts.get("base") or kept.get("base", ""),
        "packages": dict(facts.get("packages") or kept.get("packages", {})),
        "measured": dict(facts.get("measured") or kept.get("measured", {})),
        "stood_in": stand_ins(course(name)),
        "ran": shown,
        "not_run": {words: why for words, why in sorted(left.items()) if words not in shown},
    }
    text = HEAD + yaml.safe_dump(proof, sort_keys=False, allow_unicode=True, width=120)
    (units.COMPONENTS[name].folder / FILE).write_text(text)


def figures(name: str) -> dict[str, int]:
    """What was measured of the component itself."""
    measured = dict(read(name).get("measured", {}))
    if measured and contract.cases(units.COMPONENTS[name]).get("class") == contract.WIRING:
        measured["size"] = 0
    return measured


def take_figures(name: str) -> None:
    """What was measured, into the manifest."""
    path = units.COMPONENTS[name].folder / units.COMPONENTS[name].MANIFEST
    text = path.read_text()
    measured = figures(name)
    if not (measured.get("memory") and measured.get("cpu")):
        measured |= {"memory": 0, "cpu": 0}  # no server, but a shell that sleeps beside its data
    for figure, value in measured.items():
        line = f"{figure}: {value}\n" if value else ""
        text, replaced = re.subn(rf"(?m)^{figure}:.*\n", line, text)
        text = text if replaced else re.sub(r"(?m)^(category:.*\n)", rf"\g<1>{line}", text)
    path.write_text(text)


def main(arguments: Sequence[str]) -> int:
    """A line for each component."""
    if "--figures" in arguments:
        for name in provable():
            take_figures(name)
        return 0
    for name in provable():
        proof, now = read(name), sums(name)
        how = need(now, proof)
        state = f"built {proof['when']}, {len(proof['ran'])} tests" if proof else "never built"
        print(f"{name:22} {state}; {'NOT BUILT SINCE: ' if how is not Need.NONE else ''}{how.words}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
