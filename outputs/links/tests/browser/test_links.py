"""Launch links, followed: nbgitpuller brings the content in a real container, and the file that was named is open.

The links are those of extensions/links. What a Binder and a hub make of them before the notebook server sees them is
done here as they do it: BinderHub's `LaunchSpec` (js/packages/binderhub-client/lib/spec.js) and JupyterHub's
`UserRedirectHandler` (jupyterhub/handlers/base.py).

Screenshots are kept in $BLOCKS_SCREENSHOTS, or with the test's other files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urljoin, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from conftest import Build, Scaffold
from extensions.links import address as links
from extensions.links import place
from extensions.links.place import Location
from tests.browser.browser import chromium
from tests.browser.served import Served, git_server, notebook, serve
from tests.image.containers import TOKEN, Container

COURSE = place.repository("gh:owner/course@binder-build")
HUB = "https://hub.example.org/jupyter"
# Branch, and the path of a notebook on it.
AWKWARD = [
    ("main", "100% #1/50% & 3 + 4.ipynb"),
    ("main", "größe/deep/er and/übung ß 日本.ipynb"),
    ("main", "a%20b%2Fc.ipynb"),
    ("main", "why?/what?.ipynb"),
    ("main", "(x); y='z', {e}=[f]@g~h!.ipynb"),
    ("release/2026", "branch.ipynb"),
    ("größe+1&2", "other branch.ipynb"),
]
FRONT = ".jp-NotebookPanel:visible"  # others may be open behind it
RUN = f"{FRONT} [data-jp-item-name=run]"
OUTPUT = f"{FRONT} .jp-OutputArea-output"
PACKAGE = """\
[project]
name = "coursepkg"
version = "1.0"
dependencies = ["ipykernel"]

[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
"""
# Nothing can be reached: pip takes what is there, for the build too.
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}


def title(branch: str, path: str) -> str:
    """What the notebook there, and no other, has as its heading."""
    return f"Heading {AWKWARD.index((branch, path))}"


@pytest.fixture(scope="module")
def session(scaffold: Scaffold, build: Build) -> Iterator[Container]:
    image = build(scaffold(components=["content-package"]), "content-package")
    with Container(image, env=OFFLINE) as running:
        running.wait_for_api(180)
        yield running


@pytest.fixture(scope="module")
def served(session: Container, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with git_server(session.inside, tmp_path_factory.mktemp("git")) as root:
        yield root


@pytest.fixture(scope="module")
def awkward(served: Path) -> Served:
    content = serve(served, "notebooks")
    for branch, path in AWKWARD:
        content.push({path: notebook(("markdown", f"# {title(branch, path)}"))}, branch)
    return content


@pytest.fixture
def browser(session: Container, tmp_path: Path) -> Iterator[BrowserContext]:
    with chromium(session.inside, tmp_path) as context:
        yield context
    for running in json.loads(session.http("api/sessions")[1]):
        session.http(f"api/sessions/{running['id']}", "DELETE")
    session.exec("bash", "-c", "rm -rf ~/.jupyter/lab/workspaces")


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("BLOCKS_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def from_binder(session: Container, urlpath: str) -> str:
    """Where BinderHub sends the browser for a link with this urlpath, when the session runs."""
    link = links.binder(links.MYBINDER, COURSE, urlpath)
    asked = parse_qs(urlsplit(link).query)["urlpath"][0].lstrip("/")
    target = urlsplit(urljoin(session.url(), asked))
    query = urlencode([*parse_qsl(target.query, keep_blank_values=True), ("token", TOKEN)])
    return target._replace(query=query).geturl()


def from_hub(session: Container, urlpath: str) -> str:
    """Where JupyterHub sends the browser for a link with this urlpath, when the user's server runs."""
    link = urlsplit(links.hub(HUB, urlpath))
    path = link.path.removeprefix(urlsplit(HUB).path + "/hub/user-redirect/")
    return f"{session.url(path)}?{urlencode(parse_qsl(link.query))}"


def visit(browser: BrowserContext, address: str) -> Page:
    page = browser.new_page()
    page.goto(address)
    return page


def shown(page: Page, text: str) -> None:
    """The notebook with that text is the one in front."""
    expect(page.locator(f"{FRONT} .jp-Notebook")).to_contain_text(text)


def wait_for_kernel(page: Page) -> None:
    """JupyterLab says so, and draws the notebook anew before."""
    expect(page.get_by_text("| Idle")).to_be_visible()


def log_in(session: Container, browser: BrowserContext) -> None:
    """As a hub does it before its own links."""
    visit(browser, session.url(f"api/status?token={TOKEN}")).close()


def content(served: Served, path: str, branch: str = "main") -> Location:
    return place.content(f"{served.url}@{branch}#{path}")


@pytest.mark.parametrize(("branch", "path"), AWKWARD)
def test_a_link_opens_the_notebook_it_names(
    branch: str, path: str, session: Container, browser: BrowserContext, awkward: Served, screenshots: Path
) -> None:
    where = content(awkward, path, branch)
    folder = "" if branch == "main" else f"notebooks-{AWKWARD.index((branch, path))}"

    lab = visit(browser, from_binder(session, links.pull(where, folder=folder)))
    shown(lab, title(branch, path))
    expect(lab.locator(".lm-DockPanel-tabBar .lm-mod-current")).to_contain_text(Path(path).name)
    lab.screenshot(path=screenshots / f"link-lab-{AWKWARD.index((branch, path))}.png")
    lab.close()

    log_in(session, browser)
    page = visit(browser, from_hub(session, links.pull(where, links.notebook, folder)))
    shown(page, title(branch, path))
    expect(page.locator(".jp-NotebookPanel")).to_have_count(1)
    page.screenshot(path=screenshots / f"link-notebook-{AWKWARD.index((branch, path))}.png")


def test_two_repositories_of_one_name(session: Container, browser: BrowserContext, served: Path) -> None:
    for owner in ("one", "two"):
        made = serve(served, f"{owner}/same")
        made.push({"a.ipynb": notebook(("markdown", f"# By {owner}"))})
        page = visit(browser, from_binder(session, links.pull(content(made, "a.ipynb"), folder=f"{owner}-same")))
        shown(page, f"By {owner}")
        page.close()


def test_a_student_keeps_what_was_written(
    session: Container, browser: BrowserContext, served: Path, screenshots: Path
) -> None:
    made = serve(served, "exercise")
    cells = [("markdown", "# Exercise"), ("code", "1 + 1"), ("markdown", "The author's end")]
    made.push({"exercise.ipynb": notebook(*cells)})
    address = from_binder(session, links.pull(content(made, "exercise.ipynb")))

    page = visit(browser, address)
    shown(page, "The author's end")
    wait_for_kernel(page)
    page.locator(f"{FRONT} .jp-CodeCell .cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("40 + 2")
    page.locator(RUN).click()
    expect(page.locator(OUTPUT)).to_have_text("42")
    page.keyboard.press("Control+S")
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    page.close()

    cells[-1] = ("markdown", "The author's better end")
    made.push({"exercise.ipynb": notebook(*cells), "week 2.ipynb": notebook(("markdown", "# Week 2"))})
    page = visit(browser, address)
    shown(page, "The author's better end")
    shown(page, "40 + 2")
    page.screenshot(path=screenshots / "link-second-visit.png")
    page.close()
    page = visit(browser, from_binder(session, links.pull(content(made, "week 2.ipynb"))))
    shown(page, "Week 2")


def test_a_tag_is_pulled_once(session: Container, browser: BrowserContext, served: Path) -> None:
    made = serve(served, "tagged")
    made.push({"a.ipynb": notebook(("markdown", "# As tagged"))}, tag="v1.0")
    made.push({"a.ipynb": notebook(("markdown", "# Later"))})
    address = from_binder(session, links.pull(content(made, "a.ipynb", "v1.0")))
    page = visit(browser, address)
    shown(page, "As tagged")
    page.close()
    # What nbgitpuller cannot do, as the page of the output build-branch says; its branch is one like any other.
    page = visit(browser, address)
    expect(page.get_by_text("returned non-zero exit status")).to_be_visible()


def run_first_cell(page: Page, source: str, output: str) -> None:
    """Run it, as a student does, and wait for what it prints."""
    shown(page, source)
    wait_for_kernel(page)
    page.locator(RUN).click()
    expect(page.locator(OUTPUT).last).to_contain_text(output)


def test_a_notebook_imports_its_repository_s_package(
    session: Container, browser: BrowserContext, served: Path, screenshots: Path
) -> None:
    made = serve(served, "packaged")
    source = "src/coursepkg/__init__.py"
    cell = notebook(("code", "import coursepkg\nprint(coursepkg.answer())"))
    made.push({"pyproject.toml": PACKAGE, source: "answer = lambda: 'one'\n", "week 1/use.ipynb": cell})
    address = from_binder(session, links.pull(content(made, "week 1/use.ipynb")))

    page = visit(browser, address)
    run_first_cell(page, "import coursepkg", "one")
    expect(page.locator(OUTPUT)).to_have_text("one\n")
    page.screenshot(path=screenshots / "package.png")
    page.close()

    # Changed code, a package that is new, and a notebook beside it.
    beside = notebook(("code", "import coursemore, coursepkg\nprint(coursemore.answer, coursepkg.answer())"))
    more = {"src/coursemore/__init__.py": "answer = 'more'\n", "more.ipynb": beside}
    made.push({source: "answer = lambda: 'two'\n", **more})
    page = visit(browser, from_binder(session, links.pull(content(made, "more.ipynb"))))
    run_first_cell(page, "import coursemore", "more two")
    expect(page.locator(OUTPUT)).to_have_text("more two\n")
    page.screenshot(path=screenshots / "package-second-visit.png")


def test_a_package_that_cannot_be_installed(
    session: Container, browser: BrowserContext, served: Path, screenshots: Path
) -> None:
    made = serve(served, "broken")
    description = PACKAGE.replace("coursepkg", "brokenpkg").replace("ipykernel", "no-such-package")
    made.push({"pyproject.toml": description, "use.ipynb": notebook(("code", "print(6 * 7)"))})
    page = visit(browser, from_binder(session, links.pull(content(made, "use.ipynb"))))
    run_first_cell(page, "6 * 7", "42")
    output = page.locator(OUTPUT).last
    expect(output).to_contain_text("/broken could not be installed")
    expect(output).to_contain_text("no-such-package")
    page.screenshot(path=screenshots / "package-broken.png")
