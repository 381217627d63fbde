"""How other programs are run.

- a script that has lost its run bit, or gained carriage returns, runs all the same, through the interpreter that its
  first line names; where there is none at that path, through one of that name
- a detached process is a session of its own: no terminal, no open files of ours, every signal as the system has it
- what it writes is appended to its log, so that the log can be cut while it runs
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from .words import because, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn

MASK = signal.pthread_sigmask(signal.SIG_BLOCK, [])
CATCHABLE = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
ANSWER = 65536  # bytes of what a command says that are kept
LIBC: list[Any] = []


def script(path: str) -> list[str]:
    """The command for a script that may have lost its run bit, or gained carriage returns."""
    with open(path, "rb") as file:
        first = file.readline(512)
    if not first.startswith(b"#!"):
        return [path] if first.startswith(b"\x7fELF") else ["/bin/sh", path]
    words = os.fsdecode(first[2:].strip()).split(None, 1) or ["/bin/sh"]
    if not os.path.exists(words[0]):
        words[0] = os.path.basename(words[0])
    return [*words, path]


def execute(command: list[str], environment: dict[str, str], mask: Iterable[int] = MASK) -> NoReturn:
    """Become another program as a shell's exec would: with the signals that Python changed as they were."""
    for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
        if number != signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    try:
        os.execvpe(command[0], command, environment)  # noqa: S606
    except OSError as error:
        say(f"{command[0]}: {error.strerror}")
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)


def exit_code(status: int) -> int:
    """A wait status as a number: that of the exit, or that of the signal, negative."""
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def output_of(command: list[str], environment: dict[str, str], seconds: int = 0) -> tuple[int, str]:
    """The exit status of a command and the end of what it said, of one that is late the last line; 0 s: no limit."""
    receive, send = os.pipe()
    bounded = ["timeout", "--kill-after=5", str(seconds), *command] if seconds else command
    files = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), *((os.POSIX_SPAWN_DUP2, send, to) for to in (1, 2))]
    pid = os.posix_spawnp(bounded[0], bounded, environment, file_actions=files)
    os.close(send)
    answer = b""
    while chunk := os.read(receive, ANSWER):
        answer = (answer + chunk)[-ANSWER:]
    os.close(receive)
    said, status = answer.decode(errors="replace").strip(), exit_code(os.waitpid(pid, 0)[1])
    is_late = seconds and status in (124, 137)
    return status, because(f"no answer within {seconds} s", said.rpartition("\n")[2]) if is_late else said


def tool(*command: str) -> None:
    """Run a command to its end; raises OSError with what it said if it fails."""
    status, said = output_of([*command], {**os.environ})
    if status:
        raise OSError(0, because(f"{command[0]} exited with status {status}", said[-300:]))


def detach(log: str, flags: int = 0) -> None:
    """Cut a new child off from the terminal, from our signal settings and from our open files."""
    os.setsid()
    for number in CATCHABLE:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for handle in map(int, os.listdir("/proc/self/fd")):
        with suppress(OSError):  # that of the listing itself
            os.set_inheritable(handle, False)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | flags, 0o600)
    except OSError:  # a full disk must not keep a server from running
        output = os.open(os.devnull, os.O_WRONLY)
    os.dup2(output, 1)
    os.dup2(output, 2)


def spawn(command: list[str], environment: dict[str, str], log: str) -> int:
    """A detached child for what is run often: cheaper than a fork of Python."""
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    return os.posix_spawnp(
        command[0], command, environment, file_actions=files, setsid=True, setsigmask=(), setsigdef=CATCHABLE
    )


def kill(pid: int, number: int, group: bool = False) -> None:
    if pid:
        with suppress(ProcessLookupError, PermissionError):  # gone by itself
            (os.killpg if group else os.kill)(pid, number)


def ask_to_end(pid: int, number: int, group: bool = False) -> None:
    """Have it end by a signal that it may catch, even if it has been stopped, as by Ctrl-Z."""
    kill(pid, number, group)
    kill(pid, signal.SIGCONT, group)


def group_exists(group: int) -> bool:
    """Whether a process of ours is in it; the number of an empty one may be given to somebody else."""
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


def libc() -> Any:
    """The C library, for what Python has no name for."""
    if not LIBC:
        import ctypes

        LIBC.append(ctypes.CDLL(None, use_errno=True))
    return LIBC[0]


def adopt_orphans() -> None:
    libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent(number: int) -> None:
    """Have this process sent a signal when launch ends before it, even by SIGKILL."""
    libc().prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
