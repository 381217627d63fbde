"""A table that somebody exported as text: its columns and its rows.

- UTF-8; anything else is taken for Windows-1252, which holds Latin-1: that is said
- the separator is a comma, a semicolon, a tab or a bar: the one that cuts the first lines into the most fields, as many
  in each; Excel's line `sep=;` decides it
- a field in double quotes, with "" for one of them, may hold separators and line ends; any other is as it stands
- an empty field is None, one of two quotes is an empty text; lines end as on any system, and empty ones are no rows
- a heading that is empty is called column_N, one that was there before gets _2: both are said
- a quote that is not closed and a row with more or fewer fields than the first line are a TableError with the line
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SEPARATORS = (",", ";", "\t", "|")
SAMPLE = 100
NAME_BYTES = 63  # databases cut or refuse longer ones, and two may be one then
Row = list["str | None"]


class TableError(Exception):
    """What is wrong with the file, in one line."""


@dataclass
class Table:
    """`rows` can be read once; `notes` are what had to be guessed or changed."""

    columns: list[str]
    rows: Iterator[Row]
    notes: list[str] = field(default_factory=list)


def encoding(path: Path) -> str:
    """Raises `TableError` for what is no text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        found = "utf-8-sig"
        while data := file.read(1 << 20):
            if b"\0" in data:
                raise TableError("is no text")
            if found == "utf-8-sig":
                try:
                    decoder.decode(data)
                except UnicodeDecodeError:
                    found = "cp1252"
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            found = "cp1252"
    return found


def records(lines: Iterable[str], separator: str, first: int = 1) -> Iterator[tuple[int, Row]]:
    """Each row with the number of the line where it begins."""
    end = rf"(?:({re.escape(separator)})|[\r\n]*\Z)"
    quoted = re.compile(rf' *"([^"]*(?:""[^"]*)*)" *{end}')
    closed = re.compile(r' *"[^"]*(?:""[^"]*)*"(?!")')
    plain = re.compile(rf"([^{re.escape(separator)}\r\n]*){end}")
    numbered = enumerate(lines, start=first)
    for number, text in numbered:
        if '"' not in text:
            yield number, [value or None for value in text.rstrip("\r\n").split(separator)]
            continue
        row: Row = []
        position: int | None = 0
        while position is not None:
            if found := quoted.match(text, position):
                row.append(found[1].replace('""', '"'))
            elif text.startswith('"', position):
                if closed.match(text, position):
                    raise TableError(f'line {number}: text follows a closing quote; a quote inside is written ""')
                text += rest_of_field(numbered, number)
                continue
            else:
                found = plain.match(text, position)
                assert found  # noqa: S101
                row.append(found[1] or None)
            position = found.end() if found[2] else None
        yield number, row


def rest_of_field(lines: Iterator[tuple[int, str]], began: int) -> str:
    """The lines up to the next that has a quote."""
    read = []
    for _, line in lines:
        read.append(line)
        if '"' in line:
            return "".join(read)
    raise TableError(f"line {began}: a quote is opened that is not closed again")


def separator_of(lines: list[str]) -> str:
    best, most = ",", (False, 1)
    for candidate in SEPARATORS:
        rows = [row for row in whole(lines, candidate) if row != [None]]
        width = len(rows[0]) if rows else 1
        fits = (width > 1 and all(len(row) == width for row in rows), width)
        if fits > most:
            best, most = candidate, fits
    return best


def whole(lines: list[str], separator: str) -> Iterator[Row]:
    """The rows of a sample, which may end within one."""
    try:
        for _, row in records(lines, separator):
            yield row
    except TableError:
        return


def named(headings: Row, fold: bool) -> tuple[list[str], list[str]]:
    """Names for columns, each there once; what was changed."""
    names: list[str] = []
    notes: list[str] = []
    for number, heading in enumerate(headings, start=1):
        wanted = cut((heading or "").strip() or f"column_{number}", NAME_BYTES)
        name, count = wanted, 1
        taken = {other.casefold() for other in names} if fold else {*names}
        while (name.casefold() if fold else name) in taken:
            count += 1
            name = f"{cut(wanted, NAME_BYTES - len(f'_{count}'))}_{count}"
        if not (heading or "").strip():
            notes.append(f"column {number} has no heading: it is called {name}")
        elif name != wanted:
            notes.append(f"the heading {wanted!r} is there twice: column {number} is called {name}")
        names.append(name)
    return names, notes


def cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def read_table(path: Path, fold: bool = False) -> Table:
    """Raises `TableError`, also while the rows are read; `fold`: names of columns differ by more than their case."""
    used = encoding(path)
    notes = ["is not UTF-8: it is read as Windows-1252 (Latin-1)"] if used == "cp1252" else []
    lines = text_lines(path, used)
    head = list(itertools.islice(lines, SAMPLE))
    skipped = 0
    if head and (told := re.fullmatch(r'"?sep=(.)"?\s*', head[0], flags=re.IGNORECASE)):
        separator, skipped = told[1], 1
    else:
        separator = separator_of(head)
    found = records(itertools.chain(head[skipped:], lines), separator, skipped + 1)
    headings = next(found, (0, list[str | None]()))[1]
    if not any((heading or "").strip() for heading in headings):
        raise TableError("its first line must name the columns")
    columns, changed = named(headings, fold)
    return Table(columns, rows(found, len(columns)), [*notes, *changed])


def text_lines(path: Path, used: str) -> Iterator[str]:
    with path.open(encoding=used, newline="") as file:
        try:
            yield from file
        except UnicodeDecodeError as error:
            raise TableError(f"is neither UTF-8 nor {used}: {error}") from error


def rows(found: Iterable[tuple[int, Row]], width: int) -> Iterator[Row]:
    for number, row in found:
        if row == [None]:
            continue
        if len(row) == width:
            yield row
        else:
            raise TableError(f"line {number}: fields: {len(row)}; headings in its first line: {width}")
