"""The one error the engine raises on purpose.

Its text is a complete line for a user: it names the component, file and line, and says what to do.
`blocks` turns it into Copier's `UserMessageError`, which is printed without a traceback, exit code 1.
"""

from __future__ import annotations


class BlocksError(ValueError):
    """Input that cannot be used."""
