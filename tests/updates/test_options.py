"""The answers about a course's way to its students: every pair of them, reached by updates and left without a trace."""

from __future__ import annotations

import functools
import itertools
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fast.conftest import commit, copier, tree

Row = dict[str, Any]
OPTIONS: dict[str, list[Any]] = {
    "components": [[], ["postgres"], ["content-package"]],
    "keep_data": ["image", "home"],
    "updates": ["none", "workflow", "renovate"],
    "repository": ["", "gh:owner/course", "gl:group/sub/course@v2", "https://git.example.org/course.git"],
    "hub": ["", "https://hub.example.org/jupyter"],
    "content": [[], ["gh:owner/notebooks@main#week 1/start.ipynb", "https://git.example.org/more.git"]],
    "build_branch": [False, True],
    "build_branch_only": [False, True],
    "image": ["", "ghcr.io/owner/course"],
    "base": ["repo2docker", "onbuild", "box"],
    "base_image": ["", "quay.io/owner/base:2026.11"],
    "take_away": [False, True],
    "devcontainer": [False, True],
    "reach_databases": [False, True],
    "hub_profile": [False, True],
    "hub_group": ["", "staff"],
}
NONE = {name: values[0] for name, values in OPTIONS.items()}
# Their values do not matter to anything else.
ALWAYS = {"course_name": "Course", "module": "TM351", "presentation": "26J", "image_tag": "v1.0"}
WRITTEN_ONCE = "README.md"
SAMPLE = 2000
PARTS = 4


def allowed(row: Row) -> bool:
    """Whether these answers go together; what the questions' checks refuse is tested where they are."""
    needs = {
        "build_branch": row["repository"] and (row["repository"].startswith("gh:") or row["build_branch_only"]),
        "build_branch_only": row["build_branch"] and row["updates"] == "none",
        "devcontainer": row["image"] and not row["build_branch_only"],
        "hub_profile": row["image"],
        "hub_group": row["hub_profile"],
        "reach_databases": row["take_away"] or row["devcontainer"],
    }
    return all(met for name, met in needs.items() if row[name]) and (row["base"] == "repo2docker" or row["base_image"])


def pairs(row: Row) -> set[tuple[str, str]]:
    """All pairs of answers in a row."""
    return set(itertools.combinations((f"{name}={value}" for name, value in row.items()), 2))


@functools.cache
def rows() -> list[Row]:
    """Few that have, together, every pair of answers that go together: each time the one that has most of the rest."""
    draw = random.Random(1)
    drawn = ({name: draw.choice(values) for name, values in OPTIONS.items()} for _ in itertools.count())
    sample = [(row, pairs(row)) for row in itertools.islice(filter(allowed, drawn), SAMPLE)]
    missing = set[tuple[str, str]]().union(*(found for _, found in sample))
    chosen = []
    while missing:
        row, found = max(sample, key=lambda one: len(one[1] & missing))
        missing -= found
        chosen.append(row)
    return chosen


def test_rows_have_every_pair() -> None:
    """Told by all rows there are; what nothing else depends on goes with anything."""
    free = {name: OPTIONS[name] for name in ("components", "keep_data", "hub", "content")}
    bound = itertools.product(*(values for name, values in OPTIONS.items() if name not in free))
    names = [name for name in OPTIONS if name not in free]
    going = [row for row in (NONE | dict(zip(names, values, strict=True)) for values in bound) if allowed(row)]
    wanted = set[tuple[str, str]]().union(*map(pairs, going))
    answers = {(name, str(value)) for row in going for name, value in row.items()}
    answers |= {(name, str(value)) for name, values in free.items() for value in values}
    order = [*OPTIONS]
    wanted |= {
        (f"{one}={value}", f"{other}={another}")
        for one, value in answers
        for other, another in answers
        if order.index(one) < order.index(other) and {one, other} & {*free}
    }
    assert wanted <= set[tuple[str, str]]().union(*map(pairs, rows()))


@pytest.fixture(scope="module")
def released(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working tree as a catalogue that can be updated from."""
    root = shutil.copytree(catalogue, tmp_path_factory.mktemp("released") / "binder-blocks")
    commit(root, "1.0.0")
    return root


def answers(folder: Path, row: Row, part: int) -> Path:
    """Half of the parts have the other Binder directory, which no update changes."""
    file = folder / "answers.yml"
    file.write_text(yaml.safe_dump({**row, **ALWAYS, "binder_dir": ("binder", ".binder")[part % 2]}))
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
