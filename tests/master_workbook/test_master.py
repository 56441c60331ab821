"""The master says what it was given: read back by openpyxl, cell by cell."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator

from xlcrm.analysis_rows import AnalysisRow, Figure
from xlcrm.findings import Finding, Language
from xlcrm.master_workbook.plan import MasterContents
from xlcrm.master_workbook.writer import write_master
from xlcrm.records import LedgerRecord, Source
from xlcrm.spec.loader import load_spec

SPEC = load_spec()
LOG, FORM = "communication_log", "communication_record"
CREATED = datetime(2024, 5, 20, 8)


@dataclass
class Disagreement:
    record: str
    versions: list[tuple[Any, str]]
    choice: str | None = None
    taken: int = 0
    own: str | None = None
    table: str = LOG
    record_text: str = "J001"
    customer: str | None = "星辰科技"
    field: str = "topic"
    typed: tuple[str, str] = ("", "")
    data: dict[str, Any] = dataclasses.field(default_factory=dict)


def record(number: int, **changes: Any) -> LedgerRecord:
    values = {
        "record_id": f"J{number:03d}",
        "customer_id": "C001",
        "date": "2024-05-20",
        "sent_at": "2024-05-20T09:00",
        "content": "=1+1",
        "topic": "+cmd",
        "satisfaction": 4.5,
        "need_tags": ["成本控制", "数据对接"],
    }
    source = Source("王芳/沟通.xlsx", "沟通动态记录表", number + 2)
    return replace(LedgerRecord(f"log:{number}", LOG, values, (source,)), **changes)


RECORDS = [
    record(1, extras={"备用": "@x"}, raw={"replied_at": "下周三"}, worst="error"),
    record(2, worst="warning", sources=(Source("a.xlsx", "甲", 9), Source("b.xlsx", "乙", 0))),
    record(3, marks=("removed",)),
]
FORMS = [
    LedgerRecord(
        "form:1",
        FORM,
        {"customer_name": "星辰科技", "good_case": True, "actions": [{"action": "寄样品"}]},
        (Source("c.xlsx", "客户沟通记录表 (2)", 0),),
    )
]
FINDINGS = [
    Finding("late-entry", "王芳/沟通.xlsx", "沟通动态记录表", "D8", LOG, "recorded_at", "J002"),
    Finding(
        "bad-date", "王芳/沟通.xlsx", "沟通动态记录表", "D7", LOG, "replied_at", "J001", "下周三"
    ),
]
COUNTS = {"rows_seen": 0, "rows_merged": 0, "rows_rejected": 0}
FILES = [
    {"path": "王芳/沟通.xlsx", "status": "merged", "reason": None, **COUNTS, "rows_seen": 4},
    {"path": "坏.xlsx", "status": "rejected", "reason": "unreadable", **COUNTS},
]
CONFLICTS = [
    Disagreement("log:1", [("报价", "a.xlsx"), ("=报价2", "b.xlsx"), (None, "c.xlsx")]),
    Disagreement("log:2", [(4, "a.xlsx"), (3, "b.xlsx")], "take", 1, field="satisfaction"),
    Disagreement("log:3", [("甲", "a.xlsx"), ("乙", "b.xlsx")], "own", own="丙"),
]
ANALYSIS = [
    AnalysisRow("negative_share", "客户满意度", "负面情绪占比", Figure("20%", 0.2, "0%"),
                Figure("-"), "-", "plain", "数据不足"),
    AnalysisRow("avg_response_hours", "客户响应效率", "平均响应时长(小时)", Figure("36", 36.0, "0"),
                Figure("48", 48.0, "0"), "↓25%", "good", "更快"),
]  # fmt: skip
CONTENTS = MasterContents(
    "run-1",
    date(2024, 5, 20),
    {FORM: FORMS, LOG: RECORDS, "crm_record": []},
    FINDINGS,
    CONFLICTS,
    FILES,
    ANALYSIS,
    "2024-W20",
    "2024-W19",
    duplicates=3,
    notes={"log:2": "请核对"},
)

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a master of these contents and returns its path."""

    def written(
        contents: MasterContents = CONTENTS, language: Language = "zh", name: str = "m.xlsx"
    ) -> Path:
        write_master(tmp_path / name, contents, SPEC, language, CREATED)
        return tmp_path / name

    return written


@pytest.fixture
def master(write: Write) -> Workbook:
    return load_workbook(write())


def rows(sheet: Worksheet, header: int = 2) -> list[dict[str, Any]]:
    """The rows of a list as mappings by label."""
    labels, *found = sheet.iter_rows(min_row=header, values_only=True)
    return [dict(zip(map(str, labels), row, strict=True)) for row in found]


def shown(sheet: Worksheet) -> list[Any]:
    return [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]


def test_its_sheets_are_the_tables_that_have_records_and_the_leads_own(master: Workbook) -> None:
    assert master.sheetnames == [
        "首页", "沟通动态记录表", "客户沟通记录表", "冲突处理", "校验结果", "来源文件",
        "效果分析看板", "行清单",
    ]  # fmt: skip
    assert [each.title for each in master.worksheets if each.sheet_state != "visible"] == ["行清单"]
    properties = {each.name: each.value for each in master.custom_doc_props.props}
    assert properties == {"xlcrm": "master", "xlcrm-run": "run-1"}


def test_a_record_stands_with_its_values_and_its_source(master: Workbook) -> None:
    first, second, third = rows(master["沟通动态记录表"])
    assert first["记录ID"] == "J001"
    assert first["沟通日期"] == datetime(2024, 5, 20)
    assert first["我方发出时间"] == datetime(2024, 5, 20, 9)
    assert first["满意度评分"] == 4.5
    assert first["需求标签"] == "成本控制、数据对接"
    assert first["客户回复时间"] == "下周三", "what was not understood stands as written"
    assert first["备用"] == "@x"
    assert first["来源文件"] == "王芳/沟通.xlsx"
    assert first["来源位置"] == "沟通动态记录表 · 3"
    assert (second["来源文件"], second["来源位置"]) == ("a.xlsx\nb.xlsx", "甲 · 9\n乙")
    assert [row["校验状态"] for row in (first, second, third)] == [
        "错误",
        "警告",
        "通过、来源已移除",
    ]
    assert [row["主管批注"] for row in (first, second, third)] == [None, "请核对", None]
    keys = [row["行标识"].split()[0] for row in (first, second, third)]
    assert keys == ["log:1", "log:2", "log:3"]


def test_no_text_becomes_a_formula_or_a_link(master: Workbook) -> None:
    cells = {c.value: c for row in master["沟通动态记录表"].iter_rows(min_row=3) for c in row}
    for text in ("=1+1", "@x", "+cmd"):
        assert cells[text].data_type == "s"
        assert cells[text].hyperlink is None


def test_a_forms_record_is_a_row_with_its_off_field_that_holds_data(master: Workbook) -> None:
    (row,) = rows(master["客户沟通记录表"])
    assert row["客户名称"] == "星辰科技"
    assert row["后续行动"] == "1. 寄样品"
    assert SPEC.tables[FORM].by_key["good_case"].labels["zh"] in row
    assert SPEC.tables[FORM].by_key["materials"].labels["zh"] not in row
    assert row["来源位置"] == "客户沟通记录表 (2)"


def test_the_hidden_row_marks_each_column_and_the_last_column_is_hidden(master: Workbook) -> None:
    sheet = master["沟通动态记录表"]
    marks = dict(zip((c.value for c in sheet[2]), (c.value for c in sheet[1]), strict=True))
    assert sheet.row_dimensions[1].hidden
    assert marks["记录ID"] == f"xlcrm.{LOG}.record_id"
    assert marks["备用"] is None
    assert marks["主管批注"] == f"xlcrm.{LOG}.lead-note"
    assert list(marks) == [*list(marks)[:-1], "行标识"]
    assert marks["行标识"] == f"xlcrm.{LOG}.row-key"
    assert sheet.column_dimensions[sheet.cell(2, sheet.max_column).column_letter].hidden
    assert (sheet.freeze_panes, sheet.auto_filter.ref[:2]) == ("C3", "A2")


def test_its_other_sheets_are_marked_as_its_own(master: Workbook) -> None:
    for name in ("首页", "冲突处理", "校验结果", "来源文件", "效果分析看板"):
        assert str(master[name]["A1"].value).startswith("xlcrm.own."), name
        assert master[name].row_dimensions[1].hidden


def test_the_state_of_a_row_is_coloured(master: Workbook) -> None:
    rules = master["沟通动态记录表"].conditional_formatting
    formulas = {rule.formula[0].split("=")[1] for area in rules for rule in area.rules}
    assert formulas == {'"错误"', '"警告"'}


def test_a_conflict_shows_its_versions_side_by_side(master: Workbook) -> None:
    sheet = master["冲突处理"]
    first, second, third = rows(sheet)
    assert list(first)[:-3] == [
        "表", "记录", "客户", "字段", "版本1", "来源1", "版本2", "来源2", "版本3", "来源3",
        "决定", "自定值",
    ]  # fmt: skip
    assert [first[f"版本{n}"] for n in (1, 2, 3)] == ["报价", "=报价2", "(空)"]
    assert [first[f"来源{n}"] for n in (1, 2, 3)] == ["a.xlsx", "b.xlsx", "c.xlsx"]
    assert (first["字段"], first["决定"], first["状态"]) == ("沟通主题", None, "待决定")
    assert (second["决定"], second["自定值"], second["状态"]) == ("采用1", None, "已决定")
    assert (third["决定"], third["自定值"], third["状态"]) == (None, "丙", "已决定")
    assert sheet["B3"].hyperlink.location == "'沟通动态记录表'!A3"
    assert not sheet.merged_cells.ranges


def test_a_conflict_offers_its_own_versions(master: Workbook) -> None:
    lists = {
        str(rule.sqref): rule.formula1
        for rule in master["冲突处理"].data_validations.dataValidation
    }
    assert lists == {"K3": '"采用1,采用2,采用3,都保留"', "K4:K5": '"采用1,采用2,都保留"'}


def test_versions_are_shown_as_people_write_them(write: Write) -> None:
    said = {
        "need_tags": (["成本控制", "数据对接"], "成本控制、数据对接"),
        "need_met": ("大概满足", "大概满足"),
        "sent_at": ("2024-05-20T09:00", "2024-05-20 09:00"),
        "date": ("Tuesday", "Tuesday"),
        "备用列": ("甲", "甲"),
    }
    conflicts = [
        Disagreement("log:1", [(v, "a"), (None, "b")], field=f) for f, (v, _) in said.items()
    ]
    sheet = load_workbook(write(replace(CONTENTS, conflicts=conflicts)))["冲突处理"]
    assert [row["版本1"] for row in rows(sheet)] == [text for _, text in said.values()]
    assert [row["字段"] for row in rows(sheet)][-1] == "备用列"
    span = Disagreement("f", [("2024-05-20T14:30/2024-05-20T15:10", "a")], table=FORM, field="time")
    sheet = load_workbook(write(replace(CONTENTS, conflicts=[span])))["冲突处理"]
    assert rows(sheet)[0]["版本1"] == "2024-05-20 14:30-15:10"


def test_very_many_versions_still_open_in_a_spreadsheet(write: Write) -> None:
    versions = [(f"值{n}", f"{n}.xlsx") for n in range(90)]
    path = write(replace(CONTENTS, conflicts=[Disagreement("log:1", versions)]))
    (rule,) = load_workbook(path)["冲突处理"].data_validations.dataValidation
    assert len(rule.formula1) <= 257
    assert rule.formula1.endswith('都保留"')


def test_findings_come_gravest_first_with_their_cells(master: Workbook) -> None:
    first, second = rows(master["校验结果"])
    assert (first["级别"], first["代码"], first["单元格"]) == ("错误", "bad-date", "D7")
    assert (first["表"], first["字段"]) == ("沟通动态记录表", "客户回复时间")
    assert (first["记录"], first["填写的值"]) == ("J001", "下周三")
    assert first["说明"] == FINDINGS[1].message("zh")
    assert second["级别"] == "警告"


def test_every_file_stands_with_what_became_of_it(master: Workbook) -> None:
    first, second = rows(master["来源文件"])
    assert (first["文件"], first["状态"], first["读到行数"]) == ("王芳/沟通.xlsx", "已合并", 4)
    assert first["原因"] is None
    assert second["状态"] == "无法读取"
    assert second["原因"] == Finding("unreadable", "坏.xlsx").message("zh")


def test_the_analysis_leads_with_document_es_rows(master: Workbook) -> None:
    head, first, second = master["效果分析看板"].iter_rows(min_row=2, max_col=6, values_only=True)
    assert [label.split("\n")[0] for label in head] == [
        "分析维度", "指标名称", "本周数据", "上周数据", "环比变化", "简要分析",
    ]  # fmt: skip
    assert "2024-W20" in head[2]
    assert first == ("客户响应效率", "平均响应时长(小时)", 36, 48, "↓25%", "更快")
    assert second == ("客户满意度", "负面情绪占比", 0.2, "-", "-", "数据不足")


def test_the_first_sheet_tells_the_totals_and_what_waits(master: Workbook) -> None:
    home = master["首页"]
    cells = shown(home)
    assert cells[1:4] == ["客户沟通汇总", "截至", datetime(2024, 5, 20)]
    numbers = dict(
        zip(("文件", "记录", "错误", "警告", "待决定冲突", "重复行"), cells[4:10], strict=True)
    )
    assert numbers == {"文件": 2, "记录": 4, "错误": 1, "警告": 1, "待决定冲突": 1, "重复行": 3}
    for text in ("1 处冲突等待决定", "1 个文件无法读取", "坏.xlsx"):
        assert text in cells
    targets = {
        cell.value: cell.hyperlink.location for row in home for cell in row if cell.hyperlink
    }
    assert targets["沟通动态记录表"] == "'沟通动态记录表'!A1"
    assert targets["待决定冲突"] == "'冲突处理'!A1"


def test_a_quiet_folder_says_so(write: Write) -> None:
    quiet = MasterContents("run-2", date(2024, 5, 20), {LOG: [record(3)]})
    assert {"没有待处理事项", "全部文件均已读取"} <= set(shown(load_workbook(write(quiet))["首页"]))


def test_many_rejected_files_keep_the_first_sheet_short(write: Write) -> None:
    files = [{**FILES[1], "path": f"{n}.xlsx"} for n in range(9)]
    cells = shown(load_workbook(write(replace(CONTENTS, files=files)))["首页"])
    assert "5.xlsx" in cells
    assert "6.xlsx" not in cells
    assert "其余 3 个见“来源文件”" in cells


def test_text_too_long_for_a_cell_is_cut_and_says_so(write: Write) -> None:
    actions = [{"action": "甲" * 30_000}, {"action": "乙" * 30_000}]
    form = replace(FORMS[0], values={"actions": actions})
    (row,) = rows(load_workbook(write(replace(CONTENTS, records={FORM: [form]})))["客户沟通记录表"])
    assert len(row["后续行动"]) == 32_767
    assert row["后续行动"].endswith("…")


def test_a_record_that_very_many_files_repeat_names_the_first(write: Write) -> None:
    sources = tuple(Source(f"{n:04d}.xlsx", "表", 3) for n in range(3000))
    contents = replace(CONTENTS, records={LOG: [record(1, sources=sources)]})
    (row,) = rows(load_workbook(write(contents))["沟通动态记录表"])
    assert row["来源文件"].split("\n")[-2:] == ["0019.xlsx", "…另 2980 处"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_the_same_each_time_and_opens_cleanly(write: Write, language: Language) -> None:
    first, second = (write(language=language, name=f"{n}.xlsx") for n in (1, 2))
    assert first.read_bytes() == second.read_bytes()
    result = OpenXmlValidator().validate(str(first))
    assert result.is_valid, [str(error) for error in result.errors]


def test_english_sheets_are_english(write: Write) -> None:
    master = load_workbook(write(language="en"))
    shown = [sheet.title for sheet in master.worksheets if sheet.sheet_state == "visible"]
    assert shown[-4:] == ["Conflicts", "Findings", "Source Files", "Analysis"]
    assert master.sheetnames[len(shown) :] == ["Row List"]
    assert rows(master["Findings"])[0]["Severity"] == "Error"


def test_an_application_opens_it(write: Write, soffice: Any) -> None:
    assert soffice.convert(write(), "pdf").stat().st_size > 10_000
