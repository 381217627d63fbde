"""The project's address, `address` in pyproject.toml, and every text that names it.

    python tools/address.py                        print the places that name another one; exit 1 if there are any
    python tools/address.py gh:OWNER/NAME          make it the address, there and in all texts

Texts are the tracked files outside of tests, decisions and the changelog. What is a form of it: `gh:OWNER/NAME`,
`github.com/OWNER/NAME`, `OWNER.github.io/NAME`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETTING = ROOT / "pyproject.toml"
LINE = re.compile(r'^address = "gh:([\w.-]+)/([\w.-]+)"$', flags=re.MULTILINE)
NOT_TEXTS = ("tests/", "docs/decisions/", "CHANGELOG.md", "tools/address.py")


def address(text: str) -> tuple[str, str]:
    """Owner and name; raises `SystemExit` where the setting has none."""
    if match := LINE.search(text):
        return match[1], match[2]
    raise SystemExit('pyproject.toml: [tool.binder-blocks] has no address = "gh:OWNER/NAME"')


def forms(owner: str, name: str) -> list[str]:
    return [f"gh:{owner}/{name}", f"github.com/{owner}/{name}", f"{owner.lower()}.github.io/{name}"]


def texts() -> Iterator[Path]:
    listing = ["git", "-C", str(ROOT), "ls-files", "-z"]
    for path in subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0"):
        if path and not path.startswith(NOT_TEXTS) and (ROOT / path).is_file():
            yield ROOT / path


def strays() -> Iterator[str]:
    """Places that name a repository of this name by another owner."""
    owner, name = address(SETTING.read_text())
    named = re.compile(rf"(?:gh:|github\.com/)([\w.-]+)/{re.escape(name)}\b|([\w-]+)\.github\.io/{re.escape(name)}\b")
    for path in texts():
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            for match in named.finditer(line):
                if (match[1] or match[2]).lower() != owner.lower():
                    yield f"{path.relative_to(ROOT)}:{number}: {match[0]}"


def move(new: str) -> None:
    match = re.fullmatch(r"gh:([\w.-]+)/([\w.-]+)", new)
    if not match:
        raise SystemExit(f"{new}: write gh:OWNER/NAME")
    old, now = (forms(*one) for one in (address(SETTING.read_text()), (match[1], match[2])))
    for path in texts():
        data = path.read_bytes()
        changed = data
        for before, after in zip(old, now, strict=True):
            changed = re.sub(rb"(?i:" + re.escape(before.encode()) + rb")(?![\w-])", after.encode(), changed)
        if changed != data:
            path.write_bytes(changed)


def main(words: list[str]) -> int:
    if words:
        move(words[0])
        return 0
    found = [*strays()]
    print(*found, sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
