"""Compiled templates, kept: Jinja compiles the same short string anew each time it is rendered.

Copier renders about eight strings a question, most of them again and again; compiling is two thirds of what a question
costs. Where a source was compiled before, its code is taken from there; `preprocess` runs all the same, as Copier's
extension for `yield` starts from scratch in it, and notes at each rendering what is to be looped over.

A source without a brace is no template: its text is given as it is, without a context to render it in. Half of what
Copier renders is such a text, a type or a choice.
"""

from __future__ import annotations

from types import CodeType
from typing import Any

from jinja2 import Environment

# Shared by the environments of one version of the engine, of which an update has several, all with the same filters.
CODE: dict[tuple[object, ...], CodeType] = {}


class Constant:
    """Stands for a template whose source is its text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def render(self, *_: object, **__: object) -> str:
        return self.text


def keep_compiled(environment: Environment) -> None:
    """Let the environment compile each source once."""
    compile_anew, make_template = environment.compile, environment.from_string
    lexing = (environment.keep_trailing_newline, environment.line_statement_prefix)

    def from_string(source: Any, *options: Any, **more: Any) -> Any:
        if options or more or not isinstance(source, str) or not is_constant(source, environment):
            return make_template(source, *options, **more)
        environment.preprocess(source)
        return Constant(source)

    def compiled(source: Any, name: str | None = None, filename: str | None = None, *options: Any, **more: Any) -> Any:
        if options or more or not isinstance(source, str):
            return compile_anew(source, name, filename, *options, **more)
        key = (source, name, filename, type(environment), *lexing, *environment.extensions)
        if key in CODE:
            environment.preprocess(source, name, filename)
        else:
            CODE[key] = compile_anew(source, name, filename)
        return CODE[key]

    environment.compile = compiled  # type: ignore[method-assign]
    environment.from_string = from_string  # type: ignore[method-assign]


def is_constant(source: str, environment: Environment) -> bool:
    """Whether nothing in it can be rendered, with Jinja's own delimiters."""
    prefixes = environment.line_statement_prefix, environment.line_comment_prefix
    starts = environment.block_start_string, environment.variable_start_string, environment.comment_start_string
    return (
        "\r" not in source
        and not any(prefixes)
        and not any(start in source for start in starts)
        and (environment.keep_trailing_newline or not source.endswith("\n"))
    )
