"""Imports through real Copier: merged, recorded, and moved to another commit by an update."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

import pytest

from tests.fast.conftest import MakeCatalogue, commit, copier, git, manifest, tree

COMPONENTS = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "libalpha\n",
    "beta/component.yml": manifest("Beta", ports={"web": 8000}),
    "beta/environment.yml": "dependencies:\n- numpy>=2\n",
    "gamma/component.yml": manifest("Gamma"),
    "gamma/postBuild": "#!/bin/bash\necho gamma\n",
}
FIRST = {
    "binder/apt.txt": "gnuplot  # for octave\nlibalpha=1\n",
    "binder/environment.yml": "channels: [conda-forge]\ndependencies:\n- numpy=1.26\n- octave_kernel\n",
    "binder/start": '#!/bin/bash\nexport FIRST=1\nexec "$@"\n',
}
SECOND = {
    "requirements.txt": "humanize\n",
    "postBuild": "#!/bin/bash\n./scripts/build.sh\n",
    "scripts/build.sh": "#!/bin/bash\necho second\n",
}


def write(folder: Path, files: dict[str, str]) -> str:
    """The files in a git repository; its commit."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    commit(folder)
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def answers(*references: str) -> tuple[str, ...]:
    return "--data", "components=[alpha, beta, gamma]", "--data", f"imports={json.dumps(references)}"


def test_moving_an_import_changes_just_what_is_its_own(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(COMPONENTS), tmp_path / "course"
    commit(root, "1.0.0")
    first, second = tmp_path / "first", tmp_path / "second"
    references = [f"{folder}@{write(folder, files)}" for folder, files in ((first, FIRST), (second, SECOND))]
    result = copier("copy", "--trust", "--defaults", *answers(*references), root, course)
    assert result.returncode == 0, result.stderr
    commit(course)
    before = tree(course)

    moved = write(second, {"requirements.txt": "humanize>=4\ntabulate\n", "scripts/build.sh": "#!/bin/bash\necho 2\n"})
    update = copier("update", "--trust", "--defaults", *answers(references[0], f"{second}@{moved}"), course)
    assert update.returncode == 0, update.stderr
    assert " U" not in git(course, "status", "--porcelain")
    after = tree(course)
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} == {
        ".copier-answers.yml",
        "binder/README.md",
        "binder/environment.yml",
        "binder/imports/second/scripts/build.sh",
        "binder/postBuild.d/import-second",  # names the commit
        "binder/report.json",
    }
    old, new = (version["binder/environment.yml"].decode().splitlines() for version in (before, after))
    changed = [line for line in difflib.ndiff(old, new) if line[0] in "+-"]
    assert changed == ["-     - humanize  # second", "+     - humanize>=4  # second", "+     - tabulate  # second"]

    fresh = tmp_path / "fresh"
    copier("copy", "--trust", "--defaults", *answers(references[0], f"{second}@{moved}"), root, fresh)
    assert tree(fresh) == after


def test_clash_with_an_import_is_told_everywhere(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(COMPONENTS), tmp_path / "course"
    reference = f"{tmp_path / 'first'}@{write(tmp_path / 'first', FIRST)}"
    result = copier("copy", "--trust", "--defaults", *answers(reference), root, course)
    assert result.returncode == 0, result.stderr
    environment = (course / "binder/environment.yml").read_text()
    assert "  - numpy=1.26  # first; clash, see below\n  # numpy>=2  # beta wanted this\n" in environment
    assert "numpy" in result.stderr + result.stdout
    assert "**numpy** (conda)" in (course / "binder/README.md").read_text()
    (clash,) = json.loads((course / "binder/report.json").read_text())["clashes"]
    assert [want["component"] for want in clash["won"] + clash["lost"]] == ["first", "beta"]
    assert (
        (course / "binder/apt.txt")
        .read_text()
        .startswith("gnuplot  # first (for octave)\nlibalpha=1  # first, alpha\n")
    )

    refused = tmp_path / "refused"
    result = copier("copy", "--trust", "--defaults", "--data=clashes=refuse", *answers(reference), root, refused)
    assert result.returncode == 1
    assert "clashes: refuse: numpy: first wants 'numpy=1.26'" in result.stderr
    assert len(result.stderr.strip().splitlines()) <= 2
    assert not refused.exists()


def test_unpinned_import_is_refused_with_the_pinned_form(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(COMPONENTS), tmp_path / "course"
    head = write(tmp_path / "first", FIRST)
    for unpinned in (f"{tmp_path / 'first'}", f"{tmp_path / 'first'}@{head[:7]}", f"{tmp_path / 'first'}@HEAD"):
        result = copier("copy", "--trust", "--defaults", *answers(unpinned), root, course)
        assert result.returncode == 1, unpinned
        assert len(result.stderr.strip().splitlines()) <= 2, result.stderr
        assert "imports:" in result.stderr
        assert not course.exists()
    assert head in copier("copy", "--trust", "--defaults", *answers(str(tmp_path / "first")), root, course).stderr
