"""Files that are saved and come back: which of them, by which pattern, and where two of them have one place."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from launch.words import Failure
from saving import save, work
from saving.archive import Archive
from saving.manifest import new_manifest
from saving.work import Choice, is_named
from tests.fast.launching import finish, until
from tests.fast.saved import LOAD, Course, make_course, refused, write_archive

course = pytest.fixture(make_course)


@pytest.fixture
def one_folder(course: Course) -> Course:
    """Home and repository are one."""
    with (course.binder / "env").open("a") as file:
        file.write(f"export HOME={course.root}\n")
    return course


@pytest.mark.parametrize(
    "files",
    [
        {"files/repo/n.ipynb": b"of the repository", "files/home/n.ipynb": b"of the home"},
        {"files/home/q": b"x", "files/repo/q/b": b"y"},
        {"files/repo/q": b"x", "files/home/q/b/c": b"y"},
    ],
)
def test_two_files_for_one_place_are_refused(one_folder: Course, files: dict[str, bytes]) -> None:
    (one_folder.root / "a").write_text("own")
    archive = write_archive(one_folder.root / "x.zip", {"files/home/a": b"new", **files}, services={})
    before = one_folder.snapshot()
    line = refused(one_folder.restore(archive))
    assert "which have one place here: --no-files restores the services alone" in line
    assert all(name in line for name in files)
    assert one_folder.look(archive)["refused"]
    assert one_folder.snapshot() == before


def test_a_home_within_the_repository(course: Course) -> None:
    files = {"files/repo/home/n": b"of the repository", "files/home/n": b"of the home"}
    archive = write_archive(course.root / "x.zip", files, services={})
    assert "which have one place here" in refused(course.restore(archive))


def test_one_file_twice_is_one(one_folder: Course) -> None:
    archive = write_archive(one_folder.root / "x.zip", {"files/repo/n": b"x", "files/home/n": b"x"}, services={})
    done = one_folder.restore(archive)
    assert (done.returncode, done.stdout) == (0, "files: 1 restored, 0 are the same\n")
    assert (one_folder.root / "n").read_text() == "x"


def test_what_fails_between_two_files_is_said(course: Course) -> None:
    """A folder comes where a file is to be, after all was looked at."""
    course.store("db", has_dump=True)
    process = course.opened()
    for name in ("a.txt", "z.txt"):
        (course.root / name).write_text("saved")
    archive = course.save()
    (course.root / "z.txt").unlink()
    (course.root / "a.txt").write_text("own")
    course.change("db", "load", LOAD.replace("sleep", f"mkdir {course.root}/z.txt; sleep"))
    line = refused(course.restore(archive))
    (over,) = course.root.glob("restored-over-*")
    assert f"z.txt; restored: db, 1 of 2 files, and nothing else; the old files are in {over}" in line
    assert (course.root / "a.txt").read_text() == "saved"
    assert (over / "repo/a.txt").read_text() == "own"
    finish(process)


NAMES = (".env", "a/.env", "a/b/.env", ".h/.env", ".h/a/.env", "a/.h/x", "a/x.csv", "x.csv", "a/b/x.csv", "a/b/c/.d/e")
PATTERNS = """
    **/.env */.env .* .h .h/** a/** ** **/x.csv a/*/*.csv * *.csv ./a . **/.h a/**/.d **/b/**/e [.]env .[e]nv ?/.env
    a/.*/x none
""".split()  # noqa: SIM905


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("start", ["", "~/"])
def test_a_pattern_means_the_same_for_both(
    pattern: str, start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(work, "roots", lambda: {"repo": str(tmp_path), "home": str(tmp_path)})
    notes: list[str] = []
    label = "home" if start else "repo"
    saved = {name for name, _ in Choice(lambda _: False, notes.append).named([start + pattern])}
    named = {f"files/{label}/{name}" for name in NAMES if is_named(label, name, [start + pattern])}
    assert saved == named
    assert not notes
    assert not any(is_named("repo" if start else "home", name, [start + pattern]) for name in NAMES)


def test_what_a_pattern_has_saved_comes_back(course: Course) -> None:
    (course.binder / "keep").write_text("**/.env\n")
    (course.root / "sub").mkdir()
    for name in (".env", "sub/.env"):
        (course.root / name).write_text("saved")
    archive = course.save()
    for name in (".env", "sub/.env"):
        (course.root / name).unlink()
    done = course.restore(archive)
    assert done.returncode == 0, done.stderr
    assert [(course.root / name).read_text() for name in (".env", "sub/.env")] == ["saved", "saved"]


def test_a_file_that_goes_meanwhile_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its folder and it, and between it and the archive; so is one that becomes something else."""
    root = tmp_path / "repository"
    root.mkdir()
    for name in "abcde":
        (root / name).write_text("x")

    class Slow(Choice):
        def files(self, patterns: object) -> list[tuple[str, str]]:
            told = self.is_new

            def is_new(of: os.stat_result) -> bool:
                (root / "b").unlink(missing_ok=True)
                return told(of)

            self.is_new = is_new
            found = super().files([])
            (root / "c").unlink()
            (root / "d").unlink()
            (root / "d").symlink_to("/etc/passwd")
            (root / "e").unlink()
            os.mkfifo(root / "e")
            return found

    monkeypatch.setattr(work, "roots", lambda: {"repo": str(root)})
    monkeypatch.setattr(save, "Choice", Slow)
    monkeypatch.setattr(save, "live_status", lambda: {"pid": os.getpid()})
    monkeypatch.setattr(save, "began_at", lambda _: 0.0)
    monkeypatch.setattr(save, "kept_patterns", list)
    manifest = new_manifest({})
    archive = Archive(str(tmp_path / "archive"), manifest)
    save.save_files(archive, [], save.noted_in(manifest))
    archive.close()
    assert [*manifest.entries] == ["files/repo/a"]
    assert archive.zip.namelist() == ["files/repo/a", "manifest.json"]
    left = manifest.values["left_out"]
    assert [any(f"/{name}'" in line for line in left) for name in "abcde"] == [False, True, True, True, True]


def test_data_of_which_a_file_has_gone_is_no_copy(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path / "archive"), new_manifest({}))
    with pytest.raises(Failure, match="cannot be read: No such file"):
        archive.add("services/db/data/x", str(tmp_path / "x"))
    archive.abandon()


def test_a_service_without_data_costs_nothing_else(course: Course) -> None:
    course.first("work", "#!/bin/sh\nuntil test -e $HOME/go; do sleep 0.05; done\nexit 1\n")
    course.store("db")
    (course.binder / "services/db/after").write_text("work\n")
    course.store("other")
    process = course.opened()
    (course.root / "nb.ipynb").write_text("mine")
    course.hurry(60)
    for state, reason in (("waiting", "it waits for first.d/work"), ("failed", "which failed")):
        until(state, partial(course.is_in, "db", state))
        done = course.script("save", "--to", str(course.root / f"saved-{state}"))
        assert done.returncode == 0, done.stderr
        assert "db: left out, since it has no data yet" in done.stderr
        assert reason in done.stderr
        told = course.look(Path(done.stdout.strip()))
        assert ([*told["services"]], told["refused"]) == (["other"], "")
        (course.home / "go").touch()
    assert "db: failed: it starts after first.d/work" in refused(course.script("save", "--service", "db"))
    finish(process)


def test_a_service_that_has_failed_is_saved(course: Course) -> None:
    course.store("db")
    process = course.opened()
    course.rows("db").write_text("mine\n")
    finish(process)
    (course.place("db") / "poison").touch()
    process = course.opened()
    until("it has failed", lambda: course.state("db")["state"] == "failed")
    assert [*course.look(course.save())["services"]] == ["db"]
    finish(process)
