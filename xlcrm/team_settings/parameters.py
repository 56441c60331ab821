"""Parameters as text in a cell, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from xlcrm.findings import Finding
from xlcrm.records import Value
from xlcrm.spec.model import Parameter, Spec
from xlcrm.spec.types.base import BLANK, Problem, ReadContext, Reading
from xlcrm.spec.types.choices import Choice
from xlcrm.spec.types.dates import Day
from xlcrm.spec.types.numbers import Integer, Number
from xlcrm.spec.vocabulary import Vocabulary
from xlcrm.team_settings.rows import Row
from xlcrm.text import clean

Lists = Mapping[str, Vocabulary]
_BETWEEN = re.compile(r"[;、,\n]+")
_PAIR = re.compile(r"(.+?)\s*[=:]\s*(.+)")
_YES = "yes"


def read_parameters(
    rows: Iterable[Row], spec: Spec, lists: Lists
) -> tuple[dict[str, Any], list[Finding]]:
    """Return the values that differ from those of ``spec``, and what is wrong.

    ``lists`` are the team's lists and those of the settings workbook.
    """
    values: dict[str, Any] = {}
    findings: list[Finding] = []
    for row in rows:
        parameter = spec.parameters.get(row.text("key"))
        if parameter is None:
            if row.value("key") is not None:
                findings.append(row.mistake("key", "parameter", suggestion=_like(row, spec)))
            continue
        text = clean(row.text("value").replace("\n", ";"))
        if not text and parameter.options["form"] not in ("days", "tables"):
            continue
        reading = _READERS[parameter.options["form"]](text, parameter, lists)
        for problem in reading.problems:
            if problem.code != "normalised":
                findings.append(row.problem("value", problem, label=parameter.labels))
        if isinstance(reading.value, list) and (apart := _apart(reading.value, spec)):
            findings.append(row.mistake("value", "apart", apart))
        elif reading.value is not None and reading.value != parameter.value:
            values[parameter.key] = reading.value
    return values, findings


def _apart(values: Sequence[str], spec: Spec) -> str:
    """Return the tables among ``values`` that must not be in a workbook that is shared."""
    named = (spec.tables[each] for each in values if each in spec.tables)
    return "、".join(table.labels["zh"] for table in named if table.private)


def _like(row: Row, spec: Spec) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(row.text("key"), spec.parameters, n=1)), None)


def parameter_text(parameter: Parameter, lists: Lists, language: str) -> str:
    """Return a value as its cell has it; reading that text gives the value back."""
    form, value = parameter.options["form"], parameter.value
    comma = "、" if language == "zh" else "; "
    if form == "share":
        return f"{_number(round(value * 100, 6))}%"
    if form == "switch":
        return _label(lists["yes_no"], _YES if value else "no", language)
    if form == "language":
        return _label(lists["language"], value, language)
    if form == "choice":
        return lists[parameter.options["list"]].label(value, language)
    if form == "tables":
        return comma.join(_label(lists["tables"], key, language) for key in value)
    if form == "days":
        return comma.join(map(str, value))
    if form == "mapping":
        names = lists[parameter.options["list"]]
        return ";".join(f"{names.label(k, language)}={_number(v)}" for k, v in value.items())
    return _number(value)


def _number(value: float) -> str:
    return f"{value:g}"


def _label(vocabulary: Vocabulary, meaning: str, language: str) -> str:
    """Return the value that stands for ``meaning``, as shown in ``language``."""
    value = next(each.value for each in vocabulary.choices if each.group == meaning)
    return vocabulary.label(value, language)


def _read_number(text: str, parameter: Parameter, lists: Lists) -> Reading:
    options = parameter.options
    kind = Integer if options["form"] == "integer" else Number
    return kind(options["min"], options["max"]).read(text, ReadContext())


def _read_share(text: str, parameter: Parameter, lists: Lists) -> Reading:
    if not text.endswith("%"):
        return _read_number(text, parameter, lists)
    bounds = (100 * parameter.options[name] for name in ("min", "max"))
    reading = Number(*bounds).read(text.removesuffix("%"), ReadContext())
    if reading.value is None:
        return reading
    assert isinstance(reading.value, int | float)
    return Reading(reading.value / 100)


def _read_switch(text: str, parameter: Parameter, lists: Lists) -> Reading:
    reading = _meaning(text, lists["yes_no"])
    return reading if reading.value is None else Reading(reading.value == _YES)


def _read_language(text: str, parameter: Parameter, lists: Lists) -> Reading:
    return _meaning(text, lists["language"])


def _read_choice(text: str, parameter: Parameter, lists: Lists) -> Reading:
    return Choice(lists[parameter.options["list"]]).read(text, ReadContext())


def _read_tables(text: str, parameter: Parameter, lists: Lists) -> Reading:
    readings = [_meaning(word, lists["tables"]) for word in _words(text)]
    if not readings:
        return BLANK
    return _joined(readings)


def _read_days(text: str, parameter: Parameter, lists: Lists) -> Reading:
    return _joined([_with_word(word, Day().read(word, ReadContext())) for word in _words(text)])


def _read_mapping(text: str, parameter: Parameter, lists: Lists) -> Reading:
    options, mapping = parameter.options, dict[str, Any]()
    problems: list[Problem] = []
    for word in _words(text):
        pair = _PAIR.fullmatch(word)
        if not pair:
            problems.append(_wrong("mapping", word))
            continue
        name = Choice(lists[options["list"]]).read(pair[1], ReadContext())
        number = Number(options["min"], options["max"]).read(pair[2], ReadContext())
        problems += _with_word(pair[1], name).problems + _with_word(pair[2], number).problems
        if str(name.value) in mapping:
            problems.append(_wrong("twice", pair[1]))
        elif name.value is not None and number.value is not None:
            mapping[str(name.value)] = number.value
    problems = [each for each in problems if each.code != "normalised"]
    problems = problems or list(_unfit(mapping, parameter))
    if problems:
        return Reading(None, tuple(problems[:1]))
    return Reading(_in_order(mapping, parameter))


def _unfit(mapping: Mapping[str, float], parameter: Parameter) -> Iterator[Problem]:
    """Yield what a mapping of numbers as a whole lacks."""
    if parameter.options.get("whole") and set(mapping) != set(parameter.value):
        yield _wrong("whole", "、".join(parameter.value))
    elif parameter.options.get("falling"):
        numbers = [mapping[key] for key in parameter.value]
        if any(later >= earlier for earlier, later in pairwise(numbers)):
            yield _wrong("falling", "、".join(parameter.value))


def _in_order(mapping: dict[str, Any], parameter: Parameter) -> dict[str, Any]:
    """Return a mapping with its keys as declared: their order may mean something."""
    keys = [*(key for key in parameter.value if key in mapping), *mapping]
    return {key: mapping[key] for key in dict.fromkeys(keys)}


def _wrong(detail: str, others: str) -> Problem:
    return Problem("bad-setting", None, {"detail": detail, "others": f" ({others})"})


def _words(text: str) -> list[str]:
    return [word.strip() for word in _BETWEEN.split(text) if word.strip()]


def _meaning(word: str, vocabulary: Vocabulary) -> Reading:
    reading = _with_word(word, Choice(vocabulary).read(word, ReadContext()))
    if reading.value is None:
        return reading
    return Reading(vocabulary.group(str(reading.value)))


def _with_word(word: str, reading: Reading) -> Reading:
    """Return a reading whose problems name the part of the cell that they are about."""
    told = {"value": word}
    problems = (each._replace(parameters={**each.parameters, **told}) for each in reading.problems)
    return Reading(reading.value, tuple(problems))


def _joined(readings: list[Reading]) -> Reading:
    problems = [each for reading in readings for each in reading.problems]
    problems = [each for each in problems if each.code != "normalised"]
    if problems:
        return Reading(None, tuple(problems[:1]))  # a cell says one thing at a time
    values: list[Value] = [reading.value for reading in readings if reading.value is not None]
    return Reading(list(dict.fromkeys(map(str, values))))


_READERS: Mapping[str, Callable[[str, Parameter, Lists], Reading]] = {
    "number": _read_number,
    "integer": _read_number,
    "share": _read_share,
    "switch": _read_switch,
    "language": _read_language,
    "choice": _read_choice,
    "tables": _read_tables,
    "days": _read_days,
    "mapping": _read_mapping,
}
