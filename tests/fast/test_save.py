"""binder/save and binder/restore: what goes into an archive comes out of it, and what stands in its way is kept."""

from __future__ import annotations

import json
import os
import time
import zipfile
from functools import partial
from pathlib import Path

import pytest

from tests.fast.launching import finish, text, until
from tests.fast.saved import HANGS, LOAD, READY, Course, make_course, refused
from tests.fast.test_launch_hold import with_grace

course = pytest.fixture(make_course)


def test_data_comes_back_as_it_was(course: Course) -> None:
    course.store("db")
    process = course.opened()
    data = course.place("db")
    (data / "rows").write_text("mine\n")
    (data / "empty").mkdir(mode=0o750)
    (data / "in").mkdir()
    (data / "in/script").write_text("x")
    (data / "in/script").chmod(0o755)
    (data / "in/link").symlink_to("../rows")
    (data / "out").symlink_to("/etc/passwd")
    with (data / "holes").open("wb") as file:
        file.truncate(50_000_000)
        file.seek(40_000_000)
        file.write(b"x")
    archive = course.save()
    assert archive.stat().st_size < 200_000
    until("it runs again", lambda: course.is_ready("db"))
    (data / "rows").write_text("other\n")
    done = course.restore(archive)
    assert done.returncode == 0, done.stderr
    assert (data / "rows").read_text() == "mine\n"
    assert (data / "in/script").stat().st_mode & 0o777 == 0o755
    assert (data / "empty").stat().st_mode & 0o777 == 0o750
    assert os.readlink(data / "in/link") == "../rows"
    assert not os.path.lexists(data / "out")
    assert (data / "holes").stat().st_size == 50_000_000
    assert (data / "holes").stat().st_blocks < 20_000, "with its holes"
    aside = data.with_name("data.aside-1")
    assert f"db: restored; the old data is in {aside}" in done.stdout
    assert text(aside / "rows") == "other\n"
    assert course.beside("db") == ["data", "data.aside-1", "format", "lock"]
    finish(process)
    process = course.opened()
    assert course.rows("db").read_text() == "mine\n"
    finish(process)


def test_a_dump_is_taken_while_it_runs_and_outlives_a_version(course: Course) -> None:
    course.store("db", has_dump=True)
    process = course.opened()
    course.rows("db").write_text("mine\n")
    archive = course.save("--no-files")
    assert not (course.place("db") / "stops").exists(), "nothing was stopped"
    finish(process)
    assert zipfile.ZipFile(archive).namelist() == ["services/db/dump/all.rows", "manifest.json"]
    course.change("db", "format", "#!/bin/sh\necho store 2\n")
    process = course.opened()
    assert course.rows("db").read_text() == ""
    assert course.look(archive)["services"]["db"] == {
        "how": "dump",
        "format": "store 1",
        "bytes": 5,
        "fits": True,
        "reason": "",
    }
    done = course.restore(archive)
    assert done.returncode == 0, done.stderr
    assert course.rows("db").read_text() == "mine\n"
    assert text(course.place("db").parent / "format") == "store 2\n"
    finish(process)


def test_data_of_another_version_is_refused(course: Course) -> None:
    course.store("db")
    process = course.opened()
    archive = course.save()
    finish(process)
    course.change("db", "format", "#!/bin/sh\necho store 2\n")
    process = course.opened()
    before = course.snapshot()
    told = course.look(archive)
    assert told["services"]["db"]["fits"] is False
    assert "its data is of store 1, and store 2 cannot open that" in told["refused"]
    assert "store 2 cannot open that" in refused(course.restore(archive))
    assert course.snapshot() == before
    finish(process)


def test_where_a_dump_would_not_hold_all_its_data_is_saved(course: Course) -> None:
    course.store("db", has_dump=True)
    course.change("db", "dump", '#!/bin/sh\ntest $# = 1 || exit 0\necho "more than that" >&2\nexit 3\n')
    process = course.opened()
    done = course.script("save", "--to", str(course.root / "saved"))
    assert "db: its data itself is saved" in done.stderr
    assert "more than that" in done.stderr
    assert course.look(Path(done.stdout.strip()))["services"]["db"]["how"] == "data"
    assert "more than that; binder/save --service db" in refused(course.script("save", "--export", "db"))
    finish(process)


def test_a_dump_that_fails_fails(course: Course) -> None:
    course.store("db", has_dump=True)
    course.change("db", "dump", "#!/bin/sh\necho no such server\nexit 1\n")
    process = course.opened()
    assert "db cannot be dumped: no such server" in refused(course.script("save", "--to", str(course.root / "saved")))
    assert not [*(course.root / "saved").iterdir()]
    finish(process)


def test_somebodys_work(course: Course) -> None:
    for name in ("given.ipynb", "changed.ipynb", "replaced.ipynb"):
        (course.root / name).write_text("of the course")
    for name in ("folder", ".hidden", "__pycache__", ".git", "restored-over-1", "home/mine"):
        (course.root / name).mkdir()
    (course.binder / "keep").write_text("# kept\n.hidden\n~/.config/tool\nnone/*.csv\n")
    time.sleep(0.1)
    course.store("db")
    process = course.opened()
    (course.root / "changed.ipynb").write_text("mine")
    (course.root / "old").write_text("brought along")
    os.utime(course.root / "old", (1, 1))
    os.replace(course.root / "old", course.root / "replaced.ipynb")
    for name in ("folder/new.csv", ".hidden/x", "__pycache__/x", ".git/x", "restored-over-1/x", ".not", "home/mine/y"):
        (course.root / name).write_text("mine")
    (course.home / ".config").mkdir()
    (course.home / ".config/tool").write_text("set")
    (course.binder / "start").write_text("mine")
    (course.root / "course-20260101-000000.zip").write_text("an archive")
    (course.root / "link").symlink_to("/etc/passwd")
    os.mkfifo(course.root / "pipe")
    (course.root / "bad\nname").write_text("mine")
    with (course.root / "large").open("wb") as file:
        file.truncate(200_000_000)
    done = course.script("save", "--to", str(course.root / ".saved"))
    names = {name for name in zipfile.ZipFile(done.stdout.strip()).namelist() if name.startswith("files/")}
    ours = {f"files/repo/{name}" for name in ("err", "opened", "out")}
    assert names - ours == {
        "files/home/.config/tool",
        "files/home/mine/y",
        "files/repo/.hidden/x",
        "files/repo/changed.ipynb",
        "files/repo/folder/new.csv",
        "files/repo/replaced.ipynb",
    }
    assert "large' is left out: 190 MB; binder/keep may name it, or --file" in done.stderr
    assert r"bad\nname' is left out" in done.stderr
    archive = course.save("--file", "large", "--no-files", "--service", "db")
    assert not [name for name in zipfile.ZipFile(archive).namelist() if name.startswith("files/")]
    archive = course.save("--file", "large")
    assert "files/repo/large" in zipfile.ZipFile(archive).namelist()
    for pattern in ("../x", "/etc/passwd", "~/../x"):
        assert "in the repository or below ~/" in refused(course.script("save", "--file", pattern))
    finish(process)


def test_files_come_back_and_others_are_kept(course: Course) -> None:
    course.store("db")
    process = course.opened()
    for name in ("one", "two", "same"):
        (course.root / f"{name}.txt").write_text("saved")
    (course.root / "new").mkdir()
    (course.root / "new/x.txt").write_text("saved")
    (course.root / "new/x.txt").chmod(0o750)
    archive = course.save()
    (course.root / "one.txt").write_text("other")
    (course.root / "two.txt").unlink()
    (course.root / "new/x.txt").unlink()
    (course.root / "new").rmdir()
    done = course.restore(archive)
    assert done.returncode == 0, done.stderr
    assert {path.read_text() for path in course.root.glob("*.txt")} == {"saved"}
    assert (course.root / "new/x.txt").stat().st_mode & 0o777 == 0o750
    (over,) = course.root.glob("restored-over-*")
    assert (over / "repo/one.txt").read_text() == "other"
    assert not (over / "repo/same.txt").exists()
    assert "files: " in done.stdout
    assert str(over) in done.stdout
    assert not [*course.root.glob(".binder-save-*")]
    finish(process)


def test_another_courses_archive_is_refused(course: Course) -> None:
    course.store("db")
    process = course.opened()
    course.rows("db").write_text("mine\n")
    archive = course.save("--no-files")
    with (course.binder / "env").open("a") as file:
        file.write("export COURSE_SLUG=other\n")
    before = course.snapshot()
    assert "it is of the course course, and this one is other" in refused(course.restore(archive))
    assert course.snapshot() == before
    done = course.restore("--any-course", archive)
    assert done.returncode == 0, done.stderr
    finish(process)


def test_no_name_is_taken_twice(course: Course) -> None:
    course.store("db")
    process = course.opened()
    made = {course.save() for _ in range(3)}
    assert len(made) == 3
    assert all(path.name.startswith("course-") for path in made)
    name = course.root / "mine.zip"
    name.write_text("mine")
    assert "is there already" in refused(course.script("save", "--to", str(name)))
    assert name.read_text() == "mine"
    assert "is no folder" in refused(course.script("save", "--to", str(course.root / "out")))
    finish(process)


def test_look_touches_nothing_and_says_what_is_in_it(course: Course) -> None:
    course.store("db", has_dump=True)
    course.store("other")
    process = course.opened()
    (course.root / "nb.ipynb").write_text("mine")
    archive = course.save()
    before = course.snapshot()
    told = course.look(archive)
    assert course.snapshot() == before
    assert {"course", "made", "commit", "version", "bytes", "files", "services", "refused"} <= told.keys()
    assert {name: one["how"] for name, one in told["services"].items()} == {"db": "dump", "other": "data"}
    assert told["refused"] == ""
    assert told["files"] >= 1
    assert course.look(course.root / "nb.ipynb")["refused"]
    assert course.look(course.root / "nothing")["refused"]
    finish(process)


def test_a_service_that_does_not_start_with_it_gets_its_own_back(course: Course) -> None:
    course.store("db")
    process = course.opened()
    (course.place("db") / "poison").touch()
    archive = course.save("--no-files")
    (course.place("db") / "poison").unlink()
    assert course.script("reset", "db").returncode == 0
    course.rows("db").write_text("own\n")
    line = refused(course.restore(archive))
    assert line == "restore: db: failed: exited with status 7; it has its own data again; nothing is changed"
    until("it is ready", lambda: course.is_ready("db"))
    assert course.rows("db").read_text() == "own\n"
    finish(process)


def test_a_service_that_hangs_with_it_gets_its_own_back(course: Course) -> None:
    course.service("db", HANGS, READY, format="#!/bin/sh\necho store 1\n")
    process = course.opened()
    (course.place("db") / "poison").touch()
    archive = course.save("--no-files")
    (course.place("db") / "poison").unlink()
    assert course.script("reset", "db").returncode == 0
    course.rows("db").write_text("own\n")
    before = course.beside("db")
    course.hurry(5)
    line = refused(course.restore(archive))
    assert line == "restore: db is not ready after 5 s; it has its own data again; nothing is changed"
    until("it is ready", lambda: course.is_ready("db"))
    assert course.rows("db").read_text() == "own\n"
    assert course.beside("db") == before
    finish(process)


def test_a_service_that_hangs_can_be_saved_and_restored(course: Course) -> None:
    course.service("db", HANGS, READY, format="#!/bin/sh\necho store 1\n")
    process = course.opened()
    course.rows("db").write_text("saved\n")
    archive = course.save("--no-files")
    finish(process)
    (course.place("db") / "poison").touch()
    process = course.opened("--deadline", 0.1)
    until("its data is known", lambda: course.state("db")["data"])
    course.hurry(5)
    assert "services/db/data/poison" in zipfile.ZipFile(course.save("--no-files")).namelist()
    done = course.restore(archive)
    assert done.returncode == 0, done.stderr
    assert course.rows("db").read_text() == "saved\n"
    finish(process)


@pytest.mark.parametrize("bad", ["one", "two"])
def test_one_that_does_not_start_keeps_no_other_from_it(course: Course, bad: str) -> None:
    for name in ("one", "two"):
        course.store(name)
    process = course.opened()
    (course.root / "nb.ipynb").write_text("saved")
    for name in ("one", "two"):
        course.rows(name).write_text("saved\n")
    (course.place(bad) / "poison").touch()
    archive = course.save()
    (course.place(bad) / "poison").unlink()
    assert course.script("reset", bad).returncode == 0
    for name in ("one", "two"):
        course.rows(name).write_text("own\n")
    (course.root / "nb.ipynb").write_text("own")
    good = {"one": "two", "two": "one"}[bad]
    before = course.beside(bad)
    done = course.restore(archive)
    assert refused(done).endswith(
        f"{bad}: failed: exited with status 7; it has its own data again; restored: {good}, and nothing else"
    )
    aside = course.place(good).with_name("data.aside-1")
    assert done.stdout == f"{good}: restored; the old data is in {aside}\n"
    for name in ("one", "two"):
        until("it is ready", partial(course.is_ready, name))
    assert (course.rows(bad).read_text(), course.beside(bad)) == ("own\n", before)
    assert (course.rows(good).read_text(), text(aside / "rows")) == ("saved\n", "own\n")
    assert course.beside(good) == ["data", "data.aside-1", "format", "lock"]
    assert (course.root / "nb.ipynb").read_text() == "own"
    finish(process)


def test_a_dump_that_cannot_be_loaded_changes_nothing(course: Course) -> None:
    course.store("db", has_dump=True)
    process = course.opened()
    course.rows("db").write_text("broken\n")
    archive = course.save("--no-files")
    course.rows("db").write_text("own\n")
    before = course.snapshot()
    assert "db cannot be made anew of its dump: all.rows: exited with status 1; nothing is changed" in refused(
        course.restore(archive)
    )
    until("it is ready", lambda: course.is_ready("db"))
    assert course.snapshot() == before
    assert course.rows("db").read_text() == "own\n"
    finish(process)


def test_one_of_two_is_restored(course: Course) -> None:
    for name in ("one", "two"):
        course.store(name)
    process = course.opened()
    for name in ("one", "two"):
        course.rows(name).write_text("saved\n")
    archive = course.save("--no-files")
    for name in ("one", "two"):
        course.rows(name).write_text("later\n")
    assert course.restore("--service", "two", archive).returncode == 0
    assert [course.rows(name).read_text() for name in ("one", "two")] == ["later\n", "saved\n"]
    assert "it holds no data of 'three'" in refused(course.restore("--service", "three", archive))
    assert "there is no service 'three' here" in refused(course.script("save", "--service", "three"))
    finish(process)


def test_a_service_on_demand(course: Course) -> None:
    course.service("db", "#!/bin/sh\ntouch $SERVICE_DATA/rows\nexec sleep 1000\n", None, format="echo 1", on_demand="")
    process = course.opened()
    done = course.script("save", "--to", str(course.root / "saved"))
    assert "nobody has used it in this session" in done.stderr
    archive = course.save("--service", "db")
    assert [*course.look(archive)["services"]] == ["db"]
    finish(process)
    process = course.opened()
    assert course.restore("--no-files", archive).returncode == 0
    finish(process)


def test_without_a_launch(course: Course) -> None:
    course.store("db")
    process = course.opened()
    (course.root / "nb.ipynb").write_text("mine")
    archive = course.save()
    finish(process)
    assert "no launch is running" in refused(course.script("save"))
    assert "no launch is running" in refused(course.restore(archive))
    (course.root / "nb.ipynb").unlink()
    assert course.look(archive)["refused"] == ""


def test_a_course_without_services_has_files(course: Course) -> None:
    assert course.script("save", "--to", str(course.root / "saved")).returncode == 0


def test_dumps_go_out_and_come_in(course: Course) -> None:
    course.store("db", has_dump=True)
    course.store("other")
    process = course.opened()
    course.rows("db").write_text("mine\n")
    made = course.save("--export", "db")
    assert (made.suffix, made.read_text()) == (".rows", "mine\n")
    done = course.restore("--import", "db", made)
    assert (done.returncode, course.rows("db").read_text()) == (0, "mine\nmine\n")
    (course.root / "x.txt").write_text("x")
    assert "db loads no file of this kind" in refused(course.restore("--import", "db", course.root / "x.txt"))
    assert "there is no" in refused(course.restore("--import", "db", course.root / "nothing"))
    assert "other has no export of its own" in refused(course.script("save", "--export", "other"))
    assert "other loads no files" in refused(course.restore("--import", "other", made))
    course.change("db", "load", LOAD.replace("sleep", "echo it is wrong >&2; exit 1; sleep"))
    assert "cannot be loaded: it is wrong" in refused(course.restore("--import", "db", made))
    finish(process)


@pytest.mark.parametrize(
    ("leaf", "ending"), [("a.b.c.rows.gz", ".rows.gz"), ("x.rows", ".rows"), ("1.2 a.rows", ".rows")]
)
def test_an_export_for_people_is_no_dump(course: Course, leaf: str, ending: str) -> None:
    """It goes out and comes in where there is a dump, too; an archive has the stopped data, or the dump."""
    course.store("db", has_dump=True)
    course.store("other")
    export = '#!/bin/sh\ntest $# = 1 || exit 0\ncp "$SERVICE_DATA/rows" "$1/' + leaf + '"\n'
    load = '#!/bin/sh\ncat "$1" >>"$SERVICE_DATA/rows"\n'
    for name in ("db", "other"):
        course.change(name, "export", export)
    course.change("other", "load", load)
    process = course.opened()
    for name in ("db", "other"):
        course.rows(name).write_text("mine\n")
        made = course.save("--export", name)
        assert made.name.endswith(ending)
        assert (made.name.count("."), made.read_text()) == (ending.count("."), "mine\n")
    assert course.restore("--import", "other", made).returncode == 0
    assert course.rows("other").read_text() == "mine\nmine\n"
    archive = course.save("--no-files")
    assert {name: one["how"] for name, one in course.look(archive)["services"].items()} == {
        "db": "dump",
        "other": "data",
    }
    assert course.restore(archive).returncode == 0
    assert course.rows("other").read_text() == "mine\nmine\n"
    course.change("other", "export", "#!/bin/sh\necho more than that\nexit 3\n")
    assert "more than that; binder/save --service other saves all" in refused(
        course.script("save", "--export", "other")
    )
    course.change("other", "export", "#!/bin/sh\necho no such server\nexit 1\n")
    assert "other cannot be exported: no such server" in refused(course.script("save", "--export", "other"))
    finish(process)


@pytest.mark.parametrize("words", [["save", "x"], ["restore"], ["save", "--nothing"], ["restore", "--import", "x"]])
def test_wrong_arguments(course: Course, words: list[str]) -> None:
    done = course.script(*words)
    assert done.returncode == 2
    assert "--export NAME" in done.stderr


def test_what_is_written_is_json_of_one_shape(course: Course) -> None:
    course.store("db")
    process = course.opened()
    with zipfile.ZipFile(course.save()) as archive:
        told = json.loads(archive.read("manifest.json"))
        assert archive.testzip() is None
    assert told["services"] == {"db": {"how": "data", "format": "store 1"}}
    assert told["archive"] == 1
    finish(process)


def test_data_that_a_kill_has_left_is_saved_and_said_to_be_so(course: Course) -> None:
    launch = course.binder / "launch"
    launch.write_text(with_grace(launch.read_text(), 1))
    course.store("db")
    course.change("db", "run", "#!/bin/sh\ntrap '' TERM\ntouch $SERVICE_DATA/rows\nwhile :; do sleep 0.05; done\n")
    process = course.opened("--grace", 0.5)
    done = course.script("save", "--to", str(course.root / "saved"))
    assert done.returncode == 0, done.stderr
    said = "db: it did not stop within 1 s and was killed; its data is saved as that has left it"
    assert said in done.stderr.splitlines()
    with zipfile.ZipFile(done.stdout.strip()) as archive:
        assert json.loads(archive.read("manifest.json"))["left_out"] == [said]
    finish(process)
