"""Running git so that only the repository it is told of counts, and nothing that its configuration names runs.

- of the environment's GIT_ variables those pass that a user sets for every git (configuration, ssh, TLS); the ones of a
  repository at hand, as hooks and Copier have them, would lead git there
- git never asks anything: no terminal, no askpass program, a session of its own
- what it may take is bounded: time, and the length of what it prints
- remotes are reached over https, http, ssh, git and files; other transports run programs
- in a work tree, which has an author, git reaches no remote: its configuration says how, and its programs for ssh,
  credentials and packs would run as soon as an object is missing
- no hook, no file monitor and no filter of that configuration runs, and the subcommands that ask drivers, signatures,
  pagers or editors are not used there: `cat-file` reads objects, `ls-files` the index, `update-index --index-info`
  writes it, and files are written by Python (so not by `checkout`, `mv` or `reset`, nor read by `show` or `log`)
- paths are relative to the folder that git is run in, taken literally, and decoded as the file system's
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import BlocksError
from .text import printable

SECONDS = 60.0
LOOKUP_SECONDS = 20.0
# Trees can refer to one another so that a few objects list billions of paths.
OUTPUT_BYTES = 24 * 10**6

USERS = re.compile(
    r"GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|SSH|SSH_COMMAND|SSH_VARIANT|(SSL|HTTP|PROXY)_\w+)"
)
EMPTY = "BINDER_BLOCKS_EMPTY"
OURS = {
    "GIT_ALLOW_PROTOCOL": "https:http:ssh:file:git",
    "GIT_LITERAL_PATHSPECS": "1",
    EMPTY: "",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
# No background process may outlive the call. A folder that looks like a bare repository is content, not configuration.
# An empty file monitor is none for every git: the older ones take `false` for the name of a program.
SETTINGS = (
    *("gc.auto=0", "maintenance.auto=false", f"core.hooksPath={os.devnull}"),
    *("core.fsmonitor=", "safe.bareRepository=explicit"),
)


class GitError(BlocksError):
    """Why git could not do it, without the name of what it was for."""


class TooMuchError(GitError):
    """More output than any sensible repository causes."""


@dataclass(frozen=True)
class Entry:
    """An entry of the index; `stage` is 0, or where the file is unmerged 1 (last update), 2 (ours) and 3 (theirs)."""

    mode: str
    object: str
    stage: int
    path: str


def look_up(url: str, name: str) -> str | None:
    """The commit that a branch, tag or `HEAD` of the repository is now; None where it has no such name."""
    output = run("ls-remote", "--", url, name, f"{name}^{{}}", seconds=LOOKUP_SECONDS).decode(errors="replace")
    commits = {ref: commit for commit, _, ref in (line.partition("\t") for line in output.split("\n"))}
    # As git itself prefers them; `^{}` is the commit that an annotated tag stands for.
    refs = (f"refs/tags/{name}^{{}}", f"refs/tags/{name}", f"refs/heads/{name}", name)
    return next((commits[ref] for ref in refs if ref in commits), None)


def blob(folder: Path, name: str, *, remote: bool = False) -> bytes | None:
    """The file that git calls `name`, such as `HEAD:./apt.txt`; None where there is none."""
    try:
        return read(folder, name, remote=remote)
    except GitError:
        return None


def read(folder: Path, name: str, *, remote: bool = False) -> bytes:
    """The same where it has to be there."""
    return run("cat-file", "blob", name, folder=folder, remote=remote, limit=None)


def blobs(folder: Path, objects: Iterable[str]) -> dict[str, bytes]:
    """The contents of those of the objects that are there, by one git."""
    wanted = sorted(set(objects))
    if not wanted:
        return {}
    output = run("cat-file", "--batch", folder=folder, given="".join(f"{name}\n" for name in wanted), limit=None)
    found, start = {}, 0
    for name in wanted:
        line = output[start : output.index(b"\n", start)]
        start += len(line) + 1
        size = line.rpartition(b" ")[2]
        if not size.isdigit():  # `missing`
            continue
        found[name] = output[start : start + int(size)]
        start += int(size) + 1
    return found


def store(folder: Path, content: bytes) -> str:
    """The name of a new object with this content."""
    return run("hash-object", "-w", "--stdin", folder=folder, given=os.fsdecode(content)).decode().strip()


def merged(ours: bytes, former: bytes, theirs: bytes, labels: Sequence[str]) -> bytes | None:
    """The lines of three versions as git merges them, conflicts between markers; None where they are no text."""
    with tempfile.TemporaryDirectory() as name:
        paths = [Path(name, version) for version in ("ours", "former", "theirs")]
        for path, content in zip(paths, (ours, former, theirs), strict=True):
            path.write_bytes(content)
        named = [word for label in labels for word in ("-L", label)]
        try:
            return run("merge-file", "-p", *named, *map(str, paths), limit=None, allowed=127)
        except GitError:
            return None


def listed(folder: Path, *arguments: str) -> list[str]:
    """The paths that `ls-files` lists."""
    output = run("ls-files", "-z", *arguments, folder=folder)
    return [os.fsdecode(path) for path in output.split(b"\0") if path]


def entries(folder: Path, *arguments: str) -> list[Entry]:
    """The entries of the index that `ls-files` lists."""
    records = (record.partition("\t") for record in listed(folder, "--stage", *arguments))
    words = ((*meta.split(), path) for meta, _, path in records)
    return [Entry(mode, name, int(stage), path) for mode, name, stage, path in words]


def change_index(folder: Path, gone: Iterable[str], there: Iterable[Entry]) -> None:
    """Drop those paths, at every stage, then add those entries; no file is read or written."""
    prefix = os.fsdecode(run("rev-parse", "--show-prefix", folder=folder)).rstrip("\n")
    lines = [f"0 {'0' * 40}\t{prefix}{path}" for path in gone]
    lines += [f"{entry.mode} {entry.object} {entry.stage}\t{prefix}{entry.path}" for entry in there]
    command = (*_without_filters(folder), "update-index", "-z", "--index-info")
    run(*command, folder=folder, given="".join(f"{line}\0" for line in lines))


def _without_filters(folder: Path) -> list[str]:
    """Options that empty each filter of that repository's own: to write an index is to compare what is as new as it."""
    output = os.fsdecode(run("config", "--list", "--show-scope", "--name-only", "-z", folder=folder)).split("\0")
    keys = {key for scope, key in zip(output[::2], output[1::2], strict=False) if scope in ("local", "worktree")}
    return [f"--config-env={key}={EMPTY}" for key in sorted(keys) if key.startswith("filter.")]


def run(
    *arguments: str,
    repository: Path | None = None,
    folder: Path | None = None,
    remote: bool = False,
    given: str = "",
    seconds: float = SECONDS,
    limit: int | None = OUTPUT_BYTES,
    allowed: int = 0,
) -> bytes:
    """What git printed; raises `GitError`, also where its exit status is more than `allowed`.

    It runs in the git directory `repository`, which is ours, or in the work tree that `folder` is in; without either it
    sees none, wherever it is called from. `remote`: a missing object of that work tree may be fetched.
    """
    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    where = ["-C", str(folder)] if folder else [f"--git-dir={repository or os.devnull}"]
    # An older git does not know the second, and may end with SIGPIPE at the fetch that the first refuses.
    alone = {"GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1"} if folder and not remote else {}
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as asked:
        asked.write(os.fsencode(given))
        asked.seek(0)
        try:
            process = subprocess.Popen(
                ["git", *settings, *where, *arguments],
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=said,
                env={**environment(), **alone},
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise GitError("git was not found; install it") from error
        timer = threading.Timer(max(seconds, 0), _kill, [process])
        timer.start()
        try:
            output = process.stdout.read(-1 if limit is None else limit + 1) if process.stdout else b""
            if limit is not None and len(output) > limit:
                raise TooMuchError("it holds more than can be listed")
            process.wait()
        finally:
            timer.cancel()
            _kill(process)
            process.wait()
            if process.stdout:
                process.stdout.close()
        said.seek(0)
        if process.returncode == -9:
            raise GitError("git did not end in time")
        if not 0 <= process.returncode <= allowed:
            raise GitError(_line(said.read(100_000)))
    return output


def environment() -> dict[str, str]:
    """For a git of ours: the user's variables, and what keeps it from asking."""
    users = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or USERS.fullmatch(name)}
    return {**users, **OURS}


def _kill(process: subprocess.Popen[bytes]) -> None:
    """It and what it started. A group stays valid until its leader is waited for, and no longer."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()


def _line(said: bytes) -> str:
    """The line that tells most: the first error, as git goes on with what follows from it."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", said.decode(errors="replace")) if line.strip()]
    errors = [line for line in lines if re.match(r"(?i)(fatal|error|remote|ssh)\b", line)]
    return printable([*errors[:1], *lines[-1:], "git failed without a word"][0])[:300]
