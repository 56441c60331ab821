"""What a program might act on: formulas, links, macros, names, properties."""

from __future__ import annotations

from making import (
    BOOK,
    CORE,
    CUSTOM,
    Case,
    after_rows,
    cell,
    edit,
    good,
    having,
    put,
    relation,
    sub,
    text,
)

_NINES = "9" * 5_000  # more digits than Python makes a number of

_FORMULAS = (
    "=EVILMARK()",
    "+EVILMARK",
    "-EVILMARK",
    "@EVILMARK(1)",
    "\t=EVILMARK()",
    "&#13;=EVILMARK()",
    "&#10;=EVILMARK()",
    "=cmd|' /C EVILMARK'!A0",
    "{=EVILMARK()}",
    "＝EVILMARK()",
    '=HYPERLINK("http://127.0.0.1:9/EVILMARK","方案")',
    '=WEBSERVICE("http://127.0.0.1:9/EVILMARK")',
    '=DDE("cmd";"/C EVILMARK";"x")',
    '=IMPORTXML("EVILMARK","//a")',
    "http://127.0.0.1:9/EVILMARK",
    "mailto:evil@example.com?subject=EVILMARK",
    "internal:EVILMARK!A1",
    "external:EVILMARK.xlsx",
    "file:///etc/EVILMARK",
    "\\\\127.0.0.1\\EVILMARK",
    "ftp://127.0.0.1/EVILMARK",
    "#EVILMARK!A1",
    "=",
    "==",
    "=_x0007_EVILMARK()",
    "'=EVILMARK()",
    "\u200b=EVILMARK()",
    "javascript:EVILMARK",
)

_INJECTIONS = [
    *(
        good(
            f"inject/text {n}.xlsx",
            having(
                text("G5", said),
                text("J5", said),
                text("I5", said),
                text("AE3", said),
                text("AE5", said),
            ),
        )
        for n, said in enumerate(_FORMULAS)
    ),
    good(
        "inject/formula.xlsx",
        having(cell("G5", '<c r="G5" t="str"><f>EVILMARK()</f><v>客户要求5月底前提交方案</v></c>')),
        "formula-in-input G5",
    ),
    good(
        "inject/formula without a value.xlsx",
        having(cell("G5", "<c r=\"G5\"><f>cmd|'/C EVILMARK'!A0</f></c>")),
        "error-value G5",
    ),
    good(
        "inject/formula in a label.xlsx",
        having(
            cell("AE3", '<c r="AE3" t="str"><f>EVILMARK()</f><v>=EVILMARK()</v></c>'),
            text("AE5", "x"),
        ),
    ),
    good(
        "inject/array formula.xlsx",
        having(
            cell(
                "G5",
                '<c r="G5" t="str"><f t="array" '
                'ref="G5:G9999">EVILMARK()</f><v>客户要求5月底前提交方案</v></c>',
            )
        ),
        "formula-in-input G5",
    ),
    good(
        "inject/data table.xlsx",
        having(
            cell(
                "G5",
                '<c r="G5" t="str"><f t="dataTable" ref="G5:XFD9"'
                ' r1="A1" r2="EVILMARK"/><v>客户要求5月底前提交方案</v></c>',
            )
        ),
    ),
    good(
        "inject/links.xlsx",
        having(
            after_rows(
                '<hyperlinks><hyperlink ref="G5" r:id="rId9" '
                'location="EVILMARK!A1" display="EVILMARK"/></hyperlinks>'
            ),
            put(
                "xl/worksheets/_rels/sheet2.xml.rels",
                '<Relationships xmlns="http://schemas.openxmlformats.org'
                '/package/2006/relationships"><Relationship Id="rId9" Type="http://schemas.openxmlformats.org/'
                'officeDocument/2006/relationships/hyperlink" Target="http://127.0.0.1:9/EVILMARK" '
                'TargetMode="External"/></Relationships>',
            ),
        ),
    ),
    good(
        "inject/other workbook.xlsx",
        having(
            put(
                "xl/externalLinks/externalLink1.xml",
                '<externalLink xmlns="http://schemas.openxmlformats'
                '.org/spreadsheetml/2006/main"><ddeLink ddeService="cmd" ddeTopic="/C EVILMARK"/>'
                "</externalLink>",
            ),
            relation("externalLink", "externalLinks/externalLink1.xml"),
            sub(
                BOOK,
                "<definedNames>",
                '<externalReferences><externalReference r:id="rIdX"/>'
                "</externalReferences><definedNames>",
            ),
            cell("G5", '<c r="G5" t="str"><f>[1]EVILMARK!A1</f><v>客户要求5月底前提交方案</v></c>'),
        ),
        "formula-in-input G5",
    ),
    good(
        "inject/macros.xlsm",
        having(
            put("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0EVILMARK"),
            relation("vbaProject", "vbaProject.bin"),
        ),
        "macro-ignored",
    ),
    good("inject/macros.xlsx", having(put("xl/vbaProject.bin", b"EVILMARK")), "macro-ignored"),
    good(
        "inject/macro sheet.xlsm",
        having(
            put("xl/macrosheets/sheet9.xml", "<macrosheet>EVILMARK</macrosheet>"),
            relation("xlMacrosheet", "macrosheets/sheet9.xml"),
            sub(
                "xl/_rels/workbook.xml.rels",
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships/xlM",
                "http://schemas.microsoft.com/office/2006/relationships/xlM",
            ),
            sub(BOOK, "</sheets>", '<sheet name="宏" sheetId="9" r:id="rIdX"/></sheets>'),
        ),
        "macro-ignored",
    ),
    good(
        "inject/names.xlsx",
        having(
            sub(
                BOOK,
                "<definedNames>",
                '<definedNames><definedName name="Auto_Open">'
                "cmd|'/C EVILMARK'!A0</definedName>"
                '<definedName name="xlcrm.EVILMARK.x" '
                'localSheetId="1">=EVILMARK()</definedName>',
            )
        ),
    ),
    good("inject/far names.xlsx", having(sub(BOOK, "$G$3<", "$XFD$1048576<"))),
    good("inject/names of no cell.xlsx", having(sub(BOOK, "$G$3<", f"$G${_NINES}<"))),
    good(
        "inject/names for no sheet.xlsx",
        having(sub(BOOK, 'localSheetId="1"', 'localSheetId="99999999999"')),
    ),
    good(
        "inject/names by nines.xlsx",
        having(sub(BOOK, 'localSheetId="1"', f'localSheetId="{_NINES}"')),
    ),
    good(
        "inject/embedded.xlsx",
        having(
            put("xl/embeddings/oleObject1.bin", b"EVILMARK"),
            put("xl/connections.xml", "<connections>EVILMARK</connections>"),
            put("customUI/customUI.xml", '<customUI onLoad="EVILMARK"/>'),
        ),
    ),
    good("inject/remark.xlsx", having(put("xl/comments2.xml", "<comments>=EVILMARK()</comments>"))),
    *(
        good(f"inject/saved {n}.xlsx", having(sub(CORE, "2024-05-20T00:00:00Z", said)))
        for n, said in enumerate(
            (
                "0001-01-01T00:00:00+14:00",
                "9999-12-31T23:59:59-14:00",
                "=EVILMARK()",
                "99999-01-01",
                "",
                "2024-05-20T24:00:00Z",
                "0000-00-00",
            )
        )
    ),
    good(
        "inject/properties.xlsx",
        having(
            edit(
                CUSTOM,
                lambda part: part.replace(
                    b"</Properties>",
                    b'<property name="xlcrm.EVILMARK"><lpwstr>=EVILMARK()</lpwstr></property>'
                    b"</Properties>",
                ),
            )
        ),
    ),
    Case(
        "inject/said to be ours.xlsx",
        having(
            edit(
                CUSTOM,
                lambda part: part.replace(
                    b"</Properties>",
                    b'<property name="xlcrm-run"><lpwstr>EVILMARK</lpwstr></property></Properties>',
                ),
            )
        ),
        "skipped",
        "skipped-temporary",
        0,
    ),
    good(
        "inject/marks of no field.xlsx",
        having(
            text("A8", "xlcrm.EVILMARK.date"),
            text("A9", "xlcrm.communication_log.EVILMARK"),
            text("B9", "xlcrm...\u202e"),
        ),
    ),
]

CASES: list[Case] = _INJECTIONS
