"""The rule behind a finding: its code, and the row that docs/findings.md has for it.

A rule is declared once, beside the code that finds it; `findings.page` makes the page of them all.
"""

from __future__ import annotations


class Rule(str):
    """A code such as `BB303`, with three cells of Markdown: what was found, why it matters, what to do."""

    found: str
    why: str
    remedy: str

    def __new__(cls, code: str, found: str, why: str, remedy: str) -> Rule:
        rule = super().__new__(cls, code)
        rule.found, rule.why, rule.remedy = found, why, remedy
        return rule
