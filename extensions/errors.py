"""The one error the engine raises on purpose.

Its text is a complete line for a user: it names the component, file and line, and says what to do. Whatever of other
people's text is in it, it is one line, and no longer than a message may be.
`blocks` turns it into Copier's `UserMessageError`, which is printed without a traceback, exit code 1.
"""

from __future__ import annotations

from .shown import shown


class BlocksError(ValueError):
    """Input that cannot be used."""

    def __init__(self, text: str) -> None:
        super().__init__(shown(text))
