"""What is wrong with merged lists by themselves.

unreadable   a line that conda or pip cannot read
twice        a package named twice, of one ecosystem, platform and marker
both         one of conda and of pip, where whoever wants pip's does not want conda's too in that file
invented     a line, extra, build, channel, value that nobody asked for
narrowed     a range that refuses a version which all wishes for it take
unmeetable   a range that no release can meet, where each wish for it can be met by one
command      a word of a command among the packages of apt.txt
stranger     a line of pip's that only somebody's own machine can install, or a module of Python itself
index        an option that takes PyPI's place, where another source asks for packages without it
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable

from .case import Case
from .ranges import Takes, common, conda_takes, pip_takes, refused
from .specifications import TWO_THINGS, across, conda_line, pip_line

OURS = ("python", "pip")
FORGE = "conda-forge"
PIP = pip_line("pip", "", "")


def check(case: Case) -> None:
    for kind, lines in (("conda", case.merged.conda), ("pip", case.merged.pip)):
        for text in (text for text, line in lines if line is None):
            case.violation("unreadable", "merged", f"{kind} '{text}'")
    _twice(case)
    _strange(case)
    _index(case)
    _both(case)
    _plain(case)
    _conda(case)
    _pip(case)


def _twice(case: Case) -> None:
    merged = case.merged
    names: dict[str, Iterable[object]] = {
        "apt": (re.split("[=/]", text)[0] for text in merged.apt),
        "channel": merged.channels,
        "conda": ((line.name, line.more) for text, line in merged.conda_lines if text != "pip"),
        "pip": ((line.name, line.marker) for text, line in merged.pip_lines if line.name and text != "pip"),
    }
    for kind, found in names.items():
        for name in (name for name, number in Counter(found).items() if number > 1):
            case.violation("twice", "merged", f"{kind} {name}")


def _both(case: Case) -> None:
    asked: dict[str, set[str]] = {}
    for source in case.sources:
        for wish in (wish for wish in source.wishes if wish.kind == "conda"):
            if line := conda_line(wish.text):
                asked.setdefault(line.name, set()).add(source.where(wish.file))
    there = {line.name for _, line in case.merged.conda_lines} - {"pip"}
    left = {line.name for _, line in case.merged.pip_lines if not line.extras and not line.marker}
    for source, wish in case.wished("pip"):
        pip = source.pip(wish.text, wish.file)
        if pip and pip.name in (there & left).difference(TWO_THINGS) and source.where(wish.file) not in asked[pip.name]:
            case.violation("both", source.where(wish.file), f"{pip.name} from conda and from pip")


COMMANDS = ("apt-get", "install", "sudo", "update", "apt", "-y", "&&")
OWN_MACHINE = re.compile(r"(?:file:/*|/)(?!/|srv/|home/jovyan/)\S|(?:file:/*)?[A-Za-z]:[\\/]|git\+ssh:|git@|git://")


def _strange(case: Case) -> None:
    asked = {word for source in case.sources for wish in source.wishes if wish.kind == "apt" for word in [wish.text]}
    for text in (text for text in case.merged.apt if text in COMMANDS and text not in asked):
        case.violation("command", "merged", f"apt '{text}'")
    for text, one in case.merged.pip_lines:
        name, module = one.name.replace("-", "_"), not one.marker and not one.target
        if OWN_MACHINE.match(one.target) or (module and name in sys.stdlib_module_names and "DateTime" not in text):
            case.violation("stranger", "merged", f"pip '{text}'")


def _index(case: Case) -> None:
    options = [line for _, line in case.merged.pip_lines if line.option in ("index_url", "no_index")]
    if any("pypi.org" in line.target for _, line in case.merged.pip_lines):
        return
    for source in case.sources:
        lines = [source.pip(wish.text, wish.file) for wish in source.wishes if wish.kind == "pip"]
        mine = {line.option for line in lines if line}
        asks = any(line and not line.option and line != PIP for line in lines)
        for option in (option for option in options if asks and option.option not in mine):
            case.violation("index", source.label, f"{option.option} {option.target} is another's")


def _plain(case: Case) -> None:
    merged = case.merged
    there = {"apt": merged.apt, "channel": merged.channels, "variable": merged.variables.values()}
    for kind, texts in {**there, "key": merged.keys.values()}.items():
        wished = {wish.text for _, wish in case.wished(kind)} | ({FORGE} if kind == "channel" else set())
        for text in (text for text in texts if text not in wished and not (kind == "apt" and text in case.instead)):
            case.violation("invented", "merged", f"{kind} '{text}'")


def _conda(case: Case) -> None:
    wished = [line for _, wish in case.wished("conda") if (line := conda_line(wish.text))]
    pips = [pip for source, wish in case.wished("pip") if (pip := source.pip(wish.text, wish.file))]
    for text, line in case.merged.conda_lines:
        if line.name in OURS or line.name in case.instead:
            continue
        alike = [one for one in wished if (one.name, one.more) == (line.name, line.more)]
        pip_ranges = [one.range_ for one in pips if across(line, one)]
        if not any(pip_ranges):
            ranges = [one.range_ for one in alike] + ([""] if pip_ranges else [])
            _range(case, f"conda '{text}'", conda_takes, line.range_, ranges)
        elif not common(conda_takes, line.range_, final=True) and common(
            conda_takes, *(one.range_ for one in alike), final=True
        ):
            case.violation("unmeetable", "merged", f"conda '{text}'")
        known = {one.build for one in alike} | {one.channel for one in alike}
        if not {line.build, line.channel} - {""} <= known:
            case.violation("invented", "merged", f"build or channel of '{text}'")


def _pip(case: Case) -> None:
    wished = [line for source, wish in case.wished("pip") if (line := source.pip(wish.text, wish.file))]
    for text, line in case.merged.pip_lines:
        if line == PIP:
            continue
        if line.name in case.instead or text in case.instead or line.target in case.instead:
            continue
        alike = [one for one in wished if one[:3] == line[:3] and one.marker == line.marker]
        _range(case, f"pip '{text}'", pip_takes, line.range_, [one.range_ for one in alike])
        if not line.extras <= frozenset().union(*(one.extras for one in alike)):
            case.violation("invented", "merged", f"extra of '{text}'")


def _range(case: Case, line: str, takes: Takes, range_: str, wished: list[str]) -> None:
    if not wished:
        case.violation("invented", "merged", line)
    elif range_ in wished:
        return
    elif not common(takes, range_, final=True) and all(common(takes, one, final=True) for one in wished):
        case.violation("unmeetable", "merged", line)
    elif version := refused(takes, range_, *sorted(set(wished))):
        case.violation("narrowed", "merged", f"{line} refuses {version}, which all of {wished} take")
