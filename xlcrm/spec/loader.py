"""Reads the declarations of ``templates/`` into a Spec; names the place of a mistake in them."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any

from xlcrm import resources
from xlcrm.spec.model import Field, GridRow, Parameter, Rule, Section, Spec, Table
from xlcrm.spec.settings import Settings
from xlcrm.spec.types.registry import build_type
from xlcrm.spec.vocabulary import Choice, Vocabulary

_LANGUAGES = ("zh", "en")
_LEVELS = ("core", "ext", "off")
_FIELD = {"key", "zh", "en", "type", "level", "required", "aliases", "section", "example", "use"}
_HELP = {"help_zh", "help_en"}


class SpecError(Exception):
    """A mistake in a declaration; its text names the file, the table and the field."""


def load_spec(settings: Settings | None = None, templates: Traversable | None = None) -> Spec:
    """Return the declared tables as ``settings`` have them.

    ``templates`` is the folder of declarations, by default the installed one.
    Raises SpecError, naming file, table and field, for a declaration that can't hold.
    """
    settings = settings or Settings()
    folder = templates or resources.templates()
    texts = {name: _text(folder, name) for name in _files(folder)}
    lists = _vocabularies(_toml("vocabularies.toml", texts))
    shared = _toml("shared_fields.toml", texts)
    names = sorted(name for name in texts if name.startswith("tables/"))
    tables = [_table(name, _toml(name, texts), shared, lists, settings) for name in names]
    return Spec(
        {table.key: table for table in sorted(tables, key=lambda table: table.position)},
        lists,
        _parameters(_toml("parameters.toml", texts), settings),
        dict(settings.customer_aliases),
        hashlib.sha256("\0".join(texts[name] for name in sorted(texts)).encode()).hexdigest()[:12],
    )


def _files(folder: Traversable) -> Iterator[str]:
    yield from ("vocabularies.toml", "shared_fields.toml", "parameters.toml")
    for entry in folder.joinpath("tables").iterdir():
        if entry.name.endswith(".toml"):
            yield f"tables/{entry.name}"


def _text(folder: Traversable, name: str) -> str:
    return folder.joinpath(*name.split("/")).read_text(encoding="utf-8")


def _toml(name: str, texts: Mapping[str, str]) -> dict[str, Any]:
    try:
        return tomllib.loads(texts[name])
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{name}: {error}") from error


def _vocabularies(declared: Mapping[str, Any]) -> dict[str, Vocabulary]:
    return {key: _vocabulary(key, entry) for key, entry in declared.items()}


def _vocabulary(key: str, entry: Mapping[str, Any]) -> Vocabulary:
    place = f"vocabularies.toml: {key}"
    seen: set[str] = set()
    choices = []
    for item in entry.get("choices", ()):
        if "value" not in item or "en" not in item:
            raise SpecError(f"{place}: a choice needs value and en, found {dict(item)}")
        if item["value"] in seen:
            raise SpecError(f"{place}: {item['value']} is declared twice")
        seen.add(item["value"])
        choices.append(
            Choice(
                item["value"],
                item["en"],
                tuple(item.get("aliases", ())),
                item.get("polarity"),
                item.get("class"),
                item.get("lost", False),
            )
        )
    labels = _labels(entry.get("label", {}), place)
    suffix = entry.get("ignore_suffix", "")
    return Vocabulary(key, labels, tuple(choices), entry.get("open", False), suffix)


def _parameters(declared: Mapping[str, Any], settings: Settings) -> dict[str, Parameter]:
    unknown = set(settings.parameters) - set(declared)
    if unknown:
        raise SpecError(f"parameters: unknown {', '.join(sorted(unknown))}")
    return {
        key: Parameter(
            key,
            settings.parameters.get(key, entry["value"]),
            {"zh": entry["zh"], "en": entry["en"]},
            {"zh": entry["meaning_zh"], "en": entry["meaning_en"]},
        )
        for key, entry in declared.items()
    }


def _table(
    name: str,
    entry: Mapping[str, Any],
    shared: Mapping[str, Any],
    lists: Mapping[str, Vocabulary],
    settings: Settings,
) -> Table:
    key = name.removeprefix("tables/").removesuffix(".toml")
    for needed in ("label", "position", "layout", "natural_key", "fields"):
        if needed not in entry:
            raise SpecError(f"{name}: table {key}: {needed} is missing")
    sections = tuple(
        Section(s["key"], _labels(s, f"{name}: section")) for s in entry.get("sections", ())
    )
    fields = tuple(_field(name, each, shared, lists) for each in entry["fields"])
    table = Table(
        key=key,
        labels=_labels(entry["label"], f"{name}: table {key}"),
        position=entry["position"],
        layout=entry["layout"],
        document=entry.get("document", ""),
        guide=_labels(entry.get("guide", {"zh": "", "en": ""}), f"{name}: guide"),
        fields=fields,
        natural_key=tuple(entry["natural_key"]),
        identity=tuple(tuple(group) for group in entry.get("identity", ())),
        id=entry.get("id"),
        date=entry.get("date"),
        recorded=entry.get("recorded"),
        owner=entry.get("owner"),
        role=entry.get("role"),
        sections=sections,
        grid_rows=tuple(_grid_row(name, row) for row in entry.get("grid_rows", ())),
        rules=tuple(_rules(entry.get("rules", ()))),
        shown_off=frozenset(settings.shown.get(key, ())),
    )
    _check_table(name, table)
    return table


def _grid_row(name: str, entry: Mapping[str, Any]) -> GridRow:
    descriptions = {each: tuple(entry.get(f"descriptions_{each}", ())) for each in _LANGUAGES}
    return GridRow(entry["key"], _labels(entry, f"{name}: grid row"), descriptions)


def _rules(entries: Any) -> Iterator[Rule]:
    for entry in entries:
        arguments = dict(entry)
        yield Rule(arguments.pop("rule"), arguments)


def _field(
    name: str, entry: Mapping[str, Any], shared: Mapping[str, Any], lists: Mapping[str, Vocabulary]
) -> Field:
    key = entry.get("key")
    place = f"{name}: field {key or dict(entry)}"
    if not key:
        raise SpecError(f"{place}: key is missing")
    if entry.get("use"):
        if key not in shared:
            raise SpecError(f"{place}: not in shared_fields.toml")
        entry = shared[key] | entry
    if entry.get("level", "core") not in _LEVELS:
        raise SpecError(f"{place}: level is one of {', '.join(_LEVELS)}")
    try:
        field_type = build_type(entry, lists)
    except KeyError as error:
        raise SpecError(f"{place}: unknown or missing {error.args[0]}") from error
    return Field(
        key=key,
        labels=_labels(entry, place),
        type=field_type,
        level=entry.get("level", "core"),
        required=entry.get("required", False),
        aliases=tuple(entry.get("aliases", ())),
        section=entry.get("section"),
        help={each: entry.get(f"help_{each}", "") for each in _LANGUAGES},
        example=entry.get("example", ""),
        options={k: v for k, v in entry.items() if k not in _FIELD | _HELP},
    )


def _labels(entry: Mapping[str, Any], place: str) -> dict[str, str]:
    for language in _LANGUAGES:
        if language not in entry:
            raise SpecError(f"{place}: the label in {language} is missing")
    return {language: entry[language] for language in _LANGUAGES}


def _check_table(name: str, table: Table) -> None:
    """Check what a table says of its own fields. Raises SpecError."""
    place = f"{name}: table {table.key}"
    if table.layout not in ("list", "form"):
        raise SpecError(f"{place}: layout is list or form")
    if len(table.by_key) != len(table.fields):
        raise SpecError(f"{place}: a field key is declared twice")
    owners: dict[str, str] = {}
    for each in table.fields:
        for label in {*each.label_keys()}:
            if owners.setdefault(label, each.key) != each.key:
                raise SpecError(f"{place}: field {each.key}: label {label} is {owners[label]}'s")
    named = [table.id, table.date, table.recorded, table.owner, *table.natural_key]
    named += [key for group in table.identity for key in group]
    sections = {section.key for section in table.sections}
    for key in (key for key in named if key and key != "customer"):
        if key not in table.by_key:
            raise SpecError(f"{place}: there is no field {key}")
    for each in table.fields if table.layout == "form" else ():
        if each.section not in sections:
            raise SpecError(f"{place}: field {each.key}: there is no section {each.section}")
