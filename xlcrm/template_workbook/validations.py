"""The rules of a sheet while people type: dropdowns, dates, numbers and input messages."""

from __future__ import annotations

from datetime import date
from typing import Any

from xlcrm.findings import Language
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field
from xlcrm.spec.types.base import FieldType, Validation
from xlcrm.spec.types.texts import TICKED, UNTICKED

_TITLE_LIMIT, _MESSAGE_LIMIT = 32, 255  # Excel's
_UNBOUNDED = 1e12


def list_name(vocabulary: str) -> str:
    """Return the defined name of a vocabulary's values."""
    return f"list_{vocabulary}"


def cell_rule(field: Field, language: Language, choice: str | None = None) -> dict[str, Any] | None:
    """Return what xlsxwriter's ``data_validation`` takes for cells of ``field``.

    ``choice`` is the defined name of values that are offered beside any other text.
    None for a field that takes any text and has no message to show: that is no rule.
    """
    rule = type_rule(field.type, language)
    if choice:
        rule = {"validate": "list", "source": f"={choice}", "show_error": False}
    title = field.labels[language][:_TITLE_LIMIT]
    message = field.help[language][:_MESSAGE_LIMIT]
    if message:
        return rule | {"input_title": title, "input_message": message}
    return None if rule["validate"] == "any" else rule


def type_rule(kind: FieldType, language: Language) -> dict[str, Any]:
    """Return the rule of cells of a type, without an input message."""
    return _rule(kind.validation, Words(language))


def tick_rule() -> dict[str, Any]:
    """Return the rule of a tick cell: ticked or not."""
    return {"validate": "list", "source": [TICKED, UNTICKED]}


def _rule(validation: Validation | None, words: Words) -> dict[str, Any]:
    if validation is None:
        return {"validate": "any"}
    if validation.kind == "tick":
        return tick_rule()
    if validation.kind == "list":
        rule: dict[str, Any] = {
            "validate": "list",
            "source": f"={list_name(validation.source or '')}",
        }
        message = words("blank.choose")
        return rule | {"show_error": validation.strict, "error_message": message}
    if validation.kind == "date":
        message = words("blank.date_form")
        between = {"minimum": validation.low, "maximum": validation.high}
        assert isinstance(validation.low, date)
        # A warning only: a date in words (2024年5月20日) is read as well.
        return (
            {"validate": "date", "criteria": "between", "error_type": "warning"}
            | between
            | {"error_message": message}
        )
    low = -_UNBOUNDED if validation.low is None else validation.low
    high = _UNBOUNDED if validation.high is None else validation.high
    return {
        "validate": validation.kind,
        "criteria": "between",
        "minimum": low,
        "maximum": high,
        "error_message": words("blank.number_form", low=f"{low:g}", high=f"{high:g}"),
    }
