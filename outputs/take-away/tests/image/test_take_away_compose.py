"""compose.yaml on somebody's own computer, as Podman Compose runs it.

Of its settings the network's alone is another one: there are no bridges here. Ports are free ones of this machine's
loopback, and the clients run in this machine's network, outside of the course's container.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import ROOT, TAKEN_AWAY, Scaffold
from tests.image.containers import HARNESS, podman, run, try_run

OVERRIDE = "services: {course: {network_mode: slirp4netns}}\n"
VARIABLES = {
    "COURSE_PORT": 8888,
    "COURSE_POSTGRES_PORT": 5432,
    "COURSE_MONGODB_PORT": 27017,
    "COURSE_NEO4J_BOLT_PORT": 7687,
    "COURSE_NEO4J_HTTP_PORT": 7474,
}
# Counts, and adds one of each; the addresses as they stand in the course's pages.
CLIENTS = """
import json, os, sys, urllib.request
import neo4j, psycopg, pymongo

ports = json.loads(sys.argv[1])
login = {"dbname": "tm351", "user": "tm351", "password": "tm351"}
with psycopg.connect(host="127.0.0.1", port=ports["COURSE_POSTGRES_PORT"], **login) as sql:
    sql.execute("CREATE TABLE IF NOT EXISTS mine (note text)")
    rows = sql.execute("SELECT count(*) FROM mine").fetchone()[0]
    sql.execute("INSERT INTO mine VALUES ('one')")
with pymongo.MongoClient("127.0.0.1", ports["COURSE_MONGODB_PORT"]) as mongo:
    documents = mongo.tm351.mine.count_documents({})
    mongo.tm351.mine.insert_one({})
for scheme in ("bolt", "neo4j"):
    with neo4j.GraphDatabase.driver(f"{scheme}://127.0.0.1:{ports['COURSE_NEO4J_BOLT_PORT']}") as graph:
        nodes = graph.execute_query("MATCH (n:Mine) RETURN count(n) AS nodes").records[0]["nodes"]
        if scheme == "neo4j":
            graph.execute_query("CREATE (:Mine)")
address = f"http://127.0.0.1:{ports['COURSE_NEO4J_HTTP_PORT']}/db/neo4j/tx/commit"
query = json.dumps({"statements": [{"statement": "RETURN 1"}]}).encode()
request = urllib.request.Request(address, query, {"Content-Type": "application/json"})
assert json.load(urllib.request.urlopen(request))["results"][0]["data"][0]["row"] == [1]
print(json.dumps([rows, documents, nodes]))
"""


@dataclass
class Computer:
    image: str
    folder: Path
    ports: dict[str, int]
    project: str = field(default_factory=lambda: f"blocks-{uuid.uuid4().hex[:10]}")
    variables: dict[str, str] = field(default_factory=dict)

    def compose(self, *words: str, timeout: float = 300) -> str:
        variables = {
            "COURSE_IMAGE": self.image,
            **{key: str(port) for key, port in self.ports.items()},
            **self.variables,
        }
        files = [f"--file={self.folder / name}" for name in ("compose.yaml", "override.yaml")]
        command = ["podman-compose", "--in-pod=false", f"--project-name={self.project}", *files, *words]
        environment = [f"{key}={value}" for key, value in variables.items()]
        return run(HARNESS / "in", "env", *environment, *command, timeout=timeout)

    def start(self) -> str:
        """The one command; the address that it prints."""
        said = self.compose("run", "--rm", "-T", "link")
        found = re.search(r"^ +(http://127\.0\.0\.1:\d+/lab\?token=[0-9a-f]{48})$", said, flags=re.MULTILINE)
        assert found, said + self.logs()
        return found[1]

    @property
    def container(self) -> str:
        return f"{self.project}_course_1"

    def logs(self) -> str:
        result = try_run(HARNESS / "in", "podman", "logs", self.container)
        return result.stdout + result.stderr

    def clients(self) -> list[int]:
        words = ["--network=host", "--entrypoint=python3", self.image, "-c", CLIENTS, json.dumps(self.ports)]
        counts: list[int] = json.loads(podman("run", "--rm", "--pull=never", *words))
        return counts


def ask(address: str, path: str, method: str = "GET", body: object = None, with_token: bool = True) -> tuple[int, str]:
    base, token = address.split("/lab?token=")
    headers = {"Authorization": f"token {token}"} if with_token else {}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{base}/{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def listening(port: int) -> set[str]:
    """The addresses of this machine on which it is open."""
    tables = [Path(f"/proc/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    rows = [line.split() for lines in tables for line in lines]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}


@pytest.fixture
def computer(kept_stack: str, scaffold: Scaffold, tmp_path: Path) -> Iterator[Computer]:
    """With nothing on it but the image and compose.yaml."""
    repository = scaffold(data_file=ROOT / "examples/tm351.yml", **TAKEN_AWAY)
    shutil.copy2(repository / "compose.yaml", tmp_path)
    (tmp_path / "override.yaml").write_text(OVERRIDE)
    made = Computer(kept_stack, tmp_path, {name: free_port() for name in VARIABLES})
    yield made
    print(f"--- log of {made.container}\n{made.logs()}")
    made.compose("down", "--volumes")
    assert made.project not in podman("volume", "ls", "--quiet")


def test_one_command_starts_it_and_nothing_is_lost(computer: Computer) -> None:
    first = computer.start()
    assert f":{computer.ports['COURSE_PORT']}/" in first
    assert ask(first, "api/contents")[0] == 200
    assert ask(first, "api/contents", with_token=False)[0] == 403
    assert ask(first, "lab")[0] == 200
    assert ask(first, "api/contents/notebooks/try-it.ipynb?content=0")[0] == 200
    assert ask(first, "api/contents/binder")[0] == 404
    verified = podman("exec", computer.container, "bash", "/srv/repo/binder/verify")
    assert "FAILED" not in verified
    for name, port in computer.ports.items():
        assert listening(port) == {"0100007F"}, name  # 127.0.0.1 and nothing else
    assert computer.clients() == [0, 0, 0]
    assert ask(first, "api/contents/own.txt", "PUT", {"type": "file", "format": "text", "content": "own"})[0] == 201
    assert computer.start() == first

    computer.compose("stop")
    assert podman("inspect", "--format={{.State.ExitCode}}", computer.container).strip() == "0"
    second = computer.start()
    assert second != first
    assert ask(first, "api/contents")[0] == 403
    assert computer.clients() == [1, 1, 1]
    assert json.loads(ask(second, "api/contents/own.txt")[1])["content"] == "own"

    # Another container, with a folder of the computer in place of the volume; the data is where it was.
    folder = computer.folder / "my work"
    folder.mkdir()
    shutil.chown(folder, 1000, 1000)
    computer.variables["COURSE_WORK"] = str(folder)
    third = computer.start()
    assert (folder / "notebooks/try-it.ipynb").is_file()
    assert ask(third, "api/contents/own.txt", "PUT", {"type": "file", "format": "text", "content": "own"})[0] == 201
    assert (folder / "own.txt").read_text() == "own"
    assert computer.clients() == [2, 2, 2]
