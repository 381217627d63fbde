"""What JupyterLab's menus make of LaTeX: the preview of a document, and a notebook as PDF."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from conftest import Build, Scaffold
from tests.browser.opened import open_lab
from tests.browser.served import notebook

DOCUMENT = r"""\documentclass{article}
\usepackage{tikz}
\begin{document}
Straße
\begin{tikzpicture} \draw (0, 0) circle (2); \end{tikzpicture}
\end{document}
"""


def test_a_document_and_a_notebook(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """a document with TikZ shown beside its source, and a notebook exported as PDF, in JupyterLab"""
    repository = scaffold(components=["latex"])
    (repository / "circle.tex").write_text(DOCUMENT, encoding="utf-8")
    (repository / "report.ipynb").write_text(notebook(("markdown", "# Report\n\n$a^2$"), ("code", "6 * 7")))
    with open_lab(build(repository, "latex-documents"), tmp_path) as lab:
        page = lab.shown("lab/tree/circle.tex")
        page.locator(".jp-FileEditor .cm-content").click(button="right")
        page.get_by_role("menuitem", name="Show LaTeX Preview").click()
        expect(page.locator(".pdfViewer canvas").first).to_be_visible()
        page.wait_for_timeout(2000)
        lab.screenshot(page, "latex-preview")
        # the browser's own, as the notebook listens in its container alone
        asked = "async url => { const got = await fetch(url); return [got.status, (await got.text()).slice(0, 5)] }"
        address = lab.course.url("nbconvert/pdf/report.ipynb?download=true")
        assert lab.page.evaluate(asked, address) == [200, "%PDF-"]
