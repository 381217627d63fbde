"""Updates from one base to another: nothing is left behind, and the author's Debian packages stay, anchor or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fast.conftest import MakeCatalogue, commit, committed_course, copier, git, manifest, tree

COMPONENTS = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "libalpha\n",
    "beta/component.yml": manifest("Beta"),
    "beta/apt.txt": "libbeta\ncurl\nunzip\n",
}
ANCHOR = "# Your own Debian packages go below this line.\n"
ONBUILD = {"outputs": "[base]", "base_kind": "onbuild", "base_image": "pangeo/base-image:2026.01.30"}
BOX = {"outputs": "[base]", "base_kind": "box", "base_image": "ghcr.io/owner/box:v1.0"}
NAMED = {"outputs": "[base]", "base_kind": "repo2docker", "base_image": "buildpack-deps:22.04"}
NONE = {"outputs": "[]"}


@pytest.fixture
def course(make_catalogue: MakeCatalogue, tmp_path: Path) -> Path:
    """With alpha, on no other base, committed."""
    return committed_course(make_catalogue(COMPONENTS), tmp_path / "course", "components=[alpha]")


def update(course: Path, **answers: str) -> str:
    """What Copier said; the result is committed."""
    data = [word for name, value in answers.items() for word in ("--data", f"{name}={value}")]
    result = copier("update", "--trust", "--defaults", "--vcs-ref=:current:", *data, cwd=course)
    assert result.returncode == 0, result.stderr
    assert " U" not in f" {git(course, 'status', '--porcelain')}".replace("\n", " ")
    commit(course)
    return result.stderr + result.stdout


def test_from_one_base_to_the_next_and_back(course: Path) -> None:
    before = tree(course)
    for answers in (ONBUILD, BOX, NAMED, ONBUILD, NONE):
        update(course, **answers)
        dockerfile = course / "binder/Dockerfile"
        assert dockerfile.exists() == (answers in (ONBUILD, BOX))
        if dockerfile.exists():
            assert f"\nFROM {answers['base_image']}\n" in dockerfile.read_text()
        assert ("/srv/repo" in (course / "binder/start").read_text()) == (answers is ONBUILD)
    assert tree(course) == before


def test_image_of_another_kind_of_base_is_not_kept(course: Path) -> None:
    update(course, **ONBUILD)
    result = copier(
        "update", "--trust", "--defaults", "--vcs-ref=:current:", "--data", "base_kind=repo2docker", cwd=course
    )
    message = "base_image: 'pangeo/base-image:2026.01.30': has a user 1000 and a conda of its own"
    assert result.returncode == 1
    assert message in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    assert git(course, "status", "--porcelain") == ""


def test_own_line_in_an_apt_txt_without_anchor(course: Path) -> None:
    update(course, **ONBUILD)
    apt = course / "binder/apt.txt"
    base = ["ca-certificates", "curl", "git", "less", "unzip"]
    assert apt.read_text().split("\n") == ["libalpha", *base, ""]
    apt.write_text(apt.read_text() + "tree\n")
    dockerfile = course / "binder/Dockerfile"
    dockerfile.write_text(dockerfile.read_text() + "RUN echo mine\n")
    commit(course)
    update(course, components="[alpha, beta]")
    assert apt.read_text().split() == ["libalpha", "libbeta", "curl", "unzip", "ca-certificates", "git", "less", "tree"]
    update(course, components="[]", base_image="pangeo/base-image:2026.06.01")
    assert sorted(apt.read_text().splitlines()) == [*base[:4], "tree", "unzip"]
    assert dockerfile.read_text().splitlines()[-1] == "RUN echo mine"
    assert "\nFROM pangeo/base-image:2026.06.01\n" in dockerfile.read_text()
    update(course, components="[alpha]", **NONE)
    assert sorted(apt.read_text().split("\n")) == sorted(["libalpha  # alpha", *ANCHOR.split("\n"), "tree"])


def test_own_line_below_the_anchor_that_goes(course: Path) -> None:
    apt = course / "binder/apt.txt"
    apt.write_text(apt.read_text() + "htop # mine\ntree\n")
    commit(course)
    said = update(course, **ONBUILD)
    names = ["libalpha", "ca-certificates", "curl", "git", "less", "unzip"]
    assert sorted(apt.read_text().splitlines()) == sorted([*names, "htop # mine", "tree"])
    assert "BB608 binder/apt.txt" in said
    update(course, **NONE)
    assert apt.read_text() == f"libalpha  # alpha\n{ANCHOR}htop # mine\ntree\n"
