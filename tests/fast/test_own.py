"""The author's own lines against the generated ones: said at the end of a copy and an update, never changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from extensions.merge import apt, environment_text, environment_yml
from extensions.model import Finding, Fragment
from extensions.update import closing, conflicts, own
from tests.fast.conftest import MakeCatalogue, commit, copier, git, manifest, tree, write_components

APT = "graphviz  # maps\ntree=1.8  # files\n# Your own Debian packages go below this line.\n"
ENVIRONMENT = """\
channels:
  - conda-forge
dependencies:
  - python=3.12
  - numpy>=1.26  # maths
  - psycopg  # postgres
  # Your own conda packages go below this line.
  - pip
  - pip:
    - pip
    - requests<3  # web
    # Your own pip packages go below this line.
"""
ENV = "# course\nexport COURSE_NAME='x'\n# Your own variables go below this line.\n"
LATE = "torch==2.1  # deep\n# Your own late packages go below this line.\n"
DOWNLOADS = f"neo4j any {'0' * 64} https://example.org/a  # neo4j\n# Your own downloads go below this line.\n"


def below(text: str, anchor: str, line: str) -> str:
    """The file with a line below the anchor that contains `anchor`, or at its end."""
    lines = text.splitlines(keepends=True)
    where = next((number for number, one in enumerate(lines, start=1) if anchor in one), len(lines))
    return "".join([*lines[:where], line + "\n", *lines[where:]])


CONDA, PIP = "own conda", "own pip"
# File, its generated text, the anchor and the own line, and what is said: code, line, and words of the message.
SAID: dict[str, tuple[str, str, str, str, tuple[str, int, str] | None]] = {
    "apt, new": ("apt.txt", APT, "own", "jq", None),
    "apt, again": ("apt.txt", APT, "own", "graphviz", ("BB601", 4, "'graphviz' of maps (binder/apt.txt:1)")),
    "apt, two on a line": ("apt.txt", APT, "own", "jq graphviz", ("BB601", 4, "binder/apt.txt:1")),
    "apt, two pins": ("apt.txt", APT, "own", "tree=2", ("BB602", 4, "'tree=1.8' of files (binder/apt.txt:2)")),
    "apt, comment": ("apt.txt", APT, "own", "# graphviz", None),
    "conda, new": ("environment.yml", ENVIRONMENT, CONDA, "  - pandas", None),
    "conda, again": ("environment.yml", ENVIRONMENT, CONDA, "  - Psycopg", ("BB601", 8, "binder/environment.yml:6")),
    "conda, both": ("environment.yml", ENVIRONMENT, CONDA, "  - numpy<2", ("BB601", 8, "both hold")),
    "conda, neither": ("environment.yml", ENVIRONMENT, CONDA, "  - numpy<1.20", ("BB602", 8, "'numpy>=1.26' of maths")),
    "python, same": ("environment.yml", ENVIRONMENT, CONDA, "  - python>=3.10", None),
    "python": ("environment.yml", ENVIRONMENT, CONDA, "  - python=3.10", ("BB602", 8, "python=3.12")),
    "pip, again": ("environment.yml", ENVIRONMENT, PIP, "    - Requests<3", ("BB601", 13, "binder/environment.yml:11")),
    "pip, neither": ("environment.yml", ENVIRONMENT, PIP, "    - requests>=3", ("BB602", 13, "'requests<3' of web")),
    "pip and conda": ("environment.yml", ENVIRONMENT, PIP, "    - psycopg", ("BB602", 13, "binder/environment.yml:6")),
    "conda and pip": ("environment.yml", ENVIRONMENT, CONDA, "  - requests", ("BB602", 8, "binder/environment.yml:12")),
    "pip itself": ("environment.yml", ENVIRONMENT, PIP, "    - pip", ("BB601", 13, "remove yours")),
    "broken YAML": ("environment.yml", ENVIRONMENT, CONDA, "  - [", ("BB604", 0, "not valid YAML")),
    "no package": ("environment.yml", ENVIRONMENT, CONDA, "  - a: b", ("BB604", 8, "must be a package")),
    "variable, new": ("env", ENV, "own", "export COLOUR=blue", None),
    "variable": ("env", ENV, "own", "COURSE_NAME=y", ("BB603", 4, "line 2 ('export COURSE_NAME='x'')")),
    "late": ("requirements.late.txt", LATE, "own", "torch>=2.2", ("BB602", 3, "'torch==2.1' of deep")),
    "late, broken": ("requirements.late.txt", LATE, "own", "a b", ("BB604", 3, "requirement")),
    "download": (
        *("downloads.txt", DOWNLOADS, "own", f"neo4j any {'1' * 64} https://example.org/b"),
        ("BB602", 3, "of neo4j (binder/downloads.txt:1)"),
    ),
    "download, broken": ("downloads.txt", DOWNLOADS, "own", "neo4j", ("BB604", 3, "must be: name")),
}


@pytest.mark.parametrize(("name", "generated", "anchor", "line", "expected"), SAID.values(), ids=SAID)
def test_own_line(
    tmp_path: Path, name: str, generated: str, anchor: str, line: str, expected: tuple[str, int, str] | None
) -> None:
    path = tmp_path / "binder" / name
    path.parent.mkdir()
    path.write_text(below(generated, anchor, line))
    before = tree(tmp_path)
    found = own.check(tmp_path, {f"binder/{name}": generated})
    assert tree(tmp_path) == before
    if expected is None:
        assert found == []
        return
    code, number, words = expected
    assert [finding.code for finding in found] == [code]
    assert number in (0, found[0].line)
    assert words in str(found[0])
    assert f"binder/{name}" in str(found[0])


def test_generated_files_say_nothing(tmp_path: Path) -> None:
    """Neither as they are, nor with their clashes, which are said elsewhere, nor without some of their lines."""
    first = "dependencies:\n- numpy<1\n- pip:\n  - rich\n"
    environments = [Fragment("a", "a.yml", first, True), Fragment("b", "b.yml", "dependencies: [numpy>=1, rich]", True)]
    environment = environment_text.render(environment_yml.merge(environments, [], "3.12"))
    packages = apt.render(apt.merge([Fragment("a", "a.txt", "x=1 y", True), Fragment("b", "b.txt", "x=2", True)]))
    (tmp_path / "environment.yml").write_text(environment)
    (tmp_path / "apt.txt").write_text("".join(packages.splitlines(keepends=True)[1:]))
    assert own.check(tmp_path, {"environment.yml": environment, "apt.txt": packages, "env": ENV}) == []


FOREIGN = {
    "platforms": "platforms: [linux-64]\n",
    "several": "category: x\nplatforms:\n- linux-64\nextra: {a: [1, ~]}\n",
    "an anchor": "base: &base {a: 1}\nmore: *base\n",
}


@pytest.mark.parametrize("keys", FOREIGN.values(), ids=FOREIGN)
def test_keys_of_others_are_no_reason_not_to_compare(tmp_path: Path, keys: str) -> None:
    text = f"{keys}dependencies: [numpy=1.26]\n"
    merged = environment_yml.merge([Fragment("a", "a.yml", text, True)], [], "3.12")
    generated = environment_text.render(merged)
    path = tmp_path / "environment.yml"
    path.write_text(generated)
    assert own.check(tmp_path, {"environment.yml": generated}) == []
    path.write_text(below(generated, CONDA, "  - numpy=1.20"))
    (finding,) = own.check(tmp_path, {"environment.yml": generated})
    assert finding.code == "BB602"


def test_files_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    (tmp_path / "environment.yml").mkdir()
    (tmp_path / "env").write_bytes(b"\xff\x00\n")
    found = own.check(tmp_path, {"apt.txt": APT, "environment.yml": ENVIRONMENT, "env": ENV})
    assert [(one.code, one.file, one.line) for one in found] == [("BB604", "environment.yml", 0)]


def test_conflicts_are_found_wherever_they_are(tmp_path: Path) -> None:
    conflict = "<<<<<<< before updating\ngraphviz\n=======\ntree\n>>>>>>> after updating\n"
    (tmp_path / "apt.txt").write_text("a\n" + conflict)
    (tmp_path / "compose.yaml").write_text(conflict)
    (tmp_path / "README.md").write_text("Title\n=======\n\nOther\n=======\n>>>>>>> quoted\n")
    found = conflicts.find(tmp_path, ["apt.txt", "compose.yaml", "README.md", "gone"], ["apt.txt", "logo.png"])
    assert [(one.code, one.file, one.line) for one in found] == [
        ("BB605", "apt.txt", 2),
        ("BB605", "compose.yaml", 1),
        ("BB621", "logo.png", 0),
    ]


def test_a_long_list_says_where_the_rest_is() -> None:
    found = [Finding("BB601", "own", "f", number, "x", "r", "m") for number in range(1, 40)]
    lines = closing.text("binder", [], [], found, closing.Found(found[:1])).split("\n")
    assert lines[:5] == ["", "", "## 39 findings", "", "- BB601 f:1: 'x' r; m"]
    assert lines[-5] == "- ... and 24 more: see binder/report.json"
    assert lines[-4:] == ["", "## Your own lines, 1 remark", "", "- BB601 f:1: 'x' r; m"]
    assert len(lines) == 1 + 3 + closing.SHOWN + 1 + 4


def test_conflicts_are_the_last_lines_and_all_of_them() -> None:
    found = [Finding("BB605", "own", "f", number, "", "r", "m") for number in range(1, 40)]
    lines = closing.text("binder", [], [], [], closing.Found(found[:1], found[:1], found), ["## What changed"]).split(
        "\n"
    )
    assert lines[-41:] == ["## CONFLICTS in 39 files", "", *(f"- {one}" for one in found)]


CATALOGUE = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "libalpha\n",
    "beta/component.yml": manifest("Beta"),
    "beta/apt.txt": "libbeta=2\n",
    "beta/environment.yml": "dependencies:\n- beta>=2\n",
}


def test_said_on_copy_and_update(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(CATALOGUE), tmp_path / "course"
    commit(root, "1.0.0")
    result = copier("copy", "--trust", "--defaults", "--data=components=[alpha]", root, course)
    assert "Your own lines" not in result.stderr
    for path, anchor, line in (
        ("apt.txt", "own", "libbeta=1"),
        ("apt.txt", "own", "libalpha"),
        ("environment.yml", CONDA, "  - beta<2"),
    ):
        file = course / "binder" / path
        file.write_text(below(file.read_text(), anchor, line))
    commit(course)
    write_components(root, {"gamma/component.yml": manifest("Gamma")})
    commit(root, "1.1.0")
    result = copier("update", "--trust", "--defaults", "--data=components=[alpha, beta]", course)
    assert result.returncode == 0, result.stderr
    said = result.stderr.partition("Your own lines, 3 remarks\n")[2].strip().splitlines()
    assert [line.removeprefix("- ").split()[:2] for line in said] == [
        ["BB601", "binder/apt.txt:4:"],
        ["BB602", "binder/apt.txt:5:"],
        ["BB602", "binder/environment.yml:7:"],
    ]
    assert "'libbeta=2' of beta (binder/apt.txt:2)" in said[1]
    assert " U" not in git(course, "status", "--porcelain")


def test_a_conflict_is_said_on_update(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(CATALOGUE), tmp_path / "course"
    commit(root, "1.0.0")
    copier("copy", "--trust", "--defaults", "--data=components=[alpha]", root, course)
    apt_txt = course / "binder/apt.txt"
    apt_txt.write_text(apt_txt.read_text().replace("libalpha", "libalpha-mine"))
    commit(course)
    write_components(root, {"alpha/apt.txt": "libalpha2\n"})
    commit(root, "1.1.0")
    result = copier("update", "--trust", "--defaults", course)
    assert result.returncode == 0
    assert "BB605 binder/apt.txt:1: has conflict markers" in result.stderr


def test_a_wrong_own_line_breaks_no_copy(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(CATALOGUE), tmp_path / "course"
    arguments = ("copy", "--trust", "--defaults", "--overwrite", "--skip", "binder/environment.yml")
    assert copier(*arguments, root, course).returncode == 0
    (course / "binder/environment.yml").write_text("dependencies: [\n")
    result = copier(*arguments, root, course)
    assert result.returncode == 0, result.stderr
    assert "BB604 binder/environment.yml" in result.stderr
