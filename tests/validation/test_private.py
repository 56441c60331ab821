"""Private values are found wherever they were typed; their masked forms and codes are fine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from xlcrm.findings import Finding

Examined = Callable[..., list[Finding]]
Told = Callable[..., list[tuple[str, str]]]

BASE = {"customer_id": "C001", "customer_name": "星辰科技", "customer_type": "潜在客户"}
LOG = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "date": "2024-05-13",
    "channel": "电话",
    "content": "谈价格",
}
DONE = {"action": "甲", "owner": "张伟", "due": "2024-05-20"}
FORM = {
    "customer_name": "星辰科技",
    "time": "2024-05-13T14:30",
    "channel": "电话",
    "needs": ["降低成本"],
    "conclusions": "同意试用",
}
PHONE, LANDLINE, MAIL = "13812345678", "010-62345678", "li.si@example.com"
ID_CARD, BANK_CARD = "11010519491231002X", "6222021234567890128"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("private-phone", PHONE),
        ("private-phone", "1３8 1234 5678"),
        ("private-phone", "+86-138-1234-5678"),
        ("private-phone", LANDLINE),
        ("private-phone", "(0571)87654321"),
        ("private-email", MAIL),
        ("private-id-card", ID_CARD),
        ("private-bank-card", BANK_CARD),
    ],
)
def test_in_free_text(code: str, text: str, examined: Examined) -> None:
    content = f"请打{text}联系"
    (finding,) = examined({"communication_log": [{**LOG, "content": content}]})
    assert (finding.code, finding.cell) == (code, "G4")
    assert finding.suggestion and "*" in finding.suggestion
    spoken = [
        finding.value,
        finding.message("zh"),
        finding.message("en"),
        str(finding.to_json("zh")),
    ]
    assert not any(text in str(each) for each in spoken)


@pytest.mark.parametrize(
    "text",
    [
        "138****5678",
        "客户联系方式-1",
        "010-****5678",
        "l***@example.com",
        "110105194912310021",  # the check digit does not hold
        "6222021234567890127",  # nor does this one's
        "订单20240513000123",
        "12812345678",
        "合同金额138000元,2024-05-13签",
    ],
)
def test_what_is_no_private_value(text: str, told: Told) -> None:
    assert told({"communication_log": [{**LOG, "content": text}]}) == []


PLACES: list[tuple[str, dict[str, Any], str]] = [
    ("customer_base", {**BASE, "contact_info": PHONE}, "联系方式"),
    ("customer_base", {**BASE, "contact": f"*经理{PHONE}"}, "联系人"),
    ("customer_base", {**BASE, "tags": ["高潜力客户", PHONE]}, "客户标签"),
    ("customer_base", {**BASE, "notes": f"手机{PHONE}"}, "重要备注"),
    ("communication_log", {**LOG, "participants": {"theirs": f"*经理 {PHONE}"}}, "参与人员"),
    ("communication_log", {**LOG, "emotion": f"满意 {PHONE}"}, "客户情绪"),
    ("communication_record", {**FORM, "needs": ["降低成本", f"回电{PHONE}"]}, "客户需求"),
    ("communication_record", {**FORM, "contact_info": PHONE}, "联系方式"),
    (
        "communication_record",
        {**FORM, "actions": [{**DONE, "action": "发方案"}, {**DONE, "action": f"打{PHONE}"}]},
        "行动项 2",
    ),
    ("communication_record", {**FORM, "actions": [{**DONE, "owner": PHONE}]}, "负责人 1"),
]


@pytest.mark.parametrize(("table", "values", "label"), PLACES)
def test_in_every_kind_of_field(table: str, values: dict[str, Any], label: str, told: Told) -> None:
    assert told({table: [values]}) == [("private-phone", label)]


def test_as_a_number_and_in_a_cell_that_was_not_understood(told: Told) -> None:
    def edit(workbook: Workbook) -> None:
        workbook["客户基础信息库"]["I4"] = int(PHONE)
        workbook["沟通动态记录表"]["D4"] = f"问{PHONE}"

    found = told({"customer_base": [BASE], "communication_log": [LOG]}, edit)
    assert found == [
        ("bad-date", "沟通日期"),
        ("private-phone", "沟通日期"),
        ("private-phone", "重要备注"),
    ]


def test_in_a_column_of_the_persons_own(examined: Examined) -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook["沟通动态记录表"]
        column = sheet.max_column + 1
        sheet.cell(3, column, "客户手机")
        sheet.cell(4, column, PHONE)
        cells.append(sheet.cell(4, column).coordinate)

    cells: list[str] = []
    findings = examined({"communication_log": [LOG]}, edit)
    private = [each for each in findings if each.code == "private-phone"]
    assert [each.cell for each in private] == cells
    assert "客户手机" in private[0].message("zh")


def test_long_numbers_in_id_and_credit_code_cells_are_no_bank_cards(told: Told) -> None:
    def edit(workbook: Workbook) -> None:
        workbook["客户基础信息库"]["A4"] = f"C{BANK_CARD}"
        workbook["客户基础信息库"]["J4"] = BANK_CARD

    found = told({"customer_base": [BASE]}, edit)
    assert [code for code, _ in found] == ["bad-credit-code", "bad-id"]


def test_each_kind_is_told_once_a_cell(told: Told) -> None:
    content = f"{PHONE}、13987654321,{MAIL}"
    found = told({"communication_log": [{**LOG, "content": content}]})
    assert found == [("private-email", "关键内容记录"), ("private-phone", "关键内容记录")]
