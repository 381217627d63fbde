"""Save this session into an archive, or bring one back: `binder/save` and `binder/restore`.

    save [--to FILE_OR_FOLDER] [--service NAME]... [--file PATTERN]... [--no-files]
    save --export NAME [--to FOLDER]
    restore [--service NAME]... [--file PATTERN]... [--no-files] [--any-course] FILE
    restore --look [--any-course] FILE
    restore --import NAME FILE

A failure is one line on stderr and exit 1; a signal ends either of them as a failure does, with nothing half-done.
"""

from __future__ import annotations

import json
import os
import signal
import sys

from launch.words import Failure

from .looking import look
from .restore import import_file, restore
from .save import export, save
from .words import Ended, reason_of, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

FLAGS = {"save": {"--no-files"}, "restore": {"--no-files", "--look", "--any-course"}}
VALUES = {"save": {"--to", "--service", "--file", "--export"}, "restore": {"--service", "--file", "--import"}}


def main(arguments: list[str]) -> int:
    verb, words = arguments[0], arguments[1:]
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    os.umask(0o077)
    try:
        given, plain = parsed(verb, words)
    except Failure as error:
        tell(f"{verb}: {error}\n{__doc__}")
        return 2
    try:
        (do_save if verb == "save" else do_restore)(given, plain)
        sys.stdout.flush()
        return 0
    except (Failure, OSError) as error:
        tell(f"{verb}: {reason_of(error)}")
    return 1


def on_signal(number: int, _frame: FrameType | None) -> None:
    for other in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)  # once is enough: what is left is to clean up
    raise Ended(f"ended by {signal.Signals(number).name}")


def parsed(verb: str, words: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    given: dict[str, list[str]] = {}
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        name, mark, value = word.partition("=")
        if word in FLAGS[verb]:
            given[word] = []
        elif name in VALUES[verb]:
            value = value if mark else next(rest, "")
            if not value:
                raise Failure(f"{name} needs a value")
            given.setdefault(name, []).append(value)
        elif word.startswith("-"):
            raise Failure(f"{word} is no option")
        else:
            plain.append(word)
    if len(plain) != (verb == "restore"):
        raise Failure("wrong arguments")
    return given, plain


def do_save(given: dict[str, list[str]], _plain: list[str]) -> None:
    to = given.get("--to", [""])[-1]
    if "--export" in given:
        print(export(given["--export"][-1], to))
    else:
        print(save(to, given.get("--service", []), given.get("--file", []), "--no-files" not in given))


def do_restore(given: dict[str, list[str]], plain: list[str]) -> None:
    names, any_course = given.get("--service", []), "--any-course" in given
    if "--look" in given:
        print(json.dumps(look(plain[0], any_course)))
    elif "--import" in given:
        import_file(given["--import"][-1], plain[0])
    else:
        restore(plain[0], names, given.get("--file", []), "--no-files" not in given, any_course)
