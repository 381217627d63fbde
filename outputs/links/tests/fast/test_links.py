"""Links in a derived repository: what is asked for appears, what is not does not, what is wrong is said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from extensions.errors import BlocksError
from extensions.links import address as links
from extensions.links import place
from tests.fast.conftest import ROOT, MakeCatalogue, copier, manifest, rules_of, tree
from tests.fast.test_copy import assert_refused

link_table = rules_of("links")
PULLER = {
    "nbgitpuller/component.yml": manifest("nbgitpuller"),
    "nbgitpuller/environment.yml": "dependencies:\n  - nbgitpuller>=1.2,<2\n",
    "page/component.yml": manifest("Page"),
    "page/jupyter_server_config.json": json.dumps(
        {"ServerProxy": {"servers": {"page": {"launcher_entry": {"title": "A page"}}}}}
    ),
    "page/files/notebooks/own.md": "own\n",
}
CONTENT = "[gh:owner/notebooks@main#week 1/a.ipynb, 'gl:group/sub/more@b|c#x/']"


def copy(root: Path, course: Path, **answers: str) -> subprocess.CompletedProcess[str]:
    data = [word for name, value in answers.items() for word in ("--data", f"{name}={value}")]
    return copier("copy", "--trust", "--defaults", *data, root, course)


def test_nothing_without_being_asked(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    assert copy(make_catalogue(PULLER), tmp_path / "course", components="[page]").returncode == 0
    for name in ("README.md", "binder/README.md"):
        text = (tmp_path / "course" / name).read_text()
        assert "v2/" not in text
        assert "Links" not in text
        assert "\n\n\n" not in text
    assert "links" not in json.loads((tmp_path / "course/binder/report.json").read_text())
    answers = yaml.safe_load((tmp_path / "course/.copier-answers.yml").read_text())
    assert answers["outputs"] == []
    assert not [name for name in answers if name.startswith("links_")]


def test_all_that_is_asked(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = tmp_path / "course"
    asked = {"links_repository": "gh:owner/course", "links_hub": "https://hub.example.org", "links_content": CONTENT}
    result = copy(make_catalogue(PULLER), course, components="[page]", outputs="[links]", **asked)
    assert result.returncode == 0, result.stderr
    assert "nbgitpuller>=1.2" in (course / "binder/environment.yml").read_text()
    rows = json.loads((course / "binder/report.json").read_text())["links"]
    assert [row["opens"] for row in rows] == [
        *(
            "`gh:owner/notebooks@main#week 1/a.ipynb`",
            r"`gl:group/sub/more@b\|c#x/`",
            "JupyterLab",
            "Notebook",
            "A page",
        )
    ]
    # The course has a folder `notebooks` of its own.
    pull = links.pull(place.content("gh:owner/notebooks@main#week 1/a.ipynb"), folder="owner-notebooks")
    assert rows[0]["binder"] == links.binder(links.MYBINDER, place.read("gh:owner/course"), pull)
    assert rows[0]["hub"] == links.hub("https://hub.example.org", pull)
    assert rows[0]["lti"] == links.lti("https://hub.example.org", pull)
    assert rows[4]["hub"] == "https://hub.example.org/hub/user-redirect/page/"
    for name, count in (("README.md", 3), ("binder/README.md", 5)):
        text = (course / name).read_text()
        assert text.count("badge_logo.svg") == count
        assert link_table.LIMIT in text
        assert "\n\n\n" not in text
        assert all(line.count(" | ") == 3 for line in text.splitlines() if "badge_logo.svg" in line)


def test_only_the_hub(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    assert (
        copy(
            make_catalogue(PULLER), tmp_path / "course", outputs="[links]", links_hub="https://hub.example.org"
        ).returncode
        == 0
    )
    text = (tmp_path / "course/README.md").read_text()
    assert "(https://hub.example.org/hub/user-redirect/lab)" in text
    assert "badge_logo" not in text
    assert link_table.LIMIT not in text


def test_another_binder_says_nothing_of_limits(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    answers = {"outputs": "[links]", "links_repository": "gl:a/b/c", "links_binder": "https://binder.example.org"}
    assert copy(make_catalogue(PULLER), tmp_path / "course", **answers).returncode == 0
    text = (tmp_path / "course/binder/README.md").read_text()
    assert "https://binder.example.org/v2/gl/a%2Fb%2Fc/HEAD?urlpath=lab" in text
    assert "--binder https://binder.example.org" in text
    assert link_table.LIMIT not in text


def test_content_alone_says_what_is_missing(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    result = copy(make_catalogue(PULLER), tmp_path / "course", outputs="[links]", links_content="[gh:owner/notebooks]")
    assert result.returncode == 0
    assert "'links_content' becomes links when 'links_repository' or 'links_hub' is answered" in result.stderr


WRONG = {
    "repository": ("links_repository=my course", "'my course': is no repository; write it like 'gh:owner/repo'"),
    "file of it": ("links_repository=gh:o/r#x.ipynb", "'gh:o/r#x.ipynb': is the repository alone; leave out"),
    "hub": ("links_hub=hub.example.org", "'hub.example.org': is no address of a server; write it like 'https://"),
    "Binder": ("links_binder=mybinder", "'mybinder': is no address of a server"),
    "no list": ("links_content={gh: o/r}", "must be a list such as [gh:owner/notebooks@main#folder/file.ipynb]"),
    "broken list": ("links_content=[", "[: is no list; put what has one of []{},#: in quotes"),
    "DOI": ("links_content=['zenodo:10.5281/zenodo.1']", "'zenodo:10.5281/zenodo.1': nbgitpuller needs a git"),
    "twice": ("links_content=[gh:o/r, gh:o/r]", "'gh:o/r': is there twice; keep one of the two"),
}


@pytest.mark.parametrize(("answer", "message"), WRONG.values(), ids=WRONG)
def test_wrong_answers(make_catalogue: MakeCatalogue, tmp_path: Path, answer: str, message: str) -> None:
    course = tmp_path / "course"
    result = copier(
        "copy", "--trust", "--defaults", "--data", "outputs=[links]", "--data", answer, make_catalogue(PULLER), course
    )
    assert_refused(result.returncode, result.stderr, f"{answer.partition('=')[0]}: {message}")
    assert not course.exists()


def test_content_without_nbgitpuller_in_the_catalogue(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root = make_catalogue({"page/component.yml": manifest("Page")})
    result = copy(root, tmp_path / "course", outputs="[links]", links_content="[gh:o/r]")
    assert_refused(result.returncode, result.stderr, "there is no block 'nbgitpuller'")


@pytest.mark.parametrize(
    ("name", "value"),
    [("links_repository", 1), ("links_hub", ["x"]), ("links_content", {"a": 1}), ("links_content", [1])],
)
def test_answers_of_another_type(name: str, value: object) -> None:
    with pytest.raises(BlocksError, match=f"{name}: must be"):
        link_table.check(name, {name: value})


def test_command_in_the_readme_prints_that_link(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = tmp_path / "course"
    answers = {"links_repository": "gh:owner/course", "links_content": "['gh:owner/notebooks@main#a.ipynb']"}
    copy(make_catalogue(PULLER), course, components="[page]", outputs="[links]", **answers)
    text = (course / "binder/README.md").read_text()
    command = text.partition("`python tools/link.py ")[2].partition("`")[0]
    shell = f"{sys.executable} -I -S tools/link.py {command.replace('FOLDER/FILE.ipynb', 'a.ipynb')}"
    printed = subprocess.check_output(["bash", "-c", shell], text=True, cwd=ROOT).strip()
    assert "owner-notebooks" in printed
    assert f"({printed})" in text


def test_tree_is_the_same_without_answers_and_with_empty_ones(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root = make_catalogue(PULLER)
    copy(root, tmp_path / "one", components="[page]")
    copy(root, tmp_path / "two", components="[page]", outputs="[]")
    copy(root, tmp_path / "three", components="[page]", outputs="[links]")
    assert tree(tmp_path / "one") == tree(tmp_path / "two") != {}
    changed = [path for path, text in tree(tmp_path / "three").items() if tree(tmp_path / "one").get(path) != text]
    assert sorted(changed) == [".copier-answers.yml", "binder/report.json"]
