"""Which customer is meant by what somebody typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from xlcrm.facts.model import Customer
from xlcrm.spec.firms import firm_name
from xlcrm.text import fold
from xlcrm.values import dataclass

_NAMED = 5  # customers whom an answer names
_SHORTEST = 2  # characters that a part of a name has
_NEAR, _MARGIN, _FAR = 75.0, 10.0, 30.0  # how like two names are, of 100


@dataclass(frozen=True)
class Meant:
    """``customers`` are those whom a text may mean, the likeliest first. ``is_clear`` is whether it
    is the first alone, ``is_one`` whether it is one of them, ``is_exact`` whether they are called
    so."""

    customers: Sequence[Customer]
    is_clear: bool
    is_one: bool = True
    is_exact: bool = False


def meant(text: str, customers: Sequence[Customer], key: Callable[[str], str]) -> Meant:
    """Return whom a text means: by id or name, by what ``key`` knows them by besides, as a name
    that was decided to be theirs; by a part of the name; else by the one clearly nearest."""
    asked = fold(text)
    exact = [each for each in customers if asked in map(fold, _names(each))]
    exact = exact or [each for each in customers if each.id == key(text)]
    if exact:
        return Meant(exact[:_NAMED], len(exact) == 1, is_exact=True)
    firm = firm_name(text)
    partly = [
        each
        for each in customers
        if (len(asked) >= _SHORTEST and asked in fold(each.name))
        or firm.may_be(firm_name(each.name))
    ]
    if partly:
        return Meant(partly[:_NAMED], len(partly) == 1)
    return _nearest(asked, customers)


def _names(customer: Customer) -> Iterator[str]:
    yield from filter(None, (customer.customer_id, customer.name, customer.id))


def _nearest(asked: str, customers: Sequence[Customer]) -> Meant:
    from rapidfuzz import fuzz, process  # late: needed where nobody is called so

    names = {n: name for n, each in enumerate(customers) for name in [fold(each.name)]}
    found = process.extract(asked, names, scorer=fuzz.ratio, limit=_NAMED, score_cutoff=_FAR)
    scores = [score for _, score, _ in found] + [0.0, 0.0]
    is_one, is_clear = scores[0] >= _NEAR, scores[0] - scores[1] >= _MARGIN
    return Meant([customers[n] for *_, n in found], is_one and is_clear, is_one)
