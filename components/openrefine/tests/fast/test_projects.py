"""Names and archives of projects, before OpenRefine is asked."""

from __future__ import annotations

import importlib.util
import io
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

SERVICE = Path(__file__).parents[2] / "service"
WHOLE = ["data.zip", "metadata.json", "history/1796022951566.change.zip"]


@pytest.fixture(scope="module")
def projects() -> ModuleType:
    spec = importlib.util.spec_from_file_location("openrefine_projects", SERVICE / "projects.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(path: Path, names: list[str], kind: bytes = tarfile.REGTYPE) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.type, entry.size, entry.linkname = kind, 4 if kind == tarfile.REGTYPE else 0, "/etc/passwd"
            archive.addfile(entry, io.BytesIO(b"text") if entry.size else None)
    return path


def test_names_are_safe_and_unlike(projects: ModuleType) -> None:
    titles = [
        "towns",
        "Towns",
        "towns",
        "towns-2",
        "../../etc/x",
        "-rf",
        "",
        "   ",
        "a\n\x1b[31m",
        "Städte 漢",
        "x" * 300,
    ]
    names = [name.removesuffix(".openrefine.tar.gz") for name in projects.file_names(titles)]
    assert names == [
        *("towns", "Towns-2", "towns-3", "towns-2-2", "etc_x", "rf", "project", "project-2", "a_31m", "Städte_漢"),
        "x" * 50,
    ]
    assert max(len(name.encode()) for name in projects.file_names(["漢" * 300] * 20)) < 255


def test_a_whole_archive(projects: ModuleType, tmp_path: Path) -> None:
    projects.check(write(tmp_path / "a.tar.gz", WHOLE))
    projects.check(write(tmp_path / "b.tar.gz", [f"./{name}" for name in WHOLE]))


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/x", "data.zip/../../x", "history/../../x", "history/x.change.zip", "\x1b[31m", "data.zip\n", "x"],
)
def test_an_entry_that_no_project_has(projects: ModuleType, tmp_path: Path, name: str) -> None:
    with pytest.raises(projects.ProjectError, match=", which no archive of a project has") as raised:
        projects.check(write(tmp_path / "a.tar.gz", [*WHOLE, name]))
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_no_links_and_devices(projects: ModuleType, tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(projects.ProjectError, match="which no archive of a project has"):
        projects.check(write(tmp_path / "a.tar.gz", WHOLE, kind))


@pytest.mark.parametrize("missing", ["data.zip", "metadata.json"])
def test_what_a_project_needs(projects: ModuleType, tmp_path: Path, missing: str) -> None:
    with pytest.raises(projects.ProjectError, match=f"it has no {missing}"):
        projects.check(write(tmp_path / "a.tar.gz", [name for name in WHOLE if name != missing]))


def test_a_damaged_one(projects: ModuleType, tmp_path: Path) -> None:
    path = write(tmp_path / "a.tar.gz", [*WHOLE, *(f"history/{number}.change.zip" for number in range(5000))])
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(projects.ProjectError, match="is damaged"):
        projects.check(path)


@pytest.mark.parametrize("data", [b"", b"name,town\n", b"\x1f\x8b", b"PK\x03\x04"])
def test_another_kind(projects: ModuleType, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.tar.gz").write_bytes(data)
    with pytest.raises(projects.NoArchiveError):
        projects.check(tmp_path / "a.tar.gz")
