"""What the sheets of a workbook in the making know of it: its language, and its customer base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field as attribute

from xlcrm.findings import Language
from xlcrm.spec.model import CUSTOMER_FIELDS, Field, Spec, Table
from xlcrm.spec.types.texts import CUSTOMERS, Display
from xlcrm.values import dataclass

Numbers = tuple[int, int]
_ANY_NUMBERS: Numbers = (1, 999_999_999)
_LOOKING = "needs-review"  # the rule that shows by colour and looks at a customer's row


@dataclass(frozen=True)
class Making:
    """A workbook in the making.

    ``customers`` are the keys of the columns of its own customer base; none where it has none.
    ``numbers`` are by table the first and the last running number from which ids are offered.
    """

    spec: Spec
    language: Language
    customers: frozenset[str] = frozenset()
    numbers: Mapping[str, Numbers] = attribute(default_factory=dict)

    def numbers_of(self, table: Table) -> Numbers:
        """Return the first and the last running number of a table's ids."""
        return self.numbers.get(table.key, _ANY_NUMBERS)

    def choice_of(self, field: Field, table: Table) -> str | None:
        """Return the defined name from which ``field`` is chosen, where it names a customer."""
        names_customer = field.key in CUSTOMER_FIELDS and table.role != CUSTOMERS
        return choice_name(field.key) if names_customer and field.key in self.customers else None

    def can_show(self, field: Field, keys: Iterable[str]) -> bool:
        """Whether what a display field is computed from stands in the workbook.

        ``keys`` are the fields on its own sheet.
        """
        if not isinstance(field.type, Display):
            return True
        places = list(field.type.places())
        return all(key in keys for key, rest in places if not rest) and all(
            rest in self.customers for key, rest in places if key == CUSTOMERS
        )


def looked_up(tables: Sequence[Table]) -> frozenset[str]:
    """Return the columns of the customer base that the other tables look into."""
    return frozenset(key for table in tables if table.role != CUSTOMERS for key in _looks(table))


def _looks(table: Table) -> Iterator[str]:
    yield from (field.key for field in table.fields if field.key in CUSTOMER_FIELDS)
    yield from (rule.arguments["base"] for rule in table.rules if rule.name == _LOOKING)
    for field in table.fields:
        if isinstance(field.type, Display):
            yield from (rest for key, rest in field.type.places() if key == CUSTOMERS)


def column_name(key: str) -> str:
    """Return the defined name of a column of the customer base, its label included."""
    return f"{CUSTOMERS}_{key}"


def choice_name(key: str) -> str:
    """Return the defined name of the filled part of a column of the customer base."""
    return f"choose_{key}"
