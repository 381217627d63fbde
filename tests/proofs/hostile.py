"""What somebody else may write where a text goes: into an answer, or as the name of a folder that is adopted.

`PAYLOADS` mean something to a shell, YAML, Jinja, a workflow, Compose, Markdown, a terminal or a file system; some put
a file, the canary, where they are run. `answer` gives them to the questions that take texts, which are read from the
catalogue. Then:

- what is refused is refused in one line that a terminal may show
- what is taken is in no file as anything but a text: YAML and JSON can be parsed, bash can read each script, a shell
  that reads `binder/env` has the answer as its variable, no workflow and no Compose file has another expression, what
  Jinja would make of it is nowhere, no file has a control character, and no path leads out
- the canary is not there
"""

from __future__ import annotations

import functools
import itertools
import json
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from random import Random
from typing import Any

import yaml
from jinja2.sandbox import SandboxedEnvironment

from extensions.answers import choices, given, questions
from extensions.errors import BlocksError
from extensions.expressions import evaluator, make_environment
from extensions.foreign import adopt
from extensions.rendering import ANSWERS_FILE, render
from tests import units

CANARY = "CANARY-WAS-HERE"
LONG = 100_000
# fmt: off
PAYLOADS = (
    "", " ", "a b", "it's", 'say "x"', "`touch CANARY`", "$(touch CANARY)", "${x:-$(touch CANARY)}", "$HOME", "a\\",
    "'", "'; touch CANARY; '", '"; touch CANARY; "', "x & touch CANARY &", "| touch CANARY", "> CANARY", "!!", "~", "*",
    "-x", "--help", "a=b", "#", "a # b", ": ", "a: b", "- a", "[a", "{a: b}", "&a *a",
    "!!python/object/apply:os.system [x]",
    "|", "> x", "%YAML 1.2", "---", "null", "true", "0x10", "1e3", "2020-99-99", "@x", "?", "<<: *x",
    "{{ 7 * 191 }}", "{% if 6 > 5 %}13{% endif %}{{ '' }}37", "{# x #}", "{{ composition() }}", "}}", "{{", "{%",
    "{{ verbatim('copier.yml') }}", "{{ ''.__class__ }}", "${{ secrets.GITHUB_TOKEN }}", "${{ 1 }}", "${COURSE}", "$$",
    "a\nb", "a\r\nb", "a\n- name: x\n  run: touch CANARY", "a\x00b", "\x1b[31mred", "\x1b]0;title\x07", "\x08", "\x7f",
    "\x85", "\u2028", "\u202egnp.exe", "\u200f", "\ufeff", "\ufffe", "\udcff", "\ud800", "é", "日本", "🙂", "a\tb",
    "../../x", "/etc/passwd", "..", ".", ".git/config", "~/x", "C:\\x", "CON", "a/b", "file:///etc/passwd",
    "<script>alert(1)</script>", "[x](javascript:alert(1))", "| a | b |", "```", "# x", "<!-- x", "http://x y",
    "ext::sh -c touch% CANARY", "-oProxyCommand=touch CANARY", "gh:o/r@main#{x}", "git+https://x/y", "a" * LONG,
)
# fmt: on
RENDERED = "1337"
# May hold any four digits.
DIGEST = re.compile(r"\b[0-9a-f]{40,64}\b")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")
EXPRESSION = re.compile(r"\$\{\{.*?\}\}|\$\{[A-Z_]+")

COURSE: Mapping[str, Any] = {"components": units.WHOLE, **units.delivered(sorted(units.OUTPUTS))}


def payload(random: Random) -> str:
    """One of them, or parts of some."""
    return "".join(random.choice(PAYLOADS)[:LONG] for _ in range(random.choice((1, 1, 2, 3))))


@functools.cache
def catalogue() -> tuple[questions.Questions, questions.Evaluate]:
    return questions.read(units.CATALOGUE.root), evaluator(make_environment(units.CATALOGUE))


@functools.cache
def asked() -> questions.Questions:
    """The questions that take texts: whatever is no choice, no number, and not read from a folder."""
    every, _ = catalogue()
    free = {"str", "yaml"}
    return {
        name: question
        for name, question in every.items()
        if question.get("type") in free and question.get("when") is not False and question.get("ask", True)
        if not question.get("choices")
    }


def forms(text: str, question: questions.Question) -> list[Any]:
    """The text as an answer to the question: by itself, and where that takes lists as one of them."""
    return [text] if question["type"] == "str" else [[text], text]


def is_refused(name: str, value: Any) -> bool:
    """Whether the answer is; raises `AssertionError` where that is not said in one line."""
    every, evaluate = catalogue()
    try:
        given.check({**COURSE, name: value}, {}, units.CATALOGUE, every, evaluate, is_final=False)
    except BlocksError as error:
        said(error)
        return True
    return False


def said(error: BlocksError) -> None:
    text = str(error)
    assert text.isprintable(), ascii(text)
    assert len(text) < 1100
    assert RENDERED not in text


def answer(texts: Sequence[str], places: Path) -> int:
    """Give each question one of the texts, in turn; how many took theirs. Nothing may run in the empty folder `places`.

    Where they cannot be composed, those of lists are left out.
    """
    taken: dict[str, Any] = {}
    for (name, question), text in zip(asked().items(), itertools.cycle(texts), strict=False):
        for value in forms(text.replace("CANARY", CANARY), question):
            if not is_refused(name, value):
                taken[name] = value
    taken.pop("imports", None)  # which would be fetched
    try:
        written(taken, places)
    except BlocksError as error:  # such as a package that is none
        said(error)
        written({name: value for name, value in taken.items() if asked()[name]["type"] == "str"}, places)
    return len(taken)


def written(answers: Mapping[str, Any], places: Path) -> None:
    complete = {**COURSE, **answers}
    judge({path: data for path, (data, _) in render(units.CATALOGUE, complete).items()}, complete, places)


@functools.cache
def usual() -> Mapping[str, bytes]:
    """The files of a course in which nobody wrote anything odd."""
    return {path: data for path, (data, _) in render(units.CATALOGUE, COURSE).items()}


def expressions(data: bytes) -> set[str]:
    return set(EXPRESSION.findall(data.decode()))


def judge(files: Mapping[str, bytes], answers: Mapping[str, Any], places: Path) -> None:
    for path, data in files.items():
        if data == usual().get(path):
            continue
        assert not PurePosixPath(path).is_absolute()
        assert not {"..", ".git"} & {*PurePosixPath(path).parts}, path
        text = data.decode()
        assert not CONTROL.search(text), path
        if path.startswith((".github/", "compose.yaml")):
            assert expressions(data) <= expressions(usual()[path]), path
        if path.endswith((".yml", ".yaml")):
            yaml.safe_load(text)
        if path.endswith(".json"):
            json.loads(re.sub(r"(?m)^\s*//.*", "", text))
        if data.startswith((b"#!/usr/bin/env bash", b"#!/bin/bash")):
            assert not syntax_error(data), path
        assert RENDERED not in DIGEST.sub("", text), path
    saved = yaml.safe_load(files[ANSWERS_FILE])
    texts = {name: value for name, value in answers.items() if name in asked() and asked()[name]["type"] == "str"}
    assert all(saved[name] == value for name, value in texts.items() if name in saved)
    sourced(files["binder/env"], texts, places)


@functools.lru_cache(maxsize=1000)
def syntax_error(script: bytes) -> bytes:
    return subprocess.run(["bash", "-n"], check=False, capture_output=True, input=script).stderr


def sourced(script: bytes, answers: Mapping[str, str], places: Path) -> None:
    """A shell that reads the file has the answers, and has done nothing else."""
    (places / "env").write_bytes(script)
    command = [
        "env",
        "-i",
        "PATH=/usr/bin:/bin",
        "CONDA_DIR=/srv/conda",
        "NB_PYTHON_PREFIX=/srv/conda",
        "bash",
        "-euc",
        ". ./env; env -0",
    ]
    done = subprocess.run(command, check=True, capture_output=True, cwd=places)
    assert not done.stderr
    found = dict(one.split("=", 1) for one in done.stdout.decode().split("\0") if one)
    for name, value in answers.items():
        if name.upper() in found:
            assert found[name.upper()] == value
    assert [path.name for path in places.iterdir()] == ["env"]


def adopted(text: str, places: Path) -> bool:
    """Whether a folder whose name has the text is offered; if so, Copier reads it in the menu, and it is rendered."""
    name = f"binder_{text.replace('CANARY', CANARY)}"
    try:
        (places / "course" / name).mkdir(parents=True)
    except (OSError, ValueError):
        return False  # no name of a folder
    (places / "course" / name / "requirements.txt").write_text("numpy\n")
    script = '#!/bin/bash\ncd "$(dirname "$0")"\ntouch done\n'
    (places / "course" / name / "postBuild").write_text(script)
    try:
        found = adopt.adoptable(places / "course")
    except BlocksError as error:
        said(error)
        return False
    if name not in found:  # it has a slash
        return False
    assert offered(choices.adoptable(found)) == found
    contents = adopt.read(places / "course", found)
    files = render(units.CATALOGUE, {**COURSE, "adopted": yaml.safe_load(yaml.safe_dump(contents))})
    (places / "rendered").mkdir()
    judge({path: data for path, (data, _) in files.items()}, COURSE, places / "rendered")
    return True


def offered(menu: str) -> list[str]:
    """The names of a menu as Copier has them, which renders each once more."""
    environment = SandboxedEnvironment()
    return [environment.from_string(name).render() for name in yaml.safe_load(menu).values()]


def check(random: Random) -> str:
    """Texts that nobody would write, as answers or as a name; what became of them."""
    with tempfile.TemporaryDirectory() as folder:
        if random.random() < 0.5:
            return "offered" if adopted(payload(random), Path(folder)) else "not offered"
        texts = [payload(random) for _ in asked()]
        return "answered" if answer(texts, Path(folder)) else "not answered"
