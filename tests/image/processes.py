"""What a running container's processes are, read from the host's /proc."""

from __future__ import annotations

import ipaddress
import socket
import struct
from pathlib import Path

from tests.image.containers import Container

LISTENING = "0A"


def users(container: Container) -> dict[str, int]:
    """The effective user id of every process, by its command line."""
    found = {}
    for line in container.exec("ps", "-e", "-o", "euid=,args=").splitlines():
        uid, command = line.split(maxsplit=1)
        found[command] = int(uid)
    return found


def listeners(container: Container) -> set[tuple[str, int]]:
    """Every address and port that accepts TCP connections or UDP packets in the container."""
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{container.pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, remote, state = line.split()[:4]
            if state == LISTENING or (table.startswith("udp") and remote.endswith(":0000")):
                address, port = local.split(":")
                found.add((unpack(address), int(port, 16)))
    return found


def unpack(text: str) -> str:
    """The kernel prints addresses as 32 bit words in the machine's byte order."""
    words = [int(text[start : start + 8], 16) for start in range(0, len(text), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    return socket.inet_ntop(socket.AF_INET6 if len(words) == 4 else socket.AF_INET, packed)


def beyond_loopback(container: Container) -> set[tuple[str, int]]:
    return {(address, port) for address, port in listeners(container) if not is_loopback(address)}


def is_loopback(text: str) -> bool:
    address = ipaddress.ip_address(text)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
