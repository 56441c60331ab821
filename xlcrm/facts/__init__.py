"""Facts: what the ledger's records, whatever tables they stand on, say of customers and talks."""

from xlcrm.facts.build import build_facts
from xlcrm.facts.tables import Facts, Span

__all__ = ["Facts", "Span", "build_facts"]
