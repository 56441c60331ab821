"""The fast way of writing records and xlsxwriter's own give equal sheets, and the right values."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator

from xlcrm.record_sheet import Column, RecordSheet, Toned, WrittenSheet, book, palette

CREATED = dt.datetime(2024, 5, 20, 8, 0)
TALKS = (
    Column("id", "记录ID", 12),
    Column(
        "content",
        "关键内容 & <记录>",
        40,
        wrap=True,
        tones={"error": {"bg_color": "#FADBC8", "border": 1}},
    ),
    Column("day", "沟通日期", 12, "date"),
    Column("sent", "我方发出时间", 18, "datetime"),
    Column("count", "成交次数", 9, "integer", fill="#ECEFF1"),
    Column("score", "满意度", 8, "number", num_format="0.0"),
    Column("rate", "比率", 8, "percent"),
    Column("source", "来源", 20, "link"),
    Column("key", "行键", 10, hidden=True),
)
TARGET = "'客户''s'!A5"

# One column's odd values after another, each beside usual ones; what reads back where it differs.
USUAL = (
    "J001",
    "客户要求报价",
    dt.date(2024, 5, 20),
    dt.datetime(2024, 5, 20, 14, 30),
    3,
    4.5,
    0.15,
    ("客户.xlsx", TARGET),
    "k1",
)
TEXTS = (
    "积极",
    "😀 emoji 𠮷",
    " leading",
    "trailing ",
    "　全角空格　",
    "two\nlines\n",
    "\ttab",
    "=1+1",
    "+86",
    "-5",
    "@name",
    "<r>not markup & such</r>",
    "<r><t>x</t></r>",
    "a < b > c & \"d\" 'e'",
    "]]>",
    "_x0041_",
    # Too long to be shared, these stand in their cells.
    "a < b & c > d ]]> " * 10 + "e",
    " spaces outside " * 10,
    "three\nlines\n" * 10,
    "{=SUM(A1)}",
    "http://example.com",
    "internal:Sheet1!A1",
    "00123",
    "1e5",
    "TRUE",
    "长" * 16_000,
    "x" * 32_767,
)
CHANGED = {
    "a\x01b": "a\ufffdb",
    "a\ud83db": "a\ufffdb",
    "a\uffffb": "a\ufffdb",
    "win\r\nmac\rend": "win\nmac\nend",
    "": None,
    None: None,
    "<r>\x0b</r>": "<r>\ufffd</r>",
}
NUMBERS = (0, -1, 5, 10**15 - 1, 0.1 + 0.2, 1 / 3, 1e22, 1e-7, -2.5, 3.0, True, False, 2.5)
LONG_NUMBERS = (10**15, -(10**15), 2**200)
DAYS = (dt.date(1900, 3, 1), dt.date(9999, 12, 31), dt.date(2024, 2, 29))
MOMENTS = (dt.datetime(1900, 3, 1), dt.datetime(2024, 5, 20, 23, 59, 59), dt.datetime(2024, 5, 20))
EARLY = {
    dt.date(1900, 2, 28): "1900-02-28",
    dt.date(1850, 1, 1): "1850-01-01",
    dt.datetime(1899, 12, 31, 10, 5): "1899-12-31 10:05:00",
}


def varied_rows() -> list[list[object]]:
    """Every odd value in every column that takes it, and rows enough for several blocks."""
    rows: list[list[object]] = [list(USUAL), [None] * len(TALKS)]
    odd = (*TEXTS, *CHANGED, *NUMBERS, *LONG_NUMBERS, *DAYS, *MOMENTS, *EARLY)
    for value in odd:
        rows.extend([*USUAL[:col], value, *USUAL[col + 1 :]] for col in range(len(TALKS)))
    for value in (None, "", "很长" * 60, 4.5, dt.date(2024, 5, 20), "积极"):
        rows.append([USUAL[0], Toned(value, "error"), *USUAL[2:]])
    rows.extend([f"J{number:04}", *USUAL[1:]] for number in range(1_100))
    return rows


def write(path: Path, rows: list[list[object]], *, plain: bool) -> WrittenSheet:
    with book(path, created=CREATED) as wb:
        wb.add_sheet("客户's").write_string(0, 0, "首页")
        sheet = RecordSheet("沟通动态记录表", TALKS, rows, first_row=2, frozen_columns=1)
        written = wb.add_record_sheet(sheet, plain=plain)
        written.worksheet.write_string(0, 0, "id")
        written.worksheet.set_row(0, None, None, {"hidden": True})
    return written


def cells(sheet: Worksheet) -> list[list[tuple[Any, ...]]]:
    looks: dict[int, str] = {}

    def look(cell: Any) -> str:
        if cell.style_id not in looks:
            styles = (cell.number_format, cell.font, cell.alignment, cell.fill, cell.border)
            looks[cell.style_id] = "".join(map(repr, styles))
        return looks[cell.style_id]

    def link(cell: Any) -> Any:
        return cell.hyperlink and (cell.hyperlink.location, cell.hyperlink.display)

    return [
        [(cell.value, cell.data_type, look(cell), link(cell)) for cell in row]
        for row in sheet.iter_rows()
    ]


def frame(sheet: Worksheet) -> dict[str, Any]:
    return {
        "extent": sheet.dimensions,
        "widths": {
            letter: (dim.width, dim.hidden, dim.number_format)
            for letter, dim in sheet.column_dimensions.items()
        },
        "freeze": sheet.freeze_panes,
        "filter": sheet.auto_filter.ref,
        "hidden_rows": [number for number, dim in sheet.row_dimensions.items() if dim.hidden],
    }


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Worksheet, Worksheet]:
    """The same records, written fast and by xlsxwriter's own calls."""
    folder = tmp_path_factory.mktemp("both")
    sheets = []
    for plain in (False, True):
        path = folder / f"{plain}.xlsx"
        write(path, varied_rows(), plain=plain)
        sheets.append(openpyxl.load_workbook(path)["沟通动态记录表"])
    return sheets[0], sheets[1]


def test_cells_types_and_styles_are_equal(both: tuple[Worksheet, Worksheet]) -> None:
    fast, plain = (cells(sheet) for sheet in both)
    assert len(fast) == len(plain) == 3 + len(varied_rows())
    for number, (one, other) in enumerate(zip(fast, plain, strict=True), start=1):
        assert one == other, f"row {number}"


def test_widths_freeze_filter_and_hidden_columns_are_equal_and_as_asked(
    both: tuple[Worksheet, Worksheet],
) -> None:
    fast, plain = (frame(sheet) for sheet in both)
    last = 3 + len(varied_rows())
    assert fast == plain
    assert fast["extent"] == f"A1:I{last}"
    assert fast["filter"] == f"A3:I{last}"
    assert fast["freeze"] == "B4"
    assert fast["hidden_rows"] == [1]
    assert fast["widths"]["B"][0] == pytest.approx(40, abs=1)
    assert [letter for letter, (_, hidden, _) in fast["widths"].items() if hidden] == ["I"]


def test_wrapping_fills_and_header_are_as_asked(both: tuple[Worksheet, Worksheet]) -> None:
    for sheet in both:
        wrapped = [bool(cell.alignment.wrap_text) for cell in sheet[4]]
        assert wrapped == [column.wrap for column in TALKS]
        assert sheet["E4"].fill.fgColor.rgb == "FFECEFF1"
        assert sheet["A4"].fill.fill_type is None
        assert [cell.value for cell in sheet[3]] == [column.label for column in TALKS]
        assert sheet["A3"].font.b
        assert sheet["A3"].fill.fgColor.rgb.endswith(palette.HEADER_FILL[1:])


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as package:
        return package.read(name).decode()


@pytest.mark.parametrize("plain", [False, True])
def test_the_stored_dimension_is_right(plain: bool, tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", [list(USUAL)] * 5, plain=plain)
    sheet = part(tmp_path / "a.xlsx", "xl/worksheets/sheet2.xml")
    assert '<dimension ref="A1:I8"/>' in sheet


def test_outer_spaces_of_text_in_its_cell_are_marked_to_stay(tmp_path: Path) -> None:
    # openpyxl keeps them in any case, Excel doesn't.
    rows = [[" " + "x" * 150]]
    with book(tmp_path / "a.xlsx", created=CREATED) as wb:
        wb.add_record_sheet(RecordSheet("表", [Column("a", "甲", 9)], rows))
    assert '<t xml:space="preserve"> x' in part(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("times", [1, 20])
def test_text_like_an_escape_is_escaped_itself(times: int, tmp_path: Path) -> None:
    text = "_x0041_ " * times + "end"
    assert read_back(tmp_path / "a.xlsx", text, Column("a", "甲", 9))[0] == text
    escaped = text.replace("_x0041_", "_x005F_x0041_")
    assert escaped in part(tmp_path / "a.xlsx", "xl/sharedStrings.xml")


def read_back(path: Path, value: object, column: Column) -> Any:
    with book(path, created=CREATED) as wb:
        wb.add_record_sheet(RecordSheet("表", [column], [[value]]))
    cell = openpyxl.load_workbook(path)["表"]["A2"]
    return (cell.value, cell.number_format, cell.data_type)


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_read_back_as_text(text: str, tmp_path: Path) -> None:
    column = Column("a", "甲", 9)
    assert read_back(tmp_path / "a.xlsx", text, column)[::2] == (text, "s")


@pytest.mark.parametrize(("text", "expected"), CHANGED.items())
def test_what_xml_forbids_is_replaced(text: str, expected: str, tmp_path: Path) -> None:
    assert read_back(tmp_path / "a.xlsx", text, Column("a", "甲", 9))[0] == expected


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_keep_every_digit(number: float, tmp_path: Path) -> None:
    value, _, kind = read_back(tmp_path / "a.xlsx", number, Column("a", "甲", 9, "number"))
    assert (value, kind) == (number, "b" if isinstance(number, bool) else "n")


@pytest.mark.parametrize("number", LONG_NUMBERS)
@pytest.mark.parametrize("kind", ["text", "integer", "number"])
def test_longer_numbers_than_excel_keeps_become_text(
    number: int, kind: Any, tmp_path: Path
) -> None:
    value, _, data_type = read_back(tmp_path / "a.xlsx", number, Column("a", "甲", 9, kind))
    assert (value, data_type) == (str(number), "s")


@pytest.mark.parametrize("day", [*DAYS, *MOMENTS])
def test_dates_are_real_dates(day: dt.date, tmp_path: Path) -> None:
    kind: Any = "datetime" if isinstance(day, dt.datetime) else "date"
    value, _, _ = read_back(tmp_path / "a.xlsx", day, Column("a", "甲", 9, kind))
    assert value == (day if kind == "datetime" else dt.datetime.combine(day, dt.time()))


@pytest.mark.parametrize(("day", "expected"), EARLY.items())
@pytest.mark.parametrize("kind", ["text", "date", "datetime"])
def test_dates_excel_cannot_hold_are_iso_text(
    day: dt.date, expected: str, kind: Any, tmp_path: Path
) -> None:
    assert read_back(tmp_path / "a.xlsx", day, Column("a", "甲", 9, kind))[0] == expected


@pytest.mark.parametrize(
    ("kind", "value", "number_format"),
    [
        ("text", "x", "@"),
        ("text", dt.date(2024, 5, 20), "yyyy-mm-dd"),
        ("text", dt.datetime(2024, 5, 20, 9), "yyyy-mm-dd hh:mm"),
        ("text", 45432, "General"),
        ("date", dt.date(2024, 5, 20), "yyyy-mm-dd"),
        ("date", dt.datetime(2024, 5, 20), "yyyy-mm-dd"),
        ("date", dt.datetime(2024, 5, 20, 9), "yyyy-mm-dd hh:mm"),
        ("date", 4, "General"),
        ("datetime", dt.date(2024, 5, 20), "yyyy-mm-dd"),
        ("integer", 4, "0"),
        ("integer", 4.5, "General"),
        ("percent", 0.15, "0.0%"),
        ("number", dt.date(2024, 5, 20), "yyyy-mm-dd"),
    ],
)
def test_a_value_of_another_kind_shows_as_what_it_is(
    kind: Any, value: object, number_format: str, tmp_path: Path
) -> None:
    assert read_back(tmp_path / "a.xlsx", value, Column("a", "甲", 9, kind))[1] == number_format


def test_links_lead_to_their_cells_and_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write(path, [list(USUAL)], plain=False)
    cell = openpyxl.load_workbook(path)["沟通动态记录表"]["H4"]
    assert (cell.value, cell.data_type) == ("客户.xlsx", "s")
    assert cell.hyperlink.location == TARGET


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(
    ("kind", "value", "error"),
    [
        ("number", float("nan"), ValueError),
        ("number", float("inf"), ValueError),
        ("text", float("-inf"), ValueError),
        ("datetime", dt.datetime(2024, 5, 20, tzinfo=dt.UTC), ValueError),
        ("text", ["a"], TypeError),
        ("text", ("a", TARGET), TypeError),
        ("date", dt.time(9), TypeError),
    ],
)
def test_values_no_cell_holds_are_refused(
    plain: bool, kind: Any, value: object, error: type[Exception], tmp_path: Path
) -> None:
    sheet = RecordSheet("表", [Column("a", "甲", 9, kind)], [["x"], [value]])
    with pytest.raises(error), book(tmp_path / "a.xlsx", created=CREATED) as wb:
        wb.add_record_sheet(sheet, plain=plain)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("row", [["x"], ["x", "y", "z"]])
def test_a_row_as_long_as_the_columns_is_asked_for(
    plain: bool, row: list[object], tmp_path: Path
) -> None:
    columns = [Column("a", "甲", 9), Column("b", "乙", 9)]
    sheet = RecordSheet("表", columns, [row])
    with pytest.raises(ValueError, match="zip"), book(tmp_path / "a.xlsx", created=CREATED) as wb:
        wb.add_record_sheet(sheet, plain=plain)


def test_no_records_leave_a_header_alone(tmp_path: Path) -> None:
    written = write(tmp_path / "a.xlsx", [], plain=False)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["沟通动态记录表"]
    assert (sheet.max_row, sheet.auto_filter.ref) == (3, "A3:I3")
    assert written.area("score") == (3, 5, 3, 5)


def test_the_validator_finds_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", varied_rows(), plain=False)
    assert OpenXmlValidator().validate(tmp_path / "a.xlsx").errors == []


def test_libreoffice_opens_it_with_every_row(soffice: Any, tmp_path: Path) -> None:
    rows = varied_rows()
    write(tmp_path / "a.xlsx", rows, plain=False)
    saved = openpyxl.load_workbook(soffice.convert(tmp_path / "a.xlsx", "xlsx"))
    sheet = saved["沟通动态记录表"]
    ours = openpyxl.load_workbook(tmp_path / "a.xlsx")["沟通动态记录表"]
    assert sheet.max_row == ours.max_row
    # It saves numbers with 15 digits.
    for column in "AH":
        texts, expected = (
            [cell.value for cell in one[column] if cell.data_type == "s"] for one in (sheet, ours)
        )
        assert texts == expected
    assert sheet["H4"].hyperlink.location.endswith("A5")


@pytest.mark.parametrize("plain", [False, True])
def test_a_row_is_as_high_as_its_wrapped_text(tmp_path: Path, plain: bool) -> None:
    columns = [Column("a", "甲", 10, wrap=True), Column("b", "乙", 10)]
    rows = [
        ["五个汉字宽", "很长很长很长很长"],
        ["六个汉字宽度", None],
        ["一\n二\n三", None],
        ["字" * 999, None],
    ]
    with book(tmp_path / "a.xlsx", created=CREATED) as wb:
        wb.add_record_sheet(RecordSheet("表", columns, rows), plain=plain)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["表"]
    assert [sheet.row_dimensions[row].height for row in range(2, 6)] == [None, 33, 49.5, 132]


@pytest.mark.parametrize("plain", [False, True])
def test_a_toned_cell_looks_otherwise_than_its_column_blank_or_not(
    tmp_path: Path, plain: bool
) -> None:
    column = Column("a", "甲", 10, wrap=True, tones={"error": {"bg_color": "#FADBC8"}})
    rows = [["电联"], [Toned("电联", "error")], [Toned(None, "error")], [Toned("字" * 9, "error")]]
    with book(tmp_path / "a.xlsx", created=CREATED) as wb:
        wb.add_record_sheet(RecordSheet("表", [column], rows), plain=plain)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["表"]
    assert [sheet[f"A{n}"].value for n in range(2, 6)] == ["电联", "电联", None, "字" * 9]
    filled = [sheet[f"A{n}"].fill.fgColor.rgb == "FFFADBC8" for n in range(2, 6)]
    assert filled == [False, True, True, True]
    assert all(sheet[f"A{n}"].alignment.wrap_text for n in range(2, 6))
    assert sheet.row_dimensions[5].height == 33
