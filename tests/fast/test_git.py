"""Running git in a repository that somebody else wrote: no program that its configuration names may run."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from extensions import git as running
from extensions.catalogue import manifest as manifests
from extensions.catalogue import units
from extensions.errors import BlocksError
from extensions.update import before, changes, migrate, settle
from tests.fast.conftest import commit, git, manifest, write_components

HOOKS = (
    *("applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg"),
    *("commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-merge", "pre-push", "pre-auto-gc"),
    *("post-rewrite", "post-index-change", "fsmonitor-watchman", "reference-transaction"),
)
# What a repository's configuration can name, and git runs on its own account; {} is the program.
PROGRAMS = {
    **dict.fromkeys(("core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass"), "{}"),
    **dict.fromkeys(("core.gitProxy", "core.alternateRefsCommand", "sequence.editor", "gpg.program"), "{}"),
    **dict.fromkeys(("diff.external", "diff.evil.command", "diff.evil.textconv", "merge.evil.driver"), "{}"),
    **dict.fromkeys(
        ("filter.evil.clean", "filter.evil.smudge", "filter.a=b.clean", "interactive.diffFilter", "credential.helper"),
        "{}",
    ),
    **dict.fromkeys(("pager.log", "pager.ls-files", "pager.cat-file", "remote.origin.uploadpack"), "{}"),
    **dict.fromkeys(("alias.ls-files", "alias.cat-file", "alias.update-index"), "!{}"),
    "filter.evil.required": "true",
    "uploadpack.packObjectsHook": "{}",
    "log.showSignature": "true",
    "core.repositoryFormatVersion": "1",
    "extensions.partialClone": "origin",
    "remote.origin.promisor": "true",
    "remote.origin.partialCloneFilter": "blob:none",
}
REMOTES = (
    "file:///nowhere",
    "ssh://example.invalid/x",
    "git://example.invalid/x",
    "ext::{}",
    "https://example.invalid/x",
)
ANSWERS = {
    "_commit": "1.0.0",
    "_src_path": "x",
    "binder_dir": "binder",
    "components": ["old"],
    "installed": ["old"],
    "adopted": {},
    "outputs": [],
}
FILES = {
    ".copier-answers.yml": yaml.safe_dump(ANSWERS),
    ".gitattributes": "* filter=evil diff=evil merge=evil\nmissing.txt filter=a=b\n",
    "binder/apt.txt": "one\ntwo\nmine\n",
    "binder/first.d/old": "edited\n",
    "binder/missing.txt": "not in the object store\n",
    "binder/postBuild.d/old": "edited\n",
    "binder/seed/gone/script.sh": "edited\n",
    "binder/seed/old/rows.csv": "mine\n",
}
REPORT = {
    "components": {"installed": ["old"]},
    "files": dict.fromkeys(
        ["README.md", "binder/first.d/old", "binder/postBuild.d/old", "binder/seed/gone/script.sh"], "0" * 64
    ),
}
# What the update would write; the answers file is not asked for.
SETTLED: tuple[dict[str, str], bytes] = ({}, json.dumps({"files": {"binder/apt.txt": "1" * 64}}).encode())


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """In a folder of its repository, as a course may be."""
    folder = tmp_path / "repository/course"
    for path, text in {**FILES, "binder/report.json": json.dumps(REPORT)}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    (folder / "binder/seed/gone/script.sh").chmod(0o755)
    (folder / "binder/seed/gone/link").symlink_to("script.sh")
    for file in folder.rglob("*.txt"):
        os.utime(file, (2**31 - 1, 2**31 - 1))  # later than the index is: git looks whether it changed since
    commit(folder.parent)
    return folder


@pytest.fixture
def catalogue(tmp_path: Path) -> units.Catalogue:
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue/CHANGELOG.md").write_text("# C\n## [1.1.0] - 2026-01-01\n### Fixed\n- **new**: x\n")
    write_components(tmp_path / "catalogue", {"new/component.yml": manifest("New", formerly="[old]")})
    return manifests.read_catalogue(tmp_path / "catalogue")


def unmerge(course: Path) -> None:
    """apt.txt as Copier leaves it where both changed it."""
    texts = ("one\ntwo\n", "one\ntwo\nmine\n", "one\ntwo2\n")
    objects = []
    for text in texts:
        (course / "version").write_text(text)
        objects.append(git(course, "hash-object", "-w", "--no-filters", "version").strip())
    (course / "version").unlink()
    entries = [running.Entry("100644", name, stage, "binder/apt.txt") for stage, name in enumerate(objects, start=1)]
    running.change_index(course, ["binder/apt.txt"], entries)


def plant(course: Path, remote: str) -> Path:
    """Hooks and configuration that tell that they were run, by a file that is there then."""
    top = course.parent
    ran, program = top.parent / "ran", top.parent / "program"
    program.write_text(f'#!/bin/sh\necho "$(ps -o args= $PPID) $0 $*" >>{ran}\nexit 1\n')
    program.chmod(0o755)
    missing = git(course, "rev-parse", "HEAD:./binder/missing.txt").strip()
    (top / ".git/objects" / missing[:2] / missing[2:]).unlink()
    for name in HOOKS:
        (top / ".git/hooks").mkdir(exist_ok=True)
        (top / ".git/hooks" / name).unlink(missing_ok=True)
        (top / ".git/hooks" / name).symlink_to(program)
    for name, value in {**PROGRAMS, "remote.origin.url": remote}.items():
        git(top, "config", name, value.format(program))
    return ran


@pytest.mark.parametrize("remote", REMOTES)
def test_nothing_of_the_repository_runs(course: Path, catalogue: units.Catalogue, remote: str) -> None:
    ran = plant(course, remote)
    assert migrate.is_needed(course, ".copier-answers.yml", catalogue)
    said = [*migrate.migrate(course, ".copier-answers.yml", catalogue)]
    moved = {f"  moved: binder/{folder}/old -> binder/{folder}/new" for folder in ("first.d", "postBuild.d")}
    assert moved <= set(said)
    unmerge(course)
    (course / "README.md").write_text("there again\n")
    (course / "binder/seed/gone/script.sh").unlink()
    assert settle.is_needed(course, *SETTLED)
    assert list(settle.settle(course, *SETTLED, ".copier-answers.yml")) == [
        "README.md stays deleted",
        "binder/seed/gone/script.sh stays, as you edited it",
    ]
    assert changes.lines(catalogue.root, course, ".copier-answers.yml", "1.1.0", ["new"], False)
    assert not manifests.is_draft(course)
    assert running.blob(course, "HEAD:./binder/missing.txt") is None
    with pytest.raises(running.GitError):
        running.read(course, ":./binder/missing.txt")
    assert not ran.exists(), ran.read_text()


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("checkout", "--", "."),
        ("mv", "binder/apt.txt", "x"),
        ("cat-file", "blob", "HEAD:./binder/missing.txt"),
    ],
)
def test_the_programs_would_run(course: Path, words: tuple[str, ...]) -> None:
    """The test above can fail."""
    ran = plant(course, "ssh://example.invalid/x")
    (course / "binder/seed/old/rows.csv").unlink()
    with contextlib.suppress(subprocess.CalledProcessError):
        git(course, *words)
    assert ran.exists()


def test_entries_move_and_nothing_else_does(course: Path) -> None:
    (course / "binder/apt.txt").write_text("not staged\n")
    (entry,) = running.entries(course, "--", "binder/apt.txt")
    running.change_index(course, [entry.path], [replace(entry, path="binder/a [b]\n*.txt")])
    assert running.listed(course, "--deleted") == ["binder/a [b]\n*.txt"]
    assert running.listed(course, "--others") == ["binder/apt.txt"]
    assert running.listed(course, "--", "binder/*.txt") == [], "a path, no pattern"
    assert running.read(course, ":./binder/a [b]\n*.txt") == b"one\ntwo\nmine\n"


def test_names_that_are_no_text(course: Path) -> None:
    name = b"binder/seed/old/\xff.csv"
    (course / os.fsdecode(name)).write_bytes(b"x\n")
    git(course, "add", ".")
    assert os.fsdecode(name) in running.listed(course)
    (entry,) = running.entries(course, "--", os.fsdecode(name))
    running.change_index(course, [entry.path], [entry])
    assert git(course, "diff", "--cached", "--name-only", "--diff-filter=D") == ""


def test_files_come_back_as_they_were(course: Path) -> None:
    (course / "binder/report.json").write_text(
        json.dumps({"files": dict.fromkeys(["binder/seed/gone/link", "binder/seed/gone/script.sh"], "0" * 64)})
    )
    commit(course.parent)
    for name in ("link", "script.sh"):
        (course / "binder/seed/gone" / name).unlink()
    (course / "binder/seed/gone").rmdir()
    assert len(list(settle.settle(course, *SETTLED, ".copier-answers.yml"))) == 2
    assert git(course, "status", "--porcelain") == " M course/binder/report.json\n"


@pytest.mark.parametrize(
    "report", ["", "{", "[]", "1", '{"files": 1, "components": 1}', '{"components": {"installed": [1]}}']
)
def test_a_report_that_the_author_changed(course: Path, report: str) -> None:
    (course / "binder/report.json").write_text(report)
    commit(course.parent)
    assert before.generated(course) == {}
    assert before.installed(course, "binder") == []
    git(course, "rm", "--quiet", "--cached", "binder/report.json", ".copier-answers.yml")
    commit(course.parent)


def test_outside_of_git_an_error_is_one_line(tmp_path: Path) -> None:
    assert before.answers(tmp_path, ".copier-answers.yml") is None
    with pytest.raises(BlocksError, match="not a git repository"):
        list(settle.settle(tmp_path, *SETTLED, ".copier-answers.yml"))
