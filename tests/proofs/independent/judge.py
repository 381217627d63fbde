"""Whether a merged environment has what its sources asked for.

A wish is
    implied    a merged line of the same package takes no version, build, channel, extra or marker that it refuses;
               conda's for pip's too, and a link of pip's for conda's bare name
    lost       a clash names it, file and line, among the losing ones; the winner's line takes no version it takes too
    left out   a finding with a code, a reason and a remedy names it
or else it is a violation. An echo of the input in the report counts for nothing.

Violations are as well: a clash that does not say who won, why and what to do, or whose loser is not kept as a comment;
channels in another order than a source's without a clash; what `lists` and `carried` look for.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import carried, lists, wishes
from .case import Case, Outcome, Source, Verdict
from .ranges import common, conda_takes, pip_takes
from .specifications import CondaLine, PipLine, across, conda_implies, conda_line, pip_implies
from .wishes import Wish

# The clashes with a loser that stands as a comment in a list, and those that do not depend on versions.
COMMENTED = ("apt", "conda", "pip", "conda and pip", "python", "variable")
# What a file of another kind asks for, to whoever takes it for an environment.
WHOLE = ("key", "channel", "variable")
BY_RULE = ("conda and pip", "python", "channels", "variable")


def judge(sources: Sequence[Source], outcome: Outcome) -> Verdict:
    case = Case(sources, outcome)
    for source in sources:
        for wish in source.wishes:
            _wish(case, source, wish)
        _channels(case, source)
    lists.check(case)
    carried.check(case)
    return case.verdict


def _wish(case: Case, source: Source, wish: Wish) -> None:
    place = f"{source.where(wish.file)}:{wish.line}"
    case.verdict.counts["wishes"] += 1
    if _implied(case, source, wish):
        case.verdict.counts["implied"] += 1
        case.accepted.append((source, wish))
    elif lost := _lost(case, source, wish):
        case.verdict.counts["lost"] += 1
        _clash(case, source, wish, *lost)
    elif _left_out(case, source, wish):
        case.verdict.counts["left out"] += 1
        case.verdict.left_out.append(f"{place} {wish.text}")
    else:
        case.violation("dropped", place, f"{wish.kind} '{wish.text}'; there is {case.merged.like(wish.text)}")


def _implied(case: Case, source: Source, wish: Wish) -> bool:
    merged = case.merged
    if wish.kind == "apt":
        names = {re.split("[=/]", text)[0] for text in merged.apt}
        return wish.text in merged.apt or wish.text in names
    if wish.kind == "conda":
        conda = conda_line(wish.text)
        if conda is None:
            return False
        linked = conda == (conda.name, "", "", "", conda.more) and conda.name in merged.links
        return linked or any(conda_implies(line, conda) for _, line in merged.conda_lines)
    if wish.kind == "pip":
        pip = source.pip(wish.text, wish.file)
        installed = bool(pip) and any(across(line, pip) for _, line in merged.conda_lines)
        return installed or (bool(pip) and any(pip_implies(line, pip) for _, line in merged.pip_lines))
    if wish.kind == "channel":
        return wish.text in merged.channels
    if wish.kind == "runtime":
        python = conda_line(wish.text.replace("python-", "python=", 1))
        return bool(python) and any(conda_implies(line, python) for _, line in merged.conda_lines)
    return {"variable": merged.variables, "key": merged.keys}.get(wish.kind, {}).get(wish.name) == wish.text


def _names(case: Case, source: Source, wish: Wish, text: str) -> bool:
    """Whether a text of the report is the wish; paths may stand there as merged."""
    if (
        wishes.flat(text) == wish.text
        or not wish.text
        or wish.kind == "runtime"
        or (wish.kind == "key" and text.startswith(wish.name))
    ):
        return True
    mine = source.pip(wish.text, wish.file) if wish.kind == "pip" else None
    return mine is not None and mine == case.merged.pip_line(text)


def _lost(case: Case, source: Source, wish: Wish) -> tuple[Mapping[str, Any], str] | None:
    """The clash that it lost, and its text there."""
    place = source.label, source.where(wish.file), wish.line
    for clash in case.outcome.clashes:
        for want in clash["lost"]:
            if (want["component"], want["file"], want["line"]) == place and _names(case, source, wish, want["text"]):
                return clash, want["text"]
    return None


def _left_out(case: Case, source: Source, wish: Wish) -> bool:
    """Whether a finding names it; of a file of another kind one finding names all."""
    lines = (
        (0, wish.line)
        if wish.kind == "runtime" or (wish.kind in WHOLE and case.is_another_kind(source))
        else (wish.line,)
    )
    return any(
        (one["component"], one["file"]) == (source.label, source.where(wish.file))
        and one["line"] in lines
        and (one["left_out"] or wish.kind in ("runtime", "command"))
        and re.fullmatch(r"BB\d{3}", one["code"])
        and one["reason"]
        and one["remedy"]
        and (wish.kind == "command" or not one["line"] or _names(case, source, wish, one["text"]))
        for one in case.outcome.findings
    )


def _clash(case: Case, source: Source, wish: Wish, clash: Mapping[str, Any], text: str) -> None:
    place = f"{source.where(wish.file)}:{wish.line}"
    explained = clash["won"] and all(one["file"] for one in clash["won"]) and clash["remedy"] and clash["why"]
    if not explained:
        case.violation("unexplained", place, f"clash over {clash['subject']}")
    if clash["kind"] in COMMENTED:
        merged = case.outcome.apt if clash["kind"] == "apt" else case.outcome.environment
        if f"# {wishes.flat(text)}  # {source.label} wanted this" not in merged:
            case.violation("no comment", place, f"'{text}' lost and is not kept as a comment")
    if clash["kind"] not in BY_RULE and (meeting := _meeting(case, source, wish)):
        case.violation("needless clash", place, f"'{wish.text}' and the merged '{meeting}' have versions in common")


def _meeting(case: Case, source: Source, wish: Wish) -> str | None:
    """A merged line that could have been narrowed to meet the wish too."""
    if wish.kind == "conda" and (conda := conda_line(wish.text)):
        for text, line in case.merged.conda_lines:
            if text != "pip" and _alike(line, conda) and common(conda_takes, line.range_, conda.range_, final=True):
                return text
    if wish.kind == "pip" and (pip := source.pip(wish.text, wish.file)) and pip.name:
        for text, one in case.merged.pip_lines:
            if _of_one(one, pip) and common(pip_takes, one.range_, pip.range_, final=True):
                return text
    return None


def _alike(one: CondaLine, other: CondaLine) -> bool:
    free = all("" in pair or pair[0] == pair[1] for pair in ((one.build, other.build), (one.channel, other.channel)))
    return free and (one.name, one.more) == (other.name, other.more)


def _of_one(one: PipLine, other: PipLine) -> bool:
    return (one.name, one.marker, one.target, other.target) == (other.name, other.marker, "", "")


def _channels(case: Case, source: Source) -> None:
    order = case.merged.channels
    mine = dict.fromkeys(wish.text for wish in source.wishes if wish.kind == "channel" and wish.text in order)
    told = {
        want["text"]
        for clash in case.outcome.clashes
        for want in clash["lost"]
        if clash["kind"] == "channels" and want["component"] == source.label
    }
    for before, after in itertools.pairwise(mine):
        if order.index(before) > order.index(after) and before not in told:
            case.violation("channel order", source.label, f"{before} before {after}")
