"""Customers who may be one under two names or ids: suggested with the reason, never joined."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import combinations, groupby, islice, product
from operator import attrgetter

from xlcrm.customers import ID, NAME, CustomerBase, Related
from xlcrm.privacy import mask
from xlcrm.records import LedgerRecord
from xlcrm.spec.firms import firm_name
from xlcrm.spec.model import Spec
from xlcrm.spec.types.codes import CreditCode
from xlcrm.spec.types.texts import ContactInfo
from xlcrm.text import compact, fold
from xlcrm.values import dataclass

# What two customers may have alike, the surest first.
CODE, SAME_NAME, CORE, PHONE = "code", "name", "core", "phone"

_MASKED = re.compile(r"\d{3}\*{4}\d{4}")
_SHARED = 4  # customers who give one number: a switchboard's, or whoever buys for them all

Alike = tuple[str, str]  # the kind of what is alike, and what it is


@dataclass
class Party:
    """A customer by a key: the ids and names it goes by, what it is known by, and how many records
    name it."""

    text: str
    is_known: bool = False
    names: dict[str, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    count: int = 0

    @property
    def rank(self) -> tuple[object, ...]:
        """What sorts those whom others are decided to be first: by a known id, then full names."""
        return not self.is_known, self.text if self.is_known else "", -len(self.name), self.name

    @property
    def name(self) -> str:
        return next(iter(self.names.values()), "")

    @property
    def shown(self) -> tuple[str, str, int]:
        return self.text, self.name, self.count

    def add(self, other: Party) -> None:
        """Add what is known of the same customer by another name or id."""
        self.names = {**self.names, **other.names}
        self.codes |= other.codes
        self.phones |= other.phones
        self.count += other.count


@dataclass(frozen=True)
class LikelySame:
    """Two customers who may be one, as ``MasterContents.likely`` has them."""

    one: tuple[str, str, int]
    other: tuple[str, str, int]
    reasons: tuple[Alike, ...]
    same: bool | None = None
    typed: str = ""
    kept: bool | None = None


def likely_same(
    records: Sequence[LedgerRecord], base: CustomerBase, spec: Spec
) -> list[LikelySame]:
    """Return the customers who may be one, those who wait for an answer first, then those of whom
    it is decided."""
    named = _named(records, base, spec)
    parties: dict[str, Party] = {}
    for (customer_id, name), party in named.items():
        key = base.resolve({k: v for k, v in ((ID, customer_id), (NAME, name)) if v}) or ""
        if key not in parties:
            parties[key] = _party(key, party, base)
        parties[key].add(party)
    unread = {_pair(each.one, each.other): each.typed for each in base.related}
    found = []
    for one, other in _pairs(parties, base):
        typed = unread.get(_pair(one.text, other.text), "")
        found.append(LikelySame(one.shown, other.shown, tuple(alike(one, other)), None, typed))
    return [*found, *_decided(base.related, named)]


def _pair(one: str, other: str) -> frozenset[str]:
    return frozenset((fold(one), fold(other)))


def _party(key: str, named: Party, base: CustomerBase) -> Party:
    """Return a customer of whom the key is known, and how it is first named."""
    name = base.name(key)
    if not base.knows(key, ""):
        return Party(named.text)
    return Party(key, is_known=True, names={fold(name): name} if name else {})


def _decided(
    related: Iterable[Related], named: Mapping[tuple[str, str], Party]
) -> Iterator[LikelySame]:
    decided = [each for each in related if (each.same, each.kept) != (None, None)]
    by_text: dict[str, Party] = {}
    for party in named.values() if decided else ():
        by_text.setdefault(fold(party.text), Party(party.text, party.is_known)).add(party)
    for each in decided:
        one, other = (by_text.get(fold(text), Party(text)) for text in each[:2])
        reasons = tuple(alike(one, other))
        yield LikelySame(one.shown, other.shown, reasons, each.same, each.typed, each.kept)


def _named(
    records: Sequence[LedgerRecord], base: CustomerBase, spec: Spec
) -> dict[tuple[str, str], Party]:
    """Return what records say of customers, by the id and the name that they write."""
    said = Counter((each.values.get(ID), each.values.get(NAME)) for each in records)
    counts: Counter[tuple[str, str]] = Counter()
    for who, count in said.items():
        counts[_who(*who)] += count
    told: dict[tuple[str, str], set[Alike]] = defaultdict(set)
    for table, rows in groupby(records, attrgetter("table")):
        telling = {
            each.key: CODE if isinstance(each.type, CreditCode) else PHONE
            for each in spec.tables[table].fields
            if isinstance(each.type, CreditCode | ContactInfo)
        }
        for record in rows if telling else ():
            for key, kind in telling.items():
                if key in record.values:
                    told[_who(record.values.get(ID), record.values.get(NAME))].add(
                        (kind, compact(str(record.values[key])))
                    )
    found = {}
    for (customer_id, name), count in counts.items():
        if customer_id or name:
            is_known = bool(customer_id) and base.knows(customer_id, "")
            own = (base.name(customer_id) if is_known else None) or name
            party = Party(customer_id or name, is_known, {fold(own): own} if own else {})
            its = told.get((customer_id, name), ())
            party.codes = {text for kind, text in its if kind == CODE}
            phones = (mask(text) for kind, text in its if kind == PHONE)
            party.phones = {text for text in phones if _MASKED.fullmatch(text)}
            party.count = count
            found[customer_id, name] = party
    return found


def _who(customer_id: object, name: object) -> tuple[str, str]:
    """Return the id and the name by which a record names its customer, blank where it has none."""
    return str("" if customer_id is None else customer_id), str("" if name is None else name)


def _pairs(parties: Mapping[str, Party], base: CustomerBase) -> Iterator[tuple[Party, Party]]:
    """Yield pairs who may be one and of whom it is not decided, each customer once with the best of
    those who have something alike."""
    groups: dict[Alike, list[str]] = defaultdict(list)
    for key in sorted(parties, key=lambda each: parties[each].rank):
        for what in _marks(parties[key]):
            groups[what].append(key)
    waiting = {
        name
        for (kind, name), keys in groups.items()
        if kind == SAME_NAME and _is_doubled([key for key in keys if parties[key].is_known], base)
    }
    seen: set[frozenset[str]] = set()
    for (kind, _), keys in groups.items():
        if kind == PHONE and len(keys) > _SHARED:
            continue
        paired: set[str] = set()
        for one, other in combinations(keys, 2):
            if other in paired or base.are_apart(one, other):
                continue
            if not parties[other].is_known and parties[other].names.keys() & waiting:
                continue  # whose name it is will be known when it is decided of the two ids
            if any(alike(parties[one], parties[other])):
                paired.add(other)
                if frozenset((one, other)) not in seen:
                    seen.add(frozenset((one, other)))
                    yield parties[one], parties[other]


def _is_doubled(keys: Sequence[str], base: CustomerBase) -> bool:
    return any(not base.are_apart(one, other) for one, other in combinations(keys, 2))


def _marks(party: Party) -> Iterator[Alike]:
    """Yield that by which a customer may be another."""
    yield from ((CODE, code) for code in sorted(party.codes))
    yield from ((SAME_NAME, form) for form in party.names)
    firms = map(firm_name, party.names.values())
    yield from ((CORE, core) for core in dict.fromkeys(each.core for each in firms if each.tells))
    yield from ((PHONE, phone) for phone in sorted(party.phones))


def alike(one: Party, other: Party) -> Iterator[Alike]:
    """Yield what two customers have alike. Firms of two credit codes are two, however alike their
    names; not so where one name stands under two ids."""
    yield from ((CODE, code) for code in sorted(one.codes & other.codes))
    if one.names.keys() & other.names.keys():
        yield SAME_NAME, one.name
    elif not (one.codes and other.codes and not one.codes & other.codes):
        firms = (map(firm_name, pair) for pair in product(one.names.values(), other.names.values()))
        cores = (mine.core for mine, others in firms if mine.may_be(others))
        yield from ((CORE, core) for core in islice(cores, 1))
    yield from ((PHONE, phone) for phone in sorted(one.phones & other.phones))
