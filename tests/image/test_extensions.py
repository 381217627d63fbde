"""Components that only extend a database server: all of them together, before the author's first file is loaded."""

from __future__ import annotations

import pytest

from conftest import Build, Run, Scaffold
from tests import units

pytestmark = pytest.mark.unhurried
INTERFACE = "postgres-extension"
EXTENDING = [name for name in units.WHOLE if INTERFACE in units.COMPONENTS[name].provides]
SERVERS = sorted({server for name in EXTENDING for server in units.COMPONENTS[name].requires})
ASK = "psql --no-psqlrc --tuples-only --no-align --command"
THERE = "SELECT extname FROM pg_extension"


@pytest.mark.parametrize("server", SERVERS)
def test_extensions_of_a_database_together(server: str, scaffold: Scaffold, build: Build, container: Run) -> None:
    names = [name for name in EXTENDING if server in units.COMPONENTS[name].requires]
    repository = scaffold(components=names)
    seeds = repository / "binder/seed" / server
    seeds.mkdir(parents=True, exist_ok=True)
    (seeds / "10-first.sql").write_text(f"CREATE TABLE first_of_all AS {THERE};")
    (seeds / "20-another.sh").write_text("createdb another")
    running = container(build(repository, f"extensions-{server}"))
    running.wait_for_api()
    running.wait_for_services()
    wanted = {units.COMPONENTS[name].provides[INTERFACE] for name in names}
    assert wanted <= set(running.bash(f"{ASK} 'SELECT extname FROM first_of_all'").split())
    assert wanted <= set(running.bash(f"PGDATABASE=another {ASK} '{THERE}'").split())
    verified = running.verify()
    assert verified.returncode == 0, verified.stdout + verified.stderr
