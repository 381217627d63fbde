"""What the scripts in first.d/ do may take minutes, and goes on beside the open notebook.

- they begin when the notebook is started and those in start.d are done, and run one after the other, those named in
  `order` first: in the repository's folder, with the session's environment, at a lower priority than the notebook
- each runs once per session, or once per volume (`once`)
- one that fails is told, what it has left running is ended, and the next one follows; what one that ends well leaves
  running is ours, as with start.d
- with TERM the process group of the one that runs is told at once and killed after the grace; what was cut off has not
  been done, and runs again in the next session
- `again` runs one once more, whatever has become of it
"""

from __future__ import annotations

import signal
import time

from .first import First
from .processes import ask_to_end, kill
from .states import DONE, FAILED, RUNNING, STOPPED, WAITING
from .words import because, outcome, plain, say, telling_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .hooks import Hooks
    from .loop import Loop
    from .session import Session

PROGRESS_SECONDS, TURN_SECONDS = 1, 2
CUT_OFF = "the session ended before it was done, so it runs again in the next one"


class Firsts:
    """All of them, by name; `on_change` is told when one has ended, or is to run again."""

    def __init__(self, session: Session, loop: Loop, paths: list[str]) -> None:
        self.session, self.loop = session, loop
        self.scripts = {first.name: first for first in (First(path, session.run, loop) for path in paths)}
        self.pid, self.label = 0, ""  # of the one that runs
        self.has_begun = False
        self.on_change: Callable[[str], None] = lambda _: None

    def begin(self, hooks: Hooks) -> None:
        """Now, or when the last script of start.d is done."""
        if hooks.is_done:
            self.has_begun = True
            self.next()
            return
        self.wait_for(f"start.d/{hooks.name}")
        hooks.on_done = lambda: self.begin(hooks)

    def wait_for(self, label: str) -> None:
        for first in self.scripts.values():
            if first.state == WAITING:
                first.reason = f"it waits for {label}"

    def next(self) -> None:
        """Run the first of those that wait, unless one runs."""
        for first in self.scripts.values():
            if self.pid or self.session.stopping or not self.has_begun:
                return
            if first.state == WAITING and not self.run(first):
                return

    def run(self, first: First) -> bool:
        """Begin to run it; False where another session has to end it first."""
        try:
            if first.once.place and not first.once.claim():
                first.reason = "another session with this home folder runs it"
                self.loop.after(TURN_SECONDS, "first", self.next)
                return False
            if first.once.place and first.once.is_done():
                first.line = "it was done in an earlier session"
                self.settle(first, DONE)
                return True
            first.group.clear()  # what it has left behind when it failed
            self.pid = first.group.number = self.loop.fork(first.become, lambda status: self.on_exit(first, status))
        except OSError as error:
            self.settle(first, FAILED, f"it cannot be run: {error.strerror}")
            return True
        first.line, self.label = "", first.label
        first.settle(RUNNING)
        self.wait_for(first.label)
        say(f"{first.label} runs beside the notebook (log: {first.log})")
        self.loop.after(PROGRESS_SECONDS, "first", lambda: self.look(first))
        return True

    def look(self, first: First) -> None:
        first.look()
        self.loop.after(PROGRESS_SECONDS, "first", lambda: self.look(first))

    def on_exit(self, first: First, status: int) -> None:
        self.loop.cancel("first")
        self.pid, self.label = 0, ""
        first.look()
        took = f"{time.time() - first.since:.1f} s"
        if self.session.stopping:  # whatever its status: it may have a way of its own to end when told
            self.settle(first, STOPPED, CUT_OFF)
        elif status:
            first.group.end(self.session.grace)
            reason = because(outcome(status), plain(telling_lines(first.log)))
            self.settle(first, FAILED, reason)
        else:
            first.group.number = 0
            problem = first.once.keep() if first.once.place else ""
            if problem:
                self.session.note(f"{first.label}: {problem}")
            say(f"{first.label}: done after {took}")
            self.settle(first, DONE)
        self.next()

    def settle(self, first: First, state: str, reason: str = "") -> None:
        first.once.release()
        first.settle(state, reason)
        if state == FAILED:
            say(f"{first.label} failed: {reason} (log: {first.log})")
        if not self.session.stopping:
            self.on_change(first.name)

    def again(self, name: str) -> str:
        """The answer to whoever asks for it."""
        first, label = self.scripts.get(name), self.label
        if self.session.stopping:
            return "failed: everything is being stopped"
        if not first:
            return f"failed: there is no first.d/{name} here, but {', '.join(self.scripts) or 'none at all'}"
        if first.state in (RUNNING, WAITING):
            return f"failed: it is {first.state}"
        try:
            first.once.forget()
        except OSError as error:
            return f"failed: {first.once.mark} cannot be removed ({error.strerror})"
        first.settle(WAITING, f"it waits for {label}" if label else "")
        self.on_change(name)
        self.next()
        return "ok"

    def stop(self) -> None:
        for first in self.scripts.values():
            if first.state == WAITING:
                first.settle(STOPPED, CUT_OFF)
        if pid := self.pid:
            ask_to_end(pid, signal.SIGTERM, group=True)
            self.loop.after(self.session.grace, "first", lambda: kill(pid, signal.SIGKILL, group=True))

    def describe(self) -> dict[str, Any]:
        return {name: first.describe() for name, first in self.scripts.items()}
