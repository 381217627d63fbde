#!/usr/bin/python3
"""Stands in for RStudio's rserver: its options, its address, and R started as RStudio starts it, without variables.

    rserver --www-socket=PATH or --www-port=PORT, --www-root-path=PATH/, --rsession-which-r=R, others are passed over

/            a page with what R has for the variables that are asked for, and R's plot
/plot.png    that plot
"""

from __future__ import annotations

import os
import socketserver
import subprocess
import sys
import tempfile
from html import escape
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

KNOWN = (
    "--www-socket --www-port --www-root-path --server-data-dir --database-config-file --www-thread-pool-size "
    "--rsession-which-r"
)
OPTIONS = dict(word.partition("=")[::2] for word in sys.argv[1:])
CODE = """
names <- commandArgs(TRUE)[-1]
cat(paste0(names, "=", Sys.getenv(names)), sep = "\\n")
png(commandArgs(TRUE)[1], type = "cairo")
plot(cars, main = "cars")
invisible(dev.off())
"""


def run_r(*names: str) -> tuple[str, bytes]:
    """What it prints, and its plot; of the environment it gets what RStudio gives."""
    bare = {name: os.environ[name] for name in ("HOME", "USER", "PATH", "LANG") if name in os.environ}
    with tempfile.TemporaryDirectory() as folder:
        plot = os.path.join(folder, "plot.png")
        words = [OPTIONS["--rsession-which-r"], "--no-echo", "-e", CODE, "--args", plot, *names]
        done = subprocess.run(words, check=False, capture_output=True, text=True, env=bare, timeout=60)
        with open(plot, "rb") as file:
            return done.stdout + done.stderr, file.read()


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        kind, body = "text/html", b""
        if asked.path.endswith("/plot.png"):
            kind, body = "image/png", run_r()[1]
        else:
            said = run_r(*parse_qs(asked.query).get("name", ["BINDER_DIR"]))[0]
            root = OPTIONS.get("--www-root-path", "/")
            text = f"<title>Stand-in</title><h1>Stand-in for RStudio Server</h1><pre>{escape(said)}</pre>"
            body = f"{text}<img src='{escape(root)}plot.png'>".encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "-"


class Local(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class Port(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads, allow_reuse_address = True, True


if "--help" in OPTIONS:
    print(KNOWN)
elif "--www-socket" in OPTIONS:
    Local(OPTIONS["--www-socket"], Page).serve_forever()
else:
    Port(("127.0.0.1", int(OPTIONS["--www-port"])), Page).serve_forever()
