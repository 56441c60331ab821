"""Formulas of display cells: the declared one with the addresses and words of its sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlcrm.spec.model import Field, Spec
from xlcrm.spec.types.texts import PLACE, Display
from xlcrm.template_workbook.validations import list_name


def display_formula(
    field: Field, cells: Mapping[str, str], spec: Spec, language: str
) -> str | None:
    """Return the formula of a display field; None where a field that it needs isn't on the sheet.

    ``{key}`` is a field's cell (``cells``: address by key), ``{list.key}`` a vocabulary's range,
    ``{parameter.name}`` a value of a parameter, ``{vocabulary.value}`` a value as shown.
    Raises KeyError for anything else.
    """
    assert isinstance(field.type, Display)
    if any(not rest and key not in cells for key, rest in field.type.places()):
        return None

    def fill(match: re.Match[str]) -> str:
        key, rest = match[1], match[2]
        if rest is None:
            return cells[key]
        if key == "list":
            return list_name(rest)
        if key in spec.vocabularies:
            return f'"{spec.vocabularies[key].label(rest, language)}"'
        return str(spec.parameter(key)[rest])

    return "=" + PLACE.sub(fill, field.type.formula)
