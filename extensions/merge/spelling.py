"""What people write for a requirement, and the same as pip reads it: `name=1.2`, `name (1.2)`, `pip install name`.

- an option of pip's command line (`--user`, `-U`) is no name: it goes, and what stands behind it may stay
"""

from __future__ import annotations

import re

NAME = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?:\[[\w, -]*\])?"
SPELLINGS = (
    (rf"({NAME}) *={{2,3}}", r"\1"),
    (rf"({NAME}) *=(?!=) *([\w.*+!]+)(?:=[\w*]+)?", r"\1==\2"),
    (rf"({NAME}) *==\s*([\w.*+!]+)=[\w*]+", r"\1==\2"),
    (rf"({NAME}) *(?:@|\^|~(?!=)) *v?([\d.]+)", r"\1~=\2"),
    (rf"({NAME}) *=> *([\w.]+)", r"\1>=\2"),
    (rf"({NAME}) *=< *([\w.]+)", r"\1<=\2"),
    (rf"({NAME}) *\(([\d][\w.]*)\)", r"\1==\2"),
    (rf"({NAME})[ :]+([\d][\w.]*)", r"\1==\2"),
    (rf"({NAME}) *([<>]=?[\w.]+) *([<>]=?[\w.]+)", r"\1\2,\3"),
    (rf"(?:[!%$] *)?(?:python3? -m )?pip3? install +(?:-[\w-]+ +)*({NAME}(?:[=<>~!]=?[\w.]+)?)", r"\1"),
    (rf"(?:import|from) ({NAME})\b.*", r"\1"),
    (rf"[\w./-]+::({NAME})", r"\1"),
    (rf"[\"'*-]+ *({NAME}(?:[=<>~!]=?[\w.]+)?) *[\"',;]*", r"\1"),
    (rf"({NAME}(?:[=<>~!]=?[\w.]+)?) *[,;]+", r"\1"),
)
# `-numpy` is an item of a list.
COMMAND_LINE = re.compile(r"(?:--[A-Za-z][\w-]*|-[A-Za-z])(?P<more>[ =].*)?")
LISTED = re.compile(r"(?:-[rcief]|--(?:requirement|constraint|editable|find-links|(?:extra-)?index-url))(?![\w-])")


def form(text: str) -> str:
    """How to write the line, or what else to do about it, as a clause."""
    if LISTED.match(text):
        return "write what it is for behind it, such as '-r more.txt', or remove it"
    if option := COMMAND_LINE.fullmatch(text):
        what = "the option" if option["more"] else "it"
        return f"remove {what}; it is an option of pip's command line"
    for pattern, plain in SPELLINGS:
        if match := re.fullmatch(pattern, text):
            return f"write it like '{match.expand(plain)}'"
    return "write it like 'name>=1.2'"
