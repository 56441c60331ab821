"""What the lead has changed goes back to whoever filled it, and is theirs once they keep it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.pipeline.merges import MergeResult, hand_back, merge
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.prefills import prefilled_workbook
from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

SPEC, OPTIONS = load_spec(), Options(date(2024, 5, 20))
LOG, FORM = "沟通动态记录表", "客户回访沟通记录表"
TALK = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "date": "2024-05-13",
    "channel": "电话",
    "topic": "报价",
    "content": "谈价格",
    "owner": "张伟",
    "next_action": "发送定制方案",
    "action_due": "2024-05-28",
}
REVISIT = {
    "customer_name": "星辰科技",
    "time": "2024-05-13T14:30",
    "channel": "电话",
    "topics": ["定期回访"],
    "feedback": "系统稳定",
    "next_step": ["定期回访"],
}
FILE = "张伟/沟通.xlsx"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A merged folder with one file of a list and a form."""
    path = tmp_path / "团队" / FILE
    path.parent.mkdir(parents=True)
    tables = [SPEC.tables[key] for key in ("communication_log", "revisit_record")]
    records: dict[str, list[dict[str, Any]]] = {
        "communication_log": [TALK],
        "revisit_record": [REVISIT],
    }
    write_workbook(path, tables, SPEC, "zh", created=OPTIONS.created, records=records)
    merge(tmp_path / "团队", OPTIONS)
    return tmp_path / "团队"


def lead_types(root: Path, sheet: str, **cells: Any) -> None:
    path = root / "汇总" / "客户沟通汇总.xlsx"
    workbook = load_workbook(path)
    _fill(workbook, sheet, cells)
    workbook.save(path)


def _fill(workbook: Workbook, sheet: str, cells: dict[str, Any]) -> None:
    columns = {cell.value: cell.column for cell in workbook[sheet][2]}
    for label, value in cells.items():
        workbook[sheet].cell(3, columns[label]).value = value


def handed_back(root: Path) -> MergeResult:
    return hand_back(root, merge(root, OPTIONS))


def cell(sheet: Worksheet, label: str) -> Any:
    column = next(each.column for each in sheet[3] if each.value == label)
    return sheet.cell(4, column)


def rows(root: Path, sheet: str) -> list[dict[str, Any]]:
    header, *found = load_workbook(root / "汇总" / "客户沟通汇总.xlsx", read_only=True)[
        sheet
    ].iter_rows(min_row=2, values_only=True)
    return [dict(zip(header, row, strict=True)) for row in found]


def test_the_returned_workbook_holds_what_the_lead_typed_with_a_note(root: Path) -> None:
    lead_types(root, LOG, 关键内容记录="谈交期", 客户情绪="满意", 沟通主题=None)
    (returned,) = handed_back(root).document["returned"]
    sheet = load_workbook(returned["workbook"])[LOG]
    assert cell(sheet, "关键内容记录").value == "谈交期"
    assert "【主管修改】现值“谈交期”，原值“谈价格”" in cell(sheet, "关键内容记录").comment.text
    assert cell(sheet, "客户情绪").value == "满意"
    assert "原值“(空)”" in cell(sheet, "客户情绪").comment.text
    assert cell(sheet, "沟通主题").value is None and cell(sheet, "沟通主题").comment
    assert cell(sheet, "沟通方式").comment is None
    assert not any(each.startswith("not-carried") for each in _codes(root))


def test_what_is_kept_of_it_is_the_persons_own_and_comes_back_no_more(root: Path) -> None:
    lead_types(root, LOG, 关键内容记录="谈交期")
    lead_types(root, FORM, 下一步计划="3日内跟进、定期回访", 客户反馈内容="系统变慢")
    (returned,) = handed_back(root).document["returned"]
    shutil.copy2(returned["workbook"], root / FILE)
    result = handed_back(root)
    assert result.document["conflicts"] == 0
    assert [each["workbook"] for each in result.document["returned"]] == [None]
    (talk,), (revisit,) = rows(root, LOG), rows(root, FORM)
    assert (talk["关键内容记录"], talk["校验状态"]) == ("谈交期", "通过")
    said = (revisit["下一步计划"], revisit["客户反馈内容"], revisit["校验状态"])
    assert said == ("3日内跟进、定期回访", "系统变慢", "通过")
    assert "主管修改" not in load_workbook(root / "汇总" / "客户沟通汇总.xlsx").sheetnames


def test_a_form_goes_back_with_what_the_lead_ticked(root: Path) -> None:
    lead_types(root, FORM, 下一步计划="3日内跟进", 客户反馈内容="系统变慢")
    (returned,) = handed_back(root).document["returned"]
    sheet = load_workbook(returned["workbook"])[FORM]
    notes = [each.comment.text for row in sheet.iter_rows() for each in row if each.comment]
    assert [text.count("【主管修改】") for text in notes] == [1, 1]
    assert any("系统变慢" in str(each.value) for row in sheet.iter_rows() for each in row)


@pytest.mark.parametrize("text", [None, "随手写的"])
def test_boxes_that_the_lead_emptied_or_wrote_words_for_go_back_too(root: Path, text: Any) -> None:
    lead_types(root, FORM, 下一步计划=text, 客户情绪状态=text, 客户反馈内容="系统变慢")
    (returned,) = handed_back(root).document["returned"]
    sheet = load_workbook(returned["workbook"])[FORM]
    notes = [each.comment.text for row in sheet.iter_rows() for each in row if each.comment]
    assert sum("系统变慢" in note for note in notes) == 1
    assert any("下一步计划" in str(each.value) for row in sheet.iter_rows() for each in row)


def test_a_prefilled_workbook_has_the_notes_too(root: Path, tmp_path: Path) -> None:
    lead_types(root, LOG, 关键内容记录="谈交期")
    merge(root, OPTIONS)
    made = prefilled_workbook("张伟", root, [], tmp_path / "预填.xlsx", OPTIONS)
    sheet = load_workbook(made.workbook)[LOG]
    assert cell(sheet, "关键内容记录").value == "谈交期"
    assert "原值“谈价格”" in cell(sheet, "关键内容记录").comment.text
    assert cell(sheet, "沟通主题").comment is None


def test_a_prefilled_form_has_a_note_where_the_lead_has_emptied_a_field(
    root: Path, tmp_path: Path
) -> None:
    form = SPEC.tables["communication_record"]
    talk = {
        "customer_name": "星辰科技",
        "time": "2024-05-13T09:00",
        "channel": "面谈",
        "concerns": "价格高",
        "actions": [{"action": "发方案", "due": "2024-06-01"}],
    }
    path = root / "张伟" / "表单.xlsx"
    write_workbook(path, [form], SPEC, "zh", created=OPTIONS.created, records={form.key: [talk]})
    merge(root, OPTIONS)
    lead_types(root, form.labels["zh"], 客户顾虑=None)
    merge(root, OPTIONS)
    made = prefilled_workbook("张伟", root, [form.key], tmp_path / "预填.xlsx", OPTIONS)
    sheet = load_workbook(made.workbook)[form.labels["zh"]]
    (noted,) = (each for row in sheet.iter_rows() for each in row if each.comment)
    assert "原值“价格高”" in noted.comment.text and noted.value is None
    assert sheet.cell(noted.row, noted.column - 1).value == "客户顾虑"


def _codes(root: Path) -> list[str]:
    return [each["code"] for each in merge(root, OPTIONS).document["findings"]]
