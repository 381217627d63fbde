"""The files of the output come and go; the weekly workflow runs against a repository and a fake GitHub."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from tests.fast.actions import Job, run_job
from tests.fast.conftest import ROOT, MakeCatalogue, commit, copier, git, manifest, tree, write_components

OUTPUT = Path(__file__).parents[2]
WORKFLOW = ".github/workflows/binder-blocks-update.yml"
FILES = {WORKFLOW, ".github/binder-blocks/update.py", ".github/binder-blocks/requirements.txt"}
ALPHA = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "libalpha\n",
    "alpha/postBuild": "#!/bin/sh\necho alpha\n",
}


def run_copier(*arguments: object) -> None:
    result = copier(*arguments)
    assert result.returncode == 0, result.stderr


def test_files_come_and_go(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(ALPHA), tmp_path / "course"
    commit(root, "1.0.0")
    run_copier("copy", "--trust", "--defaults", "--data", "components=[alpha]", root, course)
    commit(course)
    plain = tree(course)
    assert not (course / ".github").exists()

    def switch(*answers: str) -> dict[str, bytes]:
        data = [word for answer in answers for word in ("--data", answer)]
        run_copier("update", "--trust", "--defaults", "--vcs-ref", ":current:", *data, course)
        commit(course)
        return tree(course)

    with_workflow = switch("outputs=[updates]")
    assert with_workflow.keys() - plain.keys() == FILES
    assert with_workflow[".github/binder-blocks/update.py"] == (ROOT / "fleet/update.py").read_bytes()
    with_renovate = switch("updates_by=renovate")
    assert with_renovate.keys() - plain.keys() == {"renovate.json"}
    assert json.loads(with_renovate["renovate.json"])["ignoreScripts"] is False
    assert not (course / ".github").exists()
    assert switch("outputs=[]") == plain


@pytest.mark.parametrize(("updates", "path"), [("workflow", WORKFLOW), ("renovate", "renovate.json")])
def test_files_of_the_author_are_not_replaced(
    make_catalogue: MakeCatalogue, tmp_path: Path, updates: str, path: str
) -> None:
    course = tmp_path / "course"
    (course / path).parent.mkdir(parents=True)
    (course / path).write_text("mine\n")
    before, root = tree(course), make_catalogue(ALPHA)
    arguments = ("copy", "--trust", "--defaults", "--overwrite")
    result = copier(*arguments, "--data", "outputs=[updates]", "--data", f"updates_by={updates}", root, course)
    assert f"{path}: would be overwritten" in result.stderr
    assert result.returncode == 1
    assert tree(course) == before
    run_copier(*arguments, root, course)
    assert (course / path).read_text() == "mine\n"


def template(name: str) -> Path:
    return next(path for path in (OUTPUT / "files").rglob(name) if path.is_file())


def test_versions_are_pinned_within_the_ranges_of_the_catalogue() -> None:
    def read(path: Path) -> dict[str, Requirement]:
        lines = (line for line in path.read_text().splitlines() if not line.startswith("#"))
        return {requirement.name: requirement for requirement in map(Requirement, lines)}

    allowed = read(ROOT / "requirements.txt")
    pinned = read(template("requirements.txt"))
    assert pinned.keys() >= {"copier", "copier-template-extensions"}
    for name, requirement in pinned.items():
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        assert pin.version in allowed[name].specifier, name


def test_workflow_keeps_the_rules() -> None:
    text = template("binder-blocks-update.yml").read_text()
    job = yaml.safe_load(text)["jobs"]["update"]
    used = re.findall(r"uses: (.*)", text)
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    for step in job["steps"]:
        lines = step.get("run", "").splitlines()
        assert "${{" not in step.get("run", ""), "values come through the environment"
        assert len(lines) < 2 or lines[0] == "set -euo pipefail"
    assert all("GH_TOKEN" not in step.get("env", {}) for step in job["steps"] if step.get("id") == "update")


@dataclass
class Hosted:
    """A course on a GitHub of its own: a bare repository, a fake `gh`, and the catalogue it was made from."""

    catalogue: Path
    origin: Path
    folder: Path

    def release(self, version: str, files: dict[str, str]) -> None:
        write_components(self.catalogue, files)
        commit(self.catalogue, version)

    def clone(self, branch: str = "main") -> Path:
        target = self.folder / f"clone-{len(list(self.folder.iterdir()))}"
        command = ("clone", "--quiet", "--depth", "1", "--branch", branch, self.origin.as_uri(), str(target))
        git(self.folder, *command)
        return target

    def push(self, branch: str, path: str, edit: Callable[[str], str]) -> None:
        """An edit by the author."""
        clone = self.clone(branch)
        (clone / path).write_text(edit((clone / path).read_text()))
        commit(clone)
        git(clone, "push", "--quiet", "origin", branch)

    def run(self) -> Job:
        """The workflow as it stands on the default branch."""
        checkout = self.clone()
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        path = os.pathsep.join([str(self.folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
        given = {"PATH": path, "HOME": str(home), "GITHUB_REF_NAME": "main", "PYTHONDONTWRITEBYTECODE": "1"}
        job = run_job(checkout / WORKFLOW, "update", checkout, Path(f"{checkout}-scratch"), given)
        print(job.log)
        return job

    @property
    def state(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.folder / "gh/state.json").read_text())
        return loaded

    def change_state(self, change: Callable[[dict[str, Any]], object]) -> None:
        state = self.state
        change(state)
        (self.folder / "gh/state.json").write_text(json.dumps(state))

    @property
    def pulls(self) -> list[dict[str, Any]]:
        return list(self.state["pulls"])

    @property
    def calls(self) -> list[list[str]]:
        file = self.folder / "gh/calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def branches(self) -> dict[str, str]:
        listing = git(self.origin, "for-each-ref", "--format", "%(refname:short) %(objectname)", "refs/heads")
        return dict(line.split() for line in listing.splitlines())

    def show(self, branch: str, path: str) -> str:
        return git(self.origin, "show", f"{branch}:{path}")


@pytest.fixture
def hosted(make_catalogue: MakeCatalogue, tmp_path: Path) -> Hosted:
    root, course, origin, folder = make_catalogue(ALPHA), tmp_path / "course", tmp_path / "origin", tmp_path / "hosted"
    commit(root, "1.0.0")
    answers = ("--data", "components=[alpha]", "--data", "outputs=[updates]")
    run_copier("copy", "--trust", "--defaults", *answers, root, course)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main", str(course))
    commit(course)
    git(tmp_path, "clone", "--quiet", "--bare", str(course), str(origin))
    for name in ("bin", "gh"):
        (folder / name).mkdir(parents=True)
    (folder / "gh/state.json").write_text(json.dumps({"labels": ["bug"], "pulls": [], "drafts": True}))
    write_program(folder / "bin/gh", [sys.executable, OUTPUT / "tests/fake_gh.py", folder / "gh"])
    write_program(folder / "bin/pip", ["echo", "pip"])
    return Hosted(root, origin, folder)


def write_program(path: Path, command: list[object]) -> None:
    path.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, command))} "$@"\n')
    path.chmod(0o755)


def test_nothing_new(hosted: Hosted) -> None:
    before = hosted.branches
    job = hosted.run()
    assert job.green
    assert "pip install --quiet --requirement .github/binder-blocks/requirements.txt" in job.log
    assert hosted.calls == []
    assert hosted.branches == before
    assert [name for name, outcome in job.steps.items() if outcome == "success"] == [
        *("Check out", "Set up Python", "Install Copier", "Update"),
    ]


def test_update_opens_one_pull_request(hosted: Hosted) -> None:
    hosted.release("1.1.0", {"alpha/apt.txt": "libalpha2\n"})
    assert hosted.run().green
    assert hosted.branches.keys() == {"main", "binder-blocks/1.1.0"}
    assert "libalpha2  # alpha\n" in hosted.show("binder-blocks/1.1.0", "binder/apt.txt")
    (pull,) = hosted.pulls
    assert (pull["base"], pull["headRefName"], pull["title"]) == ("main", "binder-blocks/1.1.0", "Binder Blocks 1.1.0")
    assert not pull["isDraft"]
    assert pull["labels"] == ["binder-blocks"]

    pushed, calls = hosted.branches, len(hosted.calls)
    assert hosted.run().green
    assert hosted.branches == pushed, "the same commit is not pushed again"
    assert [call[:2] for call in hosted.calls[calls:]] == [["auth", "setup-git"], ["pr", "list"]]

    hosted.push("main", "README.md", lambda text: text + "More.\n")
    assert hosted.run().green
    assert len(hosted.pulls) == 1
    assert hosted.show("binder-blocks/1.1.0", "README.md").endswith("More.\n")

    hosted.release("1.2.0", {"alpha/apt.txt": "libalpha3\n"})
    assert hosted.run().green
    assert [(pull["headRefName"], pull["state"]) for pull in hosted.pulls] == [
        ("binder-blocks/1.1.0", "CLOSED"),
        ("binder-blocks/1.2.0", "OPEN"),
    ]
    assert "binder-blocks/1.1.0" in hosted.branches
    assert "1.2.0" in hosted.pulls[0]["comments"][0]


def test_what_the_author_did_to_the_pull_request_is_respected(hosted: Hosted) -> None:
    hosted.release("1.1.0", {"alpha/apt.txt": "libalpha2\n"})
    assert hosted.run().green
    hosted.push("binder-blocks/1.1.0", "README.md", lambda text: "Mine.\n")
    hosted.push("main", "README.md", lambda text: text + "More.\n")
    pushed = hosted.branches
    job = hosted.run()
    assert job.green
    assert "has commits of yours" in job.log
    assert hosted.branches == pushed

    hosted.change_state(lambda state: state["pulls"][0].update(state="CLOSED"))
    job = hosted.run()
    assert job.green
    assert "Pull request #1 was closed, so this version is skipped" in job.log
    assert hosted.branches == pushed
    assert len(hosted.pulls) == 1


def test_conflict_cannot_be_missed(hosted: Hosted) -> None:
    hosted.push("main", "binder/apt.txt", lambda text: text.replace("libalpha  #", "libalpha=1  #"))
    hosted.release("1.1.0", {"alpha/apt.txt": "libalpha2\n"})
    main = hosted.branches["main"]
    job = hosted.run()
    assert not job.green
    assert [name for name, outcome in job.steps.items() if outcome == "failure"] == [
        "End red, since there are conflicts to settle"
    ]
    (pull,) = hosted.pulls
    assert pull["isDraft"]
    assert pull["title"] == "CONFLICT, not ready to merge: Binder Blocks 1.1.0"
    assert pull["labels"] == ["binder-blocks", "conflict"]
    assert "- `binder/apt.txt`" in pull["body"]
    assert "**Not ready to merge.**" in pull["body"]
    assert "binder/apt.txt" in job.log
    marked = hosted.show("binder-blocks/1.1.0", "binder/apt.txt")
    assert "<<<<<<<" in marked
    assert hosted.branches["main"] == main

    pushed = hosted.branches
    assert not hosted.run().green, "red every week, until it is settled"
    assert hosted.branches == pushed
    assert len(hosted.pulls) == 1

    hosted.push("binder-blocks/1.1.0", "binder/apt.txt", settle)
    pushed = hosted.branches
    assert hosted.run().green
    assert hosted.branches == pushed


def settle(text: str) -> str:
    return re.sub(r"(?s)<<<<<<<.*>>>>>>>[^\n]*", "libalpha2=1  # alpha", text)


def test_conflict_that_is_gone(hosted: Hosted) -> None:
    hosted.change_state(lambda state: state.update(drafts=False))
    hosted.push("main", "binder/apt.txt", lambda text: text.replace("libalpha  #", "libalpha=1  #"))
    hosted.release("1.1.0", {"alpha/apt.txt": "libalpha2\n"})
    assert not hosted.run().green
    assert hosted.pulls[0]["labels"] == ["binder-blocks", "conflict"], "without drafts, title and label have to do"
    hosted.push("main", "binder/apt.txt", lambda text: text.replace("libalpha=1  #", "libalpha  #"))
    assert hosted.run().green
    (pull,) = hosted.pulls
    assert (pull["title"], pull["labels"], pull["isDraft"]) == ("Binder Blocks 1.1.0", ["binder-blocks"], False)
    assert "Not ready" not in pull["body"]
    assert "<<<<<<<" not in hosted.show("binder-blocks/1.1.0", "binder/apt.txt")

    hosted.change_state(lambda state: state.update(drafts=True))
    hosted.push("main", "binder/apt.txt", lambda text: text.replace("libalpha  #", "libalpha=1  #"))
    assert not hosted.run().green
    (pull,) = hosted.pulls
    assert pull["isDraft"]
    assert "conflict" in pull["labels"]


def test_failure_says_why(hosted: Hosted) -> None:
    before = hosted.branches
    shutil.rmtree(hosted.catalogue)
    job = hosted.run()
    assert not job.green
    assert re.search(r"::error title=Binder Blocks could not be updated \(failed\)::.*catalogue", job.log)
    assert hosted.calls == []
    assert hosted.branches == before


def test_push_that_is_refused(hosted: Hosted) -> None:
    """As GitHub refuses changes below .github/workflows from github.token."""
    hook = hosted.origin / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    write_program(hook, ["false"])
    hosted.release("1.1.0", {"alpha/apt.txt": "libalpha2\n"})
    job = hosted.run()
    assert not job.green
    assert "BINDER_BLOCKS_TOKEN" in job.log
    assert hosted.pulls == []
