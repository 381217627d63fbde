"""The address of a hub or a Binder, as people copy it -> as links begin.

- it loses the standard port and upper case in the host, as browsers write it (the WHATWG URL standard)
- it may have a path, which nbgitpuller's generator drops for Binder, and BinderHub's keeps
- a page of the server is refused, with the server's own address in its place
"""

from __future__ import annotations

import ipaddress
import re

from ..errors import BlocksError

ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>(?:/[a-z0-9._~!$&'()*+,;=:@-]*)*)",
    re.IGNORECASE,
)
PORTS = {"http": "80", "https": "443"}
# The pages of a hub and of a Binder that people copy with its address.
PAGES = re.compile(r"/(?:hub|user|v2|services)(?:/.*)?")


def server_address(text: str) -> str:
    """The address of a hub or a Binder as browsers write it, with a `/` at its end."""
    match = ADDRESS.fullmatch(text.strip().rstrip("/"))
    if not match or {".", "..", ""} & {*match["path"].split("/")[1:]} or not _is_host(match["host"]):
        raise BlocksError(f"{text!r}: is no address of a server; write it like 'https://hub.example.org'")
    scheme, path = match["scheme"].lower(), match["path"]
    port = f":{match['port']}" if match["port"] and match["port"] != PORTS[scheme] else ""
    if int(match["port"] or 0) > 65535:
        raise BlocksError(f"'{text}': there is no port {match['port']}; the highest is 65535")
    origin = f"{scheme}://{match['host'].lower()}{port}"
    if page := PAGES.search(path):
        raise BlocksError(f"'{text}': is a page of it; write '{origin}{path[: page.start()]}'")
    return f"{origin}{path}/"


def _is_host(host: str) -> bool:
    """False for the many ways to write an IPv4 address but the usual one."""
    last = host.rpartition(".")[2]
    if not re.fullmatch(r"[0-9]+|0[xX][0-9a-fA-F]*", last):
        return ".." not in host
    try:
        return str(ipaddress.IPv4Address(host)) == host
    except ValueError:
        return False
