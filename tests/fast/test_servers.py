"""A foreign start that begins the server of a component: by any words, in any script that it calls."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from extensions import clashes, servers
from extensions.catalogue.units import Component
from extensions.foreign.directory import Blob, Directory
from extensions.model import Clash
from tests import units

STARTING = [
    (name, kind == "ours", line)
    for name in units.NAMES
    for kind, lines in units.cases(name).get("starting", {}).items()
    for line in lines
]


def foreign(files: Mapping[str, str]) -> Directory:
    tree = {path: Blob(text.encode()) for path, text in files.items()}
    return Directory("o/r", "import-o-r", "gh:o/r@0123456:", "binder", "binder/imports/o-r", tree)


def found(component: Component, files: Mapping[str, str]) -> list[Clash]:
    return list(clashes.ports([component], [foreign(files)]))


@pytest.mark.parametrize(("name", "ours", "line"), STARTING)
def test_what_a_component_says_of_its_server(name: str, ours: bool, line: str) -> None:
    component = units.COMPONENTS[name]
    ((_, theirs),) = [*servers.of_directory([component], foreign({"binder/start": f'{line}\nexec "$@"\n'}))] or [
        (component, servers.Foreign())
    ]
    assert bool(theirs.starting) == ours


@pytest.mark.parametrize("name", [name for name in units.NAMES if units.COMPONENTS[name].starts])
def test_who_says_so_has_cases(name: str) -> None:
    assert {kind for one, kind, _ in STARTING if one == name} == {True, False}


WAYS: dict[str, tuple[dict[str, str], str]] = {
    "plain": ({}, "stored --daemon"),
    "in the background": ({}, "(stored; true) &"),
    "by a variable": ({}, 'bin=/opt/store/bin/stored\n"$bin" &'),
    "by words in a variable": ({}, 'run="stored --daemon"\n$run'),
    "by an array": ({}, 'words=(storectl -D x start)\n"${words[@]}"'),
    "in a loop": ({}, "for one in cache store; do service $one start; done"),
    "in a function": ({}, "begin() {\n  storectl start\n}\nbegin"),
    "in a condition": ({}, "if ! pgrep stored; then\n  stored\nfi"),
    "through others": ({}, "nohup setsid env A=1 nice -n 5 stored >log 2>&1 &"),
    "as a user": ({}, "sudo -u store -H stored"),
    "as a user's text": ({}, 'su - store -c "storectl start"'),
    "as a shell's text": ({}, "bash -lc 'cd x && storectl start'"),
    "as a shell's document": ({}, "bash <<E\nstorectl start\nE"),
    "in a terminal": ({}, "tmux new-session -d 'stored --daemon'"),
    "as a daemon": ({}, "start-stop-daemon --start --exec /usr/bin/stored -- --daemon"),
    "in a helper": ({"binder/helper": "#!/bin/sh\nstored\n"}, "~/binder/helper &"),
    "in a helper by its place": ({"binder/h.sh": "stored\n"}, 'bash "$(dirname "$0")/h.sh"'),
    "in a helper that is read": ({"tools/h.sh": "stored\n"}, "cd tools\n. ./h.sh"),
    "in a helper's helper": ({"a.sh": "sh b/c.sh\n", "b/c.sh": "stored\n"}, "sh a.sh"),
    "in a helper that is written": ({}, "cat >~/run.sh <<'E'\nstored\nE\nchmod +x ~/run.sh\n~/run.sh &"),
    "in Python": ({"a.py": 'import subprocess\nsubprocess.Popen(["stored", path])\n'}, "python3 a.py"),
    "in Python's shell": ({"a.py": 'import os\nos.system("storectl start")\n'}, "python a.py &"),
    "by make": ({"Makefile": "up: db\n\techo up\ndb:\n\t@stored\n"}, "make up"),
    "by a supervisor": ({"s.conf": "[program:x]\ncommand=stored --daemon\n"}, "supervisord -c s.conf"),
    "by a Procfile": ({"Procfile": "db: stored\n"}, "honcho start &"),
}
NONE: dict[str, tuple[dict[str, str], str]] = {
    "a comment": ({}, "# stored"),
    "a text": ({}, 'echo "now stored; stored"'),
    "a document": ({}, "cat >x.sh <<E\nstored\nE"),
    "a function that nobody calls": ({}, "begin() {\n  stored\n}"),
    "a question": ({}, "command -v stored && which stored"),
    "a helper that is written, and not called": ({}, "cat >run.sh <<E\nstored\nE\nchmod +x run.sh"),
    "its end": ({}, "storectl stop"),
    "its version": ({}, "stored --version"),
    "another port": ({}, "stored --port 7001"),
    "a helper that nobody calls": ({"binder/h.sh": "stored\n"}, "cat binder/h.sh"),
    "another target": ({"Makefile": "up:\n\techo up\ndb:\n\tstored\n"}, "make up"),
}


def store(folder: Path) -> Component:
    starts = {"commands": ["stored", "storectl start"], "services": ["store"]}
    return Component("store", folder, "Store", "S", "databases", ports={"store": 7000}, starts=starts)


@pytest.mark.parametrize(("files", "lines"), WAYS.values(), ids=WAYS)
def test_ways_to_start_it(tmp_path: Path, files: dict[str, str], lines: str) -> None:
    (clash,) = found(store(tmp_path), {"binder/start": f'#!/bin/bash\n{lines}\nexec "$@"\n', **files})
    assert (clash.kind, clash.subject) == ("port", "port 7000")
    assert [want.component for want in clash.parties] == ["store", "o/r"]
    assert clash.losing[0].line


@pytest.mark.parametrize(("files", "lines"), NONE.values(), ids=NONE)
def test_what_does_not(tmp_path: Path, files: dict[str, str], lines: str) -> None:
    assert not found(store(tmp_path), {"binder/start": f'#!/bin/bash\n{lines}\nexec "$@"\n', **files})


def test_one_clash_for_all_that_a_start_says(tmp_path: Path) -> None:
    files = {"binder/start": 'stored --daemon\nask --port 7000\nexec "$@"\n'}
    (clash,) = found(store(tmp_path), files)
    assert [want.line for want in clash.losing] == [1, 2]
    assert str(clash).startswith("port 7000: store wants 'store: 7000' (components/store/component.yml), o/r wants 'st")
    assert "(gh:o/r@0123456:binder/start:1)" in str(clash)
