"""A repository and what to open in it -> the address that a student clicks on.

Sources, in square brackets below: [generator] nbgitpuller's `docs/_static/link_gen/link.js`; [server] its `handlers.py`
and `static/js/gitsync.js`; [binder] BinderHub's `LinkGenerator.jsx` and `repoproviders.py`; [spec] its `spec.js`;
[url] the WHATWG URL standard, by which browsers read and write addresses. `tests/fast/data/links.json` holds what the
originals make of each kind of input.

Repositories are read by `place`, addresses of servers by `server`.

The addresses:

- form encoding keeps `A-Za-z0-9*-._` and makes a space `+` [url, application/x-www-form-urlencoded]
- Binder: `{base}/v2/{provider}/{name}/{ref}?urlpath=`; a GitLab path or an address is percent-encoded but for
  `A-Za-z0-9-_.!~*'()`, `owner/repo` and a DOI are not; without a ref `HEAD`, and nothing behind a record's `/` [binder]
- in the ref, what a path may not hold is percent-encoded, and `/` is not [url]; `#`, `?` and `%` are refused: there
  [binder] writes an address that leads elsewhere
- nbgitpuller: `git-pull?` with `repo`, `urlpath`, `branch`, `targetPath` in this order, form-encoded, the empty ones
  left out [generator]; without `branch` it finds out which one is the default [server]
- a hub: `{hub}/hub/user-redirect/` and that [generator]; LTI: `{hub}/hub/lti/launch?next=` and its path, form-encoded
  once more [generator], with the hub's own path in front where it has one, which [generator] forgets
- Binder with nbgitpuller: that as `urlpath`, form-encoded once more [generator], for every provider

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

import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus, urlsplit

from ..errors import BlocksError
from .place import LOCAL, RECORDS, Location, check_printable
from .server import server_address

MYBINDER = "https://mybinder.org"
IN_COMPONENT = "!~*'()"
IN_PATH = "!$%&'()*+,/:;=?@[]|"

Opener = Callable[[str], str]


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
    check_printable(name)
    if name.isdecimal() and not 0 < int(name) < 65536:
        raise BlocksError(f"'{name}': is no port; ports go from 1 to 65535")
    return f"proxy/{name}/" if name.isdecimal() else f"{name}/"


def git_pull(url: str, urlpath: str = "", branch: str = "", target: str = "") -> str:
    """What nbgitpuller is asked for, behind the notebook server's address."""
    values = {"repo": url, "urlpath": urlpath, "branch": branch, "targetPath": target}
    return "git-pull?" + "&".join(f"{name}={form(value)}" for name, value in values.items() if value)


def pull(location: Location, opener: Opener = lab, folder: str = "") -> str:
    """`git_pull` for content that is cloned to `folder`, by default its repository's name, and opened there."""
    check_printable(folder)
    if LOCAL.match(folder):
        raise BlocksError(
            f"'{folder}': is no folder to clone to, but one of a machine; write it like 'week 1/notebooks'"
        )
    folder = folder.strip("/") or location.names[-1]
    if "\\" in folder or {"", ".", ".."} & {*folder.split("/")}:
        raise BlocksError(f"'{folder}': is no folder to clone to; write it like 'week 1/notebooks'")
    made = location.url.rstrip("/").rpartition("/")[2]
    urlpath = opener(f"{folder}/{location.path}").lstrip("/")
    return git_pull(location.url, urlpath, location.ref, "" if folder == made else folder)


def binder(server: str, location: Location, urlpath: str = "") -> str:
    """The address at which a BinderHub builds and starts a repository."""
    name = quote(location.name, safe=IN_COMPONENT) if location.provider in ("gl", "git") else location.name
    ref = "" if location.provider in RECORDS else _in_path(location.ref or "HEAD")
    query = f"?urlpath={form(urlpath)}" if urlpath else ""
    return f"{server_address(server)}v2/{location.provider}/{name}/{ref}{query}"


def hub(server: str, urlpath: str) -> str:
    """The address at which a JupyterHub starts the user's own server."""
    return f"{server_address(server)}hub/user-redirect/{_in_path(urlpath.lstrip('/'))}"


def lti(server: str, urlpath: str) -> str:
    """The address that a learning platform launches as a tool."""
    target = urlsplit(hub(server, "")).path + _in_path(urlpath.lstrip("/"))
    return f"{server_address(server)}hub/lti/launch?next={form(target)}"


def in_markdown(address: str) -> str:
    return re.sub(r"[()|;]", lambda match: quote(match[0], safe=""), address)


def badge(server: str, address: str) -> str:
    """A link with Binder's badge, in Markdown."""
    return f"[![Binder]({in_markdown(server_address(server))}badge_logo.svg)]({in_markdown(address)})"
