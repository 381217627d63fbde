"""The JSON reader of the MongoDB seed, and what it takes for a dump."""

from __future__ import annotations

import datetime
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
        ("[1]", "line 1: a document was expected"),
        ('\n"text"', "line 2: a document was expected"),
        ('{"_id": {"$oid": "zz"}}', "line 1: 'zz' is not a valid ObjectId"),
    ],
)
def test_mistakes_are_placed(seed: ModuleType, text: str, message: str) -> None:
    with pytest.raises(seed.SeedError, match=message):
        list(seed.documents(text))


def test_loader(seed: ModuleType, tmp_path: Path) -> None:
    for name in (
        "one/a.bson",
        "several/x/a.bson.gz",
        "notes/a.txt",
        "a.json",
        "a.json.gz",
        "a.js",
        "a.archive",
        "b.md",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    loaders = {path.name: seed.loader(path) for path in tmp_path.iterdir()}
    assert loaders == {
        "one": seed.load_dump,
        "several": seed.load_dump,
        "notes": None,
        "a.json": seed.load_json,
        "a.json.gz": seed.load_json,
        "a.js": seed.load_js,
        "a.archive": seed.load_archive,
        "b.md": None,
    }
