"""No stage takes a tenth more instructions than the committed figures say, whatever the machine.

A change that is to cost more takes its figures with it: ``python -m benchmarks.instructions
--update``.
"""

from __future__ import annotations

import os
import platform

import pytest

from benchmarks.instructions import (
    REFERENCE,
    TOLERANCE,
    Count,
    can_count,
    counted,
    known_figures,
    ratios,
    version,
)


def test_no_stage_takes_more_instructions_than_it_did() -> None:
    if not can_count():
        is_wanted = os.environ.get("XLCRM_REQUIRE_APPS") == "1" and platform.machine() == "x86_64"
        (pytest.fail if is_wanted else pytest.skip)("valgrind is not installed")
    known = known_figures()
    if known is None:
        pytest.skip(f"instructions.json has no figures of Python {version()}")
    slower = {s: r for s, r in ratios(counted(), known).items() if r > 1 + TOLERANCE}
    assert not slower, "more instructions than before: see benchmarks/README.md"


def test_what_counts_is_the_work_and_not_how_python_was_built() -> None:
    then = {REFERENCE: Count(1_000, 50), "stage": Count(2_000, 3_000)}
    leaner = {REFERENCE: Count(700, 90), "stage": Count(1_400, 3_000)}
    assert ratios(leaner, then) == {"stage": pytest.approx(1)}
    longer = {**leaner, "stage": Count(1_400, 3_600)}
    assert ratios(longer, then) == {"stage": pytest.approx(1.12)}
    assert ratios({**leaner, "new": Count(1, 1)}, then)["new"] == float("inf")
