"""The text to paste: what is wrong, in words, then what the session is; at most 40 lines of 80 columns."""

from __future__ import annotations

import textwrap
import time

from .findings import findings
from .texts import amount, in_one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Facts
    from .findings import Finding

LINES, COLUMNS, MOST_FINDINGS, MOST_CHANGES = 40, 80, 6, 4
SHOWN = (
    "catalogue",
    "commit",
    "system",
    "architecture",
    "Python of the notebook",
    "JUPYTER_IMAGE_SPEC",
    "JUPYTER_IMAGE",
)
NOTHING = "Nothing was found wrong by launch, nor on this machine."


def summary(facts: Facts) -> str:
    found = findings(facts)
    title = facts.environment.get("COURSE_NAME") or facts.environment.get("COURSE_SLUG") or "a course"
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    head = [*wrapped(f"Session of {in_one_line(title, 60)}, {when}"), ""]
    tail = about(facts)
    body: list[str] = []
    for number, one in enumerate(found[:MOST_FINDINGS], 1):
        lines = as_paragraph(number, one)
        if len(head) + len(body) + len(lines) + len(tail) > LINES - 2:
            break
        body += lines
    shown = sum(line[:1].isdigit() for line in body)
    if shown < len(found):
        body.append(f"... and {len(found) - shown} more in the file")
    return "\n".join([*head, *(body or [NOTHING]), "", *tail][:LINES]) + "\n"


def as_paragraph(number: int, one: Finding) -> list[str]:
    lines = wrapped(f"{number}. {one.wrong}", "   ", 4)
    if one.cause:
        lines += wrapped(f"   Likeliest cause: {one.cause}", "     ", 4)
    if one.remedy:
        lines += wrapped(f"   What to do: {one.remedy}", "     ", 2)
    return lines


def about(facts: Facts) -> list[str]:
    """The session in a few lines."""
    states = [f"{name} {one.get('state')}" for name, one in facts.services.items()]
    memory = facts.memory
    limit = f"of {amount(memory.limit)}" if memory.limit else "used, no limit"
    disks = [f"{amount(disk.free)} free in {disk.paths[0]}" for disk in facts.disks[:3]]
    lines = wrapped(f"Services: {', '.join(states) or 'none known'}", "  ", 3)
    if not facts.running:
        lines += wrapped(f"That is: {facts.status_from}", "  ", 2)
    lines += wrapped(f"Memory: {amount(memory.used)} {limit}; disk: {', '.join(disks) or 'unknown'}", "  ", 2)
    for name in SHOWN:
        if facts.versions.get(name):
            lines += wrapped(f"{name[0].upper()}{name[1:]}: {in_one_line(facts.versions[name], 140)}", "  ", 2)
    changes = [*facts.changed, *facts.packages_changed]
    if changes:
        more = f", and {len(changes) - MOST_CHANGES} more" if len(changes) > MOST_CHANGES else ""
        lines += wrapped(f"Changed since the build: {'; '.join(changes[:MOST_CHANGES])}{more}", "  ", 3)
    if facts.unknown:
        lines += wrapped(f"Not known: {', '.join(facts.unknown)}", "  ", 2)
    return lines


def wrapped(text: str, indent: str = "", most: int = 3) -> list[str]:
    return textwrap.wrap(
        text, COLUMNS, subsequent_indent=indent, max_lines=most, placeholder=" ...", break_on_hyphens=False
    )
