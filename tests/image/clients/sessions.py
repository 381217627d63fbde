"""Run inside a container, by the environment's Python: write ROWS rows of round ROUND to each database, and stay.

Prints `written` when every database has acknowledged its last row, then keeps its sessions open until it is killed:
a transaction under way in PostgreSQL and in Neo4j, an open cursor in MongoDB.
"""

# The drivers are in the image, not here.
# mypy: disable-error-code="import-not-found"
from __future__ import annotations

import os
import sys
import time

import neo4j
import psycopg
import pymongo

this_round, rows = int(sys.argv[1]), int(sys.argv[2])

sql = psycopg.connect(autocommit=True)
sql.execute("CREATE TABLE IF NOT EXISTS stops (round int, row int)")
mongo = pymongo.MongoClient[dict[str, object]]("127.0.0.1", 27017)
stops = mongo[os.environ["MONGODB_DB"]]["stops"]
graph = neo4j.GraphDatabase.driver(
    os.environ["NEO4J_URI"], auth=(os.environ["NEO4J_USER"], os.environ["NEO4J_PASSWORD"])
)
session = graph.session()

for row in range(rows):
    sql.execute("INSERT INTO stops VALUES (%s, %s)", (this_round, row))
    stops.insert_one({"round": this_round, "row": row})
    session.run("CREATE (:Stop {round: $round, row: $row})", round=this_round, row=row).consume()

pending_sql = psycopg.connect()
pending_sql.execute("INSERT INTO stops VALUES (-1, -1)")
cursor = stops.find(batch_size=2)
next(cursor)
transaction = session.begin_transaction()
transaction.run("CREATE (:Stop {round: -1, row: -1})").consume()

print("written", flush=True)
time.sleep(3600)
