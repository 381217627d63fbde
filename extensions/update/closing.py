"""What is said at the end of a copy or an update, below Copier's own message, which ends within a list.

It is read in a terminal, and as Markdown in a pull request. Nothing at all where there is nothing to say; else what was
merged in; under a heading each, at most `SHOWN` lines and a word of where the rest is, the clashes, the findings, and
what the author's own lines have to do with the generated ones; and last what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..composition import Composition
from ..foreign.directory import Directory
from ..merge import downloads, env, environment_text, pip
from ..model import Clash, Finding
from . import own, stale

SHOWN = 15


def message(composition: Composition, destination: Path, changed: Sequence[str]) -> str:
    """Lines for the finished destination, each with a line feed before it: never an error."""
    binder_dir = composition.binder_dir
    generated = {
        "apt.txt": composition.apt_text,
        "environment.yml": environment_text.render(composition.environment),
        "env": env.render(composition.env),
        "downloads.txt": downloads.render(composition.downloads),
        "requirements.late.txt": pip.render_late(composition.late),
    }
    scripts = (f"{binder_dir}/{name}" for name in ("Dockerfile", "postBuild", "start"))
    remarks = stale.check(destination, composition.answers.get("adopted") or {}, binder_dir)
    remarks += own.check(
        destination,
        {f"{binder_dir}/{name}": content for name, content in generated.items()},
        [*scripts, *(file.path for file in composition.placed)],
    )
    remarks = [remark for remark in remarks if not composition.is_accepted(remark)]
    return text(binder_dir, composition.directories, composition.clashes, composition.findings, remarks, changed)


def text(
    binder_dir: str,
    directories: Iterable[Directory],
    clashes: Sequence[Clash],
    findings: Sequence[Finding],
    own: Sequence[Finding],
    changed: Sequence[str] = (),
) -> str:
    """Lines, each with a line feed before it."""
    report = f"{binder_dir}/report.json"
    merged = ", ".join(directory.label for directory in directories)
    lines = [f"- Merged in: {merged}."] if merged else []
    lines += _part(f"{_count(clashes, 'clash', 'clashes')}, explained in {report}", clashes, report)
    lines += _part(_count(findings, "finding", "findings"), findings, report)
    lines += _part(f"Your own lines, {_count(own, 'remark', 'remarks')}", own, "the next update, when these are done")
    lines += ["", *changed] if changed else []
    return "".join(f"\n{line}" for line in lines)


def _count(things: Sequence[object], one: str, many: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else many}"


def _part(title: str, things: Sequence[object], rest: str) -> list[str]:
    if not things:
        return []
    more = [f"- ... and {len(things) - SHOWN} more: see {rest}"] if len(things) > SHOWN else []
    return ["", f"## {title}", "", *(f"- {thing}" for thing in things[:SHOWN]), *more]
