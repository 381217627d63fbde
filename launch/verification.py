"""What --verify prints: a line for each service and for each script of start.d, first.d and verify.d.

- a script asks a running service a real question; it has a minute, and the last line that it writes is the reason
- a service on demand that nobody has started has nothing to answer, unless its script starts it
- a script of first.d that still runs, or waits for its turn, is no failure; how far it is stands in its line
- data that was to be kept and is not is a failure, whatever the service answers
- below it what launch has noted, and the seeds that were not loaded at build
"""

from __future__ import annotations

import os

from .client import known_status
from .files import listed
from .places import BINDER_DIR, BINDER_RUN, Places, service_names
from .processes import output_of, script
from .seeds import passed_over
from .states import FINE, ON_DEMAND, RUNNING, UNKNOWN, WAITING
from .words import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERIFY_SECONDS = 60
SCRIPTS = (("start.d", "hooks"), ("first.d", "first"))  # folders, and where status.json has what became of them


def verify() -> int:
    """Print the table of all services, of hooks that failed, and of what the scripts in verify.d find."""
    status, folder = known_status(), os.path.join(BINDER_DIR, "verify.d")
    hooks, firsts = ({f"{leaf}/{name}": one for name, one in status.get(key, {}).items()} for leaf, key in SCRIPTS)
    known = {**status["services"], **hooks, **firsts}
    scripts = listed(folder)  # no other name is run, whatever the answer holds
    rows = [("SERVICE", "STATE", "RESULT", "REASON")]
    for name in dict.fromkeys([*known, *scripts]):
        one, path = known.get(name, {"state": UNKNOWN, "reason": ""}), os.path.join(folder, name)
        is_under_way = name in firsts and one["state"] in (RUNNING, WAITING)
        reason, remark = ("", one["line"] or one["reason"]) if is_under_way else (complaint(one), "")
        if not reason and name in scripts and os.path.isfile(path):
            reason = question(path)
            if one["state"] == ON_DEMAND and known_status()["services"][name]["state"] == ON_DEMAND:
                reason = ""  # nobody has started it, so there was nothing to ask
        shown = [printable(" ".join(text.split())) for text in (name, reason or remark)]
        rows.append((shown[0], one["state"], "FAILED" if reason else "ok", shown[1]))
    widths = [max(map(len, column)) for column in zip(*rows)]  # noqa: B905 -- `strict` is of Python 3.10
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())  # noqa: B905
    for note in status["notes"] if status["running"] else []:
        print(f"note: {printable(note)}")
    for name in service_names():
        for leaf in passed_over(Places(name, BINDER_RUN)):
            text = f"{name}: seed/{name}/{leaf} was not loaded: it is none of the kinds that {name} loads"
            print(printable(text))
    return int(any(row[2] == "FAILED" for row in rows))


def complaint(one: dict[str, Any]) -> str:
    """What launch itself knows to be wrong; empty if nothing is."""
    return str(one.get("complaint") or "") if one["state"] in FINE else str(one["reason"] or "not ready")


def question(path: str) -> str:
    """What is wrong according to a script in verify.d; empty if nothing is."""
    status, said = output_of(script(path), {**os.environ}, VERIFY_SECONDS)
    return (said.rpartition("\n")[2] or f"exit status {status}") if status else ""
