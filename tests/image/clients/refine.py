"""Run inside a container: a project in OpenRefine, one cell of which is edited.

refine.py edit PROJECT TEXT     the first cell becomes TEXT; PROJECT 0 makes a new one; prints its number
refine.py read PROJECT          prints the first cell
"""

from __future__ import annotations

import json
import sys
import urllib.parse
import urllib.request

URL = "http://127.0.0.1:3333/command/core/"


def call(command: str, fields: dict[str, str], **query: str) -> tuple[str, str]:
    """POST to OpenRefine; the text of its answer and the address it led to."""
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"{URL}{command}?{urllib.parse.urlencode(query)}", body, timeout=30) as answer:
        return answer.read().decode(), answer.url


def token() -> str:
    with urllib.request.urlopen(URL + "get-csrf-token", timeout=30) as answer:
        return str(json.load(answer)["token"])


def create() -> str:
    parts = {"project-name": "stops", "format": "text/line-based/*sv", "clipboard": "name\nfirst\nsecond\n"}
    parts["options"] = json.dumps({"separator": ",", "headerLines": 1})
    boundary = "----stops"
    form = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in parts.items()
    )
    request = urllib.request.Request(f"{URL}create-project-from-upload?csrf_token={token()}")
    request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
    with urllib.request.urlopen(request, f"{form}--{boundary}--\r\n".encode(), timeout=30) as answer:
        return str(urllib.parse.parse_qs(urllib.parse.urlsplit(answer.url).query)["project"][0])


def edit(project: str, text: str) -> None:
    cell = {"row": "0", "cell": "0", "value": text, "type": "string"}
    said = call("edit-one-cell", cell, project=project, csrf_token=token())[0]
    if json.loads(said)["code"] != "ok":
        sys.exit(said)


def read(project: str) -> str:
    said = call("get-rows", {}, project=project, start="0", limit="1")[0]
    return str(json.loads(said)["rows"][0]["cells"][0]["v"])


if sys.argv[1] == "edit":
    project = create() if sys.argv[2] == "0" else sys.argv[2]
    edit(project, sys.argv[3])
    print(project)
else:
    print(read(sys.argv[2]))
