"""`binder/diagnose`, run: what it prints, or `RefusedError` with one line.

It is ended, with all that it has started, when it takes too long or when the one who asked is cancelled.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

SECONDS, MOST_BYTES = 120, 20_000_000
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class RefusedError(Exception):
    """Why there is no answer, in a line."""


def content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RefusedError(f"the file has become larger than {MOST_BYTES // 10**6} MB")
        return path.read_bytes()
    except OSError as error:
        raise RefusedError(f"diagnose has made no file: {error.strerror}") from None


async def diagnose(*words: str) -> str:
    program = Path(os.environ.get("BINDER_DIR", ""), "diagnose")
    if not program.is_file():
        raise RefusedError("this course has no binder/diagnose; it comes with the course's next update")
    options: dict[str, Any] = {"stdin": asyncio.subprocess.DEVNULL, "stdout": asyncio.subprocess.PIPE}
    options.update(stderr=asyncio.subprocess.PIPE, start_new_session=True)
    try:
        process = await asyncio.create_subprocess_exec("bash", str(program), *words, **options)
    except OSError as error:
        raise RefusedError(f"diagnose cannot be run: {error.strerror}") from None
    try:
        told, said = await asyncio.wait_for(process.communicate(), SECONDS)
    except asyncio.TimeoutError:
        raise RefusedError(f"diagnose has not come to its end within {SECONDS} s") from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    if process.returncode:
        reasons = [line for line in map(clean, said.decode(errors="replace").splitlines()) if line]
        raise RefusedError(reasons[-1] if reasons else f"diagnose ended with status {process.returncode}")
    return clean(told[:MOST_BYTES].decode(errors="replace"))


def clean(text: str) -> str:
    return CONTROL.sub("", text).strip()
