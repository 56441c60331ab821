"""What a declaration must satisfy; a mistake is named with its file, table and field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xlcrm.spec.model import CUSTOMER, Field, Rule, Table
from xlcrm.spec.types.texts import Display
from xlcrm.spec.vocabulary import Vocabulary
from xlcrm.text import fold

LANGUAGES = ("zh", "en")
LEVELS = ("core", "ext", "off")
LAYOUTS = ("list", "form")
# ruff: noqa: SIM905  (long lists of words are read more easily as words)
FIELD_KEYS = frozenset(
    "key use zh en type level required aliases section example example_en help_zh help_en".split()
)
OPTION_KEYS = frozenset(
    "list remark arrow deadline prefix digits pattern min max step whole unit parts columns rows "
    "formula number_format split_into words_into credit_code_in_brackets "
    "width lines wide ticks grid row column beside".split()
)
TABLE_KEYS = frozenset(
    "label position layout document id natural_key identity date recorded owner role private guide "
    "sections rules fields grid_rows".split()
)
# Arguments of rules that hold values, or a field of the customers' table; all others name fields.
RULE_VALUES = frozenset({"in", "fit", "base"})


class SpecError(Exception):
    """A mistake in a declaration; its text names the file, the table and the field."""


def need(entry: Mapping[str, Any], place: str, *names: str) -> None:
    """Check that ``entry`` has all of ``names``. Raises SpecError."""
    missing = [name for name in names if name not in entry]
    if missing:
        raise SpecError(f"{place}: {', '.join(missing)} is missing")


def know(entry: Mapping[str, Any], place: str, known: frozenset[str]) -> None:
    """Check that ``entry`` holds none but the ``known``. Raises SpecError."""
    unknown = sorted(set(entry) - known)
    if unknown:
        raise SpecError(f"{place}: unknown {', '.join(unknown)}")


def labels_of(entry: Mapping[str, Any], place: str) -> dict[str, str]:
    """Return the label in every language. Raises SpecError where one is missing."""
    for language in LANGUAGES:
        if not entry.get(language):
            raise SpecError(f"{place}: the label in {language} is missing")
    return {language: entry[language] for language in LANGUAGES}


def check_field(entry: Mapping[str, Any], place: str) -> None:
    """Check the attributes of a field against each other. Raises SpecError."""
    know(entry, place, FIELD_KEYS | OPTION_KEYS)
    need(entry, place, "type")
    if entry.get("level", "core") not in LEVELS:
        raise SpecError(f"{place}: level is one of {', '.join(LEVELS)}")
    if "grid" in entry:
        need(entry, place, "row", "column")
    for part in (*entry.get("parts", ()), *entry.get("columns", ())):
        need(part, place, "key")
        labels_of(part, f"{place}: {part['key']}")


def check_vocabulary(vocabulary: Vocabulary, place: str) -> None:
    """Check that a word means one choice alone. Raises SpecError."""
    owners: dict[str, str] = {}
    if not vocabulary.choices:
        raise SpecError(f"{place}: choices is missing")
    for choice in vocabulary.choices:
        for word in {fold(each) for each in (choice.value, choice.english, *choice.aliases)}:
            if owners.setdefault(word, choice.value) != choice.value:
                raise SpecError(f"{place}: {choice.value}: {word} is {owners[word]}'s")


def check_table(table: Table, place: str, lists: Mapping[str, Vocabulary]) -> None:
    """Check what a table says of its own fields. Raises SpecError."""
    if table.layout not in LAYOUTS:
        raise SpecError(f"{place}: layout is one of {', '.join(LAYOUTS)}")
    if len(table.by_key) != len(table.fields):
        raise SpecError(f"{place}: a field key is declared twice")
    _check_labels(table, place)
    for name, key in _named_fields(table):
        if key not in table.by_key:
            raise SpecError(f"{place}: {name}: there is no field {key}")
    sections = {section.key for section in table.sections}
    for each in table.fields:
        if table.layout == "form" and each.section not in sections:
            raise SpecError(f"{place}: field {each.key}: there is no section {each.section}")
        if isinstance(each.type, Display):
            _check_formula(each, each.type, table, place, lists)


def _check_labels(table: Table, place: str) -> None:
    owners: dict[str, str] = {}
    for each in table.fields:
        for label in {*each.label_keys}:
            if owners.setdefault(label, each.key) != each.key:
                raise SpecError(f"{place}: field {each.key}: label {label} is {owners[label]}'s")


def _named_fields(table: Table) -> Iterator[tuple[str, str]]:
    """Yield (what names it, key) of every field that the table's own attributes name."""
    for name in ("id", "date", "recorded", "owner", "private"):
        if key := getattr(table, name):
            yield name, key
    groups = {"natural_key": table.natural_key, "shown": table.shown_off}
    groups |= {"identity": tuple(key for group in table.identity for key in group)}
    for name, keys in groups.items():
        yield from ((name, key) for key in keys if key != CUSTOMER)
    for rule in table.rules:
        yield from ((f"rule {rule.name}", key) for key in rule_fields(rule))


def rule_fields(rule: Rule) -> Iterator[str]:
    """Yield the keys of the fields that a rule of a table names."""
    for name, value in rule.arguments.items():
        if name not in RULE_VALUES:
            for key in [value] if isinstance(value, str) else value:
                yield key.partition(".")[0]


def _check_formula(
    field: Field, kind: Display, table: Table, place: str, lists: Mapping[str, Vocabulary]
) -> None:
    for key, rest in kind.places():
        known = rest in lists if key == "list" else bool(rest) or key in table.by_key
        if not known:
            raise SpecError(f"{place}: field {field.key}: the formula names {rest or key}")
