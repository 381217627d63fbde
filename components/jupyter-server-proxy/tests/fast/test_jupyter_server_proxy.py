"""In a real Jupyter server, if there is one: an author's applications, and the way back from those of a course."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.fast.conftest import ROOT

FOLDER = ROOT / "components/jupyter-server-proxy"
# A Python that has jupyter-server-proxy; the tests' own as a rule has not.
PYTHON = os.environ.get("PYTHON_WITH_SERVER_PROXY") or sys.executable
TRIED = subprocess.run([PYTHON, "-c", "import jupyter_server_proxy"], check=False, capture_output=True)
pytestmark = pytest.mark.skipif(bool(TRIED.returncode), reason="no jupyter-server-proxy; see PYTHON_WITH_SERVER_PROXY")

OURS = {"ServerProxy": {"servers": {"ours": {"port": 3333}, "both": {"port": 1, "launcher_entry": {"title": "ours"}}}}}
SERVERS = '{"mine": {"port": 8000}, "both": {"port": 2, "launcher_entry": {"title": "mine"}}}'
AS_PYTHON = f"c.ServerProxy.servers = {SERVERS}\n"
AS_UPDATE = f"c.ServerProxy.servers.update({SERVERS})\n"
AS_JSON = f'{{"ServerProxy": {{"servers": {SERVERS}}}, "ServerApp": {{"websocket_url": "ws://kept"}}}}\n'
PREFIX, HOME = "prefix/etc/jupyter", "home/.jupyter"


class Place:
    """A copy of an environment with the component's postBuild run, a home folder and a course."""

    def __init__(self, root: Path) -> None:
        self.root = root
        prefix = root / "prefix"
        subprocess.run([PYTHON, "-m", "venv", "--without-pip", prefix], check=True)
        site = next(prefix.glob("lib/python*/site-packages"))
        shown = subprocess.run(
            [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True,
            capture_output=True,
            text=True,
        )
        (site / "there.pth").write_text(shown.stdout)
        shutil.copytree(Path(shown.stdout.strip()).parents[2] / "etc/jupyter", prefix / "etc/jupyter")
        for folder in ("home", "course"):
            (root / folder).mkdir()
        shutil.copytree(FOLDER / "lib", root / "binder/lib" / FOLDER.name)
        self.environment = {
            "PATH": f"{prefix}/bin:{os.environ['PATH']}",
            "HOME": str(root / "home"),
            "NB_PYTHON_PREFIX": str(prefix),
            "BINDER_DIR": str(root / "binder"),
            "JUPYTER_RUNTIME_DIR": str(root / "runtime"),
        }
        self.build()
        self.write(f"{PREFIX}/jupyter_server_config.d/ours.json", json.dumps(OURS))

    def build(self) -> None:
        subprocess.run(["bash", FOLDER / "postBuild"], check=True, env=self.environment)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def files(self) -> set[Path]:
        return {path for name in (PREFIX, HOME) for path in (self.root / name).rglob("*") if path.is_file()}

    @contextmanager
    def server(self, environment: Mapping[str, str], *options: str) -> Iterator[str]:
        """A running server's address."""
        log = self.root / "log"
        command = [str(self.root / "prefix/bin/python"), "-m", "jupyter_server", "--no-browser", "--ip=127.0.0.1"]
        command += ["--port=0", "--allow-root", "--IdentityProvider.token=", *options]
        with log.open("w") as said:
            process = subprocess.Popen(
                command,
                cwd=self.root / "course",
                env={**self.environment, **environment},
                stdout=said,
                stderr=said,
            )
        try:
            limit = time.monotonic() + 60
            while not ((found := re.search(r"(http://127\.0\.0\.1:\d+)/", log.read_text())) and answers(found[1])):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < limit, log.read_text()
                time.sleep(0.1)
            yield found[1]
        finally:
            process.terminate()
            process.wait(30)

    def applications(self, environment: Mapping[str, str], *options: str) -> dict[str, str]:
        """What the proxy shows: name and title."""
        with (
            self.server(environment, *options) as address,
            urllib.request.urlopen(f"{address}/server-proxy/servers-info", timeout=10) as answer,
        ):
            shown = json.load(answer)["server_processes"]
        assert len({one["name"] for one in shown}) == len(shown)
        return {one["name"]: one["launcher_entry"]["title"] for one in shown}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("place"))


@pytest.fixture
def place(environment: Place) -> Iterator[Place]:
    """With nothing of another test in it."""
    before = {path: path.read_bytes() for path in environment.files()}
    yield environment
    for path in environment.files():
        if path in before:
            path.write_bytes(before[path])
        else:
            path.unlink()


BOTH = {"mine": "mine", "ours": "ours", "both": "mine"}


@pytest.mark.parametrize(
    ("name", "text", "prefer"),
    [
        (f"{HOME}/jupyter_server_config.py", AS_PYTHON, "0"),
        (f"{HOME}/jupyter_server_config.py", AS_PYTHON, "1"),
        (f"{HOME}/jupyter_server_config.py", AS_UPDATE, "0"),
        (f"{HOME}/jupyter_server_config.json", AS_JSON, "1"),
        (f"{PREFIX}/jupyter_server_config.json", AS_JSON, "0"),
        (f"{PREFIX}/jupyter_server_config.py", AS_PYTHON, "1"),  # by a postBuild that writes over what is there
    ],
)
def test_both_are_there(place: Place, name: str, text: str, prefer: str) -> None:
    """Whichever file Jupyter reads last."""
    place.write(name, text)
    assert place.applications({"JUPYTER_PREFER_ENV_PATH": prefer}) == BOTH


def test_an_option_of_the_command(place: Place) -> None:
    assert place.applications({}, f"--ServerProxy.servers={SERVERS}") == BOTH


def test_ours_alone_and_a_file_that_cannot_be_read(place: Place) -> None:
    place.build()
    place.write(f"{PREFIX}/jupyter_server_config.d/broken.json", "{")
    assert place.applications({}) == {"ours": "ours", "both": "ours"}


def test_other_settings_and_own_ones(place: Place) -> None:
    """What else stands in our files, in a file that was there before, and in one at home."""
    config = place.root / PREFIX / "jupyter_server_config.py"
    config.write_text('c = get_config()\nc.ServerApp.default_url = "/before"\n')
    place.build()
    place.build()
    assert config.read_text().count("import binder_servers") == 1
    place.write(f"{PREFIX}/jupyter_server_config.d/other.json", '{"ServerApp": {"terminals_enabled": false}}')
    place.write(f"{HOME}/jupyter_server_config.json", AS_JSON)
    shown = subprocess.run(
        [place.root / "prefix/bin/python", "-m", "jupyter_server", "--show-config-json"],
        check=True,
        capture_output=True,
        text=True,
        env=place.environment,
        cwd=place.root / "course",
    )
    settings = json.loads(shown.stdout)["ServerApp"]
    assert settings["default_url"] == "/before"
    assert settings["terminals_enabled"] is False
    assert settings["websocket_url"] == "ws://kept"


PAGE = b"<!doctype html><title>x</title><body>x<script>'</body>'</script></body></html>"
HTML = "text/html; charset=utf-8"
ANSWERS: dict[str, tuple[int, dict[str, str]]] = {
    "page": (200, {"Content-Type": HTML}),
    "missing": (404, {"Content-Type": HTML}),
    "own": (200, {"Content-Type": HTML, "Content-Security-Policy": "default-src 'none'; script-src 'self'"}),
    "styles": (200, {"Content-Type": HTML, "Content-Security-Policy": "frame-ancestors 'self'; style-src 'none'"}),
    "none": (200, {"Content-Type": HTML, "Content-Security-Policy": "default-src 'none'"}),
    "nonce": (200, {"Content-Type": HTML, "Content-Security-Policy": "script-src 'nonce-1' 'strict-dynamic' https:"}),
    "both": (200, {"Content-Type": HTML, "Content-Security-Policy": "script-src 'self', script-src 'nonce-1'"}),
    "sandbox": (200, {"Content-Type": HTML, "Content-Security-Policy": "sandbox allow-scripts"}),
    "data": (200, {"Content-Type": "application/json"}),
    "wide": (200, {"Content-Type": "text/html; charset=UTF-16"}),
    "saved": (200, {"Content-Type": HTML, "Content-Disposition": "attachment; filename=x.html"}),
    "packed": (200, {"Content-Type": HTML, "Content-Encoding": "br"}),
    "part": (206, {"Content-Type": HTML, "Content-Range": "bytes 0-9/99"}),
}
LINKED = {"page", "missing", "own", "styles"}
TAB = {"Sec-Fetch-Dest": "document", "Accept": "text/html,*/*", "Accept-Encoding": "gzip"}


class Application(BaseHTTPRequestHandler):
    """Answers as the path says, and with what it was asked in a header."""

    def do_GET(self) -> None:
        code, headers = ANSWERS[self.path.strip("/")]
        self.send_response(code)
        for name, value in {**headers, "X-Asked": self.headers.get("Accept-Encoding", "")}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def application() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


def answers(address: str) -> bool:
    """Jupyter says where it is before it is there."""
    try:
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), 5).close()
    except OSError:
        return False
    return True


def ask(address: str, headers: Mapping[str, str]) -> tuple[bytes, Message]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=dict(headers)), timeout=20) as answer:
            return answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.read(), error.headers


def test_the_way_back(place: Place, application: int) -> None:
    """Behind what the application has sent, to the last byte; and only where a tab shows a page that takes a script."""
    hub = {"JUPYTERHUB_BASE_URL": "/a%20hub/", "JUPYTERHUB_HOST": "https://x.example"}
    with place.server(hub, "--ServerApp.base_url=/user/a%40b/") as address:
        base = f"{address}/user/a%40b"
        for name in ANSWERS:
            body, headers = ask(f"{base}/proxy/{application}/{name}", TAB)
            assert body[: len(PAGE)] == PAGE, name
            assert bool(body[len(PAGE) :]) == (name in LINKED), name
            assert int(headers["Content-Length"]) == len(body), name
            assert headers["X-Asked"] == "identity"
        link = ask(f"{base}/proxy/{application}/page", TAB)[0][len(PAGE) :].decode()
        assert 'data-notebook="/user/a%40b/" data-hub="https://x.example/a%20hub/hub/home"' in link
        src = re.search(r'src="([^"]+)"', link)
        assert src
        script, headers = ask(address + src[1], {})
        assert b"currentScript" in script
        assert headers["Content-Type"].startswith("text/javascript")
        for asked in (
            {"Sec-Fetch-Dest": "iframe"},
            {"Sec-Fetch-Dest": "empty"},
            {"Accept": "*/*"},
            {"Accept": "text/html, */*; q=0.01", "X-Requested-With": "XMLHttpRequest"},
        ):
            body, headers = ask(f"{base}/proxy/{application}/page", {"Accept-Encoding": "gzip", **asked})
            assert (body, headers["X-Asked"]) == (PAGE, "gzip"), asked
        assert ask(f"{base}/proxy/{application}/page", {"Accept": "text/html,*/*"})[0] != PAGE  # no safe connection
        assert link.encode() in ask(f"{base}/ours/", TAB)[0]  # nothing listens there: the proxy's own words
        assert b"data-notebook" not in ask(f"{base}/login", TAB)[0]


def test_pages_of_a_package_and_binder(place: Place) -> None:
    """A page of the course that is no application of the proxy's has one, too; Binder's hub has nothing for anybody."""
    report = {"provides": {"web": [{"component": "x", "value": {"name": "X", "path": "login"}}]}}
    place.write("binder/report.json", json.dumps(report))
    with place.server({"JUPYTERHUB_BASE_URL": "/", "BINDER_LAUNCH_HOST": "https://binder.example"}) as address:
        assert b'data-notebook="/" data-hub=""' in ask(f"{address}/login?next=x", TAB)[0]


def test_no_way_back(place: Place, application: int) -> None:
    with place.server({"JUPYTER_SERVER_PROXY_WAY_BACK": "false"}) as address:
        assert ask(f"{address}/proxy/{application}/page", TAB)[0] == PAGE
