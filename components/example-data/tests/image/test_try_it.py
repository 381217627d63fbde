"""The notebook with every database that a course can have: each gets its data, and answers its question."""

from __future__ import annotations

import json

from conftest import Build, Run, Scaffold
from tests import units

ANSWERS = {
    "sql": "Gentoo 124 5076",
    "mongodb": "6.1 35km S of Jarm, Afghanistan",
    "bolt": "Atlanta 632",
    "sparql": "Atlanta 632",
    "redis": "EWR",
}
DATABASES = [name for name in units.WHOLE if ANSWERS.keys() & units.COMPONENTS[name].provides.keys()]
SCRIPT = """
import json, nbclient, nbformat
notebook = nbformat.read("notebooks/try-it.ipynb", 4)
nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
print(json.dumps({cell.id: "".join(output.get("text", "") for output in cell.outputs) for cell in cells}))
"""


def test_every_database_answers(scaffold: Scaffold, build: Build, container: Run) -> None:
    """each database of the catalogue gets its data, and answers the notebook's question"""
    running = container(build(scaffold(components=["example-data", *DATABASES]), "try-it"))
    running.wait_for_api()
    running.wait_for_services()
    said = json.loads(running.python(f"import os; os.chdir(os.environ['REPO_DIR'])\n{SCRIPT}").splitlines()[-1])
    expected = {
        f"{name}-{interface}-asked": answer
        for name in DATABASES
        for interface, answer in ANSWERS.items()
        if interface in units.COMPONENTS[name].provides
    }
    assert said.keys() == expected.keys()
    print(said)
    for cell, answer in expected.items():
        assert answer in said[cell], (cell, said[cell])
