"""What the running launch is asked, at the socket BINDER_RUN/control: a line asks, lines answer.

    status        the status as JSON
    use NAME      starts the service if need be: `ready` or `failed: REASON`
    restart NAME  stops it first, if need be, and starts it with the data that it has: the same
    reset NAME    starts it with the seeded data: the same, and where the old data is
    again NAME    runs the script NAME of first.d once more: `ok` or `failed: REASON`
    hold NAME     stops it: `held DATA` or `failed: REASON`

After `use` the connection stays open: it says when the service fails, and closes when launch ends.  What has data is
held in any state, also one that starts and never becomes ready, unless it is being stopped already.  After `hold` the
data is the caller's for as long as the connection is open, so until it dies at the latest; then the service starts
again with what is in place.  Whoever connects and asks nothing is let go after a while.
"""

from __future__ import annotations

import os
from contextlib import suppress

from .files import remove
from .states import READY

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from typing import Any

    from .loop import Loop
    from .service import Service
    from .session import Session


REST_SECONDS, SILENT_SECONDS = 1, 10


class Requests:
    """Who has asked, and for what."""

    def __init__(
        self,
        session: Session,
        loop: Loop,
        services: dict[str, Service],
        status: Callable[[], dict[str, Any]],
        again: Callable[[str], str],
    ) -> None:
        self.again = again
        self.session, self.loop, self.services, self.status = session, loop, services, status
        self.path = os.path.join(session.run, "control")
        self.waiting: dict[socket.socket, tuple[Service, str]] = {}

    def listen(self) -> None:
        import socket

        for service in self.services.values():
            service.on_settled = self.answer
        remove(self.path)
        server = socket.socket(socket.AF_UNIX)
        server.bind(self.path)
        server.listen(16)
        self.accept_from(server)

    def accept_from(self, server: socket.socket) -> None:
        self.loop.watch(server.fileno(), lambda: self.on_connection(server))

    def close(self) -> None:
        remove(self.path)

    def on_connection(self, server: socket.socket) -> None:
        try:
            connection = server.accept()[0]
        except OSError:  # no descriptor is left, and the one who asks stays there: it would be told again at once
            self.loop.unwatch(server.fileno())
            self.loop.after(REST_SECONDS, "control", lambda: self.accept_from(server))
            return
        connection.settimeout(1)
        self.loop.watch(connection.fileno(), lambda: self.on_request(connection))
        self.loop.after(SILENT_SECONDS, f"silent {connection.fileno()}", lambda: self.reply(connection, "", last=True))

    def on_request(self, connection: socket.socket) -> None:
        self.loop.cancel(f"silent {connection.fileno()}")
        if self.waiting.get(connection, (None, ""))[1] == "hold":  # it has hung up, or has nothing more to ask
            self.reply(connection, "", last=True)
            return
        try:
            verb, name = [*connection.recv(4096).decode(errors="replace").strip().split(None, 1), "", ""][:2]
        except OSError:
            verb = name = ""
        service = self.services.get(name)
        if verb == "status":
            import json

            answer = json.dumps(self.status())
        elif verb == "again":
            answer = self.again(name)
        elif verb and not service:
            answer = f"failed: there is no service {name} here, but {', '.join(self.services) or 'none at all'}"
        elif self.session.stopping:
            answer = "failed: everything is being stopped"
        elif (service, "reset") in self.waiting.values():
            answer = "failed: it is being reset"
        elif (service, "hold") in self.waiting.values() and verb != "use":
            answer = "failed: its data is copied or replaced, and it starts again after that"
        elif service and verb == "hold" and service.pid and service.is_unwanted:
            answer = "failed: it is being stopped, and starts again"
        elif service and verb == "hold" and not service.data:
            answer = "failed: it has no data yet"
        else:
            answer = ""
        if answer or not service:  # without a word: it has hung up
            self.reply(connection, answer, last=True)
            return
        self.waiting[connection] = (service, verb)
        if verb == "reset":
            service.reset, service.old_data, service.not_reset = True, "there was no old data", ""
        elif verb in ("restart", "hold"):
            service.again, service.hold = verb == "restart", verb == "hold"
        elif service.state == READY:
            self.reply(connection, "ready")
        service.demand()

    def answer(self, service: Service, text: str) -> None:
        """A service is ready or has failed: tell those who wait for it."""
        for connection, waiting in [*self.waiting.items()]:
            if waiting == (service, "reset"):
                kept = f"failed: {service.not_reset}" if service.not_reset else ""
                self.reply(connection, kept or f"{text}; {service.old_data}", last=True)
            elif waiting[0] == service and (waiting[1] == "hold") == text.startswith("held "):
                self.reply(connection, text, last=waiting[1] == "restart" or text.startswith("failed"))

    def reply(self, connection: socket.socket, text: str, last: bool = False) -> None:
        with suppress(OSError):
            connection.sendall(f"{text}\n".encode())
        if last:
            self.loop.unwatch(connection.fileno())
            connection.close()
            service, verb = self.waiting.pop(connection, (None, ""))
            if service and verb == "hold":
                release(service)


def release(service: Service) -> None:
    """Whoever held it has done, or is gone."""
    service.hold, service.again = False, bool(service.pid)
    if not (service.pid or service.session.stopping):
        service.failures = 0
        service.start()
