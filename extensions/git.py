"""Running git so that only the repository it is told of counts.

- of the environment's GIT_ variables those pass that a user sets for every git (configuration, ssh, TLS); the ones of a
  repository at hand, as hooks and Copier have them, would lead git there
- git never asks anything: no terminal, no askpass program, a session of its own
- what it may take is bounded: time, and the length of what it prints
- remotes are reached over https, http, ssh, git and files; other transports run programs
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import threading
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
OURS = {
    "GIT_ALLOW_PROTOCOL": "https:http:ssh:file:git",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
# No background process may outlive the call, and no hook of the user's configuration is meant for the cache.
SETTINGS = ("gc.auto=0", "maintenance.auto=false", f"core.hooksPath={os.devnull}")


class GitError(BlocksError):
    """Why git could not do it, without the name of what it was for."""


class TooMuchError(GitError):
    """More output than any sensible repository causes."""


def look_up(url: str, name: str) -> str | None:
    """The commit that a branch, tag or `HEAD` of the repository is now; None where it has no such name."""
    output = run("ls-remote", "--", url, name, f"{name}^{{}}", seconds=LOOKUP_SECONDS).decode(errors="replace")
    found = {ref: commit for commit, _, ref in (line.partition("\t") for line in output.split("\n"))}
    # As git itself prefers them; `^{}` is the commit that an annotated tag stands for.
    names = (f"refs/tags/{name}^{{}}", f"refs/tags/{name}", f"refs/heads/{name}", name)
    return next((found[ref] for ref in names if ref in found), None)


def run(*arguments: str, repository: Path | None = None, given: str = "", seconds: float = SECONDS) -> bytes:
    """What git printed; without a `repository` it sees none, wherever it is called from."""
    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    command = ["git", *settings, f"--git-dir={repository or os.devnull}", *arguments]
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as asked:
        asked.write(given.encode())
        asked.seek(0)
        try:
            process = subprocess.Popen(
                command,
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=said,
                env=environment(),
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise GitError("git was not found; install it") from error
        timer = threading.Timer(max(seconds, 0), _kill, [process])
        timer.start()
        try:
            output = process.stdout.read(OUTPUT_BYTES + 1) if process.stdout else b""
            if len(output) > OUTPUT_BYTES:
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
        if process.returncode:
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
