"""A notebook is changed, compared and committed in JupyterLab, in the side bar and by nobody in particular yet."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from conftest import Build, Scaffold
from tests.browser.opened import open_lab
from tests.browser.served import notebook
from tests.image.containers import TOKEN

MAKE = """
cd "$REPO_DIR"
git init --quiet --initial-branch=main .
git add lesson.ipynb
git -c user.name=A -c user.email=a@example.org commit --quiet --message=First
sed --in-place 's/1 + 1/6 * 7/' lesson.ipynb
"""


def test_a_change_is_compared_and_committed(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """a changed notebook is compared by its cells and committed in the side bar, which asks who one is"""
    repository = scaffold(components=["git-tools"])
    (repository / "lesson.ipynb").write_text(notebook(("code", "1 + 1")))
    with open_lab(build(repository, "git-tools"), tmp_path) as lab:
        lab.course.bash(MAKE)
        page = lab.page
        page.goto(lab.course.url(f"lab?token={TOKEN}"))
        page.get_by_role("tab", name="Git", exact=True).click()
        side = page.locator("#jp-git-sessions")
        changed = side.get_by_text("lesson.ipynb")
        changed.hover()
        side.get_by_title("Diff this file").first.click()
        expect(page.locator(".nbdime-Widget, .jp-git-diff-root").first).to_contain_text("6 * 7")
        lab.screenshot(page, "git-tools-diff")
        changed.hover()
        side.get_by_title("Stage this change").first.click()
        side.get_by_placeholder("Commit message").fill("Second")
        side.get_by_role("button", name="Commit", exact=True).click()
        page.get_by_label("Committer name").fill("Student")
        page.get_by_label("Committer email").fill("s@example.org")
        page.locator(".jp-Dialog .jp-mod-accept").click()
        expect(page.get_by_text("Committed changes").first).to_be_visible()
        lab.screenshot(page, "git-tools-committed")
        said = lab.course.bash('cd "$REPO_DIR"; git log -1 --format="%s %an"')
    assert said.split() == ["Second", "Student"]
