"""`binder/save` and `binder/restore`, one at a time: what they say as they run, and how they end.

- whoever asks while one runs is told so: they stop services, and two of them would stop one another's
- what is stopped gets TERM, and KILL when it does not end
- where its file lies on its way is nobody's concern: lines name the file alone
- their words may come out of an archive: no control characters, and no more than a person reads
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from .parcels import Occupied
from .session import BINDER_DIR

STOP_SECONDS, LOOK_SECONDS = 30, 60
MOST_LINES, LONGEST_LINE, LONGEST_ANSWER = 2000, 500, 2**20
CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Command:
    """One that runs or has run; `title` says what it is doing."""

    running: Command | None = None

    def __init__(self, title: str, folder: Path, *words: str) -> None:
        if Command.running:
            raise Occupied(f"{Command.running.title} is still at work, perhaps in another tab; wait for its end")
        Command.running = self
        self.title, self.folder, self.words = title, folder, words
        self.lines: list[dict[str, str]] = []  # `line` as it goes on, `did` what was done
        self.answer, self.failed, self.ended = "", "", 0.0
        self.said = ""  # its last word on stderr: why it has failed, when it has
        self.process: asyncio.subprocess.Process | None = None
        self.is_stopped = False
        self.task = asyncio.create_task(self.run())

    async def run(self) -> None:
        try:
            self.process = process = await start(*self.words)
            await asyncio.gather(self.listen(process.stderr), self.listen(process.stdout, is_answer=True))
            if code := await process.wait():
                self.failed = self.said or f"{self.words[0]} ended with status {code} and said nothing"
                self.lines = [line for line in self.lines if line.get("line") != self.said]
        except OSError as error:
            self.failed = f"{self.words[0]} cannot be run: {error.strerror}"
        finally:
            if self.is_stopped:
                self.failed = "stopped"
            self.ended = time.time()
            Command.running = None

    async def listen(self, stream: asyncio.StreamReader | None, is_answer: bool = False) -> None:
        async for line in lines(stream):
            if not line:
                continue
            if is_answer:
                self.answer = line
            else:
                self.said = shown(line, self.folder, self.words[0])
            if len(self.lines) < MOST_LINES and not (is_answer and self.words[0] == "save"):
                self.lines.append({"did" if is_answer else "line": shown(line, self.folder, self.words[0])})

    async def stop(self) -> None:
        """It and what it has started, and wait for its end."""
        self.is_stopped = True
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process:
                with suppress(ProcessLookupError):
                    os.killpg(self.process.pid, number)
            _, pending = await asyncio.wait([self.task], timeout=STOP_SECONDS)
            if not pending:
                return


async def start(name: str, *words: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        "bash",
        str(BINDER_DIR / name),
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
        start_new_session=True,
    )


async def ask(name: str, *words: str) -> tuple[str, str]:
    """Of one that answers at once and changes nothing: what it answers, and why it does not."""
    process = await start(name, *words)
    try:
        told, said = await asyncio.wait_for(process.communicate(), LOOK_SECONDS)
    except asyncio.TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        return "", f"{name} gives no answer within {LOOK_SECONDS} s"
    if process.returncode:
        reason = [line for line in map(clean, said.decode(errors="replace").splitlines()) if line]
        return "", reason[-1] if reason else f"{name} ended with status {process.returncode}"
    return told[:LONGEST_ANSWER].decode(errors="replace"), ""


async def lines(stream: asyncio.StreamReader | None) -> AsyncIterator[str]:
    """Cleaned ones; a line without an end is cut, not kept."""
    left = b""
    while data := await stream.read(65536) if stream else b"":
        *whole, left = (left + data).replace(b"\r", b"\n").split(b"\n")
        for line in whole:
            yield clean(line.decode(errors="replace"))
        left = left[:65536]
    yield clean(left.decode(errors="replace"))


def shown(line: str, folder: Path, name: str) -> str:
    return line.replace(f"{folder}/", "").removeprefix(f"{name}: ")


def clean(text: str) -> str:
    return CONTROL.sub("", text).strip()[:LONGEST_LINE]
