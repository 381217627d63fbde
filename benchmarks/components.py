"""`copier copy` of the example course from catalogues of more and more components.

    python benchmarks/components.py [--runs 10] [--components 43 300]

This catalogue, and copies of it filled up to so many components, in turn, each a whole process. The added ones are
services as `components/` has them: a manifest, a script, a list, two questions with a choice, a default that depends on
another and a validator. The course has none of them, so the files are the same.

Printed: the median wall and processor time of each (git's included), and the medians of the run-by-run ratios to this
catalogue.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.copier_copy import EXAMPLE, show, timed_copy  # noqa: E402

QUESTIONS = """\
{0}_mode:
  type: str
  help: Which mode?
  when: "{{{{ '{0}' in installed }}}}"
  ask: "{{{{ settings }}}}"
  choices: [one, two]
  default: one

{0}_name:
  type: str
  help: Which name?
  when: "{{{{ '{0}' in installed }}}}"
  ask: "{{{{ settings }}}}"
  default: "{{{{ course_slug }}}}-{{{{ {0}_mode }}}}"
  validator: "{{% if ' ' in {0}_name %}}without a space{{% endif %}}"
"""
MANIFEST = "title: Synthetic {0}\nsummary: A service for measurements, number {1}\ncategory: databases\nmemory: 10\n"


def copy_of_the_catalogue(folder: Path, components: int) -> Path:
    """The catalogue with so many components."""
    ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "tests")
    shutil.copytree(ROOT, folder, ignore=ignored)
    present = len(list((folder / "components").iterdir()))
    for number in range(components - present):
        name = f"synthetic{number}"
        made = folder / "components" / name
        (made / "service").mkdir(parents=True)
        (made / "component.yml").write_text(MANIFEST.format(name, number))
        (made / "questions.yml").write_text(QUESTIONS.format(name))
        (made / "README.md").write_text(f"### Synthetic {number}\n")
        (made / "apt.txt").write_text(f"package-{number}\n")
        (made / "service/run").write_text("#!/usr/bin/env bash\nexec sleep infinity\n")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--components", type=int, nargs="+", default=[43, 300])
    arguments = parser.parse_args()
    present = sum(path.is_dir() for path in (ROOT / "components").iterdir())
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        counts = sorted({present, *arguments.components})
        cases = {count: copy_of_the_catalogue(scratch / f"catalogue-{count}", count) for count in counts}
        taken: dict[int, list[tuple[float, float]]] = {count: [] for count in cases}
        for run in range(arguments.runs + 1):
            for count, catalogue in cases.items():
                took = timed_copy(catalogue, scratch / f"{count}-{run}", f"--data-file={EXAMPLE}")
                if run:  # the first warms the caches
                    taken[count].append(took)
    for count in counts[1:]:
        show({f"{present} components": taken[present], f"{count} components": taken[count]}, f"{count} components")


if __name__ == "__main__":
    main()
