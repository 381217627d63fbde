"""The stack as its example has it: the page's own question to PostGIS, and QGIS in a window of the desktop."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from conftest import ROOT, Build, Scaffold
from tests.browser.opened import open_lab
from tests.browser.pages import open_tile
from tests.image import cells
from tests.image.containers import Container, wait_until

ON_DESKTOP = 'export DISPLAY; DISPLAY=$(<"/tmp/binder-$(id -u)/run/desktop/display")\n'


def assert_works(course: Container) -> None:
    course.wait_for_api()
    course.wait_for_services()
    verified = course.verify()
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_the_example(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """the example: a question to PostGIS, QGIS on the desktop, stopped, verified, killed, verified"""
    repository = scaffold(data_file=ROOT / "examples/spatial-data.yml")
    cell = cells.first_cell((repository / "binder/README.md").read_text(), "Spatial data")
    assert cell
    with open_lab(build(repository, "spatial-data"), tmp_path) as lab:
        assert_works(lab.course)
        print(cells.run(lab.course, *cell))
        page = open_tile(lab.page, "Desktop")
        expect(page.locator("#status")).to_contain_text("Connected")
        lab.course.bash(f"{ON_DESKTOP} cd; nohup qgis >/tmp/qgis.log 2>&1 &")
        wait_until("a window of QGIS", lambda: "QGIS" in lab.course.bash(f"{ON_DESKTOP} xwininfo -root -tree"), 120)
        page.wait_for_timeout(15000)
        lab.screenshot(page, "spatial-data-qgis")
        lab.course.stop()
        lab.course.restart()
        assert_works(lab.course)
        lab.course.kill()
        lab.course.wait()
        lab.course.restart()
        assert_works(lab.course)
        towns = 'psql --no-psqlrc --tuples-only --no-align --command="SELECT count(*) FROM towns"'
        assert lab.course.bash(towns).strip() == "3"
