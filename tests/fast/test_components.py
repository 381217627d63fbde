"""Every component of the real catalogue, found by its folder: alone, in pairs, and all together."""

from __future__ import annotations

import itertools
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
import rattler
import yaml
from packaging.requirements import Requirement

from extensions import expressions, rendering
from extensions.answers import questions
from extensions.answers.given import check
from extensions.composition import Composition
from extensions.errors import BlocksError
from extensions.merge import environment_text
from extensions.text import slug
from tests import units
from tests.fast.conftest import ROOT, copier, tree
from tests.units import CATALOGUE, COMPONENTS, NAMES, WHOLE
from tools import contract

TOOLS = Path(sys.executable).parent
# Those that need no network.
LOCAL_EXAMPLES = [path for path in sorted(ROOT.glob("examples/*.yml")) if "imports" not in path.read_text()]
QUESTIONS = questions.read(ROOT)
ENVIRONMENT = expressions.make_environment(CATALOGUE)
EVALUATE = expressions.evaluator(ENVIRONMENT)


def composition(*asked: str) -> Composition:
    """Composed in process, with the default of every question."""
    given = {"course_name": "A course", "components": [*asked]}
    answers, _ = questions.complete(QUESTIONS, given, EVALUATE)
    return rendering.compose(CATALOGUE, answers, ENVIRONMENT)


def own_questions(name: str) -> questions.Questions:
    """What the component's questions.yml asks."""
    path = COMPONENTS[name].folder / "questions.yml"
    return yaml.safe_load(path.read_text()) or {} if path.is_file() else {}


def check_answer(name: str, value: object) -> None:
    check({name: value}, {}, CATALOGUE, QUESTIONS, EVALUATE, is_final=False)


REFUSED = [
    (name, answer, message)
    for component in NAMES
    for name, messages in units.cases(component).get("refused", {}).items()
    for message, answers in messages.items()
    for answer in answers
]
TAKEN = [
    (name, answer)
    for component in NAMES
    for name, answers in units.cases(component).get("taken", {}).items()
    for answer in answers
]


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_answers_that_would_fail_in_the_build_are_refused(name: str, value: object, message: str) -> None:
    with pytest.raises(BlocksError) as refused:
        check_answer(name, value)
    assert str(refused.value).startswith(f"{name}: {message}")


@pytest.mark.parametrize(("name", "value"), TAKEN)
def test_answers_that_servers_take_are_taken(name: str, value: object) -> None:
    check_answer(name, value)


@pytest.mark.parametrize("name", [name for name in NAMES if units.cases(name)])
def test_cases_can_be_read(name: str) -> None:
    """A key that nothing reads would be a test that never fails."""
    cases = units.cases(name)
    assert cases.keys() <= units.KEYS
    assert cases.get("class") in ("A", "B", "C")
    asked = own_questions(name)
    assert {*cases.get("refused", {}), *cases.get("taken", {}), *units.seeds(name).get("answers", {})} <= asked.keys()
    assert units.seeds(name).keys() <= units.SEED_KEYS
    if units.seeds(name):
        assert units.has_service(name)
        assert "question" in cases, "a service with seeds is asked for what it has loaded"
    assert all({*one} - {"bash", "python"} == {"says"} and len(one) == 2 for one in units.seeds(name).get("asked", ()))
    assert all({*one} == {"text", "says"} for one in units.seeds(name).get("broken", {}).values())


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("TM351 Data management & analysis", "tm351-data-management-analysis"),
        ("Café – données", "cafe-donnees"),  # noqa: RUF001
        ("Straße", "strasse"),
        ("Course #1 + more", "course-1-more"),
        ("C", "c"),
    ],
)
def test_folder_of_a_name_in_latin_letters(name: str, folder: str) -> None:
    assert slug(name) == folder


@pytest.mark.parametrize(
    "names",
    [("C", "C++", "C#"), ("数据库", "统计", "course"), ("Δίκτυα 1", "Γλώσσα 1", "1"), ("Łódź", "odz"), ("🐍", "🐘")],
)
def test_other_courses_have_other_folders(names: tuple[str, ...]) -> None:
    folders = {slug(name) for name in names}
    assert len(folders) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", folder) for folder in folders)


@pytest.mark.parametrize("pair", list(itertools.combinations(WHOLE, 2)), ids="+".join)
def test_every_pair_composes(pair: tuple[str, str]) -> None:
    if any(other in COMPONENTS[name].conflicts for name, other in (pair, pair[::-1])):
        pytest.skip("they exclude each other")
    composed = composition(*pair)
    composed.check()
    assert composed.clashes == []


TRIPLES = [tuple(random.Random(number).sample(WHOLE, 3)) for number in range(200)]


def test_sampled_triples_compose() -> None:
    """Two hundred, the same ones each time."""
    for triple in TRIPLES:
        if any(other in COMPONENTS[name].conflicts for name in triple for other in triple):
            continue
        composed = composition(*triple)
        composed.check()
        assert composed.clashes == [], triple


@pytest.mark.parametrize("name", WHOLE)
def test_every_line_can_be_read_by_its_own_tool(name: str) -> None:
    environment = composition(name).environment
    written = yaml.safe_load(environment_text.render(environment))
    for line in written["dependencies"]:
        if isinstance(line, dict):
            for requirement in line["pip"]:
                Requirement(requirement)
        else:
            rattler.MatchSpec(line)


@pytest.mark.parametrize("name", units.FOLDERS)
def test_contract(name: str) -> None:
    """A requirement that is not there is the matter of `test_what_a_component_requires_is_there`."""
    found = [line for line in contract.mistakes(units.FOLDERS[name]) if contract.NO_SUCH not in line]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def scripts(root: Path) -> list[Path]:
    """Files whose first line names bash or sh."""
    found = [path for path in sorted(root.rglob("*")) if path.is_file() and ".git" not in path.parts]
    return [path for path in found if re.match(rb"#!.*\b(ba)?sh\b|# shellcheck shell=", path.read_bytes()[:80])]


@pytest.fixture(scope="module")
def everything(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = tmp_path_factory.mktemp("everything") / "course"
    answers = ["--data", f"components=[{', '.join(WHOLE)}]"]
    result = copier("copy", "--trust", "--defaults", *answers, catalogue, course)
    assert result.returncode == 0, result.stderr
    return course


def test_generated_scripts_are_clean(everything: Path) -> None:
    found = scripts(everything)
    assert len(found) > 10
    subprocess.run([TOOLS / "shellcheck", "--external-sources", *found], check=True)
    subprocess.run([TOOLS / "shfmt", "--indent", "2", "--case-indent", "--diff", *found], check=True)


def test_repo2docker_accepts_everything(everything: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from repo2docker.buildpacks import CondaBuildPack

    monkeypatch.chdir(everything)
    pack = CondaBuildPack("base")
    assert pack.detect()
    assert pack.python_version == "3.13"
    assert pack.get_post_build_scripts() == ["binder/postBuild"]
    assert pack.get_start_script().endswith("binder/start")
    named = " ".join(script for _, script in pack.get_preassemble_scripts() if "apt-get install" in script).split()
    listed = [line.partition("#")[0].split() for line in Path("binder/apt.txt").read_text().splitlines()]
    packages = {package for line in listed for package in line}
    assert packages
    assert packages <= {*named}


@pytest.mark.parametrize("path", LOCAL_EXAMPLES, ids=lambda path: path.name)
def test_example_course_twice_gives_the_same_bytes(path: Path, catalogue: Path, tmp_path: Path) -> None:
    units.require(units.example(path))
    for name in ("one", "two"):
        answers = ["--data-file", catalogue / "examples" / path.name]
        result = copier("copy", "--trust", "--defaults", *answers, catalogue, tmp_path / name)
        assert result.returncode == 0, result.stderr
    assert tree(tmp_path / "one") == tree(tmp_path / "two") != {}


@pytest.mark.parametrize("name", NAMES)
def test_what_a_component_requires_is_there(name: str) -> None:
    """Skipped where it has been removed, so that what is left can be tested; in CI that is a failure."""
    if names := units.missing([name]):
        reason = f"components/{name} requires {', '.join(names)}: remove it too, or what it requires"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
