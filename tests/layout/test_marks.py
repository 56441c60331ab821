"""Marks: the texts by which a sheet is known again."""

from __future__ import annotations

import pytest

from xlcrm.layout.marks import Mark, column_index, header_marks, mark, named_cells, read_marks
from xlcrm.records import column_letters


def test_a_mark_reads_back() -> None:
    for table, slot in [("log", "date"), ("talk", "actions.1.due"), ("own", "guide")]:
        assert list(read_marks(mark(table, slot))) == [Mark(table, slot)]
    assert header_marks("log", ["date", "topic"]) == ["xlcrm.log.date", "xlcrm.log.topic"]


def test_a_cell_may_hold_several_marks() -> None:
    text = "xlcrm.talk.actions.1.due xlcrm.talk.actions.1.done"
    assert [each.slot for each in read_marks(text)] == ["actions.1.due", "actions.1.done"]


@pytest.mark.parametrize(
    "text", ["客户", "xlcrm", "xlcrm.", "xlcrm.log", 3.0, True, None, "a xlcrm.l.d"]
)
def test_other_cells_hold_no_mark(text: object) -> None:
    assert list(read_marks(text)) == []


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("'客户''s'!$B$3", (2, 1)),
        ("客户!B3", (2, 1)),
        ("'a!b'!$AA$10", (9, 26)),
        ("#REF!", None),
        ("客户!#REF!", None),
        ("客户!$B$3:$B$5", None),
        ("12", None),
    ],
)
def test_a_name_tells_its_cell_where_it_has_one(
    reference: str, place: tuple[int, int] | None
) -> None:
    cells = named_cells({"xlcrm.log.date": reference, "list_level": "客户!$A$1"})
    assert cells == ({Mark("log", "date"): place} if place else {})


def test_columns_and_letters() -> None:
    for column in (0, 25, 26, 51, 52, 701, 702, 16_383):
        assert column_index(column_letters(column)) == column
