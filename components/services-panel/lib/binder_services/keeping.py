"""Save and restore, as the page and the panel ask for it, below services/api/keep.

    GET    ""                 what there is to save, and where to
    POST   save               lines of JSON: {"line"} as it goes on, {"did"} what it did, then {"done"} or {"failed"};
                              to=home for the folder there
    POST   export/NAME        the same, of one service as files of the kind people know
    POST   piece              the next piece of a file that comes in; the first says its name and size
    POST   look/KEY           what is in it, and what of it fits
    POST   restore/KEY        lines, as above; of the services named by service=, if any are
    POST   import/NAME/KEY    lines, as above
    GET    file/KEY           what was made, once; DELETE removes it, or what has come in
    GET    changes            a line of JSON whenever something to be saved has changed, for as long as somebody follows

What a browser does by itself comes with `no_track_activity`, as Jupyter has it, and keeps no session alive.
"""

from __future__ import annotations

import asyncio
import json
import os
import uuid
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from . import Lines, making, session, taking
from .asked import Asked, is_there, lasting_home, seconds, slug, ways
from .commands import Command
from .making import HOME_FOLDER
from .stamps import STAMPS

IDLE_SECONDS, EVERY_SECONDS, SLOWEST_LOOK = 540, 300, 20  # Binder ends what is idle for ten minutes
BINDER_SAYS = ("BINDER_LAUNCH_HOST", "BINDER_REPO_URL")  # what a BinderHub sets in its sessions
SESSION = uuid.uuid4().hex


class Offer(Asked):
    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.xsrf_token  # noqa: B018 -- sets the cookie that a POST needs
        home = lasting_home()
        services = (await session.services())["services"] if is_there() else []
        self.finish(
            {
                "is_there": is_there(),
                "slug": slug(),
                "session": SESSION,
                "home": f"~/{HOME_FOLDER}" if home else "",
                "passes": any(map(os.environ.get, BINDER_SAYS)) and not home,
                "idle": seconds("BINDER_REMIND_SECONDS", IDLE_SECONDS),
                "every": seconds("BINDER_KEEP_SECONDS", EVERY_SECONDS),
                "services": [
                    {"name": one["name"], "title": one["title"], "page": bool(one.get("web")), **ways(one["name"])}
                    for one in services
                ],
                "running": Command.running.title if Command.running else "",
                "last": taking.LAST,
            }
        )


class Changes(Lines):
    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.begin("application/x-ndjson")
        rest = max(1, min(SLOWEST_LOOK, seconds("BINDER_KEEP_SECONDS", EVERY_SECONDS) / 10))
        last = ""
        while not self.gone:
            told = json.dumps({**await STAMPS.look(rest / 2), **self.kernels()})
            await self.send(f"{told if told != last else ''}\n")
            last = told
            await asyncio.sleep(rest)

    def kernels(self) -> dict[str, Any]:
        """Whether one of them is at work, and when one last was."""
        known = self.kernel_manager.list_kernels()
        return {
            "busy": any(one["execution_state"] == "busy" for one in known),
            "used": max((one["last_activity"] for one in known), default=""),
        }


NAME, KEY = r"([^/]+)", r"([0-9a-f]{16})"
HANDLERS = [
    (r"services/api/keep", Offer),
    (r"services/api/keep/save", making.Save),
    (rf"services/api/keep/export/{NAME}", making.Export),
    (rf"services/api/keep/file/{KEY}", making.File),
    (r"services/api/keep/piece", taking.Piece),
    (rf"services/api/keep/look/{KEY}", taking.Look),
    (rf"services/api/keep/restore/{KEY}", taking.Restore),
    (rf"services/api/keep/import/{NAME}/{KEY}", taking.Import),
    (r"services/api/keep/changes", Changes),
]
