"""The answers that an update renews from the repository, before it renders: `adopted` and `settled`.

Answers are all that the renders of an update share, so that what is in the repository goes in by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .. import git
from ..foreign import adopt, adoption, again
from . import before
from .settled import Compose, settled


def renewed(repository: Path, answers: Mapping[str, Any], asked: Iterable[str], compose: Compose) -> dict[str, Any]:
    """The answers; `asked` are the entries of `adopt`. Raises `BlocksError` where one of them cannot be done."""
    asked, had = list(asked), answers.get("adopted") or {}
    adopted = again.again(repository, had, asked, answers["binder_dir"])
    new = dict(answers) if adopted == had else {**answers, "adopted": adopted}
    if asked or answers.get("settled") or before.has_findings(repository, answers["binder_dir"]):
        done = settled(repository, new, compose)
        if done != (answers.get("settled") or []):
            return {**new, "settled": done}
    return new


def said(repository: Path, answers_file: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What was renewed, a line each; `old` is in HEAD."""
    had, has = old.get("adopted") or {}, new.get("adopted") or {}
    lines = [f"adopted: {name} was read" for name in has if name not in had]
    lines += [f"adopted: {name} was read again" for name in has if name in had and has[name] != had[name]]
    for name in had:
        if name not in has:
            lines += _taken_back(repository, answers_file, had, name, old["binder_dir"])
    return lines


def _taken_back(
    repository: Path, answers_file: str, had: Mapping[str, Any], name: str, binder_dir: str
) -> Iterator[str]:
    """That its files stay; in the folder of the merged files, where those are that had to give way to them."""
    if name != binder_dir:
        yield f"adopted: {name} was taken back; its files stay"
        return
    yield f"adopted: {name} was taken back; its files stay, but for those that gave way to merged ones"
    for path, content in sorted(adoption.files({name: had[name]}).items()):
        if path.removeprefix(f"{name}/") in adopt.REPLACED:
            commit = _commit_with(repository, path, content)
            where = f"git show {commit}:./{path}" if commit else f"under 'adopted' in git show HEAD:./{answers_file}"
            yield f"  {path}, as it was before it was merged: {where}"


def _commit_with(repository: Path, path: str, content: bytes) -> str:
    """The last commit in which the file was so; empty where none is known."""
    try:
        commits = git.run("rev-list", "--abbrev-commit", "HEAD", "--", path, folder=repository).decode().split()
        there = git.blobs(repository, (f"{commit}:./{path}" for commit in commits))
    except git.GitError:
        return ""
    return next((commit for commit in commits if there.get(f"{commit}:./{path}") == content), "")
