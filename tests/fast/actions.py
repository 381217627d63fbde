"""A job of a GitHub Actions workflow on this machine: its `run:` scripts in order, with `if:`, `env:` and outputs.

Only what our workflows use: `==`, `!=`, `&&` and `||` in conditions, `||` in values. A step that fails ends the job.
What a step writes to GITHUB_ENV and GITHUB_PATH holds for those after it, as on GitHub. Of the actions, those that
store and fetch an artifact are carried out, where there is a folder to store it in.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass
class Job:
    """What became of a job: each step's name -> success, failure or skipped; `outputs` are for jobs after it."""

    steps: dict[str, str] = field(default_factory=dict)
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)  # the environment that its steps gave those after them

    @property
    def green(self) -> bool:
        return "failure" not in self.steps.values()


def run_jobs(
    workflow: Path,
    folder: Path,
    check_out: Callable[[Path], object],
    environment: Mapping[str, str],
    given: Mapping[str, str] | None = None,
) -> dict[str, Job]:
    """Those of all jobs that run, by name: its `if:` holds, and the job that it needs is green.

    Each has a machine of its own below `folder`, with what `check_out` puts into the path that it is given; they share
    artifacts, and nothing else.
    """
    jobs: dict[str, Job] = {}
    values = dict(given or {})
    for name, definition in yaml.safe_load(workflow.read_text())["jobs"].items():
        needed = jobs.get(definition["needs"]) if "needs" in definition else Job()
        if not needed or not needed.green or not _holds(definition.get("if", ""), values):
            continue
        checkout, scratch, home = (folder / name / part for part in ("checkout", "scratch", "home"))
        home.mkdir(parents=True)
        check_out(checkout)
        own = {**environment, "HOME": str(home)}
        jobs[name] = run_job(workflow, name, checkout, scratch, own, values, folder / "artifacts")
        values |= {f"needs.{name}.outputs.{key}": value for key, value in jobs[name].outputs.items()}
    return jobs


def run_job(
    workflow: Path,
    name: str,
    checkout: Path,
    scratch: Path,
    environment: Mapping[str, str],
    given: Mapping[str, str] | None = None,
    store: Path | None = None,
) -> Job:
    """Run in `checkout`, which stands for what actions/checkout leaves. Steps with `uses:` are taken as done.

    `given` are values of expressions that GitHub would know, outputs of those steps among them; `store` is the folder
    for artifacts.
    """
    definition = yaml.safe_load(workflow.read_text())["jobs"][name]
    scratch.mkdir()
    values = {"github.token": "the workflow's own token", "secrets.BINDER_BLOCKS_TOKEN": "", **(given or {})}
    values["runner.temp"] = str(scratch)
    job = Job()
    for step in definition["steps"]:
        artifact = store and "-artifact@" in step.get("uses", "")
        if "run" not in step and not artifact:
            job.steps[step["name"]] = "success"
        elif not job.green or not _holds(step.get("if", ""), values):
            job.steps[step["name"]] = "skipped"
        elif store and artifact:
            _carry(step, values, store)
            job.steps[step["name"]] = "success"
        else:
            _run_step(job, step, definition.get("env", {}), values, checkout, scratch, environment)
    job.outputs = {key: _expand(text, values) for key, text in definition.get("outputs", {}).items()} if store else {}
    return job


def _carry(step: Mapping[str, Any], values: Mapping[str, str], store: Path) -> None:
    """Run bits and links are lost, as in GitHub's archives."""
    here, there = Path(_expand(step["with"]["path"], values)), store / step["with"]["name"]
    source, target = (here, there) if "/upload-artifact@" in step["uses"] else (there, here)
    for path in (path for path in source.rglob("*") if path.is_file()):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _run_step(
    job: Job,
    step: Mapping[str, Any],
    shared: Mapping[str, str],
    values: dict[str, str],
    checkout: Path,
    scratch: Path,
    environment: Mapping[str, str],
) -> None:
    output, later, path = (scratch / f"{name}.command" for name in ("output", "env", "path"))
    for file in (output, later, path):
        file.write_text("")
    own = {key: _expand(text, values) for key, text in {**shared, **step.get("env", {})}.items()}
    files = {
        "GITHUB_OUTPUT": str(output),
        "GITHUB_ENV": str(later),
        "GITHUB_PATH": str(path),
        "GITHUB_STEP_SUMMARY": str(scratch / "summary"),
        "RUNNER_TEMP": str(scratch),
    }
    script = scratch / "script"
    script.write_text(step["run"])
    done = subprocess.run(
        ["bash", "-e", str(script)],  # GitHub's default where no shell is named
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=checkout,
        env={**os.environ, **environment, **job.later, **own, **files},
    )
    job.steps[step["name"]] = "success" if done.returncode == 0 else "failure"
    job.log += f"--- {step['name']}\n{done.stdout}"
    for line in output.read_text().splitlines():
        key, _, value = line.partition("=")
        values[f"steps.{step['id']}.outputs.{key}"] = value
    job.later |= dict(line.split("=", 1) for line in later.read_text().splitlines() if "=" in line)
    if added := path.read_text().split():
        before = {**os.environ, **environment, **job.later}["PATH"]
        job.later["PATH"] = os.pathsep.join([*reversed(added), before])


def _expand(text: str, values: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        alternatives = (_value(word.strip(), values) for word in found[1].split("||"))
        return next(filter(None, alternatives), "")

    return re.sub(r"\$\{\{(.*?)\}\}", value, str(text))


def _value(word: str, values: Mapping[str, str]) -> str:
    if word.startswith(("steps.", "needs.")):
        return values.get(word, "")  # one that was skipped has none
    return word.strip("'") if word.startswith("'") else values[word]


def _holds(condition: str, values: Mapping[str, str]) -> bool:
    """`||` binds weaker than `&&`, as in GitHub's expressions; no condition holds."""
    return not condition or any(
        all(_compares(term, values) for term in alternative.split("&&")) for alternative in condition.split("||")
    )


def _compares(term: str, values: Mapping[str, str]) -> bool:
    left, operator, right = term.split()
    return (_value(left, values) == _value(right, values)) == {"==": True, "!=": False}[operator]
