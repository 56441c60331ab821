"""The declarations as a team's settings change them, before anything is built of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from xlcrm.spec.checks import RULE_VALUES
from xlcrm.spec.settings import DROPPED, HIDDEN, Change, Settings
from xlcrm.spec.types.texts import PLACE
from xlcrm.spec.vocabulary import Choice, Vocabulary
from xlcrm.text import label_key
from xlcrm.values import dataclass

Entry = Mapping[str, Any]
# Attributes of a field that name fields, and those of a table that may go without theirs.
_NAMING = ("split_into", "words_into", "credit_code_in_brackets")
_OPTIONAL = ("recorded", "owner")
_CUSTOMERS = "customers"  # in a formula: the table of customers
_PAIRED = {"scores", "levels"}  # lists whose members belong together
_LABELS = ("zh", "en")


@dataclass(frozen=True)
class ChangedTable:
    """A table's declaration as the settings have it, and the fields that they dropped from it, with
    those that were computed from these."""

    entry: Entry
    dropped: Sequence[Entry]


def change_vocabularies(
    lists: Mapping[str, Vocabulary], choices: Mapping[str, Sequence[Change]]
) -> dict[str, Vocabulary]:
    """Return the vocabularies with changed and added choices; an unknown list is a new one."""
    changed = dict(lists)
    for key, changes in choices.items():
        vocabulary = lists.get(key) or Vocabulary(key, dict.fromkeys(_LABELS, key), ())
        changed[key] = replace(vocabulary, choices=_changed_choices(vocabulary, changes))
    return changed


def _changed_choices(vocabulary: Vocabulary, changes: Sequence[Change]) -> tuple[Choice, ...]:
    choices = list(vocabulary.choices)
    for change in changes:
        values = [choice.value for choice in choices]
        known = vocabulary.by_value.get(change["value"])
        made = {name: given for name, given in change.items() if name not in ("after", "en")}
        made |= {"aliases": tuple(made["aliases"])} if "aliases" in made else {}
        made |= {"english": change["en"]} if "en" in change else {}
        if known:
            choices[values.index(known.value)] = replace(known, **made)
        else:
            after = change.get("after")
            place = values.index(after) + 1 if after in values else len(choices) * (after != "")
            choices.insert(place, Choice(**{"english": change["value"], **made}))
    return tuple(choices)


def change_table(
    key: str, entry: Entry, settings: Settings, base_dropped: set[str]
) -> ChangedTable:
    """Return a table's declaration with its fields as the settings have them.

    ``entry`` has every field in full, none taken from elsewhere; ``base_dropped`` are fields that
    were dropped from the table of customers, on which rules of other tables may look.
    """
    changes = settings.fields.get(key, {})
    order = settings.order.get(key)
    if not changes and not order and not base_dropped:
        return ChangedTable(entry, ())
    fields = [_changed(each, changes.get(each["key"], {})) for each in entry["fields"]]
    declared = {each["key"] for each in fields}
    sections = entry.get("sections", ())
    fields += [
        _added(name, change, sections) for name, change in changes.items() if name not in declared
    ]
    fields = list(_without_lost_aliases(_ordered(fields, order or ())))
    gone = dropped_keys(changes)
    kept = list(_without(fields, gone, base_dropped))
    left = {each["key"] for each in fields} - {each["key"] for each in kept}
    rules = list(_rules(entry.get("rules", ()), left, base_dropped))
    changed = {name: given for name, given in entry.items() if not _is_lost(name, given, left)}
    dropped = [each for each in fields if each["key"] in left]
    return ChangedTable({**changed, "fields": kept, "rules": rules}, dropped)


def dropped_keys(changes: Mapping[str, Change]) -> set[str]:
    """Return the keys of the fields that are dropped."""
    return {key for key, change in changes.items() if change.get("state") == DROPPED}


def _changed(entry: Entry, change: Change) -> dict[str, Any]:
    changed = {**entry, **{name: given for name, given in change.items() if name != "state"}}
    renamed = [entry[name] for name in _LABELS if changed[name] != entry[name]]
    if renamed:  # files made before still have the old label
        changed["aliases"] = [*entry.get("aliases", ()), *renamed]
    if change.get("state") == HIDDEN:
        changed["level"] = "off"
    return changed


def _added(key: str, change: Change, sections: Sequence[Entry]) -> dict[str, Any]:
    entry = {"key": key, "level": "ext", **_changed(dict.fromkeys(_LABELS, ""), change)}
    entry["aliases"] = []
    if sections:
        entry["section"] = sections[-1]["key"]
    return entry


def _ordered(fields: list[dict[str, Any]], order: Sequence[str]) -> list[dict[str, Any]]:
    """Return fields in their order; one that it does not know stays behind the one before it."""
    places = {key: n for n, key in enumerate(order)}
    place = -1
    known: dict[str, int] = {}
    for each in fields:
        place = places.get(each["key"], place)
        known[each["key"]] = place
    return sorted(fields, key=lambda each: known[each["key"]])


def _without_lost_aliases(fields: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield fields without the aliases that are another field's label now."""
    labels = {label_key(each[name]): each["key"] for each in fields for name in _LABELS}
    for each in fields:
        aliases = [
            alias
            for alias in each.get("aliases", ())
            if labels.get(label_key(alias), each["key"]) == each["key"]
        ]
        yield {**each, "aliases": aliases}


def _without(fields: Sequence[Entry], gone: set[str], base_dropped: set[str]) -> Iterator[Entry]:
    """Yield the fields that stay: not those dropped, nor those computed from them."""
    left = set(gone)
    while True:
        lost = left | {f"{_CUSTOMERS}.{key}" for key in base_dropped}
        more = {each["key"] for each in fields if lost & set(_formula_places(each))} - left
        if not more:
            break
        left |= more
    for each in fields:
        if each["key"] not in left:
            yield _forgetting(each, left)


def _formula_places(entry: Entry) -> Iterator[str]:
    """Yield what a formula names: fields of the record, and of others what it takes from where."""
    for name, rest in PLACE.findall(entry.get("formula", "")):
        yield f"{name}.{rest}" if rest else name


def _forgetting(entry: Entry, left: set[str]) -> Entry:
    """Return a field that gives nothing more to the fields that have left."""
    changed = dict(entry)
    for name in _NAMING:
        targets = changed.get(name)
        if isinstance(targets, str) and targets in left:
            del changed[name]
        elif isinstance(targets, Mapping):
            changed[name] = {word: key for word, key in targets.items() if key not in left}
    return changed


def _rules(rules: Iterable[Entry], left: set[str], base_dropped: set[str]) -> Iterator[Entry]:
    """Yield the rules that still have what they speak of, without the fields that have left."""
    for rule in rules:
        if rule.get("base") in base_dropped:
            continue
        kept = {name: _naming_none(name, given, left) for name, given in rule.items()}
        if all(given != [] and given is not None for given in kept.values()):
            yield kept


def _naming_none(name: str, given: Any, left: set[str]) -> Any:
    """Return a rule's argument without the fields that have left; None where nothing is left."""
    if name in RULE_VALUES or name == "rule":
        return given
    if isinstance(given, str):
        return None if given.partition(".")[0] in left else given
    kept = [key for key in given if key.partition(".")[0] not in left]
    return None if name in _PAIRED and len(kept) < len(given) else kept


def _is_lost(name: str, given: Any, left: set[str]) -> bool:
    return name in _OPTIONAL and given in left
