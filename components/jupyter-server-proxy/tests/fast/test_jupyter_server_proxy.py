"""Applications that an author configures stand beside those of the course, in a real Jupyter server if there is one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

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
        self.environment = {
            "PATH": f"{prefix}/bin:{os.environ['PATH']}",
            "HOME": str(root / "home"),
            "NB_PYTHON_PREFIX": str(prefix),
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
            while not (found := re.search(r"(http://127\.0\.0\.1:\d+)/", log.read_text())):
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
