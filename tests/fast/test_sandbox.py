"""Nothing that a template says reaches a file, a folder or git: what it finds by name, asked for the worst."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from extensions import git
from extensions.answers.choices import adoptable
from extensions.errors import BlocksError
from extensions.expressions import given_context, make_environment
from extensions.rendering import compose
from tests.proofs.hostile import offered
from tests.units import CATALOGUE

ENVIRONMENT = make_environment(CATALOGUE)
ANSWERS = {"components": [], "installed": [], "binder_dir": "binder", "python_version": "3.13"}
ANSWERS |= {"course_name": "C", "course_slug": "c", "keep_data": "image"}
READING = (
    "{{ verbatim('/etc/passwd') }}",
    "{{ verbatim('../' * 20 ~ 'etc/passwd') }}",
    "{{ bundle('/etc') }}",
    "{% include '/etc/passwd' %}",
    "{% include '../' * 20 ~ 'etc/passwd' %}",
    "{{ place.read_text() }}",
    "{{ (place / 'x').read_text() }}",
    "{{ (place | attr('read_text'))() }}",
    "{{ [place] | map(attribute='parent') | first }}",
    "{{ place['parent'] }}",
    "{{ place.parent.joinpath('x').write_text('y') }}",
    "{{ partial.func() }}",
    "{{ partial['args'] }}",
    "{{ '*' | fileglob }}",
    "{{ '$HOME' | expandvars }}",
    "{{ '~' | expanduser }}",
    "{{ composition.__init__ }}",
    "{{ composition.render.__globals__ }}",
    "{{ composition.components.__class__ }}",
)


@pytest.mark.parametrize("source", READING)
def test_a_template_reads_nothing(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    composition = compose(CATALOGUE, ANSWERS, ENVIRONMENT)
    monkeypatch.setattr(git, "run", None)
    names = {"place": Path(__file__), "partial": functools.partial(print), "composition": composition}
    try:
        text = ENVIRONMENT.from_string(source).render(names)
    except (SecurityError, BlocksError):
        return
    except Exception as error:  # no such template, no such filter
        assert type(error).__module__.startswith("jinja2")  # noqa: PT017
        return
    assert text == ""


def test_a_template_cannot_exchange_what_the_engine_looks_at() -> None:
    """Such as Copier's destination, in which git is run."""
    seen = []

    @pass_context
    def look(context: Context) -> str:
        seen.append(given_context(context)["_copier_conf"])
        return ""

    environment = SandboxedEnvironment()
    environment.globals["look"] = look
    environment.from_string("{% set _copier_conf = 'mine' %}{{ look() }}").render(_copier_conf="yours")
    assert seen == ["yours"]


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"))), unique=True))
def test_a_menu_comes_out_as_it_went_in(names: list[str]) -> None:
    """Copier renders each of its entries once more."""
    names = [name for name in names if name != "."]
    assert offered(adoptable(names)) == names


def test_the_entries_would_be_rendered() -> None:
    """The test above can fail."""
    assert offered("label: binder_{{ 7 * 7 }}") == ["binder_49"]
