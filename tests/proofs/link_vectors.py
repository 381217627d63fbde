"""Launch links as nbgitpuller's and BinderHub's own JavaScript make them, as data for tests/fast/test_links.py.

    python tests/proofs/link_vectors.py NBGITPULLER BINDERHUB > tests/fast/data/links.json

The arguments are clones of the two projects, the JavaScript is that of their HEAD, and node runs it. Whatever the
originals do not do, nbgitpuller's form and its last redirection above all, is done here as they do it in a browser.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GENERATOR, SPEC, BINDER = (
    "docs/_static/link_gen/link.js",
    "js/packages/binderhub-client/lib/spec.js",
    "js/packages/binderhub-react-components/src/LinkGenerator.jsx",
)
# Each function takes what a vector has as `input`.
DRIVER = r"""
import { readFileSync } from "node:fs";
import { LaunchSpec } from "./spec.mjs";
const names = ["generateRegularUrl", "generateCanvasUrl", "generateBinderUrl", "apps", "displayLink"];
const nbgitpuller = new Function(`${readFileSync("link.js")}; return {${names}};`)();
const source = `${readFileSync("LinkGenerator.jsx")}`;
const shareable = source.match(/^function makeShareableUrl[^]*?^}/m)[0];
const markup = source.match(/badgeMarkup = (`\[!.*`);/)[1];
const makeShareableUrl = new Function(`${shareable}; return makeShareableUrl;`)();
const badgeMarkup = new Function("badgeLogoUrl", "launchUrl", `return ${markup};`);
const launch = (link) => {
  const spec = LaunchSpec.fromSearchParams(new URL(link).searchParams);
  return spec.getJupyterServerRedirectUrl("https://server.example/user/x/", "t");
};
const fillIn = (fields) => {
  const elements = {};
  const element = (id) => (elements[id] ??= {
    value: fields[id] ?? "",
    checkValidity: () => true,
    classList: { add: () => {} },
    querySelector: () => ({ value: fields.app }),
  });
  globalThis.document = { getElementById: element, querySelector: () => ({ id: `tab-auth-${fields.tab}` }) };
  nbgitpuller.displayLink();
  return element(`${fields.tab}-link`).value;
};
const read = (url) => {
  try { return decodeURIComponent(url.pathname) } catch { return "400: Bad Request" }
};
const functions = {
  hub: (i) => nbgitpuller.generateRegularUrl(i.server, "", i.urlpath, i.repo, i.branch, i.target),
  lti: (i) => nbgitpuller.generateCanvasUrl(i.server, i.urlpath, i.repo, i.branch, i.target),
  binder: (i) => makeShareableUrl(
    new URL(i.server), { id: i.provider, repo: { urlEncode: i.encode } }, i.name, i.ref, i.urlpath).toString(),
  pull: (i) => nbgitpuller.generateBinderUrl(
    i.server, i.owner, i.name, i.ref, i.urlpath, i.repo, i.branch, i.target),
  badge: (i) => badgeMarkup(new URL("badge_logo.svg", i.server), i.link),
  form: (i) => fillIn(i.fields),
  open: (i) => nbgitpuller.apps[i.app].generateUrlPath(i.path),
  lands: (i) => {
    const url = launch(i.link);
    return read(url.pathname.endsWith("/git-pull") ? new URL("/user/x/" + url.searchParams.get("urlpath"), url) : url);
  },
};
const run = ({ function: name, input }) => ({ function: name, input, output: functions[name](input) });
console.log(JSON.stringify(JSON.parse(readFileSync(0)).map(run)));
"""

SERVERS = (
    "https://hub.example.org",
    "https://hub.example.org/",
    "http://127.0.0.1:8000",
    "https://HUB.example.org:443",
)
HOSTED = "https://github.com/owner/notebooks"
REPOSITORIES = (
    HOSTED,
    "https://github.com/owner/notebooks.git",
    "https://gitlab.com/group/sub/project",
    "https://git.example.org/~user/a+b&c.git",
    "https://git.example.org/größe/übung's",
    "git@git.example.org:owner/notebooks.git",
)
BRANCHES = (
    "",
    "main",
    "feature/week-1",
    "v1.0+fix",
    "a#b",
    "50%",
    "x&y=z",
    "it's",
    "prüfung/日本語",
    "a@b",
    'q"<b>`{}|',
)
PATHS = (
    *("", "index.ipynb", "folder/", "folder/week 1/Intro (draft).ipynb", "a+b & c=d.ipynb", "~user's notes.md"),
    *(
        "größe/übung.ipynb",
        "日本語/ノート.ipynb",
        "🎓.ipynb",
        "a;b,c:d@e!f$g*h.ipynb",
        'q"<b>`{}|^[0].ipynb',
        "a/b/c//",
    ),
)
# What the browser would read otherwise in the end, as a person has to type it, and what is meant.
TYPED = {
    "C%23 notes.ipynb": "C# notes.ipynb",
    "100%25.ipynb": "100%.ipynb",
    "why%3F.ipynb": "why?.ipynb",
    "a%2520b.ipynb": "a%20b.ipynb",
    "%25/%23/%3F/": "%/#/?/",
}
RAW = ("C# notes.ipynb", "100% sure.ipynb", "why?.ipynb", "a%20b.ipynb")
# As an author writes it; as nbgitpuller's form wants it: address, branch, file, folder to clone to.
CONTENT = {
    "gh:owner/notebooks": (HOSTED, "", "", ""),
    "gh:owner/notebooks@main#index.ipynb": (HOSTED, "main", "index.ipynb", ""),
    "gh:owner/notebooks.git@main": (HOSTED, "main", "", ""),
    "https://github.com/owner/notebooks.git@v1.0+fix#folder/": (HOSTED, "v1.0+fix", "folder/", ""),
    "gl:group/sub/project@feature/week-1#week 1/Intro (draft).ipynb": (
        *("https://gitlab.com/group/sub/project", "feature/week-1", "week 1/Intro (draft).ipynb", ""),
    ),
    "https://gitlab.com/a/b/c/d@prüfung#größe/~übung's + & = %.ipynb": (
        *("https://gitlab.com/a/b/c/d", "prüfung", "größe/~übung's + & = %25.ipynb", ""),
    ),
    "gh:owner/notebooks@50%#C# notes?.ipynb": (HOSTED, "50%", "C%23 notes%3F.ipynb", ""),
    "https://git.example.org/~user/a+b.git@main#日本語/ノート.ipynb": (
        *("https://git.example.org/~user/a+b.git", "main", "日本語/ノート.ipynb", "a+b"),
    ),
    "http://git.example.org:8080/x/y/z@a@b#a b.ipynb": ("http://git.example.org:8080/x/y/z", "a@b", "a b.ipynb", ""),
}
REFS = (
    "HEAD",
    "main",
    "feature/week-1",
    "v1.0+fix",
    "x&y=z",
    "it's",
    "prüfung",
    "日本語",
    "(a)",
    'q"<b>`{}|',
    "a@b;c,d!$",
)
GIT_URLS = (
    *(
        "https://git.example.org/owner/repo.git",
        "https://git.example.org/~user/a+b&c",
        "https://git.example.org/größe/x",
    ),
    *(
        "git@git.example.org:owner/repo.git",
        "ssh://git@git.example.org:2222/a/b!(c)*'d'",
        "https://h.example/a%20b?c=d",
    ),
)
RECORDS = {
    "figshare": "10.6084/m9.figshare.9782777.v1",
    "dataverse": "10.7910/DVN/TJCLKP",
    "hydroshare": "0123456789abcdef" * 2,
}
BINDERS = ("https://mybinder.org/", "https://binder.example.org/some/prefix/", "http://localhost:8585/")


def inputs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Function and input of every vector but the landings."""
    for app, path in itertools.product(("jupyterlab", "classic", "rstudio"), PATHS):
        yield "open", {"app": app, "path": f"notebooks/{path}"}
    for call in _calls():
        yield "hub", call
        yield "lti", call
        if call["server"] != SERVERS[2]:
            yield "pull", {**call, "owner": "owner", "name": "course", "ref": "main"}
    for text, app, tab in itertools.product(
        CONTENT, ("jupyterlab", "classic", "rstudio"), ("default", "canvas", "binder")
    ):
        if tab == "binder" or not CONTENT[text][3]:  # of a folder to clone to, the other tabs know nothing
            yield "form", {"content": text, "fields": _fields(tab, app, *CONTENT[text])}
    for ref in REFS:
        yield "pull", {**_call(), "owner": "owner", "name": "course", "ref": ref}
        for provider, name, encode in (("gh", "owner/repo", False), ("gl", "group/sub/project", True)):
            yield "binder", _binder(provider, name, encode, ref=ref)
    for name in GIT_URLS:
        yield "binder", _binder("git", name, True, ref="v1.0+fix")
    for name in ("10.5281/zenodo.3242074", "10.5281/zenodo.(a);b:c"):
        yield "binder", _binder("zenodo", name, False)
        yield "binder", _binder("zenodo", name, False, urlpath="rstudio/")
    for provider, name in RECORDS.items():
        yield "binder", _binder(provider, name, provider == "hydroshare")
    for ref in ("HEAD", "a" * 40):
        yield "binder", _binder("gist", "user/0123abc", False, ref=ref)
    for server, urlpath in itertools.product(BINDERS, ("", "lab", "tree", "rstudio/", "proxy/7474/", "openrefine/")):
        yield "binder", _binder("gl", "group/project", True, server=server, urlpath=urlpath)
    for path in (*filter(None, PATHS), *TYPED):
        yield "binder", _binder("gh", "owner/repo", False, urlpath=f"/doc/tree/{path}")
    for server in BINDERS:
        yield "badge", {"server": server, "link": f"{server}v2/gl/group%2Fproject/HEAD?urlpath=lab%2Ftree%2Fa+b.ipynb"}


def _call(**values: str) -> dict[str, str]:
    empty = {"server": SERVERS[0], "urlpath": "", "repo": HOSTED, "branch": "main", "target": ""}
    return {**empty, **values}


def _calls() -> Iterator[dict[str, str]]:
    """What nbgitpuller's three functions are called with: each of the values alone, and some of them together."""
    yield from (_call(server=server, urlpath="lab") for server in SERVERS)
    yield from (_call(repo=repo) for repo in REPOSITORIES)
    yield from (_call(branch=branch) for branch in BRANCHES)
    yield from (_call(urlpath=f"lab/tree/notebooks/{path}") for path in (*PATHS, *TYPED, *RAW))
    yield from (_call(target=target) for target in ("week 1", "a/b", "größe", "C#+50%&x=y~'"))
    for repo, branch, path in itertools.islice(zip(REPOSITORIES * 2, BRANCHES, PATHS, strict=False), 1, None):
        yield _call(repo=repo, branch=branch, urlpath=f"tree/x/{path}", target="x")


def _fields(tab: str, app: str, repo: str, branch: str, path: str, target: str) -> dict[str, str]:
    fields = {"tab": tab, "app": app, "hub": SERVERS[0], "filepath": path, "targetPath": target}
    if tab == "binder":
        more = {
            "repo": "https://github.com/owner/course",
            "branch": "main",
            "content-repo": repo,
            "content-branch": branch,
        }
        return {**fields, **more}
    return {**fields, "repo": repo, "branch": branch}


def _binder(provider: str, name: str, encode: bool, **values: str) -> dict[str, Any]:
    ref = "" if provider in ("zenodo", *RECORDS) else "HEAD"
    empty = {"server": BINDERS[0], "ref": ref, "urlpath": "lab/tree/a b.ipynb"}
    return {"provider": provider, "name": name, "encode": encode, **empty, **values}


def landings(made: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The links to follow to the end."""
    for vector in made:
        if vector["function"] in ("binder", "pull") and vector["input"]["urlpath"].startswith(("/doc/", "lab/tree/n")):
            yield "lands", {"link": vector["output"]}


def run(folder: Path, jobs: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    text = json.dumps([{"function": name, "input": values} for name, values in jobs])
    output = subprocess.run(
        ["node", "driver.mjs"], input=text, cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    )
    result: list[dict[str, Any]] = json.loads(output.stdout)
    return result


def git(clone: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", clone, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nbgitpuller", type=Path)
    parser.add_argument("binderhub", type=Path)
    clones = parser.parse_args()
    files = {GENERATOR: clones.nbgitpuller, SPEC: clones.binderhub, BINDER: clones.binderhub}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "driver.mjs").write_text(DRIVER)
        for (path, clone), target in zip(files.items(), ("link.js", "spec.mjs", "LinkGenerator.jsx"), strict=True):
            (folder / target).write_text(git(clone, "show", f"HEAD:{path}"))
        made = run(folder, list(inputs()))
        made += run(folder, list(landings(made)))
        node = subprocess.run(["node", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    sources = [
        {"project": clone.resolve().name, "commit": git(clone, "rev-parse", "HEAD").strip(), "file": path}
        for path, clone in files.items()
    ]
    for source, project in zip(sources, ("nbgitpuller", "binderhub", "binderhub"), strict=True):
        source["project"] = f"jupyterhub/{project}"
    header = json.dumps({"made by": "tests/proofs/link_vectors.py", "node": node, "sources": sources}, indent=2)
    vectors = ",\n".join("  " + json.dumps(vector, ensure_ascii=False) for vector in made)
    print(f'{{\n"header": {header},\n"vectors": [\n{vectors}\n]}}')


if __name__ == "__main__":
    main()
