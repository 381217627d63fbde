"""What the PostgreSQL seed does with a file before a server is asked; the rest is the image tier's."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from types import ModuleType

import pytest

from tests.fast.conftest import load_seed


@pytest.fixture(scope="module")
def seed() -> ModuleType:
    return load_seed("postgres")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.sql", "sql"),
        ("a.SQL.GZ", "sql"),
        ("a.b.csv", "csv"),
        ("a.csv.gz", "csv"),
        ("a.sh", "sh"),
        ("a.sh.gz", ""),
        ("a.gz", ""),
        ("README.md", ""),
        ("sql", ""),
    ],
)
def test_kind(seed: ModuleType, tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / name).touch()
    assert seed.kind(tmp_path / name) == kind


def test_folder_is_no_seed(seed: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a.sql").mkdir()
    assert seed.kind(tmp_path / "a.sql") == ""


@pytest.mark.parametrize("packed", [False, True])
def test_child_process_reads_from_the_beginning(
    seed: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    monkeypatch.setenv("SERVICE_RUN", str(tmp_path))
    text = b'\xef\xbb\xbfa,"b\nc"\r\n1,2\r\n'
    path = tmp_path / ("t.csv.gz" if packed else "t.csv")
    path.write_bytes(gzip.compress(text) if packed else text)
    with seed.content(path) as data:
        assert seed.header(data) == ["a", "b\nc"]
        assert os.read(data.fileno(), 100) == text


def test_empty_csv(seed: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.touch()
    with seed.content(path) as data, pytest.raises(seed.SeedError, match="first line"):
        seed.header(data)


def test_names_are_quoted(seed: ModuleType) -> None:
    arguments = seed.csv_arguments('my "table"', ['odd "column"', "select"])
    assert '--command=CREATE TABLE "my ""table""" ("odd ""column""" text, "select" text)' in arguments
