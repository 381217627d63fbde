"""Files that nobody would write, through all that reads other people's files.

    python tests/proofs/fuzz.py --inputs 1000000 --seed 1 [--processes 2] [--only NUMBER]

Each input is made from the seed and its number alone. One in 200 are texts as answers and as the name of a folder, see
`hostile`; all others are one file of a Binder directory:

    raw       random bytes, mostly those that YAML and requirements files give a meaning
    mutant    a file that authors write, then bytes flipped, lines moved, parts spliced, indented, nested, repeated
    valid     such a file with changes that keep it valid: line ends, white space, comments, a byte order mark

Nothing may be raised but `BlocksError`, naming the file; what is merged can be rendered, read by YAML and by the merger
again, with the same entries, and its lines by conda's and pip's parsers; of a valid file every entry is kept. No input
may take longer than `SLOW` seconds. Failures are printed with what repeats them; the exit code is 1 where there is one.

Branches that a run reaches, in an environment with coverage.py:

    coverage run --branch --include='extensions/merge/*' tests/proofs/fuzz.py --inputs 20000 && coverage report
"""

from __future__ import annotations

import argparse
import functools
import json
import multiprocessing
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from extensions import clashes
from extensions.catalogue.units import Component
from extensions.errors import BlocksError
from extensions.findings import packs as findings
from extensions.foreign import directory as foreign
from extensions.foreign import scripts
from extensions.foreign.directory import Directory
from extensions.merge import apt, downloads, env, environment_text, environment_yml, pip
from extensions.merge.lines import Notes
from extensions.model import Fragment
from extensions.text import decode
from tests.merging import BINDER, Result, again, conserved, directory, judge, merge
from tests.proofs import hostile
from tests.writing import Written, written

SLOW = 5.0
CHUNK = 500
LISTS = ("environment.yml", "environment.yml", "environment.yml", "requirements.txt", "apt.txt")
OWN = ("apt.txt", "downloads.txt", "environment.yml", "requirements.txt")
OTHERS = ("requirements.late.txt", "postBuild", "start", "runtime.txt", "jupyter_server_config.json")
# What has a meaning somewhere, single characters more often than the rest.
# fmt: off
TOKENS = (
    *(letter.encode() for letter in "-:#[]{},&*!|>'\"%@`?~<=.\n\n\n\t   \\/;()$_xyz019"),
    b"\n- ", b"\n  - ", b": ", b" #", b">=1", b"==1.*", b"dependencies:\n", b"channels:\n", b"- pip:\n", b"<<: *a",
    b"&a ", b"*a", b"!!x ", b"---\n", b"...\n", b"? ", b"|\n", b"%YAML 1.2\n", b"\r\n", b"\r", b"\x00", b"\x01",
    b"\x7f", b"\x85", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc2\x85", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80", b"\xe9",
    b"\xc3\xa9", b"\xef\xbf\xbe", b"-r ", b"-e .", b"--hash=sha256:aa ", b" \\\n", b"git+https://e.org/x#egg=x",
    b"x @ https://e.org", b"[a,b]", b"; ", b"python_version<'3'", b"name: ", b"prefix: /", b"variables: {A: 1}\n",
    b"c::x", b"[build=a]", b"1!2", b"python=3.9", b'exec "$@"\n', b"#!/bin/sh\n", b"cd x\n", b"<<EOF\n", b"5432",
    b"pip install ", b"null", b"0x1", b"jupyter nbextension ",
)
DEEP = (
    b"[", b"{a: ", b"- ", b"? ", b"[]", b"(", b"'", b"&a [", b"x,", b" ", b"\t", b"\n", b"9", b"*a ", b"\\\n", b"-e ",
    b"=1|",
)
# fmt: on
# What is rare among the files that `written` gives.
SEEDS = (
    (
        "postBuild",
        "#!/bin/bash\nset -e\ncd data\npip install -r ../r.txt  # x\ncat <<EOF\ny\nEOF\njupyter nbextension enable x\n",
    ),
    ("start", '#!/bin/bash\nexport A=1\npg_ctl -o "-p 5432" start &\nsource x.sh\nexec xvfb-run -a "$@"\n'),
    ("runtime.txt", "python-3.9\n"),
    ("jupyter_server_config.json", '{"ServerProxy": {"servers": {"x": {"launcher_entry": {"title": "X"}}}}}'),
    ("downloads.txt", f"x any {'0' * 64} https://example.org/x.tar.gz  # y\n"),
    (
        "requirements.txt",
        "x==1 --hash=sha256:aa \\\n  --hash=sha256:bb\n--require-hashes\n-f ./wheels --no-index\ny -f https://e.org/w\n",
    ),
    (
        "requirements.txt",
        "-r file:x.txt\n-e .[dev]\n./x.whl\n-c /c.txt\n-e ~/x\n.\\x\nx=1\n-r \"x y\nx; python_version<'3'\nx>=9\n",
    ),
    (
        "environment.yml",
        "a: &a {A: 1}\nb: &b {<<: *a, B: 2}\nvariables: {<<: [*a, *b], C: 3}\n",
    ),
    (
        "environment.yml",
        "a: &a\n  dependencies: &d [x, 'c::python=3.12', {pip: [y]}, {npm: [z]}]\n<<: *a\nprefix: /x\n",
    ),
    ("environment.yml", "dependencies:\n\t- x\n\t- pip:\n\t\t- y\na: &a [*a]\n? [x]\n: !z [1, ~, 2020-99-99]\n"),
    ("environment.yml", "dependencies: [" + "x>=1|<2, 'x<1|>3', 'x!=2|=5', 'x>4|<0', 'x!=6|>1', " * 12 + "y]\n"),
    (
        "environment.yml",
        "dependencies: [https://e.org/x-1-0.conda, 'x=1=a', 'x[license=\"it\\'s\",fn=x]', openjdk=11, openjdk]\n",
    ),
    (
        "environment.yml",
        "variables:\n  A: |\n    x\n    # y\n  ? "
        + "B" * 1100
        + "\n  : 1\nchannels: [x, y, x, defaults, conda-forge]\n",
    ),
    ("apt.txt", "openjdk-11-jdk openjdk-17-jre\nx=1\nx=2\nx/y\n"),
)


COMPONENTS = [Component(name, Path(), name, "S", "c", ports={"sql": 5432}, env={"A": "$B"}) for name in ("x", "z")]


@dataclass
class Tally:
    inputs: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, -1)
    failures: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.inputs += other.inputs
        self.outcomes += other.outcomes
        self.slowest = max(self.slowest, other.slowest)
        self.failures += other.failures


def raw(random: Random) -> bytes:
    if random.random() < 0.2:
        return random.randbytes(random.randint(0, 200))
    return b"".join(random.choice(TOKENS) for _ in range(random.randint(0, 60)))


@functools.lru_cache(maxsize=4)
def pool(seed: int) -> list[tuple[str, bytes]]:
    """Files to start from: names and bytes."""
    random = Random(f"{seed} pool")
    found = [
        (path.rpartition("/")[2], text.encode()) for _ in range(200) for path, text in written(random).files.items()
    ]
    return found + [(name, text.encode()) for name, text in SEEDS for _ in range(6)]


def flip(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + bytes([random.randrange(256)]) + data[at + random.randint(0, 1) :]


def token(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(TOKENS) + data[at:]


def cut(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + data[at + random.randint(1, 20) :]


def swap(random: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def double(random: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    return b"\n".join([*lines[:at], *lines[at:][:3], *lines[at:]])


def indent(random: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    lines[at] = random.choice((b" ", b"  ", b"    ", b"\t", b"")) + random.choice((lines[at], lines[at].lstrip()))
    return b"\n".join(lines)


def splice(random: Random, data: bytes, seed: int) -> bytes:
    other = random.choice(pool(seed))[1]
    return data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other) + 1) :]


def deepen(random: Random, data: bytes) -> bytes:
    """Rarely by much: these are what takes long."""
    at = random.randrange(len(data) + 1)
    count = random.choice((5, 20, 100, 1_100, 10_000)) if random.random() < 0.02 else random.choice((3, 9, 30))
    return data[:at] + random.choice(DEEP) * count + data[at:]


MUTATIONS: tuple[Callable[[Random, bytes], bytes], ...] = (flip, flip, token, token, cut, swap, double, indent, deepen)


def mutant(random: Random, seed: int) -> tuple[str, bytes]:
    name, data = random.choice(pool(seed))
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        data = splice(random, data, seed) if random.random() < 0.1 else random.choice(MUTATIONS)(random, data)
    return name if random.random() < 0.9 else random.choice(LISTS + OTHERS), data


def valid(random: Random) -> Written:
    """A file that authors write, changed as editors and operating systems change it."""
    one = written(random)
    for path, text in one.files.items():
        lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
        for _ in range(random.randint(0, 4)):
            at = random.randint(0, len(lines))
            lines.insert(at, random.choice(("", "# lone", "   # far in", "\t", "#")))
        lines = [line + random.choice(("", "", " ", "\t")) if "\\" not in line else line for line in lines]
        whole = random.choice(("\n", "\r\n", "\r")).join(lines)
        one.files[path] = random.choice(("", "\ufeff")) + whole
    return one


def read_lists(one: Directory, random: Random) -> Result:
    """Merged, rendered, merged again."""
    result = merge(one)
    if random.random() < 0.3:
        twice = merge(again(result))
        assert entries(twice) == entries(result)
    if random.random() < 0.05:
        judge(result)
    elif random.random() < 0.5:
        document = foreign_yaml(result.text)
        assert isinstance(document["dependencies"][-1]["pip"], list)
    return result


def foreign_yaml(text: str) -> dict[str, list[dict[str, object]]]:
    import yaml

    loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert isinstance(loaded, dict)
    return loaded


def entries(result: Result) -> set[tuple[str, str]]:
    """What is asked for; `pip` is in every file."""
    parts = {**result.environment.parts, "apt": result.apt}
    found = {(name, entry.text) for name, part in parts.items() for entry in part.entries if entry.name != "pip"}
    return found | {("python", result.environment.pythons.text)}


def read_all(one: Directory, random: Random) -> str:
    """Everything that looks at a directory; `refused` where the merger says that it cannot read it."""
    try:
        result = read_lists(one, random)
        if random.random() < 0.2:
            look_across(result, random)
    except BlocksError as error:
        return refused(error)
    if late := foreign.fragment(one, "requirements.late.txt", BINDER):
        wanted = list(pip.read(late, Notes()))
        pip.render_late([late])
        assert pip.merge(wanted).entries or not wanted
    if configuration := foreign.fragment(one, "jupyter_server_config.json", BINDER):
        list(clashes.launchers([configuration, replace(configuration, component="b")]))
    if random.random() < 0.2 or not any(one.has(name) for name in LISTS):
        list(clashes.ports(COMPONENTS, [one]))
        findings.examine(one)
        scripts.place(one, BINDER)
    return "merged" if result.environment.conda.entries or result.environment.pip.entries else "empty"


def look_across(result: Result, random: Random) -> None:
    """What compares merged files, and what tells of them."""
    values = random.choice(("1", True, None, ["x", 2]))
    answers = {"x": {"x_y": values}}
    owners = [env.Owner(each.name, answers.get(each.name, {}), each.env) for each in COMPONENTS]
    ours = env.merge([env.Owner("course", {"A": values}), *owners])
    across = [
        *clashes.java(result.apt, result.environment.conda),
        *clashes.variables(ours, result.environment.variables),
    ]
    env.render(ours)
    parts = (*result.environment.parts.values(), result.apt)
    json.dumps([entry.as_data() for part in parts for entry in part.entries])
    json.dumps([clash.as_data() for clash in across] + [finding.as_data() for finding in result.environment.findings])
    list(map(str, result.environment.findings))
    assert all("\n" not in f"{clash}{clash.won}{clash.lost}" or clash.kind == "variable" for clash in result.clashes)
    clashes.decide(result.clashes, random.choice(("a", ())), random.random() < 0.2)


def refused(error: BlocksError) -> str:
    if f"{BINDER}/" not in str(error):
        raise AssertionError("the error does not name the file") from error
    return "refused"


def read_own(name: str, data: bytes) -> str:
    """The same files as a component's, where what cannot be used is an error."""
    fragment = Fragment("a", f"{BINDER}/{name}", decode(data)[0])
    lists = {file: [fragment] if name == file else [] for file in OWN}
    try:
        apt.render(apt.merge(lists["apt.txt"]))
        downloads.render(downloads.merge(lists["downloads.txt"]))
        environment_text.render(environment_yml.merge(lists["environment.yml"], lists["requirements.txt"], "3.12"))
    except BlocksError as error:
        return refused(error)
    return "own"


def check(seed: int, number: int) -> str:
    """One input; what became of it."""
    random = Random(f"{seed} {number}")
    if random.random() < 0.005:
        return hostile.check(random)
    kind = random.random()
    if kind < 0.2:
        one = valid(random)
        conserved([one], merge(directory("a", one.files, home="")))
        return "valid"
    name, data = (random.choice(LISTS + OTHERS), raw(random)) if kind < 0.4 else mutant(random, seed)
    if random.random() < 0.05 and name in OWN:
        return read_own(name, data)
    home = random.choice(("", None))
    return read_all(directory("a", {f"{BINDER}/{name}": data}, home=home), random)


def run(job: tuple[int, int, int]) -> Tally:
    seed, start, stop = job
    tally = Tally()
    for number in range(start, stop):
        began = time.perf_counter()
        try:
            tally.outcomes[check(seed, number)] += 1
        except Exception:
            tally.failures.append(f"--seed {seed} --only {number}\n{traceback.format_exc(limit=-6)}")
        took = time.perf_counter() - began
        if took > SLOW:
            tally.failures.append(f"--seed {seed} --only {number}\n{took:.1f} s")
        tally.slowest = max(tally.slowest, (took, number))
        tally.inputs += 1
    return tally


def fuzz(inputs: int, seed: int, processes: int = 1, most_failures: int = 20) -> Tally:
    jobs = ((seed, start, min(start + CHUNK, inputs)) for start in range(0, inputs, CHUNK))
    total = Tally()
    for tally in _results(jobs, processes):
        total.add(tally)
        if len(total.failures) >= most_failures:
            break
        if sys.stderr.isatty():
            print(f"\r{total.inputs}", end="", file=sys.stderr)
    return total


def _results(jobs: Iterator[tuple[int, int, int]], processes: int) -> Iterator[Tally]:
    if processes == 1:
        yield from map(run, jobs)
        return
    with multiprocessing.Pool(processes) as workers:
        yield from workers.imap_unordered(run, jobs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one input, to repeat it")
    arguments = parser.parse_args()
    if arguments.only is not None:
        print(check(arguments.seed, arguments.only))
        return 0
    began = time.perf_counter()
    tally = fuzz(arguments.inputs, arguments.seed, arguments.processes)
    took = time.perf_counter() - began
    print("\n".join(tally.failures))
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(tally.outcomes.items()))
    print(f"{tally.inputs} inputs in {took:.0f} s, {tally.inputs / took:.0f} a second: {outcomes}")
    print(f"slowest: {tally.slowest[0]:.2f} s (--only {tally.slowest[1]}); failures: {len(tally.failures)}")
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
