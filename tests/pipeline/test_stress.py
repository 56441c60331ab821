"""A short form of benchmarks/stress.py: merges killed at random moments, and several at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # for the benchmarks

from benchmarks.stress_at_once import BUSY, NAMED, UPDATES, at_once, without_locks
from benchmarks.stress_folder import Tally
from benchmarks.stress_kills import KILLED, kills


@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
@pytest.mark.parametrize(
    ("stress", "count", "counted"),
    [(kills, 5, KILLED), (at_once, 12, UPDATES), (without_locks, 12, UPDATES)],
)
def test_nothing_is_lost_and_nothing_corrupt(
    tmp_path: Path, stress: Any, count: int, counted: str
) -> None:
    tally = Tally()
    stress(tmp_path, count, 6, tally)
    assert tally.wrong == []
    assert tally.counts[counted] == count
    assert tally.counts[NAMED] == tally.counts[BUSY]
