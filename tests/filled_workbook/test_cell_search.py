"""What a search finds in sheets is what calamine reads in them, whatever is written there."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from xlcrm.filled_workbook import cell_search, grids
from xlcrm.filled_workbook.archive import Archive, open_archive
from xlcrm.filled_workbook.cell_search import FoundCells, find_cells
from xlcrm.filled_workbook.source import Rejected
from xlcrm.filled_workbook.xlsx import read_workbook

_FILES = sorted((Path(__file__).parents[2] / "sample_workbooks").rglob("*.xlsx"))
SAMPLE = list(filter(zipfile.is_zipfile, _FILES))
SHEET, TEXTS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
ROWS, MUTATIONS = 10, 4_000


@pytest.fixture(scope="module")
def workbook() -> Archive:
    """A workbook with every kind of cell that the usual programs write, errors left out."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        moment = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        hours = made.add_format({"num_format": "[h]:mm"})
        sheet = made.add_worksheet()
        for row in range(ROWS):
            sheet.write_string(row, 0, f"客户{row}")
            sheet.write_string(row, 1, ["电话", " 空 格 ", "换\n行", "<&>\"'", ""][row % 5])
            sheet.write_number(row, 2, [7, 0.1, -3e-9, 123456789012345][row % 4])
            sheet.write_datetime(row, 3, datetime(2024, 5, 1 + row % 30), day)
            sheet.write_datetime(row, 4, datetime(2024, 5, 20, row % 24, 7, 31), moment)
            sheet.write_number(row, 5, row / 7, hours)
            sheet.write_formula(row, 6, f'=IF(A{row + 1}<>"","a&b",1)', None, ["a&b", 3][row % 2])
            sheet.write_formula(row, 7, "=1+1", day, "")
            sheet.write_boolean(row, 8, bool(row % 3))
            sheet.write_blank(row, 9, None, day)
            if row % 7 == 0:
                sheet.write_string(row, 700, "远")
            sheet.set_row(row, 20 + row % 3)
        sheet.merge_range("L2:M3", "合并")
    return open_archive(file.getvalue())


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Makes every sheet be searched; tells of each whether its cells were found."""
    taken: list[bool] = []

    def find(sheets: Sequence[bytes]) -> list[FoundCells | None]:
        found = find_cells(sheets)
        taken.extend(each is not None for each in found)
        return found

    monkeypatch.setattr(grids, "_find", find)
    monkeypatch.setattr(grids, "_SMALL", 0)
    grids._meanings.cache_clear()
    yield taken
    grids._meanings.cache_clear()


def said(archive: Archive) -> object:
    """Everything that a workbook's sheets say, types included; or why it is rejected."""
    try:
        sheets = read_workbook(archive, lambda names: True).sheets
        beside = [(each.strays, each.odd_columns(3), each.suspects) for each in sheets]
    except Rejected as rejected:
        return rejected.code, rejected.detail
    rows = (row for each in sheets for row in [*each.rows, []])
    return [[(type(value), repr(value)) for value in row] for row in rows], beside


def by_the_reader(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> object:
    with monkeypatch.context() as without:
        without.setattr(grids, "_find", None)
        return said(archive)


def with_part(archive: Archive, part: str, change: Callable[[bytes], bytes]) -> Archive:
    parts: Mapping[str, bytes] = {**archive.parts, part: change(archive.parts[part])}
    assert parts[part] != archive.parts[part]
    return Archive(parts)


@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: path.name)
def test_samples_are_read_alike(
    path: Path, searched: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = open_archive(path.read_bytes())
    assert said(archive) == by_the_reader(archive, monkeypatch)


@pytest.mark.parametrize("piece", [1_000_000, 2_000])
def test_each_kind_of_cell_is_found(
    workbook: Archive, searched: list[bool], monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(cell_search, "_PIECE", piece)
    assert said(workbook) == by_the_reader(workbook, monkeypatch)
    assert said(workbook) == by_the_reader(workbook, monkeypatch)  # by what it remembers now
    assert searched == [True, True]


def change_texts(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda xml: xml.replace(old, new)


@pytest.mark.parametrize(
    "text",
    [
        "<t>客户7</t><phoneticPr fontId='1'/>",
        '<t>客户7</t><phoneticPr fontId="1" type="noConversion"/>',
        '<t xml:space="preserve"> 客户7 </t>',
        "<t> 客户7 </t>",
        "<t>客户7\r\n甲</t>",
        "<t>客&#25143;7</t>",
        "<t>客户_x0037__x000D_</t>",
        "<t>A&amp;B&lt;&gt;&quot;&apos;&amp;lt;</t>",
        "<r><t>客</t></r><r><rPr><b/></rPr><t>户7</t></r>",
        "<t/>",
        "<t></t>",
        "",
        "<t>客户7</t><rPh sb='0' eb='1'><t>kè</t></rPh>",
        "<!-- <si><t>x</t></si> --><t>客户7</t>",
        "<t><![CDATA[客户7]]></t>",
    ],
)
def test_texts_however_they_are_written(
    text: str, workbook: Archive, searched: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = with_part(workbook, TEXTS, change_texts("<t>客户7</t>".encode(), text.encode()))
    assert said(changed) == by_the_reader(changed, monkeypatch)
    assert searched == [True]


def test_formats_that_cannot_be_read_are_noticed(
    workbook: Archive, searched: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = with_part(workbook, STYLES, lambda xml: xml[: len(xml) // 2])
    assert said(changed) == by_the_reader(changed, monkeypatch) == ("unreadable", "reader-failed")


def test_one_days_count_is_not_anothers(
    workbook: Archive, searched: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    said(workbook)
    later = with_part(
        workbook,
        "xl/workbook.xml",
        lambda xml: xml.replace(b"<workbookPr ", b'<workbookPr date1904="1" '),
    )
    assert said(later) == by_the_reader(later, monkeypatch) != said(workbook)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<v>10</v>", "<v>:</v>"),
        ("</worksheet>", "<x></worksheet>"),
        ("<pageMargins", "<pageMargins <"),
        ('<dimension ref="', '<dimension ref="A0:'),
        ('<mergeCell ref="', '<mergeCell ref="-'),
        ("<worksheet ", "<!-- <sheetData> --><worksheet "),
        ("</sheetData>", "</sheetData><sheetData></sheetData>"),
        ("<sheetData>", '<sheetData><row r="0"/>'),
        ("<sheetData>", "<sheetData> "),
        ("</sheetData>", "<</sheetData>"),
        ("</sheetData>", "<c</sheetData>"),
        ("</sheetData>", '<row r="99"><c r="A99" s="1</sheetData>'),
    ],
)
def test_what_is_odd_about_a_sheet_is_left_to_the_reader(
    old: str, new: str, workbook: Archive, searched: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = with_part(workbook, SHEET, change_texts(old.encode(), new.encode()))
    assert said(changed) == by_the_reader(changed, monkeypatch)
    assert searched == [False]


_PIECES = (
    b"<", b">", b'"', b"&", b" ", b"/", b"\r", b"\n", b"\0", b"\xff", b"0", b"9", b"A", b"-", b".",
    b"<v>", b"</v>", b"</c>", b"<f>", b"</f>", b"<f/>", b"<row>", b"</row>", b'<row r="3"/>',
    b'<c r="A1"/>', b' t="s"', b' t="b"', b' t="e"', b' s="3"', b' cm="1"', b"<is>", b"<!--x-->",
    b"<![CDATA[", b"&amp;", b"&#65;", b"_x000D_", b"E5", b"</sheetData>", b"<sheetData>", b"<si>",
)  # fmt: skip


def mutated(xml: bytes, rng: random.Random) -> bytes:
    changed = bytearray(xml)
    begin, end = xml.find(b"<sheetData>") + 1, max(xml.find(b"</sheetData>"), 200)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        at, there = rng.randrange(begin, end), rng.randrange(begin, end)
        match rng.randrange(4):
            case 0:
                changed[at] = rng.randrange(256)
            case 1:
                del changed[at : at + rng.choice([1, 1, 2, 5, 20])]
            case 2:
                changed[at:at] = rng.choice(_PIECES)
            case 3:
                changed[at:at] = changed[there : there + rng.choice([1, 4, 20, 60])]
    return bytes(changed)


def test_whatever_is_changed_is_read_alike(
    workbook: Archive, searched: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(20240520)
    for number in range(MUTATIONS):
        part = rng.choice([SHEET, SHEET, SHEET, TEXTS])
        changed = mutated(workbook.parts[part], rng)
        archive = Archive({**workbook.parts, part: changed})
        assert said(archive) == by_the_reader(archive, monkeypatch), (number, part)
    # Both ways were taken often, or nothing was shown.
    assert MUTATIONS / 4 < sum(searched) < len(searched) - MUTATIONS / 4
