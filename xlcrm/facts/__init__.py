"""Facts: what the ledger's records, whatever tables they stand on, say of customers and talks."""

from xlcrm.facts.build import build_facts
from xlcrm.facts.model import Facts

__all__ = ["Facts", "build_facts"]
