#!/usr/bin/env python3
"""Update one checkout of a repository that Binder Blocks made, properly.

    python fleet/update.py [--json] [--text FILE] [--to VERSION] [--data KEY=VALUE ...] [--answers-file NAME]
                           [--catalogue ADDRESS] [CHECKOUT=.]

Needs git, and Copier with copier-template-extensions beside this Python. It trusts the catalogue that the answers
file names (`copier update --trust`), and asks nothing. --catalogue refuses every other one than ADDRESS. An answers
file that another template wrote is refused always; --answers-file names ours, where it is not .copier-answers.yml.

Standard output is one line, everything else is on standard error: repository, from, to, result and conflicts,
separated by tabs, the conflicts by commas (`-`: none). `repository` is CHECKOUT as given (the folder's name for `.`).
With --json the line is an object: repository, from, to, result, conflicts, deleted, branch, message, text.

    result      exit   meaning
    updated     0      committed on the branch `binder-blocks/TO`, which is checked out
    current     0      nothing to do, or nothing but to note the version: a release that does not concern this
                       repository changes one line of the answers file, which is committed on the branch that is
                       checked out (`message`: current but for the version)
    failed      1      the catalogue cannot be reached, or Copier's error (`message`); the checkout is as it was
    dirty       2      there are changes that are not committed; nothing was touched
    refused     2      no git repository, no answers file of ours, wrong usage, another run at work; nothing was touched
    conflict    3      left as Copier leaves it, on that branch: markers in the files, unmerged entries in the index

--to takes a tag of the catalogue (default: its newest release), `:current:` stays at the same one. --data changes an
answer, as Copier's --data does.

The branch starts from what is checked out. Where its name is taken by something else, it is `binder-blocks/TO-2` and
so on; where it is taken by this very update, made before, that branch is checked out and the result is `updated`. When
such a branch is what is checked out already, the commit is made on it.

--text writes the body of a pull request to FILE, outside of the checkout, in Markdown; it is the commit's body too, and
empty where there is nothing to say. It is Copier's closing message from the line that begins with "Binder Blocks " on,
then the files that were deleted though the author had edited them (`deleted`; Copier says nothing of these) each with
the command that brings it back, then the conflicts. Edited is what is not as the last report.json says that it was
generated; where that does not know a file, what differs between HEAD and the last commit that changed the answers
file; and where a shallow clone does not have that commit, every deleted file is named.

It is made in a work tree of its own, from what is committed; the checkout itself is touched at the end, by git, which
overwrites nothing that is not committed. So whatever its author saves meanwhile stays as it is, and is in no commit of
the update's: where the two touch other files, it is not committed afterwards (`message`); else the result is `dirty`.
A run that was killed while git did that is taken back by the next one: what stands in the checkout becomes a commit at
`refs/binder-blocks/unfinished/N`, and the start is restored. The folder `binder-blocks` in the git directory holds what
is needed for all that, a lock against two runs at once, `copier.log`, and a copy of a catalogue that is not on this
machine, since Copier's own (COPIER_CACHE_DIR, where it is set) breaks under two Copiers at once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ANSWERS = ".copier-answers.yml"
OURS = ("components", "binder_dir")  # questions of every repository of ours, and hardly of any other template's
HOSTS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
EXIT = {"updated": 0, "current": 0, "failed": 1, "dirty": 2, "refused": 2, "conflict": 3}
UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
LOCK_PATIENCE = 5.0  # seconds that a git that was not killed may still need for the index


@dataclass(frozen=True)
class Outcome:
    """What is printed."""

    repository: str
    result: str
    before: str = "-"
    after: str = "-"
    conflicts: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    branch: str = ""
    message: str = ""
    text: str = ""

    def as_json(self) -> str:
        first = {"repository": self.repository, "from": self.before, "to": self.after}
        rest = asdict(self)
        for name in ("repository", "before", "after"):
            del rest[name]
        return json.dumps({**first, **rest})

    def as_line(self) -> str:
        conflicts = ",".join(self.conflicts) or "-"
        return "\t".join(_one_line(word) for word in (self.repository, self.before, self.after, self.result, conflicts))


def _one_line(word: str) -> str:
    return re.sub(r"[\t\r\n]", "?", word)


class UpdateError(Exception):
    """Ends the run with a result and one line of why."""

    def __init__(self, result: str, message: str) -> None:
        super().__init__(message)
        self.result = result


class Stopped(BaseException):
    """SIGINT or SIGTERM."""


@dataclass(frozen=True)
class State:
    """What the next run has to know of this one; `branch` is the update's, as soon as it has a name."""

    start: str
    head: str  # the branch that was checked out, or nothing
    before: str = "-"
    after: str = "-"
    branch: str = ""
    created: bool = False
    conflict: bool = False
    deleted: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Repository:
    """A work tree of git, and the derived project in it."""

    top: Path
    project: Path
    private: Path
    environment: dict[str, str] = field(repr=False)
    answers_file: str = ANSWERS

    def run(self, *words: str, index: Path | None = None, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        environment = {**self.environment, "GIT_INDEX_FILE": str(index)} if index else self.environment
        return _git(self.top, *words, environment=environment, stdin=stdin)

    def git(self, *words: str, index: Path | None = None, stdin: str | None = None) -> str:
        result = self.run(*words, index=index, stdin=stdin)
        if result.returncode != 0:
            raise UpdateError("failed", f"git {words[0]}: {_reason(result.stderr)}")
        return result.stdout

    def git_path(self, name: str) -> Path:
        return self.top / self.git("rev-parse", "--git-path", name).rstrip("\n")

    def names(self, *words: str) -> list[str]:
        return [name for name in self.git(*words).split("\0") if name]

    def commit_of(self, revision: str) -> str:
        return self.run("rev-parse", "--verify", "--quiet", revision + "^{commit}").stdout.strip()

    @property
    def answers(self) -> Path:
        return self.project / self.answers_file

    @property
    def answers_name(self) -> str:
        return self.answers.relative_to(self.top).as_posix()

    @property
    def state_file(self) -> Path:
        return self.private / "state.json"


def _git(
    folder: Path, *words: str, environment: dict[str, str], stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    # Hooks are for what the author does; Copier runs none either. Names of files are bytes. What a terminal sends ends
    # this program, and no git in the middle of its work.
    return subprocess.run(
        ["git", "-C", str(folder), "-c", f"core.hooksPath={os.devnull}", *words],
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        env=environment,
        input=stdin or "",
        start_new_session=True,
    )


def clean_environment() -> dict[str, str]:
    """Without what would lead git to another repository, to a terminal, or to another language."""
    local = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX"}
    local |= {"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE"}
    kept = {name: value for name, value in os.environ.items() if name not in local}
    kept |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    # Copier finds what it could not merge by git's list of new files, which a setting of the user's may leave empty.
    given = int(kept["GIT_CONFIG_COUNT"]) if kept.get("GIT_CONFIG_COUNT", "").isdecimal() else 0
    kept |= {f"GIT_CONFIG_KEY_{given}": "status.showUntrackedFiles", f"GIT_CONFIG_VALUE_{given}": "all"}
    return {**kept, "GIT_CONFIG_COUNT": str(given + 1)}


def locate(checkout: Path, answers_file: str = ANSWERS) -> Repository:
    """The repository around the checkout, or the reason why there is none to work on."""
    if not checkout.is_dir():
        raise UpdateError("refused", f"{checkout} is not a folder")
    environment = clean_environment()
    try:
        found = _git(checkout, "rev-parse", "--show-toplevel", environment=environment)
    except OSError:
        raise UpdateError("refused", "git is not installed") from None
    if found.returncode != 0:
        missing = "not a git repository" in found.stderr
        raise UpdateError("refused", f"{checkout} is not in a git repository" if missing else _reason(found.stderr))
    top = Path(found.stdout.rstrip("\n")).resolve()
    bare = Repository(top, checkout.resolve(), Path(), environment, answers_file)
    repository = replace(bare, private=bare.git_path("binder-blocks"))
    if not repository.commit_of("HEAD"):
        raise UpdateError("refused", "nothing is committed yet: commit, and run again")
    if repository.run("var", "GIT_COMMITTER_IDENT").returncode != 0:
        for role in ("AUTHOR", "COMMITTER"):
            environment |= {f"GIT_{role}_NAME": "Binder Blocks", f"GIT_{role}_EMAIL": "binder-blocks@localhost"}
    return repository


@contextmanager
def locked(repository: Repository) -> Iterator[int]:
    """The lock's descriptor. Copier inherits it: where this process alone is killed, Copier still holds the lock."""
    if fcntl is None:
        raise UpdateError("refused", "needs Linux, macOS, or Windows' Subsystem for Linux")
    repository.private.mkdir(exist_ok=True)
    descriptor = os.open(repository.private / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UpdateError(
            "refused", "another update of this checkout is at work: run again when it has ended"
        ) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def read_state(repository: Repository) -> State | None:
    try:
        values = json.loads(repository.state_file.read_text(encoding="utf-8", errors="surrogateescape"))
        return State(**{**values, "deleted": tuple(values["deleted"])})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        raise UpdateError(
            "refused", f"{repository.state_file} is damaged: look at the checkout, then delete it"
        ) from None


def write_state(repository: Repository, state: State) -> State:
    """In one step, so that a killed run leaves the old one or the new one."""
    fresh = repository.private / "state.new"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(json.dumps(asdict(state)))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(repository.state_file)
    return state


def forget(repository: Repository) -> None:
    repository.state_file.unlink(missing_ok=True)


def status(repository: Repository) -> list[str]:
    """Every change that is not committed, whatever the user's configuration hides."""
    return repository.names("status", "--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=none")


def unmerged(repository: Repository) -> tuple[str, ...]:
    listing = repository.names("ls-files", "--unmerged", "-z")
    return tuple(dict.fromkeys(line.partition("\t")[2] for line in listing))


def current_branch(repository: Repository) -> str:
    """Nothing on a detached HEAD. Not --short, which says more where a tag has the same name."""
    return repository.run("symbolic-ref", "--quiet", "HEAD").stdout.strip().removeprefix("refs/heads/")


def settle(repository: Repository, name: str) -> Outcome | None:
    """What an earlier run left: its conflict is told again, what was killed is taken back."""
    state = read_state(repository)
    if state is None:
        return None
    if state.conflict:
        files = unmerged(repository)
        if files and current_branch(repository) == state.branch:
            return _conflict(name, state, files)
        if status(repository) and current_branch(repository) == state.branch:
            raise UpdateError("dirty", "the conflicts are settled, but not committed: git commit, and run again")
        forget(repository)
        return None
    branch = current_branch(repository)
    if branch in (state.head, state.branch):
        _wait_for_index(repository)
    # Else somebody has committed, or gone elsewhere, since: what is there now is theirs.
    if branch in (state.head, state.branch) and repository.commit_of("HEAD") == state.start and status(repository):
        saved = save(repository, state)
        put_back(repository, state, saved)
        _say(f"an update was killed half-way: what it left is kept as {saved}")
    forget(repository)
    return None


def _wait_for_index(repository: Repository) -> None:
    """A git that was killed leaves its lock behind; one that is alive takes it away itself."""
    lock = repository.git_path("index.lock")
    end = time.monotonic() + LOCK_PATIENCE
    while lock.exists() and time.monotonic() < end:
        time.sleep(0.1)
    lock.unlink(missing_ok=True)


def save(repository: Repository, state: State) -> str:
    """All that stands in the work tree, ignored files apart, as a commit that nothing collects; its name."""
    tree = work_tree(repository)
    subject = "What an update of Binder Blocks left when it was killed"
    commit = repository.git("commit-tree", tree, "-p", state.start, "-m", subject).strip()
    for number in range(1, 10_000):
        ref = f"refs/binder-blocks/unfinished/{number}"
        if repository.run("update-ref", ref, commit, "0" * len(commit)).returncode == 0:
            return ref
    raise UpdateError("failed", "cannot write refs/binder-blocks/unfinished")


def put_back(repository: Repository, state: State, saved: str) -> None:
    """The checkout as it was when the run began; it was clean then. What is not saved stays."""
    kept = {*repository.names("ls-tree", "-r", "-z", "--name-only", "--full-tree", saved)}
    if state.branch and current_branch(repository) == state.branch != state.head:
        _set_head(repository, state.head or state.start, state.start)
    repository.git("reset", "--quiet", "--hard", state.start)
    for name in repository.names("ls-files", "--others", "--exclude-standard", "-z"):
        if name in kept:
            _remove(repository.top, name)
    if state.created and repository.commit_of(f"refs/heads/{state.branch}") == state.start:
        repository.git("update-ref", "-d", f"refs/heads/{state.branch}", state.start)
    forget(repository)


def _remove(top: Path, name: str) -> None:
    """An untracked file, and the folders that it leaves empty."""
    path = top / name
    if name.endswith("/"):  # a repository within the repository, which Copier does not make
        return
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == top or any(folder.iterdir()):
            return
        folder.rmdir()


def _set_head(repository: Repository, branch: str, start: str) -> None:
    """Moves HEAD and nothing else, also while the index has unmerged entries."""
    past = current_branch(repository) or start
    message = f"checkout: moving from {past} to {branch}"  # what `git checkout -` reads
    if branch == start:
        repository.git("update-ref", "--no-deref", "-m", message, "HEAD", start)
    else:
        repository.git("symbolic-ref", "-m", message, "HEAD", f"refs/heads/{branch}")


def check_ready(repository: Repository, catalogue: str) -> None:
    if changes := status(repository):
        raise UpdateError("dirty", f"changes that are not committed: {_some(change[3:] for change in changes)}")
    for name in UNDER_WAY:
        if repository.git_path(name).exists():
            raise UpdateError("dirty", f"a merge, rebase or the like is not finished ({name})")
    check_answers(repository, catalogue)


def check_answers(repository: Repository, catalogue: str) -> None:
    """Raises `UpdateError` unless Binder Blocks wrote the answers file, from that catalogue where one is given."""
    name = repository.answers_file
    if not repository.answers.is_file():
        raise UpdateError("refused", f"no {name}: this is no repository that Binder Blocks made{_instead(repository)}")
    if not all(has_answer(repository.answers, key) for key in OURS):
        raise UpdateError("refused", f"{name} is another template's answers file{_instead(repository)}")
    for key in ("_commit", "_src_path"):
        if not answer(repository.answers, key):
            raise UpdateError("refused", f"no {key} in {name}: the copy cannot be updated")
    source = answer(repository.answers, "_src_path")
    if catalogue and same_address(source) != same_address(catalogue):
        raise UpdateError("refused", f"{name} names the catalogue {source}, which is not {catalogue}")


def _instead(repository: Repository) -> str:
    """Where ours are, if they are in a file of a usual name."""
    files = sorted(repository.project.glob(".copier-answers*.y*ml"))
    ours = [file.name for file in files if all(has_answer(file, key) for key in OURS)]
    return f"; add --answers-file {ours[0]}" if ours else ""


def same_address(text: str) -> str:
    """One form for what leads to the same place, as far as that can be told from the address."""
    text = text.strip().removeprefix("git+")
    for short, address in HOSTS.items():
        text = address + text.removeprefix(short) if text.startswith(short) else text
        host = address.split("/")[2]
        text = re.sub(rf"^(ssh://)?git@{re.escape(host)}[:/]", address, text)
    text = text.rstrip("/").removesuffix(".git")
    return text.lower() if text.lower().startswith(tuple(HOSTS.values())) else text


def has_answer(file: Path, key: str) -> bool:
    return bool(re.search(rf"^{key}:", file.read_text(encoding="utf-8", errors="replace"), re.MULTILINE))


def answer(file: Path, key: str) -> str:
    """A plain value at the top level of the answers file, as Copier writes it."""
    text = file.read_text(encoding="utf-8", errors="replace")
    found = re.search(rf"^{key}:[ \t]*(.*?)[ \t]*$", text, re.MULTILINE)
    return found[1].strip("'\"") if found else ""


def run_copier(repository: Repository, arguments: argparse.Namespace, lock: int) -> str:
    """What Copier says; its error ends the run."""
    command = [sys.executable, "-m", "copier", "update", "--trust", "--defaults"]
    command += [f"--vcs-ref={arguments.to}"] if arguments.to else []
    command += [f"--answers-file={repository.answers_file}", *(f"--data={pair}" for pair in arguments.data)]
    # Copier's own cache of a catalogue breaks where two Copiers use it at once.
    repository.environment.setdefault("COPIER_CACHE_DIR", str(repository.private / "cache"))
    log = repository.private / "copier.log"
    with log.open("w+b") as output:
        code = _call([*command, "--", str(repository.project)], repository, output, lock)
        output.seek(0)
        text = _plain(output.read().decode("utf-8", errors="replace"))
    if code != 0:
        source = answer(repository.answers, "_src_path")
        raise UpdateError("failed", _reason(text, source) or f"Copier ended with {code}: see {log}")
    return text.rstrip() + "\n"


def _call(command: Sequence[str], repository: Repository, output: IO[bytes], lock: int) -> int:
    process = subprocess.Popen(
        command,
        cwd=repository.top,
        env=repository.environment,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        stderr=output,
        pass_fds=[lock],
    )
    try:
        return process.wait()
    except BaseException:
        process.send_signal(signal.SIGINT)  # Copier removes its temporary folders then
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n")


def _reason(text: str, source: str = "") -> str:
    """The one line that says why, out of git's or Copier's last words."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if "No module named copier" in text:
        return "Copier is not installed beside this Python: pip install copier copier-template-extensions"
    if any("in git-tracked templates" in line for line in lines):
        return f"the catalogue {source} is not there, or is no git repository; _src_path has to be an address"
    said = [line.lstrip("| ") for line in lines if re.match(r"(Stderr:\s*)?\|?\s*(fatal|error):", line)]
    if said and source:
        return f"the catalogue {source}: {re.sub(r'^Stderr:[ |]*', '', said[0])}"
    return (said or lines or [""])[0 if said else -1]


def closing(text: str) -> str:
    """Copier's closing message, from the line on that begins it."""
    begin = re.search(r"^Binder Blocks ", text, re.MULTILINE)
    return text[begin.start() :].rstrip() if begin else ""


def work_tree(repository: Repository, hidden: Sequence[str] = ()) -> str:
    """The tree object of all that stands in the work tree, of what is ignored `hidden` alone; the index stays."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        shutil.copyfile(repository.git_path("index"), index)  # it knows which files need not be read again
        repository.git("add", "--all", "--", ":/", index=index)
        if hidden:
            repository.git("add", "--force", "--", *hidden, index=index)
        return repository.git("write-tree", index=index).strip()


def deleted_files(repository: Repository, start: str, tree: str) -> tuple[tuple[str, ...], int, bool]:
    """Deleted though edited, the number of the others, and whether it was known how they were generated."""
    listing = ("diff-tree", "-r", "-z", "--find-renames=100%", "--name-only", "--diff-filter=D")
    gone = repository.names(*listing, start, tree)
    before = generated(repository, start)
    if all(name in before for name in gone):
        edited = tuple(name for name in gone if _digest(repository, f"{start}:{name}") != before[name])
        return edited, len(gone) - len(edited), True
    base = last_update(repository, start)
    if not base:
        return tuple(gone), 0, False
    changed = set(repository.names("diff-tree", "-r", "-z", "--no-renames", "--name-only", base, start))
    edited = tuple(name for name in gone if name in changed)
    return edited, len(gone) - len(edited), True


def generated(repository: Repository, revision: str) -> dict[str, str]:
    """Path -> SHA-256 of what the update before had generated, as its report says."""
    project = repository.project.relative_to(repository.top)
    found: dict[str, str] = {}
    for folder in ("binder", ".binder"):
        report = repository.run("show", f"{revision}:{(project / folder / 'report.json').as_posix()}")
        try:
            files = json.loads(report.stdout)["files"]
            found |= {(project / name).as_posix(): str(digest) for name, digest in files.items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return found


def _digest(repository: Repository, name: str) -> str:
    command = ["git", "-C", str(repository.top), "cat-file", "blob", name]
    blob = subprocess.run(command, check=False, capture_output=True, env=repository.environment).stdout
    return hashlib.sha256(blob).hexdigest()


def last_update(repository: Repository, start: str) -> str:
    """The last commit that changed the answers file; nothing where a shallow clone ends before it."""
    commit = repository.git("log", "-1", "--format=%H", start, "--", repository.answers_name).strip()
    shallow = repository.git_path("shallow")
    return "" if shallow.is_file() and commit in shallow.read_text().split() else commit


def body(message: str, start: str, deleted: Sequence[str], others: int, sure: bool, conflicts: Iterable[str]) -> str:
    """The Markdown for the pull request and the commit."""
    parts = [message] if message else []
    if deleted:
        why = "though you had edited them" if sure else "and perhaps edited by you (the history is not in this clone)"
        lines = [f"- `git show {shlex.quote(f'{start[:12]}:{name}')}`" for name in deleted]
        parts.append("\n".join([f"Deleted by this update, {why}; to see one again:", "", *lines]))
    if others:
        files = "1 file" if others == 1 else f"{others} files"
        parts.append(f"Deleted by this update, as generated: {files}.")
    if named := [f"- `{name}`" for name in conflicts]:
        parts.append("\n".join(["Conflicts, to be settled by hand, in:", "", *named]))
    return "".join(f"{part}\n" for part in "\n\n".join(parts).splitlines())


def choose_branch(repository: Repository, state: State, tree: str) -> tuple[str, bool]:
    """A branch for this update, and whether it holds it already."""
    wanted = "binder-blocks/" + (re.sub(r"[^A-Za-z0-9._+-]+|\.(?=\.)|\.$|\.lock$", "-", state.after) or "update")
    if re.fullmatch(rf"{re.escape(wanted)}(-\d+)?", state.head):
        return state.head, False
    for number in range(1, 10_000):
        name = wanted if number == 1 else f"{wanted}-{number}"
        tip = repository.commit_of(f"refs/heads/{name}")
        if not tip or (tip == state.start and not _checked_out(repository, name)):
            return name, False
        if _holds(repository, tip, state.start, tree):
            return name, True
    raise UpdateError("failed", f"too many branches {wanted}-*: delete some")


def _checked_out(repository: Repository, branch: str) -> bool:
    """In this work tree or in a linked one."""
    return bool(repository.git("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{branch}").strip())


def _holds(repository: Repository, tip: str, start: str, tree: str) -> bool:
    """The branch goes on from the start, and has the answers, release included, that this update came to."""
    if tip == start or repository.run("merge-base", "--is-ancestor", start, tip).returncode != 0:
        return False
    there, here = (repository.run("rev-parse", f"{one}:{repository.answers_name}").stdout for one in (tip, tree))
    return there == here


def update(repository: Repository, name: str, arguments: argparse.Namespace, lock: int) -> Outcome:
    """From a clean checkout to an outcome."""
    start = repository.commit_of("HEAD")
    state = State(start=start, head=current_branch(repository), before=answer(repository.answers, "_commit"))
    with twin_of(repository, start) as twin:
        messages = run_copier(twin, arguments, lock)
        state = replace(state, after=answer(twin.answers, "_commit"))
        if not status(twin):
            return Outcome(name, "current", state.before, state.after)
        message = closing(messages)
        print(messages.removesuffix(f"{message}\n") if message else messages, end="", file=sys.stderr)
        return _hand_over(repository, twin, name, state, message)


@contextmanager
def twin_of(repository: Repository, start: str) -> Iterator[Repository]:
    """A work tree of its own, with what is committed at `start`; in the end it goes, with all that is in it."""
    top = repository.private / "tree"
    _clear(repository, top)
    repository.git("worktree", "add", "--quiet", "--force", "--detach", str(top), start)
    try:
        inside = repository.project.relative_to(repository.top)
        yield replace(repository, top=top.resolve(), project=top.resolve() / inside)
    finally:
        _clear(repository, top)


def _clear(repository: Repository, top: Path) -> None:
    if top.exists():
        repository.run("worktree", "remove", "--force", "--force", str(top))
        shutil.rmtree(top, ignore_errors=True)


def _hand_over(repository: Repository, twin: Repository, name: str, state: State, message: str) -> Outcome:
    """What Copier made in the twin, to the checkout."""
    rejected = twin.names("ls-files", "--others", "-z", "--", "*.rej")
    files, tree = (*unmerged(twin), *rejected), work_tree(twin, rejected)
    deleted, others, sure = deleted_files(twin, state.start, tree)
    text = body(message, state.start, deleted, others, sure, files)
    if state.head and is_version_alone(twin, state.start, tree):
        return _renumber(repository, twin, name, replace(state, branch=state.head, text=text))
    branch, is_made = choose_branch(repository, state, tree)
    state = replace(state, branch=branch, deleted=deleted, text=text)
    told = Outcome(name, "updated", state.before, state.after, (), deleted, branch, "", text)
    if files and not is_made:
        _go_on(repository, state, tree, twin.git("ls-files", "--stage", "-z"))
        return _conflict(name, state, files)
    _go(repository, state, repository.commit_of(f"refs/heads/{branch}") if is_made else _commit(twin, state))
    messages = [f"was made already, on {branch}"] if is_made else []
    if beside := status(repository):
        messages.append(f"saved while the update ran, and not committed: {_some(change[3:] for change in beside)}")
    return replace(told, message="; ".join(messages))


def is_version_alone(twin: Repository, start: str, tree: str) -> bool:
    """Whether the two differ in the answers file's `_commit`, and in nothing else."""
    words = ("diff-tree", "-r", "-p", "--unified=0", "--no-renames", "--no-color", "--no-ext-diff", start, tree)
    lines = twin.git(*words).splitlines()
    changes = [line for line in lines if re.match(r"[-+](?!--|\+\+)|(old|new|deleted|copy|rename|Binary) ", line)]
    names = twin.names("diff-tree", "-r", "-z", "--name-only", start, tree)
    said = [line[:9] for line in changes]
    return names == [twin.answers_name] and said == ["-_commit:", "+_commit:"]


def _renumber(repository: Repository, twin: Repository, name: str, state: State) -> Outcome:
    """The new version, noted on the branch that is checked out."""
    _go(repository, state, _commit(twin, state, f"Note Binder Blocks {state.after}, which changes nothing here"))
    message = "current but for the version, which is noted"
    return Outcome(name, "current", state.before, state.after, branch=state.head, message=message)


def _commit(twin: Repository, state: State, subject: str = "") -> str:
    subject = subject or f"Update Binder Blocks from {state.before} to {state.after}"
    twin.git("add", "--all", "--", ":/")
    tree = twin.git("write-tree").strip()
    made = [name for name in generated(twin, tree) if (twin.top / name).is_file()]
    if made:  # also what the author's .gitignore would hide
        twin.git("add", "--force", "--", *made)
    twin.git("commit", "--quiet", "--cleanup=whitespace", "--file=-", stdin=f"{subject}\n\n{state.text}")
    return twin.commit_of("HEAD")


def _go(repository: Repository, state: State, commit: str) -> None:
    """To the branch, with that commit on it. Git refuses where it would overwrite what is not committed."""
    state = _begin(repository, state)
    if state.branch == state.head:
        gone = repository.run("merge", "--quiet", "--ff-only", "--no-overwrite-ignore", commit)
    else:
        ref = f"refs/heads/{state.branch}"
        before = repository.commit_of(ref)
        repository.git("update-ref", ref, commit, before or "0" * len(commit))
        gone = repository.run("checkout", "--quiet", "--no-overwrite-ignore", state.branch, "--")
        if gone.returncode != 0:
            repository.run("update-ref", *([ref, before] if before else ["-d", ref]))
    forget(repository)
    if gone.returncode != 0:
        raise _in_the_way(gone.stderr)


def _go_on(repository: Repository, state: State, tree: str, index: str) -> None:
    """To the branch at the start, with that work tree and that index, as Copier leaves a conflict."""
    state = _begin(repository, state)
    gone = repository.run("read-tree", "-m", "-u", state.start, tree)
    if gone.returncode != 0:
        forget(repository)
        raise _in_the_way(gone.stderr)
    ref = f"refs/heads/{state.branch}"
    if state.created:
        repository.git("update-ref", ref, state.start, "0" * len(state.start))
    if state.branch != state.head:
        _set_head(repository, state.branch, state.start)
    repository.git("read-tree", "--empty")
    repository.git("update-index", "-z", "--index-info", stdin=index)
    repository.run("update-index", "-q", "--refresh")
    write_state(repository, replace(state, conflict=True))


def _begin(repository: Repository, state: State) -> State:
    """From here on the checkout changes: nothing but a kill stops it, which the next run takes back."""
    _ignore_signals()
    return write_state(repository, replace(state, created=not repository.commit_of(f"refs/heads/{state.branch}")))


def _in_the_way(said: str) -> UpdateError:
    names = [line.strip() for line in said.splitlines() if line.startswith("\t")]
    names = names or re.findall(r"^error: (?:Entry|Untracked working tree file) '(.*?)' ", said, re.MULTILINE)
    if not names:
        return UpdateError("failed", f"the checkout cannot change to the update: {_reason(said)}")
    remedy = "commit (git add --force what git ignores) or rename, and run again"
    return UpdateError("dirty", f"the update has these, and here they are not committed: {_some(names)}; {remedy}")


def _some(names: Iterable[str]) -> str:
    first = [*names]
    return ", ".join(first[:3]) + (f" and {len(first) - 3} more" if len(first) > 3 else "")


def _conflict(name: str, state: State, files: tuple[str, ...]) -> Outcome:
    message = "settle the conflicts, then git add and git commit"
    branch = state.branch
    return Outcome(name, "conflict", state.before, state.after, files, state.deleted, branch, message, state.text)


def check_text_file(repository: Repository, file: Path | None) -> None:
    """A file in the work tree would be a change that is not committed."""
    if file and not file.resolve().parent.is_dir():
        raise UpdateError("refused", f"--text {file}: there is no such folder")
    if file and repository.top in file.resolve().parents and repository.private.parent not in file.resolve().parents:
        raise UpdateError("refused", f"--text {file} is in the checkout: give it a place outside")


def one_checkout(arguments: argparse.Namespace) -> Outcome:
    """The outcome, whatever happens."""
    checkout: Path = arguments.checkout
    name = str(checkout) if checkout.name else checkout.resolve().name
    before = "-"
    try:
        repository = locate(checkout, arguments.answers_file)
        check_text_file(repository, arguments.text)
        with locked(repository) as lock:
            outcome = settle(repository, name)
            if outcome is None:
                check_ready(repository, arguments.catalogue)
                before = answer(repository.answers, "_commit")
                outcome = update(repository, name, arguments, lock)
        if arguments.text:
            arguments.text.write_text(outcome.text, encoding="utf-8", errors="surrogateescape")
    except UpdateError as end:
        return Outcome(name, end.result, before, message=_one_line(str(end)))
    except Stopped:
        return Outcome(name, "failed", before, message="stopped: run again")
    except Exception as error:
        # The last resort: a line rather than a traceback. What is unfinished is taken back by the next run.
        return Outcome(name, "failed", before, message=_one_line(f"{type(error).__name__}: {error}"))
    return outcome


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UpdateError("refused", message)


def parse(words: Sequence[str]) -> argparse.Namespace:
    description = (__doc__ or "").partition("\n\n")
    formatter = argparse.RawDescriptionHelpFormatter
    parser = Parser(prog="update.py", description=description[0], epilog=description[2], formatter_class=formatter)
    parser.add_argument("--json", action="store_true", help="print an object in place of the line")
    parser.add_argument("--text", type=Path, metavar="FILE", help="write the body of a pull request")
    parser.add_argument("--to", metavar="VERSION", default="", help="a tag of the catalogue, or :current:")
    parser.add_argument("--data", action="append", default=[], metavar="KEY=VALUE", help="change an answer")
    parser.add_argument("--answers-file", metavar="NAME", default=ANSWERS, help=f"in place of {ANSWERS}")
    parser.add_argument("--catalogue", metavar="ADDRESS", default="", help="refuse what is of another catalogue")
    parser.add_argument("checkout", nargs="?", type=Path, default=Path(), metavar="CHECKOUT")
    arguments = parser.parse_args(words)
    for pair in arguments.data:
        if "=" not in pair:
            raise UpdateError("refused", f"--data {pair}: must be KEY=VALUE")
    if {"", ".", ".."} & {*arguments.answers_file.split("/")}:
        raise UpdateError("refused", f"--answers-file {arguments.answers_file}: must be a file within the checkout")
    return arguments


def _say(line: str) -> None:
    print(f"update.py: {line}", file=sys.stderr)


def _stop(number: int, frame: FrameType | None) -> None:
    _ignore_signals()  # once: to clear up must not be stopped
    raise Stopped


def _ignore_signals() -> None:
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)


def main(words: Sequence[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        arguments = parse(words)
    except UpdateError as end:
        outcome = Outcome("-", end.result, message=str(end))
        print(outcome.as_json() if "--json" in words else outcome.as_line())
        _say(outcome.message)
        return EXIT[outcome.result]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    outcome = one_checkout(arguments)
    if outcome.text:
        print(outcome.text, end="", file=sys.stderr)
    if outcome.message:
        _say(f"{outcome.repository}: {outcome.message}")
    print(outcome.as_json() if arguments.json else outcome.as_line(), flush=True)
    return EXIT[outcome.result]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Stopped:  # while the result was being told
        sys.exit(EXIT["failed"])
