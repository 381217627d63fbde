"""What the scripts in start.d/ export is in the environment of services and notebook.

- those named in `order` come first; each runs alone, with a small command in the notebook's place that writes down the
  environment: what it exports is kept, what it leaves running is ours
- one that runs that command as a child (xvfb-run "$@", or "$@" and then more) is a wrapper: the command stays, so that
  it lives as long as the notebook, and goes on when the notebook stops
- one that fails, or ends without that command, costs its exports
- they are waited for together, START_SECONDS long (`inf`: however long it takes), and until the deadline without it;
  none is killed half-way: what is not done by then goes on beside the notebook, one after the other, as if nothing had
  happened, but that its exports come too late
"""

from __future__ import annotations

import os
import signal

from .exports import adopt_environment, new_exports
from .files import remove, write
from .places import BINDER_DIR
from .processes import ask_to_end, detach, execute, kill, script
from .states import DONE, FAILED, RUNNING, WAITING
from .words import because, last_lines, outcome, say, telling_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .loop import Loop
    from .session import Session

LOOK_OFTEN, LOOK_SELDOM = 0.02, 0.5  # seconds; a wrapper tells nothing by itself
NO_EXEC = 'it ended without exec "$@", so its exports are lost'
HINT = f"export START_SECONDS=60 in {os.path.join(BINDER_DIR, 'env')} has the notebook wait for a minute"
# In the notebook's place: write down the environment ($1); unless this is the hook itself ($2), stay until $3 closes.
# It is a file of its own: exec $@, without quotes, must not take it apart.
MARK = """/bin/cp "/proc/$$/environ" "$1" || exit
[ "$$" = "$2" ] && exit
: >"$1.held"
read -r _ <"$3"
exit 0
"""


class Hooks:
    """What became of each, which one runs, and the wrappers that stay."""

    def __init__(self, session: Session, loop: Loop) -> None:
        self.session, self.loop = session, loop
        self.gate, self.mark, self.exports = (os.path.join(session.run, leaf) for leaf in ("hold", "mark", "exports"))
        self.held = f"{self.exports}.held"
        self.results: dict[str, dict[str, str]] = {}
        self.todo: list[str] = []
        self.name, self.log, self.pid = "", "", 0  # of the one that runs
        self.late = False  # the notebook no longer waits
        self.hold = -1  # as long as this is open, wrappers stay
        self.wrappers: set[int] = set()
        self.on_done: Callable[[], None] = lambda: None  # is called when the last one is done

    @property
    def is_done(self) -> bool:
        return not (self.pid or self.todo)

    def start(self, paths: list[str]) -> None:
        """Begin to run them, one after the other."""
        if paths:
            remove(self.gate)
            os.mkfifo(self.gate, 0o600)
            write(self.mark, MARK)
            self.hold = os.open(self.gate, os.O_RDWR)
        self.todo = [*paths]
        self.next()

    def next(self) -> None:
        if self.session.stopping:
            return
        if self.is_done:
            self.on_done()
            return
        path = self.todo.pop(0)
        self.name = os.path.basename(path)
        self.log = os.path.join(self.session.run, "log", f"start.d-{self.name}.log")
        try:
            remove(self.exports)
            remove(self.held)
            self.begin(path)
        except OSError as error:
            self.settle(f"it cannot be run: {error.strerror}")
        else:
            self.look()

    def begin(self, path: str) -> None:
        def become() -> None:
            detach(self.log, os.O_TRUNC)
            marker = ["/bin/sh", self.mark, self.exports, str(os.getpid()), self.gate]
            execute([*script(path), *marker], {**os.environ}, ())

        self.pid = self.loop.fork(become, self.on_exit)

    def look(self) -> None:
        """Find out whether it is a wrapper."""
        if not os.path.exists(self.held):
            self.loop.after(LOOK_SELDOM if self.late else LOOK_OFTEN, "hook", self.look)
            return
        self.wrappers.add(self.pid)
        pid, name, log = self.pid, self.name, self.log
        self.loop.children[pid] = lambda status: self.on_wrapper_exit(pid, name, log, status)
        self.settle("")

    def on_exit(self, status: int) -> None:
        problem = because(outcome(status), telling_lines(self.log)) if status else ""
        self.settle(problem or ("" if os.path.exists(self.exports) else NO_EXEC))

    def settle(self, problem: str) -> None:
        """One is done; the next one follows."""
        name, self.pid = self.name, 0
        self.loop.cancel("hook")
        if not problem and not self.late:
            adopt_environment(self.exports)
        elif not problem and (lost := sorted(new_exports(self.exports))):
            problem = f"it took too long, so its exports came too late ({', '.join(lost)}); {HINT}"
        if wrote := last_lines(self.log, 0, 100, "\n"):
            say(f"start.d/{name} wrote:\n{wrote}")
        if self.session.stopping:  # ended by us, which says nothing of it
            return
        if problem:
            self.session.note(f"start.d/{name} failed: {problem}")
        self.results[name] = {"state": FAILED if problem else DONE, "reason": problem}
        self.next()

    def wait_no_longer(self, seconds: float) -> None:
        """The notebook opens; what is not done goes on."""
        if self.is_done:
            return
        self.late = True
        slow = because(f"it did not come to its exec within {seconds:g} s and goes on", last_lines(self.log))
        self.session.note(f"start.d/{self.name}: {slow}; {HINT}")
        self.results[self.name] = {"state": RUNNING, "reason": slow}
        for name in map(os.path.basename, self.todo):
            self.results[name] = {"state": WAITING, "reason": f"it waits for start.d/{self.name}, which takes long"}

    def on_wrapper_exit(self, pid: int, name: str, log: str, status: int) -> None:
        self.wrappers.discard(pid)
        self.loop.cancel(f"wrapper {pid}")
        if self.session.stopping:
            ask_to_end(pid, signal.SIGTERM, group=True)  # what it has left there, while the number is still its own
        else:
            reason = because(f"it ended before the notebook: {outcome(status)}", telling_lines(log))
            self.session.note(f"start.d/{name} failed: {reason}")
            self.results[name] = {"state": FAILED, "reason": reason}

    def stop(self) -> None:
        if pid := self.pid:
            ask_to_end(pid, signal.SIGTERM, group=True)
            self.loop.after(self.session.grace, "hook", lambda: kill(pid, signal.SIGKILL, group=True))
        if self.hold >= 0:
            os.close(self.hold)
        for pid in self.wrappers:  # what they do after the notebook may take a while, if nobody is in a hurry
            self.end_wrapper(pid, 0.2 if self.session.notebook else self.session.grace)

    def end_wrapper(self, pid: int, seconds: float) -> None:
        def end() -> None:
            self.wrappers.discard(pid)
            ask_to_end(pid, signal.SIGTERM, group=True)

        self.loop.after(seconds, f"wrapper {pid}", end)
