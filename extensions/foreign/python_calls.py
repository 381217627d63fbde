"""The text of a Python script -> the programs that it calls: what it gives to `subprocess`, `os.system` and the like.

- what it waits for by itself, `time.sleep(5)`, is the shell's `sleep 5`
- a text is read as a shell would, a list by its texts; a name is what it was set to, and all else is a word `$_`
- the text is split into tokens here, not parsed: the same on every Python, whichever one it was written for
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .call import LONGEST, MOST, UNKNOWN, Call
from .calls import calls as shell_calls

_TOKEN = re.compile(
    r"""(?P<text>(?P<prefix>[rRbBuUfF]{0,2})(?:\"\"\"(?P<a>.*?)\"\"\"|'''(?P<b>.*?)'''
    |"(?P<c>(?:[^"\\\n]|\\.)*)"|'(?P<d>(?:[^'\\\n]|\\.)*)'))
    |(?P<comment>\#[^\n]*)|(?P<name>[A-Za-z_][\w.]*)|(?P<line>\n)|(?P<mark>[^\s\w])|(?P<number>\d[\d.]*)|\s|\w+""",
    re.DOTALL | re.VERBOSE,
)
_RUNS = re.compile(
    r"(?:\w+\.)*(?:run|Popen|call|check_call|check_output|system|popen|getoutput|getstatusoutput|execv\w*|execl\w*"
    r"|spawn\w+|create_subprocess_exec|create_subprocess_shell|start_process)"
)
_MODULES = ("subprocess", "os", "asyncio", "sp", "pexpect", "sh", "commands", "asyncio.subprocess")
_LEAST = {"Popen", "call", "check_call", "check_output", "create_subprocess_exec", "create_subprocess_shell"}
_FIELD = re.compile(r"\{[^{}]*\}")


class Token(NamedTuple):
    kind: str
    text: str
    line: int


def tokens(script: str) -> Iterator[Token]:
    """Texts without their quotes, names and marks."""
    line = 1
    for match in _TOKEN.finditer(script[:LONGEST]):
        kind = match.lastgroup or ""
        if match["text"] is not None:
            text = next(filter(None, match.group("a", "b", "c", "d")), "")
            if "f" in match["prefix"].lower():
                text = _FIELD.sub(UNKNOWN, text)
            yield Token("text", text, line)
        elif kind in ("name", "mark", "number"):
            yield Token(kind, match[0], line)
        line += match[0].count("\n")


def calls(script: str) -> list[Call]:
    """What a Python script of this text runs."""
    found: list[Call] = []
    all_tokens = list(tokens(script))
    values: dict[str, Sequence[Token]] = {}
    for index, token in enumerate(all_tokens):
        following = all_tokens[index + 1 : index + 120]
        if token.kind != "name" or not following or len(found) > MOST:
            continue
        if following[0].text == "=" and following[0].kind == "mark":
            values[token.text] = _first(following[1:])
        elif token.text in ("time.sleep", "sleep") and [one.kind for one in following[:2]] == ["mark", "number"]:
            found.append(Call(token.line, ("sleep", following[1].text)))
        elif following[0].text == "(" and _is_run(token.text):
            name = token.text.rpartition(".")[2]
            argument: Sequence[Token] = _first(following[1:])
            if len(argument) == 1 and argument[0].kind == "name":
                argument = values.get(argument[0].text, argument)
            is_spread = name.startswith(("execl", "spawnl")) or name == "create_subprocess_exec"
            if is_spread or name.startswith(("execv", "spawnv")):
                argument = [one for one in following if one.kind == "text"][:1]
            waited_for = name not in ("Popen", "create_subprocess_exec", "create_subprocess_shell", "start_process")
            found += [call._replace(line=token.line, waited_for=waited_for) for call in _given(argument)]
    return found


def _is_run(name: str) -> bool:
    module, _, last = name.rpartition(".")
    return bool(_RUNS.fullmatch(name)) and (module in _MODULES or (not module and last in _LEAST | {"run", "system"}))


def _first(following: Sequence[Token]) -> list[Token]:
    """The tokens of the first argument, or of the value."""
    depth, taken = 0, []
    for token in following:
        if token.kind == "mark":
            if token.text in "([{":
                depth += 1
            elif token.text in ")]}":
                depth -= 1
            if depth < 0 or (depth == 0 and token.text == ","):
                break
        taken.append(token)
        if depth == 0 and (token.text in tuple(")]}") or (token.kind == "text" and len(taken) == 1)):
            break
    return taken


def _given(argument: Sequence[Token]) -> list[Call]:
    if not argument:
        return []
    if argument[0].kind == "text":
        return shell_calls(argument[0].text)
    if argument[0].text in ("[", "("):
        words: list[str] = []
        last = ","
        for token in argument[1:]:
            if token.kind == "text" and last == ",":
                words.append(token.text)
            elif token.kind == "name" and last == ",":
                words.append(UNKNOWN)
            last = token.text if token.kind == "mark" else ""
        return shell_calls(" ".join(map(_quoted, words)))
    texts = [token.text for token in argument if token.kind == "text"]
    return shell_calls(texts[0]) if texts and argument[0].text in ("shlex.split", "split") else []


def _quoted(word: str) -> str:
    return word if word == UNKNOWN else "'" + word.replace("'", "") + "'"
