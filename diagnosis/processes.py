"""Processes and the ports that they listen on, as /proc tells.

- of other users' processes the system does not say which port is theirs, but whose it is
"""

from __future__ import annotations

import os
import socket
import struct
from contextlib import suppress

from .facts import Listener, Process
from .texts import amount, in_one_line, names_in

LISTENS = "0A"
MOST_PROCESSES, COMMAND_LENGTH, LONGEST_COMMAND = 400, 300, 20_000


def bytes_of(path: str) -> bytes:
    """Of a file of the system's, which has no size."""
    try:
        with open(path, "rb") as file:
            return file.read(1_000_000)
    except OSError:
        return b""


def system_text(path: str) -> str:
    return bytes_of(path).decode(errors="replace").strip()


def words_of(pid: object) -> list[str]:
    return [os.fsdecode(word) for word in bytes_of(f"/proc/{pid}/cmdline").split(b"\0") if word]


def owner_of_process(pid: int) -> int:
    try:
        return os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return -1


def environment_of(pid: int) -> dict[str, str]:
    """What a process was started with, if it is ours to know."""
    pairs = (os.fsdecode(one).partition("=") for one in bytes_of(f"/proc/{pid}/environ").split(b"\0") if b"=" in one)
    return {name: value for name, _, value in pairs}


def all_processes() -> list[Process]:
    """Every process that can be seen, the largest first."""
    pids = [int(name) for name in names_in("/proc") if name.isdigit()]
    found = [one for one in map(process_of, pids) if one]
    return sorted(found, key=lambda one: one.memory, reverse=True)


def process_of(pid: int) -> Process | None:
    name, _, rest = system_text(f"/proc/{pid}/stat").partition("(")[2].rpartition(")")
    fields = rest.split()
    if len(fields) < 22:
        return None
    ticks = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    command = " ".join(words_of(pid))[:LONGEST_COMMAND] or f"[{name}]"
    memory = int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return Process(pid, int(fields[1]), int(fields[3]), owner_of_process(pid), fields[0], memory, ticks, command)


def processes_text(processes: list[Process]) -> str:
    lines = ["    PID  PARENT SESSION    USER S   MEMORY  CPU s  COMMAND"]
    for one in processes[:MOST_PROCESSES]:
        head = f"{one.pid:7} {one.parent:7} {one.session:7} {one.user:7} {one.state}"
        lines.append(f"{head} {amount(one.memory):>8} {one.seconds:6.1f}  {in_one_line(one.command, COMMAND_LENGTH)}")
    if len(processes) > MOST_PROCESSES:
        lines.append(f"and {len(processes) - MOST_PROCESSES} more")
    return "\n".join(lines)


def listeners(processes: list[Process]) -> list[Listener]:
    """Who listens where."""
    found: dict[str, Listener] = {}
    for table in ("tcp", "tcp6"):
        for line in system_text(f"/proc/net/{table}").splitlines()[1:]:
            fields = line.split()
            if len(fields) > 9 and fields[3] == LISTENS:
                address, _, port = fields[1].partition(":")
                found[fields[9]] = Listener(int(port, 16), address_of(address), int(fields[7]))
    for process in processes:
        for inode in sockets_of(process.pid) & found.keys():
            found[inode].pid, found[inode].command = process.pid, process.command
    return sorted(found.values(), key=lambda one: one.port)


def address_of(digits: str) -> str:
    """As /proc writes it, four bytes at a time in this machine's order."""
    with suppress(ValueError, OSError, struct.error):
        words = [int(digits[start : start + 8], 16) for start in range(0, len(digits), 8)]
        family = socket.AF_INET if len(words) == 1 else socket.AF_INET6
        return socket.inet_ntop(family, struct.pack(f"={len(words)}I", *words))
    return digits


def sockets_of(pid: int) -> set[str]:
    found = set()
    folder = f"/proc/{pid}/fd"
    for name in names_in(folder):
        with suppress(OSError):
            target = os.readlink(os.path.join(folder, name))
            if target.startswith("socket:["):
                found.add(target[8:-1])
    return found


def ports_text(found: list[Listener]) -> str:
    lines = ["  PORT  USER  PROCESS"]
    for one in found:
        who = f"{one.pid} {in_one_line(one.command, COMMAND_LENGTH)}" if one.pid else "another user's"
        lines.append(f"{one.port:6} {one.user:5}  {one.address} {who}")
    return "\n".join(lines)
