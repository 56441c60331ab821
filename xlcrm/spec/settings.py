"""What a team may set; without settings the declarations hold as they are.

Only what differs from the declarations stands here, as plain JSON data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, field
from typing import Any

from xlcrm.values import dataclass

Change = Mapping[str, Any]
CUSTOMERS = ("customer_aliases", "customers_apart")  # what is decided of who is whose customer
SHOWN, HIDDEN, DROPPED = "shown", "hidden", "dropped"


@dataclass(frozen=True)
class Settings:
    """A team's settings.

    ``parameters`` holds values by parameter. ``shown`` names off fields that are shown, by table.
    ``fields`` holds by table and field key what is declared otherwise, in the declarations' own
    attributes; a field that the table does not have is added, and has its ``type``. ``state`` is
    hidden (still read) or dropped (kept as an extra column). ``order`` holds the keys of a table's
    fields, where they stand in another order.
    ``choices`` holds by list the values that are changed or added: ``value`` and of ``en``,
    ``aliases``, ``polarity``, ``shown`` and ``until`` (ISO day from which it no longer holds) what
    is declared otherwise; an added one says after which value it stands. A list that is not
    declared is added.
    ``customer_aliases`` and ``need_aliases`` lead from a name, id or tag to what it is decided to
    be; ``customers_apart`` are pairs of names or ids that are decided to be two customers.
    ``members`` are who is to hand in: ``name`` and of ``file``, ``team``, ``ids`` (first and last
    number), ``starts``, ``leaves`` (ISO days) and ``successor`` what is given.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, Sequence[str]] = field(default_factory=dict)
    customer_aliases: Mapping[str, str] = field(default_factory=dict)
    customers_apart: Sequence[Sequence[str]] = ()
    need_aliases: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, Change]] = field(default_factory=dict)
    order: Mapping[str, Sequence[str]] = field(default_factory=dict)
    choices: Mapping[str, Sequence[Change]] = field(default_factory=dict)
    members: Sequence[Mapping[str, Any]] = ()

    def to_state(self) -> dict[str, Any]:
        """Return plain JSON data; ``Settings(**data)`` is its inverse."""
        return asdict(self)

    @property
    def customers(self) -> dict[str, Any]:
        """What is decided of customers, as JSON data."""
        aliases, apart = (getattr(self, name) for name in CUSTOMERS)
        return dict(zip(CUSTOMERS, (dict(aliases), list(map(list, apart))), strict=True))
