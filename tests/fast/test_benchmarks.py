"""What a benchmark compares with has to keep step with what it measures."""

from __future__ import annotations

from pathlib import Path

from benchmarks.copier_copy import EXAMPLE, make_template, questions
from tests import units
from tests.fast.conftest import copier


def test_same_questions_without_the_extension(tmp_path: Path) -> None:
    """copier.yml's questions ask nothing of the extension that the plain template would lack."""
    units.require(units.example(EXAMPLE))
    files = tmp_path / "files"
    files.mkdir()
    (files / ".copier-answers.yml").touch()
    (files / "a").write_text("{{ verbatim }}\n")
    template = make_template(tmp_path / "template", files, questions())
    result = copier("copy", "--defaults", f"--data-file={EXAMPLE}", template, tmp_path / "course")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "course/a").read_text() == "{{ verbatim }}\n"
