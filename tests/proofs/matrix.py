"""Updates of derived repositories, by what changes and by what the author has done: a table of what becomes of them.

    python tests/proofs/matrix.py [--processes 2] [--only TEXT] [--both-clones] [--one-in N]

What changes: `EVENTS`, from one release of a small catalogue with a history to another (tests/updates/releases.py), or
an answer. What the author did: tests/updates/edits.py, at the places that the change makes interesting. By real Copier,
in a clone of the repository that is whole or of depth 1, in turn (`--both-clones`: each in both). A cell is

    clean      no conflict, and the result is, byte for byte and run bit for run bit, a fresh copy of the new version
               with the author's edit in it
    conflict   the author edited a generated line that the new version changes as well: just the author's line stands
               between markers, all else as in the fresh copy
               (a file that is no text is the author's, and unmerged in the index)
    deleted    the author edited a file, and its component or output is gone: Copier deletes it, and the run says so
    WRONG      anything else

Prints a line for each cell that is not clean, the table, and the numbers; exit status 1 where a cell is WRONG.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.fast.conftest import commit, git
from tests.updates import releases
from tests.updates.edits import OWN_LINE, Edit, Tree, edits, lines

FIRST = ("alpha", "beta", "delta", "epsilon", "gamma")
Job = tuple[str, str, str]  # event, edit, clone
CLONES: Mapping[str, tuple[str, ...]] = {"full": (), "shallow": ("--depth=1",)}


@dataclass(frozen=True)
class Event:
    """From one release to another, with other answers if need be; `now`: the components afterwards."""

    name: str
    before: str
    after: str
    answers: Mapping[str, object] = field(default_factory=dict)
    now: tuple[str, ...] = FIRST


RENAMED = tuple(sorted({*FIRST, "omega"} - {"delta"}))
ADDED = (*FIRST, "zeta")
REMOVED = tuple(sorted({*FIRST} - {"beta"}))
POSTER = {"outputs": ["poster"]}
EVENTS = (
    Event("component added", "1.0.0", "1.0.0", {"components": list(ADDED)}, ADDED),
    Event("component removed", "1.0.0", "1.0.0", {"components": list(REMOVED)}, REMOVED),
    Event("component changed", "1.0.0", "1.1.0"),
    Event("component renamed", "1.1.0", "1.2.0", now=RENAMED),
    Event("component retired", "1.2.0", "1.3.0", now=RENAMED),
    Event("option changed", "1.0.0", "1.0.0", {"gamma_level": "high"}),
    Event("Python changed", "1.0.0", "1.0.0", {"python_version": "3.12"}),
    Event("upgraded by one release", "1.3.0", "1.4.0", now=RENAMED),
    Event("upgraded by several releases", "1.0.0", "2.0.0", now=RENAMED),
    Event("output taken back", "1.0.0", "1.0.0", {"outputs": []}),
    Event("output's file renamed", "1.0.0", "2.0.0", {"poster_size": "large"}, RENAMED),
)


def copier_copy(catalogue: Path, version: str, target: Path, answers: Mapping[str, object]) -> None:
    from copier import run_copy

    with quiet():
        run_copy(str(catalogue), target, dict(answers), vcs_ref=version, defaults=True, unsafe=True, quiet=True)


def copier_update(target: Path, version: str, answers: Mapping[str, object]) -> None:
    from copier import run_update

    with quiet():
        run_update(target, dict(answers), vcs_ref=version, defaults=True, overwrite=True, unsafe=True, quiet=True)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Python's own output and that of child processes; Copier prints even where it is told not to."""
    saved = os.dup(2)
    with open(os.devnull, "w") as null, contextlib.redirect_stdout(io.StringIO()):
        os.dup2(null.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)


class Bench:
    """What the cells of one event share: the repository before, and the fresh copy afterwards."""

    def __init__(self, folder: Path, catalogue: Path, event: Event) -> None:
        self.event, self.folder = event, folder
        self.repository, fresh = folder / "before", folder / "fresh"
        first = RENAMED if event.before >= "1.2.0" else FIRST
        copier_copy(catalogue, event.before, self.repository, {**POSTER, "components": list(first)})
        commit(self.repository)
        copier_copy(catalogue, event.after, fresh, {**POSTER, **event.answers, "components": list(event.now)})
        commit(fresh)
        self.old, self.new = committed(self.repository), committed(fresh)
        self.modes = modes(fresh)

    @functools.cached_property
    def edits(self) -> list[Edit]:
        return edits(self.old, self.new)


def committed(repository: Path) -> Tree:
    """The files at HEAD: what git would give another checkout, whatever the line ends here."""
    names = git(repository, "ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0")[:-1]
    command = ["git", "-C", str(repository), "cat-file", "--batch"]
    wanted = "".join(f"HEAD:{name}\n" for name in names).encode()
    out = subprocess.run(command, input=wanted, check=True, capture_output=True).stdout
    tree: Tree = {}
    for name in names:
        head, _, out = out.partition(b"\n")
        size = int(head.split()[2])
        tree[name], out = out[:size], out[size + 1 :]
    return tree


def modes(repository: Path) -> dict[str, str]:
    entries = git(repository, "ls-tree", "-r", "-z", "HEAD").split("\0")[:-1]
    return {entry.partition("\t")[2]: entry.split()[0] for entry in entries}


def run_cell(bench: Bench, edit: Edit, clone: str) -> str:
    """What became of the update: a word of the module's description, and more behind a colon."""
    with tempfile.TemporaryDirectory(dir=bench.folder) as name:
        target = Path(name, "course")
        options = [*edit.clone, "clone", "--quiet", *CLONES[clone], bench.repository.as_uri(), str(target)]
        git(bench.folder, *options)
        if edit.clone:
            git(target, "config", "core.autocrlf", "true")
        edit.change(target)
        commit(target)
        for path, content in edit.unseen.items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_bytes(content)
        try:
            copier_update(target, bench.event.after, bench.event.answers)
        except Exception as error:
            return f"WRONG: {type(error).__name__}: {error}"
        return judge(bench, edit, target)


def judge(bench: Bench, edit: Edit, target: Path) -> str:
    unmerged = sorted({line.split("\t")[1] for line in git(target, "ls-files", "--unmerged").splitlines()})
    expected = dict(bench.new)
    edit.expect(expected)
    found, found_modes = result(target)
    if fault := unseen(edit, target):
        return f"WRONG: {fault}"
    if unmerged and unmerged != [edit.may_conflict]:
        return f"WRONG: conflict in {', '.join(unmerged)}\n{shown(found, unmerged[0])}"
    if edit.edited and not unmerged:
        return f"WRONG: no conflict over {edit.edited!r}, which the new version changes"
    if unmerged and not edit.whole:
        kept, mine = without_markers(lines(found, unmerged[0]))
        if kept != lines(bench.new, unmerged[0]) or mine != [edit.edited or edit.own or OWN_LINE]:
            return f"WRONG: more than the author's line conflicts in {unmerged[0]}\n{shown(found, unmerged[0])}"
        found[unmerged[0]] = expected[unmerged[0]]
    if difference := differences(expected, found):
        return f"WRONG: {difference}"
    wrong = [path for path, mode in bench.modes.items() if found_modes.get(path, mode) != mode]
    if wrong:
        return f"WRONG: run bits of {', '.join(wrong)}"
    if edit.deleted_with:
        return f"deleted: {edit.deleted_with}"
    return f"conflict: {unmerged[0]}" if unmerged else "clean"


def unseen(edit: Edit, target: Path) -> str:
    """What is wrong with the files that git does not have."""
    for path in edit.unseen:
        content = (target / path).read_bytes() if (target / path).exists() else b""
        if OWN_LINE.encode() not in content or edit.on_disk.get(path, content) != content:
            return f"{path} is {content!r}"
    return ""


def shown(tree: Tree, path: str) -> str:
    return tree[path].decode(errors="backslashreplace")


def result(target: Path) -> tuple[Tree, dict[str, str]]:
    """What is there after the update, as the author would commit it."""
    commit(target)
    return committed(target), modes(target)


def without_markers(merged: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines with the new version's side of every conflict, and those of the author's side."""
    kept, side, mine = [], "", []
    for line in merged:
        if line.startswith(("<<<<<<< ", ">>>>>>> ")) or line == "=======":
            side = line[:7] if line[0] != ">" else ""
        elif side == "<<<<<<<":
            mine.append(line)
        else:
            kept.append(line)
    return kept, mine


def differences(expected: Tree, found: Tree) -> str:
    if missing := sorted(expected.keys() - found.keys()):
        return f"missing: {', '.join(missing)}"
    if more := sorted(found.keys() - expected.keys()):
        return f"not expected: {', '.join(more)}"
    for path, content in expected.items():
        if found[path] != content:
            return f"{path} is\n{shown(found, path)}\nand not\n{shown(expected, path)}"
    return ""


_benches: dict[str, Bench] = {}


def run(job: Job) -> tuple[str, str, str, str]:
    event, edit, clone = job
    bench = _benches[event]
    return (*job, run_cell(bench, next(one for one in bench.edits if one.name == edit), clone))


def cells(catalogue: Path, folder: Path, events: Sequence[Event] = EVENTS) -> list[Job]:
    """Every cell, in both kinds of clone; makes what they need."""
    for event in events:
        _benches[event.name] = Bench(folder / event.name.replace(" ", "-"), catalogue, event)
    return [(name, edit.name, clone) for name, bench in _benches.items() for edit in bench.edits for clone in CLONES]


def alternate(jobs: Sequence[Job]) -> list[Job]:
    """Each cell in one kind of clone."""
    return [job for number, job in enumerate(jobs) if (number // 2 + number) % 2 == 0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="cells whose name has this text")
    parser.add_argument("--both-clones", action="store_true", help="each in a whole clone and in one of depth 1")
    parser.add_argument(
        "--one-in", type=int, default=1, help="every so manieth cell, for a quick look; odd, for both kinds of clone"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="matrix-") as name:
        folder = Path(name)
        jobs = cells(releases.make(folder / "catalogue"), folder)
        jobs = [job for job in jobs if options.only in ", ".join(job)]
        jobs = jobs if options.both_clones else alternate(jobs)
        return show(jobs[:: options.one_in], options.processes)


def show(jobs: Sequence[Job], processes: int) -> int:
    counts: Counter[tuple[str, str]] = Counter()
    with multiprocessing.get_context("fork").Pool(processes) as workers:
        for event, edit, clone, outcome in workers.imap_unordered(run, jobs):
            counts[event, outcome.partition(":")[0]] += 1
            if outcome != "clean":
                print(f"{event}, {edit}, {clone}: {outcome}", flush=True)
    words = ("clean", "conflict", "deleted", "WRONG")
    print(f"\n{'':30}" + "".join(f"{word:>10}" for word in words))
    for name in (event.name for event in EVENTS):
        print(f"{name:30}" + "".join(f"{counts[name, word]:10}" for word in words))
    totals = [sum(count for (_, word), count in counts.items() if word == one) for one in words]
    print(f"{f'{sum(totals)} cells':30}" + "".join(f"{total:10}" for total in totals))
    return 1 if totals[-1] else 0


if __name__ == "__main__":
    sys.exit(main())
