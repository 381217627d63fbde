"""The page: how long it takes, how much it loads, and whether it makes what the command makes.

    python benchmarks/page.py [--runs 10] [--sets 0] [--dist web/dist]

    first     from the address to the first result, nothing in the browser's cache, all from this machine
    again     the same with the network cut off, from what the page has kept
    tick      from a tick to everything redrawn, with every block of the catalogue chosen
    command   `copier copy` of the same answers, in turn with the ticks
    loaded    megabytes transferred by a first visit, compressed

Medians, and of the ticks the 95th percentile. `--sets N` compares N random states with `copier copy`, byte for byte;
200 take half an hour.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.units import WHOLE  # noqa: E402
from web import building, serving  # noqa: E402
from web.tests import comparing, sampling  # noqa: E402
from web.tests.driving import Composer  # noqa: E402

CHROMIUM = "/usr/bin/chromium"
FIRST = "performance.getEntriesByName('first')[0].startTime"
TICKS = "performance.getEntriesByName('tick').map((one) => one.duration)"
KEPT = "async () => { await navigator.serviceWorker.ready }"


def visits(browser: Browser, url: str) -> tuple[float, float]:
    """Seconds of a first visit and of one without network."""
    context = browser.new_context()
    page = context.new_page()
    composer = Composer(page, url)
    composer.open()
    first = page.evaluate(FIRST) / 1000
    page.evaluate(KEPT)
    context.set_offline(True)
    composer.open()
    again = page.evaluate(FIRST) / 1000
    context.close()
    return first, again


def transferred(dist: Path) -> float:
    """Megabytes of a first visit as they go over the line."""
    needed = [path for path in dist.rglob("*") if path.is_file() and path.suffix in serving.TYPES]
    packed = (
        serving.packed(path.read_bytes()) if path.suffix in serving.COMPRESSED else path.read_bytes() for path in needed
    )
    return sum(map(len, packed)) / 1e6


def ticks(browser: Browser, url: str, runs: int, folder: Path) -> tuple[list[float], list[float]]:
    """Seconds of ticks, and of the command in turn with them, with all blocks chosen."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    composer = Composer(context.new_page(), url)
    composer.open()
    offered = [name for name in WHOLE if composer.page.locator(f"#q-components-{name}").count()]
    answers = "course.yml"
    (folder / answers).write_text(json.dumps({"components": offered}))
    composer.drop(answers, (folder / answers).read_bytes())
    name = offered[-1]
    commands = []
    composer.tick("components", name)  # compiles what is new
    composer.tick("components", name)
    composer.page.evaluate("performance.clearMeasures('tick')")
    for _ in range(runs):
        composer.tick("components", name)
        start = time.perf_counter()
        refused = comparing.by_the_command(ROOT, {"answers": {"components": offered}, "files": {}}, folder)
        commands.append(time.perf_counter() - start)
        assert not isinstance(refused, str), refused
    found = [milliseconds / 1000 for milliseconds in composer.page.evaluate(TICKS)]
    context.close()
    return found, commands


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks/page.py")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--sets", type=int, default=0)
    parser.add_argument("--dist", type=Path, default=building.DIST)
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as name, serving.served(options.dist) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        if options.runs:
            seen = [visits(browser, url) for _ in range(options.runs)]
            median = [statistics.median(values) for values in zip(*seen, strict=True)]
            print(
                f"first {median[0]:.1f} s, again {median[1]:.1f} s, loaded {transferred(options.dist):.1f} MB",
                flush=True,
            )
            found, commands = ticks(browser, url, options.runs, Path(name))
            late = sorted(found)[int(0.95 * (len(found) - 1))]
            print(
                f"tick {statistics.median(found):.2f} s, 95 % {late:.2f} s, command {statistics.median(commands):.2f} s"
            )
        browser.close()
        different = 0
        if options.sets:
            catalogue = copied(Path(name) / "catalogue")
            for number, differences in comparing.compared(
                options.dist, catalogue, sampling.sets(options.sets), Path(name)
            ):
                different += bool(differences)
                if differences:
                    print(number, *differences, sep="\n    ", flush=True)
            print(f"{options.sets} states, {different} of them differ")
    return bool(different)


def copied(folder: Path) -> Path:
    """The catalogue as git has it in the working tree, which Copier then takes for a plain folder."""
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], check=True, capture_output=True).stdout
    for name in filter(None, names.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
