"""Other people's text as a message shows it: one line, nothing that a terminal acts on, no longer than is read."""

from __future__ import annotations

# Characters of a message; what it begins with names the place, what it ends with says what to do.
LONGEST = 1000
HEAD = 600


def printable(text: str) -> str:
    """What cannot be seen is escaped, for a terminal and for a file."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(text: str, longest: int = LONGEST) -> str:
    """Printable, and cut in the middle where it is longer than `longest`."""
    if len(text) > longest:
        head = longest * HEAD // LONGEST
        text = f"{text[:head]} [...] {text[head - longest :]}"
    return text if text.isprintable() else printable(text)
