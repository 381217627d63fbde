"""A component comes with its folder and goes with it: no list, and no test outside, names it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from extensions.catalogue.manifest import read_components
from extensions.catalogue.selection import select
from tests.fast.conftest import ROOT, copier, manifest, tree, write_components
from tests.units import COMPONENTS, NAMES, WHOLE

FIRST = {
    "first/component.yml": manifest("First", ports="{first: 4321}"),
    "first/questions.yml": "first_size: {type: int, default: 3, help: Size, when: \"{{ 'first' in installed }}\"}\n",
    "first/README.md": "What you get.\n",
    "first/apt.txt": "libfirst\n",
    "first/verify": "#!/bin/sh\ntrue\n",
    "first/tests.yml": "taken: {first_size: [4]}\n",
    "first/tests/fast/test_first.py": "def test_first() -> None:\n    assert True\n",
}


@pytest.mark.parametrize("name", NAMES)
def test_removing_a_component_touches_one_folder(name: str, tmp_path: Path) -> None:
    """Without the folder all components compose that do not require it."""
    shutil.copytree(ROOT / "components", tmp_path / "components", ignore=shutil.ignore_patterns(name))
    rest = read_components(tmp_path)
    assert name not in rest
    orphans = {other for other in WHOLE if name in [component.name for component in select([other], COMPONENTS)]}
    remaining = sorted(set(WHOLE) - orphans)
    assert [component.name for component in select(remaining, rest)] == [
        component.name for component in select(remaining, COMPONENTS)
    ]


def test_a_component_touches_one_folder(catalogue: Path, tmp_path: Path) -> None:
    """Added it can be had, removed it leaves nothing; what others choose is the same all the time."""
    root = shutil.copytree(catalogue, tmp_path / "binder-blocks")
    before = tree(root)

    def course(name: str, *asked: str) -> Path:
        answers = ("--data", f"components=[{', '.join(asked)}]")
        result = copier("copy", "--trust", "--defaults", *answers, root, tmp_path / name)
        assert result.returncode == 0, result.stderr
        return tmp_path / name

    others = tree(course("before", *WHOLE))
    write_components(root, FIRST)
    assert tree(course("beside", *WHOLE)) == others
    added = course("added", "first")
    assert "libfirst  # first\n" in (added / "binder/apt.txt").read_text()
    assert [path.name for path in (added / "binder/verify.d").iterdir()] == ["first"]
    assert not {path for path in tree(added) if "test" in path}, "tests are no files of a course"
    shutil.rmtree(root / "components/first")
    assert tree(root) == before
    assert tree(course("after", *WHOLE)) == others
    result = copier("copy", "--trust", "--defaults", "--data", "components=[first]", root, tmp_path / "refused")
    assert "there is no block 'first'" in result.stderr
