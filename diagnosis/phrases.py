"""What is said to be a secret: in sentences of servers, SQL, elements and attributes, or to programs that ask.

- each is a pattern; `s`, `t` and `u` are what is hidden, `odd` is hidden where it is no word of a language
- a sentence says as often that a password is wrong as what it is: there it takes quotes, or an odd one
"""

from __future__ import annotations

BLANKS, ANY = r"[ \t]{1,3}", r"[ \t]{0,3}"
IN_QUOTES = r"(?P<q>['\"])(?P<s>(?:(?!(?P=q))[^\n]){1,300})(?P=q)"
ODD_WORD = r"(?P<odd>[^\s\"'`<>()\[\]{}/~$=][^\s\"'`<>]{3,300})"
NAMED = (
    r"(?:[\w.:-]{0,40}[_.:-])?(?:\w{0,30}(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key"
    r"|private[_-]?key)|pass|pwd|_?[xc]srf)"
)
FRESH = (
    r"\b(?:temporary|initial|(?:auto-?)?generated|random|one-?time|default|new|admin|root)[ \t](?:\w{1,20}[ \t]){0,2}"
    r"password"
)
OTHERS = r"(?:kennwort|mot[ \t]de[ \t]passe|contrase[ñn]a|wachtwoord|senha|has[łl]o)"
USER = r"\b(?:user(?:name)?|login)[ \t]?[:=][ \t]?[^\s,;]{1,60}[,;]?[ \t]{1,3}"
IN_SQL = (
    r"(?:'(?P<s>[^'\n]{1,300})'|\"(?P<t>[^\"\n]{1,300})\""
    r"|\$(?P<tag>\w{0,20})\$(?P<u>[^$\n]{1,300})\$(?P=tag)\$)"
)
IDENTIFIED = rf"identified{BLANKS}(?:(?:with|via){BLANKS}\S{{1,60}}{BLANKS})?(?:by|as|using)"
ASKS = r"(?:\bsudo\b[^|\n]{0,60}?[ \t]-\w{0,5}S|--pass(?:word|phrase)?-stdin|\b(?:su|passwd|kinit|cryptsetup)\b)"
PHRASES = (
    # Password for user ada is x, your password is 'x'
    (
        "i",
        rf"\bpassword(?:[ \t]for[ \t](?:user[ \t])?[^\s:]{{1,80}})?[ \t](?:is|was|to):?{BLANKS}(?:now{BLANKS})?"
        rf"(?:{IN_QUOTES}|{ODD_WORD})",
    ),
    # A temporary password is generated for ada: x, initial admin password x
    (
        "mi",
        rf"{FRESH}[ \t](?:is|was|has|for|of|set|generated)\b[^\n:]{{0,80}}:{BLANKS}(?P<odd>\S{{4,300}})[ \t]{{0,9}}$",
    ),
    ("i", rf"{FRESH}{BLANKS}(?:{IN_QUOTES}|{ODD_WORD})"),
    ("i", r"\b(?:login|credentials|user(?:name)?)[ \t]?:[ \t][^\s/]{1,60}[ \t]/[ \t](?P<odd>[^\s/\"']{6,100})"),
    ("i", rf"\b{OTHERS}\"?{ANY}[:=]{ANY}(?:{IN_QUOTES}|(?P<odd>[^\s\"',;<>]{{4,300}}))"),
    # otp: 123456, pass: x
    (
        "i",
        rf"(?<![\w-])(?:otp|pin)\"?{ANY}[:=]{ANY}[\"']?(?:(?P<s>\d{{4,12}})(?![\w.])|(?P<odd>\w{{8,64}})(?![\w.=<>-]))",
    ),
    (
        "m",
        rf"(?:^[ \t]{{0,20}}(?:- )?|[,;{{(]{ANY}|{USER})p(?:ass|wd|w):{BLANKS}(?P<odd>[^\s\"',;<>()\[\]{{}}]{{6,300}})",
    ),
    # <password>x</password>, <add key="Password" value="x"/>, {"name": "DB_PASSWORD", "value": "x"}
    ("i", rf"<{NAMED}(?:[ \t][^<>\n]{{0,200}})?>(?P<s>[^<>\n]{{1,1000}})</"),
    (
        "i",
        rf"\b(?:key|name)[\"']?{ANY}[=:]{ANY}[\"']{NAMED}[\"'],?\s{{1,9}}[\"']?value[\"']?{ANY}[=:]{ANY}{IN_QUOTES}",
    ),
    # PASSWORD 'x', IDENTIFIED BY "x", PASSWORD FROM 'x' TO 'y', PASSWORD('x')
    ("i", rf"\b(?:password|{IDENTIFIED}){BLANKS}(?:(?:as|from){BLANKS})?{IN_SQL}"),
    ("i", rf"\bpassword{BLANKS}from{BLANKS}\S{{1,300}}{BLANKS}to{BLANKS}{IN_SQL}"),
    ("i", rf"(?:={ANY}password|(?-i:\b(?:OLD_)?PASSWORD))\({ANY}{IN_SQL}"),
    # AUTH x, as Redis takes it; in capitals alone it is a method
    (
        "m",
        rf"\bAUTH\"?{BLANKS}(?:\"?[^\s\"]{{1,60}}\"?{BLANKS})?\"?(?![A-Z\d-]{{1,60}}(?:[\s\"]|$))"
        r"(?P<odd>[^\s\"'<>():/\[\]]{6,300})\"?[ \t]{0,9}\r?$",
    ),
    ("i", rf"\bapi-?key{BLANKS}(?P<odd>[\w+/.~=-]{{8,500}})"),
    (
        "",
        rf"\bset-initial-password{BLANKS}(?:--\S{{1,60}}{BLANKS}){{0,3}}[\"']?(?P<s>[^\s\"'`<>\[\]-][^\s\"'`]{{0,300}})",
    ),
    ("", rf"\bvault[ \t]login{BLANKS}(?:-\S{{1,60}}{BLANKS}){{0,5}}(?P<odd>[^\s=\"'<>-][^\s=\"'<>]{{7,300}})(?=\s|$)"),
    ("", rf"{ASKS}[^<|\n]{{0,99}}<<<{ANY}(?:{IN_QUOTES}|(?P<odd>[^\s\"'$;|]{{1,300}}))"),
    (
        "",
        rf"\b(?:echo|printf){BLANKS}(?:-\w{{1,3}}{BLANKS})?(?:{IN_QUOTES}|(?P<odd>[^\s\"'$|]{{1,300}})){ANY}\|[^|\n]{{0,99}}?{ASKS}",
    ),
    (
        "",
        rf"\b(?:sqlplus|sqlldr|expdp|impdp){BLANKS}(?:-\S{{1,9}}{BLANKS}){{0,3}}[\"']?\w{{1,60}}/(?P<s>[^\s/@\"']{{1,200}})",
    ),
)
