"""What launch says of itself: in BINDER_RUN/status.json, written when something has changed, and to whoever asks."""

from __future__ import annotations

import os

from .files import write
from .places import BINDER_DIR
from .words import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .firsts import Firsts
    from .hooks import Hooks
    from .loop import Loop
    from .service import Service
    from .session import Session


class Status:
    """That of one launch."""

    def __init__(
        self, session: Session, loop: Loop, services: dict[str, Service], hooks: Hooks, firsts: Firsts
    ) -> None:
        self.session, self.loop, self.services, self.hooks, self.firsts = session, loop, services, hooks, firsts
        self.written: dict[str, Any] = {}

    def describe(self) -> dict[str, Any]:
        """What --status prints."""
        running = not (self.session.stopping and self.loop.childless)
        values = {"pid": os.getpid(), "binder_dir": BINDER_DIR, "running": running, "notebook": self.session.notebook}
        services = {name: service.describe() for name, service in self.services.items()}
        parts = {"services": services, "hooks": {**self.hooks.results}, "first": self.firsts.describe()}
        return {**values, **parts, "notes": [*self.session.notes]}

    def save(self) -> None:
        status = self.describe()
        if status != self.written:
            import json

            self.written = status
            try:
                write(os.path.join(self.session.run, "status.json"), json.dumps(status, indent=1) + "\n")
            except OSError as error:
                say(f"status.json cannot be written: {error.strerror}")
