"""The tests go on without a component."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fast.conftest import git
from tests.image import proof
from tests.units import NAMES

# Each takes as long as there are components: some of them today, others tomorrow.
TODAY = sorted(proof.turn(NAMES, proof.today().toordinal(), max(1, len(NAMES) // 2)))


@pytest.mark.parametrize("name", TODAY)
def test_tests_go_on_without_a_component(name: str, catalogue: Path, tmp_path: Path) -> None:
    """All files of tests are read, and those of the catalogue run, in a copy that lacks its folder.

    Not those of all components together and of their pairs: they take long, and are the same with one less.
    """
    root = tmp_path / "binder-blocks"
    shutil.copytree(catalogue, root)
    shutil.rmtree(root / "components" / name)
    git(root, "init", "--quiet")
    chosen = "(test_components.py or test_benchmarks.py) and not everything and not generated and not pair"
    words = ["--quiet", "--numprocesses=0", "-p", "no:cacheprovider", "-k", chosen]
    environment = {key: value for key, value in os.environ.items() if key != "CI" and not key.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], check=False, capture_output=True, text=True, cwd=root, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d+ passed", done.stdout)
