"""The first cell of a component's page, as a student runs it: in a kernel of the session.

first_cell(page, title) -> (language, source), the first fenced block of a section; None where it has none
run(running, language, source) -> what the cell printed; None where no kernel of the session speaks the language
"""

from __future__ import annotations

import json
import re

from tests.image.containers import Container

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = 120

SCRIPT = """
import json, sys
import nbclient, nbformat
from jupyter_client.kernelspec import KernelSpecManager

language, source = json.loads(CELL)
specs = KernelSpecManager().get_all_specs()
names = sorted(name for name, found in specs.items() if found["spec"]["language"].lower() == language)
if not names:
    sys.exit()
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
nbclient.NotebookClient(notebook, timeout=SECONDS, kernel_name=names[0]).execute()
for output in notebook.cells[0].outputs:
    if output.get("name") == "stderr":
        continue
    print(output.get("text") or output.get("data", {}).get("text/plain") or "(shown)")
print("ran in", names[0])
"""


def first_cell(page: str, title: str) -> tuple[str, str] | None:
    _, _, behind = page.partition(f"\n## {title}\n")
    section, *_ = re.split(r"^## ", behind, maxsplit=1, flags=re.MULTILINE)
    match = FENCE.search(section)
    return (match[1].lower(), match[2]) if match else None


def run(running: Container, language: str, source: str) -> str | None:
    cell = json.dumps(json.dumps([language, source]))
    script = SCRIPT.replace("SECONDS", str(SECONDS)).replace("CELL", cell)
    return running.python(script, timeout=SECONDS + 30).strip() or None
