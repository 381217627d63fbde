"""What is in the databases is the same after a save and a restore: documents of every type, indexes, options, views."""

from __future__ import annotations

import pytest

from conftest import Build, Run, Scaffold
from tests.image.saving import opened, reset, restored, saved

pytestmark = pytest.mark.unhurried
FILL = """
import datetime, uuid
import bson, pymongo
database = pymongo.MongoClient().course
near = {"type": "Point", "coordinates": [1.0, 2.0]}
kinds = {
    "int": 1, "long": bson.Int64(1), "double": float("nan"), "decimal": bson.Decimal128("1.10"), "text": "\\u00fc\\0x",
    "bytes": b"x", "uuid": bson.Binary.from_uuid(uuid.UUID(int=7)), "id": bson.ObjectId("0" * 24), "none": None,
    "time": datetime.datetime(2020, 1, 1), "pattern": bson.Regex("a.*", "im"), "code": bson.Code("f()", {"x": 1}),
    "stamp": bson.Timestamp(1, 2), "least": bson.MinKey(), "most": bson.MaxKey(), "list": [1, [2]], "near": near,
    "reference": bson.DBRef("x", 1), "words": "hello world",
}
database.items.insert_many([{"_id": number, "number": number, **kinds} for number in range(2500)])
database.items.create_index([("number", -1), ("text", 1)], unique=True, name="mine")
database.items.create_index([("near", "2dsphere")])
database.items.create_index([("words", "text")], weights={"words": 3})
database.items.create_index("time", expireAfterSeconds=10**9, partialFilterExpression={"number": {"$gt": 1}})
database.create_collection("capped", capped=True, size=4096, max=10)
database.capped.insert_many([{"x": number} for number in range(12)])
rule = {"$jsonSchema": {"required": ["a"]}}
database.create_collection("ruled", validator=rule, collation={"locale": "de", "strength": 2})
database.ruled.insert_one({"a": 1})
database.create_collection("view", viewOn="items", pipeline=[{"$match": {"number": {"$lt": 3}}}])
database.create_collection("empty")
pymongo.MongoClient()["another"]["a/b.c %"].insert_one({"x": 1})
"""
ASK = """
import hashlib
import pymongo
from bson import json_util
from bson.raw_bson import RawBSONDocument
raw, plain = pymongo.MongoClient(document_class=RawBSONDocument), pymongo.MongoClient()
for name in sorted({*plain.list_database_names()} - {"admin", "config", "local"}):
    for about in sorted(plain[name].list_collections(), key=lambda one: one["name"]):
        if about["name"].startswith("system."):
            continue
        about.get("info", {}).pop("uuid", None)
        digest = hashlib.sha256()
        for document in raw[name][about["name"]].find().sort("_id"):
            digest.update(document.raw)
        print(name, json_util.dumps(about), digest.hexdigest())
        if about["type"] == "collection":
            print([json_util.dumps(index) for index in plain[name][about["name"]].list_indexes()])
"""


def test_a_dump_holds_everything(scaffold: Scaffold, build: Build, container: Run) -> None:
    running = opened(container(build(scaffold(components=["mongodb"]), "mongodb")))
    running.python(FILL)
    assert saved(running)["services"]["mongodb"]["how"] == "dump"
    wanted = running.python(ASK)
    assert len(wanted.splitlines()) > 8
    reset(running, "mongodb")
    restored(running)
    assert running.python(ASK) == wanted
