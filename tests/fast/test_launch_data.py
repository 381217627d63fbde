"""binder/launch and the data of services: made at build, used in place or copied, kept at home, never lost."""

from __future__ import annotations

import os
import signal
import stat
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest

from tests.fast.launching import SAVES, Repository, alive, finish, make_repository, not_ours, number_in, text, until

repository = pytest.fixture(make_repository)
SEED = 'echo seeded >"$SERVICE_DATA/rows"; mkdir -m 700 "$SERVICE_DATA/private"; echo "$SERVICE_SEED"'
FORMAT = "#!/bin/sh\necho server 17\n"


def build(repository: Repository, seed: str = SEED, **files: str) -> Path:
    """A service `db`, built."""
    repository.service("db", **files)
    done = repository.call("--build", "db", "--", "sh", "-c", seed)
    assert done.returncode == 0, done.stderr
    return repository.built("db")


def rows(repository: Repository) -> str:
    """Where the service's data is, and what is in it, as a launch finds it."""
    done = repository.call("--", "sh", "-c", f"cat {repository.run}/status.json >{repository.root}/seen")
    assert done.returncode == 0, done.stderr
    (repository.root / "messages").write_text(done.stderr)
    data = Path(repository.state("db")["data"])
    return f"{data} {text(data / 'rows').strip()}"


def messages(repository: Repository) -> str:
    return text(repository.root / "messages")


def test_build_leaves_the_state_and_nothing_else(repository: Repository) -> None:
    repository.service("db", format=FORMAT, on_demand="")
    repository.built("db").joinpath("data").mkdir(parents=True)
    repository.built("db").joinpath("data", "old").touch()
    done = repository.call("--build", "db", "--", "sh", "-c", SEED + "; echo $SERVICE; env | sort | grep ^BINDER_RUN")
    assert done.returncode == 0, done.stderr
    seed, name, run = done.stdout.split()
    assert (seed, name) == (str(repository.binder / "seed" / "db"), "db")
    assert not Path(run.partition("=")[2]).exists()
    state = repository.built("db")
    assert sorted(one.name for one in state.iterdir()) == ["data", "format", "lock", "seeded.tar.gz"]
    assert sorted(one.name for one in (state / "data").iterdir()) == ["private", "rows", "saved", "starts"]
    assert text(state / "format") == "server 17\n"
    modes = {name: stat.S_IMODE((state / name).stat().st_mode) for name in ("", "data", "format", "seeded.tar.gz")}
    assert modes == {"": 0o755, "data": 0o700, "format": 0o644, "seeded.tar.gz": 0o644}
    with tarfile.open(state / "seeded.tar.gz") as archive:
        assert "./private" in archive.getnames()


@pytest.mark.parametrize(
    ("files", "seed", "status", "said"),
    [
        ({"run": "#!/bin/sh\necho no disk >&2\nexit 3\n"}, SEED, 1, "no disk"),
        ({"run": "#!/bin/sh\nexec no-such-server\n"}, SEED, 1, "no-such-server"),
        ({"ready": "#!/bin/sh\necho warming >&2\nexit 1\n"}, SEED, 1, "warming"),
        ({}, "exit 9", 9, "exited with status 9"),
        ({}, "kill -s KILL $$", 137, "SIGKILL"),
        ({"run": SAVES + "# "}, 'kill -s KILL "$(cat $SERVICE_RUN/pid)"; exec sleep 100', 143, "ended before its data"),
        ({"format": "#!/bin/sh\nexit 1\n"}, SEED, 1, "data format"),
    ],
)
def test_failing_build_says_why_and_leaves_nothing(
    repository: Repository, files: dict[str, str], seed: str, status: int, said: str
) -> None:
    run = files.get("run", SAVES).replace("#!/bin/sh\n", '#!/bin/sh\necho $$ >"$SERVICE_RUN/pid"; echo in the log\n', 1)
    repository.service("db", **{**files, "run": run})
    done = repository.call("--build", "db", "--deadline", 4 if "ready" in files else 90, "--", "sh", "-c", seed)
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert said in done.stderr.splitlines()[-1] or "in the log" in done.stderr
    assert ("in the log" in done.stderr) == bool(files.keys() & {"run", "ready"}), "the server's log where it failed"
    assert not repository.built("db").exists()


def test_build_of_no_service(repository: Repository) -> None:
    done = repository.call("--build", "db", "--", "true")
    assert done.returncode == 1
    assert "there is no services/db/run" in done.stderr


def test_built_state_is_used_in_place(repository: Repository) -> None:
    state = build(repository)
    assert rows(repository) == f"{state}/data seeded"
    (state / "data" / "rows").write_text("changed\n")
    assert rows(repository) == f"{state}/data changed"


def test_state_that_is_not_ours_is_copied_with_its_modes(repository: Repository) -> None:
    not_ours(build(repository, SEED + "; chmod 600 $SERVICE_DATA/rows"))
    copy = repository.run / "data" / "db" / "data"
    assert rows(repository) == f"{copy} seeded"
    assert [stat.S_IMODE((copy / name).stat().st_mode) for name in (".", "rows", "private")] == [0o700, 0o600, 0o700]
    assert len({one.stat().st_uid for one in (copy, copy / "rows", repository.home)}) == 1
    (copy / "rows").write_text("changed\n")
    assert rows(repository) == f"{copy} changed", "as long as the container lives"


def test_interrupted_copy_is_made_anew(repository: Repository) -> None:
    not_ours(build(repository))
    half = repository.run / "data" / "db" / ".fresh"
    half.mkdir(parents=True)
    (half / "half").touch()
    assert rows(repository).endswith("data seeded")
    assert not half.exists()
    assert not (half.parent / "data" / "half").exists()


def test_broken_archive_fails_its_service_alone(repository: Repository) -> None:
    state = build(repository)
    (state / "seeded.tar.gz").write_bytes(b"broken")
    not_ours(state)
    repository.service("other")
    process = repository.opened()
    assert repository.state("db")["state"] == "failed"
    assert "there is no place for its data" in repository.state("db")["reason"]
    assert "tar exited with status" in repository.err
    assert not (repository.run / "data" / "db" / "data").exists()
    assert repository.state("other")["state"] == "ready"
    assert finish(process) == -signal.SIGTERM


def test_data_is_kept_at_home(repository: Repository) -> None:
    build(repository, format=FORMAT)
    repository.keep_data()
    kept = repository.kept("db")
    assert rows(repository) == f"{kept}/data seeded"
    (kept / "data" / "rows").write_text("homework\n")
    assert rows(repository) == f"{kept}/data homework"
    assert text(kept / "format") == "server 17\n"


@pytest.mark.parametrize(("found", "label"), [("server 16", "server-16"), ("", "unknown")])
def test_kept_data_of_another_format_is_set_aside_unopened(repository: Repository, found: str, label: str) -> None:
    build(repository, format=FORMAT)
    repository.keep_data()
    kept = repository.kept("db")
    (kept / "data").mkdir(parents=True)
    (kept / "data" / "rows").write_text("homework\n")
    if found:
        (kept / "format").write_text(found)
    assert rows(repository) == f"{kept}/data seeded"
    aside = kept / f"data.{label}-1"
    assert [one.name for one in aside.iterdir()] == ["rows"]
    assert text(aside / "rows") == "homework\n"
    assert f"is not opened by 'server 17': it is now in {aside}" in messages(repository)
    assert any(str(aside) in note for note in repository.status()["notes"])
    assert text(kept / "format") == "server 17\n"
    assert rows(repository) == f"{kept}/data seeded"
    assert not (kept / f"data.{label}-2").exists()


def test_home_that_cannot_be_written(repository: Repository) -> None:
    state = build(repository)
    repository.keep_data()
    repository.environment["HOME"] = "/dev/null"
    assert rows(repository) == f"{state}/data seeded"
    assert "its data cannot be in /dev/null/.binder-data/course/db" in messages(repository)


def test_second_writer_is_refused_by_that_service_alone(repository: Repository) -> None:
    build(repository)
    repository.keep_data()
    repository.service("other", format=FORMAT)
    first = repository.opened()
    elsewhere = {**repository.environment, "BINDER_RUN": str(repository.run.parent / "second")}
    show = f"cat {elsewhere['BINDER_RUN']}/status.json"
    second = repository.call("--", "sh", "-c", show, env=elsewhere)
    assert second.returncode == 0
    assert second.stderr.count("is in use by another container or launch") == 2
    assert '"state": "failed"' in second.stdout
    assert text(repository.kept("db") / "data" / "starts") == "up\nup\n"
    assert finish(first) == -signal.SIGTERM
    third = repository.call("--", "sh", "-c", show, env=elsewhere)
    assert third.stdout.count('"state": "ready"') == 2


def test_lock_lives_as_long_as_the_server(repository: Repository) -> None:
    """launch and its service are both killed; what the service left behind still has the data open."""
    repository.keep_data()
    helper = "#!/bin/sh\nsetsid sleep 1000 &\necho $! >$SERVICE_DATA/starts\nwait\n"
    repository.service("db", helper)
    process = repository.opened()
    starts = repository.kept("db") / "data" / "starts"
    pid, left = repository.state("db")["pid"], number_in(starts)
    process.kill()
    with suppress(ProcessLookupError):  # the death of launch has ended it, and whoever takes orphans was fast
        os.kill(pid, signal.SIGKILL)
    until("the server has gone", lambda: not alive(pid))
    again = repository.call("--", "true")
    assert "is in use by another container or launch" in again.stderr
    assert alive(left)
    os.kill(left, signal.SIGKILL)


def test_reset_brings_the_seeded_data_back(repository: Repository) -> None:
    state = build(repository)
    process = repository.opened()
    (state / "data" / "rows").write_text("changed\n")
    assert repository.script("reset", "db").returncode == 0
    assert text(state / "data" / "rows") == "seeded\n"
    assert text(state / "data.aside-1" / "rows") == "changed\n"
    assert finish(process) == -signal.SIGTERM


def test_reset_without_a_launch(repository: Repository) -> None:
    build(repository)
    nothing = repository.script("reset", "db")
    assert nothing.returncode == 1
    assert "no data of db is kept" in nothing.stderr
    repository.keep_data()
    assert rows(repository).endswith("seeded")
    kept = repository.kept("db")
    (kept / "data" / "rows").write_text("homework\n")
    done = repository.script("reset", "db")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"the old data is in {kept}/data.aside-1\n"
    assert text(kept / "data.aside-1" / "rows") == "homework\n"
    assert rows(repository) == f"{kept}/data seeded"


def test_slow_preparation_holds_nobody_up(repository: Repository) -> None:
    """tar hangs on its archive, a named pipe that nobody writes to."""
    state = build(repository)
    (state / "seeded.tar.gz").unlink()
    os.mkfifo(state / "seeded.tar.gz")
    not_ours(state)
    repository.service("other")
    process = repository.opened("--deadline", 1, "--grace", 1)
    assert repository.state("db")["reason"] == "its data is prepared"
    until("the other one is ready", lambda: repository.state("other")["state"] == "ready")
    assert repository.state("db")["state"] == "starting"
    assert finish(process) == -signal.SIGTERM


def test_data_kept_under_a_former_name_is_taken_over(repository: Repository) -> None:
    repository.keep_data()
    build(repository, formerly="base\nolder\n")
    for former, content in (("older", "of the older\n"), ("base", "mine\n")):
        place = repository.kept(former)
        (place / "data").mkdir(parents=True)
        (place / "data" / "rows").write_text(content)
    assert rows(repository) == f"{repository.kept('db')}/data mine"
    assert "the data kept as 'base' is now in" in messages(repository)
    assert not repository.kept("base").exists()
    assert text(repository.kept("older") / "data" / "rows") == "of the older\n", "one takes the place, none is lost"
    (repository.kept("db") / "data" / "rows").write_text("changed\n")
    assert rows(repository) == f"{repository.kept('db')}/data changed"
