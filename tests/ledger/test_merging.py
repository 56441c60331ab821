"""Which rows are one record: by id, by natural key, over files and sheets; what is a conflict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from xlcrm.pipeline.picture import Picture
from xlcrm.records import LedgerRecord

LOG = "communication_log"
FORM = "revisit_record"
TALK = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "date": "2024-05-13",
    "channel": "电话",
    "topic": "报价",
    "content": "谈价格",
}
NO_ID = {key: value for key, value in TALK.items() if key != "record_id"}
CUSTOMER = {"customer_id": "C001", "customer_name": "星辰科技", "customer_type": "潜在客户"}
REVISIT = {
    "customer_name": "星辰科技",
    "time": "2024-05-13T14:30",
    "channel": "电话",
    "feedback": "系统稳定",
}
EARLY, LATE = datetime(2024, 5, 14, 9), datetime(2024, 5, 15, 9)


def files_of(record: LedgerRecord) -> list[str]:
    return [source.file for source in record.sources]


def told(picture: Picture, *codes: str) -> list[tuple[str, str, str | None]]:
    return [(f.code, f.file, f.cell) for f in picture.findings if f.code in codes]


def test_the_same_row_in_several_files_is_one_record_that_names_them(team: Any) -> None:
    team.put("张伟/a.xlsx", {LOG: [TALK]})
    team.put("b.xlsx", {LOG: [NO_ID | {"date": "2024-05-14"}, TALK]})
    picture = team.picture()
    both, other = sorted(picture.ledger.records[LOG], key=lambda record: -len(record.sources))
    assert files_of(both) == ["b.xlsx", "张伟/a.xlsx"]
    assert [source.row for source in both.sources] == [5, 4]
    assert files_of(other) == ["b.xlsx"]
    assert picture.ledger.duplicates == 1
    assert picture.ledger.conflicts == []


@pytest.mark.parametrize(
    ("same", "changes"),
    [
        # Of records with an id: the customer alone makes another, else both date and topic do.
        (False, {"customer_name": "月亮科技"}),
        (False, {"date": "2024-05-14", "topic": "交期"}),
        (True, {"date": "2024-05-14"}),
        (True, {"topic": "交期"}),
        (True, {"content": "谈交期"}),
        (True, {"customer_name": None}),
    ],
)
def test_one_id_in_two_files(team: Any, same: bool, changes: dict[str, Any]) -> None:
    team.put("a.xlsx", {LOG: [TALK]})
    other = {key: value for key, value in (TALK | changes).items() if value is not None}
    team.put("b.xlsx", {LOG: [other]})
    picture = team.picture()
    code = "edit-conflict" if same else "id-collision"
    assert told(picture, "edit-conflict", "id-collision") == [
        (code, "a.xlsx", "A4"),
        (code, "b.xlsx", "A4"),
    ]
    assert len(picture.ledger.records[LOG]) == (1 if same else 2)
    assert len({record.id for record in picture.records}) == len(picture.records)
    assert [each.field for each in picture.ledger.conflicts] == (list(changes) if same else [])


def test_an_id_given_twice_in_one_file_keeps_both_rows(team: Any) -> None:
    team.put("a.xlsx", {LOG: [TALK, TALK | {"content": "谈交期"}]})
    picture = team.picture()
    assert told(picture, "duplicate-id", "id-collision", "edit-conflict") == [
        ("duplicate-id", "a.xlsx", "A4"),
        ("duplicate-id", "a.xlsx", "A5"),
    ]
    assert [r.values["content"] for r in picture.ledger.records[LOG]] == ["谈价格", "谈交期"]
    assert len({record.id for record in picture.records}) == 2


def test_a_conflict_shows_the_version_saved_last_and_lists_every_one(team: Any) -> None:
    team.put("a.xlsx", {LOG: [TALK | {"content": "甲"}]}, saved=EARLY)
    team.put("b.xlsx", {LOG: [TALK | {"content": "乙", "emotion": "满意"}]}, saved=LATE)
    team.put("c.xlsx", {LOG: [TALK | {"content": "丙"}]}, saved=EARLY)
    team.put("d.xlsx", {LOG: [TALK | {"content": "甲"}]}, saved=EARLY)
    picture = team.picture()
    (record,) = picture.ledger.records[LOG]
    assert record.values["content"] == "乙" and record.values["emotion"] == "满意"
    assert files_of(record) == ["b.xlsx", "a.xlsx", "c.xlsx", "d.xlsx"]
    assert {each.record for each in picture.ledger.conflicts} == {record.id}
    versions = {
        each.field: [(value, source.partition(" ")[0]) for value, source in each.versions]
        for each in picture.ledger.conflicts
    }
    assert versions == {
        "content": [("甲", "a.xlsx"), ("乙", "b.xlsx"), ("丙", "c.xlsx")],
        "emotion": [(None, "a.xlsx"), ("满意", "b.xlsx")],
    }
    assert picture.ledger.duplicates == 1
    assert record.worst == "warning"


def test_a_conflict_of_rows_without_an_id_stands_at_the_field(team: Any) -> None:
    team.put("a.xlsx", {"customer_base": [CUSTOMER | {"deals": 0}], LOG: [NO_ID]})
    team.put(
        "b.xlsx", {"customer_base": [CUSTOMER | {"deals": 2}], LOG: [NO_ID | {"content": "改"}]}
    )
    picture = team.picture()
    conflicts = {each.field: [v for v, _ in each.versions] for each in picture.ledger.conflicts}
    assert conflicts == {"deals": [0, 2], "content": ["谈价格", "改"]}
    assert told(picture, "edit-conflict") == [
        ("edit-conflict", "a.xlsx", "A4"),
        ("edit-conflict", "a.xlsx", "H4"),
        ("edit-conflict", "b.xlsx", "A4"),
        ("edit-conflict", "b.xlsx", "H4"),
    ]


def test_records_that_share_an_id_keep_their_row_keys_when_they_are_edited(team: Any) -> None:
    def keys() -> dict[str | None, str]:
        return {record.customer: record.id for record in team.picture().records}

    team.put("a.xlsx", {LOG: [TALK]})
    team.put("b.xlsx", {LOG: [TALK | {"customer_name": "月亮科技"}]})
    before = keys()
    team.put("b.xlsx", {LOG: [TALK | {"customer_name": "月亮科技", "content": "改了"}]})
    assert keys() == before and len(set(before.values())) == 2


def test_rows_without_an_id_are_known_by_customer_date_and_topic(team: Any) -> None:
    team.put("a.xlsx", {LOG: [NO_ID, NO_ID | {"topic": "交期"}]})
    team.put("b.xlsx", {LOG: [NO_ID | {"topic": " 报 价", "customer_name": "星辰科技 "}]})
    picture = team.picture()
    assert [len(r.sources) for r in picture.ledger.records[LOG]] == [2, 1]
    assert told(picture, "edit-conflict") == []


def test_equal_keys_in_one_workbook_are_counted_in_row_order(team: Any) -> None:
    rows = [NO_ID | {"content": "上午"}, NO_ID | {"content": "下午"}]
    team.put("a.xlsx", {LOG: rows})
    team.put("b.xlsx", {LOG: rows})
    picture = team.picture()
    assert [r.values["content"] for r in picture.ledger.records[LOG]] == ["上午", "下午"]
    assert [len(r.sources) for r in picture.ledger.records[LOG]] == [2, 2]
    assert picture.ledger.conflicts == []


def test_an_unchanged_copy_of_a_form_is_one_record_and_a_filled_one_another(team: Any) -> None:
    def copy(workbook: Workbook) -> None:
        workbook.copy_worksheet(workbook["客户回访沟通记录表"])
        workbook.copy_worksheet(workbook["客户回访沟通记录表"])["C12"] = "系统变慢"

    team.put("a.xlsx", {FORM: [REVISIT]}, edit=copy)
    picture = team.picture()
    assert [(r.values["feedback"], len(r.sources)) for r in picture.ledger.records[FORM]] == [
        ("系统稳定", 2),
        ("系统变慢", 1),
    ]
    counts = picture.ledger.rows["a.xlsx"]
    assert (counts.seen, counts.merged, counts.rejected) == (3, 3, 0)


@pytest.mark.parametrize("copy", ["a (1).xlsx", "Z副本.xlsx", "a - Copy.xlsx", "b.xlsx"])
def test_an_exact_copy_of_a_file_is_named_as_one(team: Any, copy: str) -> None:
    path = team.put("a.xlsx", {LOG: [TALK]})
    (team.root / copy).write_bytes(path.read_bytes())
    picture = team.picture()
    assert picture.ledger.copies == {copy: "a.xlsx"}
    assert told(picture, "duplicate-copy") == [("duplicate-copy", copy, None)]
    assert len(picture.ledger.records[LOG]) == 1


def test_a_row_is_rejected_only_without_id_and_natural_key(team: Any) -> None:
    rows = [
        {"content": "只有内容", "channel": "电话"},
        {"content": "有日期", "date": "2024-05-13"},
        {"content": "有编号", "record_id": "J009"},
        {"content": "有主题", "topic": "报价"},
    ]
    team.put("a.xlsx", {LOG: rows, FORM: [{"feedback": "没有客户和时间"}]})
    picture = team.picture()
    kept = [record.values["content"] for record in picture.ledger.records[LOG]]
    assert sorted(kept) == ["有主题", "有日期", "有编号"]
    assert FORM not in picture.ledger.records
    counts = picture.ledger.rows["a.xlsx"]
    assert (counts.seen, counts.merged, counts.rejected) == (5, 3, 2)
    missing = told(picture, "required-missing")
    assert ("required-missing", "a.xlsx", "C4") in missing


def test_a_key_that_was_not_understood_still_knows_its_row(team: Any) -> None:
    def dated(text: str) -> Callable[[Workbook], None]:
        def edit(workbook: Workbook) -> None:
            workbook["沟通动态记录表"]["C4"] = text

        return edit

    for file, text in (("a.xlsx", "下周三"), ("b.xlsx", "下周三"), ("c.xlsx", "下周四")):
        team.put(file, {LOG: [NO_ID]}, edit=dated(text))
    records = team.picture().ledger.records[LOG]
    assert [(record.raw["date"], len(record.sources)) for record in records] == [
        ("下周三", 2),
        ("下周四", 1),
    ]


def test_a_customer_is_one_by_id_and_by_name(team: Any) -> None:
    by_id = {"customer_id": "C001", **{k: v for k, v in NO_ID.items() if k != "customer_name"}}
    team.put("base.xlsx", {"customer_base": [CUSTOMER]})
    team.put("a.xlsx", {LOG: [NO_ID]})
    team.put("b.xlsx", {LOG: [by_id]})
    team.put("c.xlsx", {LOG: [NO_ID | {"customer_id": "C001", "customer_name": "星辰 科技"}]})
    (record,) = team.picture().ledger.records[LOG]
    assert record.customer == "C001" and len(record.sources) == 3


def test_a_files_own_base_goes_before_the_others(team: Any) -> None:
    def base(number: str, name: str) -> dict[str, str]:
        return {"customer_id": number, "customer_name": name, "customer_type": "潜在客户"}

    talk = NO_ID | {"customer_id": "C001"}
    team.put("a.xlsx", {"customer_base": [base("C001", "甲公司")]})
    team.put(
        "b.xlsx",
        {"customer_base": [base("C001", "乙公司")], LOG: [talk | {"customer_name": "乙公司"}]},
    )
    team.put("c.xlsx", {LOG: [talk | {"customer_name": "丙公司"}]})
    picture = team.picture()
    assert told(picture, "name-mismatch") == [("name-mismatch", "c.xlsx", "J4")]
    assert told(picture, "id-collision") == [
        ("id-collision", "a.xlsx", "A4"),
        ("id-collision", "b.xlsx", "A4"),
    ]


def test_an_owner_is_who_is_named_else_the_folder_else_the_file(team: Any) -> None:
    team.put("王芳.xlsx", {LOG: [TALK, TALK | {"record_id": "J002", "owner": "李娜"}]})
    team.put("张伟/五月.xlsx", {LOG: [TALK | {"record_id": "J003"}]})
    owners = {r.values["record_id"]: r.owner for r in team.picture().ledger.records[LOG]}
    assert owners == {"J001": "王芳", "J002": "李娜", "J003": "张伟"}


def test_every_row_of_every_file_is_counted(team: Any) -> None:
    team.put("a.xlsx", {LOG: [TALK, TALK, NO_ID, {"content": "无主"}], FORM: [REVISIT, REVISIT]})
    team.put("b.xlsx", {LOG: [TALK, TALK | {"customer_name": "月亮科技", "record_id": "J003"}]})
    picture = team.picture()
    seen = {file: counts.seen for file, counts in picture.ledger.rows.items()}
    assert seen == {"a.xlsx": 6, "b.xlsx": 2}
    for counts in picture.ledger.rows.values():
        assert counts.seen == counts.merged + counts.rejected
    placed = Counter(source.file for record in picture.records for source in record.sources)
    assert placed == {"a.xlsx": 5, "b.xlsx": 2}


def test_columns_of_the_persons_own_are_kept_and_compared(team: Any) -> None:
    def column(text: str) -> Any:
        def edit(workbook: Workbook) -> None:
            sheet = workbook["沟通动态记录表"]
            place = sheet.max_column + 1
            sheet.cell(3, place, "区域")
            sheet.cell(4, place, text)

        return edit

    team.put("a.xlsx", {LOG: [TALK]}, edit=column("华东"), saved=EARLY)
    team.put("b.xlsx", {LOG: [TALK]}, edit=column("华北"), saved=LATE)
    picture = team.picture()
    assert [(each.field, [v for v, _ in each.versions]) for each in picture.ledger.conflicts] == [
        ("区域", ["华东", "华北"])
    ]
