"""Each services/NAME/ with a `run` is a service.

- one with a file `on-demand` starts when --use asks for it
- its process is a session of its own and logs to BINDER_RUN/log/NAME.log
- one that dies is started again, 5 times, or twice if it never was ready, ever more slowly; after a minute in which it
  was ready it has all its tries again
- `run` has to be the server: where it ends and leaves a process with its data behind, that is said
- it is stopped by the signal that its `stop-signal` names, TERM without one, and killed after the grace
- it is held for whoever copies or replaces its data: stopped until that is done; no hub waits for that, so it has a
  minute, and where it was killed all the same its reason says so
"""

from __future__ import annotations

import os
import signal
import time

from .data import ASIDE, COMPLAINT, LEFT_BEHIND, STAYS
from .family import descendant_with
from .groups import Group
from .preparation import DATA, FATAL, Reports, become_service
from .processes import ask_to_end
from .readiness import Probe
from .states import FAILED, HELD, HELD_REASON, ON_DEMAND, READY, RESTARTING, STARTING, STOPPED, WAITING
from .words import because, outcome, say, telling_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .loop import Loop
    from .places import Places
    from .session import Session

RESTARTS, RESTARTS_IF_NEVER_READY, STEADY_SECONDS = 5, 2, 60
HOLD_GRACE = 60


class Service:
    """One service in one launch; `is_build`: its data is made, not opened, and its first end is a failure."""

    def __init__(self, places: Places, session: Session, loop: Loop, is_build: bool) -> None:
        self.name, self.places, self.session, self.loop = places.name, places, session, loop
        self.is_build, self.since = is_build, 0.0
        self.state = ON_DEMAND if os.path.exists(places.file("on-demand")) else STOPPED
        self.reason = self.data = self.fatal = self.old_data = self.not_reset = self.complaint = ""
        self.pid = self.restarts = self.failures = self.log_start = 0
        self.started = self.ready_at = 0.0
        self.running = False  # its `run` has been reached
        self.reset = self.again = self.hold = False  # stopped for the seeded data, to start with its own, to stay so
        self.group, self.reports = Group(self.name, loop), Reports(loop, self.on_report, self.on_prepared)
        self.probe = Probe(places, session, loop, self.on_ready, self.on_refusal)
        self.may_start: Callable[[Service], bool] = lambda _: True  # if not, it has been given another state
        self.on_settled: Callable[[Service, str], None] = lambda *_: None  # `ready`, `failed: ...` or `held DATA`

    @property
    def state(self) -> str:
        return self._state

    @state.setter
    def state(self, state: str) -> None:
        self._state, self.since = state, time.time()

    @property
    def is_unwanted(self) -> bool:
        return self.reset or self.again or self.hold

    def describe(self) -> dict[str, Any]:
        """Its part of status.json."""
        took = round(self.ready_at - self.started, 2) if self.ready_at else None
        shown = {key: getattr(self, key) for key in ("state", "reason", "pid", "restarts", "data", "complaint")}
        return {**shown, "since": round(self.since, 1), "log": self.places.log, "ready_after": took}

    # Starting.

    def demand(self) -> None:
        """Start it unless it runs; if it is to be started anew, stop it first."""
        if self.pid and (self.reset or self.again or self.hold):
            self.state = RESTARTING
            self.stop()
        elif self.hold:
            self.rest()
        elif not self.pid:
            self.failures = 0
            self.start()

    def rest(self, reason: str = "") -> None:
        self.loop.cancel(f"{self.name} again")
        if self.state != HELD:
            self.state, self.reason = HELD, reason or HELD_REASON
            self.on_settled(self, f"held {self.data}")

    def start(self) -> None:
        try:
            if self.may_start(self):
                self.begin()
        except OSError as error:
            self.fail(f"it cannot be started: {error.strerror}")

    def begin(self) -> None:
        self.loop.cancel(f"{self.name} again")
        self.group.clear()  # helpers of the run before may still hold its lock or its port
        self.state, self.reason, self.fatal, self.complaint = STARTING, "", "", ""
        self.running, self.ready_at = False, 0.0
        self.started = time.monotonic()
        self.log_start = self.session.written(self.places.log)
        send, reset = self.reports.open(), self.reset

        def become() -> None:
            become_service(self.places, send, self.places.stop_signal, reset, self.is_build, self.restarts > 0)

        self.pid = self.group.number = self.loop.fork(become, self.on_exit)
        self.reset = self.again = False
        os.close(send)

    def on_report(self, kind: str, text: str) -> None:
        if kind == DATA:
            self.data, self.running = text, True
        elif kind == FATAL:
            self.fatal = text
        else:
            self.old_data = text if kind == ASIDE else self.old_data
            self.not_reset = text if kind == STAYS else self.not_reset
            self.complaint = text if kind == COMPLAINT else self.complaint
            self.session.note(f"{self.name}: {text}")

    def on_prepared(self) -> None:
        if self.running and not (self.is_unwanted or self.session.stopping):
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
        self.reports.take()
        self.probe.stop()
        self.loop.cancel(f"{self.name} kill")
        expected = self.is_unwanted or self.session.stopping
        left = status == 0 and self.running and not expected and self.left_behind()
        self.group.end(self.session.grace)
        self.pid = 0
        if self.session.stopping:
            self.state, self.reason = STOPPED, self.fatal
            return
        if expected:
            self.rest(self.fatal) if self.hold else self.start()
            return
        steady = self.ready_at and time.monotonic() - self.ready_at > STEADY_SECONDS
        self.failures = 1 if steady else self.failures + 1
        ended = LEFT_BEHIND.format(left) if left else outcome(status)
        offset = self.session.offset(self.places.log, self.log_start)
        self.reason = self.fatal or because(ended, telling_lines(self.places.log, offset))
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

    def left_behind(self) -> str:
        """What `run` has started that has its data, while it ends itself; empty if there is nothing."""
        return descendant_with(os.path.realpath(os.path.join(os.path.dirname(self.data), "lock")), os.getpid())

    def stop(self) -> None:
        self.reports.take()
        self.probe.stop()
        self.loop.cancel(f"{self.name} again")
        if self.pid:
            is_held = self.hold and not self.session.stopping
            grace = max(HOLD_GRACE, self.session.grace) if is_held else self.session.grace
            ask_to_end(self.pid, self.places.stop_signal if self.running else signal.SIGTERM)
            self.loop.after(grace, f"{self.name} kill", lambda: self.give_up(grace))
        elif self.state in (RESTARTING, HELD, WAITING):
            self.state = STOPPED

    def give_up(self, grace: float) -> None:
        self.fatal = f"it did not stop within {grace:.0f} s and was killed"
        say(f"{self.name}: {self.fatal}")
        self.group.kill()
