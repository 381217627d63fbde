"""A repository from before there were outputs: an update takes its answers over, and a copy does not pass over them.

The catalogue that such a repository is from is the last commit without outputs: of that there
is no release, only checkouts.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import units
from tests.fast.conftest import ROOT, MakeCatalogue, commit, committed_course, copier, git, manifest, tree

BEFORE = "fce5e3ed7c4ce8fb43ca020b051be9fa9f53bd2c"
ANSWERS = ".copier-answers.yml"
REPOSITORY = {"components": ["postgres", "content-package"], "course_name": "Course", "keep_data": "home"}
CONTENT = ["gh:owner/notebooks@main#week 1/start.ipynb", "https://git.example.org/more.git"]
# What was answered then -> what the same is called now.
ROWS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "all, on an image with ONBUILD steps": (
        {
            "updates": "workflow",
            "repository": "gh:owner/course",
            "hub": "https://hub.example.org",
            "content": CONTENT,
            "build_branch": True,
            "image": "ghcr.io/owner/course",
            "base": "onbuild",
            "base_image": "quay.io/owner/base:2026.11",
            "take_away": True,
            "devcontainer": True,
            "reach_databases": True,
            "hub_profile": True,
            "module": "TM351",
            "presentation": "26J",
            "image_tag": "v1.0",
            "hub_group": "staff",
        },
        {
            "outputs": ["base", "build-branch", "devcontainer", "hub", "image", "links", "take-away", "updates"],
            "updates_by": "workflow",
            "links_repository": "gh:owner/course",
            "links_hub": "https://hub.example.org",
            "links_content": CONTENT,
            "image_name": "ghcr.io/owner/course",
            "base_kind": "onbuild",
            "base_image": "quay.io/owner/base:2026.11",
            "take_away_databases": True,
            "devcontainer_databases": True,
            "hub_module": "TM351",
            "hub_presentation": "26J",
            "hub_tag": "v1.0",
            "hub_group": "staff",
        },
    ),
    "a branch alone, on a box": (
        {
            "repository": "gl:group/course@v2",
            "binder_url": "https://binder.example.org",
            "build_branch": True,
            "build_branch_only": True,
            "image": "ghcr.io/owner/course",
            "binder_dir": ".binder",
            "base": "box",
            "base_image": "ghcr.io/owner/box:v1.0",
            "take_away": True,
            "hub_profile": True,
            "module": "TM351",
            "presentation": "26J",
            "image_tag": "v1.0",
        },
        {
            "outputs": ["base", "build-branch", "hub", "image", "links", "take-away"],
            "links_repository": "gl:group/course@v2",
            "links_binder": "https://binder.example.org",
            "build_branch_alone": True,
            "image_name": "ghcr.io/owner/course",
            "binder_dir": ".binder",
            "base_kind": "box",
            "base_image": "ghcr.io/owner/box:v1.0",
            "hub_module": "TM351",
            "hub_presentation": "26J",
            "hub_tag": "v1.0",
        },
    ),
    "renovate, on another base image": (
        {
            "updates": "renovate",
            "repository": "https://git.example.org/course.git",
            "image": "ghcr.io/owner/course",
            "base_image": "buildpack-deps:22.04",
            "devcontainer": True,
        },
        {
            "outputs": ["base", "devcontainer", "image", "links", "updates"],
            "updates_by": "renovate",
            "links_repository": "https://git.example.org/course.git",
            "image_name": "ghcr.io/owner/course",
            "base_image": "buildpack-deps:22.04",
        },
    ),
    "content alone": ({"content": CONTENT}, {"outputs": ["links"], "links_content": CONTENT}),
    "nothing": ({}, {}),
}
MINE = {
    "apt.txt": "mine",
    "environment.yml": "- mine",
    "env": "export MINE=1",
    "postBuild": "echo mine",
    "Dockerfile": "RUN echo mine",
    "start": "export MINE=1",
    "requirements.late.txt": "mine",
    "downloads.txt": "# mine",
}
ANCHOR = re.compile(r"^( *)# Your own .* below this line\.\n", re.MULTILINE)
GRACE = "    stop_grace_period: 30s\n"


@pytest.fixture(scope="module")
def versions(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1.0.0: before there were outputs. 2.0.0: the working tree."""
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", BEFORE], check=False, capture_output=True)
    if archive.returncode:
        pytest.skip(f"this clone has no commit {BEFORE[:7]}, the last without outputs: {archive.stderr.decode()}")
    root = tmp_path_factory.mktemp("versions") / "catalogue"
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as packed:
        packed.extractall(root)
    commit(root, "1.0.0")
    for path in [path for path in root.iterdir() if path.name != ".git"]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(catalogue, root, dirs_exist_ok=True)
    commit(root, "2.0.0")
    return root


def copy(root: Path, course: Path, version: str, answers: dict[str, Any]) -> Path:
    data = course.parent / "answers.yml"
    data.write_text(yaml.safe_dump({**REPOSITORY, **answers}))
    options = ("--trust", "--defaults", "--quiet", f"--data-file={data}", f"--vcs-ref={version}")
    result = copier("copy", *options, root, course)
    assert result.returncode == 0, result.stderr
    return course


def add_own_lines(course: Path) -> set[str]:
    """One below every anchor, and a limit in compose.yaml; the files that have one now."""
    changed = set()
    for path, data in tree(course).items():
        if path.endswith(".md"):
            continue
        name, text = path.rpartition("/")[2], data.decode()
        new = text.replace(GRACE, f"{GRACE}    mem_limit: 4g\n") if path == "compose.yaml" else text
        new = ANCHOR.sub(lambda found, name=name: f"{found[0]}{found[1]}{MINE[name]}\n", new)  # type: ignore[misc]
        if new != text:
            (course / path).write_text(new)
            changed.add(path)
    return changed


@pytest.mark.parametrize("name", ROWS)
def test_update_takes_the_answers_over(versions: Path, tmp_path: Path, name: str) -> None:
    before, now = ROWS[name]
    units.require(REPOSITORY["components"])
    units.require_outputs(*now.get("outputs", ()))
    course = copy(versions, tmp_path / "course", "1.0.0", before)
    own = add_own_lines(course)
    binder_dir = before.get("binder_dir", "binder")
    assert {f"{binder_dir}/{file}" for file in ("environment.yml", "env", "postBuild", "start")} <= own
    assert ("compose.yaml" in own) == bool(before.get("take_away"))
    commit(course)

    result = copier("update", "--trust", "--defaults", cwd=course)
    assert result.returncode == 0, result.stderr
    outputs = now.get("outputs", [])
    said = f"The outputs are an answer of their own now: {', '.join(outputs) or 'none'}"
    assert [line for line in result.stderr.splitlines() if "outputs" in line] == [said]
    assert git(course, "ls-files", "--unmerged") == ""
    assert not list(course.rglob("*.rej"))

    fresh = copy(versions, tmp_path / "fresh", "2.0.0", now)
    add_own_lines(fresh)
    found, wanted = tree(course), tree(fresh)
    assert found.pop("README.md"), "is written once"
    del wanted["README.md"]
    assert found.keys() == wanted.keys()
    assert {path for path, data in found.items() if data != wanted[path]} == set()
    answers = yaml.safe_load((course / ANSWERS).read_text())
    assert {**answers, **now, "outputs": outputs} == {**answers, "outputs": sorted(answers["outputs"])}


@pytest.mark.parametrize("verb", ["copy", "recopy"])
def test_copy_does_not_pass_over_them(make_catalogue: MakeCatalogue, tmp_path: Path, verb: str) -> None:
    units.require_outputs("image")
    root = make_catalogue({"alpha/component.yml": manifest("Alpha")})
    answers = ("outputs=[image]", "image_name=ghcr.io/owner/course")
    course = committed_course(root, tmp_path / "course", *answers)
    file = course / ANSWERS
    former = yaml.safe_load(file.read_text())
    del former["outputs"]
    file.write_text(yaml.safe_dump({**former, "image": former.pop("image_name")}))
    commit(course)
    before = tree(course)

    places = (root, course) if verb == "copy" else (course,)
    result = copier(verb, "--trust", "--defaults", "--overwrite", *places)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == f"{ANSWERS}: is from before there were outputs; run copier update first"
    assert "Traceback" not in result.stderr
    assert tree(course) == before
