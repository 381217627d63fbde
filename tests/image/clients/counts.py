"""Run inside a container, by the environment's Python: the rows that sessions.py has left, by database, as JSON."""

# The drivers are in the image, not here.
# mypy: disable-error-code="import-not-found"
from __future__ import annotations

import json
import os

import neo4j
import psycopg
import pymongo

with psycopg.connect() as sql:
    row = sql.execute("SELECT count(*) FROM stops").fetchone()
with pymongo.MongoClient[dict[str, object]]("127.0.0.1", 27017) as mongo:
    documents = mongo[os.environ["MONGODB_DB"]]["stops"].count_documents({})
auth = (os.environ["NEO4J_USER"], os.environ["NEO4J_PASSWORD"])
with neo4j.GraphDatabase.driver(os.environ["NEO4J_URI"], auth=auth) as graph:
    nodes = graph.execute_query("MATCH (s:Stop) RETURN count(s) AS nodes").records[0]["nodes"]
print(json.dumps({"postgres": row[0] if row else 0, "mongodb": documents, "neo4j": nodes}))
