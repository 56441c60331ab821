"""Records that the lead took out of the master: they stay out until a file says something new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xlcrm.ledger.claims import Claim
from xlcrm.ledger.fields import moment, source_text
from xlcrm.ledger.lead import LEAD, WHOLE, Removal
from xlcrm.ledger.model import Conflict, Version
from xlcrm.ledger.said import BLANK, Said, record_sign
from xlcrm.records import Record
from xlcrm.spec.model import Table


class Removed(NamedTuple):
    """Whether a record stays out of the master, and the conflict where a file has changed it;
    ``removal`` is what the next run has to know."""

    hidden: bool = False
    conflicts: Sequence[Conflict] = ()
    removal: Removal | None = None


def removal_of(
    removal: Removal | None,
    row: str,
    claims: Sequence[Claim],
    then: Mapping[str, Record],
    table: Table,
    owners: Mapping[str, str],
) -> Removed:
    """Return what becomes of a record of these claims that the lead may have taken out; ``then`` is
    what files said in the last run."""
    if removal is None:
        return Removed()
    sides = {claim.record.block.file: record_sign(claim.record) for claim in claims}
    if removal.sides is None:
        was = {file: record_sign(record) for file, record in then.items()}
        removal = removal._replace(sides=was or sides)
    known = set((removal.sides or {}).values())
    news = [claim for claim in claims if sides[claim.record.block.file] not in known]
    if not news:
        return Removed(hidden=True, removal=removal)
    text = table.name_of(news[0].record.values) or ""
    versions = [Version(Said(text=text), source_text(each, WHOLE, owners)) for each in news]
    versions.append(Version(BLANK, f"{LEAD}\n{moment(removal.when)}".strip(), lead=True))
    conflict = Conflict(table.key, row, text, news[0].customer, WHOLE, tuple(versions), sides)
    return Removed(conflicts=[conflict], removal=removal)
