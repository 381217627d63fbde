"""A database as mongodump lays it out: a folder of its name, and for each collection COLLECTION.bson, its documents as
they are, and COLLECTION.metadata.json, its options and indexes; of a view the latter alone.

    write(client, folder) -> why it would not be all, empty if it is
    read(client, database, folder)

- documents go through without being taken apart, so that whatever type there is stays
- a name is escaped as mongodump does it
- not written: collections of time series, users, functions of the server; then the whole is not
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import bson
import pymongo
from bson import json_util
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from documents import SeedError

OWN = {"admin", "config", "local"}
BATCH, LONGEST = 1000, 200
EXISTS = 48  # what the server says of a collection that an earlier file has made
METADATA = ".metadata.json"
RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
ORDERED: CodecOptions[bson.SON[str, Any]] = CodecOptions(document_class=bson.SON)
AS_JSON = json_util.JSONOptions(json_mode=json_util.JSONMode.CANONICAL, document_class=bson.SON)
Client = pymongo.MongoClient[Any]


def write(client: Client, folder: Path) -> str:
    if client["admin"]["system.users"].estimated_document_count():
        return "there are users, which a dump leaves out"
    for name in sorted({*client.list_database_names()} - OWN):
        database = client.get_database(name, codec_options=ORDERED)
        target = folder / quote(name, safe=" ")
        target.mkdir()
        for about in database.list_collections():
            collection = str(about["name"])
            if about["type"] == "timeseries" or collection == "system.js" or len(quote(collection)) > LONGEST:
                return f"{name}.{collection} is nothing that a dump holds"
            if not collection.startswith("system."):
                write_one(database, about, target / quote(collection, safe="$ "))
    return ""


def write_one(database: Any, about: Any, start: Path) -> None:
    collection, indexes = database[about["name"]], []
    if about["type"] == "collection":
        indexes = [*collection.list_indexes()]
        with start.with_name(f"{start.name}.bson").open("wb") as file:
            file.writelines(collection.find_raw_batches())
    metadata = {
        "options": about["options"],
        "indexes": indexes,
        "collectionName": about["name"],
        "type": about["type"],
    }
    start.with_name(start.name + METADATA).write_text(json_util.dumps(metadata, json_options=AS_JSON))


def can_read(folder: Path) -> bool:
    """Whether all of it is known here; what is not is mongorestore's."""
    found = [*folder.glob(f"*{METADATA}")]
    plain = {path.name[: -len(".bson")] for path in folder.glob("*.bson")}
    known = {path.name[: -len(METADATA)] for path in found}
    return bool(found) and plain <= known and not any('"timeseries"' in path.read_text() for path in found)


def read(client: Client, database: str, folder: Path) -> None:
    """Into a database, whatever the folder is called; views come last."""
    found = []
    for path in sorted(folder.glob(f"*{METADATA}")):
        try:
            metadata = json_util.loads(path.read_text(), json_options=AS_JSON)
        except (ValueError, TypeError, bson.errors.BSONError, json.JSONDecodeError) as error:
            raise SeedError(f"{path.name}: {error}") from error
        stem = path.name[: -len(METADATA)]
        found.append((metadata.get("type") == "view", metadata.get("collectionName") or unquote(stem), stem, metadata))
    for _, name, stem, metadata in sorted(found, key=lambda one: one[0]):
        make(client[database], name, metadata.get("options") or {})
        if (path := folder / f"{stem}.bson").exists():
            insert(client[database][name], path)
        indexes = [index for index in metadata.get("indexes") or () if index.get("name") != "_id_"]
        for index in indexes:
            index.pop("ns", None)
        if indexes:
            client[database].command(bson.SON([("createIndexes", name), ("indexes", indexes)]))


def make(database: Any, name: str, options: Any) -> None:
    try:
        database.command(bson.SON([("create", name), *options.items()]))
    except pymongo.errors.OperationFailure as error:
        if error.code != EXISTS:
            raise


def insert(collection: Any, path: Path) -> None:
    for batch in batches(path):
        try:
            collection.insert_many(batch, bypass_document_validation=True)
        except pymongo.errors.BulkWriteError as error:
            raise SeedError(f"{path.name}: {error.details['writeErrors'][0]['errmsg']}") from error


def batches(path: Path) -> Iterator[list[RawBSONDocument]]:
    with path.open("rb") as file:
        documents = bson.decode_file_iter(file, codec_options=RAW)
        while batch := list(itertools.islice(documents, BATCH)):
            yield batch
