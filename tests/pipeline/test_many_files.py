"""A large folder is read in the way that is made for many workbooks, and gives the same master."""

from __future__ import annotations

from typing import Any

import pytest

from xlcrm.filled_workbook import grids
from xlcrm.pipeline import readings

LOG = "communication_log"
TALK = {"customer_name": "星辰科技", "date": "2024-05-13", "channel": "电话", "content": "谈价格"}
THREE = range(3)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_large_folder_gives_the_same_master(
    team: Any, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setattr(grids, "_find", None)
    for person in THREE:
        talks = [
            {**TALK, "record_id": f"J{person}{n:02}", "sent_at": f"2024-05-13T09:{n:02}"}
            for n in range(20)
        ]
        team.put(f"{person}.xlsx", {LOG: talks})
    size = sum(path.stat().st_size for path in team.root.iterdir())
    masters = []
    for limit in (size, size - 1):
        assert grids._find is None  # nothing is loaded for a folder that is small
        monkeypatch.setattr(readings, "_MANY", limit)
        result = team.merge(workers=workers)
        assert result.document["records"][LOG] == 60
        masters.append(team.master.read_bytes())
        team.master.unlink()
        team.results.rename(team.root.with_name(f"{limit}"))
    assert grids._find is not None
    assert masters[0] == masters[1]
