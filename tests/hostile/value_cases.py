"""Cells whose numbers and texts are not what they should be."""

from __future__ import annotations

from making import (
    BOOK,
    STRINGS,
    Case,
    bad,
    cell,
    good,
    having,
    number,
    sub,
    text,
)

_NINES = "9" * 5_000  # more digits than Python makes a number of

_NUMBERS = [
    *(
        good(f"number/no score {n}.xlsx", having(number("T5", said)), "bad-number T5")
        for n, said in enumerate(
            ("NaN", "INF", "-INF", "1e999", "-1e999", "abc", "1,5", "0x5", _NINES, "1_0")
        )
    ),
    *(
        good(f"number/score {n}.xlsx", having(number("T5", said)), "out-of-range T5")
        for n, said in enumerate(("1e-999", "-0", "9.99e307"))
    ),
    good("number/empty score.xlsx", having(number("T5", ""))),
    good("number/arabic score.xlsx", having(number("T5", "٣")), "normalised T5"),
    *(
        good(f"number/date {n}.xlsx", having(number("C5", said, 's="2"')), "bad-date C5")
        for n, said in enumerate(("-1", "1e10", "2958466", "1e308", "NaN", "INF", "0.5"))
    ),
    *(
        bad(f"number/text index {n}.xlsx", having(number("G5", said, 't="s"')), "unreadable")
        for n, said in enumerate(
            ("99999999", "-1", "abc", "1.5", "4294967296", _NINES, "1e2", " 3")
        )
    ),
    *(
        good(f"number/no text index {n}.xlsx", having(cell("G5", said)), "required-missing G5")
        for n, said in enumerate(
            (
                '<c r="G5" t="s"/>',
                '<c r="G5" t="s"><v></v></c>',
                '<c r="G5" t="s"><v/></c>',
                '<c r="G5" t="s"></c>',
            )
        )
    ),
    bad(
        "number/text index in single quotes.xlsx",
        having(cell("G5", "<c r='G5' t='s'><v>x</v></c>")),
        "unreadable",
    ),
    good(
        "number/error in single quotes.xlsx",
        having(cell("T5", """<c r="T5" t='e'><v>#N/A</v></c>""")),
        "error-value T5",
    ),
    good(
        "number/error spaced.xlsx",
        having(cell("T5", """<c r="T5" t = "e" ><v>#N/A</v></c>""")),
        "error-value T5",
    ),
    *(
        good(f"number/style {n}.xlsx", having(number("C5", "45424", f's="{said}"')))
        for n, said in enumerate(("99999", "-1", "abc", "", _NINES, "4294967298"))
    ),
    *(
        good(f"number/kind {n}.xlsx", having(number("T5", said, f't="{kind}"')), *found)
        for n, (kind, said, *found) in enumerate(
            (
                ("d", "2024-05-14", "bad-number T5"),
                ("d", "EVILMARK", "bad-number T5"),
                ("e", "#N/A", "error-value T5"),
                ("n", "4"),
                ("str", "4"),
                ("inlineStr", "4"),
            )
        )
    ),
    *(
        bad(f"number/no kind {n}.xlsx", having(number("T5", said, f't="{kind}"')), "unreadable")
        for n, (kind, said) in enumerate(
            (("b", "2"), ("b", "EVILMARK"), ("zzz", "4"), ("", "4"), ("e", "=EVILMARK()"))
        )
    ),
    good(
        "number/1904.xlsx",
        having(
            sub(BOOK, "<workbookPr ", '<workbookPr date1904="1" '),
            number("C5", "43962", 's="2"'),
            number("C4", "43961", 's="2"'),
            number("C6", "43963", 's="2"'),
        ),
    ),
    good(
        "number/date as 1904.xlsx", having(sub(BOOK, "<workbookPr ", '<workbookPr date1904="x" '))
    ),
]

_TEXTS = [
    good("text/at its limit.xlsx", having(text("G5", "客" * 32_767))),
    good("text/beyond its limit.xlsx", having(text("G5", "户" * 40_000))),
    good("text/name beyond its limit.xlsx", having(text("J5", "户" * 40_000))),
    good(
        "text/all beyond their limit.xlsx",
        having(
            *(
                text(f"{column}5", "户" * 40_000)
                for column in ("B", "D", "E", "F", "H", "I", "M", "V", "AE")
            ),
            text("AE3", "列" * 40_000),
        ),
    ),
    good("text/huge.xlsx", having(text("G5", "要求5月底前" * 300_000))),
    good("text/huge shared.xlsx", having(sub(STRINGS, "第2份方案", "第2份方案" * 300_000))),
    good(
        "text/many shared.xlsx",
        having(sub(STRINGS, "</sst>", "<si><t>x</t></si>" * 400_000 + "</sst>")),
    ),
    good("text/wrong count.xlsx", having(sub(STRINGS, 'count="', 'count="4294967295'))),
    good(
        "text/many pieces.xlsx",
        having(
            sub(
                STRINGS,
                "<si><t>客户要求5月底前提交第2份方案</t></si>",
                "<si>" + "<r><t>客户5月底前</t></r>" * 2_000 + "</si>",
            )
        ),
    ),
    *(
        good(f"text/odd {n}.xlsx", having(text("G5", f"客户要求5月底前提交方案{said}")))
        for n, said in enumerate(
            (
                "_xD800_",
                "_xDC00__xD83D_",
                "_x0000_",
                "_x0007_",
                "_x001B_[31m",
                "_x000D__x000A_",
                "_xFFFE_",
                "\u0085\u009b31m",
                "\u202etxt.exe",
                "\u200b\ufeff\u2066",
                "\U000e0041",
                "\U0010ffff",
                "e" + "\u0301" * 3_000,
                "\u2028\u2029",
                "&#13;&#10;&#9;",
                "&lt;script&gt;alert(1)&lt;/script&gt;",
                "{{ 7*7 }}{% raw %}",
                "%s%n{0}{value}",
                "[red]x[/red]",
                "\\x1b[31m",
                "_x005F_x0041_",
            )
        )
    ),
    good("text/odd name.xlsx", having(text("J5", "星辰\u202e科技_x001B_[31m_xD800_\u200b"))),
    good("text/odd id.xlsx", having(text("A5", "J77\u202e77_x0007_")), "normalised A5"),
    good("text/long id.xlsx", having(text("A5", "J" + "7" * 30_000))),
    good("text/odd channel.xlsx", having(text("D5", "电_x0007_联\u202e")), "not-in-list D5"),
]

CASES: list[Case] = [*_NUMBERS, *_TEXTS]
