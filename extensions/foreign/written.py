"""Where a call writes: files and folders, each as in `places`.

- of programs that people use in these scripts, by their options; an archive's own folder is its name without its ending
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from .call import Call
from .places import lead

_ARCHIVE = re.compile(r"\.(?:tar(?:\.\w+)?|t[gbx]z\d?|zip|whl|deb|gz|bz2|xz|zst|7z)$")
# Options that take a word, of programs whose other words are what they write.
_VALUED = {"-m", "-o", "-g", "-d", "-t", "-r", "--mode", "--reference", "--owner", "--group"}
_CLONE = {
    *("-b", "-c", "-o", "-j", "-u", "--branch", "--depth", "--config"),
    *("--origin", "--jobs", "--reference", "--filter"),
}


def written(call: Call, cwd: str) -> Iterator[str]:
    """The places that the call makes or changes."""
    yield from (lead(cwd, word) for word in call.targets if not word.startswith("/dev/"))
    yield from (lead(cwd, word) for word in _named(call, cwd))


def unpacked(call: Call) -> str:
    """The name of an archive whose content the call spreads over its folder, without its ending; `*` for any."""
    name, arguments = call.program, call.arguments
    if name == "tar" and _option(arguments, "-C", "--directory") is None and _unpacks(arguments):
        plain = [word for word in arguments[1:] if not word.startswith("-")]
        return _stem(plain[0]) if len(plain) == 1 else "" if plain else "*"
    if name in ("unzip", "7z", "7za", "bsdtar", "unar") and _option(arguments, "-d", "-C") is None:
        plain = [word for word in arguments if not word.startswith("-") and word not in ("x", "e")]
        return _stem(plain[0]) if plain else "*"
    return ""


def _unpacks(arguments: tuple[str, ...]) -> bool:
    return bool(re.match(r"-?\w*x", (*arguments, "")[0])) or bool({"-x", "--extract"} & {*arguments})


def _stem(archive: str) -> str:
    return _ARCHIVE.sub("", archive.rpartition("/")[2].partition("?")[0]) or "*"


def _option(arguments: tuple[str, ...], *names: str) -> str | None:
    """The word that one of the options is given."""
    for index, word in enumerate(arguments):
        for name in names:
            if word == name:
                return arguments[index + 1] if index + 1 < len(arguments) else ""
            if name.startswith("--") and word.startswith(name + "="):
                return word[len(name) + 1 :]
            if len(name) == 2 and re.fullmatch(rf"-[A-Za-z]*{name[1]}", word):
                return arguments[index + 1] if index + 1 < len(arguments) else ""
            if len(name) == 2 and word.startswith(name) and len(word) > 2 and name in ("-O", "-C", "-P", "-d"):
                return word[2:]
    return None


def _plain(arguments: tuple[str, ...], valued: Collection[str] = ()) -> list[str]:
    found: list[str] = []
    is_value = False
    for word in arguments:
        if not is_value and not (word.startswith("-") and word != "-"):
            found.append(word)
        is_value = not is_value and word in valued
    return found


def _named(call: Call, cwd: str) -> Iterator[str]:
    name, arguments = call.program, call.arguments
    if name in ("mkdir", "touch", "tee", "rm", "rmdir", "chmod", "chown", "truncate"):
        plain = _plain(arguments, _VALUED)
        yield from plain[1:] if name in ("chmod", "chown") else plain
    elif name == "install" and "-d" in arguments:
        yield from _plain(arguments, _VALUED - {"-d"})
    elif name in ("cp", "mv", "ln", "install", "rsync"):
        yield from _copied(arguments)
    elif name in ("sed", "perl") and any(re.match(r"-\w*i|--in-place", word) for word in arguments):
        yield from _plain(arguments, {"-e", "-f"})[-1:]
    elif name == "tar":
        into = _option(arguments, "-C", "--directory")
        yield from [into] if into else _plain(arguments[1:], {"-f"})[1:] if _unpacks(arguments) else ()
    elif name in ("unzip", "7z", "bsdtar", "gunzip"):
        yield from filter(None, [_option(arguments, "-d", "-C")])
    elif name in ("dpkg", "dpkg-deb"):
        at = next((index for index, word in enumerate(arguments) if word in ("-x", "-X", "--extract", "-R")), None)
        yield from arguments[at + 2 : at + 3] if at is not None else ()
    elif name in ("curl", "wget", "aria2c"):
        yield from _fetched(name, arguments)
    elif name in ("git", "hg", "svn"):
        yield from _cloned(arguments)
    elif name in ("venv", "virtualenv", "initdb"):
        yield from filter(None, [_option(arguments, "-D", "--pgdata"), *_plain(arguments, {"-p", "--python"})[-1:]])
    elif name in ("pip", "pip3", "conda", "mamba", "micromamba", "npm", "cargo"):
        yield from filter(None, [_option(arguments, "-t", "--target", "-p", "--prefix", "--root", "--src")])


def _cloned(arguments: tuple[str, ...]) -> Iterator[str]:
    at = next((index for index, word in enumerate(arguments) if word in ("clone", "checkout", "co", "export")), None)
    plain = _plain(arguments[at + 1 :], _CLONE) if at is not None else []
    if plain and ("/" in plain[0] or ":" in plain[0]):
        yield plain[1] if len(plain) > 1 else plain[0].rstrip("/").rpartition("/")[2].removesuffix(".git")


def _copied(arguments: tuple[str, ...]) -> Iterator[str]:
    into = _option(arguments, "-t", "--target-directory")
    plain = _plain(arguments, _VALUED)
    if into:
        yield into
    elif len(plain) > 1:
        yield plain[-1]
        yield from (
            posixpath.join(plain[-1], word.rpartition("/")[2]) for word in plain[:-1] if plain[-1].strip("./") == ""
        )
    elif plain:  # ln with the target alone
        yield plain[0].rstrip("/").rpartition("/")[2]


def _fetched(name: str, arguments: tuple[str, ...]) -> Iterator[str]:
    given = (
        _option(arguments, "-O", "--output-document")
        if name == "wget"
        else _option(arguments, "-o", "--output", "--out")
    )
    folder = _option(arguments, "-P", "--directory-prefix", "--output-dir", "-d", "--dir")
    if given is not None:
        yield given
    elif folder:
        yield folder
    elif name != "curl" or any(re.fullmatch(r"-\w*O\w*|--remote-name(?:-all)?", word) for word in arguments):
        addresses = (word for word in arguments if "://" in word)
        yield from (word.rstrip("/").rpartition("/")[2].partition("?")[0] for word in addresses)
