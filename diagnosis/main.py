"""Put what a helper has to know of this session into one file, without secrets.

    diagnose [--to FILE]    write a zip below 2 MB, print its path
    diagnose --text         print the short text to paste, the likeliest cause first
    diagnose --list         print what the zip holds, before it is made
    diagnosis --record      at the end of a build: write down what was built

Without --to it goes to the current folder, else to the home folder, else to /tmp. Where there is no room for it, the
text is printed instead, and the exit status is 1.
"""

from __future__ import annotations

import os
import sys
import time

from .archive import fitting, write_zip
from .built import record
from .clock import Late, bounded
from .contents import LOGS, all_texts, learn, listing, secrets_of
from .facts import Facts
from .summary import summary
from .texts import plain

WRITE_SECONDS = 5


def main(arguments: list[str]) -> int:
    if arguments == ["--list"]:
        print(listing())
        return 0
    if arguments == ["--record"]:
        return record()
    wants_text, target = arguments == ["--text"], ""
    if len(arguments) == 2 and arguments[0] == "--to" and arguments[1]:
        target = arguments[1]
    elif arguments and not wants_text:
        print(f"diagnose: wrong arguments: {' '.join(arguments)}\n{usage()}", file=sys.stderr)
        return 2
    facts = Facts()
    learnt = learn(facts).copy()
    secrets = secrets_of(facts, learnt)
    # A part that is late may still fill in what it knows: what it had not told by now does not go out.
    known = {name: one.copy() if isinstance(one, (dict, list)) else one for name, one in vars(facts).items()}
    secrets.learn_looks([known, learnt])
    clean = Facts(**{**secrets.mask(known), "environment": facts.environment})
    if wants_text:
        print(plain(secrets.mask(summary(clean))), end="")
        return 0
    texts = all_texts(clean, secrets.mask(learnt))
    masked = {name: text if name.startswith(LOGS) else secrets.mask(text) for name, text in texts.items()}
    return write_somewhere(target, {secrets.mask(name): ended(plain(text)) for name, text in masked.items()}, clean)


def ended(text: str) -> str:
    return text.rstrip("\n") + "\n"


def write_somewhere(target: str, texts: dict[str, str], facts: Facts) -> int:
    """The first place that has room for it."""
    slug = "".join(
        letter for letter in facts.environment.get("COURSE_SLUG", "course") if letter.isalnum() or letter == "-"
    )
    name = f"{slug[:60]}-diagnosis-{time.strftime('%Y%m%d-%H%M%S')}.zip"
    folders = ["", facts.environment.get("HOME", ""), "/tmp", "/dev/shm"]  # noqa: S108
    paths = [target] if target else [os.path.abspath(os.path.join(folder, name)) for folder in folders]
    contents, problem = fitting(texts), ""
    for path in paths:
        try:
            bounded(lambda path=path: write_zip(path, contents), WRITE_SECONDS)  # type: ignore[misc]
            print(os.path.abspath(path))
            return 0
        except (OSError, Late) as error:
            problem = problem or f"{path}: {getattr(error, 'strerror', None) or error}"
    print(texts["summary.txt"], file=sys.stderr)
    print(f"diagnose: the file cannot be written: {problem}; the text above is what remains", file=sys.stderr)
    return 1


def usage() -> str:
    return "usage: diagnose [--to FILE] | --text | --list"


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # whatever hangs has a thread that would be waited for
