"""An output comes with its folder and goes with it; each of its answers is refused at its own question."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from extensions.answers.choices import outputs as choices
from extensions.answers.questions import read
from extensions.catalogue.manifest import read_catalogue
from extensions.errors import BlocksError
from extensions.loading import load_rules
from extensions.rendering import render
from tests import units
from tests.fast.conftest import ROOT, copier, tree, write_units
from tests.fast.test_copy import assert_refused
from tests.units import OUTPUTS, delivery, questions

NAMES = sorted(OUTPUTS)
ASKED = read(ROOT)


def answers(names: Iterable[str]) -> dict[str, str]:
    """As words of a command."""
    given = units.delivered(names)
    return {**given, "outputs": f"[{', '.join(given['outputs'])}]"}


def copy(root: Path, course: Path, given: Mapping[str, str]) -> Any:
    data = [word for name, value in given.items() for word in ("--data", f"{name}={value}")]
    return copier("copy", "--trust", "--defaults", *data, root, course)


def course(root: Path, folder: Path, given: Mapping[str, str]) -> Path:
    result = copy(root, folder, given)
    assert result.returncode == 0, result.stderr
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_conventions(name: str) -> None:
    output = OUTPUTS[name]
    assert (output.folder / "README.md").is_file()
    for question, keys in questions(name).items():
        assert question.startswith(output.prefix)
        assert f"'{name}' in delivery" in str(keys.get("when")), f"{question} is asked of everybody"
        assert "default" in keys or "placeholder" in keys, f"{question} has neither a default nor an example"
        assert "help" in keys
    assert {*output.formerly, *output.renews, *output.renews.values()} <= questions(name).keys()


@pytest.mark.parametrize("name", NAMES)
def test_removing_an_output_touches_one_folder(name: str, catalogue: Path, tmp_path: Path) -> None:
    """Without the folder all others can be had that do not require it, and nothing is asked or written of it."""
    root = tmp_path / "catalogue"
    shutil.copytree(catalogue, root)
    rest = [other for other in NAMES if name not in delivery([other])]
    beside = course(root, tmp_path / "beside", answers(rest))
    shutil.rmtree(root / "outputs" / name)
    assert {*read(ROOT)} - {*read(root)} == {*questions(name)}
    assert name not in read_catalogue(root).outputs
    assert tree(course(root, tmp_path / "without", answers(rest))) == tree(beside)
    result = copy(root, tmp_path / "refused", {"outputs": f"[{name}]"})
    assert_refused(result.returncode, result.stderr, f"outputs: there is no output '{name}'")
    assert not (tmp_path / "refused").exists()


FIRST = {
    "first-way/output.yml": (
        "title: The first way\nsummary: To try it\nfiles: {first.md: first_way_size > 2}\n"
        "brings: {nbgitpuller: first_way_size > 2}\n"
    ),
    "first-way/questions.yml": (
        "first_way_size:\n  type: int\n  default: 3\n  help: Size\n  when: \"{{ 'first-way' in delivery }}\"\n"
        "  validator: \"{{ first_way_size | refused('first_way_size') }}\"\n"
    ),
    "first-way/rules.py": (
        "from extensions.errors import BlocksError\nfrom extensions.outputs import Facts\n\n\n"
        "def check(name, answers):\n    if name == 'first_way_size' and answers[name] > 9:\n"
        "        raise BlocksError('first_way_size: must be at most 9')\n\n\n"
        "def facts(composition):\n    size = composition.answers['first_way_size']\n"
        "    return Facts(size, ('said at the end',), {'size': size})\n"
    ),
    "first-way/section.md.jinja": "## The first way\n\nIts size is {{ output }}.\n",
    "first-way/opening.md.jinja": "Begins with {{ output }}.\n",
    "first-way/apt.txt": "libfirst\n",
    "first-way/postBuild": "#!/bin/sh\ntrue\n",
    "first-way/files/first.md.jinja": "Size {{ output }} of {{ course_name }}\n",
    "first-way/files/{{binder_dir}}/first": "{{ verbatim }}\n",
    "first-way/README.md": "What it is.\n",
    "first-way/tests/fast/test_first.py": "def test_first() -> None:\n    assert True\n",
}


def test_an_output_touches_one_folder(catalogue: Path, tmp_path: Path) -> None:
    """Added it is offered, asked and written; removed it leaves nothing; others are the same all the time."""
    root = shutil.copytree(catalogue, tmp_path / "catalogue")
    before, others = tree(root), tree(course(root, tmp_path / "before", answers(NAMES)))
    write_units(root / "outputs", FIRST)
    assert yaml.safe_load(choices(read_catalogue(root)))["The first way (To try it)"] == "first-way"
    assert tree(course(root, tmp_path / "beside", answers(NAMES))) == others

    given = {**answers(NAMES), "outputs": f"[{', '.join([*NAMES, 'first-way'])}]"}
    added = course(root, tmp_path / "added", given)
    assert yaml.safe_load((added / ".copier-answers.yml").read_text())["first_way_size"] == 3
    assert (added / "first.md").read_text() == "Size 3 of My course\n"
    assert (added / "binder/first").read_text() == "{{ verbatim }}\n"
    assert "libfirst  # first-way\n" in (added / "binder/apt.txt").read_text()
    assert (added / "binder/postBuild.d/first-way").read_text() == FIRST["first-way/postBuild"]
    assert "\n## The first way\n\nIts size is 3.\n" in (added / "binder/README.md").read_text()
    assert "\nBegins with 3.\n" in (added / "README.md").read_text()
    report = json.loads((added / "binder/report.json").read_text())
    assert report["first-way"] == {"size": 3}
    assert "said at the end" in report["notes"]
    assert not {path for path in tree(added) if "test" in path} - others.keys(), "tests are no files of a course"

    small = course(root, tmp_path / "small", {"outputs": "[first-way]", "first_way_size": "2"})
    assert not (small / "first.md").exists()
    assert "nbgitpuller" not in (small / "binder/environment.yml").read_text()
    result = copy(root, tmp_path / "refused", {"outputs": "[first-way]", "first_way_size": "10"})
    assert_refused(result.returncode, result.stderr, "first_way_size: must be at most 9")

    shutil.rmtree(root / "outputs/first-way")
    assert tree(root) == before
    assert tree(course(root, tmp_path / "after", answers(NAMES))) == others
    result = copy(root, tmp_path / "refused", {"outputs": "[first-way]"})
    assert_refused(result.returncode, result.stderr, "outputs: there is no output 'first-way'")


# No name, no address, no number, no boolean, no choice: nothing that any question asks for.
WRONG = "no\nsuch thing"
CHECKED = [
    (name, question)
    for name in NAMES
    for question, keys in questions(name).items()
    if "validator" in keys or "choices" in keys or keys["type"] == "bool"
]


@pytest.mark.parametrize(("name", "question"), CHECKED)
def test_wrong_answer_ends_at_its_question(catalogue: Path, tmp_path: Path, name: str, question: str) -> None:
    result = copy(catalogue, tmp_path / "course", {**answers([name]), question: WRONG})
    assert_refused(result.returncode, result.stderr, f"{question}: ")
    assert result.stderr.lstrip().startswith(f"{question}: ")
    assert not (tmp_path / "course").exists()


NEEDED = [(name, question) for name in NAMES for question, keys in questions(name).items() if "default" not in keys]


@pytest.mark.parametrize(("name", "question"), NEEDED)
@pytest.mark.parametrize("is_empty", [False, True], ids=["missing", "empty"])
def test_needed_answer_ends_at_its_question(
    catalogue: Path, tmp_path: Path, name: str, question: str, is_empty: bool
) -> None:
    given = answers([name])
    example = given.pop(question)
    result = copy(catalogue, tmp_path / "course", {**given, **({question: ""} if is_empty else {})})
    assert_refused(result.returncode, result.stderr, f"{question}: ")
    assert result.stderr.lstrip().startswith(f"{question}: ")
    assert is_empty or f"add --data {question}={example}\n" in result.stderr
    assert not (tmp_path / "course").exists()


def test_answers_that_cannot_be_missing_are_known() -> None:
    """Whoever finds a default for one of them takes it out here, too; one of an output that was removed is."""
    needed = {"base": {"base_image"}, "image": {"image_name"}, "hub": {"hub_module", "hub_presentation", "hub_tag"}}
    assert {question for _, question in NEEDED} == {
        question for name, found in needed.items() if name in NAMES for question in found
    }


def test_rules_that_break_are_never_half_there(tmp_path: Path) -> None:
    """What was defined before they broke would be all that they say."""
    (tmp_path / "rules.py").write_text("ANSWER = 1\nraise RuntimeError('broken')\n")
    for _ in range(2):
        with pytest.raises(RuntimeError, match="broken"):
            load_rules(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_rules_speak_of_their_own_question_alone(name: str) -> None:
    """A check that raised for every question would be one that no question is refused by."""
    rules = load_rules(OUTPUTS[name].folder)
    for question in ASKED:
        if hasattr(rules, "check") and question not in {q for one in delivery([name]) for q in questions(one)}:
            rules.check(question, {question: None})  # type: ignore[union-attr]


FORMER = [
    (former, name, question)
    for name, output in OUTPUTS.items()
    for question, former in (*output.formerly.items(), ("", output.was))
    if former.isidentifier() and former not in ASKED
]


@pytest.mark.parametrize(("former", "name", "question"), FORMER)
def test_former_name_leads_to_the_one_of_today(former: str, name: str, question: str) -> None:
    """Copier would pass over it without a word."""
    with pytest.raises(BlocksError) as refused:
        render(read_catalogue(ROOT), {former: "x"})
    said = str(refused.value)
    assert said.startswith(f"{former}: is ")
    names = {other for old, other, _ in FORMER if old == former}
    assert any(f"add --data 'outputs=[{other}]'" in said for other in names)
    questions = {other for old, _, other in FORMER if old == former}
    assert "" in questions or any(f"--data {other}=" in said for other in questions)


def test_unchosen_output_is_named(catalogue: Path, tmp_path: Path) -> None:
    """An answer of which nothing would come."""
    name, question = CHECKED[0]
    default = questions(name)[question].get("default", "x")
    with_it = {question: str(default)}
    result = copy(catalogue, tmp_path / "course", with_it)
    assert_refused(result.returncode, result.stderr, f"{question}: belongs to the output '{name}', which is not chosen")
