"""A field, three ways: against a slow and simple account of who said what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.ledger.threeway import Outcome, settle

NAMES = ["a", "b", "c", "d"]
said = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3), min_size=1)


def oracle(now: dict[str, int], then: dict[str, int], settled: int | None) -> int | None:
    """Return what the field is, None in a conflict: told source by source."""
    voices = []
    for name, value in now.items():
        if name in then:
            if value != then[name]:
                voices.append(("changed", value))
        elif value != settled:
            voices.append(("new", value))
    values = {value for _, value in voices}
    if not values:
        return settled
    if len(values) > 1:
        return None
    (value,) = values
    if ("changed", value) in voices:
        return value
    stands = [each for each in now.values() if each != value]
    return None if stands else value


@given(said, said, st.integers(0, 3))
def test_it_is_what_a_simple_account_says(
    now: dict[str, int], then: dict[str, int], settled: int
) -> None:
    outcome = settle(now, then, settled)
    assert outcome.value == oracle(now, then, settled)
    assert bool(outcome.rivals) == (outcome.value is None)
    assert outcome.rivals <= {*now.values(), settled}


@given(said)
def test_without_an_ancestor_only_what_all_say_is_taken(now: dict[str, int]) -> None:
    values = set(now.values())
    (value,) = values if len(values) == 1 else (None,)
    assert settle(now, {}, None).value == value


@given(said, said, st.integers(0, 3))
def test_what_was_settled_stays_so_until_somebody_changes(
    now: dict[str, int], then: dict[str, int], settled: int
) -> None:
    value = settle(now, then, settled).value
    if value is not None:
        assert settle(now, now, value) == Outcome(value)


@pytest.mark.parametrize(
    ("now", "then", "settled", "value"),
    [
        ({"a": 1, "b": 1}, {"a": 1, "b": 1}, 1, 1),  # nobody changed
        ({"a": 2, "b": 1}, {"a": 1, "b": 1}, 1, 2),  # one did
        ({"a": 2, "b": 2}, {"a": 1, "b": 1}, 1, 2),  # both did, alike
        ({"a": 2, "b": 3}, {"a": 1, "b": 1}, 1, None),  # both did, otherwise
        ({"a": 2, "b": 1}, {"a": 2, "b": 1}, 2, 2),  # b is behind since the run before
        ({"a": 2, "b": 3}, {"a": 2, "b": 1}, 2, 3),  # and has a word of its own now
        ({"b": 1}, {"a": 2, "b": 1}, 2, 2),  # the file that had it last is gone
        ({"a": 1, "c": 2}, {"a": 1}, 1, None),  # a new file without an ancestor
        ({"a": 1, "c": 1}, {"a": 1}, 1, 1),
        ({"c": 2}, {"a": 1}, 1, 2),  # nobody stands by what was settled
    ],
)
def test_what_becomes_of_a_field(
    now: dict[str, int], then: dict[str, int], settled: int, value: int | None
) -> None:
    assert settle(now, then, settled).value == value
