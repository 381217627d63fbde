"""How the address of a repository is written, and what is refused in it, whatever is made of the address.

- `gh:` has an owner and a name, `gl:` any number of groups; `.` and `..` are no names
- an address has no password, one of the web no user either, since others would read them
- a host is a name, an IPv4 or a bracketed IPv6 address, and may have a port; none is needed for `file:`
- what has neither scheme nor host is a folder of this machine, and so is what `file:` names
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import BlocksError

HOSTS = {"gh": "https://github.com/", "gl": "https://gitlab.com/"}
NAME = r"[A-Za-z0-9_.][A-Za-z0-9_.-]*"
SHORT = re.compile(rf"(?P<host>g[hl]):(?P<path>{NAME}(?:/{NAME})+)")
URL = re.compile(r"(?P<scheme>https?|ssh|git|file)://(?P<user>[^/@]*@)?(?P<host>[^/@]*)/(?P<path>[^\s\"'<>^`{|}]+)")
SSH = re.compile(r"(?P<user>[\w.][\w.-]*@)(?P<host>[\w.][\w.-]*):(?P<path>[^\s\"'<>^`{|}:-][^\s\"'<>^`{|}]*)")
SERVER = re.compile(r"(?:[\w.][\w.-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?")
ELSEWHERE = re.compile(r"g[hl]:|(?:git\+)?(?:https?|ssh|git)://|[\w.-]+@[\w.-]+:")


def is_folder(address: str) -> bool:
    """Whether what Copier or git is given leads to a folder of this machine."""
    return not ELSEWHERE.match(address)


@dataclass(frozen=True)
class Refusals:
    """What is said of an address that is none, has credentials, or has more than an owner and a name.

    `long` may have `{short}`, the address without what is too much, and `{rest}`, that.
    """

    unknown: str
    credentials: str
    long: str


def check_hosted(address: str, host: str, path: str, refusals: Refusals) -> None:
    """Raises `BlocksError` where `path` is none of a repository on `host`, one of `HOSTS`."""
    owner, *names = path.split("/")
    if not SHORT.fullmatch(f"{host}:{path}") or {".", ".."} & {owner, *names}:
        raise BlocksError(f"'{address}': {refusals.unknown}")
    if host == "gh" and len(names) > 1:
        said = refusals.long.format(short=f"gh:{owner}/{names[0]}", rest="/".join(names[1:]))
        raise BlocksError(f"'{address}': {said}")


def check_url(address: str, url: re.Match[str], refusals: Refusals) -> None:
    """Raises `BlocksError` for what no repository's address has; `url` is what `URL` matched."""
    user, web = url["user"] or "", url["scheme"].startswith("http")
    if ":" in user or (user and web):
        raise BlocksError(f"'{address.replace(user, '', 1)}': {refusals.credentials}")
    if url["scheme"] == "file" and not url["host"]:
        return
    if not SERVER.fullmatch(url["host"]) or user.startswith("-"):
        raise BlocksError(f"'{address}': {refusals.unknown}")
