"""Pytest's part of tests/image/proof.py: which tests are of one component, which of them are due, and what they showed.

- `--due` leaves out the tests of components whose proof holds and whose turn it is not; the others come in the order of
  their need.
- `--prove` writes what passed into the component's proof, unless a test of it failed; a test of it that stands where
  this run does not look was left out, too.
- The last lines say what was built, and what was not, with the reason.

A test is of a component if it stands in its folder, or in test_components.py or test_stacks.py with `name` as a
parameter; every other one runs always, but for one that asks `--due` itself.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Generator, Iterable
from typing import Any

import pytest

from tests import units
from tests.image import proof

BUILDING = ("image", "browser")
OF_COMPONENTS = ("test_components.py", "test_stacks.py")


def parameters(item: pytest.Item) -> dict[str, Any]:
    callspec = getattr(item, "callspec", None)
    return callspec.params if callspec else {}


def component_of(item: pytest.Item) -> str | None:
    parts = item.path.relative_to(units.ROOT).parts
    if parts[0] == "components":
        return parts[1]
    name = parameters(item).get("name")
    return name if parts[-1] in OF_COMPONENTS and name in units.COMPONENTS else None


def words_of(item: pytest.Item) -> str:
    """What a test showed, in a line: of its docstring, or else its name."""
    document = str(getattr(getattr(item, "obj", None), "__doc__", None) or "")
    words = next(iter(document.strip().splitlines()), "") or item.name.partition("[")[0].removeprefix("test_")
    file = parameters(item).get("file")
    return words.replace("_", " ") + (f": {file}" if file else "")


def tests_of(items: Iterable[pytest.Item]) -> dict[str, set[str]]:
    """Those that build something, by their component."""
    found: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if any(map(item.get_closest_marker, BUILDING)) and (name := component_of(item)):
            found[name].add(words_of(item))
    return found


def every_test() -> dict[str, set[str]]:
    """Of all components, whatever this run was asked for."""
    command = [sys.executable, "-m", "tests.image.recording"]
    listed = subprocess.run(command, check=True, cwd=units.ROOT, stdout=subprocess.PIPE, text=True).stdout
    return {name: {*words} for name, words in json.loads(listed).items()}


class Recorder:
    def __init__(self, is_due: bool, is_proving: bool) -> None:
        self.is_due, self.is_proving = is_due, is_proving
        self.of: dict[str, tuple[str, str]] = {}
        self.all: dict[str, set[str]] = defaultdict(set)
        self.needs: dict[str, proof.Need] = {}
        self.shown: dict[str, dict[str, str]] = defaultdict(dict)
        self.not_run: dict[str, dict[str, str]] = defaultdict(dict)
        self.failed: set[str] = set()
        self.facts: dict[str, dict[str, Any]] = defaultdict(dict)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, None, None]:
        every = list(items)
        yield  # the tiers are marked, and what -k and -m leave out has gone
        self.all.update(tests_of(every))
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

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.nodeid not in self.of:
            return
        name, words = self.of[report.nodeid]
        if report.failed:
            self.failed.add(name)
        elif report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            if not reason.endswith(proof.TIME_IS_UP):
                self.not_run[name][words] = reason.removeprefix("Skipped: ")
        elif report.when == "call":
            self.shown[name][words] = ""
            self.facts[name].update(report.user_properties)

    def pytest_sessionfinish(self) -> None:
        if not self.is_proving:
            return
        proven = sorted(self.shown.keys() - self.failed)
        every = every_test() if proven else {}
        for name in proven:
            left = dict.fromkeys(sorted(self.all[name] | every.get(name, set())), proof.LEFT_OUT) | self.not_run[name]
            proof.write(name, self.shown[name], left, self.facts[name])

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


class Lister:
    """Knows what was collected, before anything of it is left out."""

    def __init__(self) -> None:
        self.found: dict[str, set[str]] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, None, None]:
        every = list(items)
        yield
        self.found = tests_of(every)


def main() -> int:
    """Print them as JSON, for `every_test`."""
    folders = [folder for tier in BUILDING for folder in units.ROOT.glob(f"components/*/tests/{tier}")]
    files = [file for tier in BUILDING for name in OF_COMPONENTS for file in units.ROOT.glob(f"tests/{tier}/{name}")]
    lister, said = Lister(), io.StringIO()
    with contextlib.redirect_stdout(said):
        words = ["--collect-only", "--numprocesses=0", "--tier=all", *map(str, [*folders, *files])]
        status = pytest.main(words, plugins=[lister])
    if status:
        sys.stderr.write(said.getvalue())
        return int(status)
    sys.stdout.write(json.dumps({name: sorted(found) for name, found in lister.found.items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
