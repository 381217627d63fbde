"""Out to people's own computers and back: what the answers add goes with them, and nothing else does."""

from __future__ import annotations

from pathlib import Path

from tests.fast.conftest import MakeCatalogue, commit, copier, git, manifest, tree

COMPONENTS = {
    "rows/component.yml": manifest("Rows", category="databases", ports="{rows: {port: 5001, reachable: true}}")
}
ALL = {"outputs": "[take-away]", "take_away_databases": "true"}
NONE = {"outputs": "[]"}
ADDED = {
    "binder/postBuild.d/take-away",
    "binder/take-away",
    "compose.yaml",
}


def test_from_none_to_all_and_back(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(COMPONENTS), tmp_path / "course"
    commit(root, "1.0.0")
    result = copier("copy", "--trust", "--defaults", "--data", "components=[rows]", root, course)
    assert result.returncode == 0, result.stderr
    git(tmp_path, "init", "--quiet", str(course))
    (course / "binder/postBuild.d").mkdir(exist_ok=True)
    (course / "binder/postBuild.d/own").write_text("#!/bin/sh\n")
    commit(course)
    before = tree(course)
    for answers in (ALL, NONE):
        data = [word for name, value in answers.items() for word in ("--data", f"{name}={value}")]
        result = copier("update", "--trust", "--defaults", *data, cwd=course)
        assert result.returncode == 0, result.stderr
        commit(course)
        if answers is ALL:
            assert tree(course).keys() - before.keys() == ADDED
            assert "127.0.0.1:${COURSE_ROWS_PORT:-5001}:5001" in (course / "compose.yaml").read_text()
    assert tree(course) == before


def test_an_edit_survives(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """A memory limit and a variable of the author's own, while a database is added."""
    root, course = make_catalogue(COMPONENTS), tmp_path / "course"
    commit(root, "1.0.0")
    data = ["--data", "outputs=[take-away]", "--data", "take_away_databases=true"]
    result = copier("copy", "--trust", "--defaults", *data, root, course)
    assert result.returncode == 0, result.stderr
    git(tmp_path, "init", "--quiet", str(course))
    path = course / "compose.yaml"
    path.write_text(
        path.read_text().replace("    stop_grace_period: 30s\n", "    stop_grace_period: 30s\n    mem_limit: 4g\n")
    )
    commit(course)
    result = copier("update", "--trust", "--defaults", "--data", "components=[rows]", cwd=course)
    assert result.returncode == 0, result.stderr
    text = path.read_text()
    assert "<<<<<<<" not in text
    assert "    mem_limit: 4g\n" in text
    assert "COURSE_ROWS_PORT:-5001" in text
