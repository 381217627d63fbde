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
from extensions.foreign import adopt, adoption
from tests import units
from tests.fast.conftest import ROOT, MakeCatalogue, commit, copier, git, manifest, tree, write_components
from tests.fast.test_copy import assert_refused

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
    "root, nothing that builds": (["DESCRIPTION", "requirements.late.txt"], []),
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
        "binder": {"apt.txt": ["graphviz # é", ""], "start": {"base64": "/w=="}, "install.R": []}
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
LATER = {
    "beta/component.yml": manifest("Beta"),
    "beta/apt.txt": "libbeta\n",
    "beta/environment.yml": "dependencies:\n- beta\n- pip:\n  - pybeta\n",
    "beta/postBuild": "#!/bin/sh\necho beta\n",
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


WHERE = {"binder": ("binder/", "binder", "adopted-binder"), ".binder": (".binder/", ".binder", "adopted-dot-binder")}
WHERE["root"] = ("", "binder", "adopted-root")


@pytest.mark.parametrize("components", ["[]", "[alpha]"])
@pytest.mark.parametrize(("folder", "binder_dir", "slug"), WHERE.values(), ids=WHERE)
def test_adopted_edited_and_updated(
    make_catalogue: MakeCatalogue, tmp_path: Path, folder: str, binder_dir: str, slug: str, components: str
) -> None:
    root, course = make_catalogue(CATALOGUE), start_course(tmp_path / "course", five(folder))
    commit(root, "1.0.0")
    result = copier(*COPY, "--overwrite", "--data", f"components={components}", root, course)
    assert result.returncode == 0, result.stderr
    answers = yaml.safe_load((course / ".copier-answers.yml").read_text())
    assert answers["python_version"] == "3.12"
    assert answers["binder_dir"] == binder_dir
    assert adoption.files(answers["adopted"]) == {f"{folder}{name}": text.encode() for name, text in FIVE.items()}
    assert "adopt" not in answers
    assert_nothing_lost(course, binder_dir, slug)
    commit(course)
    for name, anchor, line in EDITS:
        path = course / binder_dir / name
        path.write_text(path.read_text().replace(f"{anchor}\n", f"{anchor}\n{line}\n"))
    script = course / binder_dir / "postBuild.d" / slug
    script.write_text(script.read_text() + "echo edited\n")
    commit(course)
    write_components(root, LATER)
    commit(root, "1.1.0")
    result = copier(
        "update",
        "--trust",
        "--defaults",
        "--data",
        f"components={components.replace('alpha', 'alpha, ').replace(']', 'beta]')}",
        course,
    )
    assert result.returncode == 0, result.stderr
    assert " U" not in git(course, "status", "--porcelain")
    assert_nothing_lost(course, binder_dir, slug)
    for name, _, line in EDITS:
        text = (course / binder_dir / name).read_text()
        assert f"{line}\n" in text
        assert "<<<<<<<" not in text
    assert "echo edited\n" in script.read_text()
    assert "\n  - beta  # beta\n" in (course / binder_dir / "environment.yml").read_text()
    assert yaml.safe_load((course / ".copier-answers.yml").read_text())["adopted"] == answers["adopted"]


EDITS = (
    ("apt.txt", "# Your own Debian packages go below this line.", "tree"),
    ("environment.yml", "  # Your own conda packages go below this line.", "  - pandas"),
    ("environment.yml", "    # Your own pip packages go below this line.", "    - mine"),
    ("env", "# Your own variables go below this line.", "export COLOUR=blue"),
    ("postBuild", "# Your own steps go below this line.", "echo built"),
)


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


def test_what_remains_is_said() -> None:
    """Of what was merged: files that are read no more, and a folder that may not stay."""
    held: dict[str, adopt.Content] = {name: ["x"] for name in (*FIVE, "runtime.txt")}
    adopted = dict.fromkeys(("binder", ".binder", "binder_a"), held)
    found = adoption.findings(adoption.directories(adopted), "binder")
    assert [(one.code, one.file) for one in found] == [
        *(("BB607", f"binder/{name}") for name in ("requirements.txt", "runtime.txt")),
        ("BB606", ".binder"),
        *(("BB607", f"binder_a/{name}") for name in adopt.MERGED if name in held),
    ]


# In a course with binder/apt.txt alone: what else stands there, further arguments, and the message.
REFUSED: dict[str, tuple[dict[str, str], tuple[str, ...], str]] = {
    "README": ({"binder/README.md": "mine"}, (), "binder/README.md: would be overwritten"),
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
    "no list": ({}, ("--data=adopt=binder",), "adopt: must be a list of names, like [binder], not 'binder'"),
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


def test_no_adoption_on_an_update(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(CATALOGUE), tmp_path / "course"
    commit(root, "1.0.0")
    assert copier(*COPY, root, course).returncode == 0
    write(course, {"binder_new/apt.txt": "jq\n", "binder/runtime.txt": "python-3.10\n"})
    commit(course)
    commit(root, "1.1.0")
    before = tree(course)
    result = copier("update", "--trust", "--defaults", "--data=adopt=[binder_new]", course)
    assert "adopt: 'binder_new' was not adopted by the first copy" in result.stderr
    assert result.returncode == 1
    assert tree(course) == before
    assert copier("update", "--trust", "--defaults", course).returncode == 0
    answers = yaml.safe_load((course / ".copier-answers.yml").read_text())
    assert answers["adopted"] == {}
    assert "jq" not in (course / "binder/apt.txt").read_text()


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
