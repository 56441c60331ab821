"""A person's workbook that is checked and handed back, and a look at what came back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from xlcrm.pipeline.checks import CheckResult, check
from xlcrm.pipeline.options import Options
from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

SPEC = load_spec()
OPTIONS = Options(date(2024, 5, 20))
LOG, FORM, FINDINGS = "沟通动态记录表", "客户回访沟通记录表", "检查结果"
BASE = [
    {"customer_id": f"C00{n}", "customer_name": name, "customer_type": "潜在客户"}
    for n, name in enumerate(("星辰科技", "远航物流", "云帆软件"), 1)
]
TALKS = [
    {
        "record_id": f"J00{n}",
        "customer_id": f"C00{n}",
        "date": f"2024-05-1{n}",
        "channel": "电话",
        "content": "谈价格",
    }
    for n in (1, 2, 3)
]
VISIT = {
    "customer_name": "星辰科技",
    "time": "2024-05-14",
    "channel": "电话",
    "feedback": "满意",
}
Edit = Callable[[Workbook], object]


def staff_workbook(path: Path, edit: Edit = lambda book: None, **further: Any) -> Path:
    """Write a workbook of customers, talks and a visit, and let its owner work in it."""
    records: Mapping[str, Any] = {
        "customer_base": BASE,
        "communication_log": TALKS,
        "revisit_record": [VISIT],
        **further,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    tables = [SPEC.tables[key] for key in records]
    write_workbook(path, tables, SPEC, "zh", created=datetime(2024, 5, 16), records=records)
    return changed(path, edit)


def changed(path: Path, edit: Edit) -> Path:
    book = load_workbook(path)
    edit(book)
    book.save(path)
    return path


def columns(sheet: Any) -> dict[str, int]:
    """The columns of a list or of the sheet of findings by their labels."""
    rows = ((n, [cell.value for cell in sheet[n]]) for n in (3, 4))
    header = next(values for _, values in rows if "单元格" in values or "记录ID" in values)
    return {label: n for n, label in enumerate(header, 1) if label}


def put(book: Workbook, row: int, **cells: Any) -> None:
    """Type into a row of the log."""
    sheet = book[LOG]
    at = columns(sheet)
    for label, value in cells.items():
        sheet.cell(row, at[label]).value = value


def fill(book: Workbook, label: str, value: Any) -> None:
    """Type into the form, beside a label."""
    sheet = book[FORM]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == label)
    row, column = cell.row, cell.column + 1
    while type(sheet.cell(row, column)).__name__ == "MergedCell":
        column += 1
    sheet.cell(row, column).value = value


@dataclass(frozen=True)
class Line:
    """A line of the sheet of findings."""

    row: int
    severity: str
    sheet: str | None
    cell: str | None
    link: str | None
    field: str | None
    value: str | None
    fault: str
    suggestion: str | None
    accept: str | None


def lines(path: Path | Workbook) -> list[Line]:
    """Every line of a returned workbook's sheet of findings."""
    book = path if isinstance(path, Workbook) else load_workbook(path)
    sheet = book[FINDINGS]
    at = columns(sheet)
    names = ("级别", "工作表", "单元格", "字段", "填写的值", "问题", "建议", "采纳")
    found = []
    for row in range(5, sheet.max_row + 1):
        cells = {name: sheet.cell(row, at[name]) for name in names}
        link = cells["单元格"].hyperlink
        severity, place, cell, *rest = (cells[name].value for name in names)
        if severity:
            target = link.location if link else None
            found.append(Line(row, severity, place, cell, target, *rest))
    return found


def accept(book: Workbook, *cells: str, word: Any = "是") -> None:
    """Type 是 beside the suggestions for these cells."""
    sheet = book[FINDINGS]
    column = columns(sheet)["采纳"]
    for line in lines(book):
        if line.cell in cells and line.suggestion:
            sheet.cell(line.row, column, word)


def back(path: Path, into: Path, **options: Any) -> Path:
    """Check a workbook and return the one that went back."""
    result = checked(path, into, **options)
    assert result.returned
    (returned,) = result.returned
    assert returned.workbook and returned.lost == []
    return returned.workbook


def checked(path: Path, into: Path | None = None, **options: Any) -> CheckResult:
    given = Options(**{"as_of": OPTIONS.as_of, **options})
    return check([path], given, into)


def told(path: Path, codes: Sequence[str] = ()) -> Counter[Any]:
    """What a check says but for notes, without where it stands."""
    return Counter(
        (f.code, f.sheet, f.field, f.record, f.value)
        for f in checked(path).findings
        if f.severity != "info" or f.code in codes
    )


def values(path: Path) -> list[dict[str, Any]]:
    return [record.values for reading in checked(path).readings for record in reading.records]
