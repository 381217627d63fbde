"""`web/dist` on this machine, as a careful host would serve it: compressed, with types and headers.

What the page needs of the headers it says itself, in its `meta` elements: GitHub Pages sends none of one's own.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from .building import BuildError

TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".zip": "application/zip",
    ".zst": "application/octet-stream",
}
COMPRESSED = (".css", ".html", ".js", ".json", ".mjs", ".svg", ".wasm", ".webmanifest")


@functools.lru_cache(maxsize=64)
def packed(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)


def sent(path: Path, compressed: bool = True) -> bytes:
    """A file as it goes over the line."""
    data = path.read_bytes()
    return packed(data) if compressed and path.suffix in COMPRESSED else data


class Handler(BaseHTTPRequestHandler):
    """Files of one folder, and nothing else."""

    folder: Path
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].lstrip("/") or "index.html"
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder) or not path.is_file() or path.suffix not in TYPES:
            self._send(404, b"There is no such file.\n", {"Content-Type": "text/plain"})
            return
        headers = {"Content-Type": TYPES[path.suffix], "Cache-Control": "no-cache"}
        compressed = path.suffix in COMPRESSED and "gzip" in self.headers.get("Accept-Encoding", "")
        if compressed:
            headers["Content-Encoding"] = "gzip"
        data = sent(path, compressed)
        headers["ETag"] = f'"{zlib.crc32(data):08x}-{len(data)}"'
        is_known = self.headers.get("If-None-Match") == headers["ETag"]
        self._send(304 if is_known else 200, b"" if is_known else data, headers)

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


def server(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    if not (folder / "index.html").is_file():
        raise BuildError(f"{folder}: has no page yet; run python -m web build")
    handler = type("OfFolder", (Handler,), {"folder": folder.resolve()})
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the page, while it is served beside."""
    running = server(folder)
    Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/"
    finally:
        running.shutdown()
        running.server_close()


def serve(folder: Path, port: int) -> None:
    """Until it is interrupted."""
    running = server(folder, port)
    print(f"http://127.0.0.1:{running.server_port}/", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        running.serve_forever()
