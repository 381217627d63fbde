"""What JupySQL is told of the databases: by name, whatever is in a password, and which one is opened by itself."""

from __future__ import annotations

import json
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.fast.conftest import ROOT

START = ROOT / "components/sql/start"
ODD = 'p@ss:w/rd%41 "$HOME"'
SERVER = "mysql+pymysql://$DB_USER:$DB_PASSWORD@127.0.0.1:3307/$DB_NAME"
FILE = "sqlite:///$DB_FILE"
OF_SERVER = {"drivername": "mysql+pymysql", "username": "amy", "password": ODD, "host": "127.0.0.1", "port": "3307"}
OF_SERVER |= {"database": "Kurs Ä%20"}
OF_FILE = {"drivername": "sqlite", "database": "/srv/a b.db"}
VARIABLES = {"DB_USER": "amy", "DB_PASSWORD": ODD, "DB_NAME": "Kurs Ä%20", "DB_FILE": "/srv/a b.db"}


@pytest.mark.parametrize(
    ("provided", "sections"),
    [
        ({}, {"memory": {"drivername": "sqlite"}, "default": {"drivername": "sqlite"}}),
        ({"rows": SERVER}, {"rows": OF_SERVER, "default": OF_SERVER}),
        ({"rows": SERVER, "files": FILE}, {"rows": OF_SERVER, "files": OF_FILE}),
    ],
)
def test_connections(tmp_path: Path, provided: dict[str, str], sections: dict[str, dict[str, str]]) -> None:
    found = [{"component": name, "value": value} for name, value in provided.items()]
    (tmp_path / "report.json").write_text(json.dumps({"provides": {"sql": found} if found else {}}))
    environment = {"BINDER_DIR": str(tmp_path), "BINDER_RUN": str(tmp_path), "LC_ALL": "C.UTF-8", **VARIABLES}
    done = subprocess.run(
        [sys.executable, START, "/bin/echo", "next"], check=True, capture_output=True, env=environment
    )
    assert done.stdout == b"next\n"
    parser = ConfigParser()
    parser.read(tmp_path / "sql.ini", encoding="utf-8")
    assert {name: dict(parser[name]) for name in parser.sections()} == sections
