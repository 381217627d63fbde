"""The readers of the MongoDB seed, and what it takes for a dump."""

from __future__ import annotations

import datetime
import gzip
from pathlib import Path
from types import ModuleType

import pytest

from tests.fast.conftest import load_seed


@pytest.fixture(scope="module")
def seed() -> ModuleType:
    return load_seed("mongodb")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n", []),
        ("[]", []),
        ('[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        ('{"a": 1}\n\n{"a":\n2}{"a": 3}', [{"a": 1}, {"a": 2}, {"a": 3}]),
        ('{"a": 1},\n{"a": 2},\n', [{"a": 1}, {"a": 2}]),
        ('{"a": [{"$numberInt": "7"}]}', [{"a": [7]}]),
        ('{"a": {"$date": "2024-01-31T02:00:00+02:00"}}', [{"a": datetime.datetime(2024, 1, 31)}]),
    ],
)
def test_documents(seed: ModuleType, text: str, expected: list[object]) -> None:
    assert list(seed.documents(text)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1}\n{"a":}', "line 2: Expecting value"),
        ("<!doctype html>", "line 1: Expecting value.*; the file begins with '<!doctype html>'"),
        ("[1]", "line 1: a document was expected"),
        ('\n"text"', "line 2: a document was expected"),
        ('{"_id": {"$oid": "zz"}}', "line 1: 'zz' is not a valid ObjectId"),
    ],
)
def test_mistakes_are_placed(seed: ModuleType, text: str, message: str) -> None:
    with pytest.raises(seed.SeedError, match=message):
        list(seed.documents(text))


ARCHIVE = b"\x6d\xe2\x99\x81rest"


def test_loader(seed: ModuleType, tmp_path: Path) -> None:
    files = {
        "one/a.bson": (b"", "load_dump"),
        "several/x/a.bson.gz": (b"", "load_dump"),
        "notes/a.txt": (b"", ""),
        "a.json": (b"", "load_json"),
        "a.json.gz": (b"", "load_json"),
        "a.jsonl": (b"", "load_json"),
        "a.NDJSON.gz": (b"", "load_json"),
        "a.csv": (b"", "load_rows"),
        "a.tsv.gz": (gzip.compress(b"a"), "load_rows"),
        "a.bson": (b"", "load_bson"),
        "a.metadata.json": (b"{}", ""),
        "a.js": (b"", "load_js"),
        "a.archive": (b"", "load_archive"),
        "a.archive.gz": (gzip.compress(ARCHIVE), "load_archive"),
        "a.gz": (gzip.compress(ARCHIVE), "load_archive"),
        "a.dump": (ARCHIVE, "load_archive"),
        "a.txt": (gzip.compress(b"text"), ""),
        "b.md": (b"", ""),
    }
    for name, (data, _) in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    loaders = {path.name: seed.loader(path) for path in tmp_path.iterdir()}
    assert {name: getattr(loader, "__name__", "") for name, loader in loaders.items()} == {
        name.partition("/")[0]: loader for name, (_, loader) in files.items()
    }


def test_an_archive_that_is_none(seed: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a.archive").write_bytes(b"text")
    with pytest.raises(seed.SeedError, match="is no archive of mongodump"):
        seed.load_archive(tmp_path / "a.archive", "course")


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"a,b\n1,x\n,y\n", [{"a": 1, "b": "x"}, {"b": "y"}]),
        (b"a;b\r\n1,5;-2.50\r\n", [{"a": "1,5", "b": -2.5}]),
        (b"sep=;\r\na;b\r\n007;1e5\r\n", [{"a": "007", "b": "1e5"}]),
        (b"\xef\xbb\xbfa\tb\n1\t2\n", [{"a": 1, "b": 2}]),
        ("a|b\nZoë|2\n".encode("utf-16"), [{"a": "Zoë", "b": 2}]),
        ("name;n\nZoë;2\n".encode("latin-1"), [{"name": "Zoë", "n": 2}]),
        (b'a,b\n"x, ""y""\nz",5" disk\n\n', [{"a": 'x, "y"\nz', "b": '5" disk'}]),
        (b"a,b\r1,2\r", [{"a": 1, "b": 2}]),
        (b",b\n1,2\n", [{"column_1": 1, "b": 2}]),
        (b"word\nalpha\n", [{"word": "alpha"}]),
        (b"n\n12345678901234567890\n", [{"n": "12345678901234567890"}]),
    ],
)
def test_rows(seed: ModuleType, data: bytes, rows: list[object]) -> None:
    assert list(seed.documents_of_rows(seed.as_text(data))) == rows


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "its first line must name the columns"),
        (b"a,a\n1,2\n", "more than one column 'a'"),
        (b"a,b\n1,2\n3\n", "line 3: fields: 1; headings in its first line: 2"),
        (b'a,b\n1,"2\n', "unexpected end of data"),
        (b"<!DOCTYPE html>\n", "is no table: it begins with '<!DOCTYPE html>"),
        (b'{"a": 1}\n', "is no table: it begins with"),
        (b"PK\x03\x04\xff\0", "is no text"),
    ],
)
def test_mistakes_in_rows(seed: ModuleType, data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(seed.documents_of_rows(seed.as_text(data)))


def test_documents_of_a_dump(seed: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dump's file of one collection, packed or not, and one that is none."""
    inserted: list[object] = []
    monkeypatch.setattr(seed, "insert", lambda path, database, found: inserted.extend(found))
    data = b"".join(seed.bson.encode({"_id": number}) for number in range(2))
    for name, content in (("a.bson", data), ("b.bson.gz", gzip.compress(data))):
        (tmp_path / name).write_bytes(content)
        seed.load_bson(tmp_path / name, "course")
    assert inserted == [{"_id": 0}, {"_id": 1}] * 2
    (tmp_path / "c.bson").write_bytes(b"text, no documents")
    with pytest.raises(seed.SeedError, match="holds no documents of mongodump"):
        seed.load_bson(tmp_path / "c.bson", "course")
