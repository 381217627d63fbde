"""The output `hub` over updates: another presentation is another entry, and without it no file is left."""

from __future__ import annotations

from pathlib import Path

from tests.fast.conftest import MakeCatalogue, commit, committed_course, copier, manifest, tree

COMPONENTS = {"alpha/component.yml": manifest("Alpha", memory=100, cpu=2)}
ENTRY = {
    "outputs": "[hub]",
    "image_name": "ghcr.io/owner/course",
    "hub_module": "TM351",
    "hub_presentation": "26J",
    "hub_tag": "v1.0",
}
NONE = {"outputs": "[]"}


def update(course: Path, answers: dict[str, str]) -> list[str]:
    """Names of the entries after it."""
    data = [word for name, value in answers.items() for word in ("--data", f"{name}={value}")]
    result = copier("update", "--trust", "--defaults", *data, cwd=course)
    assert result.returncode == 0, result.stderr
    assert "<<<<<<<" not in "".join(map(str, tree(course).values()))
    commit(course)
    return sorted(path.name for path in (course / "hub").glob("*"))


def test_from_none_to_all_and_back(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = committed_course(make_catalogue(COMPONENTS), tmp_path / "course", "components=[alpha]")
    before = tree(course)
    assert update(course, {**ENTRY, "hub_group": "students"}) == ["tm351-26j.yaml"]
    own = course / "hub/tm351-26j.yaml"
    own.write_text(own.read_text().replace("cpu_limit: 1", "cpu_limit: 4"))
    commit(course)
    # Another version: what was edited stays.
    assert update(course, {"hub_tag": "v1.1", "hub_group": ""}) == ["tm351-26j.yaml"]
    assert "course:v1.1" in own.read_text()
    assert "cpu_limit: 4" in own.read_text()
    assert "groups" not in own.read_text()
    assert update(course, {"hub_tag": "v2.0", "hub_presentation": "27B"}) == ["tm351-27b.yaml"]
    assert update(course, NONE) == []
    assert not (course / "hub").exists()
    assert tree(course) == before
