"""`copier update` of the example course against Copier updating the same files as a plain template.

    python benchmarks/copier_update.py [--runs 10]

Three templates, each with two releases, in turn, A B C A B C ..., each a whole process:

    catalogue   this repository, with examples/tm351.yml; its second release differs in a list, a script and a seed
    questions   the files that it renders, verbatim, with the same copier.yml questions; the same two releases
    as large    the same, with the catalogue's files beside them: Copier clones a template five times for an update

Each course has one line of its author's in binder/apt.txt. Printed: the median wall and processor time of each (git's
included), and the medians of the run-by-run ratios of the catalogue to the others.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.copier_copy import EXAMPLE, copy, make_template, questions, show  # noqa: E402

DATA = f"--data-file={EXAMPLE}"
# What the second release has in addition: file of a component -> one more line.
CHANGES = {"postgres/apt.txt": "hello\n", "postgres/postBuild": "true\n", "mongodb/service/mongod.conf": "# more\n"}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def release(folder: Path, version: str) -> None:
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", version)
    git(folder, "tag", version)


def catalogue(scratch: Path) -> Path:
    root = scratch / "catalogue"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "tests"))
    release(root, "1.0.0")
    copy(root, scratch / "files-1", DATA)
    for name, line in CHANGES.items():
        with (root / "components" / name).open("a") as file:
            file.write(line)
    release(root, "1.1.0")
    copy(root, scratch / "files-2", DATA)
    return root


def plain(scratch: Path, name: str, beside: Path | None = None) -> Path:
    """The template of the files alone, or with the files of a repository beside them, in a folder that is not read."""
    root = make_template(scratch / name, scratch / "files-1", questions())
    if beside:
        shutil.copytree(beside, root / "beside", ignore=shutil.ignore_patterns(".git"))
    release(root, "1.0.0")
    shutil.rmtree(root / "template")
    make_template(root, scratch / "files-2", questions())
    release(root, "1.1.0")
    return root


def course(template: Path, folder: Path) -> Path:
    """A repository at the first release, with a line of its author's."""
    copy(template, folder, DATA, "--vcs-ref=1.0.0")
    with (folder / "binder/apt.txt").open("a") as file:
        file.write("mine\n")
    release(folder, "course")
    return folder


def update(repository: Path, folder: Path) -> tuple[float, float]:
    """Seconds of one `copier update` of a clone, in a process of its own: on the clock, and of processor time."""
    subprocess.run(["git", "clone", "--quiet", str(repository), str(folder)], check=True)
    command = [sys.executable, "-m", "copier", "update", "--trust", "--defaults", "--quiet", str(folder)]
    start, used = time.perf_counter(), os.times()
    subprocess.run(command, check=True)
    took, after = time.perf_counter() - start, os.times()
    worked = sum(after[2:4]) - sum(used[2:4])  # user and system time of the children
    if not (folder / "binder/apt.txt").read_text().endswith("mine\n"):
        raise AssertionError(f"{folder}: the author's line is lost")
    return took, worked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        ours = catalogue(scratch)
        templates = {
            "catalogue": ours,
            "questions": plain(scratch, "questions"),
            "as large": plain(scratch, "as-large", beside=ours),
        }
        courses = {case: course(template, scratch / f"{template.name}-course") for case, template in templates.items()}
        taken: dict[str, list[tuple[float, float]]] = {case: [] for case in courses}
        for run in range(runs + 1):
            for case, repository in courses.items():
                took = update(repository, scratch / f"{repository.name}-{run}")
                if run:  # the first warms the caches
                    taken[case].append(took)
    show(taken, "catalogue")


if __name__ == "__main__":
    main()
