"""A small derived repository around the real binder/launch, with services written for one test."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from extensions.bundle import bundle
from tests.fast.conftest import ROOT

BINDER = ROOT / "template" / "{{binder_dir}}"
LAUNCH = bundle(ROOT / "launch")
PYTHON = os.environ.get("LAUNCH_PYTHON", sys.executable)  # whichever may be in an image: 3.8 and newer

# Up when asked, saves for a while when told to stop; writes down what reaches it.
SAVES = """#!/bin/sh
for name in INT HUP QUIT USR1 USR2; do trap "echo $name >>$SERVICE_DATA/signals" $name; done
trap 'sleep ${SAVE_SECONDS:-0.1}; echo saved >>"$SERVICE_DATA/saved"; exit 0' TERM
echo up >>"$SERVICE_DATA/starts"
while :; do sleep 0.05; done
"""
READY = '#!/bin/sh\ntest -s "$SERVICE_DATA/starts"\n'
FOREVER = "#!/bin/sh\nexec sleep 1000\n"
IDLE = "while :; do sleep 0.02; done"  # unlike a command, a loop keeps the traps of its shell

Process = subprocess.Popen[str]
Result = subprocess.CompletedProcess[str]


def until(what: str, happens: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something, within bounds."""
    limit = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < limit, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def number_in(path: Path) -> int:
    """A process that a script has written down, which a busy machine may let it do late."""
    until(f"{path} is written", lambda: text(path).endswith("\n"))
    return int(text(path))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def restore_signals() -> None:
    """Tests may run under nohup or in the background, and a shell cannot trap what was ignored when it began."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


def not_ours(path: Path) -> None:
    """Make a directory one that launch must not use, whoever runs the tests."""
    path.chmod(0o555)
    if os.geteuid() == 0:
        os.chown(path, 12345, 0)


class Repository:
    """A binder/ folder, the places around it, and the launches that were started in it."""

    def __init__(self, root: Path, run: Path) -> None:
        self.root, self.run = root, run
        self.binder, self.conda, self.home = (root / name for name in ("binder", "conda", "home"))
        for folder in (self.binder / "services", self.conda, self.home, run):
            folder.mkdir(parents=True)
        run.chmod(0o700)
        (self.binder / "launch").write_text(LAUNCH)
        for name in ("verify", "reset"):
            shutil.copyfile(BINDER / name, self.binder / name)  # without their run bits
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "CONDA_DIR": str(self.conda),
            "BINDER_RUN": str(run),
            "COURSE_SLUG": "course",
        }
        lines = [f"export {name}={value}\n" for name, value in self.environment.items() if name != "PATH"]
        (self.binder / "env").write_text("".join(lines))
        self.processes: list[Process] = []

    def keep_data(self) -> None:
        self.environment["KEEP_DATA"] = "home"
        with (self.binder / "env").open("a") as file:
            file.write("export KEEP_DATA=home\n")

    def service(self, name: str, run: str = SAVES, ready: str | None = READY, **files: str) -> None:
        folder = self.binder / "services" / name
        folder.mkdir()
        scripts = {"run": run, **({"ready": ready} if ready else {}), **files}
        for script, content in scripts.items():
            (folder / script.replace("_", "-")).write_bytes(content.encode())

    def hook(self, name: str, content: str, folder_name: str = "start.d") -> None:
        folder = self.binder / folder_name
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(content)

    def first(self, name: str, content: str) -> None:
        self.hook(name, content, "first.d")

    def command(self, *arguments: object) -> list[str]:
        return [PYTHON, "-I", "-S", str(self.binder / "launch"), *map(str, arguments)]

    def launch(self, *arguments: object, **options: Any) -> Process:
        """Start launch; its output goes to files, so that nothing it leaves behind could hold a pipe open."""
        with (self.root / "out").open("a") as out, (self.root / "err").open("a") as err:
            options = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err, "env": self.environment, **options}
            process = subprocess.Popen(self.command(*arguments), text=True, preexec_fn=restore_signals, **options)
        self.processes.append(process)
        return process

    def call(self, *arguments: object, **options: Any) -> Result:
        """Run launch to its end."""
        options = {"input": "", "env": self.environment, "timeout": 120, **options}
        command = options.pop("command", None) or self.command(*arguments)
        return subprocess.run(command, check=False, capture_output=True, text=True, **options)

    def script(self, name: str, *arguments: str) -> Result:
        command = ["bash", str(self.binder / name), *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd="/")

    def opened(self, *arguments: object, traps: str = "", notebook: str = "exec sleep 1000", **options: Any) -> Process:
        """Start launch and wait until the notebook (a line of shell) runs and has set its traps.

        Without a deadline of its own it has one that a busy machine does not reach.
        """
        mark, arguments = (
            self.root / "opened",
            arguments if "--deadline" in arguments else ("--deadline", 60, *arguments),
        )
        mark.unlink(missing_ok=True)
        process = self.launch(*arguments, "--", "sh", "-c", f'{traps}\necho >"{mark}"; {notebook}', **options)
        until("the notebook is open", lambda: mark.exists() or process.poll() is not None)
        return process

    @property
    def out(self) -> str:
        return text(self.root / "out")

    @property
    def err(self) -> str:
        return text(self.root / "err")

    def status(self) -> Any:
        return json.loads((self.run / "status.json").read_text())

    def state(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.status()["services"][name]
        return found

    def data(self, name: str, leaf: str) -> str:
        return text(self.run / "data" / name / "data" / leaf)

    def kept(self, name: str) -> Path:
        return self.home / ".binder-data" / "course" / name

    def built(self, name: str) -> Path:
        return self.conda / "var" / "binder" / name

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


def make_repository(tmp_path: Path) -> Iterator[Repository]:
    run = Path(tempfile.mkdtemp(prefix="bb-"))  # a short path, for the socket's sake
    made = Repository(tmp_path, run / "run")
    yield made
    made.end()
    shutil.rmtree(run)


def finish(process: Process, number: int = signal.SIGTERM) -> int:
    process.send_signal(number)
    return process.wait(60)
