"""The projects of the running OpenRefine: listed, packed as *OpenRefine project archive*, and taken in again.

- every step of a project's history goes with it, those that were undone, too
- an error is an answer like any other to OpenRefine: what came is looked at, and so is what it has made
- of an archive that comes in no entry is unpacked but those that a project has
"""

from __future__ import annotations

import json
import re
import shutil
import tarfile
import unicodedata
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

URL = "http://127.0.0.1:3333/command/core/"
SECONDS, CHUNK = 600, 1 << 20
SUFFIX = ".openrefine.tar.gz"
LONGEST, MOST = 50, 100_000
ENTRY = re.compile(r"(\./)?(data(\.old)?\.zip|metadata(\.old|\.temp)?\.json|history(/\d+\.change\.zip)?)/?")
NEEDED = {"data.zip", "metadata.json"}
DAMAGED = (tarfile.TarError, EOFError, zlib.error)
# a proxy meant for the outside world must not be asked for this machine
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ProjectError(Exception):
    """With the reason."""


class NoArchiveError(Exception):
    """A file of another kind."""


def ask(command: str, data: Any = None, length: int | None = None, kind: str = "", **query: str) -> HTTPResponse:
    request = urllib.request.Request(f"{URL}{command}?{urllib.parse.urlencode(query)}", data)  # noqa: S310 -- of this machine
    if kind:
        request.add_header("Content-Type", kind)
    if length is not None:
        request.add_header("Content-Length", str(length))
    answer: HTTPResponse = OPENER.open(request, timeout=SECONDS)
    return answer


def post(command: str, project: str) -> HTTPResponse:
    return ask(command, urllib.parse.urlencode({"project": project, "csrf_token": token()}).encode())


def token() -> str:
    return str(json.load(ask("get-csrf-token"))["token"])


def known() -> dict[str, str]:
    """The name of each project, by its number, in the order in which they were made."""
    found = json.load(ask("get-all-project-metadata"))["projects"]
    made = sorted(found, key=lambda number: (str(found[number].get("created")), number))
    return {number: str(found[number].get("name") or "") for number in made}


def file_names(titles: list[str]) -> list[str]:
    """One for each, of letters and digits, that no two have on any system."""
    taken: set[str] = set()
    names = []
    for title in titles:
        plain = re.sub(r"[^\w-]+", "_", unicodedata.normalize("NFC", title))[:LONGEST].strip("_-") or "project"
        name, number = plain, 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain}-{number}"
        taken.add(name.casefold())
        names.append(name + SUFFIX)
    return names


def export(number: str, path: Path) -> None:
    with post(f"export-project/{urllib.parse.quote(path.name)}", number) as answer, path.open("wb") as file:
        shutil.copyfileobj(answer, file, CHUNK)
    try:
        check(path)
    except (NoArchiveError, ProjectError):
        raise ProjectError("OpenRefine does not pack it; does it open?") from None


def check(path: Path) -> None:
    """Raises `NoArchiveError` for a file of another kind, `ProjectError` for one that is not to be taken in."""
    try:
        archive = tarfile.open(path, "r:gz")  # noqa: SIM115 -- what fails later is damaged, and of this kind
    except (tarfile.ReadError, EOFError, zlib.error) as error:
        raise NoArchiveError(str(error)) from None
    names: set[str] = set()
    with archive:
        try:
            for entry in archive:
                if not ENTRY.fullmatch(entry.name) or not (entry.isreg() or entry.isdir()) or len(names) > MOST:
                    raise ProjectError(f"holds {ascii(entry.name)[:80]}, which no archive of a project has")
                names.add(entry.name.removeprefix("./"))
        except DAMAGED as error:
            raise ProjectError(f"is damaged: {error}") from None
    if missing := sorted(NEEDED - names):
        raise ProjectError(f"is no archive of a project: it has no {missing[0]}")


def take(path: Path) -> str:
    """The name of the new project."""
    check(path)
    before, boundary = known(), "----binder-project"
    start = (
        f"--{boundary}\r\nContent-Disposition: form-data; name=\"project-file\"; filename=\"project.tar.gz\"\r\n"
        "Content-Type: application/gzip\r\n\r\n"
    ).encode()  # fmt: skip
    end = f"\r\n--{boundary}--\r\n".encode()

    def pieces() -> Iterator[bytes]:
        yield start
        with path.open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece
        yield end

    kind, length = f"multipart/form-data; boundary={boundary}", len(start) + path.stat().st_size + len(end)
    try:
        with ask("import-project", pieces(), length, kind, csrf_token=token()) as answer:
            number = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.url).query).get("project", [""])[0]
    except urllib.error.HTTPError:
        number = ""
    if number and opens(number):
        return known()[number]
    for other in known().keys() - before.keys():  # an empty one is what is left of an archive that cannot be read
        if not opens(other):
            post("delete-project", other).close()
    raise ProjectError("is not taken by OpenRefine, as it would be if damaged: see log/openrefine.log")


def opens(number: str) -> bool:
    try:
        with ask("get-history", project=number) as answer:
            return "past" in json.load(answer)
    except (urllib.error.HTTPError, ValueError):
        return False
