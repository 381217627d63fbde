"""What `diagnose` gives, and that it gives it whatever is the matter with the session."""

from __future__ import annotations

import ast
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diagnosis import archive, texts
from diagnosis.contents import HOLDS
from extensions.catalogue.manifest import read_catalogue
from extensions.rendering import render
from tests.fast.conftest import ROOT, commit, git
from tests.fast.diagnosing import DIAGNOSIS, LIMIT, SECONDS, bundled, diagnose, make_diagnosed, told
from tests.fast.launching import Repository, finish, text, until
from tests.fast.test_launch_python import OLDEST, YOUNGER, interpreter

repository = pytest.fixture(make_diagnosed)


def record(repository: Repository) -> None:
    done = diagnose(repository, "--record")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_it_holds_is_what_it_says(repository: Repository) -> None:
    repository.service("one", format="#!/bin/sh\necho one 7\n")
    repository.hook("two", '#!/bin/sh\necho hooked\nexec "$@"\n')
    (repository.root / ".copier-answers.yml").write_text("_commit: 1.2.3\n_src_path: gh:o/c\ncomponents:\n- one\n")
    (repository.binder / "report.json").write_text('{"ports": {}}')
    (repository.binder / "downloads.txt").write_text("name any checksum address\n")
    record(repository)
    process = repository.opened(traps="echo started >&2")
    found = bundled(repository)
    finish(process)
    said = diagnose(repository, "--list").stdout
    for part in HOLDS:
        assert f"  {part} " in said
        assert any(name.startswith(part) for name in found), part
    assert {name for name in found if not name.startswith(tuple(HOLDS))} == {"README.txt"}
    assert found["README.txt"] == said
    status = json.loads(found["status.json"])
    assert status["services"]["one"]["state"] == "ready"
    assert "hooked" in found["logs/start.d-two.log"]
    assert "started" in found["logs/notebook.log"]
    assert "catalogue: 1.2.3\n" in found["versions.txt"]
    assert "server one: " in found["versions.txt"]
    assert "format 'one 7', this image opens 'one 7'" in found["data.txt"]
    assert "launch" in found["processes.txt"]
    assert "memory used" in found["machine.txt"]
    assert f"# pip, {repository.root}/prefix" in found["packages.txt"]
    assert "COURSE_SLUG=course\n" in found["environment.txt"]
    assert "_src_path: gh:o/c" in found["course/answers.yml"]


def test_what_differs_from_what_was_built(repository: Repository) -> None:
    site = repository.root / "prefix/lib/python3.13/site-packages"
    for name in ("tornado-6.4.dist-info", "gone-1.0.dist-info"):
        (site / name).mkdir(parents=True)
    (repository.binder / "old").write_text("x")
    record(repository)
    (repository.binder / "env").write_text((repository.binder / "env").read_text() + "# mine\n")
    (repository.binder / "old").unlink()
    (repository.binder / "new").write_text("x")
    (site / "tornado-6.4.dist-info").rename(site / "tornado-7.0.dist-info")
    (site / "gone-1.0.dist-info").rmdir()
    user = repository.home / ".local/lib/python3.13/site-packages/numpy-9.dist-info"
    user.mkdir(parents=True)
    changes = bundled(repository)["changes.txt"]
    for line in (
        "env has changed",
        "new is new",
        "old is gone",
        "tornado has changed: 6.4 -> 7.0",
        "gone is gone: 1.0",
    ):
        assert line.removesuffix(": 1.0") in changes
    assert "numpy 9 is in ~/.local" in changes
    said = told(repository)
    assert "Packages of Jupyter differ from those that were built." in said
    assert "tornado has changed: 6.4 -> 7.0" in said


def test_git_runs_with_no_configuration_of_the_repository(repository: Repository) -> None:
    """A filter, a monitor, a hook, an alias, a pager, a submodule: none is run; and nothing is written."""
    commit(repository.root)
    (repository.root / "committed").write_text("one\n")
    commit(repository.root)
    ran = repository.root / "ran"
    evil = repository.root / "evil"
    evil.write_text(f'#!/bin/sh\necho "$0 $*" >>"{ran}"\ncat\n')
    evil.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "filter.x.clean",
        "filter.x.process",
        "core.pager",
        "core.sshCommand",
        "alias.status",
    ):
        git(repository.root, "config", key, f"!{evil}" if key.startswith("alias") else str(evil))
    (repository.root / ".git/info/attributes").write_text("* filter=x\n")
    (repository.root / ".gitattributes").write_text("* filter=x diff=x\n")
    (repository.root / "committed").write_text("two\n")
    index = (repository.root / ".git/index").read_bytes()
    changes = bundled(repository)["changes.txt"]
    assert " M committed\n" in changes
    assert "?? evil\n" in changes
    assert f"commit {git(repository.root, 'rev-parse', 'HEAD').strip() if not ran.exists() else ''}" in changes
    assert not ran.exists()
    assert (repository.root / ".git/index").read_bytes() == index


@pytest.mark.parametrize("packed", [False, True])
def test_the_commit(repository: Repository, packed: bool) -> None:
    commit(repository.root)
    if packed:
        git(repository.root, "pack-refs", "--all")
    assert f"commit: {git(repository.root, 'rev-parse', 'HEAD')}" in bundled(repository)["versions.txt"]


def test_it_ends_whatever_hangs(repository: Repository) -> None:
    """binder/env, launch, a server's format and version, git, dpkg: none of them answers, and logs are pipes."""
    repository.service("one")
    process = repository.opened()
    (repository.binder / "services/one/format").write_text("#!/bin/sh\nexec sleep 1000\n")
    (repository.binder / "env").write_text("sleep 1000\n")
    process.send_signal(19)  # STOP: its socket takes the question and never answers
    os.mkfifo(repository.run / "log/pipe.log")
    os.mkfifo(repository.root / ".copier-answers.yml")
    tools = repository.root / "tools"
    tools.mkdir()
    for name in ("git", "dpkg-query"):
        (tools / name).write_text("#!/bin/sh\nsleep 1000 &\nexec sleep 1000\n")
        (tools / name).chmod(0o755)
    (repository.root / ".git").mkdir()
    (repository.root / ".git/HEAD").write_text("0" * 40)
    began = time.monotonic()
    try:
        found = bundled(repository, PATH=f"{tools}:{os.environ['PATH']}")
    finally:
        process.kill()
        process.wait()
    assert time.monotonic() - began < SECONDS
    assert "launch does not answer" in found["summary.txt"]
    assert json.loads(found["status.json"])["services"]["one"]["state"] == "ready"
    assert "git does not answer" in found["changes.txt"]
    assert "bash does not answer" in found["changes.txt"]
    assert found["logs/pipe.log"] == "not known: it is no file\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_another_user(repository: Repository) -> None:
    """Root sees the session of the one whom it helps; who may see nothing is told so, and gets the rest."""
    repository.service("one")
    for folder in (repository.root, *repository.root.parents[:-1], repository.run.parent):
        folder.chmod(folder.stat().st_mode | 0o055)
    for folder in (repository.root, repository.home, repository.run):
        os.chown(folder, 12345, 12345)

    def run_as(user: int, *command: object) -> list[str]:
        return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *map(str, command)]

    words = ["/usr/bin/python3", "-I", "-S", repository.binder / "launch", "--", "sleep", "1000"]
    process = subprocess.Popen(run_as(12345, *words), text=True, env=repository.environment, cwd="/")
    repository.processes.append(process)
    until("the service is ready", lambda: text(repository.run / "status.json").count('"ready"'))
    words = ["bash", repository.binder / "diagnose", "--text"]
    said = []
    for user in (12345, 0, 54321):
        command = run_as(user, *words)
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd="/", env=repository.environment)
        said.append(" ".join(done.stdout.split()))
    finish(process)
    its_own, of_root, of_another = said
    assert "one ready" in its_own
    assert "launch does not answer" not in its_own + of_root
    assert "one ready" in of_root
    assert "What the services do cannot be told." in of_another
    assert "the session is user 12345's, and this is user 54321" in of_another


def test_links_are_not_followed(repository: Repository) -> None:
    (repository.root / "elsewhere").write_text("not to be seen\ncomponents: x\n")
    repository.service("one")
    process = repository.opened()
    for path in ("run/log/link.log", "answers", "report"):
        target = {
            "run/log/link.log": repository.run / "log/link.log",
            "answers": repository.root / ".copier-answers.yml",
            "report": repository.binder / "report.json",
        }[path]
        target.symlink_to(repository.root / "elsewhere")
    found = bundled(repository)
    finish(process)
    assert "not to be seen" not in "".join(found.values())


def test_logs_are_cut_in_their_middle(repository: Repository) -> None:
    repository.service("one")
    process = repository.opened()
    noise = random.Random(1)
    for name in "abc":
        lines = (f"{number} {noise.getrandbits(400):x}\n" for number in range(12000))
        (repository.run / f"log/{name}.log").write_text("the first line\n" + "".join(lines) + "the last line\n")
    (repository.run / "log/small.log").write_text("all of it\n" * 100)
    found = bundled(repository)
    finish(process)
    assert found["logs/small.log"] == "all of it\n" * 100
    for name in "abc":
        log = found[f"logs/{name}.log"]
        assert log.startswith("the first line\n")
        assert log.endswith("the last line\n")
        assert "left out here ...]" in log


def test_the_limit_holds_for_whatever_there_is(tmp_path: Path) -> None:
    noise = random.Random(1)
    many = {f"logs/{number}": "".join(chr(noise.randrange(33, 0x2FFF)) for _ in range(20_000)) for number in range(60)}
    fitting = archive.fitting({**many, "summary.txt": "x", "one line": "y" * 9_000_000})
    archive.write_zip(str(tmp_path / "x.zip"), fitting)
    assert (tmp_path / "x.zip").stat().st_size < LIMIT
    assert os.listdir(tmp_path) == ["x.zip"]


def test_control_characters_are_left_out() -> None:
    assert texts.plain("a\x1b[31mb\x1b]0;title\x07c\r\nd\te\u202ef\x9b1m") == "ab]0;titlec\nd\tef1m"


def test_where_there_is_no_room_the_text_remains(repository: Repository) -> None:
    repository.service("one")
    done = diagnose(repository, "--to", repository.root / "no/such/folder/x.zip")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Session of course" in done.stderr
    *_, last = done.stderr.splitlines()
    assert last.startswith("diagnose: the file cannot be written: ")
    assert last.endswith("No such file or directory; the text above is what remains")


def test_it_goes_where_there_is_room(repository: Repository) -> None:
    done = diagnose(repository)
    path = Path(done.stdout.strip())
    assert path.parent == repository.root
    assert path.name.startswith("course-diagnosis-")
    path.unlink()


@pytest.mark.parametrize("arguments", [("--to",), ("--text", "--list"), ("x",), ("--to", "")])
def test_wrong_arguments(repository: Repository, arguments: tuple[str, ...]) -> None:
    done = diagnose(repository, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: diagnose [--to FILE] | --text | --list" in done.stderr


@pytest.mark.parametrize(
    "status", ["[]", "{", '{"services": 1, "notes": 7}', '{"services": {"a": 1}, "hooks": {"b": {}}}']
)
def test_a_status_that_is_none(repository: Repository, status: str) -> None:
    repository.service("one")
    (repository.binder / "launch").write_text(f"print({status!r})")
    (repository.binder / "report.json").write_text(status)
    assert "Session of course" in told(repository)


def test_it_needs_no_course_at_all(tmp_path: Path) -> None:
    (tmp_path / "diagnosis").write_text(DIAGNOSIS)
    command = [sys.executable, "-I", "-S", str(tmp_path / "diagnosis"), "--text"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 0, done.stderr
    assert "Session of a course" in done.stdout


@pytest.mark.parametrize("version", ["3.8", "3.13"])
def test_pythons(repository: Repository, version: str) -> None:
    python = repository.root / "prefix/bin/python3"
    python.unlink()
    python.symlink_to(interpreter(version))
    repository.service("one")
    process = repository.opened()
    assert f"this Python: {version}." in bundled(repository)["versions.txt"]
    finish(process)


def test_nothing_younger_is_used() -> None:
    tree = ast.parse(DIAGNOSIS, feature_version=OLDEST)
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}
    assert not names & YOUNGER
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= {*sys.stdlib_module_names}


def test_linters_and_people_can_read_it() -> None:
    for arguments in (("check",), ("format", "--check")):
        command = [sys.executable, "-m", "ruff", *arguments, "--stdin-filename", "diagnosis.py", "-"]
        done = subprocess.run(command, input=DIAGNOSIS, capture_output=True, check=False, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stdout


def test_a_repository_gets_it_with_its_run_bits() -> None:
    files = render(read_catalogue(ROOT), {"components": []})
    assert files["binder/diagnosis"] == (DIAGNOSIS.encode(), True)
    assert files["binder/diagnose"][1]
    assert b"--record" in files["binder/postBuild"][0]
