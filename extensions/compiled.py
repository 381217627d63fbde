"""Compiled templates, kept: Jinja compiles the same short string anew each time it is rendered.

Copier renders about eight strings a question, most of them again and again; compiling is two thirds of what a question
costs. Where a source was compiled before, its code is taken from there; `preprocess` runs all the same, as Copier's
extension for `yield` starts from scratch in it. That extension also notes what it finds while it parses, so that a
source with that tag is never kept.
"""

from __future__ import annotations

from types import CodeType
from typing import Any

from jinja2 import Environment

# Shared by the environments of one version of the engine, of which an update has several, all with the same filters.
CODE: dict[tuple[object, ...], CodeType] = {}


def keep_compiled(environment: Environment) -> None:
    """Let the environment compile each source once."""
    compile_anew = environment.compile

    def compiled(source: Any, name: str | None = None, filename: str | None = None, *options: Any, **more: Any) -> Any:
        if options or more or not isinstance(source, str) or "yield" in source:
            return compile_anew(source, name, filename, *options, **more)
        key = (source, name, filename, type(environment), *environment.extensions)
        if key in CODE:
            environment.preprocess(source, name, filename)
        else:
            CODE[key] = compile_anew(source, name, filename)
        return CODE[key]

    environment.compile = compiled  # type: ignore[method-assign]
