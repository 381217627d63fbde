"""Adoption: what stood in the destination goes in, once, and nothing of the author's is overwritten unread."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from copier import _main
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_copier.plugin import CopierFixture

from extensions.answers import choices
from extensions.answers import destination as overwrite
from extensions.errors import BlocksError
from extensions.findings import packs
from extensions.foreign import adopt, adoption, again, dead
from tests import units
from tests.fast.conftest import ROOT, MakeCatalogue, commit, copier, git, manifest, tree
from tests.fast.test_copy import assert_refused
from tests.merging import merge

COPY = ("copy", "--trust", "--defaults")


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


FOUND: dict[str, tuple[list[str], list[str]]] = {
    "nothing": (["README.md", "notes/apt.txt"], []),
    "binder": (["binder/apt.txt"], ["binder"]),
    "dot binder": ([".binder/postBuild"], [".binder"]),
    "both": ([".binder/start", "binder/start"], ["binder", ".binder"]),
    "root": (["requirements.txt"], ["."]),
    "root, yaml": (["environment.yaml"], ["."]),
    "root, R": (["runtime.txt", "install.R"], ["."]),
    "root, only a setup.py": (["setup.py"], ["."]),
    "root, a pyproject.toml of tools": (["pyproject.toml"], []),
    "root, an R package": (["DESCRIPTION"], ["."]),
    "root, R's lock file": (["renv.lock"], ["."]),
    "root, nothing that builds": (["requirements.late.txt"], []),
    "root that binder hides": (["binder/apt.txt", "requirements.txt"], ["binder"]),
    "root that an empty binder hides": (["binder/notes.md", "requirements.txt"], []),
    "several": (["binder_b/apt.txt", "binder_a/start", "binder_c/notes.md"], ["binder_a", "binder_b"]),
    "all": (["binder_a/start", "apt.txt"], [".", "binder_a"]),
    "Dockerfile": (["binder/Dockerfile"], ["binder"]),
}


@pytest.mark.parametrize(("files", "expected"), FOUND.values(), ids=FOUND)
def test_found(tmp_path: Path, files: list[str], expected: list[str]) -> None:
    assert adopt.adoptable(write(tmp_path, dict.fromkeys(files, "x\n"))) == expected


def test_links_are_followed_inside_the_repository_only(tmp_path: Path) -> None:
    write(tmp_path, {"out.txt": "secret\n", "course/env/all.yml": "dependencies: [numpy]\n", "course/binder/start": ""})
    course = tmp_path / "course"
    (course / "binder/environment.yml").symlink_to("../env/all.yml")
    (course / "binder_a").symlink_to("binder")  # the same folder once more
    (course / "binder_b").symlink_to(tmp_path)
    assert adopt.adoptable(course) == ["binder"]
    assert adoption.files(adopt.read(course, ["binder"]))["binder/environment.yml"] == b"dependencies: [numpy]\n"
    for target in ("../../out.txt", "nowhere"):
        (course / "binder/apt.txt").unlink(missing_ok=True)
        (course / "binder/apt.txt").symlink_to(target)
        with pytest.raises(BlocksError, match=r"binder/apt\.txt: is a symbolic link that leads out of"):
            adopt.read(course, ["binder"])


def test_what_findings_look_at_is_noted(tmp_path: Path) -> None:
    package = "[build-system]\n[project]\n"
    write(tmp_path, {"pyproject.toml": package, "env.yml": "x", "conda-lock.yml": "x", "notes.md": "x"})
    assert adopt.adoptable(tmp_path) == ["."]
    assert adopt.read(tmp_path, ["."]) == {
        ".": {"pyproject.toml": ["[build-system]", "[project]", ""], "conda-lock.yml": [], "env.yml": []}
    }


def through_the_answers_file(value: object) -> object:
    """As Copier writes answers (`to_nice_yaml`) and reads them."""
    return yaml.safe_load(yaml.dump(value, indent=4, allow_unicode=True, default_flow_style=False))


CONTENTS = {
    "empty": b"",
    "one line": b"numpy",
    "lines": b"a\n\n  b\n\n\n",
    "CRLF": b"a\r\nb\r\n",
    "CR": b"a\rb\r",
    "tabs and trailing spaces": b"\ta \n b\t\n  \n",
    "YAML's own signs": b"- x: {y}\n# z\n'q'\n\"d\"\n%a\n---\nnull\n1e3\nyes\n",
    "Unicode": "Grüße 😀\u2028x\u00a0\n".encode(),
    "byte order mark": b"\xef\xbb\xbfnumpy\n",
    "next line sign": "a\u0085b\n".encode(),
    "control characters": b"\x00\x1b[0m\x7f\x0b\n",
    "Latin-1": b"# caf\xe9\nnumpy\n",
    "long": b"x " * 400 + b"\n",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_bytes_survive_the_answers_file(tmp_path: Path, content: bytes) -> None:
    answer = adopt.read(write(tmp_path, {"binder/start": content}), ["binder"])
    assert adoption.files(through_the_answers_file(answer)) == {"binder/start": content}


@settings(deadline=None)
@given(content=st.one_of(st.binary(), st.text().map(str.encode)))
def test_any_bytes_survive_the_answers_file(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("course", numbered=True)
    answer = adopt.read(write(folder, {"binder/start": content}), ["binder"])
    assert adoption.files(through_the_answers_file(answer)) == {"binder/start": content}


def test_text_can_be_read_in_the_answers_file(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "binder/apt.txt": "graphviz # é\n",
        "binder/start": b"\xff",
        "binder/install.R": "x",
    }
    assert adopt.read(write(tmp_path, files), ["binder"]) == {
        "binder": {"apt.txt": ["graphviz # é", ""], "start": {"base64": "/w=="}, "install.R": ["x"]}
    }


def test_directories_have_one_order_and_distinct_slugs() -> None:
    names = ["binder_x y", "binder_x-y", ".", "binder", "binder_a", ".binder"]
    directories = adoption.directories({name: {"apt.txt": ["x"]} for name in names})
    assert [(one.label, one.slug, one.folder) for one in directories] == [
        ("binder", "adopted-binder", "binder"),
        (".binder", "adopted-dot-binder", ".binder"),
        ("root", "adopted-root", ""),
        ("binder_a", "adopted-binder_a", "binder_a"),
        ("binder_x y", "adopted-binder_x-y", "binder_x y"),
        ("binder_x-y", "adopted-binder_x-y-2", "binder_x-y"),
    ]
    assert [next(iter(one.tree)) for one in directories][:3] == ["binder/apt.txt", ".binder/apt.txt", "apt.txt"]
    assert {(one.origin, one.home) for one in directories} == {("", "")}


@pytest.mark.parametrize(
    "value", ["x", ["x"], {"binder": ["apt.txt"]}, {"binder": {"apt.txt": "numpy"}}, {"b": {"c": {"base64": "%"}}}]
)
def test_an_answer_that_was_changed_by_hand_is_refused(value: object) -> None:
    with pytest.raises(BlocksError, match=r"^adopted: "):
        adoption.directories(value)


PYTHONS = {
    "exact": ({"environment.yml": "dependencies:\n- python=3.11.4\n"}, "3.11"),
    "double": ({"environment.yaml": "dependencies: [numpy, 'python == 3.10']\n"}, "3.10"),
    "build": ({"environment.yml": "dependencies: [conda-forge::python=3.11=cpython]\n"}, "3.11"),
    "below": ({"environment.yml": "dependencies: ['python<3.12']\n"}, "3.11"),
    "range with the default": ({"environment.yml": "dependencies: ['python>=3.9,<4']\n"}, "3.13"),
    "too old": ({"environment.yml": "dependencies: [python=3.7]\n"}, "3.13"),
    "any": ({"environment.yml": "dependencies: [python, python-dateutil=2.11]\n"}, "3.13"),
    "runtime": ({"runtime.txt": "python-3.12\n"}, "3.12"),
    "runtime that conda hides": ({"environment.yml": "dependencies: [x]\n", "runtime.txt": "python-3.12"}, "3.13"),
    "runtime that Pipfile hides": ({"Pipfile": "", "runtime.txt": "python-3.12"}, "3.13"),
    "R": ({"runtime.txt": "r-4.1-2024-01-01"}, "3.13"),
    "broken": ({"environment.yml": "dependencies: [\n"}, "3.13"),
    "odd": ({"environment.yml": "- x\n"}, "3.13"),
}


@pytest.mark.parametrize(("files", "expected"), PYTHONS.values(), ids=PYTHONS)
def test_python_is_the_one_that_was_there(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    answer = adopt.read(write(tmp_path, {f"binder/{name}": text for name, text in files.items()}), ["binder"])
    assert adoption.python_version(answer, choices.PYTHON_VERSIONS, choices.PYTHON_DEFAULT) == expected


CATALOGUE = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "libalpha\n",
    "alpha/environment.yml": "dependencies:\n- alpha\n- pip:\n  - pyalpha\n",
    "alpha/postBuild": "#!/bin/sh\necho alpha\n",
    "alpha/service/run": "#!/bin/sh\nexec alpha\n",
    "alpha/files/lib/alpha.txt": "alpha\n",
    "alpha/downloads.txt": f"alpha any {'0' * 64} https://example.org/alpha\n",
}
FIVE = {
    "apt.txt": "graphviz  # the diagrams\r\nlibgdal-dev\r\n",
    "environment.yml": "name: c\ndependencies:\n- python=3.12\n- numpy>=1.26  # arrays\n- pip:\n  - wget\n",
    "requirements.txt": "scipy>=1.11\nrequests[socks]\n",
    "postBuild": "#!/bin/bash\nset -e\njupyter lab build --minimize=False\n",
    "start": '#!/bin/bash\nexport COURSE_DATA=$PWD/data\nexec "$@"\n',
}
MERGED = {
    "apt.txt": ["graphviz", "libgdal-dev"],
    "environment.yml": ["numpy>=1.26", "wget", "scipy>=1.11", "requests[socks]"],
}


def five(folder: str) -> dict[str, str | bytes]:
    return {**{f"{folder}{name}": text for name, text in FIVE.items()}, "README.md": "mine\n", "data/x.csv": "1\n"}


def start_course(course: Path, files: Mapping[str, str | bytes]) -> Path:
    write(course, files)
    commit(course)
    return course


def assert_nothing_lost(course: Path, binder_dir: str, slug: str) -> None:
    for name, wanted in MERGED.items():
        lines = (course / binder_dir / name).read_text().splitlines()
        entries = [line.partition("  # ")[0].strip().removeprefix("- ").strip("'") for line in lines]
        assert [entry for entry in wanted if entry not in entries] == [], lines
    for name in ("postBuild", "start"):
        assert FIVE[name].splitlines()[1] in (course / binder_dir / f"{name}.d/{slug}").read_text()
    assert (course / "README.md").read_text() == "mine\n"


def test_several_directories_at_once(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    files = {
        "binder_gis/apt.txt": "gdal-bin\n",
        "binder_web/environment.yml": "dependencies: [flask]\n",
        "apt.txt": "jq\n",
    }
    course = start_course(tmp_path / "course", files)
    result = copier(*COPY, make_catalogue(CATALOGUE), course)
    assert result.returncode == 0, result.stderr
    assert (course / "binder/apt.txt").read_text().splitlines()[:2] == ["jq  # root", "gdal-bin  # binder_gis"]
    assert "  - flask  # binder_web\n" in (course / "binder/environment.yml").read_text()
    assert "Merged in: root, binder_gis, binder_web." in result.stderr
    assert {name: (course / name).read_text() for name in files} == files  # nothing of the author's is deleted


def test_directories_can_be_left_out(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = start_course(tmp_path / "course", {"binder_a/apt.txt": "gdal-bin\n", "binder_b/apt.txt": "jq\n"})
    assert copier(*COPY, "--data", "adopt=[binder_b]", make_catalogue({}), course).returncode == 0
    assert (course / "binder/apt.txt").read_text().splitlines()[0] == "jq  # binder_b"
    assert "gdal" not in (course / ".copier-answers.yml").read_text()


def test_what_must_be_removed_is_said(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = start_course(tmp_path / "course", five(".binder/"))
    result = copier(*COPY, "--data", "binder_dir=binder", make_catalogue({}), course)
    assert result.returncode == 0, result.stderr
    message = "BB606 .binder: was merged into binder, and repo2docker refuses a repository that has both"
    assert message in result.stderr
    assert "git rm -r .binder" in result.stderr
    assert "BB606" in [
        finding["code"] for finding in json.loads((course / "binder/report.json").read_text())["findings"]
    ]


def held(files: Mapping[str, str]) -> dict[str, adopt.Content]:
    return {name: text.split("\n") for name, text in files.items()}


def test_what_remains_is_said() -> None:
    """Of what was merged: files that are read no more, and a folder that may not stay."""
    adopted = dict.fromkeys(("binder", ".binder", "binder_a"), held(FIVE))
    found = dead.findings(adopted, "binder")
    assert [(one.code, one.file) for one in found] == [
        ("BB607", "binder/requirements.txt"),
        ("BB606", ".binder"),
        *(("BB607", f"binder_a/{name}") for name in adopt.MERGED if name in FIVE),
    ]


def test_what_remains_is_one_finding() -> None:
    adopted = {name: held(FIVE) for name in ("binder_a", "binder_b")} | {".": held({"apt.txt": "x"})}
    (one,) = dead.folded(dead.findings(adopted, "binder"), "binder")
    names = ",".join(name for name in adopt.MERGED if name in FIVE)
    assert str(one) == (
        f"BB607 apt.txt: was merged, and so were binder_a/{{{names}}} binder_b/{{{names}}}; repo2docker reads none of "
        "them there; make later changes in binder; remove them if nothing else needs them"
    )
    (alone,) = dead.folded(dead.findings({".": held({"apt.txt": "x"})}, "binder"), "binder")
    assert "was merged, and repo2docker does not read it from here" in str(alone)
    assert "remove it if nothing else needs it" in str(alone)


# Files of binder/, adopted in place, or of binder_a/ -> those of them that are read no more.
DEAD: dict[str, tuple[str, dict[str, str], list[str]]] = {
    "R reads them still": ("binder", {"runtime.txt": "r-2024-01-10", "requirements.txt": "x", "install.R": ""}, []),
    "so does Julia": ("binder", {"Project.toml": "", "runtime.txt": "python-3.12", "requirements.txt": "x"}, []),
    "a Dockerfile may": ("binder", {"Dockerfile": "", "runtime.txt": "python-3.12", "requirements.txt": "x"}, []),
    "a mistake stops repo2docker": ("binder", {"runtime.txt": "3.12", "requirements.txt": "x"}, []),
    "Python was merged": ("binder", {"runtime.txt": "python-3.12"}, ["binder/runtime.txt"]),
    "its Python never counted": ("binder", {"runtime.txt": "python-3.12", "environment.yml": "x: y"}, []),
    "R elsewhere was not merged": ("binder_a", {"runtime.txt": "r-2024-01-10", "apt.txt": "x"}, ["binder_a/apt.txt"]),
    "R elsewhere is not there": (
        "binder_a",
        {"runtime.txt": "r-2024-01-10", "requirements.txt": "x"},
        ["binder_a/requirements.txt"],
    ),
    "a list names it": (
        "binder_a",
        {"environment.yml": "dependencies:\n- pip:\n  - -r requirements.txt\n", "requirements.txt": "x"},
        ["binder_a/environment.yml"],
    ),
    "a script names it": (
        "binder_a",
        {"postBuild": "pip install -r binder_a/requirements.txt\n", "requirements.txt": "x"},
        ["binder_a/postBuild"],
    ),
    "a comment does not": (
        "binder_a",
        {"postBuild": "# see requirements.txt\n", "requirements.txt": "x"},
        ["binder_a/requirements.txt", "binder_a/postBuild"],
    ),
    "the other ending was not merged": (
        "binder_a",
        {"environment.yml": "x: y", "environment.yaml": "x: y"},
        ["binder_a/environment.yml"],
    ),
}


@pytest.mark.parametrize(("name", "files", "expected"), DEAD.values(), ids=DEAD)
def test_a_file_that_still_counts_is_not_said_to_be_dead(name: str, files: dict[str, str], expected: list[str]) -> None:
    adopted = {name: held(files)}
    found = dead.findings(adopted, "binder")
    assert sorted(one.file for one in found) == sorted(expected)
    forced = {one.file for one in packs.examine(adoption.directories(adopted)[0]) if "stays in force" in one.reason}
    assert forced.isdisjoint(expected)


def test_where_a_link_led_is_read_no_more(tmp_path: Path) -> None:
    course = write(tmp_path, {"environment.yml": "dependencies: [numpy]\n", "lists/web.txt": "flask\n", "binder/x": ""})
    (course / "binder/environment.yml").symlink_to("../environment.yml")
    (course / "binder_web").mkdir()
    (course / "binder_web/requirements.txt").symlink_to("../lists/web.txt")
    adopted = through_the_answers_file(adopt.read(course, ["binder", "binder_web"]))
    assert adoption.files(adopted)["binder/environment.yml"] == b"dependencies: [numpy]\n"
    assert packs.examine(adoption.directories(adopted)[0]) == []
    found = dead.findings(adopted, "binder")
    assert [one.file for one in found] == ["environment.yml", "binder_web/requirements.txt", "lists/web.txt"]
    assert "through the link binder/environment.yml" in found[0].reason


def test_what_the_directory_hides_is_said(tmp_path: Path) -> None:
    """As of an import: a Binder file of the root beside the directory, and a package there."""
    package = "[build-system]\n[project]\nname = 'secret'\n"
    hidden = {"postBuild": "x", "requirements.txt": "x", "pyproject.toml": package, "README.md": ""}
    course = write(tmp_path, {**hidden, "binder/apt.txt": "jq\n", "binder_a/apt.txt": "jq\n"})
    adopted = through_the_answers_file(adopt.read(course, ["binder", "binder_a"]))
    assert isinstance(adopted, dict)
    assert adopted["binder"]["hidden"] == ["requirements.txt", "postBuild", "pyproject.toml"]
    assert "hidden" not in adopted["binder_a"]
    first, second = adoption.directories(adopted)
    assert sorted((one.code, one.file) for one in packs.examine(first)) == [
        ("BB310", "pyproject.toml"),
        ("BB316", "postBuild"),
        ("BB316", "requirements.txt"),
    ]
    assert packs.examine(second) == []
    root = {**adopted, ".": held({"requirements.txt": "x"})}
    assert packs.examine(adoption.directories(root)[0]) == []


@pytest.mark.parametrize("contents", [{"hidden": "postBuild"}, {"hidden": ["../x"]}, {"../x": []}, {"notes.md": []}])
def test_an_answer_names_binder_files_alone(contents: dict[str, object]) -> None:
    with pytest.raises(BlocksError, match=r"^adopted: "):
        adoption.directories({"binder": contents})


# In a course with binder/apt.txt alone: what else stands there, further arguments, and the message.
REFUSED: dict[str, tuple[dict[str, str], tuple[str, ...], str]] = {
    "verbatim": ({"binder/launch": "mine"}, (), "binder/launch: would be overwritten"),
    "rendered": ({"binder/env": "mine"}, (), "binder/env: would be overwritten"),
    "placed": ({"binder/postBuild.d/alpha": "mine"}, (), "binder/postBuild.d/alpha: would be overwritten"),
    "component's file": ({"lib/alpha.txt": "mine"}, (), "lib/alpha.txt: would be overwritten"),
    "conditional": ({"binder/downloads.txt": "mine"}, (), "binder/downloads.txt: would be overwritten"),
    "not adopted": ({}, ("--data=adopt=[]",), "binder/apt.txt: would be overwritten"),
    "folder": ({"binder/env/x": "mine"}, (), "binder/env: is a folder, and a file of that name is needed"),
    "file": ({"lib": "mine"}, (), "lib: is a file, and a folder of that name is needed"),
    "other template": ({".copier-answers.yml": "_src_path: x\n"}, (), "is another template's answers file"),
    "unknown": (
        {},
        ("--data=adopt=[bindr]",),
        "adopt: there is no Binder configuration to adopt in 'bindr'; found: binder",
    ),
    "no list": ({}, ("--data=adopt=a, b",), "adopt: must be a list of names, like [binder], not 'a, b'"),
    "wrong adopted": ({}, ("--data=adopted=[x]",), "adopted: must be a mapping of directories to their files"),
    "clashes": ({}, ("--data=clashes=maybe",), "clashes: must be one of report, refuse"),
}


@pytest.mark.parametrize(("files", "arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_before_anything_is_written(
    make_catalogue: MakeCatalogue, tmp_path: Path, files: dict[str, str], arguments: tuple[str, ...], message: str
) -> None:
    course = start_course(tmp_path / "course", {"binder/apt.txt": "jq\n", **files})
    before = tree(course)
    result = copier(*COPY, "--overwrite", "--data=components=[alpha]", *arguments, make_catalogue(CATALOGUE), course)
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert result.returncode == 1
    assert tree(course) == before


def test_a_link_out_of_the_repository_is_not_written_through(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = start_course(tmp_path / "course", {"notes.md": "mine"})
    (tmp_path / "elsewhere").mkdir()
    (course / "binder").symlink_to(tmp_path / "elsewhere")
    result = copier(*COPY, "--overwrite", make_catalogue({}), course)
    assert "would be written through a symbolic link out of the repository" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert tree(tmp_path / "elsewhere") == {}


def test_without_overwrite_nothing_is_begun(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = start_course(tmp_path / "course", five("binder/"))
    before = tree(course)
    result = copier(*COPY, make_catalogue({}), course)
    assert "binder/apt.txt: is merged, and the result takes its place; add --overwrite" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert tree(course) == before
    assert "add --overwrite" in (ROOT / "docs/errors.md").read_text()


def test_the_same_copy_twice(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(CATALOGUE), start_course(tmp_path / "course", five("binder/"))
    for _ in range(2):
        result = copier(*COPY, "--overwrite", "--data=components=[alpha]", "--data=adopt=[binder]", root, course)
        assert result.returncode == 0, result.stderr
    (course / "binder/apt.txt").write_text((course / "binder/apt.txt").read_text() + "tree\n")
    before = tree(course)
    result = copier(*COPY, "--overwrite", "--data=components=[alpha]", root, course)
    assert "binder/apt.txt: differs from what would be written" in result.stderr
    assert "run copier update instead" in result.stderr
    assert result.returncode == 1
    assert tree(course) == before


def test_in_the_merged_folder_what_the_merge_writes_is_not_read_again(tmp_path: Path) -> None:
    course = write(tmp_path, five("binder/"))
    adopted = adopt.read(course, ["binder"])
    merged = {"apt.txt": "generated\n", "environment.yml": "generated: x\n", "postBuild": "x", "start": "x"}
    write(course, {**{f"binder/{name}": text for name, text in merged.items()}, "binder/requirements.txt": "mine\n"})
    now = again.again(course, adopted, ["binder"], "binder")
    files = adoption.files(now)
    assert files.pop("binder/requirements.txt") == b"mine\n"
    assert files == {f"binder/{name}": FIVE[name].encode() for name in FIVE if name != "requirements.txt"}
    (course / "binder/requirements.txt").unlink()
    assert "requirements.txt" not in again.again(course, now, ["binder"], "binder")["binder"]
    assert again.again(course, now, ["-binder"], "binder") == {}


def test_the_root_beside_a_binder_directory_is_adopted_by_name(tmp_path: Path) -> None:
    course = write(tmp_path, {"binder/apt.txt": "generated\n", "requirements.txt": "numpy\n"})
    assert again.again(course, {}, ["."], "binder")["."]["requirements.txt"] == ["numpy", ""]
    with pytest.raises(BlocksError, match="no Binder configuration to adopt in 'binder'"):
        again.again(course, {}, ["binder"], "binder")
    write(course, {"binder/runtime.txt": "python-3.11\n"})
    assert again.again(course, {}, ["binder"], "binder")["binder"]["runtime.txt"] == ["python-3.11", ""]


def told(course: Path) -> list[str]:
    """What the report, the README and the message of the last update agree on."""
    findings = json.loads((course / "binder/report.json").read_text())["findings"]
    return [f"{finding['code']} {finding['file']}" for finding in findings]


ACCEPTED = {
    "code": ("[BB220]", ["BB607 binder_a/apt.txt"]),
    "file": ("['BB220 binder_a/apt.txt']", ["BB607 binder_a/apt.txt"]),
    "text": ("['BB220 binder_a/apt.txt: libcurl3']", ["BB220 binder_a/apt.txt", "BB607 binder_a/apt.txt"]),
    "all": ("[BB220, BB607]", []),
}


@pytest.mark.parametrize(("accepted", "expected"), ACCEPTED.values(), ids=ACCEPTED)
def test_findings_that_may_be_so(
    make_catalogue: MakeCatalogue, tmp_path: Path, accepted: str, expected: list[str]
) -> None:
    course = start_course(tmp_path / "course", {"binder_a/apt.txt": "libcurl3\npython-pip\n"})
    result = copier(*COPY, "--data", f"accepted={accepted}", make_catalogue({}), course)
    assert result.returncode == 0, result.stderr
    assert sorted(told(course)) == expected


@pytest.mark.parametrize("accepted", ["libcurl3", "[libcurl3]", "[220]", "{BB220: x}"])
def test_what_may_be_so_has_a_code(make_catalogue: MakeCatalogue, tmp_path: Path, accepted: str) -> None:
    result = copier(*COPY, "--data", f"accepted={accepted}", make_catalogue({}), tmp_path / "course")
    assert_refused(result.returncode, result.stderr, "accepted: must be a list of codes")


def test_a_plain_copy_reads_nothing(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """An existing folder without a Binder configuration gets what a new one gets, and keeps what it has."""
    root = make_catalogue(CATALOGUE)
    start_course(tmp_path / "old", {"notes.md": "mine"})
    for name in ("old", "new"):
        assert copier(*COPY, "--data=components=[alpha]", root, tmp_path / name).returncode == 0
    assert tree(tmp_path / "old") == {**tree(tmp_path / "new"), "notes.md": b"mine"}


def test_copier_tells_a_copy_from_an_update() -> None:
    """What `blocks` reads of Copier's inside: set by each operation, kept by the copies that an update makes."""
    assert _main._operation.get("none") == "none"
    seen = []
    copies = _main.as_operation("copy")(lambda: seen.append(_main._operation.get()))
    copies()
    _main.as_operation("update")(copies)()
    assert seen == ["copy", "update"]


def test_kept_files_are_those_of_the_template() -> None:
    settings = (ROOT / "copier.yml").read_text().split("\n---\n")[0].split("\ncourse_name:")[0]
    patterns = yaml.safe_load(settings)["_skip_if_exists"]
    assert patterns == [*overwrite.KEPT]


def test_an_author_may_exclude_a_file(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = start_course(tmp_path / "course", {"binder/README.md": "mine"})
    result = copier(*COPY, "--skip", "binder/README.md", make_catalogue({}), course)
    assert result.returncode == 0, result.stderr
    assert (course / "binder/README.md").read_text() == "mine"


@pytest.mark.parametrize("name", ["binder_é", "binder_日本 語", "binder_it's"])
def test_folders_with_any_letters(make_catalogue: MakeCatalogue, tmp_path: Path, name: str) -> None:
    course = start_course(tmp_path / "course", {f"{name}/apt.txt": "htop\n"})
    result = copier(*COPY, make_catalogue({}), course)
    assert result.returncode == 0, result.stderr
    assert "htop  # " in (course / "binder/apt.txt").read_text()


@pytest.mark.parametrize("name", ['binder_a"b', "binder_a\\b"])
def test_a_folder_that_copier_cannot_offer(make_catalogue: MakeCatalogue, tmp_path: Path, name: str) -> None:
    course = start_course(tmp_path / "course", {f"{name}/apt.txt": "htop\n"})
    before = tree(course)
    result = copier(*COPY, make_catalogue({}), course)
    assert_refused(result.returncode, result.stderr, f"{name!r}: Copier cannot offer a folder of this name to adopt")
    assert tree(course) == before


def test_real_catalogue_adopts_and_updates(copier: CopierFixture, tmp_path: Path) -> None:
    start_course(tmp_path / "course", five("binder/"))
    one, other = units.SERVICES[:2]
    project = copier.copy(tmp_path / "course", components=[one], overwrite=True)
    commit(project.path)
    project.update(components=[one, other])
    assert " U" not in git(project.path, "status", "--porcelain")
    assert_nothing_lost(project.path, "binder", "adopted-binder")


def test_files_that_lists_name_are_compared(tmp_path: Path) -> None:
    course = write(
        tmp_path,
        {
            "binder/environment.yml": "dependencies: [pip: [-r extra.txt, '--constraint=../c.txt', numpy>=2]]\n",
            "binder/extra.txt": "numpy<1.20\n-r more/deep.txt\n-r none.txt\n-r ../../out.txt\n",
            "binder/more/deep.txt": "glob\n-r ../extra.txt\n",
            "c.txt": "x<2\n",
            "requirements.txt": "-r binder/not.txt\n",
            "binder/not.txt": "x\n",
        },
    )
    (tmp_path / "out.txt").write_text("x\n")
    adopted = json.loads(json.dumps(adopt.read(course, ["binder"])))
    assert [*adopted["binder"]["helpers"]] == ["binder/extra.txt", "binder/more/deep.txt", "c.txt"]
    result = merge(*adoption.directories(adopted))
    assert [(one.wants[0].place, one.losing[0].text) for one in result.clashes] == [("binder/extra.txt:1", "numpy>=2")]
    assert [(one.place, one.code) for one in result.findings] == [("binder/more/deep.txt:1", "BB211")]


def test_a_hidden_file_that_a_list_names_is_read(tmp_path: Path) -> None:
    course = write(tmp_path, {"binder/requirements.txt": "-r ../requirements.txt\n", "requirements.txt": "glob\n"})
    (one,) = adoption.directories(adopt.read(course, ["binder"]))
    assert [(found.place, found.code) for found in merge(one).findings] == [("requirements.txt:1", "BB211")]
