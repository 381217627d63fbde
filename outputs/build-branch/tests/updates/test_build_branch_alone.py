"""The answer `build_branch_alone`: the output's page followed to the letter, with a bare repository as the server."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fast.conftest import ROOT, MakeCatalogue, commit, copier, git, manifest, write_components

BRANCH = "binder-build"
ADDRESS = "https://github.com/owner/course.git"
COMPONENTS = {
    "nbgitpuller/component.yml": manifest("nbgitpuller"),
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "libalpha\n",
    "alpha/postBuild": "#!/bin/bash\necho alpha\n",
}
PAGE = (Path(__file__).parents[2] / "README.md").read_text()
SECTION = PAGE.partition("# Nothing of it on the main branch\n")[2].partition("\n## ")[0]
CREATE, UPDATE = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)


@dataclass
class Hosted:
    """A course on a server, a catalogue, and a shell in which its address and `copier` are at hand."""

    origin: Path
    catalogue: Path
    folder: Path

    def run(self, commands: str) -> Path:
        """As a maintainer types them, in a new folder; where the checkout is then. Nobody answers a question."""
        folder = self.folder / f"run-{len(list(self.folder.iterdir()))}"
        (folder / "bin").mkdir(parents=True)
        program = folder / "bin/copier"
        words = shlex.join([sys.executable, "-m", "copier"])
        program.write_text(f'#!/bin/bash\nexec {words} "$@"\n')
        program.chmod(0o755)
        environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(program.parent), os.environ["PATH"]]),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{self.origin.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": ADDRESS,
        }
        script = "set -eu\n" + commands.replace("CATALOGUE", str(self.catalogue))
        result = subprocess.run(
            ["bash", "-c", script],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return folder / "course-binder"

    def release(self, version: str, package: str) -> None:
        write_components(self.catalogue, {"alpha/apt.txt": f"{package}\n"})
        commit(self.catalogue, version)

    def tip(self, branch: str = BRANCH) -> str:
        return git(self.origin, "rev-parse", branch).strip()

    def names(self, branch: str = BRANCH) -> list[str]:
        return git(self.origin, "ls-tree", "--name-only", branch).split()

    def show(self, path: str) -> str:
        return git(self.origin, "show", f"{BRANCH}:{path}")


@pytest.fixture
def hosted(make_catalogue: MakeCatalogue, tmp_path: Path) -> Hosted:
    catalogue, course, folder = make_catalogue(COMPONENTS), tmp_path / "course", tmp_path / "runs"
    folder.mkdir()
    commit(catalogue, "1.0.0")
    (course / "week 1").mkdir(parents=True)
    (course / "week 1/start.ipynb").write_text("{}\n")
    git(tmp_path, "init", "--quiet", "--initial-branch", "main", str(course))
    commit(course)
    git(tmp_path, "clone", "--quiet", "--bare", str(course), str(tmp_path / "origin"))
    return Hosted(tmp_path / "origin", catalogue, folder)


def test_the_main_branch_never_changes(hosted: Hosted, tmp_path: Path) -> None:
    main = hosted.tip("main")
    create = CREATE.replace("copier copy", "copier copy --data 'components=[alpha]'")
    checkout = hosted.run(create)
    assert hosted.names() == [".copier-answers.yml", "README.md", "binder"]
    assert git(hosted.origin, "rev-list", BRANCH).split() == [hosted.tip()], "it has no commit of the main branch"
    page = hosted.show("binder/README.md")
    assert f"/v2/gh/owner/course/{BRANCH}?urlpath=git-pull%3Frepo" in page
    assert "Binder builds this branch" in page
    assert hosted.tip("main") == main

    # A notebook moves the main branch, and there is nothing on either branch that could move the other.
    built = hosted.tip()
    notebooks = tmp_path / "course"
    (notebooks / "week 1/start.ipynb").write_text('{"cells": []}\n')
    commit(notebooks)
    git(notebooks, "push", "--quiet", str(hosted.origin), "main")
    main = hosted.tip("main")
    assert hosted.tip() == built
    assert git(hosted.origin, "ls-tree", "-r", "--name-only", "main") == "week 1/start.ipynb\n"

    # What the author adds, in the checkout that is there.
    apt = checkout / "binder/apt.txt"
    apt.write_text(apt.read_text() + "own\n")
    commit(checkout)
    git(checkout, "push", "--quiet", str(hosted.origin), BRANCH)

    hosted.release("1.1.0", "libalpha2")
    hosted.run(UPDATE)
    assert "libalpha2  # alpha\n" in hosted.show("binder/apt.txt")
    assert hosted.show("binder/apt.txt").endswith("own\n")
    assert "_commit: 1.1.0\n" in hosted.show(".copier-answers.yml")
    assert hosted.names() == [".copier-answers.yml", "README.md", "binder"]
    assert hosted.tip("main") == main

    # fleet/update.py, as docs/fleet.md says: nothing but the checkout is different.
    hosted.release("1.2.0", "libalpha3")
    start = hosted.tip()
    checkout = hosted.run(UPDATE.splitlines()[0])
    command = [sys.executable, str(ROOT / "fleet/update.py"), str(checkout)]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.stdout == f"{checkout}\t1.1.0\t1.2.0\tupdated\t-\n", result.stderr
    assert git(checkout, "branch", "--show-current").strip() == "binder-blocks/1.2.0"
    assert git(checkout, "rev-parse", "HEAD^").strip() == start
    git(checkout, "push", "--quiet", str(hosted.origin), "HEAD:binder-blocks/1.2.0")
    git(hosted.origin, "update-ref", f"refs/heads/{BRANCH}", "binder-blocks/1.2.0")  # the pull request is merged
    assert "libalpha3  # alpha\n" in hosted.show("binder/apt.txt")
    assert hosted.tip("main") == main


def test_a_branch_that_a_workflow_published_is_taken_over(hosted: Hosted, tmp_path: Path) -> None:
    course = tmp_path / "course"
    answers = ["components=[alpha]", "outputs=[build-branch]", "links_repository=gh:owner/course"]
    data = [word for answer in answers for word in ("--data", answer)]
    result = copier("copy", "--trust", "--defaults", "--overwrite", *data, hosted.catalogue, course)
    assert result.returncode == 0, result.stderr
    commit(course)
    git(course, "checkout", "--quiet", "-b", BRANCH)
    git(course, "rm", "-r", "--quiet", ".github")  # as the workflow does it
    commit(course)
    git(course, "push", "--quiet", str(hosted.origin), BRANCH)

    take_over = re.search(r"`(copier update [^`]*build_branch_alone=true)`", SECTION)
    assert take_over
    checkout = hosted.run("\n".join([*UPDATE.splitlines()[:2], take_over[1]]))
    assert git(checkout, "ls-files", "--unmerged") == ""
    changed = git(checkout, "status", "--porcelain").splitlines()
    assert changed == [" M .copier-answers.yml", " M binder/README.md", " M binder/report.json"]
    assert "build_branch_alone: true\n" in (checkout / ".copier-answers.yml").read_text()
    commit(checkout)

    # And back to no branch at all.
    data = ["--data", "outputs=[]"]
    result = copier("update", "--trust", "--defaults", *data, cwd=checkout)
    assert result.returncode == 0, result.stderr
    assert BRANCH not in (checkout / "binder/README.md").read_text()
    assert "build_branch_alone" not in (checkout / ".copier-answers.yml").read_text()
    assert not list(checkout.rglob("*.rej"))
