"""Every pair of outputs, and of the answers about them: reached by updates, and left without a trace.

Which answers an output is tried with stands beside it, in `outputs/<output>/tests/answers.yml`, both keys optional:

    answers   {question: [what it is answered with]}, all questions of the output
    refused   [condition over the answers under which the output refuses them]; what is said then is tested beside it
"""

from __future__ import annotations

import functools
import itertools
import random
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment, meta

from tests import units
from tests.fast.conftest import commit, copier, tree

Row = dict[str, Any]
# Those that can be had: nothing that they require has been removed.
OUTPUTS = {name: output for name, output in units.OUTPUTS.items() if {*output.requires} <= units.OUTPUTS.keys()}
# For every course.
FREE: dict[str, list[Any]] = {
    "components": [[], *([name] for name in ("postgres", "content-package") if name in units.COMPONENTS)],
    "keep_data": ["image", "home"],
}
NONE: Row = {**{name: values[0] for name, values in FREE.items()}, "outputs": []}
WRITTEN_ONCE = "README.md"
SAMPLE = 2000
PARTS = 4


def tried(output: str) -> dict[str, Any]:
    """What stands beside the output."""
    path = OUTPUTS[output].folder / "tests/answers.yml"
    said = yaml.safe_load(path.read_text()) or {} if path.is_file() else {}
    return {"answers": said.get("answers", {}), "refused": said.get("refused", ())}


TRIED = {name: tried(name) for name in OUTPUTS}


@functools.cache
def delivery(outputs: tuple[str, ...]) -> list[str]:
    """With those that they require."""
    return units.delivery(outputs)


def questions(outputs: Iterable[str]) -> dict[str, list[Any]]:
    """What is asked of a course that has these outputs, and with what it is answered."""
    return {name: values for output in delivery(tuple(outputs)) for name, values in TRIED[output]["answers"].items()}


compiled = functools.cache(Environment().compile_expression)


def allowed(row: Row) -> bool:
    """Whether these answers go together."""
    rules = (rule for output in delivery(tuple(row["outputs"])) for rule in TRIED[output]["refused"])
    return not any(compiled(rule)(**row) for rule in rules)


def choices(outputs: Iterable[str]) -> list[list[str]]:
    """All that can be chosen of these."""
    names = sorted(outputs)
    return [list(found) for number in range(len(names) + 1) for found in itertools.combinations(names, number)]


def pairs(outputs: Iterable[str], asked: Mapping[str, Iterable[Any]]) -> set[tuple[str, str]]:
    """All pairs of answers where these are asked for and answered so; whether an output is chosen is an answer, too."""
    marks = [[f"{name}={value}" for value in values] for name, values in asked.items()]
    marks += [[f"{name} is {'on' if name in outputs else 'off'}"] for name in OUTPUTS]
    return {(min(pair), max(pair)) for two in itertools.combinations(marks, 2) for pair in itertools.product(*two)}


def pairs_of(row: Row) -> set[tuple[str, str]]:
    return pairs(row["outputs"], {name: [value] for name, value in row.items() if name != "outputs"})


def drawn(seed: int) -> Iterator[Row]:
    """Rows at random, without end."""
    draw = random.Random(seed)
    while True:
        outputs = sorted(name for name in OUTPUTS if draw.random() < 0.5)
        free = {name: draw.choice(values) for name, values in FREE.items()}
        yield {**free, "outputs": outputs, **{name: draw.choice(of) for name, of in questions(outputs).items()}}


@functools.cache
def rows() -> list[Row]:
    """Few that have, together, every pair of answers that go together: each time the one that has most of the rest."""
    sample = [(row, pairs_of(row)) for row in itertools.islice(filter(allowed, drawn(1)), SAMPLE)]
    missing = set[tuple[str, str]]().union(*(found for _, found in sample))
    chosen = []
    while missing:
        row, found = max(sample, key=lambda one: len(one[1] & missing))
        missing -= found
        chosen.append(row)
    return chosen


def test_rows_have_every_pair() -> None:
    """Told by all rows there are; what no rule looks at goes with anything."""
    rules = " and ".join(f"({rule})" for output in TRIED.values() for rule in output["refused"])
    ruled = meta.find_undeclared_variables(Environment().parse(f"{{{{ {rules or 'true'} }}}}"))
    wanted = set[tuple[str, str]]()
    for outputs in choices(OUTPUTS):
        asked = {**FREE, **questions(outputs)}
        bound = {name: values for name, values in asked.items() if name in ruled}
        for values in itertools.product(*bound.values()):
            fixed = dict(zip(bound, values, strict=True))
            if allowed({"outputs": outputs, **fixed}):
                wanted |= pairs(outputs, {**asked, **{name: [value] for name, value in fixed.items()}})
    assert wanted == set[tuple[str, str]]().union(*map(pairs_of, rows()))


@pytest.mark.parametrize("output", sorted(OUTPUTS))
def test_every_question_of_an_output_is_answered(output: str) -> None:
    assert TRIED[output]["answers"].keys() == units.questions(output).keys()


@pytest.fixture(scope="module")
def released(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working tree as a catalogue that can be updated from."""
    root = shutil.copytree(catalogue, tmp_path_factory.mktemp("released") / "binder-blocks")
    commit(root, "1.0.0")
    return root


def answers(folder: Path, row: Row, part: int) -> Path:
    """Half of the parts have the other Binder directory, which no update changes."""
    file = folder / "answers.yml"
    file.write_text(yaml.safe_dump({**row, "binder_dir": ("binder", ".binder")[part % 2]}))
    return file


def written(course: Path) -> dict[str, bytes]:
    return {path: data for path, data in tree(course).items() if path != WRITTEN_ONCE}


@pytest.mark.parametrize("part", range(PARTS))
def test_updates_from_row_to_row_and_back_to_none(released: Path, part: int, tmp_path: Path) -> None:
    """After each update the repository is, byte for byte, what a first copy with the same answers makes."""
    course = tmp_path / "course"
    for number, row in enumerate([NONE, *rows()[part::PARTS], NONE]):
        file, fresh = answers(tmp_path, row, part), tmp_path / f"fresh-{number}"
        first = copier("copy", "--trust", "--defaults", "--quiet", f"--data-file={file}", released, fresh)
        assert first.returncode == 0, f"{row}\n{first.stderr}"
        if number == 0:
            course = fresh
        else:
            updated = copier("update", "--trust", "--defaults", "--quiet", f"--data-file={file}", cwd=course)
            assert updated.returncode == 0, f"{row}\n{updated.stderr}"
            assert written(course) == written(fresh), row
        commit(course)
