"""A table or a script in a database: the types of columns, and what a build is told."""

from __future__ import annotations

import gzip
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from extensions.bundle import bundle
from seeding.columns import fill_table, kinds
from tests.fast.conftest import ROOT

SEEDING = bundle(ROOT / "seeding")


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (["1", "-20", None], "whole"),
        (["1", "2.5"], "number"),
        (["1e3", "-0.25"], "number"),
        (["0.1234567890123456"], "text"),
        (["007", "1"], "text"),
        (["12345678901234567890"], "text"),
        (["true", "FALSE"], "truth"),
        (["true", "1"], "text"),
        (["2024-02-29"], "day"),
        (["2023-02-29"], "text"),
        (["2024-02-29", "2024-03-01T10:00"], "moment"),
        (["2024-02-29 10:00:00.123456"], "moment"),
        (["2024-02-29T10:00:00Z"], "text"),
        (["1", "n/a"], "text"),
        (["1", ""], "text"),
        ([None, None], "text"),
        (["\u0661"], "text"),
    ],
)
def test_narrowest_type(fields: list[str | None], kind: str) -> None:
    """Nothing is rounded, and what only looks like a number stays text."""
    (found,) = kinds([[field] for field in fields], 1)
    assert found.name == kind


def test_table(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text('id;A;a;"%(x)s: b";c0\n1;;"";0.5;true\n2;y;x;-3;false\n')
    notes = fill_table(f"sqlite:///{tmp_path}/d", "odd table; --", table)
    assert notes == ["the heading 'a' is there twice: column 3 is called a_2"]
    with sqlite3.connect(tmp_path / "d") as database:
        rows = database.execute('SELECT id, A, a_2, "%(x)s: b", c0 FROM "odd table; --"').fetchall()
        types = database.execute("SELECT type FROM pragma_table_info('odd table; --')").fetchall()
    assert rows == [(1, None, "", 0.5, 1), (2, "y", "x", -3.0, 0)]
    assert [one for (one,) in types] == ["INTEGER", "TEXT", "TEXT", "DOUBLE", "BOOLEAN"]


def seed(folder: Path, name: str, data: bytes) -> subprocess.CompletedProcess[str]:
    (folder / "seeding.py").write_text(SEEDING)
    (folder / name).write_bytes(data)
    command = [sys.executable, "seeding.py", name, "sqlite:///d", sys.executable, "-c", RUN, "d"]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)


RUN = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.stdin.read())"
SCRIPT = b"\xef\xbb\xbfCREATE TABLE t (a); INSERT INTO t VALUES (3);"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.sql", SCRIPT),
        ("a.SQL.gz", gzip.compress(SCRIPT, mtime=0)),
        ("t.csv", b"a\n3\n"),
        ("t.tsv.gz", gzip.compress(b"a\n3", mtime=0)),
    ],
)
def test_what_is_loaded(tmp_path: Path, name: str, data: bytes) -> None:
    done = seed(tmp_path, name, data)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sqlite3.connect(tmp_path / "d").execute("SELECT a FROM t").fetchall() == [(3,)]


@pytest.mark.parametrize("name", ["notes.txt", "a.parquet", "README.md"])
def test_what_is_not_ours(tmp_path: Path, name: str) -> None:
    assert seed(tmp_path, name, b"text").returncode == 3


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.sql", b"SELECT * FROM nothing;", "failed, see the message above"),
        ("a.sql", b"-- MySQL dump 10\nx;", "it looks like a dump of MySQL"),
        ("a.sql", b"SQLite format 3\0", "is no SQL: it looks like a database of SQLite"),
        ("a.csv", b"<!doctype html>", "is no table: it looks like a web page"),
        ("a.csv", b"a,b\n1\n", "line 2: fields: 1"),
        ("sqlite_x.csv", b"a\n1\n", "object name reserved"),
        ("a.csv.gz", b"\x1f\x8bcut", "cannot be unpacked"),
    ],
)
def test_what_ends_the_build(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    done = seed(tmp_path, name, data)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"seeding: {name}: ")
    assert said in done.stderr.splitlines()[-1]


def test_a_dump_of_its_own_kind_is_no_surprise(tmp_path: Path) -> None:
    assert "it looks like" not in seed(tmp_path, "a.sql", b"PRAGMA foreign_keys=OFF;\nSELECT x;").stderr


def test_it_can_be_read_by_linters_and_people() -> None:
    for arguments in (("check",), ("format", "--check")):
        command = [sys.executable, "-m", "ruff", *arguments, "--stdin-filename", "seeding.py", "-"]
        done = subprocess.run(command, input=SEEDING, capture_output=True, check=False, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stdout
