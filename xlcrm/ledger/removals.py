"""Records that the lead took out of the master: they stay out until a file says something new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xlcrm.ledger.claims import Claim
from xlcrm.ledger.fields import moment, source_text
from xlcrm.ledger.lead import LEAD, WHOLE, Removal
from xlcrm.ledger.model import Conflict, Version
from xlcrm.ledger.said import BLANK, Said, record_sign
from xlcrm.spec.model import Table


class Removed(NamedTuple):
    """Whether a record stays out of the master, and the conflict where a file has changed it."""

    hidden: bool = False
    conflicts: Sequence[Conflict] = ()


def removal_of(
    removal: Removal | None,
    row: str,
    claims: Sequence[Claim],
    table: Table,
    owners: Mapping[str, str],
) -> Removed:
    """Return what becomes of a record of these claims that the lead may have taken out."""
    if removal is None:
        return Removed()
    sides = removal_sides(claims)
    known = set(removal.sides.values())
    news = [claim for claim in claims if sides[claim.record.block.file] not in known]
    if not news:
        return Removed(hidden=True)
    text = table.name_of(news[0].record.values) or ""
    versions = [Version(Said(text=text), source_text(each, WHOLE, owners)) for each in news]
    versions.append(Version(BLANK, f"{LEAD}\n{moment(removal.when)}".strip(), lead=True))
    return Removed(
        conflicts=[Conflict(table.key, row, text, news[0].customer, WHOLE, tuple(versions), sides)]
    )


def removal_sides(claims: Sequence[Claim]) -> dict[str, str]:
    """Return the sign of all that each file says of a record."""
    return {claim.record.block.file: record_sign(claim.record) for claim in claims}
