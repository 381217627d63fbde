"""A child that ends, a descriptor that can be read, a moment that comes: each calls a function, one at a time.

- an error in such a function is said, and ends nothing
- signals come through a descriptor, which tells whether the terminal has sent them
"""

from __future__ import annotations

import os
import select
import signal
import struct
import time

from .processes import CATCHABLE, adopt_orphans, libc
from .words import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

NEVER = float("inf")


class Loop:
    """`on_signal` gets number and code, `on_stopped` child and signal, `before_rest` is called when all is handled."""

    def __init__(
        self,
        on_signal: Callable[[int, int], None],
        on_stopped: Callable[[int, int], None],
        before_rest: Callable[[], None],
    ) -> None:
        self.on_signal, self.on_stopped, self.before_rest = on_signal, on_stopped, before_rest
        self.childless = self.changed = False  # changed: a child has ended since somebody set this to False
        self.children: dict[int, Callable[[int], None]] = {}
        self.timers: dict[str, tuple[float, Callable[[], None]]] = {}
        self.readers: dict[int, Callable[[], None]] = {}
        self.poller = select.poll()

    def take_signals(self) -> None:
        """From now on every signal and every orphan among our descendants comes here."""
        import ctypes

        adopt_orphans()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        broken_pipe = {signal.SIGPIPE, signal.SIGXFSZ}  # we are told of our own by the failing call
        signal.pthread_sigmask(signal.SIG_BLOCK, CATCHABLE - broken_pipe)
        handle = libc().signalfd(-1, (ctypes.c_uint64 * 16)(*[2**64 - 1] * 16), os.O_NONBLOCK | os.O_CLOEXEC)
        if handle < 0:
            raise OSError(ctypes.get_errno(), "no signalfd")
        self.watch(handle, lambda: self.on_signals(handle))

    def watch(self, handle: int, reader: Callable[[], None]) -> None:
        self.readers[handle] = reader
        self.poller.register(handle, select.POLLIN)

    def unwatch(self, handle: int) -> None:
        del self.readers[handle]
        self.poller.unregister(handle)

    def after(self, seconds: float, name: str, action: Callable[[], None]) -> None:
        """Do something later; a second timer of that name takes the place of the first."""
        self.timers[name] = (time.monotonic() + seconds, action)

    def cancel(self, name: str) -> None:
        self.timers.pop(name, None)

    def fork(self, become: Callable[[], None], on_exit: Callable[[int], None]) -> int:
        """A child that does one thing; `on_exit` gets its wait status."""
        pid = os.fork()
        if pid:
            self.children[pid] = on_exit
            return pid
        try:
            become()
        except BaseException as error:
            say(str(error))
        os._exit(1)

    def pump(self, done: Callable[[], bool], until: float = NEVER) -> None:
        """Handle events until something is done, or until a moment has come."""
        while not done() and time.monotonic() < until:
            due = min([until, *(when for when, _ in self.timers.values())])
            wait = None if due == NEVER else max(0, int((due - time.monotonic()) * 1000) + 1)
            for handle, _ in self.poller.poll(0) or self.rest(wait):
                if handle in self.readers:
                    self.attempt(self.readers[handle])
            for name, (when, action) in [*self.timers.items()]:
                if when <= time.monotonic() and name in self.timers:
                    del self.timers[name]
                    self.attempt(action)
        self.before_rest()

    def rest(self, wait: int | None) -> list[tuple[int, int]]:
        self.before_rest()
        return self.poller.poll(wait)

    def attempt(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:  # whatever it is, the notebook has nothing to do with it
            say(f"{type(error).__name__}: {error}")

    def on_signals(self, handle: int) -> None:
        data = os.read(handle, 128 * 64)
        for offset in range(0, len(data), 128):
            number, _, code = struct.unpack_from("=Iii", data, offset)
            if number != signal.SIGCHLD:
                self.on_signal(number, code)
        self.reap()

    def reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
            except ChildProcessError:
                pid, status = 0, -1
            self.childless = status == -1
            if pid == 0:
                return
            if os.WIFSTOPPED(status):
                self.on_stopped(pid, os.WSTOPSIG(status))
                continue
            self.changed = True
            if pid in self.children:
                self.children.pop(pid)(status)
