"""A dump among the seeds is restored."""

from __future__ import annotations

import re

import bson
import pytest

from conftest import Build, Run, Scaffold
from tests.image.containers import HARNESS

pytestmark = pytest.mark.unhurried


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
