"""The branch that Binder builds: what its links pull, and which answers it does not go with."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from extensions.errors import BlocksError
from extensions.links import address as links
from extensions.links import place
from tests import units
from tests.fast.conftest import MakeCatalogue, commit, copier, manifest, rules_of, tree
from tests.fast.test_copy import assert_refused

rules = rules_of("build-branch")
PULLER = {
    "nbgitpuller/component.yml": manifest("nbgitpuller"),
    "nbgitpuller/environment.yml": "dependencies:\n  - nbgitpuller>=1.2,<2\n",
    "page/component.yml": manifest("Page"),
    "page/jupyter_server_config.json": json.dumps(
        {"ServerProxy": {"servers": {"page": {"launcher_entry": {"title": "A page"}}}}}
    ),
    "page/files/notebooks/own.md": "own\n",
}


def copy(root: Path, course: Path, **answers: str) -> subprocess.CompletedProcess[str]:
    data = [word for name, value in answers.items() for word in ("--data", f"{name}={value}")]
    return copier("copy", "--trust", "--defaults", *data, root, course)


def test_build_branch(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """Binder builds that branch, and every link pulls the notebooks of the other."""
    course = tmp_path / "course"
    asked = {"links_repository": "gh:owner/notebooks@2026", "links_content": "['gh:other/notebooks@main#a.ipynb']"}
    result = copy(make_catalogue(PULLER), course, components="[page]", outputs="[build-branch]", **asked)
    assert result.returncode == 0, result.stderr
    assert "nbgitpuller>=1.2" in (course / "binder/environment.yml").read_text()
    rows = json.loads((course / "binder/report.json").read_text())["links"]
    own, built = place.read("gh:owner/notebooks@2026"), place.read("gh:owner/notebooks@binder-build")
    # The course has a folder `notebooks` of its own.
    openers: list[links.Opener] = [links.lab, links.notebook, lambda _: "page/"]
    pulls = [links.pull(place.read("gh:other/notebooks@main#a.ipynb"), folder="other-notebooks")]
    pulls += [links.pull(own, opener, "owner-notebooks") for opener in openers]
    assert [row["binder"] for row in rows] == [links.binder(links.MYBINDER, built, pull) for pull in pulls]
    text = (course / "binder/README.md").read_text()
    assert "Binder builds the branch `binder-build`" in text
    words = "gh:owner/notebooks@binder-build --content 'gh:owner/notebooks@2026#FOLDER/FILE.ipynb' --folder owner-"
    assert f"`python tools/link.py {words}notebooks`" in text


WRONG = {
    "no repository": ("outputs=[build-branch]", "links_repository: the branch for Binder needs to know where the"),
    "no boolean": ("build_branch_alone=maybe", "build_branch_alone: must be true or false, not 'maybe'"),
}


@pytest.mark.parametrize(("answer", "message"), WRONG.values(), ids=WRONG)
def test_wrong_answers(make_catalogue: MakeCatalogue, tmp_path: Path, answer: str, message: str) -> None:
    course, data = tmp_path / "course", ("--data", "outputs=[build-branch]", "--data", answer)
    result = copier("copy", "--trust", "--defaults", *data, make_catalogue(PULLER), course)
    assert_refused(result.returncode, result.stderr, message)
    assert not course.exists()


@pytest.mark.parametrize(
    ("repository", "message"),
    [
        ("gl:group/course", "'gl:group/course': the branch for Binder is published by GitHub; name a gh:owner/name"),
        (f"gh:o/r@{'a' * 40}", "is no branch to edit notebooks on; write 'gh:o/r@main'"),
        ("gh:o/r@binder-build", "'binder-build' is no branch to edit notebooks on"),
        ("gh:o/r@${{x}}", "a workflow needs a name of letters, digits and _./-"),
    ],
)
def test_build_branch_refuses(repository: str, message: str) -> None:
    with pytest.raises(BlocksError) as refused:
        rules.check("links_repository", {"links_repository": repository})
    assert str(refused.value).startswith("links_repository: ")
    assert message in str(refused.value)


@pytest.mark.parametrize("repository", ["gl:group/sub/course", "https://git.example.org/c.git", "gh:o/r@${{x}}"])
def test_a_branch_that_nobody_publishes_may_be_anywhere(repository: str) -> None:
    rules.check("links_repository", {"links_repository": repository, "build_branch_alone": True})
    made = rules_of("links").Links(place.read(repository), branch=rules.BRANCH)
    assert made.built.ref == rules.BRANCH
    assert made.own == place.read(repository)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"links_repository": ""}, "the branch for Binder needs to know where the repository is"),
        ({"links_repository": "zenodo:10.5281/zenodo.1"}, "'zenodo:10.5281/zenodo.1': has no branches"),
        ({"links_repository": "gl:o/r@binder-build"}, "is no branch to edit notebooks on; write 'gl:o/r@main'"),
        ({"outputs": ["updates"]}, "does not go with the output 'updates': what looks for news is read from the"),
        ({"outputs": ["devcontainer"]}, "does not go with the output 'devcontainer': it would be on a branch without"),
    ],
)
def test_a_branch_that_nobody_publishes_refuses(answers: dict[str, object], message: str) -> None:
    given = {"links_repository": "gh:o/r", "build_branch_alone": True, **answers}
    name = "build_branch_alone" if "outputs" in answers else "links_repository"
    with pytest.raises(BlocksError, match=f"^{name}: .*{re.escape(message)}") as refused:
        rules.check(name, given)
    assert "\n" not in str(refused.value)


def test_updates_that_would_not_come_are_refused_in_one_line(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(PULLER), tmp_path / "course"
    units.require_outputs("image", "updates")
    given = {"links_repository": "gh:o/r", "build_branch_alone": "true"}
    result = copy(root, course, **given, outputs="[build-branch, updates]")
    assert_refused(result.returncode, result.stderr, "build_branch_alone: does not go with the output 'updates': what")
    assert not course.exists()

    commit(root, "1.0.0")
    assert copy(root, course, **given, outputs="[build-branch, image]", image_name="ghcr.io/o/r").returncode == 0
    assert [path.name for path in course.glob(".github/workflows/*")] == ["binder-image.yml"]
    commit(course)
    before = tree(course)
    renovate = ["--data", "outputs=[build-branch, image, updates]", "--data", "updates_by=renovate"]
    result = copier("update", "--trust", "--defaults", *renovate, cwd=course)
    assert result.returncode == 1
    assert "\nbuild_branch_alone: does not go with the output 'updates': what looks for news" in result.stderr
    assert "Traceback" not in result.stderr
    assert tree(course) == before

    back = ["--data", "build_branch_alone=false"]
    result = copier("update", "--trust", "--defaults", *back, *renovate, cwd=course)
    assert result.returncode == 0, result.stderr
    assert (course / "renovate.json").exists()
