"""Pytest's part of tests/image/proof.py: which tests are of one component, which of them are due, and what they showed.

- `--due` leaves out the tests of components whose proof holds and whose turn it is not; the others come in the order of
  their need, and those that only the engine's changes or their turn ask for are skipped from `--until` on.
- `--prove` writes what passed into the component's proof, unless a test of it failed.
- The last lines say what was built, and what was not, with the reason.

A test is of a component if it stands in its folder, or in test_components.py with `name` as a parameter; every other
one runs always.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Generator
from typing import Any

import pytest

from tests import units
from tests.image import proof

BUILDING = ("image", "browser")


def parameters(item: pytest.Item) -> dict[str, Any]:
    callspec = getattr(item, "callspec", None)
    return callspec.params if callspec else {}


def component_of(item: pytest.Item) -> str | None:
    parts = item.path.relative_to(units.ROOT).parts
    if parts[0] == "components":
        return parts[1]
    name = parameters(item).get("name")
    return name if parts[-1] == "test_components.py" and name in units.COMPONENTS else None


def words_of(item: pytest.Item) -> str:
    """What a test showed, in a line: of its docstring, or else its name."""
    document = str(getattr(getattr(item, "obj", None), "__doc__", None) or "")
    words = next(iter(document.strip().splitlines()), "") or item.name.partition("[")[0].removeprefix("test_")
    file = parameters(item).get("file")
    return words.replace("_", " ") + (f": {file}" if file else "")


class Recorder:
    def __init__(self, is_due: bool, is_proving: bool, until: float) -> None:
        self.is_due, self.is_proving, self.until = is_due, is_proving, until
        self.of: dict[str, tuple[str, str]] = {}
        self.all: dict[str, set[str]] = defaultdict(set)
        self.needs: dict[str, proof.Need] = {}
        self.shown: dict[str, dict[str, str]] = defaultdict(dict)
        self.not_run: dict[str, dict[str, str]] = defaultdict(dict)
        self.failed: set[str] = set()
        self.late: set[str] = set()
        self.facts: dict[str, dict[str, Any]] = defaultdict(dict)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, None, None]:
        every = list(items)
        yield  # the tiers are marked, and what -k and -m leave out has gone
        for item in every:
            if any(map(item.get_closest_marker, BUILDING)) and (name := component_of(item)):
                self.all[name].add(words_of(item))
        of = {item.nodeid: (name, words_of(item)) for item in items if (name := self._component(item, config))}
        self.of = of
        if not (self.is_due and of):
            return
        self.needs = proof.needs()
        need = {item: self.needs[of[item.nodeid][0]] if item.nodeid in of else proof.Need.NEW for item in items}
        config.hook.pytest_deselected(items=[item for item in items if need[item] is proof.Need.NONE])
        items[:] = sorted((item for item in items if need[item] is not proof.Need.NONE), key=lambda item: need[item])

    def _component(self, item: pytest.Item, config: pytest.Config) -> str | None:
        asked = config.getoption("--tier")
        tiers = [tier for tier in BUILDING if asked in (tier, "all") and item.get_closest_marker(tier)]
        return component_of(item) if tiers else None

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        name, _ = self.of.get(item.nodeid, ("", ""))
        if self.needs.get(name, proof.Need.NEW) is not proof.Need.NEW and time.time() > self.until:
            self.late.add(item.nodeid)
            pytest.skip(f"{name} is not built: its time is up; {self.needs[name].words}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.nodeid not in self.of:
            return
        name, words = self.of[report.nodeid]
        if report.failed:
            self.failed.add(name)
        elif report.skipped and report.nodeid not in self.late:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.not_run[name][words] = reason.removeprefix("Skipped: ")
        elif report.when == "call":
            self.shown[name][words] = ""
            self.facts[name].update(report.user_properties)

    def pytest_sessionfinish(self) -> None:
        if not self.is_proving:
            return
        for name in sorted(self.shown.keys() - self.failed):
            facts = self.facts[name]
            ran, base = self.shown[name], str(facts.get("base", ""))
            left = dict.fromkeys(sorted(self.all[name]), proof.LEFT_OUT) | self.not_run[name]
            proof.write(name, ran, left, base, facts.get("packages", {}))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        left = {name for name, need in self.needs.items() if name not in self.shown}
        if not (self.shown or left):
            return
        terminalreporter.section("what was built")
        for name in sorted(self.shown):
            how = "FAILED" if name in self.failed else f"{len(self.shown[name])} tests passed"
            terminalreporter.line(f"{name}: {how}")
        for name in sorted(left & {name for name, _ in self.of.values()}):
            terminalreporter.line(f"{name}: not built here; {self.needs[name].words}")
