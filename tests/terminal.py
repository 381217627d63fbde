"""`copier` in a terminal of 80 columns and 24 lines, asked and answered as somebody would."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import pyte

COLUMNS, LINES = 80, 24
DOWN, ENTER, SPACE = "\x1b[B", "\r", " "
ESCAPES = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")


class Terminal:
    """`screen` is what was written and not waited for yet, without escapes; `display` what is to be seen.

    `command` is one that runs Copier elsewhere.
    """

    def __init__(
        self, *words: str | Path, folder: Path | None = None, command: Sequence[str] = (), lines: int = LINES
    ) -> None:
        self.screen, self.display = "", pyte.Screen(COLUMNS, lines)
        self._stream = pyte.ByteStream(self.display)
        size = struct.pack("HHHH", lines, COLUMNS, 0, 0)
        self.fd, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, size)
        command = command or [sys.executable, "-m", "copier", *map(str, words)]
        environment = {**os.environ, "TERM": "xterm", "PYTHONUTF8": "1"}
        self.process = subprocess.Popen(
            command, stdin=inner, stdout=inner, stderr=inner, env=environment, start_new_session=True, cwd=folder
        )
        os.close(inner)

    def expect(self, text: str, deadline: float = 60) -> None:
        """Wait for a text on the screen, and leave behind what stood before it."""
        end = time.monotonic() + deadline
        while (at := self.screen.find(text)) < 0:
            assert time.monotonic() < end, f"{text!r} was not said:\n{self.screen}"
            if self._is_readable(0.2):
                assert self._read(), f"{text!r} was not said:\n{self.screen}"
        self.screen = self.screen[at + len(text) :]

    def send(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def settle(self, quiet: float = 0.7) -> None:
        """Read for as long as something is written."""
        while self._is_readable(quiet) and self._read():
            pass

    def point(self, label: str) -> None:
        """Go down to the choice with this text in its line."""
        for _ in range(100):
            self.settle()
            if any("»" in line and label in line for line in self.display.display):
                return
            self.send(DOWN)
        raise AssertionError(f"{label} is not offered:\n" + "\n".join(self.display.display))

    def still(self) -> str:
        """What is to be seen when nothing more is written."""
        self.settle()
        return "\n".join(line.rstrip() for line in self.display.display).rstrip()

    def end(self) -> int:
        """Read the rest; the exit code."""
        while self._read():
            pass
        return self.process.wait(timeout=60)

    def _is_readable(self, seconds: float) -> bool:
        return bool(select.select([self.fd], [], [], seconds)[0])

    def _read(self) -> bool:
        """Whether there was something to read."""
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # the other end is closed
            data = b""
        self._stream.feed(data)
        if b"\x1b[6n" in data:  # where the cursor is: there is no line for a refusal until that is known
            self.send(f"\x1b[{self.display.cursor.y + 1};{self.display.cursor.x + 1}R")
        self.screen += ESCAPES.sub("", data.decode(errors="replace"))
        return bool(data)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.fd)
