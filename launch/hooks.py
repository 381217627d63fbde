"""What the scripts in start.d/ export is in the environment of services and notebook.

- those named in `order` come first; each runs alone, with a small command in the notebook's place that writes down the
  environment: what it exports is kept, what it leaves running is ours
- one that runs that command as a child (xvfb-run "$@", or "$@" and then more) is a wrapper: the command stays, so that
  it lives as long as the notebook, and goes on when the notebook stops
- one that fails, or has not come to that command after 10 s or at the deadline, costs its exports
"""

from __future__ import annotations

import os
import signal
import time

from .files import remove, write
from .processes import detach, execute, kill, script
from .states import DONE, FAILED
from .words import because, last_lines, outcome, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .loop import Loop
    from .session import Session

HOOK_SECONDS = 10
OF_THE_SHELL = {"_", "OLDPWD", "PWD", "SHLVL"}
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
        self.pid = 0
        self.hold = -1  # as long as this is open, wrappers stay
        self.wrappers: set[int] = set()

    def run_all(self, paths: list[str]) -> None:
        if paths:
            remove(self.gate)
            os.mkfifo(self.gate, 0o600)
            write(self.mark, MARK)
            self.hold = os.open(self.gate, os.O_RDWR)
        for path in paths:
            if not self.session.stopping:
                self.run(path)

    def run(self, path: str) -> None:
        name = os.path.basename(path)
        log = os.path.join(self.session.run, "log", f"start.d-{name}.log")
        remove(self.exports)
        remove(self.held)
        problem = self.failure(path, name, log)
        if not problem and not os.path.exists(self.exports):
            problem = 'it ended without exec "$@", so its exports are lost'
        elif not problem:
            adopt_environment(self.exports)
        if wrote := last_lines(log, 0, 100, "\n"):
            say(f"start.d/{name} wrote:\n{wrote}")
        if problem:
            self.session.note(f"start.d/{name} failed: {problem}")
        self.results[name] = {"state": FAILED if problem else DONE, "reason": problem}

    def failure(self, path: str, name: str, log: str) -> str:
        """Run a hook until it has ended or is known as a wrapper; why it failed, empty if it did not."""
        status: list[int] = []

        def become() -> None:
            detach(log)
            marker = ["/bin/sh", self.mark, self.exports, str(os.getpid()), self.gate]
            execute([*script(path), *marker], {**os.environ}, ())

        def look() -> None:  # a wrapper tells nothing by itself
            self.loop.after(0.02, "hook", look)

        look()
        self.pid = self.loop.fork(become, status.append)
        allowed = max(0, min(HOOK_SECONDS, self.session.deadline - time.monotonic()))
        limit = time.monotonic() + allowed
        self.loop.pump(lambda: bool(status) or self.session.stopping or os.path.exists(self.held), limit)
        self.loop.cancel("hook")
        if not status and os.path.exists(self.held) and not self.session.stopping:
            self.wrappers.add(pid := self.pid)
            self.loop.children[pid] = lambda ended: self.on_wrapper_exit(pid, name, log, ended)
            status.append(0)
        late = "" if status else because(f"it did not come to its exec within {allowed:.0f} s", last_lines(log))
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not status:
                kill(self.pid, number, group=True)
                self.loop.pump(lambda: bool(status), time.monotonic() + 1)
        self.pid = 0
        return late or (because(outcome(status[0]), last_lines(log)) if status[0] else "")

    def on_wrapper_exit(self, pid: int, name: str, log: str, status: int) -> None:
        self.wrappers.discard(pid)
        if not self.session.stopping:
            reason = because(f"it ended before the notebook: {outcome(status)}", last_lines(log))
            self.session.note(f"start.d/{name} failed: {reason}")
            self.results[name] = {"state": FAILED, "reason": reason}

    def stop(self) -> None:
        kill(self.pid, signal.SIGTERM, group=True)
        if self.hold >= 0:
            os.close(self.hold)
        for pid in self.wrappers:  # what they do after the notebook may take a while, if nobody is in a hurry
            self.end_wrapper(pid, 0.2 if self.session.notebook else self.session.grace)

    def end_wrapper(self, pid: int, seconds: float) -> None:
        def end() -> None:
            self.wrappers.discard(pid)
            kill(pid, signal.SIGTERM, group=True)

        self.loop.after(seconds, f"wrapper {pid}", end)


def adopt_environment(path: str) -> None:
    """Take over what a hook exported, but not what a shell sets by itself or what a cd changed."""
    with open(path, "rb") as file:
        pairs = [os.fsdecode(entry).partition("=") for entry in file.read().split(b"\0") if b"=" in entry]
    os.unlink(path)
    new = {name: value for name, _, value in pairs if name not in OF_THE_SHELL}
    for name in os.environ.keys() - new.keys() - OF_THE_SHELL:
        del os.environ[name]
    os.environ.update(new)
