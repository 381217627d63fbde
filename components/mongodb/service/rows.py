"""Documents of a table that somebody exported as text.

- UTF-8 or UTF-16 with its mark; anything else is taken for Windows-1252, which holds Latin-1: that is said
- a comma, a semicolon, a tab or a bar separates: the one that is most often in the first line
- whole and decimal numbers become numbers, but 007 stays a text; an empty field is left out, as mongoimport may do
- a heading that is empty is called column_N; one that is there twice is a RowError, as are a row with more or fewer
  fields than headings and a quote that is not closed, with their line
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from typing import Any

SEPARATORS = ",;\t|"
WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})")
DECIMAL = re.compile(r"-?(0|[1-9]\d*)\.\d+([eE][+-]?\d+)?")
NO_TABLE = re.compile(r"\s*(<[!?a-z]|[\[{]\s*[\"{\[])", re.IGNORECASE)


class RowError(ValueError):
    """What is wrong with the file, in one line."""


def as_text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in data:
            raise RowError("is no text") from None
        print("mongodb: it is not UTF-8: it is read as Windows-1252 (Latin-1)", file=sys.stderr)
        return data.decode("cp1252")


def documents_of_rows(text: str) -> Iterator[dict[str, Any]]:
    if NO_TABLE.match(text) or "\0" in text:
        raise RowError(f"is no table: it begins with {text[:30]!r}")
    told = re.match(r'"?sep=(.)"?[\r\n]+', text, flags=re.IGNORECASE)
    text = text[told.end() :] if told else text
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    separator = told[1] if told else max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        headings = [name.strip() or f"column_{number}" for number, name in enumerate(next(reader, []), start=1)]
        if not first.strip(f"{separator} "):
            raise RowError("its first line must name the columns")
        if twice := {name for name in headings if headings.count(name) > 1}:
            raise RowError(f"there is more than one column {min(twice)!r}: rename one of them")
        for row in reader:
            if row and len(row) != len(headings):
                place = reader.line_num + bool(told)
                raise RowError(f"line {place}: fields: {len(row)}; headings in its first line: {len(headings)}")
            if row:
                yield {name: value_of(field) for name, field in zip(headings, row, strict=True) if field}
    except csv.Error as error:
        raise RowError(f"line {reader.line_num + bool(told)}: {error}") from error


def value_of(field: str) -> Any:
    if WHOLE.fullmatch(field):
        return int(field)
    return float(field) if DECIMAL.fullmatch(field) else field
