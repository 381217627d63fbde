"""Links that come and go with updates."""

from __future__ import annotations

from pathlib import Path

from outputs.links.tests.fast.test_links import CONTENT, PULLER, copy
from tests.fast.conftest import MakeCatalogue, commit, copier, tree

LINKED = ("links_repository=gh:owner/course", "links_hub=https://hub.example.org")


def test_from_none_to_all_and_back(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """No stray file, no stray line; the page that is written once stays as it was."""
    root, course = make_catalogue(PULLER), tmp_path / "course"
    commit(root, "1.0.0")
    copy(root, course, components="[page]")
    commit(course)
    before = tree(course)
    for answers in (
        ["outputs=[links]", *LINKED, f"links_content={CONTENT}"],
        ["links_repository=", "links_hub=", "links_content=[]"],
        ["outputs=[links]", *LINKED, f"links_content={CONTENT}"],
        ["outputs=[]"],
    ):
        data = [word for answer in answers for word in ("--data", answer)]
        result = copier("update", "--trust", "--defaults", *data, cwd=course)
        assert result.returncode == 0, result.stderr
        commit(course)
        assert ("badge_logo.svg" in (course / "binder/README.md").read_text()) == (answers[0] == "outputs=[links]")
    assert tree(course) == before
