"""A graph as statements of Cypher, which `load` and cypher-shell read into another one.

    script(schema, nodes, relationships, mark) -> its statements, a line or more each

- schema: (kind, name, statement) of each constraint and index, as SHOW has them; made where they are not there yet
- nodes: (id, labels, properties); relationships: (id of its start, id of its end, type, properties)
- properties: [name, type, value]; a temporal value is the server's own text for it, and its type says which it is
- nodes find each other by the label `mark`, of this one script, and the property IMPORT, which are gone at its end;
  what a run that was cut off has left under that label is removed first
- many rows in one statement, but none so long that planning it needs a server's memory, nor kept for the next time
- no line break in a text or a name: `load` takes lines that begin with a colon for commands
- RefusedError: what Cypher has no word for, and what would not come back
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

Property = Sequence[Any]
Node = tuple[int, Sequence[str], Sequence[Property]]
Relationship = tuple[int, int, str, Sequence[Property]]
K = TypeVar("K")

IMPORT = "binder import"
ROWS, CHARACTERS, WAITING, STATEMENTS, REMOVED = 50, 20_000, 20_000, 25, 10_000
FUNCTIONS = {
    "DATE": "date",
    "LOCAL TIME": "localtime",
    "ZONED TIME": "time",
    "LOCAL DATETIME": "localdatetime",
    "ZONED DATETIME": "datetime",
    "DURATION": "duration",
}
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
# Texts of before time zones, with seconds, are those that the server writes and does not read
SECONDS = re.compile(r"(?P<local>.+)(?P<offset>[+-]\d\d:\d\d:\d\d)(\[(?P<zone>.+)\])?")


class RefusedError(Exception):
    """With the reason."""


def name(text: str) -> str:
    """Of a label, a type or a property. Between backticks nothing escapes but \\u, which is read before all else."""
    text = CONTROL.sub(escape, text.replace("\\", r"\u005C"))
    return f"`{text.replace('`', '``')}`"


def quoted(text: str) -> str:
    text = text.replace("\\", r"\\").replace("'", r"\'").replace("\n", r"\n").replace("\r", r"\r").replace("\t", r"\t")
    return f"'{CONTROL.sub(escape, text)}'"


def escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04X}"


def literal(value: Any) -> str:
    """Of what the driver gives for a value that is not temporal."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return repr(value)
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if hasattr(value, "srid"):
        places = ", ".join(f"{axis}: {place!r}" for axis, place in zip("xyz", value, strict=False))
        return f"point({{srid: {value.srid}, {places}}})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    kind = "bytes" if isinstance(value, bytes | bytearray) else type(value).__name__
    raise RefusedError(f"Cypher has no word for {kind}")


def temporal(kind: str, text: str) -> str:
    function = FUNCTIONS[kind]
    if function in ("time", "datetime") and (match := SECONDS.fullmatch(text)):
        zone = quoted(match["zone"] or match["offset"])
        return f"{function}({{{function}: local{function}({quoted(match['local'])}), timezone: {zone}}})"
    return f"{function}({quoted(text)})"


def value_of(kind: str, value: Any) -> str:
    if not kind:
        return literal(value)
    inner = kind.removeprefix("LIST<").partition(" NOT NULL")[0]
    if kind.startswith("LIST<"):
        return f"[{', '.join(temporal(inner, one) for one in value)}]"
    return temporal(inner, value)


def properties(found: Iterable[Property]) -> str:
    told = []
    for key, kind, value in sorted(found, key=lambda one: str(one[0])):
        if key == IMPORT:
            raise RefusedError(f"there is a property {name(key)}, which an import that was cut off has left")
        try:
            told.append(f"{name(key)}: {value_of(kind, value)}")
        except RefusedError as error:
            raise RefusedError(f"the property {name(key)}: {error}") from None
    return f"{{{', '.join(told)}}}"


def batches(rows: Iterable[tuple[K, str]]) -> Iterator[tuple[K, str]]:
    """Rows of one kind together, as the items of a list."""
    waiting: dict[K, list[str]] = {}
    count = 0
    for kind, row in rows:
        group = waiting.setdefault(kind, [])
        group.append(row)
        count += 1
        if len(group) >= ROWS or sum(map(len, group)) >= CHARACTERS:
            count -= len(group)
            yield kind, ",\n".join(waiting.pop(kind))
        elif count >= WAITING:
            yield from ((kind, ",\n".join(group)) for kind, group in waiting.items())
            waiting, count = {}, 0
    yield from ((kind, ",\n".join(group)) for kind, group in waiting.items())


def made(kind: str, title: str, statement: str) -> str:
    """Where there is none of that name yet."""
    told = title.replace("`", "``")
    match = re.match(rf"CREATE ([A-Z]+ )*{kind} `{re.escape(told)}`(?= )", statement)
    if not match:
        raise RefusedError(f"the {kind.lower()} {name(title)} is written in a way that is not known")
    start = match[0][: -len(told) - 2]
    return f"{start}{name(title)} IF NOT EXISTS{CONTROL.sub(escape, statement[match.end() :])};"


def script(
    schema: Iterable[tuple[str, str, str]], nodes: Iterable[Node], relationships: Iterable[Relationship], mark: str
) -> Iterator[str]:
    label, key = name(mark), name(IMPORT)
    count = 0

    def rows() -> Iterator[tuple[tuple[str, ...], str]]:
        nonlocal count
        for number, labels, found in nodes:
            count += 1
            yield tuple(sorted(labels)), f"{{i: {number}, p: {properties(found)}}}"

    def ties() -> Iterator[tuple[str, str]]:
        for start, end, kind, found in relationships:
            yield kind, f"{{a: {start}, b: {end}, p: {properties(found)}}}"

    yield from (made(*one) for one in schema)
    yield f"CREATE CONSTRAINT {label} IF NOT EXISTS FOR (n:{label}) REQUIRE n.{key} IS UNIQUE;"
    yield f"MATCH (n:{label}) DETACH DELETE n;"
    yield "CALL db.awaitIndexes(300);"
    for number, (labels, told) in enumerate(batches(rows()), start=1):
        all_labels = "".join(f":{name(one)}" for one in (mark, *labels))
        yield f"UNWIND [\n{told}\n] AS row CREATE (n{all_labels} {{{key}: row.i}}) SET n += row.p;"
        if not number % STATEMENTS:
            yield "CALL db.clearQueryCaches();"
    for number, (kind, told) in enumerate(batches(ties()), start=1):
        ends = f"MATCH (a:{label} {{{key}: row.a}}) MATCH (b:{label} {{{key}: row.b}})"
        yield f"UNWIND [\n{told}\n] AS row {ends} CREATE (a)-[r:{name(kind)}]->(b) SET r = row.p;"
        if not number % STATEMENTS:
            yield "CALL db.clearQueryCaches();"
    for _ in range(0, count, REMOVED):
        yield f"MATCH (n:{label}) WITH n LIMIT {REMOVED} REMOVE n:{label} REMOVE n.{key};"
    yield f"DROP CONSTRAINT {label} IF EXISTS;"
    yield "CALL db.clearQueryCaches();"
