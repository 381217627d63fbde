"""What launch itself costs: the notebook's command through launch, with services that are ready at once, and by exec.

    python3 benchmarks/launch.py [--pairs 20] [--services 5]

Each pair runs both, one after the other, so that a busy machine slows both alike. A run is timed from its start to the
first thing that the notebook's command does.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from extensions.bundle import bundle  # noqa: E402

NOTEBOOK = ["sh", "-c", "read -r up _ </proc/uptime; echo now"]
LIMIT = 0.1  # seconds that launch may add


def repository(root: Path, services: int) -> Path:
    """A binder/ folder whose services are ready as soon as they run."""
    binder = root / "binder"
    for number in range(services):
        folder = binder / "services" / f"service{number}"
        folder.mkdir(parents=True)
        (folder / "run").write_text("#!/bin/sh\nexec sleep 1000\n")
        (folder / "ready").write_text("#!/bin/sh\nexit 0\n")
    (binder / "launch").write_text(bundle(ROOT / "launch"))
    return binder


def seconds_to_open(command: list[str], environment: dict[str, str]) -> float:
    begin = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        process.stdout.readline()
        return time.perf_counter() - begin


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--services", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bb-") as folder:
        binder = repository(Path(folder), options.services)
        environment = {**os.environ, "BINDER_DIR": str(binder), "BINDER_RUN": f"{folder}/run", "CONDA_DIR": folder}
        launched = [sys.executable, "-I", "-S", str(binder / "launch"), "--", *NOTEBOOK]
        python = [sys.executable, "-I", "-S", "-c", f"import os; os.execvp('sh', {NOTEBOOK!r})"]
        ways = {"exec": NOTEBOOK, "python, then exec": python, "launch": launched}
        rounds = [
            {way: seconds_to_open(command, environment) for way, command in ways.items()} for _ in range(options.pairs)
        ]
    median = {way: statistics.median(one[way] for one in rounds) for way in ways}
    print(f"{options.services} services that are ready at once, {options.pairs} rounds, medians of seconds")
    print(f"{'way':20} {'seconds':>8} {'added':>8} {'ratio':>8}")
    for way in ways:
        added = statistics.median(one[way] - one["exec"] for one in rounds)
        print(f"{way:20} {median[way]:8.3f} {added:8.3f} {median[way] / median['exec']:8.1f}")
    added = statistics.median(one["launch"] - one["exec"] for one in rounds)
    print(f"launch adds {added:.3f} s, {'within' if added <= LIMIT else 'ABOVE'} the limit of {LIMIT} s")
    return int(added > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
