"""What the export writes for values, names and graphs; that a server reads it is shown in an image."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SERVICE = Path(__file__).parents[2] / "service"


@pytest.fixture(scope="module")
def cypher() -> ModuleType:
    spec = importlib.util.spec_from_file_location("neo4j_cypher", SERVICE / "cypher.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Place(tuple[float, ...]):
    """As the driver has a point."""

    srid = 4979


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (False, "false"),
        (-(2**63), "-9223372036854775808"),
        (0.1, "0.1"),
        (-0.0, "-0.0"),
        (5e-324, "5e-324"),
        (1e16, "1e+16"),
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        ("", "''"),
        ("it's", r"'it\'s'"),
        (r"\u0041", r"'\\u0041'"),
        ("a\n:begin\r\n\tb", r"'a\n:begin\r\n\tb'"),
        ("\0\x1b\x85\u2028", r"'\u0000\u001B\u0085\u2028'"),
        ("ü漢🎉", "'ü漢🎉'"),
        ([], "[]"),
        ([[1], ["a", False]], "[[1], ['a', false]]"),
        (Place((1.0, -0.0, 1e-300)), "point({srid: 4979, x: 1.0, y: -0.0, z: 1e-300})"),
        (Place((1.0, 2.0)), "point({srid: 4979, x: 1.0, y: 2.0})"),
    ],
)
def test_literal(cypher: ModuleType, value: object, expected: str) -> None:
    assert cypher.literal(value) == expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("DATE NOT NULL", "+12345-01-01", "date('+12345-01-01')"),
        ("LOCAL TIME NOT NULL", "12:00:00", "localtime('12:00:00')"),
        ("ZONED TIME NOT NULL", "12:00:00.5+05:30", "time('12:00:00.5+05:30')"),
        ("LOCAL DATETIME NOT NULL", "2020-01-01T00:00:00", "localdatetime('2020-01-01T00:00:00')"),
        ("ZONED DATETIME NOT NULL", "2020-01-01T00:00:00Z[UTC]", "datetime('2020-01-01T00:00:00Z[UTC]')"),
        ("DURATION NOT NULL", "P-1Y-2M3DT-5.000000001S", "duration('P-1Y-2M3DT-5.000000001S')"),
        ("LIST<DATE NOT NULL> NOT NULL", ["0001-01-01", "-0044-03-15"], "[date('0001-01-01'), date('-0044-03-15')]"),
        (
            "ZONED DATETIME NOT NULL",
            "1880-01-01T00:00:00+00:53:28[Europe/Berlin]",
            "datetime({datetime: localdatetime('1880-01-01T00:00:00'), timezone: 'Europe/Berlin'})",
        ),
        (
            "LIST<ZONED TIME NOT NULL> NOT NULL",
            ["01:00:00-01:02:03"],
            "[time({time: localtime('01:00:00'), timezone: '-01:02:03'})]",
        ),
    ],
)
def test_temporal(cypher: ModuleType, kind: str, value: Any, expected: str) -> None:
    assert cypher.value_of(kind, value) == expected


@pytest.mark.parametrize("value", [b"x", bytearray(b"x"), None, object(), [b"x"]])
def test_what_has_no_word(cypher: ModuleType, value: object) -> None:
    with pytest.raises(cypher.RefusedError, match="the property `a`: Cypher has no word for "):
        cypher.properties([["a", "", value]])


def test_what_an_import_has_left(cypher: ModuleType) -> None:
    with pytest.raises(cypher.RefusedError, match="`binder import`, which an import that was cut off has left"):
        cypher.properties([["binder import", "", 1]])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", "`a`"), ("a`b", "`a``b`"), (r"\u0060", r"`\u005Cu0060`"), ("a\n:begin\n", r"`a\u000A:begin\u000A`")],
)
def test_name(cypher: ModuleType, text: str, expected: str) -> None:
    assert cypher.name(text) == expected


def test_schema(cypher: ModuleType) -> None:
    told = cypher.made("CONSTRAINT", "a`b FOR", "CREATE CONSTRAINT `a``b FOR` FOR (n:`A`) REQUIRE (n.`x`) IS UNIQUE")
    assert told == "CREATE CONSTRAINT `a``b FOR` IF NOT EXISTS FOR (n:`A`) REQUIRE (n.`x`) IS UNIQUE;"
    told = cypher.made("INDEX", "i", "CREATE RANGE INDEX `i` FOR (n:`A`) ON (n.`x`)")
    assert told == "CREATE RANGE INDEX `i` IF NOT EXISTS FOR (n:`A`) ON (n.`x`);"
    with pytest.raises(cypher.RefusedError, match="the index `i` is written in a way that is not known"):
        cypher.made("INDEX", "i", "MAKE INDEX `i`")


@pytest.mark.parametrize(
    ("rows_at_most", "characters", "waiting", "most"), [(3, 9999, 99, 3), (99, 20, 99, 2), (9, 999, 30, 9)]
)
def test_batches(
    cypher: ModuleType, monkeypatch: pytest.MonkeyPatch, rows_at_most: int, characters: int, waiting: int, most: int
) -> None:
    """Every row once, those of a kind together and in order, and never many at once."""
    monkeypatch.setattr(cypher, "ROWS", rows_at_most)
    monkeypatch.setattr(cypher, "CHARACTERS", characters)
    monkeypatch.setattr(cypher, "WAITING", waiting)
    rows = [(number % 3 * (number % 2), f"{number:010}") for number in range(500)]
    made = [*cypher.batches(iter(rows))]
    for kind in range(3):
        wanted = [row for other, row in rows if other == kind]
        assert ",\n".join(told for other, told in made if other == kind).split(",\n") == wanted
    assert max(told.count(",\n") for _, told in made) == most - 1


def test_script(cypher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cypher, "REMOVED", 2)
    nodes = [(7, ["B", "A"], [["x", "", 1]]), (8, [], []), (9, ["A", "B"], [["d", "DATE NOT NULL", "2020-01-01"]])]
    told = [*cypher.script([], nodes, [(7, 9, "K", [["w", "", 0.5]])], "M")]
    assert told[3:-1] == [
        "UNWIND [\n{i: 7, p: {`x`: 1}},\n{i: 9, p: {`d`: date('2020-01-01')}}\n] AS row "
        "CREATE (n:`M`:`A`:`B` {`binder import`: row.i}) SET n += row.p;",
        "UNWIND [\n{i: 8, p: {}}\n] AS row CREATE (n:`M` {`binder import`: row.i}) SET n += row.p;",
        "UNWIND [\n{a: 7, b: 9, p: {`w`: 0.5}}\n] AS row MATCH (a:`M` {`binder import`: row.a}) "
        "MATCH (b:`M` {`binder import`: row.b}) CREATE (a)-[r:`K`]->(b) SET r = row.p;",
        *["MATCH (n:`M`) WITH n LIMIT 2 REMOVE n:`M` REMOVE n.`binder import`;"] * 2,
        "DROP CONSTRAINT `M` IF EXISTS;",
    ]


def test_caches_are_cleared(cypher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server keeps the plans of a thousand statements, none of which comes again."""
    monkeypatch.setattr(cypher, "ROWS", 1)
    told = [*cypher.script([], ((number, [], []) for number in range(60)), [], "M")]
    assert told.count("CALL db.clearQueryCaches();") == 60 // cypher.STATEMENTS + 1
