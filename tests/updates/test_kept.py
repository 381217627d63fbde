"""What an author wrote is there after an update, or it is named with the way back: whatever git and Copier make of it.

Each case is one change of an author's, in a clone of one course; the new version changes half of the files.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from extensions.update.state import has_markers
from tests.fast.conftest import commit, committed_course, git, manifest, write_catalogue, write_components

SCRIPT = "".join(f"echo {number}\n" for number in range(9))
TABLE = "".join(f"{number},{number}\n" for number in range(9))
OLD = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "one\ntwo\nthree\n",
    "alpha/postBuild": f"#!/bin/sh\n{SCRIPT}",
    "alpha/start": f"#!/bin/sh\n{SCRIPT}",
    "alpha/files/data/same.csv": TABLE,
    "alpha/files/data/changed.csv": TABLE,
    "alpha/service/run": "#!/bin/sh\nexec sleep infinity\n",
    "alpha/service/ready": "#!/bin/sh\nexit 0\n",
    "beta/component.yml": manifest("Beta"),
    "gamma/component.yml": manifest("Gamma"),
    "beta/files/beta.csv": TABLE,
    "beta/seed/beta/rows.csv": TABLE,
}
NEW = {
    "alpha/apt.txt": "one\ntwo2\nthree\nfour\n",
    "alpha/postBuild": f"#!/bin/sh\n{SCRIPT.replace('1', 'one')}",
    "alpha/files/data/changed.csv": TABLE.replace("1,1", "1,one"),
    "alpha/service/run": "#!/bin/sh\nexec sleep 1000\n",
}
SIZE = """\
poster_size:
  type: str
  default: small
  when: "{{ 'poster' in delivery }}"
"""
POSTER = "size: {{ poster_size }}\none: 1\ntwo: 2\nthree: 3\nfour: 4\n"
POSTERS = {
    "poster/output.yml": "title: Poster\nsummary: S\n",
    "poster/questions.yml": SIZE,
    "poster/files/poster.txt.jinja": POSTER,
    "poster/files/posters/{{ poster_size }}.yaml.jinja": POSTER,
}
Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a catalogue of two releases, and a course of the first."""
    folder = tmp_path_factory.mktemp("kept")
    root = write_catalogue(folder / "catalogue", OLD)
    for path, text in POSTERS.items():
        (root / "outputs" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "outputs" / path).write_text(text)
    committed_course(root, folder / "course", "components=[alpha, beta]", "outputs=[poster]")
    write_components(root, NEW)
    poster = root / "outputs/poster/files/poster.txt.jinja"
    poster.write_text(POSTER.replace("two: 2", "two: II"))
    commit(root, "1.1.0")
    return folder


class Course:
    """A clone of the course, its author, and what an update of it said."""

    def __init__(self, origin: Path, path: Path, configuration: str = "") -> None:
        git(origin.parent, "clone", "--quiet", str(origin), str(path))
        self.path, self.said = path, ""
        self.environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        if configuration:
            everywhere = Path(self.environment.get("GIT_CONFIG_GLOBAL") or Path.home() / ".gitconfig")
            known = everywhere.read_text() if everywhere.exists() else ""
            (path.parent / "gitconfig").write_text(f"{known}\n{configuration.format(path.parent)}")
            self.environment["GIT_CONFIG_GLOBAL"] = str(path.parent / "gitconfig")

    def __getitem__(self, path: str) -> bytes:
        return (self.path / path).read_bytes()

    def __contains__(self, path: str) -> bool:
        return (self.path / path).exists()

    def commit(self) -> None:
        git(self.path, "add", "--all")
        git(self.path, "commit", "--quiet", "--allow-empty", "--message", "mine")

    def update(self, *answers: str, status: int = 0) -> None:
        data = [word for answer in answers for word in ("--data", answer)]
        command = [sys.executable, "-m", "copier", "update", "--trust", "--defaults", *data, str(self.path)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=self.environment)
        assert done.returncode == status, done.stderr
        self.said = done.stderr

    def edit(self, path: str, old: str, new: str) -> None:
        text = self[path].decode()
        assert old in text
        (self.path / path).write_text(text.replace(old, new))

    def append(self, path: str, content: bytes) -> None:
        (self.path / path).write_bytes(self[path] + content)

    @property
    def unmerged(self) -> list[str]:
        return sorted({line.partition("\t")[2] for line in git(self.path, "ls-files", "--unmerged").splitlines()})


@pytest.fixture
def course(courses: Path, tmp_path: Path) -> Course:
    return Course(courses / "course", tmp_path / "course")


LATIN = b"# Pr\xfcfung \xe9\n"
TEXTS = ("binder/env", "binder/apt.txt", "binder/postBuild.d/alpha", "binder/start.d/alpha")


def test_bytes_that_are_not_utf8_stay(course: Course) -> None:
    paths = [*TEXTS, "data/same.csv", "data/changed.csv", "poster.txt", "beta.csv"]
    for path in paths:
        course.append(path, LATIN)
    course.commit()
    course.update()
    assert course.unmerged == []
    assert [path for path in paths if not course[path].endswith(LATIN)] == []
    assert b"two2" in course["binder/apt.txt"]
    assert b"1,one" in course["data/changed.csv"]


@pytest.mark.parametrize("content", [b"\0\1mine", "1;2\n".encode("utf-16"), b"\xff\xfe" + b"\0" * 3000])
def test_binary_files_stay(course: Course, content: bytes) -> None:
    for path in ("data/same.csv", "data/changed.csv", "binder/apt.txt"):
        (course.path / path).write_bytes(content)
    course.append("binder/env", b"export MINE=1\n")
    course.commit()
    course.update()
    assert {course[path] for path in ("data/same.csv", "data/changed.csv", "binder/apt.txt")} == {content}
    assert course.unmerged == ["binder/apt.txt", "data/changed.csv"]
    assert course["binder/env"].endswith(b"export MINE=1\n")
    last = course.said.partition("## CONFLICTS in 2 files\n")[2]
    assert "BB621 binder/apt.txt" in last
    assert "BB621 data/changed.csv" in last
    git(course.path, "checkout", "--theirs", "data/changed.csv")
    assert b"1,one" in course["data/changed.csv"]


SETTINGS = {
    "ignored": "[core]\n\texcludesFile = {}/everywhere\n",
    "taken for no text": "[core]\n\tattributesFile = {}/attributes\n",
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_what_the_users_git_hides_from_the_merge_stays(courses: Path, tmp_path: Path, setting: str) -> None:
    (tmp_path / "everywhere").write_text("*.d\n*.csv\n*.txt\n")
    (tmp_path / "attributes").write_text("*.csv -diff\nalpha binary\n*.txt -diff\n")
    course = Course(courses / "course", tmp_path / "course", SETTINGS[setting])
    for path in ("data/same.csv", "data/changed.csv", "binder/apt.txt", "poster.txt"):
        course.append(path, b"mine\n")
    course.edit("binder/postBuild.d/alpha", "echo 1\n", "echo mine\n")
    course.commit()
    course.update()
    for path in ("data/same.csv", "data/changed.csv", "binder/apt.txt", "poster.txt"):
        assert course[path].endswith(b"mine\n"), path
    assert b"two2" in course["binder/apt.txt"]
    assert b"1,one" in course["data/changed.csv"]
    assert course.unmerged == ["binder/postBuild.d/alpha"]
    assert has_markers(course["binder/postBuild.d/alpha"])


@pytest.mark.parametrize("rule", ["*.d\n", "binder/\n", "*\n", "*.csv\ndata\n", "*.json\n"])
def test_files_that_git_ignores_are_updated_and_named(course: Course, rule: str) -> None:
    hidden = ["binder/postBuild.d/alpha", "binder/start.d/alpha", "data/same.csv", "data/changed.csv", "beta.csv"]
    (course.path / ".gitignore").write_text(rule)
    git(course.path, "rm", "-r", "--quiet", "--cached", "binder", "data", "beta.csv", ".copier-answers.yml")
    course.commit()
    for path in hidden:
        course.append(path, b"# mine\n")
    before = git(course.path, "ls-files")
    course.commit()
    course.update("components=[alpha]")
    for path in hidden[:-1]:
        assert course[path].endswith(b"# mine\n"), path
    assert b"1,one" in course["data/changed.csv"]
    assert b"echo one" in course["binder/postBuild.d/alpha"]
    assert ("beta.csv" in course) == (rule in ("*\n", "*.csv\ndata\n"))
    assert "BB622 .gitignore:" in course.said
    if rule != "*.json\n":
        assert before.count("\n") <= git(course.path, "ls-files").count("\n") + 3, "the index is as it was"
    assert not git(course.path, "diff", "--cached", "--name-only")


def test_a_seed_that_git_ignores_stays_with_its_edits(course: Course) -> None:
    (course.path / ".gitignore").write_text("*.csv\n")
    git(course.path, "rm", "-r", "--quiet", "--cached", "binder/seed", "beta.csv")
    course.commit()
    course.append("binder/seed/beta/rows.csv", b"mine\n")
    course.append("beta.csv", b"mine\n")
    course.update("components=[alpha]")
    assert course["binder/seed/beta/rows.csv"].endswith(b"mine\n")
    assert course["beta.csv"].endswith(b"mine\n")
    assert "BB624 beta.csv: stays with your edits" in course.said


def test_no_untracked_files_shown(course: Course) -> None:
    git(course.path, "config", "status.showUntrackedFiles", "no")
    course.edit("binder/postBuild.d/alpha", "echo 1\n", "echo mine\n")
    course.edit("binder/apt.txt", "two ", "two=1 ")
    git(course.path, "rm", "--quiet", "--cached", "data/same.csv", "data/changed.csv")
    git(course.path, "commit", "--quiet", "--all", "--message", "mine")
    course.append("data/same.csv", b"mine\n")
    course.append("data/changed.csv", b"mine\n")
    course.update()
    assert course.unmerged == ["binder/apt.txt", "binder/postBuild.d/alpha"]
    assert not list(course.path.rglob("*.rej"))
    assert b"mine" in course["binder/postBuild.d/alpha"]
    assert b"echo one" in course["binder/postBuild.d/alpha"]
    assert course["data/same.csv"].endswith(b"mine\n")
    assert course["data/changed.csv"].endswith(b"mine\n")
    assert b"1,one" in course["data/changed.csv"]


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_changes_that_git_is_told_not_to_see_stop_the_update(course: Course, flag: str) -> None:
    git(course.path, "update-index", flag, "binder/env")
    course.append("binder/env", b"export MINE=1\n")
    course.update(status=1)
    assert f"git update-index --no{flag[1:]} binder/env" in course.said
    assert course["binder/env"].endswith(b"export MINE=1\n")


def test_edits_of_an_output_that_is_taken_back_are_named_last(course: Course) -> None:
    course.append("poster.txt", b"mine\n")
    course.edit("posters/small.yaml", "one: 1", "one: mine")
    course.commit()
    course.update("outputs=[]")
    files = course.said.partition("## Your files, 2 remarks\n")[2]
    for path in ("poster.txt", "posters/small.yaml"):
        assert path not in course
        assert f"BB623 {path}: is gone with what it was part of; your edits: git show HEAD:./{path}" in files
    assert b"mine" in git(course.path, "show", "HEAD:./poster.txt").encode()


@pytest.mark.parametrize("edited", ["two: 2", "size: small"])
def test_edits_go_along_with_a_new_name(course: Course, edited: str) -> None:
    course.edit("posters/small.yaml", edited, "mine: 1")
    course.commit()
    course.update("poster_size=large")
    assert "posters/small.yaml" not in course
    assert b"mine: 1" in course["posters/large.yaml"]
    assert b"size: large" in course["posters/large.yaml"]
    assert "posters/small.yaml is posters/large.yaml now, with your edits" in course.said
    assert course.unmerged == (["posters/large.yaml"] if edited == "size: small" else [])
    assert "BB623" not in course.said


def test_a_conflict_in_a_file_without_anchors_is_the_last_line(course: Course) -> None:
    course.edit("poster.txt", "two: 2", "two: mine")
    course.edit("data/changed.csv", "1,1", "1,mine")
    course.commit()
    course.update()
    assert course.unmerged == ["data/changed.csv", "poster.txt"]
    last = course.said.strip().splitlines()[-4:]
    assert last[:2] == ["## CONFLICTS in 2 files", ""]
    assert [line.split()[2] for line in last[2:]] == ["data/changed.csv:2:", "poster.txt:3:"]


@pytest.mark.parametrize("change", ["formatted", "mended", "broken", "with markers"])
def test_the_report_is_the_new_versions(course: Course, change: str) -> None:
    path = course.path / "binder/report.json"
    data = json.loads(path.read_text())
    texts = {
        "formatted": json.dumps(data),
        "mended": json.dumps({**data, "memory": 1}, indent=4),
        "broken": "{",
        "with markers": "<<<<<<< before updating\n{}\n=======\n>>>>>>> after updating\n" + path.read_text(),
    }
    path.write_text(texts[change])
    course.commit()
    course.update("components=[alpha]")
    assert course.unmerged == []
    assert json.loads(path.read_text())["components"]["installed"] == ["alpha"]
    assert "CONFLICTS" not in course.said


def test_a_formatter_changes_nothing(course: Course) -> None:
    for path in ("binder/apt.txt", "binder/README.md", "poster.txt", "data/changed.csv"):
        lines = course[path].decode().splitlines()
        (course.path / path).write_text("".join(f"{'  '.join(line.split(' '))}  \n" for line in lines))
    course.append("binder/apt.txt", b"mine\n")
    course.commit()
    course.update("components=[alpha]")
    assert course.unmerged == []
    assert course["binder/apt.txt"].endswith(b"mine\n")
    assert b"two2" in course["binder/apt.txt"]
    assert b"two: II" in course["poster.txt"]
    assert b"Beta" not in course["binder/README.md"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("- alpha\n", "- alpha\n- gamma\n", "components: was changed in .copier-answers.yml by hand"),
        ("- beta\n", "", "write [alpha, beta] there again, commit, and run copier update --trust --data"),
        ("poster_size: small", "poster_size: large", "--data poster_size=large"),
        ("course_name: My course", "course_name: Mine", "--data course_name=Mine"),
    ],
)
def test_answers_by_hand_are_refused(course: Course, old: str, new: str, told: str) -> None:
    course.edit(".copier-answers.yml", old, new)
    course.commit()
    before = git(course.path, "status", "--porcelain")
    course.update(status=1)
    assert told in course.said
    assert git(course.path, "status", "--porcelain") == before


def test_links_and_other_names_are_named(course: Course) -> None:
    (course.path / "binder/apt.txt").rename(course.path / "apt.txt")
    (course.path / "binder/apt.txt").symlink_to("../apt.txt")
    git(course.path, "mv", "binder/services/alpha", "binder/services/mine")
    git(course.path, "mv", "data/changed.csv", "data/mine.csv")
    git(course.path, "mv", "data/same.csv", "data/same2.csv")
    course.commit()
    course.update()
    assert "BB625 binder/apt.txt: is a link of yours" in course.said
    assert "'two2  # alpha'; 'four  # alpha'" in course.said
    assert "BB626 binder/services/alpha/: is binder/services/mine/" in course.said
    assert "BB626 data/changed.csv: is data/mine.csv" in course.said
    assert "same" not in course.said.partition("## Your files")[2], "the new version changes nothing in it"


def test_a_readme_of_the_authors_keeps_its_name(courses: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    (course / "binder").mkdir(parents=True)
    (course / "binder/apt.txt").write_text("mine\n")
    (course / "binder/README.md").write_text("Mine.\n")
    (course / "binder/.gitattributes").write_text("* -text\n")
    commit(course)
    words = ["copy", "--trust", "--defaults", "--overwrite", "--vcs-ref", "1.0.0", "--data", "components=[alpha]"]
    command = [sys.executable, "-m", "copier", *words, str(courses / "catalogue"), str(course)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "how to connect: binder/BLOCKS.md" in done.stderr
    assert (course / "binder/README.md").read_text() == "Mine.\n"
    assert (course / "binder/.gitattributes").read_text() == "* -text\n"
    assert "[README.md](README.md)" in (course / "binder/BLOCKS.md").read_text()
    commit(course)
    shutil.copytree(course, tmp_path / "clone")
    again = Course(tmp_path / "clone", tmp_path / "updated")
    again.update()
    assert again["binder/README.md"] == b"Mine.\n"
    assert b"What is inside" in again["binder/BLOCKS.md"]
