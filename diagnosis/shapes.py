"""What is secret by its looks, wherever it stands; a group of a shape is what is hidden (HIDING).

- each shape reads a text once: what repeats in it is bounded, since the text may be made to take long
- what is found, and cannot be a word of a language, is a value to look for everywhere else
"""

from __future__ import annotations

import base64
import re

from .keys import without_keys
from .makers import MAKERS
from .names import HIDDEN, SAYS_NOTHING
from .phrases import PHRASES

STRONG = (
    r"(?:passw(?:or)?d|passcode|passphrase|passwort|secret|token|api[_-]?key"
    r"|(?:access|private|secret|account|encryption)[_-]?key"
    r"|credential|cookie|authorization)s?(?:[_-]\w{1,30})?"
)
WEAK = r"(?:key|auth|pass|pwd|pw|sig|signature|code|jwt|sid|session|ticket|x-amz-[\w-]{1,30})"
QUOTED = r"""(?P<q>["'])(?P<s>(?:\\.|(?!(?P=q))[^\\\n]){1,1000})"""
BARE = r"""(?P<bare>[^\s"'&,;<>()\[\]{}|=:][^\s"'&,;<>)\]}]{0,1000})"""
TO = r"[\"'\]]{0,2}[ \t]{0,3}(?:=>|[:=](?![:=]))[ \t]{0,3}"
REST = r"(?P<bare>[^\r\n]{1,4000})"
SCHEME, INFO = r"[a-z][a-z0-9+.-]{0,20}://", r"(?:[^\s\"'<>@/]|/(?!/))"
HASH = r"\$(?:1|2[abxy]?|5|6|7|y|apr1|argon2[a-z]{0,2}|scrypt|pbkdf2[\w-]{0,20})\$[^\s\"',]{4,500}"
BRIEF = r"(?:[\w.-]{0,24}[_.-])?(?:pass|pwd|pw|psk)"
BEHIND = r"(?:requirepass|bind_?pw|rootpw|master(?:auth|pass)|(?:store|key)pass|_authtoken|auth-pass[ \t]{1,3}\S{1,60})"
# Programs, and the options that a password follows, with or without a blank, or `=`.
CLIENTS = (
    (r"sshpass|mysql\w{0,10}|mariadb[\w-]{0,10}|mongo\w{0,10}|cypher-shell|cqlsh|tabcmd|twine|7z\w?", "p"),
    (r"(?:docker|podman|nerdctl|buildah|skopeo|helm[ \t]registry|az|oc)[ \t]login", "p"),
    (r"mosquitto_\w{1,10}|sqlcmd|bcp|(?:un)?zip|ssh-keygen", "P"),
    (r"(?:redis|valkey|keydb)-cli", "a"),
    (r"ldap\w{1,10}", "w"),
    (r"ssh-keygen", "N"),
)
SHAPES = [
    re.compile(f"(?{flags})" * bool(flags) + shape)
    for flags, shape in (
        *MAKERS,
        # headers: the rest of the line
        ("i", rf"\b(?:proxy-)?authorization{TO}(?:{QUOTED}|(?:[a-z]{{3,12}}[ \t]{{1,3}})?{REST})"),
        ("i", rf"\b(?:set-)?cookies?{TO}(?:{QUOTED}|{REST})"),
        # password = "x", 'token': 'x', X-Api-Key: x, --secret=x
        ("i", rf"(?:{STRONG}){TO}(?:[bru]?{QUOTED}|{BARE})"),
        (
            "i",
            rf"(?<![\w-])--?(?:(?:[\w.-]{{0,24}}[_.-])?(?:{STRONG}|auth)|{BRIEF}|{BEHIND})[ \t]{{1,3}}"
            rf"(?:{QUOTED}|(?P<bare>[^\s\"'-][^\s\"']{{0,1000}}))",
        ),
        # DB_PASS=x, "pwd": "x", requirepass x, auth=user/x
        ("i", rf"(?<![^\W_]){BRIEF}(?:{TO}{QUOTED}|=(?![/~]){BARE})"),
        ("i", rf"\b{BEHIND}[ \t]{{1,3}}(?!(?:is|was|and|or|in|not|to)\b)(?:{QUOTED}|{BARE})"),
        ("i", rf"auth{TO}[\"']?[^\s\"'/:=.~]{{1,60}}/(?P<s>[^\s\"']{{1,300}})"),
        ("i", rf"auth{TO}[\"']?(?P<odd>[^\s\"'/:.~(\[][^\s\"',;)]{{7,300}})"),
        ("i", rf"[?&#;](?:{WEAK})=(?P<s>[^\s\"'&#;<>]{{1,2000}})"),
        # postgresql://user:x@host, https://x@host
        (
            "i",
            rf"{SCHEME}[^\s/@:\"'<>]{{0,200}}:(?!\d{{1,5}}(?:[/\s?#]|$))(?P<s>{INFO}{{1,300}}(?:@{INFO}{{1,99}}(?=@))?)@",
        ),
        ("i", r"https?://(?P<s>[^\s/@:\"'<>?#]{1,300})@"),
        ("i", r"\b(?:bearer|basic)[ \t]{1,3}(?P<odd>[\w+/.~-]{8,2000}={0,2})"),
        ("i", r"\b(?:_xsrf|sessionid|jupyterhub-[\w-]{1,60}|username-[\w-]{1,60})=\"?(?P<s>[^\s\"';,]{4,2000})"),
        ("", r"\b(?P<s>eyJ[\w-]{8,4000}\.[\w-]{4,4000}(?:\.[\w-]{0,4000})?)"),
        ("", rf"(?P<s>{HASH})"),
        ("", r"(?P<s>(?:sha1|sha256|sha512):[0-9a-f]{4,60}:[0-9a-f]{32,128})\b"),
        # .netrc, .pgpass, .htpasswd, programs
        ("i", r"\bmachine[ \t]{1,9}\S{1,200}[ \t]{1,9}.{0,200}?\bpassword[ \t]{1,9}(?P<s>\S{1,500})"),
        ("m", r"^[ \t]{0,20}(?:password|account)[ \t]{1,9}(?P<s>\S{1,500})[ \t]{0,9}$"),
        ("m", r"^[^\s:#/]{1,200}:(?:\d{1,5}|\*):[^\s:]{1,100}:[^\s:]{1,100}:(?P<s>\S{1,500})$"),
        (
            "",
            r"\b(?:curl|https?(?!:)|xh|etcdctl|lftp)\b[^\n]{0,300}?[ \t](?:-[a-zA-Z]{0,6}[ua]|--user|--auth)[ \t=]{0,3}"
            r"[\"']?[^\s:,\"']{1,100}[:,](?P<s>[^\s\"']{1,300})",
        ),
        (
            "",
            r"\b(?:smbclient|smbget|rpcclient)\b[^\n]{0,200}?[ \t](?:-U|--user)[ \t=]{0,3}[^\s%]{1,100}%"
            r"(?P<s>[^\s\"']{1,300})",
        ),
        ("", r"[ \t]-pass(?:in|out)?[ \t]{1,3}[\"']?pass:(?P<s>[^\s\"']{1,300})"),
        (
            "",
            r"\brabbitmqctl\b[^\n]{0,99}[ \t](?:add_user|change_password)[ \t]{1,3}\S{1,99}[ \t]{1,3}(?P<s>\S{1,99})",
        ),
        (
            "",
            r"\b(?:htpasswd|mosquitto_passwd)\b[^\n]{0,99}?[ \t]-[a-zA-Z]{0,6}b[a-zA-Z]{0,6}"
            r"(?:[ \t]{1,3}\S{1,200}){1,2}[ \t]{1,3}(?P<s>\S{1,300})",
        ),
        (
            "",
            r"\becho[ \t]{1,3}[\"']?[^\s:|\"']{1,60}:(?P<s>[^\s|\"']{1,99})[\"']?[ \t]{0,3}\|[^|\n]{0,9}\bchpasswd\b",
        ),
        (
            "i",
            r"\buser[ \t]{1,3}\S{1,60}[ \t]{1,3}(?:on|off)(?:[ \t](?:[+~&%@-]|all|no|re)\S{0,40}){0,9}[ \t]>"
            r"(?P<s>[^\s\"']{1,300})",
        ),
        *(
            (
                "",
                rf"\b(?:{programs})\b[^\n]{{0,300}}?[ \t]-{option}(?:[ \t=]{{1,3}}(?!-))?"
                r"[\"']?(?P<s>[^\s\"'-][^\s\"']{0,300})",
            )
            for programs, option in CLIENTS
        ),
        *PHRASES,
    )
]
ODD = re.compile(r"(?=.*[A-Za-z])(?=.*\d)|(?=.*[a-z])(?=.*[A-Z].*[A-Z])|[^\w\s.,:;!?/()-]", re.DOTALL)
HIDING = ("s", "t", "u", "bare", "odd")
LEAST = 8
KEY_WORD, KINDS = re.compile(r"[A-Za-z0-9]{10,}"), re.compile(r"[A-Z]+|[a-z]+|\d+")
PIECE = re.compile(r"[\s;,&=\"']+")


def without_shapes(text: str, found: set[str]) -> str:
    """The text with each shape hidden; `found` gets what may stand elsewhere, too."""

    def hidden(match: re.Match[str]) -> str:
        groups = match.groupdict()
        name = next((name for name in HIDING if groups.get(name)), "s")
        value = groups.get(name) or ""
        if not is_value(value) or (name == "odd" and not ODD.search(value)):
            return match.group()
        words = {value, *PIECE.split(value)}
        found.update(word for word in {*words, *map(password_in, words)} if stands_out(word))
        whole, (start, end) = match.string, match.span(name)
        return whole[match.start() : start] + HIDDEN + whole[end : match.end()]

    text = without_keys(text)
    for shape in SHAPES:
        text = shape.sub(hidden, text)
    return text


def is_value(value: str) -> bool:
    rest = value.lower().replace(HIDDEN, "").strip("\"'")
    return rest not in SAYS_NOTHING and any(map(str.isalnum, rest)) and not (rest.isdigit() and len(rest) < 4)


def stands_out(value: str) -> bool:
    """Whether it is no word of a language, nor a path."""
    return len(value) >= LEAST and HIDDEN not in value and value[0] not in "/.$" and bool(ODD.search(value))


def is_key(value: str) -> bool:
    """Whether it has a part as nobody writes it: letters of both sizes and digits, changing all the time; no path."""
    return len(value) <= 1000 and not re.search(r"[/\s]", value) and any(map(changes, KEY_WORD.findall(value)))


def changes(word: str) -> bool:
    runs = KINDS.findall(word)
    kinds = (any(map(kind, runs)) for kind in (str.isupper, str.islower, str.isdigit))
    return all(kinds) and len(runs) * 5 > len(word) * 2


def password_in(word: str) -> str:
    """Of a `USER:PASSWORD` in base64, as a header has it; empty where it is none."""
    try:
        return base64.b64decode(f"{word}==", validate=False).decode("ascii").partition(":")[2]
    except ValueError:
        return ""
