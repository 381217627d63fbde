"""The process of a service before it is the server: it prepares the data, then becomes `run`.

- a pipe tells launch how far it came: `KIND TEXT` in a line, `data PATH` when `run` is next, `fatal REASON` when it
  cannot be; the other kinds are those of `data`
"""

from __future__ import annotations

import os

from .data import new_data, open_data
from .files import remove
from .processes import detach, die_with_parent, execute, script
from .words import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable

    from .loop import Loop
    from .places import Places

DATA, FATAL = "data", "fatal"


class Reports:
    """The end of the pipe at which launch listens; `on_report` gets each kind and text, `on_end` no more is to come."""

    def __init__(self, loop: Loop, on_report: Callable[[str, str], None], on_end: Callable[[], None]) -> None:
        self.loop, self.on_report, self.on_end = loop, on_report, on_end
        self.handle, self.text = -1, b""

    def open(self) -> int:
        """The other end, for the process that is to be started."""
        self.handle, send = os.pipe()
        self.text = b""
        os.set_blocking(self.handle, False)
        self.loop.watch(self.handle, self.take)
        return send

    def take(self) -> None:
        """Read what there is; all is told when the other end is closed."""
        if self.handle < 0:
            return
        try:
            while True:
                chunk = os.read(self.handle, 65536)
                if not chunk:
                    break
                self.text += chunk
        except BlockingIOError:
            return
        self.loop.unwatch(self.handle)
        os.close(self.handle)
        self.handle = -1
        for line in self.text.decode(errors="replace").splitlines():
            kind, _, text = line.partition(" ")
            self.on_report(kind, text)
        self.on_end()


def become_service(places: Places, send: int, number: signal.Signals, reset: bool, build: bool, again: bool) -> None:
    """In the child: `number` is sent to it when launch is gone; `again`: what is in SERVICE_RUN is its own."""

    def tell_launch(kind: str, text: str) -> None:
        os.write(send, f"{kind} {' '.join(text.split())}\n".encode(errors="replace"))

    try:
        launch = os.getppid()
        detach(places.log)
        die_with_parent(number)
        if not again:
            remove(places.scratch)
        os.makedirs(places.scratch, mode=0o700, exist_ok=True)
        data, handle = new_data(places) if build else open_data(places, reset, tell_launch, launch)
        os.set_inheritable(handle, True)
        tell_launch(DATA, data)
        os.chdir(places.scratch)
        execute(script(places.file("run")), places.environment(data), ())
    except (Failure, OSError) as error:
        tell_launch(FATAL, str(error))
