"""A sample of tests/proofs/matrix.py, of which CI runs a part as a step: that the table is right, and can fail."""

from __future__ import annotations

import pytest

from tests.proofs import matrix
from tests.updates import releases
from tests.updates.edits import Edit


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> matrix.Bench:
    folder = tmp_path_factory.mktemp("matrix")
    event = next(event for event in matrix.EVENTS if event.name == "component changed")
    return matrix.Bench(folder, releases.make(folder / "catalogue"), event)


@pytest.mark.parametrize(
    ("edit", "clone", "outcome"),
    [
        ("environment.yml: behind a line that changes", "full", "clean"),
        ("apt.txt: before a line that changes", "shallow", "clean"),
        ("apt.txt: a generated line that changes", "full", "conflict: binder/apt.txt"),
        ("deleted binder/seed/alpha/rows.csv", "shallow", "clean"),
        ("Latin-1 in alpha/readme.txt", "shallow", "clean"),
        ("binary alpha/readme.txt", "full", "conflict: alpha/readme.txt"),
        ("ignored binder/postBuild.d/epsilon", "shallow", "clean"),
        ("last line of posters/small.yaml", "full", "clean"),
    ],
)
def test_cells(bench: matrix.Bench, edit: str, clone: str, outcome: str) -> None:
    assert matrix.run_cell(bench, next(one for one in bench.edits if one.name == edit), clone) == outcome


def test_a_lost_line_is_wrong(bench: matrix.Bench) -> None:
    def expect(tree: dict[str, bytes]) -> None:
        tree["binder/apt.txt"] += b"of the author's\n"

    lost = Edit("lost", lambda root: None, expect)
    assert matrix.run_cell(bench, lost, "full").startswith("WRONG: binder/apt.txt is\n")


def test_every_cell_is_in_the_table_once() -> None:
    jobs = [(event, edit, clone) for event in "ab" for edit in "xyz" for clone in matrix.CLONES]
    cells = matrix.alternate(jobs)
    assert [(event, edit) for event, edit, _ in cells] == [(event, edit) for event in "ab" for edit in "xyz"]
    assert {clone for _, _, clone in cells} == set(matrix.CLONES)
