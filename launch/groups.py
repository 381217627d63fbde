"""The process group of a service's `run`, which may outlive it: what is left in it is told to end, then killed.

- its number is forgotten as soon as nobody is in it: the system may give it to somebody else
- that of a new run is not watched before its leader ends: it may not be there yet, and nothing of it is to be killed
"""

from __future__ import annotations

import signal

from .processes import ask_to_end, group_exists, kill

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .loop import Loop

LOOK_SECONDS = 0.25


class Group:
    """`number` is 0 where there is none."""

    def __init__(self, name: str, loop: Loop) -> None:
        self.timer, self.loop, self.number = f"{name} group", loop, 0

    def end(self, grace: float) -> None:
        """Its leader is gone: the others have this long."""
        self.watch()
        if self.number:
            ask_to_end(self.number, signal.SIGTERM, group=True)
            self.watch(int(grace / LOOK_SECONDS))

    def watch(self, looks: int = 1) -> None:
        if not (self.number and group_exists(self.number)):
            self.number = 0
            self.loop.cancel(self.timer)
            return
        if looks < 1:
            self.kill()
        self.loop.after(LOOK_SECONDS, self.timer, lambda: self.watch(looks - 1))

    def clear(self) -> None:
        """Whoever is still in it is killed, before there is a new one."""
        self.kill()
        self.number = 0
        self.loop.cancel(self.timer)

    def kill(self) -> None:
        kill(self.number, signal.SIGKILL, group=True)
