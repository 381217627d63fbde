"""Stands in for GitHub's `gh`, as far as our workflows use it: pull requests and labels in a file, calls recorded.

    python fake_gh.py FOLDER ARGUMENT...

It is as strict as gh: an unknown option, a label that does not exist and a second pull request for a branch are errors.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

# gh's own jq, for the expressions in use.
JQ: dict[str, Callable[[Iterable[dict[str, Any]]], list[str]]] = {
    ".[] | select(.isCrossRepository | not) | [.state, .number] | @tsv": lambda pulls: [
        f"{pull['state']}\t{pull['number']}" for pull in pulls if not pull["isCrossRepository"]
    ],
    ".[] | [.number, .headRefName] | @tsv": lambda pulls: [
        f"{pull['number']}\t{pull['headRefName']}" for pull in pulls
    ],
}


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("auth").add_argument("action", choices=["setup-git"])
    label = commands.add_parser("label").add_subparsers(dest="action", required=True).add_parser("create")
    label.add_argument("name")
    options(label, "color", "description")
    pulls = commands.add_parser("pr").add_subparsers(dest="action", required=True)
    options(pulls.add_parser("list"), "head", "state", "label", "limit", "json", "jq")
    create = pulls.add_parser("create")
    options(create, "base", "head", "title", "body-file", "label")
    create.add_argument("--draft", action="store_true")
    for action in ("edit", "ready", "close"):
        pulls.add_parser(action).add_argument("number", type=int)
    options(pulls.choices["edit"], "title", "body-file", "add-label", "remove-label")
    pulls.choices["ready"].add_argument("--undo", action="store_true")
    options(pulls.choices["close"], "comment")
    return parser.parse_args(words)


def options(parser: argparse.ArgumentParser, *names: str) -> None:
    for name in names:
        parser.add_argument(f"--{name}")


def refuse(message: str) -> None:
    print(message, file=sys.stderr)
    sys.exit(1)


def labels(state: dict[str, Any], names: str | None) -> list[str]:
    wanted = names.split(",") if names else []
    for name in wanted:
        if name not in state["labels"]:
            refuse(f"'{name}' not found")
    return wanted


def create_label(state: dict[str, Any], given: argparse.Namespace) -> None:
    if given.name in state["labels"]:
        refuse(f'label with name "{given.name}" already exists')
    state["labels"].append(given.name)


def list_pulls(state: dict[str, Any], given: argparse.Namespace) -> None:
    found = [
        pull
        for pull in reversed(state["pulls"])
        if given.head in (None, pull["headRefName"])
        and given.state.upper() in ("ALL", pull["state"])
        and (given.label is None or given.label in pull["labels"])
    ]
    fields = given.json.split(",")
    print("\n".join(JQ[given.jq]({name: pull[name] for name in fields} for pull in found)))


def create(state: dict[str, Any], given: argparse.Namespace) -> None:
    if given.draft and not state["drafts"]:
        refuse("Draft pull requests are not supported in this repository.")
    if any(pull["headRefName"] == given.head and pull["state"] == "OPEN" for pull in state["pulls"]):
        refuse(f"a pull request for branch {given.head} already exists")
    pull = {
        "number": len(state["pulls"]) + 1,
        "state": "OPEN",
        "isCrossRepository": False,
        "isDraft": given.draft,
        "base": given.base,
        "headRefName": given.head,
        "title": given.title,
        "body": Path(given.body_file).read_text(),
        "labels": labels(state, given.label),
        "comments": [],
    }
    state["pulls"].append(pull)


def edit(state: dict[str, Any], given: argparse.Namespace) -> None:
    pull = state["pulls"][given.number - 1]
    pull["title"] = given.title or pull["title"]
    if given.body_file:
        pull["body"] = Path(given.body_file).read_text()
    added, removed = labels(state, given.add_label), labels(state, given.remove_label)
    pull["labels"] = sorted({*pull["labels"], *added} - set(removed))


def ready(state: dict[str, Any], given: argparse.Namespace) -> None:
    if given.undo and not state["drafts"]:
        refuse("Draft pull requests are not supported in this repository.")
    state["pulls"][given.number - 1]["isDraft"] = given.undo


def close(state: dict[str, Any], given: argparse.Namespace) -> None:
    pull = state["pulls"][given.number - 1]
    pull["state"] = "CLOSED"
    pull["comments"].append(given.comment)


ACTIONS: dict[str, Callable[[dict[str, Any], argparse.Namespace], None]] = {
    "label create": create_label,
    "pr list": list_pulls,
    "pr create": create,
    "pr edit": edit,
    "pr ready": ready,
    "pr close": close,
    "auth setup-git": lambda state, given: None,
}


def main(folder: Path, words: list[str]) -> None:
    with (folder / "calls").open("a") as calls:
        print(json.dumps(words), file=calls)
    if not os.environ.get("GH_TOKEN"):
        refuse("gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.")
    file = folder / "state.json"
    state = json.loads(file.read_text())
    given = parse(words)
    ACTIONS[f"{given.command} {given.action}"](state, given)
    file.write_text(json.dumps(state))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
