"""Secrets are recognised by name, by value and by their looks; what is left instead is `[hidden]`.

- values are those of variables, answers and options with such names, in every process and file that can be read, and
  those that files for passwords hold, which themselves are not taken
- a variable whose value can only be a key is secret whatever its name
- what has the looks of a secret in one text is a value that is looked for in all of them
- it is hidden before a text is cut or wrapped, which would leave a part of it, and once more in what goes out
"""

from __future__ import annotations

import os
import re

from .names import HIDDEN, is_secret, secrets_in
from .shapes import is_key, without_shapes
from .texts import known_text, names_in
from .values import forms_to_hide, without_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

# Below HOME; folders, of which each file is looked at, end with a slash.
PASSWORDS = (
    *(".netrc", ".pgpass", ".my.cnf", ".git-credentials", ".pypirc", ".npmrc", ".curlrc", ".wgetrc", ".Renviron"),
    *(".jupyter/", ".aws/", ".config/gh/hosts.yml", ".docker/config.json", ".kaggle/kaggle.json", ".env"),
    *(".cache/huggingface/token", ".huggingface/token", ".local/share/jupyter/runtime/"),
)
FILE_BYTES, MOST_FILES = 100_000, 40
LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?[\"']?([\w.-]{1,100})[\"']?[ \t]*[=:][ \t]*(.{1,2000})$", re.MULTILINE)


class Secrets:
    """`values` are sought in all texts; `known` are words that name something here."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.values: set[str] = set()
        self.known = {word for word in known if word}
        self.forms: list[tuple[str, re.Pattern[str]]] = []

    def learn_variables(self, variables: Mapping[str, str]) -> None:
        self.values |= {value for name, value in variables.items() if is_secret(name) or is_key(value)}
        for value in variables.values():
            without_shapes(value, self.values)

    def learn_data(self, data: object) -> None:
        self.values.update(secrets_in(data))

    def learn_text(self, text: str) -> None:
        """Of a file with names and values, or of a kind that holds passwords."""
        for name, value in LINE.findall(text):
            if is_secret(name) and not value.startswith("$"):
                self.values.add(value.strip().strip("\"'"))
        without_shapes(text, self.values)

    def learn_home(self, home: str) -> None:
        for path in password_files(home):
            self.learn_text(known_text(path, FILE_BYTES))
            if os.path.basename(path) == "token":
                self.values.add(known_text(path, FILE_BYTES))

    def learn_looks(self, data: object) -> None:
        """What has the looks of a secret in any text of these data."""
        in_texts(data, lambda text: without_shapes(text, self.values))
        self.forms = forms_to_hide(self.values, self.known)

    def mask(self, data: Any) -> Any:
        """The same data with each secret in its texts hidden."""
        return in_texts(data, lambda text: without_values(without_shapes(text, set()), self.forms))


def in_texts(data: Any, change: Callable[[str], str]) -> Any:
    """The same data, with each text in it changed."""
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {in_texts(key, change): in_texts(value, change) for key, value in data.items()}
    if isinstance(data, list):
        return [in_texts(one, change) for one in data]
    if hasattr(data, "__dataclass_fields__"):
        return type(data)(**{name: in_texts(getattr(data, name), change) for name in data.__dataclass_fields__})
    return data


def password_files(home: str) -> list[str]:
    found: list[str] = []
    for leaf in PASSWORDS:
        path = os.path.join(home, leaf)
        found += [os.path.join(path, name) for name in names_in(path)] if leaf.endswith("/") else [path]
    return found[:MOST_FILES]


def environment_text(variables: Mapping[str, str]) -> str:
    """The names and values, those of secrets hidden."""
    lines = []
    for name, value in sorted(variables.items()):
        shown = HIDDEN if value and (is_secret(name) or is_key(value)) else " ".join(value.split())
        lines.append(f"{name}={shown}")
    return "\n".join(lines)
