"""Every component of the real catalogue, found by its folder: alone, in pairs, and taken away."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import rattler
import yaml
from jinja2 import Environment
from packaging.requirements import Requirement

from extensions.answers.given import check
from extensions.catalogue.manifest import read_catalogue
from extensions.catalogue.selection import select
from extensions.composition import Composition
from extensions.errors import BlocksError
from extensions.merge import environment_text
from extensions.text import slug
from tests.fast.conftest import ROOT, copier, tree

CATALOGUE = read_catalogue(ROOT)
NAMES = sorted(CATALOGUE)
TOOLS = Path(sys.executable).parent


def composition(*asked: str, **answers: Any) -> Composition:
    """Composed in process, with the defaults of every question that is not answered."""
    components = tuple(select(asked, CATALOGUE))
    environment = Environment(keep_trailing_newline=True, autoescape=False)
    given: dict[str, Any] = {
        "course_name": "A course",
        "course_slug": slug("A course"),
        "components": list(asked),
        "installed": [component.name for component in components],
        "python_version": "3.13",
        "binder_dir": "binder",
        "keep_data": "image",
        **answers,
    }
    for component in components:
        for name, question in questions(component.folder).items():
            default = question.get("default")
            given.setdefault(
                name, environment.from_string(default).render(given) if isinstance(default, str) else default
            )
    return Composition(asked, components, given, lambda text, where: environment.from_string(text).render(given))


def questions(folder: Path) -> Mapping[str, Any]:
    path = folder / "questions.yml"
    return yaml.safe_load(path.read_text()) or {} if path.is_file() else {}


def check_answer(name: str, value: object) -> None:
    check({name: value}, CATALOGUE, lambda text, data: Environment(autoescape=False).from_string(text).render(data))


LIST = "must be a list of texts, such as ["


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("postgres_db", "", "must not be empty"),
        ("postgres_db", "a=b", "must have neither '=' nor '://'"),
        ("postgres_db", "postgresql://a", "must have neither '=' nor '://'"),
        ("postgres_user", "", "must not be empty"),
        ("postgres_user", "pg_me", "PostgreSQL keeps this name for itself"),
        ("postgres_user", "none", "PostgreSQL keeps this name for itself"),
        ("postgres_password", "", "must not be empty"),
        ("mongodb_db", "", "must not be empty"),
        *(
            ("mongodb_db", f"my{letter}course", 'must not be empty, nor have a space or one of ./\\"$')
            for letter in ' ./\\"$'
        ),
        ("neo4j_heap", 127, "at least 128 MB"),
        ("course_packages_conda", {"numpy": "1.26"}, LIST),
        ("course_packages_pip", {"requests": "==2.0"}, LIST),
        ("course_packages_apt", "{graphviz: 1}", LIST),
        ("course_packages_late", "tool", LIST),
    ],
)
def test_answers_that_would_fail_in_the_build_are_refused(name: str, value: object, message: str) -> None:
    with pytest.raises(BlocksError) as refused:
        check_answer(name, value)
    assert str(refused.value).startswith(f"{name}: {message}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("postgres_db", text) for text in ('Kurs Ä "q"', "O'Brien", "26")),
        *(("postgres_user", text) for text in ("pgadmin", "Ö ä", 26)),
        *(("mongodb_db", text) for text in ("course-26", "Übung", 26)),
        ("course_packages_conda", "[numpy, 'pandas>=2']"),
    ],
)
def test_answers_that_servers_take_are_taken(name: str, value: object) -> None:
    check_answer(name, value)


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


@pytest.mark.parametrize("pair", list(itertools.combinations(NAMES, 2)), ids="+".join)
def test_every_pair_composes(pair: tuple[str, str]) -> None:
    if any(other in CATALOGUE[name].conflicts for name, other in (pair, pair[::-1])):
        pytest.skip("they exclude each other")
    composed = composition(*pair)
    composed.check()
    assert composed.clashes == []


@pytest.mark.parametrize("name", NAMES)
def test_every_line_can_be_read_by_its_own_tool(name: str) -> None:
    environment = composition(name).environment
    written = yaml.safe_load(environment_text.render(environment))
    for line in written["dependencies"]:
        if isinstance(line, dict):
            for requirement in line["pip"]:
                Requirement(requirement)
        else:
            rattler.MatchSpec(line)


@pytest.mark.parametrize("name", NAMES)
def test_conventions(name: str) -> None:
    folder = CATALOGUE[name].folder
    readmes = [path for path in (folder / "README.md", folder / "README.md.jinja") if path.is_file()]
    assert len(readmes) == 1, "a component has one README"
    text = readmes[0].read_text()
    assert len(text.splitlines()) <= 40
    assert not re.search(r"^##? ", text, flags=re.MULTILINE), "headings start at ###: the README becomes a section"
    for question, keys in questions(folder).items():
        assert question.startswith(CATALOGUE[name].prefix)
        assert f"'{name}' in installed" in str(keys.get("when")), f"{question} is asked of everybody"
        assert "default" in keys, f"{question} has no default"
        assert "help" in keys
    if (folder / "service").is_dir():
        for script in ("run", "ready"):
            assert os.access(folder / "service" / script, os.X_OK), script
        assert (folder / "verify").is_file()
        assert CATALOGUE[name].memory, "a service states its memory"
        assert CATALOGUE[name].ports, "a service states its port"


def scripts(root: Path) -> list[Path]:
    """Files whose first line names bash or sh."""
    found = [path for path in sorted(root.rglob("*")) if path.is_file() and ".git" not in path.parts]
    return [path for path in found if re.match(rb"#!.*\b(ba)?sh\b|# shellcheck shell=", path.read_bytes()[:80])]


@pytest.fixture(scope="module")
def everything(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = tmp_path_factory.mktemp("everything") / "course"
    answers = ["--data", f"components=[{', '.join(NAMES)}]"]
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
    assert any("apt-get install" in script and " postgresql " in script for _, script in pack.get_preassemble_scripts())


def test_example_course_twice_gives_the_same_bytes(catalogue: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        answers = ["--data-file", catalogue / "examples/tm351.yml"]
        result = copier("copy", "--trust", "--defaults", *answers, catalogue, tmp_path / name)
        assert result.returncode == 0, result.stderr
    assert tree(tmp_path / "one") == tree(tmp_path / "two") != {}


@pytest.mark.parametrize("name", NAMES)
def test_removing_a_component_touches_one_folder(name: str, tmp_path: Path) -> None:
    """Without the folder all components compose that do not require it."""
    shutil.copytree(ROOT / "components", tmp_path / "components", ignore=shutil.ignore_patterns(name))
    rest = read_catalogue(tmp_path)
    assert name not in rest
    orphans = {other for other in NAMES if name in [component.name for component in select([other], CATALOGUE)]}
    remaining = sorted(set(NAMES) - orphans)
    assert [component.name for component in select(remaining, rest)] == [
        component.name for component in select(remaining, CATALOGUE)
    ]


def test_copy_without_one_component(catalogue: Path, tmp_path: Path) -> None:
    """The same through Copier: no list names it anywhere."""
    root = tmp_path / "catalogue"
    shutil.copytree(catalogue, root, ignore=shutil.ignore_patterns("__pycache__", "postgres"))
    result = copier("copy", "--trust", "--defaults", "--data", "components=[mongodb]", root, tmp_path / "course")
    assert result.returncode == 0, result.stderr
    result = copier("copy", "--trust", "--defaults", "--data", "components=[postgres]", root, tmp_path / "other")
    assert "there is no component 'postgres'" in result.stderr
