"""The maintainers' command for releases, on small catalogues with real tags, and its check on this repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.fast.conftest import ROOT, MakeCatalogue, commit, copier, git, manifest, write_components

CATALOGUE = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/questions.yml": "alpha_db: {type: str, default: course, when: \"{{ 'alpha' in installed }}\"}\n",
    "beta/component.yml": manifest("Beta"),
}
FIRST = "### Added\n\n- **alpha**, **beta**: First.\n- **engine**, **launch**, **fleet**: First.\n"
ONE = f"## [1.0.0] - 2026-01-01\n\n{FIRST}\n"
FIXED = "### Fixed\n\n- **alpha**: Mended.\n"
TWO = f"## [1.1.0] - 2026-02-01\n\n{FIXED}\n"


def release(root: Path, *arguments: object) -> tuple[int, list[str]]:
    """Exit status and lines of the command as it stands in that catalogue."""
    command = [sys.executable, str(root / "tools/release.py"), *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=root.parent)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


def write(root: Path, *sections: str) -> None:
    (root / "CHANGELOG.md").write_text("# Changelog\n\n" + "".join(sections))


def fixture(root: Path, version: str, text: str | None = None) -> None:
    (root / "tests/releases").mkdir(parents=True, exist_ok=True)
    (root / f"tests/releases/{version}.yml").write_text(text or f"# x\n_commit: {version}\n")


@pytest.fixture
def root(make_catalogue: MakeCatalogue) -> Path:
    """Tagged 1.0.0."""
    root = make_catalogue(CATALOGUE)
    (root / "tools").mkdir()
    shutil.copy2(ROOT / "tools/release.py", root / "tools")
    (root / ".gitignore").write_text("__pycache__/\n")
    write(root, ONE)
    fixture(root, "1.0.0")
    commit(root, "1.0.0")
    return root


def mend(root: Path, version: str | None = "1.1.0") -> None:
    """A change of `alpha`, as a release or not yet."""
    write_components(root, {"alpha/apt.txt": "libalpha\n"})
    write(root, TWO if version else f"## [Unreleased]\n\n{FIXED}\n", ONE)
    if version:
        fixture(root, version)
    commit(root, version)


FINE = (0, ["No problems."])


def test_a_release_after_another(root: Path) -> None:
    assert release(root, "check") == FINE
    mend(root, None)
    assert release(root, "check") == FINE
    mend(root, "1.1.0")
    assert release(root, "check") == FINE
    assert release(root, "check", "--against", "1.0.0") == FINE
    assert release(root, "check", "--against", "0.9.0")[0] == 1


def test_with_v_before_the_tags(root: Path) -> None:
    git(root, "tag", "v1.0.0")
    git(root, "tag", "--delete", "1.0.0")
    mend(root, None)
    assert release(root, "check") == FINE
    mend(root, "1.1.0")
    git(root, "tag", "v1.1.0", "1.1.0")
    assert release(root, "check") == FINE


def unnamed(root: Path) -> None:
    mend(root)
    write_components(root, {"beta/apt.txt": "libbeta\n", "gamma/component.yml": manifest("Gamma")})
    (root / "copier.yml").write_text((root / "copier.yml").read_text() + "# x\n")
    launch = root / "launch/loop.py"
    launch.write_text(launch.read_text() + "# x\n")
    commit(root)
    git(root, "tag", "--force", "1.1.0")


def unnamed_yet(root: Path) -> None:
    write_components(root, {"beta/apt.txt": "libbeta\n"})


def removed(root: Path) -> None:
    shutil.rmtree(root / "components/beta")


def wrong_tag(root: Path) -> None:
    mend(root, "1.1.0")
    git(root, "tag", "1.2.0")


def tagged_with_more(root: Path) -> None:
    mend(root, None)
    git(root, "tag", "--force", "1.0.0")


def no_fixture(root: Path) -> None:
    mend(root)
    for path in (root / "tests/releases").iterdir():
        path.unlink()


def other_fixture(root: Path) -> None:
    fixture(root, "1.0.0", "# x\n_commit: 0.9.0\n")


def order(root: Path) -> None:
    write(root, ONE, TWO)
    fixture(root, "1.1.0")


def dates(root: Path) -> None:
    write(root, TWO.replace("2026-02", "2025-02"), ONE)
    fixture(root, "1.1.0")


def no_date(root: Path) -> None:
    write(root, ONE.replace("2026-01-01", "1 January"))


def no_version(root: Path) -> None:
    write(root, ONE.replace("1.0.0", "first"))


def unknown_name(root: Path) -> None:
    write(root, "## [Unreleased]\n\n### Fixed\n\n- **alfa**: Mended.\n\n", ONE)


PROBLEMS: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "changed, not named": (
        unnamed,
        [
            "CHANGELOG.md:3: 1.1.0 does not name 'beta', which changed since 1.0.0 (components/beta/apt.txt);",
            "CHANGELOG.md:3: 1.1.0 does not name 'engine', which changed since 1.0.0 (copier.yml);",
            "CHANGELOG.md:3: 1.1.0 does not name 'gamma', which changed since 1.0.0 (components/gamma/component.yml);",
            "CHANGELOG.md:3: 1.1.0 does not name 'launch', which changed since 1.0.0 (launch/loop.py);",
        ],
    ),
    "changed since the release, not committed": (
        unnamed_yet,
        ["CHANGELOG.md:1: Unreleased does not name 'beta', which changed since 1.0.0 (components/beta/apt.txt);"],
    ),
    "removed": (
        removed,
        [
            "CHANGELOG.md:7: there is no component 'beta'; correct the name, or say what became of it",
            "CHANGELOG.md:1: Unreleased does not name 'beta', which changed since 1.0.0",
        ],
    ),
    "another tag": (wrong_tag, ["CHANGELOG.md:3: the newest release is 1.1.0, and HEAD is tagged 1.2.0; move the tag"]),
    "tagged with more": (
        tagged_with_more,
        ["CHANGELOG.md:3: HEAD is tagged 1.0.0 and has these entries; move them to 1.0.0"],
    ),
    "no answers file": (
        no_fixture,
        [
            "CHANGELOG.md:3: 1.1.0 has no answers file tests/releases/1.1.0.yml; write it: python tools/release.py",
            "CHANGELOG.md:9: 1.0.0 has no answers file tests/releases/1.0.0.yml; restore it",
        ],
    ),
    "answers of another": (other_fixture, ["tests/releases/1.0.0.yml:2: must have _commit: 1.0.0"]),
    "order": (
        order,
        [
            "CHANGELOG.md:10: 1.1.0 stands below 1.0.0, which is older; put the newest release first",
            "CHANGELOG.md:3: 2026-01-01 is before the date of 1.1.0, 2026-02-01; correct one of them",
        ],
    ),
    "dates": (dates, ["CHANGELOG.md:3: 2025-02-01 is before the date of 1.0.0, 2026-01-01; correct one of them"]),
    "no date": (no_date, ["CHANGELOG.md:3: must be '## [Unreleased]' or"]),
    "no version": (no_version, ["CHANGELOG.md:3: 'first' is no version"]),
    "no such component": (unknown_name, ["CHANGELOG.md:7: there is no component 'alfa'"]),
}


@pytest.mark.parametrize(("change", "expected"), PROBLEMS.values(), ids=PROBLEMS)
def test_each_problem_is_one_line(root: Path, change: Callable[[Path], None], expected: list[str]) -> None:
    change(root)
    status, lines = release(root, "check")
    lines = [line for line in lines if not line.startswith("Not checked: ")]
    assert (status, len(lines)) == (1, len(expected)), lines
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(start)


def test_what_a_shallow_clone_cannot_tell_is_said(root: Path, tmp_path: Path) -> None:
    mend(root)
    git(tmp_path, "clone", "--quiet", "--depth=1", "--no-tags", root.as_uri(), "shallow")
    shallow = tmp_path / "shallow"
    said = "Not checked: what changed since 1.0.0: its tag is not here; git fetch --tags."
    assert release(shallow, "check") == (0, [said, "No problems."])
    write(shallow, TWO.replace("alpha", "alfa"), ONE)
    assert release(shallow, "check")[0] == 1


def test_outside_git(root: Path) -> None:
    shutil.rmtree(root / ".git")
    status, lines = release(root, "check")
    assert (status, lines[1:]) == FINE
    assert lines[0].startswith("Not checked: what changed since there was nothing: git cannot tell here")
    assert release(root, "fixture")[0] == 1


def test_cut(root: Path, tmp_path: Path) -> None:
    """The first release of all, and its answers file can be copied from."""
    write(root, f"## [Unreleased]\n\n{FIRST}")
    shutil.rmtree(root / "tests/releases")
    git(root, "tag", "--delete", "1.0.0")
    assert release(root, "check") == FINE
    assert release(root, "fixture")[0] == 1
    said = "CHANGELOG.md and tests/releases/0.1.0.yml are written: check, commit, then tag 0.1.0."
    assert release(root, "cut", "v0.1.0", "--date", "2026-01-02") == (0, [said])
    expected = f"# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-01-02\n\n{FIRST}"
    assert (root / "CHANGELOG.md").read_text() == expected
    answers = yaml.safe_load((root / "tests/releases/0.1.0.yml").read_text())
    assert answers["components"] == ["alpha", "beta"]
    assert answers["alpha_db"] == "course"
    assert (answers["_commit"], answers["_src_path"]) == ("0.1.0", "binder-blocks")
    assert str(tmp_path) not in str(answers)
    assert release(root, "check") == FINE
    commit(root, "0.1.0")
    assert release(root, "check") == FINE
    status, lines = release(root, "fixture")
    assert (status, len(lines)) == (1, 1)
    answers_file = root / "tests/releases/0.1.0.yml"
    result = copier("copy", "--trust", "--defaults", "--data-file", answers_file, root, tmp_path / "course")
    assert result.returncode == 0, result.stderr
    assert "Binder Blocks 0.1.0, My course: alpha, beta\n" in result.stderr


NO_CUT = {
    "nothing to release": ((ONE,), "1.1.0", "CHANGELOG.md:1: there is nothing under [Unreleased]"),
    "not later": ((f"## [Unreleased]\n\n{FIXED}\n", ONE), "1.0", "CHANGELOG.md:9: 1.0.0 is not older than 1.0;"),
    "before the last": ((f"## [Unreleased]\n\n{FIXED}\n", ONE), "1.1.0", "CHANGELOG.md:9: 1.0.0 is of 2026-01-01"),
}


@pytest.mark.parametrize(("sections", "version", "message"), NO_CUT.values(), ids=NO_CUT)
def test_no_cut(root: Path, sections: tuple[str, ...], version: str, message: str) -> None:
    write(root, *sections)
    before = (root / "CHANGELOG.md").read_text()
    status, lines = release(root, "cut", version, "--date", "2025-01-01")
    assert (status, len(lines)) == (1, 1)
    assert lines[0].startswith(message)
    assert (root / "CHANGELOG.md").read_text() == before


def test_this_repository() -> None:
    status, lines = release(ROOT, "check")
    assert status == 0, "\n".join(lines)
