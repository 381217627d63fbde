"""Whatever is typed, pasted, dropped or linked: no script runs, nothing hangs, and one clear line is said."""

from __future__ import annotations

import base64
import io
import json
import zipfile
import zlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.browser import TIMEOUT
from web.tests.driving import Composer

# One page for all of them: what is left of one attempt must not help the next.


@pytest.fixture(scope="module")
def opened(chromium: Browser, address: str) -> Iterator[Composer]:
    context = chromium.new_context()
    context.set_default_timeout(TIMEOUT)
    composer = Composer(context.new_page(), address)
    composer.open()
    yield composer
    context.close()


@pytest.fixture
def composer(opened: Composer) -> Iterator[Composer]:
    """The page, begun anew; nothing may have been asked of another host, and no script may have run or failed."""
    opened.page.locator("#clear").click()
    opened.settled()
    yield opened
    assert opened.elsewhere == []
    assert opened.failures == []


EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>{{ 7 * 7 }}'


def test_markup_in_every_field_stays_text(composer: Composer) -> None:
    composer.unfold("settings")
    names = [one.get_attribute("id") or "" for one in composer.page.locator("input[type=text], textarea").all()]
    for name in (name for name in names if name.startswith("q-")):
        composer.fill(name.removeprefix("q-"), EVIL)
    assert composer.page.locator("main img, main script").count() == 0
    assert "49" not in composer.page.locator("#q-course_name").input_value()


@pytest.mark.parametrize("name", ["environment.yml", "requirements.txt", "apt.txt", "postBuild", "start"])
def test_markup_in_a_pasted_file_stays_text(composer: Composer, name: str) -> None:
    composer.paste(name, f"{EVIL}\n# {EVIL}\n")
    assert composer.page.locator("main img, main script").count() == 0
    assert composer.status


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("course.yml", "components: [postgres\n"),
        ("course.yml", "- a\n- b\n"),
        ("course.yml", "[" * 5000),
        ("course.yml", "a: &a [*a]\n"),
        ("course.yml", "!!python/object/apply:os.system [ls]\n"),
        ("environment.yml", "dependencies: {a: [\n"),
        ("environment.yml", "\0\x01"),
    ],
)
def test_broken_yaml_is_one_line(composer: Composer, name: str, text: str) -> None:
    composer.drop(name, text.encode())
    assert 0 < len(composer.status) < 400
    assert "\n" not in composer.status
    assert "Traceback" not in composer.status
    still_works(composer)


def test_ten_megabytes(composer: Composer) -> None:
    composer.drop("requirements.txt", b"numpy\n" * 1_700_000)
    expect(composer.page.locator("#status")).to_contain_text("not more than 1000000 can be read")
    still_works(composer)


def test_a_zip_bomb(composer: Composer) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(60):
            archive.writestr(f"binder_{number}/apt.txt", b"\0" * 900_000)
    composer.drop("bomb.zip", packed.getvalue())
    expect(composer.page.locator("#status")).to_contain_text("holds more than 20000000 bytes")
    still_works(composer)


def test_a_zip_that_leaves_its_folder(composer: Composer) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../catalogue/copier.yml", "a: 1\n")
        archive.writestr("/etc/passwd", "a\n")
        archive.writestr("binder/apt.txt", "tree\n")
    composer.drop("up.zip", packed.getvalue())
    expect(composer.page.locator("#brought li")).to_have_text(["binder/apt.txt"])
    still_works(composer)


def packed_link(state: object) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(state).encode())).decode().rstrip("=")


LINKS = {
    "nothing": "AAAA",
    "markup": "%3Cscript%3Ealert(1)%3C/script%3E",
    "long": "a" * 300_000,
    "a bomb": packed_link({"answers": {"course_name": "a" * 20_000_000}}),
    "a list": packed_link([1, 2]),
    "no answers": packed_link({"answers": {"<b>": 1}}),
    "deep": packed_link({"answers": {"course_name": [[[[{}]]]], "components": {"a": 1}, "outputs": 3}}),
    "a way out": packed_link({"answers": {}, "files": {"../../etc/passwd": "YQ=="}}),
    "text": packed_link({"answers": {"course_name": EVIL, "components": [EVIL]}}),
}


@pytest.mark.parametrize("fragment", LINKS.values(), ids=LINKS)
def test_a_link_made_by_somebody_else(composer: Composer, fragment: str) -> None:
    composer.follow(fragment)
    assert composer.page.locator("main img, main script").count() == 0
    assert composer.status
    still_works(composer)


def test_a_page_opened_by_such_a_link(composer: Composer) -> None:
    composer.open(LINKS["a way out"])
    expect(composer.page.locator("#status")).to_contain_text("the link")
    still_works(composer)


def still_works(composer: Composer) -> None:
    composer.fill("course_name", "Still here")
    expect(composer.page.locator("#q-course_name")).to_have_value("Still here")
    expect(composer.page.locator("#files-title")).to_contain_text("Files (")
