"""Whether a merged environment has what its sources asked for.

A wish is
    implied    a merged line of the same package takes no version, build, channel, extra or marker that it refuses
    lost       a clash names it, file and line, among the losing ones; the winner's line takes no version it takes too
    left out   a finding with a code, a reason and a remedy names it
or else it is a violation. An echo of the input in the report counts for nothing.

Violations are as well: a merged line that nobody asked for or that is narrower than all the wishes for it, one that
no version can meet, one that conda or pip cannot read, a package named twice, one of both conda and pip without a
clash, channels in another order than a source's without a clash, a losing line that is not kept as a comment; a postBuild or
start that is not placed byte for byte (but for what keeps it from running: carriage returns, a byte order mark) with a
hook that runs it; a file of the Binder folder, or one that a pip line refers to, that is neither carried along nor
found; a file outside the Binder folder.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any, NamedTuple

import rattler
import yaml
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from . import wishes
from .ranges import common, conda_takes, outside, pip_takes
from .wishes import Repository, Wish

BINDER = "binder"
FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
URL = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*://|(?:git|hg|bzr|svn)\+")
ARCHIVE = (".whl", ".zip", ".tar.gz", ".tar.bz2", ".tgz")
# Clashes in which both ranges may have a version in common: somebody else's rule decides.
BY_RULE = ("conda and pip", "python", "channels")


class Source(NamedTuple):
    """A repository, as messages name it, and where its root stands in the merged one."""

    repository: Repository
    origin: str
    home: str

    @property
    def label(self) -> str:
        return self.repository.label

    @property
    def folder(self) -> str:
        return posixpath.join(self.home, self.repository.folder)


class Outcome(NamedTuple):
    """What a merger gives: the two lists, clashes and findings as binder/report.json has them, other files by path."""

    apt: str
    environment: str
    clashes: Sequence[Mapping[str, Any]]
    findings: Sequence[Mapping[str, Any]]
    files: Mapping[str, tuple[bytes, bool]]


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


class PipLine(NamedTuple):
    """`target` is a URL, or a path from the merged repository's root."""

    option: str
    target: str
    name: str
    extras: frozenset[str]
    range_: str
    marker: str
    behind: tuple[str, ...]


def _parser() -> argparse.ArgumentParser:
    """The options that pip's documentation allows in a requirements file."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    for names in ("-i --index-url", "--extra-index-url", "-c --constraint", "-r --requirement", "-e --editable"):
        parser.add_argument(*names.split())
    for names in ("-f --find-links", "--no-binary", "--only-binary", "--trusted-host", "--use-feature"):
        parser.add_argument(*names.split())
    for name in ("--no-index", "--prefer-binary", "--require-hashes", "--pre"):
        parser.add_argument(name, action="store_true")
    return parser


PARSER = _parser()


@functools.lru_cache(maxsize=None)
def pip_line(text: str, files: str, locals_: str) -> PipLine | None:
    """A line as pip reads it, its `-r` files found from `files`, its local packages from `locals_`."""
    if text.startswith("-"):
        return _option(text, files, locals_)
    body, *behind = re.split(r"\s+(?=--)", text)
    kept = tuple(sorted(one for one in behind if not one.startswith("--hash")))
    if URL.match(body):
        egg = re.search(r"[#&]egg=([\w.-]+)", body)
        return PipLine("", body, canonicalize_name(egg[1]) if egg else "", frozenset(), "", "", kept)
    try:
        one = Requirement(body)
    except InvalidRequirement:
        plain = body.split(" ")[0]
        local = plain.startswith(".") or "/" in plain or plain.startswith("file:") or plain.endswith(ARCHIVE)
        return PipLine("", _place(body, locals_), "", frozenset(), "", "", kept) if local and " " not in body else None
    local = not one.url and body.endswith(ARCHIVE)
    if local:
        return PipLine("", _place(body, locals_), "", frozenset(), "", "", kept)
    marker = str(one.marker or "")
    name = canonicalize_name(one.name)
    return PipLine("", one.url or "", name, frozenset(one.extras), str(one.specifier), marker, kept)


def _option(text: str, files: str, locals_: str) -> PipLine | None:
    spaced = re.sub(r"^(-[rcief])(?=[^\s=])", r"\1 ", text)
    try:
        parsed, rest = PARSER.parse_known_args(re.split(r"\s+|=", spaced, maxsplit=1))
    except (argparse.ArgumentError, SystemExit):
        return None
    given = [(name, value) for name, value in vars(parsed).items() if value]
    if rest or len(given) != 1:
        return None
    (name, value), target = given[0], ""
    if isinstance(value, str):
        local = name in ("requirement", "constraint", "editable", "find_links") and not URL.match(value)
        base = files if name in ("requirement", "constraint") else locals_
        target = _place(value, base) if local and " @ " not in value else value
    egg = re.search(r"[#&]egg=([\w.-]+)", target)
    return PipLine(name, target, canonicalize_name(egg[1]) if egg else "", frozenset(), "", "", ())


def _place(path: str, base: str) -> str:
    plain = re.sub(r"^file:(?!/)", "", path)
    if plain.startswith(("/", "~", "$", "file:")) or "\\" in plain:
        return path
    target, extras = re.fullmatch(r"(.*?)(\[[^\]]*\])?", plain, flags=re.DOTALL).groups()  # type: ignore[union-attr]
    return posixpath.normpath(posixpath.join(base, target)) + (extras or "")


@functools.lru_cache(maxsize=None)
def pip_implies(merged: PipLine, wished: PipLine) -> bool:
    links = not wished.option and not wished.target and merged.option in ("", "editable")  # a link satisfies a bare name
    if (merged.option != wished.option and not links) or merged.marker != wished.marker or not set(wished.behind) <= set(merged.behind):
        return False
    if wished.target:
        return merged.target == wished.target
    if not wished.name or merged.name != wished.name or not wished.extras <= merged.extras:
        return wished.option != "" and not wished.name
    if merged.target:
        return not wished.range_
    return outside(pip_takes, merged.range_, wished.range_) is None


class CondaLine(NamedTuple):
    name: str
    channel: str
    range_: str
    build: str
    more: tuple[str, ...]


@functools.lru_cache(maxsize=None)
def conda_line(text: str) -> CondaLine | None:
    try:
        spec = rattler.MatchSpec(text)
    except Exception:  # rattler's own, of no common type
        return None
    channel = spec.channel.name or spec.channel.base_url if spec.channel else ""
    more = tuple(str(one) for one in (spec.subdir, spec.build_number, spec.md5, spec.sha256, spec.file_name))
    name = spec.name.normalized if spec.name else ""
    return CondaLine(str(name), str(channel), spec.version or "", spec.build or "", more)


@functools.lru_cache(maxsize=None)
def conda_implies(merged: CondaLine, wished: CondaLine) -> bool:
    return (
        merged.name == wished.name
        and wished.channel in ("", merged.channel)
        and (not wished.build or fnmatch(merged.build, wished.build))
        and all(want in ("None", have) for have, want in zip(merged.more, wished.more, strict=True))
        and outside(conda_takes, merged.range_, wished.range_) is None
    )


@dataclass
class Result:
    """The merged files, read again."""

    apt: list[str]
    channels: list[str]
    conda: list[str]
    pip: list[str]
    variables: dict[str, str]
    keys: dict[str, str]


def read(outcome: Outcome) -> Result:
    found = list(wishes.conda(outcome.environment, "environment.yml", FAST))
    texts = {kind: [wish.text for wish in found if wish.kind == kind] for kind in ("channel", "conda", "pip")}
    named = {kind: {wish.name: wish.text for wish in found if wish.kind == kind} for kind in ("variable", "key")}
    apt = [wish.text for wish in wishes.apt(outcome.apt, "apt.txt")]
    return Result(apt, texts["channel"], texts["conda"], texts["pip"], named["variable"], named["key"])


class Judge:
    """One merged result and what it was made of."""

    def __init__(self, sources: Sequence[Source], outcome: Outcome) -> None:
        self.sources, self.outcome = sources, outcome
        self.result = read(outcome)
        self.verdict = Verdict()
        self.losing = {(want["component"], want["file"], want["line"], want["text"]): (clash, want)
                       for clash in outcome.clashes for want in clash["lost"]}
        self.accepted: dict[str, list[tuple[Source, Wish]]] = {}
        self.conda = [(text, conda_line(text)) for text in self.result.conda]
        self.pip = [(text, pip_line(text, BINDER, BINDER)) for text in self.result.pip]

    def judge(self) -> Verdict:
        for source in self.sources:
            for wish in _wishes(source.repository):
                self.wish(source, wish)
            self.channels(source)
            self.scripts(source)
            self.carried(source)
        for path in self.outcome.files:
            if not path.startswith(f"{BINDER}/") or ".." in path.split("/"):
                self.violation("outside", "merged", path)
        self.readable()
        self.twice()
        self.invented()
        return self.verdict

    def violation(self, kind: str, place: str, message: str) -> None:
        self.verdict.violations.append(Violation(kind, place, message))

    def wish(self, source: Source, wish: Wish) -> None:
        self.verdict.counts["wishes"] += 1
        where = source.origin + wish.file
        place = f"{where}:{wish.line}"
        if self.implied(source, wish):
            self.verdict.counts["implied"] += 1
            self.accepted.setdefault(wish.kind, []).append((source, wish))
        elif clash := self.lost(source, wish):
            self.verdict.counts["lost"] += 1
            self.clash(source, wish, clash, place)
        elif self.left_out(source, wish):
            self.verdict.counts["left out"] += 1
            self.verdict.left_out.append(f"{place} {wish.text}")
        else:
            self.violation("dropped", place, f"{wish.kind} '{wish.text}'; merged: {self.like(source, wish)}")

    def like(self, source: Source, wish: Wish) -> str:
        """Merged lines of that name, for a message."""
        name = re.split(r"[^\w.-]", wish.text.split("::")[-1])[0].lower()
        lines = [*self.result.apt, *self.result.conda, *self.result.pip]
        return ", ".join(f"'{line}'" for line in lines if name and line.lower().split("::")[-1].startswith(name)) or "-"

    def implied(self, source: Source, wish: Wish) -> bool:
        result = self.result
        if wish.kind == "apt":
            bare = not re.search("[=/]", wish.text)
            return wish.text in result.apt or (bare and any(re.split("[=/]", one)[0] == wish.text for one in result.apt))
        if wish.kind == "channel":
            return wish.text in result.channels
        if wish.kind == "conda":
            wished = conda_line(wish.text)
            return bool(wished) and any(line and conda_implies(line, wished) for _, line in self.conda)
        if wish.kind == "pip":
            asked = self.pip_of(source, wish.text, wish.file)
            return bool(asked) and any(line and pip_implies(line, asked) for _, line in self.pip)
        if wish.kind in ("variable", "key"):
            return {"variable": result.variables, "key": result.keys}[wish.kind].get(wish.name) == wish.text
        return False

    def pip_of(self, source: Source, text: str, file: str) -> PipLine | None:
        """pip runs in the root for requirements.txt, beside the file for environment.yml."""
        listed = file.endswith("requirements.txt")
        return pip_line(text, source.folder, (source.home if listed else source.folder) or ".")

    def names(self, source: Source, wish: Wish, text: str) -> bool:
        """Whether `text` of the report is the wish; paths may stand there as merged."""
        if wishes.flat(text) == wish.text or (wish.kind == "key" and text.startswith(wish.name)):
            return True
        if wish.kind != "pip":
            return False
        mine, merged = self.pip_of(source, wish.text, wish.file), pip_line(text, BINDER, BINDER)
        return mine is not None and mine == merged

    def lost(self, source: Source, wish: Wish) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
        for (component, file, line, text), pair in self.losing.items():
            at = (component, file, line) == (source.label, source.origin + wish.file, wish.line)
            if at and self.names(source, wish, text):
                return pair
        return None

    def left_out(self, source: Source, wish: Wish) -> bool:
        return any(
            (one["component"], one["file"], one["line"]) == (source.label, source.origin + wish.file, wish.line)
            and one["left_out"]
            and re.fullmatch(r"BB\d{3}", one["code"])
            and one["reason"]
            and one["remedy"]
            and (not wish.text or self.names(source, wish, one["text"]))
            for one in self.outcome.findings
        )

    def clash(
        self, source: Source, wish: Wish, pair: tuple[Mapping[str, Any], Mapping[str, Any]], place: str
    ) -> None:
        clash, want = pair
        if not clash["won"] or not all(one["file"] for one in clash["won"]) or not clash["remedy"] or not clash["why"]:
            self.violation("unexplained", place, f"clash over {clash['subject']}")
        if clash["kind"] in ("apt", "conda", "pip", "conda and pip", "python"):
            text = self.outcome.apt if clash["kind"] == "apt" else self.outcome.environment
            if f"# {wishes.flat(want['text'])}  # {source.label} wanted this" not in text:
                self.violation("no comment", place, f"'{want['text']}' lost and is not kept as a comment")
        if clash["kind"] in BY_RULE:
            return
        meeting = self.meeting(source, wish)
        if meeting:
            self.violation("needless clash", place, f"'{wish.text}' and the merged '{meeting}' have versions in common")

    def meeting(self, source: Source, wish: Wish) -> str | None:
        """A merged line that could have met the wish too."""
        if wish.kind == "conda" and (wished := conda_line(wish.text)):
            for text, line in ((text, line) for text, line in self.conda if text != "pip"):
                alike = line and line.name == wished.name and line.more == wished.more
                if alike and line and all("" in (a, b) or a == b for a, b in ((line.build, wished.build), (line.channel, wished.channel))):
                    if common(conda_takes, line.range_, wished.range_, final=True):
                        return text
        if wish.kind == "pip" and (asked := self.pip_of(source, wish.text, wish.file)) and asked.name:
            for text, one in self.pip:
                if one and one.name == asked.name and not one.target and not asked.target and one.marker == asked.marker:
                    if common(pip_takes, one.range_, asked.range_, final=True):
                        return text
        return None

    def channels(self, source: Source) -> None:
        mine = [wish.text for wish in _wishes(source.repository) if wish.kind == "channel"]
        mine = list(dict.fromkeys(mine))
        place = self.result.channels.index
        for before, after in itertools.pairwise(one for one in mine if one in self.result.channels):
            told = any(
                clash["kind"] == "channels" and want["component"] == source.label and want["text"] == before
                for clash in self.outcome.clashes
                for want in clash["lost"]
            )
            if place(before) > place(after) and not told:
                self.violation("channel order", source.label, f"{before} before {after}")

    def scripts(self, source: Source) -> None:
        for name in wishes.SCRIPTS:
            path = source.repository.path(name)
            if source.repository.tree.get(path, b"").strip():
                self.verdict.counts["scripts"] += 1
                self.carry(source, path)
                hook = f"{BINDER}/{name}.d/import-{posixpath.basename(source.home)}"
                if not self.outcome.files.get(hook, (b"", False))[1]:
                    self.violation("script", source.origin + path, f"no executable {hook}")

    def carried(self, source: Source) -> None:
        """Files beside the lists, and those that pip lines name."""
        tree, folder = source.repository.tree, source.repository.folder
        for path in (path for path in tree if folder and path.startswith(f"{folder}/")):
            if posixpath.basename(path) not in (*wishes.LISTS, *wishes.SCRIPTS) or posixpath.dirname(path) != folder:
                self.carry(source, path)
        for wish in _wishes(source.repository):
            line = self.pip_of(source, wish.text, wish.file) if wish.kind == "pip" else None
            if line and line.target and not URL.match(line.target):
                root = posixpath.relpath(re.sub(r"\[.*", "", line.target), source.home)
                for path in (root, *(posixpath.normpath(f"{root}/{name}") for name in ("setup.py", "pyproject.toml"))):
                    if path in tree:
                        self.carry(source, path)

    def carry(self, source: Source, path: str) -> None:
        data, placed = source.repository.tree[path], self.outcome.files.get(posixpath.join(source.home, path))
        where = source.origin + path
        told = any(one["file"] == where and one["left_out"] and one["reason"] for one in self.outcome.findings)
        if placed is None and not told:
            self.violation("not carried", where, "neither there nor found")
        if placed is not None and placed[0] not in (data, data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")):
            self.violation("changed", where, "is carried with other bytes")

    def readable(self) -> None:
        for text, line in self.conda:
            if line is None or not line.name:
                self.violation("unreadable", "merged", f"conda '{text}'")
        for text, one in self.pip:
            if one is None:
                self.violation("unreadable", "merged", f"pip '{text}'")

    def twice(self) -> None:
        conda = Counter((line.name, line.more) for _, line in self.conda if line)
        pip = Counter((one.name, one.marker) for _, one in self.pip if one and one.name and one.name != "pip")
        apt = Counter(re.split("[=/]", one)[0] for one in self.result.apt)
        conda[("pip", conda_line("pip").more)] = 1  # type: ignore[union-attr]
        for what, counter in (("conda", conda), ("pip", pip), ("apt", apt), ("channel", Counter(self.result.channels))):
            for name in (name for name, number in counter.items() if number > 1):
                self.violation("twice", "merged", f"{what} {name}")
        for name in {name for name, _ in conda} & {name for name, _ in pip}:
            files = {kind: self.files_of(kind, name) for kind in ("conda", "pip")}
            if not files["conda"] & files["pip"]:
                self.violation("both", "merged", f"{name} from conda and from pip")

    def files_of(self, kind: str, name: str) -> set[str]:
        return {source.origin + wish.file for source, wish in self.accepted.get(kind, ()) if self.name(source, wish) == name}

    def name(self, source: Source, wish: Wish) -> str:
        if wish.kind == "conda":
            line = conda_line(wish.text)
            return line.name if line else ""
        one = self.pip_of(source, wish.text, wish.file)
        return one.name if one else ""

    def invented(self) -> None:
        result, wished = self.result, self.accepted
        texts = {kind: {wish.text for _, wish in wished.get(kind, ())} for kind in ("apt", "channel", "variable", "key")}
        for kind, have in (("apt", result.apt), ("channel", result.channels), ("variable", result.variables.values()), ("key", result.keys.values())):
            for text in (one for one in have if one not in texts[kind] and (kind, one) != ("channel", "conda-forge")):
                self.violation("invented", "merged", f"{kind} '{text}'")
        conda = [line for _, wish in wished.get("conda", ()) if (line := conda_line(wish.text))]
        for text, line in self.conda:
            if line and line.name not in ("python", "pip"):
                alike = [one for one in conda if one.name == line.name and one.more == line.more]
                beside = {one.build for one in alike} | {one.channel for one in alike}
                self.narrowed(f"conda '{text}'", conda_takes, line.range_, [one.range_ for one in alike])
                if not {line.build, line.channel} - {""} <= beside:
                    self.violation("invented", "merged", f"conda '{text}'")
        pip = [one for source, wish in wished.get("pip", ()) if (one := self.pip_of(source, wish.text, wish.file))]
        for text, one in self.pip:
            if one and one != pip_line("pip", BINDER, BINDER):
                same = [each for each in pip if (each.option, each.target, each.marker) == (one.option, one.target, one.marker) and each.name == one.name]
                self.narrowed(f"pip '{text}'", pip_takes, one.range_, [each.range_ for each in same])
                if not one.extras <= frozenset().union(*(each.extras for each in same)):
                    self.violation("invented", "merged", f"pip '{text}'")

    def narrowed(self, line: str, takes: Any, range_: str, wished: list[str]) -> None:
        if not wished:
            self.violation("invented", "merged", line)
        elif not common(takes, range_) and all(common(takes, one) for one in wished):
            self.violation("unmeetable", "merged", line)
        elif range_ not in wished and (version := _refused(takes, range_, tuple(sorted(set(wished))))):
            self.violation("narrowed", "merged", f"{line} refuses {version}, which all wishes take: {wished}")


@functools.lru_cache(maxsize=None)
def _refused(takes: Any, range_: str, wished: tuple[str, ...]) -> str | None:
    from .ranges import around

    tried = around(" ".join((range_, *wished)))
    return next((one for one in tried if all(takes(wish, one) for wish in wished) and not takes(range_, one)), None)


_KNOWN: dict[int, tuple[Repository, list[Wish]]] = {}


def _wishes(repository: Repository) -> list[Wish]:
    """Read once for all merges that it is in."""
    known = _KNOWN.get(id(repository))
    if known is None or known[0] is not repository:
        known = _KNOWN[id(repository)] = (repository, list(dict.fromkeys(wishes.wishes(repository))))
    return known[1]
