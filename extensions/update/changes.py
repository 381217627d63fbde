"""What an update has changed for one repository: the entries of the catalogue's changelog that concern it.

- Copier does not commit, and updates nothing that is not committed: HEAD of the destination still has the answers and
  the report of the update before, of a repository in a folder and of a shallow clone too
- concerned are the components that are installed now, those that were asked for or installed before, the engine, and
  launch where it has something to start
- nothing is said where nothing is known: the answers are not in git, or the catalogue has no changelog
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import git
from ..errors import BlocksError
from ..foreign import adopt
from . import changelog


@dataclass(frozen=True)
class Before:
    """The repository at the update before: the catalogue's commit, and the components' names."""

    commit: str
    components: frozenset[str]


def lines(catalogue: Path, before: Before | None, commit: str, installed: Iterable[str], has_launch: bool) -> list[str]:
    """Markdown for the end of an update to `commit`."""
    text = _changelog(catalogue)
    if before is None or text is None:
        return []
    title = f"## What changed since {before.commit}"
    try:
        releases = changelog.parse(text)
    except BlocksError as error:
        return [title, "", f"It cannot be said: {error}"]
    old, new = (changelog.point(one, releases) for one in (before.commit, commit))
    found = changelog.between(releases, old, new, _entries_at(catalogue, before.commit) if old.past else ())
    names = {changelog.ENGINE, *([changelog.LAUNCH] if has_launch else []), *installed, *before.components}
    said = changelog.markdown(changelog.concerning(found, names))
    return [title, "", *said] if said else []


def before(destination: Path, answers_file: str) -> Before | None:
    """What was committed of the update before; None where that is not known."""
    answers = adopt.answers_of_ours(_committed(destination, f"HEAD:./{answers_file}") or b"")
    commit = str((answers or {}).get("_commit") or "")
    if answers is None or not changelog.DESCRIBED.fullmatch(commit):
        return None
    there = installed(destination, answers["binder_dir"])
    return Before(commit, frozenset([*_names(answers["components"]), *there]))


def installed(repository: Path, binder_dir: str) -> list[str]:
    """The components of the last update, those that others required too, as its committed report says."""
    return _installed(_committed(repository, f"HEAD:./{binder_dir}/report.json") or b"")


def _installed(report: bytes) -> list[str]:
    """The author may have deleted or changed the report."""
    try:
        return _names(json.loads(report)["components"]["installed"])
    except (ValueError, KeyError, TypeError):
        return []


def _names(value: Any) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


def _changelog(catalogue: Path) -> str | None:
    try:
        return (catalogue / changelog.FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _entries_at(catalogue: Path, commit: str) -> list[changelog.Entry]:
    text = (_committed(catalogue, f"{commit}:{changelog.FILE}") or b"").decode(errors="replace")
    try:
        return [entry for release in changelog.parse(text) for entry in release.entries]
    except BlocksError:
        return []


def _committed(folder: Path, name: str) -> bytes | None:
    """The file that git calls `name`, in the repository at `folder`; None where there is none."""
    command = ["git", "-C", str(folder), "cat-file", "blob", name]
    done = subprocess.run(command, check=False, capture_output=True, env=git.environment())
    return None if done.returncode else done.stdout
