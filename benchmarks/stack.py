"""The reference course (examples/tm351.yml) as an image and as a running container, each figure beside a comparison.

    python benchmarks/stack.py [--only build start memory services stop] [--rounds 20] [--before-others]
                               [--processors 1]

    build     repo2docker: cold, after an edit to a notebook, after an edit to one component's file; and image sizes.
              Against benchmarks/handwritten/binder: the same packages and steps in one set of files.
    start     from the container's first process to the notebook's /api, and until all servers answer; the same two.
    memory    of every component, the notebook with one kernel open; the same two, and what the manifests say.
    services  five servers (the stack's and Redis, added as an author would): through launch, one after the other with
              the same scripts, and each alone.
    stop      TERM with sessions open and fresh writes: until each service has ended, and what was lost. Each round is
              also told on stderr, so that a run that is broken off counts. With --before-others the container gets
              the processors first: as on a quiet machine, as far as they decide.

`start`, `memory` and `services` have one processor and 2 GB, as on mybinder.org; --processors gives `services` more.
A cold build begins at repo2docker's base image. Needs what the image tier of the tests needs
(tests/image/harness/setup), root, and an hour.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
import os
import re
import select
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from http.server import ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HANDWRITTEN = ROOT / "benchmarks/handwritten"
EXAMPLE = ROOT / "examples/tm351.yml"
sys.path.insert(0, str(ROOT))

from conftest import QuietHandler, from_mirror  # noqa: E402
from tests.image.containers import HARNESS, Container, podman, run, try_run, wait_until  # noqa: E402
from tests.image.containers import build as build_cached  # noqa: E402
from tests.image.test_stopping import Course  # noqa: E402

MYBINDER = ("--cpus=1", "--memory=2g")
MB = 1_000_000
KB = 1024 / MB
PATIENCE = 180  # seconds to wait for anything
ANSWER = """
for port in 5432 27017 7687 7474; do : <>/dev/tcp/127.0.0.1/$port || exit 1; done
exec curl --silent --fail --max-time 5 --output /dev/null http://127.0.0.1:3333/command/core/get-version
"""


# Repositories and images


class Images:
    """Two repositories of one course, `blocks` and `handwritten`, and the images of them; made when asked for."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.cache = Path(run(HARNESS / "in", "printenv", "BLOCKS_CACHE").strip())
        (self.cache / "downloads").mkdir(exist_ok=True)
        handler = functools.partial(QuietHandler, directory=str(self.cache / "downloads"))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.mirror = f"http://10.0.2.2:{server.server_port}"  # this machine, as a build sees it
        self.built: dict[str, str] = {}

    def blocks(self, name: str, **answers: str) -> Path:
        """The course by copier, its downloads from the mirror if no registry has them."""
        repository = self.scratch / name
        words = [f"--data={key}={value}" for key, value in answers.items()]
        copier = [sys.executable, "-m", "copier", "copy", "--trust", "--defaults", "--quiet", f"--data-file={EXAMPLE}"]
        run(*copier, *words, ROOT, repository)
        path = repository / "binder/downloads.txt"
        path.write_text("".join(from_mirror(line, self.cache, self.mirror) for line in lines_of(path)))
        return repository

    def handwritten(self, blocks: Path) -> Path:
        """The same course by hand, with the same notebooks, data and downloads."""
        repository = self.scratch / "handwritten"
        shutil.copytree(HANDWRITTEN / "binder", repository / "binder")
        for folder in ("data", "notebooks"):
            shutil.copytree(blocks / folder, repository / folder)
        (repository / "binder/seed").mkdir()
        for path in (blocks / "binder/seed").glob("*/*"):
            shutil.copy2(path, repository / "binder/seed")
        script = repository / "binder/postBuild"
        original = next(line for line in lines_of(ROOT / "components/neo4j/downloads.txt") if line[0] != "#").split()
        mirrored = from_mirror(" ".join(original), self.cache, self.mirror).split()
        script.write_text(script.read_text().replace(original[2], mirrored[2]).replace(original[3], mirrored[3]))
        return repository

    @functools.cached_property
    def repositories(self) -> dict[str, Path]:
        blocks = self.blocks("blocks")
        return {"blocks": blocks, "handwritten": self.handwritten(blocks)}

    def image(self, name: str) -> str:
        """As the build figure made it, or whatever the cache has of it."""
        if name not in self.built:
            self.built[name] = build_cached(self.repositories[name], f"benchmark-{name}")
        return self.built[name]


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines(keepends=True)


def fresh_base() -> str:
    """repo2docker's base image under another identity, so that no layer of an earlier build fits."""
    name = f"localhost/base:{uuid.uuid4().hex[:8]}"
    text = f"FROM localhost/base:trixie\nLABEL benchmark={name}\n"
    run(HARNESS / "in", "podman", "build", "--quiet", "--tag", name, "-", stdin=text)
    return name


def build(repository: Path, name: str, base: str) -> float:
    """Seconds that repo2docker takes for it."""
    try_run(HARNESS / "in", "podman", "untag", name)  # it builds nothing when there is an image of that name
    options = ["--no-run", "--user-id=1000", "--user-name=jovyan", f"--image-name={name}"]
    begin = time.perf_counter()
    run(HARNESS / "in", "repo2docker", f"--Repo2Docker.base_image={base}", *options, repository, timeout=2400)
    return time.perf_counter() - begin


# Figures


def show_builds(images: Images, _rounds: int) -> None:
    edits = {
        "cold": ("README.md", "README.md"),
        "a notebook edited": ("notebooks/try-it.ipynb", "notebooks/try-it.ipynb"),
        "a component's file edited": ("binder/services/postgres/postgresql.conf", "binder/start"),
    }
    bases = {name: fresh_base() for name in images.repositories}
    images.built = {name: f"localhost/blocks/benchmark-{name}" for name in bases}
    table(f"build, seconds ({load()})", "blocks", "handwritten", "ratio")
    for what, files in edits.items():
        took = []
        for (name, repository), file in zip(images.repositories.items(), files, strict=True):
            with (repository / file).open("a") as edited:
                edited.write("\n")
            took.append(build(repository, images.built[name], bases[name]))
        row(what, took)
    podman("untag", *bases.values())
    table("image, MB (at most 1.05)", "blocks", "handwritten", "ratio")
    row("size", [int(podman("image", "inspect", "--format={{.Size}}", image)) / MB for image in images.built.values()])


def show_starts(images: Images, rounds: int) -> None:
    api: dict[str, list[float]] = {"blocks": [], "handwritten": []}
    servers: dict[str, list[float]] = {"blocks": [], "handwritten": []}
    contents = {}
    for number in range(1 + max(3, rounds // 4)):
        for name in api:
            with Container(images.image(name), *MYBINDER) as container:
                first = wait_for_api(container)
                last = wait_for_servers(container)
                if number:  # the first fills the page cache
                    api[name].append(first)
                    servers[name].append(last)
                else:
                    contents[name] = ask_contents(container)
    if contents["blocks"] != contents["handwritten"]:
        raise AssertionError(f"not the same data: {contents}")
    table(f"start, medians of seconds ({load()})", "blocks", "handwritten", "ratio")
    row("to /api", [statistics.median(values) for values in api.values()])
    row("until every server answers", [statistics.median(values) for values in servers.values()])


def show_memory(images: Images, _rounds: int) -> None:
    sums: dict[str, list[float]] = {"at rest": [], "after use": []}
    by_owner: dict[str, dict[str, float]] = {}
    for name in ("blocks", "handwritten"):
        with Container(images.image(name), *MYBINDER) as container:
            wait_for_api(container)
            wait_for_servers(container)
            if container.http("api/kernels", method="POST", body="{}")[0] != 201:
                raise AssertionError(container.logs())
            for when in sums:
                if when == "after use":
                    ask_contents(container)
                time.sleep(10)
                found = memory(container)
                sums[when].append(sum(found.values()))
                by_owner.setdefault(when, found)
            if name == "blocks":
                said = json.loads(container.bash('cat "$BINDER_DIR/report.json"'))["memory"]
    table(f"memory, MB ({load()})", "blocks", "handwritten", "ratio")
    for when, both in sums.items():
        row(f"stack with a kernel, {when}", both)
    table("memory, MB (manifest within 15 %)", "at rest", "after use", "manifest", "off by")
    for owner, used in by_owner["after use"].items():
        line(owner, by_owner["at rest"][owner], used, said[owner], f"{said[owner] / used - 1:+.0%}")


def show_services(images: Images, rounds: int, limits: tuple[str, ...] = MYBINDER) -> None:
    repository = images.blocks("five")
    with (repository / "binder/apt.txt").open("a") as file:
        file.write("redis-server\n")
    start = repository / "binder/start"
    start.write_text(start.read_text().replace(' -- "$@"', f' --deadline {PATIENCE} -- "$@"'))  # how long, however long
    shutil.copytree(HANDWRITTEN / "redis", repository / "binder/services/redis")
    image = build_cached(repository, "benchmark-five")
    names = sorted(path.name for path in (repository / "binder/services").iterdir())
    hidden = {name: f"--tmpfs=/home/jovyan/binder/services/{name}:notmpcopyup" for name in names}
    ways = {
        "launch": [],
        "one after the other": [f"--volume={HANDWRITTEN / 'one-by-one'}:/home/jovyan/binder/start:ro"],
        **{f"{name} alone": [hidden[other] for other in names if other != name] for name in names},
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    work: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(1 + max(3, rounds // 4)):
        for way, options in ways.items():
            took, worked = until_notebook(image, images.scratch, [*limits, *options])
            if number:  # the first fills the page cache
                seconds[way].append(took)
                work[way].append(worked)
    title = f"five services ready, seconds, {limits[0]} ({load()})"
    table(title, "median", "min", "max", "of processor", "launch / this")
    for way, took_all in seconds.items():
        ratio = statistics.median(ours / other for ours, other in zip(seconds["launch"], took_all, strict=True))
        worked = statistics.median(work[way])
        line(way, statistics.median(took_all), min(took_all), max(took_all), worked, ratio)


def show_stops(images: Images, rounds: int, options: tuple[str, ...] = ()) -> None:
    image = build_cached(images.blocks("kept", keep_data="home"), "benchmark-kept", repo_dir="/srv/repo")
    home = images.scratch / "home"
    home.mkdir()
    shutil.chown(home, 1000, 1000)
    course = Course(image, home)
    ended: dict[str, list[float]] = {}
    lost = []
    for number in range(rounds + 1):
        with course.start(*options) as container:
            container.wait_for_services()
            lost += course.in_container(container) if number else []
            if number < rounds:
                course.write(container)
                before, took = load(), stop(container)
                for name, seconds in took.items():
                    ended.setdefault(name, []).append(seconds)
                shown = ", ".join(f"{name} {seconds:.2f}" for name, seconds in took.items())
                print(f"round {number + 1} of {rounds}: {shown} ({before})", file=sys.stderr)
        lost += course.on_disk() if number < rounds else []
        if lost:
            print(f"unclean or lost so far: {lost}", file=sys.stderr)
    table(f"stop, seconds after TERM, {rounds} rounds ({load()})", "median", "99 %", "max")
    last = [max(values) for values in zip(*(of for name, of in ended.items() if name != "container"), strict=True)]
    for name, values in {**ended, "the last service": last}.items():
        ordered = sorted(values)
        line(name, statistics.median(values), ordered[math.ceil(0.99 * len(ordered)) - 1], ordered[-1])
    print(f"unclean or lost: {lost or 'nothing'}")


# What goes on in a container


def before_others() -> str:
    """podman's option for a control group whose processes go before the machine's other work."""
    group, file, most = Path("/sys/fs/cgroup/cpu/benchmark"), "cpu.shares", 262144
    if not group.parent.is_dir():
        group, file, most = Path("/sys/fs/cgroup/benchmark"), "cpu.weight", 10000
    group.mkdir(exist_ok=True)
    (group / file).write_text(str(most))
    return f"--cgroup-parent=/{group.name}"


def age(container: Container) -> float:
    """Seconds since its first process began."""
    ticks = int(Path(f"/proc/{container.pid}/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def wait_for_api(container: Container) -> float:
    """Wait until the notebook answers; the container's age."""
    wait_until("the notebook's /api", lambda: container.http()[0] == 200, PATIENCE, log=container.logs)
    return age(container)


def wait_for_servers(container: Container) -> float:
    """Wait until all of them answer; the container's age."""
    ask = (*container.inside, "bash", "-c", ANSWER)
    wait_until("all servers", lambda: try_run(*ask).returncode == 0, PATIENCE, log=container.logs)
    return age(container)


def ask_contents(container: Container) -> object:
    """What the databases hold, by each of their clients."""
    text = (HANDWRITTEN / "contents.py").read_text()
    return json.loads(container.exec("bash", "-c", 'exec "$NB_PYTHON_PREFIX/bin/python3" -', stdin=text))


def until_notebook(image: str, scratch: Path, options: Iterable[str]) -> tuple[float, float]:
    """Seconds from the container's first process to the notebook's command, and of processor time until then."""
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        ready = Path(name, "ready")
        Path(name).chmod(0o777)
        command = ["bash", "-c", "cp /proc/uptime /out/ready; exec sleep infinity"]
        with Container(image, *options, f"--volume={name}:/out", command=command) as container:
            begin = time.clock_gettime(time.CLOCK_BOOTTIME) - age(container)
            wait_until("the notebook's command", lambda: ready.exists() and ready.read_text(), PATIENCE, container.logs)
            worked = sum(processor_seconds(pid) for pid, _, _ in processes(container))
            if "failed" in container.logs() or "late" in container.logs():
                raise AssertionError(container.logs())
            return float(ready.read_text().split()[0]) - begin, worked


def processor_seconds(pid: int) -> float:
    """Of a process and its children that have ended."""
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def processes(container: Container) -> Iterator[tuple[int, int, int]]:
    """The host's process ids, with the process and session ids inside."""
    space = os.readlink(f"/proc/{container.pid}/ns/pid")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(folder / "ns/pid") == space:
                status = dict(text.split(":", 1) for text in (folder / "status").read_text().splitlines())
                yield int(folder.name), int(status["NSpid"].split()[-1]), int(status["NSsid"].split()[-1])
        except OSError:  # gone meanwhile, or none of ours
            continue


def memory(container: Container) -> dict[str, float]:
    """MB by service, and of everything else as the notebook's; without launch, all is the notebook's.

    Anonymous and shared memory as PSS has it. PSS would divide the pages of programs and libraries by the other
    containers on this machine that run them: here they count once for each owner, as if it were alone.
    """
    said = container.try_exec("bash", "-c", 'cat "/tmp/binder-$(id -u)/status.json"').stdout or '{"services": {}}'
    owners = {service["pid"]: name for name, service in json.loads(said)["services"].items()}
    found = dict.fromkeys(["notebook", *owners.values()], 0.0)
    mapped: dict[tuple[str, str], int] = {}
    for pid, _, session in processes(container):
        owner = owners.get(session, "notebook")
        rollup = dict(line.split(":") for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
        found[owner] += sum(int(rollup[key].split()[0]) for key in ("Pss_Anon", "Pss_Shmem")) * KB
        for where, size in file_pages(Path(f"/proc/{pid}/smaps").read_text()):
            mapped[owner, where] = max(size, mapped.get((owner, where), 0))
    for (owner, _), size in mapped.items():
        found[owner] += size * KB
    return found


def file_pages(smaps: str) -> Iterator[tuple[str, int]]:
    """The parts of files that a process has mapped, and how many kB of each are there and unchanged."""
    for block in re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", smaps, flags=re.MULTILINE)[1:]:
        _, _, offset, device, inode, *name = block.split("\n", 1)[0].split(maxsplit=5)
        if inode != "0" and device != "00:01" and not name[0].startswith("/dev/"):
            values = dict(re.findall(r"^(Rss|Anonymous): +(\d+)", block, flags=re.MULTILINE))
            yield f"{device} {inode} {offset}", int(values["Rss"]) - int(values["Anonymous"])


def stop(container: Container) -> dict[str, float]:
    """TERM to the first process, as a container's end begins; seconds until each service, and all, has ended."""
    names = {service["pid"]: name for name, service in container.status()["services"].items()}
    handles = {os.pidfd_open(pid): names[inner] for pid, inner, _ in processes(container) if inner in names}
    handles[os.pidfd_open(container.pid)] = "container"
    poller = select.poll()
    for handle in handles:
        poller.register(handle, select.POLLIN)
    os.setpriority(os.PRIO_PROCESS, 0, -20)  # or a busy machine lets it see an end much later
    begin = time.perf_counter()
    os.kill(container.pid, signal.SIGTERM)
    ended: dict[str, float] = {}
    while len(ended) < len(handles):
        ready = poller.poll(30_000)
        if not ready:
            raise AssertionError(f"still there: {set(handles.values()) - ended.keys()}\n{container.logs()}")
        for handle, _ in ready:
            ended[handles[handle]] = time.perf_counter() - begin
            poller.unregister(handle)
            os.close(handle)
    os.setpriority(os.PRIO_PROCESS, 0, 0)
    return ended


# Output


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


def table(title: str, *columns: str) -> None:
    print(f"\n{title}\n{'':28}" + "".join(f"{column:>15}" for column in columns), flush=True)


def line(name: str, *cells: float | str) -> None:
    shown = [f"{cell:15.2f}" if isinstance(cell, float) else f"{cell:>15}" for cell in cells]
    print(f"{name:28}" + "".join(shown), flush=True)


def row(name: str, pair: list[float]) -> None:
    """Blocks, handwritten, and their ratio."""
    line(name, *pair, pair[0] / pair[1])


Figure = Callable[[Images, int], None]
FIGURES: Mapping[str, Figure] = {
    "build": show_builds,
    "start": show_starts,
    "memory": show_memory,
    "services": show_services,
    "stop": show_stops,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=FIGURES, default=list(FIGURES))
    parser.add_argument("--rounds", type=int, default=20, help="of stop; start and services take a quarter of them")
    parser.add_argument("--before-others", action="store_true", help="of stop: give the container the processors first")
    parser.add_argument("--processors", type=int, default=1, help="that the containers of services have")
    options = parser.parse_args()
    run(HARNESS / "base", timeout=900)
    run(HARNESS / "packages", timeout=900)
    with tempfile.TemporaryDirectory(prefix="blocks-") as folder:
        images = Images(Path(folder))
        limits = (f"--cpus={options.processors}", *MYBINDER[1:])
        figures: dict[str, Figure] = {**FIGURES, "services": functools.partial(show_services, limits=limits)}
        if options.before_others:
            figures["stop"] = functools.partial(show_stops, options=(before_others(),))
        for name in options.only:
            figures[name](images, options.rounds)


if __name__ == "__main__":
    main()
