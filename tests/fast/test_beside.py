"""Foreign starts that take long: which of them can run beside the open notebook, what keeps the others, what is run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from extensions.bundle import bundle
from extensions.foreign import beside
from extensions.foreign.directory import Blob, Directory
from extensions.foreign.scripts import place
from tests.fast.conftest import ROOT, MakeCatalogue, commit, copier, manifest
from tests.terminal import ENTER, SPACE, Terminal

CODES = ("BB404", "BB406", "BB407", "BB411", "BB416")


def directory(files: Mapping[str, str], home: str = "", label: str = "binder") -> Directory:
    slug = "import-o-r" if home else "adopted-binder"
    tree = {path: Blob(text.encode()) for path, text in files.items()}
    return Directory(label, slug, "gh:o/r@0123456:" if home else "", "binder", home, tree)


def start(lines: str, end: str = 'exec "$@"\n', shebang: str = "#!/bin/bash") -> Directory:
    return directory(
        {"binder/start": f"{shebang}\nwget https://x/y\n{lines}\n{end}", "h.sh": "#!/bin/sh\nexport A=1\n"}
    )


CAN = {
    "nothing else": start("unzip y"),
    "a failure ends it": start("set -euo pipefail"),
    "a variable of its own": start("folder=~/data\nmkdir -p $folder"),
    "a variable of one command": start("PATH=/x:$PATH tool"),
    "an export in a file that it writes": start("cat >>~/.profile <<E\nexport A=1\nE"),
    "a variable of one command, in quotes": start('PATH="/x y:$PATH" LANG=C tool; if x; then y; fi'),
    "a choice": start("case x in\n  x) y=1 ;;\n  *) tool x ;;\nesac"),
    "options": start("set -euo pipefail\nset -o errexit -o nounset"),
    "a variable that is read": start("read -r line <f\nreadonly line"),
    "a notebook that is run": start("jupyter nbconvert --execute x.ipynb; jupyter --version"),
    "a container's command": start("docker run x; curl -d y z"),
    "an export of what it calls": start("bash h.sh"),
    "a comment": start('# export A=1; exec "$1"'),
    "braces": start("", 'exec "${@}"\n'),
    "no exec": start("", '"$@"\n'),
    "without quotes": start("", "exec $@;\n"),
    "never comes to it": start("", ""),
    "lines behind a comment": start("", 'exec "$@"\n\n# the end\n'),
    "no shebang": start("", shebang=""),
    "its own place": start('cp "$(dirname "$0")/x" ~'),
    "another folder": start("cd data"),
}
# What else it does -> the line that keeps it.
CANNOT = {
    "export": (start("export A=1"), 3),
    "export behind a condition": (start("mkdir x && export A=1"), 3),
    "declare": (start("declare -gx A=1"), 3),
    "allexport": (start("set -a"), 3),
    "source": (start("source h.sh"), 3),
    "a dot": (start("x\n. ./h.sh"), 4),
    "eval": (start('eval "$(x)"'), 3),
    "activate": (start("conda activate y"), 3),
    "export in a case": (start('case "${HUB:-x}" in\n  x) export A=1 ;;\nesac'), 4),
    "export as a condition": (start("if export A=1; then :; fi"), 3),
    "a dot as a condition": (start("if . ./h.sh; then :; fi"), 3),
    "a dot as another condition": (start("if false; then\n:\nelif . ./h.sh; then :; fi"), 5),
    "a dot in a loop": (start("until . ./h.sh; do :; done"), 3),
    "export in a function": (start("f() { export A=1; }\nf"), 3),
    "export in a block": (start("x || { ! export A=1; }"), 3),
    "export behind a variable": (start("B='x y' export A"), 3),
    "declare, with more options": (start("declare -g -xr A=1"), 3),
    "typeset": (start("typeset -x A=1"), 3),
    "allexport among others": (start("set -e -ae"), 3),
    "allexport, in words": (start("set -o errexit -o allexport"), 3),
    "unset": (start("unset PYTHONPATH"), 3),
    "a known variable in a case": (start("case x in\n  x) PATH=/x:$PATH ;;\nesac"), 4),
    "a known variable in quotes": (start('PATH="/opt/my tool:$PATH"'), 3),
    "a known variable of what is run": (start("PATH=$(a $(b c) d):$PATH"), 3),
    "a known variable over lines": (start('PATH="/x:\n/y"'), 3),
    "several variables": (start("PATH=/x:$PATH LANG=C"), 3),
    "several variables, the last one known": (start("A='x y' PATH=/x:$PATH"), 3),
    "a known variable that is read": (start("read -r A PATH <f"), 3),
    "a known variable that is declared": (start("readonly PATH=/x"), 3),
    "where it writes to": (start("exec >>log 2>&1"), 3),
    "another notebook": (start("", "exec jupyter lab\n"), 4),
    "another notebook, waited for": (start("", "jupyter-notebook --no-browser\n"), 4),
    "another notebook, as a module": (start("", "python3 -m jupyterlab\n"), 4),
    "another notebook, by its script": (start("", "start-notebook.sh --port=1\n"), 4),
    "another notebook, through others": (start("", "nohup jupyter --debug notebook\n"), 4),
    "another start": (start("", "exec ./other\n"), 4),
    "another group": (start("", "exec sg docker -c jupyter\n"), 4),
    "a session of its own": (start("setsid server"), 3),
    "beside": (start("coproc server"), 3),
    "a container": (start("docker run -d x"), 3),
    "a terminal": (start("tmux new -d server"), 3),
    "a known variable": (start("PATH=$HOME/bin:$PATH"), 3),
    "appended": (start("PYTHONPATH+=:x"), 3),
    "a limit": (start("ulimit -v 1"), 3),
    "an argument": (start('echo "$1"'), 3),
    "all arguments": (start("echo $*"), 3),
    "their number": (start("if [ $# = 0 ]; then x; fi"), 3),
    "shift": (start("shift"), 3),
    "arguments that are set": (start("", 'set -- "$@" --x\nexec "$@"\n'), 4),
    "a wrapper": (start("", 'exec tini -- "$@"\n'), 4),
    "an environment": (start("", 'exec env A=1 "$@"\n'), 4),
    "in the background": (start("", '"$@" &\nwait\n'), 4),
    "a condition": (start("", 'if x; then\n  exec "$@"\nfi\n'), 5),
    "lines behind": (start("", 'exec "$@"\necho x\n'), 4),
    "an array": (start("", 'all=("$@")\nexec "${all[@]}"\n'), 4),
    "a program left running": (start("server &"), 3),
    "one of what it calls": (directory({"binder/start": "wget x\nsh h.sh\n", "h.sh": "server &\n"}), 0),
    "a server": (start("pg_ctl start -D x"), 3),
    "a server that detaches": (start("redis-server --daemonize yes"), 3),
    "an extension": (start("jupyter labextension disable x"), 3),
    "a server's extension": (start("pip install jupyter-rsession-proxy"), 3),
    "Jupyter's configuration": (start("cp x ~/.jupyter/jupyter_server_config.json"), 3),
    "Jupyter's configuration, written": (start("echo x >~/.jupyter/custom.css"), 3),
    "Python": (
        start("", "os.execvp(sys.argv[1], sys.argv[1:])\n", "#!/usr/bin/env python3\nimport time; time.sleep(60)"),
        1,
    ),
    "another shell": (start("", shebang="#!/bin/zsh"), 1),
}


@pytest.mark.parametrize("source", CAN.values(), ids=CAN)
def test_can(source: Directory) -> None:
    assert beside.obstacle(source) is None
    assert beside.can(source)
    (finding,) = [one for one in place(source, "binder")[1] if one.code == "BB416"]
    assert "could do it beside the open notebook" in finding.reason
    assert (finding.line, finding.text) == (2, "wget https://x/y")
    assert "starts_beside=[binder]" in finding.remedy


@pytest.mark.parametrize(("source", "line"), CANNOT.values(), ids=CANNOT)
def test_cannot(source: Directory, line: int) -> None:
    kept = beside.obstacle(source)
    assert kept is not None
    assert kept.line == line
    assert not beside.can(source)
    (finding,) = [one for one in place(source, "binder")[1] if one.code == "BB416"]
    assert kept.reason in finding.reason
    assert finding.line == line


def test_a_quick_one_is_not_offered() -> None:
    source = directory({"binder/start": '#!/bin/bash\nmkdir x\nexec "$@"\n'})
    assert not beside.can(source)
    assert beside.offered([source]) == []
    assert "BB416" not in {one.code for one in place(source, "binder")[1]}


BODY = "#!/bin/bash\nset -eu\nwget https://x/y\ncd /\nprintf 'done in %s\\n' \"${REPO_DIR:-none}\"\n"


@pytest.mark.parametrize("end", ['exec "$@"\n', '"$@"\n', ""])
@pytest.mark.parametrize("home", ["", "binder/imports/o-r"])
@pytest.mark.parametrize("place_of_its_own", ["", ': "$0"\n'])
def test_it_runs_without_a_notebook(tmp_path: Path, home: str, place_of_its_own: str, end: str) -> None:
    """Its own program is found, nothing is run at its end, and nothing of the environment is printed."""
    source = directory({"binder/start": BODY + place_of_its_own + end}, home)
    files, findings = place(source, "binder", is_beside=True)
    assert {one.code for one in findings} & {*CODES} == set()
    hook = f"binder/first.d/{source.slug}"
    assert hook in [file.path for file in files]
    assert not any("start.d" in file.path for file in files)
    binder, tools = tmp_path / "course/binder", tmp_path / "bin"
    for folder in (binder, tools):
        folder.mkdir(parents=True)
    (binder / "launch").write_text(bundle(ROOT / "launch"))
    (tools / "wget").write_text("#!/bin/sh\necho fetched\n")
    (tools / "wget").chmod(0o755)
    (tools / "python3").symlink_to(sys.executable)
    for file in files:
        path = binder.parent / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.text.encode())  # without its run bit
    given = {"PATH": f"{tools}:{os.environ['PATH']}", "NB_PYTHON_PREFIX": str(tmp_path), "SECRET": "hidden"}
    command = ["bash", str(binder.parent / hook)]
    ended = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=binder.parent, env=given, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    where = str(binder.parent / home) if home else "none"
    assert ended.stdout == f"fetched\ndone in {where}\n"


def test_a_failure_has_its_status(tmp_path: Path) -> None:
    source = directory({"binder/start": "#!/bin/bash\nwget x\nexit 3\n"}, "binder/imports/o-r")
    (hook,) = [file for file in place(source, "binder", is_beside=True)[0] if "first.d" in file.path]
    path = tmp_path / hook.path
    for folder in (path.parent, tmp_path / "bin", tmp_path / "binder/imports/o-r/binder"):
        folder.mkdir(parents=True)
    path.write_text(hook.text)
    (tmp_path / "binder/launch").write_text(bundle(ROOT / "launch"))
    (tmp_path / "binder/imports/o-r/binder/start").write_text("exit 3\n")
    (tmp_path / "bin/python3").symlink_to(sys.executable)
    given = {"PATH": os.environ["PATH"], "NB_PYTHON_PREFIX": str(tmp_path)}
    ended = subprocess.run(["bash", str(path)], check=False, capture_output=True, text=True, env=given, timeout=60)
    assert ended.returncode == 3
    assert "failed with status 3" in ended.stderr


SLOW = '#!/bin/bash\ngit clone https://x/y\nexec "$@"\n'
KEPT = '#!/bin/bash\nexport A=1\ngit clone https://x/z\nexec "$@"\n'


@pytest.fixture
def blocks(make_catalogue: MakeCatalogue) -> Path:
    return make_catalogue({"one/component.yml": manifest("One")})


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = tmp_path / "course"
    for name, text in {"binder/start": SLOW, "binder_a/start": KEPT}.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text)
    commit(folder)
    return folder


COPY = ("copy", "--trust", "--defaults", "--overwrite")


def answers(course: Path) -> dict[str, object]:
    return dict(yaml.safe_load((course / ".copier-answers.yml").read_text()))


def test_it_is_asked_where_there_is_one(blocks: Path, course: Path) -> None:
    with Terminal("copy", "--trust", "--overwrite", blocks, course) as terminal:
        terminal.expect("What is the course called?")
        terminal.send(f"A{ENTER}")
        terminal.expect("shall be merged in?")
        terminal.send(ENTER)
        terminal.expect("Which blocks does it need?")
        terminal.send(SPACE + ENTER)
        terminal.expect("How do people get it?")
        terminal.send(ENTER + ENTER)
        terminal.expect("More settings")
        terminal.send(ENTER)
        terminal.expect("These start scripts may take minutes")
        terminal.expect("binder/start (git clone https://x/y)")
        terminal.send(SPACE + ENTER)
        terminal.expect("What to do next")
        assert terminal.end() == 0
    assert answers(course)["starts_beside"] == ["binder"]
    assert (course / "binder/first.d/adopted-binder").read_text() == SLOW


@pytest.mark.parametrize("name", ["binder_a", "gone"])
def test_one_that_cannot_is_refused(blocks: Path, course: Path, name: str) -> None:
    result = copier(*COPY, f"--data=starts_beside=[{name}]", blocks, course)
    assert result.returncode == 1
    assert f"starts_beside: '{name}' has no start that takes long and can run beside the notebook" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (course / ".copier-answers.yml").exists()
