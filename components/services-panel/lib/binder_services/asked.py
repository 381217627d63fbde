"""What saving and restoring have in common: of the session, and of whoever asks."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler

from . import ALIVE_SECONDS, AUTH_RESOURCE, Lines, session
from .commands import Command
from .parcels import Parcels, Refused, plain

LINE_SECONDS = 0.2
PARCELS = Parcels()


def seconds(name: str, otherwise: float) -> float:
    """A setting of the course or its hub; what is no number of seconds counts as not given."""
    try:
        return max(float(os.environ.get(name, "")), 1)
    except ValueError:
        return otherwise


def slug() -> str:
    return plain(os.environ.get("COURSE_SLUG") or "course")


def lasting_home() -> Path | None:
    """The home folder, where it is a volume of its own, which outlives the image."""
    try:
        home = Path.home()
        return home if os.access(home, os.W_OK) and home.stat().st_dev != os.stat(sys.prefix).st_dev else None
    except (OSError, RuntimeError):
        return None


def ways(name: str) -> dict[str, bool]:
    """Whether the service has data that is kept, and what it can do with it by itself."""
    folder = session.BINDER_DIR / "services" / os.path.basename(name)
    found = {way: (folder / way).is_file() for way in ("format", "dump", "export", "load")}
    return {**found, "export": found["export"] or found["dump"]}


def is_there() -> bool:
    programs = (session.BINDER_DIR / name for name in ("save", "restore"))
    return bool(os.environ.get("BINDER_RUN")) and all(path.is_file() for path in programs)


class Asked(APIHandler):
    """A refusal is a line, as launch's own are."""

    auth_resource = AUTH_RESOURCE

    def refuse(self, reason: Refused) -> None:
        self.set_status(reason.status)
        self.finish({"message": str(reason)})


class Told(Lines, Asked):
    """A command, told line by line from its first to its last."""

    async def tell(self, **told: Any) -> None:
        await self.send(json.dumps(told) + "\n")

    async def follow(self, command: Command, to_the_end: bool = False) -> bool:
        """Whether it has done what it should, and somebody is still there."""
        self.begin("application/x-ndjson")
        sent, at = 0, 0.0
        while not command.task.done() or sent < len(command.lines):
            for told in command.lines[sent:]:
                sent, at = sent + 1, time.monotonic()
                await self.tell(**told)
            if time.monotonic() - at >= ALIVE_SECONDS:
                at = time.monotonic()
                await self.send("\n")
            if self.gone:
                if not to_the_end:
                    await command.stop()
                return False
            await asyncio.sleep(LINE_SECONDS)
        if command.failed:
            await self.tell(failed=command.failed)
        return not command.failed
