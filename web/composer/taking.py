"""A state -> what is taken away.

- the zip is what `copier copy` writes, by Copier itself, with the source and the version that the page was built from,
  and the files that were brought along; run bits are kept
- the data file holds the answers that somebody gave; the command has them as words
- a link holds the same, packed into its fragment, which no server is told
- `imports` cannot be fetched in a browser: the command and the data file have them, the zip does not
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import os
import shlex
import shutil
import urllib.parse
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import yaml
from copier.errors import CopierError

from . import composing, interview, opening

PACKED = (1980, 1, 1, 0, 0, 0)
LONGEST_LINK, LARGEST_STATE = 200_000, 3_000_000
LONGEST_ADDRESS = 7000
DESTINATION = "my-course"


def answers(state: composing.State, *, fetched: bool = True) -> dict[str, Any]:
    """The answers that somebody gave, text that stands for a value as that value."""
    return {
        name: value for name, value in state.answers.items() if fetched or name not in (interview.UNFETCHED, "adopted")
    }


def as_zip(composer: composing.Composer, state: composing.State) -> bytes:
    """The repository; raises `OpeningError` with what Copier says."""
    composer.place(state.files)
    given = {name: value for name, value in state.answers.items() if name != interview.UNFETCHED}
    try:
        composer.catalogue.worker(composer.destination, given).run_copy()
        return _zipped(composer)
    except (CopierError, ValueError) as error:
        raise opening.OpeningError(interview.one_line(error)) from error
    finally:
        shutil.rmtree(composer.destination, ignore_errors=True)
        composer._written = None


def _zipped(composer: composing.Composer) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(one for one in composer.destination.rglob("*") if one.is_file()):
            info = zipfile.ZipInfo(path.relative_to(composer.destination).as_posix(), PACKED)
            info.create_system = 3
            info.external_attr = (0o100755 if os.access(path, os.X_OK) else 0o100644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
    return packed.getvalue()


def data_file(state: composing.State, release: Mapping[str, str]) -> str:
    head = f"# Answers for copier copy --trust --defaults --data-file course.yml {release['source']} {DESTINATION}\n"
    given = {name: value for name, value in answers(state).items() if name not in ("adopt",)}
    return head + (yaml.safe_dump(given, sort_keys=False, allow_unicode=True) if given else "{}\n")


def command(state: composing.State, release: Mapping[str, str]) -> str:
    """In one line; where files are adopted, it is run in the folder that has them."""
    words = ["uvx", "--with", "copier-template-extensions", "copier", "copy", "--trust", "--defaults"]
    words += ["--overwrite"] if state.files else []
    for name, value in answers(state, fetched=True).items():
        if name == "adopted":
            continue
        text = value if isinstance(value, str) else yaml.safe_dump(value, default_flow_style=True, width=10**9)
        words += ["--data", f"{name}={text.removesuffix(chr(10)).removesuffix(chr(10) + '...')}"]
    return shlex.join([*words, release["source"], "." if state.files else DESTINATION])


def starter(state: composing.State, release: Mapping[str, str]) -> str:
    """What GitHub's form for a new file takes behind the repository's address; empty where that gets too long."""
    text = f"new/main?filename=course.yml&value={urllib.parse.quote(data_file(state, release))}"
    return text if len(text) < LONGEST_ADDRESS else ""


def fragment(state: composing.State) -> str:
    """The state, as short as it gets; empty where it is too long for an address."""
    files = {path: base64.b64encode(data).decode() for path, data in state.files.items()}
    given = {"answers": answers(state), **({"files": files} if files else {})}
    packed = zlib.compress(json.dumps(given, separators=(",", ":"), ensure_ascii=False).encode(), 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return text if len(text) <= LONGEST_LINK else ""


def from_fragment(text: str) -> composing.State:
    """The state in a link that anybody may have made."""
    broken = opening.OpeningError("the link is broken or of another page; this is an empty course")
    if len(text) > LONGEST_LINK:
        raise broken
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        unpacking = zlib.decompressobj()
        plain = unpacking.decompress(data, LARGEST_STATE)
        if unpacking.unconsumed_tail or not unpacking.eof:
            raise broken
        given = json.loads(plain)
        files = [(path, base64.b64decode(text, validate=True)) for path, text in given.get("files", {}).items()]
        return composing.State(
            opening.checked_answers(given["answers"], "the link") if given["answers"] else {},
            opening.checked_files(files),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, zlib.error, binascii.Error) as error:
        raise broken from error
