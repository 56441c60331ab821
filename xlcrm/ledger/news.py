"""What the lead has said in one master, taken over into what is known from another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from xlcrm.customers import Related, answered
from xlcrm.ledger.lead import WHOLE, Added, Lead, Removal, RowId, Ruling, added_state
from xlcrm.ledger.said import digest

T = TypeVar("T")
Word = TypeVar("Word", Ruling, Removal)


def offered(lead: Lead, known: Lead) -> Lead:
    """Return what a lead says so that each word is a conflict with whatever a file says else, but
    for words on fields and removals that are ``known``."""
    rulings = {
        row: {
            name: each._replace(sides={})
            for name, each in fields.items()
            if not _same(each, known.rulings.get(row, {}).get(name))
        }
        for row, fields in lead.rulings.items()
    }
    removed = {
        row: each._replace(sides={})
        for row, each in lead.removed.items()
        if row not in known.removed
    }
    return replace(lead, rulings=rulings, removed=removed)


def with_news(lead: Lead, then: Lead, now: Lead, unsure: Callable[[RowId, str], bool]) -> Lead:
    """Return what ``lead`` says with all that ``now`` says and ``then`` did not.

    Of two words on one field the later holds. Where it is ``unsure`` that the lead saw what files
    say of a field (of a record: ``WHOLE``), the word becomes a conflict with theirs.
    """
    removed = dict(lead.removed)
    for row in then.removed.keys() - now.removed.keys():
        removed.pop(row, None)
    for row, each in now.removed.items():
        if row not in then.removed:
            removed.setdefault(row, _seen(each, unsure(row, WHOLE)))
    added = {row: each for row, each in now.added.items() if not _alike(each, then.added.get(row))}
    return replace(
        with_remarks(lead, then, now),
        rulings=_rulings(lead, then, now, unsure),
        removed=removed,
        added={**lead.added, **added},
    )


def with_remarks(lead: Lead, then: Lead, now: Lead) -> Lead:
    """Return what ``lead`` says with what ``now`` says and ``then`` did not of what no file knows
    of: notes, and answers on customers and conflicts."""
    return replace(
        lead,
        notes=_renewed(lead.notes, then.notes, now.notes),
        unread=_renewed(lead.unread, then.unread, now.unread),
        related=answered(lead.related, _answers(then, now)),
    )


def _renewed(
    known: Mapping[RowId, T], then: Mapping[RowId, T], now: Mapping[RowId, T]
) -> Mapping[RowId, T]:
    """Return what is known by row with what is new, and without what was taken back."""
    gone = {row for row in then.keys() - now.keys() if known.get(row) == then[row]}
    new = {row: each for row, each in now.items() if each != then.get(row)}
    return {row: each for row, each in known.items() if row not in gone} | new


def _answers(then: Lead, now: Lead) -> Iterator[Related]:
    """Yield the answers on customers that are new, and blank ones for those taken back."""
    said, told = {each[:2] for each in now.related}, {each[:4] for each in then.related}
    yield from (each for each in now.related if each[:4] not in told)
    yield from (Related(*each[:2], None) for each in then.related if each[:2] not in said)


def _rulings(
    lead: Lead, then: Lead, now: Lead, unsure: Callable[[RowId, str], bool]
) -> Mapping[RowId, Mapping[str, Ruling]]:
    rulings = {row: dict(fields) for row, fields in lead.rulings.items()}
    for row in then.rulings.keys() | now.rulings.keys():
        was, said = then.rulings.get(row, {}), now.rulings.get(row, {})
        mine = rulings.setdefault(row, {})
        for name in was.keys() - said.keys():
            if _same(mine.get(name), was[name]):
                del mine[name]  # taken back
        for name, each in said.items():
            known = mine.get(name)
            if _same(each, was.get(name)) or _same(each, known):
                continue
            if known is None or known.when <= each.when:
                mine[name] = _seen(each, unsure(row, name))
    return {row: fields for row, fields in rulings.items() if fields}


def _same(one: Ruling | None, other: Ruling | None) -> bool:
    return bool(one and other and (one.said, one.choice) == (other.said, other.choice))


def _alike(one: Added, other: Added | None) -> bool:
    return other is not None and digest(added_state(one)) == digest(added_state(other))


def _seen(each: Word, is_unsure: bool) -> Word:
    return each._replace(sides={}) if is_unsure and each.sides is None else each
