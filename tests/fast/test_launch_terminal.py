"""Whatever a service, a script or a file's name holds, nothing of it acts on the terminal of who reads it."""

from __future__ import annotations

import json

import pytest

from launch.words import printable
from tests.fast.launching import Repository, finish, make_repository, until

repository = pytest.fixture(make_repository)

ACTS = "\\033]0;title\\007\\033[2J\\033[31mcannot go on\\033[0m\\tred\\302\\205\\342\\200\\256"
NAME = "odd\x1b]0;title\x07\u202e"
SAYS = f"#!/bin/sh\nprintf '{ACTS}\\n' >&2\n"


def test_words() -> None:
    assert printable("a\x1b[2Jb\x1b]0;t\x07c\x9b1md\u202e\te\x00\nf\r") == "abc1md e\nf"


def test_what_services_and_scripts_say(repository: Repository) -> None:
    repository.service("db", f"{SAYS}exit 3\n")
    repository.service("slow", "#!/bin/sh\nexec sleep 1000\n", f"{SAYS}exit 1\n")
    repository.hook(NAME, f"{SAYS}exit 3\n")
    repository.hook("question", f"#!/bin/sh\nprintf '{ACTS}\\n'; exit 1\n", "verify.d")
    process = repository.opened("--deadline", 1)
    until("it has failed", lambda: repository.state("db")["state"] == "failed")
    table = repository.script("verify").stdout
    status = repository.call("--status").stdout
    reasons = [one["reason"] for part in ("services", "hooks") for one in json.loads(status)[part].values()]
    finish(process)
    assert table.count("cannot go on") >= 4, table
    assert sum("cannot go on" in reason for reason in reasons) == 3
    for text in (table, repository.err, *reasons, *json.loads(status)["notes"]):
        assert all(line.isprintable() for line in text.split("\n")), text
