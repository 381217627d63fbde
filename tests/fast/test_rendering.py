"""The pure function against real Copier: the same files, bytes and run bits, for the same answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier._jinja_ext import YieldExtension, get_yield_context
from jinja2 import TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from extensions.catalogue.manifest import read_catalogue
from extensions.compiled import keep_compiled
from extensions.errors import BlocksError
from extensions.rendering import ANSWERS_FILE, render
from tests import units
from tests.fast.conftest import ROOT, copier, tree
from tests.units import CATALOGUE

EVERYTHING: dict[str, Any] = {"components": units.WHOLE, **units.delivered(sorted(units.OUTPUTS))}


def examples() -> list[Path]:
    """Those that need no network."""
    return [path for path in sorted((ROOT / "examples").glob("*.yml")) if "imports" not in path.read_text()]


@pytest.mark.parametrize(
    "answers",
    [{}, {"components": EVERYTHING["components"]}, *(yaml.safe_load(path.read_text()) for path in examples())],
    ids=["nothing", "components", *(path.stem for path in examples())],
)
def test_copier_writes_what_is_rendered(answers: dict[str, Any], catalogue: Path, tmp_path: Path) -> None:
    assert_same(answers, catalogue, tmp_path)


@pytest.mark.parametrize("name", EVERYTHING["outputs"])
def test_copier_writes_what_is_rendered_for_an_output(name: str, catalogue: Path, tmp_path: Path) -> None:
    answers = {"components": EVERYTHING["components"], "binder_dir": ".binder", **units.delivered([name])}
    assert_same(answers, catalogue, tmp_path)


def assert_same(answers: dict[str, Any], catalogue: Path, folder: Path) -> None:
    units.require(answers.get("components", ()))
    (folder / "answers.yml").write_text(yaml.safe_dump(answers))
    course = folder / "course"
    done = copier("copy", "--trust", "--defaults", "--data-file", folder / "answers.yml", catalogue, course)
    assert done.returncode == 0, done.stderr
    rendered = render(CATALOGUE, {"_src_path": str(catalogue), **answers})
    assert {path: data for path, (data, _) in rendered.items()} == tree(course)
    bits = {path: os.access(course / path, os.X_OK) for path in rendered}
    assert {path: bit for path, (_, bit) in rendered.items()} == bits


def test_an_answers_file_gives_its_own_course_again() -> None:
    first = render(CATALOGUE, {"components": units.SERVICES[:1], "course_name": "Ä: 'b'"})
    again = render(CATALOGUE, yaml.safe_load(first[ANSWERS_FILE][0]))
    assert again == first


def test_wrong_answers_are_refused_in_one_line() -> None:
    with pytest.raises(BlocksError, match=r"^python_version: must be one of"):
        render(CATALOGUE, {"python_version": "2.7"})


def test_needs_neither_copier_nor_processes(tmp_path: Path) -> None:
    """As in a browser: no Copier to import, nothing to start."""
    (tmp_path / "copier.py").write_text("raise ImportError('copier')\n")
    program = (
        "import sys, subprocess; subprocess.Popen = None; sys.path[:0] = sys.argv[1:3]; from pathlib import Path\n"
        "from extensions.catalogue.manifest import read_catalogue; from extensions.rendering import render\n"
        f"print(len(render(read_catalogue(Path(sys.argv[2])), {{'components': {units.WHOLE}}})))"
    )
    command = [sys.executable, "-c", program, str(tmp_path), str(ROOT)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30


def test_reads_nothing_but_the_catalogue(tmp_path: Path) -> None:
    """From another folder, and from a catalogue that stands elsewhere, the same bytes."""
    elsewhere = tmp_path / "elsewhere"
    for folder in ("components", "diagnosis", "fleet", "launch", "outputs", "saving", "seeding", "template"):
        if (ROOT / folder).is_dir():
            shutil.copytree(ROOT / folder, elsewhere / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "copier.yml", elsewhere)
    assert render(read_catalogue(elsewhere), EVERYTHING) == render(CATALOGUE, EVERYTHING)


def test_a_source_is_compiled_once_and_a_yield_is_of_its_rendering() -> None:
    """Leans on three things of Copier's: it renders through `compile`, `preprocess` starts a yield anew, and what is
    looped over is noted when a source is rendered, not when it is parsed."""
    environment = SandboxedEnvironment(extensions=[YieldExtension])
    sources: list[str] = []
    compile_anew = environment.compile

    def counted(source: Any, *arguments: Any) -> Any:
        sources.append(source)
        return compile_anew(source, *arguments)

    environment.compile = counted  # type: ignore[method-assign, assignment]
    keep_compiled(environment)
    loop = "{% yield word from words %}{{ word }}{% endyield %}"
    for words in (["a"], ["b"]):
        assert environment.from_string(loop).render(words=words) == ""
        assert get_yield_context(environment).yield_iterable == words
        assert environment.from_string("{{ words | length }} of them").render(words=words) == "1 of them"
        assert get_yield_context(environment).yield_name is None
    assert sources == [loop, "{{ words | length }} of them"]


@pytest.mark.parametrize("options", [{}, {"keep_trailing_newline": True}, {"line_statement_prefix": "%"}])
@pytest.mark.parametrize(
    "source", ["str", "", "a\n", "a\r\n", "} }} %}", "{", "% if x", "{{ x }}", "{# x #}", "{% raw %}{{{% endraw %}"]
)
def test_a_source_that_is_no_template_is_its_text(source: str, options: dict[str, Any]) -> None:
    keeping = SandboxedEnvironment(**options)
    keep_compiled(keeping)

    def rendered(environment: SandboxedEnvironment) -> str:
        try:
            return environment.from_string(source).render(x="1")
        except TemplateSyntaxError as error:
            return repr(error)

    assert rendered(keeping) == rendered(SandboxedEnvironment(**options))
