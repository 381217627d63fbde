"""binder/fetch: what it writes, and what it refuses, from files of this machine."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.fast.conftest import ROOT

pytestmark = [
    pytest.mark.skipif(not shutil.which("dpkg"), reason="dpkg names the architecture"),
    pytest.mark.skipif(not shutil.which("curl"), reason="curl downloads; repo2docker's image has it"),
]
Result = subprocess.CompletedProcess[str]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    (tmp_path / "tool-1.0/bin").mkdir(parents=True)
    (tmp_path / "tool-1.0/bin/tool").write_text("1.0")
    packed = tmp_path / "tool.tar.gz"
    with tarfile.open(packed, "w:gz") as tar:
        tar.add(tmp_path / "tool-1.0", "tool-1.0")
    return packed


def fetch(archive: Path, *words: str, checksum: str = "") -> Result:
    binder = archive.parent / "binder"
    binder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "template/{{binder_dir}}/fetch", binder / "fetch")
    checksum = checksum or hashlib.sha256(archive.read_bytes()).hexdigest()
    (binder / "downloads.txt").write_text(
        f"tool any {checksum} file://{archive}\nother riscv {checksum} file:///none\n"
    )
    return subprocess.run(
        ["bash", binder / "fetch", *words], check=False, capture_output=True, text=True, cwd=archive.parent
    )


def test_a_file(archive: Path) -> None:
    done = fetch(archive, "tool", "opt/tool.tgz")
    assert done.returncode == 0, done.stderr
    assert (archive.parent / "opt/tool.tgz").read_bytes() == archive.read_bytes()


@pytest.mark.parametrize("folder", ["opt/tool", "opt/tool/"])
def test_a_folder_takes_the_place_of_what_was_there(archive: Path, folder: str) -> None:
    old = archive.parent / "opt/tool/lib"
    old.mkdir(parents=True)
    done = fetch(archive, "--unpack", "tool", folder)
    assert done.returncode == 0, done.stderr
    assert (archive.parent / "opt/tool/bin/tool").read_text() == "1.0"
    assert not old.exists()
    assert [path.name for path in (archive.parent / "opt").iterdir()] == ["tool"]


def test_another_checksum_leaves_what_was_there(archive: Path) -> None:
    old = archive.parent / "tool/bin"
    old.mkdir(parents=True)
    done = fetch(archive, "--unpack", "tool", "tool", checksum="0" * 64)
    assert done.returncode == 1
    assert "tool: wrong checksum" in done.stderr
    assert old.is_dir()


@pytest.mark.parametrize(
    ("words", "message"),
    [(("--unpack", "tool"), "needs a name"), (("other", "x"), "other: no download for")],
)
def test_what_is_refused(archive: Path, words: tuple[str, ...], message: str) -> None:
    done = fetch(archive, *words)
    assert done.returncode
    assert message in done.stderr
