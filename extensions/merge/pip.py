"""Requirements: the `pip:` list of environment.yml, requirements.txt, requirements.late.txt.

- lines are compared as `requirement` says; disjoint ranges clash, also that of a line with a marker and that of one
  without
- options first, order kept, duplicates once; options behind others become lines of their own; those behind a
  requirement, where pip ignores them, and indices, as `indices` says
- names and lines that pip cannot install here are others, or comments, as `unfit` and `pip_lines` say
- relative paths are made right as `paths` says
- lines continue behind a backslash, comments do not; `--hash` is left out and found: one line with it makes pip refuse
  all without, and so does `--require-hashes`
- comments, and what pip cannot read, by the rules of `lines`
- the late file keeps every line, in component order: its order is its meaning
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..comments import split_comment
from ..model import Clash, Entry, Fragment, Merged, Want
from ..rule import Rule
from . import indices, lines, pip_lines, requirement, spelling, unfit
from .lines import Included, Notes
from .paths import relocate
from .requirement import NEXT
from .versions import overlap
from .wants import merge_wants

LATE_ANCHOR = "# Your own late packages go below this line, one to a line, in the order of their installation."
REMEDY = "make the two ranges overlap"
CONSTRAINTS = ("-c", "--constraint")
COMMENT_ALONE = re.compile(r"\s*#")
FILE = re.compile(r"(?:-[rc] *|--(?:requirement|constraint)[= ] *)(?P<path>(?![\w+.-]*:)[^-].*)")
HASH = re.compile(r" --hash(?:=\S*| \S+|$)")


def merge(wants: Iterable[Want]) -> Merged:
    """All requirements, by name."""
    keyed = ((requirement.parse(want.text).key, want) for want in wants)
    merged = merge_wants("pip", keyed, REMEDY, requirement.combine, requirement.fits)
    merged.entries.sort(key=lambda entry: not entry.text.startswith("-"))
    _compare_markers(merged)
    return merged


def read(fragment: Fragment, notes: Notes | None = None) -> Iterator[Want]:
    """The entries of a requirements file."""
    notes = notes if notes is not None else Notes()
    joined = replace(fragment, text=_joined(fragment.text)) if "\\" in fragment.text else fragment
    for want in lines.wants(joined, split_comment, notes):
        yield from requirements(want, fragment, notes)


def _joined(text: str) -> str:
    """Lines joined as pip does, with as many empty ones behind as it takes for later lines to keep their numbers."""
    joined, parts = [], list[str]()
    for line in text.splitlines():
        alone = COMMENT_ALONE.match(line)
        if line.endswith("\\") and not alone:
            parts.append(line.strip("\\"))
        else:
            joined += ["".join([*parts, " " + line if alone else line]), *([""] * len(parts))]
            parts = []
    return "\n".join([*joined, "".join(parts)])


def requirements(want: Want, fragment: Fragment, notes: Notes) -> Iterator[Want]:
    """`want` as the merged file can have it, each option by itself; none where pip could not install it."""
    line = requirement.parse(want.text)
    if line.simple and line.requirement and unfit.of_pip(line.name, line.requirement.shown) is None:
        yield want
        return
    text = " ".join(want.text.split())
    if " -" not in text:
        yield from _entry(want._replace(text=text), fragment, notes)
        return
    text = _without_hashes(want._replace(text=text), notes)
    first, *others = NEXT.split(text)
    yield from _entry(want._replace(text=first), fragment, notes)
    for other in others:
        one = want._replace(text=other, above=())
        if first.startswith("-"):
            yield from _entry(one, fragment, notes)
        elif kept := indices.behind(one, fragment, notes):
            yield from _entry(kept, fragment, notes)


BB203 = Rule(
    "BB203",
    "a requirement's hash is left out",
    "one line with a hash makes pip refuse all lines without",
    "install that requirement in a postBuild of its own, if the hash matters",
)


def _without_hashes(want: Want, notes: Notes) -> str:
    plain = HASH.sub("", want.text)
    if plain != want.text:
        hashes = want._replace(text="".join(HASH.findall(want.text)).strip())
        reason = "is left out, as one line with a hash makes pip refuse all lines without"
        remedy = f"install '{plain}' in a postBuild of its own if the hash matters"
        notes.findings.append(hashes.finding(BB203, reason, remedy))
    return plain


BB202 = Rule(
    "BB202",
    "a requirement that pip could not read",
    "it would break the build",
    "write it like `name>=1.2`, or as the finding says",
)


def _entry(want: Want, fragment: Fragment, notes: Notes) -> Iterator[Want]:
    if found := pip_lines.unfit(want.text):
        yield from _instead(want, found, fragment, notes)
        return
    first, *others = indices.apart(want, fragment, notes)
    if others:
        for one in (first, *others):
            yield from _entry(one, fragment, notes)
        return
    written = want.text
    want = want._replace(text=relocate(written, fragment))
    line = requirement.parse(want.text)
    asked = line.requirement
    if want.text == "--require-hashes":
        finding = want.finding(BB203, "is left out, as hashes are", "nothing to do", left_out=True)
        notes.findings.append(finding)
    elif asked and not asked.marker and not asked.url and (found := unfit.of_pip(line.name, asked.shown)):
        yield from _instead(want, found, fragment, notes)
    elif line.key:
        yield want
        notes.included += _included(Included(want, want, "", True), written, fragment, "", set())
    else:
        reason = "is no requirement that pip could read"
        notes.leave_out(want, fragment, BB202, reason, spelling.form(want.text))


def _included(by: Included, option: str, fragment: Fragment, folder: str, seen: set[str]) -> Iterator[Included]:
    """The entries of the file that a `-r` or `-c` names, seen from `folder`, and of those that it names; each once."""
    match = FILE.fullmatch(option)
    path = posixpath.normpath(posixpath.join(folder, match["path"].strip("\"' "))) if match else ""
    found = fragment.open(path) if path and path not in seen else None
    if found is None:
        return
    seen.add(path)
    inside = replace(fragment, file=found[0], text=_joined(found[1]))
    by = by._replace(file=by.file or found[0], asks=by.asks and not option.startswith(CONSTRAINTS))
    for want in lines.wants(inside, split_comment, Notes()):
        yield from _included(by, want.text, fragment, posixpath.dirname(path), seen)
        yield by._replace(want=want)


def _instead(want: Want, found: unfit.Unfit, fragment: Fragment, notes: Notes) -> Iterator[Want]:
    """What is taken in the place of an entry that pip cannot install; a comment is, where there is nothing."""
    notes.leave_out(want, fragment, found.code, found.reason, found.remedy)
    if found.instead:
        yield from _entry(found.replaced(want), fragment, notes)
    else:
        notes.comment_out(want)


def _compare_markers(merged: Merged) -> None:
    """Take out an entry that cannot hold together with one of another marker, where either has none."""
    kept: dict[str, list[Entry]] = {}
    for entry in list(merged.entries):
        line = requirement.parse(entry.text)
        asked = line.requirement
        if asked is None or asked.url:
            continue
        rivals = kept.setdefault(line.name, [])
        for index, other in enumerate(rivals):
            rival = requirement.parse(other.text).requirement
            if rival is None or (rival.marker and asked.marker) or overlap([rival.version, asked.version]):
                continue
            merged.clashes.append(Clash("pip", line.name, other.wants, entry.wants, REMEDY))
            winner = replace(other, losing=(*other.losing, *entry.wants, *entry.losing))
            merged.entries[merged.entries.index(other)] = rivals[index] = winner
            merged.entries.remove(entry)
            break
        else:
            rivals.append(entry)


def render_late(fragments: Iterable[Fragment]) -> str:
    """requirements.late.txt: every line in component order, then the author's anchor."""
    entries = [Entry(want.text, want.text, (want,)) for fragment in fragments for want in read(fragment)]
    return "".join(f"{line}\n" for line in [*(entry.line for entry in entries), LATE_ANCHOR])
