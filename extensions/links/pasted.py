"""An address as a browser, an archive or a terminal shows it -> the form that `place` reads.

    https://github.com/o/r/blob/main/a.ipynb           gh:o/r@main#a.ipynb; also of raw files, nbviewer and Colab
    https://gitlab.com/g/p/-/tree/main                 gl:g/p@main; on any GitLab by its `/-/`
    https://codeberg.org/o/r/src/branch/main/a.md      https://codeberg.org/o/r@main#a.md; on any Gitea or Forgejo
    https://gist.github.com/user/id                    gist:user/id
    git@github.com:o/r.git, ssh://, git+https://       gh:o/r
    10.5281/zenodo.1, doi:, https://doi.org/           zenodo:10.5281/zenodo.1, and so for figshare, HydroShare
    https://zenodo.org/records/1                       the same; the records of figshare.com, hydroshare.org, Dataverses

- a branch may have slashes: where more than a file's or a folder's name follows, only what is certainly a whole branch
  or commit (`CERTAIN`) is read, else the form to write is told
- refused with the form to write: links to Binder or to a hub, pages that are made from a repository, a DOI that does
  not say which archive has it
- everything else is given back as it is
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from ..errors import BlocksError

SITES = {"github.com": "gh:", "gitlab.com": "gl:", "gist.github.com": "gist:"}
CERTAIN = re.compile(r"main|master|HEAD|gh-pages|[0-9a-f]{40}")
DOI = re.compile(r"(?:doi:)?(?P<doi>10\.[0-9]{4,9}/\S+)", re.IGNORECASE)
# What a DOI says of the archive that has it.
ARCHIVES = {
    "zenodo": re.compile(r"10\.[0-9]+/zenodo\.[0-9]+", re.IGNORECASE),
    "figshare": re.compile(r"10\.[0-9]+/\S*figshare\.\S+", re.IGNORECASE),
    "hydroshare": re.compile(r"10\.4211/hs\.(?P<name>[0-9a-f]{32})", re.IGNORECASE),
    "dataverse": re.compile(r"10\.7910/DVN/\S+", re.IGNORECASE),
}
BINDER = re.compile(r"/v2/(?P<provider>gh|gl|gist|git|zenodo|figshare|dataverse|hydroshare)/(?P<spec>.+)")
WRAPPED = re.compile(r"/(?:github|gh)/(?P<path>[^/]+/[^/]+/(?:blob|tree)/.+)")  # nbviewer, Colab
GITLAB = re.compile(r"(?P<name>[^@]+?)/-/(?P<kind>tree|blob|raw|blame|edit|commit|tags)/(?P<rest>.+)")
GITEA = re.compile(r"(?P<name>[^/@]+/[^/@]+)/(?:src|raw|media)/(?P<kind>branch|tag|commit)/(?P<rest>.+)")
GITHUB = re.compile(r"(?P<name>[^/@]+/[^/@]+)/(?P<kind>tree|blob|raw|blame|edit|commit|releases/tag)/(?P<rest>.+)")
BITBUCKET = re.compile(r"(?P<name>[^/@]+/[^/@]+)/(?P<kind>src)/(?P<rest>.+)")
FILES = ("blob", "raw", "blame", "edit")
FILE = re.compile(r"[^@]*\.(?:ipynb|html?|zip|tar\.gz|tgz|py|md|Rmd|R)", re.IGNORECASE)
HUB = re.compile(r"/(?:hub|user-redirect)/|/user/[^/]+/(?:lab|tree|notebooks|doc|git-pull)")
WHOLE = ("commit", "releases/tag", "tags")  # all that follows is the ref
PAGES = {".github.io": "gh", ".gitlab.io": "gl"}


def read(text: str) -> str:
    """The form that `place` reads; raises `BlocksError` for what leads to a repository and is none."""
    if match := DOI.fullmatch(text):
        return record(text, match["doi"])
    if not (address := _web(text)):
        return text
    url = urlsplit(address)
    host, path = (url.hostname or "").removeprefix("www."), unquote(url.path.strip("/"))
    if link := BINDER.search(url.path):
        raise BlocksError(f"'{text}': is a link to Binder; write '{_built(link['provider'], link['spec'])}'")
    if "git-pull" in url.path and (pulled := parse_qs(url.query).get("repo")):
        raise BlocksError(f"'{text}': is a link to a hub; write '{read(pulled[0])}'")
    if HUB.search(url.path):
        raise BlocksError(f"'{text}': is a page of a hub; name the repository, like 'gh:owner/repo'")
    if host in ("doi.org", "dx.doi.org"):
        return record(text, path)
    if found := _archived(text, host, path, url.query):
        return found
    for ending, short in PAGES.items():
        if host.endswith(ending):
            name = f"{host.removesuffix(ending)}/{path.partition('/')[0] or 'NAME'}"
            raise BlocksError(f"'{text}': is a page made from a repository; write '{short}:{name}'")
    return _page(address, host, path, bool(url.query)) or address


def _web(text: str) -> str:
    """As an address of the web, where it is one of a site that has them; empty for any other."""
    text = text.removeprefix("git+")
    for site in SITES:
        text = re.sub(
            rf"^(?:ssh://|git://|https?://)?(?:git@)?(?:www\.)?{re.escape(site)}[:/]",
            f"https://{site}/",
            text,
            flags=re.I,
        )
    try:
        return text if re.match(r"https?://[^/@]+/", text) and urlsplit(text).hostname else ""
    except ValueError:
        return ""


def record(text: str, doi: str) -> str:
    """`archive:DOI`; raises `BlocksError` where the DOI does not say whose it is."""
    doi = doi.rstrip("/")
    for archive, pattern in ARCHIVES.items():
        if match := pattern.fullmatch(doi):
            return f"{archive}:{match.groupdict().get('name', doi)}"
    raise BlocksError(f"'{text}': does not say which archive has it; write 'dataverse:{doi}', or 'figshare:{doi}'")


def _built(provider: str, spec: str) -> str:
    """What a link to Binder builds."""
    parts = spec.rstrip("/").split("/")
    if provider in ("gh", "gist"):
        name, ref = "/".join(parts[:2]), "/".join(parts[2:])
    elif provider in ("gl", "git"):
        name, ref = unquote(parts[0]), "/".join(parts[1:])
    else:
        name, ref = unquote("/".join(parts)), ""
    form = name if provider == "git" else f"{provider}:{name}"
    return form + (f"@{unquote(ref)}" if ref not in ("", "HEAD") else "")


def _archived(text: str, host: str, path: str, query: str) -> str:
    if host == "zenodo.org" and (match := re.match(r"(?:records?|doi/10\.5281/zenodo)[./]([0-9]+)(?:/|$)", path)):
        return f"zenodo:10.5281/zenodo.{match[1]}"
    if host == "figshare.com" and (match := re.fullmatch(r"articles/(?:.+/)?([0-9]{5,})(?:/([0-9]+))?", path)):
        return f"figshare:10.6084/m9.figshare.{match[1]}" + (f".v{match[2]}" if match[2] else "")
    if host == "hydroshare.org" and (match := re.search(r"(?:^|/)resource/([0-9a-f]{32})(?:/|$)", path)):
        return f"hydroshare:{match[1]}"
    if path.endswith("dataset.xhtml") and (known := parse_qs(query).get("persistentId")):
        return f"dataverse:{known[0].removeprefix('doi:')}"
    for archive in ("zenodo.org", "figshare.com", "hydroshare.org"):
        if host == archive or host.endswith(f".{archive}"):
            name = archive.partition(".")[0]
            form = "hydroshare:" + "0" * 8 + "..." if name == "hydroshare" else f"{name}:DOI"
            raise BlocksError(
                f"'{text}': is no page of a record; write '{form}', with what stands on the record's page"
            )
    return ""


def _page(text: str, host: str, path: str, has_query: bool) -> str:
    """Of a site with repositories: the form, or nothing."""
    if host == "raw.githubusercontent.com":
        host, path = "github.com", re.sub(r"^([^/]+/[^/]+)/(?:refs/heads/)?", r"\1/raw/", path)
    elif match := WRAPPED.search(f"/{path}") if host in ("nbviewer.org", "colab.research.google.com") else None:
        host, path = "github.com", match["path"]
    path = re.sub(r"/(tree|blob|raw)/refs/(?:heads|tags)/", r"/\1/", path)
    if host == "gist.github.com":
        return _gist(text, path)
    pattern = {"github.com": GITHUB, "bitbucket.org": BITBUCKET}.get(host)
    match = pattern.fullmatch(path) if pattern else GITLAB.fullmatch(path) or GITEA.fullmatch(path)
    scheme = "http" if text.startswith("http:") else "https"
    port = re.match(r"\w+://[^/]*?(:[0-9]+)/", text)
    where = SITES.get(host) or f"{scheme}://{host}{port[1] if port else ''}/"
    if not match and "/-/" in path:
        raise BlocksError(f"'{text}': is a page of it; write '{where}{path.partition('/-/')[0]}'")
    if not match and FILE.fullmatch(path):
        raise BlocksError(f"'{text}': is a file; name the repository that it is in")
    if match:
        return _at(text, where + match["name"], match["kind"], match["rest"])
    if has_query and host in SITES:
        return where + "/".join(path.split("/")[: 2 if host == "github.com" else None])
    if has_query:
        raise BlocksError(f"'{text}': is a page; write the address that 'git clone' takes, without '?'")
    return ""


def _gist(text: str, path: str) -> str:
    path, _, ref = path.partition("@")
    user, name, *more = [*path.removesuffix(".git").split("/"), ""]
    if not name:
        raise BlocksError(f"'{text}': whose gist is it? write 'gist:USER/{user or 'ID'}'")
    ref = ref or next((word for word in more if re.fullmatch("[0-9a-f]{40}", word)), "")
    return f"gist:{user}/{name}" + (f"@{ref}" if ref else "")


def _at(text: str, base: str, kind: str, rest: str) -> str:
    first, _, path = rest.partition("/")
    if kind in WHOLE:
        return f"{base}@{rest.rstrip('/')}"
    is_file = kind in FILES
    if not path:
        return f"{base}@{first}"
    if CERTAIN.fullmatch(first) or (is_file and "/" not in path):
        return f"{base}@{first}#{path}" + ("" if is_file or "." in path.rpartition("/")[2] else "/")
    raise BlocksError(
        f"'{text}': where does the branch's name end? write '{base}@{first}#{path}' if it is '{first}', or move the '#'"
    )
