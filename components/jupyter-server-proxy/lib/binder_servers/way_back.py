"""A link from the pages of applications to the notebook, and to the hub.

- a page is what the browser asks for as the document of a tab, at an address of the proxy or of a page of the course,
  whoever starts it; what an application asks for by itself, frames, streams and websockets are never touched
- the link is one script behind the end of the page, where every parser takes it for a part of the body: nothing that
  the application sends is read for it, changed, or held back
- it is left out where the application's Content-Security-Policy lets in no script from here, and where the page is
  packed, a part, a download, or written in an encoding in which ASCII is not itself; so that pages are not packed,
  their requests are passed on without Accept-Encoding
- JUPYTER_SERVER_PROXY_WAY_BACK=false switches it off: the answer, or for one session a script in start.d
"""

import json
import os
from html import escape
from pathlib import Path
from urllib.parse import unquote

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from jupyter_server_proxy.handlers import ProxyHandler
from tornado import web

SCRIPT = "binder-servers/way_back.js"
SELF = {"'self'", "*", "http:", "https:"}


def add(app):
    if os.environ.get("JUPYTER_SERVER_PROXY_WAY_BACK", "true").lower() in ("false", "no", "0"):
        return
    base = app.web_app.settings["base_url"]
    link = tail(url_path_join(base, SCRIPT), base, hub())
    pages = own_pages()
    app.web_app.add_handlers(".*$", [(url_path_join(base, SCRIPT), Script)])
    app.web_app.add_transform(lambda request: WayBack(app.web_app, request, link, base, pages))


def hub():
    """Where the hub is; Binder's has no page that its visitors could use."""
    base = os.environ.get("JUPYTERHUB_BASE_URL", "")
    if not base or os.environ.get("BINDER_LAUNCH_HOST"):
        return ""
    return os.environ.get("JUPYTERHUB_HOST", "") + url_path_join(base, "hub/home")


def tail(script, notebook, hub_home):
    values = f'data-notebook="{escape(notebook)}" data-hub="{escape(hub_home)}"'
    return f'<script async src="{escape(script)}" {values}></script>'.encode()


def own_pages():
    """The first words of the addresses of the course's pages: some are not the proxy's, but their package's own."""
    try:
        report = json.loads(Path(os.environ.get("BINDER_DIR", ""), "report.json").read_bytes())
        return {one["value"]["path"].partition("/")[0] for one in report["provides"]["web"]}
    except (OSError, ValueError, LookupError, TypeError):
        return set()


def is_document(request):
    """What a tab shows; browsers say so in so many words where the connection is a safe one."""
    if request.method not in ("GET", "POST") or "Upgrade" in request.headers:
        return False
    wanted = request.headers.get("Sec-Fetch-Dest")
    if wanted:
        return wanted == "document"
    return request.headers.get("Accept", "").startswith("text/html") and "X-Requested-With" not in request.headers


def forbids(policies):
    """Whether one of these policies keeps a script from this server out."""
    for policy in ",".join(policies).split(","):
        rules = [words for words in map(str.split, policy.lower().split(";")) if words]
        said = {name: values for name, *values in reversed(rules)}  # the first one counts
        found = [said[name] for name in ("script-src-elem", "script-src", "default-src") if name in said]
        if "sandbox" in said or (found and (not SELF & set(found[0]) or "'strict-dynamic'" in found[0])):
            return True
    return False


def is_page(status, headers):
    """Whether this answer, to a request for a document, is a page that takes one."""
    kind = headers.get("Content-Type", "").lower()
    return (
        kind.startswith("text/html")
        and "utf-16" not in kind
        and "utf-32" not in kind
        and status not in (204, 206, 304)
        and not 300 < status < 400
        and headers.get("Content-Encoding", "identity") == "identity"
        and not headers.get("Content-Disposition", "").lower().startswith("attachment")
        and not forbids(headers.get_list("Content-Security-Policy"))
    )


class WayBack(web.OutputTransform):
    """Tornado makes one for each request."""

    def __init__(self, application, request, link, base, pages):
        self.link, self.on = link, False
        if is_document(request):
            handler = getattr(application.find_handler(request), "handler_class", object)
            path, start = unquote(request.path), unquote(base)
            is_own = path.startswith(start) and path[len(start) :].partition("/")[0] in pages
            self.on = issubclass(handler, ProxyHandler) or is_own
            if self.on:
                request.headers["Accept-Encoding"] = "identity"

    def transform_first_chunk(self, status_code, headers, chunk, finishing):
        self.on = self.on and is_page(status_code, headers) and (bool(chunk) or not finishing)
        if self.on and "Content-Length" in headers:
            headers["Content-Length"] = str(int(headers["Content-Length"]) + len(self.link))
        return status_code, headers, self.transform_chunk(chunk, finishing)

    def transform_chunk(self, chunk, finishing):
        return chunk + self.link if self.on and finishing else chunk


class Script(JupyterHandler):
    @web.authenticated
    def get(self):
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", "max-age=3600")
        self.finish(Path(__file__).with_name("way_back.js").read_bytes())
