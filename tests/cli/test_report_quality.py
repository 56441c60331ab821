"""The report says what it rests on, and is right for what is left where a source has errors."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl import load_workbook

WEEK = ("report", "团队", "--week", "2024-W20", "--as-of", "2024-05-20", "--lang", "zh")


def talk(number: int, day: str = "14", **more: Any) -> dict[str, Any]:
    said = {"record_id": f"J{number:03d}", "customer_name": "星辰科技", "date": f"2024-05-{day}"}
    return said | {"channel": "电话", "content": "谈价格"} | more


@pytest.fixture
def report(folder: Any, run: Any) -> dict[str, Any]:
    """Of four scores of the week one can't be read; 李娜's only talk is of the week before, 王芳's
    file can't be read."""
    scores = [talk(1, satisfaction=4), talk(2, satisfaction=5), talk(4, "07", satisfaction=1)]
    path = folder.put("张伟.xlsx", {"communication_log": [*scores, talk(3, satisfaction=2)]})
    book = load_workbook(path)
    sheet = book["沟通动态记录表"]
    (cell,) = (c for row in sheet.iter_rows() for c in row if c.value == 2)
    cell.value = "很不错"
    book.save(path)
    folder.put("李娜.xlsx", {"communication_log": [talk(11, "07")]})
    (folder.root / "王芳.xlsx").write_bytes(b"PK\3\4")
    ran = run(*WEEK, "--format", "json")
    assert ran.code == 3
    return ran.document  # type: ignore[no-any-return]


def test_it_counts_files_rows_and_people(report: dict[str, Any]) -> None:
    told = report["quality"]
    assert (told["files"], told["rejected"], told["rows"]) == (2, ["王芳.xlsx"], 3)
    assert "王芳" in told["missing"]
    assert told["silent"] == ["李娜"]
    assert told["errors"] >= 1


def test_a_figure_is_right_for_what_is_left_and_says_so(report: dict[str, Any]) -> None:
    by_key = {each["key"]: each for each in report["metrics"]}
    assert by_key["satisfaction"]["current"] == 4.5
    assert by_key["satisfaction"]["unread_rows"] == 1
    assert "有1行填写有误，无法计入。" in by_key["satisfaction"]["narrative"]
    assert by_key["avg_response_hours"]["unread_rows"] == 0
    assert "填写有误" not in by_key["avg_response_hours"]["narrative"]


def test_each_metric_says_which_rows_it_leaves_out(folder: Any, run: Any) -> None:
    times = {"sent_at": "2024-05-14T09:00", "replied_at": "2024-05-14T15:00"}
    late = {"sent_at": "2024-05-14T15:00", "replied_at": "2024-05-14T09:00"}
    talks = [
        talk(1, **times, emotion="满意"),
        talk(2, **times, emotion="说不清", confidentiality="保密"),  # no mood, and confidential
        talk(3, **late, emotion="不满", confidentiality="保密"),  # answered before it was asked
        talk(4, sent_at="2024-05-14T09:00"),  # not answered yet
        talk(5),
        talk(6, "07", **times),  # of another week
    ]
    path = folder.put("张伟.xlsx", {"communication_log": [*talks, talk(7)]})
    book = load_workbook(path)
    sheet = book["沟通动态记录表"]
    (cell,) = (sheet.cell(c.row, c.column + 2) for c in sheet["A"] if c.value == "J007")
    cell.value = "下个月吧"
    book.save(path)
    document = run(*WEEK, "--format", "json").document
    told = document["quality"]
    by_key = {each.pop("key"): each for each in told["left_out"]}
    counts = {
        key: tuple(by_key[key][name] for name in ("rows", "missing", "bad", "confidential"))
        for key in ("avg_response_hours", "unanswered", "negative_share", "satisfaction")
    }
    assert told["undated"] == 1
    assert counts == {
        "avg_response_hours": (5, 2, 1, 1),
        "unanswered": (5, 1, 0, 2),
        "negative_share": (5, 2, 1, 1),
        "satisfaction": (5, 5, 0, 0),
    }
    rows = load_workbook(document["report"], read_only=True)["来源质量"].iter_rows(values_only=True)
    sheet_says = {row[0]: row[1:] for row in rows}
    assert sheet_says["没有日期、不属于任何周期的记录"][0] == 1
    assert sheet_says["负面情绪占比"] == ("客户情绪 / 客户情绪状态 / 情绪状态", 5, 2, 2, 1, 1)


def test_it_stands_on_the_first_sheet(report: dict[str, Any]) -> None:
    rows = (
        load_workbook(report["report"], read_only=True)
        .worksheets[0]
        .iter_rows(max_col=5, values_only=True)
    )
    lines = list(rows)
    start = next(n for n, row in enumerate(lines) if row[0] == "数据来源")
    assert lines[start + 1] == ("文件", "本期记录", "没有提交", "本期没有记录", "待改正")
    files, counted, missing, silent, _ = lines[start + 2]
    assert files == "已读 2\n读不出 1"
    assert (counted, missing, silent) == ("3 条", "王芳", "李娜")


def test_a_text_of_several_lines_has_room_for_them(report: dict[str, Any]) -> None:
    sheet = load_workbook(report["report"])["来源质量"]
    rows = {str(row[1].value): sheet.row_dimensions[row[1].row].height for row in sheet.iter_rows()}
    long = [height for text, height in rows.items() if len(text) > 64]
    assert long and all(height and height > 30 for height in long)
