"""A first course with a database, as examples/ has it; the larger one, TM351's, is test_stack.py's."""

from __future__ import annotations

import pytest

from conftest import ROOT, Build, Run, Scaffold

pytestmark = pytest.mark.unhurried


def test_first_course(scaffold: Scaffold, build: Build, container: Run) -> None:
    """A table goes from pandas into the database, and back."""
    running = container(build(scaffold(data_file=ROOT / "examples/one-database.yml"), "first-course"))
    running.wait_for_api()
    running.wait_for_services()
    verified = running.verify()
    assert verified.returncode == 0, verified.stdout + verified.stderr
    script = """
import pandas as pd, sqlalchemy
engine = sqlalchemy.create_engine("postgresql+psycopg://")
pd.DataFrame({"year": [1832, 1867, 1884]}).to_sql("acts", engine, index=False)
row = pd.read_sql("SELECT max(year) AS last, current_database() AS archive FROM acts", engine).iloc[0]
print(int(row["last"]), row["archive"])
"""
    assert running.python(script).strip() == "1884 archive"
