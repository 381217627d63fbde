"""The grammar of an image's name, as registries take it: lower case, letters and digits and `.`, `_`, `__`, `-`.

In front of it stands the registry's host, where it is not Docker's own: a name with a dot, `localhost`, or any with a
port. That is how Docker tells a host from a first part of the name.
"""

from __future__ import annotations

LABEL = r"[a-z0-9]+(?:-+[a-z0-9]+)*"
PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
PORT = r":[1-9][0-9]{0,4}"
HOST = rf"(?:{LABEL}(?:\.{LABEL})+(?:{PORT})?|localhost(?:{PORT})?|{LABEL}{PORT})"
