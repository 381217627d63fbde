"""The workflow that publishes the branch: its own script, run against a bare repository."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.fast.actions import Job, run_job
from tests.fast.conftest import MakeCatalogue, commit, committed_course, copier, git, manifest, tree

WORKFLOW = ".github/workflows/binder-build.yml"
BRANCH = "binder-build"
COMPONENTS = {
    "nbgitpuller/component.yml": manifest("nbgitpuller"),
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "libalpha\n",
    "alpha/files/data/alpha.csv": "a,b\n",
}


def render(root: Path, course: Path, **answers: str) -> None:
    given = {"components": "[alpha]", "outputs": "[build-branch]", "links_repository": "gh:owner/course", **answers}
    data = [word for name, value in given.items() for word in ("--data", f"{name}={value}")]
    result = copier("copy", "--trust", "--defaults", *data, root, course)
    assert result.returncode == 0, result.stderr


@dataclass
class Hosted:
    """A course on a server: a bare repository, and programs that stand in for those of a runner."""

    origin: Path
    folder: Path

    def clone(self) -> Path:
        target = self.folder / f"clone-{len(list(self.folder.iterdir()))}"
        git(self.folder, "clone", "--quiet", "--depth", "1", "--branch", "main", self.origin.as_uri(), str(target))
        return target

    def push(self, path: str, text: str) -> None:
        clone = self.clone()
        (clone / path).parent.mkdir(exist_ok=True)
        (clone / path).write_text(text)
        commit(clone)
        git(clone, "push", "--quiet", "origin", "main")

    def program(self, name: str, script: str) -> None:
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)

    def run(self, checkout: Path | None = None, always: str = "") -> Job:
        checkout = checkout or self.clone()
        scratch = self.folder / f"scratch-{len(list(self.folder.iterdir()))}"
        path = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]])
        given = {"github.event.repository.default_branch": "main", "inputs.always": always}
        job = run_job(checkout / WORKFLOW, "publish", checkout, scratch, {"PATH": path}, given)
        print(job.log)
        return job

    @property
    def published(self) -> str:
        """The commit; empty where there is no branch."""
        return git(self.origin, "for-each-ref", "--format", "%(objectname)", f"refs/heads/{BRANCH}").strip()

    def show(self, path: str) -> str:
        return git(self.origin, "show", f"{BRANCH}:{path}")

    def commits(self) -> int:
        return len(git(self.origin, "rev-list", BRANCH).split())


@pytest.fixture
def hosted(make_catalogue: MakeCatalogue, tmp_path: Path) -> Hosted:
    course, folder = tmp_path / "course", tmp_path / "hosted"
    render(make_catalogue(COMPONENTS), course)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main", str(course))
    commit(course)
    git(tmp_path, "clone", "--quiet", "--bare", str(course), str(tmp_path / "origin"))
    folder.mkdir()
    result = Hosted(tmp_path / "origin", folder)
    result.program("gh", f'echo "gh $*" >>{folder}/gh-calls')
    result.program("sleep", f'echo "$1" >>{folder}/sleeps')
    return result


def test_it_moves_with_the_binder_directory_and_not_with_a_notebook(hosted: Hosted) -> None:
    assert hosted.run().green
    first = hosted.published
    assert hosted.commits() == 1, "the first run creates the branch"
    assert "libalpha" in hosted.show("binder/apt.txt")
    assert hosted.show("data/alpha.csv") == "a,b\n", "scripts find what they use outside the Binder directory"
    assert ".github" not in git(hosted.origin, "ls-tree", "--name-only", BRANCH).split()

    job = hosted.run()
    assert job.green
    assert "stays where it is" in job.log
    assert hosted.published == first, "run twice moves nothing"

    hosted.push("notebooks/week 1.ipynb", "{}\n")
    assert hosted.run().green
    assert hosted.published == first

    hosted.push("binder/apt.txt", "libbeta\n")
    assert hosted.run().green
    assert hosted.published != first
    assert hosted.commits() == 2
    assert git(hosted.origin, "rev-parse", f"{BRANCH}^").strip() == first, "nothing is forced"
    assert hosted.show("binder/apt.txt") == "libbeta\n"
    assert hosted.show("notebooks/week 1.ipynb") == "{}\n"


def test_modes_and_odd_names_are_kept(hosted: Hosted) -> None:
    hosted.push("binder/größe\t1.txt", "x\n")
    assert hosted.run().green
    options = ("ls-tree", "-r")
    kept = [line for line in git(hosted.origin, *options, "main").splitlines() if "\t.github/" not in line]
    assert git(hosted.origin, *options, BRANCH).splitlines() == kept
    assert any(line.startswith("100755") for line in kept)


def test_on_demand_it_takes_what_else_changed(hosted: Hosted) -> None:
    assert hosted.run().green
    hosted.push("data/alpha.csv", "c,d\n")
    assert hosted.run(always="true").green
    assert hosted.show("data/alpha.csv") == "c,d\n"
    published = hosted.published
    assert hosted.run(always="true").green
    assert hosted.published == published


def test_a_late_run_of_an_old_push_publishes_the_newest(hosted: Hosted) -> None:
    old = hosted.clone()
    hosted.push("binder/apt.txt", "libbeta\n")
    assert hosted.run().green
    published = hosted.published
    assert hosted.run(old).green
    assert hosted.published == published
    assert hosted.show("binder/apt.txt") == "libbeta\n"


@pytest.mark.parametrize(("rival", "commits"), [("main", 2), ("main~1", 3)], ids=["the same", "an older one"])
def test_two_runs_at_once(hosted: Hosted, rival: str, commits: int) -> None:
    """Another run pushes after this one has looked: its push is refused, and it looks again."""
    assert hosted.run().green
    hosted.push("binder/apt.txt", "libbeta\n")
    if rival != "main":
        hosted.push("binder/apt.txt", "libgamma\n")
    tree = f"$({shutil.which('git')} -C {hosted.origin} rev-parse {rival}^{{tree}})"
    other = f"{shutil.which('git')} -C {hosted.origin}"
    hosted.program(
        "git",
        f'if [ "$1" = push ] && mkdir {hosted.folder}/raced 2>/dev/null; then\n'
        f"  {other} update-ref refs/heads/{BRANCH} $({other} commit-tree {tree} -p {BRANCH} -m rival)\n"
        f'fi\nexec {shutil.which("git")} "$@"',
    )
    assert hosted.run().green
    assert (hosted.folder / "sleeps").read_text() == "1\n"
    assert hosted.commits() == commits
    assert hosted.show("binder/apt.txt") == git(hosted.origin, "show", "main:binder/apt.txt")


def test_a_push_that_is_refused(hosted: Hosted) -> None:
    hook = hosted.origin / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    job = hosted.run()
    assert not job.green
    assert "Does a rule protect it?" in job.log
    assert hosted.published == ""


def test_without_a_binder_directory(hosted: Hosted) -> None:
    clone = hosted.clone()
    git(clone, "rm", "-r", "--quiet", "binder")
    commit(clone)
    git(clone, "push", "--quiet", "origin", "main")
    job = hosted.run()
    assert not job.green
    assert "There is no binder/ on the branch main" in job.log


def test_another_branch_can_be_the_one_that_is_edited(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = tmp_path / "course"
    render(make_catalogue(COMPONENTS), course, links_repository="gh:owner/course@2026", binder_dir=".binder")
    workflow = yaml.safe_load((course / WORKFLOW).read_text())
    on = workflow[True]
    assert on["push"] == {"branches": ["2026"], "paths": [".binder/**", WORKFLOW]}
    job = workflow["jobs"]["publish"]
    assert (job["env"]["FOLLOWED"], job["env"]["DIRECTORY"]) == ("2026", ".binder")
    assert job["permissions"] == {"contents": "write"}
    assert "if" not in job
    assert all("${{" not in step.get("run", "") for step in job["steps"])


def test_both_pages_link_to_it(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = tmp_path / "course"
    render(make_catalogue(COMPONENTS), course)
    for name in ("README.md", "binder/README.md"):
        assert f"/v2/gh/owner/course/{BRANCH}?urlpath=git-pull" in (course / name).read_text()


def test_from_none_to_all_and_back(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = committed_course(make_catalogue(COMPONENTS), tmp_path / "course", "components=[alpha]")
    before = tree(course)
    everything = {"outputs": "[build-branch]", "links_repository": "gh:owner/course"}
    for answers in (everything, {"outputs": "[]"}):
        data = [word for name, value in answers.items() for word in ("--data", f"{name}={value}")]
        result = copier("update", "--trust", "--defaults", *data, cwd=course)
        assert result.returncode == 0, result.stderr
        commit(course)
        assert (course / ".github").exists() == (answers is everything)
        if answers is everything:
            assert {path for path in tree(course) if path.startswith(".github")} == {WORKFLOW}
    assert tree(course) == before
