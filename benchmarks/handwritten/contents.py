"""Run inside a container, by the environment's Python: what the databases hold, as counts and checksums in JSON."""

# The drivers are in the image, not here.
# mypy: disable-error-code="import-not-found"
from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import neo4j
import psycopg
import pymongo


def digest(rows: Iterable[object]) -> str:
    texts = sorted(str(row) for row in rows)
    return f"{len(texts)} {hashlib.sha256(chr(10).join(texts).encode()).hexdigest()[:12]}"


found = {}
with psycopg.connect(host="127.0.0.1", dbname="tm351", user="tm351", password="tm351") as sql:
    found["penguins"] = digest(sql.execute("SELECT * FROM penguins"))
with pymongo.MongoClient[dict[str, Any]]("127.0.0.1", 27017) as mongo:
    found["earthquakes"] = digest(sorted(document.items()) for document in mongo["tm351"]["earthquakes"].find())
with neo4j.GraphDatabase.driver("bolt://127.0.0.1:7687") as graph:
    for name, pattern in {"airports": "MATCH (x)", "routes": "MATCH ()-[x]->()"}.items():
        found[name] = digest(sorted(record[0].items()) for record in graph.execute_query(f"{pattern} RETURN x").records)
print(json.dumps(found))
