"""Workbooks that chance has changed are merged or named, and none fails our own code."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # for the benchmarks

from benchmarks.fuzz import Tally, run

COUNT = 300
SECONDS = 30


def test_mutations_are_merged_or_named() -> None:
    tally = Tally()
    files = run(range(COUNT), tally).document["files"]
    assert len({each["path"] for each in files}) == len(files) == COUNT
    for each in files:
        assert each["rows_seen"] == each["rows_merged"] + each["rows_rejected"], each
        assert each["status"] == "merged" or each["reason"], each
    assert tally.failed == {}
    assert max(tally.seconds.values()) < SECONDS
    statuses = [each["status"] for each in files]
    assert statuses.count("merged") > COUNT / 5 and statuses.count("rejected") > COUNT / 5
    assert sum(each["rows_merged"] for each in files) > COUNT
