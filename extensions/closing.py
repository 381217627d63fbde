"""What is said at the end of a copy or an update, below Copier's own message.

Nothing at all where there is nothing to say; else, each at most `SHOWN` lines and a word of where the rest is: what
was merged in, the clashes, the findings, and what the author's own lines have to do with the generated ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .foreign import Directory
from .merge.model import Clash, Finding

SHOWN = 15


def text(
    binder_dir: str,
    directories: Iterable[Directory],
    clashes: Sequence[Clash],
    findings: Sequence[Finding],
    own: Sequence[Finding],
) -> str:
    """Lines, each with a line feed before it."""
    report = f"{binder_dir}/report.json"
    merged = ", ".join(directory.label for directory in directories)
    lines = [f"Merged in: {merged}."] if merged else []
    lines += _part(f"{_count(clashes, 'clash', 'clashes')}; each is explained in {report}:", clashes, report)
    lines += _part(f"{_count(findings, 'finding', 'findings')}:", findings, report)
    lines += _part(f"Your own lines, {_count(own, 'remark', 'remarks')}:", own, "the next update, when these are done")
    return "".join(f"\n{line}" for line in lines)


def _count(things: Sequence[object], one: str, many: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else many}"


def _part(title: str, things: Sequence[object], rest: str) -> list[str]:
    if not things:
        return []
    more = [f"  ... and {len(things) - SHOWN} more: see {rest}"] if len(things) > SHOWN else []
    return [title, *(f"  {thing}" for thing in things[:SHOWN]), *more]
