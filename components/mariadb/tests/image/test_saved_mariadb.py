"""What is in the databases is the same after a save and a restore."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Build, Run, Scaffold
from tests.image.saving import SAVED, opened, reset, restored, saved

pytestmark = pytest.mark.unhurried
CLIENT = "--no-defaults --default-character-set=utf8mb4 --host=127.0.0.1 --user=$MARIADB_USER"
ASK = f"mariadb-dump {CLIENT} --skip-dump-date --routines --events --hex-blob --databases $MARIADB_DB other | sha256sum"


def test_a_dump_holds_everything(scaffold: Scaffold, build: Build, container: Run) -> None:
    running = opened(container(build(scaffold(components=["mariadb"]), "mariadb")))
    text = (Path(__file__).parent / "rows.sql").read_text()
    running.bash(f"mariadb {CLIENT} $MARIADB_DB <<'END_OF_SQL'\n{text}\nEND_OF_SQL")
    assert saved(running)["services"]["mariadb"]["how"] == "dump"
    wanted = running.bash(ASK)
    reset(running, "mariadb")
    restored(running)
    assert running.bash(ASK) == wanted
    running.bash(f"mariadb {CLIENT} --execute=\"create user somebody identified by 'x'\"")
    running.bash(f"rm {SAVED}")
    assert saved(running)["services"]["mariadb"]["how"] == "data"
