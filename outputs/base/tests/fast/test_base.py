"""The answers `base_kind` and `base_image`: which images can be named, and what is written for each kind of base."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from extensions.errors import BlocksError
from extensions.merge import apt
from extensions.model import Fragment
from extensions.update import own
from tests import units
from tests.fast.conftest import MakeCatalogue, copier, manifest, rules_of, tree
from tests.fast.test_components import TOOLS, scripts
from tests.fast.test_copy import assert_refused
from tests.units import WHOLE

base = rules_of("base")
DIGEST = "sha256:" + "0123456789abcdef" * 4
IMAGE = "ghcr.io/owner/box:v1.0"
ONBUILD = "pangeo/base-image:2026.01.30"
COMPONENTS = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "libalpha # the library\nlibalpha2=1.0\n",
    "alpha/environment.yml": "dependencies:\n- alpha\n",
    "course/component.yml": manifest("Course", course=True),
    "course/apt.txt": "libalpha2=2.0\n",
}


@pytest.mark.parametrize(
    "image",
    [
        base.EXAMPLES[base.REPO2DOCKER],
        "buildpack-deps:22.04",
        "localhost:5000/box:v1",
        "registry:5000/box:v1",
        f"ghcr.io/o/box@{DIGEST}",
        f"ghcr.io/o/box:latest@{DIGEST}",
        "quay.io/group/sub/a__b--c.d:2026.01.30-rc_1",
    ],
)
def test_images(image: str) -> None:
    assert base.check_image(image, base.REPO2DOCKER) == image


@pytest.mark.parametrize(
    ("image", "kind", "message"),
    [
        (
            "",
            "onbuild",
            "base_image: 'base_kind: onbuild' needs the image that it is built on; write it like 'docker.io/pangeo",
        ),
        (
            None,
            "box",
            "base_image: 'base_kind: box' needs the image that it is built on; write it like 'ghcr.io/owner/box:v1.0'",
        ),
        (
            "",
            "repo2docker",
            "base_image: 'base_kind: repo2docker' needs the image that it is built on; write it like 'docker.io",
        ),
        ("ghcr.io/o/box", "box", "has no tag, and so means 'latest', which moves; write 'ghcr.io/o/box:TAG' or"),
        (
            "ghcr.io/o/box:latest",
            "box",
            "'ghcr.io/o/box:latest': moves with every build of it; write 'ghcr.io/o/box:TAG'",
        ),
        ("localhost:5000/box", "box", "has no tag"),
        ("ghcr.io/O/Box:v1", "box", "names of images are lower case; write it like"),
        ("https://ghcr.io/o/box:v1", "box", "is no name of an image"),
        ("ghcr.io/o/box@sha256:12", "box", "is no name of an image"),
        ("box:v1\nRUN x", "box", "is no name of an image"),
        ("box:é", "box", "is no name of an image"),
        ("box:v1 AS x", "repo2docker", "is no name of an image"),
        ("${IMAGE}:v1", "onbuild", "is no name of an image"),
        (1, "box", "base_image: must be text, not 1"),
    ],
)
def test_wrong_images(image: object, kind: str, message: str) -> None:
    with pytest.raises(BlocksError) as refused:
        base.check_image(image, kind)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("image", "kind", "message"),
    [
        ("yuvipanda/pangeo-base-notebook-onbuild:2019.04.15-4", base.ONBUILD, "is of an older kind"),
        ("docker.io/pangeo/pangeo-notebook-onbuild:2020.01.02", base.ONBUILD, "is of an older kind"),
        ("python:3-onbuild", base.ONBUILD, "is of an older kind"),
        ("pangeo/pangeo-notebook:2026.01.30", base.ONBUILD, "whose steps have run by then; take that one"),
        ("docker.io/pangeo/base-notebook:2026.01.30", base.ONBUILD, "whose steps have run by then"),
        ("quay.io/jupyter/scipy-notebook:2026-01-05", base.ONBUILD, "has no ONBUILD steps"),
        ("buildpack-deps:24.04", base.ONBUILD, "has no ONBUILD steps"),
        ("docker.io/library/ubuntu:24.04", base.ONBUILD, "has no ONBUILD steps"),
        ("alpine:3.20", base.REPO2DOCKER, "is not made from Debian or Ubuntu"),
        ("docker.io/library/python:3.13-alpine3.20", base.REPO2DOCKER, "is not made from Debian or Ubuntu"),
        ("quay.io/centos/centos:stream9", base.REPO2DOCKER, "is not made from Debian or Ubuntu"),
        (f"registry.example.org:5000/mirror/fedora@{DIGEST}", base.REPO2DOCKER, "is not made from Debian or Ubuntu"),
        ("jupyter/minimal-notebook:2023-10-20", base.REPO2DOCKER, "has a user 1000"),
        ("pangeo/base-image:2026.01.30", base.REPO2DOCKER, "has a user 1000"),
        ("buildpack-deps:24.04", base.BOX, "was not made by repo2docker"),
        ("quay.io/jupyter/base-notebook:2026-01-05", base.BOX, "was not made by repo2docker"),
        ("pangeo/base-image:2026.01.30", base.BOX, "was not made by repo2docker"),
    ],
)
def test_images_that_are_known_not_to_do(image: str, kind: str, message: str) -> None:
    with pytest.raises(BlocksError) as refused:
        base.check_image(image, kind)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        *((image, kind) for kind, image in base.EXAMPLES.items()),
        ("ubuntu:24.04", base.REPO2DOCKER),
        ("python:3.13-bookworm", base.REPO2DOCKER),
        ("rocker/geospatial:4.5", base.REPO2DOCKER),
        ("ghcr.io/owner/fedora-course:v1", base.BOX),
        ("ghcr.io/owner/alpine-flowers:v1", base.BOX),
        ("localhost:5000/box:v1", base.BOX),
        ("ghcr.io/owner/onbuild-base:v1", base.ONBUILD),
    ],
)
def test_images_of_each_kind(image: str, kind: str) -> None:
    assert base.check_image(image, kind) == image


def render(catalogue: Path, course: Path, *answers: str) -> Path:
    data = [word for answer in answers for word in ("--data", answer)]
    result = copier("copy", "--trust", "--defaults", *data, catalogue, course)
    assert result.returncode == 0, result.stderr
    return course


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (["base_kind=onbuild"], "base_image: has to be answered; add --data base_image=ghcr.io/owner/box:v1.0"),
        (["base_kind=onbuild", "base_image="], "base_image: 'base_kind: onbuild' needs the image that it is built on"),
        (["base_kind=box", "base_image="], "base_image: 'base_kind: box' needs the image that it is built on"),
        (["base_kind=box", "base_image=ghcr.io/o/box"], "base_image: 'ghcr.io/o/box': has no tag"),
        (["base_image=Box"], "base_image: 'Box': names of images are lower case"),
        (["base_kind=docker"], "base_kind: must be one of repo2docker, onbuild, box, not 'docker'"),
    ],
)
def test_wrong_answers(make_catalogue: MakeCatalogue, tmp_path: Path, answers: list[str], message: str) -> None:
    data = [word for answer in ("outputs=[base]", *answers) for word in ("--data", answer)]
    result = copier("copy", "--trust", "--defaults", *data, make_catalogue(COMPONENTS), tmp_path / "course")
    assert_refused(result.returncode, result.stderr, message)
    assert not (tmp_path / "course").exists()


def test_onbuild(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    answers = ["components=[alpha, course]", "outputs=[base]", "base_kind=onbuild", f"base_image={ONBUILD}"]
    course = render(make_catalogue(COMPONENTS), tmp_path / "course", *answers)
    binder = course / "binder"

    # exactly the packages, one word each: neither what lost nor a comment
    xargs = ["xargs", "-a", "apt.txt", "printf", "%s\\n"]
    packages = subprocess.run(xargs, cwd=binder, check=True, capture_output=True, text=True).stdout
    assert packages == "libalpha2=2.0\nlibalpha\nca-certificates\ncurl\ngit\nless\nunzip\n"
    assert (binder / "apt.txt").read_text() == packages

    readme = (binder / "README.md").read_text()
    assert "\nlibalpha2=2.0  # course; clash, see below\n# libalpha2=1.0  # alpha wanted this\n" in readme
    assert "\nlibalpha  # alpha (the library)\n" in readme
    report = json.loads((binder / "report.json").read_text())
    assert report["base"] == {"kind": "onbuild", "image": ONBUILD}
    assert report["entries"]["apt.txt"][1]["from"][0]["component"] == "alpha"

    environment = (binder / "environment.yml").read_text()
    assert "  - alpha  # alpha\n" in environment
    assert "  - jupyterhub-singleuser=5  # base\n" in environment
    assert f"FROM {ONBUILD}\n" in (binder / "Dockerfile").read_text()
    assert "\nbinder_dir=/srv/repo/binder\n" in (binder / "start").read_text()
    assert "\npost-invoke=rm -rf /tmp/hsperfdata_root\n" in (course / ".dpkg.cfg").read_text()


def test_box(make_catalogue: MakeCatalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from repo2docker.buildpacks import DockerBuildPack

    plainly = ["components=[alpha]", "binder_dir=.binder"]
    answers = [*plainly, "outputs=[base]", "base_kind=box", f"base_image={IMAGE}"]
    root = make_catalogue(COMPONENTS)
    course, plain = render(root, tmp_path / "course", *answers), render(root, tmp_path / "plain", *plainly)
    monkeypatch.chdir(course)
    pack = DockerBuildPack("base")
    assert pack.detect()
    text = pack.render()
    assert f"\nFROM {IMAGE}\n" in text
    assert " .binder/environment.yml " in text
    assert "$REPO_DIR/binder" in text
    # the lists are as repo2docker reads them
    changed = {
        ".copier-answers.yml",
        ".binder/Dockerfile",
        ".binder/README.md",
        ".binder/postBuild",
        ".binder/report.json",
    }
    assert {path for path, content in tree(course).items() if tree(plain).get(path) != content} == changed


def test_named_base_image_of_repo2docker(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """No file can say it to repo2docker, so those that start it do."""
    units.require_outputs("image", "take-away")
    answers = ["components=[alpha]", "base_image=buildpack-deps:22.04"]
    root = make_catalogue(COMPONENTS)
    course = render(root, tmp_path / "course", *answers, "outputs=[base, image]", "image_name=ghcr.io/owner/course")
    taken = render(root, tmp_path / "taken", *answers, "outputs=[base, take-away]")
    option = "--Repo2Docker.base_image=buildpack-deps:22.04 "
    assert f"jupyter-repo2docker {option}.\n" in (course / "binder/README.md").read_text()
    assert option in (course / ".github/workflows/binder-image.yml").read_text()
    assert option in (taken / "compose.yaml").read_text()
    assert not (course / "binder/Dockerfile").exists()


@pytest.mark.parametrize("kind", ["onbuild", "box"])
def test_scripts_are_clean(catalogue: Path, tmp_path: Path, kind: str) -> None:
    answers = [f"components=[{', '.join(WHOLE)}]", "outputs=[base]", f"base_kind={kind}", f"base_image={IMAGE}"]
    course = render(catalogue, tmp_path / "course", *answers)
    found = [path for path in scripts(course) if path.parent.name == "binder"]
    assert {path.name for path in found} >= {"start", "postBuild", "verify", "reset", "fetch", "env"}
    subprocess.run([TOOLS / "shellcheck", "--external-sources", *found], check=True)
    subprocess.run([TOOLS / "shfmt", "--indent", "2", "--case-indent", "--diff", *found], check=True)


@pytest.mark.parametrize(("line", "codes"), [("tree", []), ("tree # to look", ["BB608"]), ("a", ["BB601"])])
def test_own_line_in_an_apt_txt_of_names(line: str, codes: list[str]) -> None:
    generated = apt.render_names(apt.merge([Fragment("a", "a.txt", "a # why\nb")]))
    found = own.check_file("binder/apt.txt", f"{generated}{line}\n", generated)
    assert [(one.code, one.line) for one in found] == [(code, 3) for code in codes]
