"""Comments: apart from what they stand beside, and as any of the files can hold them."""

from __future__ import annotations

import re

# What may not stand in a YAML file, and a byte order mark.
NO_YAML = re.compile(r"[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
COMMENT = re.compile(r"(?:^|\s)#")


def one_line(text: str) -> str:
    """A comment's text as any of the files can hold it."""
    return NO_YAML.sub("\ufffd", " ".join(text.split()))


def split_comment(line: str) -> tuple[str, str]:
    """The line before a `#` that starts it or follows white space, and the comment behind it; both stripped."""
    match = COMMENT.search(line)
    if match is None:
        return line.strip(), ""
    return line[: match.start()].strip(), line[match.end() :].strip()
