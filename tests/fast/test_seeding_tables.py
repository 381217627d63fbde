"""Tables as people export them: encodings, separators, quotes, headings, and what is none."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeding import tables

Row = list["str | None"]


def read(path: Path, data: bytes) -> tuple[list[str], list[Row], list[str]]:
    path.write_bytes(data)
    table = tables.read_table(path)
    return table.columns, list(table.rows), table.notes


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        ("a,b\n1,2\n", ["a", "b"], [["1", "2"]]),
        ("a;b\n1,5;2\n", ["a", "b"], [["1,5", "2"]]),
        ("a\tb\n1, 2\t3\n", ["a", "b"], [["1, 2", "3"]]),
        ("a|b\n1|2\n", ["a", "b"], [["1", "2"]]),
        ("sep=;\na;b\n1;2\n", ["a", "b"], [["1", "2"]]),
        ("word\nalpha\n\nbeta\n", ["word"], [["alpha"], ["beta"]]),
        ("a,b\r\n1,2\r\n\r\n", ["a", "b"], [["1", "2"]]),
        ("a,b\r1,2\r", ["a", "b"], [["1", "2"]]),
        ("a,b\n1,", ["a", "b"], [["1", None]]),
        ('a,b\n1,""\n', ["a", "b"], [["1", ""]]),
        ('a,"b\nc"\n"1, 2","say ""x"""\n', ["a", "b\nc"], [["1, 2", 'say "x"']]),
        ('a, "b, c"\n1, "2, 3"\n', ["a", "b, c"], [["1", "2, 3"]]),
        ('a,b\n5" disk,the "old" one\n', ["a", "b"], [['5" disk', 'the "old" one']]),
        ('"a;x";b\n"p\nq;r";2\n', ["a;x", "b"], [["p\nq;r", "2"]]),
        (" a ,b\n x,y\n", ["a", "b"], [[" x", "y"]]),
    ],
)
def test_read(tmp_path: Path, text: str, columns: list[str], rows: list[Row]) -> None:
    assert read(tmp_path / "t.csv", text.encode()) == (columns, rows, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    _, rows, notes = read(tmp_path / "t.csv", "name;n\nMüller;1\n".encode(encoding))
    assert rows == [["Müller", "1"]]
    assert bool(notes) == (not encoding.startswith("utf"))


@pytest.mark.parametrize(
    ("line", "columns", "notes"),
    [
        (",a", ["column_1", "a"], ["column 1 has no heading: it is called column_1"]),
        ("a,a,a", ["a", "a_2", "a_3"], ["the heading 'a' is there twice: column 2 is called a_2"]),
        ("a,a_2,a", ["a", "a_2", "a_3"], ["the heading 'a' is there twice: column 3 is called a_3"]),
        ("a,A", ["a", "A"], []),
        ("x" * 63 + "1," + "x" * 63 + "2", ["x" * 63, "x" * 61 + "_2"], ["the heading"]),
    ],
)
def test_headings(tmp_path: Path, line: str, columns: list[str], notes: list[str]) -> None:
    found, _, said = read(tmp_path / "t.csv", line.encode() + b"\n")
    assert found == columns
    assert all(one.startswith(wanted) for one, wanted in zip(said, notes, strict=False))
    assert bool(said) == bool(notes)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "its first line must name the columns"),
        (b"\n\na,b\n", "its first line must name the columns"),
        (b",,\n1,2,3\n", "its first line must name the columns"),
        (b"a,b\n1,2\n1,2,3\n", "line 3: fields: 3; headings in its first line: 2"),
        (b"a,b\n1,2\n\n1\n", "line 4: fields: 1; headings"),
        (b"Report of 2024\n\na,b\n1,2\n", "line 3: fields: 2; headings in its first line: 1"),
        (b'a,b\n1,"2\n3,4\n', "line 2: a quote is opened that is not closed again"),
        (b'a,b\n"x"y,2\n', "line 2: text follows a closing quote"),
        (b'a,b\n"say \\"x\\"",2\n', "line 2: text follows a closing quote"),
        (b"a,b\n\0,2\n", "is no text"),
        (b"a,b\n\x81,2\n", "is neither UTF-8 nor cp1252"),
    ],
)
def test_mistakes_are_placed(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(tables.TableError, match=message):
        read(tmp_path / "t.csv", data)


FIELDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
ROWS = st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(FIELDS, min_size=n, max_size=n), min_size=1, max_size=5))


@given(rows=ROWS, separator=st.sampled_from(",;\t|"), end=st.sampled_from(["\n", "\r\n"]))
def test_what_another_program_wrote(rows: list[list[str]], separator: str, end: str) -> None:
    """Every field comes back, whatever it holds."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    text.seek(0)
    assert [row for _, row in tables.records(text, separator)] == rows
    text.seek(0)
    assert tables.separator_of(list(text)) == separator
