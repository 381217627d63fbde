"""Why one service does not run as it should: what launch says of it, its log, and what is known of the machine.

- what the machine shows counts more than words: a full disk, processes that were killed, who listens on its port
"""

from __future__ import annotations

import os
import re

from .causes import NO_MEMORY, NO_SPACE, PORT_TAKEN, cause_in
from .course import ports_of
from .logs import last_line_of, log_of
from .texts import amount, in_one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .facts import Disk, Facts, Listener

TAIL = 16_000  # characters of a log that speak of now
KILLED, NO_PLACE = "killed by SIGKILL", r"cannot be in (\S+) \(|no place for its data"
IN_USE = PORT_TAKEN[0]
PORT = re.compile(r"(?:port[ :=\"']{1,3}|:|\]:|\.)(\d{2,5})\b")


def cause_of(facts: Facts, name: str, one: dict[str, Any]) -> tuple[str, str]:
    """The likeliest cause and the remedy."""
    reason, log = f"{one.get('reason') or ''} {one.get('complaint') or ''}", log_of(facts, one, name)[-TAIL:]
    notes = "\n".join(note for note in facts.notes if note.startswith(f"{name}: "))
    said = f"{reason}\n{notes}\n{log}"
    if full := full_disk(facts, said):
        return full_words(full), NO_SPACE[2]
    if KILLED in reason or (one.get("restarts") and KILLED in said):
        return killed_words(facts), NO_MEMORY[2]
    if re.search(NO_PLACE, reason) or one.get("complaint"):
        return place_words(facts, name, said), "give the folder to the user of the session (chown), or free it"
    if re.search(IN_USE, said, re.IGNORECASE):
        return port_words(facts, name, one, said), PORT_TAKEN[2]
    cause, remedy = cause_in(reason)
    if not cause:
        cause, remedy = cause_in(f"{notes}\n{log}")
    if not cause and str(one.get("state")) in ("starting", "restarting") and "exited" not in reason:
        return "it takes long: the machine is slow, or it waits for something", "wait, and look again"
    last = last_line_of(log)
    return cause or (
        f"its log ends with: {last}" if last else "its log is empty"
    ), remedy or "read its log in this file"


def full_disk(facts: Facts, said: str) -> Disk | None:
    """The one that is full; `said` may be of a quota that is not seen from here."""
    full = [disk for disk in facts.disks if disk.is_full and "/dev/shm" not in disk.paths[:1]]  # noqa: S108
    return (
        full[0]
        if full and re.search(f"{NO_SPACE[0]}|no place|cannot be|could not|failed|killed", said, re.IGNORECASE)
        else None
    )


def full_words(disk: Disk) -> str:
    if disk.size and disk.inodes and disk.inodes_free < 10:
        return f"the disk of {disk.paths[0]} can hold no more files (no inodes are left)"
    return f"the disk of {disk.paths[0]} is full: {amount(disk.free)} of {amount(disk.size)} are free"


def killed_words(facts: Facts) -> str:
    memory = facts.memory
    if memory.kills:
        limit = f", of which it may have {amount(memory.limit)}" if memory.limit else ""
        return f"the system killed it: the session ran out of memory {memory.kills} times{limit}"
    return "it was killed from outside (SIGKILL): nearly always the session ran out of memory"


def place_words(facts: Facts, name: str, said: str) -> str:
    found = re.search(r"cannot be in (\S+) \(([^)]*)\)", said)
    if not found:
        return cause_in(said)[0] or "the folder for its data cannot be used"
    path, why = found.groups()
    if not re.search("denied|permitted", why):
        return f"it cannot use {path} ({why})"
    owner = next((one.owner for one in facts.places if one.path == path), owner_above(path))
    return f"it may not write to {path} ({why}), which is user {owner}'s; this is user {os.geteuid()}"


def owner_above(path: str) -> int:
    """Whose the folder is, or the nearest above it that is there."""
    while not os.path.lexists(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    return os.lstat(path).st_uid


def port_words(facts: Facts, name: str, one: dict[str, Any], said: str) -> str:
    """Which port, and who has it."""
    lines = [line for line in said.splitlines() if re.search(IN_USE, line, re.IGNORECASE)]
    named = [int(port) for line in lines for port in PORT.findall(line)]
    ports = [*dict.fromkeys([*named, *ports_of(facts, name)])]
    for listener in facts.listeners:
        if listener.port in ports and is_foreign(facts, listener, one):
            who = (
                f"process {listener.pid} ({in_one_line(listener.command, 60)})"
                if listener.pid
                else f"one of user {listener.user}'s"
            )
            return f"port {listener.port} is taken by another process: {who}"
    return f"port {ports[0]} was taken by another process" if ports else PORT_TAKEN[1]


def is_foreign(facts: Facts, listener: Listener, one: dict[str, Any]) -> bool:
    pid = one.get("pid")
    sessions = {process.pid: process.session for process in facts.processes}
    return not pid or sessions.get(listener.pid) != pid
