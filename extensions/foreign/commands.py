"""Whole commands of a shell script, as they are read -> the calls among them, with what stands around each.

Around it stand blocks (`if`, loops, functions), conditions before it, and what variables were set to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .call import Call

_ASSIGNED = re.compile(r"([A-Za-z_]\w*)\+?=(.*)", re.DOTALL)
_WHO = re.compile(r"\bid\b.*-u|\bE?UID\b|\bwhoami\b")
_ASKED = {"command", "which", "type", "hash"}
_DECLARES = {"export", "local", "declare", "readonly", "typeset"}
_RESERVED = {
    *("then", "else", "do", "!", "time", "{", "}", "fi", "done", "esac"),
    *("if", "elif", "while", "until", "coproc"),
}
_ENDS = {"}": "{", "fi": "if", "done": "loop", "esac": "case"}


@dataclass
class Frame:
    """A command that is being read, and the list of commands that it stands in."""

    kind: str = ""
    line: int = 1
    words: list[str] = field(default_factory=list)
    word: str | None = None
    targets: list[str] = field(default_factory=list)
    target: bool | None = None  # of a redirection that waits for its word: whether it writes
    reads: bool = False
    chain: set[str] = field(default_factory=set)
    first: int = 0  # of the calls of this list of commands
    depth: int = 0  # of the blocks around it
    shell: tuple[int, ...] = ()
    named: str = ""  # of the function whose body is to come


@dataclass
class _Block:
    kind: str
    first: int
    function: str
    guards: set[str] = field(default_factory=set)
    asks: bool = False  # while the condition of an if is read


class Commands:
    """`found` are the calls so far, functions that nobody calls included."""

    def __init__(self, script: str) -> None:
        self.lines = script.split("\n")
        self.found: list[Call] = []
        self.blocks: list[_Block] = []
        self.values: dict[str, str] = {}
        self.loops: dict[str, list[str]] = {}
        self.patterns = False  # of a case, until the next closing parenthesis

    def in_background(self, first: int) -> None:
        """The calls from there on are not waited for."""
        for index in range(first, len(self.found)):
            self.found[index] = self.found[index]._replace(waited_for=False)

    def in_case(self) -> bool:
        return bool(self.blocks) and self.blocks[-1].kind == "case"

    def end(self, frame: Frame, line: int) -> None:
        """The command that was being read is whole, in the line where it ends."""
        words, targets = frame.words, tuple(frame.targets)
        reads = frame.reads
        frame.words, frame.targets, frame.reads, frame.target = [], [], False, None
        if frame.kind == "array":
            frame.words = words
            return
        while words and words[0] in _RESERVED:
            self._reserved(words.pop(0), frame)
        if not words:
            if targets:
                self.emit([":"], targets, frame)
            return
        if self.patterns:
            return
        if words[0] == "function" and len(words) > 1:
            frame.named = words[1]
            if words[2:3] == ["{"]:
                self._reserved("{", frame)
            if words[3:]:
                self._run(words[3:], targets, reads, frame, line)
        elif words[0] in ("for", "select"):
            if len(self.loops) < 20:
                self.loops[words[1] if len(words) > 1 else ""] = words[3:23]
            self._block("loop", frame)
        elif words[0] == "case":
            self._block("case", frame)
            self.patterns = "in" in words
        else:
            self._run(words, targets, reads, frame, line)

    def _run(self, words: list[str], targets: tuple[str, ...], reads: bool, frame: Frame, line: int) -> None:
        index = 0
        while index < len(words) and (match := _ASSIGNED.fullmatch(words[index])):
            self._assign(match)
            index += 1
        words = words[index:]
        if not words:
            if targets:
                self.emit([":"], targets, frame)
            return
        if words[0] in _DECLARES:
            for word in words[1:]:
                if match := _ASSIGNED.fullmatch(word):
                    self._assign(match)
        self.emit(words, targets, frame, reads)
        if asked := self._asked(words, line):
            frame.chain |= asked
            for block in self.blocks[-1:]:
                if block.asks:
                    block.guards |= asked

    def _assign(self, match: re.Match[str]) -> None:
        name, value = match[1], match[2]
        if name not in ("PATH", "HOME", "PWD", "REPO_DIR") and len(value) < 1_000 and f"${name}" not in value:
            self.values[name] = value

    def _asked(self, words: list[str], number: int) -> set[str]:
        names = {word.rpartition("/")[2] for word in words[1:] if not word.startswith("-")}
        if words[0] in _ASKED:
            return names
        if words[0] in ("[", "[[", "test"):
            line = self.lines[number - 1] if number <= len(self.lines) else ""
            return {"root", *names} if _WHO.search(line) else names
        return {"sudo"} if words[0] == "sudo" and {*words[1:]} & {"-v", "true"} else set()

    def _reserved(self, word: str, frame: Frame) -> None:
        if word in ("if", "while", "until", "{"):
            self._block({"{": "{", "if": "if"}.get(word, "loop"), frame)
            self.blocks[-1].asks = word == "if"
        elif word in _ENDS:
            self.patterns = False
            while self.blocks and len(self.blocks) > frame.depth:
                block = self.blocks.pop()
                if block.kind == _ENDS[word]:
                    frame.first = block.first
                    break
        elif self.blocks and word in ("then", "else", "elif"):
            self.blocks[-1].asks = word == "elif"

    def _block(self, kind: str, frame: Frame) -> None:
        function = self.blocks[-1].function if self.blocks else ""
        if kind == "{" and frame.named:
            function, frame.named = frame.named, ""
        if len(self.blocks) < 200:
            self.blocks.append(_Block(kind, frame.first, function))

    def emit(self, words: list[str], targets: tuple[str, ...], frame: Frame, reads: bool = False) -> None:
        guards = frame.chain.union(*(block.guards for block in self.blocks[-20:]))
        function = self.blocks[-1].function if self.blocks else ""
        call = Call(frame.line, tuple(words), targets, "", reads, frozenset(guards), True, frame.shell, function)
        looped = [name for name in self.loops if any(f"${name}" in word or f"${{{name}}}" in word for word in words)]
        for value in self.loops[looped[0]] if looped and self.loops[looped[0]] else [""]:
            name = looped[0] if value else ""
            put = [word.replace(f"${{{name}}}", value).replace(f"${name}", value) if name else word for word in words]
            self.found.append(call._replace(words=tuple(put)))
