"""The starter repository: its workflow makes the course of course.yml, from a form, too, against a local remote."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.fast.actions import Job, run_jobs
from tests.fast.conftest import ROOT, MakeCatalogue, commit, git, manifest

STARTER = ROOT / "starter"
WORKFLOW = ".github/workflows/binder-course.yml"
BLOCKS = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "libalpha\n",
    "beta/component.yml": manifest("Beta"),
    "beta/apt.txt": "libbeta\n",
}


@dataclass
class Hosted:
    origin: Path
    folder: Path

    def clone(self, target: Path | None = None) -> Path:
        target = target or self.folder / f"clone-{len(list(self.folder.iterdir()))}"
        git(self.folder, "clone", "--quiet", "--depth", "1", "--branch", "main", self.origin.as_uri(), str(target))
        return target

    def edit(self, path: str, text: str) -> None:
        clone = self.clone()
        (clone / path).write_text(text)
        commit(clone)
        git(clone, "push", "--quiet", "origin", "main")

    def run(self, name: str = "", blocks: str = "", outputs: str = "") -> dict[str, Job]:
        clone = self.clone()
        path = os.pathsep.join([str(self.folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
        given = {"inputs.name": name, "inputs.blocks": blocks, "inputs.outputs": outputs}
        environment = {"PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        folder = clone.with_suffix(".run")
        jobs = run_jobs(clone / WORKFLOW, folder, self.clone, environment, given)
        print(*(job.log for job in jobs.values()))
        return jobs

    def show(self, path: str) -> str:
        return git(self.origin, "show", f"main:{path}")

    @property
    def commits(self) -> int:
        return int(git(self.origin, "rev-list", "--count", "main"))


@pytest.fixture
def hosted(make_catalogue: MakeCatalogue, tmp_path: Path) -> Hosted:
    """What a template button makes, with a course of the block alpha."""
    catalogue, starter, folder = make_catalogue(BLOCKS), tmp_path / "starter", tmp_path / "hosted"
    commit(catalogue, "1.0.0")
    shutil.copytree(STARTER, starter)
    (starter / "course.yml").write_text("# The course.\ncourse_name: First\ncomponents: [alpha]\n")
    workflow = (starter / WORKFLOW).read_text()
    assert workflow.count("gh:OWNER/binder-blocks") == 1
    (starter / WORKFLOW).write_text(workflow.replace("gh:OWNER/binder-blocks", str(catalogue)))
    git(tmp_path, "init", "--quiet", "--initial-branch", "main", str(starter))
    commit(starter)
    (folder / "bin").mkdir(parents=True)
    for program in ("gh", "pip"):
        (folder / "bin" / program).write_text("#!/bin/sh\n")
        (folder / "bin" / program).chmod(0o755)
    git(tmp_path, "clone", "--quiet", "--bare", str(starter), str(tmp_path / "origin"))
    return Hosted(tmp_path / "origin", folder)


def test_the_course_is_made_and_changed(hosted: Hosted) -> None:
    jobs = hosted.run()
    assert all(job.green for job in jobs.values())
    assert "libalpha  # alpha\n" in hosted.show("binder/apt.txt")
    assert "template button" not in hosted.show("README.md")
    assert hosted.show("README.md") == (STARTER / "README.md").read_text(), "a page that is there stays"

    before = hosted.commits
    assert [*hosted.run()] == ["make"], "nothing has changed, so nothing is pushed"
    assert hosted.commits == before

    hosted.edit("binder/apt.txt", hosted.show("binder/apt.txt") + "mine\n")
    hosted.edit("course.yml", "course_name: First\ncomponents: [alpha, beta]\n")
    assert hosted.run()["push"].green
    packages = hosted.show("binder/apt.txt")
    assert "libbeta  # beta\n" in packages
    assert packages.endswith("mine\n")


def test_the_form_is_written_into_the_course(hosted: Hosted) -> None:
    assert hosted.run(name="Second: with a 'colon' $(touch x)", blocks="beta, alpha")["push"].green
    written = yaml.safe_load(hosted.show("course.yml"))
    assert written == {"course_name": "Second: with a 'colon' $(touch x)", "components": ["beta", "alpha"]}
    assert hosted.show("course.yml").startswith("# The course.\n")
    assert yaml.safe_load(hosted.show(".copier-answers.yml"))["course_name"] == written["course_name"]
    assert hosted.run(blocks="alpha")["push"].green
    assert "libbeta" not in hosted.show("binder/apt.txt")


@pytest.mark.parametrize("blocks", ["$(touch x)", "alpha; id", "../alpha", "{{ 7 }}", "gamma"])
def test_a_form_that_cannot_be(hosted: Hosted, blocks: str) -> None:
    before = hosted.commits
    jobs = hosted.run(blocks=blocks)
    assert [*jobs] == ["make"]
    assert not jobs["make"].green
    assert "Traceback" not in jobs["make"].log
    assert hosted.commits == before


def test_what_has_no_token_cannot_push(hosted: Hosted) -> None:
    """The job that runs the catalogue's code has no right to write, and its environment no token."""
    jobs = yaml.safe_load((STARTER / WORKFLOW).read_text())["jobs"]
    assert jobs["make"]["permissions"] == {"contents": "read"}
    assert "token" not in str(jobs["make"]).lower().replace("which no token", "")
    assert "python" not in str(jobs["push"]).lower()
