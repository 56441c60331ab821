"""The field types by the names that declarations use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xlcrm.spec.types.action_text import ActionDue, ActionText
from xlcrm.spec.types.actions import Actions
from xlcrm.spec.types.base import FieldType
from xlcrm.spec.types.choices import Change, Choice, Many, Tick
from xlcrm.spec.types.codes import CreditCode, Id, Reference
from xlcrm.spec.types.dates import Day, DayTime, Due, MonthDay, TimeRange
from xlcrm.spec.types.numbers import Integer, Number, Score
from xlcrm.spec.types.texts import CodedName, Contact, ContactInfo, Display, Items, Split, Text
from xlcrm.spec.vocabulary import Vocabulary

Attributes = Mapping[str, Any]
Vocabularies = Mapping[str, Vocabulary]


def _choice(attributes: Attributes, lists: Vocabularies) -> FieldType:
    vocabulary = lists[attributes["list"]]
    if attributes.get("arrow"):
        return Change(vocabulary)
    return Choice(vocabulary, attributes.get("remark", ""))


def _many(attributes: Attributes, lists: Vocabularies) -> FieldType:
    return Many(lists[attributes["list"]] if "list" in attributes else None)


def _number(kind: type[Number]) -> Callable[[Attributes, Vocabularies], FieldType]:
    def build(attributes: Attributes, lists: Vocabularies) -> FieldType:
        names = {"min": "low", "max": "high", "step": "step", "unit": "unit"}
        given = {names[name]: attributes[name] for name in names if name in attributes}
        return kind(**given | ({"step": 1} if attributes.get("whole") else {}))

    return build


def _id(kind: type[Id]) -> Callable[[Attributes, Vocabularies], FieldType]:
    def build(attributes: Attributes, lists: Vocabularies) -> FieldType:
        names = ("prefix", "digits", "pattern")
        return kind(**{name: attributes[name] for name in names if name in attributes})

    return build


def _name(attributes: Attributes, lists: Vocabularies) -> FieldType:
    code_field = attributes.get("credit_code_in_brackets")
    return CodedName(code_field) if code_field else FieldType()


def _plain(kind: type[FieldType]) -> Callable[[Attributes, Vocabularies], FieldType]:
    return lambda attributes, lists: kind()


def _worded(
    plain: type[FieldType], worded: Callable[..., FieldType]
) -> Callable[[Attributes, Vocabularies], FieldType]:
    def build(attributes: Attributes, lists: Vocabularies) -> FieldType:
        words_into = attributes.get("words_into")
        return worded(words_into=words_into) if words_into else plain()

    return build


_BUILDERS: Mapping[str, Callable[[Attributes, Vocabularies], FieldType]] = {
    **{
        kind.name: _plain(kind)
        for kind in (
            Items,
            ContactInfo,
            CreditCode,
            DayTime,
            TimeRange,
            MonthDay,
            Tick,
        )
    },
    "name": _name,
    "text": _worded(Text, ActionText),
    "deadline": _worded(Due, ActionDue),
    "date": lambda attributes, lists: Day(attributes.get("deadline", False)),
    "contact": lambda attributes, lists: Contact(attributes.get("split_into", {})),
    "id": _id(Id),
    "reference": _id(Reference),
    "choice": _choice,
    "many": _many,
    "integer": _number(Integer),
    "number": _number(Number),
    "score": _number(Score),
    "split": lambda attributes, lists: Split(tuple(attributes["parts"])),
    "actions": lambda attributes, lists: Actions(
        tuple(attributes["columns"]), attributes.get("rows", 5)
    ),
    "display": lambda attributes, lists: Display(attributes["formula"]),
}


def build_type(attributes: Attributes, lists: Vocabularies) -> FieldType:
    """Return the field type that ``attributes`` declare.

    Raises KeyError naming the type, vocabulary or attribute that does not exist.
    """
    return _BUILDERS[attributes["type"]](attributes, lists)
