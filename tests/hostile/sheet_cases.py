"""Sheets whose grid, addresses, shapes or names are not what they should be."""

from __future__ import annotations

from making import (
    BOOK,
    SHEET,
    STYLES,
    Case,
    Parts,
    after_rows,
    bad,
    cell,
    edit,
    good,
    having,
    put,
    relation,
    rows,
    sub,
)

_GRID = 'ref="A1:AC303"'
_NINES = "9" * 5_000  # more digits than Python makes a number of


def _row(number: object, *cells: str, attributes: str = "") -> str:
    return f'<row r="{number}" {attributes}>{"".join(cells)}</row>'


def _cell(address: str, value: object = 1) -> str:
    return f'<c r="{address}"><v>{value}</v></c>'


def _inline(address: str, value: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t>{value}</t></is></c>'


def _merges(*ranges: str) -> str:
    listed = "".join(f'<mergeCell ref="{each}"/>' for each in ranges)
    return f'<mergeCells count="{len(ranges)}">{listed}</mergeCells>'


def _without_row_numbers(sheet: bytes) -> bytes:
    return sheet.replace(b'<row r="4">', b"<row>").replace(b'<row r="5">', b"<row>")


_DIMENSIONS = [
    *(
        good(f"grid/dimension {n}.xlsx", having(sub(SHEET, _GRID, f'ref="{said}"')))
        for n, said in enumerate(
            (
                "A1:XFD1048576",
                "A1:XFE1048577",
                "A1",
                "XFD1048576:A1",
                f"A1:A{_NINES}",
                "A1:ZZZZZZ99999999",
            )
        )
    ),
    *(
        bad(f"grid/no dimension {n}.xlsx", having(sub(SHEET, _GRID, f'ref="{said}"')), "unreadable")
        for n, said in enumerate(("", "A0:A0", "EVIL"))
    ),
    good("grid/no dimension.xlsx", having(sub(SHEET, f"<dimension {_GRID}/>", ""))),
    good(
        "grid/stray at XFD1048576.xlsx",
        having(rows(_row(1048576, _cell("XFD1048576")))),
        "unknown-column",
    ),
    good(
        "grid/stray at A1048576.xlsx",
        having(rows(_row(1048576, _cell("A1048576")))),
        "unknown-column",
    ),
    bad(
        "grid/many strays.xlsx",
        having(rows("".join(_row(n, _cell(f"XFD{n}")) for n in range(1048500, 1048577)))),
        "too-large",
    ),
    good(
        "grid/stray at XFD9.xlsx", having(sub(SHEET, '<row r="9">', f'<row r="9">{_cell("XFD9")}'))
    ),
    good(
        "grid/format at XFD1048576.xlsx",
        having(rows('<row r="1048576"><c r="XFD1048576" s="1"/></row>')),
    ),
    good(
        "grid/stray on a sheet of ours.xlsx",
        having(
            edit(
                "xl/worksheets/sheet1.xml",
                lambda s: s.replace(
                    b"</sheetData>", _row(1048576, _cell("XFD1048576")).encode() + b"</sheetData>"
                ),
            )
        ),
    ),
    bad("grid/many wide sheets.xlsx", lambda parts: _wide_sheets(parts), "too-large"),
]


def _wide_sheets(parts: Parts) -> bytes:
    """Many small sheets, each within the limit of one."""
    wide = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    wide += _row(39999, _cell("CZ39999")).encode() + b"</sheetData></worksheet>"
    changes = []
    for n in range(10, 60):
        changes.append(put(f"xl/worksheets/sheet{n}.xml", wide))
        changes.append(relation("worksheet", f"worksheets/sheet{n}.xml"))
        changes.append(
            edit(
                "xl/_rels/workbook.xml.rels",
                lambda part, n=n: part.replace(b'"rIdX"', b'"rIdW%d"' % n),
            )
        )
        sheet = f'<sheet name="W{n}" sheetId="{n}" r:id="rIdW{n}"/>'
        changes.append(sub(BOOK, "</sheets>", f"{sheet}</sheets>"))
    return having(*changes)(parts)


_ADDRESSES = [
    *(
        bad(f"address/cell {n}.xlsx", having(rows(_row(310, _cell(said)))), "unreadable")
        for n, said in enumerate(
            (
                "",
                "A",
                "310",
                "A0",
                "1A",
                "$A$310",
                "A-1",
                "A 310",
                "\u0410310",
                "R1C1",
                "ZZZZ310",
                "A99999999999",
                f"A{_NINES}",
                f"{'A' * 300_000}1",
            )
        )
    ),
    bad("address/right of the grid.xlsx", having(rows(_row(310, _cell("XFE310")))), "too-large"),
    bad("address/below the grid.xlsx", having(rows(_row(310, _cell("A1048577")))), "too-large"),
    good("address/small letters.xlsx", having(rows(_row(310, _cell("b310"))))),
    *(
        bad(f"address/row {n}.xlsx", having(rows(_row(said, _cell("B310")))), "unreadable")
        for n, said in enumerate(("0", "-1", "", "abc", "1.5"))
    ),
    *(
        good(f"address/far row {n}.xlsx", having(rows(_row(said, _cell("B310")))))
        for n, said in enumerate(("1048577", _NINES, "99999999999"))
    ),
    good("address/row twice.xlsx", having(rows(_row(5, _inline("K5", "x"))))),
    good("address/rows descending.xlsx", having(rows(_row(302, _cell("AE302")) + _row(301)))),
    good(
        "address/cell twice.xlsx",
        having(sub(SHEET, '<c r="S5"', _inline("G5", "客户确认5月底前付款") + '<c r="S5"')),
    ),
    good(
        "address/cells descending.xlsx",
        having(sub(SHEET, '<c r="S5"', _inline("H5", "积极") + '<c r="S5"')),
    ),
    good(
        "address/cell of another row.xlsx",
        having(sub(SHEET, '<c r="S5"', _inline("H6", "积极") + '<c r="S5"')),
    ),
    good("address/rows without numbers.xlsx", having(edit(SHEET, _without_row_numbers))),
    good("address/cells without addresses.xlsx", having(rows("<row><c><v>1</v></c></row>"))),
    good(
        "address/sheet without rows.xlsx",
        having(
            edit(
                "xl/worksheets/sheet3.xml", lambda s: s[: s.index(b"<sheetData>")] + b"</worksheet>"
            )
        ),
    ),
]

_SHAPES = [
    good("shape/merged whole.xlsx", having(after_rows(_merges("A7:XFD1048576")))),
    good(
        "shape/merged 50,000.xlsx",
        having(after_rows(_merges(*(f"A{n}:B{n}" for n in range(400, 50_400))))),
    ),
    good("shape/merges overlap.xlsx", having(after_rows(_merges(*["A8:F90", "B9:G99"] * 500)))),
    *(
        good(f"shape/merged {n}.xlsx", having(after_rows(_merges(said))))
        for n, said in enumerate(("A9", "B9:A8", f"A{_NINES}:B9", f"{'A' * 100_000}1:B9"))
    ),
    *(
        bad(f"shape/merged nowhere {n}.xlsx", having(after_rows(_merges(said))), "unreadable")
        for n, said in enumerate(("A0:B0", "", "A9:B9:C9"))
    ),
    *(
        good(f"shape/columns {n}.xlsx", having(sub(SHEET, "<cols>", f"<cols><col {said}/>")))
        for n, said in enumerate(
            (
                'min="1" max="99999999999" width="9"',
                'min="0" max="0" width="0"',
                'min="x" max="y" width="z"',
                'min="1.5" max="2..5" width="1.2.3"',
                f'min="{_NINES}" max="{_NINES}" width="{_NINES}"',
                "",
                'min="9" max="1" width="-1"',
            )
        )
    ),
    *(
        good(f"shape/hidden row {n}.xlsx", having(rows(_row(said, attributes='hidden="1"'))))
        for n, said in enumerate(("1048576", _NINES))
    ),
    bad(
        "shape/hidden row before all.xlsx",
        having(rows(_row("-5", attributes='hidden="1"'))),
        "unreadable",
    ),
    good(
        "shape/16,384 headers.xlsx",
        having(sub(SHEET, '<c r="AC3"', '<c r="XFD3" t="str"><v>x</v></c><c r="AC3"')),
    ),
    good(
        "shape/many formulas.xlsx",
        having(
            rows(
                "".join(
                    _row(n, f'<c r="AE{n}"><f>EVILMARK{n}()</f><v>1</v></c>')
                    for n in range(400, 9_000)
                )
            )
        ),
    ),
    good(
        "shape/shared formula without first.xlsx",
        having(cell("D5", '<c r="D5"><f t="shared" si="7"/></c>')),
        "error-value D5",
    ),
]

_NAME = 'name="沟通动态记录表"'
_SHEET_NAMES = [
    *(
        good(f"sheet/name {n}.xlsx", having(sub(BOOK, _NAME, f'name="{said}"')))
        for n, said in enumerate(
            (
                "=EVILMARK()",
                "@EVILMARK",
                "长" * 100,
                "长" * 40_000,
                "",
                "a/b\\c*d?e[f]:g",
                "'EVILMARK'",
                "_x0007_\u202e_xD800_",
                "a&#10;b&#9;c",
                "History",
                "\u200b",
                "=cmd|' /C EVILMARK'!A0",
                "http://127.0.0.1:9/EVILMARK",
                "🎉" * 31,
                "客户基础信息库",
                "../../EVILMARK",
            )
        )
    ),
    good("sheet/name left out.xlsx", having(sub(BOOK, _NAME, ""))),
    good("sheet/id twice.xlsx", having(sub(BOOK, 'sheetId="3"', 'sheetId="2"'))),
    good("sheet/very hidden.xlsx", having(sub(BOOK, _NAME, f'{_NAME} state="veryHidden"'))),
    bad("sheet/name twice.xlsx", having(sub(BOOK, _NAME, 'name="填写说明"')), "unreadable"),
    bad(
        "sheet/none.xlsx",
        having(
            edit(
                BOOK,
                lambda part: part[: part.index(b"<sheets>")] + part[part.index(b"</sheets>") + 9 :],
            )
        ),
        "unreadable",
    ),
    good(
        "sheet/one as a chart.xlsx",
        having(
            sub(
                "xl/_rels/workbook.xml.rels",
                'worksheet" Target="worksheets/sheet3.xml"',
                'chartsheet" Target="worksheets/sheet3.xml"',
            )
        ),
    ),
    good("sheet/styles that count.xlsx", having(sub(STYLES, "<cellXfs ", '<cellXfs a="b" '))),
    *(
        good(
            f"sheet/format {n}.xlsx",
            having(edit(STYLES, lambda part, said=said: part.replace(b"yyyy", said, 1))),
        )
        for n, said in enumerate((b"EVILMARK", b"[$-F800]" * 999, b"y" * 99_999, b"&#34;&#34;"))
    ),
]

CASES: list[Case] = [*_DIMENSIONS, *_ADDRESSES, *_SHAPES, *_SHEET_NAMES]
