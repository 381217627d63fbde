"""What launch says at its socket, or else what it has left in BINDER_RUN.

- the launch of this repository is meant, in the BINDER_RUN that the environment names, or in this user's; for root, who
  looks after others, in anybody's
- where nothing answers, its process tells whether it runs all the same
"""

from __future__ import annotations

import glob
import json
import os
import stat
import sys
import time

from .commands import answer_of
from .facts import BINDER_DIR
from .processes import owner_of_process, words_of
from .texts import known_text, names_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Facts

ASK_SECONDS, ENV_SECONDS = 6, 5


def learn_environment(facts: Facts) -> None:
    """What binder/env exports, if it does so in time, over what is there."""
    script = 'source "$1" >/dev/null 2>&1; exec env -0'
    status, said = answer_of(["bash", "-c", script, "bash", os.path.join(BINDER_DIR, "env")], ENV_SECONDS)
    if status:
        facts.unknown["binder/env"] = said
        return
    for line in said.split("\0"):
        name, mark, value = line.partition("=")
        if mark and name not in ("_", "SHLVL", "PWD", "OLDPWD", "LC_ALL"):
            facts.environment[name] = value


def learn_status(facts: Facts) -> None:
    facts.launch = launch_process()
    facts.run = run_folder(facts.launch)
    command = [sys.executable, "-I", "-S", os.path.join(BINDER_DIR, "launch"), "--status"]
    status, said = answer_of(command, ASK_SECONDS, {"BINDER_RUN": facts.run, "BINDER_DIR": BINDER_DIR})
    facts.status = as_status(said)
    facts.answers = facts.running = status == 0 and bool(facts.status.get("running"))
    facts.status_from = "launch says it"
    if facts.running:
        return
    path = os.path.join(facts.run, "status.json")
    left = as_status(known_text(path)) if is_folder(facts.run) else {}
    facts.running = bool(facts.launch)
    if facts.running:
        facts.status = left
        facts.status_from = f"launch did not answer; its status.json of {age(path)}"
    else:
        facts.status_from = "no launch answers; what the last one has left" if left else "no launch answers"


def as_status(text: str) -> dict[str, object]:
    """What is no status is none."""
    try:
        found = json.loads(text[text.find("{") :])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def age(path: str) -> str:
    try:
        return f"{time.time() - os.lstat(path).st_mtime:.0f} s ago"
    except OSError:
        return "an unknown time"


def launch_process() -> int:
    """The process of this repository's launch; 0 if none is to be seen."""
    ours = os.path.realpath(os.path.join(BINDER_DIR, "launch"))
    for pid in filter(str.isdigit, names_in("/proc")):
        words = words_of(pid)
        if "--" in words and any(word.endswith("/launch") and os.path.realpath(word) == ours for word in words[:5]):
            return int(pid)
    return 0


def run_folder(launch: int) -> str:
    """The BINDER_RUN that is meant."""
    user = owner_of_process(launch) if launch else os.geteuid()
    usual = os.environ.get("BINDER_RUN") or f"/tmp/binder-{user}"  # noqa: S108
    others = sorted(glob.glob("/tmp/binder-*"), key=changed, reverse=True)  # noqa: S108
    for path in [usual, *others]:
        left = as_status(known_text(os.path.join(path, "status.json"))) if is_folder(path) else {}
        if os.path.realpath(str(left.get("binder_dir"))) == os.path.realpath(BINDER_DIR):
            return path
    return usual


def is_folder(path: str) -> bool:
    """Whether it is one that is ours, or that root may look at."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and os.geteuid() in (0, found.st_uid)


def changed(path: str) -> float:
    try:
        return os.lstat(os.path.join(path, "status.json")).st_mtime
    except OSError:
        return 0.0
