"""Every database that a course can have, in one, under its name; a password may hold what an address may not."""

from __future__ import annotations

from conftest import Build, Run, Scaffold
from tests import units

ODD = "p@ss:w/rd%41"
DATABASES = [name for name in units.WHOLE if "sql" in units.COMPONENTS[name].provides]


def test_every_database(scaffold: Scaffold, build: Build, container: Run) -> None:
    """every database of the catalogue answers under its name, with a password full of signs"""
    asked = [f"{name}_password" for name in DATABASES]
    odd = {question: ODD for question in asked if units.takes(DATABASES, question, ODD)}
    running = container(build(scaffold(components=["sql", *DATABASES], **odd), "sql-every-database"))
    running.wait_for_api()
    running.wait_for_services()
    said = running.verify()
    assert said.returncode == 0, said.stdout + said.stderr
