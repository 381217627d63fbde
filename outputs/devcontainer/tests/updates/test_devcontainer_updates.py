"""To Codespaces and back: what the answers add goes with them, and nothing else does."""

from __future__ import annotations

from pathlib import Path

from tests.fast.conftest import MakeCatalogue, commit, committed_course, copier, manifest, tree

COMPONENTS = {
    "rows/component.yml": manifest("Rows", category="databases", ports="{rows: {port: 5001, reachable: true}}")
}
ALL = {"outputs": "[devcontainer]", "image_name": "ghcr.io/owner/course", "devcontainer_databases": "true"}
NONE = {"outputs": "[]"}
ADDED = {".devcontainer/devcontainer.json", ".github/workflows/binder-image.yml"}


def test_from_none_to_all_and_back(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = committed_course(make_catalogue(COMPONENTS), tmp_path / "course", "components=[rows]")
    before = tree(course)
    for answers in (ALL, NONE):
        data = [word for name, value in answers.items() for word in ("--data", f"{name}={value}")]
        result = copier("update", "--trust", "--defaults", *data, cwd=course)
        assert result.returncode == 0, result.stderr
        commit(course)
        if answers is ALL:
            assert tree(course).keys() - before.keys() == ADDED
            assert "5001" in (course / ".devcontainer/devcontainer.json").read_text()
    assert tree(course) == before
