"""All that records say only together, or on a certain day: what no file can tell by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from xlcrm.customers import CustomerBase
from xlcrm.findings import Finding
from xlcrm.records import Record
from xlcrm.spec.model import Spec
from xlcrm.validation.changes import check_changes
from xlcrm.validation.dated import check_dated
from xlcrm.validation.references import check_customers
from xlcrm.validation.relations import check_double_customers, check_relations


def check_together(
    records: Sequence[Record], spec: Spec, base: CustomerBase, as_of: date
) -> Iterator[Finding]:
    """Yield the findings of the records of a run, whose customers are in ``base``, on a day."""
    yield from check_customers(records, spec, base)
    yield from check_relations(records, spec, base)
    yield from check_double_customers(records, spec)
    yield from check_changes(records, spec, base)
    yield from check_dated(records, spec, as_of)
