"""What an author may remove once directories were adopted, since nothing of the author's is deleted.

- of a file that was merged, and that repo2docker does not read where it stands; not of one that still counts there, as
  beside a runtime.txt that chooses R, or that a script or list of its directory names
- of the file that a link led to, where the merged file took the link's place
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..model import Finding
from ..repo2docker import BINDER_DIRS, RUNTIME, R
from ..rule import Rule
from .adopt import MERGED, REPLACED, ROOT
from .adoption import directories
from .directory import Directory, environment_name
from .pack import Pack

BB606 = Rule(
    "BB606",
    "an adopted directory was merged into the other one",
    "repo2docker refuses a repository that has both `binder` and `.binder`",
    "move the files that its scripts need, then `git rm -r` it",
)
BB607 = Rule(
    "BB607",
    "files that were adopted are not read any more",
    "what they ask for is in the merged files. All of them are one finding; what else names one, or repo2docker still "
    "reads where it stands, is not among them, and where a link led that the merged file replaced is",
    "make later changes there; remove them if nothing else needs them",
)


def findings(adopted: Any, binder_dir: str) -> list[Finding]:
    """What the author may remove now: a folder, or one file after the other (`folded`)."""
    result: dict[str, Finding] = {}
    for directory in directories(adopted):
        if directory.folder in BINDER_DIRS and directory.folder != binder_dir:
            reason = f"was merged into {binder_dir}, and repo2docker refuses a repository that has both"
            remedy = f"move the files that its scripts need, then remove it: git rm -r {directory.folder}"
            result[directory.folder] = directory.finding(BB606, directory.folder, reason, remedy)
            continue
        contents = adopted[directory.folder or ROOT]
        for name in _merged(directory):
            path, link = directory.path(name), _link(contents[name])
            replaced = name in REPLACED and directory.folder == binder_dir
            for dead in filter(None, ("" if replaced else path, link)):
                if _is_written(dead, binder_dir) or dead in result:
                    continue
                reason = "was merged, and repo2docker does not read it from here"
                if dead == link:
                    reason = f"was merged through the link {path}, and repo2docker does not read it any more"
                result[dead] = directory.finding(BB607, dead, reason, _remedy(binder_dir, "it"))
    return [*result.values()]


def _merged(directory: Directory) -> list[str]:
    """The files that were merged, but for those that something reads where they stand."""
    pack = Pack(directory)
    stays = pack.is_in_place and pack.name in ("docker", "julia", R, "")
    dead = {
        **dict.fromkeys(MERGED, True),
        "environment.yaml": environment_name(directory) == "environment.yaml",
        "requirements.txt": not stays,
        RUNTIME: bool(pack.python) and not stays,
    }
    return [name for name in MERGED if directory.has(name) and dead[name] and not pack.names(name)]


def _link(content: Any) -> str:
    return str(content.get("link", "")) if isinstance(content, dict) else ""


def _is_written(path: str, binder_dir: str) -> bool:
    folder, name = posixpath.split(path)
    return folder == binder_dir and name in REPLACED


def _remedy(binder_dir: str, what: str) -> str:
    return f"make later changes in {binder_dir}; remove {what} if nothing else needs {what}"


def folded(findings: Iterable[Finding], binder_dir: str) -> list[Finding]:
    """All files that are read no more as one finding, in the place of the first."""
    findings = list(findings)
    dead = [finding for finding in findings if finding.code == BB607]
    if len(dead) < 2:
        return findings
    first, folders = dead[0], dict[str, list[str]]()
    for finding in dead[1:]:
        folder, name = posixpath.split(finding.file)
        folders.setdefault(folder, []).append(name)
    shown = [_shown(folder, names) for folder, names in folders.items()]
    reason = f"was merged, and so were {' '.join(shown)}; repo2docker reads none of them there"
    one = replace(first, reason=reason, remedy=_remedy(binder_dir, "them"))
    return [one if finding is first else finding for finding in findings if finding is first or finding.code != BB607]


def _shown(folder: str, names: list[str]) -> str:
    """As a shell takes them."""
    if not folder or len(names) == 1:
        return " ".join(posixpath.join(folder, name) for name in names)
    return f"{folder}/{{{','.join(names)}}}"
