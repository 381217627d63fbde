"""A save or a restore that ends half-way, by a signal or by SIGKILL: what was there is there, whole, and it goes on."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from saving import replaced
from tests.fast.launching import finish, until
from tests.fast.saved import Course, make_course, write_archive

course = pytest.fixture(make_course)
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGKILL]


def begun(course: Course, name: str, *arguments: object) -> subprocess.Popen[str]:
    with (course.root / "said").open("w") as file:
        command = ["bash", str(course.binder / name), *map(str, arguments)]
        return subprocess.Popen(command, stdout=file, stderr=file, text=True, start_new_session=True)


def said(course: Course) -> str:
    return (course.root / "said").read_text()


def end(process: subprocess.Popen[str], number: int) -> None:
    process.send_signal(number)
    assert process.wait(60) == (-signal.SIGKILL if number == signal.SIGKILL else 1)


def ready(course: Course) -> bool:
    return bool(course.state("db")["state"] == "ready")


def slow(course: Course, what: str) -> None:
    with (course.binder / "env").open("a") as file:
        file.write(f"export {what}=30\n")


@pytest.mark.parametrize("number", SIGNALS)
def test_a_save_that_ends(course: Course, number: int) -> None:
    course.store("db", has_dump=True)
    process = course.opened()
    slow(course, "DUMP_SECONDS")
    folder = course.root / "saved"
    saving = begun(course, "save", "--to", folder)
    until("it dumps", lambda: [*folder.glob(".binder-save-*/db")])
    end(saving, number)
    assert not [*folder.glob("*.zip")]
    if number != signal.SIGKILL:
        assert not [*folder.iterdir()]
        assert said(course).splitlines()[-1] == f"save: ended by {signal.Signals(number).name}"
    assert ready(course)
    with (course.binder / "env").open("a") as file:
        file.write("export DUMP_SECONDS=0\n")
    archive = course.save()
    assert [*folder.iterdir()] == [archive], "what a killed one left is gone"
    finish(process)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_save_that_ends_while_it_copies(course: Course, number: int) -> None:
    course.store("db")
    process = course.opened()
    os.mkdir(course.place("db") / "large")
    for index in range(300):
        (course.place("db") / "large" / str(index)).write_bytes(os.urandom(500_000))
    saving = begun(course, "save", "--to", course.root / "saved")
    until("it is held", lambda: course.state("db")["state"] == "held")
    end(saving, number)
    until("it runs again", lambda: ready(course))
    assert not [*(course.root / "saved").glob("*.zip")]
    finish(process)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_restore_that_ends_while_it_loads(course: Course, number: int) -> None:
    course.store("db", has_dump=True)
    process = course.opened()
    course.rows("db").write_text("saved\n")
    (course.root / "nb.ipynb").write_text("saved")
    archive = course.save()
    course.rows("db").write_text("own\n")
    (course.root / "nb.ipynb").write_text("own")
    slow(course, "LOAD_SECONDS")
    restoring = begun(course, "restore", archive)
    until("it loads", lambda: "loading" in said(course))
    end(restoring, number)
    until("it runs again", lambda: ready(course))
    assert course.rows("db").read_text() == "own\n"
    assert (course.root / "nb.ipynb").read_text() == "own"
    assert "Traceback" not in said(course)
    if number != signal.SIGKILL:
        assert said(course).splitlines()[-1] == (f"restore: ended by {signal.Signals(number).name}; nothing is changed")
    with (course.binder / "env").open("a") as file:
        file.write("export LOAD_SECONDS=0\n")
    done = course.restore(archive)
    assert done.returncode == 0, done.stderr
    assert course.rows("db").read_text() == "saved\n"
    finish(process)
    assert not [path for path in course.run.parent.iterdir() if path.name.startswith("run.")]


def test_the_session_ends_meanwhile(course: Course) -> None:
    course.store("db", has_dump=True)
    process = course.opened()
    course.rows("db").write_text("saved\n")
    archive = course.save("--no-files")
    course.rows("db").write_text("own\n")
    slow(course, "LOAD_SECONDS")
    restoring = begun(course, "restore", archive)
    until("it loads", lambda: "loading" in said(course))
    finish(process)
    end(restoring, signal.SIGTERM)
    process = course.opened()
    assert course.rows("db").read_text() == "own\n"
    finish(process)


class Killed(BaseException):
    """Nothing more is done, not even what is to be cleaned up."""


STEPS = ("rename", "unlink", "fsync", "remove", "write", "tool")


def killed_at(step: int, monkeypatch: pytest.MonkeyPatch, is_of_the_image: bool, data: Path) -> None:
    """Have the step-th call of what changes anything fail, before it has done it."""
    count = [0]

    def counted(call: Any, name: str) -> Any:
        def instead(*arguments: Any, **options: Any) -> Any:
            if name == "rename" and is_of_the_image and arguments[0] == str(data) and not (data / "new").exists():
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            count[0] += 1
            if count[0] > step:
                if name == "remove" and data.exists() and arguments[0] == str(data):
                    (data / "rows").unlink(missing_ok=True)  # half of it
                raise Killed
            return call(*arguments, **options)

        return instead

    for name in ("rename", "unlink", "fsync"):
        monkeypatch.setattr(os, name, counted(getattr(os, name), name))
    for name in ("remove", "write", "tool"):
        monkeypatch.setattr(replaced, name, counted(getattr(replaced, name), name))


@pytest.mark.parametrize("is_of_the_image", [False, True])
@pytest.mark.parametrize("is_kept", [False, True])
def test_killed_at_any_moment_one_of_the_two_is_whole(
    course: Course, is_of_the_image: bool, is_kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.store("db")
    if is_kept:
        course.keep_data()
    else:
        built = course.built("db")
        (built / "data").mkdir(parents=True)
        (built / "format").write_text("store 1\n")
    finish(course.opened())
    data = course.place("db")
    assert str(data).startswith(str(course.home if is_kept else course.conda))
    found = []
    for step in range(40):
        for leaf in ("rows", "other"):
            (data / leaf).write_text("own\n")
        (data / "new").unlink(missing_ok=True)
        folder = Path(replaced.stage(str(data)))
        (folder / "data").mkdir()
        for leaf in ("rows", "other", "new"):
            (folder / "data" / leaf).write_text("restored\n")
        is_done = False
        with monkeypatch.context() as patch:
            killed_at(step, patch, is_of_the_image, data)
            try:
                old = replaced.replace(str(data), str(folder / "data"), "store 1")
                replaced.put_away(str(data), old)
                is_done = True
            except Killed:
                pass
        finish(course.opened())
        rows = {(data / leaf).read_text() for leaf in ("rows", "other")}
        assert rows in ({"own\n"}, {"restored\n"}), step
        found.append(rows.pop())
        if is_done:
            break
    assert set(found) == {"own\n", "restored\n"}
    assert found == sorted(found, key=["own\n", "restored\n"].index), "first the old one, then the new one"


def test_a_file_is_never_away(course: Course) -> None:
    """While files are put into place, each name has the old one or the new one."""
    names = [f"files/repo/{number:03}.txt" for number in range(200)]
    archive = write_archive(course.root / "x.zip", dict.fromkeys(names, b"new"), services={})
    for name in names:
        (course.root / name.rpartition("/")[2]).write_text("old")
    restoring = begun(course, "restore", archive)
    seen = set()
    limit = time.monotonic() + 60
    while restoring.poll() is None and time.monotonic() < limit:
        seen |= {(course.root / name.rpartition("/")[2]).read_text() for name in names}
    assert restoring.wait() == 0, said(course)
    assert seen <= {"old", "new"}
    assert {(course.root / name.rpartition("/")[2]).read_text() for name in names} == {"new"}
    (over,) = course.root.glob("restored-over-*")
    assert len([*over.rglob("*.txt")]) == 200


@pytest.mark.parametrize("is_of_the_image", [False, True])
def test_what_fails_half_way_is_undone(tmp_path: Path, is_of_the_image: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "rows").write_text("own\n")
    for step in range(40):
        folder = Path(replaced.stage(str(data)))
        (folder / "data").mkdir()
        for leaf in ("rows", "new"):
            (folder / "data" / leaf).write_text("restored\n")
        old = replaced.place_of_old(str(data), "store 1")
        is_done = False
        with monkeypatch.context() as patch:
            killed_at(step, patch, is_of_the_image, data)
            try:
                replaced.replace(str(data), str(folder / "data"), "store 1")
                is_done = True
            except Killed:
                pass
        replaced.take_back_old(str(data), old)
        replaced.unstage(str(data))
        assert [path.name for path in data.iterdir()] == ["rows"], step
        assert (data / "rows").read_text() == "own\n"
        assert [path.name for path in tmp_path.iterdir()] == ["data"], step
        if is_done:
            return
    pytest.fail("it never ends")
