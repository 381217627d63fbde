"""What one sends to those who help: `binder/diagnose` behind a button.

    GET  services/api/help         what the file would hold, before it is made
    POST services/api/help         the file, a zip; it is made anew each time, and gone here when it is sent
    GET  services/api/help/text    the short text to paste

- one at a time: it looks at everything, and two would take the processors from whoever works in the session
- it is ended when nobody waits for it any more
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from .diagnosing import RefusedError, content, diagnose

SHARED = "/dev/shm"  # noqa: S108


class Help(APIHandler):
    auth_resource = "services"
    lock = asyncio.Lock()
    running: asyncio.Task[str] | None = None

    async def diagnose(self, *words: str) -> str:
        """What it prints."""
        async with self.lock:
            if self.request.connection.stream.closed():
                raise RefusedError("nobody waits any more")
            self.running = asyncio.create_task(diagnose(*words))
            try:
                return await self.running
            except asyncio.CancelledError:
                raise RefusedError("nobody waits any more") from None
            finally:
                self.running = None

    def on_connection_close(self) -> None:
        if self.running:
            self.running.cancel()

    def refuse(self, reason: object) -> None:
        self.set_status(500)
        self.finish({"message": str(reason)})

    async def tell(self, *words: str) -> None:
        try:
            text = await self.diagnose(*words)
        except RefusedError as reason:
            self.refuse(reason)
        else:
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(text)


class Bundle(Help):
    @web.authenticated
    @authorized
    async def get(self) -> None:
        await self.tell("--list")

    @web.authenticated
    @authorized
    async def post(self) -> None:
        name = f"{re.sub(r'[^a-z0-9-]+', '-', os.environ.get('COURSE_SLUG') or 'course')}-help.zip"
        try:
            with tempfile.TemporaryDirectory(dir=roomy()) as folder:
                path = Path(folder, name)
                await self.diagnose("--to", str(path))
                data = await asyncio.to_thread(content, path)
        except RefusedError as reason:
            self.refuse(reason)
            return
        except OSError as error:
            self.refuse(f"there is no room for the file: {error.strerror}")
            return
        self.set_header("Content-Type", "application/zip")
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(data)


def roomy() -> str | None:
    """In memory, if there is such a place: a full disk is what people ask for help about."""
    return SHARED if os.access(SHARED, os.W_OK) else None


class Text(Help):
    @web.authenticated
    @authorized
    async def get(self) -> None:
        await self.tell("--text")


HANDLERS = [(r"services/api/help", Bundle), (r"services/api/help/text", Text)]
