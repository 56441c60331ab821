"""The day's work: what is due, overdue or coming round, of a folder's records."""

from xlcrm.agenda.items import Item, agenda

__all__ = ["Item", "agenda"]
