"""The text of a shell script -> the programs that it calls, in order: `calls`.

- quotes are taken off, known variables put in, one of a `for` once for each of its words; what only the run can tell
  (`$X`, `$(...)`) stays as a word that begins with `$`
- comments, what a here-document or a string holds, and functions that nobody calls are none; the text given to
  `bash -c`, `eval`, `su -c` or, as a here-document, to a shell is read as well
- a program that runs another, such as `sudo`, `nohup` or `xvfb-run`, is a call, and the other is one too (`wrappers`)
- `guards` are the programs whose being there was asked for before (`if command -v sudo`, `[ -x FILE ] &&`), and
  `root` where the script asked who it is
- this is a look at the text: it decides what a finding says, never what is run
"""

from __future__ import annotations

from collections.abc import Iterator

from . import wrappers
from .call import LONGEST, MOST, Call
from .reader import read


def calls(text: str, depth: int = 0) -> list[Call]:
    """What a shell script of this text runs."""
    given = read(text[:LONGEST])
    found = [inner for call in given for inner in _within(call, depth)]
    return _reached(found)[:MOST]


def _within(call: Call, depth: int) -> Iterator[Call]:
    """The call, and what is run by it in turn."""
    yield call
    if depth > 4 or not call.words:
        return
    if inner := wrappers.command(call.words):
        yield from _within(call._replace(words=inner), depth + 1)
    text = wrappers.text(call.words)
    if not text and call.given and call.program in wrappers.SHELLS and len(call.words) == 1:
        text = call.given
    for other in calls(text, depth + 1) if text else ():
        waited_for = call.waited_for and other.waited_for
        guards = call.guards | other.guards
        shell = (*call.shell, -1, *other.shell)
        yield other._replace(line=call.line, waited_for=waited_for, guards=guards, shell=shell, function=call.function)


def _reached(found: list[Call]) -> list[Call]:
    """Without the functions that nobody calls; one that is called in the background alone is not waited for."""
    callers: dict[str, list[Call]] = {}
    for call in found:
        callers.setdefault(call.words[0] if call.words else "", []).append(call)
    reached, waited = {""}, {""}
    pending = [""]
    while pending:
        name = pending.pop()
        for call in (one for one in found if one.function == name) if len(reached) < 200 else ():
            inner = call.words[0] if call.words else ""
            is_waited = call.waited_for and name in waited
            if inner and (inner not in reached or (is_waited and inner not in waited)):
                reached.add(inner)
                if is_waited:
                    waited.add(inner)
                if any(one.function == inner for one in found):
                    pending.append(inner)
    return [
        call if call.function in waited else call._replace(waited_for=False)
        for call in found
        if call.function in reached
    ]
