"""Who a record's customer is: one resolver for checking, merging and metrics."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from xlcrm.records import Record, Values
from xlcrm.spec.model import CUSTOMER_FIELDS
from xlcrm.text import fold

NAME, ID = CUSTOMER_FIELDS
_ID = re.compile(r"[A-Z]+[0-9]{3,}")  # how an id looks that no base has


class Related(NamedTuple):
    """A decision on two names or ids: whether ``other`` is the same customer as ``one``, by whose
    name or id it is then known. ``same`` is None where nothing is said any more, or ``typed`` is
    not understood. ``kept`` is what the settings held of them when last seen; None for nothing."""

    one: str
    other: str
    same: bool | None
    typed: str = ""
    kept: bool | None = None

    @property
    def pair(self) -> frozenset[str]:
        """By what the decision is known."""
        return _pair(self.one, self.other)

    @property
    def is_told(self) -> bool:
        """Whether anything is said, or is still to be taken out of the settings."""
        return bool(self.typed) or (self.same, self.kept) != (None, None)


def _pair(one: str, other: str) -> frozenset[str]:
    return frozenset((fold(one), fold(other)))


def answered(known: Iterable[Related], answers: Iterable[Related]) -> tuple[Related, ...]:
    """Return what was decided with later answers; a blank one takes an earlier one back."""
    said = {each.pair: each for each in known}
    for each in answers:
        was = said.get(each.pair, each)
        said[each.pair] = each._replace(kept=was.kept)
    return tuple(each for each in said.values() if each.is_told)


def joined(aliases: Mapping[str, str], related: Iterable[Related]) -> dict[str, str]:
    """Return aliases with those that decisions add to them; what leads elsewhere by now, or comes
    back to itself, adds none."""
    known = {fold(name): decided for name, decided in aliases.items()}
    for each in related:
        one, other = end_of(each.one, known), end_of(each.other, known)
        if each.same and fold(one) != fold(other):
            known[fold(other)] = one
    return known


def end_of(text: str, aliases: Mapping[str, str]) -> str:
    """Return to what a name or id leads in the end, by aliases as ``joined`` has them."""
    while fold(text) in aliases:
        text = aliases[fold(text)]
    return text


class Decided:
    """What the settings say of customers: names and ids that lead to another, and pairs that are
    apart."""

    def __init__(self, aliases: Mapping[str, str], apart: Iterable[Sequence[str]]) -> None:
        self.aliases = joined(aliases, ())
        self._apart = {_pair(*each) for each in apart}

    def of(self, each: Related) -> bool | None:
        """Return whether they say of two that they are one; None where they say nothing."""
        if fold(end_of(each.one, self.aliases)) == fold(end_of(each.other, self.aliases)):
            return True
        return False if each.pair in self._apart else None


def settled(related: Iterable[Related], decided: Decided | None) -> tuple[Related, ...]:
    """Return decisions as the settings leave them (None where there are none).

    One that they held before holds as they have it now, so that a row that is taken out of them is
    taken back; one that was changed in the master since waits to be written there.
    """
    found = []
    for each in related:
        now = decided.of(each) if decided else None
        if decided is None or each.kept is None:
            kept = now if now == each.same else None
            found.append(each._replace(kept=kept))
        elif each.same == each.kept:
            found.append(each._replace(same=now, kept=now))
        else:
            found.append(each if each.typed else each._replace(kept=now))
    return tuple(each for each in found if each.is_told)


def unwritten(related: Iterable[Related]) -> list[Related]:
    """Return the decisions that the settings do not hold yet."""
    return [each for each in related if each.same != each.kept and not each.typed]


class CustomerBase:
    """The customers that a set of files knows, and the names that were decided to be one.

    A customer's key is its id, else the normal form of its name. A file's own customer base is
    looked up first, then those of all files; a name that several ids share in them names none.
    """

    def __init__(
        self,
        records: Iterable[Record],
        aliases: Mapping[str, str] | None = None,
        related: Iterable[Related] = (),
        apart: Iterable[Sequence[str]] = (),
    ) -> None:
        """``records`` are the table of customers'; ``aliases`` lead to the decided name or id,
        ``apart`` are pairs decided to be two, and ``related`` are further decisions."""
        self._rows: dict[str, dict[str, Values]] = defaultdict(dict)
        self._names: dict[str, dict[str, str]] = defaultdict(dict)
        self._ids: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.related = tuple(related)
        self._two = [*apart, *(each[:2] for each in self.related if each.same is False)]
        self._aliases = joined(aliases or {}, self.related)
        self._keys: dict[tuple[str, str, bool], str] = {}
        self._stated: set[str] = set()
        for record in records:
            self._stated.update(record.values)
            customer_id, name = record.values.get(ID), record.values.get(NAME)
            for scope in (record.block.file, "") if isinstance(customer_id, str) else ():
                self._rows[scope].setdefault(str(customer_id), record.values)
                self._names[scope].setdefault(str(customer_id), str(name or ""))
                if isinstance(name, str):
                    self._ids[scope][fold(name)].add(str(customer_id))

    @property
    def is_empty(self) -> bool:
        """Whether no customer base is known at all."""
        return not self._names

    def states(self, key: str) -> bool:
        """Whether any base row has a field filled."""
        return key in self._stated

    def knows(self, customer_id: str, file: str) -> bool:
        """Whether an id stands in the file's own customer base or in anybody's."""
        return customer_id in self._names.get(file, {}) or customer_id in self._names.get("", {})

    def name(self, customer_id: str, file: str = "") -> str | None:
        """Return the name that belongs to an id, as the file's own base has it, else anybody's."""
        for scope in (file, ""):
            name = self._names.get(scope, {}).get(customer_id)
            if name:
                return name
        return None

    def value(self, customer: str | None, key: str, file: str = "") -> Any:
        """Return a field of a customer's base row, the file's own first; None where it has none."""
        for scope in (file, ""):
            row = self._rows.get(scope, {}).get(customer or "")
            if row and key in row:
                return row[key]
        return None

    def resolve(self, values: Values, file: str = "") -> str | None:
        """Return the key of the customer that a record names; None where it names none."""
        customer_id, name = values.get(ID), values.get(NAME)
        if isinstance(customer_id, str):
            return self._key(customer_id, file) if self._aliases else customer_id
        return self._key(name, file, is_name=True) if isinstance(name, str) else None

    def key(self, text: str) -> str:
        """Return the key of the customer whom a name or id means."""
        return self._key(text, "", is_name=not self.knows(text, ""))

    def are_apart(self, one: str, other: str) -> bool:
        """Whether two customers, by their keys, were decided to be two."""
        return _pair(one, other) in self._apart

    @cached_property
    def _apart(self) -> frozenset[frozenset[str]]:
        return frozenset(frozenset(fold(self.key(e)) for e in each) for each in self._two)

    def _key(self, text: str, file: str, *, is_name: bool = False) -> str:
        asked = (text, file, is_name)
        if asked not in self._keys:
            self._keys[asked] = self._followed(*asked)
        return self._keys[asked]

    def _followed(self, text: str, file: str, is_name: bool) -> str:
        """Return the key of a name or id, followed through aliases and to the id of its name."""
        start, passed = text, set[str]()
        while (form := fold(text)) not in passed:
            passed.add(form)
            text = self._aliases.get(form) or self._id_of(form, file) or text
        if self.knows(text, file) or (text == start and not is_name):
            return text
        return text if text != start and _ID.fullmatch(text) else fold(text)

    def _id_of(self, name: str, file: str) -> str | None:
        """Return the id that a name, in its normal form, has alone."""
        for scope in (file, ""):
            found = self._ids.get(scope, {}).get(name, ())
            ids = {self._aliases.get(fold(each), each) for each in found}
            if len(ids) == 1:
                return next(iter(ids))
        return None
