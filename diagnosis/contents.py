"""What the file holds: each part, what it is for, and how long it may take to find out.

- a part that fails, or does not come back in time, is a line that says so, and costs no other
- `learn` parts fill the facts that others need; they come first
"""

from __future__ import annotations

import json
import os

from .built import differences, recorded, sums
from .clock import Late, bounded, seconds_left
from .course import (
    answers_text,
    catalogue_versions,
    container_kind,
    image_versions,
    report_data,
    report_text,
    repository,
)
from .facts import BINDER_DIR, PREFIX, Facts
from .logs import learn_logs
from .machine import disks_here, home_problem, machine_text, memory_here, system_versions
from .masking import Secrets, environment_text
from .packages import (
    apt_packages,
    as_lines,
    conda_packages,
    conda_version,
    jupyter_versions,
    notebook_python,
    pip_packages,
    server_versions,
    user_packages,
)
from .places import data_places, places_text, service_folders
from .processes import all_processes, environment_of, listeners, owner_of_process, ports_text, processes_text
from .session import learn_environment, learn_status
from .summary import summary
from .texts import in_one_line, known_text
from .worktree import commit_here, worktree_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

HOME_SECONDS = 2
LOGS = "logs/"  # masked where they are learnt, as all facts are
# File, what it holds; `{logs}` are as many as there are.
HOLDS = {
    "summary.txt": "what is wrong, in words, and the session in a few lines",
    "status.json": "the state of each service and script, as launch tells it",
    LOGS: "the logs of services, start scripts and first scripts, and the notebook's if it is a file",
    "versions.txt": "system, Python, Jupyter, servers, image, the catalogue's commit",
    "packages.txt": "all packages of conda, pip and Debian, with their versions",
    "changes.txt": "files and packages that differ from what was built; git status",
    "machine.txt": "memory, disks, processors: how much there is, and is used",
    "processes.txt": "the processes that run, with their command lines, and the ports they listen on",
    "data.txt": "where the services' data is, its size and format; not the data",
    "environment.txt": "the environment variables, without the values of secrets",
    "course/": "answers, report.json, downloads.txt",
}
PROMISE = (
    "Passwords, tokens, keys, cookies and the like are recognised by name, by value and by their looks, and hidden. "
    "Names of users, folders, files and addresses are in it. Look before you send it."
)


def listing() -> str:
    lines = [f"  {name:16} {what}" for name, what in HOLDS.items()]
    return "\n".join(["One zip, below 2 MB:", *lines, "", PROMISE])


def learn(facts: Facts) -> dict[str, str]:
    """Everything that is to be known; the texts that are not made of facts."""
    texts: dict[str, str] = {}
    home = facts.environment.get("HOME", "")

    def part(name: str, seconds: float, find: Callable[[], object]) -> None:
        try:
            found = bounded(find, seconds_left(seconds))
            if isinstance(found, str):
                texts[name] = found
        except Exception as error:
            facts.unknown[name] = in_one_line(str(error) if isinstance(error, (OSError, Late)) else repr(error))
            texts[name] = f"not known: {facts.unknown[name]}"

    part("binder/env", 6, lambda: learn_environment(facts))
    part("status", 9, lambda: learn_status(facts))
    part("logs", 3, lambda: learn_logs(facts))
    part("machine", 6, lambda: learn_machine(facts))
    part("home folder", 2, lambda: setattr(facts, "home_problem", home_problem(facts.environment.get("HOME", home))))
    part("processes", 4, lambda: learn_processes(facts))
    part("report.json", 2, lambda: setattr(facts, "report", report_data()))
    part("data", 6, lambda: setattr(facts, "places", data_places(facts)))
    part("course/answers.yml", 2, answers_text)
    part("course/downloads.txt", 2, lambda: known_text(os.path.join(BINDER_DIR, "downloads.txt")))
    part("versions", 8, lambda: learn_versions(facts, texts.get("course/answers.yml", "")))
    part("built", 4, lambda: learn_changes(facts))
    part("git status", 14, lambda: texts.__setitem__("git", worktree_text()))
    part("packages.txt", 9, lambda: packages_text(facts))
    return texts


def learn_machine(facts: Facts) -> None:
    facts.memory, facts.disks = memory_here(), disks_here(facts)


def learn_processes(facts: Facts) -> None:
    facts.processes = all_processes()
    facts.listeners = listeners(facts.processes)


def learn_versions(facts: Facts, answers: str) -> None:
    facts.versions.update({**system_versions(), **catalogue_versions(answers), "commit": commit_here() or "unknown"})
    facts.versions.update({"container": container_kind(), **image_versions(facts)})
    facts.versions.update(notebook_python())
    facts.versions.update(jupyter_versions(pip_packages()))
    facts.versions.update({f"base {name}": version for name, version in conda_version().items()})
    facts.versions.update(server_versions(facts))


def learn_changes(facts: Facts) -> None:
    before = recorded()
    if not before:
        facts.unknown["what was built"] = "the build wrote nothing down"
        return
    facts.changed = differences(before.get("files"), sums())
    facts.packages_changed = [
        *differences(before.get("pip"), pip_packages()),
        *differences(before.get("conda"), conda_packages()),
        *(
            f"{name} {version} is in ~/.local"
            for name, version in user_packages(facts.environment.get("HOME", "")).items()
        ),
    ]


def packages_text(facts: Facts) -> str:
    parts = {
        f"pip, {PREFIX}": as_lines(pip_packages()),
        f"conda, {PREFIX}": as_lines(conda_packages()),
        "pip, ~/.local": as_lines(user_packages(facts.environment.get("HOME", ""))),
        "Debian": apt_packages(),
    }
    return "\n\n".join(f"# {name}\n{text}" for name, text in parts.items())


def all_texts(facts: Facts, learnt: dict[str, str]) -> dict[str, str]:
    """File -> text, as it goes into the zip, not masked for the last time."""
    changes = {
        "Files of binder/ that differ from what was built": "\n".join(facts.changed) or "none",
        "Packages that differ from what was built": "\n".join(facts.packages_changed) or "none",
        "git status": learnt.get("git", "not known"),
        "Not known": "\n".join(f"{name}: {why}" for name, why in facts.unknown.items()) or "nothing",
    }
    status = {**facts.status, "known from": facts.status_from, "running": facts.running}
    known = {name: text for name, text in learnt.items() if "." in os.path.basename(name) and name != "report.json"}
    return {
        "README.txt": listing(),
        "summary.txt": summary(facts),
        "status.json": json.dumps(status, indent=1),
        "versions.txt": "\n".join(f"{name}: {in_one_line(version)}" for name, version in facts.versions.items()),
        "changes.txt": "\n\n".join(f"# {title}\n{text}" for title, text in changes.items()),
        "machine.txt": machine_text(facts),
        "processes.txt": f"{processes_text(facts.processes)}\n\n{ports_text(facts.listeners)}",
        "data.txt": places_text(facts),
        "environment.txt": environment_text(facts.environment),
        "course/report.json": report_text(facts),
        **known,
        **{f"{LOGS}{name}": text for name, text in facts.logs.items()},
    }


def secrets_of(facts: Facts, learnt: dict[str, str]) -> Secrets:
    """All that is to be hidden."""
    answers = facts.report.get("answers")
    known = {*service_folders(), *facts.services, os.path.basename(repository()), facts.environment.get("USER", "")}
    published = known_text(os.path.join(BINDER_DIR, "env")) + learnt.get("course/answers.yml", "")
    known |= {word.strip("'\"") for word in published.replace("=", " ").split()}
    secrets = Secrets(known)
    secrets.learn_variables({**os.environ, **facts.environment})
    for pid in (facts.status.get("notebook"), facts.launch, os.getppid()):
        if isinstance(pid, int) and pid and owner_of_process(pid) >= 0:
            secrets.learn_variables(environment_of(pid))
    secrets.learn_data(answers if isinstance(answers, dict) else {})
    secrets.learn_text(learnt.get("course/answers.yml", ""))
    secrets.learn_text(known_text(os.path.join(BINDER_DIR, "env")))
    for home in {facts.environment.get("HOME", ""), os.environ.get("HOME", "")} - {""}:
        try:
            bounded(lambda home=home: secrets.learn_home(home), HOME_SECONDS)  # type: ignore[misc]
        except Late:
            continue
    return secrets
