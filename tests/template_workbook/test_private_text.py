"""The live colour for phone numbers and addresses, in LibreOffice, against what `check` finds."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import xlsxwriter

from xlcrm.privacy import find_private
from xlcrm.template_workbook.private_text import private_conditions

SHOWN = {"private-phone", "private-email"}
PRIVATE: list[str | int] = [
    "13800138000", "138-0013-8000", "138 0013 8000", "138 00138000", "1380013-8000",
    "１３８００１３８０００", "138－0013－8000", "138\u30000013\u30008000", "新号码13812345678。",
    "+86 13800138000", "+8613800138000", "8613800138000", "86-138-0013-8000", "a13800138000b",
    "5 13800138000", "2024-05-20 13800138000", "13800138000/13900139000", "18658001380",
    "021-58881234", "010 6234567", "(0571)88881234", "（0571） 88881234", "0571)-88881234",
    "（0571）88881234", "01062345678", "０２１－５８８８１２３４", "总机:0755-86001234转8001",
    "a@b.cn", "w@qq.com，谢谢", "wei＠example.com", "wei.zhang@mail.example.com.cn", "a_@b.cn",
    "x+y@sub-1.example.org", "张@李,li@qq.com", "ＷＥＩ@ｑｑ.com", "a@b.cn1",
    13800138000, 8613800138000, "记" * 985 + "13800138000",
]  # fmt: skip
PLAIN: list[str | int | float] = [
    "", "138****8000", "138-****-8000", "*13800138000", "13800138000*", "138＊＊＊＊8000",
    "021-5888****", "客户联系方式-1", "138001380001", "98613800138000", "12800138000",
    "138--00138000", "138001 38000", "138 0013 800", "138/0013/8000", "13,800,138,000",
    "1380013.8000", "0138 0013 8000", "J001", "202405001", "20240520143000",
    "订单100020003000400050006000", "单号202405180012,5月18日", "91350100M000100Y43",
    "110105194912310021", "2024-05-20 14:30-15:10", "2024年5月20日至5月31日", "2024-05-20",
    "120000元", "1380013800.50", "3-010-62345678", "021-12345678", "011-62345678", "0210-62345678",
    "010623456789", "010-62345", "58881234", "0571)--88881234", "0571-8888-1234",
    "张@qq.com", "a@b.c", "A@1.5元", "@经理 明天见", "a@b,c.dd", "a@b..cn", "a@.b.cn", "a@.com",
    "a@b_c.com", "张伟@李娜 5.20到场", 138001380001, 45432.6041666667,
]  # fmt: skip
_PIECES = [
    "138", "0013", "8000", "13800138000", "1", "0", "5", " ", "-", "\u3000", "－", "*", "86", "+86",
    "021", "0571", "010", "58881234", "8888123", ")", "(", "）", "电话", ",", "2024-05-20", "@",
    "qq", ".com", ".", "a", "_", "..", "张", "c1", "＠", "Ａ", "３", "\n", "/",
]  # fmt: skip


def shown(soffice: Any, folder: Path, values: list[Any]) -> list[bool]:
    """Whether LibreOffice holds each value for private."""
    with xlsxwriter.Workbook(folder / "a.xlsx", {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for row, value in enumerate(values):
            write = sheet.write_string if isinstance(value, str) else sheet.write_number
            write(row, 1, value)
            for column, formula in enumerate(private_conditions(f"$B{row + 1}"), 2):
                sheet.write_formula(row, column, f"={formula}", None, "")
    path = soffice.convert(folder / "a.xlsx", "csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row[2:5] for row in csv.reader(file)]
    assert {each for row in rows for each in row} <= {"TRUE", "FALSE"}
    return ["TRUE" in row for row in rows]


def is_found(value: Any) -> bool:
    return any(private.code in SHOWN for private in find_private(str(value)))


def test_what_is_private_is_known_by_the_colour_as_by_check(soffice: Any, tmp_path: Path) -> None:
    found = shown(soffice, tmp_path, [*PRIVATE, *PLAIN])
    assert dict(zip(PRIVATE, found, strict=False)) == dict.fromkeys(PRIVATE, True)
    assert dict(zip(PLAIN, found[len(PRIVATE) :], strict=True)) == dict.fromkeys(PLAIN, False)
    assert all(map(is_found, PRIVATE)) and not any(map(is_found, PLAIN))


def test_they_agree_on_any_text(soffice: Any, tmp_path: Path) -> None:
    draw = random.Random(2024)
    texts = ["".join(draw.choices(_PIECES, k=draw.randint(2, 9))) for _ in range(800)]
    wanted = [is_found(text) for text in texts]
    assert 40 < sum(wanted) < 400
    assert dict(zip(texts, shown(soffice, tmp_path, texts), strict=True)) == dict(
        zip(texts, wanted, strict=True)
    )


def test_a_time_of_day_is_no_landline(soffice: Any, tmp_path: Path) -> None:
    """As a number it has a fraction such as .0104166667, which check never reads as text."""
    assert shown(soffice, tmp_path, [45432.0104166667]) == [False]


def test_conditions_are_short_enough_for_excel() -> None:
    for formula in private_conditions("$AA5003"):
        assert len(formula) < 4_000  # nor are more than 64 functions in one another
        depth = deepest = 0
        for sign in formula:
            depth += (sign == "(") - (sign == ")")
            deepest = max(deepest, depth)
        assert deepest <= 64
