"""Redirects from the notebook's decoded address to the one that it knows.

VS Code's page asks for some of its files at /user/a@b/ where the notebook is /user/a%40b/; without them it has neither
a terminal nor colours.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from tornado.web import RequestHandler


class Redirect(RequestHandler):
    def initialize(self, decoded: str, base_url: str) -> None:
        self.decoded, self.base_url = decoded, base_url

    def get(self) -> None:
        self.redirect(self.base_url + str(self.request.uri)[len(self.decoded) :])


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "binder_address"}]


def _load_jupyter_server_extension(app: Any) -> None:
    decoded = unquote(app.base_url)
    if decoded != app.base_url:
        settings = {"decoded": decoded, "base_url": app.base_url}
        app.web_app.add_handlers(".*", [(re.escape(decoded) + ".*", Redirect, settings)])
