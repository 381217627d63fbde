"""What other people's directories want of R: what is read, what is carried along, and which component comes for it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from extensions.catalogue.manifest import read_catalogue
from extensions.findings.packs import examine
from extensions.foreign import adopt, adoption
from extensions.foreign.carry import carried
from extensions.foreign.pack import Pack
from extensions.foreign.wanted import in_install_r, of_r, wanted
from extensions.rendering import render
from tests.fast.conftest import MakeCatalogue, manifest
from tests.fast.test_findings import HOME, codes, directory

R_AND_DATE = "r-4.3-2024-01-10"
PACKAGE = "Package: me\nDepends: R (>= 4.0), methods\nImports: dplyr,\n  rlang (>= 1.1)\nSuggests: testthat\n"

INSTALLED = {
    "one": ('install.packages("readr")', ["readr"]),
    "several": ("install.packages(c('a', \"b\"),\n  repos = 'https://x.org/c', type = c('source'))", ["a", "b"]),
    "a variable": ("pkgs <- c('a',\n 'b.c') # 'd'\ninstall.packages(pkgs[!pkgs %in% rownames(x)])", ["a", "b.c"]),
    "a comment": ('# install.packages("a")\nx <- "#"; install.packages("b") # or "c"', ["b"]),
    "from GitHub": ("remotes::install_github(c('o/a@v1', 'o/b/sub'), upgrade = 'never')", ["a", "sub"]),
    "an archive": ("install.packages('https://x.org/src/a_1.2-3.tar.gz', repos = NULL)", ["a"]),
    "Bioconductor": ("BiocManager::install('limma')", ["limma"]),
    "pacman": ("pacman::p_load('a')", ["a"]),
    "nothing": ("library(a)\nx <- c('b')\nprint('install.packages')", []),
    "not closed": ("install.packages(c('a'", ["a"]),
}


@pytest.mark.parametrize(("text", "names"), INSTALLED.values(), ids=INSTALLED)
def test_names_in_install_r(text: str, names: list[str]) -> None:
    assert list(in_install_r(text)) == names


@pytest.mark.parametrize("text", ["a." * 50_000, "c(" * 50_000, "install.packages(" * 20_000, "x=c('" * 20_000])
def test_what_anybody_writes_takes_linear_time(text: str) -> None:
    begin = time.monotonic()
    list(in_install_r(text))
    assert time.monotonic() - begin < 20


WANTS: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "a date": (
        {"runtime.txt": R_AND_DATE, "install.R": "install.packages('a')"},
        {"install": "install.R", "date": "2024-01-10", "packages": ["a"], "folder": HOME},
    ),
    "in a folder": ({"binder/install.R": ""}, {"install": "binder/install.R", "date": ""}),
    "a date that is refused": ({"runtime.txt": "r-2018-05-01"}, {"date": "", "install": ""}),
    "a package": ({"DESCRIPTION": PACKAGE}, {"package": True, "packages": ["dplyr", "methods", "rlang"]}),
    "a lock file": (
        {"renv.lock": '{"Packages": {"zoo": {}, "Rcpp": {}}}'},
        {"lock": "renv.lock", "packages": ["Rcpp", "zoo"]},
    ),
    "a lock file that is none": ({"renv.lock": "[", "install.R": ""}, {"lock": "renv.lock", "packages": []}),
    "conda's": (
        {"environment.yml": "dependencies: [r-base, c::r-zoo=1]"},
        {"conda": True, "packages": ["base", "zoo"]},
    ),
    "run by a script": (
        {
            "runtime.txt": R_AND_DATE,
            "install.R": "",
            "renv.lock": "{}",
            "postBuild": "Rscript install.R\nRscript -e 'renv::restore()'",
        },
        {"install": "", "lock": ""},
    ),
}
WANTS_NOTHING = {
    "Python": {"environment.yml": "dependencies: [numpy, rich]"},
    "a Dockerfile": {"Dockerfile": "FROM x", "install.R": "", "runtime.txt": R_AND_DATE},
    "below the root": {"binder/DESCRIPTION": PACKAGE, "binder/apt.txt": "x"},
    "a script's own": {"install.R": "", "postBuild": "Rscript install.R"},
}


@pytest.mark.parametrize(("files", "expected"), WANTS.values(), ids=WANTS)
def test_what_is_wanted(files: Mapping[str, str], expected: Mapping[str, Any]) -> None:
    value = of_r(Pack(directory(files)))
    assert {key: value[key] for key in expected} == expected
    assert not value["built"]


@pytest.mark.parametrize("files", WANTS_NOTHING.values(), ids=WANTS_NOTHING)
def test_nothing_is_wanted(files: Mapping[str, str]) -> None:
    assert wanted([directory(files)]) == {}


def test_what_repo2docker_installs_all_the_same_is_not_run_again() -> None:
    value = of_r(Pack(directory({"binder/runtime.txt": R_AND_DATE, "binder/install.R": ""}, home="")))
    assert value["built"]
    assert not value["install"]


def test_what_r_needs_is_carried_along() -> None:
    package = {"DESCRIPTION": PACKAGE, "NAMESPACE": "", "R/a.R": "", "src/b.c": "", "renv/cellar/x_1.tar.gz": ""}
    files = {**package, "renv.lock": "{}", "notes.md": "", "analysis.Rmd": ""}
    assert carried(directory(files))[0] == sorted({*package, "renv.lock"})
    sourced = {"install.R": "source('setup/all.R')", "setup/all.R": "", "other.R": ""}
    assert carried(directory(sourced))[0] == ["install.R", "setup/all.R"]
    itself = {"binder/install.R": "remotes::install_local()", "R/a.R": "", "DESCRIPTION": PACKAGE, "data.csv": ""}
    assert carried(directory(itself))[0] == ["DESCRIPTION", "R/a.R", "binder/install.R"]


SAID: dict[str, tuple[dict[str, str], list[str]]] = {
    "a date": ({"install.R": "install.packages('a')", "runtime.txt": R_AND_DATE}, ["BB302", "BB312"]),
    "install.R alone": ({"install.R": ""}, ["BB303"]),
    "a package with a lock file": ({"DESCRIPTION": PACKAGE, "renv.lock": "{}"}, ["BB304", "BB326"]),
    "a date that is refused": ({"install.R": "", "runtime.txt": "r-2018-05-01"}, ["BB302", "BB325"]),
}


@pytest.mark.parametrize(("files", "expected"), SAID.values(), ids=SAID)
def test_findings_say_what_is_done(files: Mapping[str, str], expected: list[str]) -> None:
    found = examine(directory(files), {"r"})
    assert codes(found) == expected
    assert not any(one.left_out or "not installed here" in one.reason or "nothing" in one.reason for one in found)
    assert "installs a" in found[0].reason or "packages('a')" not in files.get("install.R", "")


CATALOGUE = {
    "kernel/component.yml": manifest("Kernel", provides="{r: Rscript}"),
    "kernel/README.md.jinja": "{% for one in wanted.r %}{{ one.directory }}: {{ one.value.packages }}{% endfor %}",
    "other/component.yml": manifest("Other", provides="{r: R}"),
    "plain/component.yml": manifest("Plain"),
    **{f"{name}/README.md": "x\n" for name in ("other", "plain")},
}


def test_what_provides_it_comes_along(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    catalogue = read_catalogue(make_catalogue(CATALOGUE))
    (tmp_path / "course").mkdir()
    (tmp_path / "course/install.R").write_text("install.packages('zoo')\n")
    adopted = adopt.read(tmp_path / "course", ["."])
    for asked, there in ((["plain"], ["kernel", "plain"]), (["other"], ["other"])):
        files = render(catalogue, {"course_name": "C", "components": asked, "adopted": adopted})
        assert json.loads(files["binder/report.json"][0])["components"]["installed"] == there
        page = files["binder/README.md"][0].decode()
        assert ("root: ['zoo']" in page) == ("kernel" in there)
        assert "BB303" in page


def test_without_it_nothing_does(make_catalogue: MakeCatalogue) -> None:
    catalogue = read_catalogue(make_catalogue({name: text for name, text in CATALOGUE.items() if "plain" in name}))
    files = render(catalogue, {"course_name": "C", "components": [], "adopted": {".": {"install.R": ["x"]}}})
    assert "nothing does here" in files["binder/README.md"][0].decode()


def test_of_a_lock_file_the_names_are_kept(tmp_path: Path) -> None:
    (tmp_path / "renv.lock").write_text('{"R": {"Version": "4.3"}, "Packages": {"zoo": {"Version": "1"}, "a": {}}}')
    adopted = adopt.read(tmp_path, ["."])
    assert adopted == {".": {"renv.lock": ['{"Packages": {"a": {}, "zoo": {}}}']}}
    assert wanted(adoption.directories(adopted))["r"][0]["value"]["packages"] == ["a", "zoo"]
