"""binder/launch and data that is to be kept: whose it is, which format it has, and what is said where it cannot be."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.fast.launching import FOREVER, Repository, finish, make_repository, text

repository = pytest.fixture(make_repository)
SEED = 'echo seeded >"$SERVICE_DATA/rows"'


def build(repository: Repository, **files: str) -> None:
    repository.keep_data()
    repository.service("db", FOREVER, ready=None, **files)
    done = repository.call("--build", "db", "--", "sh", "-c", SEED)
    assert done.returncode == 0, done.stderr


def rows(repository: Repository, binder: Path | None = None, environment: Mapping[str, str] | None = None) -> Path:
    """What the service finds in a launch of its own, `rows` in its data; `binder` is another course's folder."""
    command = repository.command("--", "cp", repository.run / "status.json", repository.root / "seen")
    command[3] = str(binder / "launch" if binder else command[3])
    done = repository.call(env={**repository.environment, **(environment or {})}, command=command)
    assert done.returncode == 0, done.stderr
    status = json.loads(text(repository.root / "seen"))
    (repository.root / "notes").write_text("\n".join(status["notes"]))
    return Path(status["services"]["db"]["data"]) / "rows"


def notes(repository: Repository) -> str:
    return text(repository.root / "notes")


# Home folders in which nothing can be kept, and what is said of them.
HOMES = {
    "unset": (None, "HOME is no folder's path"),
    "empty": ("", "HOME is no folder's path"),
    "relative": ("here", "HOME is no folder's path"),
    "a device": ("/dev/null", "it cannot be in /dev/null/.binder-data/course/db (Not a directory)"),
    "not to be written to": ("/proc", "it cannot be in /proc/.binder-data/course/db"),
    "a file in its place": ("file", "it cannot be in"),
}


@pytest.mark.parametrize(("home", "said"), HOMES.values(), ids=HOMES)
def test_data_that_cannot_be_kept_is_a_failure(repository: Repository, home: str | None, said: str) -> None:
    build(repository)
    if home == "file":
        place = repository.kept("db")
        place.mkdir(parents=True)
        (place / "data").write_text("no folder")
    elif home is None:
        del repository.environment["HOME"]
    else:
        repository.environment["HOME"] = home
    process = repository.opened()
    state = repository.state("db")
    assert state["state"] == "ready", "the notebook and the service are there all the same"
    assert state["data"] == str(repository.built("db") / "data")
    assert said in state["complaint"]
    done = repository.script("verify")
    assert done.returncode == 1
    assert f"FAILED  its data is not kept, and gone with the container: {said}" in done.stdout
    assert "note: db: " in done.stdout
    finish(process)


def test_data_that_is_kept_is_none(repository: Repository) -> None:
    build(repository)
    process = repository.opened()
    done = repository.script("verify")
    assert (done.returncode, repository.state("db")["complaint"]) == (0, ""), done.stdout
    assert "note" not in done.stdout
    finish(process)


def test_data_that_was_exchanged_is_said_by_verify(repository: Repository) -> None:
    build(repository, format="#!/bin/sh\necho new\n")
    place = repository.kept("db")
    (place / "data").mkdir(parents=True)
    (place / "format").write_text("old\n")
    process = repository.opened()
    done = repository.script("verify")
    assert done.returncode == 0
    assert f"note: db: kept data of format 'old' is not opened by 'new': it is now in {place}/data.old-1" in done.stdout
    finish(process)


def has_format(repository: Repository, wanted: str) -> None:
    """The image is one of that format now."""
    (repository.built("db") / "format").write_text(f"{wanted}\n")


# In the same letters, another format: `a b` and `a-b` have one label.
@pytest.mark.parametrize(
    ("one", "two"), [("f 1", "f 2"), ("a b", "a-b"), ("", "f"), ("aside", "unknown"), ("é/x", "..")]
)
def test_data_is_taken_back_by_the_image_that_it_fits(repository: Repository, one: str, two: str) -> None:
    build(repository, format="#!/bin/sh\necho unused\n")
    for count, wanted in enumerate((one, two, one, two, one)):
        has_format(repository, wanted)
        if not wanted:  # an image whose service has no format
            (repository.built("db") / "format").unlink()
            (repository.binder / "services/db/format").rename(repository.root / "format")
        found = rows(repository)
        assert text(found) == ("seeded\n" if count < 2 else f"work with {wanted}\n"), notes(repository)
        found.write_text(f"work with {wanted}\n")
        if not wanted:
            (repository.root / "format").rename(repository.binder / "services/db/format")
    assert "is opened again" in notes(repository)
    assert text(repository.kept("db") / "format").strip() == one


def test_the_newest_that_was_set_aside_is_taken(repository: Repository) -> None:
    """With those of releases that wrote no format beside it; never what a reset put away."""
    build(repository, format="#!/bin/sh\necho unused\n")
    has_format(repository, "f 1")
    place = repository.kept("db")
    for name in ("data.f-1-2", "data.f-1-10", "data.f-2-11", "data.aside-12", "data.f-1-x", "data.f-1", "datax.f-1-99"):
        (place / name).mkdir(parents=True)
        (place / name / "rows").write_text(name)
    assert text(rows(repository)) == "data.f-1-10"
    assert repository.script("reset", "db").returncode == 0
    assert text(rows(repository)) == "seeded\n"
    assert text(place / "data.aside-13/rows") == "data.f-1-10"
    shutil.rmtree(place / "data")
    assert text(rows(repository)) == "data.f-1-2"


def course(repository: Repository, name: str, origin: str = "", inside: str = "") -> Path:
    """Another repository with the same course name and service; its binder folder."""
    binder = repository.root / name / inside / "binder"
    shutil.copytree(repository.binder, binder)
    git = repository.root / name / ".git"
    git.mkdir(exist_ok=True)
    remotes = (
        f'[remote "upstream"]\n\turl = other\n[remote "origin"]\n\turl = {origin}\n\tfetch = +x\n' if origin else ""
    )
    (git / "config").write_text(f"[core]\n\tbare = false\n{remotes}")
    return binder


OTHERS = [
    ("https://github.com/o/one", "https://github.com/o/two"),
    ("https://github.com/o/one", ""),
    ("", ""),
    ("git@github.com:o/one.git", "git@gitlab.com:o/one.git"),
]


@pytest.mark.parametrize(("first", "second"), OTHERS)
def test_courses_of_one_name_do_not_share_their_data(repository: Repository, first: str, second: str) -> None:
    build(repository)
    one, two = course(repository, "one", first), course(repository, "two", second)
    mine = rows(repository, one)
    assert mine == repository.kept("db") / "data/rows"
    mine.write_text("of one\n")
    other = rows(repository, two)
    assert text(other) == "seeded\n"
    assert other.parents[2].parent == repository.home / ".binder-data"
    assert other.parents[2].name.startswith("course-")
    other.write_text("of two\n")
    assert [text(rows(repository, binder)) for binder in (one, two, one, two)] == ["of one\n", "of two\n"] * 2
    assert "another course's" in notes(repository)


SAME = {
    "another way to write it": ("https://user:secret@GitHub.com/o/one.git", "git@github.com:o/One"),
    "with a scheme": ("ssh://git@github.com/o/one/", "https://github.com/o/one"),
}


@pytest.mark.parametrize(("first", "second"), SAME.values(), ids=SAME)
def test_a_clone_is_the_same_course(repository: Repository, first: str, second: str) -> None:
    build(repository)
    rows(repository, course(repository, "one", first)).write_text("work\n")
    assert text(rows(repository, course(repository, "elsewhere", second))) == "work\n"
    assert "secret" not in text(repository.kept("db") / "course")


def test_a_repository_that_gets_an_address_is_the_same_course(repository: Repository) -> None:
    build(repository)
    rows(repository, course(repository, "one")).write_text("work\n")
    shutil.rmtree(repository.root / "one")
    binder = course(repository, "one", "https://github.com/o/one")
    assert text(rows(repository, binder)) == "work\n"
    assert text(rows(repository, course(repository, "clone", "https://github.com/o/one"))) == "work\n"


def test_two_courses_in_one_repository_are_two(repository: Repository) -> None:
    build(repository)
    rows(repository, course(repository, "one", "https://github.com/o/one", "a")).write_text("of a\n")
    assert text(rows(repository, course(repository, "one", "https://github.com/o/one", "b"))) == "seeded\n"


def test_data_of_before_belongs_to_whoever_comes_first(repository: Repository) -> None:
    build(repository)
    one, two = (course(repository, name, f"https://github.com/o/{name}") for name in ("one", "two"))
    (repository.kept("db") / "data").mkdir(parents=True)
    (repository.kept("db") / "data/rows").write_text("of before\n")
    assert [text(rows(repository, binder)) for binder in (one, two, one)] == ["of before\n", "seeded\n", "of before\n"]


def full_disk(repository: Repository) -> dict[str, str]:
    """An environment in which nothing can be unpacked."""
    tar = repository.root / "bin/tar"
    tar.parent.mkdir(exist_ok=True)
    tar.write_text("#!/bin/sh\necho tar: No space left on device >&2\nexit 2\n")
    tar.chmod(0o755)
    return {"PATH": f"{tar.parent}:{repository.environment['PATH']}"}


def test_reset_on_a_full_disk_loses_nothing(repository: Repository) -> None:
    build(repository)
    rows(repository).write_text("homework\n")
    repository.environment |= full_disk(repository)
    process = repository.opened()
    done = repository.script("reset", "db")
    assert done.returncode == 1
    assert "db: failed: its data stays as it is, since there is no place for the seeded data" in done.stdout
    assert repository.state("db")["state"] == "ready"
    assert sorted(one.name for one in repository.kept("db").glob("data*")) == ["data"]
    finish(process)
    assert text(rows(repository)) == "homework\n"


def test_reset_without_a_launch_on_a_full_disk_loses_nothing(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(repository)
    rows(repository).write_text("homework\n")
    with (repository.binder / "env").open("a") as file:
        file.write(f"export PATH={full_disk(repository)['PATH']}\n")
    done = repository.script("reset", "db")
    assert done.returncode == 1
    assert "its data stays as it is" in done.stdout
    assert text(rows(repository)) == "homework\n"


def test_another_format_on_a_full_disk_loses_nothing(repository: Repository) -> None:
    """The services are in the container's own data then, which verify says."""
    build(repository, format="#!/bin/sh\necho unused\n")
    has_format(repository, "old")
    rows(repository).write_text("homework\n")
    has_format(repository, "new")
    assert rows(repository, environment=full_disk(repository)) == repository.built("db") / "data/rows"
    assert "its data is not kept" in notes(repository)
    assert [one.name for one in sorted(repository.kept("db").glob("data*"))] == ["data"]
    has_format(repository, "old")
    assert text(rows(repository)) == "homework\n"
