"""All that records say only together, or on a certain day: what no file can tell by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from xlcrm.customers import CustomerBase
from xlcrm.findings import Finding
from xlcrm.records import Records
from xlcrm.spec.model import Spec
from xlcrm.validation.changes import check_changes
from xlcrm.validation.dated import DATED_RULES
from xlcrm.validation.references import check_customers
from xlcrm.validation.relations import RELATED_RULES, check_double_customers
from xlcrm.validation.tables import asked_of_all, batches, checks_by_table


def check_together(
    blocks: Iterable[Records], spec: Spec, base: CustomerBase, as_of: date
) -> Iterator[Finding]:
    """Yield the findings of the records of a run, whose customers are in ``base``, on a day."""
    found = list(batches(blocks))
    yield from check_customers(found, spec, base)
    yield from asked_of_all(found, checks_by_table(spec, RELATED_RULES, spec, base))
    yield from check_double_customers(found, spec, base)
    yield from check_changes(found, spec, base)
    yield from asked_of_all(found, checks_by_table(spec, DATED_RULES, as_of.isoformat()))
