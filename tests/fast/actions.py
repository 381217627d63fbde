"""A job of a GitHub Actions workflow on this machine: its `run:` scripts in order, with `if:`, `env:` and outputs.

Only what our workflows use: `==`, `!=`, `&&` and `||` in conditions, `||` in values. A step that fails ends the job.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass
class Job:
    """What became of a job: each step's name -> success, failure or skipped."""

    steps: dict[str, str] = field(default_factory=dict)
    log: str = ""

    @property
    def green(self) -> bool:
        return "failure" not in self.steps.values()


def run_job(
    workflow: Path,
    name: str,
    checkout: Path,
    scratch: Path,
    environment: Mapping[str, str],
    given: Mapping[str, str] | None = None,
) -> Job:
    """Run in `checkout`, which stands for what actions/checkout leaves. Steps with `uses:` are taken as done.

    `given` are values of expressions that GitHub would know, outputs of those steps among them.
    """
    definition = yaml.safe_load(workflow.read_text())["jobs"][name]
    scratch.mkdir()
    values = {"github.token": "the workflow's own token", "secrets.BINDER_BLOCKS_TOKEN": "", **(given or {})}
    job = Job()
    for step in definition["steps"]:
        if "run" not in step:
            job.steps[step["name"]] = "success"
        elif not job.green or not _holds(step.get("if", ""), values):
            job.steps[step["name"]] = "skipped"
        else:
            _run_step(job, step, definition.get("env", {}), values, checkout, scratch, environment)
    return job


def _run_step(
    job: Job,
    step: Mapping[str, Any],
    shared: Mapping[str, str],
    values: dict[str, str],
    checkout: Path,
    scratch: Path,
    environment: Mapping[str, str],
) -> None:
    output = scratch / "output"
    output.write_text("")
    own = {key: _expand(text, values) for key, text in {**shared, **step.get("env", {})}.items()}
    files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(scratch / "summary"), "RUNNER_TEMP": str(scratch)}
    script = scratch / "script"
    script.write_text(step["run"])
    done = subprocess.run(
        ["bash", "-e", str(script)],  # GitHub's default where no shell is named
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=checkout,
        env={**os.environ, **environment, **own, **files},
    )
    job.steps[step["name"]] = "success" if done.returncode == 0 else "failure"
    job.log += f"--- {step['name']}\n{done.stdout}"
    for line in output.read_text().splitlines():
        key, _, value = line.partition("=")
        values[f"steps.{step['id']}.outputs.{key}"] = value


def _expand(text: str, values: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        alternatives = (_value(word.strip(), values) for word in found[1].split("||"))
        return next(filter(None, alternatives), "")

    return re.sub(r"\$\{\{(.*?)\}\}", value, str(text))


def _value(word: str, values: Mapping[str, str]) -> str:
    if word.startswith("steps."):
        return values.get(word, "")  # a step that was skipped has none
    return word.strip("'") if word.startswith("'") else values[word]


def _holds(condition: str, values: Mapping[str, str]) -> bool:
    """`||` binds weaker than `&&`, as in GitHub's expressions; no condition holds."""
    return not condition or any(
        all(_compares(term, values) for term in alternative.split("&&")) for alternative in condition.split("||")
    )


def _compares(term: str, values: Mapping[str, str]) -> bool:
    left, operator, right = term.split()
    return (_value(left, values) == _value(right, values)) == {"==": True, "!=": False}[operator]
