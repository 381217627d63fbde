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
    "page of a branch": (place.read, "https://github.com/o/r/tree/main", "write 'gh:o/r', with '@branch'"),
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
