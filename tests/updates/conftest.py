"""The fast tier's catalogues, for the tests of updates too."""

from __future__ import annotations

from tests.fast.conftest import copier_template_root, make_catalogue

__all__ = ["copier_template_root", "make_catalogue"]
