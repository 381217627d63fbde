"""An independent check of the mergers over the Binder directories of real repositories.

    python tests/proofs/oracle.py [--python 3.13] [--pairs N] [--fives N] [--packs N] [--copies N] [--show N]
        DIRECTORY...

DIRECTORY holds a repository, or repositories one folder each. Each is merged alone, with itself, with each other one
(`--pairs`: so many of these pairs), and in random fives, through the project's own mergers. What goes in and what
comes out is read by `independent` beside this, which shares no code with them; its `judge` says what is a violation.
Checked besides:

    traceback     no exception; `BlocksError` is for files that the independent reader cannot read either
    itself        merging a directory with itself changes nothing but provenance
    same bytes    the same merges in another process, with other hash seeds, give the same bytes
    repo2docker   its conda build pack finds the Python version, the environment and the apt packages (singles, fives
                  and `--packs` of the pairs)
    copies        `--copies` of the pairs, those with scripts first, as imports of local git repositories through real
                  Copier (none by default)
    adopted       as many repositories, with a copy into them

Prints a table and the violations, each kind's first few; exit status 1 where there are any.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import itertools
import os
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from extensions.errors import BlocksError  # noqa: E402
from tests.proofs.independent import engine, wishes  # noqa: E402
from tests.proofs.independent.case import BINDER, Merged, Outcome, Source, Verdict, Violation  # noqa: E402
from tests.proofs.independent.copies import Copies  # noqa: E402
from tests.proofs.independent.judge import judge  # noqa: E402

Merge = Callable[[Sequence[Source], str], Outcome]
# At most this share of what is asked for may be left out with a finding.
LEFT_OUT = 0.02
BASE_IMAGE = "buildpack-deps:24.04"
COLUMNS = ("merges", "wishes", "implied", "lost", "left out", "scripts", "violations")


@dataclass
class Tally:
    """What a group of merges came to."""

    counts: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[str, Violation]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def add(self, what: str, verdict: Verdict) -> None:
        self.counts += verdict.counts
        self.counts["merges"] += 1
        self.counts["violations"] += len(verdict.violations)
        self.violations += [(what, violation) for violation in verdict.violations]
        self.left_out += verdict.left_out


def load(folders: Sequence[Path]) -> list[Source]:
    """Of repositories, and of folders of repositories."""
    found: list[wishes.Repository] = []
    for folder in folders:
        own = wishes.load(folder, elsewhere=False)
        nested = (wishes.load(one) for one in sorted(folder.iterdir()) if not own and one.is_dir())
        found += own or itertools.chain.from_iterable(nested)
    return [engine.source(repository) for repository in found]


def attempt(sources: Sequence[Source], python: str, merge: Merge = engine.merge) -> tuple[Verdict, Outcome | None]:
    """The verdict on one merge; None for what could not be merged."""
    try:
        outcome = merge(sources, python)
        return judge(sources, outcome), outcome
    except BlocksError as error:
        return Verdict(violations=[Violation("refused", sources[0].label, str(error))]), None
    except Exception:  # whatever it is, it is what is looked for
        return Verdict(violations=[Violation("traceback", sources[0].label, traceback.format_exc(limit=-3))]), None


def readable(source: Source) -> str:
    """Why nobody could read it; empty where one can."""
    try:
        wishes.wishes(source.repository)
    except wishes.Unreadable as error:
        return str(error)
    return ""


def itself(source: Source, python: str, merge: Merge = engine.merge) -> Iterator[Violation]:
    """Merging one with itself: the same lines, provenance and clashes' comments aside."""
    twin = replace(engine.source(source.repository, f"{source.label} again"), home=source.home, origin=source.origin)
    once, twice = merge([source], python), merge([source, twin], python)
    for name in ("apt", "environment"):
        lines = [_bare(getattr(outcome, name)) for outcome in (once, twice)]
        if lines[0] != lines[1]:
            changed = sorted(set(lines[0]) ^ set(lines[1])) or "order"
            yield Violation("itself", source.label, f"{name}: {changed}")


def _bare(text: str) -> list[str]:
    return [line for line in (re.sub(r"(?:^|\s+)#.*", "", line) for line in text.splitlines()) if line.strip()]


def packed(outcome: Outcome, python: str) -> Iterator[Violation]:
    """What repo2docker makes of it."""
    from repo2docker.buildpacks.conda import CondaBuildPack

    with tempfile.TemporaryDirectory() as folder, _inside(folder):
        Path(BINDER).mkdir()
        Path(BINDER, "apt.txt").write_text(outcome.apt)
        Path(BINDER, "environment.yml").write_text(outcome.environment)
        try:
            pack = CondaBuildPack(BASE_IMAGE)
            pack.platform = "linux/amd64"
            found = pack.detect(), pack.python_version, len(pack.environment_yaml["dependencies"])
            script = next(text for _, text in pack.get_preassemble_scripts() if "apt-get install" in text)
            pack.render()
        except Exception:  # whatever it is, it is what is looked for
            yield Violation("repo2docker", "merged", traceback.format_exc(limit=-2))
            return
    packages = script.split("--no-install-recommends")[1].split("&&")[0].replace("\\", "").split()
    if packages != sorted(Merged(outcome).apt) or found[:2] != (True, python):
        yield Violation("repo2docker", "merged", f"{found}, apt {packages}")


@contextlib.contextmanager
def _inside(folder: str) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def digest(merges: Sequence[Sequence[Source]], python: str) -> str:
    """Of all bytes that these merges give."""
    total = hashlib.sha256()
    for sources in merges:
        with contextlib.suppress(Exception):
            total.update(repr(engine.merge(sources, python)).encode())
    return total.hexdigest()


def tally(merges: Sequence[Sequence[Source]], python: str, packs: int) -> Tally:
    found = Tally()
    for number, sources in enumerate(merges):
        verdict, outcome = attempt(sources, python)
        if outcome and number < packs:
            verdict.violations += packed(outcome, python)
        found.add(" + ".join(source.label for source in sources), verdict)
    return found


def copied(pairs: Sequence[Sequence[Source]], adopted: Sequence[Source], python: str) -> dict[str, Tally]:
    found = {"copies": Tally(), "adopted": Tally()}
    with tempfile.TemporaryDirectory() as folder:
        listing = subprocess.run(["git", "-C", ROOT, "archive", "HEAD"], check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(listing)) as archive:
            archive.extractall(Path(folder, "catalogue"), filter="data")
        copies = Copies(Path(folder, "catalogue"), Path(folder, "work"))
        for pair in pairs:
            found["copies"].add(*_judged(pair, *copies.copy(pair, python), python))
        for source in adopted:
            found["adopted"].add(*_judged([source], *copies.adopt(source)))
    return found


def _judged(
    sources: Sequence[Source],
    named: Sequence[Source],
    outcome: Outcome | None,
    violations: Sequence[Violation],
    python: str = "",
) -> tuple[str, Verdict]:
    verdict = judge(named, outcome) if outcome else Verdict()
    chosen = re.search(r"^  - python=+(\d+\.\d+)", outcome.environment, re.MULTILINE) if outcome else None
    python = python or (chosen[1] if chosen else "")
    verdict.violations += [*violations, *(packed(outcome, python) if outcome else ())]
    return " + ".join(source.label for source in sources), verdict


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directories", nargs="+", type=Path, metavar="DIRECTORY")
    parser.add_argument("--python", default="3.13")
    for name, number in (("--pairs", 100_000), ("--fives", 300), ("--packs", 100), ("--copies", 0), ("--show", 5)):
        parser.add_argument(name, type=int, default=number)
    parser.add_argument("--digest", action="store_true", help="print the checksum of all bytes, and nothing else")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
    loaded = load(options.directories)
    reasons = {source.label: reason for source in loaded if (reason := readable(source))}
    sources = [source for source in loaded if source.label not in reasons]
    rng = random.Random(5)
    pairs = list(itertools.combinations(sources, 2))
    rng.shuffle(pairs)
    fives = [rng.sample(sources, min(5, len(sources))) for _ in range(options.fives)]
    singles = [[source] for source in sources]
    if options.digest:
        print(digest([*singles, *fives], options.python))
        return 0
    groups = {
        "alone": tally(singles, options.python, len(singles)),
        "pairs": tally(pairs[: options.pairs], options.python, options.packs),
        "fives": tally(fives, options.python, options.packs),
        **copied(
            _with_scripts(pairs)[: options.copies],
            [pair[0] for pair in _with_scripts(singles)[: options.copies]],
            options.python,
        ),
        "unreadable": Tally(),
    }
    for source in (source for source in loaded if source.label in reasons):
        verdict, outcome = attempt([source], options.python)
        kept = [one for one in verdict.violations if one.kind != "refused" or source.origin not in one.message]
        if outcome is not None:
            kept = [Violation("read", source.label, "what the independent reader could not")]
        groups["unreadable"].add(source.label, Verdict(violations=kept))
    groups["alone"].add("itself", Verdict(violations=_each_itself(sources, options.python)))
    groups["alone"].counts["merges"] -= 1
    mine = digest([*singles, *fives], options.python)
    if mine != (other := _digest_elsewhere(arguments)):
        groups["alone"].add("same bytes", Verdict(violations=[Violation("same bytes", "all", f"{mine}, then {other}")]))
    return report(groups, len(loaded), reasons, options.show)


def _with_scripts(merges: Sequence[Sequence[Source]]) -> list[Sequence[Source]]:
    def scripts(sources: Sequence[Source]) -> int:
        trees = ((one.repository, one.repository.tree) for one in sources)
        return sum(any(repository.path(name) in tree for name in wishes.SCRIPTS) for repository, tree in trees)

    return sorted(merges, key=scripts, reverse=True)


def _each_itself(sources: Sequence[Source], python: str) -> list[Violation]:
    found: list[Violation] = []
    for source in sources:
        with contextlib.suppress(Exception):  # counted where it is merged alone
            found += itself(source, python)
    return found


def _digest_elsewhere(arguments: Sequence[str]) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    command = [sys.executable, __file__, "--digest", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()


def report(groups: dict[str, Tally], directories: int, reasons: dict[str, str], show: int) -> int:
    print(f"{directories} directories, {len(reasons)} that nobody can read")
    for label, reason in reasons.items():
        print(f"  {label}: {reason}")
    print(f"\n{'':12}" + "".join(f"{column:>11}" for column in COLUMNS) + f"{'left out %':>12}")
    for name, one in groups.items():
        share = one.counts["left out"] / max(1, one.counts["wishes"])
        print(f"{name:12}" + "".join(f"{one.counts[column]:>11}" for column in COLUMNS) + f"{share:>12.2%}")
    print("\nleft out, of each alone:")
    for text in groups["alone"].left_out:
        print(f"  {text}")
    share = groups["alone"].counts["left out"] / max(1, groups["alone"].counts["wishes"])
    kinds: dict[str, dict[str, str]] = {}
    for group in groups.values():
        for what, violation in group.violations:
            kinds.setdefault(violation.kind, {}).setdefault(str(violation), what)
    for kind, found in kinds.items():
        print(f"\n{kind}: {len(found)} different")
        for text, what in itertools.islice(found.items(), show):
            print(f"  {text}\n    in {what}")
    too_many = share > LEFT_OUT
    print(f"\n{sum(map(len, kinds.values()))} violations" + (", too much left out" if too_many else ""))
    return 1 if kinds or too_many else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
