"""Launch links, byte for byte as nbgitpuller's and BinderHub's own JavaScript makes them, and read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.errors import BlocksError
from extensions.links import address as links
from extensions.links import place
from extensions.links.folders import folders
from extensions.links.server import server_address
from tests.fast.conftest import ROOT

VECTORS = json.loads((ROOT / "tests/fast/data/links.json").read_text(encoding="utf-8"))["vectors"]
OPENERS: Mapping[str, Callable[[str], str]] = {
    "jupyterlab": links.lab,
    "classic": links.notebook,
    "rstudio": links.rstudio,
}


def vectors(name: str) -> pytest.MarkDecorator:
    found = [vector for vector in VECTORS if vector["function"] == name]
    return pytest.mark.parametrize("vector", found, ids=[vector["output"][-60:] for vector in found])


def _pull(values: Mapping[str, str]) -> str:
    return links.git_pull(values["repo"], values["urlpath"], values["branch"], values["target"])


def test_there_are_enough_vectors() -> None:
    encoded = {json.dumps(one) for one in VECTORS if one["function"] in ("hub", "lti", "pull", "binder", "form")}
    assert len(encoded) >= 200


@vectors("hub")
def test_hub(vector: Any) -> None:
    assert links.hub(vector["input"]["server"], _pull(vector["input"])) == vector["output"]


@vectors("lti")
def test_lti(vector: Any) -> None:
    assert links.lti(vector["input"]["server"], _pull(vector["input"])) == vector["output"]


@vectors("pull")
def test_binder_with_nbgitpuller(vector: Any) -> None:
    values = vector["input"]
    location = place.Location("gh", f"{values['owner']}/{values['name']}", values["ref"])
    assert links.binder(values["server"], location, _pull(values)) == vector["output"]


@vectors("binder")
def test_binder(vector: Any) -> None:
    values = vector["input"]
    location = place.Location(values["provider"], values["name"], values["ref"])
    assert links.binder(values["server"], location, values["urlpath"]) == vector["output"]


@vectors("badge")
def test_badge(vector: Any) -> None:
    assert links.badge(vector["input"]["server"], vector["input"]["link"]) == vector["output"]


@vectors("open")
def test_openers(vector: Any) -> None:
    assert OPENERS[vector["input"]["app"]](vector["input"]["path"]) == vector["output"]


@vectors("form")
def test_content_as_an_author_writes_it(vector: Any) -> None:
    """What nbgitpuller's form makes of its fields, from one text."""
    fields = vector["input"]["fields"]
    pull = links.pull(place.content(vector["input"]["content"]), OPENERS[fields["app"]])
    course = place.repository("gh:owner/course@main")
    made = {
        "default": lambda: links.hub(fields["hub"], pull),
        "canvas": lambda: links.lti(fields["hub"], pull),
        "binder": lambda: links.binder(fields["hub"], course, pull),
    }
    assert made[fields["tab"]]() == vector["output"]


LANDINGS = {vector["input"]["link"]: vector["output"] for vector in VECTORS if vector["function"] == "lands"}
FILES = (
    *("index.ipynb", "folder/", "folder/week 1/Intro (draft).ipynb", "a+b & c=d.ipynb", "~user's notes.md"),
    *("größe/übung.ipynb", "日本語/ノート.ipynb", "🎓.ipynb", "a;b,c:d@e!f$g*h.ipynb", 'q"<b>`{}|^[0].ipynb'),
    *("C# notes.ipynb", "100%.ipynb", "why?.ipynb", "a%20b.ipynb", "%/#/?/"),
)


@pytest.mark.parametrize("path", FILES)
def test_lands_on_the_file(path: str) -> None:
    """Followed to the end by BinderHub's JavaScript and the browser's rules, the link opens just that file."""
    course = place.repository("gh:owner/course@main")
    pull = links.pull(place.content(f"gh:owner/notebooks@main#{path}"))
    server = "https://hub.example.org"
    assert LANDINGS[links.binder(server, course, pull)] == f"/user/x/lab/tree/notebooks/{path}"
    one = links.binder(links.MYBINDER, place.repository("gh:owner/repo"), links.document(path))
    assert LANDINGS[one] == f"/user/x/doc/tree/{path}"


@pytest.mark.parametrize("path", ["C# notes.ipynb", "100% sure.ipynb", "why?.ipynb", "a%20b.ipynb"])
def test_name_typed_into_the_form_as_it_is_lands_elsewhere(path: str) -> None:
    """Why a file's name is encoded here, and has to be by hand in nbgitpuller's form."""
    pull = links.git_pull("https://github.com/owner/notebooks", f"lab/tree/notebooks/{path}", "main")
    link = links.binder("https://hub.example.org", place.repository("gh:owner/course@main"), pull)
    assert LANDINGS[link] != f"/user/x/lab/tree/notebooks/{path}"


def _arguments(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True, strict_parsing=True))


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
def test_reads_back_what_went_in(urlpath: str, branch: str, target: str) -> None:
    asked = {"repo": "https://github.com/o/r", "urlpath": urlpath, "branch": branch, "targetPath": target}
    pull = links.git_pull(*asked.values())
    hub = "https://hub.example.org"
    assert _arguments(links.hub(hub, pull)) == asked
    assert _arguments(_arguments(links.lti(hub, pull))["next"]) == asked
    assert _arguments(_arguments(links.binder(hub, place.Location("gh", "o/r"), pull))["urlpath"]) == asked


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_names_of_files_are_read_back(path: str) -> None:
    url = urlsplit(f"https://server.example/{links.lab(path)}")
    assert (unquote(url.path), url.query, url.fragment) == (f"/lab/tree/{path}", "", "")


LOCATIONS = {
    "gh:owner/repo": ("https://github.com/owner/repo", "repo"),
    "gl:group/sub/project@a/b": ("https://gitlab.com/group/sub/project", "project"),
    "https://git.example.org/@scope/x.git@main#a/b": ("https://git.example.org/@scope/x.git", "x"),
    "git@git.example.org:x.git@main": ("git@git.example.org:x.git", "x"),
    "ssh://git@git.example.org:2222/a/b": ("ssh://git@git.example.org:2222/a/b", "b"),
    "file:///srv/course.git#a.ipynb": ("file:///srv/course.git", "course"),
    "zenodo:10.5281/zenodo.1": ("", "zenodo.1"),
    "figshare:10.6084/m9.figshare.1.v1": ("", "m9.figshare.1.v1"),
    "dataverse:10.7910/DVN/ABC": ("", "ABC"),
    f"hydroshare:{'0123456789abcdef' * 2}": ("", "0123456789abcdef" * 2),
    "gist:user/0123abc#a.ipynb": ("https://gist.github.com/user/0123abc", "0123abc"),
}


@pytest.mark.parametrize(("text", "expected"), LOCATIONS.items(), ids=LOCATIONS)
def test_locations(text: str, expected: tuple[str, str]) -> None:
    location = place.read(text)
    assert (location.url, location.names[-1]) == expected
    assert location.text == text


@pytest.mark.parametrize("url", ["https://git.example.org/a/b.git", "git@git.example.org:b", "file:///srv/b.git"])
def test_folder_is_named_where_nbgitpuller_would_choose_another(url: str) -> None:
    asked = _arguments(f"https://server.example/{links.pull(place.content(f'{url}@main#x.ipynb'))}")
    assert asked == {"repo": url, "branch": "main", "urlpath": "lab/tree/b/x.ipynb", "targetPath": "b"}


def test_one_document_of_the_content() -> None:
    asked = _arguments(f"https://server.example/{links.pull(place.content('gh:o/r#x.ipynb'), links.document)}")
    assert asked["urlpath"] == "doc/tree/r/x.ipynb"


def test_applications() -> None:
    assert [links.application(name) for name in ("openrefine", "/openrefine/", "7474")] == [
        *("openrefine/", "openrefine/", "proxy/7474/")
    ]
    assert links.hub("https://hub.example.org", links.lab("a b/ü#.ipynb")) == (
        "https://hub.example.org/hub/user-redirect/lab/tree/a%20b/%C3%BC%23.ipynb"
    )


def test_hub_below_a_path() -> None:
    assert links.hub("https://example.org/jupyter", "lab") == "https://example.org/jupyter/hub/user-redirect/lab"
    assert links.lti("https://example.org/jupyter", "lab") == (
        "https://example.org/jupyter/hub/lti/launch?next=%2Fjupyter%2Fhub%2Fuser-redirect%2Flab"
    )


def test_badge_stays_one_link_in_a_table() -> None:
    address = links.binder(links.MYBINDER, place.repository("gh:owner/repo@a(b|c;d"))
    assert links.badge(links.MYBINDER, address).endswith("(https://mybinder.org/v2/gh/owner/repo/a%28b%7Cc%3Bd)")


WRONG = {
    "nothing": (place.read, "", "is no repository; write it like 'gh:owner/repo'"),
    "words": (place.read, "my course", "is no repository; write it like 'gh:owner/repo'"),
    "owner alone": (place.read, "gh:owner", "is no repository; write it like 'gh:owner/repo'"),
    "parent folder": (place.read, "gh:owner/..", "is no repository"),
    "page of issues": (place.read, "https://github.com/o/r/issues", "write 'gh:o/r', with '@branch'"),
    "host of nothing": (place.read, "https://github.com/", "is no repository"),
    "odd host": (place.read, "https://-x!/o/r", "is no repository"),
    "password": (
        place.read,
        "https://me:secret@git.example.org/o/r",
        "'https://git.example.org/o/r': leave out the user",
    ),
    "empty branch": (place.read, "gh:o/r@", "write it like '@main'"),
    "two dots": (place.read, "gh:o/r@a..b", "'a..b' is no name of a branch"),
    "space in a branch": (place.read, "gh:o/r@a b", "'a b' is no name of a branch"),
    "lock": (place.read, "gh:o/r@a.lock", "'a.lock' is no name of a branch"),
    "option": (place.read, "gh:o/r@--x", "'--x' is no name of a branch"),
    "no DOI": (place.read, "zenodo:12345", "write it like 'zenodo:10.5281/zenodo.1'"),
    "no resource": (place.read, "hydroshare:1", "write it like 'hydroshare:0123456789abcdef"),
    "no figshare": (place.read, "figshare:1", "write it like 'figshare:10.6084/m9.figshare.1.v1'"),
    "version of a DOI": (place.read, "zenodo:10.5281/zenodo.1@v1", "leave out '@v1'"),
    "unseen": (place.read, "gh:o/r#a\u202eb", "cannot be seen; remove it"),
    "path upwards": (place.read, "gh:o/r#../x", "'../x' is no file of a repository"),
    "backslash": (place.read, "gh:o/r#a\\b", "write it like 'folder/file.ipynb'"),
    "file of a course": (place.repository, "gh:o/r@main#x.ipynb", "leave out '#x.ipynb'"),
    "percent in a Binder's branch": (place.repository, "gh:o/r@50%", "name the commit instead"),
    "local course": (place.repository, "file:///srv/x", "where Binder cannot reach it"),
    "DOI as content": (place.content, "zenodo:10.5281/zenodo.1", "nbgitpuller needs a git repository"),
    "commit as content": (place.content, f"gh:o/r@{'a' * 40}", "make one of the commit"),
    "no scheme": (server_address, "hub.example.org", "write it like 'https://hub.example.org'"),
    "query": (server_address, "https://hub.example.org/?a", "write it like 'https://hub.example.org'"),
    "user": (server_address, "https://me@hub.example.org", "write it like 'https://hub.example.org'"),
    "short IPv4": (server_address, "http://127.1", "is no address of a server"),
    "dots": (server_address, "https://hub.example.org/a/../b", "is no address of a server"),
    "port": (server_address, "https://hub.example.org:70000", "the highest is 65535"),
    "page of a hub": (server_address, "https://x.example/j/hub/home", "write 'https://x.example/j'"),
    "page of a Binder": (server_address, "https://mybinder.org/v2/gh/o/r/HEAD", "write 'https://mybinder.org'"),
}


@pytest.mark.parametrize(("function", "text", "message"), WRONG.values(), ids=WRONG)
def test_wrong_input(function: Callable[[str], object], text: str, message: str) -> None:
    with pytest.raises(BlocksError) as error:
        function(text)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "taken", "expected"),
    [
        (["gh:a/x", "gh:b/y"], [], ["x", "y"]),
        (["gh:a/x#1", "gh:a/x#2"], [], ["x", "x"]),
        (["gh:a/x", "gh:b/x"], [], ["x", "b-x"]),
        (["gh:a/x@v1", "gh:a/x@week/2", "gh:a/x@v3"], [], ["x", "x-week-2", "x-v3"]),
        (["gh:a/x", "gh:b/x", "gh:b/x@v2", "gh:c/x@v2"], [], ["x", "b-x", "x-v2", "c-x"]),
        (["gl:g/a/x@v", "gl:h/a/x@v", "gl:i/a/x@v", "gl:j/a/x@v"], [], ["x", "a-x", "a-x-v", "a-x-v-2"]),
        (["gh:a/x"], ["x", "a-x"], ["a-x-default"]),
    ],
)
def test_folders(content: list[str], taken: list[str], expected: list[str]) -> None:
    assert folders([*map(place.content, content)], taken) == expected


SHA, RESOURCE = "a" * 40, "0123456789abcdef" * 2
PASTED = {
    "https://github.com/o/r/": "gh:o/r",
    "https://www.github.com/o/r.git": "gh:o/r",
    "HTTPS://GitHub.com/o/r": "gh:o/r",
    "github.com/o/r": "gh:o/r",
    "git@github.com:o/r.git": "gh:o/r",
    "git@github.com:o/r.git@main#a.ipynb": "gh:o/r@main#a.ipynb",
    "ssh://git@gitlab.com/g/s/p.git": "gl:g/s/p",
    "git://github.com/o/r.git": "gh:o/r",
    "git+https://github.com/o/r.git@main": "gh:o/r@main",
    "https://github.com/o/r@feature/tree/x": "gh:o/r@feature/tree/x",
    "https://github.com/o/r?tab=readme-ov-file#readme": "gh:o/r",
    "https://github.com/o/r/tree/main": "gh:o/r@main",
    "https://github.com/o/r/tree/main/week%201": "gh:o/r@main#week 1/",
    "https://github.com/o/r/blob/main/x/a%20b.ipynb?plain=1#L10": "gh:o/r@main#x/a b.ipynb",
    "https://github.com/o/r/blob/2026/a.ipynb": "gh:o/r@2026#a.ipynb",
    f"https://github.com/o/r/tree/{SHA}/x": f"gh:o/r@{SHA}#x/",
    f"https://github.com/o/r/commit/{SHA}": f"gh:o/r@{SHA}",
    "https://github.com/o/r/releases/tag/v1.0": "gh:o/r@v1.0",
    "https://raw.githubusercontent.com/o/r/main/a.ipynb": "gh:o/r@main#a.ipynb",
    "https://raw.githubusercontent.com/o/r/refs/heads/main/x/a.ipynb": "gh:o/r@main#x/a.ipynb",
    "https://nbviewer.org/github/o/r/blob/main/a.ipynb": "gh:o/r@main#a.ipynb",
    "https://colab.research.google.com/github/o/r/blob/main/x/a.ipynb": "gh:o/r@main#x/a.ipynb",
    "https://gist.github.com/u/0123abc.git": "gist:u/0123abc",
    f"https://gist.github.com/u/0123abc/{SHA}#file-a-ipynb": f"gist:u/0123abc@{SHA}",
    "https://gitlab.com/g/s/p/-/tree/main?ref_type=heads": "gl:g/s/p@main",
    "https://gitlab.com/g/s/p/-/blob/main/x/a.ipynb?ref_type=heads": "gl:g/s/p@main#x/a.ipynb",
    "https://git.example.org:8443/g/p/-/tree/main": "https://git.example.org:8443/g/p@main",
    "https://codeberg.org/o/r/src/branch/main/a.md": "https://codeberg.org/o/r@main#a.md",
    "https://bitbucket.org/o/r/src/main/": "https://bitbucket.org/o/r@main",
    "https://doi.org/10.5281/zenodo.1": "zenodo:10.5281/zenodo.1",
    "https://dx.doi.org/10.5281/zenodo.1": "zenodo:10.5281/zenodo.1",
    "10.5281/zenodo.1": "zenodo:10.5281/zenodo.1",
    "doi:10.6084/m9.figshare.1.v2": "figshare:10.6084/m9.figshare.1.v2",
    "10.7910/DVN/ABC": "dataverse:10.7910/DVN/ABC",
    f"10.4211/hs.{RESOURCE}": f"hydroshare:{RESOURCE}",
    "https://zenodo.org/record/1": "zenodo:10.5281/zenodo.1",
    "https://zenodo.org/records/1/files/x.zip?download=1": "zenodo:10.5281/zenodo.1",
    "https://figshare.com/articles/dataset/Some_title/9782777/1": "figshare:10.6084/m9.figshare.9782777.v1",
    f"https://www.hydroshare.org/resource/{RESOURCE}/": f"hydroshare:{RESOURCE}",
    "https://data.example.org/dataset.xhtml?persistentId=doi:10.7910/DVN/ABC&version=2.0": "dataverse:10.7910/DVN/ABC",
}


@pytest.mark.parametrize(("text", "expected"), PASTED.items(), ids=PASTED)
def test_address_of_a_page_is_read(text: str, expected: str) -> None:
    location = place.read(text)
    assert location.text == expected
    assert place.read(expected) == location


FOLDERS = ("/home/me/course", "~/course", "./course", "..", "C:\\course", "C:/course", "\\\\server\\x")
REFUSED_PAGES = {
    "https://mybinder.org/v2/gh/o/r/HEAD?urlpath=lab": "is a link to Binder; write 'gh:o/r'",
    "https://notebooks.example.org/binder/v2/gh/o/r/a/b": "is a link to Binder; write 'gh:o/r@a/b'",
    "https://mybinder.org/v2/gl/g%2Fs%2Fp/main": "write 'gl:g/s/p@main'",
    "https://mybinder.org/v2/git/https%3A%2F%2Fx.example%2Fo%2Fr/main": "write 'https://x.example/o/r@main'",
    "https://mybinder.org/v2/zenodo/10.5281/zenodo.1/": "write 'zenodo:10.5281/zenodo.1'",
    "https://h.example/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com%2Fo%2Fr": "write 'https://github.com/o/r'",
    "https://h.example/user/me/lab/tree/a.ipynb": "is a page of a hub",
    "https://github.com/o/r/tree/feature/x": "write 'gh:o/r@feature#x' if it is 'feature'",
    "https://github.com/o/r/blob/2026/x/a.ipynb": "where does the branch's name end?",
    "https://gist.github.com/0123abc": "write 'gist:USER/0123abc'",
    "https://gitlab.com/g/p/-/issues": "is a page of it; write 'gl:g/p'",
    "https://o.github.io/r/page.html": "write 'gh:o/r'",
    "https://g.gitlab.io/p/": "write 'gl:g/p'",
    "https://doi.org/10.1234/abc": "write 'dataverse:10.1234/abc', or 'figshare:10.1234/abc'",
    "https://zenodo.org/communities/x": "is no page of a record; write 'zenodo:DOI'",
    "https://ou.figshare.com/articles/software/Title/9782777": "is no page of a record; write 'figshare:DOI'",
    "https://example.org/x?y=z": "without '?'",
    "https://example.org/notebooks/a.ipynb": "is a file; name the repository",
    **dict.fromkeys(
        ("/home/me/course", "~/course", "./course", "..", "C:\\course", "C:/course", "\\\\server\\x"),
        "is a folder on this machine",
    ),
    "gh:o/r#/home/me/a.ipynb": "'/home/me/a.ipynb' is on a machine",
    "gh:o/r#C:/a.ipynb": "'C:/a.ipynb' is on a machine",
    "gh:o/r#~/a.ipynb": "'~/a.ipynb' is on a machine",
}


@pytest.mark.parametrize(("text", "message"), REFUSED_PAGES.items(), ids=REFUSED_PAGES)
def test_page_that_is_no_repository(text: str, message: str) -> None:
    with pytest.raises(BlocksError) as error:
        place.read(text)
    assert message in str(error.value)


@given(st.text(st.sampled_from("ghglist:/@#.?=&-%~_10 \\[]") | st.characters(exclude_categories=["Cs"])), st.booleans())
def test_any_text_is_read_or_refused(text: str, of_the_web: bool) -> None:
    try:
        location = place.read(f"https://github.com/{text}" if of_the_web else text)
    except BlocksError:
        return
    assert place.read(location.text) == location


def test_page_of_a_file_is_no_course() -> None:
    with pytest.raises(BlocksError, match="is a page in the repository; write 'gh:o/r@main'"):
        place.repository("https://github.com/o/r/blob/main/a.ipynb")


@pytest.mark.parametrize("text", [*place.RECORDS.values()])
def test_records_of_archives(text: str) -> None:
    provider, _, name = text.partition(":")
    assert links.binder(links.MYBINDER, place.repository(text)) == f"https://mybinder.org/v2/{provider}/{name}/"
    with pytest.raises(BlocksError, match="nbgitpuller needs a git repository"):
        place.content(text)


def test_gists() -> None:
    assert links.binder(links.MYBINDER, place.repository("gist:u/0a")) == "https://mybinder.org/v2/gist/u/0a/HEAD"
    asked = _arguments(f"https://server.example/{links.pull(place.content('gist:u/0a#x.ipynb'))}")
    assert asked == {"repo": "https://gist.github.com/u/0a", "urlpath": "lab/tree/0a/x.ipynb"}
