"""Classes of values do what dataclasses do, but for what the type checker sees to."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from xlcrm import values


def made(decorate: Callable[..., Any], **options: bool) -> Any:
    """The same class by one decorator or another."""

    @decorate(**options)
    class Place:
        sheet: str
        row: int = 0
        cells: dict[str, int] = dataclasses.field(default_factory=dict, compare=False)
        secret: str = dataclasses.field(default="", repr=False)

    return Place


@pytest.mark.parametrize("slots", [False, True])
@pytest.mark.parametrize("frozen", [False, True])
def test_values_are_compared_shown_and_replaced_as_those_of_dataclasses(
    frozen: bool, slots: bool
) -> None:
    ours, theirs = (
        made(each, frozen=frozen, slots=slots) for each in (values.dataclass, dataclasses.dataclass)
    )
    for one, other in [("a", "a"), ("a", "b")]:
        pairs = [(kind(one, 2, {"x": 1}), kind(other, 2, {})) for kind in (ours, theirs)]
        same, expected = ([a == b, repr(a), b != a, a == "a"] for a, b in pairs)
        assert same == expected
    if frozen:
        assert hash(ours("a", 2)) == hash(theirs("a", 2)) != hash(ours("b", 2))
    else:
        assert ours.__hash__ is theirs.__hash__ is None
    changed = dataclasses.replace(ours("a"), row=3)
    assert changed == ours("a", 3) and dataclasses.asdict(changed)["row"] == 3
    assert hasattr(changed, "__dict__") is not slots
