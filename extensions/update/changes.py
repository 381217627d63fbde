"""What an update has changed for one repository: the entries of the catalogue's changelog that concern it.

- concerned are the components that are installed now, those that were asked for or installed before, the engine, and
  launch where it has something to start
- nothing is said where nothing is known: the answers are not in git, or the catalogue has no changelog
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .. import git
from ..errors import BlocksError
from . import before, changelog, since


def lines(
    catalogue: Path, repository: Path, answers_file: str, commit: str, installed: Iterable[str], has_launch: bool
) -> list[str]:
    """Markdown for the end of an update of `repository` to `commit` of the catalogue."""
    text, answers = _changelog(catalogue), before.answers(repository, answers_file) or {}
    former = str(answers.get("_commit") or "")
    if text is None or not since.DESCRIBED.fullmatch(former):
        return []
    title = f"## What changed since {former}"
    try:
        releases = changelog.parse(text)
    except BlocksError as error:
        return [title, "", f"It cannot be said: {error}"]
    old, new = since.point(former, releases), since.point(commit, releases)
    later = since.between(releases, old, new, _entries_at(catalogue, former) if old.past else ())
    engine = {changelog.ENGINE, *([changelog.LAUNCH] if has_launch else [])}
    there = {*before.names(answers["components"]), *before.installed(repository, answers["binder_dir"])}
    said = since.markdown(since.concerning(later, {*engine, *installed, *there}))
    return [title, "", *said] if said else []


def _changelog(catalogue: Path) -> str | None:
    try:
        return (catalogue / changelog.FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _entries_at(catalogue: Path, commit: str) -> list[changelog.Entry]:
    """Copier clones without the files of the past, so this one may have to be fetched."""
    text = (git.blob(catalogue, f"{commit}:{changelog.FILE}", remote=True) or b"").decode(errors="replace")
    try:
        return [entry for release in changelog.parse(text) for entry in release.entries]
    except BlocksError:
        return []
