"""The docs as a site (tools/site.py): complete, without a link that leads nowhere, and alone on its host."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import units
from tests.fast.conftest import ROOT, MakeCatalogue, manifest
from tools import contract
from tools.site import photograph, size

LOADED = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=\"([^\"]+)\"")
# What tells a search engine or a feed reader where a page is; a browser does not ask for it.
NOT_LOADED = re.compile(r"<link rel=\"(?:canonical|alternate)\"[^>]*>")
PAGES = ("web", "panel")
PICTURED = [name for name in units.NAMES if any(page in units.COMPONENTS[name].provides for page in PAGES)]


def build(root: Path, target: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/site.py", str(target)]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=root)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site") / "html"
    done = build(ROOT, target)
    assert done.returncode == 0, done.stderr
    return target


def test_every_block_and_output_has_its_page(site: Path) -> None:
    for shelf, named in (("blocks", units.COMPONENTS), ("outputs", units.OUTPUTS)):
        contents = (site / shelf / "index.html").read_text()
        for name, unit in named.items():
            assert html.escape(unit.title) in contents
            assert f'href="{name}.html"' in contents
            assert "<h1>" in (site / shelf / f"{name}.html").read_text()


def test_nothing_comes_from_another_host(site: Path) -> None:
    pages = [*site.rglob("*.html")]
    loaded = {address for page in pages for address in LOADED.findall(NOT_LOADED.sub("", page.read_text()))}
    assert loaded
    assert [address for address in loaded if re.match(r"(?:[a-z]+:)?//", address)] == []


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("[x](../updates.md#no-such-heading)", "no-such-heading"),
        ("[x](../no-such-page.md)", "docs/guides/hub.md: a link leads nowhere: ../no-such-page.md"),
    ],
)
def test_a_link_that_leads_nowhere_ends_the_build(catalogue: Path, tmp_path: Path, link: str, said: str) -> None:
    root = shutil.copytree(catalogue, tmp_path / "binder-blocks")
    with (root / "docs/guides/hub.md").open("a") as page:
        page.write(f"\n{link}\n")
    done = build(root, tmp_path / "html")
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
    assert not (tmp_path / "html").exists()


@pytest.mark.parametrize(
    ("kind", "stood_in", "said"),
    [
        ("A", "{}", "9 MB"),
        ("B", "{tried-server of its publisher: of Maven}", "9 MB, measured with what stood in for its download"),
        ("B", "{tried of its publisher: of another component}", "9 MB"),
        ("C", "{}", "not measured, as the program itself could not be had in the tests"),
    ],
)
def test_a_size_says_of_what_it_is(kind: str, stood_in: str, said: str, make_catalogue: MakeCatalogue) -> None:
    files = {
        "tried/component.yml": manifest("Tried", size=9),
        "tried/tests.yml": f"class: {kind}\n",
        "tried/proof.yml": f"stood_in: {stood_in}\n",
        "tried/downloads.txt": "# pinned\n\ntried-server any 0 https://example.org/tried.tgz\n",
    }
    assert size(contract.readable(make_catalogue(files))["tried"]) == said


def test_pictures_are_of_blocks_and_small(site: Path) -> None:
    pictures = sorted(ROOT.glob("components/*/tests/pictures/*"))
    names = [path.relative_to(ROOT).parts[1] for path in pictures]
    assert [path.name for path in pictures] == [f"{name}.png" for name in names]
    assert [path.name for path in pictures if path.stat().st_size > 60_000] == []
    for name in names:
        assert f"_images/{name}.png" in (site / f"blocks/{name}.html").read_text()


@pytest.mark.parametrize("name", PICTURED)
def test_a_block_with_a_page_has_its_picture(name: str) -> None:
    """Not where the program could not be had: a stand-in's page would be shown as the program's own."""
    component = units.COMPONENTS[name]
    is_stand_in = contract.cases(component).get("class") == contract.WIRING
    assert photograph(component).is_file() != is_stand_in, f"the browser tier takes it: --tier browser -k {name}"
