"""One line of apt.txt as people write it -> the names in it.

- most lines are names; a line may also be a command (`apt-get update && apt-get install -y NAME`), a line of a
  Dockerfile or of a listing (`dpkg -l`, `dpkg --get-selections`, `apt list`), or a name with something around it: a
  bullet, quotes, a comma, capitals, pip's `==`, a range, which apt-get has no words for
- of commands those that install with apt count, and of these the names; options do not
- a word of which no name can be made is refused; of a command that is none of apt's nothing is taken
"""

from __future__ import annotations

import re
from typing import NamedTuple

PACKAGE = re.compile(r"[a-z0-9][a-z0-9.+-]*(:[a-z0-9]+)?([=/][A-Za-z0-9.+:~*_-]+)?")
TOOLS = frozenset(("apt-get", "apt", "aptitude", "apt-fast", "nala"))
INSTALL = frozenset(("install", "reinstall"))
# Options of apt-get whose value is the next word.
VALUED = frozenset(("-o", "-c", "-t", "-a", "--option", "--config-file", "--target-release", "--default-release"))
# Names of programs, builtins and files that no package of Ubuntu has.
NEVER = frozenset(
    (
        *("apt-get", "apt-cache", "apt-key", "apt-mark", "apt-fast", "add-apt-repository", "apt-add-repository"),
        *("cat", "cd", "chmod", "chown", "conda", "cp", "echo", "env", "exec", "exit", "export", "ln", "locale-gen"),
        *("mamba", "mkdir", "mv", "rm", "set", "sh", "source", "su", "tee", "touch", "true", "update-alternatives"),
        *("install", "yes", "run", "workdir", "from", "arg"),
    )
)
OTHERS = frozenset(
    ("pip", "pip3", "conda", "mamba", "micromamba", "snap", "npm", "gem", "cargo", "brew", "yum", "dnf", "apk", "julia")
)
FETCH = frozenset(("curl", "wget", "git", "dpkg", "gpg", "python", "python3", "bash", "sed", "make"))
SUBCOMMANDS = frozenset(
    (
        *INSTALL,
        *("update", "upgrade", "full-upgrade", "dist-upgrade", "safe-upgrade", "remove", "purge", "autoremove"),
        *("autopurge", "clean", "autoclean", "build-dep", "search", "show", "list", "download", "source", "policy"),
    )
)
# Words that make a line something else than names.
SPECIAL = NEVER | SUBCOMMANDS | {"ii", "hi", "hold", "deinstall"}
CHAIN = re.compile(r"\s*(?:&&|\|\||[;&|])\s*")
# What stands before a command, or before an item of a list.
BEFORE = re.compile(
    r"(?:[$%!*+>\u2022-]|\d+[.)]|RUN|run:|doas|time|env|-[A-Za-z]|--|[A-Z_][A-Z0-9_]*=\S*"
    r"|(?:su|(?:/bin/)?(?:ba|da)?sh)\s+-\w*c(?=\s))(?:\s+|$)[\"']?"
)
SUDO = re.compile(r"sudo(?:\s+-\w+)*\s+")
INSERTED = re.compile(r"\$\([^()]*\)|`[^`]*`")
CONDITION = re.compile(r"\s*\((?:[<>]{1,2}|[<>]?=)\s*[^()]*\)|\s*\[[^\[\]]*\]")
LISTED = re.compile(
    r"[ih]i\s+(?P<dpkg>[a-z0-9][a-z0-9.+-]*(?::[a-z0-9]+)?)\s+\S+\s+\S.*|(?P<apt>[a-z0-9][a-z0-9.+-]*)/\S+\s+\S+\s+\S+(?:\s+\[.*)?"
)
SELECTED = re.compile(r"(?P<name>[a-z0-9][a-z0-9.+-]*(?::[a-z0-9]+)?)\s+(?P<state>install|hold|deinstall|purge)")
RANGE = re.compile(r"(?:[<>!~]=?|=>)[^<>=!~]*$")
AROUND = "\"'`,;\u201c\u201d\u2018\u2019\ufeff\u200b"


class Line(NamedTuple):
    """`names` in their order, `refused` words; `kind`: what the line is, empty where it is names and nothing else."""

    names: tuple[str, ...]
    refused: tuple[str, ...] = ()
    kind: str = ""


def read(text: str) -> Line:
    """The line `text`, without its comment."""
    words = tuple(text.split())
    text = " ".join(words)  # the patterns below take no more than linear time then
    if all(map(PACKAGE.fullmatch, words)) and SPECIAL.isdisjoint(words) and not text.startswith(("ppa:", "1. ")):
        return Line(words)
    if listed := LISTED.fullmatch(text):
        return Line(tuple(map(_plain, filter(None, listed.groups()))), (), "a line of a listing")
    if (selected := SELECTED.fullmatch(text)) and not {words[0]} & (NEVER | TOOLS | OTHERS | {"sudo"}):
        return _selected(selected)
    found = _segments([part for part in CHAIN.split(INSERTED.sub("", text).rstrip("\\ ")) if part.strip()])
    return found if found.names != words else Line(words)


def _selected(match: re.Match[str]) -> Line:
    names = (_plain(match["name"]),) if match["state"] in ("install", "hold") else ()
    return Line(names, (), "a line of a listing")


def _plain(name: str) -> str:
    """A name of a listing, without the architecture that apt-get chooses by itself."""
    return name.partition(":")[0]


def _segments(parts: list[str]) -> Line:
    names: list[str] = []
    refused: list[str] = []
    commands = False
    for part in parts:
        found = _command(part)
        if found is not None:
            commands = True
            names += (name for word in found if (name := spelled(word)))
            continue
        for word in CONDITION.sub("", _without_bullets(part)).split():
            if name := spelled(word):
                names.append(name)
            elif not word.startswith("-") and word != "\\":
                refused.append(word)
    kind = "a command" if commands else "" if refused and not names else "not as apt.txt has it"
    return Line(tuple(dict.fromkeys(names)), tuple(refused), kind)


def _without_bullets(text: str) -> str:
    while match := BEFORE.match(text):
        text = text[match.end() :]
    return text


def _command(text: str) -> list[str] | None:
    """The words that a command installs with apt, none where it is another one; None for what is no command."""
    plain = _without_bullets(text.strip("() "))
    if sudo := SUDO.match(plain):
        return _command(plain[sudo.end() :])
    tool, *rest = plain.split() or [""]
    tool = tool.rpartition("/")[2] if tool.startswith("/") else tool
    if tool in TOOLS and (tool in NEVER or _subcommand(rest)[0] or any(word.startswith("-") for word in rest)):
        subcommand, named = _subcommand(rest)
        return named if subcommand in INSTALL else []
    if tool == "install" and rest:
        return [word for word in rest if not word.startswith("-")]
    other = tool in OTHERS and rest[:1] and (rest[0] in ("install", "add") or rest[0].startswith("-"))
    odd = tool in FETCH and any(word.startswith("-") or "://" in word or "/" in word for word in rest)
    if tool.lower() in NEVER or other or odd or re.search(r"://|[<>]\s*/|\$\(|\bppa:", text):
        return []
    return None


def _subcommand(words: list[str]) -> tuple[str, list[str]]:
    """What a tool of apt's is to do, and with which words."""
    plain, skip = [], False
    for word in words:
        if not skip and not word.startswith("-"):
            plain.append(word)
        skip = not skip and word in VALUED
    found = plain[0] if plain and plain[0] in SUBCOMMANDS else ""
    return found, [word for word in plain[1:] if word != "\\"] if found else []


def spelled(word: str) -> str:
    """The word as apt-get takes it; empty where it is no name, however it is written."""
    bare = word.strip(AROUND).rstrip("\\").strip(AROUND)
    if len(bare) > 1 and not bare.startswith("-"):
        bare = RANGE.sub("", re.sub("={2,3}", "=", bare))
        name, separator, version = re.match(r"([^=/]*)([=/]?)(.*)", bare).groups()  # type: ignore[union-attr]
        bare = f"{name.lower()}{separator}{version}" if version else name.lower()
    return bare if PACKAGE.fullmatch(bare) and bare not in NEVER else ""
