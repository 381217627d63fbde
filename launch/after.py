"""A service whose file `after` names scripts of first.d, one in a line, starts when these are done.

- until then it is `waiting`, and the notebook does not wait for it
- where one of them has failed it fails, too, and says so; when that one runs again, it waits again
- once it has been ready in this session, it starts again whatever has become of them since
- a name that is not in first.d is noted, and not waited for
- a build runs nothing of first.d, and waits for nothing of it
"""

from __future__ import annotations

from .files import read
from .states import DONE, FAILED, STOPPED, WAITING
from .words import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .firsts import Firsts
    from .service import Service
    from .session import Session


class After:
    """Which services may start; `refused` are those that failed since a script did."""

    def __init__(self, session: Session, services: Mapping[str, Service], firsts: Firsts) -> None:
        self.session, self.services, self.firsts = session, services, firsts
        self.refused: set[str] = set()
        firsts.on_change = self.on_change
        for service in services.values():
            service.may_start = self.may_start

    def may_start(self, service: Service) -> bool:
        """Whether it may; if not, its state says why."""
        self.refused.discard(service.name)
        has_been_ready = service.probe.has_succeeded
        names = [] if service.is_build or has_been_ready else read(service.places.file("after")).split()
        scripts = [self.firsts.scripts[name] for name in names if name in self.firsts.scripts]
        for name in names:
            text = f"{service.name} is to start after first.d/{name}, which is not there"
            if name not in self.firsts.scripts and text not in self.session.notes:
                self.session.note(text)
        if failed := [first.label for first in scripts if first.state in (FAILED, STOPPED)]:
            self.refused.add(service.name)
            service.fail(f"it starts after {failed[0]}, which failed")
        elif waiting := [first.label for first in scripts if first.state != DONE]:
            if service.state != WAITING:
                service.state = WAITING
                say(f"{service.name} waits for {', '.join(waiting)}")
            service.reason = f"it waits for {', '.join(waiting)}"
        else:
            return True
        return False

    def on_change(self, name: str) -> None:
        """A script has ended, or is to run again."""
        for service in self.services.values():
            is_concerned = name in read(service.places.file("after")).split()
            if is_concerned and (service.state == WAITING or service.name in self.refused):
                service.demand()
