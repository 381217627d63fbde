"""`copier copy` of the example course from catalogues of more and more components.

    python benchmarks/components.py [--runs 10] [--components 12 300]

This catalogue, and copies of it with so many components, in turn, each a whole process: fewer, but for those of the
course, or more. The added ones are services as `components/` has them: a manifest, a script, a list, two questions with
a choice, a default that depends on another and a validator. The course has none of them, so the files are the same.
`questions N` are the files of the course as a plain template with the same questions: what N components cost Copier
alone.

Printed: the median wall and processor time of each (git's included), and the medians of the run-by-run ratios to the
smallest, of catalogues and of plain templates.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.copier_copy import EXAMPLE, copy, make_template, questions, show, timed_copy  # noqa: E402
from extensions.answers.questions import complete, read  # noqa: E402
from extensions.catalogue.manifest import read_catalogue  # noqa: E402
from extensions.expressions import evaluator, make_environment  # noqa: E402

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


def used() -> set[str]:
    """The components of the example course."""
    evaluate = evaluator(make_environment(read_catalogue(ROOT)))
    answers, _ = complete(read(ROOT), yaml.safe_load(EXAMPLE.read_text()), evaluate)
    return set(answers["installed"])


def copy_of_the_catalogue(folder: Path, components: int) -> Path:
    """The catalogue with so many components: without some that the course has none of, or filled up."""
    ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "tests")
    shutil.copytree(ROOT, folder, ignore=ignored)
    present = sorted(path.name for path in (folder / "components").iterdir())
    spare = [name for name in present if name not in used()]
    for name in spare[: max(0, len(present) - components)]:
        shutil.rmtree(folder / "components" / name)
    for number in range(components - len(present)):
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
    parser.add_argument("--components", type=int, nargs="+", default=[12, 300])
    arguments = parser.parse_args()
    present = sum(path.is_dir() for path in (ROOT / "components").iterdir())
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        counts = sorted({present, *arguments.components})
        data = f"--data-file={EXAMPLE}"
        cases: dict[str, Path] = {}
        for count in counts:
            catalogue = cases[f"{count} components"] = copy_of_the_catalogue(scratch / f"catalogue-{count}", count)
            copy(catalogue, scratch / f"files-{count}", data)
            template = make_template(scratch / f"questions-{count}", scratch / f"files-{count}", questions(catalogue))
            cases[f"questions {count}"] = template
        taken: dict[str, list[tuple[float, float]]] = {case: [] for case in cases}
        for run in range(arguments.runs + 1):
            for case, template in cases.items():
                took = timed_copy(template, scratch / f"{case}-{run}", data)
                if run:  # the first warms the caches
                    taken[case].append(took)
    for count in counts[1:]:
        for case in ("{} components", "questions {}"):
            one, other = case.format(counts[0]), case.format(count)
            show({one: taken[one], other: taken[other]}, other)


if __name__ == "__main__":
    main()
