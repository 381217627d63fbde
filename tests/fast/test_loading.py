"""The engine under a name of its own (extensions/loading.py): what is compiled, and when."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.fast.conftest import ROOT

IGNORED = shutil.ignore_patterns("__pycache__")
# The folder goes before anything is used: Copier clears its clones away while another one of the same source renders.
GONE = """
import shutil, sys, types
from pathlib import Path

sys.path.insert(0, sys.argv[2])
from extensions import loading

name = loading.load_engine(Path(sys.argv[1]))
shutil.rmtree(sys.argv[1])
compiled = lambda: sorted(one for one, module in sys.modules.items() if type(module) is types.ModuleType)
before = compiled()
rows = sys.modules[f"{name}.findings.packages"].ROWS
hook = sys.modules[f"{name}.foreign.scripts"].HOOK
print(f"{name}.findings.packages" in before, f"{name}.findings.packages" in compiled(), bool(rows), bool(hook))
"""
PLAIN = """
import sys, types
from copier import run_copy

run_copy(sys.argv[1], sys.argv[2], data={"components": []}, defaults=True, unsafe=True, quiet=True)
used = {one.split(".", 1)[1] for one, module in sys.modules.items()
        if one.startswith("binder_blocks_") and "." in one and type(module) is types.ModuleType}
print(*sorted(used & {"composition", "foreign.imports", "foreign.reader", "update.settle", "update.weave"}))
"""


def said(script: str, *words: object) -> str:
    command = [sys.executable, "-c", script, *map(str, words)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_module_is_compiled_when_it_is_used_though_its_folder_has_gone(tmp_path: Path) -> None:
    engine = shutil.copytree(ROOT / "extensions", tmp_path / "extensions", ignore=IGNORED)
    assert said(GONE, engine, ROOT) == "False True True True"


def test_a_plain_copy_compiles_nothing_of_what_others_wrote_and_of_updates(catalogue: Path, tmp_path: Path) -> None:
    assert said(PLAIN, catalogue, tmp_path / "course") == "composition"
