"""What the session makes for the browser or the home folder: an archive of all, or one service's own files.

- what nobody waits for any more is not made to its end, and nothing of it stays
- what is made is fetched once, under a name of ours, and removed
"""

from __future__ import annotations

import asyncio
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from . import CHUNK_BYTES
from .asked import PARCELS, Told, lasting_home, slug, ways
from .commands import Command, clean
from .parcels import FETCH_SECONDS, Parcel, Refused, plain, remove
from .stamps import STAMPS

HOME_FOLDER = "binder-saved"


class Made(Told):
    """Something with a parcel of its own, which is given out, or else removed."""

    @web.authenticated
    @authorized
    async def post(self, *words: str) -> None:
        try:
            parcel = PARCELS.new("made")
        except Refused as error:
            self.refuse(error)
            return
        PARCELS.keep(parcel, None)
        is_given = False
        try:
            is_given = await self.make(parcel, *words)
        except Refused as error:
            self.refuse(error)
        except OSError as error:
            await self.tell(failed=f"it cannot be read or packed here: {error.strerror}")
        finally:
            if not is_given:
                PARCELS.drop(parcel.key)

    async def make(self, parcel: Parcel, *words: str) -> bool:
        raise NotImplementedError

    async def give(self, parcel: Parcel, path: Path, title: str, **more: Any) -> bool:
        """Tell where it is to be fetched."""
        parcel.path, parcel.title = path, title
        await self.tell(done={"key": parcel.key, "name": title, "bytes": path.stat().st_size, **more})
        PARCELS.keep(parcel, FETCH_SECONDS)
        return not self.gone


class Save(Made):
    async def make(self, parcel: Parcel, *words: str) -> bool:
        home = lasting_home() if self.get_argument("to", "") == "home" else None
        folder = home / HOME_FOLDER if home else parcel.folder
        folder.mkdir(mode=0o700, exist_ok=True)
        before = await STAMPS.look()
        command = Command("Save", folder, "save", "--to", str(folder))
        if not await self.follow(command):
            return False
        path = Path(command.answer)
        if path.parent != folder or not path.is_file():
            await self.tell(failed="binder/save has made no file")
        elif home:
            await self.tell(done={"path": f"~/{HOME_FOLDER}/{path.name}", "bytes": path.stat().st_size})
        else:  # what is in the files may have changed meanwhile; what is in the data has, by the saving alone
            stamps = {**await STAMPS.look(), "files": before["files"]}
            return await self.give(parcel, path, f"{slug()}-{stamp()}.zip", stamps=stamps)
        return False


class Export(Made):
    async def make(self, parcel: Parcel, *words: str) -> bool:
        (name,) = words
        if not ways(name)["export"]:
            raise Refused(f"{name} has nothing of its own to export")
        folder = parcel.folder / "export"
        folder.mkdir()
        command = Command(f"Export of {name}", folder, "save", "--export", name, "--to", str(folder))
        if not await self.follow(command):
            return False
        files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        if not files:
            await self.tell(failed=f"{name} has exported nothing")
            return False
        if len(files) == 1:
            return await self.give(parcel, files[0], plain(files[0].name))
        path = await asyncio.to_thread(packed, folder, files)
        return await self.give(parcel, path, f"{slug()}-{name}-{stamp()}.zip")


def stamp() -> str:
    return time.strftime("%Y%m%d-%H%M%S")


def packed(folder: Path, files: list[Path]) -> Path:
    """Several files are one to a browser."""
    path = folder.parent / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in files:
            archive.write(file, clean(str(file.relative_to(folder))))
            file.unlink()
    return path


class File(Told):
    @web.authenticated
    @authorized
    async def get(self, key: str) -> None:
        try:
            parcel = PARCELS.take(key)
        except Refused as error:
            raise web.HTTPError(404, str(error)) from None
        try:
            await self.give(parcel)
        finally:
            await asyncio.to_thread(remove, parcel)

    async def give(self, parcel: Parcel) -> None:
        self.begin("application/octet-stream")
        self.set_header("Content-Disposition", f'attachment; filename="{parcel.title}"')
        self.set_header("Content-Length", str(parcel.path.stat().st_size))
        self.set_header("X-Content-Type-Options", "nosniff")
        with parcel.path.open("rb") as file, suppress(StreamClosedError):
            while not self.gone and (data := await asyncio.to_thread(file.read, CHUNK_BYTES)):
                self.write(data)
                await self.flush()

    @web.authenticated
    @authorized
    async def delete(self, key: str) -> None:
        PARCELS.drop(key)
        self.finish({})
