"""What the author drops into binder/seed is loaded at build, whatever its form."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import bson
import pytest

from conftest import Build, Run, Scaffold
from tests.image.containers import HARNESS


def write_seeds(repository: Path) -> None:
    postgres, mongodb = repository / "binder/seed/postgres", repository / "binder/seed/mongodb"
    for folder in (postgres, mongodb):
        folder.mkdir(parents=True, exist_ok=True)
    (postgres / "10-plain.sql").write_text("CREATE TABLE seeded (how text);\nINSERT INTO seeded VALUES ('sql');\n")
    (postgres / "20-packed.sql.gz").write_bytes(gzip.compress(b"INSERT INTO seeded VALUES ('sql.gz');\n"))
    (postgres / "30-script.sh").write_text("psql --command \"INSERT INTO seeded VALUES ('sh')\"\n")
    (postgres / "towns.csv").write_text("name,founded,area\nYork,71,271.9\nBath,,29\n")
    (mongodb / "10-array.json").write_text('[{"_id": 1}, {"_id": 2}]')
    (mongodb / "20-lines.json.gz").write_bytes(gzip.compress(b'{"_id": {"$oid": "0123456789abcdef01234567"}}\n'))
    (mongodb / "30-shell.js").write_text('db.shell.insertOne({_id: "js"});\n')


def test_every_form_of_seed_is_loaded(scaffold: Scaffold, build: Build, container: Run) -> None:
    repository = scaffold(components=["postgres", "mongodb"], mongodb_shell=True)
    write_seeds(repository)
    with (repository / "binder/env").open("a") as file:  # outbound TLS may be intercepted where the tests run
        file.write("export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt\n")
        # repo2docker's own Node 20.19 does this unasked, the 20.18 that stands in for it does not
        file.write("export NODE_OPTIONS=--experimental-require-module\n")
    running = container(build(repository, "seeds"))
    running.wait_for_api()
    running.wait_for_services()
    psql = "psql --no-psqlrc --tuples-only --no-align --command"
    assert running.bash(f"{psql} 'SELECT how FROM seeded'").split() == ["sql", "sql.gz", "sh"]
    types = "SELECT string_agg(data_type, ' ' ORDER BY ordinal_position) FROM information_schema.columns"
    assert running.bash(f"{psql} \"{types} WHERE table_name = 'towns'\"").split() == ["text", "integer", "numeric"]
    script = "db = __import__('pymongo').MongoClient().course\nfor name in sorted(db.list_collection_names()):\n"
    script += "    print(name, db[name].count_documents({}))"
    assert running.python(script).splitlines() == ["10-array 2", "20-lines 1", "shell 1"]
    assert "js" in running.bash("mongosh --quiet --norc course --eval 'db.shell.findOne()._id'")


def test_dump_is_restored(scaffold: Scaffold, build: Build, container: Run) -> None:
    if re.search(r"^mongo-tools +missing", (HARNESS / "conda-packages.txt").read_text(), flags=re.MULTILINE):
        pytest.skip("mongorestore is not to be had where these tests run: restoring a dump is untested")
    repository = scaffold(components=["mongodb"])
    dump = repository / "binder/seed/mongodb/course"
    dump.mkdir(parents=True)
    (dump / "dumped.bson").write_bytes(b"".join(bson.encode({"_id": number}) for number in range(3)))
    running = container(build(repository, "dump"))
    running.wait_for_api()
    running.wait_for_services()
    script = "print(__import__('pymongo').MongoClient().course.dumped.count_documents({}))"
    assert running.python(script).strip() == "3"
