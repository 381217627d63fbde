"""The answers of an entry for a hub: what it says for which components, and what is refused."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from extensions.catalogue.manifest import read_components
from extensions.errors import BlocksError
from tests.fast.conftest import ROOT, MakeCatalogue, copier, manifest, rules_of, tree
from tests.fast.test_copy import assert_refused

hub = rules_of("hub")
ANSWERS = {
    "course_name": "Data",
    "image_name": "ghcr.io/owner/course",
    "hub_module": "TM351",
    "hub_presentation": "26J",
    "hub_tag": "v1.0",
}
GIVEN = ["outputs=[hub]", *(f"{name}={value}" for name, value in ANSWERS.items())]
ALPHA = {"alpha/component.yml": manifest("Alpha", memory=1000, cpu=21), "beta/component.yml": manifest("Beta")}


def profile(memory: int, cpu: int = 0) -> Any:
    return hub.Profile("M1", "A", "C", "i.org/i", "1", "", (), memory, cpu, 2000)


@pytest.mark.parametrize(
    ("memory", "guaranteed", "limit"),
    [(160, 184, 2000), (730, 840, 2000), (869, 1000, 2000), (870, 1001, 2001), (3000, 3450, 4450)],
)
def test_memory(memory: int, guaranteed: int, limit: int) -> None:
    made = profile(memory)
    assert (made.guaranteed, made.limit) == (guaranteed, limit)
    for text, megabytes in ((made.mem_guarantee, guaranteed), (made.mem_limit, limit)):
        assert 0 <= int(text.removesuffix("M")) * 2**20 - megabytes * 10**6 < 2**20


@pytest.mark.parametrize(
    ("cpu", "guarantee", "limit"), [(0, 0.05, 1), (6, 0.05, 1), (10, 0.09, 1), (11, 0.1, 2), (12, 0.1, 2), (60, 0.5, 6)]
)
def test_processors(cpu: int, guarantee: float, limit: int) -> None:
    made = profile(160, cpu)
    assert (made.cpu_guarantee, made.cpu_limit) == (guarantee, limit)


@pytest.mark.parametrize(
    ("course", "name"),
    [
        ("Data", "TM351 26J: Data"),
        ("TM351: Data", "TM351 26J: Data"),
        ("TM351 \u2013 Data", "TM351 26J: Data"),
        ("TM351", "TM351 26J"),
        ("TM3510 Data", "TM351 26J: TM3510 Data"),
    ],
)
def test_name_in_the_list(course: str, name: str) -> None:
    made = hub.Profile("TM351", "26J", course, "i.org/i", "1", "", (), 160, 0, 2000)
    assert made.display_name == name


def test_servers_say_what_they_need() -> None:
    """Those that have memory at rest are servers, and take time to start."""
    components = read_components(ROOT).values()
    assert [one.name for one in components if bool(one.memory) != bool(one.cpu)] == []


def test_text_stays_text_in_a_form() -> None:
    assert hub.in_form("{{ x }}{% y %}<b>&") == ("&#123;&#123; x &#125;&#125;&#123;% y %&#125;&lt;b&gt;&amp;")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("hub_module", "TM 351", "must be at most 20 letters and digits, such as TM351"),
        ("hub_module", "TM-351", "must be at most 20 letters and digits"),
        ("hub_module", "../x", "must be at most 20 letters and digits"),
        ("hub_module", "M" * 21, "must be at most 20 letters and digits"),
        ("hub_module", "TM351\n", "must be at most 20 letters and digits"),
        ("hub_module", "Ünï", "must be at most 20 letters and digits"),
        ("hub_module", 351, "must be text, not 351; put it in quotes"),
        ("hub_presentation", "26J/27B", "must be at most 20 letters, digits and hyphens, such as 26J"),
        ("hub_presentation", "-26J", "must be at most 20 letters, digits and hyphens"),
        ("hub_presentation", 2026, "must be text, not 2026; put it in quotes"),
        ("hub_tag", "latest", "'latest' would move under students; name the release, such as v1.0"),
        ("hub_tag", "v1.0 ", "is no tag of an image; name the release, such as v1.0"),
        ("hub_tag", "ghcr.io/owner/course:v1.0", "is no tag of an image"),
        ("hub_group", "a\nb", "must be a group's name as the hub has it, on one line"),
        ("hub_group", " students", "must be a group's name"),
    ],
)
def test_wrong_answers(name: str, value: object, message: str) -> None:
    with pytest.raises(BlocksError) as refused:
        hub.check(name, {name: value})
    assert str(refused.value).startswith(f"{name}: ")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["hub_module", "hub_presentation", "hub_tag"])
@pytest.mark.parametrize("value", ["", None])
def test_what_an_entry_needs(name: str, value: object) -> None:
    with pytest.raises(BlocksError, match=f"{name}: must not be empty; write it like {ANSWERS[name]}"):
        hub.check(name, {**ANSWERS, name: value})


REFUSED = {
    "course": (["course_name=Data\x7f"], "course_name: 'Data\\x7f': has a character that cannot be seen"),
    "module": (["hub_module=TM 351"], "hub_module: 'TM 351': must be at most 20 letters and digits"),
    "image": (["image_name="], "image_name: must not be empty; write it like 'ghcr.io/owner/name'"),
    "tag": (["hub_tag="], "hub_tag: must not be empty; write it like v1.0"),
    "output": (["outputs=[hub, perhaps]"], "outputs: there is no output 'perhaps'"),
}


@pytest.mark.parametrize(("answers", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(make_catalogue: MakeCatalogue, tmp_path: Path, answers: list[str], message: str) -> None:
    data = [word for answer in [*GIVEN, *answers] for word in ("--data", answer)]
    result = copier("copy", "--trust", "--defaults", *data, make_catalogue(ALPHA), tmp_path / "course")
    assert_refused(result.returncode, result.stderr, message)
    assert not (tmp_path / "course").exists()


def entry(path: Path) -> Any:
    return yaml.safe_load(path.read_text())["custom"]["binderProfiles"]


def test_same_answers_same_bytes(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root = make_catalogue(ALPHA)
    data = [
        word for answer in [*GIVEN, "components=[beta, alpha]", "hub_group=Größe: #1"] for word in ("--data", answer)
    ]
    for name in ("one", "two"):
        result = copier("copy", "--trust", "--defaults", *data, root, tmp_path / name)
        assert result.returncode == 0, result.stderr
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    (path,) = (tmp_path / "one/hub").iterdir()
    assert path.name == "tm351-26j.yaml"
    made = entry(path)["tm351-26j"]
    assert made["display_name"] == "TM351 26J: Data"
    assert made["description"] == "Alpha"
    assert made["groups"] == ["Größe: #1"]
    assert made["kubespawner_override"]["cpu_limit"] == 3
    assert made["kubespawner_override"]["mem_limit"] == "2226M"  # 1160 MB at rest and 15 %, and 1000 MB


@pytest.mark.parametrize(("components", "host"), [("[]", "db.example.org"), ("[alpha]", "127.0.0.1")])
def test_database_of_the_hub(make_catalogue: MakeCatalogue, tmp_path: Path, components: str, host: str) -> None:
    """Variables from the hub reach the notebook, but for those that a component of the image sets: see the page."""
    course = tmp_path / "course"
    catalogue = make_catalogue({"alpha/component.yml": manifest("Alpha", env="{PGHOST: 127.0.0.1}")})
    result = copier("copy", "--trust", "--defaults", "--data", f"components={components}", catalogue, course)
    assert result.returncode == 0, result.stderr
    command = ["bash", "-c", 'source "$0"; printenv PGHOST', str(course / "binder/env")]
    environment = {"PATH": "/usr/bin:/bin", "PGHOST": "db.example.org"}
    assert subprocess.check_output(command, env=environment, text=True).strip() == host
    if components == "[]":
        started = ["bash", str(course / "binder/start"), "printenv", "PGHOST"]
        assert subprocess.check_output(started, env=environment, text=True).strip() == host
