"""Upgrading: the same data on today's template, and not a cell of it lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openxml_audit import OpenXmlValidator

from xlcrm.findings import Finding
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.pipeline.upgrades import upgrade
from xlcrm.spec.loader import load_spec
from xlcrm.spec.settings import Settings
from xlcrm.template_workbook import write_workbook

OPTIONS = Options(date(2024, 5, 20))
BASE, LOG, FORM = "customer_base", "communication_log", "communication_record"
TODAY = replace(
    OPTIONS,
    settings=Settings(
        fields={
            LOG: {
                "emotion": {"zh": "情绪"},
                "participants": {"state": "dropped"},
                "budget": {"zh": "客户预算", "en": "Budget", "type": "number"},
            },
            BASE: {"source": {"state": "dropped"}},
            FORM: {"concerns": {"state": "dropped"}, "attitude": {"zh": "态度"}},
        },
        order={LOG: ["date", "record_id", "customer_id"]},
    ),
)
RECORDS: dict[str, list[dict[str, Any]]] = {
    BASE: [
        {
            "customer_id": f"C00{n}",
            "customer_name": name,
            "customer_type": "潜在客户",
            "source": "展会推荐",
        }
        for n, name in enumerate(("星辰科技", "远航物流"), 1)
    ],
    LOG: [
        {
            "record_id": "J002",
            "customer_id": "C001",
            "date": "2024-05-14",
            "channel": "电话",
            "participants": {"ours": "张伟", "theirs": "*经理"},
            "content": "谈价格",
            "emotion": "满意",
        },
        {
            "record_id": "J001",
            "customer_id": "C002",
            "date": "2024-05-15",
            "channel": "微信",
            "content": "要合同\n与发票",
        },
    ],
    FORM: [
        {
            "customer_name": "星辰科技",
            "time": "2024-05-13T14:30/2024-05-13T15:10",
            "channel": "面谈",
            "needs": ["降低成本", "缩短周期"],
            "concerns": "担心延期",
            "conclusions": "客户同意试用",
            "actions": [{"action": f"第{n}步", "due": f"2024-06-0{n}"} for n in range(1, 8)],
            "recording": "未录音",
        },
        {"customer_name": "远航物流", "time": "2024-05-14T09:00", "channel": "电话"},
    ],
}


def written(path: Path, *, core: bool = False, records: Any = None, lang: Any = "zh") -> Path:
    spec = load_spec()
    tables = [spec.tables[key] for key in RECORDS]
    created = datetime(2024, 5, 16)
    write_workbook(path, tables, spec, lang, created=created, core=core, records=records or {})
    return path


def filled(path: Path, *, core: bool = False) -> Path:
    """A workbook that its owner made their own."""
    core_alone = {**RECORDS, FORM: [dict(row) for row in RECORDS[FORM]]}
    core_alone[FORM][0].pop("recording")
    written(path, core=core, records=core_alone if core else RECORDS)
    book = load_workbook(path)
    log = book["沟通动态记录表"]
    width = max(cell.column for cell in log[3] if cell.value)
    log.cell(3, width + 1, "对方心情")
    log.cell(4, width + 1, "很好")
    log.cell(5, width + 1, datetime(2024, 5, 1))
    log.cell(3, width + 2, "折扣")
    log.cell(5, width + 2, 0.15)
    log.cell(4, width + 4, "没有列名的备注")
    columns = {cell.value: cell.column for cell in log[3]}
    log.cell(4, columns["沟通方式"], "传真")  # in no list
    log.cell(5, columns["沟通日期"], "5月15日")
    log.cell(6, columns["关键内容记录"], "=1+1").data_type = "s"
    log.cell(6, columns["客户ID"], "C001")
    log.cell(6, columns["沟通日期"], "下周三")
    log.cell(400, width + 4, "合计 3 条")
    form = book["客户沟通记录表"]
    form["Q5"], form["Q6"] = "见附件", 12.5
    copy = book.copy_worksheet(book["客户沟通记录表 (2)"])
    copy.title = "远航第二次"
    own = book.create_sheet("我的备忘", 1)
    own["B2"], own["B3"], own["C3"] = "待办", datetime(2024, 6, 1, 9, 30), "=SUM(1)"
    own["C3"].data_type = "s"
    own["D4"], own["D5"], own["E9"] = 3.25, True, "+86"
    own.column_dimensions["B"].width = 33
    book.save(path)
    return path


def cells(path: Path) -> Counter[Any]:
    """Every cell of a workbook that is no formula and no sign of an empty box, but for the guide
    and the choices."""
    found: Counter[Any] = Counter()
    for sheet in load_workbook(path):
        for row in sheet.iter_rows() if sheet.title not in ("填写说明", "选项") else ():
            found.update(c.value for c in row if c.value is not None and c.data_type != "f")
    del found["☐"]
    return found


def typed(path: Path, blank: Path) -> Counter[Any]:
    """What people filled: the cells with what a blank workbook does not print."""
    printed = cells(blank)
    return Counter({value: n for value, n in cells(path).items() if value not in printed})


def told(path: Path, options: Options = TODAY) -> Counter[Any]:
    """What a check says, but for where it stands."""
    return Counter(
        (f.code, f.table, f.field, f.record, f.value)
        for f in check([path], options).findings
        if f.code != "old-template"
    )


# What stood where the form has no field is told of the old workbook: the new one has it on a sheet.
LISTED = Counter(
    ("unknown-column", "communication_record", None, None, each) for each in ("见附件", "12.5")
)


def one(path: Path, options: Options = TODAY, **given: Any) -> tuple[Path, list[Finding]]:
    result = upgrade([path], given.get("folder"), options, given.get("language"))
    (made,) = result.files
    assert made.workbook
    return made.workbook, result.findings


@pytest.mark.parametrize("core", [False, True])
def test_not_a_cell_is_lost(tmp_path: Path, saved: Any, core: bool) -> None:
    path = saved(filled(tmp_path / "a.xlsx", core=core))
    new, findings = one(path)
    assert findings == []
    blank = written(tmp_path / "blank.xlsx", core=core)
    missing = typed(path, blank) - cells(new)
    assert missing == Counter() and typed(path, blank).total() > 60
    assert told(new) + LISTED == told(path) and told(new)


def test_it_is_on_todays_template(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx")
    before = path.read_bytes()
    new, _ = one(path)
    assert new == tmp_path / "a_新模板.xlsx" and path.read_bytes() == before
    found = [each.code for each in check([path], TODAY).findings]
    assert "old-template" in found
    assert "old-template" not in [each.code for each in check([new], TODAY).findings]
    book = load_workbook(new)
    assert book.sheetnames == [
        "填写说明", "我的备忘", "客户基础信息库", "沟通动态记录表", "客户沟通记录表",
        "客户沟通记录表 (2)", "远航第二次", "表外内容", "选项",
    ]  # fmt: skip
    header = [cell.value for cell in book["沟通动态记录表"][3] if cell.value]
    assert header[0] == "沟通日期" and {"情绪", "客户预算"} <= {*header}
    assert header[-4:] == ["参与人员", "对方心情", "折扣", "AH"] and "客户情绪" not in header
    rows = book["沟通动态记录表"].iter_rows(min_row=4, max_row=6, values_only=True)
    assert [dict(zip(header, row, strict=False))["记录ID"] for row in rows] == [
        "J002",
        "J001",
        None,
    ]


def test_a_persons_own_sheet_is_carried_by_value(tmp_path: Path, saved: Any) -> None:
    new, _ = one(saved(filled(tmp_path / "a.xlsx")))
    own = load_workbook(new)["我的备忘"]
    assert own["B3"].value == datetime(2024, 6, 1, 9, 30) and own["B3"].is_date
    assert (own["C3"].value, own["C3"].data_type) == ("=SUM(1)", "s")
    assert (own["D4"].value, own["D5"].value, own["E9"].value) == (3.25, True, "+86")
    assert own.column_dimensions["B"].width == pytest.approx(33, abs=1)


def test_what_stood_beside_is_listed_and_stays_through_the_next_upgrade(tmp_path: Path) -> None:
    new, _ = one(filled(tmp_path / "a.xlsx"))
    for path in (new, one(new)[0]):
        rows = list(load_workbook(path, read_only=True)["表外内容"].iter_rows(values_only=True))
        assert {row[:3] for row in rows[1:]} >= {
            ("客户沟通记录表", "Q5", "见附件"),
            ("客户沟通记录表", "Q6", 12.5),
        }
        assert [row[2] for row in rows[1:] if row[0] == "沟通动态记录表"] == [
            "合计 3 条",
        ]


def test_rules_are_there_again(tmp_path: Path) -> None:
    """Pasting kills them in every program."""
    path = filled(tmp_path / "a.xlsx")
    book = load_workbook(path)
    for sheet in book:
        sheet.data_validations.dataValidation.clear()
        sheet.conditional_formatting = type(sheet.conditional_formatting)()
    book.save(path)
    new, _ = one(path, OPTIONS)
    before, after = (load_workbook(each) for each in (path, new))
    for name in ("沟通动态记录表", "客户沟通记录表"):
        assert not before[name].data_validations.dataValidation
        assert after[name].data_validations.dataValidation
        assert after[name].conditional_formatting


def test_a_merge_knows_the_records_again(tmp_path: Path) -> None:
    team = tmp_path / "team"
    team.mkdir()
    path = filled(team / "a.xlsx")
    before = merge(team, TODAY).picture.records
    new, _ = one(path)
    both = merge(team, TODAY)
    assert both.document["conflicts"] == 0
    path.unlink()
    new.rename(path)
    after = merge(team, TODAY).picture.records
    said = [{r.id: (r.values, r.raw, r.extras) for r in each} for each in (before, after)]
    assert said[0] == said[1] and len(said[0]) == 7


def test_a_language_stays_unless_another_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", records=RECORDS, lang="en")
    same, findings = one(path, OPTIONS)
    assert "Guide" in load_workbook(same).sheetnames and findings == []
    other, findings = one(path, OPTIONS, language="zh")
    assert "填写说明" in load_workbook(other).sheetnames and findings == []
    assert told(other, OPTIONS) == told(path, OPTIONS)


def test_a_workbook_that_is_not_ours_is_put_on_a_template(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "五月"
    sheet["A1"] = "张伟的五月记录"
    for row in (
        ["记录ID", "客户名称", "沟通日期", "沟通方式", "关键内容记录", "我的列"],
        ["J001", "星辰科技", datetime(2024, 5, 14), "致电", "谈价格", 7],
    ):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    before = cells(tmp_path / "a.xlsx")
    new, findings = one(tmp_path / "a.xlsx", OPTIONS)
    assert findings == [] and before - cells(new) == Counter()
    assert told(new, OPTIONS) - told(tmp_path / "a.xlsx", OPTIONS) == Counter()


def test_errors_stay_errors(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", records=RECORDS)
    book = load_workbook(path)
    book["沟通动态记录表"]["G4"], book["客户沟通记录表"]["C4"] = "#N/A", "#DIV/0!"
    book.save(path)
    new, findings = one(path, OPTIONS)
    codes = Counter(code for code, *_ in told(path, OPTIONS))
    assert Counter(code for code, *_ in told(new, OPTIONS))["error-value"] == codes["error-value"]
    assert codes["error-value"] == 2 and findings == []


def test_any_name_of_a_sheet_can_be_kept_or_nearly(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx")
    book = load_workbook(path)
    book["远航第二次"].title, book["我的备忘"].title = "王's 第二!", "选项 (2)"
    book.save(path)
    new, findings = one(path)
    assert findings == [] and told(new) + LISTED == told(path)
    assert {"王’s 第二！", "选项 (2)"} <= {*load_workbook(new).sheetnames}
    assert not OpenXmlValidator().validate(str(new)).errors


def test_what_cannot_be_carried_is_told(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx")
    book = load_workbook(path)
    book["沟通动态记录表"]["G5"] = "=A1"  # a formula whose value no program has stored
    book.save(path)
    _, findings = one(path)
    assert [(each.code, each.cell, each.parameters["detail"]) for each in findings] == [
        ("not-carried", "G5", "formula"),
    ]
    for each in findings:
        assert each.message("zh") and each.message("en")


def test_outputs_never_replace_an_input_or_each_other(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    paths = [filled(tmp_path / "a.xlsx"), filled(tmp_path / "b" / "a.xlsx")]
    result = upgrade(paths, tmp_path / "new", TODAY, None)
    assert [each.workbook for each in result.files] == [
        tmp_path / "new" / "a.xlsx",
        tmp_path / "new" / "a_2.xlsx",
    ]
    first, _ = one(paths[0])
    again, _ = one(paths[0])
    assert [first.name, again.name] == ["a_新模板.xlsx", "a_新模板_2.xlsx"]
    with pytest.raises(UsageError, match="output-is-input"):
        upgrade(paths[:1], tmp_path, TODAY, None)
