"""The rows of a new settings workbook: what holds now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xlcrm.findings import Language
from xlcrm.records import Values
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.choices import Choice, Many
from xlcrm.spec.vocabulary import Vocabulary
from xlcrm.team_settings.parameters import parameter_text


def declared_rows(spec: Spec, settings_spec: Spec, language: Language) -> dict[str, list[Values]]:
    """Return the rows of each sheet by its table; sheets that a team fills alone have none.

    Names and meanings of parameters, which nobody reads back, are in ``language``.
    """
    own = settings_spec.vocabularies
    return {
        "fields": [row for table in spec.tables.values() for row in _fields(table, own)],
        "choices": [row for each in spec.vocabularies.values() for row in _choices(each, own)],
        "parameters": list(_parameters(spec, {**spec.vocabularies, **own}, language)),
    }


def _fields(table: Table, own: Mapping[str, Vocabulary]) -> Iterator[Values]:
    shown = {each.key for each in table.shown()}
    for place, field in enumerate(table.fields, 1):
        kind = field.type
        listed = kind.vocabulary if isinstance(kind, Choice | Many) else None
        yield _filled(
            table=table.labels["zh"],
            key=field.key,
            label=field.labels["zh"],
            label_en=field.labels["en"],
            type=_standing_for(own["field_type"], kind.name),
            required=_standing_for(own["yes_no"], "yes" if field.required else "no"),
            list=listed.labels["zh"] if listed else "",
            position=place,
            shown=_standing_for(own["field_state"], "shown" if field.key in shown else "hidden"),
            help=field.help["zh"],
            help_en=field.help["en"],
        )


def _choices(vocabulary: Vocabulary, own: Mapping[str, Vocabulary]) -> Iterator[Values]:
    for choice in vocabulary.choices:
        polarity = choice.polarity
        yield _filled(
            list=vocabulary.labels["zh"],
            value=choice.value,
            label_en=choice.english,
            aliases=list(choice.aliases),
            polarity=_standing_for(own["polarity"], polarity) if polarity else "",
            shown=_standing_for(own["yes_no"], "yes" if choice.shown else "no"),
            until=choice.until or "",
        )


def _parameters(
    spec: Spec, lists: Mapping[str, Vocabulary], language: Language
) -> Iterator[Values]:
    for parameter in spec.parameters.values():
        yield _filled(
            key=parameter.key,
            label=parameter.labels[language],
            value=parameter_text(parameter, lists, language),
            meaning=parameter.meanings[language],
        )


def _standing_for(vocabulary: Vocabulary, meaning: str) -> str:
    """Return the value that stands for what the declarations call ``meaning``."""
    return next(each.value for each in vocabulary.choices if each.group == meaning)


def _filled(**values: object) -> Values:
    return {name: value for name, value in values.items() if value not in ("", [])}  # type: ignore[misc]
