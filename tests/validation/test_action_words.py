"""Owner and deadline in the words of an action: they fill blank fields, and only what is clear."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from xlcrm.examination import examine
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.options import Options
from xlcrm.records import FileReading
from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

SPEC = load_spec()
LOG = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "date": "2024-05-20",
    "channel": "电话",
    "content": "客户要求5月底前完成对接",
}
CRM = {
    "customer_name": "星辰科技",
    "last_interaction": "2024-05-20",
    "channel": "电话",
    "summary": "谈价格",
}
NAMES = {"communication_log": "沟通动态记录表", "crm_record": "客户关系管理记录表"}
Read = Callable[..., FileReading]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a record of a table into whose cells a person typed."""

    def read(
        table: str, values: dict[str, Any], cells: dict[str, Any], *, core: bool = False
    ) -> FileReading:
        path = tmp_path / "a.xlsx"
        tables, rows = [SPEC.tables[table]], {table: [values]}
        write_workbook(
            path, tables, SPEC, "zh", created=datetime(2024, 5, 20), core=core, records=rows
        )
        workbook: Workbook = load_workbook(path)
        for cell, value in cells.items():
            workbook[NAMES[table]][cell] = value
        workbook.save(path)
        return examine(path, path.name, SPEC)

    return read


def codes(reading: FileReading) -> list[tuple[str, str | None]]:
    return sorted((each.code, each.cell) for each in reading.findings)


PART, READ, YEAR = "action-incomplete", "normalised", "year-assumed"
CASES: list[tuple[str, str | None, str | None, list[str]]] = [
    ("张伟于5月25日前发送报价", "张伟", "2024-05-25", [READ, YEAR]),
    ("3日内回复;负责人:王芳", "王芳", "2024-05-23", [READ]),
    ("5个工作日内由李娜负责寄样", "李娜", "2024-05-27", [READ]),
    ("责任人：王经理，2024-05-30前完成", "王经理", "2024-05-30", [READ]),
    ("欧阳娜娜负责,2024年5月30日报价", "欧阳娜娜", "2024-05-30", [READ]),
    # One of the two alone.
    ("5月25日前发送报价", None, "2024-05-25", [PART, YEAR]),
    ("负责人:王芳", "王芳", None, [PART, READ]),
    # What may be read in several ways is left alone.
    ("方案于5月25日前发送", None, "2024-05-25", [PART, YEAR]),
    ("张伟5月22日前寄样,王芳5月25日前报价", "张伟", None, [PART, READ]),
    ("负责人:王芳;李娜负责打样", None, None, [PART, PART]),
    ("准备5月25日的会议", None, None, [PART, PART]),
    ("5月25日-27日上门", None, None, [PART, PART]),
    ("整理5月10日谈的要点", None, None, [PART, PART]),
    ("尽快回访", None, None, [PART, PART]),
    ("收到货后(5月22日)3日内回访", None, None, [PART, PART]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "owner", "due", "told"), CASES)
def test_words_fill_fields_left_blank(
    text: str, owner: str | None, due: str | None, told: list[str], read: Read
) -> None:
    reading = read("communication_log", LOG, {"I4": text})
    (record,) = reading.records
    assert record.values["next_action"] == text
    assert (record.values.get("owner"), record.values.get("action_due")) == (owner, due)
    assert [code for code, _ in codes(reading)] == told
    assert {cell for code, cell in codes(reading) if code in (READ, YEAR)} <= {"I4"}


def test_one_note_says_all_that_was_read(read: Read) -> None:
    (note,) = read("communication_log", LOG, {"I4": "3日内回复;负责人:王芳"}).findings
    assert note.message("zh") == (
        "后续行动“3日内回复;负责人:王芳”已读作“王芳、2024-05-23”:如果不对,请改写"
    )


def test_a_field_with_anything_in_it_keeps_it(read: Read) -> None:
    text = "张伟于5月25日前发送报价"
    filled = read("communication_log", LOG, {"I4": text, "W4": "王芳", "X4": date(2024, 5, 30)})
    assert filled.records[0].values["owner"] == "王芳"
    assert filled.records[0].values["action_due"] == "2024-05-30"
    assert codes(filled) == []
    unread = read("communication_log", LOG, {"I4": text, "W4": "王芳", "X4": "下周"})
    assert "action_due" not in unread.records[0].values
    assert codes(unread) == [("bad-date", "X4")]


def test_core_columns_alone_hold_it_all_and_findings_stand_at_the_words(
    read: Read, tmp_path: Path
) -> None:
    core = {key: value for key, value in LOG.items() if key != "customer_name"}
    values = {**core, "customer_id": "C001"}
    reading = read("communication_log", values, {"I4": "张伟于5月25日前发送报价"}, core=True)
    assert reading.records[0].values["action_due"] == "2024-05-25"
    assert codes(reading) == [(READ, "I4"), (YEAR, "I4")]
    later = check([tmp_path], Options(date(2024, 5, 26))).findings
    assert [each.cell for each in later if each.code == "overdue"] == ["I4"]
    vague = read("communication_log", values, {"I4": "发送报价"}, core=True)
    assert codes(vague) == [(PART, "I4")]
    assert vague.findings[0].message("zh").startswith("后续行动缺少行动截止日期、负责人")


def test_a_deadline_with_its_action_may_name_the_owner(read: Read) -> None:
    reading = read("crm_record", CRM, {"N4": "张伟于2024-05-25前发送方案"})
    assert reading.records[0].values["owner"] == "张伟"
    assert codes(reading) == [(READ, "N4")]
    both = read("crm_record", CRM, {"N4": "3日内回复,负责人:王芳"})
    due = {"date": "2024-05-23", "text": "回复,负责人:王芳"}
    assert both.records[0].values["follow_up_due"] == due
    assert both.records[0].values["owner"] == "王芳"
