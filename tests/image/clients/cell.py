"""Run cells one after the other in one kernel, through the notebook's own API as a browser does: prints each answer's
seconds. Arguments: the notebook's address, its token, how many cells, seconds between two."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
import uuid
from typing import Any

import websocket  # which Jupyter Server brings


def ask(method: str, path: str, body: str | None = None) -> Any:
    request = urllib.request.Request(ADDRESS + path, body.encode() if body else None, method=method)
    request.add_header("Authorization", f"token {TOKEN}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or "null")


def run(channels: Any, code: str) -> str:
    """What the cell prints."""
    name = uuid.uuid4().hex
    header = {"msg_id": name, "msg_type": "execute_request", "username": "", "session": name, "version": "5.3"}
    content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    channels.send(json.dumps(message))
    printed = ""
    while True:
        answer = json.loads(channels.recv())
        if answer["parent_header"].get("msg_id") != name:
            continue
        if answer["msg_type"] == "stream":
            printed += answer["content"]["text"]
        if answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
            return printed.strip()


ADDRESS, TOKEN, COUNT, PAUSE = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
kernel = ask("POST", "api/kernels", "{}")["id"]
socket = f"{ADDRESS.replace('http', 'ws', 1)}api/kernels/{kernel}/channels?token={TOKEN}"
channels = websocket.create_connection(socket, timeout=60)
for number in range(COUNT):
    began = time.monotonic()
    said = run(channels, f"print({number} + 41)")
    assert said == str(number + 41), said
    print(f"{time.monotonic() - began:.3f}", flush=True)
    time.sleep(PAUSE)
channels.close()
ask("DELETE", f"api/kernels/{kernel}")
