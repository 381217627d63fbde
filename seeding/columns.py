"""A table in whatever database SQLAlchemy knows, with columns of the narrowest type that holds every value.

- whole numbers, numbers of at most 15 digits, true and false, dates and times in ISO 8601 without a zone, else text
- numbers with leading zeros stay text; an empty field is NULL, and a column of nothing else is text
- the file is read twice, as no sample says what its last line holds; the rows are one transaction
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from .tables import Row, TableError, read_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlalchemy import types

WHOLE, NUMBER, TRUTH, DAY, MOMENT, TEXT = "whole", "number", "truth", "day", "moment", "text"
BATCH = 1000
SHORT, TEXT_BYTES, LONG_TEXT_BYTES, INT_DIGITS = 255, 65535, 2**32 - 1, 9
TRUTHS = {"true": True, "false": False}


def truth(field: str) -> bool:
    return TRUTHS[field.lower()]


def number(field: str) -> float:
    if len(re.sub(r"[eE].*|\D", "", field).lstrip("0")) > 15:
        raise ValueError(field)
    return float(field)


# The narrowest first: what a field of that kind is like, and its value.
READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    WHOLE: (r"-?(0|[1-9]\d{0,17})", int),
    NUMBER: (r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d{1,2})?", number),
    TRUTH: (r"(?i:true|false)", truth),
    DAY: (r"\d{4}-\d\d-\d\d", date.fromisoformat),
    MOMENT: (r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{3}|\.\d{6})?)?)?", datetime.fromisoformat),
    TEXT: (r"(?s:.*)", str),
}


class Kind:
    """What all fields of one column are that it has seen."""

    def __init__(self) -> None:
        self.left = [*READERS]
        self.longest = 0
        self.is_empty = True

    @property
    def name(self) -> str:
        return TEXT if self.is_empty else self.left[0]

    def see(self, field: str) -> None:
        self.is_empty = False
        self.left = [name for name in self.left if name == TEXT or holds(name, field)]
        self.longest = max(self.longest, len(field.encode()))

    @property
    def type(self) -> types.TypeEngine[Any]:
        import sqlalchemy

        text = sqlalchemy.Text() if self.longest <= TEXT_BYTES else sqlalchemy.Text(LONG_TEXT_BYTES)
        # A short text can be a key everywhere; SQLite has one kind of text, and shows the name that it was given
        short = sqlalchemy.String(SHORT).with_variant(sqlalchemy.Text(), "sqlite")
        found: dict[str, types.TypeEngine[Any]] = {
            WHOLE: sqlalchemy.Integer() if self.longest <= INT_DIGITS else sqlalchemy.BigInteger(),
            NUMBER: sqlalchemy.Double(),
            TRUTH: sqlalchemy.Boolean(),
            DAY: sqlalchemy.Date(),
            MOMENT: sqlalchemy.DateTime(),
            TEXT: short if self.longest <= SHORT else text,
        }
        return found[self.name]


def holds(name: str, field: str) -> bool:
    pattern, value = READERS[name]
    try:
        return bool(re.fullmatch(pattern, field, flags=re.ASCII)) and value(field) is not None
    except ValueError:
        return False


def kinds(rows: Iterable[Row], width: int) -> list[Kind]:
    found = [Kind() for _ in range(width)]
    for row in rows:
        for kind, text in zip(found, row, strict=True):
            if text is not None:
                kind.see(text)
    return found


def fill_table(url: str, name: str, path: Path) -> list[str]:
    """Make the table and fill it; what had to be guessed or changed. Raises `TableError`."""
    import sqlalchemy

    first, table = read_table(path, fold=True), read_table(path, fold=True)
    found = kinds(first.rows, len(first.columns))
    columns = [
        sqlalchemy.Column(heading, kind.type, key=f"c{number}")
        for number, (heading, kind) in enumerate(zip(table.columns, found, strict=True))
    ]
    made = sqlalchemy.Table(name, sqlalchemy.MetaData(), *columns)
    readers = [READERS[kind.name][1] for kind in found]
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.begin() as connection:
            made.create(connection)
            while batch := [*itertools.islice(table.rows, BATCH)]:
                connection.execute(made.insert(), [values(row, readers) for row in batch])
    except sqlalchemy.exc.DBAPIError as error:
        raise TableError(str(error.orig)) from error
    return table.notes


def values(row: Row, readers: list[Callable[[str], Any]]) -> dict[str, Any]:
    pairs = zip(row, readers, strict=True)
    return {f"c{n}": None if text is None else value(text) for n, (text, value) in enumerate(pairs)}
