"""Foreign postBuild and start: what is placed, what comes along, and what is found."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Template

from extensions.bundle import bundle
from extensions.catalogue.files import Raw, as_text, concat
from extensions.foreign import carry
from extensions.foreign.directory import Blob, Directory
from extensions.foreign.scripts import place
from extensions.loading import load_engine
from extensions.outputs import Build
from tests.fast.conftest import ROOT, copier

TEMPLATE = ROOT / "template/{{binder_dir}}"
HELPERS = {
    "data/a.csv": "",
    "data/deep/b.csv": "",
    "binder/helper.sh": "",
    "lib/setup.py": "",
    "lib/code.py": "",
    "Makefile": "all:\n\tsh tools/make.sh\n",
    "tools/make.sh": "",
    "My Notebook.ipynb": "",
    "one.ipynb": "",
    "two.ipynb": "",
    "sub/three.ipynb": "",
    "extra.txt": "",
    "local.py": "import other\n",
    "other.py": "",
    ".github/x.yml": "",
    ".gitignore": "",
}

WHOLE = {path for path in HELPERS if not path.startswith(".git")}


def imported(files: Mapping[str, str | bytes], folder: str = "binder", slug: str = "import-o-r") -> Directory:
    return directory(files, folder, slug, "binder/imports/" + slug.removeprefix("import-"))


def directory(files: Mapping[str, str | bytes], folder: str, slug: str, home: str) -> Directory:
    tree = {path: Blob(data if isinstance(data, bytes) else data.encode()) for path, data in files.items()}
    return Directory("o/r", slug, "gh:o/r@0123456:" if home else "", folder, home, tree)


REFERENCES = {
    "from the root": ("cat data/a.csv", {"data/a.csv"}),
    "a folder": ("cp -r ./data /tmp", {"data/a.csv", "data/deep/b.csv"}),
    "quoted": ('cat "data/a.csv"', {"data/a.csv"}),
    "with spaces": ("jupyter trust 'My Notebook.ipynb'", {"My Notebook.ipynb"}),
    "home": ("cat $HOME/data/a.csv", {"data/a.csv"}),
    "braces": ('cat "${REPO_DIR}/data/a.csv"', {"data/a.csv"}),
    "tilde": ("cat ~/extra.txt", {"extra.txt"}),
    "jovyan": ("cat /home/jovyan/extra.txt", {"extra.txt"}),
    "assignment": ("FILE=$PWD/extra.txt", {"extra.txt"}),
    "redirection": ("tee x <extra.txt", {"extra.txt"}),
    "after cd": ("cd data\ncat deep/b.csv", {"data/a.csv", "data/deep/b.csv"}),
    "pattern": ("jupyter trust *.ipynb", {"My Notebook.ipynb", "one.ipynb", "two.ipynb"}),
    "transitive": ("sh tools/make.sh", {"tools/make.sh"}),
    "module": ("python -m local", {"local.py", "other.py"}),
    "make": ("make all", WHOLE),
    "make in words": ("echo to make sure", set[str]()),
    "package in a folder": ("pip install ./lib", {"lib/setup.py", "lib/code.py"}),
    "package after cd": ("cd lib && pip install -e .", {"lib/setup.py", "lib/code.py"}),
    "whole": ("python -m pip install --editable '.[dev]'", WHOLE),
    "comment": ("# data/a.csv", set[str]()),
    "dots alone": ("cp x . && find ..", set[str]()),
    "outside": ("cat ../../etc/passwd ../../extra.txt", set[str]()),
    "git's own": ("cat .gitignore .github/x.yml", set[str]()),
    "star alone": ("case $x in *) echo;; esac", set[str]()),
}


@pytest.mark.parametrize(("line", "wanted"), REFERENCES.values(), ids=REFERENCES)
def test_references_come_along(line: str, wanted: set[str]) -> None:
    paths, findings = carry.carried(imported({**HELPERS, "binder/postBuild": f"#!/bin/sh\n{line}\n"}))
    assert {*paths} == {"binder/postBuild", "binder/helper.sh"} | wanted
    assert not findings


LISTS = {
    "-r": ("requirements.txt", "-r extra.txt\nlib\n", {"extra.txt"}),
    "path": ("requirements.txt", "./lib[x]  # ours\nnumpy\n", {"lib/setup.py", "lib/code.py"}),
    "all": ("requirements.txt", "-e .\n", {*WHOLE, "binder/requirements.txt"}),
    "beside environment.yml": ("environment.yml", "- pip:\n  - -e .\n", {"binder/environment.yml"}),
    "above environment.yml": ("environment.yml", "- pip:\n  - -e ../lib\n", {"lib/setup.py", "lib/code.py"}),
    "quoted": ("environment.yml", "- pip:\n  - '-r extra.txt'\n", {"extra.txt"}),
    "file:": ("requirements.txt", "-r file:extra.txt\nfile:lib\n", {"extra.txt", "lib/setup.py", "lib/code.py"}),
    "elsewhere": ("requirements.txt", "x @ https://host/data/a.csv\ngit+https://h/o/lib\n", set[str]()),
}


@pytest.mark.parametrize(("name", "text", "wanted"), LISTS.values(), ids=LISTS)
def test_what_lists_name_comes_along(name: str, text: str, wanted: set[str]) -> None:
    paths, _ = carry.carried(imported({**HELPERS, f"binder/{name}": text}))
    assert {*paths} == {"binder/helper.sh"} | wanted


def test_root_as_binder_folder_brings_what_is_named_alone() -> None:
    files = {**HELPERS, "postBuild": "#!/bin/sh\npip install -r requirements.txt\n", "requirements.txt": "x\n"}
    assert carry.carried(imported(files, folder=""))[0] == ["postBuild", "requirements.txt"]


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carry, "MAX_FILES", 4)
    files = {f"binder/{name}": "x" for name in "abcdef"} | {"binder/big": "x" * 1_000_001, "binder/postBuild": "\n"}
    paths, findings = carry.carried(imported(files))
    assert paths == ["binder/a", "binder/b", "binder/c", "binder/postBuild"]
    assert [(finding.code, finding.text, finding.left_out) for finding in findings] == [
        ("BB551", "binder/big", True),
        ("BB553", "binder/d", True),
    ]
    assert "and 2 more files" in findings[1].reason


@pytest.mark.parametrize("path", ["binder/../../x", "binder/a\\b", "binder/\n", "/x", "binder//x", ".GIT/config"])
def test_hostile_paths_are_not_placed(path: str) -> None:
    files, _ = place(imported({path: "x", "binder/postBuild": f"#!/bin/sh\ncat '{path}'\n"}), "binder")
    assert [file.path for file in files] == ["binder/imports/o-r/binder/postBuild", "binder/postBuild.d/import-o-r"]


@pytest.mark.parametrize("folder", [".github", "a\x1b", "x/../y"])
def test_hooks_that_cannot_be_carried_are_found(folder: str) -> None:
    files, findings = place(imported({f"{folder}/start": "#!/bin/sh\n"}, folder), "binder")
    assert not files
    assert [(finding.code, finding.left_out) for finding in findings] == [("BB552", True)]


def test_what_belongs_to_git_is_found() -> None:
    files = {"binder/.gitconfig": "x", "binder/postBuild": "#!/bin/sh\n", ".gitignore": "x"}
    _, findings = carry.carried(imported(files))
    assert [(finding.code, finding.text, finding.left_out) for finding in findings] == [
        ("BB554", "binder/.gitconfig", True)
    ]
    assert carry.carried(imported({".gitignore": "x", "postBuild": "#!/bin/sh\n"}, folder=""))[1] == []


def test_hostile_text_takes_no_time() -> None:
    pieces = ("pip ", "cd ", "x=1 ", "a\\\n", "jupyter ", "../", "$0/", "pip install . ", "exec ", "(" * 1000 + "\n")
    text = "\n".join(piece * (100_000 // len(piece)) for piece in pieces)
    place(imported({f"binder/{name}": text for name in ("postBuild", "start")}), "binder")


PIECES = (
    *(b"#!/bin/sh\n", b"exec ", b'"$@"', b"cd ", b"\r\n", b"\n", b"\\\n", b"<<E\n", b"$(", b")", b"'", b'"', b"~/"),
    *(b"*", b"[", b"jupyter nbextension", b"# ", b"pip install .", b"-r "),
    *(b"\xff", b"\0", b"\x1b", b"\xef\xbb\xbf", b"a", b"a/b", b"../"),
)
NAMES = ("postBuild", "start", "requirements.txt", "environment.yml", "a/b", "c.py", "d*", "e\udc80", "../f", "x/../y")


def test_random_input_is_placed_or_found() -> None:
    chance = random.Random(7)
    for _ in range(100):
        tree = {
            chance.choice(["", "binder/"]) + name: b"".join(chance.choices(PIECES, k=chance.randrange(40)))
            for name in chance.sample(NAMES, 6)
        }
        for folder in ("", "binder"):
            for source in (imported(tree, folder), directory(tree, folder, "adopted-x", "")):
                files, findings = place(source, "binder")
                assert all(".." not in file.path and file.text.encode() is not None for file in files)
                hooks = {file.path for file in files} | {finding.file for finding in findings if finding.left_out}
                for name in ("postBuild", "start"):
                    if source.has(name):
                        assert {f"binder/{name}.d/{source.slug}", source.where(source.path(name))} & hooks
                assert all(str(finding).isprintable() and str(finding).encode() for finding in findings)


def test_imports_run_among_their_files() -> None:
    source = imported({"binder/postBuild": "#!/bin/sh\n", "binder/start": "#!/bin/sh\n", "binder/apt.txt": "x\n"})
    files = {file.path: file for file in place(source, "binder")[0]}
    assert [*files] == [
        "binder/imports/o-r/binder/postBuild",
        "binder/imports/o-r/binder/start",
        "binder/postBuild.d/import-o-r",
        "binder/start.d/import-o-r",
    ]
    assert files["binder/postBuild.d/import-o-r"].executable
    assert "gh:o/r@0123456:binder/postBuild" in files["binder/postBuild.d/import-o-r"].text


def test_generated_scripts_please_the_linters(tmp_path: Path) -> None:
    scripts = {"binder/postBuild": "echo $0 ~/x\n", "binder/start": 'echo $0; exec "$@"\n', "x": ""}
    sources = [imported(scripts), directory(scripts, "binder", "adopted-binder", "")]
    files = [file for source in sources for file in place(source, "binder")[0] if ".d/" in file.path]
    assert len(files) == 4
    for number, file in enumerate(files):
        (tmp_path / str(number)).write_text(file.text)
    names = [*map(str, tmp_path.iterdir()), str(ROOT / "extensions/foreign/hook.sh.jinja")]
    tools = Path(sys.executable).parent
    subprocess.run([tools / "shellcheck", *names], check=True)
    subprocess.run([tools / "shfmt", "--indent", "2", "--case-indent", "--diff", *names], check=True)


LINKED = """#!/usr/bin/env bash
# gh:o/r@0123456:binder/start, run from among the files of its repository
set -euo pipefail

binder_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
script=$binder_dir/imports/o-r/binder/start
restored=(--unset=REPO_DIR)
if [[ -v REPO_DIR ]]; then restored=("REPO_DIR=$REPO_DIR"); fi
export REPO_DIR=$binder_dir/imports/o-r
cd "$REPO_DIR"

sought=(binder/x)
for path in "${sought[@]}"; do
  there=$HOME/$path
  if [[ -L $there && $(readlink "$there") == "$binder_dir"/imports/* ]]; then rm "$there" || :; fi
  if [[ ! -e $there ]]; then
    mkdir --parents "${there%/*}" && ln --symbolic "$REPO_DIR/$path" "$there" || :
  fi
  if [[ ! $there -ef $REPO_DIR/$path ]]; then
    printf '%s: %s is not the file that it expects, %s\\n' "$script" "$there" "$REPO_DIR/$path" >&2
  fi
done

exec "${NB_PYTHON_PREFIX:-/usr}/bin/python3" -I -S "$binder_dir/launch" --run-hook "$script" env "${restored[@]}" "$@"
"""
BESIDE = """#!/usr/bin/env bash
# binder/postBuild, run from beside the files that it looks for
set -euo pipefail

binder_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
script=${binder_dir%/*}/binder/postBuild-adopted-binder
status=0
"${NB_PYTHON_PREFIX:-/usr}/bin/python3" -I -S "$binder_dir/launch" --run-hook "$script" "$@" || status=$?
if [[ $status != 0 ]]; then
  printf '%s failed with status %s\\n' "$script" "$status" >&2
fi
exit "$status"
"""


def test_hooks_to_the_byte() -> None:
    """A hook that an update writes otherwise is a change in every repository."""
    linked = imported({"binder/start": '#!/bin/sh\ncat ~/binder/x\nexec "$@"\n', "binder/x": ""})
    beside = directory({"binder/postBuild": "echo $0\n"}, "binder", "adopted-binder", "")
    texts = {file.path: file.text for source in (linked, beside) for file in place(source, "binder")[0]}
    assert texts["binder/start.d/import-o-r"] == LINKED
    assert texts["binder/postBuild.d/adopted-binder"] == BESIDE


def test_hook_tells_versions_of_the_engine_apart(tmp_path: Path) -> None:
    """Two in one process are loaded by what they are made of."""
    for version in ("before", "after"):
        shutil.copytree(ROOT / "extensions", tmp_path / version, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "after/foreign/hook.sh.jinja").open("a") as hook:
        hook.write("# after\n")
    assert load_engine(tmp_path / "before") != load_engine(tmp_path / "after")


def test_adopted_script_is_the_hook_itself() -> None:
    source = directory({"binder/postBuild": b"\xef\xbb\xbf#!/bin/sh\r\necho \xe9\r\n"}, "binder", "adopted-binder", "")
    files, findings = place(source, "binder")
    assert [file.path for file in files] == ["binder/postBuild.d/adopted-binder"]
    assert files[0].text.encode() == b"#!/bin/sh\necho \xe9\n"
    assert files[0].executable
    assert [finding.code for finding in findings] == ["BB401", "BB402"]


@pytest.mark.parametrize(
    ("folder", "text", "beside"),
    [
        ("binder", 'cd "$(dirname "$0")"\n', "binder/postBuild-adopted-x"),
        ("", "source ${BASH_SOURCE%/*}/x\n", "postBuild-adopted-x"),
        (".binder", "#!/usr/bin/python3\nprint(__file__)\n", ".binder/postBuild-adopted-x"),
        ("binder", "# not $0\necho $01\n", ""),
    ],
)
def test_adopted_script_that_knows_its_place_stays_there(folder: str, text: str, beside: str) -> None:
    source = directory({f"{folder}/postBuild".lstrip("/"): text}, folder, "adopted-x", "")
    files = {file.path: file.text for file in place(source, "binder")[0]}
    assert [*files] == sorted(filter(None, [beside, "binder/postBuild.d/adopted-x"]))
    assert files[beside or "binder/postBuild.d/adopted-x"] == text


def derived(tmp_path: Path, *sources: Directory) -> Path:
    """A repository with the files of some directories, and the driver."""
    binder = tmp_path / "course/binder"
    binder.mkdir(parents=True)
    (binder / "launch").write_text(bundle(ROOT / "launch"))
    driver = Template((TEMPLATE / "postBuild.jinja").read_text())
    composition = SimpleNamespace(build=Build())
    (binder / "postBuild").write_text(driver.render(binder_dir="binder", composition=lambda: composition))
    (binder / "order").write_text("".join(f"{source.slug}\n" for source in sources))
    (binder / "env").write_text(f'export BINDER_DIR="{binder}"\n')
    for source in sources:
        for file in place(source, "binder")[0]:
            path = binder.parent / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.text.encode())  # without its run bit
    return binder


def build(binder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    prefix = binder.parent / "prefix"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin/python3").symlink_to(sys.executable)
    given = {"PATH": os.environ["PATH"], "NB_PYTHON_PREFIX": str(prefix), **environment}
    command = ["bash", str(binder / "postBuild")]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", env=given, timeout=60)


def test_each_post_build_has_a_process_a_directory_and_its_own_helpers(tmp_path: Path) -> None:
    text = (
        '#!/bin/bash\nset -u\nexport LEAK=1\nsource "$(dirname "$0")/helper.sh"\ncat "$REPO_DIR/x.txt"; cd /; set -e\n'
    )
    sources = [
        imported({"binder/postBuild": text, "binder/helper.sh": f"echo helper {name}", "x.txt": f"{name}\n"}, slug=name)
        for name in ("import-one", "import-two")
    ]
    python = "import os\nprint('adopted', os.getcwd(), os.environ.get('LEAK'), os.environ.get('REPO_DIR'))\n"
    sources.append(directory({"postBuild": "#!/usr/bin/env python3\r\n" + python}, "", "adopted-root", ""))
    binder = derived(tmp_path, *sources)
    result = build(binder, REPO_DIR="/srv/repo")
    assert result.returncode == 0, result.stderr
    said = [line for line in result.stdout.splitlines() if not line.startswith("postBuild:")]
    expected = ["helper import-one", "import-one", "helper import-two", "import-two"]
    assert said == [*expected, f"adopted {binder.parent} None /srv/repo"]


def test_what_is_sought_at_home_is_linked_for_each_import(tmp_path: Path) -> None:
    text = '#!/bin/sh\nsh $HOME/binder/helper.sh\ncat ~/data/*.csv "${HOME}/data/a.csv" ~/.bashrc\n'
    sources = [
        imported(
            {"binder/postBuild": text, "binder/helper.sh": f"echo {name}\n", "data/a.csv": f"{name}.csv\n"}, slug=name
        )
        for name in ("import-one", "import-two")
    ]
    binder = derived(tmp_path, *sources)
    (binder.parent / ".bashrc").write_text("ours\n")
    result = build(binder, HOME=str(binder.parent))
    assert result.returncode == 0, result.stderr
    said = [line for line in result.stdout.splitlines() if not line.startswith("postBuild:")]
    one, two = (["import-" + name, *[f"import-{name}.csv"] * 2, "ours"] for name in ("one", "two"))
    assert said == [*one, *two]
    assert "not the file" not in result.stderr


def test_home_folder_keeps_what_it_has(tmp_path: Path) -> None:
    source = imported({"binder/postBuild": "cat ~/y\n", "y": "theirs\n"})
    binder = derived(tmp_path, source)
    (binder.parent / "y").write_text("ours\n")
    result = build(binder, HOME=str(binder.parent))
    assert "y is not the file that it expects" in result.stderr
    assert (binder.parent / "y").read_text() == "ours\n"


@pytest.mark.parametrize(
    ("source", "script"),
    [
        (imported({"binder/postBuild": "set -e\njupyter-nbextension-that-is-gone\n"}), "imports/o-r/binder/postBuild"),
        (directory({"postBuild": "#!/bin/bash\nexit 7\n"}, "", "adopted-root", ""), "postBuild.d/adopted-root"),
    ],
    ids=["imported", "adopted"],
)
def test_failing_post_build_is_named(tmp_path: Path, source: Directory, script: str) -> None:
    result = build(derived(tmp_path, source))
    assert result.returncode == 1
    assert f"{script} failed" in result.stderr or f"its script is {tmp_path}/course/binder/{script}" in result.stderr
    assert f"postBuild: {source.slug} failed" in result.stderr


FINDINGS = {
    "nothing to say": ("start", '#!/bin/bash\nexport A=1\nexec "$@"\n', []),
    "redirected exec": ("start", '#!/bin/bash\nexec >log 2>&1\nexec "$@" 2>&1\n', []),
    "environment": ("start", '#!/bin/bash\nexec env A=1 "$@"\n', []),
    "array": ("start", '#!/bin/bash\nargs=("$@")\nexec "${args[@]}"\n', []),
    "branches": ("start", '#!/bin/sh\nif x; then\n  exec "$@"\nfi\ny\nexec "$@"\n', []),
    "loop over arguments": ("start", '#!/bin/sh\nfor a in "$@"; do echo "$a"; done\nexec "$@"\n', []),
    "function": ("start", '#!/bin/sh\nmain() {\n  exec "$@"\n}\nmain "$@"\n', []),
    "no shebang": ("start", 'exec "$@"\n', [("BB403", 1)]),
    "shebang too low": ("postBuild", "\n#!/bin/bash\n", [("BB403", 1)]),
    "no exec": ("start", "#!/bin/bash\nexport A=1\n", [("BB404", 0)]),
    "no exec but in a here-document": ("start", '#!/bin/sh\ncat <<E\nexec "$@"\nE\n', [("BB404", 0)]),
    "another command": ("start", "#!/bin/sh\nexec jupyter lab\n", [("BB404", 0)]),
    "Python without arguments": ("start", "#!/usr/bin/env python3\nprint()\n", [("BB404", 0)]),
    "Python": ("start", "#!/usr/bin/env python3\nimport os, sys\nos.execvp(sys.argv[1], sys.argv[1:])\n", []),
    "text after exec": ("start", '#!/bin/sh\nexec "$@"\n\n# this\necho never\n', [("BB405", 5)]),
    "cd": ("start", '#!/bin/sh\ncd work\nexec "$@"\n', [("BB406", 2)]),
    "cd in parentheses": ("start", '#!/bin/sh\n(set -e; cd x; y)\nd=$(cd x && pwd)\nexec "$@"\n', []),
    "wrapped": ("start", '#!/bin/sh\nexec xvfb-run -a \\\n  "$@"\n', [("BB407", 2)]),
    "wrapped without exec": ("start", '#!/bin/bash -l\nxvfb-run exec "$@"\n', [("BB407", 2)]),
    "child": ("start", '#!/bin/sh\n"$@"\necho over\n', [("BB407", 2)]),
    "child in the background": ("start", '#!/bin/sh\nA=1 "$@" &\nwait\n', [("BB407", 2)]),
    "dropped": ("postBuild", "#!/bin/sh\n# jupyter nbextension\njupyter nbextension enable x\n", [("BB408", 3)]),
    "dropped, in parts": ("postBuild", "#!/bin/sh\npython3 -m notebook.nbextensions install x\n", [("BB408", 2)]),
    "dropped, joined": ("postBuild", "#!/bin/sh\nx && jupyter-serverextension enable x\n", [("BB408", 2)]),
    "built from source": ("postBuild", "#!/bin/sh\njupyter labextension install x\n", [("BB408", 2)]),
    "current": ("postBuild", "#!/bin/sh\njupyter labextension list\njupyter server extension enable x\n", []),
    "home": ("postBuild", "#!/bin/sh\nls ~/.jupyter\ncat $HOME/data/a.csv\n", [("BB409", 3)]),
    "empty": ("start", "\n", [("BB410", 0)]),
    "carriage returns": ("postBuild", "#!/bin/sh\r\n", [("BB401", 0)]),
    "byte order mark": ("postBuild", "\ufeff#!/bin/sh\n", [("BB402", 0)]),
}


@pytest.mark.parametrize(("name", "text", "expected"), FINDINGS.values(), ids=FINDINGS)
def test_findings(name: str, text: str, expected: list[tuple[str, int]]) -> None:
    found = place(imported({**HELPERS, f"binder/{name}": text}), "binder")[1]
    assert [(finding.code, finding.line) for finding in found] == expected
    assert all(finding.file == f"gh:o/r@0123456:binder/{name}" for finding in found)


def test_bytes_pass_a_join() -> None:
    data = bytes(range(256))
    assert concat([str(as_text(data))]).encode() == data
    assert type(as_text("é".encode())) is str
    assert concat(["a", "b"]) == "ab"
    assert Raw(data).encode("utf-8") == data


CARRYING = """
import importlib, sys
from jinja2.ext import Extension
class Carrying(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        engine = next(name for name in sys.modules if name.startswith("binder_blocks_") and "." not in name)
        scripts, foreign = (importlib.import_module(f"{engine}.foreign.{name}") for name in ("scripts", "directory"))
        names = ("binder/postBuild", "logo.png", "t")
        tree = {name: foreign.Blob(open("SOURCE/" + name, "rb").read()) for name in names}
        source = foreign.Directory("o/r", "import-o-r", "", "binder", "binder/imports/o-r", tree)
        class composition:
            placed = scripts.place(source, "binder")[0]
            def files(self, executable):
                return [file for file in self.placed if file.executable == executable]
        environment.globals["composition"] = composition
"""


def test_copier_writes_the_very_bytes(tmp_path: Path) -> None:
    files = {
        "logo.png": b"\x89PNG\r\n\x1a\n" + random.Random(3).randbytes(3000),
        "t": b"{{ 7 * 7 }}\r\n{% raw %} \xc3\xa9 {# x #}",
        "binder/postBuild": b"#!/bin/sh\ncat logo.png t # \xe9\n",
    }
    for path, data in files.items():
        (tmp_path / "source" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "source" / path).write_bytes(data)
    catalogue = tmp_path / "catalogue"
    shutil.copytree(ROOT / "extensions", catalogue / "extensions", ignore=shutil.ignore_patterns("__pycache__"))
    (catalogue / "extensions/carrying.py").write_text(CARRYING.replace("SOURCE", str(tmp_path / "source")))
    loader = "copier_template_extensions.TemplateExtensionLoader"
    names = ["extensions/blocks.py:Blocks", "extensions/carrying.py:Carrying"]
    (catalogue / "copier.yml").write_text(f"_subdirectory: template\n_jinja_extensions: {[loader, *names]}\n")
    (catalogue / "template").mkdir()
    for template in (ROOT / "template").glob("*yield*"):
        shutil.copy(template, catalogue / "template")
    result = copier("copy", "--trust", "--defaults", catalogue, tmp_path / "course")
    assert result.returncode == 0, result.stderr
    mirror = tmp_path / "course/binder/imports/o-r"
    assert {path: (mirror / path).read_bytes() for path in files} == files
    assert os.access(tmp_path / "course/binder/postBuild.d/import-o-r", os.X_OK)
