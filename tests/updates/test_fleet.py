"""fleet/update.py and fleet/who.py as they are run: real Copier, real git, tags on temporary catalogues."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from fleet import update, who
from tests.fast.conftest import ROOT, commit, copier, git, manifest, tree, write_catalogue, write_components

UPDATE, WHO = ROOT / "fleet/update.py", ROOT / "fleet/who.py"
FIRST = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "libalpha\n",
    "alpha/postBuild": "#!/bin/bash\necho alpha\n",
    "alpha/verify": "#!/bin/bash\nexit 0\n",
    "beta/component.yml": manifest("Beta"),
    "beta/apt.txt": "libbeta\n",
}
SECOND = {"alpha/apt.txt": "libalpha2\n", "alpha/postBuild": "#!/bin/bash\necho alpha 2\n"}
ANCHOR = "# Your own Debian packages go below this line.\n"
REPOSITORIES = 50 if os.environ.get("CI") == "true" else 6
PATIENCE = 60.0


@dataclass(frozen=True)
class Fleet:
    """A catalogue at 1.1.0, and a course that 1.0.0 made, with a line of its author's."""

    catalogue: Path
    course: Path

    def checkout(self, path: Path, source: str = "") -> Path:
        shutil.copytree(self.course, path, symlinks=True)
        if source:
            answers = path / ".copier-answers.yml"
            answers.write_text(re.sub(r"(?m)^_src_path: .*$", f"_src_path: {source}", answers.read_text()))
            commit(path)
        return path


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    folder = tmp_path_factory.mktemp("fleet")
    catalogue = write_catalogue(folder / "catalogue", FIRST)
    settings = catalogue / "copier.yml"
    if "Binder Blocks {{" not in settings.read_text():
        greeting = "_message_after_copy: &message |\n"
        text = settings.read_text().replace(greeting, f"{greeting}  Binder Blocks 1, {{{{ course_name }}}}:\n")
        settings.write_text(text)
    commit(catalogue, "1.0.0")
    course = folder / "course"
    result = copier("copy", "--trust", "--defaults", "--data", "components=[alpha, beta]", catalogue, course)
    assert result.returncode == 0, result.stderr
    commit(course)
    own_line(course, "tree")
    write_components(catalogue, SECOND)
    commit(catalogue, "1.1.0")
    return Fleet(catalogue, course)


def own_line(course: Path, line: str) -> None:
    edit(course / "binder/apt.txt", ANCHOR, f"{ANCHOR}{line}\n")


def edit(file: Path, old: str, new: str) -> None:
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    folder = next(parent for parent in file.parents if (parent / ".git").exists())
    commit(folder)


def run(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    result = subprocess.run([sys.executable, *map(str, words)], check=False, capture_output=True, text=True, cwd=cwd)
    assert "Traceback" not in result.stderr
    return result


def updated(*words: object, cwd: Path | None = None) -> tuple[int, dict[str, object]]:
    """The exit code, and the line of result."""
    result = run(UPDATE, "--json", *words, cwd=cwd)
    assert len(result.stdout.splitlines()) == 1, (result.stdout, result.stderr)
    values: dict[str, object] = json.loads(result.stdout)
    keys = ["repository", "from", "to", "conflicts", "deleted", "branch", "message", "text"]
    assert sorted(values) == sorted([*keys, "result"])
    return result.returncode, values


def state_of(checkout: Path) -> tuple[dict[str, bytes], str, str, str]:
    """All that an update may not touch when it refuses."""
    head = git(checkout, "rev-parse", "--symbolic-full-name", "HEAD")
    return tree(checkout), git(checkout, "status", "--porcelain"), git(checkout, "ls-files", "--stage"), head


def branch_of(checkout: Path) -> str:
    return git(checkout, "branch", "--show-current").strip()


def assert_updated(checkout: Path) -> None:
    assert git(checkout, "status", "--porcelain") == ""
    text = (checkout / "binder/apt.txt").read_text()
    assert "libalpha2" in text
    assert "tree\n" in text
    assert "_commit: 1.1.0\n" in (checkout / ".copier-answers.yml").read_text()


def test_source_can_be_included_by_jinja_and_needs_no_package() -> None:
    text = UPDATE.read_text()
    assert not [pair for pair in ("{{", "{%", "{#") if pair in text]
    imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    modules = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in imports if isinstance(node, ast.ImportFrom)}
    assert {module.partition(".")[0] for module in modules} <= sys.stdlib_module_names


def test_clean_update_and_what_runs_after_it(fleet: Fleet, tmp_path: Path) -> None:
    course, text = fleet.checkout(tmp_path / "Kurs mit Ü, 2026"), tmp_path / "body.md"
    start, main = git(course, "rev-parse", "HEAD"), branch_of(course)
    result = run(UPDATE, "--text", text, course)
    assert (result.returncode, result.stdout) == (0, f"{course}\t1.0.0\t1.1.0\tupdated\t-\n"), result.stderr
    assert_updated(course)
    assert branch_of(course) == "binder-blocks/1.1.0"
    assert git(course, "rev-parse", "HEAD^", main) == start * 2
    subject, _, body = git(course, "log", "-1", "--format=%B").partition("\n\n")
    assert subject == "Update Binder Blocks from 1.0.0 to 1.1.0"
    assert body.strip() == text.read_text().strip()
    assert body.startswith("Binder Blocks")
    assert body.count("Binder Blocks") == result.stderr.count("Binder Blocks")

    code, values = updated(cwd=course)
    assert (code, values["result"], values["text"]) == (0, "current", "")
    assert values["repository"] == course.name
    git(course, "checkout", "--quiet", "-")
    assert branch_of(course) == main
    code, values = updated("--text", text, course)
    assert (code, values["result"], values["branch"]) == (0, "updated", "binder-blocks/1.1.0")
    assert "made already" in str(values["message"])
    assert git(course, "rev-parse", "HEAD^") == start

    git(course, "checkout", "--quiet", main)
    (course / "mine").touch()
    commit(course)
    code, values = updated(course)
    assert (code, values["result"], values["branch"]) == (0, "updated", "binder-blocks/1.1.0-2")
    assert_updated(course)


def test_a_release_that_changes_nothing_here_is_noted(fleet: Fleet, tmp_path: Path) -> None:
    """On the branch that is checked out, in one line of one file; on none, it is an update as any other."""
    course = fleet.checkout(tmp_path / "course")
    assert updated(course)[1]["result"] == "updated"
    catalogue = tmp_path / "catalogue"
    git(tmp_path, "clone", "--quiet", str(fleet.catalogue), str(catalogue))
    write_components(catalogue, {"gamma/component.yml": manifest("Gamma"), "gamma/apt.txt": "libgamma\n"})
    commit(catalogue, "1.2.0")
    edit(course / ".copier-answers.yml", str(fleet.catalogue), str(catalogue))
    branch, start = branch_of(course), git(course, "rev-parse", "HEAD")
    code, values = updated(course)
    assert (code, values["result"], values["from"], values["to"]) == (0, "current", "1.1.0", "1.2.0")
    assert "current but for the version" in str(values["message"])
    assert (branch_of(course), git(course, "rev-parse", "HEAD^")) == (branch, start)
    assert git(course, "diff", "--numstat", "HEAD^").split() == ["1", "1", ".copier-answers.yml"]
    assert git(course, "status", "--porcelain") == ""
    assert updated(course)[1]["message"] == ""
    git(course, "checkout", "--quiet", "--detach", start.strip())
    assert updated(course)[1]["branch"] == "binder-blocks/1.2.0"


def test_other_answers_at_the_same_version(fleet: Fleet, tmp_path: Path) -> None:
    """A component goes; its edited script is named, with the command that brings it back."""
    course = fleet.checkout(tmp_path / "course")
    script = course / "binder/postBuild.d/alpha"
    edit(script, "echo alpha\n", "echo mine\n")
    edited = script.read_text()
    code, values = updated("--to", ":current:", "--data", "components=[beta]", course)
    assert (code, values["result"], values["from"], values["to"]) == (0, "updated", "1.0.0", "1.0.0")
    assert values["deleted"] == ["binder/postBuild.d/alpha"]
    text = str(values["text"])
    command = re.search(r"`(git show \S+)`", text)
    assert command
    assert subprocess.run(command[1].split(), cwd=course, check=True, capture_output=True, text=True).stdout == edited
    assert "Deleted by this update, as generated: 1 file." in text
    code, values = updated("--data", "components=[alpha]", course)
    assert (code, values["result"], values["to"], values["branch"]) == (0, "updated", "1.1.0", "binder-blocks/1.1.0")


def test_conflict_is_left_as_copier_leaves_it(fleet: Fleet, tmp_path: Path) -> None:
    course = fleet.checkout(tmp_path / "course")
    edit(course / "binder/apt.txt", "libalpha  #", "libmine  #")
    twin = tmp_path / "twin"
    shutil.copytree(course, twin, symlinks=True)
    text = tmp_path / "body.md"
    code, values = updated("--text", text, course)
    assert (code, values["result"], values["conflicts"]) == (3, "conflict", ["binder/apt.txt"])
    assert values["branch"] == branch_of(course) == "binder-blocks/1.1.0"
    assert "- `binder/apt.txt`" in text.read_text()
    assert copier("update", "--trust", "--defaults", twin).returncode == 0
    assert state_of(course)[:3] == state_of(twin)[:3]
    assert "UU binder/apt.txt" in git(course, "status", "--porcelain")

    before = state_of(course)
    assert updated(course) == (code, values)
    result = run(UPDATE, course)
    assert (result.returncode, result.stdout) == (3, f"{course}\t1.0.0\t1.1.0\tconflict\tbinder/apt.txt\n")
    assert state_of(course) == before

    git(course, "checkout", "--quiet", "--force", "-")
    assert updated(course) == (code, values)

    git(course, "checkout", "--theirs", "binder/apt.txt")
    git(course, "add", "--all")
    code, values = updated(course)
    assert (code, values["result"]) == (2, "dirty")
    assert "git commit" in str(values["message"])
    commit(course)
    assert updated(course)[1]["result"] == "current"


def unmerged_by_others(checkout: Path) -> None:
    git(checkout, "checkout", "--quiet", "-b", "other")
    edit(checkout / "binder/apt.txt", "tree", "one")
    git(checkout, "checkout", "--quiet", "-")
    edit(checkout / "binder/apt.txt", "tree", "two")
    subprocess.run(["git", "-C", checkout, "merge", "--quiet", "other"], check=False, capture_output=True)


def merge_under_way(checkout: Path) -> None:
    head = git(checkout, "rev-parse", "HEAD")
    (checkout / ".git/MERGE_HEAD").write_text(head)


def forgotten_commit(checkout: Path) -> None:
    edit(checkout / ".copier-answers.yml", "_commit: 1.0.0\n", "")


def hidden_by_configuration(checkout: Path) -> None:
    git(checkout, "config", "status.showUntrackedFiles", "no")
    (checkout / "mine").touch()


def without_answers(checkout: Path) -> None:
    (checkout / ".copier-answers.yml").unlink()
    commit(checkout)


@pytest.mark.parametrize(
    ("spoil", "result", "message"),
    [
        (lambda checkout: (checkout / "mine.txt").touch(), "dirty", "not committed: mine.txt"),
        (lambda checkout: (checkout / "README.md").write_text("x"), "dirty", "not committed: README.md"),
        (hidden_by_configuration, "dirty", "not committed: mine"),
        (unmerged_by_others, "dirty", "not committed: binder/apt.txt"),
        (merge_under_way, "dirty", "MERGE_HEAD"),
        (without_answers, "refused", "no .copier-answers.yml"),
        (forgotten_commit, "refused", "no _commit"),
    ],
)
def test_unfit_checkout_is_not_touched(
    fleet: Fleet, tmp_path: Path, spoil: Callable[[Path], object], result: str, message: str
) -> None:
    course = fleet.checkout(tmp_path / "course")
    spoil(course)
    before = state_of(course)
    code, values = updated(course)
    assert (code, values["result"]) == (2, result)
    assert message in str(values["message"])
    assert state_of(course) == before


def test_no_checkout_at_all(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    for name, message in (("none", "not a folder"), ("file", "not a folder"), ("empty", "not in a git repository")):
        code, values = updated(tmp_path / name)
        assert (code, values["result"]) == (2, "refused")
        assert message in str(values["message"])
    git(tmp_path / "empty", "init", "--quiet")
    assert "nothing is committed" in str(updated(tmp_path / "empty")[1]["message"])
    for words in (["--bogus"], ["--data", "x"], ["a", "b"]):
        code, values = updated(*words)
        assert (code, values["result"]) == (2, "refused")
        result = run(UPDATE, *words)
        assert (result.returncode, result.stdout) == (2, "-\t-\t-\trefused\t-\n")
    for text in (fleet.course / "body.md", tmp_path / "none/body.md"):
        code, values = updated("--text", text, fleet.course)
        assert (code, values["result"], text.exists()) == (2, "refused", False)


@pytest.mark.parametrize(
    ("source", "words", "message"),
    [
        ("/gone/away", (), "the catalogue /gone/away is not there"),
        ("git+file:///gone/away", (), "'/gone/away' does not appear to be a git repository"),
        ("", ("--to", "9.9"), "Unknown revision: '9.9'"),
        ("", ("--data", "components=[alfa]"), "no block 'alfa'"),
    ],
)
def test_failure_puts_the_checkout_back(
    fleet: Fleet, tmp_path: Path, source: str, words: tuple[str, ...], message: str
) -> None:
    course = fleet.checkout(tmp_path / "course", source)
    before = state_of(course)
    code, values = updated(*words, course)
    assert (code, values["result"], values["from"], values["to"]) == (1, "failed", "1.0.0", "-")
    assert message in str(values["message"])
    assert state_of(course) == before
    assert updated(course)[1]["result"] == ("failed" if source else "updated")


def broken_catalogue(fleet: Fleet, folder: Path, task: str) -> Path:
    """A catalogue whose 1.1.0 runs the task after it has written its files."""
    shutil.copytree(fleet.catalogue, folder)
    settings = folder / "copier.yml"
    settings.write_text(f"_tasks: [{json.dumps(task)}]\n{settings.read_text()}")
    commit(folder)
    git(folder, "tag", "--force", "1.1.0")
    return folder


def test_failure_half_way_puts_the_checkout_back(fleet: Fleet, tmp_path: Path) -> None:
    catalogue = broken_catalogue(fleet, tmp_path / "catalogue", "mkdir -p new/folder && touch new/folder/x && false")
    course = fleet.checkout(tmp_path / "course", str(catalogue))
    (course / "empty").mkdir()
    before = state_of(course)
    code, values = updated(course)
    assert (code, values["result"]) == (1, "failed")
    assert state_of(course) == before
    assert (course / "empty").is_dir()
    assert not (course / "new").exists()


def shallow_clone(course: Path, folder: Path) -> Path:
    git(course, "clone", "--quiet", "--depth=1", course.as_uri(), str(folder))
    return folder


def detached(course: Path, folder: Path) -> Path:
    shutil.copytree(course, folder, symlinks=True)
    git(folder, "checkout", "--quiet", "--detach")
    return folder


def linked_work_tree(course: Path, folder: Path) -> Path:
    twin = detached(course, folder.with_name("main"))
    git(twin, "worktree", "add", "--quiet", "-b", "linked", str(folder))
    return folder


def in_a_subfolder(course: Path, folder: Path) -> Path:
    shutil.copytree(course, folder / "kurs ä", symlinks=True, ignore=shutil.ignore_patterns(".git"))
    (folder / "beside").write_text("x\n")
    commit(folder)
    return folder / "kurs ä"


@pytest.mark.parametrize("make", [shallow_clone, detached, linked_work_tree, in_a_subfolder])
def test_any_kind_of_checkout(fleet: Fleet, tmp_path: Path, make: Callable[[Path, Path], Path]) -> None:
    """What was generated stands in the report, so a shallow clone knows, too, that nobody edited what was deleted."""
    course = make(fleet.course, tmp_path / "course")
    start = git(course, "rev-parse", "HEAD")
    code, values = updated("--data", "components=[beta]", course)
    assert (code, values["result"], values["to"]) == (0, "updated", "1.1.0"), values
    assert git(course, "status", "--porcelain") == ""
    assert git(course, "rev-parse", "HEAD^") == start
    assert branch_of(course) == values["branch"] == "binder-blocks/1.1.0"
    text = (course / "binder/apt.txt").read_text()
    assert "tree\n" in text
    assert "libalpha" not in text
    assert values["deleted"] == []


def test_shallow_clone_without_a_report_names_all_that_was_deleted(fleet: Fleet, tmp_path: Path) -> None:
    source = fleet.checkout(tmp_path / "source")
    (source / "binder/report.json").unlink()
    commit(source)
    course = shallow_clone(source, tmp_path / "course")
    code, values = updated("--data", "components=[beta]", course)
    assert (code, values["result"]) == (0, "updated"), values
    assert values["deleted"] == ["binder/postBuild.d/alpha", "binder/verify.d/alpha"]


def test_an_edit_of_long_ago_is_known(fleet: Fleet, tmp_path: Path) -> None:
    """Made before the update before: the answers file has changed since."""
    course = fleet.checkout(tmp_path / "course")
    with (course / "binder/verify.d/alpha").open("a") as file:
        file.write("echo mine\n")
    commit(course)
    assert updated(course)[0] == 0
    code, values = updated("--data", "components=[beta]", course)
    assert (code, values["deleted"]) == (0, ["binder/verify.d/alpha"]), values


def started(course: Path, *words: str) -> subprocess.Popen[str]:
    """An update in which Copier has begun to write."""
    answers = course / ".git/binder-blocks/tree/.copier-answers.yml"
    command = [sys.executable, str(UPDATE), *words, str(course)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    end = time.monotonic() + PATIENCE
    while not answers.exists() or "_commit: 1.1.0\n" not in answers.read_text():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.002)
    return process


def killed(course: Path) -> None:
    process = started(course)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_killed_half_way_has_touched_nothing(fleet: Fleet, tmp_path: Path) -> None:
    course = fleet.checkout(tmp_path / "course")
    before = state_of(course)
    killed(course)
    assert state_of(course) == before
    (course / "mine").write_text("written after the kill\n")
    assert updated(course)[1]["result"] == "dirty"
    assert (course / "mine").read_text() == "written after the kill\n"
    commit(course)
    result = run(UPDATE, course)
    assert (result.returncode, result.stdout) == (0, f"{course}\t1.0.0\t1.1.0\tupdated\t-\n"), result.stderr
    assert_updated(course)
    assert git(course, "worktree", "list").count("\n") == 1


def half_checked_out(course: Path) -> None:
    """As a kill leaves it in the middle of git's own change of branches."""
    start, head = git(course, "rev-parse", "HEAD").strip(), branch_of(course)
    state = update.State(start, head, "1.0.0", "1.1.0", "binder-blocks/1.1.0", created=True)
    folder = course / ".git/binder-blocks"
    folder.mkdir()
    (folder / "state.json").write_text(json.dumps(vars(state)))
    (course / "binder/apt.txt").write_text("half\n")
    (course / ".git/index.lock").touch()


def test_killed_while_git_changed_the_branch_is_taken_back_and_kept(fleet: Fleet, tmp_path: Path) -> None:
    course = fleet.checkout(tmp_path / "course")
    start, main = git(course, "rev-parse", "HEAD"), branch_of(course)
    half_checked_out(course)
    (course / "mine").write_text("written after the kill\n")
    result = run(UPDATE, course)
    assert (result.returncode, result.stdout) == (0, f"{course}\t1.0.0\t1.1.0\tupdated\t-\n"), result.stderr
    kept = "refs/binder-blocks/unfinished/1"
    assert kept in result.stderr
    assert git(course, "show", f"{kept}:mine") == "written after the kill\n"
    assert git(course, "show", f"{kept}:binder/apt.txt") == "half\n"
    assert git(course, "rev-parse", f"{kept}^", "HEAD^", main) == start * 3
    assert_updated(course)
    assert not (course / "mine").exists()
    assert git(course, "for-each-ref", "--format=%(refname)", "refs/binder-blocks").split() == [kept]


def test_work_of_the_author_after_a_kill_is_not_taken_back(fleet: Fleet, tmp_path: Path) -> None:
    course = fleet.checkout(tmp_path / "course")
    half_checked_out(course)
    (course / ".git/index.lock").unlink()
    commit(course)
    (course / "mine").touch()
    before = state_of(course)
    assert updated(course)[1]["result"] == "dirty"
    assert state_of(course) == before


def slow_catalogue(fleet: Fleet, folder: Path) -> Path:
    """One whose update takes as long as its author needs to save something."""
    return broken_catalogue(fleet, folder, "sleep 1")


def failing(course: Path) -> None:
    git(course, "config", "commit.gpgsign", "true")
    git(course, "config", "gpg.program", "/bin/false")


SAVED = {
    "a new file": ("new.ipynb", "an hour of work\n"),
    "an own file": ("README.md", "mine\n"),
    "a file that the update changes": ("binder/apt.txt", "mine\n"),
    "a file that the update makes": ("binder/postBuild.d/gamma", "mine\n"),
}


@pytest.mark.parametrize(("name", "text"), SAVED.values(), ids=SAVED)
@pytest.mark.parametrize("end", ["success", "failure", "SIGINT", "SIGTERM", "SIGKILL"])
def test_what_the_author_saves_meanwhile_stays(fleet: Fleet, tmp_path: Path, name: str, text: str, end: str) -> None:
    catalogue = slow_catalogue(fleet, tmp_path / "catalogue")
    write_components(
        catalogue, {"gamma/component.yml": manifest("Gamma"), "gamma/postBuild": "#!/bin/sh\necho gamma\n"}
    )
    commit(catalogue)
    git(catalogue, "tag", "--force", "1.1.0")
    course = fleet.checkout(tmp_path / "course", str(catalogue))
    start = git(course, "rev-parse", "HEAD")
    if end == "failure":
        failing(course)
    process = started(course, "--data", "components=[alpha, beta, gamma]")
    (course / name).write_text(text)
    if end.startswith("SIG"):
        process.send_signal(getattr(signal, end))
        if end == "SIGKILL":
            os.killpg(process.pid, signal.SIGKILL)
    stdout, stderr = process.communicate()
    assert "Traceback" not in stderr
    assert (course / name).read_text() == text
    made = git(course, "for-each-ref", "--format=%(refname)", "refs/heads/binder-blocks").split()
    overlaps = name.startswith("binder/")
    if end == "success" and not overlaps:
        assert (process.returncode, made) == (0, ["refs/heads/binder-blocks/1.1.0"]), stderr
        assert f"saved while the update ran, and not committed: {name}" in stderr
        assert git(course, "rev-parse", "HEAD^") == start
        changed = git(course, "diff", "--name-only", "HEAD^", "HEAD").split()
        assert "binder/postBuild.d/gamma" in changed
        assert name not in changed
        return
    assert git(course, "rev-parse", "HEAD") == start
    assert made == []
    if end == "success":
        assert process.returncode == 2
        assert f"the update has these, and here they are not committed: {name}; commit (git add --force" in stderr
    elif end != "SIGKILL":
        assert (process.returncode, stdout.split("\t")[3]) == (1, "failed"), stderr
    others = [line[3:] for line in git(course, "status", "--porcelain", "--untracked-files=all").splitlines()]
    assert others == [name]


def test_saved_between_two_looks(fleet: Fleet, tmp_path: Path) -> None:
    """Copier sees what is committed alone."""
    course = fleet.checkout(tmp_path / "course")
    command = [sys.executable, str(UPDATE), str(course)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (course / ".git/binder-blocks/tree").exists():
        assert process.poll() is None
    (course / "mine").write_text("mine\n")
    stdout, stderr = process.communicate()
    assert stdout.split("\t")[3] == "updated", stderr
    assert git(course, "status", "--porcelain") == "?? mine\n"


def test_a_conflict_beside_what_the_author_saves(fleet: Fleet, tmp_path: Path) -> None:
    catalogue = slow_catalogue(fleet, tmp_path / "catalogue")
    for name, result in (("binder/apt.txt", "dirty"), ("new.ipynb", "conflict")):
        course = fleet.checkout(tmp_path / name.replace("/", "-"), str(catalogue))
        edit(course / "binder/apt.txt", "libalpha  #", "libmine  #")
        start = git(course, "rev-parse", "HEAD")
        process = started(course)
        (course / name).write_text("mine\n")
        stdout, stderr = process.communicate()
        assert stdout.split("\t")[3] == result, stderr
        assert (course / name).read_text() == "mine\n"
        assert git(course, "rev-parse", "HEAD") == start
        assert ("UU binder/apt.txt" in git(course, "status", "--porcelain")) == (result == "conflict")


def test_two_at_once_and_copier_that_outlives_its_caller(fleet: Fleet, tmp_path: Path) -> None:
    catalogue = broken_catalogue(fleet, tmp_path / "catalogue", f"test -e {tmp_path}/go || sleep 3")
    course = fleet.checkout(tmp_path / "course", str(catalogue))
    process = started(course)
    code, values = updated(course)
    assert (code, values["result"]) == (2, "refused")
    assert "at work" in str(values["message"])
    process.kill()
    process.wait()
    assert updated(course)[1]["result"] == "refused"
    (tmp_path / "go").touch()
    end = time.monotonic() + PATIENCE
    while (values := updated(course)[1])["result"] == "refused":
        assert time.monotonic() < end
    assert values["result"] == "updated"
    assert_updated(course)


def test_stopped_politely_puts_the_checkout_back(fleet: Fleet, tmp_path: Path) -> None:
    course = fleet.checkout(tmp_path / "course")
    before = state_of(course)
    process = started(course)
    process.terminate()
    stdout, stderr = process.communicate()
    assert (process.returncode, stdout) == (1, f"{course}\t1.0.0\t-\tfailed\t-\n"), stderr
    assert "Traceback" not in stderr
    assert state_of(course) == before


def xargs(checkouts: list[Path], folder: Path) -> dict[str, list[str]]:
    """The lines of result by repository, from the command that docs/fleet.md tells."""
    found = re.search(r"^tr .* \| xargs .*$", (ROOT / "docs/fleet.md").read_text(), re.MULTILINE)
    assert found
    (folder / "bin").mkdir(exist_ok=True)
    python = folder / "bin/python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    if not (folder / "fleet").exists():
        (folder / "fleet").symlink_to(ROOT / "fleet")
    (folder / "checkouts.txt").write_text("".join(f"{checkout}\n" for checkout in checkouts))
    environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    result = subprocess.run(
        ["sh", "-c", found[0]], cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    assert "Traceback" not in result.stderr
    lines = [line.split("\t") for line in (folder / "result.tsv").read_text().splitlines()]
    return {line[0]: line[1:] for line in lines}


def test_many_repositories_through_xargs(fleet: Fleet, tmp_path: Path) -> None:
    """One is dirty, one conflicts, one is killed half-way, one's catalogue is gone; half of the others clone it."""
    once = f"test -e {tmp_path}/killed || {{ touch {tmp_path}/killed; " + (
        "kill -9 $(awk '/^PPid/ {print $2}' /proc/$PPID/status) $PPID; }"
    )
    deadly = broken_catalogue(fleet, tmp_path / "deadly", once)
    sources = {1: "/gone/away", 3: str(deadly)}
    sources |= {number: f"git+{fleet.catalogue.as_uri()}" for number in range(4, REPOSITORIES, 2)}
    folder = tmp_path / "flotte ü"
    folder.mkdir()
    checkouts = [fleet.checkout(folder / f"{i:02}", sources.get(i, "")) for i in range(REPOSITORIES)]
    dirty, unreachable, conflicting, killed = checkouts[:4]
    (dirty / "mine").touch()
    edit(conflicting / "binder/apt.txt", "libalpha  #", "libmine  #")
    mains = [git(checkout, "rev-parse", "HEAD") for checkout in checkouts]
    branch = branch_of(dirty)
    plain = {str(checkout): ["1.0.0", "1.1.0", "updated", "-"] for checkout in checkouts[4:]}
    special = {
        str(dirty): ["-", "-", "dirty", "-"],
        str(unreachable): ["1.0.0", "-", "failed", "-"],
        str(conflicting): ["1.0.0", "1.1.0", "conflict", "binder/apt.txt"],
    }
    assert xargs(checkouts, tmp_path) == {**special, **plain}
    assert "_commit: 1.0.0" in (killed / ".copier-answers.yml").read_text()

    again = {name: ["1.1.0", "1.1.0", "current", "-"] for name in plain}
    assert xargs(checkouts, tmp_path) == {**special, str(killed): ["1.0.0", "1.1.0", "updated", "-"], **again}

    (dirty / "mine").unlink()
    edit(unreachable / ".copier-answers.yml", "/gone/away", str(fleet.catalogue))
    git(conflicting, "checkout", "--theirs", "binder/apt.txt")
    commit(conflicting)
    rest = xargs(checkouts[:4], tmp_path)
    assert [rest[str(one)][2] for one in checkouts[:4]] == ["updated", "updated", "current", "current"]
    for number, checkout in enumerate(checkouts):
        git(checkout, "fsck", "--strict")
        assert branch_of(checkout) == "binder-blocks/1.1.0"
        assert git(checkout, "status", "--porcelain") == ""
        if checkout is not conflicting:
            assert_updated(checkout)
        if checkout is not unreachable:
            assert git(checkout, "rev-parse", branch) == mains[number]


def test_as_multi_gitter_runs_it(fleet: Fleet, tmp_path: Path) -> None:
    """With --manual-commit it makes a shallow clone, its own branch, runs the script, and pushes HEAD."""
    course, clone = fleet.checkout(tmp_path / "course"), tmp_path / "clone"
    branch = "binder-blocks/1.1.0"
    git(course, "clone", "--quiet", course.as_uri(), "--branch", branch_of(course), "--depth=1", str(clone))
    git(clone, "checkout", "--quiet", "-b", branch)
    code, values = updated("--to", "1.1.0", cwd=clone)
    assert (code, values["result"], values["branch"]) == (0, "updated", branch)
    git(clone, "push", "--quiet", "origin", "HEAD")
    log = git(course, "log", "-1", "--format=%B", branch)
    assert log.startswith("Update Binder Blocks from 1.0.0 to 1.1.0\n\nBinder Blocks")


def test_going_back_and_forth_again(fleet: Fleet, tmp_path: Path) -> None:
    course = fleet.checkout(tmp_path / "course")
    before = tree(course)
    assert updated(course)[1]["result"] == "updated"
    own_line(course, "later")
    git(course, "revert", "--no-edit", "HEAD^")
    assert tree(course) == {**before, "binder/apt.txt": before["binder/apt.txt"].replace(b"tree\n", b"later\ntree\n")}
    code, values = updated("--to", "1.0.0", course)
    assert (code, values["result"]) == (0, "current")
    code, values = updated(course)
    assert (code, values["result"], values["branch"]) == (0, "updated", "binder-blocks/1.1.0")
    assert_updated(course)
    code, values = updated("--to", "1.0.0", course)
    assert (code, values["result"]) == (1, "failed")
    assert "Downgrades are not supported" in str(values["message"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Something\nUserMessage at last\n", "UserMessage at last"),
        ("/x/python: No module named copier\n", "Copier is not installed"),
        (
            "a\nStderr:       | fatal: not there\n              | fatal: more\n",
            "the catalogue gh:a/b: fatal: not there",
        ),
        ("", ""),
    ],
)
def test_reason_is_one_line(text: str, reason: str) -> None:
    assert update._reason(text, "gh:a/b").startswith(reason)


def test_closing_message_begins_with_the_name() -> None:
    assert update.closing("Updating\nBinder Blocks 1.1.0, x: y\n  Binder Blocks\n\n") == (
        "Binder Blocks 1.1.0, x: y\n  Binder Blocks"
    )
    assert update.closing("Updating\nMy course: Binder Blocks \n") == ""


def answers_file(path: Path, release: str, *components: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"_commit: '{release}'\n_src_path: gh:a/b\ncomponents: {json.dumps(components)}\n")
    return path


@pytest.fixture
def answers(tmp_path: Path) -> list[Path]:
    return [
        answers_file(tmp_path / "b/.copier-answers.yml", "1.10.0", "postgres", "java"),
        answers_file(tmp_path / "a/.copier-answers.yml", "1.9.0", "mongodb"),
        answers_file(tmp_path / "owner/course.yml", "1.9.0-3-g1234567", "postgres"),
        answers_file(tmp_path / "c/.copier-answers.yml", "1.10.0"),
        answers_file(tmp_path / "d/.copier-answers.yml", "1234567"),
    ]


def who_lists(*words: object) -> tuple[int, list[list[str]]]:
    result = run(WHO, "--json", *words)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return result.returncode, [[Path(row["repository"]).name, row["release"], *row["components"]] for row in rows]


def test_who_runs_what(answers: list[Path]) -> None:
    rows = [["d", "1234567"], ["a", "1.9.0", "mongodb"], ["course", "1.9.0-3-g1234567", "postgres"]]
    rows += [["b", "1.10.0", "java", "postgres"], ["c", "1.10.0"]]
    assert who_lists(*answers) == (0, rows)
    assert who_lists("--component", "postgres", *answers) == (0, [rows[2], rows[3]])
    assert who_lists("--component=java", "--component=mongodb", *answers) == (0, [rows[1], rows[3]])
    assert who_lists("--older-than", "1.10", *answers) == (0, rows[:3])
    assert who_lists("--older-than", "v1.9.0", "--component=postgres", *answers) == (0, [])
    result = run(WHO, *answers)
    assert result.stdout.splitlines()[3] == f"{answers[0].parent}\t1.10.0\tjava, postgres\tgh:a/b"
    assert run(WHO, "--older-than", "new", *answers).returncode == 2


def test_who_names_what_it_cannot_read(answers: list[Path], tmp_path: Path) -> None:
    bad = {
        "list.yml": b"- 1\n",
        "broken.yml": b"a: [\n",
        "binary.yml": b"\xff\n",
        "odd.yml": b"_commit: 1\ncomponents: x\n",
    }
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
    names = [*answers, *(tmp_path / name for name in bad), tmp_path / "none.yml"]
    command = [sys.executable, str(WHO), "-"]
    given = "".join(f"{name}\n" for name in names)
    result = subprocess.run(command, input=given, check=False, capture_output=True, text=True)
    assert result.returncode == 1
    assert len(result.stdout.splitlines()) == len(answers)
    lines = result.stderr.splitlines()
    assert [line.split(": ")[1] for line in lines] == [str(name) for name in names[len(answers) :]]
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "releases",
    [
        ["1.0.0a1", "1.0.0a2", "1.0.0b1", "1.0.0rc1", "1.0.0", "1.0.0-1-gabc", "1.0.1", "1.2", "1.10", "v2"],
    ],
)
def test_releases_in_order(releases: list[str]) -> None:
    keys = [who.order(release) for release in releases]
    assert None not in keys
    assert sorted(keys, key=lambda key: key or ((), "", 0, 0)) == keys
    assert who.order("1.0") == who.order("v1.0.0")
    assert who.order("abc1234") is None


OTHER = "_commit: 1.0.0\n_src_path: /another/template\nproject_name: x\n"


def test_answers_of_another_template(fleet: Fleet, tmp_path: Path) -> None:
    """They are refused, whatever stands beside them; ours are taken by the name that they have."""
    course, ours = fleet.checkout(tmp_path / "course"), ".copier-answers.binder-blocks.yml"
    (course / ".copier-answers.yml").rename(course / ours)
    commit(course)
    assert f"no .copier-answers.yml: this is no repository that Binder Blocks made; add --answers-file {ours}" in str(
        updated(course)[1]["message"]
    )
    (course / ".copier-answers.yml").write_text(OTHER)
    commit(course)
    before = state_of(course)
    code, values = updated(course)
    assert (code, values["result"]) == (2, "refused")
    assert values["message"] == f".copier-answers.yml is another template's answers file; add --answers-file {ours}"
    for name in ("../x", "/x", ".", "a//b"):
        assert updated("--answers-file", name, course)[0] == 2
    assert state_of(course) == before
    code, values = updated("--answers-file", ours, course)
    assert (code, values["result"], values["to"]) == (0, "updated", "1.1.0")
    assert "_commit: 1.1.0\n" in (course / ours).read_text()
    assert (course / ".copier-answers.yml").read_text() == OTHER
    assert updated("--answers-file", ours, course)[1]["result"] == "current"


@pytest.mark.parametrize(
    ("source", "given", "same"),
    [
        ("gh:o/r", "https://github.com/o/r", True),
        ("gh:O/R.git", "git+https://github.com/o/r.git", True),
        ("git@github.com:o/r.git", "gh:o/r", True),
        ("ssh://git@gitlab.com/g/s/r", "gl:g/s/r", True),
        ("https://git.example.org/a/b/", "https://git.example.org/a/b.git", True),
        ("/srv/catalogue/", "/srv/catalogue", True),
        ("gh:o/r", "gh:o/r2", False),
        ("gh:o/r", "gl:o/r", False),
        ("https://git.example.org/a/B", "https://git.example.org/a/b", False),
        ("https://github.com.evil.example/o/r", "gh:o/r", False),
    ],
)
def test_addresses_of_a_catalogue(source: str, given: str, same: bool) -> None:
    assert (update.same_address(source) == update.same_address(given)) == same


def test_another_catalogue_is_refused(fleet: Fleet, tmp_path: Path) -> None:
    course = fleet.checkout(tmp_path / "course")
    before = state_of(course)
    code, values = updated("--catalogue", "gh:owner/binder-blocks", course)
    assert (code, values["result"]) == (2, "refused")
    assert f"names the catalogue {fleet.catalogue}, which is not gh:owner/binder-blocks" in str(values["message"])
    assert state_of(course) == before
    assert updated("--catalogue", f"{fleet.catalogue}/", course)[1]["result"] == "updated"


def test_new_files_that_a_setting_hides(fleet: Fleet, tmp_path: Path) -> None:
    """By them Copier finds what it could not merge: without, an edit would be dropped, and its rest committed."""
    course = fleet.checkout(tmp_path / "course")
    edit(course / "binder/apt.txt", "libalpha  #", "libmine  #")
    git(course, "config", "status.showUntrackedFiles", "no")
    code, values = updated(course)
    assert (code, values["result"], values["conflicts"]) == (3, "conflict", ["binder/apt.txt"])
    assert "libmine" in (course / "binder/apt.txt").read_text()
    assert not list(course.rglob("*.rej"))


def opening_of_the_page() -> str:
    """The script that docs/fleet.md runs with the token that writes."""
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "docs/fleet.md").read_text(), re.MULTILINE | re.DOTALL)
    jobs = yaml.safe_load(block)["jobs"]
    assert "FLEET_TOKEN" not in str(jobs["update"])
    (script,) = [step["run"] for step in jobs["open"]["steps"] if "run" in step]
    assert "${{" not in script
    return str(script)


@pytest.mark.parametrize(
    ("commands", "refs", "branch", "pushed"),
    [
        ("", "HEAD^..HEAD", "binder-blocks/1.1.0", True),
        ("", "HEAD^..HEAD", "main", False),
        ("", "HEAD^..HEAD", "version", False),
        ("", "HEAD^..HEAD", "binder-blocks/../main", False),
        ("", "HEAD^..HEAD", "binder-blocks/a;touch PWNED", False),
        ("git commit --allow-empty --message y", "HEAD~2..HEAD", "binder-blocks/1.1.0", False),
        ("git checkout --orphan x; git commit --message y", "HEAD", "binder-blocks/1.1.0", False),
    ],
)
def test_page_pushes_one_commit(tmp_path: Path, commands: str, refs: str, branch: str, pushed: bool) -> None:
    source, origin, made = tmp_path / "source", tmp_path / "origin", tmp_path / "temp/made"
    made.mkdir(parents=True)
    source.mkdir()
    (source / "README.md").write_text("x\n")
    commit(source)
    git(tmp_path, "clone", "--quiet", "--bare", str(source), str(origin))
    git(tmp_path, "clone", "--quiet", "--depth", "1", origin.as_uri(), "course")
    (source / "README.md").write_text("y\n")
    commit(source)
    subprocess.run(["sh", "-c", commands], cwd=source, check=True, capture_output=True)
    git(source, "bundle", "create", "--quiet", str(made / "update.bundle"), *refs.split())
    (made / "branch").write_text(branch)
    (made / "body.md").write_text("Body\n" * 20_000)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/gh").write_text(f'#!/bin/sh\necho "$@" >>"{tmp_path}/gh"\n')
    (tmp_path / "bin/gh").chmod(0o755)
    given = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "RUNNER_TEMP": str(made.parent)}
    command = ["bash", "-e", "-c", opening_of_the_page()]
    result = subprocess.run(
        command, cwd=tmp_path / "course", env={**os.environ, **given}, check=False, capture_output=True, text=True
    )
    assert (result.returncode == 0) == pushed, result.stderr
    heads = git(origin, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()
    assert (len(heads) == 2) == pushed
    calls = (tmp_path / "gh").read_text() if (tmp_path / "gh").exists() else ""
    assert ("pr create --head binder-blocks/1.1.0 --title Binder Blocks 1.1.0" in calls) == pushed
    assert not (tmp_path / "course/PWNED").exists()
