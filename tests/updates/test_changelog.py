"""The changelog as data, and what an author sees of it after an update."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from packaging.version import Version

from extensions.errors import BlocksError
from extensions.update import changelog, since
from extensions.update.changelog import Entry, Release
from extensions.update.since import Point
from tests.fast.conftest import ROOT, MakeCatalogue, commit, copier, git, manifest, write_components

SAMPLE = """\
# Changelog

- **anything**
  goes here

## [Unreleased]

### Added

- **engine**: New.

## [1.1.0] - 2026-12-01 [YANKED]

### Fixed

- **alpha**, **beta-2**: Wrapped,
  over two lines: `x`.
- **alpha**: Second.

### Security

- **beta-2**: Third.

## [1.0.0] - 2026-11-01

[1.0.0]: https://example.org/1.0.0
"""


def test_a_changelog_is_releases_of_entries() -> None:
    assert (
        changelog.parse(SAMPLE)
        == changelog.parse(SAMPLE.replace("\n", "\r\n"))
        == [
            Release(entries=(Entry("Added", ("engine",), "New.", 10),), line=6),
            Release(
                Version("1.1.0"),
                date(2026, 12, 1),
                (
                    Entry("Fixed", ("alpha", "beta-2"), "Wrapped, over two lines: `x`.", 16),
                    Entry("Fixed", ("alpha",), "Second.", 18),
                    Entry("Security", ("beta-2",), "Third.", 22),
                ),
                12,
            ),
            Release(Version("1.0.0"), date(2026, 11, 1), line=24),
        ]
    )


ENTRY_LINE = "## [1.0.0] - 2026-12-01\n### Fixed\n"
MISTAKES = {
    "no brackets": ("## 1.0.0 - 2026-12-01\n", 1, "must be '## [Unreleased]' or '## [1.2.0] - 2026-12-01'"),
    "no version": ("## [one] - 2026-12-01\n", 1, "'one' is no version"),
    "no date": ("\n## [1.0.0]\n", 2, "'' is no date"),
    "no such date": ("## [1.0.0] - 2026-02-30\n", 1, "'2026-02-30' is no date"),
    "twice": ("## [1.0.0] - 2026-12-01\n## [v1.0] - 2026-12-01\n", 2, "1.0 is in line 1 already"),
    "unreleased below": ("## [1.0.0] - 2026-12-01\n## [Unreleased]\n", 2, "above the releases"),
    "unreleased twice": ("## [Unreleased]\n## [Unreleased]\n", 2, "stands once"),
    "unreleased with a date": ("## [Unreleased] - 2026-12-01\n", 1, "has no date"),
    "unknown kind": ("## [Unreleased]\n### Improved\n", 2, "use one of Added, Changed"),
    "no kind": ("## [Unreleased]\n- **a**: x\n", 2, "put a heading such as '### Fixed' above it"),
    "kind of the release before": (f"## [Unreleased]\n{ENTRY_LINE}## [0.1] - 2026-01-01\n- **a**: x\n", 5, "no kind"),
    "no component": (f"{ENTRY_LINE}- x\n", 3, "must be an entry such as"),
    "not in bold": (f"{ENTRY_LINE}- a: x\n", 3, "must be an entry"),
    "upper case": (f"{ENTRY_LINE}- **Engine**: x\n", 3, "must be an entry"),
    "no text": (f"{ENTRY_LINE}- **a**:\n", 3, "must be an entry"),
    "star": (f"{ENTRY_LINE}* **a**: x\n", 3, "must be an entry"),
    "list in an entry": (f"{ENTRY_LINE}- **a**: x\n  - y\n", 4, "must be an entry"),
    "paragraph": (f"{ENTRY_LINE}- **a**: x\n\n  y\n", 5, "must be an entry"),
}


@pytest.mark.parametrize(("text", "line", "message"), MISTAKES.values(), ids=MISTAKES)
def test_what_does_not_fit_is_named_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(BlocksError) as raised:
        changelog.parse(text)
    assert str(raised.value).startswith(f"CHANGELOG.md:{line}: ")
    assert message in str(raised.value)


def test_a_name_stays_valid_below_the_entry_that_removes_it() -> None:
    text = (
        "## [3] - 2026-03-01\n### Added\n- **old**: Again.\n- **new**: X.\n"
        "## [2] - 2026-02-01\n### Removed\n- **old**: Is called **new**.\n"
        "## [1] - 2026-01-01\n### Added\n- **old**, **odl**: X.\n- **engine**, **launch**: X.\n"
    )
    found = [(entry.line, name) for entry, name in changelog.unknown(changelog.parse(text), ["new"])]
    assert found == [(3, "old"), (10, "odl")]


POINTS = {
    "1.0.0": Point(Version("1.0.0"), False),
    "v1.0.0": Point(Version("1.0.0"), False),
    "1.0.0-3-gabc1234": Point(Version("1.0.0"), True),
    "v1.0rc1-12-g0123456": Point(Version("1.0rc1"), True),
    "abc1234": Point(None, True),
    "1234567": Point(None, True),
    "20261201": Point(Version("20261201"), False),
    "release": Point(None, True),
    "release-3-gabc1234": Point(None, True),
    "--output=x": Point(None, True),
}


@pytest.mark.parametrize(("commit_", "expected"), POINTS.items(), ids=POINTS)
def test_where_a_commit_stands(commit_: str, expected: Point) -> None:
    assert since.point(commit_, [Release(), Release(Version("20261201"))]) == expected


RELEASES = [Release(), *(Release(Version(version)) for version in ("1.2.0", "1.1.0", "1.0.0"))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1.0.0", "1.2.0", "1.2.0 1.1.0"),
        ("1.0.0", "v1.1.0", "1.1.0"),
        ("1.0.0-1-gabc1234", "1.1.0-1-gabc1234", "Unreleased 1.2.0 1.1.0"),
        ("1.2.0", "1.2.0", ""),
        ("1.2.0", "1.2.0-1-gabc1234", "Unreleased"),
        ("abc1234", "1.0.0", "1.0.0"),
        ("1.1.0", "abc1234", "Unreleased 1.2.0"),
    ],
)
def test_later_than_the_old_up_to_the_new(old: str, new: str, expected: str) -> None:
    found = since.between(RELEASES, since.point(old, RELEASES), since.point(new, RELEASES))
    assert " ".join(map(str, found)) == expected


def test_what_concerns_some_components_as_markdown() -> None:
    found = since.concerning(changelog.parse(SAMPLE), ["beta-2", "engine"])
    assert since.markdown(found) == [
        *("### Unreleased", "", "- **engine** (added): New.", ""),
        *("### 1.1.0, 2026-12-01", "", "- **beta-2** (security): Third."),
        "- **beta-2** (fixed): Wrapped, over two lines: `x`.",
    ]
    assert since.markdown(since.concerning(changelog.parse(SAMPLE), ["gamma"])) == []


def test_the_changelog_of_this_catalogue() -> None:
    releases = changelog.parse((ROOT / changelog.FILE).read_text())
    folders = [path.name for path in (ROOT / "components").iterdir() if path.is_dir()]
    assert list(changelog.unknown(releases, folders)) == []
    assert any(release.entries for release in releases)


CATALOGUE = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/service/run": "#!/bin/sh\nexec alpha\n",
    "beta/component.yml": manifest("Beta"),
    "gamma/component.yml": manifest("Gamma"),
    "stack/component.yml": manifest("Stack", requires="[beta]"),
}
ONE = "## [1.0.0] - 2026-01-01\n\n### Added\n\n- **alpha**, **beta**, **gamma**, **engine**: First.\n"
TWO = """\
## [1.1.0] - 2026-02-01

### Fixed

- **alpha**: Alpha mended.
- **beta**: Beta mended.

### Security

- **alpha**, **gamma**: A hole closed.
- **launch**: Launch closed.

"""
THREE = """\
## [1.2.0] - 2026-03-01

### Changed

- **engine**: Faster.
- **gamma**: Other.

"""
NEXT = "## [Unreleased]\n\n### Changed\n\n- **engine**: Even faster.\n\n"


class Course:
    """A catalogue and a repository that was made from it."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder

    def release(self, tag: str | None, *sections: str) -> None:
        (self.root / "CHANGELOG.md").write_text("# Changelog\n\n" + "".join(sections))
        commit(self.root, tag)

    def copy(self, components: str) -> str:
        return self._said("copy", "--data", f"components={components}", self.root, self.folder)

    def update(self, *arguments: str) -> str:
        return self._said("update", *arguments, self.folder)

    def _said(self, command: str, *arguments: object) -> str:
        result = copier(command, "--trust", "--defaults", *arguments)
        assert result.returncode == 0, result.stderr
        commit(self.folder)
        return "Binder Blocks " + result.stderr.partition("\nBinder Blocks ")[2]

    def changed(self, *arguments: str) -> list[str]:
        """The last part of the message of an update; empty where there is none."""
        said = self.update(*arguments)
        return (
            ("## What changed" + said.partition("## What changed")[2]).rstrip().split("\n") if "## What" in said else []
        )


@pytest.fixture
def course(make_catalogue: MakeCatalogue, tmp_path: Path) -> Course:
    return Course(make_catalogue(CATALOGUE), tmp_path / "course")


def test_one_version(course: Course) -> None:
    course.release("1.0.0", ONE)
    assert "What changed" not in course.copy("[alpha]")
    course.release("1.1.0", TWO, ONE)
    said = course.update()
    assert said.splitlines()[:3] == [
        "Binder Blocks 1.1.0, My course: alpha",
        "",
        "- Memory at rest: about 160 MB of the 2000 MB that mybinder.org allows.",
    ]
    assert said.endswith(
        "- What is inside, and how to connect: binder/README.md\n"
        "\n## What changed since 1.0.0\n"
        "\n### 1.1.0, 2026-02-01\n\n"
        "- **alpha** (security): A hole closed.\n"
        "- **launch** (security): Launch closed.\n"
        "- **alpha** (fixed): Alpha mended.\n\n"
    )


def test_several_versions_at_once_with_v_before_them(course: Course) -> None:
    course.release("v1.0.0", ONE)
    course.copy("[beta]")
    course.release("v1.1.0", TWO, ONE)
    course.release("v1.2.0", NEXT, THREE, TWO, ONE)
    assert course.changed() == [
        *("## What changed since v1.0.0", ""),
        *("### 1.2.0, 2026-03-01", "", "- **engine** (changed): Faster.", ""),
        *("### 1.1.0, 2026-02-01", "", "- **beta** (fixed): Beta mended."),
    ]
    assert course.changed("--vcs-ref=HEAD") == []


def test_components_added_and_removed_with_the_update(course: Course) -> None:
    """`beta` came with the stack and is no answer itself."""
    course.release("1.0.0", ONE)
    course.copy("[stack]")
    course.release("1.1.0", TWO, ONE)
    assert course.changed("--data", "components=[gamma]")[2:] == [
        *("### 1.1.0, 2026-02-01", ""),
        *("- **gamma** (security): A hole closed.", "- **beta** (fixed): Beta mended."),
    ]


def test_other_answers_at_the_same_version(course: Course) -> None:
    course.release("1.0.0", ONE)
    course.copy("[alpha]")
    course.release("1.1.0", TWO, ONE)
    assert course.changed("--vcs-ref=:current:", "--data", "components=[alpha, beta]") == []
    assert (course.folder / "binder/order").read_text() == "alpha\nbeta\n"


def test_commits_past_a_release(course: Course) -> None:
    """What was under Unreleased at the old commit already is not said again."""
    course.release("1.0.0", ONE)
    course.release(None, NEXT, ONE)
    assert copier("copy", "--trust", "--defaults", "--vcs-ref=HEAD", course.root, course.folder).stderr.count(
        "Binder Blocks 1.0.0-1-g"
    )
    commit(course.folder)
    course.release(None, f"{NEXT}- **launch**, **engine**: Newer.\n\n", ONE)
    said = course.changed("--vcs-ref=HEAD")
    assert said[0].startswith("## What changed since 1.0.0-1-g")
    assert said[2:] == ["### Unreleased", "", "- **engine** (changed): Newer."]
    course.release("1.1.0", NEXT.replace("Unreleased]", "1.1.0] - 2026-02-01"), ONE)
    assert course.changed() == []


def test_no_tags_at_all(course: Course) -> None:
    course.release(None, NEXT)
    course.copy("[alpha]")
    course.release(None, f"{NEXT}- **alpha**: Newer.\n")
    said = course.changed()
    assert said[2:] == ["### Unreleased", "", "- **alpha** (changed): Newer."]
    assert len(said[0].removeprefix("## What changed since ")) == 7


def test_a_catalogue_that_had_no_changelog_and_loses_it_again(course: Course) -> None:
    commit(course.root, "1.0.0")
    course.copy("[alpha]")
    course.release("1.1.0", TWO, ONE)
    assert "- **alpha** (fixed): Alpha mended." in course.changed()
    (course.root / "CHANGELOG.md").unlink()
    commit(course.root, "1.2.0")
    assert course.changed() == []


def test_a_changelog_that_cannot_be_read_costs_no_update(course: Course) -> None:
    course.release("1.0.0", "## 1.0.0\n")
    course.copy("[alpha]")
    course.release("1.1.0", "## 1.1.0\n")
    assert course.changed()[2].startswith("It cannot be said: CHANGELOG.md:3: must be")


def test_a_project_in_a_folder_of_a_shallow_clone(course: Course, tmp_path: Path) -> None:
    """And with another answers file, and a report that the author deleted."""
    course.release("1.0.0", ONE)
    whole = tmp_path / "whole"
    answers = ("--answers-file", "answers.yml")
    copier("copy", "--trust", "--defaults", *answers, "--data=components=[beta]", course.root, whole / "sub/course")
    (whole / "sub/course/binder/report.json").unlink()
    commit(whole)
    git(tmp_path, "clone", "--quiet", "--depth=1", whole.as_uri(), "shallow")
    course.folder = tmp_path / "shallow/sub/course"
    course.release("1.1.0", TWO, ONE)
    assert course.changed(*answers, "--data=components=[]")[2:] == [
        *("### 1.1.0, 2026-02-01", "", "- **beta** (fixed): Beta mended."),
    ]


def test_without_git_there_is_no_version(course: Course) -> None:
    assert course.copy("[]").splitlines()[0] == "Binder Blocks without a version, My course: no blocks"


def test_a_renamed_component_is_known_by_both_names(course: Course) -> None:
    course.release("1.0.0", ONE)
    course.copy("[alpha]")
    for path in ("component.yml", "service/run"):
        (course.root / "components/alpha" / path).unlink()
    write_components(course.root, {"delta/component.yml": manifest("Delta")})
    two = TWO.replace("- **alpha**: Alpha mended.", "- **delta**: Delta mended.")
    course.release("1.1.0", two, ONE)
    assert course.changed("--data", "components=[delta]")[4:] == [
        *("- **alpha** (security): A hole closed.", "- **delta** (fixed): Delta mended."),
    ]
