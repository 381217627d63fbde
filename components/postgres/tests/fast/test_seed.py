"""What the PostgreSQL seed does with a file before a server is asked: what it takes it for, and what it looks like."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.fast.conftest import load_seed

DUMP = b"--\n-- PostgreSQL database dump\n--\n"


@pytest.fixture(scope="module")
def seed() -> ModuleType:
    return load_seed("postgres")


def tar(name: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    return made.getvalue()


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, b"a,b\n")
    return made.getvalue()


KINDS: list[tuple[str, bytes, str]] = [
    ("a.sql", b"SELECT 1;", "sql a.sql"),
    ("a.SQL.GZ", gzip.compress(b"SELECT 1;"), "sql a.SQL"),
    ("a.sql", gzip.compress(b"SELECT 1;"), "sql a.sql"),
    ("a.sql.bz2", bz2.compress(b"SELECT 1;"), "sql a.sql"),
    ("a.sql.xz", lzma.compress(b"SELECT 1;"), "sql a.sql"),
    ("a.psql", b"", "sql a.psql"),
    ("a.b.csv", b"a,b\n", "table a.b.csv"),
    ("a.csv.gz", b"a,b\n", "table a.csv"),
    ("a.tsv.gz", gzip.compress(b"a\n"), "table a.tsv"),
    ("a.csv.zip", zipped("other.csv"), "table a.csv"),
    ("a.zip", zipped("__MACOSX/._t", "folder/t.csv"), "table folder/t.csv"),
    ("a.zip", zipped("t.csv", "u.csv"), " a.zip"),
    ("a.zip", zipped("t.txt"), " t.txt"),
    ("a.xlsx", zipped("xl/workbook.xml", "xl/x.xml"), " a.xlsx"),
    ("a.sh", b"true", "script a.sh"),
    ("a.dump", b"PGDMP\1", "archive a.dump"),
    ("a", b"PGDMP\1", "archive a"),
    ("a.sql", b"PGDMP\1", "archive a.sql"),
    ("a.backup.gz", gzip.compress(b"PGDMP\1"), "archive a.backup"),
    ("a.tar", tar("toc.dat"), "archive a.tar"),
    ("a.tar", tar("data.csv"), "no dump a.tar"),
    ("a.dump", DUMP, "sql a.dump"),
    ("a.txt", DUMP, "sql a.txt"),
    ("a.bak", DUMP.decode().encode("utf-16"), "sql a.bak"),
    ("a.dump", b"SELECT 1;", "sql a.dump"),
    ("a.dump", b"", "no dump a.dump"),
    ("a.backup", b"\0\1\2", "no dump a.backup"),
    ("a.gz", gzip.compress(b"text"), " a"),
    ("README.md", b"# Seeds", " README.md"),
    ("sql", b"", " sql"),
]


@pytest.mark.parametrize(("name", "data", "expected"), KINDS, ids=[f"{name}-{kind}" for name, _, kind in KINDS])
def test_kind(seed: ModuleType, tmp_path: Path, name: str, data: bytes, expected: str) -> None:
    (tmp_path / name).write_bytes(data)
    with seed.unpacked(tmp_path / name, seed.kind) as (plain, called):
        assert f"{seed.kind(plain, called)} {str(called).removeprefix(f'{tmp_path}/')}" == expected


@pytest.mark.parametrize(("leaf", "kind"), [("toc.dat", "archive"), ("toc.dat.gz", "archive"), ("a.sql", "")])
def test_folder(seed: ModuleType, tmp_path: Path, leaf: str, kind: str) -> None:
    (tmp_path / leaf).touch()
    with seed.unpacked(tmp_path, seed.kind) as (plain, called):
        assert seed.kind(plain, called) == kind


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a pointer of Git LFS"),
        (zipped("xl/workbook.xml"), "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel workbook"),
        (b"SQLite format 3\0", "a database of SQLite"),
        (b"PAR1\x15", "a Parquet file"),
        (b"%PDF-1.7", "a PDF file"),
        (b"\n<!doctype html>\n<p>", "a web page"),
        (b"\xef\xbb\xbf<HTML lang=en>", "a web page"),
        (b'<?xml version="1.0"?>', "XML"),
        (b"<rows><row/></rows>", "XML"),
        (b'[\n  {"a": 1}]', "JSON"),
        (b'{"a": 1}\n{"a": 2}', "JSON"),
        (b"-- MySQL dump 10.13  Distrib", "a dump of MySQL"),
        (b"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19", "a dump of MySQL"),
        (b"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;", "a dump of SQLite"),
        (b"USE [master]\nGO", "a script for Microsoft SQL Server"),
        (tar("a"), "a tar archive"),
    ],
)
def test_looks(seed: ModuleType, data: bytes, looks: str) -> None:
    assert seed.looks_like(data).startswith(looks)


@pytest.mark.parametrize("text", ["name,founded\n", "a\n", "", "[id],[name]\n", "{id};n\n", "<5,>5\n", DUMP.decode()])
def test_what_looks_like_itself(seed: ModuleType, text: str) -> None:
    assert seed.looks_like(text.encode()) == ""


def test_names_are_quoted(seed: ModuleType) -> None:
    arguments = seed.table_arguments('my "table"', ['odd "column"', "select"])
    assert '--command=CREATE TABLE "my ""table""" ("odd ""column""" text, "select" text)' in arguments


def test_rows_as_copy_reads_them(seed: ModuleType) -> None:
    rows = [["a\tb", None, ""], ["\\.", "x\r\ny", "\\N"]]
    assert b"".join(seed.copied(rows)) == b"a\\tb\t\\N\t\n\\\\.\tx\\r\\ny\t\\\\N\n"
