"""Save and restore as a browser asks for them: a real Jupyter Server, a real launch, and commands that do as told."""

from __future__ import annotations

import http.client
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.fast.conftest import ROOT
from tests.fast.launching import Repository, alive, make_repository, number_in, text, until

pytest.importorskip("jupyter_server", reason="the page is a part of Jupyter Server")

repository = pytest.fixture(make_repository)
LIB = ROOT / "components/services-panel/lib"
TOKEN = {"Authorization": "token tok"}
BIG = 3_000_000
# They write down how they were called; `wait` beside that makes them wait, and `fail` fail.
BEGIN = """#!/usr/bin/env bash
set -euo pipefail
told=$BINDER_RUN/told
printf '%s\\n' "$*" >>"$told"
trap 'echo stopped >>"$told"; rm --force "${made-}"; exit 1' TERM
await() {
  echo $$ >"$BINDER_RUN/pid"
  while [[ -e $BINDER_RUN/wait ]]; do sleep 0.05; done
}
"""
SAVE = f"""{BEGIN}
if [[ $1 == --export ]]; then
  mkdir "$4/deep"
  echo one >"$4/one.sql"
  [[ $2 == one ]] || echo two >"$4/deep/two.sql"
  exit
fi
printf 'saving \\033[31m<b>one</b>\\n' >&2
made=$2/anything.part
head --bytes={BIG} /dev/zero >"$made"
await
[[ ! -e $BINDER_RUN/fail ]] || {{ rm "$made"; echo 'save: the disk is full' >&2; exit 1; }}
mv "$made" "$2/its own name.zip"
echo "$2/its own name.zip"
"""
RESTORE = f"""{BEGIN}
for file; do :; done
if [[ $1 == --look ]]; then
  grep --quiet '^archive' "$file" || {{ echo "restore: $file is no archive" >&2; exit 1; }}
  echo '{{"course": "C", "services": {{"one": {{"fits": false, "reason": "too new"}}}}, "files": 2, "refused": ""}}'
  exit
fi
echo 'restoring one' >&2
await
cp "$file" "$BINDER_RUN/restored"
echo 'one: the old data is in /tmp/old'
echo "one: loaded '$file'"
[[ ! -e $BINDER_RUN/fail ]] || {{ echo 'restore: one does not start' >&2; exit 1; }}
"""
DID = ["one: the old data is in /tmp/old", "one: loaded 'x.zip'"]


@dataclass
class Server:
    """A Jupyter Server of this session."""

    repository: Repository
    port: int
    base: str = "/user/a%40b/"

    def open(self, method: str, path: str, body: Any = None, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        address = f"{self.base}services/api/{path}"
        connection.request(method, address, body, headers if headers else TOKEN)
        return connection.getresponse()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        response = self.open(method, path, body, **headers)
        data = response.read()
        return response.status, json.loads(data) if data.startswith(b"{") else data

    def lines(self, path: str) -> list[dict[str, Any]]:
        response = self.open("POST", path)
        return [json.loads(line) for line in response.read().splitlines() if line]

    def upload(self, content: bytes, name: str = "x.zip", piece: int = 1000) -> str:
        key = ""
        for at in range(0, len(content), piece):
            words = {"at": at, **({"key": key} if key else {"name": name, "of": len(content)})}
            status, answer = self.ask("POST", f"keep/piece?{urlencode(words)}", content[at : at + piece])
            assert status == 200, answer
            key = answer["key"]
        return key

    @property
    def left(self) -> list[Path]:
        """What lies there on its way."""
        return [Path(folder, name) for folder, _, names in os.walk(self.repository.run / "keep") for name in names]

    @property
    def told(self) -> list[str]:
        return text(self.repository.run / "told").splitlines()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two services: one that dumps and loads, one that does neither."""
    folder = tmp_path_factory.mktemp("keeping")
    for repository in make_repository(folder):
        repository.service("one", format="echo one 1", dump="", load="")
        repository.service("two")
        (repository.binder / "save").write_text(SAVE)
        (repository.binder / "restore").write_text(RESTORE)
        repository.opened()
        with serving(repository, folder) as server:
            yield server


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """The same for all tests; whatever one has told the commands is forgotten."""
    yield running
    for name in ("wait", "fail", "told", "pid", "restored"):
        (running.repository.run / name).unlink(missing_ok=True)
    until("nothing runs", lambda: running.ask("GET", "keep")[1]["running"] == "")
    for path in running.left:
        running.ask("DELETE", f"keep/file/{path.relative_to(running.repository.run / 'keep').parts[0]}")


class serving:  # noqa: N801 -- a context manager
    def __init__(self, repository: Repository, folder: Path, **environment: str) -> None:
        self.repository, self.runtime = repository, folder / "jupyter"
        self.environment = {
            **repository.environment,
            "BINDER_DIR": str(repository.binder),
            "PYTHONPATH": str(LIB),
            "PYTHONDONTWRITEBYTECODE": "1",
            **{f"JUPYTER_{name}_DIR": str(self.runtime) for name in ("CONFIG", "DATA", "RUNTIME")},
            **environment,
        }

    def __enter__(self) -> Server:
        settings = {
            "token": "tok",
            "base_url": Server.base,
            "port": "0",
            "root_dir": str(self.repository.root),
            "jpserver_extensions": "{'binder_services': True}",
        }
        words = [f"--ServerApp.{name}={value}" for name, value in settings.items()]
        command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", *words]
        log = self.runtime.with_suffix(".log")
        with log.open("w") as file:
            self.process = subprocess.Popen(command, env=self.environment, stderr=file)
        until("the server is up", lambda: self.process.poll() is not None or [*self.runtime.glob("jpserver-*.json")])
        assert self.process.poll() is None, log.read_text()
        (told,) = self.runtime.glob("jpserver-*.json")
        until("its address is written", lambda: told.read_text().endswith("}"))
        server = Server(self.repository, json.loads(told.read_text())["port"])
        until("it listens", lambda: listens(server.port))
        return server

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def test_what_is_offered(server: Server) -> None:
    status, offer = server.ask("GET", "keep")
    assert status == 200
    assert (offer["is_there"], offer["slug"], offer["idle"], offer["every"]) == (True, "course", 540, 300)
    assert offer["services"] == [
        {"name": "one", "title": "one", "page": False, "format": True, "dump": True, "export": True, "load": True},
        {"name": "two", "title": "two", "page": False, "format": False, "dump": False, "export": False, "load": False},
    ]


def test_save_is_told_and_fetched_once(server: Server) -> None:
    """Under a name of ours, and nothing of it stays; what a command writes is text without control characters."""
    first, last = server.lines("keep/save")
    assert first == {"line": "saving <b>one</b>"}
    made = last["done"]
    assert (made["bytes"], made["name"][:7], made["name"][-4:]) == (BIG, "course-", ".zip")
    response = server.open("GET", f"keep/file/{made['key']}")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{made["name"]}"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.read() == bytes(BIG)
    until("nothing is left", lambda: not server.left)
    assert server.ask("GET", f"keep/file/{made['key']}")[0] == 404


def test_a_save_that_fails(server: Server) -> None:
    (server.repository.run / "fail").touch()
    assert server.lines("keep/save")[-1] == {"failed": "the disk is full"}
    assert server.left == []


def test_two_at_once(server: Server) -> None:
    """The second is told so, whichever it wants, and the first goes on."""
    wait = server.repository.run / "wait"
    wait.touch()
    first = server.open("POST", "keep/save")
    assert first.readline()
    key = server.upload(b"archive")
    for path in ("save", "export/one", f"restore/{key}", f"import/one/{key}"):
        status, answer = server.ask("POST", f"keep/{path}")
        assert (status, answer["message"][:22]) == (423, "Save is still at work,"), path
    wait.unlink()
    assert b'"done"' in first.read()
    assert server.lines(f"keep/restore/{key}")[-1] == {"done": {}}


def test_whoever_leaves_a_save(server: Server) -> None:
    """A closed tab: the command is told to stop, and nothing of it stays."""
    (server.repository.run / "wait").touch()
    response = server.open("POST", "keep/save")
    assert response.readline()
    pid = number_in(server.repository.run / "pid")
    response.close()
    until("it is stopped", lambda: not alive(pid))
    assert server.told[-1] == "stopped"
    until("nothing is left", lambda: not server.left)
    until("the next may begin", lambda: server.ask("GET", "keep")[1]["running"] == "")


def test_whoever_leaves_a_download(server: Server) -> None:
    made = server.lines("keep/save")[-1]["done"]
    response = server.open("GET", f"keep/file/{made['key']}")
    response.read(10)
    response.close()
    until("nothing is left", lambda: not server.left)


def test_restore(server: Server) -> None:
    """It is looked at first, and arrives as it was sent."""
    content = b"archive" + os.urandom(5000)
    key = server.upload(content)
    status, found = server.ask("POST", f"keep/look/{key}")
    assert (status, found["services"]["one"]["reason"]) == (200, "too new")
    assert not (server.repository.run / "restored").exists()
    *said, last = server.lines(f"keep/restore/{key}")
    assert said == [{"line": "restoring one"}, {"did": DID[0]}, {"did": DID[1]}]
    assert last == {"done": {}}
    assert (server.repository.run / "restored").read_bytes() == content
    until("nothing is left", lambda: not server.left)


def test_what_is_no_archive(server: Server) -> None:
    key = server.upload(b"<script>")
    assert server.ask("POST", f"keep/look/{key}") == (200, {"refused": "x.zip is no archive"})
    assert server.ask("DELETE", f"keep/file/{key}")[0] == 200
    assert server.left == []
    assert server.ask("POST", f"keep/look/{key}")[0] == 409


def test_whoever_leaves_a_restore(server: Server) -> None:
    """It goes on to its end, and whoever asks next is told how it ended."""
    wait = server.repository.run / "wait"
    wait.touch()
    began = time.time()
    response = server.open("POST", f"keep/restore/{server.upload(b'archive')}")
    assert response.readline()
    number_in(server.repository.run / "pid")
    response.close()
    time.sleep(1)
    assert server.ask("GET", "keep")[1]["running"] == "Restore"
    wait.unlink()
    until("it has ended", lambda: (server.ask("GET", "keep")[1]["last"] or {"at": 0})["at"] > began)
    last = server.ask("GET", "keep")[1]["last"]
    assert (last["title"], last["failed"]) == ("Restore", "")
    assert last["did"] == DID
    assert (server.repository.run / "restored").exists()
    assert "stopped" not in server.told


def test_a_restore_that_fails(server: Server) -> None:
    (server.repository.run / "fail").touch()
    assert server.lines(f"keep/restore/{server.upload(b'archive')}")[-1] == {"failed": "one does not start"}
    until("nothing is left", lambda: not server.left)


def test_an_upload_in_pieces(server: Server) -> None:
    """More than was announced, a piece that is missing, and more than the disk has: refused, and nothing stays."""
    free = shutil.disk_usage(server.repository.run).free
    status, answer = server.ask("POST", f"keep/piece?name=x&of={free * 2}", b"x")
    assert (status, "there is room for" in answer["message"]) == (409, True)
    for words in ({"at": 1}, {"at": 3}, {"at": 2}):
        key = server.ask("POST", "keep/piece?name=x&of=3", b"ab")[1]["key"]
        status, answer = server.ask("POST", f"keep/piece?{urlencode({'key': key, **words})}", b"cd")
        assert (status, answer["message"]) == (409, "a piece of it is missing; begin again")
    assert server.ask("POST", "keep/piece?name=x&of=much", b"x")[0] == 400
    key = server.ask("POST", "keep/piece?name=x&of=3", b"ab")[1]["key"]
    assert server.ask("POST", f"keep/restore/{key}")[1]["message"] == "it has not come in whole; begin again"
    assert server.told == []
    server.ask("DELETE", f"keep/file/{key}")
    assert server.left == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("table.tar.gz", "table.tar.gz"),
        ("../../etc/passwd", "passwd"),
        ("--to", "to"),
        ("/", "file"),
        ("a b\n$(x).sql", "a_b_x_.sql"),
        ("", "file"),
        ("é" * 500 + ".sql", "sql"),
        ("x" * 500 + ".sql", "x" * 76 + ".sql"),
    ],
)
def test_import_and_the_name_of_a_file(server: Server, name: str, expected: str) -> None:
    """What a service makes of a file may depend on its name, of which only plain characters are left."""
    key = server.upload(b"rows", name)
    assert server.lines(f"keep/import/one/{key}")[-1] == {"done": {}}
    folder = f"{server.repository.run}/keep/{key}"
    assert server.told == [f"--import one {folder}/{expected}"]


def test_export(server: Server) -> None:
    """One file is given as it is, several as one; a service without files of its own has none."""
    (server.repository.binder / "services/two/export").touch()
    offered = {one["name"]: one["export"] for one in server.ask("GET", "keep")[1]["services"]}
    assert offered == {"one": True, "two": True}
    made = server.lines("keep/export/one")[-1]["done"]
    assert made["name"] == "one.sql"
    assert server.ask("GET", f"keep/file/{made['key']}") == (200, b"one\n")
    made = server.lines("keep/export/two")[-1]["done"]
    assert (made["name"][:11], made["name"][-4:]) == ("course-two-", ".zip")
    with zipfile.ZipFile(io.BytesIO(server.ask("GET", f"keep/file/{made['key']}")[1])) as archive:
        assert sorted(archive.namelist()) == ["deep/two.sql", "one.sql"]
    until("nothing is left", lambda: not server.left)
    for name in ("three", "..", "--to"):
        assert server.ask("POST", f"keep/export/{quote(name, safe='')}")[0] in (404, 409)
    assert server.ask("POST", f"keep/import/two/{server.upload(b'x')}")[1]["message"] == "two takes no files"


def test_nobody_else(server: Server) -> None:
    """Without a login nothing is said, taken or done; with a cookie alone a POST needs the mark against forgery."""
    key = "0" * 16
    paths = ("save", "export/one", "piece?name=x&of=1", f"look/{key}", f"restore/{key}", f"import/one/{key}")
    requests = [("GET", "keep"), ("GET", "keep/changes"), ("GET", f"keep/file/{key}"), ("DELETE", f"keep/file/{key}")]
    for method, path in [*requests, *(("POST", f"keep/{path}") for path in paths)]:
        assert server.open(method, path, b"x", Accept="*/*").status in (302, 403), path
    login = server.open("GET", "keep?token=tok", None, Accept="*/*")
    cookies = [part.partition(";")[0] for part in login.headers.get_all("Set-Cookie") or []]
    mark = next(part.partition("=")[2] for part in cookies if part.startswith("_xsrf"))
    assert server.open("POST", "keep/save", None, Cookie="; ".join(cookies)).status == 403
    assert server.told == []
    headers = {"Cookie": "; ".join(cookies), "X-XSRFToken": mark}
    assert server.open("POST", "keep/save", None, **headers).status == 200


def test_no_activity_of_what_is_done_by_itself(server: Server) -> None:
    """Jupyter counts what a person asks for, and not what their browser does."""

    def activity() -> str:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("GET", f"{server.base}api/status", headers=TOKEN)
        return str(json.loads(connection.getresponse().read())["last_activity"])

    def still() -> bool:
        earlier = activity()
        time.sleep(1)
        return activity() == earlier

    until("what others have asked is at its end", still)
    before = activity()
    made = server.lines("keep/save?no_track_activity=1")[-1]["done"]
    assert server.ask("GET", f"keep/file/{made['key']}?no_track_activity=1")[0] == 200
    changes = server.open("GET", "keep/changes")
    assert changes.readline()
    changes.close()
    assert activity() == before
    server.lines("keep/save")
    assert activity() > before


def test_what_changes(repository: Repository, tmp_path: Path) -> None:
    """Files, the data of services with a page, and that of others, apart; hidden files are the notebook's own."""
    for name in ("one", "two"):
        repository.service(name)
    report = {
        "components": {"titles": {"one": "One"}},
        "provides": {"web": [{"component": "one", "value": {"path": "x"}}]},
    }
    (repository.binder / "report.json").write_text(json.dumps(report))
    (repository.binder / "README.md").write_text("## One\n")
    repository.opened()
    data = {
        name: Path(one["data"]) for name, one in json.loads(text(repository.run / "status.json"))["services"].items()
    }
    with serving(repository, tmp_path, BINDER_KEEP_SECONDS="5") as server:
        stream = server.open("GET", "keep/changes")
        known = json.loads(stream.readline())
        for path, part in (
            (repository.root / "work/a.ipynb", "files"),
            (data["one"] / "x", "pages"),
            (data["two"] / ".x", "data"),
        ):
            path.parent.mkdir(exist_ok=True)
            path.write_text("x")
            now = next(json.loads(line) for line in iter(stream.readline, b"") if line.strip())
            assert {key for key in now if now[key] != known[key]} == {part}
            known = now
        (repository.root / ".hidden").write_text("x")
        assert [stream.readline() for _ in range(3)] == [b"\n"] * 3
        stream.close()


def test_what_a_server_of_before_has_left(repository: Repository, tmp_path: Path) -> None:
    old = repository.run / "keep/0/x"
    old.parent.mkdir(parents=True)
    old.touch()
    with serving(repository, tmp_path) as server:
        key = server.upload(b"x")
        assert [path.parent.name for path in server.left] == [key]


@pytest.mark.parametrize(
    ("environment", "passes"),
    [({}, False), ({"BINDER_LAUNCH_HOST": "https://mybinder.org/"}, True), ({"BINDER_REPO_URL": "x"}, True)],
)
def test_where_it_passes(repository: Repository, tmp_path: Path, environment: dict[str, str], passes: bool) -> None:
    """A reminder is for sessions of Binder, unless their home is a volume; it says nothing without the commands."""
    home = Path(sys.prefix) / "home-of-a-test"
    environment = {**environment, "HOME": str(sys.prefix), "BINDER_REMIND_SECONDS": "7", "BINDER_KEEP_SECONDS": "soon"}
    assert not home.exists()
    with serving(repository, tmp_path, **environment) as server:
        offer = server.ask("GET", "keep")[1]
    assert (offer["passes"], offer["home"], offer["is_there"], offer["services"]) == (passes, "", False, [])
    assert (offer["idle"], offer["every"]) == (7, 300)


def test_into_a_home_that_lasts(server: Server, tmp_path: Path) -> None:
    home = Path("/dev/shm")  # a file system of its own
    if not os.access(home, os.W_OK) or home.stat().st_dev == Path(sys.prefix).stat().st_dev:
        pytest.skip("no other file system")
    home = home / f"home-{os.getpid()}-{threading.get_ident()}"
    home.mkdir()
    try:
        with serving(server.repository, tmp_path, HOME=str(home)) as other:
            assert other.ask("GET", "keep")[1]["home"] == "~/binder-saved"
            made = other.lines("keep/save?to=home")[-1]["done"]
            assert made == {"path": "~/binder-saved/its own name.zip", "bytes": BIG}
            assert (home / "binder-saved/its own name.zip").stat().st_size == BIG
            assert other.left == []
    finally:
        shutil.rmtree(home)
