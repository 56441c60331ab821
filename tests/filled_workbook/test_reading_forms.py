"""Forms as people copy and extend them: found again by names, by marks, or by labels alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.filled_workbook.reading import read_file
from xlcrm.layout.forms import choices_of
from xlcrm.records import FileReading
from xlcrm.spec.loader import load_spec
from xlcrm.spec.settings import Settings
from xlcrm.template_workbook import write_workbook

TALK = "communication_record"
REVISIT = "revisit_record"
CHANNELS = "multichannel_record"
UNREAD = ("unknown-column", "duplicate-header")
CREATED = datetime(2024, 5, 20)
FORMS = [key for key, table in load_spec().tables.items() if table.layout == "form"]
ACTIONS = [
    {"action": f"第{n}项", "owner": "张伟", "due": f"2024-05-2{n}"} for n in (1, 2, 3, 4, 5, 6, 7)
]


def values(reading: FileReading) -> list[dict[str, Any]]:
    return [record.values for record in reading.records]


def place(sheet: Worksheet, slot: str) -> str:
    """The cell of a slot, by the sheet's names."""
    (name,) = [each for each in sheet.defined_names if each.split(".", 2)[2:] == [slot]]
    return str(sheet.defined_names[name].attr_text.rpartition("!")[2].replace("$", ""))


def names_gone(sheet: Worksheet) -> None:
    sheet.defined_names.clear()


def marks_gone(sheet: Worksheet) -> None:
    for cell in sheet["A"]:
        cell.value = None


def both_gone(sheet: Worksheet) -> None:
    names_gone(sheet)
    marks_gone(sheet)


def mark_column_deleted(sheet: Worksheet) -> None:
    names_gone(sheet)
    unmerge(sheet)
    sheet.delete_cols(1)


def titles_above(sheet: Worksheet) -> None:
    both_gone(sheet)
    unmerge(sheet)
    sheet.insert_rows(1, 2)
    sheet["B1"] = "华东大区"


def titles_above_stale_names(sheet: Worksheet) -> None:
    """As a program does that moves cells and marks and knows nothing of names."""
    unmerge(sheet)
    sheet.insert_rows(1, 2)


def unmerge(sheet: Worksheet) -> None:
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "change",
    [
        names_gone,
        marks_gone,
        both_gone,
        mark_column_deleted,
        titles_above,
        titles_above_stale_names,
    ],
)
def test_a_rearranged_form_reads_the_same(
    tmp_path: Path,
    spec: Any,
    samples: Any,
    write: Any,
    read: Any,
    said: Any,
    change: Callable[[Worksheet], None],
    language: str,
) -> None:
    records = {k: v for k, v in samples().items() if spec.tables[k].layout == "form"}
    path = write(tmp_path / "a.xlsx", records, language)
    book = openpyxl.load_workbook(path)
    for n, sheet in enumerate(book.worksheets[1:-1]):
        change(sheet)
        sheet.title = f"Sheet{n}"
    book.save(path)
    reading = read(path)
    assert said(reading) == records
    assert reading.findings == []


def test_blank_forms_are_no_records(
    tmp_path: Path, spec: Any, write: Any, read: Any, soffice: Any
) -> None:
    path = write(tmp_path / "a.xlsx", {key: [] for key in spec.tables})
    book = openpyxl.load_workbook(path)
    for name in book.sheetnames[1:-1]:
        book.copy_worksheet(book[name])
    book.save(tmp_path / "copied.xlsx")
    for blank in (path, tmp_path / "copied.xlsx", soffice.convert(path, "xlsx")):
        reading = read(blank)
        assert reading.records == reading.findings == []


def test_copies_by_openpyxl_are_records_of_their_own(tmp_path: Path, write: Any, read: Any) -> None:
    path = write(tmp_path / "a.xlsx", {TALK: []})
    book = openpyxl.load_workbook(path)
    blank = book["客户沟通记录表"]
    for n in range(10):
        copy = book.copy_worksheet(blank)
        copy.title = f"第{n}次"
        copy[place(blank, "customer_name")] = f"客户{n}"
        copy[place(blank, "actions.1.action")] = "回访"
    book.save(path)
    reading = read(path)
    assert values(reading) == [
        {"customer_name": f"客户{n}", "actions": [{"action": "回访"}]} for n in range(10)
    ]
    assert [record.block.sheet for record in reading.records] == [f"第{n}次" for n in range(10)]


SCRIPT = """
source, target, cells = args
book = open_workbook(source)
sheets = book.Sheets
form = sheets.getByName("客户沟通记录表")
addresses = dict(pair.split("=") for pair in cells.split())
# A row inserted above the last action row, and two below it.
from com.sun.star.table import CellRangeAddress
row = form.getCellRangeByName(addresses["actions.5.action"]).CellAddress.Row
form.Rows.insertByIndex(row, 1)
form.Rows.insertByIndex(row + 2, 1)
for n in range(1, 11):
    name = "客户沟通记录表 (%d)" % (n + 1)
    sheets.copyByName("客户沟通记录表", name, sheets.Count)
    copy = sheets.getByName(name)
    copy.getCellRangeByName(addresses["customer_name"]).String = "客户%d" % n
    copy.getCellRangeByName(addresses["time"]).String = "2024-05-%02d 14:30-15:10" % n
first = sheets.getByName("客户沟通记录表 (2)")
column = first.getCellRangeByName(addresses["actions.5.action"]).CellAddress.Column
owner = first.getCellRangeByName(addresses["actions.5.owner"]).CellAddress.Column
due = first.getCellRangeByName(addresses["actions.5.due"]).CellAddress.Column
top = first.getCellRangeByName(addresses["actions.1.action"]).CellAddress.Row
for n in range(7):
    first.getCellByPosition(column, top + n).String = "第%d项" % (n + 1)
    first.getCellByPosition(owner, top + n).String = "张伟"
    first.getCellByPosition(due, top + n).Formula = "2024-05-2%d" % (n + 1)
first.Name = "李娜的第一次"
save_workbook(book, target)
book.close(True)
"""


def test_copies_by_libreoffice_with_action_rows_inserted(
    tmp_path: Path, write: Any, read: Any, soffice: Any
) -> None:
    path = write(tmp_path / "a.xlsx", {TALK: []})
    blank = openpyxl.load_workbook(path)["客户沟通记录表"]
    slots = ["customer_name", "time", *(f"actions.{n}.{p}" for n in (1, 5) for p in ACTIONS[0])]
    cells = " ".join(f"{slot}={place(blank, slot)}" for slot in slots)
    soffice.uno_script(SCRIPT, path, tmp_path / "b.xlsx", cells)
    reading = read(tmp_path / "b.xlsx")
    assert reading.findings == []
    first, *others = reading.records
    assert first.block.sheet == "李娜的第一次"
    assert first.values == {
        "customer_name": "客户1",
        "time": "2024-05-01T14:30/2024-05-01T15:10",
        "actions": ACTIONS,
    }
    assert [record.values["customer_name"] for record in others] == [
        f"客户{n}" for n in range(2, 11)
    ]


def test_action_rows_inserted_into_a_form_known_by_its_labels(
    tmp_path: Path, write: Any, read: Any
) -> None:
    record = {"customer_name": "华东智造", "conclusions": "同意试用", "actions": ACTIONS[:5]}
    path = write(tmp_path / "a.xlsx", {TALK: [record]})
    book = openpyxl.load_workbook(path)
    sheet = book["客户沟通记录表"]
    start = sheet[place(sheet, "actions.5.action")]
    columns = {part: sheet[place(sheet, f"actions.5.{part}")].column for part in ACTIONS[0]}
    both_gone(sheet)
    unmerge(sheet)
    sheet.insert_rows(start.row + 1, 2)
    for n, action in enumerate(ACTIONS[5:], 1):
        for part, text in action.items():
            sheet.cell(start.row + n, columns[part], text)
    book.save(path)
    assert values(read(path)) == [{**record, "actions": ACTIONS}]


def test_more_action_rows_than_the_form_has_are_written_and_read(
    tmp_path: Path, write: Any, read: Any
) -> None:
    record = {"customer_name": "华东智造", "actions": ACTIONS, "promises": ["5月底前发报价"]}
    for language in ("zh", "en"):
        path = write(tmp_path / f"{language}.xlsx", {TALK: [record]}, language)
        assert values(read(path)) == [record]


def test_labels_that_people_write_on_a_form_are_read_or_told(tmp_path: Path) -> None:
    """Of a field that it does not print what is beside is read; all else is told, none is lost."""
    spec, path = load_spec(), tmp_path / "a.xlsx"
    record = {"customer_name": "华东智造"}
    made = {CHANNELS: [record]}
    write_workbook(path, [spec.tables[CHANNELS]], spec, "zh", created=CREATED, records=made)
    book = openpyxl.load_workbook(path)
    sheet = book["客户多渠道沟通记录表"]
    last = sheet.max_row
    rows = {"活动名称": "夏季新品体验会", "参与意向:": "参加", "紧急程度": None}
    own = {"客户名称": "某公司", "我的备注": "请回电"}
    for n, (label, value) in enumerate({**rows, **own}.items(), last + 1):
        sheet.cell(n, 2, label), sheet.cell(n, 4, value)
    sheet["R4"], sheet["S4"] = "旁注", "内容"
    book.save(path)
    reading = read_file(path, path.name, spec)
    found = {"campaign": "夏季新品体验会", "participation": "参加"}
    assert values(reading) == [{**record, **found}]
    assert reading.records[0].cell("campaign") == f"D{last + 1}"
    told = {
        each.cell: each.parameters["detail"] for each in reading.findings if each.code in UNREAD
    }
    assert told == {
        f"B{last + 3}": "free", f"D{last + 4}": "form", f"B{last + 5}": "label", "R4": "label"
    }  # fmt: skip


@pytest.mark.parametrize("damage", [None, both_gone])
def test_what_is_written_where_the_form_has_no_field_is_told(
    damage: Callable[[Worksheet], None] | None, write: Any, read: Any, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    record = {"customer_name": "华东智造", "feedback": "很好"}
    write(path, {REVISIT: [record]})
    book = openpyxl.load_workbook(path)
    sheet = book["客户回访沟通记录表"]
    home, last = place(sheet, "customer_name"), sheet.max_row
    sheet.cell(last + 1, 4, "合同要换成三年的,电话 13912345678")
    sheet.cell(last + 2, 2, "备用行:"), sheet.cell(last + 3, 2, "____")
    sheet.cell(last + 4, 2, "客户名称"), sheet.cell(last + 4, 4, " 华东智造")  # says it again
    sheet.cell(last + 5, 2, "客户名称"), sheet.cell(last + 5, 4, "某公司")
    sheet.cell(last + 6, 18, 5000)
    if damage:
        damage(sheet)
    book.save(path)
    reading = read(path)
    assert values(reading) == [record]
    found = [each for each in reading.findings if each.code in UNREAD]
    assert {(each.cell, each.code, each.parameters["detail"]) for each in found} == {
        (f"R{last + 6}", "unknown-column", "free"),
        (f"D{last + 1}", "unknown-column", "free"),
        (f"D{last + 5}", "duplicate-header", "form"),
    }  # fmt: skip
    said = {each.cell: each for each in found}
    assert said[f"D{last + 1}"].value == "合同要换成三年的,电话 139****5678"
    assert home in said[f"D{last + 5}"].message("zh") and "某公司" in said[f"D{last + 5}"].message(
        "zh"
    )


def test_of_a_blank_form_it_is_told_too(write: Any, read: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write(path, {REVISIT: []})
    book = openpyxl.load_workbook(path)
    sheet = book["客户回访沟通记录表"]
    assert read(path).findings == []
    sheet.cell(sheet.max_row + 1, 4, "客户要换成三年的合同")
    book.save(path)
    reading = read(path)
    assert (values(reading), [each.code for each in reading.findings]) == ([], ["unknown-column"])


@pytest.mark.parametrize("what", ["renamed", "hidden"])
@pytest.mark.parametrize("key", FORMS)
def test_of_a_form_made_before_its_fields_were_changed_no_label_is_a_persons_own(
    key: str, what: str, tmp_path: Path
) -> None:
    before, path, record = load_spec(), tmp_path / "a.xlsx", {"customer_name": "华东智造"}
    table, made = before.tables[key], {key: [record]}
    write_workbook(path, [table], before, "zh", created=CREATED, records=made)
    fields = [each for each in table.fields if each.is_input and each.key not in record]
    renamed = {each.key: {"zh": f"{each.labels['zh']}一"} for each in fields}
    changes = renamed if what == "renamed" else {each.key: {"state": "hidden"} for each in fields}
    reading = read_file(path, path.name, load_spec(Settings(fields={key: changes})))
    assert values(reading) == [record]
    assert [each for each in reading.findings if each.code == "unknown-column"] == []


@pytest.fixture
def typed(tmp_path: Path, write: Any, read: Any) -> Callable[..., FileReading]:
    """Reads a revisit form in which these cells were typed, by slot."""

    def type_in(cells: dict[str, Any], change: Callable[[Worksheet], None] | None = None) -> Any:
        path = write(tmp_path / "a.xlsx", {REVISIT: [{"customer_name": "华东智造"}]})
        book = openpyxl.load_workbook(path)
        sheet = book["客户回访沟通记录表"]
        for slot, value in cells.items():
            cell = sheet[place(sheet, slot)]
            cell.value = value
            if isinstance(value, str) and value.startswith("#"):
                cell.data_type = "e"
        if change:
            change(sheet)
        book.save(path)
        return read(path)

    return type_in


@pytest.mark.parametrize("mark", ["☑", "√", "■", "是", "x", True])
def test_ticks_as_people_make_them(typed: Any, mark: Any) -> None:
    reading = typed({"topics.1": mark, "topics.3": mark, "priority.2": mark, "priority.1": "□"})
    assert values(reading) == [
        {"customer_name": "华东智造", "topics": ["定期回访", "满意度调研"], "priority": "中"}
    ]
    assert reading.findings == []


def test_ticks_that_are_not_clear(typed: Any, codes: Any) -> None:
    reading = typed({"priority.1": "☑", "priority.2": "☑", "emotion.1": "还行", "emotion.3": "☑"})
    (record,) = reading.records
    assert record.values == {"customer_name": "华东智造"}
    assert record.raw == {"priority": "☑高 ☑中", "emotion": "还行满意 ☑不满"}
    assert [code.split()[0] for code in codes(reading)] == ["ambiguous-tick"] * 2
    assert {finding.field for finding in reading.findings} == {"priority", "emotion"}


def test_ticks_on_one_line_of_a_form_made_by_hand(typed: Any) -> None:
    def one_line(sheet: Worksheet) -> None:
        row = sheet[place(sheet, "priority.1")].row
        first = sheet[place(sheet, "priority.1")].column
        names_gone(sheet)
        unmerge(sheet)
        for column in range(first, sheet.max_column + 1):
            sheet.cell(row, column).value = None
        sheet.cell(row, first, "□高 ☑中 □低")

    assert values(typed({}, one_line)) == [{"customer_name": "华东智造", "priority": "中"}]


def test_errors_and_formulas_are_named_with_their_cell(typed: Any, codes: Any) -> None:
    reading = typed({"feedback": "#N/A", "owner": "=A1&TODAY()", "topics.1": "#REF!"})
    (record,) = reading.records
    assert record.values == {"customer_name": "华东智造"}
    assert record.raw == {"feedback": "#N/A", "owner": "=A1&TODAY()", "topics": "#REF!定期回访"}
    found = {(f.code, f.field): f.cell for f in reading.findings}
    assert set(found) == {
        ("error-value", "feedback"),
        ("error-value", "owner"),
        ("error-value", "topics"),
    }
    assert found["error-value", "feedback"] == record.cell("feedback")


def test_values_typed_as_people_do_are_read_and_told(typed: Any) -> None:
    reading = typed(
        {
            "time": "5月20日下午2:30",
            "last_time": "2024-4-18 12:00",
            "expected": "3日内",
            "channel": "致电",
            "recorded_at": "昨天",
        }
    )
    (record,) = reading.records
    assert record.values == {
        "customer_name": "华东智造",
        "time": "2024-05-20T14:30",
        "last_time": "2024-04-18T12:00",
        "expected": "2024-05-23",
        "channel": "电话",
    }
    assert record.raw == {"recorded_at": "昨天"}
    assert {f.field: f.code for f in reading.findings} == {
        "time": "year-assumed",
        "last_time": "normalised",
        "expected": "normalised",
        "channel": "normalised",
        "recorded_at": "bad-time",
    }


def test_live_cells_make_no_record(tmp_path: Path, write: Any, read: Any, soffice: Any) -> None:
    """An evaluation whose formulas an application has computed is still blank."""
    path = write(tmp_path / "a.xlsx", {"communication_evaluation": []})
    assert read(soffice.convert(path, "xlsx")).records == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", [TALK, REVISIT, "satisfaction_evaluation", "multichannel_record"])
def test_a_form_made_by_hand_reads_the_same(
    tmp_path: Path, spec: Any, samples: Any, read: Any, codes: Any, key: str, language: str
) -> None:
    """A column of labels and one of values, choices on one line, actions below their heads."""
    table, record = spec.tables[key], samples(core=True)[key][0]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([table.labels[language]])
    for field in sorted(table.shown(core=True), key=section_order(table)):
        label, value = field.labels[language], record[field.key]
        choices = list((choices_of(field) or {}).values())
        if field.type.name == "actions":
            sheet.append([label, *(column[language] for column in field.type.columns)])
            for action in value:
                sheet.append([None, *(action.get(c["key"]) for c in field.type.columns)])
        elif choices:
            chosen = value if isinstance(value, list) else [str(value)]
            boxes = ("☑" if choice["zh"] in chosen else "□" for choice in choices)
            line = " ".join(box + c[language] for box, c in zip(boxes, choices, strict=True))
            sheet.append([label, line])
        else:
            sheet.append([f"{label}:", field.type.text(value, language)])
    book.save(tmp_path / "a.xlsx")
    reading = read(tmp_path / "a.xlsx")
    assert [(each.table, each.values) for each in reading.records] == [(key, record)]
    assert {code.split()[0] for code in codes(reading)} <= {"normalised"}


def section_order(table: Any) -> Callable[[Any], int]:
    places = {section.key: n for n, section in enumerate(table.sections)}
    return lambda field: places[field.section]
