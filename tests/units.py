"""The components of the catalogue by what they have, and their cases: a test that names none survives its removal.

A component's `tests.yml` holds the cases of that component alone, all keys optional:

    proven     what the image tests of this component really run, as the table of blocks in README.md says it
    class      what that is to what users get: A the same bytes, B the same program in another packaging or version,
               C its wiring alone
    refused    {question: {how the message starts: [answers]}}
    taken      {question: [answers]}
    starting   {ours, others}: lines of a foreign start that begin the component's server, and such as do not
    question   Python for the environment of a built course: prints how many rows of its seeds a client can read
    seeds      what an author may put into binder/seed/<component>:
        answers  {question: answer} of the course that is built
        env      {NAME: value}, variables that the build needs where the tests run
        files    {name: text}; what ends in .gz is packed
        asked    [{bash or python: a script for the running course, says: the words that it prints}]
        broken   {name: {text, says}}; the build fails, and its log has both the name and `says`

Tests that need Python stand in <component>/tests/TIER/test_*.py, and may name their component.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from extensions.catalogue.companions import companions
from extensions.catalogue.files import ABOUT, SUFFIX
from extensions.catalogue.manifest import read_units
from extensions.catalogue.selection import select
from extensions.catalogue.units import Catalogue, Output
from extensions.errors import BlocksError
from extensions.rendering import render
from tools import contract

ROOT = Path(__file__).resolve().parents[1]
# A component that cannot be read fails its own test, `test_contract`, and not the collection of all.
FOLDERS = {folder.name: folder for folder in contract.folders(ROOT)}
COMPONENTS = contract.readable(ROOT)
OUTPUTS = read_units(Output, ROOT)
CATALOGUE = Catalogue(ROOT, COMPONENTS, OUTPUTS)
NAMES = sorted(COMPONENTS)
KEYS = {"proven", "class", "refused", "taken", "starting", "question", "seeds"}
SEED_KEYS = {"answers", "env", "files", "asked", "broken"}


def missing(asked: Iterable[str]) -> list[str]:
    """What these components are or require, directly or not, and the catalogue has not."""
    found: set[str] = set()
    waiting = [*asked]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += COMPONENTS[name].requires if name in COMPONENTS else ()
    return sorted(found - COMPONENTS.keys())


def require(asked: Iterable[str]) -> None:
    """Skip a test that is about these components where one has been removed."""
    if names := missing(asked):
        pytest.skip(f"the catalogue has no component {' or '.join(map(repr, names))}")


def require_outputs(*names: str) -> None:
    """Skip a test that is about these outputs where one has been removed."""
    if gone := [name for name in names if name not in OUTPUTS]:
        pytest.skip(f"the catalogue has no output {' or '.join(map(repr, gone))}")


def example(path: Path) -> list[str]:
    """The components that a data file asks for."""
    return list(yaml.safe_load(path.read_text()).get("components", ()))


def courses(name: str) -> list[Path]:
    """The examples that ask for the component, in the order of their names."""
    return [path for path in sorted((ROOT / "examples").glob("*.yml")) if name in example(path)]


def has_files(name: str) -> bool:
    """Whether the component has more than what is about it; one that has not only requires others."""
    files = (file.removesuffix(SUFFIX) for file in COMPONENTS[name].files())
    return any(file not in ABOUT and not file.startswith("tests/") for file in files)


def has_service(name: str) -> bool:
    return COMPONENTS[name].has_service


def cases(name: str) -> dict[str, Any]:
    """The component's tests.yml, empty where it has none."""
    return dict(contract.cases(COMPONENTS[name]))


def takes(names: Iterable[str], question: str, answer: str) -> bool:
    """Whether a course with these components has that question, and takes that answer."""
    try:
        files = render(CATALOGUE, {"course_name": "Asked", "components": [*names], question: answer})
    except BlocksError:
        return False
    return any(answer in data.decode(errors="replace") for path, (data, _) in files.items() if path.endswith("/env"))


def seeds(name: str) -> dict[str, Any]:
    return cases(name).get("seeds") or {}


def delivery(names: Iterable[str]) -> list[str]:
    """These outputs, and those that they require."""
    return [output.name for output in select(names, OUTPUTS, Output)]


def questions(output: str) -> Mapping[str, Any]:
    """What the output asks."""
    path = OUTPUTS[output].folder / "questions.yml"
    return yaml.safe_load(path.read_text()) or {} if path.is_file() else {}


def delivered(names: Iterable[str]) -> dict[str, Any]:
    """Answers for these outputs: where a question shows an example, that."""
    asked = {question: keys for name in delivery(names) for question, keys in questions(name).items()}
    examples = {question: str(keys["placeholder"]) for question, keys in asked.items() if "placeholder" in keys}
    return {"outputs": list(names), **examples}


def alone(*names: str) -> dict[str, Any]:
    """Answers for a course with these and what they require, and with nothing that comes along by itself."""
    return {"components": [*names], "without": companions(COMPONENTS)}


# Those that a course can have: nothing that they require has been removed.
WHOLE = [name for name in NAMES if not missing([name])]
SERVICES = [name for name in WHOLE if has_service(name)]
