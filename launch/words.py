"""What is said to whoever reads the log.

- nothing of it is anything that a terminal acts on, wherever it came from: a log, the name of a file
- of a log that tells why something ended, the line that names the cause is said, wherever it stands, and the last ones
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress

# What names a cause, in the words of the system and of servers; in the second row what only says that something failed.
CAUSES = (
    r"(?:already|still) in use|EADDRINUSE|permission denied|EACCES|not permitted|read-only file system|no space left"
    r"|ENOSPC|quota exceeded|cannot allocate|out ?of ?memory|insufficient memory|too many open files|EMFILE"
    r"|no such file|ENOENT|not found|shared object|class ?version|connection refused|resource temporarily unavailable",
    r"\b(?:fatal|panic|error|exception|cannot|could not|can't|unable to|failed|invalid|unknown option)\b",
)
LINE, TAIL = 300, 65536  # characters of a line that are shown, bytes of a log that are looked through


class Failure(Exception):  # noqa: N818
    """Why something cannot go on, in words for whoever reads the log."""


def say(text: str) -> None:
    with suppress(OSError):  # nobody listens: no reason to take the services down
        os.write(2, f"launch: {printable(text)}\n".encode(errors="replace"))


def printable(text: str) -> str:
    """Its lines without what a terminal would act on."""
    if "\x1b" in text:
        import re

        text = re.sub(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.?)", "", text)
    return "".join(c for c in text.replace("\t", " ") if c.isprintable() or c == "\n")


def because(what: str, detail: str) -> str:
    return f"{what}: {detail}" if detail else what


def outcome(status: int) -> str:
    """A wait status in words."""
    if os.WIFSIGNALED(status):
        return f"killed by {signal.Signals(os.WTERMSIG(status)).name}"
    return f"exited with status {os.WEXITSTATUS(status)}"


def lines_of(path: str, offset: int = 0, limit: int = 8192) -> list[str]:
    """The end of a log, as far as it was written behind `offset` bytes; nothing if there is none."""
    try:
        with open(path, "rb") as file:
            size = os.path.getsize(path)
            file.seek(max(offset if offset <= size else 0, size - limit))
            lines = file.read(limit).decode(errors="replace").splitlines()
    except OSError:
        return []
    return [line for line in (printable(line).strip() for line in lines) if line]


def last_lines(path: str, offset: int = 0, count: int = 3, between: str = " | ") -> str:
    return between.join(lines_of(path, offset)[-count:])


def telling_lines(path: str, offset: int = 0, count: int = 3) -> str:
    """The last lines of a log, and before them the one that names the cause, where that stands above."""
    import re

    lines = lines_of(path, offset, TAIL)
    last = lines[-count:]
    for pattern in CAUSES:
        if found := next((line for line in lines if re.search(pattern, line, re.IGNORECASE)), ""):
            last = last if found in last else [found, *last[1 - count :]]
            break
    return " | ".join(excerpt(line, pattern) for line in last)


def plain(text: str) -> str:
    """In one line, and not too long."""
    return printable(" ".join(text.split()))[: 3 * LINE]


def excerpt(line: str, pattern: str) -> str:
    """A long line around what was sought in it."""
    import re

    if len(line) <= LINE:
        return line
    found = re.search(pattern, line, re.IGNORECASE)
    start = max(0, found.start() - LINE // 2) if found else 0
    return f"{'...' if start else ''}{line[start : start + LINE]}..."
