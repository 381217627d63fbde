"""What the last update left in a repository: the answers and the report in HEAD, and what the author edited since.

Copier does not commit, and updates nothing that is not committed: while it updates, HEAD still has the answers and the
report of the update before, in a repository's folder and in a shallow clone too. The author may have deleted or changed
the report; what cannot be read in it is not there.
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
    reports = (_report(repository, binder_dir).get("files") for binder_dir in BINDER_DIRS)
    files = [files for files in reports if isinstance(files, dict)]
    return {path: digest for each in files for path, digest in each.items() if isinstance(digest, str)}


def edited(repository: Path, paths: Iterable[str], digests: Mapping[str, str]) -> list[str]:
    """Those of the paths that are in the index otherwise than the last update wrote them, as `generated` says."""
    return sorted(path for path in paths if path in digests and _digest(repository, path) != digests[path])


def names(value: Any) -> list[str]:
    """Names of components in what an author may have edited."""
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


def _digest(repository: Path, path: str) -> str:
    return hashlib.sha256(git.blob(repository, f":./{path}") or b"").hexdigest()


def _report(repository: Path, binder_dir: str) -> dict[str, Any]:
    try:
        report = json.loads(git.blob(repository, f"HEAD:./{binder_dir}/report.json") or b"")
    except (ValueError, RecursionError):
        return {}
    return report if isinstance(report, dict) else {}
