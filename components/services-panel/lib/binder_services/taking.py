"""What the browser brings back: an archive that is looked at and restored, or a file for one service.

- a file comes in by pieces, each a request, since a hub's proxy limits what one may hold
- it is given to `binder/restore` and to nothing else, and what that says of it is passed on as text
- what is being restored is restored to its end, whoever has left; the next who asks is told how it has ended
"""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from .asked import PARCELS, Asked, Told, ways
from .commands import Command, ask, clean, shown
from .parcels import Parcel, Refused, remove

MOST_KEPT_LINES = 50
LAST: dict[str, Any] = {}


class Piece(Asked):
    @web.authenticated
    @authorized
    async def post(self) -> None:
        key, name = self.get_argument("key", ""), self.get_argument("name", "")
        try:
            place, size = (int(self.get_argument(word, "0")) for word in ("at", "of"))
            parcel = PARCELS.find(key) if key else PARCELS.new(name, size)
            PARCELS.add(parcel, place, self.request.body)
        except ValueError:
            raise web.HTTPError(400, "at and of are numbers of bytes") from None
        except Refused as error:
            self.refuse(error)
        else:
            self.finish({"key": parcel.key})


class Look(Asked):
    @web.authenticated
    @authorized
    async def post(self, key: str) -> None:
        try:
            parcel = PARCELS.whole(key)
        except Refused as error:
            self.refuse(error)
            return
        text, reason = await ask("restore", "--look", str(parcel.path))
        try:
            found = json.loads(text) if not reason else {"refused": reason}
        except ValueError:
            found = None
        if not isinstance(found, dict):
            found = {"refused": "binder/restore does not say what is in it"}
        self.finish({**found, "refused": shown(clean(str(found.get("refused", ""))), parcel.folder, "restore")})


class Restore(Told):
    @web.authenticated
    @authorized
    async def post(self, *words: str) -> None:
        *names, key = words
        try:
            parcel = PARCELS.whole(key)
            command = self.command(parcel, *names)
        except Refused as error:
            self.refuse(error)
            return
        PARCELS.take(key)
        command.task.add_done_callback(lambda _: ended(command, parcel))
        if await self.follow(command, to_the_end=True):
            await self.tell(done={})

    def command(self, parcel: Parcel, *names: str) -> Command:
        chosen = [f"--service={name}" for name in self.get_arguments("service")]
        return Command("Restore", parcel.folder, "restore", *chosen, str(parcel.path))


class Import(Restore):
    def command(self, parcel: Parcel, *names: str) -> Command:
        (name,) = names
        if not ways(name)["load"]:
            raise Refused(f"{name} takes no files")
        return Command(f"Import into {name}", parcel.folder, "restore", "--import", name, str(parcel.path))


def ended(command: Command, parcel: Parcel) -> None:
    did = [told["did"] for told in command.lines if "did" in told]
    LAST.clear()
    LAST.update(title=command.title, at=command.ended, did=did[:MOST_KEPT_LINES], failed=command.failed)
    remove(parcel)
