"""Foreign postBuild and start -> the files to place, and what a reader should know of them.

Nobody's script is rewritten; only a byte order mark and carriage returns, which keep it from running, go.

imported    `carry` says which files of its repository stand in `home`; each script runs there, at its old path, with
            REPO_DIR naming that place (a start gets the old REPO_DIR back for what comes after it); a file that its
            scripts seek in the home folder is linked from there, where nothing else stands under its name
adopted     its repository is ours: a script becomes <binder>/postBuild.d/<slug> as it is; one that refers to its own
            place ($0, BASH_SOURCE, __file__) stays in its folder, under the name postBuild-<slug>
both        one whose body is elsewhere has `hook.sh.jinja` in <binder>/postBuild.d/<slug>, or start.d, which runs it
            through `launch --run-hook`: the run bit may be lost, and without a shebang /bin/sh runs it
a start that runs beside the open notebook (see `beside`) goes to first.d instead of start.d
an empty script is left out

What launch does with a start: one that wraps the notebook's command stays beside the notebook (see `shell`).
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable

from jinja2 import Environment

from ..catalogue.files import File, as_text
from ..model import Finding
from ..repo2docker import HOOKS
from ..text import decode, resource
from . import beside, home, root, script_findings, slow
from .carry import carried
from .directory import Directory
from .shell import unix

OWN_PLACE = re.compile(r"\$0\b|\$\{0\b|\bBASH_SOURCE\b|\b__file__\b")

# What is Jinja's is a comment or a word to a shell, so that linters can read the file.
HOOK = Environment(
    block_start_string="#%",
    block_end_string="%#",
    trim_blocks=True,
    variable_start_string="@@",
    variable_end_string="@@",
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701
).from_string(resource(__name__, "hook.sh.jinja"))


def place(
    directory: Directory, binder_dir: str, repository: str = "", is_beside: bool = False
) -> tuple[list[File], list[Finding]]:
    """The files, sorted by path, and the findings.

    `repository` is where an image has the repository, if that is not the home folder; `is_beside`: the start runs
    beside the open notebook.
    """
    files: list[File] = []
    findings: list[Finding] = []
    paths: list[str] = []
    links: list[str] = []
    if directory.home:
        paths, findings = carried(directory)
        sought = [*home.sought_at_home(directory, paths)]
        findings += [finding for _, finding in sought]
        findings += [*home.made_here(directory, paths), *script_findings.of_git(directory)]
        links = sorted({path for path, _ in sought})
        for path in paths:
            blob = directory.tree[path]
            files.append(File(posixpath.join(directory.home, path), as_text(unix(blob, path)), blob.executable))
            findings += script_findings.of_bytes(directory, path)
    elif repository:
        findings += [*home.of_repository(directory, repository), *home.made_here(directory, list(directory.tree))]
    hooks = [directory.path(name) for name in filter(directory.has, HOOKS)]
    findings += [*root.examine(directory, hooks)]
    findings += [] if is_beside else [*slow.examine(directory), *beside.examine(directory)]
    for name in HOOKS:
        path = directory.path(name)
        if path in (paths if directory.home else directory.tree):
            text, _ = decode(unix(directory.tree[path], path))
            folder = beside.FOLDER if is_beside and name == "start" else f"{name}.d"
            files += _files(directory, name, text, binder_dir, folder, links) if text.strip() else []
            findings += [] if directory.home else script_findings.of_bytes(directory, path)
            findings += script_findings.of_text(directory, name, text, is_beside and name == "start")
    return sorted(files, key=lambda file: file.path), findings


def _files(
    directory: Directory, name: str, text: str, binder_dir: str, folder: str, links: Iterable[str]
) -> list[File]:
    """`links`: what its repository's scripts seek in the home folder."""
    path, hook = directory.path(name), f"{binder_dir}/{folder}/{directory.slug}"
    if directory.home:
        mirror = posixpath.relpath(directory.home, binder_dir)
        return [_hook(directory, hook, path, "among the files of its repository", path, mirror, links)]
    body = as_text(unix(directory.tree[path], path))
    if not any(OWN_PLACE.search(line) for line in text.split("\n") if not line.lstrip().startswith("#")):
        return [File(hook, body, True)]
    beside = f"{path}-{directory.slug}"
    return [File(beside, body, True), _hook(directory, hook, path, "beside the files that it looks for", beside)]


def _hook(
    directory: Directory, hook: str, path: str, source: str, body: str, mirror: str = "", links: Iterable[str] = ()
) -> File:
    """The script `hook` that stands for the one of `path` and runs `body`."""
    text = HOOK.render(
        where=" ".join(directory.where(path).split()),
        source=source,
        is_start=hook.endswith(f"/start.d/{directory.slug}"),
        home=mirror and shlex.quote(mirror),
        path=shlex.quote(body),
        links=" ".join(map(shlex.quote, links)),
    )
    return File(hook, text, True)
