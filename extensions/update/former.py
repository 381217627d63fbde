"""The files of the last update, made once more where a merge needs them: digests are all that a report has of them."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import before

CATALOGUE = Path(__file__).resolve().parents[2]


class Former:
    """The files of the last update, rendered when the first one is asked for; none where that cannot be."""

    def __init__(self, repository: Path, answers_file: str, folder: Path) -> None:
        self._repository, self._answers_file, self._folder = repository, answers_file, folder

    def read(self, path: str) -> bytes | None:
        """A file by its path in the repository."""
        try:
            return (self._root / path).read_bytes() if self._root else None
        except OSError:
            return None

    @functools.cached_property
    def _root(self) -> Path | None:
        answers = before.answers(self._repository, self._answers_file)
        if answers is None or not isinstance(answers.get("_commit"), str):
            return None
        # where it was updated from, or what Copier has cloned of that for this update
        for number, source in enumerate((str(answers.get("_src_path")), str(CATALOGUE))):
            root = self._folder / str(number)
            if _render(source, answers["_commit"], {key: answers[key] for key in answers if key[:1] != "_"}, root):
                return root
        return None


@contextmanager
def former_files(repository: Path, answers_file: str) -> Iterator[Former]:
    with tempfile.TemporaryDirectory() as folder:
        yield Former(repository, answers_file, Path(folder))


def _render(source: str, commit: str, answers: dict[str, object], target: Path) -> bool:
    from copier import run_copy  # a third of a second, and hardly ever needed

    try:
        run_copy(source, target, answers, vcs_ref=commit, defaults=True, unsafe=True, quiet=True, skip_tasks=True)
    except Exception:  # whatever it is: then the author is told where the edits are
        return False
    return True
