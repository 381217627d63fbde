"""Random states of the page: blocks, outputs, settings, and folders to adopt, the same ones for the same seed.

What a question may be answered is taken from the question (choices, bool) and from the unit's own tests
(`tests/answers.yml`, `taken` in tests.yml). A set that the engine refuses is part of the sample: both refuse it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import yaml

from extensions.answers import questions
from tests.units import COMPONENTS, OUTPUTS, ROOT, WHOLE, delivered

FOLDERS: tuple[dict[str, str], ...] = (
    {},
    {"binder/environment.yml": "channels: [conda-forge]\ndependencies:\n- numpy>=2\n- pip:\n  - requests==2.0\n"},
    {"binder/apt.txt": "git\ntree  # for the labs\n", "binder/postBuild": "#!/bin/bash\nset -e\necho hello\n"},
    {"requirements.txt": "pandas<2\nflask\n", "runtime.txt": "python-3.11\n"},
    {
        "binder_gis/apt.txt": "gdal-bin\n",
        "binder_gis/requirements.txt": "rasterio\n",
        "binder_text/environment.yml": "dependencies:\n- spacy\n- python=3.12\n",
        "binder_text/start": '#!/bin/bash\nexport A=1\nexec "$@"\n',
    },
)
NAMES = ("My course", "Databases for historians", "Ä: 'b' {{ c }}", "TM351 #26", "<b>bold</b> & more")


def sets(count: int, seed: int = 351) -> list[dict[str, Any]]:
    """`count` states, each `{answers, files}`; the first has every block and every output."""
    chance = random.Random(seed)
    everything = {"components": WHOLE, **delivered(sorted(OUTPUTS))}
    return [{"answers": everything, "files": {}}, *(_one(chance) for _ in range(count - 1))]


def _one(chance: random.Random) -> dict[str, Any]:
    components = chance.sample(WHOLE, chance.choice((0, 1, 1, 2, 3, 5, min(8, len(WHOLE)))))
    outputs = chance.sample(sorted(OUTPUTS), chance.choice((0, 0, 1, 1, 2, 3)))
    answers: dict[str, Any] = {"course_name": chance.choice(NAMES)} if chance.random() < 0.7 else {}
    answers |= {"components": components} if components else {}
    answers |= {"outputs": outputs} if outputs else {}
    for name, values in _given(outputs).items():
        answers[name] = chance.choice(values)
    for name, values in _settings(components).items():
        if chance.random() < 0.25:
            answers[name] = chance.choice(values)
    return {"answers": answers, "files": chance.choice(FOLDERS) if chance.random() < 0.4 else {}}


def _given(outputs: list[str]) -> dict[str, list[Any]]:
    """Answers of these outputs, and of those that they require."""
    found: dict[str, list[Any]] = {}
    for name in [*outputs, *(one for output in outputs for one in OUTPUTS[output].requires)]:
        path = OUTPUTS[name].folder / "tests/answers.yml"
        found |= yaml.safe_load(path.read_text(encoding="utf-8"))["answers"] if path.is_file() else {}
    return found


def _settings(components: list[str]) -> dict[str, list[Any]]:
    """Answers of these blocks, and of every course."""
    found: dict[str, list[Any]] = {}
    for name, question in questions.read(ROOT).items():
        unit = question.get(questions.UNIT)
        if question.get("when") is False or name in ("components", "outputs", "imports", "adopt", "settings", "guide"):
            continue
        if (unit is None or unit in components) and (values := _values(question)):
            found[name] = values
    for name in components:
        path = COMPONENTS[name].folder / "tests.yml"
        cases: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
        found |= {one: [str(value) for value in values] for one, values in (cases.get("taken") or {}).items()}
    return found


def _values(question: Mapping[str, Any]) -> list[Any]:
    choices = question.get("choices")
    if question.get("type") == "bool":
        return [True, False]
    if isinstance(choices, dict):
        return [*choices.values()]
    return list(choices) if isinstance(choices, list) else []
