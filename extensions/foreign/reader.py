"""The text of a shell script -> each command in it, once, in order: `read`.

One pass over the pieces of the text, with the commands that are being read on a stack; see `calls` for what counts.
"""

from __future__ import annotations

import re

from .call import DEEPEST, MOST, UNKNOWN, Call
from .commands import Commands, Frame

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
_ARRAY = re.compile(r"\$\{\w+\[[@*]\]\}")
_SUBSTITUTED = re.compile(r"\$\(([^()]{1,500})\)|`([^`]{1,500})`")
_FUNCTION = re.compile(r"\(\s*\)")


def read(script: str, depth: int = 0) -> list[Call]:
    """The commands, those of functions that nobody calls included."""
    reader = _Reader(script, depth)
    reader.all()
    return reader.found


class _Reader:
    """Reads one text; `found` is what it has read so far, functions that nobody calls included."""

    def __init__(self, script: str, depth: int) -> None:
        self.script, self.depth = script, depth
        self.commands = Commands(script)
        self.found = self.commands.found
        self.frame = Frame()
        self.stack: list[Frame] = []
        self.documents: list[tuple[str, int]] = []
        self.line, self.shells = 1, 0

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
                self.commands.emit(list(call.words), call.targets, self.frame)
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
            known = self.commands.values.get(name, "")
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
            self.commands.in_background(frame.first)
        if piece[:1] == ";" or piece == "&":
            frame.chain, frame.first = set(), len(self.found)
        if piece.startswith(";;") or piece == ";&":
            self.commands.patterns = self.commands.in_case()

    def _open(self, piece: str) -> None:
        if self.commands.patterns:
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
            self.frame = Frame(kind, self.line, first=len(self.found), depth=len(self.commands.blocks), shell=shell)

    def _close(self, piece: str) -> None:
        if (self.frame.words or [""])[0] == "case":
            self._end()
        if self.commands.patterns:
            self.commands.patterns = False
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
        del self.commands.blocks[inner.depth :]
        if inner.kind == "array":
            self._add(" ".join(inner.words))
        elif inner.kind != "subshell":
            self._add(UNKNOWN)

    def _end(self) -> None:
        self._blank("")
        self.commands.end(self.frame, self.line)
