"""Each services/NAME/ with a `run` is a service.

- one with a file `on-demand` starts when --use asks for it
- its process is a session of its own and logs to BINDER_RUN/log/NAME.log
- it prepares the data, then becomes `run`; a pipe tells launch how far it has come
- one that dies is started again, 5 times, or twice if it never was ready, ever more slowly; after a minute in which it
  was ready it has all its tries again
- it is stopped by the signal that its `stop-signal` names, TERM without one, and killed after the grace
"""

from __future__ import annotations

import os
import signal
import time

from .data import new_data, open_data
from .files import read, remove
from .processes import detach, die_with_parent, execute, kill, script
from .readiness import Probe
from .states import FAILED, ON_DEMAND, READY, RESTARTING, STARTING, STOPPED
from .words import Failure, because, last_lines, outcome, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .loop import Loop
    from .places import Places
    from .session import Session

RESTARTS, RESTARTS_IF_NEVER_READY, STEADY_SECONDS = 5, 2, 60


class Service:
    """One service in one launch; `is_build`: its data is made, not opened, and its first end is a failure."""

    def __init__(self, places: Places, session: Session, loop: Loop, is_build: bool) -> None:
        self.name, self.places, self.session, self.loop = places.name, places, session, loop
        self.is_build = is_build
        self.state = ON_DEMAND if os.path.exists(places.file("on-demand")) else STOPPED
        self.reason = self.data = self.fatal = self.old_data = ""
        self.pid = self.group = self.restarts = self.failures = self.log_start = 0
        self.started = self.ready_at = 0.0
        self.running = self.reset = False  # running: its `run` has been reached; reset: it starts with the seeded data
        self.report, self.reported = -1, b""  # from the process that prepares its data
        self.probe = Probe(places, session, loop, self.on_ready, self.on_refusal)
        self.on_settled: Callable[[Service, str], None] = lambda *_: None  # is told `ready` or `failed: ...`

    @property
    def stop_signal(self) -> signal.Signals:
        name = read(self.places.file("stop-signal")).upper()
        return getattr(signal.Signals, name if name.startswith("SIG") else f"SIG{name}", signal.SIGTERM)

    def describe(self) -> dict[str, Any]:
        """Its part of status.json."""
        took = round(self.ready_at - self.started, 2) if self.ready_at else None
        shown = {key: getattr(self, key) for key in ("state", "reason", "pid", "restarts", "data")}
        return {**shown, "log": self.places.log, "ready_after": took}

    # Starting.

    def demand(self) -> None:
        """Start it unless it runs; if it is to be reset, stop it first."""
        if self.pid and self.reset:
            self.state = RESTARTING
            self.stop()
        elif not self.pid:
            self.failures = 0
            self.start()

    def start(self) -> None:
        try:
            self.begin()
        except OSError as error:
            self.fail(f"it cannot be started: {error.strerror}")

    def begin(self) -> None:
        self.loop.cancel(f"{self.name} again")
        if self.group:  # helpers of the run before may still hold its lock or its port
            kill(self.group, signal.SIGKILL, group=True)
        self.state, self.reason, self.fatal = STARTING, "", ""
        self.running, self.ready_at = False, 0.0
        self.started = time.monotonic()
        self.log_start = os.path.getsize(self.places.log) if os.path.exists(self.places.log) else 0
        self.report, send = os.pipe()
        self.reported = b""
        os.set_blocking(self.report, False)
        self.loop.watch(self.report, self.on_report)
        self.pid = self.loop.fork(lambda: self.become(send), self.on_exit)
        self.group, self.reset = self.pid, False
        os.close(send)

    def become(self, send: int) -> None:
        """In the child: prepare the data, then be the service; the pipe tells launch how far it came."""

        def tell(kind: str, text: str) -> None:
            os.write(send, f"{kind} {text}\n".encode(errors="replace"))

        places = self.places
        try:
            detach(places.log, os.O_APPEND)
            die_with_parent(self.stop_signal)
            if not self.restarts:
                remove(places.scratch)
            os.makedirs(places.scratch, mode=0o700, exist_ok=True)
            if self.is_build:
                data, handle = new_data(places)
            else:
                data, handle = open_data(places, self.reset, lambda text: tell("note", text))
            os.set_inheritable(handle, True)
            tell("data", data)
            os.chdir(places.scratch)
            execute(script(places.file("run")), places.environment(data), ())
        except (Failure, OSError) as error:
            tell("fatal", str(error))

    def on_report(self) -> None:
        if self.report < 0:
            return
        try:
            while chunk := os.read(self.report, 65536):
                self.reported += chunk
        except BlockingIOError:
            return
        self.loop.unwatch(self.report)
        os.close(self.report)
        self.report = -1
        for line in self.reported.decode(errors="replace").splitlines():
            kind, _, text = line.partition(" ")
            if kind == "data":
                self.data, self.running = text, True
            elif kind == "fatal":
                self.fatal = text
            else:
                self.old_data = text if text.startswith("the old data") else self.old_data
                self.session.note(f"{self.name}: {text}")
        if self.running and not self.reset and not self.session.stopping:
            self.probe.start(self.data)

    def on_refusal(self, reason: str) -> None:
        self.reason = reason

    def on_ready(self) -> None:
        self.state, self.reason, self.ready_at = READY, "", time.monotonic()
        if self.session.notebook:
            say(f"{self.name}: ready after {self.ready_at - self.started:.1f} s")
        self.on_settled(self, "ready")

    # Ending.

    def on_exit(self, status: int) -> None:
        self.on_report()
        self.probe.stop()
        self.loop.cancel(f"{self.name} kill")
        kill(self.group, signal.SIGTERM, group=True)
        self.pid = 0
        if self.session.stopping:
            self.state, self.reason = STOPPED, self.fatal
            return
        if self.reset:
            self.start()
            return
        steady = self.ready_at and time.monotonic() - self.ready_at > STEADY_SECONDS
        self.failures = 1 if steady else self.failures + 1
        self.reason = self.fatal or because(outcome(status), last_lines(self.places.log, self.log_start))
        limit = RESTARTS if self.probe.has_succeeded else RESTARTS_IF_NEVER_READY
        if self.fatal or self.is_build or self.failures > limit:
            self.fail(self.reason)
        else:
            self.state = RESTARTING
            self.restarts += 1
            say(f"{self.name}: {self.reason}; it is started again")
            self.loop.after(0.1 * 2**self.failures, f"{self.name} again", self.start)

    def fail(self, reason: str) -> None:
        self.state, self.reason = FAILED, reason
        say(f"{self.name}: failed: {reason} (log: {self.places.log})")
        self.on_settled(self, f"failed: {reason}")

    def stop(self) -> None:
        self.on_report()
        self.probe.stop()
        self.loop.cancel(f"{self.name} again")
        if self.pid:
            kill(self.pid, self.stop_signal if self.running else signal.SIGTERM)
            self.loop.after(self.session.grace, f"{self.name} kill", self.give_up)
        elif self.state == RESTARTING:
            self.state = STOPPED

    def give_up(self) -> None:
        self.fatal = f"it did not stop within {self.session.grace:.0f} s and was killed"
        say(f"{self.name}: {self.fatal}")
        kill(self.group, signal.SIGKILL, group=True)
