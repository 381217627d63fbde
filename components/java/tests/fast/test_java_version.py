"""One version of Java for all: the newest that every installed component runs on, whatever was answered before."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.fast.conftest import ROOT, MakeCatalogue, commit, committed_course, copier, manifest

OWN = {
    f"java/{name}": (ROOT / "components/java" / name).read_text()
    for name in ("component.yml", "questions.yml", "apt.txt.jinja")
}
COMPONENTS = {
    **OWN,
    "free/component.yml": manifest("Free", requires="[java]"),
    "low/component.yml": manifest("Low", requires="[java]", java="{least: 11, most: 17}"),
    "high/component.yml": manifest("High", requires="[java]", java="{least: 21}"),
    "between/component.yml": manifest("Between", requires="[java]", java="{least: 18, most: 20}"),
    "early/component.yml": manifest("Early", requires="[java]", java="{least: 17}"),
}


def version(course: Path) -> str:
    answered = str(yaml.safe_load((course / ".copier-answers.yml").read_text())["java_version"])
    assert f"openjdk-{answered}-jre" in (course / "binder/apt.txt").read_text()
    return answered


@pytest.fixture
def root(make_catalogue: MakeCatalogue) -> Path:
    return make_catalogue(COMPONENTS)


@pytest.mark.parametrize(
    ("components", "answers", "expected"),
    [
        ("java", [], "21"),
        ("free", [], "21"),
        ("free", ["java_version=17"], "17"),
        ("low", [], "17"),
        ("low, early", [], "17"),
        ("high, early", [], "21"),
        ("early", ["java_version=17"], "17"),
    ],
)
def test_default(root: Path, tmp_path: Path, components: str, answers: list[str], expected: str) -> None:
    data = [f"--data={answer}" for answer in (f"components=[{components}]", *answers)]
    result = copier("copy", "--trust", "--defaults", *data, root, tmp_path / "course")
    assert result.returncode == 0, result.stderr
    assert version(tmp_path / "course") == expected


@pytest.mark.parametrize(
    ("components", "answers", "message"),
    [
        ("low", ["java_version=21"], "java_version: 'low' needs Java 17 or older, not 21"),
        ("early, high", ["java_version=17"], "java_version: 'high' needs Java 21 or newer, not 17"),
        ("free", ["java_version=8"], "java_version: must be one of 17, 21, not '8'"),
        (
            "low, high",
            [],
            "components: 'high' needs Java 21 or newer, 'low' needs Java 17 or older, and there is one Java; "
            "choose one of the two",
        ),
        (
            "between",
            [],
            "java_version: 'between' needs Java 18 or newer, not 17; 'between' needs Java 20 or older, not 21; "
            "choose one of the components",
        ),
    ],
)
def test_refused(root: Path, tmp_path: Path, components: str, answers: list[str], message: str) -> None:
    data = [f"--data={answer}" for answer in (f"components=[{components}]", *answers)]
    result = copier("copy", "--trust", "--defaults", *data, root, tmp_path / "course")
    assert result.returncode == 1
    assert result.stderr.strip().splitlines()[-1].endswith(message)
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "course").exists()


def test_an_update_that_adds_a_ceiling(root: Path, tmp_path: Path) -> None:
    """The version that was the default then gives way; nobody has to know that there is such an answer."""
    course = committed_course(root, tmp_path / "course", "components=[free]")
    assert version(course) == "21"
    commit(root, "1.1.0")
    result = copier("update", "--trust", "--defaults", "--data=components=[free, low]", course)
    assert result.returncode == 0, result.stderr
    assert version(course) == "17"
