"""A repository and what to open in it -> the address that a student clicks on.

Sources, in square brackets below: [generator] nbgitpuller's `docs/_static/link_gen/link.js`; [server] its `handlers.py`
and `static/js/gitsync.js`; [binder] BinderHub's `LinkGenerator.jsx` and `repoproviders.py`; [spec] its `spec.js`;
[url] the WHATWG URL standard, by which browsers read and write addresses. `tests/fast/data/links.json` holds what the
originals make of each kind of input.

A repository is written

    gh:owner/repo                     https://github.com/owner/repo
    gl:group/sub/project              https://gitlab.com/group/sub/project
    https://host/repo.git             any other address that git takes
    git@host:owner/repo.git           the same in ssh's short form
    zenodo:10.5281/zenodo.1           a record of Zenodo; on Binder only

- `@branch` or `@tag` may follow; in an address, the first `@` behind the host that no `/` precedes
- `#folder/file.ipynb` may follow that, everything behind the first `#`; a folder may end in `/`, which is kept
- addresses on github.com and gitlab.com are read as `gh:` and `gl:` [binder, its patterns], without `.git`
- a commit is allowed for Binder; nbgitpuller takes branches and tags alone, and pulls a tag once: it merges
  `origin/TAG` the second time, which is not there [server, `pull.py`]

The addresses:

- form encoding keeps `A-Za-z0-9*-._` and makes a space `+` [url, application/x-www-form-urlencoded]
- Binder: `{base}/v2/{provider}/{name}/{ref}?urlpath=`; a GitLab path or an address is percent-encoded but for
  `A-Za-z0-9-_.!~*'()`, `owner/repo` and a DOI are not; without a ref `HEAD`, and nothing behind a DOI's `/` [binder]
- in the ref, what a path may not hold is percent-encoded, and `/` is not [url]; `#`, `?` and `%` are refused: there
  [binder] writes an address that leads elsewhere
- nbgitpuller: `git-pull?` with `repo`, `urlpath`, `branch`, `targetPath` in this order, form-encoded, the empty ones
  left out [generator]; without `branch` it finds out which one is the default [server]
- a hub: `{hub}/hub/user-redirect/` and that [generator]; LTI: `{hub}/hub/lti/launch?next=` and its path, form-encoded
  once more [generator], with the hub's own path in front where it has one, which [generator] forgets
- Binder with nbgitpuller: that as `urlpath`, form-encoded once more [generator], for every provider
- base addresses lose the standard port and upper case in the host [url], and may have a path, which [generator] drops
  for Binder and [binder] keeps

What is opened, as `urlpath`:

- `lab/tree/` and `tree/` for JupyterLab and Notebook, `rstudio/` [generator]; `/doc/tree/` for one file [binder], whose
  leading `/` goes again [spec]; an application behind the proxy by its name and `/`, a port as `proxy/PORT/`
- `urlpath` is an address, which the browser reads once more in the end [server, spec]: so `%`, `#` and `?` in the name
  of a file are percent-encoded; in [generator] the person who types it has to
- the folder that nbgitpuller makes is the last part of the address [server]; where that ends in `.git` or has no `/`,
  `targetPath` gives it the repository's name
- badge: `[![Binder]({base}/badge_logo.svg)](address)` [binder], with `(`, `)`, `|` and `;` percent-encoded, which would
  end a link or a table's cell
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlsplit

from ..errors import BlocksError
from ..foreign.reference import COMMIT
from ..foreign.repository import HOSTS, SHORT, SSH, URL, Refusals, check_hosted, check_url
from ..text import HIDDEN

MYBINDER = "https://mybinder.org"
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
DOI = re.compile(r"10\.[0-9]{4,9}/[A-Za-z0-9._;()/:-]+")
BASE = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>(?:/[a-z0-9._~!$&'()*+,;=:@-]*)*)",
    re.IGNORECASE,
)
PORTS = {"http": "80", "https": "443"}
# The pages of a hub and of a Binder that people copy with its address.
PAGES = re.compile(r"/(?:hub|user|v2|services)(?:/.*)?")
IN_COMPONENT = "!~*'()"
IN_PATH = "!$%&'()*+,/:;=?@[]|"

Opener = Callable[[str], str]


@dataclass(frozen=True)
class Location:
    """`provider` is BinderHub's word for where `name` is: `owner/repo`, `group/sub/project`, an address, a DOI."""

    provider: str
    name: str
    ref: str = ""
    path: str = ""

    @property
    def url(self) -> str:
        """What git is given; empty for a DOI."""
        if self.provider == "zenodo":
            return ""
        return HOSTS.get(self.provider, "") + self.name

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
    _check_printable(text)
    where, _, path = text.partition("#")
    base, ref = _split(where.strip())
    provider, name = _provider(base)
    if ref is not None:
        _check_ref(text, ref)
    if provider == "zenodo" and ref:
        raise BlocksError(f"'{text}': a DOI stands for one version; leave out '@{ref}'")
    return Location(provider, name, ref or "", _path(text, path))


def repository(text: str) -> Location:
    """Where a course's repository is: what Binder builds."""
    location = read(text)
    if location.path:
        raise BlocksError(f"'{text}': is the repository alone; leave out '#{location.path}'")
    if location.url.startswith("file:"):
        raise BlocksError(f"'{text}': is on this machine, where Binder cannot reach it; {FORMS}")
    if "%" in location.ref:
        raise BlocksError(f"'{text}': Binder's links cannot hold '%' in '{location.ref}'; name the commit instead")
    return location


def content(text: str) -> Location:
    """Where notebooks are: what nbgitpuller brings."""
    location = read(text)
    if location.provider == "zenodo":
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
    if base.startswith("zenodo:"):
        doi = base.removeprefix("zenodo:")
        if not DOI.fullmatch(doi) or {"", ".", ".."} & {*doi.split("/")}:
            raise BlocksError(f"'{base}': is no DOI; write it like 'zenodo:10.5281/zenodo.1'")
        return "zenodo", doi
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


def _check_printable(text: str) -> None:
    if HIDDEN.search(text):
        raise BlocksError(f"{text!a}: contains a character that cannot be seen; remove it")


def _path(text: str, path: str) -> str:
    path = path.removeprefix("/")
    parts = path.removesuffix("/").split("/") if path else []
    if "\\" in path or {"", ".", ".."} & {*parts}:
        raise BlocksError(f"'{text}': '{path}' is no file of a repository; write it like 'folder/file.ipynb'")
    return path


def base(text: str) -> str:
    """The address of a hub or a Binder as browsers write it, with a `/` at its end."""
    match = BASE.fullmatch(text.strip().rstrip("/"))
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


def form(value: str) -> str:
    """Encoded as in a form, as `URLSearchParams` does it."""
    return quote_plus(value, safe="*").replace("~", "%7E")


def _in_path(address: str) -> str:
    """With what no path or query may hold percent-encoded; what is encoded stays as it is."""
    return quote(address, safe=IN_PATH)


def file_path(path: str) -> str:
    """A file's name as a part of an address, where a browser will read it as it was."""
    return path.replace("%", "%25").replace("#", "%23").replace("?", "%3F")


def lab(path: str = "") -> str:
    return f"lab/tree/{file_path(path)}" if path else "lab"


def notebook(path: str = "") -> str:
    return f"tree/{file_path(path)}" if path else "tree"


def document(path: str) -> str:
    """One file in JupyterLab, with nothing beside it."""
    return f"/doc/tree/{file_path(path)}"


def rstudio(_path: str = "") -> str:
    return "rstudio/"


def application(name: str) -> str:
    """One behind the notebook's proxy: by its name, or by its port."""
    name = name.strip("/")
    _check_printable(name)
    if name.isdecimal() and not 0 < int(name) < 65536:
        raise BlocksError(f"'{name}': is no port; ports go from 1 to 65535")
    return f"proxy/{name}/" if name.isdecimal() else f"{name}/"


def git_pull(url: str, urlpath: str = "", branch: str = "", target: str = "") -> str:
    """What nbgitpuller is asked for, behind the notebook server's address."""
    values = {"repo": url, "urlpath": urlpath, "branch": branch, "targetPath": target}
    return "git-pull?" + "&".join(f"{name}={form(value)}" for name, value in values.items() if value)


def pull(location: Location, opener: Opener = lab, folder: str = "") -> str:
    """`git_pull` for content that is cloned to `folder`, by default its repository's name, and opened there."""
    _check_printable(folder)
    folder = folder.strip("/") or location.names[-1]
    if "\\" in folder or {"", ".", ".."} & {*folder.split("/")}:
        raise BlocksError(f"'{folder}': is no folder to clone to; write it like 'week 1/notebooks'")
    made = location.url.rstrip("/").rpartition("/")[2]
    urlpath = opener(f"{folder}/{location.path}").lstrip("/")
    return git_pull(location.url, urlpath, location.ref, "" if folder == made else folder)


def binder(server: str, location: Location, urlpath: str = "") -> str:
    """The address at which a BinderHub builds and starts a repository."""
    name = quote(location.name, safe=IN_COMPONENT) if location.provider in ("gl", "git") else location.name
    ref = "" if location.provider == "zenodo" else _in_path(location.ref or "HEAD")
    query = f"?urlpath={form(urlpath)}" if urlpath else ""
    return f"{base(server)}v2/{location.provider}/{name}/{ref}{query}"


def hub(server: str, urlpath: str) -> str:
    """The address at which a JupyterHub starts the user's own server."""
    return f"{base(server)}hub/user-redirect/{_in_path(urlpath.lstrip('/'))}"


def lti(server: str, urlpath: str) -> str:
    """The address that a learning platform launches as a tool."""
    target = urlsplit(hub(server, "")).path + _in_path(urlpath.lstrip("/"))
    return f"{base(server)}hub/lti/launch?next={form(target)}"


def in_markdown(address: str) -> str:
    return re.sub(r"[()|;]", lambda match: quote(match[0], safe=""), address)


def badge(server: str, address: str) -> str:
    """A link with Binder's badge, in Markdown."""
    return f"[![Binder]({in_markdown(base(server))}badge_logo.svg)]({in_markdown(address)})"
