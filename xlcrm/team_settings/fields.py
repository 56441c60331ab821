"""Fields of tables: renamed, moved, shown, hidden, dropped and added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any

from xlcrm.findings import Finding
from xlcrm.records import MASTER_SLOTS
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.settings import DROPPED, HIDDEN, SHOWN
from xlcrm.spec.types.choices import Choice, Many
from xlcrm.spec.vocabulary import Vocabulary
from xlcrm.team_settings.choices import KEY, like_list
from xlcrm.team_settings.rows import Row
from xlcrm.text import label_key
from xlcrm.values import dataclass

# Types that need more than a row of the sheet says: the documents' own fields alone have them.
_DECLARED_ONLY = frozenset({"id", "reference", "change", "split", "actions", "display"})
_LISTED = frozenset({"choice", "many"})
_WORDS = {"label": "zh", "label_en": "en", "help": "help_zh", "help_en": "help_en"}


@dataclass
class FieldChanges:
    """What is set of fields, as ``Settings`` has it, and the findings."""

    fields: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    order: dict[str, list[str]] = field(default_factory=dict)
    shown: dict[str, list[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    # Where each field is set: a notice of what its absence does stands there.
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)


def named_lists(rows: Iterable[Row]) -> set[str]:
    """Return the lists that the rows of fields name."""
    return {key for row in rows if (key := row.means("list"))}


def read_fields(rows: Iterable[Row], spec: Spec, lists: Mapping[str, Vocabulary]) -> FieldChanges:
    """Return what the rows set; ``spec`` is what is declared, ``lists`` the team's lists."""
    changes = FieldChanges()
    by_table: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if (key := row.means("table")) in spec.tables:
            by_table[str(key)].append(row)
    for key, members in by_table.items():
        reader = _TableReader(spec.tables[key], lists, changes.findings)
        reader.read(members)
        changes.fields |= {key: reader.changes} if reader.changes else {}
        changes.shown |= {key: reader.shown} if reader.shown else {}
        changes.rows |= {(key, name): row for name, row in reader.rows.items()}
        order = reader.order()
        changes.order |= {key: order} if order else {}
    return changes


class _TableReader:
    """Reads the rows of one table's fields."""

    def __init__(
        self, table: Table, lists: Mapping[str, Vocabulary], findings: list[Finding]
    ) -> None:
        self.table, self.lists, self.findings = table, lists, findings
        self.changes: dict[str, dict[str, Any]] = {}
        self.shown: list[str] = []
        self.rows: dict[str, Row] = {}
        self.kept = _kept(table)
        self.visible = {each.key for each in table.shown()}

    def read(self, rows: Iterable[Row]) -> None:
        for row in rows:
            key = self._key(row)
            if key is None:
                continue
            if key in self.rows:
                self.findings.append(row.mistake("key", "twice", self.rows[key].cell("key")))
                continue
            self.rows[key] = row
            declared = self.table.by_key.get(key)
            change = self._known(row, declared) if declared else self._new(row)
            if change:
                self.changes[key] = change
        self._check_labels()

    def order(self) -> list[str]:
        """Return the keys in their order; nothing where it is the declared one."""
        keys = [each.key for each in self.table.fields]
        keys += [key for key in self.changes if key not in self.table.by_key]
        places = {key: float(n) for n, key in enumerate(keys, 1)}

        def place(key: str) -> tuple[float, bool]:
            given = self.rows[key].value("position") if key in self.rows else None
            at = places[key] if given is None else float(given)
            return at, at == places[key]  # one that was moved to a place goes before who had it

        ordered = sorted(keys, key=place)
        return [] if ordered == keys else ordered

    def _key(self, row: Row) -> str | None:
        """Return the key of the field that a row is of; a row without one is known by its label."""
        given = row.value("key")
        if given is not None:
            lower = str(given).lower()
            return lower if lower in self.table.by_key else str(given)
        if row.value("label") is None:
            return None  # told by the checks of any table
        known = self.table.by_label.get(label_key(row.text("label")))
        return known.key if known else row.text("label")

    def _known(self, row: Row, declared: Field) -> dict[str, Any]:
        """Return what a row sets of a field that the table has."""
        change: dict[str, Any] = dict(_words(row, declared))
        required = row.means("required")
        if required is not None and (required == "yes") != declared.required:
            change["required"] = required == "yes"
        kind, listed = row.means("type"), row.means("list")
        if kind is not None and kind != declared.type.name:
            self.findings.append(row.mistake("type", "type-fixed"))
        if listed is not None and listed != _list_of(declared):
            self.findings.append(row.mistake("list", "list-fixed"))
        state = row.means("shown") or (SHOWN if declared.key in self.visible else HIDDEN)
        is_required = change.get("required", declared.required)
        if (state == DROPPED and (is_required or declared.key in self.kept)) or (
            state == HIDDEN and (is_required or declared.key == self.table.id)
        ):
            self.findings.append(row.mistake("shown", "kept", declared.labels["zh"]))
        elif state == DROPPED or (state == HIDDEN and declared.level != "off"):
            change["state"] = state
        elif state == SHOWN and declared.level == "off":
            self.shown.append(declared.key)
        return change

    def _new(self, row: Row) -> dict[str, Any]:
        """Return what a row says of a field that the team adds; nothing where it can't be one."""
        before = len(self.findings)
        if not KEY.fullmatch(row.text("key") or row.text("label")):
            self.findings.append(row.mistake("key", "key"))
        kind, listed = row.means("type"), row.means("list")
        if kind is None and row.states("type"):
            asked = row.table.by_key["type"].labels
            self.findings.append(row.finding("required-missing", "type", label=asked))
        elif kind in _DECLARED_ONLY:
            self.findings.append(row.mistake("type", "type-declared"))
        elif kind == "choice" and listed is None and row.states("list"):
            self.findings.append(row.mistake("list", "list-needed"))
        elif listed is not None and kind not in _LISTED:
            self.findings.append(row.mistake("list", "list-needless"))
        elif listed is not None and listed not in self.lists:
            like = like_list(row.text("list"), self.lists)
            self.findings.append(row.mistake("list", "no-list", suggestion=like))
        if len(self.findings) > before or kind is None or row.value("label") is None:
            return {}
        label = row.text("label")
        change: dict[str, Any] = {"zh": label, "en": row.text("label_en") or label, "type": kind}
        change |= {"list": listed} if listed else {}
        change |= {"required": True} if row.means("required") == "yes" else {}
        change |= {_WORDS[key]: row.text(key) for key in ("help", "help_en") if row.text(key)}
        state = row.means("shown") or SHOWN
        return change | ({"state": state} if state != SHOWN else {})

    def _check_labels(self) -> None:
        """Tell labels that two fields of the table would have, or a column of the master's has."""
        owners = dict(_reserved())
        dropped = {key for key, change in self.changes.items() if change.get("state") == DROPPED}
        fields = list(dict.fromkeys([*self.table.by_key, *self.changes]))
        fields.sort(key=lambda key: bool({"zh", "en"} & set(self.changes.get(key, ()))))
        for key in fields:
            if key in dropped:
                continue
            for column, label in self._labels(key):
                owner, other = owners.setdefault(label_key(label), (key, label))
                if owner != key:
                    self.findings.append(self.rows[key].mistake(column, "label", other))
                    break

    def _labels(self, key: str) -> Iterator[tuple[str, str]]:
        """Yield (column of the sheet, label) of a field as it is set."""
        declared = self.table.by_key.get(key)
        change = self.changes.get(key, {})
        for column in ("label", "label_en"):
            language = _WORDS[column]
            known = declared.labels[language] if declared else ""
            yield column, change.get(language, known)


def _words(row: Row, declared: Field) -> Iterator[tuple[str, str]]:
    """Yield labels and helps that are other than declared; a blank label is no change."""
    for column, name in _WORDS.items():
        is_label = name in declared.labels
        known = declared.labels[name] if is_label else declared.help[name.removeprefix("help_")]
        if row.states(column) and row.text(column) != known and (row.text(column) or not is_label):
            yield name, row.text(column)


def _kept(table: Table) -> set[str]:
    """Return the fields that tell a table's records apart, and those of a printed grid."""
    keys = {key for part in table.key_fields for key in part}
    keys |= {key for group in table.identity for key in group}
    keys |= {each.key for each in table.fields if "grid" in each.options}
    return keys | {key for key in (table.id, table.date, table.private) if key}


def _list_of(declared: Field) -> str | None:
    kind = declared.type
    vocabulary = kind.vocabulary if isinstance(kind, Choice | Many) else None
    return vocabulary.key if vocabulary else None


def _reserved() -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the labels of the master's own columns, by their normal form."""
    for name in MASTER_SLOTS:
        for words in _LANGUAGES:
            label = words(f"master.record.{name}")
            yield label_key(label), ("", label)


_LANGUAGES: tuple[Callable[[str], str], ...] = (Words("zh"), Words("en"))
