"""What makers of services give a form of its own: tokens by their beginning, addresses whose path is secret.

- each is a pattern; the group `s` is what is hidden
"""

from __future__ import annotations

TOKENS = (
    r"gh[pousr]_\w{16,}|github_pat_\w{16,}|gl(?:pat|rt|ptt|dt|cbt|ft|soat|agent|imt)-[\w-]{16,}|xox[a-z]-[\w-]{10,}"
    r"|xapp-[\w-]{16,}|AIza[\w-]{30,}|ya29\.[\w-]{16,}|sk-[\w-]{20,}|[rs]k_(?:live|test)_\w{16,}|whsec_[\w+/=]{16,}"
    r"|pypi-[\w-]{16,}|hf_\w{16,}|npm_\w{20,}|dckr_pat_[\w-]{16,}|(?:AKIA|ASIA)[0-9A-Z]{16}|SG\.[\w-]{16,}\.[\w-]{16,}"
    r"|AT[AC]TT3[\w=-]{16,}|AGE-SECRET-KEY-1\w{16,}|hv[sb]\.[\w-]{20,}|dop_v1_\w{16,}|shp(?:at|ss|ca)_\w{16,}"
    r"|\d{8,10}:AA[\w-]{30,}"
)
MAKERS = (
    ("", rf"(?<![\w-])(?P<s>{TOKENS})"),
    ("i", r"\bhooks\.slack\.com/(?:services|workflows|triggers)/(?P<s>[\w/-]{1,300})"),
    ("i", r"\bdiscord(?:app)?\.com/api/(?:v\d{1,3}/)?webhooks/\d{1,30}/(?P<s>[\w-]{1,300})"),
    ("i", r"\bapi\.telegram\.org/(?:file/)?bot(?P<s>\d{1,20}:[\w-]{1,200})"),
    ("i", r"\bwebhook\.office\.com/webhookb2/(?P<s>[\w@/-]{1,400})"),
    ("i", r"\bhttps?://(?P<s>[^\s/@:\"'<>?#]{1,300}):(?:x-oauth-basic|x)?@"),
    ("i", r"\bjdbc:oracle:\w{1,9}:[^\s/@:\"']{1,100}/(?P<s>[^\s/@\"']{1,200})@"),
)
