"""The page `services/` below the notebook's address, and what it and the panel in JupyterLab ask.

    GET  services/                 the page
    GET  services/api/stream       a line of JSON at each change; ?details=1 measures, every three seconds
    GET  services/api/log/NAME     the end of a log, and what is added to it; a script's is start.d-NAME or first.d-NAME
    POST services/api/NAME/VERB    restart, reset, or again for a first script; {"answer": launch's own words}
    GET, POST services/api/help    what one sends to those who help: helping.py

- whoever looks holds a connection open, and nothing is looked at while there is none
- one request for as long as somebody looks, not one every few seconds: those would count as activity, and keep a
  session that nobody uses
- login, permissions and the protection of POST are those of Jupyter Server's own handlers
"""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.iostream import StreamClosedError

HERE = Path(__file__).parent
LOOK_SECONDS, MEASURE_SECONDS, ALIVE_SECONDS, LOG_SECONDS = 0.5, 3, 20, 0.5
TAIL_BYTES, CHUNK_BYTES = 64_000, 256_000
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'"
)
AUTH_RESOURCE = "services"
STATIC = {".js": "text/javascript", ".css": "text/css"}


class Page(JupyterHandler):
    auth_resource = AUTH_RESOURCE

    @property
    def content_security_policy(self) -> str:
        return f"{super().content_security_policy}; {CSP}"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.xsrf_token  # noqa: B018 -- sets the cookie that a POST needs
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish((HERE / "page.html").read_bytes())


class Static(JupyterHandler):
    auth_resource = AUTH_RESOURCE

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        path = HERE / name
        if not path.is_file():
            raise web.HTTPError(404)
        self.set_header("Content-Type", f"{STATIC[path.suffix]}; charset=utf-8")
        self.finish(path.read_bytes())


class Lines(JupyterHandler):
    """What goes on for as long as somebody listens."""

    auth_resource = AUTH_RESOURCE
    gone = False

    def on_connection_close(self) -> None:
        self.gone = True

    async def send(self, text: str) -> None:
        self.write(text)
        try:
            await self.flush()
        except StreamClosedError:
            self.gone = True

    def begin(self, kind: str) -> None:
        self.set_header("Content-Type", f"{kind}; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Accel-Buffering", "no")


class Stream(Lines):
    @web.authenticated
    @authorized
    async def get(self) -> None:
        from . import session

        details = self.get_argument("details", "") == "1"
        self.begin("application/x-ndjson")
        seen, sent, last = -1.0, 0.0, ""
        while not self.gone:
            now, at = session.changed(), time.monotonic()
            if now != seen or (details and at - sent >= MEASURE_SECONDS):
                seen, sent = now, at
                text = json.dumps(await session.services(details))
                if text != last:
                    await self.send(f"{text}\n")
                last = text
            elif at - sent >= ALIVE_SECONDS:
                sent = at
                await self.send("\n")
            await asyncio.sleep(LOOK_SECONDS)


class Log(Lines):
    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        from . import session

        path = session.log_of(name)
        if path is None:
            raise web.HTTPError(404, f"{name} has no log yet")
        self.begin("text/plain")
        place, sent = max(0, path.stat().st_size - TAIL_BYTES), time.monotonic()
        cut = place > 0  # in the middle of a line
        while not self.gone:
            try:
                with path.open("rb") as file:
                    size = file.seek(0, 2)
                    place = 0 if size < place else place  # launch has cut it
                    file.seek(place)
                    data = file.read(CHUNK_BYTES)
            except OSError:
                break
            if data:
                place, sent = place + len(data), time.monotonic()
                text = data.decode(errors="replace")
                await self.send(text.partition("\n")[2] if cut else text)
                cut = False
            elif time.monotonic() - sent >= ALIVE_SECONDS:
                sent = time.monotonic()
                await self.send("\0")  # which shows whether somebody is still there, and is not shown
            await asyncio.sleep(0 if len(data) == CHUNK_BYTES else LOG_SECONDS)


class Verb(APIHandler):
    auth_resource = AUTH_RESOURCE

    @web.authenticated
    @authorized
    async def post(self, name: str, verb: str) -> None:
        from . import session

        self.finish({"answer": await session.ask(f"{verb} {name}", session.ANSWER_SECONDS)})


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "binder_services"}]


def _load_jupyter_server_extension(app: Any) -> None:
    from . import helping, keeping, tiles

    tiles.tell(app)
    base = app.web_app.settings["base_url"]
    handlers = [
        (r"services/?", Page),
        (r"services/static/([\w-]+\.(?:js|css))", Static),
        (r"services/api/stream", Stream),
        (r"services/api/log/([^/]+)", Log),
        (r"services/api/([^/]+)/(restart|reset|again)", Verb),
        *helping.HANDLERS,
        *keeping.HANDLERS,
    ]
    app.web_app.add_handlers(".*$", [(url_path_join(base, path), handler) for path, handler in handlers])
