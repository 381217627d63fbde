"""Which findings an author has settled: files that were adopted, an edit of a generated file, what is told no more."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions import rendering
from extensions.catalogue import manifest
from extensions.foreign import adopt
from extensions.model import Finding
from extensions.update import renew
from extensions.update.settled import Compose, settled
from tests.fast.conftest import MakeCatalogue
from tests.fast.test_adopt import write

HOOK = "binder/postBuild.d/adopted-binder_a"
START = "binder/start.d/adopted-binder_a"
ENVIRONMENT = "dependencies:\n- conda-forge::python=3.12\n- pip:\n  - 'requests[socks]'\n"
SERVER = "jupyter serverextension enable x"

Edit = Callable[[str], str]


def replaced(old: str, new: str) -> Edit:
    return lambda text: text.replace(old, new)


def to(new: str) -> Edit:
    return lambda _: new


# Files of binder_a/, the path that is edited (None: not at all), the edit (None: removed), what is settled then.
EDITS: dict[str, tuple[dict[str, str], str | None, Edit | None, list[str]]] = {
    "nothing": ({"apt.txt": "libcurl3\n"}, None, None, []),
    "changed": (
        {"apt.txt": "libcurl3\n"},
        "binder/apt.txt",
        replaced("libcurl4t64", "libcurl4"),
        ["BB220 apt.txt: libcurl3"],
    ),
    "removed": ({"apt.txt": "libcurl3\n"}, "binder/apt.txt", to("jq\n"), ["BB220 apt.txt: libcurl3"]),
    "commented out": (
        {"apt.txt": "libcurl3\n"},
        "binder/apt.txt",
        replaced("libcurl4t64", "# libcurl4t64"),
        ["BB220 apt.txt: libcurl3"],
    ),
    "another comment": ({"apt.txt": "libcurl3\n"}, "binder/apt.txt", replaced("binder_a", "mine"), []),
    "moved": ({"apt.txt": "libcurl3\n"}, "binder/apt.txt", to("# mine\n\nlibcurl4t64\n"), []),
    "one of a line": (
        {"apt.txt": "jq libcurl3 python-pip\n"},
        "binder/apt.txt",
        replaced("libcurl4t64", "libcurl4"),
        ["BB220 apt.txt: libcurl3"],
    ),
    "another of its line": ({"apt.txt": "jq libcurl3\n"}, "binder/apt.txt", replaced("jq", "tree"), []),
    "the dead file": ({"apt.txt": "libcurl3\n", "start": ""}, "binder_a/apt.txt", None, ["BB607 apt.txt"]),
    "Python": (
        {"environment.yml": ENVIRONMENT},
        "binder/environment.yml",
        replaced("python=3.12", "python=3.12.*"),
        ["BB210 environment.yml: conda-forge::python=3.12"],
    ),
    "left out": ({"apt.txt": "libjasper-dev\n"}, "binder/apt.txt", to(""), ["BB220 apt.txt: libjasper-dev"]),
    "left out, and known to be": (
        {"apt.txt": "libjasper-dev\n"},
        "binder/apt.txt",
        replaced("# Your", "jq\n# Your"),
        [],
    ),
    "taken otherwise": ({"apt.txt": "Foo!\n"}, "binder/apt.txt", to(""), ["BB201 apt.txt: Foo!"]),
    "script's line": ({"postBuild": f"#!/bin/sh\n{SERVER}\n"}, HOOK, to("#!/bin/sh\n"), [f"BB408 postBuild: {SERVER}"]),
    "script's other line": (
        {"postBuild": f"#!/bin/sh\n{SERVER}\n"},
        HOOK,
        replaced("#!/bin/sh\n", "#!/bin/bash\necho\n"),
        [],
    ),
    "script gone": ({"postBuild": f"#!/bin/sh\n{SERVER}\n"}, HOOK, None, [f"BB408 postBuild: {SERVER}"]),
    "script in its folder": (
        {"postBuild": f"#!/bin/sh\ncd $(dirname $0)\n{SERVER}\n"},
        "binder_a/postBuild-adopted-binder_a",
        replaced(SERVER, ""),
        [f"BB408 postBuild: {SERVER}"],
    ),
    "script's fault": ({"start": "#!/bin/sh\necho\n"}, START, replaced("echo", 'exec "$@"'), ["BB404 start"]),
    "script's fault stays": ({"start": "#!/bin/sh\necho\n"}, START, replaced("echo", "ls"), []),
    "shebang": ({"start": 'exec "$@"\n'}, START, to('#!/bin/sh\nexec "$@"\n'), ["BB403 start"]),
    "empty": ({"start": "", "apt.txt": "jq\n"}, None, None, []),
    "file gone": ({"conda-lock.yml": "", "apt.txt": "jq\n"}, "binder_a/conda-lock.yml", None, ["BB317 conda-lock.yml"]),
    "fault gone": ({"apt.txt": "x # \xfc\n"}, "binder_a/apt.txt", to("x # y\n"), ["BB101 apt.txt"]),
}


def compose(root: Path) -> Compose:
    return functools.partial(rendering.composed, manifest.read_catalogue(root))


@pytest.mark.parametrize(("files", "path", "edit", "expected"), EDITS.values(), ids=EDITS)
def test_settled(
    make_catalogue: MakeCatalogue,
    tmp_path: Path,
    files: dict[str, str],
    path: str | None,
    edit: Edit | None,
    expected: list[str],
) -> None:
    root, course = make_catalogue({}), tmp_path / "course"
    encoded: dict[str, str | bytes] = {f"binder_a/{name}": text.encode("latin-1") for name, text in files.items()}
    answers: dict[str, object] = {"adopted": adopt.read(write(course, encoded), ["binder_a"])}
    rendered = rendering.render(manifest.read_catalogue(root), answers)
    write(course, {name: data for name, (data, _) in rendered.items()})
    if path and edit:
        (course / path).write_text(edit((course / path).read_text(encoding="latin-1")))
    elif path:
        (course / path).unlink()
    answers = {**answers, "binder_dir": "binder"}
    found = settled(course, answers, compose(root))
    assert [key.replace("binder_a/", "") for key in found] == expected
    every = {finding.key for finding in compose(root)(answers).found_at_all}
    told = {finding.key for finding in compose(root)({**answers, "settled": found}).found_at_all}
    assert every == told >= {*found}
    assert renew.renewed(course, {**answers, "settled": found}, [], compose(root))["settled"] == found


def test_answers_that_cannot_be_composed_keep_what_was_settled(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    answers = {"adopted": {"binder_a": {"apt.txt": 3}}, "binder_dir": "binder", "settled": ["BB220 apt.txt: x"]}
    assert settled(tmp_path, answers, compose(make_catalogue({}))) == ["BB220 apt.txt: x"]


texts = st.text(max_size=300)


@given(texts, texts, texts)
def test_a_key_is_one_line_that_can_be_seen(component: str, file: str, text: str) -> None:
    key = Finding("BB220", component, file, 3, text, "", "").key
    assert key.isprintable()
    assert len(key) <= 4100


def test_a_key_stays_when_an_import_is_bumped() -> None:
    keys = {
        Finding("BB220", "o/r", f"gh:o/r@{commit}:apt.txt", 1, "x", "", "").key for commit in ("0123456", "abcdef0")
    }
    assert keys == {"BB220 o/r:apt.txt: x"}
