"""A field of all records as a column, beside a look at each record."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from xlcrm import resources
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options
from xlcrm.record_columns import LedgerRecords, column_of
from xlcrm.records import Block, LedgerRecord, Records, Source

OPTIONS = Options(as_of=date(2024, 5, 27))


def talk(number: int, **more: Any) -> dict[str, Any]:
    said = {"record_id": f"J{number:03d}", "customer_name": "云帆教育", "date": "2024-05-14"}
    return said | {"channel": "电话", "content": f"第{number}次"} | more


def assert_columns(records: LedgerRecords) -> None:
    """Every column, whole and in parts of any length, is what the records say."""
    keys = {"no_such_field"}.union(*(record.values for record in records))
    cuts = [0, *sorted(Random(1).sample(range(len(records) + 1), 5)), len(records) + 3]
    for key in keys:
        said = [record.values.get(key) for record in records]
        assert records.column(key) == said == column_of([*records], key)
        for start, end in (*pairwise(cuts), (0, 0), (1, 2)):
            assert records.column(key, start, end) == said[start:end], (key, start, end)


def test_the_samples_columns_are_its_records(tmp_path: Path) -> None:
    resources.copy_tree(resources.sample_workbooks(), tmp_path)
    picture = merge(tmp_path, OPTIONS).picture
    assert_columns(picture.records)
    for records in picture.ledger.records.values():
        assert_columns(records)


def test_rows_that_are_not_as_their_file_has_them_are_as_the_ledger_has_them(team: Any) -> None:
    """Of rows in two files, in conflict, copied, twice in one file: the record is what counts."""
    first = [talk(n) for n in range(1, 9)]
    second = [talk(20), talk(3, content="别人改了"), talk(4), talk(21), talk(22, emotion="积极")]
    third = [talk(30), talk(30, date="2024-05-15", content="另一行"), talk(5, satisfaction=4)]
    for name, rows in (("甲", first), ("乙", second), ("丙", third)):
        team.put(f"{name}.xlsx", {"communication_log": rows})
    records = team.picture().records
    assert len(records) == 13
    assert_columns(records)


@pytest.mark.parametrize("rows", [[3, 4, 5], [3, 5, 9], [0, 0, 0], [3, 3, 4], [5, 3, 4]])
def test_a_row_that_stands_twice_is_no_place(rows: list[int]) -> None:
    block = Records(Block("a.xlsx", "表", "t"), rows, {"a": ["x", "y", None]})
    records = LedgerRecords()
    for n, record in enumerate(block):
        made = LedgerRecord(str(n), "t", record.values, (Source("a.xlsx", "表", n),))
        records.add(made, block if n else None, record.row)  # of the first more is known
    assert records.column("a") == ["x", "y", None]
    assert LedgerRecords.of([records, records]).column("a") == ["x", "y", None] * 2
