"""Many local repositories updated through `xargs -P 2`, against one of them alone.

    python benchmarks/fleet.py [--repositories 50] [--alone 6] [--processes 2]

Every repository is the same course with two small components, made by release 1.0.0 of a temporary catalogue that has
come to 1.1.0; every one has a line of its author's, so that there is something to merge. One repository alone is
updated before and after all of them (`--alone` times in all), since a machine's load changes.

Printed: the median of one alone, the wall time of all, and its ratio to as many alone; a perfect use of P processors
is 1/P.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UPDATE = ROOT / "fleet/update.py"
ANCHOR = "# Your own Debian packages go below this line.\n"


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@localhost")
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True)


def commit(folder: Path) -> None:
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")


def make_catalogue(folder: Path) -> Path:
    folder.mkdir()
    shutil.copy2(ROOT / "copier.yml", folder)
    for part in ("diagnosis", "extensions", "launch", "outputs", "saving", "seeding", "template"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("alpha", "beta"):
        component = folder / "components" / name
        component.mkdir(parents=True)
        (component / "component.yml").write_text(f"title: {name}\nsummary: S\ncategory: course\n")
        (component / "apt.txt").write_text(f"lib{name}\n")
        (component / "postBuild").write_text(f"#!/bin/bash\necho {name}\n")
    commit(folder)
    git(folder, "tag", "1.0.0")
    return folder


def make_course(catalogue: Path, folder: Path) -> Path:
    """With an own line, before the catalogue goes on to 1.1.0."""
    copier = [sys.executable, "-m", "copier", "copy", "--trust", "--defaults", "--quiet"]
    subprocess.run([*copier, "--data=components=[alpha, beta]", str(catalogue), str(folder)], check=True)
    apt = folder / "binder/apt.txt"
    apt.write_text(apt.read_text().replace(ANCHOR, f"{ANCHOR}tree\n"))
    commit(folder)
    (catalogue / "components/alpha/apt.txt").write_text("libalpha2\n")
    commit(catalogue)
    git(catalogue, "tag", "1.1.0")
    return folder


def alone(course: Path, checkout: Path) -> float:
    shutil.copytree(course, checkout)
    start = time.perf_counter()
    subprocess.run([sys.executable, UPDATE, checkout], check=True, capture_output=True)
    return time.perf_counter() - start


def together(course: Path, folder: Path, repositories: int, processes: int) -> float:
    checkouts = [folder / str(number) for number in range(repositories)]
    for checkout in checkouts:
        shutil.copytree(course, checkout)
    command = ["xargs", "-0", "-P", str(processes), "-n", "1", sys.executable, str(UPDATE)]
    names = "\0".join(map(str, checkouts))
    start = time.perf_counter()
    result = subprocess.run(command, input=names, check=True, capture_output=True, text=True)
    took = time.perf_counter() - start
    results = [line.split("\t")[3] for line in result.stdout.splitlines()]
    assert results == ["updated"] * repositories, result.stdout
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=int, default=50)
    parser.add_argument("--alone", type=int, default=6)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        course = make_course(make_catalogue(scratch / "catalogue"), scratch / "course")
        alone(course, scratch / "warm")
        half = arguments.alone - arguments.alone // 2
        ones = [alone(course, scratch / f"before-{number}") for number in range(half)]
        took = together(course, scratch / "all", arguments.repositories, arguments.processes)
        ones += [alone(course, scratch / f"after-{number}") for number in range(arguments.alone // 2)]
    one = statistics.median(ones)
    print(f"one alone        median {one:.2f} s")
    print(f"{arguments.repositories} by {arguments.processes:<12} {took:.2f} s")
    print(f"ratio to {arguments.repositories} alone {took / (one * arguments.repositories):.2f}")


if __name__ == "__main__":
    main()
