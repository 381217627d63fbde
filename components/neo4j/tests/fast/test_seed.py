"""What the Neo4j seed does with a file before a server is asked."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.fast.conftest import load_seed

ABOUT = "// LOAD CSV FROM 'file:///binder/seed/neo4j/towns.csv' AS row RETURN 1;"


@pytest.fixture
def seed(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """With a driver that is never called, where there is none."""
    errors = SimpleNamespace(DriverError=OSError, Neo4jError=OSError)
    monkeypatch.setitem(sys.modules, "neo4j", SimpleNamespace(GraphDatabase=None, exceptions=errors))
    monkeypatch.setitem(sys.modules, "neo4j.exceptions", errors)
    return load_seed("neo4j")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BINDER_DIR", str(tmp_path / "binder"))
    made = tmp_path / "binder/seed/neo4j"
    made.mkdir(parents=True)
    return made


@pytest.mark.parametrize("name", ["README.md", "a.txt", "a.graphml", "a.json"])
def test_what_is_not_ours(seed: ModuleType, folder: Path, name: str) -> None:
    (folder / name).touch()
    assert seed.main(folder / name) == 3


def test_a_folder_is_no_seed(seed: ModuleType, folder: Path) -> None:
    (folder / "a.cypher").mkdir()
    assert seed.main(folder / "a.cypher") == 3


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"RETURN 1;", "RETURN 1;"),
        (gzip.compress(b"RETURN 1;", mtime=0), "RETURN 1;"),
        (b"\xef\xbb\xbfRETURN 'Zo\xc3\xab';", "RETURN 'Zoë';"),
        ("RETURN 1;".encode("utf-16"), "RETURN 1;"),
    ],
)
def test_read(seed: ModuleType, folder: Path, data: bytes, text: str) -> None:
    (folder / "a.cypher").write_bytes(data)
    assert seed.read(folder / "a.cypher") == text


@pytest.mark.parametrize("statement", ["a.cypher", "a.cql.gz"])
def test_a_table_that_a_statement_names(seed: ModuleType, folder: Path, statement: str) -> None:
    (folder / "towns.csv").write_text("name\nYork\n")
    (folder / statement).write_bytes(gzip.compress(ABOUT.encode()) if statement.endswith(".gz") else ABOUT.encode())
    assert seed.main(folder / "towns.csv") == 0


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("rivers.csv", "LOAD CSV WITH HEADERS FROM 'file:///binder/seed/neo4j/rivers.csv'"),
        ("rivers.csv.gz", "is named by no statement"),
        ("neo4j.dump", "apoc.export.cypher.all"),
        ("neo4j.backup", "apoc.export.cypher.all"),
    ],
)
def test_the_build_ends_with_a_remedy(
    seed: ModuleType, folder: Path, capsys: pytest.CaptureFixture[str], name: str, remedy: str
) -> None:
    (folder / "a.cypher").write_text(ABOUT)
    (folder / name).write_text("name\nRhine\n")
    assert seed.main(folder / name) == 1
    assert remedy in capsys.readouterr().err
