"""What the page asks for: `call(name, arguments)`, both in JSON but for bytes, which go as they are.

Nothing that fails here ends the session: what cannot be done is said in one line, under `error`.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
from pathlib import Path
from typing import Any

from . import composing, interview, opening, provenance, repository, taking, updating

LONGEST_SHOWN = 400_000


class RefusedError(Exception):
    """Why something cannot be done, in one line."""


class Session:
    """One page: its state, and what the last tick made of it."""

    def __init__(self, root: str, release: str, work: str) -> None:
        self.release = json.loads(release)
        source, version = self.release["source"], self.release["version"]
        self.composer = composing.Composer(Path(root), source, version, Path(work))
        self.state = composing.State()
        self.result: composing.Result | None = None
        self.shown: dict[str, bytes] = {}

    def call(self, name: str, arguments: str = "{}", data: Any = None) -> Any:
        """The answer as JSON; for what is downloaded, bytes."""
        try:
            given = json.loads(arguments)
            if data is not None:
                given["data"] = data if isinstance(data, bytes) else data.to_bytes()
            answer = getattr(self, f"do_{name}")(**given)
        except (opening.OpeningError, RefusedError) as error:
            answer = {"error": interview.one_line(error)}
        except RecursionError:
            answer = {"error": "this has too many levels to be read"}
        except Exception as error:
            answer = {"error": f"this could not be done: {interview.one_line(error)[:300]}"}
        return answer if isinstance(answer, bytes) else json.dumps(answer, default=str)

    def do_start(self, fragment: str = "") -> dict[str, Any]:
        """The first result; of the state in the link, where there is one."""
        said = ""
        if fragment:
            try:
                self.state = taking.from_fragment(fragment)
            except opening.OpeningError as error:
                said = interview.one_line(error)
        answer = self._tick()
        return {
            **answer,
            "units": self.composer.units(self.release.get("classes", {})),
            "release": self.release,
            "said": said,
        }

    def do_restore(self, fragment: str) -> dict[str, Any]:
        """The state of another link."""
        answer, said = self._restored(fragment)
        return {**answer, "said": said}

    def do_answer(self, name: str, value: Any = None) -> dict[str, Any]:
        """One answer, or the default again."""
        if value is None:
            self.state.answers.pop(name, None)
        else:
            self.state.answers[name] = value
        return self._tick()

    def do_open(self, name: str, data: bytes) -> dict[str, Any]:
        """A file that was pasted, dropped or chosen."""
        before = self.state
        self.state = dataclasses.replace(before, answers=dict(before.answers))
        try:
            said = opening.take_in(self.state, name, data)
            if self.state.former is not before.former:
                updating.carry(self.composer, self.state)
            return {**self._tick(), "said": said}
        except Exception:
            self.state = before
            raise

    def do_close(self) -> dict[str, Any]:
        """Without what was brought along."""
        self.state.files, self.state.before = {}, {}
        self.state.former, self.state.carried = {}, []
        for name in ("adopt", "adopted"):
            self.state.answers.pop(name, None)
        return self._tick()

    def do_clear(self) -> dict[str, Any]:
        self.state = composing.State()
        return self._tick()

    def do_file(self, path: str) -> dict[str, Any]:
        """A file of the result, line by line, with the units that each line is from, and what the last tick did."""
        files = self.result.files if self.result else {}
        if path not in files:
            raise RefusedError(f"{path}: is not in this course any more")
        data, executable = files[path]
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return {"path": path, "executable": executable, "binary": len(data)}
        before = self._before.get(path)
        lines = text[:LONGEST_SHOWN].splitlines()
        known = provenance.names(self.result.composition) if self.result else set()
        from_ = provenance.lines(path, text[:LONGEST_SHOWN], known)
        former = before.decode(errors="replace")[:LONGEST_SHOWN].splitlines() if before is not None else None
        return {
            "path": path,
            "executable": executable,
            "owner": self._owners.get(path, ""),
            "lines": lines,
            "from": from_,
            "marks": _marks(former, lines) if path in self._changed else [],
            "gone": _gone(former, lines) if path in self._changed else [],
            "cut": len(text) > LONGEST_SHOWN,
        }

    def do_take(self, kind: str) -> Any:
        """What is taken away: `zip` and `data` are bytes, the others text."""
        if kind == "zip":
            return taking.as_zip(self.composer, self.state)
        if kind == "data":
            return taking.data_file(self.state, self.release).encode()
        composition = self.result.composition if self.result else None
        return {
            "command": taking.command(self.state, self.release),
            "fragment": taking.fragment(self.state),
            "starter": taking.starter(self.state, self.release),
            "slug": composition.answers["course_slug"] if composition else "course",
            "steps": composition.steps if composition else [],
            "badges": "\n".join(composition.openings) if composition else "",
            "imports": bool(self.state.answers.get(interview.UNFETCHED)),
            "empty": not self.state.answers and not self.state.files,
        }

    def _restored(self, fragment: str) -> tuple[dict[str, Any], str]:
        """What the page shows of the state in a link, and what is said of a link that cannot be used."""
        try:
            self.state = taking.from_fragment(fragment)
            return self._tick(), ""
        except opening.OpeningError as error:
            said = interview.one_line(error)
        except Exception:
            said = "the link holds answers that no course can have; this is an empty one"
        self.state = composing.State()
        return self._tick(), said

    _before: dict[str, bytes] = {}  # noqa: RUF012
    _changed: dict[str, str] = {}  # noqa: RUF012
    _owners: dict[str, str] = {}  # noqa: RUF012

    def _tick(self) -> dict[str, Any]:
        """What the page shows of the state as it is now."""
        result = self.composer.compose(self.state)
        questions = [shown.as_data() for shown in result.interview.shown]
        answer: dict[str, Any] = {"questions": questions, "refusal": result.refusal}
        if result.composition is None:
            return answer
        now = {path: data for path, (data, _) in result.files.items()}
        self._before = {**self.state.before} if self.state.before else (self.shown or now)
        self._changed = self._differences(result, now)
        self.result, self.shown = result, now
        self._owners = composing.owners(self.composer, result.composition)
        files = [
            {
                "path": path,
                "executable": executable,
                "size": len(data),
                "owner": self._owners.get(path, ""),
                "change": self._changed.get(path, ""),
            }
            for path, (data, executable) in sorted(result.files.items())
        ]
        answer |= {
            "files": files,
            "gone": {path: change for path, change in self._changed.items() if path not in now},
            "cost": composing.cost(result.composition, self.release.get("classes", {})),
            "along": composing.along(result.composition),
            "told": composing.told(result.composition),
            "brought": sorted(self.state.files),
            "compared": bool(self.state.before),
            "update": updating.told(self.composer, self.state, result.composition),
            "titles": {
                unit.name: unit.title for unit in (*result.composition.components, *result.composition.delivery)
            },
        }
        return answer

    def _differences(self, result: composing.Result, now: dict[str, bytes]) -> dict[str, str]:
        if not self.state.before:
            return _compared(self._before, now)
        reader, is_kept = self.composer.engine("update.before"), result.interview.worker.match_skip
        return repository.compared(self._before, now, reader, is_kept)


def _compared(before: dict[str, bytes], now: dict[str, bytes]) -> dict[str, str]:
    """Path -> `new`, `changed` or `gone`."""
    found = {path: "gone" for path in before if path not in now}
    for path, data in now.items():
        if path not in before:
            found[path] = "new"
        elif before[path] != data:
            found[path] = "changed"
    return found


def _marks(former: list[str] | None, lines: list[str]) -> list[int]:
    """The numbers of the lines that are new."""
    if former is None:
        return list(range(len(lines)))
    blocks = difflib.SequenceMatcher(None, former, lines, autojunk=False).get_opcodes()
    return [number for tag, _, _, start, end in blocks if tag in ("insert", "replace") for number in range(start, end)]


def _gone(former: list[str] | None, lines: list[str]) -> list[list[Any]]:
    """Lines that are no more, each with the number of the line that it stood before."""
    if former is None:
        return []
    blocks = difflib.SequenceMatcher(None, former, lines, autojunk=False).get_opcodes()
    return [[at, line] for tag, a, b, at, _ in blocks if tag in ("delete", "replace") for line in former[a:b]]
