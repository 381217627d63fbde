"""One entry of the answer `imports` -> where the repository is, and which commit and subdirectory of it are meant.

    gh:owner/repo@<commit>            https://github.com/owner/repo
    gl:group/sub/repo@<commit>        https://gitlab.com/group/sub/repo
    https://host/repo.git@<commit>    as git takes it, as ssh://, git:// and file:///
    git@host:owner/repo.git@<commit>  the same in ssh's short form
    /path/to/repo@<commit>            a repository on this machine, also ~/repo

- each may be followed by `#subdirectory`
- a commit is 40 lower-case hexadecimal digits, 64 where the repository uses SHA-256
- refused: names that look like options, transports that run programs, passwords, what a terminal would not show
- reading it needs no network; `pin` asks the repository, for the form to paste
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

from ..errors import BlocksError
from ..git import GitError, look_up
from ..text import HIDDEN
from .repository import HOSTS, SHORT, SSH, URL, Refusals, check_hosted, check_url

FORMS = "write it like 'gh:owner/repo@<commit>', 'gl:group/repo@<commit>', a git URL or an absolute path"
REFUSALS = Refusals(
    unknown=f"is no repository that git could reach; {FORMS}",
    credentials="leave out the user and password, git's credential helper knows them",
    long="a subdirectory is written behind the commit: '{short}@<commit>#{rest}'",
)
PLACEHOLDER = "<40 digits of a commit>"
COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
PINNED = re.compile(rf"(?P<address>.*?)@(?P<name>{COMMIT.pattern})(?:#(?P<subdirectory>.*))?")


@dataclass(frozen=True)
class Reference:
    """`address` as written before the commit, `url` as git is given it; `commit` may be any name until pinned."""

    address: str
    url: str
    commit: str
    subdirectory: str = ""

    @property
    def text(self) -> str:
        commit = f"@{self.commit}" if self.commit else ""
        return f"{self.address}{commit}" + (f"#{self.subdirectory}" if self.subdirectory else "")

    @property
    def origin(self) -> str:
        return f"{self.address}@{self.commit[:7]}:"

    @property
    def name(self) -> str:
        """`owner/repo`, or the last part of a path on this machine."""
        path = re.sub(r"^(\w+://[^/]*/|[^/:]*:)", "", self.address.rstrip("/"))
        parts = [part for part in path.removesuffix(".git").split("/") if part not in ("", ".", "..", "~")]
        local = self.address.startswith(("/", "~", "file:"))
        kept = parts if SHORT.fullmatch(self.address) else parts[-1 if local else -2 :]
        return "/".join(kept) or "repository"

    @property
    def identity(self) -> tuple[str, str]:
        """Equal for two references to the same repository and subdirectory, however they are spelled."""
        url = URL.fullmatch(self.url) or SSH.fullmatch(self.url)
        if url is None or url["host"] == "":
            return os.path.realpath(unquote(self.url.removeprefix("file://"))).removesuffix("/.git"), self.subdirectory
        host, path = url["host"].lower(), url["path"].strip("/").removesuffix(".git")
        return f"{host}/{path.lower() if host in ('github.com', 'gitlab.com') else path}", self.subdirectory


def read(text: str) -> Reference:
    """The reference, its commit as written; raises `BlocksError` for what is none."""
    if HIDDEN.search(text) or HIDDEN.search(unquote(text)):
        raise BlocksError(f"{text!a}: contains a character that cannot be seen; remove it")
    address, name, subdirectory = _split(text.strip())
    reference = Reference(address, _url(address, name, subdirectory), name, subdirectory.strip("/"))
    names = reference.subdirectory.split("/") if subdirectory else []
    if any(part.lower() in ("", ".", "..", ".git") or part.startswith("-") or "\\" in part for part in names):
        raise BlocksError(f"'{text}': '{subdirectory}' is no folder of a repository; write it like 'path/to/folder'")
    if name.startswith("-"):
        raise BlocksError(f"'{text}': '{name}' looks like an option, not like a commit")
    return reference


def _split(text: str) -> tuple[str, str, str]:
    """What stands before the `@` of the commit, behind it, and behind `#`."""
    if match := PINNED.fullmatch(text):
        return match["address"], match["name"], match["subdirectory"] or ""
    address, _, subdirectory = text.partition("#")
    # The `@` of a user name and that of a folder such as /@name/ do not introduce a commit.
    start = match.end() if (match := re.match(r"\w+://[^/]*/|[^@/:]+@[^:/]+:", address)) else 0
    at = address.rfind("@", start)
    if at <= start or address[at - 1] == "/" or os.path.isdir(os.path.expanduser(address)):
        return address, "", subdirectory
    return address[:at], address[at + 1 :], subdirectory


def _url(address: str, name: str, subdirectory: str) -> str:
    if address.startswith("-"):
        raise BlocksError(f"'{address}': looks like an option; {FORMS}")
    if re.match(r"[\w+.-]*::", address):
        raise BlocksError(f"'{address}': git would run a program to reach it; {FORMS}")
    if re.match(r"[A-Za-z]:[\\/]", address):
        path = address.replace("\\", "/")
        raise BlocksError(f"'{address}': write a path on Windows as 'file:///{path}@{name or PLACEHOLDER}'")
    if "\\" in address:
        raise BlocksError(f"'{address}': contains a backslash; {FORMS}")
    if match := SHORT.fullmatch(address):
        check_hosted(address, match["host"], match["path"], REFUSALS)
        return HOSTS[match["host"]] + match["path"]
    if match := URL.fullmatch(address):
        check_url(address, match, REFUSALS)
        return address
    if SSH.fullmatch(address):
        return address
    path = os.path.expanduser(address)
    if os.path.isabs(path):
        return path
    if not address or ":" in address or address.startswith("~"):
        raise BlocksError(f"'{address}': {REFUSALS.unknown}")
    path = os.path.abspath(path)
    form = _pinned(Reference(path, path, name, subdirectory))
    raise BlocksError(f"'{address}': is relative to the current folder; write {form}")


def pin(reference: Reference) -> None:
    """Raises `BlocksError` with the form to paste, unless the reference is pinned."""
    if not COMMIT.fullmatch(reference.commit):
        raise BlocksError(f"'{reference.text}': is not pinned to a commit; write {_pinned(reference)}")


def _pinned(reference: Reference) -> str:
    """The pinned form in quotes, or its shape and why the commit is not known."""
    name = reference.commit
    if COMMIT.fullmatch(name.lower()):
        return f"'{replace(reference, commit=name.lower()).text}'"
    try:
        commit = look_up(reference.url, name or "HEAD")
        why = f"it has no branch or tag '{name}'" if name else "it has no commit yet"
        if re.fullmatch("[0-9a-fA-F]{4,}", name):
            why = "a server does not say what a short hash stands for"
    except GitError as error:
        commit, why = None, str(error)
    form = replace(reference, commit=commit or PLACEHOLDER).text
    return f"'{form}'" if commit else f"'{form}' ({why})"
