"""What is in a database is the same after a save and a restore, and after a restore into a later PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Build, Run, Scaffold
from tests.fast.saved import write_archive
from tests.image.containers import Container, podman
from tests.image.saving import SAVED, opened, reset, restored, saved

pytestmark = pytest.mark.unhurried
HERE = Path(__file__).parent
# What pg_dump writes, without the word that is another one each time, and a value that no dump may lose.
ASK = (
    "pg_dump --no-comments | grep -v 'restrict ' | sha256sum; "
    'psql -Atc "select count(*), sum(c), max(l), (select last_value from s), (select * from mv) from t" '
    "-c \"select pg_get_userbyid(relowner), relname, relkind from pg_class where relnamespace = 'public'::regnamespace "
    'order by 2" -c "select encode(lo_get(oid), \'escape\') from pg_largeobject_metadata" '
    "-c \"insert into t(k) values ('next') returning a, l\""
)


def made(scaffold: Scaffold, build: Build, container: Run) -> Container:
    return opened(container(build(scaffold(components=["postgres"]), "postgres")))


def fill(running: Container) -> None:
    text = (HERE / "rows.sql").read_text()
    running.bash(f"psql --quiet --set=ON_ERROR_STOP=1 <<'END_OF_SQL'\n{text}\nEND_OF_SQL")


def test_a_dump_holds_everything(scaffold: Scaffold, build: Build, container: Run) -> None:
    running = made(scaffold, build, container)
    fill(running)
    assert saved(running)["services"]["postgres"]["how"] == "dump"
    wanted = running.bash(ASK)
    reset(running, "postgres")
    assert running.bash("psql -Atc \"select to_regclass('t') is null\"").strip() == "t"
    restored(running)
    assert running.bash(ASK) == wanted


@pytest.mark.parametrize("more", ["create database other", "create role other"])
def test_what_no_dump_holds_is_copied(more: str, scaffold: Scaffold, build: Build, container: Run) -> None:
    running = made(scaffold, build, container)
    fill(running)
    running.bash(f"psql -c '{more}'")
    assert saved(running)["services"]["postgres"]["how"] == "data"
    wanted = running.bash(ASK)
    reset(running, "postgres")
    restored(running)
    assert running.bash(ASK) == wanted
    names = running.bash("psql -Atc 'select datname from pg_database union select rolname from pg_roles'")
    assert "other" in names.split()


def test_a_dump_of_an_older_postgresql(scaffold: Scaffold, build: Build, container: Run, tmp_path: Path) -> None:
    """Made by PostgreSQL 15.18 of the rows of `rows.sql`."""
    running = made(scaffold, build, container)
    content = (HERE / "made-by-15.dump").read_bytes()
    files = {"services/postgres/dump/database.dump": content}
    services = {"postgres": {"how": "dump", "format": "postgresql 15"}}
    archive = write_archive(
        tmp_path / "x.zip", files, services=services, course=running.bash("printenv COURSE_SLUG").strip()
    )
    running.bash(f"mkdir --parents {Path(SAVED).parent}")
    podman("cp", archive, f"{running.name}:{SAVED}")
    running.exec("chmod", "a+r", SAVED, user="root")
    assert "postgresql 15" not in running.bash(
        "SERVICE_DIR=$BINDER_DIR/services/postgres bash $BINDER_DIR/services/postgres/format"
    )
    restored(running)
    count = "select count(*), max(l), (select last_value from s), (select max(z) from other.o) from t"
    assert running.bash(f'psql -Atc "{count}"').strip() == "50|50|6|3"
