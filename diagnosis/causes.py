"""What names a cause in the words of the system and of servers, and what to do about it.

- the first pattern that is found counts: those that explain others come first
- `{0}`, `{1}` are what the pattern's groups have found
"""

from __future__ import annotations

import re

from .texts import in_one_line

NO_SPACE = (
    r"no space left|ENOSPC|quota exceeded|EDQUOT|disk (?:is )?full",
    "there is no space left on its disk",
    "delete what is large (du --max-depth=1 ~ | sort -n) and restart it",
)
NO_MEMORY = (
    r"cannot allocate|out ?of ?memory|insufficient memory|OutOfMemoryError|bad_alloc|ENOMEM",
    "there is not enough memory for it",
    "shut down kernels that are not needed, or ask for a larger session",
)
PORT_TAKEN = (
    r"address (?:is )?already in use|EADDRINUSE|port \d+ is (?:already )?in use"
    r"|(?:could not|failed to|cannot) bind|bind: ",
    "its port is taken by another process",
    "end that process, or start the session anew",
)
CAUSES = (
    NO_SPACE,
    NO_MEMORY,
    PORT_TAKEN,
    (
        r"it starts after (first\.d/\S+), which failed",
        "it needs what {0} makes, and that script failed",
        "mend that script and run it once more (launch --again NAME): this starts then, too",
    ),
    (
        r"is in use by another container or launch",
        "another session of the same user has its data open",
        "stop the other session (the hub's control panel), then restart it",
    ),
    (
        r"run ended, and what it started holds the data",
        "its run script does not end with exec of the server",
        "the script has to exec the server in the foreground",
    ),
    (
        r"exec format error|cannot execute binary",
        "its program is made for another kind of processor",
        "build for this one",
    ),
    (
        r"(?:error while loading shared libraries: )(\S+?):|(\S+\.so[.\d]*): cannot open shared object",
        "the library {0} is missing in the image",
        "add the Debian package that has it to apt.txt, and build anew",
    ),
    (
        r"UnsupportedClassVersionError|class file version|requires Java|unsupported java",
        "its Java is too old or too new for it",
        "build anew with the Java that the course's blocks ask for",
    ),
    (
        r"ModuleNotFoundError: No module named '?([\w.]+)|ImportError: (.{1,80})",
        "the Python package {0} is missing, or cannot be loaded",
        "add it to environment.yml and build anew; was it changed by pip in this session?",
    ),
    (
        r"(?<![\w./@+-])([\w./@+-]{1,100}): (?:command not found|not found|no such file or directory)",
        "the program or file {0} is missing in the image",
        "add what brings it to apt.txt or environment.yml, and build anew",
    ),
    (
        r"read-only file system|EROFS",
        "its folder is on a read-only file system",
        "mount it so that it can be written to",
    ),
    (r"too many open files|EMFILE", "too many files are open", "raise the limit of open files (ulimit -n)"),
    (
        r"(?<!\S)(\S{1,200}): permission denied|permission denied[^\n]{0,40}?[\"'](\S{1,200})[\"']"
        r"|permission denied|EACCES|not permitted",
        "it may not read or write {0}",
        "give the folder to the user of the session (chown), or start with a new one",
    ),
    (
        r"incompatible with|was initialized by|unsupported version|wrong (?:data )?version|version mismatch",
        "its data is of another version of the server",
        "binder/reset sets the data aside and starts with the seeded data",
    ),
    (
        r"corrupt|checksum (?:mismatch|failure)|invalid page|could not locate a valid checkpoint",
        "its data is damaged",
        "binder/reset sets the data aside and starts with the seeded data",
    ),
    (
        r"connection refused|could not connect|network is unreachable|name resolution|timed out connecting",
        "something that it asks over the network does not answer",
        "see whether what it asks runs; sessions often have no network",
    ),
    (
        r"syntax error|unknown option|unrecognized|invalid (?:option|argument|value|configuration)|parse error",
        "its configuration or script has a mistake",
        "see the files that differ from what was built, below",
    ),
)


def cause_in(text: str) -> tuple[str, str]:
    """The likeliest cause that a text names, and the remedy; twice nothing if it names none."""
    for pattern, cause, remedy in CAUSES:
        if found := re.search(pattern, text, re.IGNORECASE):
            what = next((group for group in found.groups() if group), "what it needs")
            return cause.format(in_one_line(what, 100)), remedy
    return "", ""
