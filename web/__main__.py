"""python -m web build | serve"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from . import building, serving


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m web", description="The page on which a course is composed.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    made = verbs.add_parser("build", help="make it, in web/dist")
    made.add_argument("--source", default="", help="the catalogue's address in what is taken away (default: ours)")
    made.add_argument("--version", default="", help="its version there (default: what git describes)")
    made.add_argument("--out", type=Path, default=building.DIST)
    shown = verbs.add_parser("serve", help="show it on this machine")
    shown.add_argument("--port", type=int, default=8000)
    shown.add_argument("--folder", type=Path, default=building.DIST)
    options = parser.parse_args(words)
    try:
        if options.verb == "build":
            start = time.monotonic()
            out = building.build(options.source, options.version, options.out.resolve())
            print(f"{out}: built in {time.monotonic() - start:.0f} s; python -m web serve shows it")
        else:
            serving.serve(options.folder, options.port)
    except building.BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
