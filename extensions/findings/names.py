"""Files that somebody may have meant for repo2docker: hidden by a Binder directory, or almost of the right name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from .. import similar
from ..foreign.pack import Pack
from ..model import Finding
from ..repo2docker import BINDER_DIRS, HOOKS, KNOWN, LISTS, RUNTIME
from ..rule import Rule


def examine(pack: Pack) -> Iterator[Finding]:
    yield from _hidden(pack)
    yield from _misnamed(pack)
    yield from _folders(pack)


BB316 = Rule(
    "BB316",
    "a Binder file of the root is hidden by the Binder directory",
    "repo2docker reads only one of the two. Not said of files that those in the directory name, such as `-r "
    "../requirements.txt`",
    "move it, if it is meant for Binder",
)


def _hidden(pack: Pack) -> Iterator[Finding]:
    """Binder files of the root beside a Binder directory, but for those that the latter names, or has the same of."""
    directory = pack.directory
    if directory.folder not in BINDER_DIRS:
        return
    for name in (*LISTS, RUNTIME, *HOOKS, "install.R"):
        is_same = name in directory.tree and pack.has(name) and directory.tree[name] == directory.tree[pack.path(name)]
        if name in directory.tree and not is_same and not pack.names(name):
            reason = f"is hidden by the directory '{directory.folder}': it is neither read nor merged"
            remedy = "move it there if it is meant for Binder; else there is nothing to do"
            yield directory.finding(BB316, name, reason, remedy)


BB318 = Rule(
    "BB318",
    "a name that is almost one that repo2docker knows",
    "such as `postbuild`, `start.sh`, `apt.TXT`, `env.yml`, `enviroment.yml`; repo2docker minds case",
    "rename it",
)


def _misnamed(pack: Pack) -> Iterator[Finding]:
    for path in pack.directory.tree:
        above, name = posixpath.split(path)
        meant = similar.meant(name)
        if pack.is_at_root and meant == "start" and name.lower() != meant:
            continue  # at a root it is anybody's
        if "." in name and pack.names(name):
            continue  # a script reads it
        if above == pack.directory.folder and meant != name and not pack.has(meant):
            reason = f"is not a name that repo2docker knows, and is not read; '{meant}' is"
            yield pack.directory.finding(BB318, path, reason, f"rename it to {meant} if that is meant")


BB319 = Rule(
    "BB319",
    "a folder of an import whose name is almost `binder`",
    "such as `Binder`, `binders`; repo2docker minds case, and reads `binder` and `.binder` alone",
    "rename it, or import that folder by itself",
)
FOLDER = re.compile(r"[._-]?(?:my)?binders?", re.IGNORECASE)


def _folders(pack: Pack) -> Iterator[Finding]:
    """Folders at an import's root with Binder files, which are not read."""
    directory = pack.directory
    found = dict.fromkeys(
        posixpath.dirname(path)
        for path in (directory.tree if directory.home else ())
        if path.count("/") == 1 and posixpath.basename(path) in KNOWN
    )
    for folder in found:
        if FOLDER.fullmatch(folder) and folder not in (*BINDER_DIRS, directory.folder):
            reason = "is not a name that repo2docker knows, and is not read; 'binder' is"
            yield directory.finding(BB319, folder, reason, "rename it to binder there, or import it by itself")
