#!/usr/bin/env python3
"""Loads the author's files into the course's database.

- Files and folders of `binder/seed/mongodb` are taken in the order of their names, as in the official image.
- `.json`, `.json.gz`: into a collection of the file's name. An array, or documents one after the other (one a
  line as mongoexport writes them, or over several lines); extended JSON, so that {"$date": ...} is a date.
- `.js`: run by mongosh on the course's database; needs the answer `mongodb_shell: true`.
- `.archive`, `.archive.gz`: restored by mongorestore, into the databases that they name.
- A folder is what mongodump wrote: of one database (.bson files; restored into a database of the folder's
  name), or of several (a folder each).
- Hidden files are skipped; any other file is named and ignored.
- The first that fails ends the build with its name.
"""

from __future__ import annotations

import gzip
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bson
import pymongo
import pymongo.errors
from bson import json_util

SERVER = "mongodb://127.0.0.1:27017"
BATCH = 1000


class SeedError(Exception):
    """What is wrong with a file, in one line."""


def documents(text: str) -> Iterator[dict[str, Any]]:
    """The documents of a JSON file; raises `SeedError` with the line of a mistake."""
    decoder = json.JSONDecoder(object_pairs_hook=json_util.object_pairs_hook)
    position = skip_space(text, 0)
    while position < len(text):
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, TypeError, bson.errors.BSONError) as error:
            raise SeedError(f"line {line(text, position)}: {error}") from error
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, dict):
                raise SeedError(f"line {line(text, position)}: a document was expected, {{...}}, not {item!r}")
            yield item
        position = skip_space(text, end)


def skip_space(text: str, position: int) -> int:
    while text[position : position + 1].isspace():
        position += 1
    return position


def line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def load_json(path: Path, database: str) -> None:
    packed = path.suffix.lower() == ".gz"
    data = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    collection = Path(path.stem if packed else path.name).stem
    found = documents(data.decode("utf-8-sig"))
    with pymongo.MongoClient[dict[str, Any]](SERVER) as client:
        while batch := list(itertools.islice(found, BATCH)):
            try:
                client[database][collection].insert_many(batch)
            except pymongo.errors.BulkWriteError as error:
                raise SeedError(error.details["writeErrors"][0]["errmsg"]) from error


def program(name: str, advice: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise SeedError(f"{name} is missing: {advice}")
    return found


def run(command: list[str], cwd: Path) -> None:
    if subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, check=False).returncode:
        raise SeedError("failed, see the message above")


def load_js(path: Path, database: str) -> None:
    mongosh = program("mongosh", "answer `mongodb_shell: true`")
    run([mongosh, "--quiet", "--norc", f"{SERVER}/{database}", str(path)], path.parent)


def restore(path: Path, *arguments: str) -> None:
    mongorestore = program("mongorestore", "is mongo-tools in binder/environment.yml?")
    run([mongorestore, "--stopOnError", f"--uri={SERVER}", *arguments], path.parent)


def load_archive(path: Path, _database: str) -> None:
    packed = ["--gzip"] if path.suffix.lower() == ".gz" else []
    restore(path, *packed, f"--archive={path}")


def load_dump(path: Path, _database: str) -> None:
    packed = ["--gzip"] if any(path.rglob("*.bson.gz")) else []
    one = [f"--db={path.name}"] if any(path.glob("*.bson*")) else []
    restore(path, *packed, *one, f"--dir={path}")


def loader(path: Path) -> Callable[[Path, str], None] | None:
    """What loads a file or folder, None for one that is ignored."""
    if path.is_dir():
        return load_dump if any(path.glob("*.bson*")) or any(path.glob("*/*.bson*")) else None
    name = path.name.lower()
    if name.endswith((".json", ".json.gz")):
        return load_json
    if name.endswith((".archive", ".archive.gz")):
        return load_archive
    return load_js if name.endswith(".js") else None


def main() -> int:
    for path in sorted(Path(os.environ["SERVICE_SEED"]).glob("[!.]*")):
        load = loader(path)
        if load is None:
            print(f"mongodb: {path}: ignored, not .json, .json.gz, .js, .archive or a dump", flush=True)
            continue
        print(f"mongodb: loading {path}", flush=True)
        try:
            load(path, os.environ["MONGODB_DB"])
        except (SeedError, OSError, EOFError, ValueError, pymongo.errors.PyMongoError, bson.errors.BSONError) as error:
            print(f"mongodb: {path}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
