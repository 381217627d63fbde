"""Seeds in a real server, where this machine has one: what was loaded, or what the build ends with."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from extensions.rendering import render
from tests import units
from tests.fast.conftest import ROOT

NAME = Path(__file__).parents[2].name
PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path(), key=lambda path: float(path.parent.name))
needs_server = pytest.mark.skipif(not (PROGRAMS / "initdb").exists(), reason="this machine has no PostgreSQL")
pytestmark = needs_server
Result = subprocess.CompletedProcess[str]

# An owner, a role with privileges, a setting of a newer version, another database, and text that looks like them.
DUMP = """--
-- PostgreSQL database dump
--

\\restrict x1
SET statement_timeout = 0;
SET transaction_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8';
ALTER DATABASE shop OWNER TO bob;
\\connect shop
SET default_tablespace = '';
CREATE TABLE public.items (
    id integer NOT NULL,
    note text
);
ALTER TABLE public.items OWNER TO postgres;
COPY public.items (id, note) FROM stdin;
1\tGRANT ALL ON x TO y;
\\.
GRANT SELECT ON TABLE public.items TO bob;
\\unrestrict x1
"""


class Server:
    """A cluster of its own in `place`, and what runs there as whoever may run it."""

    def __init__(self, place: Path) -> None:
        self.place, self.service = place, place / "service"
        rendered(self.service)
        self.environment = {
            **os.environ,
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "SERVICE_DIR": str(self.service),
            "SERVICE_RUN": str(place),
            "POSTGRES_DB": "course",
            "POSTGRES_USER": "learner",
            "POSTGRES_PASSWORD": "learner",
            "PGHOST": str(place),
            "PGUSER": "postgres",
            "PGDATABASE": "course",
        }

    def call(self, *command: object) -> Result:
        """The server refuses to run as root."""
        words = [*map(str, command)]
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            words = [
                "setpriv",
                f"--reuid={nobody.pw_uid}",
                f"--regid={nobody.pw_gid}",
                "--clear-groups",
                "--",
                *words,
            ]
        return subprocess.run(
            words, check=False, capture_output=True, text=True, env=self.environment, cwd=self.place, timeout=120
        )

    def ask(self, query: str) -> str:
        return self.call("psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command", query).stdout.strip()


def rendered(folder: Path) -> None:
    """The service's files as a course has them."""
    folder.mkdir()
    for path, (content, executable) in render(units.CATALOGUE, {"components": [NAME]}).items():
        if path.startswith(f"binder/services/{NAME}/"):
            made = folder / Path(path).name
            made.write_bytes(content)
            made.chmod(0o755 if executable else 0o644)
    folder.chmod(0o755)


def check(done: Result) -> None:
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def cluster() -> Iterator[Server]:
    place = Path(tempfile.mkdtemp(prefix="bb-"))
    place.chmod(0o777)
    server = Server(place)
    data = place / "data"
    check(server.call("initdb", f"--pgdata={data}", "--username=postgres", "--auth=trust", "--encoding=UTF8", "-N"))
    options = f"-c listen_addresses= -c unix_socket_directories={place} -c fsync=off"
    started = ("pg_ctl", f"--pgdata={data}", "--wait", f"--log={place}/log", f"--options={options}", "start")
    check(server.call(*started))
    yield server
    server.call("pg_ctl", f"--pgdata={data}", "--mode=immediate", "stop")
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def server(cluster: Server) -> Server:
    """With the course's database as `setup` makes it, and nothing in it."""
    for database in ("course", "shop"):
        cluster.environment["PGDATABASE"] = "postgres"
        cluster.ask(f"DROP DATABASE IF EXISTS {database}")
    check(cluster.call("bash", cluster.service / "setup"))
    cluster.environment["PGDATABASE"] = "course"
    return cluster


Seed = Callable[[str, "str | bytes"], Result]


@pytest.fixture
def seed(server: Server) -> Iterator[Seed]:
    folder = Path(tempfile.mkdtemp(prefix="bb-"))
    folder.chmod(0o755)

    def load(name: str, content: str | bytes) -> Result:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return server.call(sys.executable, server.service / "load", path)

    yield load
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["a.sql", "a.dump", "a.backup", "a.txt"])
def test_text_of_another_server(server: Server, seed: Seed, name: str) -> None:
    done = seed(name, DUMP)
    check(done)
    assert "left out of this dump: 1 settings (transaction_timeout), 2 databases, 2 owners, 1 privileges" in done.stdout
    assert server.ask("SELECT note FROM items") == "GRANT ALL ON x TO y;"
    assert server.ask("SELECT tableowner FROM pg_tables WHERE tablename = 'items'") == "learner"


@pytest.mark.parametrize("form", ["custom", "tar", "directory"])
def test_archives(server: Server, seed: Seed, form: str) -> None:
    """Of a database with an owner and privileges that the course's server does not know."""
    check(server.call("createdb", "shop"))
    server.environment["PGDATABASE"] = "shop"
    server.ask("CREATE ROLE bob")
    for made in (
        "CREATE TABLE items AS SELECT 1 AS id, 'Zoë' AS name",
        "ALTER TABLE items OWNER TO bob",
        "GRANT SELECT ON items TO bob",
        "CREATE EXTENSION pg_stat_statements",
    ):
        server.ask(made)
    dump = Path(tempfile.mkdtemp(dir=server.place)) / "shop.dump"
    dump.parent.chmod(0o777)
    check(server.call("pg_dump", f"--format={form}", f"--file={dump}"))
    server.ask("DROP OWNED BY bob; DROP ROLE bob")
    server.environment["PGDATABASE"] = "course"
    done = server.call(sys.executable, server.service / "load", dump)
    check(done)
    assert server.ask("SELECT name FROM items") == "Zoë"
    assert server.ask("SELECT tableowner FROM pg_tables WHERE tablename = 'items'") == "learner"


@pytest.mark.parametrize(
    ("name", "content", "remedy"),
    [
        ("a.sql", "CREATE TABLE t (a int); ALTER TABLE t OWNER TO bob;", "pg_dump --no-owner --no-privileges"),
        ("a.sql", "CREATE TABLE t (a int); ALTER TABLE t OWNER TO postgres;", "pg_dump --no-owner --no-privileges"),
        ("a.sql", "CREATE TABLE t (a int); GRANT ALL ON t TO bob;", "pg_dump --no-owner --no-privileges"),
        ("a.sql", "CREATE DATABASE shop;", "what cannot be in one is a .sh file"),
        ("a.sql", "\\connect shop", "take \\connect out"),
        ("a.sql", "SET no_such_setting = 0;", "made for a newer PostgreSQL"),
        ("a.sql", "CREATE EXTENSION no_such;", "in binder/apt.txt"),
        ("a.sql", "CREATE EXTENSION pg_stat_statements;", "SET ROLE NONE;"),
        ("a.sql", b"SELECT 'Z\xeb';", "it is not UTF-8"),
        ("a.sql", "-- MySQL dump 10.13\nCREATE TABLE `t` (a int);", "it looks like a dump of MySQL"),
        ("a.sql", "-- PostgreSQL database cluster dump\n", "is a dump of a whole server"),
        ("a.sql", b"SELECT\0", "is no SQL: it looks like no text"),
        ("a.dump", b"PGDMP\x01\xff\x00", "a newer pg_dump than this server's wrote it"),
        ("a.dump", b"", "is no dump of PostgreSQL: it is empty"),
        ("a.csv", "<!doctype html>", "is no table: it looks like a web page"),
        ("a.csv", "a,b\n1\n", "line 2: fields: 1"),
        ("a.csv.gz", b"\x1f\x8b\x08cut", "cannot be unpacked"),
        ("a.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\3no data at all", "cannot be unpacked"),
        ("a.csv.xz", b"\xfd7zXZ\0no data", "cannot be unpacked"),
    ],
)
def test_the_build_ends_with_a_remedy(seed: Seed, name: str, content: str | bytes, remedy: str) -> None:
    done = seed(name, content)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("postgres: /")
    assert remedy in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_tables(server: Server, seed: Seed) -> None:
    check(seed("towns.csv", 'name;founded;size\r\n"York; UK";71;5" disk\r\nBath;;""\r\n'.encode("utf-8-sig")))
    assert server.ask("SELECT name, founded, size FROM towns") == 'York; UK|71|5" disk\nBath||'
    assert server.ask("SELECT count(*) FROM towns WHERE founded IS NULL AND size = ''") == "1"
    query = "SELECT string_agg(data_type, ' ' ORDER BY ordinal_position) FROM information_schema.columns"
    assert server.ask(f"{query} WHERE table_name = 'towns'") == "text integer text"


def test_what_is_not_ours(seed: Seed) -> None:
    assert seed("notes.txt", "nothing").returncode == 3
