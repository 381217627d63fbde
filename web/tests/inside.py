"""Runs in the page's Python, by inside.mjs: for each state of /mnt/states.json the preview and the zip, as checksums.

Written to /mnt/made.json: `{files: {path: [checksum, run bit]}, shown: the same of the preview}`, or `{refused: text}`.
"""

import hashlib
import importlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

session: Any = globals()["session"]
composer = session.composer
composing, opening, taking = (
    importlib.import_module(f"composer.{name}") for name in ("composing", "opening", "taking")
)


def summed(path: str, data: bytes, executable: bool) -> list[Any]:
    if path == composing.ANSWERS_FILE:
        data = b"".join(line for line in data.splitlines(True) if not line.startswith((b"_commit:", b"_src_path:")))
    return [hashlib.sha256(data).hexdigest(), executable]


def made(state: Any) -> dict[str, Any]:
    result = composer.compose(state)
    shown = {path: summed(path, *file) for path, file in result.files.items()}
    wrong = [f"{one.name}: {one.error}" for one in result.interview.shown if one.error]
    try:
        packed = taking.as_zip(composer, state)
    except opening.OpeningError as error:
        return {"refused": str(error), "shown": shown, "wrong": [*wrong, *filter(None, [result.refusal])]}
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {
            info.filename: summed(info.filename, archive.read(info), bool(info.external_attr >> 16 & 0o100))
            for info in archive.infolist()
        }
    return {"files": files, "shown": shown, "wrong": wrong}


states = json.loads(Path("/mnt/states.json").read_text())
done = [
    made(composing.State(one["answers"], {path: text.encode() for path, text in one["files"].items()}))
    for one in states
]
Path("/mnt/made.json").write_text(json.dumps(done))
