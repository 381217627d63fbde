"""What is said at the end of a copy or an update, below Copier's own message, which ends within a list.

It is read in a terminal, and as Markdown in a pull request. Nothing at all where there is nothing to say; else what was
merged in; under a heading each, at most `SHOWN` lines and a word of where the rest is, the clashes, the findings, and
what the author's own lines have to do with the generated ones; what changed. What the author has to see to comes last,
whole: first what git ignores and what is not as it was, and in the last lines of all the conflicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import git
from ..composition import Composition
from ..foreign.directory import Directory
from ..merge import downloads, env, environment_text, pip
from ..model import Clash, Finding
from . import conflicts, ignored, own, remains, stale
from . import state as at
from .state import State

SHOWN = 15


@dataclass(frozen=True)
class Found:
    """What there is to see in a destination: in own lines, in files, and the conflicts."""

    own: Sequence[Finding] = ()
    files: Sequence[Finding] = ()
    conflicts: Sequence[Finding] = ()


def message(
    composition: Composition,
    destination: Path,
    generated: Mapping[str, str],
    answers_file: str,
    is_update: bool,
    changed: Sequence[str],
) -> str:
    """Lines for the finished destination, each with a line feed before it: never an error.

    `generated` are the texts of the files that were written, by path.
    """
    binder_dir, state = composition.binder_dir, _state(destination, generated) if is_update else None
    paths = [*generated, f"{binder_dir}/report.json", answers_file]
    conflicting = conflicts.find(destination, [*paths, "README.md"], state.unmerged if state else ())
    whole = {conflict.file for conflict in conflicting}
    lines = stale.check(destination, composition.answers.get("adopted") or {}, binder_dir)
    lines += own.check(destination, {path: text for path, text in _lists(composition).items() if path not in whole})
    lines = [line for line in lines if not composition.is_accepted(line)]
    files = [*ignored.find(destination, paths), *(remains.find(state, generated) if state else ())]
    found = Found(lines, files, conflicting)
    return text(binder_dir, composition.directories, composition.clashes, composition.findings, found, changed)


def _state(destination: Path, generated: Mapping[str, str]) -> State | None:
    """None where git cannot say."""
    try:
        return at.read(destination, {path: at.digest(text.encode()) for path, text in generated.items()})
    except git.GitError:
        return None


def _lists(composition: Composition) -> dict[str, str]:
    """The generated text of the files with anchors."""
    texts = {
        "apt.txt": composition.apt_text,
        "environment.yml": environment_text.render(composition.environment),
        "env": env.render(composition.env),
        "downloads.txt": downloads.render(composition.downloads),
        "requirements.late.txt": pip.render_late(composition.late),
    }
    return {f"{composition.binder_dir}/{name}": content for name, content in texts.items()}


def text(
    binder_dir: str,
    directories: Iterable[Directory],
    clashes: Sequence[Clash],
    findings: Sequence[Finding],
    found: Found,
    changed: Sequence[str] = (),
) -> str:
    """Lines, each with a line feed before it."""
    report = f"{binder_dir}/report.json"
    merged = ", ".join(directory.label for directory in directories)
    lines = [f"- Merged in: {merged}."] if merged else []
    lines += _part(f"{_count(clashes, 'clash', 'clashes')}, explained in {report}", clashes, report)
    lines += _part(_count(findings, "finding", "findings"), findings, report)
    more = "the next update, when these are done"
    lines += _part(f"Your own lines, {_count(found.own, 'remark', 'remarks')}", found.own, more)
    lines += ["", *changed] if changed else []
    lines += _whole(f"Your files, {_count(found.files, 'remark', 'remarks')}", found.files)
    lines += _whole(f"CONFLICTS in {_count(found.conflicts, 'file', 'files')}", found.conflicts)
    return "".join(f"\n{line}" for line in lines)


def _whole(title: str, things: Sequence[object]) -> list[str]:
    return ["", f"## {title}", "", *(f"- {thing}" for thing in things)] if things else []


def _count(things: Sequence[object], one: str, many: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else many}"


def _part(title: str, things: Sequence[object], rest: str) -> list[str]:
    if not things:
        return []
    more = [f"- ... and {len(things) - SHOWN} more: see {rest}"] if len(things) > SHOWN else []
    return ["", f"## {title}", "", *(f"- {thing}" for thing in things[:SHOWN]), *more]
