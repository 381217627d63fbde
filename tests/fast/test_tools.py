"""What is generated is what is committed, and a trial of a component finds what is wrong while it runs."""

from __future__ import annotations

import importlib
import json
import os
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from extensions.catalogue.keys import KEYS
from extensions.catalogue.units import Component, Output
from tests import units
from tests.fast.conftest import ROOT, MakeCatalogue, manifest
from tools import address, answers, blocks, new, processes, schema

trial = importlib.import_module("tools.try")  # a word of Python's own
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", units.NAMES)
def test_the_tables_of_blocks_have_it(name: str) -> None:
    if blocks.row(units.COMPONENTS[name]) not in blocks.PAGE.read_text() or f"`{name}`" not in README:
        pytest.fail(f"the tables of blocks lack '{name}' as it is; run python tools/blocks.py", pytrace=False)


def test_the_tables_of_blocks_are_the_generated_ones() -> None:
    """Skipped where a component has been removed, so that what is left can be tested; in CI that is a failure."""
    made = blocks.put_into(README, blocks.tables(units.CATALOGUE)), blocks.page(units.CATALOGUE)
    there = README, blocks.PAGE.read_text()
    if made != there:
        reason = "README.md or docs/blocks.md has other tables; python tools/blocks.py writes them anew"
        is_removal = len("".join(made)) < len("".join(there)) and not os.environ.get("CI")
        (pytest.skip if is_removal else pytest.fail)(reason)


def commands() -> list[str]:
    """As they are typed, of the folders of what a person types."""
    scripts = [path for folder in ("fleet", "tools") for path in sorted((ROOT / folder).glob("*.py"))]
    typed = [path.relative_to(ROOT).as_posix() for path in scripts if "__main__" in path.read_text()]
    return [*typed, *(f"-m web {verb}" for verb in ("build", "serve"))]


@pytest.mark.parametrize("command", commands())
def test_each_command_is_on_a_page(command: str) -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs/guides").glob("*.md")]
    pages += ROOT.glob("outputs/*/README.md")
    told = [page.name for page in pages if page.name != "CHANGELOG.md" and command in page.read_text()]
    assert told, f"no page says what {command} is for; docs/tests.md or CONTRIBUTING.md may"


def test_the_table_of_blocks_needs_its_marks() -> None:
    with pytest.raises(SystemExit, match=r"README\.md: the table stands between two lines"):
        blocks.put_into("no marks", {blocks.BLOCKS: ""})


def test_the_reference_of_answers_is_the_generated_one() -> None:
    reason = "has other answers; python tools/blocks.py writes it anew"
    assert answers.PAGE.read_text() == answers.page(), f"docs/answers.md {reason}"
    assert answers.SCHEMA.read_text() == answers.schema(), f"docs/schema/answers.json {reason}"


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yml")), ids=lambda path: path.name)
def test_examples_are_valid_by_the_schema_of_answers(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text()), json.loads(answers.schema()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"component": ["postgres"]},
        {"course_slug": "x"},
        {"installed": []},
        {"components": ["no-such-block"]},
        {"components": 3},
        {"python_version": 3.1},
        {"keep_data": "nowhere"},
        {"course_name": ["a"]},
    ],
)
def test_schema_of_answers_refuses(wrong: dict[str, object]) -> None:
    assert not jsonschema.Draft7Validator(json.loads(answers.schema())).is_valid(wrong)


@pytest.mark.parametrize("name", schema.pages())
def test_schemas_are_the_generated_ones(name: str) -> None:
    committed = (ROOT / "docs/schema" / name).read_text()
    assert committed == schema.pages()[name], "python tools/schema.py writes them anew"


UNITS = [*units.COMPONENTS.values(), *units.OUTPUTS.values()]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_manifests_are_valid_by_their_schema(unit: Component | Output) -> None:
    jsonschema.validate(yaml.safe_load((unit.folder / unit.MANIFEST).read_text()), schema.schema(type(unit)))


# What the reader refuses, by the check of the key.
WRONG: dict[str, list[Any]] = {
    "_is_text": ["", 1, None],
    "_is_flag": ["yes", 1],
    "_is_number": [-1, True, "1"],
    "_is_names": ["a", ["A"], [1]],
    "_is_category": ["Databases", "", 1],
    "_is_kind": ["Service", "", 1],
    "_is_java": [17, {}, {"least": 0}, {"most": "17"}, {"from": 1}],
    "_is_ports": [{"a": 0}, {"a": 65536}, {"a": "1"}, [1], {"a": {"reachable": True}}, {"a": {"port": 1, "b": 1}}],
    "_is_provides": [{"A": "x"}, {"a": ""}, {"a": "$(it)"}, {"a": {}}, {"a": [1]}, {"a": {"b": True}}],
    "_is_starts": [{}, ["x"], {"images": ["x"]}, {"commands": []}, {"commands": "x"}, {"services": ["x;y"]}, {"a": 1}],
    "_is_env": [{"a": "b"}, {"A": 1}, {"A": 'say "it"'}, {"A": "$(it)"}],
    "_is_mapping": [{"a": 1}, ["a"]],
    "_is_build": [{"unknown": "x"}, {"apt": 1}],
}


@pytest.mark.parametrize("kind", [Component, Output])
def test_schemas_refuse_what_the_reader_refuses(kind: type[Component] | type[Output]) -> None:
    validator = jsonschema.Draft7Validator(schema.schema(kind))
    good = {"title": "T", "summary": "S", **({"category": "databases"} if kind is Component else {})}
    assert validator.is_valid(good)
    assert not validator.is_valid({**good, "unknown": 1})
    for key in good:
        assert not validator.is_valid({name: value for name, value in good.items() if name != key})
    for key, (check, _) in KEYS[kind].items():
        for value in WRONG[check.__name__]:
            assert not check(value)
            assert not validator.is_valid({**good, key: value}), (key, value)


def test_addresses_are_read_as_the_kernel_writes_them() -> None:
    assert processes.address("0100007F:1F90") == ("127.0.0.1", 8080)
    assert processes.address("00000000000000000000000001000000:0050") == ("::1", 80)
    assert processes.address("0000000000000000FFFF00000100007F:0050") == ("127.0.0.1", 80)
    assert [processes.is_loopback(text) for text in ("127.0.0.1", "::1", "127.1.2.3")] == [True] * 3
    assert [processes.is_loopback(text) for text in ("0.0.0.0", "::", "10.0.0.1")] == [False] * 3


def test_listening_sockets_are_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert server.getsockname()[:2] in processes.listening([os.getpid()])


RUN = '#!/usr/bin/env bash\ncd "$SERVICE_DATA"\nexec python3 -m http.server --bind 127.0.0.1 PORT\n'
ASK = "#!/usr/bin/env bash\nexec 3<>/dev/tcp/127.0.0.1/PORT\n"
SERVER = {
    "component.yml": manifest("Tried", category="databases", memory=1, ports="{tried: PORT}"),
    "README.md": "What you get.\n",
    "service/run": RUN,
    "service/ready": ASK,
    "verify": ASK,
}
Try = Callable[..., tuple[int, str]]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a trial that fails keeps is removed; a short path, for a socket's sake."""
    with tempfile.TemporaryDirectory(prefix="bb-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield


@pytest.fixture
def attempt(make_catalogue: MakeCatalogue, capsys: pytest.CaptureFixture[str], place: None) -> Try:
    """`attempt({file: text}, *words)`: the exit status and all that is said of a trial of these files."""

    def run(changed: Mapping[str, str], *words: str) -> tuple[int, str]:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = str(server.getsockname()[1])
        files = {f"tried/{name}": text.replace("PORT", port) for name, text in {**SERVER, **changed}.items()}
        root = make_catalogue(files)
        for name in ("service/run", "service/ready", "verify", *({"first"} & changed.keys())):
            (root / "components/tried" / name).chmod(0o755)
        return trial.main(["tried", *words], root), capsys.readouterr().out

    return run


def test_a_trial_of_a_server_passes(attempt: Try) -> None:
    status, said = attempt({})
    assert status == 0, said
    steps = [line.split()[0] for line in said.splitlines()[:-1]]
    assert steps == [
        *("contract", "render", "programs"),
        *("start", "ready", "verify", "TERM"),
        *("start", "ready", "KILL"),
        *("start", "ready", "verify", "TERM"),
    ]
    assert "MB, " in said
    assert said.splitlines()[-1].startswith("tried: passed after ")


def test_a_trial_is_of_one_component_alone(attempt: Try, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What would come along by itself is there where it is what is tried, and nowhere else."""
    companion = {
        "component.yml": manifest("Beside", comes_with="service"),
        "README.md": "What you get.\n",
        "verify": "#!/bin/sh\necho not to be had here >&2\nexit 1\n",
    }
    status, said = attempt({f"../beside/{name}": text for name, text in companion.items()})
    assert status == 0, said
    assert "beside" not in said
    assert trial.main(["beside"], tmp_path / "catalogue") == 1
    assert "not to be had here" in capsys.readouterr().out


def test_a_trial_starts_a_service_on_demand(attempt: Try) -> None:
    status, said = attempt({"service/on-demand": "when it is asked for\n"})
    assert status == 0, said


def test_a_trial_waits_for_what_takes_minutes(attempt: Try) -> None:
    first = '#!/bin/sh\nsleep 1\ntouch "$BINDER_RUN/done"\n'
    run = RUN.replace("exec", 'test -e "$SERVICE_RUN/../../done"\nexec').replace("bash\n", "bash\nset -e\n")
    status, said = attempt({"first": first, "service/run": run, "service/after": "tried\n"})
    assert status == 0, said
    assert [line.split()[0] for line in said.splitlines()].count("first") == 3


FOUND = {
    "wrong first": ({"first": "#!/bin/sh\necho no network\nexit 1\n"}, "exited with status 1: no network; its log is "),
    "every address": (
        {"service/run": RUN.replace("127.0.0.1", "$(printf '0.%.0s' 1 2 3)0")},
        "- it listens on 0.0.0.0, port ",
    ),
    "a daemon": (
        {"service/run": RUN.replace("exec python3", "exec bash -c 'set -m; python3").replace("PORT\n", "PORT &'\n")},
        "keep it in the foreground, or no signal reaches it",
    ),
    "writes at home": (
        {"service/run": RUN.replace("exec", "touch ${HO-$(printenv HOME)}/mine\nexec")},
        "- it writes ~/mine: what is in $HOME is a student's own",
    ),
    "another port": (
        {"component.yml": SERVER["component.yml"].replace("PORT", "4444")},
        "- nothing listens on port 4444 (tried), which component.yml says",
    ),
    "no package": (
        {"apt.txt": "no-such-package\n"},
        "- no-such-package of apt.txt: not installed here; ",
    ),
    "wrong answer": ({"verify": "#!/bin/sh\necho it is wrong >&2\nexit 1\n"}, "it is wrong"),
    "no program": ({"service/run": "#!/bin/sh\nexec no-such-program\n"}, "no-such-program: not found"),
}


@pytest.mark.parametrize("what", FOUND)
def test_a_trial_finds(what: str, attempt: Try) -> None:
    changed, sentence = FOUND[what]
    if what == "no package" and not trial.not_installed(["no-such-package"]):
        pytest.skip("this machine has no dpkg")
    status, said = attempt(changed)
    assert status == 1
    assert sentence in said
    assert "; the log is " in said.splitlines()[-1]


def test_a_trial_of_nothing_says_what_makes_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert trial.main(["no-such-block"]) == 2
    assert "python tools/new.py no-such-block CATEGORY makes it" in capsys.readouterr().out


def test_new_says_in_a_line_what_cannot_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert new.main(["No", "databases"]) == 1
    assert capsys.readouterr().err.startswith("'No' is no name for a component; ")


def test_every_text_has_the_project_s_address() -> None:
    assert [*address.strays()] == [], "python tools/address.py gh:OWNER/NAME changes it everywhere"


def test_the_address_moves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All forms at once; a longer name that begins like it is another one."""
    setting, page = tmp_path / "pyproject.toml", tmp_path / "page.md"
    setting.write_text('address = "gh:OWNER/blocks"\n')
    page.write_text("gh:OWNER/blocks https://github.com/OWNER/blocks#x owner.github.io/blocks/ gh:OWNER/blocks-more\n")
    monkeypatch.setattr(address, "ROOT", tmp_path)
    monkeypatch.setattr(address, "SETTING", setting)
    monkeypatch.setattr(address, "texts", lambda: [setting, page])
    address.move("gh:Me/bricks")
    assert setting.read_text() == 'address = "gh:Me/bricks"\n'
    expected = "gh:Me/bricks https://github.com/Me/bricks#x me.github.io/bricks/ gh:OWNER/blocks-more\n"
    assert page.read_text() == expected
    assert [*address.strays()] == []
    page.write_text("gh:someone/bricks\n")
    assert [*address.strays()] == ["page.md:1: gh:someone/bricks"]
    with pytest.raises(SystemExit, match="write gh:OWNER/NAME"):
        address.move("https://example.org")
