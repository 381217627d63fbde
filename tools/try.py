"""Tries a component here and now: a course with it alone, under the real launch, with this machine's programs.

    python tools/try.py redis [--answer redis_heap=64] [--keep] [--anyway]

A line for each step with its seconds; at the end what failed, where the log is, and exit 1.

- alone is with what it requires, and with nothing that comes along by itself
- the steps: contract, programs, render, build (with the seeds of tests.yml), start, ready, verify, TERM, start again,
  KILL, start again, verify, TERM; with a script for first.d each start waits until that is done; a component with
  neither is built and verified
- what looks wrong: it listens beyond loopback, or not on its ports; `run` ended while something still listens; it
  writes below $HOME; it is not stopped in time; it leaves processes behind
- what it takes at rest and for a start is measured, for the manifest's memory and cpu
- a package of apt.txt that is not installed ends it, --anyway goes on; Python packages that cannot be imported are
  named; nothing is installed
- everything is in a temporary folder, HOME and CONDA_DIR included, which --keep keeps, as does a failure
"""

from __future__ import annotations

import argparse
import fnmatch
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from extensions.catalogue.companions import WITHOUT, companions  # noqa: E402
from extensions.catalogue.units import Catalogue, Component  # noqa: E402
from extensions.errors import BlocksError  # noqa: E402
from extensions.rendering import render  # noqa: E402
from tools import contract, processes  # noqa: E402

BUILD_SECONDS, START_SECONDS, USE_SECONDS, VERIFY_SECONDS, STOP_SECONDS = 600, 60, 120, 90, 30
FIRST_SECONDS = 600
GRACE = 8  # launch's own
# The notebook's place: it says that it runs, and stays.
NOTEBOOK = 'echo >"$1"; exec sleep 1000000'


class Failed(Exception):  # noqa: N818
    """Why the trial cannot go on."""


class Trial:
    """A rendered course in `root`, and what was found while it ran."""

    def __init__(self, component: Component, root: Path) -> None:
        self.component, self.root = component, root
        self.course, self.home, self.conda = root / "course", root / "home", root / "conda"
        self.run, self.prefix = root / "run", root / "env"
        self.binder = self.course / "binder"
        self.log = root / "log"
        self.faults: list[str] = []
        self.launch: subprocess.Popen[bytes] | None = None
        self.has_service = (component.folder / "service").is_dir()

    @property
    def environment(self) -> dict[str, str]:
        """What a container would give, and the place of this trial, by which its processes are known."""
        bin_dirs = (self.prefix / "bin", Path(sys.executable).parent)
        return {
            "PATH": os.pathsep.join([*map(str, bin_dirs), os.environ["PATH"]]),
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "HOME": str(self.home),
            "CONDA_DIR": str(self.conda),
            "NB_PYTHON_PREFIX": str(self.prefix),
            "BINDER_RUN": str(self.run),
        }

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Prints the step's line when it is over; what is put into the list stands behind the seconds."""
        began, notes = time.monotonic(), list[str]()
        result = "ok"
        try:
            yield notes
        except BaseException:
            result = "FAILED"
            raise
        finally:
            print(f"{name:<12} {result:<6} {time.monotonic() - began:5.1f} s  {'; '.join(notes)}".rstrip(), flush=True)

    def fault(self, text: str) -> None:
        if text not in self.faults:
            self.faults.append(text)

    def command(self, *words: str, seconds: int, more: Mapping[str, str] | None = None) -> None:
        """Run something of the course to its end; raises `Failed` with its last line."""
        with self.log.open("ab") as log:
            place = log.tell()
            try:
                done = subprocess.run(
                    words,
                    check=False,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**self.environment, **(more or {})},
                    cwd=self.course,
                    timeout=seconds,
                )
            except subprocess.TimeoutExpired:
                raise Failed(f"it did not end within {seconds} s") from None
        if done.returncode:
            said = self.log.read_bytes()[place:].decode(errors="replace").strip().splitlines()
            own = (line for line in said if line.startswith(f"{self.component.name} ") and " FAILED " in line)
            raise Failed(" ".join(next(own, said[-1] if said else "it said nothing").split()))

    def ask(self, part: str = "services") -> dict[str, Any]:
        """The component's part of launch's status."""
        words = [sys.executable, "-I", "-S", str(self.binder / "launch"), "--status"]
        done = subprocess.run(words, check=False, capture_output=True, text=True, env=self.environment, timeout=30)
        found: dict[str, Any] = json.loads(done.stdout)[part].get(self.component.name, {})
        return found

    # The steps.

    def write(self, files: Mapping[str, tuple[bytes, bool]], seeds: Mapping[str, Any]) -> None:
        """The course, with the files and variables that tests.yml has for its seeds, and the places around it."""
        for path, (content, executable) in files.items():
            target = self.course / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            target.chmod(0o755 if executable else 0o644)
        with (self.binder / "env").open("a") as file:
            file.writelines(f"export {name}={value}\n" for name, value in seeds.get("env", {}).items())
        for name, text in seeds.get("files", {}).items():
            target = self.binder / "seed" / self.component.name / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(packed(name, text))
        for folder in (self.home, self.conda):
            folder.mkdir()
        venv.create(self.prefix, symlinks=True)
        packages = next(self.prefix.glob("lib/python*/site-packages"))
        (packages / "here.pth").write_text("".join(f"{path}\n" for path in sys.path if path.endswith("-packages")))
        for program in Path(sys.executable).parent.iterdir():
            if not (self.prefix / "bin" / program.name).exists():
                (self.prefix / "bin" / program.name).symlink_to(program)

    def build(self) -> None:
        """The components' scripts, as postBuild runs them; what others need here and lack is their own matter."""
        script = (
            'source "$1/env"; shift; exec "$NB_PYTHON_PREFIX/bin/python3" -I -S "$BINDER_DIR/launch" --run-hook "$@"'
        )
        for name in (self.binder / "order").read_text().split():
            hook = self.binder / "postBuild.d" / name
            if hook.is_file():
                try:
                    self.command("bash", "-c", script, "-", str(self.binder), str(hook), seconds=BUILD_SECONDS)
                except Failed as error:
                    if name == self.component.name:
                        raise
                    print(f"{'':<12} {name}'s postBuild failed: {error}")

    def start(self) -> None:
        """Start the course, and wait for the notebook; the service is ready then, or has failed."""
        opened = self.root / "opened"
        opened.unlink(missing_ok=True)
        words = ["bash", str(self.binder / "start"), "sh", "-c", NOTEBOOK, "-", str(opened)]
        with self.log.open("ab") as log:
            self.launch = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                cwd=self.course,
                start_new_session=True,
            )
        wait_for(lambda: opened.exists() or self.exited(), START_SECONDS, "the notebook is not open")
        if self.exited():
            raise Failed("launch ended")

    def first(self) -> None:
        """Wait for the script in first.d; raises `Failed` if it fails."""
        wait_for(lambda: self.ask("first")["state"] in ("done", "failed"), FIRST_SECONDS, "it is not done")
        found = self.ask("first")
        if found["state"] == "failed":
            raise Failed(f"{found['reason']}; its log is {found['log']}")

    def exited(self) -> bool:
        return self.launch is None or self.launch.poll() is not None

    def tree(self) -> list[int]:
        return processes.descendants(self.launch.pid) if self.launch else []

    def settled(self) -> bool:
        return self.ask()["state"] in ("ready", "failed")

    def demand(self) -> None:
        """Have a service on demand started, as its tile in the launcher would."""
        words = [sys.executable, "-I", "-S", str(self.binder / "launch"), "--use", self.component.name]
        with self.log.open("ab") as log:
            asking = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment)
        try:
            wait_for(
                lambda: self.ask()["state"] in ("ready", "failed") or asking.poll() is not None,
                USE_SECONDS,
                "no answer",
            )
        finally:
            asking.terminate()
            asking.wait()

    def ready(self) -> None:
        """Raises `Failed` unless the service is ready and in order."""
        if self.ask()["state"] == "on-demand":
            self.demand()
        status = self.ask()
        pid, tree = int(status["pid"] or 0), self.tree()
        served = {pid, *processes.descendants(pid)} if pid else set()
        strays = [other for other in tree if other not in served and processes.listening([other])]
        for stray in strays:
            self.fault(
                f"run ended, or left its server in the background, while process {stray} ({processes.name(stray)}) "
                f"listens: keep it in the foreground, or no signal reaches it"
            )
        if status["state"] != "ready":
            raise Failed(f"{status['state']}: {status['reason'] or 'no answer'}; its log is {status['log']}")
        heard = processes.listening(tree)
        for address, port in heard:
            if not processes.is_loopback(address):
                self.fault(f"it listens on {address}, port {port}, for everybody; have it listen on 127.0.0.1 alone")
        for label, port in self.component.ports.items():
            if int(port) not in {port for _, port in heard}:
                self.fault(f"nothing listens on port {port} ({label}), which component.yml says")

    def measure(self) -> str:
        """Memory and processor time of the service's processes."""
        pid = int(self.ask()["pid"] or 0)
        mine = [pid, *processes.descendants(pid)]
        memory = sum(map(processes.memory, mine)) / 1e6
        return f"{memory:.0f} MB, {sum(map(processes.cpu, mine)):.1f} s of processor time"

    def verify(self) -> list[str]:
        """Raises `Failed` for what is wrong with the component; what its requirements lack here is returned."""
        place = self.log.stat().st_size
        try:
            self.command("bash", str(self.binder / "verify"), seconds=VERIFY_SECONDS)
        except Failed:
            said = self.log.read_bytes()[place:].decode(errors="replace").splitlines()
            rows = [" ".join(line.split()) for line in said if " FAILED " in line]
            if not rows or any(row.split()[0] == self.component.name for row in rows):
                raise
            return rows
        return []

    def ask_for_seeds(self, asked: Iterable[Mapping[str, str]], can_import: bool) -> None:
        """Raises `Failed` where a script of tests.yml does not print its words; Python needs its packages."""
        for case in asked:
            interpreter = "bash" if "bash" in case else "python3"
            if interpreter == "bash" or can_import:
                words = ["bash", "-c", 'source "$0"; exec "$@"', str(self.binder / "env"), interpreter, "-c"]
                words.append(case.get("bash") or case["python"])
                done = subprocess.run(
                    words, check=False, capture_output=True, text=True, env=self.environment, timeout=VERIFY_SECONDS
                )
                if done.stdout.split() != case["says"].split():
                    raise Failed(f"tests.yml: printed {done.stdout + done.stderr!r}, not {case['says']!r}")

    def verify_alone(self) -> None:
        """The component's own script, without launch."""
        hook = self.binder / "verify.d" / self.component.name
        if hook.is_file():
            script = 'source "$1/env"; exec "$NB_PYTHON_PREFIX/bin/python3" -I -S "$BINDER_DIR/launch" --run-hook "$2"'
            self.command("bash", "-c", script, "-", str(self.binder), str(hook), seconds=VERIFY_SECONDS)

    def terminate(self) -> None:
        """As a hub stops a container; raises `Failed` if the service had to be killed."""
        mark = self.log.stat().st_size
        if self.launch:
            self.launch.send_signal(signal.SIGTERM)
        wait_for(self.exited, STOP_SECONDS, "launch has not ended")
        said = self.log.read_bytes()[mark:].decode(errors="replace")
        if match := re.search(r"launch: (.*did not stop within.*)", said):
            raise Failed(f"{match[1]}; name its signal in service/stop-signal, or have it stop sooner")
        self.left_behind()

    def kill(self) -> None:
        """As a container that is killed: everything at once."""
        if self.launch:
            for pid in (self.launch.pid, *self.tree()):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.launch.wait()

    def left_behind(self) -> None:
        for pid in processes.with_variable("BINDER_RUN", str(self.run)):
            self.fault(f"process {pid} ({processes.name(pid)}) is left behind after the stop")
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def at_home(self) -> set[str]:
        files = {path.relative_to(self.home).as_posix() for path in self.home.rglob("*") if not path.is_dir()}
        return files - {".Renviron"}  # launch's own, where this machine has R

    def new_at_home(self, before: set[str]) -> None:
        for path in sorted(self.at_home() - before):
            self.fault(f"it writes ~/{path}: what is in $HOME is a student's own; use $SERVICE_DATA or $SERVICE_RUN")

    def end(self) -> None:
        if self.launch and not self.exited():
            self.kill()
        for pid in processes.with_variable("BINDER_RUN", str(self.run)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def packed(name: str, text: str) -> bytes:
    import gzip

    return gzip.compress(text.encode()) if name.endswith(".gz") else text.encode()


def wait_for(happens: Callable[[], object], seconds: float, problem: str) -> None:
    limit = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > limit:
            raise Failed(f"{problem} after {seconds:.0f} s")
        time.sleep(0.02)


def not_installed(packages: Iterable[str]) -> list[str]:
    """Which of Debian's packages are not there; none where dpkg is not. Two dots are a version, as to apt-get."""
    if not shutil.which("dpkg-query"):
        return []
    patterns = {package: package.replace("..", "??") for package in packages}
    words = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\\n", *patterns.values()]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    there = {line.split()[0] for line in done.stdout.splitlines() if line.endswith(" installed")}
    return [package for package, pattern in patterns.items() if not fnmatch.filter(there, pattern)]


def apt_packages(text: str) -> list[str]:
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return [word for line in lines for word in line if not word.startswith("-")]


def not_importable(text: str) -> list[str]:
    """Packages of an environment.yml that this Python cannot import by a name that is like theirs, or does not know."""
    from importlib import metadata

    found = []
    dependencies = (yaml.safe_load(text) or {}).get("dependencies") or []
    pip = [line for item in dependencies if isinstance(item, dict) for line in item.get("pip") or ()]
    for line in [item for item in dependencies if isinstance(item, str)] + pip:
        name = re.split(r"[\s=<>!~\[;@]", line.rpartition("::")[2], maxsplit=1)[0]
        if name in ("python", "pip"):
            continue
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            if importlib.util.find_spec(name.replace("-", "_").partition(".")[0]) is None:
                found.append(name)
    return found


def attempt(trial: Trial, answers: Mapping[str, Any], anyway: bool) -> None:
    """All steps; raises `Failed` or `BlocksError` at the first that fails."""
    component = trial.component
    with trial.step("contract") as notes:
        found = contract.mistakes(component.folder)
        blanks = [line for line in found if ": FILL IN: " in line]
        trial.faults += [line for line in found if line not in blanks]
        notes += [f"{len(found)} to mend: pytest -k {component.name}"] if found else []
    root = component.folder.parents[1]
    seeds = contract.cases(component).get("seeds") or {}
    with trial.step("render") as notes:
        there = contract.readable(root)
        alone = {"course_name": "Trial", "components": [component.name], WITHOUT: companions(there)}
        files = render(Catalogue(root, there, {}), {**alone, **seeds.get("answers", {}), **answers})
        trial.write(files, seeds)
    with trial.step("programs") as notes:
        lacking = not_importable((trial.binder / "environment.yml").read_text())
        notes += [f"not to be imported here: {', '.join(lacking)}"] if lacking else []
        packages = apt_packages((trial.binder / "apt.txt").read_text())
        if missing := not_installed(packages):
            text = f"{', '.join(missing)} of apt.txt: not installed here; apt-get install {' '.join(missing)}"
            if not anyway:
                raise Failed(text)
            notes.append(text)
    if any(path.startswith("binder/postBuild.d/") for path in files):
        with trial.step("build"):
            trial.build()
    if not trial.has_service:
        if any(path.startswith(("binder/services/", "binder/first.d/")) for path in files):
            open_notebook(trial)
            check(trial)
            finish(trial)
            return
        with trial.step("verify"):
            trial.verify_alone()
        return
    begin(trial, measured=True)
    check(trial)
    if asked := seeds.get("asked"):
        with trial.step("seeds"):
            trial.ask_for_seeds(asked, can_import=not lacking)
    finish(trial)
    begin(trial)
    with trial.step("KILL"):
        trial.kill()
    begin(trial)
    check(trial)
    finish(trial)


def begin(trial: Trial, measured: bool = False) -> None:
    before = trial.at_home()
    open_notebook(trial)
    with trial.step("ready") as notes:
        trial.ready()
        if measured:
            notes.append(trial.measure())
        trial.new_at_home(before)


def open_notebook(trial: Trial) -> None:
    with trial.step("start"):
        trial.start()
    if (trial.binder / "first.d" / trial.component.name).is_file():
        with trial.step("first"):
            trial.first()


def check(trial: Trial) -> None:
    with trial.step("verify") as notes:
        notes += trial.verify()


def finish(trial: Trial) -> None:
    with trial.step("TERM"):
        before = trial.at_home()
        trial.terminate()
        trial.new_at_home(before)


def main(words: Sequence[str], root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(
        description="Tries a component under the real launch, with this machine's programs."
    )
    parser.add_argument("name")
    parser.add_argument("--answer", action="append", default=[], metavar="QUESTION=VALUE", help="of a question")
    parser.add_argument("--keep", action="store_true", help="keep the course and the logs")
    parser.add_argument("--anyway", action="store_true", help="go on where packages of apt.txt are not installed")
    options = parser.parse_args(words)
    folder = root / Component.SHELF / options.name
    if not folder.is_dir():
        print(f"{Component.SHELF}/{options.name}: is not there; python tools/new.py {options.name} CATEGORY makes it")
        return 2
    component = contract.readable(root).get(options.name)
    if component is None:
        print(*contract.mistakes(folder), sep="\n")
        return 1
    answers = {name: yaml.safe_load(value) for name, _, value in (text.partition("=") for text in options.answer)}
    trial = Trial(component, Path(tempfile.mkdtemp(prefix="try-")))
    began = time.monotonic()
    try:
        attempt(trial, answers, options.anyway)
    except (Failed, BlocksError) as error:
        trial.faults.append(str(error))
    finally:
        trial.end()
    print(*(f"- {fault}" for fault in trial.faults), sep="\n", end="\n" if trial.faults else "")
    print(f"{options.name}: {'FAILED' if trial.faults else 'passed'} after {time.monotonic() - began:.1f} s", end="")
    if trial.faults or options.keep:
        print(f"; the log is {trial.log}, services' logs are in {trial.run / 'log'}")
    else:
        print()
        shutil.rmtree(trial.root)
    return 1 if trial.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
