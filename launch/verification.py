"""What --verify prints: a line for each service, for each hook, and for each script in verify.d.

- a script asks a running service a real question; it has a minute, and the last line that it writes is the reason
- a service on demand that nobody has started has nothing to answer, unless its script starts it
- below it, the seeds that were not loaded at build
"""

from __future__ import annotations

import os

from .client import known_status
from .files import listed
from .places import BINDER_DIR, BINDER_RUN, Places, service_names
from .processes import output_of, script
from .seeds import passed_over
from .states import FINE, ON_DEMAND, UNKNOWN

VERIFY_SECONDS = 60


def verify() -> int:
    """Print the table of all services, of hooks that failed, and of what the scripts in verify.d find."""
    status, folder = known_status(), os.path.join(BINDER_DIR, "verify.d")
    known = {**status["services"], **{f"start.d/{name}": one for name, one in status["hooks"].items()}}
    rows = [("SERVICE", "STATE", "RESULT", "REASON")]
    for name in dict.fromkeys([*known, *listed(folder)]):
        one, path = known.get(name, {"state": UNKNOWN, "reason": ""}), os.path.join(folder, name)
        reason = "" if one["state"] in FINE else one["reason"] or "not ready"
        if not reason and os.path.isfile(path):
            reason = question(path)
            if one["state"] == ON_DEMAND and known_status()["services"][name]["state"] == ON_DEMAND:
                reason = ""  # nobody has started it, so there was nothing to ask
        rows.append((name, one["state"], "FAILED" if reason else "ok", " ".join(reason.split())))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    for name in service_names():
        for leaf in passed_over(Places(name, BINDER_RUN)):
            print(f"{name}: seed/{name}/{leaf} was not loaded: it is none of the kinds that {name} loads")
    return int(any(row[2] == "FAILED" for row in rows))


def question(path: str) -> str:
    """What is wrong according to a script in verify.d; empty if nothing is."""
    status, said = output_of(script(path), {**os.environ}, VERIFY_SECONDS)
    return (said.rpartition("\n")[2] or f"exit status {status}") if status else ""
