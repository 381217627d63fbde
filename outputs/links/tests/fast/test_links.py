"""Links in a derived repository: what is asked for appears, what is not does not, what is wrong is said."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from extensions import clashes
from extensions.errors import BlocksError
from extensions.links import address as links
from extensions.links import table as link_table
from extensions.model import Fragment
from tests.fast.conftest import ROOT, MakeCatalogue, commit, copier, manifest, tree
from tests.fast.test_copy import assert_refused

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
    assert (answers["repository"], answers["hub"], answers["content"]) == ("", "", [])
    assert "binder_url" not in answers


def test_all_that_is_asked(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = tmp_path / "course"
    asked = {"repository": "gh:owner/course", "hub": "https://hub.example.org", "content": CONTENT}
    result = copy(make_catalogue(PULLER), course, components="[page]", **asked)
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
    pull = links.pull(links.content("gh:owner/notebooks@main#week 1/a.ipynb"), folder="owner-notebooks")
    assert rows[0]["binder"] == links.binder(links.MYBINDER, links.read("gh:owner/course"), pull)
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
    assert copy(make_catalogue(PULLER), tmp_path / "course", hub="https://hub.example.org").returncode == 0
    text = (tmp_path / "course/README.md").read_text()
    assert "(https://hub.example.org/hub/user-redirect/lab)" in text
    assert "badge_logo" not in text
    assert link_table.LIMIT not in text


def test_another_binder_says_nothing_of_limits(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    answers = {"repository": "gl:a/b/c", "binder_url": "https://binder.example.org"}
    assert copy(make_catalogue(PULLER), tmp_path / "course", **answers).returncode == 0
    text = (tmp_path / "course/binder/README.md").read_text()
    assert "https://binder.example.org/v2/gl/a%2Fb%2Fc/HEAD?urlpath=lab" in text
    assert "--binder https://binder.example.org" in text
    assert link_table.LIMIT not in text


def test_content_alone_says_what_is_missing(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    result = copy(make_catalogue(PULLER), tmp_path / "course", content="[gh:owner/notebooks]")
    assert result.returncode == 0
    assert "'content' becomes links when 'repository' or 'hub' is answered" in result.stderr


def test_build_branch(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """Binder builds that branch, and every link pulls the notebooks of the other."""
    course = tmp_path / "course"
    asked = {"repository": "gh:owner/notebooks@2026", "content": "['gh:other/notebooks@main#a.ipynb']"}
    result = copy(make_catalogue(PULLER), course, components="[page]", build_branch="true", **asked)
    assert result.returncode == 0, result.stderr
    assert "nbgitpuller>=1.2" in (course / "binder/environment.yml").read_text()
    rows = json.loads((course / "binder/report.json").read_text())["links"]
    own, built = links.read("gh:owner/notebooks@2026"), links.read("gh:owner/notebooks@binder-build")
    # The course has a folder `notebooks` of its own.
    openers: list[links.Opener] = [links.lab, links.notebook, lambda _: "page/"]
    pulls = [links.pull(links.read("gh:other/notebooks@main#a.ipynb"), folder="other-notebooks")]
    pulls += [links.pull(own, opener, "owner-notebooks") for opener in openers]
    assert [row["binder"] for row in rows] == [links.binder(links.MYBINDER, built, pull) for pull in pulls]
    text = (course / "binder/README.md").read_text()
    assert "Binder builds the branch `binder-build`" in text
    words = "gh:owner/notebooks@binder-build --content 'gh:owner/notebooks@2026#FOLDER/FILE.ipynb' --folder owner-"
    assert f"`python tools/link.py {words}notebooks`" in text


def test_from_none_to_all_and_back(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """No stray file, no stray line; the page that is written once stays as it was."""
    root, course = make_catalogue(PULLER), tmp_path / "course"
    commit(root, "1.0.0")
    copy(root, course, components="[page]")
    commit(course)
    before = tree(course)
    for answers in (
        ["repository=gh:owner/course", "hub=https://hub.example.org", f"content={CONTENT}"],
        ["repository=", "hub=", "content=[]"],
    ):
        data = [word for answer in answers for word in ("--data", answer)]
        result = copier("update", "--trust", "--defaults", *data, cwd=course)
        assert result.returncode == 0, result.stderr
        commit(course)
        assert ("badge_logo.svg" in (course / "binder/README.md").read_text()) == (answers[1] != "hub=")
    assert tree(course) == before


WRONG = {
    "repository": ("repository=my course", "repository: 'my course': is no repository; write it like 'gh:owner/repo'"),
    "file of it": ("repository=gh:o/r#x.ipynb", "repository: 'gh:o/r#x.ipynb': is the repository alone; leave out"),
    "hub": ("hub=hub.example.org", "hub: 'hub.example.org': is no address of a server; write it like 'https://"),
    "Binder": ("binder_url=mybinder", "binder_url: 'mybinder': is no address of a server"),
    "no list": ("content=gh:o/r", "content: must be a list such as [gh:owner/notebooks@main#folder/file.ipynb]"),
    "broken list": ("content=[", "content: must be a list such as [gh:owner/notebooks@main#"),
    "DOI": ("content=['zenodo:10.5281/zenodo.1']", "content: 'zenodo:10.5281/zenodo.1': nbgitpuller needs a git"),
    "build branch alone": ("build_branch=true", "build_branch: needs to know where the repository is; add --data"),
    "only that": ("build_branch_only=true", "build_branch_only: needs to be Binder's branch; add --data build_branch="),
    "no boolean": ("build_branch=maybe", "build_branch: must be true or false, not 'maybe'"),
    "twice": ("content=[gh:o/r, gh:o/r]", "content: 'gh:o/r': is there twice; keep one of the two"),
}


@pytest.mark.parametrize(("answer", "message"), WRONG.values(), ids=WRONG)
def test_wrong_answers(make_catalogue: MakeCatalogue, tmp_path: Path, answer: str, message: str) -> None:
    course = tmp_path / "course"
    result = copier("copy", "--trust", "--defaults", "--data", answer, make_catalogue(PULLER), course)
    assert_refused(result.returncode, result.stderr, message)
    assert not course.exists()


def test_content_without_nbgitpuller_in_the_catalogue(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root = make_catalogue({"page/component.yml": manifest("Page")})
    result = copy(root, tmp_path / "course", content="[gh:o/r]")
    assert_refused(result.returncode, result.stderr, "there is no component 'nbgitpuller'")


@pytest.mark.parametrize(
    ("repository", "message"),
    [
        ("gl:group/course", "'gl:group/course': the branch is published by GitHub; name a gh:owner/name"),
        (f"gh:o/r@{'a' * 40}", "is no branch to edit notebooks on; write 'gh:o/r@main'"),
        ("gh:o/r@binder-build", "'binder-build' is no branch to edit notebooks on"),
        ("gh:o/r@${{x}}", "a workflow needs a name of letters, digits and _./-"),
    ],
)
def test_build_branch_refuses(repository: str, message: str) -> None:
    with pytest.raises(BlocksError) as refused:
        link_table.make({"repository": repository, "build_branch": True}, (), ())
    assert str(refused.value).startswith("build_branch: ")
    assert message in str(refused.value)


@pytest.mark.parametrize("repository", ["gl:group/sub/course", "https://git.example.org/c.git", "gh:o/r@${{x}}"])
def test_a_branch_that_nobody_publishes_may_be_anywhere(repository: str) -> None:
    answers = {"repository": repository, "build_branch": True, "build_branch_only": True}
    made = link_table.make(answers, (), ())
    assert made.built
    assert made.built.ref == link_table.BUILD_BRANCH
    assert made.own == links.read(repository)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"repository": ""}, "build_branch_only: needs to know where the repository is"),
        ({"repository": "zenodo:10.5281/zenodo.1"}, "build_branch_only: 'zenodo:10.5281/zenodo.1': has no branches"),
        ({"repository": "gl:o/r@binder-build"}, "is no branch to edit notebooks on; write 'gl:o/r@main'"),
        ({"updates": "workflow"}, "build_branch_only: updates=workflow: GitHub runs schedules from the default branch"),
        ({"updates": "renovate"}, "build_branch_only: updates=renovate: Renovate reads its configuration from the"),
    ],
)
def test_a_branch_that_nobody_publishes_refuses(answers: dict[str, str], message: str) -> None:
    given = {"repository": "gh:o/r", "build_branch": True, "build_branch_only": True, **answers}
    with pytest.raises(BlocksError, match=re.escape(message)):
        link_table.make(given, (), ())


def test_updates_that_would_not_come_are_refused_in_one_line(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(PULLER), tmp_path / "course"
    given = {"repository": "gh:o/r", "build_branch": "true", "build_branch_only": "true"}
    result = copy(root, course, **given, updates="workflow")
    assert_refused(result.returncode, result.stderr, "build_branch_only: updates=workflow: GitHub runs schedules from")
    assert not course.exists()

    commit(root, "1.0.0")
    assert copy(root, course, **given, image="ghcr.io/o/r").returncode == 0
    assert [path.name for path in course.glob(".github/workflows/*")] == ["binder-image.yml"]
    commit(course)
    before = tree(course)
    result = copier("update", "--trust", "--defaults", "--data", "updates=renovate", cwd=course)
    assert result.returncode == 1
    assert "\nbuild_branch_only: updates=renovate: Renovate reads" in result.stderr
    assert "Traceback" not in result.stderr
    assert tree(course) == before

    back = ["--data", "build_branch=false", "--data", "updates=renovate"]
    result = copier("update", "--trust", "--defaults", *back, cwd=course)
    assert result.returncode == 0, result.stderr
    assert (course / "renovate.json").exists()


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
    assert link_table.folders([*map(links.content, content)], taken) == expected


def test_applications_are_those_with_a_tile() -> None:
    servers = {
        "a": {"launcher_entry": {"title": "A", "path_info": "a/start"}},
        "b": {},
        "c": {"launcher_entry": {"enabled": False}},
        "d": 1,
    }
    fragments = [
        Fragment("x", "x.json", json.dumps({"ServerProxy": {"servers": servers}})),
        Fragment("y", "y.json", "{"),
    ]
    assert list(clashes.applications(fragments)) == [("A", "a/start"), ("b", "b/")]


@pytest.mark.parametrize(
    ("name", "value"), [("repository", 1), ("hub", ["x"]), ("content", {"a": 1}), ("content", [1])]
)
def test_answers_of_another_type(name: str, value: object) -> None:
    with pytest.raises(BlocksError, match=f"{name}: must be"):
        link_table.check(name, value)


def link(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, by a Python that has nothing else."""
    command = [sys.executable, "-I", "-S", str(ROOT / "tools/link.py"), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


NOTEBOOK = "gh:owner/notebooks@main#week 1/a.ipynb"
COMMANDS = {
    "Lab": (["gh:o/r"], "https://mybinder.org/v2/gh/o/r/HEAD?urlpath=lab\n"),
    "file": (["gh:o/r@b#a b.ipynb"], "https://mybinder.org/v2/gh/o/r/b?urlpath=lab%2Ftree%2Fa+b.ipynb\n"),
    "commit of the build": (
        [f"gh:o/r@{'a' * 40}", "--content", "gh:o/r@main#a.ipynb"],
        f"https://mybinder.org/v2/gh/o/r/{'a' * 40}?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252Fo%252F"
        "r%26urlpath%3Dlab%252Ftree%252Fr%252Fa.ipynb%26branch%3Dmain\n",
    ),
    "document": (
        ["gh:o/r#a.ipynb", "--open", "document"],
        "https://mybinder.org/v2/gh/o/r/HEAD?urlpath=%2Fdoc%2Ftree%2Fa.ipynb\n",
    ),
    "application": (["gh:o/r", "--open", "openrefine"], "https://mybinder.org/v2/gh/o/r/HEAD?urlpath=openrefine%2F\n"),
    "port": (["gh:o/r", "--open", "7474"], "https://mybinder.org/v2/gh/o/r/HEAD?urlpath=proxy%2F7474%2F\n"),
    "RStudio": (["gh:o/r", "--open", "rstudio"], "https://mybinder.org/v2/gh/o/r/HEAD?urlpath=rstudio%2F\n"),
    "badge": (
        ["gh:o/r", "--badge", "--binder", "https://b.example"],
        "[![Binder](https://b.example/badge_logo.svg)](https://b.example/v2/gh/o/r/HEAD?urlpath=lab)\n",
    ),
    "both": (
        ["gh:o/r", "--hub", "https://h.example", "--content", NOTEBOOK, "--open", "notebook", "--folder", "f"],
        "https://mybinder.org/v2/gh/o/r/HEAD?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252Fowner%252F"
        "notebooks%26urlpath%3Dtree%252Ff%252Fweek%2B1%252Fa.ipynb%26branch%3Dmain%26targetPath%3Df\n"
        "https://h.example/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com%2Fowner%2Fnotebooks"
        "&urlpath=tree%2Ff%2Fweek+1%2Fa.ipynb&branch=main&targetPath=f\n",
    ),
    "LTI": (
        ["--hub", "https://h.example", "--lti"],
        "https://h.example/hub/lti/launch?next=%2Fhub%2Fuser-redirect%2Flab\n",
    ),
}


@pytest.mark.parametrize(("arguments", "output"), COMMANDS.values(), ids=COMMANDS)
def test_command(arguments: list[str], output: str) -> None:
    result = link(*arguments)
    assert (result.returncode, result.stdout, result.stderr) == (0, output, "")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ([], 2, "name the course's repository, or a --hub"),
        (["gh:o/r", "--lti"], 2, "--lti needs a --hub"),
        (["gh:o/r", "--folder", "x"], 2, "--folder needs --content"),
        (["--hub", "https://h.example", "--badge"], 2, "--badge needs the course's repository"),
        (["gh:o/r#a", "--content", "gh:o/x#b"], 1, "'a': a link opens one file"),
        (["gh:o"], 1, "'gh:o': is no repository; write it like 'gh:owner/repo'"),
        (["gh:o/r", "--open", "document"], 1, "name the file"),
        (["gh:o/r", "--open", "99999"], 1, "'99999': is no port; ports go from 1 to 65535"),
        (["gh:o/r", "--open", "a\x07"], 1, "contains a character that cannot be seen"),
        (["gh:o/r", "--content", NOTEBOOK, "--folder", "../y"], 1, "'../y': is no folder to clone to"),
        (["gh:o/r", "--content", NOTEBOOK, "--folder", "y\x07"], 1, "contains a character that cannot be seen"),
        (["gh:o/r", "--binder", "mybinder"], 1, "is no address of a server"),
    ],
)
def test_command_refuses(arguments: list[str], status: int, message: str) -> None:
    result = link(*arguments)
    assert (result.returncode, result.stdout) == (status, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_command_in_the_readme_prints_that_link(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = tmp_path / "course"
    answers = {"repository": "gh:owner/course", "content": "['gh:owner/notebooks@main#a.ipynb']"}
    copy(make_catalogue(PULLER), course, components="[page]", **answers)
    text = (course / "binder/README.md").read_text()
    command = text.partition("`python tools/link.py ")[2].partition("`")[0]
    shell = f"{sys.executable} -I -S tools/link.py {command.replace('FOLDER/FILE.ipynb', 'a.ipynb')}"
    printed = subprocess.check_output(["bash", "-c", shell], text=True, cwd=ROOT).strip()
    assert "owner-notebooks" in printed
    assert f"({printed})" in text


def test_tree_is_the_same_without_answers_and_with_empty_ones(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root = make_catalogue(PULLER)
    copy(root, tmp_path / "one", components="[page]")
    copy(root, tmp_path / "two", components="[page]", repository="", hub="", content="[]")
    assert tree(tmp_path / "one") == tree(tmp_path / "two") != {}
