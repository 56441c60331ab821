"""What a folder holds that is private: whom to call, who is confidential, what only confidential
records say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from xlcrm import resources
from xlcrm.confidential import Public
from xlcrm.customers import ID
from xlcrm.leaks import Texts
from xlcrm.privacy import find_private, mask
from xlcrm.records import LedgerRecord, Record
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.names import is_whole_name, masked_name
from xlcrm.spec.types.choices import Choice, Many
from xlcrm.spec.types.texts import Contact, ContactInfo
from xlcrm.values import dataclass

_BRACKETED = re.compile(r"[(\uff08].*")
_CODE = re.compile(r"[\u4e00-\u9fff]+-?\d{1,6}")  # 客户联系方式-1: stands for a number
_RARE = 5  # letters of a Latin name
_TELLING = 6  # characters from which a text is hardly said by chance
_DATED = r"\d\s:./~\-年月日号时点分周季度上下半午第前后至到"
_DIGIT = re.compile(r"\d")
_MOMENTS = "0000-00-00T00:00/0000-00-00T00:00"  # how a span of time is kept
_MEANS_NOTHING = re.compile(f"[{_DATED}]*")


@dataclass(frozen=True)
class PrivateTexts:
    """``replaced`` are put in other words wherever they stand, ``forbidden`` must stand nowhere."""

    replaced: Texts
    forbidden: Texts


def private_texts(told: Public, claims: Sequence[Record], spec: Spec) -> PrivateTexts:
    """Return what is private in all ``claims`` of a folder, of whose records ``told`` are shown."""
    every: list[Record | LedgerRecord] = [*claims, *told.whole.values()]
    every += [*told.records, *told.withheld]
    numbers = dict(pair for record in every for pair in _numbers(record))
    staff = {record.owner for record in (*told.records, *told.withheld)}
    staff |= {str(each["name"]) for each in spec.members}
    contacts = _contacts_of(every, spec, "\n".join(staff))
    known = {**told.names.known, **contacts, **numbers}
    said = "\n".join([*_said_by_all(told, claims), our_words()])
    hidden = {line for each in told.withheld for line in _lines(each, spec.tables[each.table])}
    telling = Texts(dict.fromkeys(filter(_tells, hidden), ""))
    alone = telling.known.keys() - telling.found_in(said)
    return PrivateTexts(Texts(known), Texts(dict.fromkeys((*known, *alone), "")))


def _contacts_of(
    records: Iterable[Record | LedgerRecord], spec: Spec, staff: str
) -> dict[str, str]:
    """Return the contacts that stand in plain, by name or number, with what is told instead; but
    for those that may well be anything else, or are called like one of ours: these are masked where
    they are a contact, and nowhere else."""
    plain: dict[str, str] = {}
    ids: set[object] = set()
    for each in records:
        table = spec.tables[each.table]
        plain.update(_plain_contacts(each, table))
        ids |= {each.values.get(table.id or ""), each.values.get(ID)}
    rare = {
        name: masked
        for name, masked in plain.items()
        if _is_rare(name) and name not in staff and name not in ids
    }
    usual = Texts(rare).found_in(our_words())
    return {name: masked for name, masked in rare.items() if name.casefold() not in usual}


def _is_rare(name: str) -> bool:
    """Whether a name is hardly anything else where it stands: a short Latin one may be a word, and
    what was pasted a column too far a part of a moment."""
    if _DIGIT.sub("0", name) in _MOMENTS:
        return False
    return len(name) > 1 if not name.isascii() else len(name) >= _RARE or " " in name


def _said_by_all(told: Public, claims: Iterable[Record]) -> Iterator[str]:
    """Yield what is known from elsewhere than confidential records: what the others say, and the
    names of files and sheets."""
    for each in (*told.records, *told.whole.values()):
        yield from _texts(each)
    for block in {id(each.block): each.block for each in claims}.values():
        yield from (block.file, block.sheet)


@cache
def our_words() -> str:
    """Return all that is printed on workbooks whatever anybody fills in."""
    return "\n".join(resources.texts(resources.templates()))


def _lines(record: LedgerRecord, table: Table) -> Iterator[str]:
    """Yield the lines of what was written freely in a record, not chosen from a list."""
    free = {
        key: value
        for key, value in record.values.items()
        if not isinstance(table.by_key[key].type, Choice | Many)
    }
    for text in _texts(replace(record, values=free)):
        yield from map(str.strip, text.split("\n"))


def _tells(text: str) -> bool:
    return len(text) >= _TELLING and not _MEANS_NOTHING.fullmatch(text)


def _numbers(record: Record | LedgerRecord) -> Iterator[tuple[str, str]]:
    """Yield the numbers and addresses in a record that are private, with their masked forms."""
    for text in _texts(record):
        for each in find_private(text):
            yield text[each.start : each.end], each.masked


def _plain_contacts(record: Record | LedgerRecord, table: Table) -> Iterator[tuple[str, str]]:
    """Yield the contacts of a record that are not masked, without what is in brackets behind them,
    with their masked forms."""
    for key, text in _contacts(record, table):
        if _masked(text, table, key) != text:
            name = _BRACKETED.sub("", text).strip() or text
            yield name, _masked(name, table, key)


def _contacts(record: Record | LedgerRecord, table: Table) -> Iterator[tuple[str, str]]:
    for part in (record.values, record.raw):
        for key, value in part.items():
            if isinstance(value, str) and _is_contact(table, key):
                yield key, value


def _is_contact(table: Table, key: str) -> bool:
    field = table.by_key.get(key)
    return field is not None and isinstance(field.type, Contact | ContactInfo)


def masked_record(record: LedgerRecord, table: Table) -> LedgerRecord:
    """Return a record whose contacts are masked; a number that is private is text, as masked."""
    values, raw = dict(record.values), dict(record.raw)
    for part in (values, raw):
        contacts = {key: text for key, text in _contacts(record, table) if key in part}
        part.update({key: _masked(text, table, key) for key, text in contacts.items()})
    for key, value in record.values.items():
        if isinstance(value, int | float) and mask(f"{value:.0f}") != f"{value:.0f}":
            del values[key]
            raw[key] = mask(f"{value:.0f}")
    return replace(record, values=values, raw=raw)


def _masked(text: str, table: Table, key: str) -> str:
    """Return a contact or a way to reach one as others may see it; what is masked or a code stays.

    Of a person the surname is left, or a title that stands with it; else the first character.
    """
    safe = mask(text)
    if safe != text or "*" in text:
        return safe
    if isinstance(table.by_key[key].type, ContactInfo):
        return text if _CODE.fullmatch(text) else f"{text[:2]}***"
    if is_whole_name(text):
        return masked_name(text)
    return text if re.search("[\u4e00-\u9fff]", text) else f"{text[:1]}***"


def _texts(record: Record | LedgerRecord) -> Iterator[str]:
    """Yield all texts of a record."""
    parts: tuple[Mapping[str, Any], ...] = (record.values, record.raw, record.extras)
    for part in parts:
        yield from _strings(part.values())


def _strings(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from _strings(value.values())
        elif isinstance(value, list):
            yield from _strings(value)
        elif isinstance(value, int | float):
            yield f"{value:.0f}"
