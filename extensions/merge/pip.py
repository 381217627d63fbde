"""Requirements: the `pip:` list of environment.yml, requirements.txt, requirements.late.txt.

- by name as PEP 503 normalises it, and marker; two ranges become their intersection, extras their union; disjoint
  ranges clash, also that of a line with a marker and that of one without
- options, files, URLs and version control links are kept as written, options first, order kept, duplicates once, in
  their short and long form too; one `--index-url` only; options behind others, or behind a requirement (where pip
  ignores them), become lines of their own
- a link names its package by `name @` or `#egg=`: it clashes with another link, or a version, for that package
- relative paths are made right from where the merged file stands: `-r` and `-c` from the fragment's own folder, local
  packages from the repository's root (requirements.txt) or the fragment's folder (environment.yml), `--find-links`
  from the file's folder if it is there
- lines continue behind a backslash, comments do not; `--hash` is left out and found: one line with it makes pip refuse
  all without, and so does `--require-hashes`
- a comment stays with its line
- what pip cannot read is an error in a component, left out of what other people wrote, and found
- the late file keeps every line, in component order: its order is its meaning
"""

from __future__ import annotations

import functools
import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..errors import BlocksError
from ..model import Clash, Entry, Finding, Fragment, Merged, Want, merge_wants, split_comment
from . import lines
from .versions import Range, intersect, overlap, pip_range

LATE_ANCHOR = "# Your own late packages go below this line, one to a line, in the order of their installation."
REMEDY = "make the two ranges overlap"
LINK = re.compile(r"(?:(?:git|hg|bzr|svn)\+)?[A-Za-z][A-Za-z0-9.+-]*://\S+|git\+\S+@\S+:\S+")
EGG = re.compile(r"#(?:.*&)?egg=([A-Za-z0-9][\w.-]*)")
LONG = {"-r": "--requirement", "-c": "--constraint", "-i": "--index-url", "-e": "--editable", "-f": "--find-links"}
VALUED = (
    "--(?:requirement|constraint|editable|index-url|extra-index-url|find-links|no-binary|only-binary|trusted-host"
    "|use-feature)"
)
FLAG = "--(?:no-index|prefer-binary|require-hashes|pre)"
OPTION = re.compile(
    rf"(?P<flag>{FLAG})|(?P<name>-[rcief]|{VALUED}(?=[ =]))(?: *= *| +|(?<=^-[rcief]))(?P<value>[^ =-].*)"
)
NEXT = re.compile(rf" (?=(?:-[rcief]|{VALUED}|{FLAG})(?:[ =]|$))")
FILES = ("--requirement", "--constraint")
ALONE = re.compile(r"\s*#")
OF_REQUIREMENT = re.compile("--(?:hash|global-option|config-settings?)(?:=.*)?", re.DOTALL)
BEHIND = re.compile(" (?=--(?:hash|global-option|config-settings?)[ =])")
HASH = re.compile(r" --hash(?:=\S*| \S+|$)")
# Most requirements are this; `packaging` need not parse them.
BOUND = r"(?:[=!~]=|[<>]=?)[0-9][0-9A-Za-z.*]*"
SIMPLE = re.compile(rf"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)((?:{BOUND}(?:,{BOUND})*)?)", re.ASCII)
EXTRAS = re.compile(r"\[[^\[\]]*\]$")
PATH = re.compile(
    r"(?:\.{1,2}(?:[/\\\[]|$)|/|file:|[\w.-]+/[\w./-]*(?:\[[^\[\]]*\])?$"
    r"|[^\s@]+\.(?:whl|zip|tar\.gz|tgz|tar\.bz2)(?:\[[^\[\]]*\])?$)"
)


@dataclass
class Read:
    """What `read` came upon beside requirements."""

    findings: list[Finding] = field(default_factory=list)
    trailing: list[str] = field(default_factory=list)


class Named(NamedTuple):
    """A requirement by name; `shown` is the name as it was written."""

    shown: str
    range_: Range
    extras: frozenset[str] = frozenset()
    marker: str = ""
    url: str = ""


class Parsed(NamedTuple):
    """`key` is what wants are grouped by; `name` the package, empty where nobody can tell.

    `same`: equal for links and options that say the same. `simple`: a name, perhaps with a range, and no file's name.
    """

    key: str
    name: str = ""
    same: str = ""
    requirement: Named | None = None
    behind: str = ""
    simple: bool = False


def merge(wants: Iterable[Want]) -> Merged:
    """All requirements, by name."""
    merged = merge_wants("pip", ((_parsed(want.text).key, want) for want in wants), _combine, REMEDY, _fits)
    merged.entries.sort(key=lambda entry: not entry.text.startswith("-"))
    _compare_markers(merged)
    return merged


def read(fragment: Fragment, into: Read | None = None) -> Iterator[Want]:
    """The entries of a requirements file."""
    into = into if into is not None else Read()
    joined = replace(fragment, text=_joined(fragment.text)) if "\\" in fragment.text else fragment
    for want in lines.wants(joined, split_comment, into.trailing):
        yield from usable(want, fragment, into)


def _joined(text: str) -> str:
    """Lines joined as pip does, with as many empty ones behind as it takes for later lines to keep their numbers."""
    joined, parts = [], list[str]()
    for line in text.splitlines():
        alone = ALONE.match(line)
        if line.endswith("\\") and not alone:
            parts.append(line.strip("\\"))
        else:
            joined += ["".join([*parts, " " + line if alone else line]), *([""] * len(parts))]
            parts = []
    return "\n".join([*joined, "".join(parts)])


def usable(want: Want, fragment: Fragment, into: Read) -> Iterator[Want]:
    """`want` as the merged file can have it, each option by itself; none where pip could not read it."""
    if _parsed(want.text).simple:
        yield want
        return
    text = " ".join(want.text.split())
    if " -" in text:
        text = _without_hashes(want, text, into)
        first, *others = NEXT.split(text)
        yield from _usable(want._replace(text=first), fragment, into)
        for other in others:
            yield from _usable(want._replace(text=other, above=()), fragment, into)
    else:
        yield from _usable(want._replace(text=text), fragment, into)


def _without_hashes(want: Want, text: str, into: Read) -> str:
    plain = HASH.sub("", text)
    if plain != text:
        into.findings.append(
            Finding(
                *("BB203", want.component, want.file, want.line, "".join(HASH.findall(text)).strip()),
                "is left out, as one line with a hash makes pip refuse all lines without",
                f"install '{plain}' in a postBuild of its own if the hash matters",
            )
        )
    return plain


def _usable(want: Want, fragment: Fragment, into: Read) -> Iterator[Want]:
    want = want._replace(text=_relocate(want.text, fragment))
    if want.text == "--require-hashes":
        reason = "is left out, as hashes are"
        into.findings.append(
            Finding("BB203", want.component, want.file, want.line, want.text, reason, "nothing to do", True)
        )
    elif is_readable(want.text):
        yield want
    elif fragment.foreign:
        reason = "is no requirement that pip could read, and would break the build"
        into.findings.append(
            Finding("BB202", want.component, want.file, want.line, want.text, reason, _spelling(want.text), True)
        )
    else:
        raise BlocksError(f"{want.place}: '{want.text}' is no requirement pip could read; {_spelling(want.text)}")


def _spelling(text: str) -> str:
    single = re.fullmatch(r"([\w.-]+)\s*=\s*([\w.*]+)", text)
    return f"write it like '{single[1]}=={single[2]}'" if single else "write it like 'name>=1.2'"


def _relocate(text: str, fragment: Fragment) -> str:
    if fragment.files is None or fragment.locals_ is None:
        return text
    option = OPTION.fullmatch(text)
    if option is None:
        return _moved(text, fragment.locals_) if PATH.match(text) and not LINK.fullmatch(text) else text
    value = option["value"]
    if not value or LINK.fullmatch(value) or " @ " in value:
        return text
    name = LONG.get(option["name"], option["name"])
    if name not in (*FILES, "--editable", "--find-links"):
        return text
    beside = name == "--find-links" and posixpath.normpath(value).split("/", 1)[0] in fragment.beside
    from_file = name in FILES and not value.startswith("file:")
    base = fragment.files if beside or from_file else fragment.locals_
    return f"{option['name']} {_moved(value, base)}"


def _moved(path: str, base: str) -> str:
    """A relative path as seen from the merged file; with `./` where pip would take it for a name."""
    plain = path.removeprefix("file:") if not path.startswith("file:/") else path
    if plain.startswith(("/", "~", "$", "file:")) or "\\" in plain:
        return path
    plain = plain.rstrip("/")
    extras = match[0] if (match := EXTRAS.search(plain)) else ""
    moved = posixpath.normpath(posixpath.join(base, plain.removesuffix(extras).rstrip("/ ")))
    return (moved if moved.startswith("..") or "/" in moved else f"./{moved}") + extras


def is_readable(text: str) -> bool:
    return bool(_parsed(text).key)


def name_of(text: str) -> str:
    """The package, normalised; empty where nobody can tell."""
    return _parsed(text).name


@functools.lru_cache(maxsize=16384)
def _parsed(text: str) -> Parsed:
    """How `text` is compared with others; an empty key where pip could not read it."""
    simple = SIMPLE.fullmatch(text)
    if simple and (range_ := pip_range(simple[2])).sets is not None and not PATH.match(text):
        name = str(canonicalize_name(simple[1]))
        return Parsed(name, name, text, Named(simple[1], range_), simple=True)
    if text.startswith("-"):
        option = OPTION.fullmatch(text)
        if option is None or not _are_options(text):
            return Parsed("")
        option_name = LONG.get(option["name"], option["name"]) or option["flag"]
        same = f"{option_name} {option['value'] or ''}"
        name = _egg(same) if option_name == "--editable" else ""
        return Parsed("--index-url" if option_name == "--index-url" else name or same, name, same)
    if LINK.fullmatch(text):
        return Parsed(_egg(text) or text, _egg(text), text)
    body, *behind = BEHIND.split(text, maxsplit=1)
    if " -" in body:  # pip reads options from there on
        return Parsed("")
    named = _named(body) if not behind or _are_options(behind[0]) else None
    if named is None:
        return Parsed(text, same=text) if PATH.match(text) else Parsed("")
    name = str(canonicalize_name(named.shown))
    return Parsed(name + (f" ; {named.marker}" if named.marker else ""), name, text, named, "".join(behind))


def _named(text: str) -> Named | None:
    try:
        one = Requirement(text)
        range_ = pip_range(str(one.specifier))
    except (ValueError, RecursionError):  # also for more digits than Python takes
        return None
    return Named(one.name, range_, frozenset(one.extras), str(one.marker or ""), one.url or "")


def _are_options(text: str) -> bool:
    """Whether pip can split the words, the first is an option, and those that follow are options of a requirement."""
    try:
        words = shlex.split(text)
    except ValueError:
        return False
    return all(not word.startswith("-") or OF_REQUIREMENT.fullmatch(word) for word in words[1:])


def _egg(text: str) -> str:
    match = EGG.search(text)
    return str(canonicalize_name(match[1])) if match else ""


def _combine(texts: list[str]) -> str | None:
    parsed = [_parsed(text) for text in texts]
    requirements = [one.requirement for one in parsed if one.requirement]
    if len(requirements) < len(parsed) or any(requirement.url for requirement in requirements):
        return _link_among(texts, parsed)
    behind = {one.behind for one in parsed if one.behind}
    range_ = intersect([requirement.range_ for requirement in requirements])
    if range_ is None or len(behind) > 1:
        return None
    first = requirements[0]
    extras = sorted(set().union(*(requirement.extras for requirement in requirements)))
    shown = first.shown + (f"[{','.join(extras)}]" if extras else "") + range_
    return shown + (f" ; {first.marker}" if first.marker else "") + "".join(f" {one}" for one in behind)


def _fits(texts: list[str]) -> bool:
    """Whether `_combine` has a text for them."""
    parsed = [_parsed(text) for text in texts]
    named = [one.requirement for one in parsed if one.requirement and not one.requirement.url and not one.behind]
    return overlap([one.range_ for one in named]) if len(named) == len(parsed) else _combine(texts) is not None


def _link_among(texts: list[str], parsed: list[Parsed]) -> str | None:
    """The one link, or option, where all others are bare names: these it satisfies."""
    both = zip(reversed(texts), reversed(parsed), strict=True)
    links = {one.same: text for text, one in both if not one.requirement or one.requirement.url}
    bare = [one for one in parsed if one.requirement and not one.requirement.url]
    fits = all(not one.requirement.range_.text and not one.requirement.extras for one in bare if one.requirement)
    return next(iter(links.values())) if len(links) == 1 and fits else None


def _compare_markers(merged: Merged) -> None:
    """Take out an entry that cannot hold together with one of another marker, where either has none."""
    kept: dict[str, list[Entry]] = {}
    for entry in list(merged.entries):
        one = _parsed(entry.text)
        if not one.requirement or one.requirement.url:
            continue
        for index, other in enumerate(kept.setdefault(one.name, [])):
            rival = _parsed(other.text).requirement
            if rival is None or (rival.marker and one.requirement.marker):
                continue
            if intersect([rival.range_, one.requirement.range_]) is None:
                merged.clashes.append(Clash("pip", one.name, other.wants, entry.wants, REMEDY))
                lost = replace(other, losing=(*other.losing, *entry.wants, *entry.losing))
                merged.entries[merged.entries.index(other)] = kept[one.name][index] = lost
                merged.entries.remove(entry)
                break
        else:
            kept[one.name].append(entry)


def render_late(fragments: Iterable[Fragment]) -> str:
    """requirements.late.txt: every line in component order, then the author's anchor."""
    entries = [Entry(want.text, want.text, (want,)) for fragment in fragments for want in read(fragment)]
    return "".join(f"{line}\n" for line in [*(entry.line for entry in entries), LATE_ANCHOR])
