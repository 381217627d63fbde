"""Files that somebody may have meant for repo2docker: hidden by a Binder directory, or almost of the right name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from ..foreign.pack import Pack
from ..model import Finding
from ..repo2docker import BINDER_DIRS, HOOKS, KNOWN, LISTS, RUNTIME, SIMILAR
from ..rule import Rule


def examine(pack: Pack) -> Iterator[Finding]:
    yield from _hidden(pack)
    yield from _misnamed(pack)


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
    "such as `postbuild`, `apt.TXT`, `env.yml`; repo2docker minds case",
    "rename it",
)


def _misnamed(pack: Pack) -> Iterator[Finding]:
    for path in pack.directory.tree:
        above, name = posixpath.split(path)
        meant = SIMILAR.get(name.lower(), name)
        if "." in name and pack.names(name):
            continue  # a script reads it
        if above == pack.directory.folder and name not in KNOWN and meant != name and not pack.has(meant):
            reason = f"is not a name that repo2docker knows, and is not read; '{meant}' is"
            yield pack.directory.finding(BB318, path, reason, f"rename it to {meant} if that is meant")
