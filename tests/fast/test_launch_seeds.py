"""binder/launch --build and the seeds of a service: `setup`, then `load FILE` for each, in the order of their names."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.fast.launching import Repository, make_repository, text, until

repository = pytest.fixture(make_repository)
SETUP = '#!/bin/sh\necho "setup $SERVICE" >>"$SERVICE_DATA/rows"\n'
# Takes .row files; its other exits are what the name says.
LOAD = """#!/bin/sh
case $1 in
  *.row) echo "${1##*/} $(cat "${1##*/}")" >>"$SERVICE_DATA/rows" ;;
  *.exit) echo "load: the reason" >&2; exit "$(cat "$1")" ;;
  *.kill) kill -s KILL $$ ;;
  *.dies) kill "$(cat "$SERVICE_RUN/pid")"; exec sleep 100 ;;
  *.wait) trap 'exit 0' TERM; echo >"$SERVICE_DATA/waits"; while :; do sleep 0.05; done ;;
  *) exit 3 ;;
esac
"""
RUN = '#!/bin/sh\necho $$ >"$SERVICE_RUN/pid"; echo up >"$SERVICE_DATA/starts"; while :; do sleep 0.05; done\n'


def sow(repository: Repository, *names: str, **files: str) -> None:
    """A service `db` with these seeds, each of which holds its name's first part."""
    repository.service("db", run=RUN, **files)
    for name in names:
        path = repository.binder / "seed/db" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name.partition(".")[0])


def rows(repository: Repository) -> str:
    return text(repository.built("db") / "data/rows")


def test_seeds_are_loaded_after_the_setup_in_the_order_of_their_names(repository: Repository) -> None:
    sow(repository, "20.row", "3.row", "10 ü.row", ".hidden.row", "B.row", "a.row", setup=SETUP, load=LOAD)
    done = repository.call("--build", "db", cwd="/")
    assert done.returncode == 0, done.stderr
    loaded = ["setup db", "10 ü.row 10 ü", "20.row 20", "3.row 3", "B.row B", "a.row a"]
    assert rows(repository).splitlines() == loaded
    assert (repository.built("db") / "seeded.tar.gz").exists()
    assert f"launch: db: loading {repository.binder}/seed/db/20.row\n" in done.stderr


@pytest.mark.parametrize("files", [{"load": LOAD}, {"load": LOAD, "setup": SETUP}, {}])
def test_without_seeds_there_is_data_all_the_same(repository: Repository, files: dict[str, str]) -> None:
    sow(repository, **files)
    done = repository.call("--build", "db")
    assert done.returncode == 0, done.stderr
    assert rows(repository) == ("setup db\n" if "setup" in files else "")
    assert (repository.built("db") / "seeded.tar.gz").exists()


@pytest.mark.parametrize("files", [{"load": LOAD}, {}])
def test_a_file_that_nobody_took_is_named(repository: Repository, files: dict[str, str]) -> None:
    sow(repository, "1.txt", "2.row", "folder/3.row", "4.txt", "README.md", ".hidden", **files)
    done = repository.call("--build", "db")
    assert done.returncode == 0, done.stderr
    passed = [line for line in done.stderr.splitlines() if "passed over" in line]
    names = ["1.txt", "4.txt", "README.md"] if files else ["1.txt", "2.row", "4.txt", "README.md"]
    where = f"{repository.binder}/seed/db"
    assert passed == [
        *(f"launch: db: {where}/{name} is passed over: db loads no file of this kind" for name in names),
        f"launch: db: {where}/folder is passed over: db loads no folder of this kind, and does not look at the files "
        "in it: move them up",
    ]
    assert rows(repository) == ("2.row 2\n" if files else "")
    told = [line for line in repository.script("verify").stdout.splitlines() if "was not loaded" in line]
    names = [*(name for name in names if name != "README.md"), "folder"]
    assert told == [f"db: seed/db/{name} was not loaded: it is none of the kinds that db loads" for name in names]


def test_nothing_is_told_where_all_was_loaded(repository: Repository) -> None:
    sow(repository, "2.row", "README.md", ".gitkeep", load=LOAD)
    assert repository.call("--build", "db").returncode == 0
    assert "was not loaded" not in repository.script("verify").stdout


def test_a_pointer_of_git_lfs_is_no_seed(repository: Repository) -> None:
    """Whatever the loader would make of it."""
    sow(repository, "1.row", "2.row", load=LOAD)
    pointer = repository.binder / "seed/db/1.row"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    done = repository.call("--build", "db")
    assert done.returncode == 1
    assert f"{pointer} is a pointer of Git LFS, not the file itself: git lfs pull before the build" in done.stderr
    assert not repository.built("db").exists()


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("9.exit", 9, "exited with status 9"),
        ("1.exit", 1, "exited with status 1"),
        ("2.kill", 137, "killed by SIGKILL"),
    ],
)
def test_a_file_that_fails_is_named(repository: Repository, name: str, status: int, said: str) -> None:
    sow(repository, "0.row", name, "99.row", setup=SETUP, load=LOAD)
    done = repository.call("--build", "db")
    assert done.returncode == status
    assert done.stderr.splitlines()[-1] == f"launch: db: {repository.binder}/seed/db/{name}: {said}"
    assert ("load: the reason" in done.stderr) == name.endswith(".exit")
    assert "99.row" not in done.stderr
    assert not repository.built("db").exists()


def test_a_service_that_ends_while_a_file_is_loaded(repository: Repository) -> None:
    sow(repository, "1.dies", "2.row", load=LOAD)
    done = repository.call("--build", "db")
    assert done.returncode != 0
    assert "loading" in done.stderr
    assert "ended before its data was made" in done.stderr
    assert "2.row" not in done.stderr
    assert not repository.built("db").exists()


def test_a_setup_that_fails(repository: Repository) -> None:
    sow(repository, "1.row", setup="#!/bin/sh\nexit 3\n", load=LOAD)
    done = repository.call("--build", "db")
    assert done.returncode == 3
    assert f"db: {repository.binder}/services/db/setup: exited with status 3" in done.stderr
    assert "1.row" not in done.stderr
    assert not repository.built("db").exists()


@pytest.mark.parametrize(("names", "status"), [(("1.wait", "2.row"), 143), (("1.wait",), 0)])
def test_a_build_that_is_ended(repository: Repository, names: tuple[str, ...], status: int) -> None:
    """What was being loaded may end well; with more to load, the data is not what it should be."""
    sow(repository, *names, load=LOAD)
    process = repository.launch("--build", "db")
    until("it is loading", lambda: (repository.built("db") / "data/waits").exists())
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == status
    assert repository.built("db").exists() == (status == 0)
    assert "2.row" not in repository.err


def test_a_command_takes_the_place_of_both(repository: Repository) -> None:
    sow(repository, "1.row", setup=SETUP, load=LOAD)
    done = repository.call("--build", "db", "--", "sh", "-c", 'echo mine >"$SERVICE_DATA/rows"')
    assert done.returncode == 0, done.stderr
    assert rows(repository) == "mine\n"


def test_scripts_without_run_bits_and_with_carriage_returns(repository: Repository) -> None:
    sow(repository, "1.row", load=LOAD.replace("#!/bin/sh\n", "#!/bin/sh\r\n", 1))
    (repository.binder / "services/db/load").chmod(0o644)
    done = repository.call("--build", "db")
    assert done.returncode == 0, done.stderr
    assert rows(repository) == "1.row 1\n"


@pytest.mark.parametrize("words", [["--build"], ["--use", "db", "--", "true"], ["--deadline", "3"], []])
def test_wrong_arguments(repository: Repository, words: list[str]) -> None:
    done = repository.call(*words)
    assert done.returncode == 2
    assert "wrong arguments" in done.stderr


def test_the_whole_path_and_the_folder_of_the_seeds(repository: Repository, tmp_path: Path) -> None:
    """Whatever folder the build runs in."""
    sow(repository, "1.row", load='#!/bin/sh\necho "$1 $PWD" >"$SERVICE_DATA/rows"\n')
    assert repository.call("--build", "db", cwd=tmp_path).returncode == 0
    folder = repository.binder / "seed/db"
    assert rows(repository) == f"{folder}/1.row {folder}\n"
