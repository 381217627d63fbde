"""The program that is made of the modules in `launch/`, and what its joining refuses."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from extensions.bundle import bound, bundle
from extensions.catalogue.manifest import read_catalogue
from extensions.errors import BlocksError
from extensions.rendering import render
from tests.fast.conftest import ROOT
from tests.fast.launching import LAUNCH
from tests.fast.saved import SAVING

MODULES = {
    "__init__": '"""Left out."""\n',
    "words": '''"""Words of it."""

import sys

LOUD = "!"


def say(text: str) -> None:
    sys.stdout.write(text)
''',
    "names": '''"""Names of it.

- one a line
"""

from __future__ import annotations

from .words import LOUD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


# Whoever is told.
def told(names: Iterable[str]) -> str:
    import json

    return json.dumps([*names]) + LOUD
''',
    "main": '''"""Say a name."""

from __future__ import annotations

import os
from sys import argv, exit

from .names import told
from .words import (
    say,
)

if __name__ == "__main__":
    say(told(argv[1:]) + os.sep)
    exit(0)
''',
}
PROGRAM = '''#!/usr/bin/env python3
"""Say a name.

Names.  Names of it.

- one a line

Words.  Words of it.
"""

from __future__ import annotations

import os
import sys
from sys import argv, exit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


# Words.


LOUD = "!"


def say(text: str) -> None:
    sys.stdout.write(text)


# Names.


# Whoever is told.
def told(names: Iterable[str]) -> str:
    import json

    return json.dumps([*names]) + LOUD


# Main.


if __name__ == "__main__":
    say(told(argv[1:]) + os.sep)
    exit(0)
'''
NEEDS = "from .words import say\n\n"
REFUSED = {
    "a name with two definitions": (
        {"names": f"{NEEDS}LOUD = 1\n"},
        "p/names.py:3: 'LOUD' is defined in words.py, too;",
    ),
    "two in one line": (
        {"names": f"{NEEDS}A, (LOUD, B) = C = 1, (2, 3)\n"},
        "p/names.py:3: 'LOUD' is defined in words.py, too;",
    ),
    "no such module": ({"words": "from .missing import name\n"}, "p/words.py:1: there is no module 'missing'"),
    "a circle": ({"words": "\nfrom .names import told\n"}, "p/words.py:2: 'names' needs this module itself"),
    "an import of itself": ({"words": "from .words import say\n"}, "p/words.py:1: 'words' needs this module itself"),
    "a module that nobody needs": ({"spare": ""}, "p/spare.py:1: nothing imports it;"),
    "an import of the folder": ({"words": "from . import names\n"}, "p/words.py:1: a module of the same folder is"),
    "another name": ({"names": "from .words import say as tell\n"}, "p/names.py:1: a module of the same folder is"),
}


def write(folder: Path, modules: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def test_a_program_of_three_modules(tmp_path: Path) -> None:
    text = bundle(write(tmp_path / "p", MODULES))
    assert text == PROGRAM
    (tmp_path / "program").write_text(text)
    command = [sys.executable, "-I", "-S", str(tmp_path / "program"), "x"]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout == '["x"]!/'


@pytest.mark.parametrize(("changed", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_joined_is_refused(tmp_path: Path, changed: dict[str, str], problem: str) -> None:
    folder = write(tmp_path / "p", {**MODULES, **changed})
    with pytest.raises(BlocksError) as error:
        bundle(folder)
    assert str(error.value).startswith(problem)


def test_without_a_beginning(tmp_path: Path) -> None:
    with pytest.raises(BlocksError, match=r"p/main\.py: is missing"):
        bundle(write(tmp_path / "p", {"words": ""}))


def test_launch_is_the_same_each_time() -> None:
    command = [sys.executable, "-c", "from tests.fast.launching import LAUNCH; print(end=LAUNCH)"]
    again = subprocess.run(command, capture_output=True, check=True, text=True, cwd=ROOT).stdout
    assert bundle(ROOT / "launch") == LAUNCH == again


def test_launch_needs_the_standard_library_alone() -> None:
    names = set()
    for node in ast.walk(ast.parse(LAUNCH)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add(str(node.module))
    assert {name.partition(".")[0] for name in names} <= {*sys.stdlib_module_names}


def test_launch_is_python_of_the_oldest_version() -> None:
    ast.parse(LAUNCH, feature_version=(3, 8))


def test_launch_can_be_read_by_linters_and_people() -> None:
    for arguments in (("check",), ("format", "--check")):
        command = [sys.executable, "-m", "ruff", *arguments, "--stdin-filename", "launch.py", "-"]
        done = subprocess.run(command, input=LAUNCH, capture_output=True, check=False, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stdout


def test_launch_says_on_top_what_it_does() -> None:
    described = ast.get_docstring(ast.parse(LAUNCH)) or ""
    for path in (ROOT / "launch").glob("[!_]*.py"):
        docstring = ast.get_docstring(ast.parse(path.read_text()))
        assert docstring
        assert docstring in described


def test_a_repository_gets_launch_with_its_run_bit() -> None:
    assert render(read_catalogue(ROOT), {"components": []})["binder/launch"] == (LAUNCH.encode(), True)


def test_what_is_launchs_is_imported_from_its_program(tmp_path: Path) -> None:
    main = "from launch.files import read\nfrom launch.words import Failure, say\n\nsay(read(Failure))\n"
    text = bundle(write(tmp_path / "p", {"main": f'"""Say it."""\n\n{main}'}))
    assert "from launch import Failure, read, say\n" in text


def test_saving_shadows_nothing_that_it_has_of_launch() -> None:
    """One program has one set of names; whatever launch has by one of them is not what it means."""
    tree = ast.parse(SAVING, feature_version=(3, 8))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "launch"]
    borrowed = {alias.name for node in imports for alias in node.names}
    assert borrowed
    defined = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    assert not borrowed & defined
    there = {name for node in ast.parse(LAUNCH).body for name in bound(node) | imported_by(node)}
    assert borrowed <= there


def imported_by(node: ast.stmt) -> set[str]:
    return {alias.name for alias in node.names} if isinstance(node, ast.ImportFrom) else set()


def test_saving_needs_the_standard_library_alone() -> None:
    names = {str(node.module) for node in ast.walk(ast.parse(SAVING)) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= {"launch", *sys.stdlib_module_names}
