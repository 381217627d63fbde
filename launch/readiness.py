"""A service is ready when its `ready` exits 0, or when it has none and runs.

- it is asked every 0.06 s at first, then ever less often: every 0.25 s, and every 2 s when the deadline is over
- an answer that takes 5 s is no answer
"""

from __future__ import annotations

import os
import signal
import time

from .processes import kill, script, spawn
from .words import because, last_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .loop import Loop
    from .places import Places
    from .session import Session

READY_SECONDS = 5
LONGEST_REST = 0.5  # after a slow `ready`: one that hung in a server not yet open says nothing about the next


class Probe:
    """What asks one service; `on_refusal` gets the reason each time."""

    def __init__(
        self,
        places: Places,
        session: Session,
        loop: Loop,
        on_ready: Callable[[], None],
        on_refusal: Callable[[str], None],
    ) -> None:
        self.places, self.session, self.loop = places, session, loop
        self.on_ready, self.on_refusal = on_ready, on_refusal
        self.timer = f"{places.name} ready"
        self.has_succeeded = False  # once, in whichever run of the service
        self.pid, self.pause = 0, 0.0

    def start(self, data: str) -> None:
        """Begin to ask a service that has just been started on its data."""
        self.pause = 0.05
        self.ask(data)

    def ask(self, data: str) -> None:
        path, asked = self.places.file("ready"), time.monotonic()
        if not os.path.exists(path):
            self.on_ready()
            return

        def on_exit(status: int) -> None:
            if self.pid == pid:
                self.pid = 0
                self.on_answer(status, time.monotonic() - asked, data)

        try:
            pid = self.pid = spawn(script(path), self.places.environment(data), self.places.answer)
        except OSError as error:
            self.on_refusal(f"ready cannot be run: {error.strerror}")
            self.loop.after(1, self.timer, lambda: self.ask(data))
            return
        self.loop.children[pid] = on_exit
        self.loop.after(READY_SECONDS, self.timer, lambda: kill(pid, signal.SIGKILL, group=True))

    def on_answer(self, status: int, took: float, data: str) -> None:
        if status == 0:
            self.has_succeeded = True
            self.loop.cancel(self.timer)
            self.on_ready()
            return
        hung = f"ready gave no answer within {READY_SECONDS} s"
        self.on_refusal(because(hung if took >= READY_SECONDS else "not ready", last_lines(self.places.answer)))
        self.pause = min(self.pause * 1.25, 0.25 if time.monotonic() < self.session.deadline else 2)
        self.loop.after(max(self.pause, min(took, LONGEST_REST)), self.timer, lambda: self.ask(data))

    def stop(self) -> None:
        self.loop.cancel(self.timer)
        if self.pid:
            kill(self.pid, signal.SIGKILL, group=True)
            self.pid = 0
