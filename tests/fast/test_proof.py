"""Which components are built, and what their proofs hold (tests/image/proof.py)."""

from __future__ import annotations

import datetime
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import pytest
import yaml

from tests import units
from tests.fast.conftest import MakeCatalogue, manifest
from tests.image import proof, recording
from tests.image.proof import Need, Sums
from tools import contract

KEYS = ["folder", "course", "when", "base", "packages", "measured", "stood_in", "ran", "not_run"]


@pytest.mark.parametrize("name", proof.provable())
def test_each_component_has_its_proof(name: str) -> None:
    """Skipped where there is none yet, so that a new block can be tried; CI builds it."""
    path = units.COMPONENTS[name].folder / proof.FILE
    if not path.is_file():
        pytest.skip(f"{name} was never built; as root: python -m pytest --tier image --prove -k {name}")
    text = path.read_text()
    assert text.startswith(proof.HEAD)
    written = yaml.safe_load(text)
    assert [key for key in KEYS if key in written or key != "measured"] == list(written)
    assert {len(written["folder"]), len(written["course"])} == {64}
    assert datetime.date.fromisoformat(written["when"]) <= proof.today()
    assert written["base"]
    assert any(line.startswith("built by repo2docker") for line in written["ran"])


def test_need() -> None:
    written = {"folder": "a", "course": "b", "not_run": {"a dump is restored": "no client for it"}}
    assert proof.need(Sums("a", "b"), {}) is Need.NEW
    assert proof.need(Sums("x", "b"), written, is_turn=True) is Need.NEW
    assert proof.need(Sums("a", "x"), written, is_turn=True) is Need.ENGINE
    assert proof.need(Sums("a", "b"), written, is_turn=True) is Need.TURN
    assert proof.need(Sums("a", "b"), written) is Need.NONE
    assert proof.need(Sums("a", "b"), {**written, "not_run": {"a dump is restored": proof.LEFT_OUT}}) is Need.NEW


def test_each_one_has_its_turn_and_none_has_two() -> None:
    names = [f"block-{number}" for number in range(43)]
    days = [proof.turn(names, 700_000 + day) for day in range(proof.SHARE)]
    assert sorted(name for day in days for name in day) == sorted(names)
    assert max(map(len, days)) <= len(names) // proof.SHARE + 1


def test_ci_runs_on_each_day_that_has_a_turn() -> None:
    text = (units.ROOT / ".github/workflows/ci.yml").read_text()
    (cron,) = re.findall(r'cron: "(.*)"', text)
    assert cron.split()[2:] == ["*"] * 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "redis"
    (made / "service").mkdir(parents=True)
    (made / "component.yml").write_text("title: Redis\n")
    (made / "service/run").write_text("#!/bin/sh\nexec redis-server\n")
    return made


@pytest.mark.parametrize("change", ["text", "run bit", "new file", "name", "required"])
def test_folder_sum_is_another_after_a_change(folder: Path, change: str) -> None:
    other = shutil.copytree(folder, folder.with_name("other"))
    before, run = proof.folder_sum({"redis": folder, "java": other}), folder / "service/run"
    if change == "text":
        run.write_text("#!/bin/sh\nexec redis-server --save ''\n")
    elif change == "run bit":
        run.chmod(0o755)
    elif change == "new file":
        (folder / "apt.txt").write_text("redis-server\n")
    elif change == "name":
        run.rename(run.with_name("ready"))
    else:
        (other / "component.yml").write_text("title: Java\nports: {java: 1}\n")
    assert proof.folder_sum({"redis": folder, "java": other}) != before


@pytest.mark.parametrize("name", ["README.md", "proof.yml", "tests/__pycache__/a.pyc"])
def test_folder_sum_stays_with_what_is_not_built(folder: Path, name: str) -> None:
    before = proof.folder_sum({"redis": folder})
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("text")
    assert proof.folder_sum({"redis": folder}) == before


def test_folder_sum_stays_with_what_was_measured(folder: Path) -> None:
    before = proof.folder_sum({"redis": folder})
    (folder / "component.yml").write_text("title: Redis\nmemory: 12\ncpu: 1\nsize: 9\n")
    assert proof.folder_sum({"redis": folder}) == before


@pytest.mark.parametrize("name", proof.provable())
def test_figures_are_those_that_were_measured(name: str) -> None:
    """Within 15 %, and what rounding takes."""
    component, measured = units.COMPONENTS[name], proof.figures(name)
    if not measured:
        pytest.skip(f"{name} was not measured; as root: python -m pytest --tier image --prove -k {name}")
    for figure, rounding in proof.FIGURES.items():
        said = getattr(component, figure)
        assert abs(said - measured[figure]) <= rounding + 0.15 * measured[figure], (
            f"{name}: {figure} is {said} in component.yml, {measured[figure]} was measured; "
            f"python tests/image/proof.py --figures"
        )


@pytest.mark.parametrize(("kind", "size"), [("A", 900), ("B", 900), ("C", 0)])
def test_no_size_is_taken_of_an_image_without_the_program(
    kind: str, size: int, monkeypatch: pytest.MonkeyPatch, make_catalogue: MakeCatalogue
) -> None:
    written = {"measured": {"memory": 30, "cpu": 1, "size": 900}, "stood_in": {"tried of its publisher": "a stand-in"}}
    root = make_catalogue(
        {
            "tried/component.yml": manifest("Tried", size=2),
            "tried/tests.yml": f"class: {kind}\n",
            f"tried/{proof.FILE}": yaml.safe_dump(written),
        }
    )
    monkeypatch.setattr(units, "COMPONENTS", contract.readable(root))
    proof.take_figures("tried")
    assert (contract.readable(root)["tried"].size, contract.readable(root)["tried"].memory) == (size, 30)


def test_course_sum_knows_what_is_built() -> None:
    files = {"binder/start": (b"exec", True), "binder/README.md": (b"page", False), "README.md": (b"page", False)}
    before = proof.course_sum(files)
    assert proof.course_sum({**files, "binder/README.md": (b"another", False), "notes.txt": (b"", False)}) == before
    assert proof.course_sum({**files, "binder/start": (b"exec", False)}) != before
    assert proof.course_sum({**files, "binder/launch": (b"", False)}) != before
    assert proof.course_sum({**files, "binder/jupyter_server_config.d/a.json": (b"{}", False)}) != before
    assert proof.course_sum({**files, "binder/report.json": (b"{}", False)}) == before


def test_stand_ins_are_named() -> None:
    environment = b"dependencies: [python=3.13, pip, pandas>=2, 'conda-forge::numpy=2.1', not-there]\n"
    found = proof.stand_ins({"binder/environment.yml": (environment, False)})
    assert found["pandas of conda-forge"] == "pandas of PyPI"
    assert set(found) == {f"{name} of conda-forge" for name in ("pandas", "numpy", "not-there")}


def reported(nodeid: str, outcome: Literal["passed", "failed", "skipped"]) -> pytest.TestReport:
    longrepr = ("test_x.py", 1, "Skipped: no client") if outcome == "skipped" else None
    return pytest.TestReport(nodeid, ("test_x.py", 1, "test"), {}, outcome, longrepr, "call")


def test_what_failed_is_not_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """One component's tests pass, one's fail; a third has one that was skipped and one that was not asked for.

    The first has one more where the run did not look.
    """
    written = {}
    monkeypatch.setattr(proof, "write", lambda name, ran, not_run, *_: written.update({name: (sorted(ran), not_run)}))
    monkeypatch.setattr(recording, "every_test", lambda: {"redis": {"built", "killed"}, "java": {"built"}})
    recorder = recording.Recorder(is_due=False, is_proving=True)
    outcomes: dict[tuple[str, str], Literal["passed", "failed", "skipped"]] = {
        ("redis", "built"): "passed",
        ("mariadb", "built"): "passed",
        ("mariadb", "seeds"): "failed",
        ("duckdb", "built"): "passed",
        ("duckdb", "dump"): "skipped",
    }
    for name, words in outcomes:
        recorder.of["::".join((name, words))] = name, words
        recorder.all[name].add(words)
    recorder.all["duckdb"].add("tile")
    for (name, words), outcome in outcomes.items():
        recorder.pytest_runtest_logreport(reported(f"{name}::{words}", outcome))
    recorder.pytest_sessionfinish()
    assert written == {
        "redis": (["built"], {"built": proof.LEFT_OUT, "killed": proof.LEFT_OUT}),
        "duckdb": (["built"], {"built": proof.LEFT_OUT, "dump": "no client", "tile": proof.LEFT_OUT}),
    }


def test_every_test_is_known_wherever_it_stands() -> None:
    """Each component's own, of both tiers, and those that all of them have."""
    every = recording.every_test()
    folders = (units.ROOT / "components").glob("*/tests/*")
    own = {one.parents[1].name for one in folders if one.name in recording.BUILDING and [*one.glob("test_*.py")]}
    assert own
    assert own <= every.keys()
    for name in proof.provable():
        assert any(words.startswith("built by repo2docker") for words in every[name]), name
    for name in own:
        assert any(not words.startswith("built by repo2docker") for words in every[name]), name


def test_what_another_run_has_shown_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two runs over one tree; a third, over another one."""
    now = Sums("a", "b")
    component = SimpleNamespace(folder=tmp_path)
    monkeypatch.setattr(units, "COMPONENTS", {"redis": component})
    monkeypatch.setattr(proof, "sums", lambda _: now)
    monkeypatch.setattr(proof, "course", lambda _: {})
    proof.write("redis", ["built"], {"tile": proof.LEFT_OUT, "dump": "no client"}, {"base": "Debian"})
    proof.write("redis", ["tile"], {"built": proof.LEFT_OUT, "dump": proof.LEFT_OUT}, {})
    written = proof.read("redis")
    assert (written["ran"], written["not_run"]) == (["built", "tile"], {"dump": "no client"})
    assert written["base"] == "Debian"
    now = Sums("a", "other")
    proof.write("redis", ["tile"], {"built": proof.LEFT_OUT, "dump": proof.LEFT_OUT}, {})
    assert proof.read("redis")["not_run"] == {"built": proof.LEFT_OUT, "dump": proof.LEFT_OUT}
