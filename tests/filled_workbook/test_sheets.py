"""Raw sheets against openpyxl, which reads the same workbooks in another way, cell by cell."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from xlcrm.filled_workbook import sheet_xml
from xlcrm.filled_workbook.guards import reading_ours
from xlcrm.filled_workbook.opening import open_workbook
from xlcrm.filled_workbook.sheets import (
    CellError,
    CellValue,
    RawSheet,
    RawWorkbook,
    UncachedFormula,
)
from xlcrm.filled_workbook.source import Rejected, Source

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def opened(data: bytes) -> RawWorkbook:
    return open_workbook(Source(data, "", len(data), 0))


def with_sheet(xml: str | Callable[[str], str], data: bytes | None = None) -> bytes:
    """A workbook whose first sheet's XML is this, or changed by this."""
    if data is None:
        buffer = io.BytesIO()
        openpyxl.Workbook().save(buffer)
        data = buffer.getvalue()
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = xml if isinstance(xml, str) else xml(content.decode())
                content = text.encode()
            new.writestr(name, content)
    return result.getvalue()


def cells(rows: str) -> str:
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    )


def sheet_of(rows: str) -> RawSheet:
    return opened(with_sheet(cells(rows))).sheets[0]


def generated(seed: int, date_1904: bool) -> bytes:
    """Two sheets of every kind of cell, in random places, with gaps."""
    rng = random.Random(seed)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"date_1904": date_1904})
    formats = [
        book.add_format({"num_format": code})
        for code in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm", "hh:mm:ss", "[h]:mm", "0.00", "@")
    ]
    for name in ("客户", "A & <B>"):
        sheet = book.add_worksheet(name)
        for row in range(2, 30):
            for column in range(1, 9):
                write_any(sheet, rng, row, column, formats)
        # Beyond every value: calamine must not be believed about the last row and column.
        sheet.write_formula(33, 2, "=NA()", None, "#N/A")
        sheet.write_formula(34, 10, "=1+1", None, "")
        sheet.write_blank(40, 15, None, formats[0])
    book.close()
    return buffer.getvalue()


def write_any(sheet: Any, rng: random.Random, row: int, column: int, formats: list[Any]) -> None:
    day = datetime(2024, 1, 1) + timedelta(days=rng.randrange(700))
    moment = day + timedelta(seconds=rng.randrange(86_400))
    match rng.randrange(16):
        case 0:
            sheet.write_number(row, column, rng.randrange(10**9), rng.choice([None, formats[4]]))
        case 1:
            sheet.write_number(row, column, rng.random() * 1000)
        case 2:
            sheet.write_boolean(row, column, rng.random() < 0.5)
        case 3:
            sheet.write_datetime(row, column, day, rng.choice(formats[:2]))
        case 4:
            sheet.write_datetime(row, column, moment, rng.choice(formats[:2]))
        case 5:
            sheet.write_datetime(row, column, moment.time(), formats[2])
        case 6:
            sheet.write_number(row, column, rng.randrange(1, 200) / 16, formats[3])
        case 7:
            sheet.write_formula(row, column, "=1/0", None, rng.choice(["#DIV/0!", "#N/A", "#REF!"]))
        case 8:
            sheet.write_formula(row, column, '=IF(A1<2,"a&b","")', formats[5], "")
        case 9:
            sheet.write_formula(row, column, "=1+1", None, rng.choice([2, "text", True]))
        case 10:
            sheet.write_blank(row, column, None, formats[0])
        case 11 | 12 | 13:
            text = rng.choice(["客户", " 空 格 ", "换\n行", "<&>\"'", "'=1+1", "#N/A", "☑高"])
            sheet.write_string(row, column, text)


def expected(value: Any, formula: Any, date_1904: bool) -> CellValue:
    """What the reader should give for a cell, from what openpyxl says of it."""
    if isinstance(formula, str) and formula.startswith("=") and value is None:
        return UncachedFormula(formula)
    if value is None:
        return ""
    if isinstance(value, bool | timedelta | time):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value  # type: ignore[no-any-return]


@pytest.mark.parametrize("date_1904", [False, True])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("exact", [False, True])
def test_every_cell_is_as_openpyxl_has_it(
    seed: int, date_1904: bool, exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if exact:  # the same sheets by the scan for unusual ones
        monkeypatch.setattr(sheet_xml, "_is_small", lambda xml: False)
    data = generated(seed, date_1904)
    raw = opened(data)
    assert raw.date1904 == date_1904
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(data))
    assert [sheet.name for sheet in raw.sheets] == values.sheetnames
    for sheet in raw.sheets:
        compare(sheet, values[sheet.name], formulas[sheet.name], date_1904)


def compare(sheet: RawSheet, values: Any, formulas: Any, date_1904: bool) -> None:
    fast, slow = sheet.rows, sheet.reread().rows
    assert (len(slow), len(slow[0])) == (35, 11)
    suspects, formula_cells = set(), set()
    for row, line in enumerate(slow):
        for column, value in enumerate(line):
            name = (row + 1, column + 1)
            cell, formula = values.cell(*name), formulas.cell(*name)
            if formula.data_type == "f":
                formula_cells.add((row, column))
            fast_value = fast[row][column] if row < len(fast) and column < len(fast[row]) else ""
            if cell.data_type == "e":
                assert value == CellError(cell.value)
            elif formula.data_type == "f" and isinstance(value, UncachedFormula):
                assert cell.value is None
                assert value.text == formula.value
            else:
                want = expected(cell.value, None, date_1904)
                assert (type(value), value) == (type(want), want)
                assert (type(fast_value), fast_value) == (type(want), want)
                check_format(sheet, row, column, cell)
                continue
            assert fast_value == ""
            suspects.add((row, column))
    assert sheet.suspects == suspects
    assert sheet.formulas == formula_cells


def check_format(sheet: RawSheet, row: int, column: int, cell: Any) -> None:
    assert sheet.number_format(row, column) == cell.number_format
    assert sheet.is_date_only(row, column) == (cell.number_format == "yyyy-mm-dd")


@pytest.mark.parametrize("text", ["1+1", "<![CDATA[1+1]]>", "1<!-- -->+1"])
def test_no_formula_is_overlooked(text: str) -> None:
    sheet = sheet_of(f'<row r="1"><c r="A1"><f>{text}</f></c></row>')
    assert sheet.formulas == {(0, 0)}
    assert sheet.reread().rows == [[UncachedFormula("=1+1")]]


@pytest.mark.parametrize("exact", [False, True])
def test_an_empty_stored_text_is_a_value_and_no_suspect(
    exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if exact:
        monkeypatch.setattr(sheet_xml, "_is_small", lambda xml: False)
    sheet = sheet_of(
        '<row r="1"><c r="A1" t="str"><f>B1</f><v></v></c><c r="B1"><f>C1</f><v></v></c>'
        '<c r="C1"><f>D1</f><v/></c><c r="D1" t="str"><f>E1</f></c></row>'
    )
    assert sheet.suspects == {(0, 1), (0, 2), (0, 3)}
    assert sheet.reread().rows == [
        ["", UncachedFormula("=C1"), UncachedFormula("=D1"), UncachedFormula("=E1")]
    ]


def test_a_shared_formula_reads_as_its_own_cell_has_it() -> None:
    sheet = sheet_of(
        '<row r="1"><c r="B1"><f t="shared" ref="B1:B2" si="0">A1&amp;"x"</f></c></row>'
        '<row r="2"><c r="B2"><f t="shared" si="0"/></c></row>'
    )
    assert sheet.formulas == {(0, 1), (1, 1)}
    assert [row[1] for row in sheet.reread().rows] == [
        UncachedFormula('=A1&"x"'),
        UncachedFormula('=A2&"x"'),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="B2"><v>1</v></c><c r="C2" t="e"><v>#N/A</v></c></row>',
        "<row r='2'><c r='B2'><v>1</v></c><c t='e' r='C2'><v>#N/A</v></c></row>",
        '<row r="2"><c r="A2" s="0"/><c><v>1</v></c><c t="e"><v>#N/A</v></c></row>',
        '<row/><row><c/><c><v>1</v></c><c t="e"><v><![CDATA[#N/A]]></v></c></row>',
        '<row r="2"><c r="B2"><v>1</v></c><c r="C2" t="e">\n<f>A1</f>\n<v>#N/A</v></c></row>',
        '<row r="2"><c r="B2"><v>1</v></c><c r="C2" t="e"><v><![CDATA[#N/A]]></v></c></row>',
    ],
)
def test_xml_may_be_written_in_many_ways(rows: str) -> None:
    sheet = sheet_of(rows).reread()
    assert sheet.rows == [["", "", ""], ["", 1.0, CellError("#N/A")]]


def test_prefixed_and_strict_files_read_alike() -> None:
    rows = '<x:row r="1"><x:c r="A1" t="e"><x:f>NA()</x:f><x:v>#N/A</x:v></x:c></x:row>'
    prefixed = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    assert opened(with_sheet(prefixed)).sheets[0].reread().rows == [[CellError("#N/A")]]

    strict = io.BytesIO()
    replacements = {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main": (
            "http://purl.oclc.org/ooxml/spreadsheetml/main"
        ),
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            "http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
        "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties": (
            "http://purl.oclc.org/ooxml/officeDocument/extendedProperties"
        ),
    }
    data = generated(1, False)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(strict, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            for transitional, replacement in replacements.items():
                text = text.replace(transitional, replacement)
            new.writestr(name, text)
    for one, other in zip(opened(data).sheets, opened(strict.getvalue()).sheets, strict=True):
        assert one.reread().rows == other.reread().rows
        assert one.name == other.name
        assert one.number_format(2, 1) == other.number_format(2, 1)


@pytest.mark.parametrize(
    ("column", "row"),
    [("CZ", 39_999), ("Z", 189_999), ("P", 299_999), ("H", 599_999), ("D", 1_048_576)],
)
def test_tall_sheets_are_searched_as_short_ones_are(column: str, row: int) -> None:
    def cells(wide: str = "B2") -> bytes:
        first = f'<row r="2"><c r="{wide}"><v>1</v></c></row>'
        last = f'<row r="{row}"><c r="{column}{row}"><f>A1</f><v>2</v></c></row>'
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{first}{last}</sheetData></worksheet>'
        return sheet.encode()

    assert sheet_xml.formula_cells(cells()) == [(column.encode(), b"%d" % row)]
    with pytest.raises(Rejected, match="too-large"):
        sheet_xml.formula_cells(cells("FZ2"))
    with reading_ours():
        assert sheet_xml.formula_cells(cells("AZ2")) == [(column.encode(), b"%d" % row)]


@pytest.mark.parametrize(
    ("rows", "strays"),
    [
        (
            '<row><c r="A1"><v>1</v></c></row><row><c r="XFD1048576"><v>1</v></c></row>',
            [(1_048_575, 16_383)],
        ),
        (
            '<row r="40000"><c r="DZ40000"><v>1</v></c><c r="A1"><v>1</v></c></row>',
            [(39_999, 129)],
        ),
        (
            "<row><c r='A1'><v>1</v></c><c r='XFD1048576' t='e'><v>#N/A</v></c></row>",
            [(1_048_575, 16_383)],
        ),
        (
            '<row r="1"><c><v>1</v></c></row><row r="1048576">' + "<c><v>2</v></c>" * 5 + "</row>",
            [(1_048_575, column) for column in range(5)],
        ),
    ],
)
def test_a_few_stray_cells_are_left_out_and_told(rows: str, strays: Any) -> None:
    sheet = sheet_of(rows)
    assert (sheet.rows, sheet.strays) == ([[1.0]], strays)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1048576">' + "<c><v>1</v></c>" * 21 + "</row>",
        '<row><c r="A1"><v>1</v></c><c r="A1048577"><v>1</v></c><c r="XFE9"><v>1</v></c></row>',
    ],
)
def test_more_of_them_are_refused_before_the_reader_sees_them(rows: str) -> None:
    with pytest.raises(Rejected) as caught:
        sheet_of(rows)
    assert (caught.value.code, caught.value.detail) == ("too-large", "grid")


def test_rows_and_formats_without_content_make_no_grid() -> None:
    sheet = sheet_of(
        '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row>'
        '<row r="1048576" hidden="true"><c r="A1048576" s="0"/></row>'
    )
    assert sheet.rows == [[1.0]]
    assert sheet.hidden_rows() == {1_048_575}


def test_merges_hidden_rows_and_names_are_told() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("表")
    sheet.merge_range("B2:AA3", "title")
    sheet.write("A5", "x")
    sheet.set_row(4, None, None, {"hidden": True})
    sheet.set_row(6, None, None, {"hidden": True})
    sheet.data_validation("A5", {"validate": "list", "source": ["a", "b"]})
    sheet.hide()
    book.add_worksheet("空").activate()
    book.define_name("表!mark", "=表!$A$5")
    book.close()
    raw = opened(buffer.getvalue())
    first, empty = raw.sheets
    assert first.merged == [(1, 1, 2, 26)]
    assert first.hidden_rows() == {4, 6}
    assert first.names == {"mark": "表!$A$5"}
    assert (first.hidden, empty.hidden) == (True, False)
    assert first.formulas == frozenset()
    assert empty.rows == []
    assert empty.merged == []
    assert empty.reread() is empty


@pytest.mark.parametrize(
    ("code", "date_only"),
    [
        ("yyyy-mm-dd", True),
        ('yyyy"年"m"月"d"日"', True),
        ("[$-804]yyyy/m/d;@", True),
        ('m"月"d"日"', True),
        ("yyyy-mm-dd hh:mm", False),
        ('yyyy"年"m"月"d"日" h"时"', False),
        ("hh:mm", False),
        ("[h]:mm", False),
        ("mm:ss", False),
        ("[Red]0.00", False),
        ('0"day"', False),
        ("General", False),
        ("@", False),
    ],
)
def test_a_format_shows_a_day_or_a_moment(code: str, date_only: bool) -> None:
    book = openpyxl.Workbook()
    cell = book.active["B2"]
    cell.value = 45_432
    cell.number_format = code
    buffer = io.BytesIO()
    book.save(buffer)
    sheet = opened(buffer.getvalue()).sheets[0]
    assert sheet.number_format(1, 1) == code
    assert sheet.is_date_only(1, 1) is date_only
    assert sheet.number_format(9, 9) == "General"
    assert sheet.is_date_only(9, 9) is False


def test_midnight_is_a_date_and_its_format_tells_the_rest() -> None:
    book = openpyxl.Workbook()
    book.active.append([datetime(2024, 5, 20), date(2024, 5, 20)])
    buffer = io.BytesIO()
    book.save(buffer)
    sheet = opened(buffer.getvalue()).sheets[0]
    assert sheet.rows == [[date(2024, 5, 20)] * 2]
    assert [sheet.is_date_only(0, column) for column in (0, 1)] == [False, True]


def test_what_the_reader_cannot_take_is_a_rejection() -> None:
    with pytest.raises(Rejected) as caught:
        sheet_of('<row r="1"><c r="A1" t="n"><v>not a number</v></c></row>')
    assert (caught.value.code, caught.value.detail) == ("unreadable", "reader-failed")
    with pytest.raises(Rejected) as caught:
        sheet_of('<row r="one"><c><v>1</v></c></row>')
    assert (caught.value.code, caught.value.detail) == ("unreadable", "xml")


def test_a_panic_of_the_reader_is_a_rejection(monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    def panicking(*_: object) -> None:
        raise panic

    monkeypatch.setattr("xlcrm.filled_workbook.grids.grid", panicking)
    with pytest.raises(Rejected) as caught:
        sheet_of("")
    assert (caught.value.code, caught.value.detail) == ("unreadable", "reader-failed")
