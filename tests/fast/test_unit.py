"""What a component's manifest may say, and what becomes of it: one table for each rule."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from extensions import expressions, reach, rendering
from extensions.answers import choices, questions
from extensions.catalogue.manifest import read_catalogue, read_unit
from extensions.catalogue.provided import by_interface
from extensions.catalogue.units import ANY_JAVA, CATEGORIES, Catalogue, Component, Java
from extensions.errors import BlocksError
from extensions.merge import apt
from extensions.model import Fragment
from tests.fast.conftest import MakeCatalogue, commit, committed_course, copier, manifest, write_units
from tests.units import COMPONENTS, WHOLE


def read(tmp_path: Path, **keys: object) -> Component:
    write_units(tmp_path, {"alpha/component.yml": manifest("Alpha", **keys)})
    return read_unit(Component, tmp_path / "alpha")


READ: dict[str, tuple[str, str, dict[str, Any]]] = {
    "category": ("category", "database-tools", {"category": "database-tools"}),
    "port": ("ports", "{a: 1}", {"ports": {"a": 1}, "reachable": ()}),
    "reachable port": (
        "ports",
        "{a: 1, b: {port: 2, reachable: true}}",
        {"ports": {"a": 1, "b": 2}, "reachable": ("b",)},
    ),
    "port that is not": ("ports", "{a: {port: 1, reachable: false}, b: {port: 2}}", {"reachable": ()}),
    "floor and ceiling": ("java", "{least: 11, most: 17}", {"java": Java(11, 17)}),
    "floor": ("java", "{least: 11}", {"java": Java(11, 0)}),
    "ceiling": ("java", "{most: 17}", {"java": Java(0, 17)}),
    "one version": ("java", "{least: 17, most: 17}", {"java": Java(17, 17)}),
    "starts": ("starts", "{commands: [a b, c]}", {"starts": {"commands": ["a b", "c"]}}),
    "text": ("provides", "{sql: 'x://$A'}", {"provides": {"sql": "x://$A"}}),
    "number": ("provides", "{java: 21}", {"provides": {"java": 21}}),
    "mapping": ("provides", "{web: {name: A, path: a/}}", {"provides": {"web": {"name": "A", "path": "a/"}}}),
}


@pytest.mark.parametrize(("key", "text", "expected"), READ.values(), ids=READ)
def test_what_is_read(tmp_path: Path, key: str, text: str, expected: dict[str, Any]) -> None:
    component = read(tmp_path, **{key: text})
    assert {name: getattr(component, name) for name in expected} == expected


def test_what_is_not_said(tmp_path: Path) -> None:
    component = read(tmp_path)
    assert (component.java, component.ports, component.reachable, component.provides) == (ANY_JAVA, {}, (), {})


REFUSED = {
    "category": (
        "category",
        ["c", "Databases", "[databases]", "''", "1"],
        "'category' must be one of stacks, databases, ",
    ),
    "ports": (
        "ports",
        [
            "[1]",
            "{a: 0}",
            "{a: 65536}",
            "{a: '1'}",
            "{a: true}",
            "{1: 2}",
            "{a: {reachable: true}}",
            "{a: {port: 1, reachable: 1}}",
            "{a: {port: 1, open: true}}",
            "{a: {port: {port: 1}}}",
        ],
        "'ports' must be a mapping of labels to port numbers, or to {port: NUMBER, reachable: true}",
    ),
    "java": (
        "java",
        ["17", "{}", "{least: '17'}", "{most: 0}", "{least: 21, most: 17}", "{lowest: 17}", "{least: true}", "[17]"],
        "'java' must be a mapping with a lowest and a highest major version, such as {least: 11, most: 17}",
    ),
    "starts": (
        "starts",
        ["[a]", "{}", "{images: [a]}", "{commands: []}", "{commands: a}", "{commands: [1]}", "{services: ['a;b']}"],
        "'starts' must be a mapping with lists, such as {commands: [pg_ctl start], services: [postgresql]}",
    ),
    "provides": (
        "provides",
        [
            "[sql]",
            "sql",
            "{SQL: x}",
            "{sql: ''}",
            "{sql: $(date)}",
            "{sql: [x]}",
            "{web: {}}",
            "{web: {name: 'a\"'}}",
            "{a: ~}",
        ],
        "'provides' must be a mapping of interfaces to text, numbers or mappings",
    ),
}


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [(key, text, message) for key, texts, message in REFUSED.values() for text in texts],
)
def test_what_is_refused(tmp_path: Path, key: str, text: str, message: str) -> None:
    with pytest.raises(BlocksError, match=r"^components/alpha/component\.yml:\d: ") as refused:
        read(tmp_path, **{key: text})
    assert message in str(refused.value)


OFFERED = {
    "stack/component.yml": manifest("A stack", category="stacks", requires="[store, proxy]"),
    "store/component.yml": manifest("Store", category="databases", memory=20),
    "proxy/component.yml": manifest("Proxy", category="helpers", formerly="[tunnel]"),
    "editor/component.yml": manifest("Editor", category="editors"),
    "old/component.yml": manifest("Old", category="stacks", retired="use store instead"),
    "slides/component.yml": manifest("Slides", category="teaching"),
}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([], ["stack", "store", "editor", "slides", "old"]),
        (["proxy"], ["stack", "store", "editor", "slides", "proxy", "old"]),
        (["tunnel", "store"], ["stack", "store", "editor", "slides", "old", "tunnel"]),
    ],
)
def test_what_is_offered(make_catalogue: MakeCatalogue, asked: list[str], expected: list[str]) -> None:
    offered = yaml.safe_load(choices.components(read_catalogue(make_catalogue(OFFERED)), asked))
    assert [*offered.values()] == expected
    assert [*offered][:2] == ["  20 MB  Stacks: A stack (S)", "  20 MB  Databases: Store (S)"]
    assert "         Authoring and teaching: Slides (S)" in offered
    assert ("         Helpers: Proxy (S)" in offered) == ("proxy" in asked)


def test_every_category_is_offered_under_its_caption() -> None:
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", key) for key in CATEGORIES)
    assert len({*CATEGORIES.values()}) == len(CATEGORIES)


def test_a_helper_that_is_asked_for_stays_asked_for(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """Given with --data, kept in the answers file, and there after an update that asks nothing."""
    root = make_catalogue({**OFFERED, "proxy/apt.txt": "libproxy\n"})
    course = committed_course(root, tmp_path / "course", "components=[proxy, store]")
    commit(root, "1.1.0")
    result = copier("update", "--trust", "--defaults", "--data=keep_data=home", course)
    assert result.returncode == 0, result.stderr
    assert yaml.safe_load((course / ".copier-answers.yml").read_text())["components"] == ["store", "proxy"]
    assert "libproxy" in (course / "binder/apt.txt").read_text()


def test_what_is_reachable(tmp_path: Path) -> None:
    ports = "{alpha: {port: 1, reachable: true}, b c: {port: 2, reachable: true}, page: 3}"
    found = reach.ports([read(tmp_path, ports=ports, category="messaging")])
    assert [(port.title, port.number, port.variable) for port in found] == [
        ("Alpha", 1, "COURSE_ALPHA_PORT"),
        ("Alpha (b c)", 2, "COURSE_ALPHA_B_C_PORT"),
    ]


PROVIDERS = {
    "rows/component.yml": manifest("Rows", provides="{sql: 'rows://$ROWS_DB', web: {name: Rows, path: rows/}}"),
    "lines/component.yml": manifest("Lines", provides="{sql: 'lines://'}"),
    "reader/component.yml": manifest("Reader", after="[rows]"),
    "reader/files/found.txt.jinja": "{% for one in provided.sql %}{{ one.component }}={{ one.value }}\n{% endfor %}"
    "{% for one in provided.web %}{{ one.value.name }} at {{ one.value.path }}\n{% endfor %}",
}


@pytest.mark.parametrize(
    ("components", "found"),
    [
        (["reader"], None),
        (["reader", "rows"], "rows=rows://$ROWS_DB\nRows at rows/\n"),
        (["reader", "rows", "lines"], "lines=lines://\nrows=rows://$ROWS_DB\nRows at rows/\n"),
    ],
)
def test_what_is_provided(make_catalogue: MakeCatalogue, components: list[str], found: str | None) -> None:
    """A component finds the others by what they provide; so does whoever reads report.json."""
    catalogue = read_catalogue(make_catalogue(PROVIDERS))
    answers = {"course_name": "A course", "components": components, "python_version": "3.13"}
    files = rendering.render(catalogue, answers)
    assert files.get("found.txt") == (None if found is None else (found.encode(), False))
    report = json.loads(files["binder/report.json"][0])["provides"]
    assert [one["component"] for one in report.get("sql", ())] == [
        name for name in ("lines", "rows") if name in components
    ]


def composition_of(catalogue: Catalogue, name: str) -> Any:
    environment = expressions.make_environment(catalogue)
    given = {"course_name": "A course", "components": [name]}
    answers, _ = questions.complete(questions.read(catalogue.root), given, expressions.evaluator(environment))
    return rendering.compose(catalogue, answers, environment)


@pytest.mark.parametrize("name", [name for name in WHOLE if COMPONENTS[name].provides])
def test_variables_of_what_is_provided_are_there(name: str, catalogue: Path) -> None:
    composed = composition_of(read_catalogue(catalogue), name)
    there = {entry.name for entry in composed.env.entries}
    values = json.dumps(by_interface([COMPONENTS[name]]))
    assert {*re.findall(r"\$\{?([A-Za-z_]\w*)", values)} <= there


def test_a_name_that_carries_a_version_of_the_base() -> None:
    """apt-get takes a name with dots for an expression where there is no such package; repo2docker lets it pass."""
    line = "postgresql-..-pgvector  # the base's PostgreSQL"
    merged = apt.merge([Fragment("vectors", "components/vectors/apt.txt", line + "\n")])
    assert not merged.findings
    assert apt.render_sources(merged) == "postgresql-..-pgvector  # vectors (the base's PostgreSQL)\n"
    assert apt.render_names(merged) == "postgresql-..-pgvector\n"
    assert re.match(r"^[a-z0-9.+-]+", line), "repo2docker's own test of a line"


@pytest.mark.parametrize("name", ["README.md", "questions.yml", "tests.yml", "proof.yml", "tests/fast/test_it.py"])
def test_a_file_about_a_component_is_not_copied(make_catalogue: MakeCatalogue, name: str) -> None:
    files = {"alpha/component.yml": manifest("Alpha"), f"alpha/{name}": "# about: it\n"}
    catalogue = read_catalogue(make_catalogue(files))
    answers = {"course_name": "A course", "components": ["alpha"], "python_version": "3.13"}
    with_it = {*rendering.render(catalogue, answers)}
    (catalogue.components["alpha"].folder / name).unlink()
    assert {*rendering.render(catalogue, answers)} == with_it
