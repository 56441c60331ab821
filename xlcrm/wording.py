"""Wording by jinja2: the texts of ``templates/text``, which hold words and no logic."""

from __future__ import annotations

from functools import cache

import jinja2

from xlcrm import resources


def render(name: str, language: str, **context: object) -> str:
    """Return the text ``<name>.<language>.j2`` filled in.

    Raises jinja2.UndefinedError where the text names what ``context`` does not hold.
    """
    return _environment().get_template(f"{name}.{language}.j2").render(context)


def source_of(file: str) -> str:
    """Return one of our texts as it is written, such as ``narrative.zh.j2``."""
    return resources.templates().joinpath("text", file).read_text("utf-8")


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(source_of),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # plain text for cells, never markup
    )
