"""The grammar of an image's name, as registries take it: lower case, letters and digits and `.`, `_`, `__`, `-`."""

from __future__ import annotations

LABEL = r"[a-z0-9]+(?:-+[a-z0-9]+)*"
PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
