"""What happens between the first process and the last one.

- the hooks run, one after the other; then all services start at the same time
- the notebook starts when all are ready or have failed, or when the deadline is over; where START_SECONDS says how long
  hooks are waited for, the deadline counts from their end
- when the notebook is started, the scripts in first.d run beside it
- what goes wrong with a script or a service is said on stderr and in BINDER_RUN/status.json, and the notebook starts
  all the same
- TERM goes to the notebook and, at the same moment, to services, scripts and stray children; the notebook gets the
  lowest priority then, as the services have data to save
- every other signal goes to the notebook alone, if the terminal has not sent it there itself
- when the notebook is gone, the services are stopped; what is left after the grace is killed
- launch ends when it has no descendants any more, with the exit status, or by the signal, of the notebook
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from .after import After
from .family import offspring
from .firsts import Firsts
from .hooks import Hooks
from .logs import Logs
from .loop import NEVER, Loop
from .places import Places
from .processes import ask_to_end, die_with_parent, execute, kill
from .renviron import tell_r
from .requests import Requests
from .service import Service
from .session import Session, seconds_to_wait
from .states import READY, STOPPED, UNSETTLED
from .status import Status
from .words import say

SI_KERNEL = 0x80
FROM_TERMINAL = {signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGWINCH}


class Launch:
    """A session with its services, its hooks and its notebook; one method for each stage."""

    def __init__(self, session: Session, names: list[str], firsts: list[str], is_build: bool = False) -> None:
        self.session = session
        self.loop = Loop(self.on_signal, self.on_stopped, lambda: self.status.save())
        self.services = {name: Service(Places(name, session.run), session, self.loop, is_build) for name in names}
        self.hooks = Hooks(session, self.loop)
        self.logs = Logs(session, self.loop)
        self.firsts = Firsts(session, self.loop, firsts)
        After(session, self.services, self.firsts)
        self.status = Status(session, self.loop, self.services, self.hooks, self.firsts)
        self.requests = Requests(session, self.loop, self.services, self.status.describe, self.firsts.again)
        self.stop_limit = NEVER

    def supervise(self, command: list[str], hooks: list[str]) -> None:
        """The hooks, the services, the notebook, from the first to the last process."""
        self.logs.watch()
        self.run_hooks(hooks)
        for service in self.services.values():
            if service.state == STOPPED and not self.session.stopping:
                service.start()
        try:
            self.requests.listen()
        except OSError as error:  # a name too long for a socket, or a full disk: nobody can ask, and all else works
            self.session.note(f"nobody can ask this launch: {self.requests.path}: {error}")
        self.loop.pump(lambda: self.session.stopping or not self.unsettled(), self.session.deadline)
        if not self.session.stopping:
            self.tell_readiness()
            tell_r(self.session.note)
            self.start_notebook(command, {**os.environ})
            self.loop.attempt(lambda: self.firsts.begin(self.hooks))
            self.loop.pump(lambda: not self.session.notebook)
        self.stop()
        self.finish()
        self.requests.close()

    def run_hooks(self, paths: list[str]) -> None:
        """As long as they may take; with START_SECONDS the services have their own time after that."""
        session, otherwise = self.session, self.session.deadline - self.session.began
        seconds, is_given = seconds_to_wait(otherwise, session.note)
        try:
            self.hooks.start(paths)
        except OSError as error:  # such as a full disk, which must not cost the services
            session.note(f"the scripts in start.d cannot be run: {error}")
        limit = session.began + seconds
        self.loop.pump(lambda: session.stopping or self.hooks.is_done, limit)
        if not session.stopping:
            self.hooks.wait_no_longer(seconds)
        if is_given and paths:
            session.deadline = time.monotonic() + otherwise

    def unsettled(self) -> list[Service]:
        return [service for service in self.services.values() if service.state in UNSETTLED]

    def tell_readiness(self) -> None:
        took = f"{time.monotonic() - self.session.began:.1f} s"
        for service in self.unsettled():
            service.reason = service.reason or ("no answer from ready" if service.running else "its data is prepared")
            log = service.places.log
            say(f"{service.name}: late: after {took} {service.reason}; the notebook starts (log: {log})")
        if ready := [service.name for service in self.services.values() if service.state == READY]:
            say(f"ready after {took}: {', '.join(ready)}")

    def start_notebook(self, command: list[str], environment: dict[str, str], folder: str = "") -> None:
        def become() -> None:
            die_with_parent(signal.SIGKILL)  # whoever kills us means the notebook
            if folder:
                os.chdir(folder)
            execute(command, environment)

        def on_exit(status: int) -> None:
            self.session.notebook, self.session.result = 0, status

        self.session.notebook = self.loop.fork(become, on_exit)

    def on_signal(self, number: int, code: int) -> None:
        session = self.session
        if session.notebook and not (code == SI_KERNEL and number in FROM_TERMINAL):
            kill(session.notebook, number)
        early = not session.notebook and number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
        if number == signal.SIGTERM or early:
            if not session.notebook and session.result is None:
                session.result = number  # as the notebook would have ended: by this signal
            self.stop()

    def on_stopped(self, pid: int, number: int) -> None:
        if pid == self.session.notebook and number in FROM_TERMINAL:
            os.kill(os.getpid(), signal.SIGSTOP)  # the shell must see its job stop; it continues us both

    def stop(self) -> None:
        """Tell all but the notebook to stop, in one go: there may be one second before everything is killed."""
        if self.session.stopping:
            return
        self.session.stopping, self.stop_limit = True, time.monotonic() + self.session.grace
        if self.session.notebook:
            with suppress(OSError):  # it has nothing to save, and as much work to do as any of them
                os.setpriority(os.PRIO_PROCESS, self.session.notebook, 19)
        for service in self.services.values():
            service.stop()
        self.hooks.stop()
        self.firsts.stop()
        sessions = {service.pid for service in self.services.values()}
        for pid in offspring():
            if pid not in self.loop.children and os.getsid(pid) not in sessions:
                ask_to_end(pid, signal.SIGTERM)

    def finish(self) -> None:
        """Wait for the notebook, for the services, for wrappers and for whatever else has become our child."""
        loop = self.loop
        busy = self.hooks
        loop.pump(lambda: not (self.session.notebook or busy.wrappers or busy.pid or self.has_processes()))
        limit = max(self.stop_limit, time.monotonic() + 1)
        told: set[int] = set()
        loop.reap()
        while not loop.childless and (now := time.monotonic()) < limit + 2:
            for pid in offspring():
                if now >= limit or pid not in told:
                    kill(pid, signal.SIGKILL if now >= limit else signal.SIGTERM)
                    kill(pid, signal.SIGCONT)
                    told.add(pid)
            loop.changed = False
            loop.pump(lambda: loop.childless or loop.changed, limit if now < limit else now + 0.1)
        self.status.save()

    def has_processes(self) -> bool:
        return bool(self.firsts.pid) or any(service.pid for service in self.services.values())
