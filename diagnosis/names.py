"""Whether a name is that of a secret: PASSWORD, TOKEN, SECRET, KEY, CREDENTIAL, COOKIE, AUTH and their kin.

- a word of the name has to be one (`api_key`, `authToken`, `PGPASS`), or hold one that no other word does
- what is not text, and what says only whether there is one, is shown
"""

from __future__ import annotations

import re

WORDS = {
    *(
        "password",
        "passwd",
        "passphrase",
        "passwort",
        "pass",
        "pwd",
        "pw",
        "pgpass",
        "secret",
        "token",
        "key",
        "apikey",
    ),
    *("credential", "cred", "cookie", "auth", "authorization", "bearer", "jwt", "salt", "pat", "dsn", "xsrf", "csrf"),
    *("signature", "sig", "otp", "pin", "session", "sid", "identity", "private", "webhook"),
}
INSIDE = re.compile(r"password|passwd|passphrase|secret|credential|apikey|(?<!tokeniz)token(?!iz)", re.IGNORECASE)
PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
NO_SECRETS = {"PWD", "OLDPWD", "SESSION_MANAGER", "XDG_SESSION_TYPE", "XDG_SESSION_CLASS", "XDG_SESSION_ID"}
HIDDEN = "[hidden]"
SAYS_NOTHING = {"", "true", "false", "none", "null", "yes", "no", "on", "off", "0", "1", "auto", HIDDEN}


def is_secret(name: str) -> bool:
    if name in NO_SECRETS:
        return False
    if INSIDE.search(name):
        return True
    return any(piece.lower() in WORDS or piece.lower().rstrip("s") in WORDS for piece in PIECES.findall(name[:200]))


def hide(data: object, secret: bool = False) -> object:
    """The same data, with each text under the name of a secret hidden; `name` beside it may be what names it."""
    if isinstance(data, dict):
        named = secret or is_secret(str(data.get("name", "")))
        return {key: hide(one, (named and key != "name") or is_secret(str(key))) for key, one in data.items()}
    if isinstance(data, list):
        return [hide(one, secret) for one in data]
    if secret and isinstance(data, (str, float, int)) and str(data).lower() not in SAYS_NOTHING:
        return HIDDEN
    return data


def secrets_in(data: object, secret: bool = False) -> list[str]:
    """What `hide` hides."""
    if isinstance(data, dict):
        named = secret or is_secret(str(data.get("name", "")))
        parts = [(one, (named and key != "name") or is_secret(str(key))) for key, one in data.items()]
        return [found for one, hidden in parts for found in secrets_in(one, hidden)]
    if isinstance(data, list):
        return [found for one in data for found in secrets_in(one, secret)]
    return [str(data)] if secret and hide(data, secret) == HIDDEN else []
