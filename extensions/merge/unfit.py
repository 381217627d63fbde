"""Names that no build for Linux can install with pip or conda, and what to take in their place.

- modules of Python itself, of some version from 3.8 on; also those that only Python 2 had
- packages that only Windows or macOS have, or that are made for one of them alone
- packages of Debian's or of Anaconda's installer, which `pip freeze` lists there; Python itself, to pip
- names by which something is imported, or was called once, where the package has another

Names are in lower case with hyphens, as PEP 503 has it. Conda has packages of its own under names of modules (`zlib`,
`readline`, `typing`), so fewer of these are known of it. Made by hand, and not complete.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

from ..model import Want
from ..rule import Rule

BB211 = Rule(
    "BB211",
    "a package that is Python itself, or a module of it",
    "PyPI does not have it, or something else under its name, and one unknown name breaks the build; it is left out, "
    "and stays as a comment",
    "remove it",
)
BB216 = Rule(
    "BB216",
    "a package that only another system has, or that stands on no index",
    "lists made on Windows, on macOS or from the packages of Debian name it, and it would break the build here; it is "
    "left out, and stays as a comment",
    "remove it; export with `--from-history`, which lists what somebody asked for",
)
BB226 = Rule(
    "BB226",
    "a package that has another name",
    "what it is imported by, or was called once, breaks the build; the right name is taken",
    "write the name that the finding says",
)


class Unfit(NamedTuple):
    """`instead`: the name to take, empty for none."""

    code: str
    reason: str
    remedy: str
    instead: str = ""

    def replaced(self, want: Want) -> Want:
        """The entry with what is taken in its place."""
        comment = "; ".join(filter(None, [want.comment, f"instead of {want.text}" if self.code == BB226 else ""]))
        return want._replace(text=self.instead, comment=comment)


MODULES = frozenset(
    """
    abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii binhex bisect
    builtins bz2 calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall compression
    concurrent configparser contextlib contextvars copy copyreg cprofile crypt csv ctypes curses dataclasses datetime
    dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput
    fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac
    html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale
    logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis
    nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes
    pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py-compile pyclbr pydoc pydoc-data
    pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve
    shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre-compile sre-constants sre-parse
    ssl stat statistics string stringprep struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile
    telnetlib tempfile termios textwrap this threading time timeit tkinter token tokenize tomllib trace traceback
    tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave weakref
    webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
    concurrent-futures http-client http-cookiejar http-server logging-config logging-handlers os-path unittest-mock
    urllib-error urllib-parse urllib-request xml-dom xml-dom-minidom xml-etree xml-etree-celementtree
    xml-etree-elementtree xml-sax email-mime collections-abc
    commands cookielib cpickle cstringio htmlparser httplib stringio tkmessagebox urllib2 urlparse
    """.split()  # noqa: SIM905
)
# Those that are nothing else to conda.
MODULES_TO_CONDA = frozenset(
    """
    abc ast atexit base64 bisect calendar cmath collections contextlib copy csv ctypes datetime decimal email errno
    fractions functools gc getpass glob gzip hashlib heapq html http inspect io itertools json logging math
    multiprocessing operator os os-path pickle pprint random re shutil signal smtplib socket sqlite3 string struct
    subprocess sys tempfile textwrap threading time timeit tkinter traceback types unittest urllib warnings webbrowser
    zipfile
    """.split()  # noqa: SIM905
)
# What PyPI has under such a name, written so.
OTHERS = frozenset(("DateTime",))

WINDOWS = frozenset(
    """
    comtypes console-shortcut console-shortcut-miniconda icc-rt menuinst powershell-shortcut pydirectinput
    pypiwin32 pyreadline pyreadline3 python-magic-bin pywin32 pywinauto pywinpty pywinusb tensorflow-intel
    triton-windows ucrt vc vc14-runtime vcomp14 vs2008-runtime vs2010-runtime vs2013-runtime vs2015-runtime
    vs2015-win-64 vs2017-win-64 vs2019-win-64 vs2022-win-64 win-inet-pton win-unicode-console win10toast
    win32-setctime wincertstore windows-curses winpty winsdk winshell wmi
    """.split()  # noqa: SIM905
)
MACOS = frozenset(
    """
    applaunchservices appnope appscript cctools cctools-osx-64 cctools-osx-arm64 jax-metal ld64 ld64-osx-64
    ld64-osx-arm64 macfsevents py-applescript python-app pyobjc rubicon-objc rumps tapi tensorflow-macos
    tensorflow-metal
    """.split()  # noqa: SIM905
)
DEBIAN = frozenset(
    """
    apturl brlapi command-not-found cupshelpers hidpidaemon kernelstub language-selector louis pkg-resources
    pop-transition python-apt repolib screen-resolution-extra ubuntu-advantage-tools ubuntu-drivers-common
    ubuntu-pro-client unattended-upgrades usb-creator
    """.split()  # noqa: SIM905
)
ANACONDA = frozenset(("anaconda-navigator", "navigator-updater"))
# What conda can install; PyPI has none of them, or one that nobody can use any more.
CONDA = frozenset(("conda", "conda-build", "conda-verify", "ruamel-yaml-conda"))
# How names of such packages begin and end.
OF_WINDOWS = ("m2w64-", "msys2-", "m2-", "winrt-"), ("-win-64", "-win-32", "-win-arm64")
OF_MACOS = ("pyobjc-",), ("-osx-64", "-osx-arm64")

# The name that breaks the build -> the package.
MISNAMED = {
    "beautifulsoup": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "ipython-display": "ipython",
    "matplotlib-pyplot": "matplotlib",
    "mpl-toolkits": "matplotlib",
    "mysql-python": "mysqlclient",
    "opencv": "opencv-python-headless",
    "pil": "pillow",
    "pycrypto": "pycryptodome",
    "pylab": "matplotlib",
    "pytorch": "torch",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "tensorflow-gpu": "tensorflow",
    "yaml": "pyyaml",
}
MISNAMED_TO_CONDA = {
    "cv2": "opencv",
    "dateutil": "python-dateutil",
    "matplotlib-pyplot": "matplotlib",
    "pil": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "torch": "pytorch",
}


STARTS, ENDS = OF_WINDOWS[0] + OF_MACOS[0], OF_WINDOWS[1] + OF_MACOS[1]
LISTED = WINDOWS | MACOS | DEBIAN | ANACONDA
LISTED_OF_PIP, LISTED_OF_CONDA = (
    LISTED | CONDA | MODULES | MISNAMED.keys() | {"python"},
    LISTED | MODULES_TO_CONDA | MISNAMED_TO_CONDA.keys(),
)


@functools.lru_cache(maxsize=4096)
def of_pip(name: str, shown: str) -> Unfit | None:
    """`name` normalised, `shown` as it is written."""
    if name not in LISTED_OF_PIP and not _is_made_for_another(name):
        return None
    if name in MODULES:
        return _module() if shown not in OTHERS else None
    if name == "python":
        return Unfit(BB211, "is Python itself, and no package", "remove it; the answer python_version says which one")
    return _misnamed(name, MISNAMED) or _of_another_system(name)


@functools.lru_cache(maxsize=4096)
def of_conda(name: str) -> Unfit | None:
    """`name` in lower case."""
    plain = name.replace("_", "-").replace(".", "-")
    if plain not in LISTED_OF_CONDA and not _is_made_for_another(plain):
        return None
    return _module() if plain in MODULES_TO_CONDA else _misnamed(plain, MISNAMED_TO_CONDA) or _of_another_system(plain)


def _is_made_for_another(name: str) -> bool:
    return "-" in name and (name.startswith(STARTS) or name.endswith(ENDS))


def _module() -> Unfit:
    return Unfit(BB211, "is a module of Python itself, and no package", "remove it; it comes with Python")


def _of_another_system(name: str) -> Unfit:
    if name in CONDA:
        return Unfit(BB216, "is a package of conda's own, which pip cannot install", "remove it")
    if name in DEBIAN or name in ANACONDA:
        whose = "Debian's own" if name in DEBIAN else "of Anaconda's installer"
        return Unfit(BB216, f"is a package {whose}, which no index has", "remove it")
    starts, ends = OF_MACOS
    macos = name in MACOS or name.startswith(starts) or name.endswith(ends)
    return Unfit(BB216, f"is a package that only {'macOS' if macos else 'Windows'} has", "remove it")


def _misnamed(name: str, names: dict[str, str]) -> Unfit | None:
    instead = names.get(name)
    return Unfit(BB226, "is no package's name", f"write '{instead}', which was taken", instead) if instead else None
