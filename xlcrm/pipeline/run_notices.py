"""What a merge has to tell besides what it found: it is of the run, not of the folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from xlcrm.pipeline.remembering import Remembered
from xlcrm.records import LedgerRecord
from xlcrm.spec.model import Spec


def run_notices(
    spec: Spec,
    pending: Path | None = None,
    remembered: Remembered | None = None,
    unsure: Iterable[LedgerRecord] = (),
    *,
    forgot: bool = False,
) -> dict[str, Any]:
    """Return the part of a merge's document that says where a master waits, whether what the last
    run knew could not be used, what became of decisions on customers, and which records may have
    been taken out before."""
    names = ((each.table, spec.tables[each.table].name_of(each.values)) for each in unsure)
    return {
        "pending": pending and str(pending.absolute()),
        "forgot": forgot,
        "decisions": remembered and {"written": remembered.written, "reason": remembered.reason},
        "unsure": [{"table": table, "record": name} for table, name in names],
    }
