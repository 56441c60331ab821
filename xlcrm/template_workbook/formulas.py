"""Formulas of display cells: the declared one with the addresses and words of its sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlcrm.spec.model import Field
from xlcrm.spec.types.texts import CUSTOMERS, PLACE, Display
from xlcrm.template_workbook.making import Making, column_name
from xlcrm.template_workbook.validations import list_name


def display_formula(field: Field, cells: Mapping[str, str], making: Making) -> str | None:
    """Return the formula of a display field, without its ``=``; None where it can't be computed.

    ``{key}`` is a field's cell (``cells``: address by key), ``{list.key}`` a vocabulary's range,
    ``{customers.key}`` a column of the workbook's customer base, ``{parameter.name}`` a value of a
    parameter, ``{vocabulary.value}`` a value as shown. Raises KeyError for anything else.
    """
    assert isinstance(field.type, Display)
    if not making.can_show(field, cells):
        return None
    spec = making.spec

    def fill(match: re.Match[str]) -> str:
        key, rest = match[1], match[2]
        if rest is None:
            return cells[key]
        if key == "list":
            return list_name(rest)
        if key == CUSTOMERS:
            return column_name(rest)
        if key in spec.vocabularies:
            return f'"{spec.vocabularies[key].label(rest, making.language)}"'
        return str(spec.parameter(key)[rest])

    return PLACE.sub(fill, field.type.formula)
