"""IPython runs this at each start of a kernel: `%binder wait postgres`, for a cell that comes before the service.

It knows the session's first scripts as well: one that has a service's name is waited for before the service.
"""

from IPython import get_ipython
from IPython.core.error import UsageError


def binder(line: str) -> None:
    """`%binder wait NAME... [SECONDS]`: until services are ready and first scripts done; all where none is named."""
    import json
    import os
    import socket
    import time

    verb, *words = line.split() or [""]
    limit = float(words.pop()) if words and words[-1].isdecimal() else 120.0
    if verb != "wait":
        raise UsageError("%binder wait NAME... [SECONDS]")
    end = time.monotonic() + limit

    def ask(request: str, seconds: float) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(max(seconds, 0.1))
            connection.connect(os.path.join(os.environ.get("BINDER_RUN", ""), "control"))
            connection.sendall(request.encode())
            return connection.makefile().readline().strip()

    def first_done(name: str) -> None:
        began, told, line = time.monotonic(), 0.0, ""
        while True:
            one = json.loads(ask("status", 10)).get("first", {})[name]
            if one["state"] == "done":
                break
            if one["state"] in ("failed", "stopped"):
                raise UsageError(f"first.d/{name} {one['state']}: {one['reason']}; see the page services/")
            now = time.monotonic()
            if not told or (one["line"] != line and now - told > 5):
                told, line = now, one["line"]
                print(f"waiting for first.d/{name}, at most {limit:.0f} s ... {line}", flush=True)
            if now > end:
                raise TimeoutError
            time.sleep(1)
        if told:
            print(f"first.d/{name}: done after {time.monotonic() - began:.0f} s")

    try:
        status = json.loads(ask("status", 10))
        services, first = status["services"], status.get("first", {})
        for name in words or [*first, *(name for name in services if name not in first)]:
            if name in first:
                first_done(name)
            state = services.get(name, {}).get("state")
            if state == "ready" or (name in first and name not in services):
                continue
            print(f"waiting for {name}, at most {limit:.0f} s ...", end=" ", flush=True)
            began = time.monotonic()
            answer = ask(f"use {name}", end - began)
            if answer != "ready":
                raise UsageError(f"{name}: {answer or 'the session ends'}")
            print(f"ready after {time.monotonic() - began:.0f} s")
    except TimeoutError:
        raise UsageError(f"{name} is not ready after {limit:.0f} s; its log is on the page services/") from None
    except (OSError, ValueError):
        if words:
            raise UsageError("no services run in this session") from None


get_ipython().register_magic_function(binder)
