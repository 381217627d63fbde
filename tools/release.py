"""For maintainers: the releases of the catalogue, docs/releases.md says when.

check    CHANGELOG.md, tags and answers files agree, and what changed is named; else a line for each problem, and exit 1
cut      moves what is under Unreleased below a heading for VERSION, and writes the answers file of that version
fixture  writes the answers file alone, tests/releases/<version>.yml, for the newest release
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from extensions import git  # noqa: E402
from extensions.errors import BlocksError  # noqa: E402
from extensions.update import changelog  # noqa: E402
from extensions.update.changelog import Release  # noqa: E402

FIXTURES = "tests/releases"
SOURCE = "binder-blocks"  # where a fixture's catalogue is, for whoever uses the fixture to say


@dataclass
class Found:
    """What `check` has to say: what is wrong, and what it could not find out."""

    problems: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    def wrong(self, release: Release, text: str) -> None:
        self.problems.append(f"{changelog.FILE}:{max(release.line, 1)}: {text}")


@dataclass(frozen=True)
class Span:
    """The releases that have to name what changed from one tag to another, or to the working tree.

    Without `start`, whatever is there has changed: it was not there before the first release.
    """

    releases: tuple[Release, ...]
    start: str | None
    end: str | None


def run_git(*arguments: str) -> str | None:
    try:
        return os.fsdecode(git.run(*arguments, folder=ROOT))
    except git.GitError:
        return None


def paths(*arguments: str) -> list[str] | None:
    listed = run_git(*arguments)
    return None if listed is None else [path for path in listed.split("\0") if path]


def version_of(tag: str) -> Version | None:
    try:
        return Version(tag)
    except InvalidVersion:
        return None


def tags(*arguments: str) -> dict[Version, str]:
    """The tags that are versions."""
    names = (run_git("tag", "--list", *arguments) or "").split()
    return {version: tag for tag in names if (version := version_of(tag))}


def read() -> tuple[str, list[Release]]:
    try:
        text = (ROOT / changelog.FILE).read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise BlocksError(f"{changelog.FILE}:1: cannot be read: {error}; restore it") from error
    return text, changelog.parse(text)


def released(releases: Iterable[Release]) -> list[Release]:
    return [release for release in releases if release.version]


def unreleased(releases: Iterable[Release]) -> Release:
    return next((release for release in releases if not release.version), Release())


def check(against: str | None) -> Found:
    found = Found()
    try:
        _, releases = read()
    except BlocksError as error:
        found.problems.append(str(error))
        return found
    check_order(releases, found)
    check_names(releases, found)
    check_tag(found)
    check_fixtures(releases, found)
    if against and run_git("rev-parse", "--verify", "--quiet", f"{against}^{{commit}}") is None:
        found.problems.append(f"--against {against}: there is no such tag here; git fetch --tags, or correct it")
        return found
    for span in spans(releases, against, found):
        check_span(span, found)
    return found


def check_order(releases: Sequence[Release], found: Found) -> None:
    for upper, lower in itertools.pairwise(released(releases)):
        if upper.version and lower.version and upper.version < lower.version:
            found.wrong(lower, f"{lower} stands below {upper}, which is older; put the newest release first")
        if upper.date and lower.date and upper.date < lower.date:
            found.wrong(upper, f"{upper.date} is before the date of {lower}, {lower.date}; correct one of them")


def check_names(releases: Sequence[Release], found: Found) -> None:
    folders = [path.name for path in (ROOT / "components").iterdir() if path.is_dir()]
    for entry, name in changelog.unknown(releases, folders):
        found.problems.append(
            f"{changelog.FILE}:{entry.line}: there is no component '{name}'; correct the name, "
            f"or say what became of it: - **{name}**: ... under Removed"
        )


def check_tag(found: Found) -> None:
    """The tag at HEAD against the changelog that is tagged."""
    here = tags("--points-at", "HEAD")
    if not here:
        return
    try:
        releases = changelog.parse((git.blob(ROOT, f"HEAD:./{changelog.FILE}") or b"").decode(errors="replace"))
    except BlocksError as error:
        found.problems.append(f"{error} (as it is tagged {', '.join(here.values())}); move the tag")
        return
    newest = next(iter(released(releases)), Release())
    for version, tag in here.items():
        if version != newest.version:
            said = f"the newest release is {newest}" if newest.version else "there is no release"
            found.wrong(newest, f"{said}, and HEAD is tagged {tag}; move the tag, or cut {version} first")
        elif unreleased(releases).entries:
            found.wrong(unreleased(releases), f"HEAD is tagged {tag} and has these entries; move them to {version}")


def check_fixtures(releases: Sequence[Release], found: Found) -> None:
    newest = released(releases)[:1]
    for release in released(releases):
        name = f"{FIXTURES}/{release}.yml"
        if not (ROOT / name).is_file():
            remedy = "write it: python tools/release.py fixture" if release in newest else "restore it, git has it"
            found.wrong(release, f"{release} has no answers file {name}; {remedy}")
            continue
        lines = (ROOT / name).read_text().split("\n")
        if yaml.safe_dump({"_commit": str(release)}).strip() not in lines:
            at = next((number for number, line in enumerate(lines, start=1) if line.startswith("_commit:")), 1)
            found.problems.append(f"{name}:{at}: must have _commit: {release}, for it is the answers file of that")


def spans(releases: Sequence[Release], against: str | None, found: Found) -> Iterator[Span]:
    """The newest release since the one before, and what is not released since the newest."""
    newest, before = (*released(releases)[:2], None, None)[:2]
    known, next_one = tags(), unreleased(releases)
    if newest is None or newest.version is None:
        yield Span((next_one,), against, None)
        return
    tag = known.get(newest.version)
    start = against or (known.get(before.version) if before and before.version else None)
    if before and not start:
        found.unchecked.append(f"what changed since {before}: its tag is not here; git fetch --tags")
    else:
        yield Span((newest,) if tag else (newest, next_one), start, tag)
    if tag:
        yield Span((next_one,), tag, None)


def check_span(span: Span, found: Found) -> None:
    since = f"since {span.start}" if span.start else "since there was nothing"
    listed = changed(span)
    if listed is None:
        found.unchecked.append(f"what changed {since}: git cannot tell here; use a clone with the whole history")
        return
    named = {name for release in span.releases for entry in release.entries for name in entry.components}
    for name, path in sorted(concerned(listed).items()):
        if name not in named:
            text = f"{span.releases[0]} does not name '{name}', which changed {since} ({path})"
            found.wrong(span.releases[0], f"{text}; add an entry - **{name}**: ...")


def changed(span: Span) -> list[str] | None:
    """Paths; None where git cannot tell."""
    untracked = ("ls-files", "-z", "--others", "--exclude-standard")
    if span.start is None:
        return paths("ls-tree", "-r", "-z", "--name-only", span.end) if span.end else paths(*untracked, "--cached")
    ends = (span.start, span.end) if span.end else (span.start,)
    listed = paths("diff", "-z", "--name-only", "--no-renames", "--relative", *ends, "--")
    return listed if listed is None or span.end else [*listed, *(paths(*untracked) or [])]


def concerned(listed: Iterable[str]) -> dict[str, str]:
    """Whom the changelog has to name for those paths, each with the first of them."""
    result: dict[str, str] = {}
    for path in listed:
        folder, _, rest = path.partition("/")
        if folder == "components" and "/" in rest:
            result.setdefault(rest.partition("/")[0], path)
        elif folder in (changelog.FLEET, changelog.LAUNCH):
            result.setdefault(folder, path)
        elif folder in ("extensions", "template") or path == "copier.yml":
            result.setdefault(changelog.ENGINE, path)
    return result


def answers(version: Version) -> str:
    """The answers file of a copy with every component and the defaults, as of a release `version`."""
    with tempfile.TemporaryDirectory() as folder:
        catalogue, course = Path(folder, "catalogue"), Path(folder, "course")
        export(catalogue)
        names = sorted(path.name for path in (catalogue / "components").iterdir())
        command = [sys.executable, "-m", "copier", "copy", "--trust", "--defaults", "--quiet"]
        command += [f"--data=components=[{', '.join(names)}]", str(catalogue), str(course)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise BlocksError(f"components: cannot be installed together: {done.stderr.strip()}")
        lines = (course / ".copier-answers.yml").read_text().splitlines(keepends=True)
    ours = yaml.safe_dump({"_commit": str(version), "_src_path": SOURCE})
    return "".join(ours if line.startswith("_src_path:") else line for line in lines)


def export(target: Path) -> None:
    """The working tree without what git ignores, outside git: it has to have no version of its own."""
    listed = paths("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed is None:
        raise BlocksError(f"{ROOT}: is no git repository; use a clone")
    for name in listed:
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def fixture() -> str:
    newest = next(iter(released(read()[1])), None)
    if newest is None or newest.version is None:
        raise BlocksError(f"{changelog.FILE}:1: there is no release; cut one: python tools/release.py cut VERSION")
    path = ROOT / FIXTURES / f"{newest}.yml"
    if path.exists() and newest.version in tags():
        raise BlocksError(f"{FIXTURES}/{path.name}: {newest} is released; what it asked does not change any more")
    return write(newest.version, answers(newest.version))


def write(version: Version, text: str) -> str:
    path = ROOT / FIXTURES / f"{version}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return f"{FIXTURES}/{path.name} is written."


def cut(version: Version, day: date) -> str:
    text, releases = read()
    moved = unreleased(releases)
    newest = next(iter(released(releases)), Release())
    if not moved.entries:
        raise BlocksError(f"{changelog.FILE}:{max(moved.line, 1)}: there is nothing under [Unreleased] to release")
    if newest.version and newest.version >= version:
        raise BlocksError(f"{changelog.FILE}:{newest.line}: {newest} is not older than {version}; choose a later one")
    if newest.date and newest.date > day:
        raise BlocksError(f"{changelog.FILE}:{newest.line}: {newest} is of {newest.date}, after {day}; give --date")
    asked = answers(version)
    lines = text.split("\n")
    lines[moved.line : moved.line] = ["", f"## [{version}] - {day}"]
    (ROOT / changelog.FILE).write_text("\n".join(lines), newline="")
    write(version, asked)
    return f"{changelog.FILE} and {FIXTURES}/{version}.yml are written: check, commit, then tag {version}."


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="whether changelog, tags and answers files agree")
    checking.add_argument("--against", metavar="TAG", help="what the newest release is compared with")
    cutting = commands.add_parser("cut", help="make a release of what is under Unreleased")
    cutting.add_argument("version", type=Version, metavar="VERSION")
    cutting.add_argument("--date", type=date.fromisoformat, default=date.today(), metavar="YYYY-MM-DD")
    commands.add_parser("fixture", help="write the answers file of the newest release")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    try:
        if options.command == "check":
            return say(check(options.against))
        print(cut(options.version, options.date) if options.command == "cut" else fixture())
    except BlocksError as error:
        print(error)
        return 1
    return 0


def say(found: Found) -> int:
    for problem in found.problems:
        print(problem)
    for reason in found.unchecked:
        print(f"Not checked: {reason}.")
    if not found.problems:
        print("No problems.")
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
