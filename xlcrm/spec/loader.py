"""Reads the declarations of ``templates/`` into a Spec; names the place of a mistake in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import tomli

from xlcrm import resources
from xlcrm.spec.changes import change_table, change_vocabularies, dropped_keys
from xlcrm.spec.checks import (
    FIELD_KEYS,
    LANGUAGES,
    TABLE_KEYS,
    SpecError,
    check_field,
    check_table,
    check_vocabulary,
    know,
    labels_of,
    need,
)
from xlcrm.spec.model import Field, GridRow, Labels, Parameter, Rule, Section, Spec, Table
from xlcrm.spec.settings import Settings
from xlcrm.spec.types.registry import build_type
from xlcrm.spec.vocabulary import Choice, Vocabulary

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["SpecError", "load_settings_spec", "load_spec"]
_PARAMETER_KEYS = frozenset({"value", "zh", "en", "meaning_zh", "meaning_en"})
_CUSTOMERS = "customers"  # the role of the table on which rules of the others look


def load_spec(settings: Settings | None = None, templates: Traversable | None = None) -> Spec:
    """Return the declared tables as ``settings`` have them.

    ``templates`` is the folder of declarations, by default the installed one, which is read once.
    Raises SpecError, naming file, table and field, for a declaration that can't hold.
    """
    settings = settings or Settings()
    if templates is None:
        return _installed(json.dumps(settings.to_state()))
    return _loaded(settings, templates)


@lru_cache(maxsize=4)
def _installed(settings: str) -> Spec:
    return _loaded(Settings(**json.loads(settings)), resources.templates())


def _loaded(settings: Settings, folder: Traversable) -> Spec:
    texts = {name: _text(folder, name) for name in _files(folder)}
    lists = _vocabularies(_toml("vocabularies.toml", texts))
    lists = change_vocabularies(lists, settings.choices)
    for key in settings.choices:
        check_vocabulary(lists[key], f"settings: choices of {key}")
    tables = _tables(texts, lists, settings)
    known = frozenset(tables)
    for name in ("shown", "fields", "order"):
        know(getattr(settings, name), f"settings: {name}", known)
    return Spec(
        tables,
        lists,
        _parameters(_toml("parameters.toml", texts), settings),
        dict(settings.customer_aliases),
        _version(texts),
        dict(settings.need_aliases),
        tuple(settings.members),
        tuple(settings.customers_apart),
    )


def load_settings_spec(spec: Spec, templates: Traversable | None = None) -> Spec:
    """Return the tables of the settings workbook of a team whose declarations are ``spec``.

    Its lists of tables and of lists are those that ``spec`` has; their values are the Chinese
    labels, of the class that is the key. Raises what ``load_spec`` raises.
    """
    folder = (templates or resources.templates()).joinpath("settings")
    texts = {name: _text(folder, name) for name in ("vocabularies.toml", *_table_files(folder))}
    lists = _vocabularies(_toml("vocabularies.toml", texts))
    for key, named, is_open in (
        ("tables", spec.tables, False),
        ("lists", spec.vocabularies, True),
    ):
        choices = (
            Choice(e.labels["zh"], e.labels["en"], (e.key,), group=e.key) for e in named.values()
        )
        lists[key] = replace(lists[key], choices=tuple(choices), open=is_open)
    tables = _tables(texts, lists, Settings())
    version = f"{spec.version}-{_version(texts)}"
    return Spec(tables, lists, spec.parameters, version=version, purpose="settings")


def _files(folder: Traversable) -> Iterator[str]:
    yield from ("vocabularies.toml", "shared_fields.toml", "parameters.toml")
    yield from _table_files(folder)


def _table_files(folder: Traversable) -> Iterator[str]:
    for entry in folder.joinpath("tables").iterdir():
        if entry.name.endswith(".toml"):
            yield f"tables/{entry.name}"


def _text(folder: Traversable, name: str) -> str:
    return folder.joinpath(*name.split("/")).read_text(encoding="utf-8")


def _version(texts: Mapping[str, str]) -> str:
    every = "\0".join(texts[name] for name in sorted(texts))
    return hashlib.sha256(every.encode()).hexdigest()[:12]


def _toml(name: str, texts: Mapping[str, str]) -> dict[str, Any]:
    try:
        return tomli.loads(texts[name])
    except tomli.TOMLDecodeError as error:
        raise SpecError(f"{name}: {error}") from error


def _vocabularies(declared: Mapping[str, Any]) -> dict[str, Vocabulary]:
    return {key: _vocabulary(key, entry) for key, entry in declared.items()}


def _vocabulary(key: str, entry: Mapping[str, Any]) -> Vocabulary:
    place = f"vocabularies.toml: {key}"
    choices = [_choice(item, place) for item in entry.get("choices", ())]
    if len({choice.value for choice in choices}) != len(choices):
        raise SpecError(f"{place}: a value is declared twice")
    labels = labels_of(entry.get("label", {}), place)
    suffix = entry.get("ignore_suffix", "")
    vocabulary = Vocabulary(key, labels, tuple(choices), entry.get("open", False), suffix)
    check_vocabulary(vocabulary, place)
    return vocabulary


def _choice(item: Mapping[str, Any], place: str) -> Choice:
    need(item, f"{place}: choice {item.get('value', dict(item))}", "value", "en")
    return Choice(
        item["value"],
        item["en"],
        tuple(item.get("aliases", ())),
        item.get("polarity"),
        item.get("class"),
        item.get("lost", False),
        withheld=item.get("withheld", False),
    )


def _parameters(declared: Mapping[str, Any], settings: Settings) -> dict[str, Parameter]:
    unknown = set(settings.parameters) - set(declared)
    if unknown:
        raise SpecError(f"parameters: unknown {', '.join(sorted(unknown))}")
    return {key: _parameter(key, entry, settings) for key, entry in declared.items()}


def _parameter(key: str, entry: Mapping[str, Any], settings: Settings) -> Parameter:
    need(entry, f"parameters.toml: {key}", "value", "zh", "en", "meaning_zh", "meaning_en")
    return Parameter(
        key,
        settings.parameters.get(key, entry["value"]),
        {language: entry[language] for language in LANGUAGES},
        {language: entry[f"meaning_{language}"] for language in LANGUAGES},
        {name: given for name, given in entry.items() if name not in _PARAMETER_KEYS},
    )


def _tables(
    texts: Mapping[str, str], lists: Mapping[str, Vocabulary], settings: Settings
) -> dict[str, Table]:
    """Return the tables of all files, by key, in their order."""
    shared = _toml("shared_fields.toml", texts) if "shared_fields.toml" in texts else {}
    entries = {name: _toml(name, texts) for name in sorted(texts) if name.startswith("tables/")}
    of_customers = (name for name, each in entries.items() if each.get("role") == _CUSTOMERS)
    changes = settings.fields.get(_table_key(next(of_customers, "")), {})
    dropped = dropped_keys(changes)
    tables = [
        _table(name, each, shared, lists, settings, dropped) for name, each in entries.items()
    ]
    return {table.key: table for table in sorted(tables, key=lambda table: table.position)}


def _table_key(name: str) -> str:
    return name.removeprefix("tables/").removesuffix(".toml")


def _table(
    name: str,
    declared: Mapping[str, Any],
    shared: Mapping[str, Any],
    lists: Mapping[str, Vocabulary],
    settings: Settings,
    base_dropped: set[str],
) -> Table:
    key = _table_key(name)
    place = f"{name}: table {key}"
    know(declared, place, TABLE_KEYS)
    need(declared, place, "label", "position", "layout", "natural_key", "fields")
    fields = [_whole(place, each, shared) for each in declared["fields"]]
    changed = change_table(key, {**declared, "fields": fields}, settings, base_dropped)
    entry = changed.entry
    table = Table(
        key=key,
        labels=labels_of(entry["label"], place),
        position=entry["position"],
        layout=entry["layout"],
        document=entry.get("document", ""),
        guide=_guide(entry, place),
        fields=tuple(_field(place, each, lists) for each in entry["fields"]),
        natural_key=tuple(entry["natural_key"]),
        identity=tuple(tuple(group) for group in entry.get("identity", ())),
        id=entry.get("id"),
        date=entry.get("date"),
        recorded=entry.get("recorded"),
        owner=entry.get("owner"),
        role=entry.get("role"),
        private=entry.get("private"),
        sections=tuple(_section(place, each) for each in entry.get("sections", ())),
        grid_rows=tuple(_grid_row(place, row) for row in entry.get("grid_rows", ())),
        rules=tuple(_rule(place, each) for each in entry.get("rules", ())),
        shown_off=frozenset(settings.shown.get(key, ())),
        dropped=tuple(_field(place, each, lists) for each in changed.dropped),
    )
    check_table(table, place, lists)
    return table


def _guide(entry: Mapping[str, Any], place: str) -> Labels:
    if "guide" not in entry:
        return dict.fromkeys(LANGUAGES, "")
    return labels_of(entry["guide"], f"{place}: guide")


def _section(place: str, entry: Mapping[str, Any]) -> Section:
    need(entry, f"{place}: section", "key")
    return Section(entry["key"], labels_of(entry, f"{place}: section {entry['key']}"))


def _grid_row(place: str, entry: Mapping[str, Any]) -> GridRow:
    need(entry, f"{place}: grid row", "key", *(f"descriptions_{each}" for each in LANGUAGES))
    descriptions = {each: tuple(entry[f"descriptions_{each}"]) for each in LANGUAGES}
    return GridRow(entry["key"], labels_of(entry, f"{place}: grid row"), descriptions)


def _rule(place: str, entry: Mapping[str, Any]) -> Rule:
    need(entry, f"{place}: rule {dict(entry)}", "rule")
    return Rule(entry["rule"], {name: value for name, value in entry.items() if name != "rule"})


def _whole(table: str, entry: Mapping[str, Any], shared: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a field's declaration in full, with what it takes from the shared fields."""
    place = f"{table}: field {entry.get('key', dict(entry))}"
    need(entry, place, "key")
    if entry.get("use"):
        if entry["key"] not in shared:
            raise SpecError(f"{place}: not in shared_fields.toml")
        entry = shared[entry["key"]] | entry
    labels_of(entry, place)
    return entry


def _field(table: str, entry: Mapping[str, Any], lists: Mapping[str, Vocabulary]) -> Field:
    key = entry["key"]
    place = f"{table}: field {key}"
    check_field(entry, place)
    try:
        field_type = build_type(entry, lists)
    except KeyError as error:
        raise SpecError(f"{place}: unknown or missing {error.args[0]}") from error
    return Field(
        key=key,
        labels=labels_of(entry, place),
        type=field_type,
        level=entry.get("level", "core"),
        required=entry.get("required", False),
        aliases=tuple(entry.get("aliases", ())),
        section=entry.get("section"),
        help={each: entry.get(f"help_{each}", "") for each in LANGUAGES},
        example={
            each: entry[name]
            for each, name in zip(LANGUAGES, ("example", "example_en"), strict=True)
            if name in entry
        },
        options={k: v for k, v in entry.items() if k not in FIELD_KEYS},
    )
