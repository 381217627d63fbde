"""The example course of the stack: one table, the same line through it in R and in Python."""

from __future__ import annotations

import pytest

from conftest import ROOT, Build, Run, Scaffold

pytestmark = pytest.mark.unhurried

MODEL = """
import pandas as pd, statsmodels.formula.api as smf
print(f"{smf.ols('dist ~ speed', pd.read_csv('/tmp/cars.csv')).fit().params['speed']:.4f}")
"""


def test_one_table_in_two_languages(scaffold: Scaffold, build: Build, container: Run) -> None:
    """a table goes from R to Python, and both find the same slope"""
    running = container(build(scaffold(data_file=ROOT / "examples/statistics.yml"), "statistics"))
    running.wait_for_api()
    verified = running.verify()
    assert verified.returncode == 0, verified.stdout + verified.stderr
    write = "write.csv(cars, '/tmp/cars.csv', row.names = FALSE); cat(sprintf('%.4f', coef(lm(dist ~ speed, cars))[2]))"
    slope = running.bash(f'Rscript -e "library(lme4, quietly = TRUE); {write}"').split()[-1]
    assert running.python(MODEL).split() == [slope] == ["3.9324"]
