"""Foreign scripts -> what a reader should know of them: their bytes, their place, how a start comes to the notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Finding
from ..repo2docker import HOOKS
from ..rule import Rule
from . import shell, tools
from .directory import Directory
from .runs import runs
from .shell import BOM, Line, unix
from .source import cited, shown

BB401 = Rule(
    "BB401",
    "postBuild or start had carriage returns at its line ends",
    "no interpreter is found with one in the shebang; they were taken out",
    "save it with LF line ends",
)
BB402 = Rule(
    "BB402",
    "it had a byte order mark",
    "it hides the shebang; it was taken out",
    "save it without",
)


def of_bytes(directory: Directory, path: str) -> Iterator[Finding]:
    """What was taken out of a script."""
    blob = directory.tree[path]
    if unix(blob, path) == blob.data:
        return
    if b"\r\n" in blob.data:
        reason = "had carriage returns at its line ends, with which no interpreter is found; they were taken out"
        yield directory.finding(BB401, path, reason, "save it with LF line ends")
    if blob.data.startswith(BOM):
        reason = "had a byte order mark before its first line, which hides a shebang; it was taken out"
        yield directory.finding(BB402, path, reason, "save it as UTF-8 without a byte order mark")


BB403 = Rule(
    "BB403",
    "it has no shebang",
    "it runs with `/bin/sh`, which is not bash",
    "`#!/usr/bin/env bash` in its first line",
)
BB408 = Rule(
    "BB408",
    "a command that current Jupyter no longer has, or one that builds an extension from source",
    "it fails, and with `set -e` the build too",
    "remove it: packages enable themselves; install the prebuilt package",
)
BB410 = Rule(
    "BB410",
    "a script is empty",
    "it is left out",
    "nothing to do",
)


def of_text(directory: Directory, name: str, text: str, is_beside: bool = False) -> Iterator[Finding]:
    """About postBuild or start; `text` has LF line ends, `is_beside`: it comes to no notebook's command."""
    path = directory.path(name)
    if not text.strip():
        yield directory.finding(BB410, path, "is empty and is left out", "nothing to do, or remove it", True)
        return
    if not text.startswith("#!"):
        reason = "has no shebang in its first line and runs with /bin/sh, which is not bash"
        yield directory.finding(
            BB403, path, reason, "let its first line name its interpreter: #!/usr/bin/env bash", line=1
        )
    if name == "start" and not is_beside:
        yield from _of_start(directory, path, text) if shell.is_shell(text) else _of_other_start(directory, path, text)
    for line, kind in shell.dropped_commands(text):
        reason = "is a command that current Jupyter no longer has; where errors end the script, the build fails"
        remedy = "remove it: packages enable themselves now (else: jupyter server extension enable)"
        if kind == "source":
            reason = "builds an extension from source, which fails for most of them with current JupyterLab"
            remedy = "install its prebuilt package from PyPI or conda-forge instead"
        yield _of_line(directory, BB408, path, line, reason, remedy)


def _of_line(directory: Directory, code: str, path: str, line: Line, reason: str, remedy: str) -> Finding:
    return directory.finding(code, path, reason, remedy, line=line.number, text=shown(line.text))


BB404 = Rule(
    "BB404",
    "start never comes to the notebook's command",
    "what it exports is lost, and launch reports it as failed",
    'let it end in `exec "$@"`',
)
BB405 = Rule(
    "BB405",
    "a line stands after the exec",
    "it never runs",
    "move it above, or remove it",
)
BB406 = Rule(
    "BB406",
    "start changes the directory",
    "it does so for itself alone; the notebook opens in the repository's root",
    "choose the folder in the launch link, and use full paths",
)
BB407 = Rule(
    "BB407",
    "start runs a program around the notebook",
    "it stays beside the notebook and ends with it; limits and redirections do not reach the notebook",
    'start the program in the background, export what it needs, end in `exec "$@"`',
)


def _of_start(directory: Directory, path: str, text: str) -> Iterator[Finding]:
    how, line, after = shell.handover(text)
    if how == shell.NEVER:
        reason = "never comes to the notebook's command: what it exports is lost, and launch reports it as failed"
        yield directory.finding(BB404, path, reason, 'let it end in exec "$@"')
    if after:
        reason = f"stands after the exec in line {line.number} and never runs"
        yield _of_line(directory, BB405, path, after, reason, "move it above the exec, or remove it")
    moved = shell.changes_directory(text)
    if moved:
        reason = "changes the directory for this script alone; the notebook opens in the repository's root"
        remedy = "choose the folder in the launch link (urlpath), and use full paths"
        yield _of_line(directory, BB406, path, moved, reason, remedy)
    if how == shell.WRAPS:
        reason = (
            "runs a program around the notebook; here it stays beside the notebook and ends with it: "
            "what it exports reaches the notebook, limits and redirections do not"
        )
        remedy = 'to be sure, start the program in the background, export what it needs, and end in exec "$@"'
        yield _of_line(directory, BB407, path, line, reason, remedy)


def _of_other_start(directory: Directory, path: str, text: str) -> Iterator[Finding]:
    if not re.search(r"argv|ARGV|commandArgs|ARGS|\$@|%\*", text):
        reason = "never uses its arguments, the notebook's command: what it exports is lost"
        yield directory.finding(BB404, path, reason, "let it end by replacing itself with its arguments")


BB415 = Rule(
    "BB415",
    "an import's script works on the repository of Git",
    "what is imported comes without it; in its place is that of the course",
    "let it clone what it needs, at a commit",
)


def of_git(directory: Directory) -> Iterator[Finding]:
    """What needs the repository of Git that an import's scripts were written for."""
    folders = {"", *(path[: at.start()] for path in directory.tree for at in re.finditer("/", path))}
    known: set[tuple[str, int]] = set()
    for name in filter(directory.has, HOOKS):
        for run in runs(directory.tree, directory.path(name)):
            place = (run.path, run.call.line)
            if run.cwd in folders and tools.works_on_git(run.call) and place not in known:
                known.add(place)
                reason = "works on the repository of Git, which is the course's here, and not the import's"
                yield cited(directory, BB415, run, reason, "let it clone what it needs, at a commit")
