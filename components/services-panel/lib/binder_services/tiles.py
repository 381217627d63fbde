"""The tiles of the course's applications, in the order of the course; JupyterLab's page is told it when it is made.

The proxy gives its tiles no rank, so that JupyterLab sorts them by their titles: the panel's plugin adds the ranks.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def order(report: Path) -> list[str]:
    """The proxy's names of the pages: the first part of their addresses."""
    try:
        pages = json.loads(report.read_bytes())["provides"]["web"]
        return [one["value"]["path"].partition("/")[0] for one in pages]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return []


def tell(app: Any) -> None:
    known = app.web_app.settings.setdefault("page_config_data", {})
    known["binderTiles"] = json.dumps(order(Path(os.environ.get("BINDER_DIR", ""), "report.json")))
