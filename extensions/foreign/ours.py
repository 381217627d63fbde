"""A repository that Binder Blocks made, among those to import: which blocks it is made of.

Its answers file says so, or the report in its Binder directory, which has the whole of what was merged there. Imported,
its launch would run inside the one here; its blocks, chosen here, do the same and stay in step.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..model import Finding
from ..rule import Rule
from ..text import printable
from .adopt import answers_of_ours
from .directory import Blob, Directory

ANSWERS = re.compile(r"\.copier-answers[\w.-]*\.ya?ml")
REPORT = "report.json"
# The most names that a finding shows.
SHOWN = 20

BB555 = Rule(
    "BB555",
    "an import is a repository that Binder Blocks made",
    "its launch runs inside the one here, which does not see its services, nor does `verify`",
    "leave it out, and choose its blocks and what it imports, as the finding says",
)


@dataclass(frozen=True)
class Made:
    """`file` says what the repository is made of."""

    file: str
    components: list[str]
    imports: list[str]


def made(tree: Mapping[str, Blob], folder: str) -> Made | None:
    """What the Binder directory `folder` is made of; None where it is somebody's own."""
    for path in tree:
        if "/" not in path and ANSWERS.fullmatch(path):
            answers = answers_of_ours(tree[path].data)
            if answers and answers["binder_dir"] == folder:
                return Made(path, _names(answers["components"]), _names(answers.get("imports")))
    path = posixpath.join(folder, REPORT)
    components = _components(tree[path].data) if path in tree else None
    return None if components is None else Made(path, components, [])


def _components(report: bytes) -> list[str] | None:
    try:
        asked = json.loads(report)["components"]["asked"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return _names(asked) if isinstance(asked, list) else None


def _names(value: Any) -> list[str]:
    found = value if isinstance(value, list) else []
    return [printable(name)[: SHOWN * 10] for name in found if isinstance(name, str)][:SHOWN]


def finding(directory: Directory, found: Made, blocks: Collection[str]) -> Finding:
    """What to choose instead; `blocks` are the names that this catalogue has, or had."""
    here = [name for name in found.components if name in blocks]
    other = [name for name in found.components if name not in blocks]
    reason = "says that Binder Blocks made the repository, whose launch and services run inside those of this one"
    steps = [f"choose these blocks instead: {', '.join(here)}" if here else "it has no blocks to choose"]
    steps += [f"this catalogue has no {', '.join(map(repr, other))}"] if other else []
    steps += [f"import what it imports: {', '.join(found.imports)}"] if found.imports else []
    steps += ["write what is its own below the anchors here"]
    return directory.finding(BB555, found.file, reason, "; ".join(steps))
