"""A graph goes out as statements and comes in again: values of every type, names of every kind, indexes."""

from __future__ import annotations

import pytest

from conftest import Build, Run, Scaffold
from tests.image.containers import Container
from tests.image.saving import looked, opened, restored, saved

pytestmark = pytest.mark.unhurried
ASKING = """
import neo4j
driver = neo4j.GraphDatabase.driver("bolt://127.0.0.1:7687", notifications_min_severity="OFF")
def ask(text, **values):
    return [record.values() for record in driver.execute_query(text, **values).records]
"""
FILL = (
    ASKING
    + r"""
for text in ("", "a'b\"c`d", r"\u0041 \\u0041 \n", "line\n:begin\r\n:commit\n\ttab", "nul\0\x1b", "ü 漢 🎉 \u2028;//"):
    ask("CREATE (:Text {v: $v, many: [$v, 'x']})", v=text)
for value in (
    "date({year: -12345, month: 3, day: 15})", "date({year: 999999999, month: 1, day: 1})", "date('2020-02-29')",
    "time('12:00:00.5+05:30')", "time({hour: 1, timezone: '-01:02:03'})", "localtime('12:00')",
    "localdatetime('2020-01-01T00:00:00.123456789')", "datetime('1880-01-01T00:00:00[Europe/Berlin]')",
    "datetime('2020-10-25T02:30:00+02:00[Europe/Berlin]')", "datetime('2020-10-25T02:30:00+01:00[Europe/Berlin]')",
    "datetime({year: 12345, timezone: 'Europe/London'})", "datetime('2020-01-01T00:00:00Z')",
    "duration({seconds: 0})", "duration({months: -14, days: 3, seconds: -5, nanoseconds: -1})",
    "duration({seconds: 9223372036854775807, nanoseconds: 999999999})", "point({latitude: 1.5, longitude: 2})",
    "point({latitude: 1.5, longitude: 2, height: -1e-300})", "point({x: 1, y: -0.0})", "point({x: 1, y: 2, z: 3})",
    "-9223372036854775808", "0.1", "5e-324", "1.7976931348623157e308", "-0.0", "NaN", "-Infinity", "1e16", "true",
):
    ask(f"CREATE (:Value:`of a kind` {{v: {value}, many: [{value}, {value}], none: []}})")
for name in ("back\\slash", r"\u0041", "`tick`", "line\n:begin\n", "; x", "null", "1x"):
    name = "`" + name.replace("\\", r"\u005C").replace("`", "``") + "`"
    ask(f"CREATE (a:{name} {{{name}: 1}})-[:{name} {{{name}: 1}}]->(a)")
ask("CREATE (), (a:A:B {p: 1})-[:R {d: date('2020-01-01')}]->(b:B), (a)-[:R]->(b), (a)-[:R]->(b), (b)-[:R]->(a)")
ask("UNWIND range(1, 500) AS i CREATE (a:Many {i: i})-[:OF {i: i}]->(:Some {i: i})")
ask("CREATE CONSTRAINT `my ``own FOR` FOR (n:Many) REQUIRE (n.i, n.`y z`) IS UNIQUE")
ask("CREATE CONSTRAINT tie FOR ()-[r:OF]-() REQUIRE r.i IS UNIQUE")
ask("CREATE FULLTEXT INDEX words FOR (n:A|B) ON EACH [n.t, n.u] OPTIONS {indexConfig: {`fulltext.analyzer`: 'german'}}")
ask("CREATE POINT INDEX FOR (n:A) ON (n.p)")
ask("CREATE INDEX FOR ()-[r:OF]-() ON (r.w)")
"""
)
# The server's own words for all that there is, of a relationship with all of both its ends.
ASK = (
    ASKING
    + """
def of(x):
    many = f"CASE WHEN valueType({x}[k]) STARTS WITH 'LIST' THEN [o IN {x}[k] | toString(o)] ELSE toString({x}[k]) END"
    return f"[k IN keys({x}) | [k, valueType({x}[k]), {many}]]"
def told(values):
    return repr([sorted(value, key=repr) if isinstance(value, list) else value for value in values])
print(*sorted(map(told, ask(f"MATCH (x) RETURN labels(x), {of('x')}"))), sep="\\n")
ends = f"labels(a), {of('a')}, type(x), {of('x')}, labels(b), {of('b')}"
print(*sorted(map(told, ask(f"MATCH (a)-[x]->(b) RETURN {ends}"))), sep="\\n")
print(*sorted(map(told, ask("SHOW INDEXES YIELD name, createStatement, state"))), sep="\\n")
"""
)
EMPTY = (
    ASKING
    + """
ask("MATCH (n) DETACH DELETE n")
for (name,) in ask("SHOW CONSTRAINTS YIELD name"):
    ask("DROP CONSTRAINT `" + name.replace("`", "``") + "`")
for (name,) in ask("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"):
    ask("DROP INDEX `" + name.replace("`", "``") + "`")
"""
)


def test_a_graph_goes_out_and_comes_in(scaffold: Scaffold, build: Build, container: Run) -> None:
    running = opened(container(build(scaffold(components=["neo4j"]), "neo4j-exported")))
    running.python(EMPTY)
    running.python(FILL)
    wanted = running.python(ASK)
    assert len(wanted.splitlines()) > 1500
    made = exported(running)
    assert made.endswith(".cypher")

    assert saved(running)["services"]["neo4j"]["how"] == "data"
    running.python(EMPTY)
    done = running.script("restore", "--import", "neo4j", made)
    assert done.returncode == 0, done.stderr
    assert running.python(ASK) == wanted

    # What has been cut off is no obstacle to the next time
    running.python(EMPTY)
    running.bash(f"sed '/LIMIT.*REMOVE/d; /^DROP/d' {made} >/tmp/out/half.cypher")
    assert running.script("restore", "--import", "neo4j", "/tmp/out/half.cypher").returncode == 0
    refused = running.script("save", "--export", "neo4j", "--to", "/tmp/out")
    assert "there is a property `binder import`, which an import that was cut off has left" in refused.stderr
    assert running.script("restore", "--import", "neo4j", made).returncode == 0
    assert running.python(ASK) == wanted

    running.python(ASKING + "ask('CREATE (:Bytes {b: $b})', b=b'x')")
    refused = running.script("save", "--export", "neo4j", "--to", "/tmp/out")
    assert refused.returncode == 1
    assert "neo4j: the property `b`: Cypher has no word for bytes; binder/save --service neo4j" in refused.stderr
    assert looked(running)["services"]["neo4j"]["how"] == "data"
    restored(running)
    assert running.python(ASK) == wanted


def exported(running: Container) -> str:
    done = running.script("save", "--export", "neo4j", "--to", "/tmp/out")
    assert done.returncode == 0, done.stderr
    return str(done.stdout.splitlines()[-1])
