"""A file's name -> the one of repo2docker's that is meant by it: `meant`.

- by case, by what separates its words (`post_build`, `environment-yml`), by an ending too many, too few or another
  (`start.sh`, `apt.txt.txt`, `requirements`), by a plural, and by one slip of the keys in a long name
- not what somebody has put aside (`environment.yml.bak`, `_postBuild`), nor a name with another word or a number
"""

from __future__ import annotations

import re

from .repo2docker import KNOWN, SIMILAR

_SEPARATORS = re.compile(r"[-_. ]")
_ENDINGS = re.compile(r"\.(?:txt|text|sh|bash|zsh|ya?ml|cfg|list|lst|md|r|toml|bat|cmd|py)$")
_SCRIPT_ENDINGS = (".sh", ".bash", ".zsh", ".txt", ".bat", ".cmd", ".py", ".command")
_LONG = 9


def _core(name: str) -> str:
    return _SEPARATORS.sub("", name.lower())


_CORES = {_core(name): name for name in reversed(KNOWN)}
_WITHOUT = {_core(_ENDINGS.sub("", name.lower())): name for name in reversed(KNOWN)}


def meant(name: str) -> str:
    """The name itself where it is one of repo2docker's, or like none of them."""
    low = name.lower()
    if name in KNOWN or not name or name[0] in "._-~ ":
        return name
    for one in (SIMILAR.get(low), _CORES.get(_core(low)), _by_ending(low), _by_plural(low), _by_slip(low)):
        if one:
            return one
    return name


def _by_ending(low: str) -> str | None:
    shorter = _ENDINGS.sub("", low)
    if shorter == low:
        return _WITHOUT.get(_core(low)) if len(low) >= 3 and "." not in low else None
    found = _CORES.get(_core(shorter))  # an ending too many
    if found:
        return found if "." in found or low.endswith(_SCRIPT_ENDINGS) else None
    found = _WITHOUT.get(_core(shorter))
    is_text = low.endswith((".text", ".list", ".lst", ".txt"))
    is_yaml = low.endswith((".yml", ".yaml"))
    if found and ((found.endswith(".txt") and (is_text or is_yaml)) or (found.endswith(".yml") and is_text)):
        return found
    return _by_ending(shorter) if _ENDINGS.search(shorter) else None


def _by_plural(low: str) -> str | None:
    stem = _ENDINGS.sub("", low)
    other = stem[:-1] if stem.endswith("s") else f"{stem}s"
    return _CORES.get(_core(other + low[len(stem) :])) if len(stem) > 2 else None


def _by_slip(low: str) -> str | None:
    core = _core(low)
    return next((name for right, name in _CORES.items() if len(right) >= _LONG and _is_slip(core, right)), None)


def _is_slip(core: str, right: str) -> bool:
    """Whether one letter is missing, twice or another, or two have changed their places."""
    if abs(len(core) - len(right)) > 1 or core == right or re.search(r"\d", core):
        return False
    start = 0
    while start < min(len(core), len(right)) and core[start] == right[start]:
        start += 1
    rest, wanted = core[start:], right[start:]
    if len(core) < len(right):
        return rest == wanted[1:]
    if len(core) > len(right):
        return rest[1:] == wanted and start > 0 and rest[0] == core[start - 1]
    return rest[1:] == wanted[1:] or (rest[2:] == wanted[2:] and rest[:2] == wanted[:2][::-1])
