#!/usr/bin/env python3
"""Loads the author's files into the database.

- `.cypher` files of `binder/seed/neo4j` are taken in the order of their names: UTF-8, statements that end in `;`,
  each a transaction of its own, as cypher-shell reads them.
- `:begin` and `:commit`, which exports contain, are passed over; any other command of cypher-shell is an error.
- `LOAD CSV FROM 'file:///data/x.csv'` reads `data/x.csv` of the repository.
- Hidden files are skipped; any other file is named and ignored (a CSV file may lie beside the statement for it).
- The first statement that fails ends the build with its file and line.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

TOKEN = re.compile(
    r"""(?P<end>;)
    | (?P<space>\s+ | //[^\n]* | /\*.*?\*/)
    | (?P<text>'(?:\\.|[^'\\])*' | "(?:\\.|[^"\\])*" | `[^`]*` | [^;'"`/\s]+ | .)""",
    re.DOTALL | re.VERBOSE,
)


def statements(text: str) -> Iterator[tuple[int, str]]:
    """The statements of a file, each with the position where it begins."""
    first = None
    for token in TOKEN.finditer(text):
        if first is None and token.lastgroup == "text":
            first = token.start()
        if first is not None and token.lastgroup == "end":
            yield first, text[first : token.start()]
            first = None
    if first is not None:
        yield first, text[first:]


def load(session: neo4j.Session, path: Path) -> str:
    """Run a file; what is wrong with it, with the line, or nothing."""
    text = path.read_text(encoding="utf-8-sig")
    text = re.sub(r"^:(begin|commit)[ \t;]*$", "", text, flags=re.MULTILINE | re.IGNORECASE)
    for position, statement in statements(text):
        try:
            session.run(statement).consume()
        except (Neo4jError, DriverError) as error:
            line = text.count("\n", 0, position) + 1
            return f"line {line}: {getattr(error, 'message', None) or error}"
    return ""


def main() -> int:
    uri = os.environ["NEO4J_URI"]
    with neo4j.GraphDatabase.driver(uri, notifications_min_severity="OFF") as driver, driver.session() as session:
        for path in sorted(Path(os.environ["SERVICE_SEED"]).glob("[!.]*")):
            if path.suffix.lower() != ".cypher":
                print(f"neo4j: {path}: ignored, not .cypher", flush=True)
                continue
            print(f"neo4j: loading {path}", flush=True)
            try:
                problem = load(session, path)
            except (OSError, UnicodeDecodeError) as error:
                problem = str(error)
            if problem:
                print(f"neo4j: {path}: {problem}", file=sys.stderr)
                return 1
        session.run("CALL db.awaitIndexes(300)").consume()
    return 0


if __name__ == "__main__":
    sys.exit(main())
