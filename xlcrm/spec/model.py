"""The declared tables, as data: every other part of the project derives from these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from fnmatch import fnmatchcase
from functools import cache, cached_property
from typing import Any, Literal, get_args

from xlcrm.records import Values
from xlcrm.spec.types.base import FieldType
from xlcrm.spec.vocabulary import Vocabulary
from xlcrm.spec.working_days import Calendar
from xlcrm.text import fold, label_key
from xlcrm.values import dataclass

Labels = Mapping[str, str]
CUSTOMER = "customer"  # in a natural key: the resolved customer, whichever field names it
CUSTOMER_FIELDS = ("customer_name", "customer_id")
_ANY_NUMBER = (1, 999_999_999)
_WRITTEN = ("{}", "{}:", "{}\uff1a", "*{}", "{}*")
Level = Literal["core", "ext", "off"]
Purpose = Literal["filled", "settings"]
PURPOSES: frozenset[str] = frozenset(get_args(Purpose))


_GIVES_TO_OTHERS = frozenset({"split_into", "words_into"})


@dataclass(frozen=True)
class Field:
    """A field of a table. ``key`` is its stable name, ``labels`` what stands on the sheet."""

    key: str
    labels: Labels
    type: FieldType
    level: Level = "core"
    required: bool = False
    aliases: tuple[str, ...] = ()
    section: str | None = None
    help: Labels = field(default_factory=lambda: {"zh": "", "en": ""})
    example: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_input(self) -> bool:
        """Whether people fill it: a display field is written and never read."""
        return self.type.name != "display"

    @cached_property
    def label_keys(self) -> Sequence[str]:
        """The normal forms of every label that this field is known by, its own first."""
        return tuple(map(label_key, (*self.labels.values(), *self.aliases)))


@dataclass(frozen=True)
class Section:
    """A titled part of a form."""

    key: str
    labels: Labels


@dataclass(frozen=True)
class GridRow:
    """A printed row of a form's grid with what each level of it means, best first."""

    key: str
    labels: Labels
    descriptions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Rule:
    """A rule of a table by its name, with the arguments it was declared with."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """A table: its layout, identity, rules and fields in the document's order.

    ``natural_key`` and ``identity`` name fields, or ``customer`` for the resolved customer.
    ``private`` names the field of a table kept apart in which private values may stand: it is never
    merged, and not read where it lies in a shared folder.
    ``dropped`` are the fields that a team has dropped: older files hold them still.
    """

    key: str
    labels: Labels
    position: int
    layout: Literal["list", "form"]
    document: str
    guide: Labels
    fields: tuple[Field, ...]
    natural_key: tuple[str, ...]
    identity: tuple[tuple[str, ...], ...] = ()
    id: str | None = None
    date: str | None = None
    recorded: str | None = None
    owner: str | None = None
    role: str | None = None
    private: str | None = None
    sections: tuple[Section, ...] = ()
    grid_rows: tuple[GridRow, ...] = ()
    rules: tuple[Rule, ...] = ()
    shown_off: frozenset[str] = frozenset()
    dropped: tuple[Field, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        return {each.key: each for each in self.fields}

    @cached_property
    def by_label(self) -> Mapping[str, Field]:
        """Fields by the normal form of any of their labels; a field's own label comes first."""
        known: dict[str, Field] = {}
        for each in self.fields:
            known |= dict.fromkeys(each.label_keys, each)
        for each in self.fields:
            known |= dict.fromkeys(each.label_keys[: len(each.labels)], each)
        return known

    @cached_property
    def dropped_labels(self) -> Mapping[str, str]:
        """The label of each dropped field, by its key and by the normal forms of its labels."""
        return {
            name: each.labels["zh"]
            for each in self.dropped
            for name in (*each.label_keys, each.key)
            if name not in self.by_label
        }

    @cached_property
    def reading_order(self) -> tuple[str, ...]:
        """The fields as they are read: a field's own cell wins over words in another's."""
        giving = {each.key for each in self.fields if _GIVES_TO_OTHERS.intersection(each.options)}
        return tuple(sorted(self.by_key, key=giving.__contains__))

    @cached_property
    def with_dropped(self) -> Table:
        """The table with the fields that were dropped: a form of before has them."""
        if not self.dropped:
            return self
        off = (replace(each, level="off") for each in self.dropped)
        return replace(self, fields=(*self.fields, *off))

    def shown(self, *, core: bool = False) -> tuple[Field, ...]:
        """Return the fields a workbook shows: with ``core`` the document's columns alone."""
        levels = {"core"} if core else {"core", "ext"}
        return tuple(
            each
            for each in self.fields
            if each.level in levels or (not core and each.key in self.shown_off)
        )

    @cached_property
    def key_fields(self) -> tuple[tuple[str, ...], ...]:
        """The fields that may state each part of the natural key, the likeliest first."""
        parts = ((CUSTOMER_FIELDS if key == CUSTOMER else (key,)) for key in self.natural_key)
        return tuple(tuple(key for key in part if key in self.by_key) for part in parts)

    def name_of(self, values: Values) -> str | None:
        """Return what people know a record by: its id, else its natural key as text."""
        if self.id and self.id in values:
            return str(values[self.id])
        texts = []
        for keys in self.key_fields:
            found = next((each for each in keys if each in values), None)
            if found:
                texts.append(self.by_key[found].type.text(values[found]))
        return " · ".join(texts) or None


@dataclass(frozen=True)
class Parameter:
    """A number, switch or mapping that a team may set; ``options`` say of what form it is."""

    key: str
    value: Any
    labels: Labels
    meanings: Labels
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)  # what is worked out once for a spec is found by it
class Spec:
    """All tables, vocabularies and parameters that hold for a team.

    ``purpose`` is what its workbooks are for: to be ``filled`` by staff, or a team's ``settings``.
    """

    tables: Mapping[str, Table]
    vocabularies: Mapping[str, Vocabulary]
    parameters: Mapping[str, Parameter]
    customer_aliases: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    need_aliases: Mapping[str, str] = field(default_factory=dict)
    members: Sequence[Mapping[str, Any]] = ()
    customers_apart: Sequence[Sequence[str]] = ()
    purpose: Purpose = "filled"

    @cached_property
    def calendar(self) -> Calendar:
        """Which days the team works."""
        off, worked = (map(str, self.parameter(key)) for key in ("days_off", "days_worked"))
        return Calendar(frozenset(off), frozenset(worked))

    @cached_property
    def templates(self) -> Callable[[str], frozenset[str]]:
        """Gives the stamps of every template that a table has today, by its key."""
        from xlcrm.spec.version import templates_today  # which is made of these very classes

        return cache(lambda table: templates_today(self.tables[table], self))

    @cached_property
    def label_texts(self) -> Mapping[str, str]:
        """Every label of tables and fields as people usually write it, with its normal form."""
        tables = self.tables.values()
        labels = {label for table in tables for label in table.labels.values()}
        for each in (each for table in tables for each in (*table.fields, *table.dropped)):
            labels.update(each.labels.values(), each.aliases)
        keys = {text: label_key(text) for text in labels}
        return {form.format(text): key for text, key in keys.items() for form in _WRITTEN}

    @cached_property
    def label_ends(self) -> frozenset[str]:
        """What labels may end with, below their beginnings, in a header of two rows."""
        tables = self.tables.values()
        texts = {text for table in tables for each in table.fields for text in each.labels.values()}
        return frozenset(text[n:] for text in texts for n in range(1, len(text) - 1))

    @cached_property
    def label_words(self) -> frozenset[str]:
        """All of ``label_texts`` and ``label_ends``."""
        return self.label_ends.union(self.label_texts)

    @cached_property
    def _decided_needs(self) -> Mapping[str, str]:
        return {fold(tag): decided for tag, decided in self.need_aliases.items()}

    def need_tag(self, tag: str) -> str:
        """Return the tag that ``tag`` is decided to be, itself where nothing is decided."""
        return self._decided_needs.get(fold(tag), tag)

    def member_of(self, file: str) -> str | None:
        """Return the name of the first member whose file pattern fits a file, by its name or its
        path in the folder; None where none does."""
        path = fold(file)
        names = (path, path.rpartition("/")[2])
        for member in self.members:
            pattern = fold(member.get("file", ""))
            if pattern and any(fnmatchcase(name, pattern) for name in names):
                return str(member["name"])
        return None

    def numbers_of(self, file: str) -> tuple[int, int]:
        """Return the first and last running number of the ids of whoever fills a file."""
        name = self.member_of(file)
        member = next((each for each in self.members if each["name"] == name), {})
        first, last = member.get("ids", _ANY_NUMBER)
        return first, last

    def has_field(self, name: str) -> bool:
        """Whether ``table.field`` is there: a team may have dropped it."""
        table, _, key = name.partition(".")
        return table in self.tables and key in self.tables[table].by_key

    def parameter(self, key: str) -> Any:
        """Return the value of a parameter. Raises KeyError for an unknown one."""
        return self.parameters[key].value

    def with_role(self, role: str) -> Table | None:
        """Return the table that plays ``role`` (such as ``customers``), if one does."""
        return next((table for table in self.tables.values() if table.role == role), None)
