"""Makes the course of course.yml in this repository, or brings it up to date with it. Run by the workflow.

    python .github/binder-course/make.py ADDRESS

What the form says is written into course.yml first: COURSE_NAME, COURSE_BLOCKS and COURSE_OUTPUTS, where they are not
empty; the last two are words with spaces or commas between them. A course that is there stays at its version of the
blocks: newer ones come by `copier update`, or by the output `updates`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

COURSE, ANSWERS = Path("course.yml"), Path(".copier-answers.yml")
FORM = {"COURSE_NAME": "course_name", "COURSE_BLOCKS": "components", "COURSE_OUTPUTS": "outputs"}
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def filled_in(text: str, form: dict[str, str]) -> str:
    """course.yml with what the form says; comments of other lines stay."""
    for variable, answer in FORM.items():
        value = form.get(variable, "").strip()
        if not value:
            continue
        if answer == "course_name":
            written = yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("...\n").strip()
        else:
            words = [word for word in re.split(r"[\s,]+", value) if word]
            if wrong := [word for word in words if not NAME.fullmatch(word)]:
                raise SystemExit(f"{answer}: {wrong[0]!r} is no name; write names as the list of blocks has them")
            written = f"[{', '.join(words)}]"
        line = f"{answer}: {written}\n"
        pattern = re.compile(rf"^{answer}:.*\n(?:[ -].*\n)*", flags=re.MULTILINE)
        text = pattern.sub(lambda _, line=line: line, text, count=1) if pattern.search(text) else text + line
    return text


def main(address: str) -> int:
    COURSE.write_text(filled_in(COURSE.read_text(encoding="utf-8"), dict(os.environ)), encoding="utf-8")
    command = [sys.executable, "-m", "copier"]
    given = ["--trust", "--defaults", f"--data-file={COURSE}"]
    if ANSWERS.exists():
        subprocess.run(["git", "commit", "--quiet", "--all", "--allow-empty", "--message=The form"], check=True)
        return subprocess.run([*command, "update", *given, "--vcs-ref=:current:"], check=False).returncode
    return subprocess.run([*command, "copy", *given, "--overwrite", address, "."], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
