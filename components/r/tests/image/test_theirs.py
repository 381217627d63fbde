"""Repositories of other people's for which repo2docker would choose R: built and run, their packages installed.

CRAN is out of reach here: what install.R and renv install stands in the repositories themselves. The session's
variables are asked of R through RStudio's address; a stand-in answers there, with R started as RStudio starts it.
"""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from conftest import Build, Run, Scaffold
from tests import units
from tests.image.test_merged import repository

pytestmark = pytest.mark.unhurried

COURSE = {
    "runtime.txt": "r-4.4-2025-01-10\n",
    "install.R": 'for (name in c("spoon")) install.packages(file.path("local", name), repos = NULL, type = "source")\n',
    "postBuild": "#!/bin/bash\nset -e\nRscript -e 'cat(spoon::size())' > $CONDA_DIR/after-install.txt\n",
    "start": '#!/bin/bash\nexport COURSE_TOKEN=from-its-start\nexec "$@"\n',
}


def package(name: str, size: int, folder: str = "") -> dict[str, str]:
    """The files of an R package with one function."""
    about = f"Package: {name}\nVersion: 1.0\nTitle: T\nDescription: D.\nAuthor: A\nMaintainer: A <a@example.org>\n"
    files = {
        "DESCRIPTION": f"{about}License: MIT\n",
        "NAMESPACE": "export(size)\n",
        "R/size.R": f"size <- function() {size}\n",
    }
    return {f"{folder}{path}": text for path, text in files.items()}


def archive(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for path, text in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


def compendium(folder: Path) -> str:
    """A package with a lock file, whose one entry stands in renv's cellar; a reference to it."""
    cellar = folder / "renv/cellar/fork_1.0.tar.gz"
    cellar.parent.mkdir(parents=True)
    cellar.write_bytes(archive(package("fork", 11, "fork/")))
    record = {"Package": "fork", "Version": "1.0", "Source": "unknown"}
    lock = {"R": {"Version": "4.4.0", "Repositories": []}, "Packages": {"fork": record}}
    return repository(folder, {**package("ladle", 40), "apt.txt": "r-cran-renv\n", "renv.lock": json.dumps(lock)})


def test_what_other_people_install(tmp_path: Path, scaffold: Scaffold, build: Build, container: Run) -> None:
    """install.R, renv.lock and DESCRIPTION of other people's repositories are carried out, before their postBuild"""
    units.require(["postgres", "rstudio"])
    course = repository(tmp_path / "cutlery", {**COURSE, **package("spoon", 7, "local/spoon/")})
    both = f"['{course}', '{compendium(tmp_path / 'compendium')}']"
    scaffolded = scaffold(imports=both, components=["postgres"])
    report = json.loads((scaffolded / "binder/report.json").read_text())
    assert {"r", "rstudio"} <= {*report["components"]["installed"]}
    running = container(build(scaffolded, "r-theirs"))
    running.wait_for_api()
    running.wait_for_services()
    verified = running.verify()
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert running.bash("cat $CONDA_DIR/after-install.txt") == "7"
    sizes = "cat(spoon::size(), fork::size(), ladle::size(), dirname(find.package('fork')) == Sys.getenv('R_LIBS'))"
    assert running.bash(f'Rscript -e "{sizes}"').split() == ["7", "11", "40", "TRUE"]
    # each once, and no link into a home folder that another session may not have
    found = running.bash("find / -xdev -name spoon -path '*library*' -type d 2>/dev/null || true; find $R_LIBS -type l")
    assert len(found.split()) == 1
    status, page = running.http("rstudio/?name=COURSE_TOKEN&name=PGDATABASE&name=R_LIBS")
    assert status == 200
    assert "COURSE_TOKEN=from-its-start" in page
    assert "PGDATABASE=" in page
    assert "PGDATABASE=\n" not in page
    assert "R_LIBS=/srv/conda/opt/r/library" in page
