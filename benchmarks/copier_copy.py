"""`copier copy` of the example course against Copier copying the same files as a plain template.

    python benchmarks/copier_copy.py [--runs 10]

Three templates in turn, A B C A B C ..., each a whole process:

    catalogue   this repository, with examples/tm351.yml
    questions   the files it renders, verbatim, with the same copier.yml questions (choices and defaults as they
                resolve, no extension)
    plain       the same files and no question

Printed: the median wall and processor time of each (git's included), and the medians of the run-by-run ratios of the
catalogue to the others.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples/tm351.yml"
sys.path.insert(0, str(ROOT))

from extensions.answers.questions import LAST, UNIT, complete, is_true, read  # noqa: E402
from extensions.catalogue.manifest import read_catalogue  # noqa: E402
from extensions.expressions import evaluator, make_environment  # noqa: E402


def timed_copy(template: Path, destination: Path, *arguments: str) -> tuple[float, float]:
    """Seconds of one `copier copy` in a process of its own: by the clock, and of the processor with its children."""
    command = [sys.executable, "-m", "copier", "copy", "--trust", "--defaults", "--quiet", *arguments]
    start, before = time.perf_counter(), os.times()
    subprocess.run([*command, str(template), str(destination)], check=True)
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, processor


def copy(template: Path, destination: Path, *arguments: str) -> float:
    """Seconds of one `copier copy` in a process of its own."""
    return timed_copy(template, destination, *arguments)[0]


def questions(root: Path = ROOT) -> dict[str, Any]:
    """The questions of copier.yml and of every unit, free of what the extension gives: as it resolves."""
    catalogue = read_catalogue(root)
    evaluate = evaluator(make_environment(catalogue))
    asked = read(root)
    answers, _ = complete(asked, yaml.safe_load(EXAMPLE.read_text()), evaluate)
    prefixes = tuple(unit.prefix for unit in (*catalogue.components.values(), *catalogue.outputs.values()))
    plain = {}
    for name, question in asked.items():
        own = {key: value for key, value in question.items() if key not in ("validator", UNIT)}
        if not name.startswith(prefixes):
            own |= {"default": answers.get(name), "when": is_true(own.get("when", True), answers, evaluate)}
        elif "{{" in str(own.get("default")):
            own["default"] = answers[name] if name in answers else evaluate(own["default"], answers)
        own |= {
            "ask": is_true(own.get("ask", True), answers, evaluate),
            "help": evaluate(str(own.get("help", "")), answers),
        }
        if isinstance(own.get("choices"), str):
            own["choices"] = yaml.safe_load(evaluate(own["choices"], answers))
        if name != LAST:
            plain[name] = own
    return plain


def make_template(folder: Path, files: Path, asked: Mapping[str, Any]) -> Path:
    """A template of `files`, verbatim, with these questions."""
    shutil.copytree(files, folder / "template")
    (folder / "template/.copier-answers.yml").unlink()
    name = "template/{{_copier_conf.answers_file}}.jinja"
    (folder / name).write_text((ROOT / name).read_text())
    settings = {"_subdirectory": "template", **asked}
    (folder / "copier.yml").write_text(yaml.safe_dump(settings, sort_keys=False))
    return folder


def show(taken: Mapping[str, list[tuple[float, float]]], ours: str) -> None:
    """A line for each case, with the median ratio of `ours` to it, run by run."""
    for case, figures in taken.items():
        line = f"{case:16}"
        for number, kind in enumerate(("wall", "processor")):
            ratios = [own[number] / other[number] for own, other in zip(taken[ours], figures, strict=True)]
            median = statistics.median(figure[number] for figure in figures)
            line += f"   {kind} {median:.3f} s"
            line += "" if case == ours else f" ({ours} / this: {statistics.median(ratios):.2f})"
        print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        catalogue = scratch / "catalogue"
        ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "tests")
        shutil.copytree(ROOT, catalogue, ignore=ignored)
        data = f"--data-file={EXAMPLE}"
        copy(catalogue, scratch / "files", data)
        cases = {
            "catalogue": (catalogue, (data,)),
            "questions": (make_template(scratch / "questions", scratch / "files", questions()), (data,)),
            "plain": (make_template(scratch / "plain", scratch / "files", {}), ()),
        }
        taken: dict[str, list[tuple[float, float]]] = {case: [] for case in cases}
        for run in range(runs + 1):
            for case, (template, arguments) in cases.items():
                took = timed_copy(template, scratch / f"{case}-{run}", *arguments)
                if run:  # the first warms the caches
                    taken[case].append(took)
    show(taken, "catalogue")


if __name__ == "__main__":
    main()
