"""Foreign postBuild and start -> the files to place, and what a reader should know of them.

Nobody's script is rewritten; only a byte order mark and carriage returns, which keep it from running, go.

imported    `carry` says which files of its repository stand in `home`; each script runs there, at its old path, with
            REPO_DIR naming that place (a start gets the old REPO_DIR back for what comes after it); a file that its
            scripts seek in the home folder is linked from there, where nothing else stands under its name
adopted     its repository is ours: a script becomes <binder>/postBuild.d/<slug> as it is; one that refers to its own
            place ($0, BASH_SOURCE, __file__) stays in its folder, under the name postBuild-<slug>
both        one whose body is elsewhere has a few lines of bash in <binder>/postBuild.d/<slug>, or start.d, that run it
            through `launch --run-hook`: the run bit may be lost, and without a shebang /bin/sh runs it
an empty script is left out

What launch does with a start: one that wraps the notebook's command stays beside the notebook (see `shell`).
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from ..catalogue.files import File, as_text
from ..model import Finding
from . import shell
from .carry import HOOKS, carried, printable
from .directory import Blob, Directory, decode

_BOM = b"\xef\xbb\xbf"
_OWN_PLACE = re.compile(r"\$0\b|\$\{0\b|\bBASH_SOURCE\b|\b__file__\b")
_HOME = re.compile(r"(?:\$\{?HOME\}?|~|/home/jovyan)/([^\s\"'`;|&()<>=,:]+)")

_HEAD = """#!/usr/bin/env bash
# {where}, run {how}
set -euo pipefail

binder_dir=$(cd "$(dirname "${{BASH_SOURCE[0]}}")/.." && pwd)
"""
_MIRROR = """script=$binder_dir/{home}/{path}
restored=(--unset=REPO_DIR)
if [[ -v REPO_DIR ]]; then restored=("REPO_DIR=$REPO_DIR"); fi
export REPO_DIR=$binder_dir/{home}
cd "$REPO_DIR"
"""
_LINKS = """
sought=({paths})
for path in "${{sought[@]}}"; do
  there=$HOME/$path
  if [[ -L $there && $(readlink "$there") == "$binder_dir"/imports/* ]]; then rm "$there" || :; fi
  if [[ ! -e $there ]]; then
    mkdir --parents "${{there%/*}}" && ln --symbolic "$REPO_DIR/$path" "$there" || :
  fi
  if [[ ! $there -ef $REPO_DIR/$path ]]; then
    printf '%s: %s is not the file that it expects, %s\\n' "$script" "$there" "$REPO_DIR/$path" >&2
  fi
done

"""
_BESIDE = """script=${{binder_dir%/*}}/{path}
"""
_RUN = """"${NB_PYTHON_PREFIX:-/usr}/bin/python3" -I -S "$binder_dir/launch" --run-hook "$script\""""
_POST_BUILD = f"""status=0
{_RUN} "$@" || status=$?
if [[ $status != 0 ]]; then
  printf '%s failed with status %s\\n' "$script" "$status" >&2
fi
exit "$status"
"""
_START = f"""exec {_RUN} "$@"
"""


def place(directory: Directory, binder_dir: str) -> tuple[list[File], list[Finding]]:
    """The files, sorted by path, and the findings."""
    files: list[File] = []
    findings: list[Finding] = []
    paths: list[str] = []
    links: list[str] = []
    if directory.home:
        paths, findings = carried(directory)
        sought = [*_sought_at_home(directory, paths)]
        findings += [finding for _, finding in sought]
        links = sorted({path for path, _ in sought})
        for path in paths:
            blob = directory.tree[path]
            files.append(File(posixpath.join(directory.home, path), as_text(unix(blob, path)), blob.executable))
            findings += _of_text(directory, path)
    for name in HOOKS:
        path = directory.path(name)
        if path in (paths if directory.home else directory.tree):
            script = _Script(directory, name, decode(unix(directory.tree[path], path))[0])
            files += script.files(binder_dir, links)
            findings += [*([] if directory.home else _of_text(directory, script.path)), *script.findings()]
    return sorted(files, key=lambda file: file.path), findings


def is_script(blob: Blob, path: str) -> bool:
    name = posixpath.basename(path)
    return name in HOOKS or name.endswith((".sh", ".bash")) or blob.data.startswith((b"#!", _BOM + b"#!"))


def unix(blob: Blob, path: str) -> bytes:
    """The bytes, those of a script without what keeps it from running."""
    if not is_script(blob, path) or b"\0" in blob.data:
        return blob.data
    return blob.data.removeprefix(_BOM).replace(b"\r\n", b"\n")


def _of_text(directory: Directory, path: str) -> Iterator[Finding]:
    blob = directory.tree[path]
    if unix(blob, path) == blob.data:
        return
    where = directory.where(path)
    if b"\r\n" in blob.data:
        reason = "had carriage returns at its line ends, with which no interpreter is found; they were taken out"
        yield Finding("BB401", directory.label, where, 0, "", reason, "save it with LF line ends")
    if blob.data.startswith(_BOM):
        reason = "had a byte order mark before its first line, which hides a shebang; it was taken out"
        yield Finding("BB402", directory.label, where, 0, "", reason, "save it as UTF-8 without a byte order mark")


def _sought_at_home(directory: Directory, paths: list[str]) -> Iterator[tuple[str, Finding]]:
    """What scripts among the files carried expect in the home folder, where repo2docker puts a repository."""
    there = {parent for path in paths for parent in (path, *(path[: at.start()] for at in re.finditer("/", path)))}
    for script in paths:
        if not is_script(directory.tree[script], script):
            continue
        known: set[str] = set()
        for line in shell.commands(decode(directory.tree[script].data)[0]):
            for named in _HOME.findall(line.text):
                fixed = re.split(r"[*?]", named)
                path = posixpath.normpath(named if len(fixed) == 1 else posixpath.dirname(fixed[0]) or ".")
                if path in there and path not in known:
                    known.add(path)
                    mirrored = posixpath.join(directory.home, path)
                    reason = f"is sought in the home folder; a link from there to {mirrored} is made where none stands"
                    remedy = f'let the script say "$REPO_DIR/{path}"'
                    where = directory.where(script)
                    yield path, Finding("BB409", directory.label, where, line.number, named, reason, remedy)


@dataclass(frozen=True)
class _Script:
    """`name` is postBuild or start; `text` has LF line ends."""

    directory: Directory
    name: str
    text: str

    @property
    def path(self) -> str:
        return self.directory.path(self.name)

    @property
    def blob(self) -> Blob:
        return self.directory.tree[self.path]

    def files(self, binder_dir: str, links: list[str]) -> list[File]:
        """`links`: what its repository's scripts seek in the home folder."""
        if not self.text.strip():
            return []
        hook = f"{binder_dir}/{self.name}.d/{self.directory.slug}"
        body = as_text(unix(self.blob, self.path))
        where = " ".join(self.directory.where(self.path).split())
        run = _POST_BUILD if self.name == "postBuild" else _START
        if self.directory.home:
            home = shlex.quote(posixpath.relpath(self.directory.home, binder_dir))
            wrapper = _HEAD.format(where=where, how="from among the files of its repository")
            wrapper += _MIRROR.format(home=home, path=shlex.quote(self.path))
            if self.name == "start":
                run = run.replace('"$@"', 'env "${restored[@]}" "$@"')
            else:
                wrapper = "".join(line for line in wrapper.splitlines(True) if "restored=" not in line)
            if links:
                wrapper += _LINKS.format(paths=" ".join(map(shlex.quote, links)))
            return [File(hook, wrapper + run, True)]
        if not any(_OWN_PLACE.search(line) for line in self._code()):
            return [File(hook, body, True)]
        beside = f"{self.path}-{self.directory.slug}"
        wrapper = _HEAD.format(where=where, how="from beside the files that it looks for")
        return [File(beside, body, True), File(hook, wrapper + _BESIDE.format(path=shlex.quote(beside)) + run, True)]

    def _code(self) -> Iterator[str]:
        return (line for line in self.text.split("\n") if not line.lstrip().startswith("#"))

    def _finding(self, code: str, line: int, text: str, reason: str, remedy: str, left_out: bool = False) -> Finding:
        shown = printable(text if len(text) <= 100 else text[:97] + "...")
        where = self.directory.where(self.path)
        return Finding(code, self.directory.label, where, line, shown, reason, remedy, left_out)

    def findings(self) -> Iterator[Finding]:
        if not self.text.strip():
            yield self._finding("BB410", 0, "", "is empty and is left out", "nothing to do, or remove it", True)
            return
        if not self.text.startswith("#!"):
            reason = "has no shebang in its first line and runs with /bin/sh, which is not bash"
            yield self._finding("BB403", 1, "", reason, "let its first line name its interpreter: #!/usr/bin/env bash")
        if self.name == "start":
            yield from self._of_start() if shell.is_shell(self.text) else self._of_other_start()
        for line, kind in shell.dropped_commands(self.text):
            reason = "is a command that current Jupyter no longer has; where errors end the script, the build fails"
            remedy = "remove it: packages enable themselves now (else: jupyter server extension enable)"
            if kind == "source":
                reason = "builds an extension from source, which fails for most of them with current JupyterLab"
                remedy = "install its prebuilt package from PyPI or conda-forge instead"
            yield self._finding("BB408", line.number, line.text, reason, remedy)

    def _of_start(self) -> Iterator[Finding]:
        how, line, after = shell.handover(self.text)
        end = 'let it end in exec "$@"'
        if how == shell.NEVER:
            reason = "never comes to the notebook's command: what it exports is lost, and launch reports it as failed"
            yield self._finding("BB404", 0, "", reason, end)
        if after:
            reason = f"stands after the exec in line {line.number} and never runs"
            yield self._finding("BB405", after.number, after.text, reason, "move it above the exec, or remove it")
        moved = shell.changes_directory(self.text)
        if moved:
            reason = "changes the directory for this script alone; the notebook opens in the repository's root"
            remedy = "choose the folder in the launch link (urlpath), and use full paths"
            yield self._finding("BB406", moved.number, moved.text, reason, remedy)
        if how == shell.WRAPS:
            reason = (
                "runs a program around the notebook; here it stays beside the notebook and ends with it: "
                "what it exports reaches the notebook, limits and redirections do not"
            )
            remedy = 'to be sure, start the program in the background, export what it needs, and end in exec "$@"'
            yield self._finding("BB407", line.number, line.text, reason, remedy)

    def _of_other_start(self) -> Iterator[Finding]:
        if not re.search(r"argv|ARGV|commandArgs|ARGS|\$@|%\*", self.text):
            reason = "never uses its arguments, the notebook's command: what it exports is lost"
            yield self._finding("BB404", 0, "", reason, "let it end by replacing itself with its arguments")
