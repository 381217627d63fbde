"""What is said of foreign Binder directories: a directory, the codes. Which pack would build it: repo2docker's word."""

from __future__ import annotations

import ast
import contextlib
import functools
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.findings import packages, page
from extensions.findings.packs import examine
from extensions.foreign.directory import Blob, Directory, fragment
from extensions.foreign.pack import Pack, python_wanted
from extensions.merge import apt
from extensions.model import Finding, Fragment, Want
from extensions.repo2docker import BINDER_DIRS, KNOWN, R_VERSIONS, SIMILAR, read_runtime
from extensions.rule import Rule
from extensions.text import decode
from tests.fast.conftest import ROOT

ENVIRONMENT = "channels: [conda-forge]\ndependencies:\n  - numpy\n"
LOCAL = "dependencies:\n  - pip:\n    - -e ..\n"
PACKAGE = "[build-system]\nrequires = []\n[project]\nname = 'a'\n"
HOME = "binder/imports/o-r"


def directory(files: Mapping[str, str | bytes], home: str = HOME) -> Directory:
    """As repo2docker would find it in these files of a repository."""
    tree = {path: Blob(text if isinstance(text, bytes) else text.encode()) for path, text in files.items()}
    folder = next((name for name in BINDER_DIRS if any(path.startswith(f"{name}/") for path in files)), "")
    return Directory("o/r", "import-o-r", "gh:o/r@0123456:" if home else "", folder, home, tree)


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


CLEAN: dict[str, dict[str, str | bytes]] = {
    "nothing": {},
    "all that is merged": {
        "binder/apt.txt": "x\n",
        "binder/environment.yml": ENVIRONMENT,
        "binder/postBuild": "#!/bin/sh\n",
        "binder/start": '#!/bin/sh\nexec "$@"\n',
        "README.md": "# A\n",
        "Dockerfile": "FROM x\n",
    },
    "at the root": {"environment.yml": ENVIRONMENT, "postBuild": "#!/bin/sh\n", "notebooks/requirements.txt": "x\n"},
    "requirements.txt alone": {"requirements.txt": "numpy\r\nscipy"},
    "with its Python": {"requirements.txt": "numpy\n", "runtime.txt": "python-3.11\n"},
    "byte order mark, comment in tabs": {"environment.yml": "\ufeff" + ENVIRONMENT + "\t# x\n"},
    "in UTF-8": {"environment.yml": ENVIRONMENT + "# für\n"},
    "requirements.txt that environment.yml names": {
        "binder/environment.yml": "dependencies:\n  - pip:\n    - -r requirements.txt\n",
        "binder/requirements.txt": "x\n",
    },
    "root's requirements.txt that the directory's names": {
        "requirements.txt": "x\n",
        "binder/requirements.txt": "-r ../requirements.txt\n",
    },
    "root's postBuild that the directory's calls": {"postBuild": "x", "binder/postBuild": "#!/bin/sh\n./postBuild\n"},
    "root's file that the directory links to": {"environment.yml": ENVIRONMENT, "binder/environment.yml": ENVIRONMENT},
    "package that environment.yml installs": {"setup.py": "", "binder/environment.yml": LOCAL},
    "package that requirements.txt installs": {"pyproject.toml": PACKAGE, "binder/requirements.txt": ".[all]\n"},
    "package that postBuild installs": {"setup.py": "", "binder/postBuild": "#!/bin/sh\npip install --no-deps .\n"},
    "pyproject.toml of a tool": {"pyproject.toml": "[tool.ruff]\n", "environment.yml": ENVIRONMENT},
    "DESCRIPTION below the root": {"binder/DESCRIPTION": "x", "binder/environment.yml": ENVIRONMENT},
}

CASES: dict[str, tuple[dict[str, str | bytes], list[str]]] = {
    "Latin-1": ({"apt.txt": b"x # f\xfcr\n"}, ["BB101"]),
    "UTF-16": ({"requirements.txt": "numpy\n".encode("utf-16")}, ["BB101"]),
    "UTF-16 without its mark": ({"requirements.txt": "numpy\n".encode("utf-16-le")}, ["BB103"]),
    "tabs": ({"environment.yml": "dependencies:\n\t- numpy\n"}, ["BB102"]),
    "NUL": ({"apt.txt": "x\0\n"}, ["BB103"]),
    "conflict": ({"apt.txt": "<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> z\n"}, ["BB104"]),
    "Dockerfile": ({"binder/Dockerfile": "FROM x\n", "binder/apt.txt": "x\n"}, ["BB301"]),
    "Dockerfile, which reads what it likes": (
        {
            "Dockerfile": "FROM x\nCOPY . .\nRUN Rscript install.R\n",
            **dict.fromkeys(("install.R", "Pipfile", "REQUIRE", "Project.toml", "default.nix", "conda-lock.yml"), ""),
            **dict.fromkeys(("requirements3.txt", "runtime.txt", "environment.yaml", "environment.yml"), ""),
        },
        ["BB301"],
    ),
    "R by a date": ({"install.R": "", "runtime.txt": "r-4.3-2024-01-10"}, ["BB302", "BB312"]),
    "R beside environment.yml": (
        {"install.R": "", "environment.yml": ENVIRONMENT, "runtime.txt": "r-2024-01-10"},
        ["BB302", "BB312"],
    ),
    "install.R alone": ({"binder/install.R": ""}, ["BB303"]),
    "install.R and environment.yml": ({"install.R": "", "environment.yml": ENVIRONMENT}, ["BB303"]),
    "R without a date": ({"install.R": "", "runtime.txt": "r-4.3"}, ["BB303", "BB311"]),
    "R of a date that is refused": ({"install.R": "", "runtime.txt": "r-2018-05-01"}, ["BB302", "BB325"]),
    "R before the first date": ({"runtime.txt": "r-3.6-2018-12-06"}, ["BB325"]),
    "R of the first date": ({"runtime.txt": "r-3.6-2018-12-07"}, ["BB312"]),
    "R that is not known": ({"runtime.txt": "r-3.2-2024-01-10"}, ["BB325"]),
    "R of one part": ({"runtime.txt": "r-4-2024-01-10"}, ["BB325"]),
    "R of three parts": ({"runtime.txt": "r-3.2.1-2024-01-10"}, ["BB312"]),
    "R beside Julia": ({"Project.toml": "", "runtime.txt": "r-2024-01-10"}, ["BB305", "BB312"]),
    "nix beside Julia": ({"Project.toml": "", "default.nix": ""}, ["BB305"]),
    "R package": ({"DESCRIPTION": "Package: x\n", "install.R": ""}, ["BB302", "BB304"]),
    "Julia": ({"Project.toml": "", "Manifest.toml": "", "requirements.txt": "x\n"}, ["BB305"]),
    "JuliaProject": ({"binder/JuliaProject.toml": "", "binder/environment.yml": ENVIRONMENT}, ["BB305"]),
    "manifest alone": ({"binder/Manifest.toml": ""}, ["BB305"]),
    "REQUIRE": ({"REQUIRE": "julia 0.6\n"}, ["BB306"]),
    "REQUIRE beside its successor": ({"REQUIRE": "", "Project.toml": ""}, ["BB305"]),
    "nix": ({"default.nix": "", "environment.yml": ENVIRONMENT}, ["BB307"]),
    "Pipfile": ({"Pipfile": "", "Pipfile.lock": "{}"}, ["BB309", "BB309"]),
    "Pipfile and environment.yml": ({"Pipfile": "", "environment.yml": ENVIRONMENT}, ["BB309"]),
    "Pipfile and requirements.txt": ({"Pipfile": "", "requirements.txt": "x\n"}, ["BB309", "BB315"]),
    "Pipfile and runtime.txt": ({"Pipfile": "", "runtime.txt": "python-3.8"}, ["BB309", "BB311"]),
    "setup.py": ({"setup.py": "", "requirements.txt": "numpy\n"}, ["BB310"]),
    "setup.py and environment.yml": ({"setup.py": "", "environment.yml": ENVIRONMENT}, ["BB310"]),
    "pyproject.toml and a directory": ({"pyproject.toml": PACKAGE, "binder/apt.txt": "x\n"}, ["BB310"]),
    "Python beside environment.yml": ({"environment.yml": ENVIRONMENT, "runtime.txt": "python-3.8"}, ["BB311"]),
    "another language": ({"runtime.txt": "julia-1.0"}, ["BB311"]),
    "malformed runtime.txt": ({"runtime.txt": "python3.8\n"}, ["BB311"]),
    "empty runtime.txt": ({"runtime.txt": ""}, ["BB311"]),
    "no date": ({"runtime.txt": "r-2024-13-45"}, ["BB311"]),
    "no version": ({"runtime.txt": "python-three"}, ["BB311"]),
    "requirements3.txt": ({"requirements3.txt": "x\n", "runtime.txt": "python-2.7"}, ["BB313"]),
    "environment.yaml": ({"environment.yaml": ENVIRONMENT}, ["BB314"]),
    "both endings": ({"environment.yaml": ENVIRONMENT, "environment.yml": ENVIRONMENT}, ["BB314"]),
    "requirements.txt too": ({"environment.yml": ENVIRONMENT, "requirements.txt": "x\n"}, ["BB315"]),
    "requirements.txt and R": (
        {"environment.yml": ENVIRONMENT, "requirements.txt": "x\n", "runtime.txt": "r-2024-01-10"},
        ["BB312"],
    ),
    "hidden": (
        {"apt.txt": "x\n", "start": "x", ".binder/start": '#!/bin/sh\n# start it\nexec "$@"\n'},
        ["BB316", "BB316"],
    ),
    "lock": ({"environment.yml": ENVIRONMENT, "conda-lock.yml": ""}, ["BB317"]),
    "misnamed": ({"binder/postbuild": "", "binder/APT.txt": "", "binder/env.yml": ""}, ["BB318"] * 3),
    "misnamed, but the right one is there": ({"binder/apt": "", "binder/apt.txt": ""}, []),
}

# What repo2docker passes over, and a script does not.
READ_BY_SCRIPTS = {
    "install.R": ({"install.R": "", "binder/install.R": "", "binder/postBuild": "Rscript binder/install.R\n"}, []),
    "install.R in vain": ({"binder/install.R": "", "binder/postBuild": "# Rscript binder/install.R\n"}, ["BB303"]),
    "Pipfile": ({"Pipfile": "", "environment.yml": ENVIRONMENT, "postBuild": "pipenv install --system\n"}, []),
    "lock": ({"environment.yml": ENVIRONMENT, "conda-lock.yml": "", "postBuild": "conda-lock install\n"}, []),
    "explicit lock": (
        {
            "environment.yml": ENVIRONMENT,
            "conda-linux-64.lock": "",
            "postBuild": "mamba install --file conda-linux-64.lock\n",
        },
        [],
    ),
    "both endings": (
        {
            "environment.yml": ENVIRONMENT,
            "environment.yaml": ENVIRONMENT,
            "postBuild": "mamba env update -f environment.yaml\n",
        },
        [],
    ),
    "requirements3.txt": ({"requirements3.txt": "x\n", "postBuild": "pip install -r requirements3.txt\n"}, []),
    "misnamed": ({"binder/env.yml": "x\n", "binder/postBuild": "conda env update -f binder/env.yml\n"}, []),
}


@pytest.mark.parametrize(("files", "expected"), READ_BY_SCRIPTS.values(), ids=READ_BY_SCRIPTS)
def test_what_a_script_reads_is_not_said_to_be_unread(files: Mapping[str, str], expected: list[str]) -> None:
    assert codes(examine(directory(files))) == expected


def test_what_is_said_of_an_r_that_is_refused() -> None:
    files = {"binder/runtime.txt": "r-2018-05-01", "binder/install.R": ""}
    for home, start in (
        (HOME, "asks for R as of 2018-05-01, and repo2docker refuses"),
        ("", "stays in force here: it"),
    ):
        said = {finding.code: finding for finding in examine(directory(files, home))}
        assert said["BB325"].reason.startswith(start)
        assert "from before 2018-12-07" in said["BB325"].reason
        assert not any(finding.left_out or "would have run" in finding.reason for finding in said.values())


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("r-2018-05-01", True),
        ("r-3.6-2018-12-06", True),
        ("r-2018-12-07", False),
        ("r-3.2-2024-01-10", True),
        ("r-4-2024-01-10", True),
        ("r-4.9-2024-01-10", True),
        ("r-4.9.1-2024-01-10", False),
        *((f"r-{version}-2024-01-10", False) for version in R_VERSIONS),
    ],
)
def test_which_r_is_refused_is_repo2dockers_word(
    text: str, refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from repo2docker.buildpacks.r import RBuildPack

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(RBuildPack, "get_rspm_snapshot_url", lambda self, date: "https://example.org")
    (tmp_path / "runtime.txt").write_text(text)
    pack = RBuildPack("base")
    pack.platform = "linux/amd64"
    assert pack.detect()
    told = read_runtime(text)
    assert told
    assert bool(told.r_refusal) == refused
    with pytest.raises(RuntimeError) if refused else contextlib.nullcontext():
        pack.get_build_scripts()


# In a binder/ that the merged repository has too: what stays in force there.
ADOPTED: dict[str, tuple[dict[str, str | bytes], list[str]]] = {
    "Dockerfile": ({"binder/Dockerfile": ""}, ["BB301"]),
    "R": ({"binder/install.R": "", "binder/runtime.txt": "r-2024-01-10"}, ["BB312"]),
    "R with pip's list": ({"binder/requirements.txt": "x\n", "binder/runtime.txt": "r-2024-01-10"}, ["BB312"]),
    "R that is refused": ({"binder/runtime.txt": "r-2018-05-01"}, ["BB325"]),
    "Dockerfile and Julia": ({"binder/Dockerfile": "", "binder/Project.toml": ""}, ["BB301"]),
    "Julia and nix": ({"binder/default.nix": "", "binder/Project.toml": ""}, ["BB305"]),
    "Julia": ({"binder/Project.toml": ""}, ["BB305"]),
    "REQUIRE": ({"binder/REQUIRE": ""}, ["BB306"]),
    "nix": ({"binder/default.nix": ""}, ["BB307"]),
    "malformed runtime.txt": ({"binder/runtime.txt": "3.8"}, ["BB311"]),
}


@pytest.mark.parametrize("home", [HOME, ""])
@pytest.mark.parametrize("files", CLEAN.values(), ids=CLEAN)
def test_clean(files: Mapping[str, str | bytes], home: str) -> None:
    assert examine(directory(files, home)) == []


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES)
def test_found(files: Mapping[str, str | bytes], expected: list[str]) -> None:
    found = examine(directory(files))
    assert codes(found) == expected
    for finding in found:
        assert finding.file.removeprefix("gh:o/r@0123456:") in files
        assert finding.component == "o/r"


@pytest.mark.parametrize(("files", "expected"), ADOPTED.values(), ids=ADOPTED)
def test_in_force_where_it_is_adopted(files: Mapping[str, str | bytes], expected: list[str]) -> None:
    found = examine(directory(files, home=""))
    assert codes(found) == expected
    assert all(finding.reason.startswith("stays in force") and not finding.left_out for finding in found)


def test_left_out_is_what_repo2docker_would_have_used() -> None:
    for files, left_out in [
        ({"install.R": "", "DESCRIPTION": ""}, True),
        ({"install.R": ""}, False),
        ({"Pipfile": ""}, True),
        ({"Pipfile": "", "environment.yml": ""}, False),
        ({"setup.py": ""}, True),
        ({"setup.py": "", "environment.yml": ""}, False),
        ({"requirements3.txt": "", "runtime.txt": "python-2.7"}, True),
        ({"requirements3.txt": "", "requirements.txt": ""}, False),
    ]:
        assert {finding.left_out for finding in examine(directory(files))} == {left_out}, files


def test_line_numbers() -> None:
    (finding,) = examine(directory({"binder/apt.txt": "x\r\n\r\n<<<<<<< HEAD\r\n"}))
    assert str(finding).startswith("BB104 gh:o/r@0123456:binder/apt.txt:3: has conflict markers")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"runtime.txt": "python-3.8"}, "python=3.8"),
        ({"runtime.txt": "python-3.8.12\n"}, "python=3.8"),
        ({"runtime.txt": "python-2.7-2020-01-01"}, "python=2.7"),
        ({"runtime.txt": "python-3"}, "python=3"),
        ({"runtime.txt": "python-3.8", "Project.toml": "", "environment.yml": ""}, "python=3.8"),
        ({"runtime.txt": "python-3.8", "environment.yml": ""}, None),
        ({"runtime.txt": "python-3.8", "Pipfile": ""}, None),
        ({"runtime.txt": "python-3x"}, None),
        ({"runtime.txt": "r-4.3-2024-01-10"}, None),
        ({"runtime.txt": "python3.8"}, None),
        ({}, None),
    ],
)
def test_python_wanted(files: Mapping[str, str], expected: str | None) -> None:
    want = python_wanted(directory(files))
    assert (want and want.text) == expected
    if want:
        assert want.place == "gh:o/r@0123456:runtime.txt:1"


PACKS = {
    "DockerBuildPack": "docker",
    "JuliaProjectTomlBuildPack": "julia",
    "JuliaRequireBuildPack": "require",
    "NixBuildPack": "nix",
    "RBuildPack": "r",
    "CondaBuildPack": "conda",
    "PipfileBuildPack": "pipfile",
    "PythonBuildPack": "python",
}


@functools.cache
def repo2docker_packs() -> list[Any]:
    """Its build packs in its order, but for the one that only says that it is gone."""
    from repo2docker.app import Repo2Docker

    return [kind for kind in Repo2Docker().buildpacks if kind.__name__ != "LegacyBinderDockerBuildPack"]


@pytest.mark.parametrize("files", [*CLEAN.values(), *(files for files, _ in CASES.values())], ids=[*CLEAN, *CASES])
def test_pack_is_repo2dockers(
    files: Mapping[str, str | bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same files through repo2docker's own detection, with its default where nothing applies."""
    kinds = repo2docker_packs()
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.chdir(tmp_path)
    expected = ""
    with contextlib.suppress(ValueError):  # of runtime.txt
        expected = next((PACKS[kind.__name__] for kind in kinds if kind("base").detect()), "python")
    assert Pack(directory(files)).name == expected


names = st.sampled_from(
    sorted({*KNOWN, *SIMILAR, "DESCRIPTION", "REQUIRE", "setup.py", "pyproject.toml", "requirements3.txt", "x"})
)
paths = st.builds(lambda folder, name: folder + name, st.sampled_from(["", "binder/", ".binder/", "a/"]), names)
words = st.sampled_from([b"python-3.8", b"r-2024-01-10", b"\xff\xfe", b"\t", b"- -e .", b"<<<<<<< x", b"\n", b"-"])
contents = st.one_of(st.binary(max_size=40), st.lists(words, max_size=6).map(b"".join))


@given(st.dictionaries(paths, contents, max_size=8), st.sampled_from([HOME, ""]))
def test_never_raises(files: dict[str, bytes], home: str) -> None:
    one = directory(files, home)
    for finding in examine(one):
        assert re.fullmatch(r"BB[13]\d\d", finding.code)
        assert finding.file in {one.where(path) for path in files}
    python_wanted(one)


@pytest.mark.parametrize(
    "line", ["", " ", "\t", "-e ", "- ", "pip install ", "pip  ", "[", "setup.py ", "a\t", "\r", "<<<<<<< "]
)
@pytest.mark.parametrize("end", ["", "\n"])
def test_time_is_linear(line: str, end: str) -> None:
    """Quadratic time would take minutes."""
    text = (line + end) * (500_000 // len(line + end + " "))
    files = dict.fromkeys(("environment.yml", "requirements.txt", "apt.txt", "postBuild", "pyproject.toml"), text)
    start = time.process_time()
    examine(directory(files))
    assert time.process_time() - start < 5


@given(st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])).filter(lambda text: text[:1] > "\0"))
def test_text_is_read_as_its_byte_order_mark_says(text: str) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert decode(text.encode(encoding))[0] == text


def test_a_list_in_utf16_is_merged() -> None:
    one = fragment(directory({"requirements.txt": "numpy\r\n".encode("utf-16")}), "requirements.txt", "binder")
    assert one
    assert one.text == "numpy\n"


APT = {
    "libgl1-mesa-glx": "BB220",
    "python-dev": "BB220",
    "python2.7": "BB220",
    "texlive-generic-extra": "BB220",
    "netcat": "BB220",
    "libaio1": "BB220",
    "openjdk-7-jdk": "BB220",
    "gcc-4.8": "BB220",
    "python3.9-dev": "BB220",
    "python3-distutils=3.9": "BB220",
    "libssl1.1:amd64": "BB220",
    "postgresql-9.6": "BB220",
    "mongodb": "BB220",
    "firefox": "BB221",
    "chromium-browser": "BB221",
    "nodejs": "BB222",
    "npm": "BB222",
    "python3-numpy": "BB222",
    "jupyter-notebook": "BB222",
    **dict.fromkeys(("openjdk-8-jre", "openjdk-11-jdk", "openjdk-17-jre-headless", "openjdk-21-jdk"), ""),
    **dict.fromkeys(("libgl1-mesa-dev", "libegl1-mesa-dev", "libglib2.0-0", "libgtk-3-0", "libncurses5-dev"), ""),
    **dict.fromkeys(("python3", "python3-dev", "python3-venv", "python3.12-dev", "python-is-python3"), ""),
    **dict.fromkeys(("gcc-9", "gcc", "g++-13", "postgresql", "postgresql-16", "netcat-openbsd", "libaio1t64"), ""),
    **dict.fromkeys(("texlive-xetex", "gsfonts", "musescore", "emboss", "default-jre", "vim", "libgeos-dev"), ""),
}


@pytest.mark.parametrize(("name", "code"), APT.items(), ids=APT)
def test_apt(name: str, code: str) -> None:
    found = packages.examine([Want(name, "o/r", "apt.txt", 3)])
    assert codes(found) == [code] * bool(code)
    assert all(str(finding).startswith(f"{code} apt.txt:3: '{name}' is") or code == "BB222" for finding in found)


# What becomes of a name that breaks the build; None where it may stand.
INSTEAD = {
    "libgl1-mesa-glx": "libgl1",
    "libgl1-mesa-glx:i386": "libgl1:i386",
    "libaio1=0.3.113-4": "libaio1t64",
    "libjasper-dev": "",
    "postgresql-14": "postgresql",
    "postgresql-9.6": "postgresql",
    "postgresql-18": "postgresql",
    "postgresql-client-15": "postgresql-client",
    "postgresql-contrib-9.5": "postgresql-contrib",
    "postgresql-server-dev-14": "postgresql-server-dev-16",
    "postgresql-13-postgis-3": "postgresql-16-postgis-3",
    "postgresql-9.6-postgis-2.4-scripts": "postgresql-16-postgis-3-scripts",
    "postgresql-17-pgvector": "postgresql-16-pgvector",
    "postgresql-plpython-12": "postgresql-plpython3-16",
    "postgresql-plperl-14": "postgresql-plperl-16",
    **dict.fromkeys(("postgresql-16", "postgresql-16-postgis-3", "postgresql-client-common", "postgresql"), None),
    **dict.fromkeys(("postgresql-..-pgvector", "postgresql-client-16", "firefox", "nodejs"), None),
}


@pytest.mark.parametrize(("name", "instead"), INSTEAD.items(), ids=INSTEAD)
def test_a_name_that_breaks_the_build_has_another_in_its_place(name: str, instead: str | None) -> None:
    found = packages.known(Want(name, "o/r", "apt.txt", 3))
    assert (found and found[0]) == instead
    if found:
        assert (found[1].code, found[1].text, found[1].left_out) == ("BB220", name, True)
        merged = apt.merge([Fragment("o/r", "apt.txt", f"{name}  # why\n", True)], packages.known)
        lines = apt.render(merged).splitlines()[:-1]
        if instead:
            assert lines == [f"{instead}  # o/r (why; instead of {name})"]
        else:
            assert lines == [f"# {name}  # o/r wanted this (why)"]


def test_what_to_write_instead_is_there() -> None:
    """No remedy names a package that the table has as dropped."""
    for row in packages.ROWS:
        literal = re.sub(r"\\g<\d>", "", row.instead)
        assert row.kind != "dropped" or not literal or packages.dropped(literal) is None, row
    assert packages.dropped("libtinfo5") == "write libtinfo6 (ncurses 5 removal)"
    assert str(packages.dropped("python-pip")).startswith("remove it (python2 removal; ")


def test_page_is_made_of_the_rules() -> None:
    assert page.findings_page() == (ROOT / "docs/findings.md").read_text(), "make it anew, its head says how"


def test_every_rule_has_a_row_of_its_own() -> None:
    rules = page.rules()
    assert rules == sorted(set(rules))
    rows = [re.fullmatch(r"\| (BB[1-6]\d\d) (\| .+){3} \|", line) for line in page.findings_page().split("\n")]
    assert [row[1] for row in rows if row] == rules
    for rule in rules:
        assert all(cell == cell.strip() and cell and "|" not in cell for cell in (rule.found, rule.why, rule.remedy))


def test_every_code_is_a_rule_that_something_finds() -> None:
    """`BB101 = Rule("BB101", ...)`, once, and the name wherever it is used: no code is written as a text."""
    declared: list[str] = []
    written: list[str] = []
    used: set[str] = set()
    for path in sorted((ROOT / "extensions").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                if isinstance(node.value.func, ast.Name) and node.value.func.id == Rule.__name__:
                    assert [ast.unparse(name) for name in node.targets] == [ast.literal_eval(node.value.args[0])], path
                    declared.append(ast.unparse(node.targets[0]))
            elif isinstance(node, ast.Constant) and re.fullmatch(r"BB\d{3}", str(node.value)):
                written.append(str(node.value))
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and re.fullmatch(r"BB\d{3}", node.id):
                used.add(node.id)
    assert sorted(declared) == sorted(written) == sorted(used) == page.rules()
