"""What is said of the catalogue's address at the end of a first copy, where nobody else can reach it.

Whoever updates later gets the catalogue from there: colleagues in their clones, and outputs that update by themselves.
"""

from __future__ import annotations

from ..composition import Composition
from ..foreign.repository import is_folder


def line(source: str, composition: Composition) -> str:
    """With a line feed before it; empty for an address of the web."""
    if not source or not is_folder(source):
        return ""
    alone = [output.name for output in composition.delivery if composition.facts(output.name).updates]
    what = f"nobody else can update from '{source}', a folder of this computer"
    if alone:
        return f"\n- WARNING: {what}, so the output '{alone[0]}' ends in an error each time; copy from an address."
    return f"\n- NOTE: {what}; for that, copy from an address."
