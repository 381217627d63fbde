"""The files of `template/`, as they are rendered, besides the report itself and the answers file.

Every derived repository has them, whatever is answered, but for one that renders to nothing.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .catalogue.files import SUFFIX, File, Render, as_text

FOLDER = "template"
# In these names stands what is no answer, or a file for each unit.
OTHERS = ("{% yield", "_copier_conf")
REPORT = "report.json"


def files(catalogue: Path, render: Render, composition: Any) -> Iterator[File]:
    """In the order of their names; what stands in the root is written once, and not among them."""
    folder = catalogue / FOLDER
    render = functools.partial(render, composition=lambda: composition)
    for source in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = source.relative_to(folder).as_posix()
        path = name.removesuffix(SUFFIX)
        if "/" in name and path.rpartition("/")[2] != REPORT and not any(word in name for word in OTHERS):
            where = f"{FOLDER}/{name}"
            text = as_text(source.read_bytes())
            yield File(
                render(path, where), render(text, where) if name.endswith(SUFFIX) else text, os.access(source, os.X_OK)
            )
