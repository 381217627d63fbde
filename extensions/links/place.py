"""A repository, and what to open in it, as people write it -> `Location`.

Sources, in square brackets below: [server] nbgitpuller's `handlers.py` and `pull.py`; [binder] BinderHub's
`LinkGenerator.jsx` and `repoproviders.py`. `tests/fast/data/links.json` holds what the originals make of each kind of
input.

    gh:owner/repo                     https://github.com/owner/repo
    gl:group/sub/project              https://gitlab.com/group/sub/project
    https://host/repo.git             any other address that git takes
    git@host:owner/repo.git           the same in ssh's short form
    gist:user/id                      https://gist.github.com/user/id
    zenodo:10.5281/zenodo.1           a record of Zenodo; on Binder only, as those of figshare, Dataverse and HydroShare
    figshare:10.6084/m9.figshare.1.v1
    dataverse:10.7910/DVN/ABCDEF
    hydroshare:0123456789abcdef0123456789abcdef

- `@branch` or `@tag` may follow; in an address, the first `@` behind the host that no `/` precedes
- `#folder/file.ipynb` may follow that, everything behind the first `#`; a folder may end in `/`, which is kept
- addresses on github.com and gitlab.com are read as `gh:` and `gl:` [binder, its patterns], without `.git`; those of
  pages that people copy, by `pasted`
- a folder of somebody's own machine is refused, as a repository and as a file in one
- a commit is allowed for Binder; nbgitpuller takes branches and tags alone, and pulls a tag once: it merges
  `origin/TAG` the second time, which is not there [server, `pull.py`]
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..errors import BlocksError
from ..foreign.reference import COMMIT
from ..foreign.repository import HOSTS, SHORT, SSH, URL, Refusals, check_hosted, check_url
from ..text import HIDDEN
from . import pasted

FORMS = "write it like 'gh:owner/repo', 'gl:group/project', 'zenodo:10.5281/zenodo.1' or a git address"
REFUSALS = Refusals(
    unknown=f"is no repository; {FORMS}",
    credentials="leave out the user and password, everybody would read them in the link",
    long="has more than an owner and a name; write '{short}', with '@branch' or '#folder/file.ipynb' behind it",
)
CONTENT_FORM = "gh:owner/notebooks@main#folder/file.ipynb"
# git check-ref-format, but for what `_check_ref` looks for.
REF = re.compile(r"(?![-/.])[^\x00-\x20\x7f~^:?*\[\\]+(?<![/.])")
BEFORE_PATH = re.compile(r"\w+://[^/]*/|[^@/:]+@[^:/]+:")
GIST = re.compile(r"gist:(?P<path>[\w.-]+/[0-9a-f]+)(?:\.git)?")
HYDROSHARE = re.compile(r"[0-9a-f]{32}")
RECORDS = {
    "zenodo": "zenodo:10.5281/zenodo.1",
    "figshare": "figshare:10.6084/m9.figshare.1.v1",
    "dataverse": "dataverse:10.7910/DVN/ABCDEF",
    "hydroshare": "hydroshare:0123456789abcdef0123456789abcdef",
}
LOCAL = re.compile(r"[/~\\]|\.{1,2}(?:$|[/\\])|[A-Za-z]:[/\\]")
LOCAL_PATH = re.compile(r"/?(?:home|Users|root|tmp|mnt|media)/|~/|[A-Za-z]:[/\\]|/?[A-Za-z]:/")
DOI = re.compile(r"10\.[0-9]{4,9}/[A-Za-z0-9._;()/:-]+")


@dataclass(frozen=True)
class Location:
    """`provider` is BinderHub's word for where `name` is: `owner/repo`, `group/sub/project`, an address, a record."""

    provider: str
    name: str
    ref: str = ""
    path: str = ""

    @property
    def url(self) -> str:
        """What git is given; empty for a record of an archive."""
        if self.provider in RECORDS:
            return ""
        return {**HOSTS, "gist": "https://gist.github.com/"}.get(self.provider, "") + self.name

    @property
    def names(self) -> list[str]:
        """The parts of its path, without `.git`: the owner, the repository."""
        path = self.name if self.provider != "git" else BEFORE_PATH.sub("", self.name, count=1)
        return path.strip("/").removesuffix(".git").split("/")

    @property
    def text(self) -> str:
        prefix = "" if self.provider == "git" else f"{self.provider}:"
        ref, path = self.ref and f"@{self.ref}", self.path and f"#{self.path}"
        return f"{prefix}{self.name}{ref}{path}"


def read(text: str) -> Location:
    """The location; raises `BlocksError` for what is none."""
    check_printable(text)
    if LOCAL.match(text):
        raise BlocksError(f"'{text}': is a folder on this machine; name the place that it is pushed to: {FORMS}")
    where, _, path = pasted.read(text.strip()).partition("#")
    base, ref = _split(where.strip())
    provider, name = _provider(base)
    if ref is not None:
        _check_ref(text, ref)
    if provider in RECORDS and ref:
        raise BlocksError(f"'{text}': a record stands for one version; leave out '@{ref}'")
    return Location(provider, name, ref or "", _path(text, path))


def repository(text: str) -> Location:
    """Where a course's repository is: what Binder builds."""
    location = read(text)
    if location.path and f"#{location.path}" in text:
        raise BlocksError(f"'{text}': is the repository alone; leave out '#{location.path}'")
    if location.path:
        raise BlocksError(f"'{text}': is a page in the repository; write '{replace(location, path='').text}'")
    if location.url.startswith("file:"):
        raise BlocksError(f"'{text}': is on this machine, where Binder cannot reach it; {FORMS}")
    if "%" in location.ref:
        raise BlocksError(f"'{text}': Binder's links cannot hold '%' in '{location.ref}'; name the commit instead")
    return location


def content(text: str) -> Location:
    """Where notebooks are: what nbgitpuller brings."""
    location = read(text)
    if location.provider in RECORDS:
        raise BlocksError(f"'{text}': nbgitpuller needs a git repository; write it like '{CONTENT_FORM}'")
    if COMMIT.fullmatch(location.ref):
        raise BlocksError(f"'{text}': nbgitpuller follows a branch; make one of the commit and name that")
    return location


def _split(text: str) -> tuple[str, str | None]:
    """What stands before the `@` of the ref, and behind it."""
    start = match.end() if (match := BEFORE_PATH.match(text)) else 0
    for at in range(start + 1, len(text)):
        if text[at] == "@" and text[at - 1] != "/":
            return text[:at], text[at + 1 :]
    return text, None


def _provider(base: str) -> tuple[str, str]:
    archive, _, name = base.partition(":")
    if archive in RECORDS:
        if not (HYDROSHARE if archive == "hydroshare" else DOI).fullmatch(name) or {"", ".", ".."} & {*name.split("/")}:
            raise BlocksError(f"'{base}': is no record; write it like '{RECORDS[archive]}'")
        return archive, name
    if match := GIST.fullmatch(base):
        return "gist", match["path"]
    if match := SHORT.fullmatch(base):
        return match["host"], _name(base, match["host"], match["path"])
    if match := URL.fullmatch(base):
        check_url(base, match, REFUSALS)
        hosts = {"github.com": "gh", "gitlab.com": "gl"} if match["scheme"].startswith("http") else {}
        host = hosts.get(match["host"].lower(), "")
        return (host, _name(base, host, match["path"].strip("/"))) if host else ("git", base.rstrip("/"))
    if SSH.fullmatch(base):
        return "git", base
    raise BlocksError(f"'{base}': {REFUSALS.unknown}")


def _name(base: str, host: str, path: str) -> str:
    name = path.removesuffix(".git")
    check_hosted(base, host, name, REFUSALS)
    return name


def _check_ref(text: str, ref: str) -> None:
    parts = ref.split("/")
    hidden = any(part.startswith(".") or part.endswith(".lock") for part in parts)
    if not REF.fullmatch(ref) or hidden or "" in parts or ".." in ref or "@{" in ref or ref == "@":
        raise BlocksError(f"'{text}': '{ref}' is no name of a branch, tag or commit; write it like '@main'")


def check_printable(text: str) -> None:
    if HIDDEN.search(text):
        raise BlocksError(f"{text!a}: contains a character that cannot be seen; remove it")


def _path(text: str, path: str) -> str:
    if LOCAL_PATH.match(path):
        raise BlocksError(
            f"'{text}': '{path}' is on a machine; write it as the repository has it, like 'folder/a.ipynb'"
        )
    path = path.removeprefix("/")
    parts = path.removesuffix("/").split("/") if path else []
    if "\\" in path or {"", ".", ".."} & {*parts}:
        raise BlocksError(f"'{text}': '{path}' is no file of a repository; write it like 'folder/file.ipynb'")
    return path
