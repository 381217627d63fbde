"""What differs from the commit: `git status` of the repository, which somebody else may have set up.

- git never sees the repository's configuration, nor its hooks: it runs in an empty repository of ours that borrows the
  objects and has a copy of the index; so no filter, monitor, pager or remote of it is run or asked
- what lies in a submodule is not looked at
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile

from .commands import answer_of, said_by
from .course import repository
from .processes import system_text
from .texts import known_text

GIT_SECONDS, MOST_LINES = 6, 300
SETTINGS = (
    *("core.hooksPath=/dev/null", "core.fsmonitor=", "core.untrackedCache=false", "core.quotePath=false"),
    *("gc.auto=0", "status.relativePaths=false", "protocol.allow=never", "core.attributesFile=/dev/null"),
)
ALONE = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_TERMINAL_PROMPT": "0",
    "HOME": "/nonexistent",
}


def top_of(folder: str) -> str:
    """The work tree that a folder is in; empty if it is in none."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        if folder == os.path.dirname(folder):
            return ""
        folder = os.path.dirname(folder)
    return folder


def git_folders(top: str) -> tuple[str, str]:
    """The git directory of a work tree, and the one that it shares with others."""
    git = os.path.join(top, ".git")
    if os.path.isfile(git):
        git = os.path.join(top, known_text(git).partition("gitdir:")[2].strip())
    common = known_text(os.path.join(git, "commondir"))
    return git, os.path.normpath(os.path.join(git, common)) if common else git


def commit_here() -> str:
    """The commit that is checked out; empty if that cannot be told."""
    top = top_of(repository())
    if not top:
        return ""
    git, common = git_folders(top)
    head = known_text(os.path.join(git, "HEAD"))
    name = head.partition("ref:")[2].strip()
    if name and re.fullmatch(r"refs/[\w./-]+", name) and ".." not in name:
        packed = re.search(
            rf"^([0-9a-f]+) {re.escape(name)}$", system_text(os.path.join(common, "packed-refs")), re.MULTILINE
        )
        head = (
            known_text(os.path.join(git, name))
            or known_text(os.path.join(common, name))
            or (packed[1] if packed else "")
        )
    return head if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", head) else ""


def worktree_text() -> str:
    """The lines of `git status --porcelain`, or why there are none."""
    top, commit = top_of(repository()), commit_here()
    if not top:
        return "the repository is not in git here"
    if not commit:
        return "which commit is checked out cannot be told"
    git, common = git_folders(top)
    with tempfile.TemporaryDirectory(prefix="diagnose-") as folder:
        own = os.path.join(folder, "git")
        try:
            kind = ["--object-format=sha256"] if len(commit) == 64 else []
            said_by(["git", "init", "--quiet", "--bare", "--template=", *kind, own], GIT_SECONDS, ALONE)
            with open(os.path.join(own, "HEAD"), "w") as file:
                file.write(f"{commit}\n")
            # Its time counts: what was changed in the same second as the index was written is looked at.
            shutil.copy2(os.path.join(git, "index"), os.path.join(own, "index"), follow_symlinks=False)
        except OSError as error:
            return f"git cannot be asked: {error.strerror}"
        settings = [word for setting in SETTINGS for word in ("-c", setting)]
        places = {"GIT_DIR": own, "GIT_WORK_TREE": top, "GIT_OBJECT_DIRECTORY": os.path.join(common, "objects")}
        command = [
            "git",
            *settings,
            "-c",
            "core.bare=false",
            "-C",
            top,
            "status",
            "--porcelain",
            "--ignore-submodules=all",
        ]
        status, said = answer_of(command, GIT_SECONDS, {**ALONE, **places})
    if status:
        return f"git cannot be asked: {said}"
    lines = said.split("\n")
    more = [f"and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
    return "\n".join([f"commit {commit}", *(lines[:MOST_LINES] if said else ["nothing differs"]), *more])
