"""The page's Python where no browser is needed: the preview against Copier, what is opened, what is taken."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT
from tests import units
from web.composer import composing, interview, opening, provenance, session, taking
from web.tests import comparing, sampling

RELEASE = {"source": "gh:owner/blocks", "version": "v1.2.3"}
BLOCK = units.WHOLE[0]
PAGE = ROOT / "web/page"


@pytest.fixture(scope="module")
def composer(tmp_path_factory: pytest.TempPathFactory) -> composing.Composer:
    return composing.Composer(ROOT, RELEASE["source"], RELEASE["version"], tmp_path_factory.mktemp("work"))


@pytest.fixture
def page(tmp_path: Path) -> session.Session:
    return session.Session(str(ROOT), json.dumps(RELEASE), str(tmp_path / "work"))


def call(page: session.Session, verb: str, /, data: bytes | None = None, **given: Any) -> Any:
    made = page.call(verb, json.dumps(given), data)
    return made if isinstance(made, bytes) else json.loads(made)


def state(given: dict[str, Any]) -> composing.State:
    return composing.State(given["answers"], {path: text.encode() for path, text in given["files"].items()})


def unpacked(data: bytes) -> dict[str, tuple[bytes, bool]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = archive.infolist()
        return {one.filename: (archive.read(one), bool(one.external_attr >> 16 & 0o100)) for one in found}


@pytest.mark.parametrize("number", range(1, 6))
def test_the_preview_is_what_copier_writes(composer: composing.Composer, number: int) -> None:
    sample = state(sampling.sets(6, seed=7)[number])
    shown = composer.compose(sample)
    try:
        taken = unpacked(taking.as_zip(composer, sample))
    except opening.OpeningError:
        assert shown.refusal or any(one.error for one in shown.interview.shown)
        return
    assert shown.files == taken


def test_the_zip_is_what_the_command_writes(composer: composing.Composer, catalogue: Path, tmp_path: Path) -> None:
    sample = sampling.sets(1)[0]
    taken = unpacked(taking.as_zip(composer, state(sample)))
    written = comparing.by_the_command(catalogue, sample, tmp_path)
    assert not isinstance(written, str), written
    course = tmp_path / "course"
    assert taken.keys() == written.keys()
    for path, (data, executable) in taken.items():
        there = (course / path).read_bytes()
        if path == comparing.ANSWERS:
            data, there = comparing.plain(data), comparing.plain(there)
        assert (path, data, executable) == (path, there, os.access(course / path, os.X_OK))
    answers = yaml.safe_load(taken[comparing.ANSWERS][0])
    assert (answers["_src_path"], answers["_commit"]) == (RELEASE["source"], RELEASE["version"])


def test_questions_are_copiers(page: session.Session) -> None:
    shown = {one["name"]: one for one in call(page, "start")["questions"]}
    assert shown["components"]["type"] == "many"
    assert not shown["course_name"]["is_setting"]
    assert shown["python_version"]["is_setting"]
    assert not {"adopted", "settled", "checked", "settings", "installed"} & shown.keys()


def test_a_wrong_answer_has_its_message_and_the_course_stays(page: session.Session) -> None:
    call(page, "answer", name="course_name", value="Good")
    answer = call(page, "answer", name="course_name", value=" ")
    (shown,) = (one for one in answer["questions"] if one["name"] == "course_name")
    assert shown["error"] == "must not be empty"
    assert shown["value"] == " "
    assert answer["files"]
    assert call(page, "file", path="README.md")["lines"][0] == "# Good"


def test_a_size_that_nobody_measured_is_said(page: session.Session) -> None:
    name = next(one for one in units.WHOLE if units.COMPONENTS[one].memory)
    title = units.COMPONENTS[name].title
    page.release["classes"] = {name: composing.WIRING}
    cards = {one["name"]: one["unmeasured"] for one in call(page, "start")["units"]}
    assert cards[name] == [title]
    assert call(page, "answer", name="components", value=[name])["cost"]["unmeasured"] == [title]
    page.release["classes"] = {name: "A"}
    assert call(page, "answer", name="components", value=[name])["cost"]["unmeasured"] == []


def test_what_came_along_what_it_costs_and_what_changed(page: session.Session) -> None:
    name = next(one for one in units.WHOLE if units.COMPONENTS[one].requires and units.COMPONENTS[one].memory)
    before = call(page, "start")
    answer = call(page, "answer", name="components", value=[name])
    assert {one["name"] for one in answer["along"]} >= set(units.COMPONENTS[name].requires)
    assert answer["cost"]["memory"] >= before["cost"]["memory"] + units.COMPONENTS[name].memory
    assert {one["path"] for one in answer["files"] if one["change"] == "changed"} >= {"binder/order"}
    order = call(page, "file", path="binder/order")
    assert [order["lines"][number] for number in order["marks"]] == order["lines"]


def test_lines_are_from_their_blocks() -> None:
    text = "a  # one\nb  # one (why, so), two\nc\n# three wanted this\nd=1  # three wanted this\n"
    assert provenance.lines("binder/apt.txt", text, {"one", "two", "three"}) == [
        ["one"],
        ["one", "two"],
        [],
        [],
        ["three"],
    ]
    assert provenance.lines("binder/env", "x\n# one\ny\n# other\nz\n", {"one"}) == [[], ["one"], ["one"], [], []]


def test_imports_are_kept_for_the_command(page: session.Session) -> None:
    address = f"gh:owner/repo@{'a' * 40}"
    assert call(page, "answer", name="imports", value=address)["refusal"] == ""
    taken = call(page, "take", kind="all")
    assert taken["imports"]
    assert f"imports={address}" in shlex.split(taken["command"])
    assert yaml.safe_load(call(page, "take", kind="data"))["imports"] == address
    assert b"imports: null" in unpacked(call(page, "take", kind="zip"))[comparing.ANSWERS][0]


def test_the_command_makes_the_same_again(page: session.Session, catalogue: Path, tmp_path: Path) -> None:
    call(page, "answer", name="course_name", value="Kurs \"Ä\" $HOME 'x'")
    call(page, "answer", name="components", value=[BLOCK])
    words = shlex.split(call(page, "take", kind="all")["command"])
    assert words[-2:] == [RELEASE["source"], taking.DESTINATION]
    start = words.index("copy")
    command = [sys.executable, "-m", "copier", *words[start:-2], str(catalogue), str(tmp_path / "course")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    made = unpacked(call(page, "take", kind="zip"))
    for path, (data, _) in made.items():
        if path != comparing.ANSWERS:
            assert data == (tmp_path / "course" / path).read_bytes()


def test_a_link_holds_the_state() -> None:
    given = composing.State({"course_name": "Ä <b>", "components": [BLOCK]}, {"binder/apt.txt": b"tree\n"})
    again = taking.from_fragment(taking.fragment(given))
    assert (again.answers, again.files) == (given.answers, given.files)


@pytest.mark.parametrize("text", ["", "AAAA", "<b>", "a" * 300_000, "é"])
def test_a_broken_link_is_refused(text: str) -> None:
    with pytest.raises(opening.OpeningError, match="the link is broken"):
        taking.from_fragment(text)


def test_a_file_is_merged_as_the_command_does(page: session.Session) -> None:
    answer = call(page, "open", data=b"tree  # for the labs\n", name="apt.txt")
    assert answer["said"] == "apt.txt: is merged in, as binder/apt.txt"
    lines = call(page, "file", path="binder/apt.txt")
    assert lines["from"][lines["lines"].index("tree  # binder (for the labs)")] == ["binder"]
    assert call(page, "close")["brought"] == []


def test_several_folders_of_a_zip(page: session.Session) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("repo-main/binder_a/apt.txt", "tree\n")
        archive.writestr("repo-main/binder_b/apt.txt", "jq\n")
        archive.writestr("repo-main/.git/config", "")
    answer = call(page, "open", data=packed.getvalue(), name="repo.zip")
    assert answer["brought"] == ["binder_a/apt.txt", "binder_b/apt.txt"]
    (adopt,) = (one for one in answer["questions"] if one["name"] == "adopt")
    assert adopt["value"] == ["binder_a", "binder_b"]
    lines = call(page, "file", path="binder/apt.txt")["lines"]
    assert {"tree  # binder_a", "jq  # binder_b"} <= set(lines)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.yml", b"[", "a.yml:1: is neither a Binder file nor answers in YAML"),
        ("a.yml", b"- a", "a.yml: is neither answers nor one of environment.yml"),
        ("a.yml", b"<b>: 1", "a.yml: has a name that no answer has"),
        ("apt.txt", b"a" * 1_000_001, "apt.txt: is 1000001 bytes, and not more than 1000000 can be read"),
        ("a.zip", b"PK\3\4", "a.zip: is no zip that can be opened"),
    ],
)
def test_what_cannot_be_opened_is_one_line(page: session.Session, name: str, data: bytes, said: str) -> None:
    answer = call(page, "open", data=data, name=name)
    assert answer["error"].startswith(said)
    assert "\n" not in answer["error"]


def test_a_zip_is_bounded_before_it_is_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(30):
            archive.writestr(f"binder_{number}/apt.txt", b"\0" * 900_000)
    with pytest.raises(opening.OpeningError, match="holds more than 20000000 bytes"):
        opening.unpacked("bomb.zip", packed.getvalue())


def test_a_zip_stays_in_its_folder() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("../a", "/b", "c/../../d", "e\\..\\f", "binder/apt.txt"):
            archive.writestr(name, "")
        link = zipfile.ZipInfo("binder/start")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert opening.unpacked("a.zip", packed.getvalue()).keys() == {"binder/apt.txt"}


def test_the_page_takes_no_markup_and_no_other_host() -> None:
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function")
    for path in sorted(PAGE.glob("*.js")):
        assert not markup.search(path.read_text()), path.name
    html = (PAGE / "index.html").read_text()
    assert "default-src 'none'" in html
    assert not re.search(r"""\son\w+=|style=|src="http|href="http|<style""", html)
    names = re.findall(r'(?:src|href)="([^"#]+)"', html)
    assert all((PAGE / name).is_file() for name in names)


def test_standins_change_nothing_where_there_are_processes() -> None:
    assert interview.SETTINGS == "settings"
    assert subprocess.run([sys.executable, "-c", ""], check=False).returncode == 0
