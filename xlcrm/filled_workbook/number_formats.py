"""Which number format a cell has: it alone tells a day from midnight of that day."""

from __future__ import annotations

import re

from xlcrm.filled_workbook.package import children, parse_xml

# Formats that files name by number alone (ECMA-376 part 1, 18.8.30), 27 to 58 as Chinese
# programs show them.
_NUMBERED = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    37: "#,##0;-#,##0",
    38: "#,##0;[Red]-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;[Red]-#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    **dict.fromkeys((34, 55), '上午/下午h"时"mm"分"'),
    **dict.fromkeys((35, 56), '上午/下午h"时"mm"分"ss"秒"'),
}
_BUILT_IN = {str(number): code for number, code in _NUMBERED.items()}
_LONGEST = 255  # characters of a format, as Excel has it
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|s+\])[^\]]*\]', re.IGNORECASE)


def number_formats(styles: bytes) -> tuple[str | None, ...]:
    """The format code of each cell style of styles.xml, by the style's number; None if unknown.

    Raises:
        Rejected: unreadable (xml).
    """
    root = parse_xml(styles)
    custom = {
        element.get("numFmtId", ""): element.get("formatCode")
        for element in children(root, "numFmts", "numFmt")
    }
    numbers = [element.get("numFmtId", "0") for element in children(root, "cellXfs", "xf")]
    return tuple(custom.get(number, _BUILT_IN.get(number)) for number in numbers)


def shows_date_only(code: str) -> bool:
    """Whether a format shows a year or a day, and no hour or second."""
    letters = _LITERALS.sub("", code[:_LONGEST].partition(";")[0]).casefold()
    return any(c in letters for c in "yd") and not any(c in letters for c in "hs")
