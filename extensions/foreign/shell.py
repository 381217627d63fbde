"""What can be seen in a foreign script, without running it.

- a script is postBuild, start, what ends in .sh or .bash, and what begins with a shebang; a byte order mark before that
  and carriage returns keep it from running
- a command is a line: continued lines are joined; comments and here-documents are left out
- `"$@"` is the notebook's command; a script *hands over* to it by `exec "$@"`, *wraps* it by `exec PROGRAM "$@"`,
  `PROGRAM "$@"` or a bare `"$@"`, and *never comes to it* otherwise; the last such line counts
- a `cd` counts where it changes the script's own directory: not in parentheses
- lines of more than 2,000 characters, and what stands after the first 200,000, are not looked at
- these are looks at the text, not a parse of it: they decide what a finding says, never what is run
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from ..comments import split_comment
from ..repo2docker import HOOKS
from .directory import Blob

HANDS_OVER, WRAPS, NEVER = "hands over", "wraps", "never"
BOM = b"\xef\xbb\xbf"

_HEREDOC = re.compile(r"(?<!<)<<-?\s*(['\"]?)([A-Za-z_]\w*)\1")
_COMMAND = r"(?:^|[;&|({!]\s*|\b(?:then|else|do|time)\s+)(?:\w+=\S*\s+)*"
_ARGUMENTS = r"\"?\$(?:[@*]|\{[@*][^}]*\})\"?"
_EXEC_OPTIONS = r"(?:-[cl]+\s+|-a\s+\S+\s+|--\s+)*(?:env\s+(?:-u\s*\S+\s+|\w+=\S*\s+)*)?"
_EXEC = re.compile(_COMMAND + r"exec\s+" + _EXEC_OPTIONS + r"(?!\d*[<>])(.+)")
_PLAIN = re.compile(_ARGUMENTS + r"\s*(?:[;&|)}<>\d].*)?$")
_RUNS_NOTHING = r"(?:for|set|echo|printf|local|declare|shift|test|case|if|elif|while|exec)\b|\[|\w+\+?="
_RUNS = re.compile(_COMMAND + rf"(?!{_RUNS_NOTHING})(.*?)" + _ARGUMENTS)
_CD = re.compile(r"(?:^|[;&|{]\s*|\b(?:then|else|do)\s+)(?:cd|pushd)\s")
_CLOSES = re.compile(r"(?:fi|done|esac|\}|\)|;;|else|elif\b.*)\s*;?$")
_DROPPED = (
    (re.compile(r"\bjupyter[ \t-]+(?:nbextensions?|serverextension|bundlerextension)\b"), ""),
    (re.compile(r"\bjupyter[ \t-]+contrib[ \t]+nbextension\b"), ""),
    (re.compile(r"\bpython[\d.]*[ \t]+-m[ \t]+notebook\.(?:nbextensions|serverextensions|bundlerextensions)\b"), ""),
    (re.compile(r"\bjupyter[ \t-]+labextension[ \t]+(?:install|link)\b"), "source"),
)


class Line(NamedTuple):
    """`number` counts from 1, `text` is stripped, `top` where it is not indented."""

    number: int
    text: str
    top: bool


def is_script(blob: Blob, path: str) -> bool:
    name = posixpath.basename(path)
    return name in HOOKS or name.endswith((".sh", ".bash")) or blob.data.startswith((b"#!", BOM + b"#!"))


def unix(blob: Blob, path: str) -> bytes:
    """The bytes, those of a script without what keeps it from running."""
    if not is_script(blob, path) or b"\0" in blob.data:
        return blob.data
    return blob.data.removeprefix(BOM).replace(b"\r\n", b"\n")


def interpreter(text: str) -> str:
    """The name of the program that the first line names, such as `bash`; empty without a shebang."""
    if not text.startswith("#!"):
        return ""
    words = [word for word in text[2:].split("\n", 1)[0].split() if not word.startswith("-") and "=" not in word]
    names = [word.rpartition("/")[2] for word in words]
    return names[1] if names[:1] == ["env"] and len(names) > 1 else (names or [""])[0]


def is_shell(text: str) -> bool:
    return interpreter(text) in ("", "sh", "bash", "dash", "zsh", "ksh", "ash")


def commands(text: str) -> Iterator[Line]:
    """The lines that are run."""
    number, joined, started, end = 0, "", 0, ""
    for number, raw in enumerate(text[:200_000].split("\n"), 1):
        if end:
            end = "" if raw.strip() == end else end
            continue
        started = started or number
        joined += raw
        if joined.endswith("\\") and not joined.lstrip().startswith("#"):
            joined = joined[:-1]
            continue
        line = split_comment(joined)[0] if len(joined) <= 2_000 else ""
        if line:
            yield Line(started, line, not joined[0].isspace())
            found = _HEREDOC.search(line)
            end = found[2] if found else ""
        joined, started = "", 0


def handover(text: str) -> tuple[str, Line, Line | None]:
    """How a shell script comes to the notebook's command, in which line, and the first line that never runs."""
    how, where, after = NEVER, Line(0, "", True), None
    execs = 0
    for line in commands(text):
        replaced = _EXEC.search(line.text)
        if replaced:
            execs += 1
            rest = replaced[1]
            if re.search(_ARGUMENTS, rest):
                how = HANDS_OVER if _PLAIN.match(rest) else WRAPS
                where, after = line, None
            elif "$" in rest:  # an array made of them, most likely
                how, where, after = HANDS_OVER, line, None
        elif not execs and _RUNS.search(line.text):
            how, where = WRAPS, line
        elif where.text.startswith("exec") and where.top and not after and not _CLOSES.match(line.text):
            after = line
    return how, where, after


def changes_directory(text: str) -> Line | None:
    for line in commands(text):
        for found in _CD.finditer(line.text):
            before = line.text[: found.start()]
            if before.count("(") <= before.count(")"):
                return line
    return None


def dropped_commands(text: str) -> list[tuple[Line, str]]:
    """Uses of what current Jupyter no longer has, and `source` for extensions of JupyterLab built from source."""
    return [(line, kind) for line in commands(text) for pattern, kind in _DROPPED if pattern.search(line.text)]
