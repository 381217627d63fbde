"""Processes of this machine as /proc shows them: who is whose child, what they listen on, what they take."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
LISTEN = "0A"
TICKS = os.sysconf("SC_CLK_TCK")


def pids() -> Iterator[int]:
    return (int(path.name) for path in PROC.iterdir() if path.name.isdigit())


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the program's name; none where the process is gone or a zombie."""
    with suppress(OSError):
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return [] if fields[0] == "Z" else fields
    return []


def descendants(pid: int) -> list[int]:
    """Its children, their children and so on, zombies left out."""
    parents = {child: int(fields[1]) for child in pids() if (fields := stat(child))}
    found: list[int] = []
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        children = [child for child, other in parents.items() if other == parent]
        found += children
        waiting += children
    return found


def name(pid: int) -> str:
    with suppress(OSError):
        return (PROC / str(pid) / "comm").read_text().strip()
    return "gone"


def with_variable(variable: str, value: str) -> list[int]:
    """The processes that were started with it in their environment."""
    wanted = f"{variable}={value}".encode()
    found = []
    for pid in pids():
        with suppress(OSError):
            if wanted in (PROC / str(pid) / "environ").read_bytes().split(b"\0") and stat(pid):
                found.append(pid)
    return found


def cpu(pid: int) -> float:
    """Seconds of processor time, those of its ended children included."""
    fields = stat(pid)
    return sum(map(int, fields[11:15])) / TICKS if fields else 0


def memory(pid: int) -> int:
    """Bytes, shared pages divided among those that share them."""
    with suppress(OSError):
        if match := re.search(r"^Pss:\s+(\d+) kB", (PROC / str(pid) / "smaps_rollup").read_text(), re.MULTILINE):
            return int(match[1]) * 1024
    return 0


def listening(whose: Iterable[int]) -> list[tuple[str, int]]:
    """Address and port of each TCP socket that these processes listen on."""
    owned = {socket for pid in whose for socket in sockets(pid)}
    found = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTEN and fields[9] in owned:
                    found.add(address(fields[1]))
    return sorted(found)


def sockets(pid: int) -> Iterator[str]:
    """The inodes of its open sockets."""
    with suppress(OSError):
        for path in (PROC / str(pid) / "fd").iterdir():
            with suppress(OSError):
                if match := re.fullmatch(r"socket:\[(\d+)\]", os.readlink(path)):
                    yield match[1]


def address(text: str) -> tuple[str, int]:
    """`0100007F:1F90`, words of four bytes turned around, as ("127.0.0.1", 8080); IPv4 in IPv6's form is IPv4."""
    host, _, port = text.partition(":")
    words = [bytes.fromhex(host[start : start + 8])[::-1] for start in range(0, len(host), 8)]
    found = ipaddress.ip_address(b"".join(words))
    return str(getattr(found, "ipv4_mapped", None) or found), int(port, 16)


def is_loopback(text: str) -> bool:
    return ipaddress.ip_address(text).is_loopback
