"""mypy has nothing to say of the rules of outputs.

They all have one name, and a folder with a hyphen is no package, so that mypy cannot be given them where they stand: it
gets copies under the outputs' names. What else is typed is in pyproject.toml.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.fast.conftest import ROOT

BROKEN = "from extensions.outputs import Facts\n\n\ndef facts(composition: object) -> Facts:\n    return 1\n"


def mypy(*paths: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", *map(str, paths)]
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, env=environment)


def test_rules_are_typed(tmp_path: Path) -> None:
    copies = [
        shutil.copy(path, tmp_path / f"{path.parent.name.replace('-', '_')}_rules.py")
        for path in ROOT.glob("outputs/*/rules.py")
    ]
    done = mypy(*map(Path, copies))
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "broken.py").write_text(BROKEN)
    broken = mypy(tmp_path / "broken.py")
    assert 'broken.py:5: error: Incompatible return value type (got "int", expected "Facts")' in broken.stdout
