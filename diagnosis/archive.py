"""The zip: below its limit whatever the logs are, and there whole or not at all.

- what is largest in it is cut in its middle, with a mark, until all has room
- it is written beside its name, and gets that when it is whole; nothing is left where there is no room for it
"""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from contextlib import suppress

from .texts import cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

ZIP_BYTES, OF_EACH, SMALLEST, LEVEL = 1_900_000, 200, 2000, 6
MOST_TEXT = 8_000_000  # of one entry, before any is packed


def fitting(texts: Mapping[str, str]) -> dict[str, bytes]:
    """What goes in, cut to its room."""
    kept = {name: cut(text, MOST_TEXT) for name, text in texts.items() if text}
    sizes = {name: packed_size(text) for name, text in kept.items()}
    while sum(sizes.values()) > ZIP_BYTES:
        largest = max(sizes, key=sizes.__getitem__)
        kept[largest] = cut(kept[largest], max(SMALLEST, len(kept[largest]) * 2 // 3))
        before, sizes[largest] = sizes[largest], packed_size(kept[largest])
        if sizes[largest] >= before:
            del kept[largest], sizes[largest]
    return {name: text.encode(errors="replace") for name, text in kept.items()}


def packed_size(text: str) -> int:
    return len(zlib.compress(text.encode(errors="replace"), LEVEL)) + OF_EACH


def write_zip(path: str, contents: Mapping[str, bytes]) -> None:
    """Of what fits; raises OSError where it cannot be."""
    folder = os.path.dirname(os.path.abspath(path))
    handle, new = tempfile.mkstemp(prefix=".diagnosis-", suffix=".zip", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            for name, content in contents.items():
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED, LEVEL)
        os.replace(new, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(new)
        raise
