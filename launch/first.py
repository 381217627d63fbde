"""One script of first.d, how far it is, and what became of it.

- its progress is the last line of its log, without what a terminal would act on
"""

from __future__ import annotations

import os
import signal
import time

from .groups import Group
from .once import Once
from .places import BINDER_DIR
from .processes import detach, die_with_parent, execute, script
from .states import WAITING
from .words import lines_of, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from .loop import Loop

NICENESS = 10  # whoever works in the notebook goes before


class First:
    """It waits until it is run; `group` is what it leaves behind."""

    def __init__(self, path: str, run: str, loop: Loop) -> None:
        self.path, self.name = path, os.path.basename(path)
        self.label = f"first.d/{self.name}"
        self.log = os.path.join(run, "log", f"first.d-{self.name}.log")
        self.once, self.group = Once(path), Group(self.label, loop)
        self.line = ""
        self.settle(WAITING)

    def settle(self, state: str, reason: str = "") -> None:
        self.state, self.reason, self.since = state, reason, time.time()

    def look(self) -> None:
        self.line = plain("".join(lines_of(self.log)[-1:]))

    def describe(self) -> dict[str, Any]:
        """Its part of status.json."""
        shown = {key: getattr(self, key) for key in ("state", "reason", "line", "log")}
        return {**shown, "since": round(self.since, 1), "times": "volume" if self.once.place else "session"}

    def become(self) -> NoReturn:
        """In the child."""
        detach(self.log, os.O_TRUNC)
        die_with_parent(signal.SIGTERM)
        os.nice(NICENESS)
        os.chdir(os.path.dirname(BINDER_DIR))
        execute(script(self.path), {**os.environ}, ())
