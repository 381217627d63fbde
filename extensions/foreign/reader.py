"""The text of a shell script -> each command in it, once, in order: `read`.

One pass over the pieces of the text, with the commands that are being read on a stack; see `calls` for what counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .call import DEEPEST, MOST, UNKNOWN, Call

_TOKEN = re.compile(
    r"""(?P<blank>(?:[ \t\r]|\\\n)+)|(?P<newline>\n)
    |(?P<document>(?<!<)<<-?[ \t]*(?:'\w+'|"\w+"|\\?\w+))
    |(?P<redirect>\d*(?:<<<|>>|>\||>&|<>|<&|>(?!\()|<(?!\())|&>>?)
    |(?P<operator>\|\||&&|;;&?|;&|\|&|[;|&])
    |(?P<arithmetic>\$?\(\([^()\n]{0,200}\)\))
    |(?P<open>[$<>]?\()|(?P<close>\))|(?P<tick>`)
    |(?P<single>\$?'[^']*')|(?P<double>\$?"(?:[^"\\$]|\\.|\$\{[^{}\n]{0,200}\}|\$\([^()\n]{0,200}\)|\$)*")
    |(?P<variable>\$\{(?:[^{}\n]|\{[^{}\n]{0,200}\}){0,200}\}|\$\w+|\$[@*\#?$!-])
    |(?P<escape>\\.)|(?P<comment>\#)|(?P<text>[^\s\\'"`$;&|()<>#]+|.)""",
    re.DOTALL | re.VERBOSE,
)
_NAMED = re.compile(r"\$\{(\w+)(?:\[[@*]\])?(?::?-((?:[^{}]|\{[^{}]*\})*))?\}|\$(\w+)")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)\+?=(.*)", re.DOTALL)
_ARRAY = re.compile(r"\$\{\w+\[[@*]\]\}")
_SUBSTITUTED = re.compile(r"\$\(([^()]{1,500})\)|`([^`]{1,500})`")
_FUNCTION = re.compile(r"\(\s*\)")
_WHO = re.compile(r"\bid\b.*-u|\bE?UID\b|\bwhoami\b")
_ASKED = {"command", "which", "type", "hash"}
_DECLARES = {"export", "local", "declare", "readonly", "typeset"}
_RESERVED = {
    *("then", "else", "do", "!", "time", "{", "}", "fi", "done", "esac"),
    *("if", "elif", "while", "until", "coproc"),
}
_ENDS = {"}": "{", "fi": "if", "done": "loop", "esac": "case"}


def read(script: str, depth: int = 0) -> list[Call]:
    """The commands, those of functions that nobody calls included."""
    reader = _Reader(script, depth)
    reader.all()
    return reader.found


@dataclass
class _Frame:
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


class _Reader:
    """Reads one text; `found` is what it has read so far, functions that nobody calls included."""

    def __init__(self, script: str, depth: int) -> None:
        self.script, self.lines, self.depth = script, script.split("\n"), depth
        self.found: list[Call] = []
        self.frame = _Frame()
        self.stack: list[_Frame] = []
        self.blocks: list[_Block] = []
        self.values: dict[str, str] = {}
        self.loops: dict[str, list[str]] = {}
        self.documents: list[tuple[str, int]] = []
        self.line, self.shells = 1, 0
        self.patterns = False  # of a case, until the next closing parenthesis

    def all(self) -> None:
        at, script = 0, self.script
        while at < len(script) and len(self.found) < MOST:
            match = _TOKEN.match(script, at)
            if match is None:
                return
            kind, piece, at = match.lastgroup or "", match[0], match.end()
            if kind == "comment":
                if self.frame.word is None:
                    end = script.find("\n", at)
                    at = end if end >= 0 else len(script)
                    continue
                kind = "text"
            if kind == "open" and not self._is_word() and (empty := _FUNCTION.match(script, match.start())):
                at = empty.end()
                self.frame.named = self.frame.word or (self.frame.words or [""])[-1]
                self.frame.words, self.frame.word = [], None
                continue
            getattr(self, f"_{kind}")(piece)
            self.line += piece.count("\n")
            if kind == "newline" and self.documents:
                at = self._bodies(at)
        self._end()
        while self.stack:
            self._close("")

    def _is_word(self) -> bool:
        return (self.frame.word or "").endswith("=") or (len(self.frame.words) > 1)

    def _bodies(self, at: int) -> int:
        """Past the here-documents that begin at `at`; each goes to the call that it was given to."""
        for end, index in self.documents:
            body: list[str] = []
            while at < len(self.script):
                stop = self.script.find("\n", at)
                stop = len(self.script) if stop < 0 else stop
                line, at = self.script[at:stop], stop + 1
                self.line += 1
                if line.strip() == end:
                    break
                body.append(line)
            if index < len(self.found):
                self.found[index] = self.found[index]._replace(given="\n".join(body))
        self.documents = []
        return at

    def _add(self, text: str) -> None:
        if self.frame.word is None:
            self.frame.word = ""
            if not self.frame.words:
                self.frame.line = self.line
        self.frame.word += text

    def _text(self, piece: str) -> None:
        self._add(piece)

    def _escape(self, piece: str) -> None:
        self._add(piece[1])

    def _arithmetic(self, piece: str) -> None:
        self._add(UNKNOWN)

    def _single(self, piece: str) -> None:
        self._add(piece.lstrip("$")[1:-1])

    def _double(self, piece: str) -> None:
        inner = piece.lstrip("$")[1:-1]
        if _ARRAY.fullmatch(inner):
            self._variable(inner)
            return
        for match in _SUBSTITUTED.finditer(inner):
            for call in read(match[1] or match[2], self.depth + 1) if self.depth < 3 else ():
                self._emit(list(call.words), call.targets)
        self._add(self._expanded(_SUBSTITUTED.sub(UNKNOWN, inner).replace('\\"', '"')))

    def _variable(self, piece: str) -> None:
        text = self._expanded(piece)
        if self.frame.word is None and text != piece and " " in text:  # without quotes it is split
            *words, last = text.split() or [""]
            for word in words:
                self._add(word)
                self._blank("")
            self._add(last)
        else:
            self._add(text)

    def _expanded(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1] or match[3]
            known = self.values.get(name, "")
            return known or (match[2] or "").strip("\"'") or match[0]

        return _NAMED.sub(value, text)[:2_000]

    def _blank(self, piece: str) -> None:
        frame = self.frame
        if frame.word is None:
            return
        word = _SUBSTITUTED.sub(UNKNOWN, frame.word)
        if frame.target is None:
            frame.words.append(word)
        elif frame.target:
            frame.targets.append(word)
        frame.word = frame.target = None

    def _redirect(self, piece: str) -> None:
        self._blank("")
        self.frame.target = ">" in piece
        self.frame.reads |= "<" in piece

    def _document(self, piece: str) -> None:
        self._blank("")
        self.documents.append((piece.lstrip("<- \t").strip("'\"\\"), len(self.found)))

    def _newline(self, piece: str) -> None:
        self._operator(";")

    def _operator(self, piece: str) -> None:
        self._end()
        frame = self.frame
        if piece == "&":
            for index in range(frame.first, len(self.found)):
                self.found[index] = self.found[index]._replace(waited_for=False)
        if piece[:1] == ";" or piece == "&":
            frame.chain, frame.first = set(), len(self.found)
        if piece.startswith(";;") or piece == ";&":
            self.patterns = bool(self.blocks) and self.blocks[-1].kind == "case"

    def _open(self, piece: str) -> None:
        if self.patterns:
            return
        is_array = piece == "(" and (self.frame.word or "").endswith("=")
        kind = "array" if is_array else "subshell" if piece == "(" else "substitution"
        if kind == "subshell":
            self._end()
        self._push(kind)

    def _tick(self, piece: str) -> None:
        if self.frame.kind == "tick":
            self._close(piece)
        else:
            self._push("tick")

    def _push(self, kind: str) -> None:
        if len(self.stack) < DEEPEST:
            self.shells += 1
            self.stack.append(self.frame)
            shell = (*self.frame.shell, self.shells)
            self.frame = _Frame(kind, self.line, first=len(self.found), depth=len(self.blocks), shell=shell)

    def _close(self, piece: str) -> None:
        if (self.frame.words or [""])[0] == "case":
            self._end()
        if self.patterns:
            self.patterns = False
            self.frame.words, self.frame.word = [], None
            return
        inner = self.frame
        if inner.kind == "array":
            self._blank("")
        else:
            self._end()
        if not self.stack:
            return
        self.frame = self.stack.pop()
        del self.blocks[inner.depth :]
        if inner.kind == "array":
            self._add(" ".join(inner.words))
        elif inner.kind != "subshell":
            self._add(UNKNOWN)

    def _end(self) -> None:
        """The command that was being read is whole."""
        self._blank("")
        frame = self.frame
        words, targets = frame.words, tuple(frame.targets)
        reads = frame.reads
        frame.words, frame.targets, frame.reads, frame.target = [], [], False, None
        if frame.kind == "array":
            frame.words = words
            return
        while words and words[0] in _RESERVED:
            self._reserved(words.pop(0))
        if not words:
            if targets:
                self._emit([":"], targets)
            return
        if self.patterns:
            return
        if words[0] == "function" and len(words) > 1:
            frame.named = words[1]
            if words[2:3] == ["{"]:
                self._reserved("{")
            if words[3:]:
                self._run(words[3:], targets, reads)
        elif words[0] in ("for", "select"):
            self.loops[words[1] if len(words) > 1 else ""] = words[3:23]
            self._block("loop")
        elif words[0] == "case":
            self._block("case")
            self.patterns = "in" in words
        else:
            self._run(words, targets, reads)

    def _run(self, words: list[str], targets: tuple[str, ...], reads: bool) -> None:
        index = 0
        while index < len(words) and (match := _ASSIGNED.fullmatch(words[index])):
            self._assign(match)
            index += 1
        words = words[index:]
        if not words:
            if targets:
                self._emit([":"], targets)
            return
        if words[0] in _DECLARES:
            for word in words[1:]:
                if match := _ASSIGNED.fullmatch(word):
                    self._assign(match)
        self._emit(words, targets, reads)
        if asked := self._asked(words):
            self.frame.chain |= asked
            for block in self.blocks[-1:]:
                if block.asks:
                    block.guards |= asked

    def _assign(self, match: re.Match[str]) -> None:
        name, value = match[1], match[2]
        if name not in ("PATH", "HOME", "PWD", "REPO_DIR") and len(value) < 1_000 and f"${name}" not in value:
            self.values[name] = value

    def _asked(self, words: list[str]) -> set[str]:
        names = {word.rpartition("/")[2] for word in words[1:] if not word.startswith("-")}
        if words[0] in _ASKED:
            return names
        if words[0] in ("[", "[[", "test"):
            line = self.lines[self.line - 1] if self.line <= len(self.lines) else ""
            return {"root", *names} if _WHO.search(line) else names
        return {"sudo"} if words[0] == "sudo" and {*words[1:]} & {"-v", "true"} else set()

    def _reserved(self, word: str) -> None:
        if word in ("if", "while", "until", "{"):
            self._block({"{": "{", "if": "if"}.get(word, "loop"))
            self.blocks[-1].asks = word == "if"
        elif word in _ENDS:
            self.patterns = False
            while self.blocks and len(self.blocks) > self.frame.depth:
                block = self.blocks.pop()
                if block.kind == _ENDS[word]:
                    self.frame.first = block.first
                    break
        elif self.blocks and word in ("then", "else", "elif"):
            self.blocks[-1].asks = word == "elif"

    def _block(self, kind: str) -> None:
        function = self.blocks[-1].function if self.blocks else ""
        if kind == "{" and self.frame.named:
            function, self.frame.named = self.frame.named, ""
        if len(self.blocks) < 200:
            self.blocks.append(_Block(kind, self.frame.first, function))

    def _emit(self, words: list[str], targets: tuple[str, ...], reads: bool = False) -> None:
        guards = self.frame.chain.union(*(block.guards for block in self.blocks[-20:]))
        function = self.blocks[-1].function if self.blocks else ""
        call = Call(
            self.frame.line, tuple(words), targets, "", reads, frozenset(guards), True, self.frame.shell, function
        )
        looped = [name for name in self.loops if any(f"${name}" in word or f"${{{name}}}" in word for word in words)]
        for value in self.loops[looped[0]] if looped and self.loops[looped[0]] else [""]:
            name = looped[0] if value else ""
            put = [word.replace(f"${{{name}}}", value).replace(f"${name}", value) if name else word for word in words]
            self.found.append(call._replace(words=tuple(put)))
