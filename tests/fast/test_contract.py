"""Each mistake of a beginner ends in its sentence; what tools/new.py makes has none but what is to be filled in."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from extensions.errors import BlocksError
from tests.fast.conftest import ROOT
from tools import contract, new

TOOLS = Path(sys.executable).parent
OTHER = """\
title: Other
summary: Another server
category: databases
memory: 1
ports: {other: 4321}
env: {OTHER_HOST: 127.0.0.1}
"""
OTHER_QUESTIONS = "other_size: {type: int, default: 1, help: Size, when: \"{{ 'other' in installed }}\"}\n"


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def without_blanks(folder: Path) -> None:
    """Take the comments away that say what is to be filled in."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_text(re.sub(r"( *# | *<!-- |Data that is kept.*)FILL IN.*", "", path.read_text()))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A catalogue with one component that has a port, a variable and a question."""
    write(tmp_path, "components/other/component.yml", OTHER)
    write(tmp_path, "components/other/questions.yml", OTHER_QUESTIONS)
    return tmp_path


@pytest.fixture
def server(root: Path) -> Path:
    """A finished server."""
    folder = new.make(root, "tried", "databases", port=6379)
    without_blanks(folder)
    return folder


def replace(name: str, old: str, text: str) -> Callable[[Path], object]:
    def plant(folder: Path) -> None:
        path = folder / name
        assert re.search(old, path.read_text(), flags=re.MULTILINE)
        path.write_text(re.sub(old, text, path.read_text(), count=1, flags=re.MULTILINE))

    return plant


def add(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: write(folder, name, text)


def remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


RUN, MANIFEST, ASKED = "service/run", "component.yml", "tried_size: {type: int, default: 1, help: Size, when: WHEN}\n"
WHEN = "\"{{ 'tried' in installed }}\""
MISTAKES: dict[str, tuple[Callable[[Path], object], str]] = {
    # The seventeen that a newcomer was seen, or was thought, to make.
    "port of another": (
        replace(MANIFEST, "6379", "4321"),
        "component.yml: port 4321 (tried) is that of 'other' (other); choose another, here and where ",
    ),
    "variable of another": (
        replace(MANIFEST, r"\Z", "env: {OTHER_HOST: a, OTHER_SIZE: b}\n"),
        "component.yml: the variable OTHER_HOST is set by 'other', too; rename it",
    ),
    "unknown key": (replace(MANIFEST, "^memory", "memroy"), "component.yml:5: unknown key 'memroy'; known: title, "),
    "unknown file": (add("Dockerfile", "FROM x\n"), "Dockerfile: no such file in a component; put it under files/"),
    "no title": (replace(MANIFEST, "^title.*\n", ""), "component.yml: key 'title' is missing; add one line of text"),
    "broken YAML": (replace(MANIFEST, "^title: ", "title: {"), "component.yml:3: "),
    "unknown category": (
        replace(MANIFEST, "databases", "Databases"),
        "component.yml:4: 'category' must be one of stacks, databases, ",
    ),
    "README too long": (add("README.md", "line\n" * 41), "README.md: has 41 lines; shorten it to 40"),
    "waits for a script that it has not": (
        add("service/after", "tried\n"),
        "service/after: waits for 'tried', which has no file 'first'; add one, or take it out",
    ),
    "waits for a script of another": (
        add("service/after", "other\n"),
        "service/after: waits for 'other', which is not required; require it, or take it out",
    ),
    "dump without load": (
        add("service/dump", ""),
        "service/dump: nothing reads what it writes; add service/load, or take it out",
    ),
    "export without load": (
        add("service/export", ""),
        "service/export: nothing reads what it writes; add service/load, or take it out",
    ),
    "first without a run bit": (
        add("first", "#!/bin/sh\n"),
        "first: is not executable; chmod +x it",
    ),
    "no verify": (
        remove("verify"),
        "verify: is missing; ask the running service a real question there, through a client",
    ),
    "question without prefix": (
        add("questions.yml", ASKED.replace("tried_", "").replace("WHEN", WHEN)),
        "questions.yml: the question 'size' must start with 'tried_'; rename it",
    ),
    "question asked of everybody": (
        add("questions.yml", ASKED.replace("WHEN", "true")),
        "questions.yml: 'tried_size' is asked of everybody; add when: \"{{ 'tried' in installed }}\"",
    ),
    "daemon": (
        replace(RUN, "--bind", "--daemonize yes --bind"),
        "service/run:7: 'exec tried-server --daemonize yes --bind 127.0.0.1 --port 6379 --dir \"$SERVICE_DATA\"' "
        "leaves the server in the background, where no signal reaches it; exec it in the foreground",
    ),
    "every address": (
        replace(RUN, r"127\.0\.0\.1", "0.0.0.0"),
        "service/run:7: '0.0.0.0' is every address; listen on 127.0.0.1, others share the machine",
    ),
    "syntax of run": (replace(RUN, "^umask.*", "if true; do"), "service/run:5: syntax error near unexpected token"),
    "unknown signal": (
        add("service/stop-signal", "SIGFOO\n"),
        "service/stop-signal: 'SIGFOO' is no signal of Linux; name one, such as SIGINT or SIGQUIT",
    ),
    "data in HOME": (
        replace(RUN, r"\$SERVICE_DATA", "$HOME/data"),
        "service/run:7: data in $HOME is a student's own, or lost; use $SERVICE_DATA, or $SERVICE_RUN",
    ),
    "no ready": (remove("service/ready"), "service/ready: is missing; exit 0 there when it can be written to"),
    # Their neighbours.
    "no README": (
        remove("README.md"),
        "README.md: is missing; write what one gets, the login, and a first query",
    ),
    "two READMEs": (add("README.md.jinja", "x\n"), "README.md: there is README.md.jinja, too; keep one of them"),
    "heading": (add("README.md", "# Tried\n"), "README.md:1: headings start at ###, as this becomes a section; add #"),
    "no default": (
        add("questions.yml", f"tried_size: {{type: int, help: Size, when: {WHEN}}}\n"),
        "questions.yml: 'tried_size' has no default, and nobody must need to answer it; add one",
    ),
    "no help": (
        add("questions.yml", f"tried_size: {{type: int, default: 1, when: {WHEN}}}\n"),
        "questions.yml: 'tried_size' has no help: add the sentence that people are asked",
    ),
    "broken questions": (add("questions.yml", "a: [\n"), "questions.yml:2: "),
    "broken cases": (add("tests.yml", "[]\n"), "tests.yml:1: must be a mapping"),
    "broken JSON": (add("jupyter_server_config.json", "{,}"), "jupyter_server_config.json: Expecting property name"),
    "name of another": (
        replace(MANIFEST, r"\Z", "formerly: [other]\n"),
        "component.yml: the name 'other' is or was that of 'other'; a name is never used again",
    ),
    "requires nothing there": (
        replace(MANIFEST, r"\Z", "requires: [nothing]\n"),
        "component.yml: requires 'nothing', and there is no such component; correct the name, or add it",
    ),
    "no run": (remove("service/run"), "service/run: is missing; exec the server there"),
    "run bit": (
        lambda folder: (folder / RUN).chmod(0o644),
        "service/run: is not executable; chmod +x it",
    ),
    "run bit of another script": (
        lambda folder: (folder / "verify").chmod(0o644),
        "verify: is not executable; chmod +x it",
    ),
    "no memory": (
        replace(MANIFEST, "^memory.*\n", ""),
        "component.yml: a service states its memory; add 'memory:', MB at rest",
    ),
    "no port": (
        replace(MANIFEST, "^ports.*\n", ""),
        "component.yml: a service states its port; add 'ports: {tried: NUMBER}', have it listen at "
        "$SERVICE_RUN/socket, or add 'ports: {}' for data without a server",
    ),
    "ports without service": (
        lambda folder: shutil.rmtree(folder / "service"),
        "component.yml: names ports, and there is no service/ that could listen; add service/run, or take them out",
    ),
    "daemon by a file": (
        add("service/tried.conf", "port 6379\ndaemonize yes\n"),
        "service/tried.conf:2: 'daemonize yes' leaves the server in the background",
    ),
    "no exec": (
        replace(RUN, "^exec ", ""),
        "service/run: nothing is exec'ed, so that the shell stays between the server and its signals; exec it",
    ),
    "syntax of Python": (
        add("verify", "#!/usr/bin/env python3\nx = (\n"),
        "verify:2: '(' was never closed; correct the syntax",
    ),
    "to be filled in": (add("README.md", "x <!-- FILL IN: more -->\n"), "README.md:1: FILL IN: more"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_ends_in_its_sentence(mistake: str, server: Path) -> None:
    plant, sentence = MISTAKES[mistake]
    assert contract.mistakes(server) == []
    plant(server)
    found = contract.mistakes(server)
    assert any(line.startswith(f"components/tried/{sentence}") for line in found), found
    assert all(len(line.splitlines()) == 1 for line in found)


def test_data_without_a_server_has_neither_port_nor_memory(server: Path) -> None:
    replace(MANIFEST, "^memory.*\n", "")(server)
    replace(MANIFEST, "^ports.*", "ports: {}")(server)
    assert contract.mistakes(server) == []


@pytest.mark.parametrize(
    "line",
    [
        "exec tried-server --daemonize no",
        "exec tried-server --daemonize=no --nofork",
        "# not --daemonize yes, and not 0.0.0.0, nor $HOME",
        'HOME=$SERVICE_RUN exec tried-server "$HOME"',
        'exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 10.0.0.0',
        "[[ $1 =~ ^a ]] && exec tried-server",
    ],
)
def test_what_is_no_mistake_is_not_told(line: str, server: Path) -> None:
    replace(RUN, "^exec .*", line.replace("\\", "\\\\"))(server)
    found = contract.mistakes(server)
    assert [line for line in found if "nothing is exec'ed" not in line] == []


def test_a_broken_neighbour_is_passed_over(server: Path) -> None:
    write(server.parent, "broken/component.yml", "title: {\n")
    assert contract.mistakes(server) == []
    assert len(contract.mistakes(server.parent / "broken")) == 1


def test_a_server_at_a_socket_needs_no_port(server: Path) -> None:
    replace(MANIFEST, "^ports.*\n", "")(server)
    replace(RUN, r"\Z", '# --socket "$SERVICE_RUN/socket"\n')(server)
    assert contract.mistakes(server) == []


TILES = '{"ServerProxy": {"servers": {"tried": {"launcher_entry": {"title": "T"ICON}}}}}'
ICON = ', "icon_path": "${BINDER_DIR}/services/tried/icon.svg"'


@pytest.mark.parametrize(
    ("config", "picture", "sentence"),
    [
        (
            TILES.replace("ICON", ""),
            True,
            ': a tile has no picture; draw one, "icon_path": "${BINDER_DIR}/services/tried/',
        ),
        (TILES.replace("ICON", ICON), False, ": the picture service/icon.svg is missing; draw one, 32 by 32"),
        (TILES.replace("ICON", ICON), True, ""),
        (TILES.replace('"title": "T"ICON', '"enabled": false'), False, ""),
    ],
    ids=["none", "missing", "there", "no tile"],
)
def test_a_tile_has_a_picture(config: str, picture: bool, sentence: str, server: Path) -> None:
    replace(MANIFEST, r"\Z", "provides: {web: {name: T, path: tried/}}\n")(server)
    write(server, "jupyter_server_config.json", config)
    if picture:
        write(server, "service/icon.svg", "<svg/>\n")
    found = contract.mistakes(server)
    assert len(found) == bool(sentence)
    assert all(line.startswith(f"components/tried/jupyter_server_config.json{sentence}") for line in found), found


@pytest.mark.parametrize("kind", new.KINDS)
def test_a_new_component_has_to_be_filled_in_and_no_more(kind: str, root: Path) -> None:
    write(root, "components/jupyter-server-proxy/component.yml", "title: P\nsummary: S\ncategory: helpers\n")
    folder = new.make(root, "my-own", "languages", kind)
    found = contract.mistakes(folder)
    assert found
    assert [line for line in found if ": FILL IN: " not in line] == []
    without_blanks(folder)
    assert contract.mistakes(folder) == []
    assert "my-name" not in "".join(path.read_text() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("Tried", "databases"), "'Tried' is no name for a component; "),
        (("my_own", "databases"), "'my_own' is no name for a component; "),
        (("other", "databases"), "there is or was a component 'other'; a name is never used again"),
        (("former", "databases"), "there is or was a component 'former', which is 'renamed' now; "),
        (("tried", "Databases"), "'Databases' is no category; choose one of stacks, "),
        (("tried", "databases", "server", 4321), "port 4321 is that of 'other'; choose another"),
    ],
)
def test_what_cannot_be_is_refused(words: tuple[str, ...], message: str, root: Path) -> None:
    write(root, "components/renamed/component.yml", "title: R\nsummary: S\ncategory: course\nformerly: [former]\n")
    with pytest.raises(BlocksError) as refused:
        new.make(root, *words)  # type: ignore[arg-type]
    assert str(refused.value).startswith(message)
    assert len(str(refused.value).splitlines()) == 1


def test_a_free_port_is_taken(root: Path) -> None:
    first, second = (new.make(root, name, "databases") for name in ("first", "second"))
    ports = [contract.readable(root)[folder.name].ports[folder.name] for folder in (first, second)]
    assert ports == [new.FIRST_PORT, new.FIRST_PORT + 1]


def test_skeletons_are_clean() -> None:
    found = [path for path in new.SKELETONS.rglob("*") if path.is_file() and path.read_bytes().startswith(b"#!")]
    shell = [path for path in found if b"bash" in path.read_bytes().partition(b"\n")[0]]
    assert len(shell) > 5
    subprocess.run([TOOLS / "shellcheck", *shell], check=True)
    subprocess.run([TOOLS / "shfmt", "--indent", "2", "--case-indent", "--diff", *shell], check=True)
    python = [str(path) for path in found if path not in shell]
    subprocess.run([sys.executable, "-m", "ruff", "check", *python], check=True, cwd=ROOT)
    subprocess.run([sys.executable, "-m", "ruff", "format", "--check", *python], check=True, cwd=ROOT)
