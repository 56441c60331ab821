"""Who a record's customer is: one resolver for checking, merging and metrics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from xlcrm.records import Record, Values
from xlcrm.spec.model import CUSTOMER_FIELDS
from xlcrm.text import fold

NAME, ID = CUSTOMER_FIELDS


class CustomerBase:
    """The customers that a set of files knows, and the names that were decided to be one.

    A customer's key is its id, else the normal form of its name. A file's own customer base is
    looked up first, then those of all files; a name that several ids share in them names none.
    """

    def __init__(self, records: Iterable[Record], aliases: Mapping[str, str] | None = None) -> None:
        """``records`` are the table of customers'; ``aliases`` lead to the decided name or id."""
        self._rows: dict[str, dict[str, Values]] = defaultdict(dict)
        self._names: dict[str, dict[str, str]] = defaultdict(dict)
        self._ids: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._aliases = {fold(name): decided for name, decided in (aliases or {}).items()}
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
            if not self._aliases:
                return customer_id
            return self._aliases.get(fold(customer_id), customer_id)
        if not isinstance(name, str):
            return None
        decided = self._aliases.get(fold(name), name)
        for scope in (file, ""):
            ids = self._ids.get(scope, {}).get(fold(decided), set())
            if len(ids) == 1:
                return next(iter(ids))
        return decided if self.knows(decided, file) else fold(decided)
