"""Metrics of ledgers of a few rows, each written as (table, customer, day, values)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from xlcrm.facts import Facts, Span, build_facts
from xlcrm.metrics.catalogue import CATALOGUE
from xlcrm.metrics.model import Metric
from xlcrm.periods import parse_period
from xlcrm.records import LedgerRecord, Source
from xlcrm.spec.loader import load_spec
from xlcrm.spec.model import Spec
from xlcrm.spec.settings import Settings

Row = tuple[str, str, str, dict[str, Any]]

# Short names of the tables, and the field that says when a row's matter took place.
TABLES = {
    "base": ("customer_base", "first_contact"),
    "log": ("communication_log", "date"),
    "record": ("communication_record", "time"),
    "revisit": ("revisit_record", "time"),
    "channels": ("multichannel_record", "time"),
    "crm": ("crm_record", "last_interaction"),
    "issue": ("issue_tracking", "reported_on"),
    "survey": ("satisfaction_evaluation", "evaluated_on"),
    "evaluation": ("communication_evaluation", "communicated_on"),
}


def facts_of(rows: Iterable[Row], spec: Spec, span: Span | None = None) -> Facts:
    """Facts of rows that stand in source order; a row without a day has a blank one."""
    records = []
    for n, (short, customer, day, values) in enumerate(rows, 1):
        table, date = TABLES[short]
        said = ({date: day} if day else {}) | {"channel": "电话"} | values
        source = (Source("a.xlsx", table, n),)
        owner = str(values.get("owner", ""))
        records.append(LedgerRecord(f"K{n}", table, said, source, customer or None, owner=owner))
    return build_facts(records, spec, span)


@pytest.fixture(scope="session")
def spec() -> Spec:
    return load_spec()


@pytest.fixture
def facts(spec: Spec) -> Callable[..., Facts]:
    """Facts of rows."""
    return lambda *rows, span=None: facts_of(rows, spec, span)


@pytest.fixture
def reckon(spec: Spec) -> Callable[..., Metric]:
    """The metric of a key over rows, in 2024-W20 (13 to 19 May) unless told otherwise."""

    def run(
        key: str,
        rows: Iterable[Row],
        period: str = "2024-W20",
        subject: str | None = None,
        **parameters: Any,
    ) -> Metric:
        told = load_spec(Settings(parameters=parameters)) if parameters else spec
        of = parse_period(period)
        found = CATALOGUE[key](facts_of(rows, told), of, of.previous, told)
        return next(each for each in found if subject in (None, each.subject))

    return run
