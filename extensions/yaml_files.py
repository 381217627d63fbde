"""YAML files -> values; what cannot be read is an error that names file and line."""

from __future__ import annotations

from typing import Any

import yaml

from .errors import BlocksError

# The C parser where PyYAML has it: ten times faster, and as safe.
Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_yaml(text: str, where: str) -> Any:
    """The YAML value of `text`; a mistake becomes a `BlocksError` that names `where` and the line."""
    try:
        return yaml.load(text, Loader=Loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise yaml_error(error, where) from error
    except RecursionError as error:
        raise BlocksError(f"{where}: not valid YAML: too many levels") from error
    except ValueError as error:  # such as a date that no calendar has
        raise BlocksError(f"{where}: not valid YAML: {error}") from error


def yaml_error(error: yaml.YAMLError, where: str) -> BlocksError:
    """The parser's error for a user."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or " ".join(str(error).split())
    return BlocksError(f"{where}{f':{mark.line + 1}' if mark else ''}: not valid YAML: {problem}")
