"""Draws the interview as docs/images/interview.svg: the real one, answered in a terminal, a still for each answer.

    python tools/cast.py

The stills follow one another by CSS; where motion is not wanted, only the last is seen. Needs what the tests need.
"""

from __future__ import annotations

import html
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyte

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.terminal import COLUMNS, ENTER, SPACE, Terminal  # noqa: E402

# Text, colour, whether it is bold; the pieces of a line; the lines.
Piece = tuple[str, str, bool]
Still = list[list[Piece]]
ADDRESS, HOST = "gh:OWNER/binder-blocks", "https://github.com/"
FILE = ROOT / "docs/images/interview.svg"
WIDE, HIGH = 8.4, 18
LINES = 40
SECONDS = 3
COLOURS = {"default": "#d4d4d4", "green": "#8bc34a", "cyan": "#4dd0e1", "blue": "#64b5f6", "brown": "#ffd54f"}
BLOCK, OUTPUT = "Databases: PostgreSQL (", "Links ("
# What is waited for, the choice that is gone to, and what is then typed; there is a still before each.
TALK = [
    ("What is the course called?", "", f"Databases for historians{ENTER}"),
    ("Which blocks does it need?", BLOCK, SPACE),
    ("", "", ENTER),
    ("How do people get it?", OUTPUT, SPACE),
    ("", "", ENTER),
    ("More settings", "", ENTER),
    ("Where will this repository be", "", f"gh:historians/databases{ENTER}"),
]


def stills() -> Iterator[Still]:
    """What was to be seen before each answer, and at the end."""
    with (
        tempfile.TemporaryDirectory() as name,
        Terminal(
            "copy", "--trust", at_its_address(clone(Path(name))), "databases", folder=Path(name), lines=LINES
        ) as terminal,
    ):
        for wanted, choice, keys in TALK:
            terminal.expect(wanted)
            terminal.settle()
            yield still(terminal.display)
            if choice:
                terminal.point(choice)
            terminal.send(keys)
        terminal.expect("What to do next")
        if terminal.end() != 0:
            raise SystemExit(terminal.screen)
        yield still(terminal.display)


def clone(folder: Path) -> Path:
    """The catalogue as it is committed: what is not makes a copy say so."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / "binder-blocks")], check=True)
    return folder / "binder-blocks"


def at_its_address(repository: Path) -> str:
    """The address of the README, from which git takes this repository.

    Copier keeps what it has had from an address, also of another clone, so it gets a place of its own for that.
    """
    variables = {"COUNT": "1", "KEY_0": f"url.{repository}.insteadOf", "VALUE_0": ADDRESS.replace("gh:", HOST) + ".git"}
    os.environ.update({f"GIT_CONFIG_{name}": value for name, value in variables.items()})
    os.environ["COPIER_CACHE_DIR"] = str(repository.parent / "cache")
    return ADDRESS


def still(screen: pyte.Screen) -> Still:
    """What the terminal shows, without the empty lines below."""
    lines = []
    for number in range(LINES):
        pieces: list[Piece] = []
        for column in range(COLUMNS):
            cell = screen.buffer[number][column]
            kind = (COLOURS.get(cell.fg, f"#{cell.fg}" if len(cell.fg) == 6 else COLOURS["default"]), bool(cell.bold))
            if pieces and pieces[-1][1:] == kind:
                pieces[-1] = (pieces[-1][0] + cell.data, *kind)
            else:
                pieces.append((cell.data, *kind))
        lines.append(pieces)
    while lines and not "".join(text for text, *_ in lines[-1]).strip():
        lines.pop()
    return lines


def line(number: int, pieces: list[Piece]) -> str:
    spans, column = "", 0
    for text, colour, bold in pieces:
        if text.strip():
            weight = ' font-weight="bold"' if bold else ""
            spans += f'<tspan x="{column * WIDE + 12:.1f}" fill="{colour}"{weight}>{html.escape(text)}</tspan>'
        column += len(text)
    return f'<text y="{(number + 1) * HIGH + 8}" xml:space="preserve">{spans}</text>' if spans else ""


def drawing(screens: list[Still]) -> str:
    width, height, total = COLUMNS * WIDE + 24, LINES * HIGH + 24, len(screens) * SECONDS
    share = 100 / len(screens)
    groups = "".join(
        f'<g class="still" style="animation-delay:{number * SECONDS}s">'
        + "".join(line(at, pieces) for at, pieces in enumerate(screen))
        + "</g>\n"
        for number, screen in enumerate(screens)
    )
    style = (
        "text{font:14px ui-monospace,Menlo,Consolas,monospace}"
        f".still{{opacity:0;animation:show {total}s steps(1) infinite}}"
        f"@keyframes show{{0%{{opacity:1}}{share:.3f}%{{opacity:0}}}}"
        "@media (prefers-reduced-motion:reduce){.still{animation:none}.still:last-of-type{opacity:1}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" role="img" '
        'aria-label="The interview: a name, the blocks, how people get it, and what to do next">\n'
        f"<style>{style}</style>\n"
        f'<rect width="100%" height="100%" rx="8" fill="#1e1e1e"/>\n{groups}</svg>\n'
    )


def main() -> int:
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(drawing(list(stills())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
