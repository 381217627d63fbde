"""Foreign scripts -> what a reader should know of them: their bytes, their place, how a start comes to the notebook."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from ..model import Finding
from ..rule import Rule
from ..text import decode, printable
from . import shell
from .directory import Directory
from .shell import BOM, Line, is_script, unix

# The longest piece of a script that a finding shows.
SHOWN = 100
HOME = re.compile(r"(?:\$\{?HOME\}?|~|/home/jovyan)/([^\s\"'`;|&()<>=,:]+)")

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


BB409 = Rule(
    "BB409",
    "a path in the home folder, where an import's files no longer are",
    "they are in a folder of their own below `imports/`",
    "`$REPO_DIR/` and the path",
)


def sought_at_home(directory: Directory, paths: Sequence[str]) -> Iterator[tuple[str, Finding]]:
    """What scripts among the files carried expect in the home folder, where repo2docker puts a repository."""
    there = {parent for path in paths for parent in (path, *(path[: at.start()] for at in re.finditer("/", path)))}
    for script in paths:
        if not is_script(directory.tree[script], script):
            continue
        known: set[str] = set()
        for line in shell.commands(decode(directory.tree[script].data)[0]):
            for named in HOME.findall(line.text):
                fixed = re.split(r"[*?]", named)
                path = posixpath.normpath(named if len(fixed) == 1 else posixpath.dirname(fixed[0]) or ".")
                if path in there and path not in known:
                    known.add(path)
                    mirrored = posixpath.join(directory.home, path)
                    reason = f"is sought in the home folder; a link from there to {mirrored} is made where none stands"
                    remedy = f'let the script say "$REPO_DIR/{path}"'
                    yield path, directory.finding(BB409, script, reason, remedy, line=line.number, text=named)


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


def of_text(directory: Directory, name: str, text: str) -> Iterator[Finding]:
    """About postBuild or start; `text` has LF line ends."""
    path = directory.path(name)
    if not text.strip():
        yield directory.finding(BB410, path, "is empty and is left out", "nothing to do, or remove it", True)
        return
    if not text.startswith("#!"):
        reason = "has no shebang in its first line and runs with /bin/sh, which is not bash"
        yield directory.finding(
            BB403, path, reason, "let its first line name its interpreter: #!/usr/bin/env bash", line=1
        )
    if name == "start":
        yield from _of_start(directory, path, text) if shell.is_shell(text) else _of_other_start(directory, path, text)
    for line, kind in shell.dropped_commands(text):
        reason = "is a command that current Jupyter no longer has; where errors end the script, the build fails"
        remedy = "remove it: packages enable themselves now (else: jupyter server extension enable)"
        if kind == "source":
            reason = "builds an extension from source, which fails for most of them with current JupyterLab"
            remedy = "install its prebuilt package from PyPI or conda-forge instead"
        yield _of_line(directory, BB408, path, line, reason, remedy)


def _of_line(directory: Directory, code: str, path: str, line: Line, reason: str, remedy: str) -> Finding:
    text = line.text if len(line.text) <= SHOWN else line.text[: SHOWN - 3] + "..."
    return directory.finding(code, path, reason, remedy, line=line.number, text=printable(text))


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
