"""Archives that are whole, with parts that are missing, broken, or set as traps."""

from __future__ import annotations

from making import (
    BOOK,
    BOOK_RELS,
    CORE,
    CUSTOM,
    ROOT_RELS,
    SECRET,
    SHEET,
    STRINGS,
    STYLES,
    TYPES,
    Case,
    bad,
    before_root,
    drop,
    edit,
    encoded,
    good,
    having,
    put,
    relation,
    rows,
    strict,
    sub,
    text,
)

_URL = SECRET.as_uri()
_BILLION = "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' if n else '<!ENTITY a0 "EVILMARK">' for n in range(9)
)
_ENTITIES = f"<!DOCTYPE a [{_BILLION}]>"
_OUTSIDE = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{_URL}">]>'
_PARAMETERS = f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{_URL}"> %x;]>'
_ELSEWHERE = '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/EVILMARK.dtd">'
_DEEP = 50_000

_NOT_READ = "not-a-workbook"


def _missing() -> list[Case]:
    return [
        bad("missing/workbook.xlsx", having(drop(BOOK)), _NOT_READ),
        bad("missing/relations of the workbook.xlsx", having(drop(BOOK_RELS)), "unreadable"),
        bad("missing/sheet.xlsx", having(drop(SHEET)), "unreadable"),
        bad("missing/texts.xlsx", having(drop(STRINGS)), "unreadable"),
        good("missing/relations.xlsx", having(drop(ROOT_RELS))),
        good("missing/styles.xlsx", having(drop(STYLES))),
        good("missing/types.xlsx", having(drop(TYPES))),
        good("missing/core properties.xlsx", having(drop(CORE))),
        good("missing/custom properties.xlsx", having(drop(CUSTOM))),
        good("missing/theme.xlsx", having(drop("xl/theme/theme1.xml"))),
    ]


def _broken() -> list[Case]:
    """Parts that are empty, cut, of other bytes, or of another root."""
    return [
        bad(f"broken/{what} {name.rpartition('/')[2]}.xlsx", having(edit(name, how)), "unreadable")
        for name in (BOOK, BOOK_RELS, SHEET, STRINGS, STYLES, ROOT_RELS, CORE, CUSTOM)
        for what, how in (
            ("empty", lambda part: b""),
            ("cut", lambda part: part[: len(part) // 2]),
            ("binary", lambda part: b"\x83\0\1\xff" * 99),
        )
    ]


def _other_roots() -> list[Case]:
    other = b"<html/>"
    return [
        bad("root/workbook.xlsx", having(put(BOOK, other)), _NOT_READ),
        bad("root/relations of the workbook.xlsx", having(put(BOOK_RELS, other)), "unreadable"),
        bad("root/sheet.xlsx", having(put(SHEET, other)), "unreadable"),
        bad("root/texts.xlsx", having(put(STRINGS, other)), "unreadable"),
        bad("root/styles.xlsx", having(put(STYLES, other)), "unreadable"),
        good("root/core properties.xlsx", having(put(CORE, other))),
    ]


_TRAPS = [
    *(
        bad(
            f"entity/{what} in {name.rpartition('/')[2]}.xlsx",
            having(edit(name, before_root(dtd))),
            "suspicious-archive",
        )
        for what, dtd in (
            ("bomb", _ENTITIES),
            ("file", _OUTSIDE),
            ("parameter", _PARAMETERS),
            ("address", _ELSEWHERE),
        )
        for name in (SHEET, STRINGS, BOOK, CORE)
    ),
    bad(
        "entity/used in a cell.xlsx",
        having(edit(SHEET, before_root(_OUTSIDE)), text("G4", "&x;")),
        "suspicious-archive",
    ),
    bad(
        "entity/in a part nobody reads.xlsx",
        having(put("customXml/item1.xml", f"<?xml version='1.0'?>{_OUTSIDE}<a>&x;</a>")),
        "suspicious-archive",
    ),
    bad(
        "entity/in utf-16.xlsx",
        having(put("customXml/item1.xml", f"{_OUTSIDE}<a>&x;</a>".encode("utf-16"))),
        "suspicious-archive",
    ),
    bad("entity/unknown.xlsx", having(text("G4", "&EVILMARK;")), "unreadable"),
    good(
        "entity/style sheet.xlsx",
        having(edit(SHEET, before_root(f'<?xml-stylesheet type="text/xsl" href="{_URL}"?>'))),
    ),
    good(
        "entity/included.xlsx",
        having(text("G4", f'<xi:include href="{_URL}"/>')),
        "required-missing G4",
    ),
]

_ENCODINGS = [
    bad("encoding/sheet in utf-16.xlsx", having(edit(SHEET, encoded("utf-16"))), "unreadable"),
    bad("encoding/texts in utf-16.xlsx", having(edit(STRINGS, encoded("utf-16"))), "unreadable"),
    bad(
        "encoding/texts in utf-16 without mark.xlsx",
        having(edit(STRINGS, encoded("utf-16-le", "utf-16"))),
        "unreadable",
    ),
    bad("encoding/texts in gb18030.xlsx", having(edit(STRINGS, encoded("gb18030"))), "unreadable"),
    good("encoding/sheet unknown.xlsx", having(sub(SHEET, "UTF-8", "EVILMARK"))),
    bad(
        "encoding/texts not as declared.xlsx",
        having(edit(STRINGS, encoded("gb18030", "UTF-8"))),
        "unreadable",
    ),
    bad("encoding/workbook in gb18030.xlsx", having(edit(BOOK, encoded("gb18030"))), "unreadable"),
    good(
        "encoding/sheet with a mark.xlsx", having(edit(SHEET, lambda part: b"\xef\xbb\xbf" + part))
    ),
    good("encoding/xml 1.1.xlsx", having(sub(CORE, 'version="1.0"', 'version="1.1"'))),
]

_ODD_XML = [
    good("xml/two roots.xlsx", having(edit(SHEET, lambda part: part + b"<worksheet/>"))),
    bad("xml/not closed.xlsx", having(sub(SHEET, "</sheetData>", "")), "unreadable"),
    good("xml/zero byte.xlsx", having(sub(SHEET, "<sheetData>", b"<sheetData>\0"))),
    good("xml/forbidden character.xlsx", having(text("G4", "a&#7;b"))),
    good("xml/forbidden byte.xlsx", having(text("G4", "a\x07b"))),
    bad("xml/surrogate.xlsx", having(text("G4", "a&#xD800;b")), "unreadable"),
    bad(
        "xml/bytes that are no text.xlsx",
        having(
            edit(SHEET, lambda part: part.replace(b"</sheetData>", b"<!--\xff\xfe--></sheetData>"))
        ),
        "unreadable",
    ),
    good("xml/text in sections.xlsx", having(text("G4", "<![CDATA[客户要求5月底前提交方案]]>"))),
    good("xml/remarks among cells.xlsx", having(rows("<!-- <c r='A9'><v>1</v></c> -->"))),
    good(
        "xml/prefixes.xlsx",
        having(
            edit(
                SHEET,
                lambda part: (
                    part.replace(b"<worksheet xmlns=", b"<worksheet xmlns:x=")
                    .replace(b"</", b"</x:")
                    .replace(b"<x:", b"<")
                    .replace(b"<", b"<x:")
                    .replace(b"<x:/", b"</")
                    .replace(b"<x:?", b"<?")
                ),
            )
        ),
    ),
    good(
        "xml/unknown elements.xlsx",
        having(rows('<row r="7"><q:z xmlns:q="q">EVILMARK<q:c r="A7"/></q:z></row>')),
    ),
    good("xml/deep.xlsx", having(rows("<a>" * _DEEP + "</a>" * _DEEP))),
    good("xml/long attribute.xlsx", having(rows(f'<row r="7" x="{"EVIL" * 50_000}"/>'))),
    good(
        "xml/many attributes.xlsx",
        having(rows("<row r='7' " + " ".join(f'a{n}=""' for n in range(20_000)) + "/>")),
    ),
]

_TARGETS = [
    bad(
        "target/sheet elsewhere.xlsx",
        having(sub(BOOK_RELS, "worksheets/sheet2.xml", f"{_URL}")),
        "unreadable",
    ),
    bad(
        "target/sheet outside.xlsx",
        having(sub(BOOK_RELS, "worksheets/sheet2.xml", "../../../../etc/passwd")),
        "unreadable",
    ),
    bad(
        "target/sheet on the net.xlsx",
        having(
            sub(
                BOOK_RELS,
                'Target="worksheets/sheet2.xml"',
                'Target="http://127.0.0.1:9/EVILMARK" TargetMode="External"',
            )
        ),
        "unreadable",
    ),
    bad(
        "target/no such sheet.xlsx", having(sub(BOOK, 'r:id="rId2"', 'r:id="rId99"')), "unreadable"
    ),
    bad("target/sheet without one.xlsx", having(sub(BOOK, 'r:id="rId2"', "")), "unreadable"),
    bad(
        "target/of two sheets.xlsx",
        having(sub(BOOK, 'r:id="rId1"', 'r:id="rId2"')),
        "suspicious-archive",
    ),
    good(
        "target/absolute.xlsx",
        having(sub(BOOK_RELS, "worksheets/sheet2.xml", "/xl/worksheets/sheet2.xml")),
    ),
    good("target/twice.xlsx", having(relation("worksheet", "worksheets/sheet3.xml"))),
    bad(
        "target/the workbook itself.xlsx",
        having(sub(BOOK_RELS, "worksheets/sheet2.xml", "workbook.xml")),
        "unreadable",
    ),
    bad(
        "target/one id twice.xlsx",
        having(sub(BOOK_RELS, 'Id="rId3"', 'Id="rId2"'), sub(BOOK, 'r:id="rId3"', 'r:id="rId2"')),
        "unreadable",
    ),
    good(
        "target/far relations.xlsx",
        having(
            relation("externalLinkPath", "http://127.0.0.1:9/EVILMARK", 'TargetMode="External"')
        ),
    ),
]

_STRICT = [
    good("strict/good.xlsx", having(strict)),
    bad("strict/cut.xlsx", having(strict, edit(SHEET, lambda part: part[:9000])), "unreadable"),
    bad("strict/without texts.xlsx", having(strict, drop(STRINGS)), "unreadable"),
    good("strict/without styles.xlsx", having(strict, drop(STYLES))),
    good(
        "strict/formula without a value.xlsx",
        having(
            strict,
            sub(SHEET, '<c r="D5" s="1" t="s"><v>', '<c r="D5"><f>1+1</f></c><c r="AF5" t="s"><v>'),
        ),
        "error-value D5",
    ),
]

CASES: list[Case] = [
    *_missing(),
    *_broken(),
    *_other_roots(),
    *_TRAPS,
    *_ENCODINGS,
    *_ODD_XML,
    *_TARGETS,
    *_STRICT,
]
