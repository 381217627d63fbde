"""What the last update left in a repository: the answers and the report in HEAD, and what the author edited since.

Copier does not commit, and updates nothing that is not committed: while it updates, HEAD still has the answers and the
report of the update before, in a repository's folder and in a shallow clone too. Where git ignores the report, it is in
the index for as long as an update lasts (`hidden`). The author may have deleted or changed the report; what cannot be
read in it is not there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .. import git
from ..foreign import adopt
from ..repo2docker import BINDER_DIRS


def answers(repository: Path, answers_file: str) -> Mapping[str, Any] | None:
    """The answers of the last update; None where they are not in git."""
    return adopt.answers_of_ours(git.blob(repository, f"HEAD:./{answers_file}") or b"")


def installed(repository: Path, binder_dir: str) -> list[str]:
    """The components of the last update, those that others required too."""
    components = _report(repository, binder_dir).get("components")
    return names(components.get("installed")) if isinstance(components, dict) else []


def has_findings(repository: Path, binder_dir: str) -> bool:
    """Whether the last update told any."""
    return bool(_report(repository, binder_dir).get("findings"))


def generated(repository: Path) -> dict[str, str]:
    """Path -> SHA-256 of the files as the last update wrote them."""
    return digests(_reports(repository, BINDER_DIRS))


def digests(reports: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What they say of files that were written, inside the repository."""
    files = [files for report in reports if isinstance(files := report.get("files"), dict)]
    return {path: each[path] for each in files for path in each if isinstance(each[path], str) and _is_inside(path)}


def _is_inside(path: str) -> bool:
    parts = path.split("/")
    return not {"", ".", "..", ".git"}.intersection(parts) and "\0" not in path


def answered(repository: Path, binder_dir: str) -> dict[str, Any]:
    """The answers that the last update rendered from, as its report has them; none where it has not."""
    found = _report(repository, binder_dir).get("answers")
    return found if isinstance(found, dict) else {}


def edited(repository: Path, paths: Iterable[str], digests: Mapping[str, str]) -> list[str]:
    """Those of the paths that are in the index otherwise than the last update wrote them, as `generated` says."""
    return sorted(path for path in paths if path in digests and _digest(repository, path) != digests[path])


def changed(repository: Path, paths: Iterable[str], digests: Mapping[str, str]) -> list[str]:
    """The same, with those that the last update did not write, or of which its report says nothing."""
    return sorted(path for path in paths if _digest(repository, path) != digests.get(path))


def names(value: Any) -> list[str]:
    """Names of components in what an author may have edited."""
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


def _digest(repository: Path, path: str) -> str:
    return hashlib.sha256(git.blob(repository, f":./{path}") or b"").hexdigest()


def parsed(report: bytes) -> dict[str, Any]:
    """A report; empty where that is not what it is."""
    try:
        data = json.loads(report)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _report(repository: Path, binder_dir: str) -> dict[str, Any]:
    return _reports(repository, [binder_dir])[0]


def _reports(repository: Path, folders: Iterable[str]) -> list[dict[str, Any]]:
    paths = [f"{folder}/report.json" for folder in folders]
    try:
        found = git.blobs(repository, [f"HEAD:./{path}" for path in paths])
    except git.GitError:
        found = {}
    return [parsed(found.get(f"HEAD:./{path}") or _uncommitted(repository, path)) for path in paths]


def _uncommitted(repository: Path, path: str) -> bytes:
    if not (repository / path).is_file():
        return b""
    return git.blob(repository, f":./{path}") or _unseen(repository, path)


def _unseen(repository: Path, path: str) -> bytes:
    """The file itself, before an update writes it anew: git does not know it."""
    try:
        is_unseen = bool(git.listed(repository, "--others", "--", path))
    except git.GitError:
        is_unseen = False
    return (repository / path).read_bytes() if is_unseen else b""
