"""Findings in text: equal mistakes once, the gravest and most frequent first, with their places."""

from __future__ import annotations

from typing import Any

import pytest

from xlcrm.cli.listing import grouped, heading, places
from xlcrm.findings import Finding

CHANNEL = {"label": {"zh": "沟通方式", "en": "Channel"}}


def wrong(cell: str, value: str = "电联", file: str = "张伟.xlsx", **other: Any) -> Finding:
    """A channel that is not in the list."""
    given = {"sheet": "沟通动态记录表", "field": "channel", "suggestion": "电话", **other}
    return Finding("not-in-list", file, cell=cell, value=value, parameters=CHANNEL, **given)


def blank(cell: str, code: str = "required-missing") -> Finding:
    return Finding(code, "张伟.xlsx", "沟通动态记录表", cell, field="content", parameters=CHANNEL)


def test_equal_mistakes_are_said_once_with_how_many() -> None:
    (group,) = grouped([wrong(f"D{row}") for row in range(4, 41)], "zh")
    assert heading(group, "zh") == "沟通方式“电联”不在列表中,共 37 处,是否为“电话”?"
    english = "Channel “电联” is not in the list, 37 times; did you mean “电话”?"
    assert heading(group, "en") == english
    assert list(places(group, "zh", every=False)) == [
        "张伟.xlsx · 沟通动态记录表 · D4、D5、D6、D7、D8、D9、D10、D11 …"
    ]
    (line,) = places(group, "en", every=True)
    assert line.endswith("D38, D39, D40")


def test_what_to_do_is_said_where_nothing_is_suggested() -> None:
    assert heading([blank("G4")], "zh") == "沟通方式没有填:这一项必填,请补上"
    assert heading([blank("G4"), blank("G5")], "en") == (
        "Channel is blank, 2 times: it is required, please fill it in"
    )


@pytest.mark.parametrize(
    "other",
    [
        wrong("D5", "座机"),
        wrong("D5", suggestion="微信"),
        wrong("D5", suggestion=None),
        wrong("D5", field="revisit_channel"),
        blank("D5"),
    ],
)
def test_mistakes_that_differ_stay_apart(other: Finding) -> None:
    assert len(grouped([wrong("D4"), other], "zh")) == 2


def test_the_gravest_come_first_then_the_most_frequent_then_as_found() -> None:
    warned = [blank(f"A{row}", "id-missing") for row in range(4, 9)]
    found = [*warned, wrong("D4", "座机"), wrong("D5", "传真"), wrong("D6"), wrong("D7")]
    assert [[each.cell for each in group] for group in grouped(found, "zh")] == [
        ["D6", "D7"],
        ["D4"],
        ["D5"],
        ["A4", "A5", "A6", "A7", "A8"],
    ]


def test_a_sheet_has_one_line_and_further_files_are_counted() -> None:
    found = [wrong(f"D{row}", file=f"{n}.xlsx") for row in (4, 5) for n in range(1, 7)]
    (group,) = grouped(found, "zh")
    lines = list(places(group, "zh", every=False))
    assert lines[0] == "1.xlsx · 沟通动态记录表 · D4、D5" and len(lines) == 5
    assert lines[-1] == "… 另有 4 处(用 -v 列出)"
    assert len(list(places(group, "zh", every=True))) == 6


def test_a_file_has_a_place_without_cells_and_what_a_terminal_must_not_see_is_escaped() -> None:
    group = [Finding("encrypted", "a\x1b.xlsx")]
    assert list(places(group, "zh", every=False)) == ["a\\x1b.xlsx"]


def test_that_a_private_value_is_masked_is_no_question() -> None:
    masked = Finding("private-phone", "a", value="13812345678", suggestion="138****5678")
    assert "是否为" not in masked.message("zh")


def test_check_lists_every_finding_in_json_and_equal_ones_once_in_text(
    folder: Any, run: Any
) -> None:
    talk = {"customer_name": "星辰科技", "date": "2024-05-14", "content": "谈价格"}
    rows = [{**talk, "record_id": f"J10{n}", "channel": "电联"} for n in range(3)]
    folder.put("李娜.xlsx", {"communication_log": rows})
    text = run("check", "团队", "--as-of", "2024-05-20", "--lang", "zh").out
    assert "× 沟通方式“电联”不在列表中,共 3 处,是否为“电话”?  [not-in-list]\n" in text
    assert "  李娜.xlsx · 沟通动态记录表 · D4、D5、D6\n" in text
    assert text.encode("gbk").decode("gbk") == text  # a Chinese Windows console
    document = run("check", "团队", "--as-of", "2024-05-20", "--format", "json").document
    assert sum(each["code"] == "not-in-list" for each in document["findings"]) == 3
