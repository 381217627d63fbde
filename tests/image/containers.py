"""Containers as Binder runs them, for the image and browser tiers.

- `build(repository, name)` is unmodified repo2docker on the harness's base image.
- `Container` runs an image with `--network none` (no port clashes, nothing else to reach), the notebook on port 8888
  under a base URL with an escaped character, and a token. `inside` is the command prefix that enters its network.
- Every wait has a deadline, and says at its end what it waited for, with the container's log.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

HARNESS = Path(__file__).parent / "harness"
BASE_URL = "/user/a%40b/"
TOKEN = "tok"
PORT = 8888

T = TypeVar("T")
Result = subprocess.CompletedProcess[str]


def try_run(*command: str | Path, timeout: float = 120, stdin: str | None = None) -> Result:
    words = [str(word) for word in command]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # repo2docker stands beside this interpreter
    return subprocess.run(
        words,
        capture_output=True,
        text=True,
        timeout=timeout,
        input=stdin,
        env={**os.environ, "PATH": path},
        check=False,
    )


def run(*command: str | Path, timeout: float = 120, stdin: str | None = None) -> str:
    """Run a command on the host; its standard output, or a failure that shows everything it said."""
    result = try_run(*command, timeout=timeout, stdin=stdin)
    if result.returncode:
        words = " ".join(str(word) for word in command)
        raise AssertionError(f"{words}: exit code {result.returncode}\n{result.stdout}\n{result.stderr}")
    return result.stdout


def podman(*arguments: str | Path, timeout: float = 120) -> str:
    return run(HARNESS / "in", "podman", *arguments, timeout=timeout)


def wait_until(what: str, probe: Callable[[], T], deadline: float, log: Callable[[], str] = str) -> T:
    """Ask `probe` until what it gives is true."""
    end = time.monotonic() + deadline
    while not (found := probe()):
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {deadline} s\n{log()}")
        time.sleep(0.1)
    return found


class BuildError(AssertionError):
    """repo2docker's build failed; the text is the end of its log."""


def build(repository: Path, name: str, repo_dir: str | None = None) -> str:
    """Build a repository with repo2docker; the image's full name. Its log is kept in $BLOCKS_CACHE/logs."""
    options = [f"--target-repo-dir={repo_dir}"] if repo_dir else []
    result = try_run(HARNESS / "build", name, repository, *options, timeout=1500)
    if result.returncode:
        raise BuildError(f"build of {name} failed\n" + "\n".join(result.stdout.splitlines()[-150:]))
    return f"localhost/blocks/{name}"


class Container:
    """A running container of an image; use as a context manager, or `remove()` it.

    `options` are podman's own, such as `--user=12345:0`, `--read-only`, `--tmpfs=/tmp`, `--volume=DIR:/home/jovyan`.
    `command` is the notebook's unless given; with `command=()` the image's own.
    """

    def __init__(
        self,
        image: str,
        *options: str,
        command: Iterable[str] | None = None,
        env: Mapping[str, str] | None = None,
        base_url: str = BASE_URL,
    ) -> None:
        self.image, self.base_url = image, base_url
        self.name = f"blocks-{uuid.uuid4().hex[:10]}"
        variables = [f"--env={key}={value}" for key, value in (env or {}).items()]
        words = notebook_command(base_url) if command is None else list(command)
        podman(
            "run",
            "--detach",
            "--pull=never",
            f"--name={self.name}",
            "--network=none",
            *variables,
            *options,
            image,
            *words,
        )
        self._enter()

    def _enter(self) -> None:
        self.started = time.monotonic()
        self.pid = int(podman("inspect", "--format={{.State.Pid}}", self.name))
        self.inside = ("nsenter", f"--target={self.pid}", "--net")

    def __enter__(self) -> Container:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            print(f"--- log of {self.name} ({self.image})\n{self.logs()}")
        self.remove()

    # The notebook

    def url(self, path: str = "") -> str:
        """An address as the notebook serves it, good from inside the container's network."""
        return f"http://127.0.0.1:{PORT}{self.base_url}{path}"

    def http(self, path: str = "api", method: str = "GET", body: str | None = None) -> tuple[int, str]:
        """Ask the notebook with its token; status (0: no answer) and body."""
        curl = ["curl", "--silent", "--max-time", "20", "--request", method, "--write-out", "\n%{http_code}"]
        curl += ["--header", f"Authorization: token {TOKEN}"] + (["--data-binary", "@-"] if body is not None else [])
        text, _, status = try_run(*self.inside, *curl, self.url(path), stdin=body).stdout.rpartition("\n")
        return int(status or 0), text

    def wait_for_api(self, deadline: float = 90) -> float:
        """Wait until the notebook answers; seconds since the container was started. A busy machine gets its time."""
        wait_until(
            "the notebook's /api",
            lambda: self.http()[0] == 200 or self.check_alive(),
            deadline,
            log=self.logs,
        )
        return time.monotonic() - self.started

    def check_alive(self) -> bool:
        if not self.running():
            raise AssertionError(f"the container ended with exit code {self.exit_code()}\n{self.logs()}")
        return False

    # What goes on inside

    def try_exec(
        self, *command: str, user: str | None = None, stdin: str | None = None, timeout: float = 120
    ) -> Result:
        """Run a command inside, as the image's user unless told otherwise."""
        options = ["--interactive"] + ([f"--user={user}"] if user else [])
        return try_run(
            HARNESS / "in",
            "podman",
            "exec",
            *options,
            self.name,
            *command,
            stdin=stdin or "",
            timeout=timeout,
        )

    def exec(self, *command: str, user: str | None = None, stdin: str | None = None, timeout: float = 120) -> str:
        result = self.try_exec(*command, user=user, stdin=stdin, timeout=timeout)
        if result.returncode:
            raise AssertionError(f"{command}: exit code {result.returncode}\n{result.stdout}\n{result.stderr}")
        return result.stdout

    def bash(self, script: str, user: str | None = None, timeout: float = 120) -> str:
        """Run a script inside, with what binder/env exports."""
        return self.exec(
            "bash",
            "-euo",
            "pipefail",
            "-c",
            f'. "$REPO_DIR/binder/env"\n{script}',
            user=user,
            timeout=timeout,
        )

    def python(self, script: str, timeout: float = 120) -> str:
        """Run Python inside, as a notebook's kernel would: the environment's interpreter, binder/env exported."""
        return self.bash(
            f"exec \"$NB_PYTHON_PREFIX/bin/python3\" - <<'END_OF_PYTHON'\n{script}\nEND_OF_PYTHON",
            timeout=timeout,
        )

    def script(self, name: str, *arguments: str) -> Result:
        """Run binder/NAME by its interpreter, since its run bit may be lost."""
        by_shebang = (
            'file=$REPO_DIR/binder/$1; read -r interpreter <"$file"; shift; exec ${interpreter#??} "$file" "$@"'
        )
        return self.try_exec("bash", "-c", by_shebang, "bash", name, *arguments)

    def verify(self) -> Result:
        return self.script("verify")

    def status(self) -> Any:
        """launch's status.json; without services there is no launch, and nothing in it."""
        text = self.exec("bash", "-c", 'file=/tmp/binder-$(id -u)/status.json; [[ ! -e $file ]] || cat "$file"')
        return json.loads(text or '{"services": {}}')

    def wait_for_services(self, deadline: float = 90) -> None:
        """Wait until each service is ready, has failed or waits for its first use: some may come after the notebook."""
        unsettled = ("starting", "restarting")
        wait_until(
            "services",
            lambda: all(service["state"] not in unsettled for service in self.status()["services"].values()),
            deadline,
            log=self.logs,
        )

    # Its life

    def logs(self) -> str:
        result = try_run(HARNESS / "in", "podman", "logs", self.name)
        return result.stdout + result.stderr

    def running(self) -> bool:
        return Path(f"/proc/{self.pid}").exists()

    def exit_code(self) -> int:
        """Of a container that has ended."""
        return int(podman("wait", self.name, timeout=10))

    def kill(self, signal: str = "KILL") -> None:
        podman("kill", f"--signal={signal}", self.name)

    def wait(self, deadline: float = 30) -> int:
        """Wait for the end of the container; its exit code."""
        wait_until("the end of the container", lambda: not self.running(), deadline, log=self.logs)
        return self.exit_code()

    def stop(self, grace: int = 10) -> float:
        """SIGTERM, and SIGKILL when it still runs `grace` seconds later; seconds it took."""
        begin = time.monotonic()
        podman("stop", f"--time={grace}", self.name)
        return time.monotonic() - begin

    def restart(self) -> None:
        """Start it anew after its end, with all that it has written."""
        podman("start", self.name)
        self._enter()

    def remove(self) -> None:
        podman("rm", "--force", "--time=0", self.name)


def notebook_command(base_url: str = BASE_URL) -> list[str]:
    """The command that a hub or Binder gives to the image."""
    options = [f"--port={PORT}", f"--ServerApp.base_url={base_url}", f"--IdentityProvider.token={TOKEN}"]
    return ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser", *options]


def missing_tools(*extra: str) -> list[str]:
    """What the image tier lacks on this machine."""
    tools = ["podman", "buildah", "runc", "debootstrap", "slirp4netns", "nsenter", "curl", *extra]
    missing = [tool for tool in tools if shutil.which(tool) is None]
    return missing + ([] if os.geteuid() == 0 else ["root"])
