"""Several merges in a row: who changed what, what is combined, what the lead has to decide."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from xlcrm.spec.settings import Settings

LOG, LABEL = "communication_log", "沟通动态记录表"
FORM = "revisit_record"
TALK = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "date": "2024-05-13",
    "channel": "电话",
    "topic": "报价",
    "content": "谈价格",
    "owner": "张伟",
}
Rows = Mapping[str, Sequence[dict[str, Any]]]
CHANGED = {"content": "谈交期"}
OTHER = {"content": "谈付款"}


def merge_rows(team: Any, *runs: Rows) -> Any:
    """Merge the rows of files, run by run; a file that a run does not name stays as it is, and one
    without rows is taken away. Return the result of the last."""
    for hour, run in enumerate(runs, 8):
        for file, rows in run.items():
            if rows:
                team.put(file, {LOG: rows}, saved=datetime(2024, 5, 20, hour))
            else:
                (team.root / file).unlink()
        result = team.merge()
    return result


def shown(team: Any, label: str = "关键内容记录") -> list[Any]:
    return [row[label] for row in team.rows(LABEL)]


def versions(team: Any) -> dict[str, list[str]]:
    """The versions of each open conflict by the label of its field."""
    return {
        row["字段"]: [text for key, text in row.items() if key.startswith("版本") and text]
        for row in team.rows("冲突处理")
        if row["状态"] == "待决定"
    }


def key_of(row: Mapping[str, Any]) -> str:
    """The key of a row of the master, without the sign of what it said when it was written."""
    return str(row["行标识"]).split()[0]


def decide(team: Any, row: int = 0, **cells: Any) -> None:
    """Fill cells of a row of 冲突处理 by their labels."""

    def edit(workbook: Workbook) -> None:
        sheet = workbook["冲突处理"]
        header = [cell.value for cell in sheet[2]]
        for label, text in cells.items():
            sheet.cell(row + 3, header.index(label) + 1).value = text

    team.edit_master(edit)


def of(row: Mapping[str, Any], *changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row with changes, a None taking the field away, as the rows of a file."""
    changed = dict(row)
    for each in changes:
        changed |= each
    return [{key: value for key, value in changed.items() if value is not None}]


# What files a.xlsx and b.xlsx say run by run, then what is shown, and what stands in conflict.
SAME = {"a.xlsx": of(TALK), "b.xlsx": of(TALK)}
CASES: dict[str, tuple[list[Rows], str, list[str]]] = {
    "one side changes": ([SAME, {"b.xlsx": of(TALK, CHANGED)}], "谈交期", []),
    "it stays so": ([SAME, {"a.xlsx": of(TALK, CHANGED)}, {"c.xlsx": of(TALK, CHANGED)}],
                    "谈交期", []),
    "both change alike": ([SAME, {"a.xlsx": of(TALK, CHANGED), "b.xlsx": of(TALK, CHANGED)}],
                          "谈交期", []),
    "both change": ([SAME, {"a.xlsx": of(TALK, CHANGED), "b.xlsx": of(TALK, OTHER)}],
                    "谈交期", ["谈交期", "谈付款"]),
    "then one comes round": ([SAME, {"a.xlsx": of(TALK, CHANGED), "b.xlsx": of(TALK, OTHER)},
                              {"b.xlsx": of(TALK, CHANGED)}], "谈交期", []),
    "then one goes back": ([SAME, {"a.xlsx": of(TALK, CHANGED), "b.xlsx": of(TALK, OTHER)},
                            {"b.xlsx": of(TALK)}], "谈交期", []),
    "the one behind follows with its own": ([SAME, {"a.xlsx": of(TALK, CHANGED)},
                                             {"b.xlsx": of(TALK, OTHER)}], "谈付款", []),
    "a field is emptied": ([SAME, {"a.xlsx": of(TALK, {"topic": None})}], "谈价格", []),
    "no ancestor": ([{"a.xlsx": of(TALK), "b.xlsx": of(TALK, CHANGED)}],
                    "谈价格", ["谈价格", "谈交期"]),
    "a new file differs": ([{"a.xlsx": of(TALK)}, {"c.xlsx": of(TALK, CHANGED)}],
                           "谈交期", ["谈价格", "谈交期"]),
    "the new file is right": ([{"a.xlsx": of(TALK)}, {"c.xlsx": of(TALK, CHANGED)},
                               {"a.xlsx": of(TALK, CHANGED)}], "谈交期", []),
    "who has it last is taken away": ([SAME, {"a.xlsx": of(TALK, CHANGED)}, {"a.xlsx": []}],
                                      "谈交期", []),
    "a renamed file has its past": ([SAME, {"b.xlsx": [], "c.xlsx": of(TALK, CHANGED)}],
                                    "谈交期", []),
    "the customer is edited": ([SAME, {"a.xlsx": of(TALK, {"customer_name": "月亮科技"})}],
                               "谈价格", []),
    "date and topic are edited": (
        [SAME, {"a.xlsx": of(TALK, {"date": "2024-05-14", "topic": "交期"})}], "谈价格", []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_becomes_of_a_record_that_two_files_have(team: Any, case: str) -> None:
    runs, content, sides = CASES[case]
    result = merge_rows(team, *runs)
    assert shown(team) == [content]
    assert versions(team) == ({"关键内容记录": sides} if sides else {})
    assert result.document["conflicts"] == bool(sides)
    before = team.master.read_bytes()
    team.merge()
    assert team.master.read_bytes() == before


def test_changes_of_different_fields_are_combined(team: Any) -> None:
    merge_rows(team, SAME, {"a.xlsx": of(TALK, CHANGED), "b.xlsx": of(TALK, {"topic": "合同"})})
    (row,) = team.rows(LABEL)
    assert (row["关键内容记录"], row["沟通主题"]) == ("谈交期", "合同")
    assert row["来源文件"] == "a.xlsx\nb.xlsx"
    assert versions(team) == {}


def test_a_conflict_says_who_when_and_where(team: Any) -> None:
    merge_rows(team, {"张伟/a.xlsx": of(TALK), "王芳/b.xlsx": of(TALK, CHANGED)})
    (row,) = team.rows("冲突处理")
    (talk,) = team.rows(LABEL)
    moment = datetime.fromisoformat("2024-05-20T08:00+00:00").astimezone()
    assert row["来源1"] == f"张伟/a.xlsx · {LABEL} · G4\n张伟 · {moment:%Y-%m-%d %H:%M}"
    assert (row["表"], row["记录"], row["客户"]) == (LABEL, "J001", talk["客户名称"])


@pytest.mark.parametrize(
    ("cells", "content"),
    [
        ({"决定": "采用1"}, "谈价格"),
        ({"决定": " 采用 ２"}, "谈交期"),
        ({"决定": "Take 2"}, "谈交期"),
        ({"决定": "都保留"}, "谈价格\n谈交期"),
        ({"自定值": "谈价格和交期"}, "谈价格和交期"),
        ({"决定": "采用1", "自定值": "谈价格和交期"}, "谈价格和交期"),
    ],
)
@pytest.mark.parametrize("forget", [False, True])
def test_a_decision_holds_for_good(
    team: Any, cells: dict[str, str], content: str, forget: bool
) -> None:
    merge_rows(team, {"a.xlsx": of(TALK), "b.xlsx": of(TALK, CHANGED)})
    decide(team, **cells)
    for step in range(3):
        if forget:
            shutil.rmtree(team.results / ".xlcrm")
        if step == 1:  # of another record, and of another field of this one
            team.put("a.xlsx", {LOG: of(TALK, {"topic": "合同"}) + of(TALK, {"record_id": "J009"})})
        result = team.merge()
        assert shown(team)[0] == content
        assert result.document["conflicts"] == (1 if forget and step else 0)
        states = {row["字段"]: row["状态"] for row in team.rows("冲突处理")}
        assert states["关键内容记录"] == "已决定"


def test_a_decision_is_open_again_when_a_side_changes(team: Any) -> None:
    merge_rows(team, {"a.xlsx": of(TALK), "b.xlsx": of(TALK, CHANGED)})
    decide(team, 决定="采用1")
    merge_rows(team, {"b.xlsx": of(TALK, OTHER)})
    assert versions(team) == {"关键内容记录": ["谈价格", "谈付款"]}
    decide(team, 自定值="谈定金")
    merge_rows(team, {}, {"a.xlsx": of(TALK, {"content": "谈定金"})})
    assert (shown(team), versions(team)) == (["谈定金"], {})
    merge_rows(team, {"b.xlsx": of(TALK, CHANGED)})
    assert versions(team) == {"关键内容记录": ["谈定金", "谈交期"]}


def test_a_side_that_takes_over_the_decision_closes_it(team: Any) -> None:
    merge_rows(team, {"a.xlsx": of(TALK), "b.xlsx": of(TALK, CHANGED)})
    decide(team, 自定值="谈定金")
    merge_rows(team, {})
    merge_rows(team, {"b.xlsx": of(TALK, {"content": "谈定金"})})
    assert (shown(team), versions(team)) == (["谈定金"], {})
    merge_rows(team, {"b.xlsx": of(TALK, OTHER)})
    assert versions(team) == {"关键内容记录": ["谈价格", "谈付款", "谈定金"]}


def test_a_decision_can_be_taken_back_and_changed(team: Any) -> None:
    merge_rows(team, {"a.xlsx": of(TALK), "b.xlsx": of(TALK, CHANGED)})
    for cells, content in [
        ({"决定": "采用1"}, "谈价格"),
        ({"自定值": "谈定金"}, "谈定金"),
        ({"决定": "采用2"}, "谈交期"),
    ]:
        decide(team, **cells)
        team.merge()
        assert shown(team) == [content]
    decide(team, 决定=None)
    assert team.merge().document["conflicts"] == 1


@pytest.mark.parametrize(
    ("field", "values", "cells", "code", "cell"),
    [
        ("content", ("谈价格", "谈交期"), {"决定": "采用9"}, "not-in-list", "I3"),
        ("content", ("谈价格", "谈交期"), {"决定": "第一个"}, "not-in-list", "I3"),
        ("action_due", ("2024-05-20", "2024-05-21"), {"自定值": "下周"}, "bad-date", "J3"),
        ("satisfaction", (3, 4), {"自定值": "很好"}, "bad-number", "J3"),
    ],
)
def test_a_decision_that_is_not_understood_is_said_and_stays(
    team: Any, field: str, values: Any, cells: dict[str, str], code: str, cell: str
) -> None:
    one, other = ({field: value, "next_action": "发方案"} for value in values)
    merge_rows(team, {"a.xlsx": of(TALK, one), "b.xlsx": of(TALK, other)})
    decide(team, **cells)
    for _ in range(2):
        result = team.merge()
        found = [each for each in result.document["findings"] if each["file"].startswith("汇总")]
        told = [(each["code"], each["sheet"], each["cell"], each["value"]) for each in found]
        assert told == [(code, "冲突处理", cell, *cells.values())]
        (row,) = team.rows("冲突处理")
        assert cells.items() <= row.items() and row["状态"] == "待决定"
        team.put("c.xlsx", {LOG: of(TALK, {"record_id": "J002"})})


def test_of_a_field_that_holds_one_value_both_are_kept_as_two_records(team: Any) -> None:
    late = {"date": "2024-05-14"}
    merge_rows(team, {"a.xlsx": of(TALK), "b.xlsx": of(TALK, late)})
    decide(team, 决定="都保留")
    for _ in range(2):
        merge_rows(team, {"c.xlsx": of(TALK, {"record_id": "J002"})})
        dates = [f"{row['沟通日期']:%m-%d}" for row in team.rows(LABEL) if row["记录ID"] == "J001"]
        assert sorted(dates) == ["05-13", "05-14"]
    assert versions(team) == {}


def test_of_a_field_that_all_leave_blank_by_now_both_are_blank(team: Any) -> None:
    merge_rows(team, {"a.xlsx": of(TALK, {"satisfaction": 2}), "b.xlsx": of(TALK)})
    decide(team, 决定="采用2")
    merge_rows(team, {"a.xlsx": of(TALK)})
    decide(team, 决定="都保留")
    shutil.rmtree(team.results / ".xlcrm")
    for _ in range(2):
        merge_rows(team, {"c.xlsx": of(TALK, {"record_id": "J002"})})
        (row,) = (row for row in team.rows(LABEL) if row["记录ID"] == "J001")
        assert row["满意度评分"] is None


def test_records_that_share_an_id_stay_two_whatever_is_edited(team: Any) -> None:
    moon = {"customer_name": "月亮科技"}
    merge_rows(team, {"a.xlsx": of(TALK), "b.xlsx": of(TALK, moon)})
    keys = {row["客户名称"]: key_of(row) for row in team.rows(LABEL)}
    merge_rows(team, {"b.xlsx": of(TALK, moon, {"customer_name": "太阳科技"})})
    after = {row["客户名称"]: key_of(row) for row in team.rows(LABEL)}
    assert after == {"星辰科技": keys["星辰科技"], "太阳科技": keys["月亮科技"]}
    result = merge_rows(team, {"b.xlsx": of(TALK, {"record_id": "J002"})})
    after = {row["记录ID"]: key_of(row) for row in team.rows(LABEL)}
    assert after["J001"] == keys["星辰科技"]
    assert "id-collision" not in {each["code"] for each in result.document["findings"]}


def test_a_row_that_was_given_an_id_is_the_row_it_was(team: Any) -> None:
    merge_rows(team, {"a.xlsx": of(TALK, {"record_id": None})})
    (before,) = team.rows(LABEL)
    for _ in range(2):
        merge_rows(team, {"a.xlsx": of(TALK) + of(TALK, {"record_id": "J002", "topic": "合同"})})
        row = team.rows(LABEL)[0]
        assert (row["记录ID"], key_of(row)) == ("J001", key_of(before))
    assert not any(row["已撤回的记录"] for row in team.rows("来源文件"))


def test_a_row_that_was_given_an_id_is_the_row_it_was_in_a_copy_too(team: Any) -> None:
    merge_rows(team, {"a.xlsx": of(TALK, {"record_id": None})})
    (before,) = team.rows(LABEL)
    merge_rows(team, {"a.xlsx": of(TALK), "a 副本.xlsx": of(TALK)})
    (row,) = team.rows(LABEL)
    assert (row["记录ID"], key_of(row)) == ("J001", key_of(before))


def test_a_row_that_was_given_an_id_that_another_has_is_the_other(team: Any) -> None:
    other = {"topic": "合同"}
    merge_rows(team, {"a.xlsx": of(TALK), "b.xlsx": of(TALK, {"record_id": None}, other)})
    before = next(row for row in team.rows(LABEL) if row["记录ID"] == "J001")
    result = merge_rows(team, {"b.xlsx": of(TALK, other)})
    for _ in range(2):
        (row,) = (row for row in team.rows(LABEL) if row["记录ID"] == "J001")
        assert key_of(row) == key_of(before)
        assert result.document["conflicts"] == 1
        result = merge_rows(team, {"c.xlsx": of(TALK, {"record_id": "J002"})})


def test_a_decision_on_the_second_row_of_an_id_joins_no_rows(team: Any) -> None:
    first, second = {"content": "谈交期"}, {"topic": "合同"}
    other = of(TALK, first, {"date": "2024-05-12"}) + of(TALK, {"topic": "样品"})
    mine = of(TALK, first) + of(TALK, second)
    merge_rows(team, {"a.xlsx": mine, "b.xlsx": other, "d.xlsx": of(TALK, first)})
    fields = [row["字段"] for row in team.rows("冲突处理")]
    decide(team, fields.index("沟通主题"), 决定="采用1")
    merge_rows(team, {"c.xlsx": of(TALK, {"record_id": "J002"})})
    before = [key_of(row) for row in team.rows(LABEL)]
    assert len(before) == 3
    for content in ("谈付款", "谈发货"):
        merge_rows(team, {"c.xlsx": of(TALK, {"record_id": "J002", "content": content})})
        assert [key_of(row) for row in team.rows(LABEL)] == before


def test_a_row_given_an_id_and_one_put_in_as_it_was_are_two(team: Any) -> None:
    plain = of(TALK, {"record_id": None})
    merge_rows(team, {"a.xlsx": plain}, {"a.xlsx": of(TALK)})
    for rows in (of(TALK) + plain, plain + of(TALK)):
        merge_rows(team, {"a.xlsx": rows})
        assert sorted(str(row["记录ID"]) for row in team.rows(LABEL)) == ["J001", "None"]


def test_rows_taken_out_of_a_file_are_named(team: Any) -> None:
    second = of(TALK, {"record_id": "J002"})
    merge_rows(team, {"a.xlsx": of(TALK) + second, "b.xlsx": of(TALK)})
    result = merge_rows(team, {"a.xlsx": of(TALK)}, {"b.xlsx": of(TALK, CHANGED)})
    assert [row["已撤回的记录"] for row in team.rows("来源文件")] == ["J002", None]
    assert [each["rows_seen"] for each in result.document["files"]] == [1, 1]
    backups = sorted((team.results / ".xlcrm" / "backups").iterdir(), key=_changed)
    assert [row["记录ID"] for row in team.rows(LABEL, backups[0])] == ["J001", "J002"]
    merge_rows(team, {"a.xlsx": of(TALK) + second})
    assert [row["已撤回的记录"] for row in team.rows("来源文件")] == [None, None]


def _changed(path: Any) -> int:
    return int(path.stat().st_ctime_ns)


def test_a_renamed_and_edited_file_withdraws_and_conflicts_nothing(team: Any) -> None:
    rows = [of(TALK, {"record_id": f"J00{n}"})[0] for n in range(1, 5)]
    merge_rows(team, {"王芳/a.xlsx": rows})
    edited = [*of(rows[0], CHANGED), *rows[1:3], *of(TALK, {"record_id": "J009"})]
    result = merge_rows(team, {"王芳/a.xlsx": [], "王芳/五月.xlsx": edited})
    assert [row["记录ID"] for row in team.rows(LABEL)] == ["J001", "J002", "J003", "J009"]
    assert shown(team)[0] == "谈交期" and result.document["conflicts"] == 0
    assert {row["来源文件"] for row in team.rows(LABEL)} == {"王芳/五月.xlsx"}
    assert [row["已撤回的记录"] for row in team.rows("来源文件")] == ["J004"]


def test_a_talk_that_moved_on_is_a_new_one(team: Any) -> None:
    """A row without an id whose date is edited is taken out, and another put in."""
    plain = of(TALK, {"record_id": None})
    merge_rows(team, {"a.xlsx": plain}, {"a.xlsx": of(plain[0], {"date": "2024-05-15"})})
    assert [f"{row['沟通日期']:%m-%d}" for row in team.rows(LABEL)] == ["05-15"]
    (file,) = team.rows("来源文件")
    assert file["已撤回的记录"] == "星辰科技 · 2024-05-13 · 报价"


SETTINGS = {
    "a parameter": Settings({"slow_hours": 24}),
    "an alias": Settings(customer_aliases={"星辰": "星辰科技"}),
    "a field dropped": Settings(fields={LOG: {"emotion": {"state": "dropped"}}}),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_other_settings_leave_what_was_settled_and_decided(team: Any, case: str) -> None:
    settings = SETTINGS[case]
    rich = of(TALK, {"emotion": "满意", "satisfaction": 4})[0]
    low = {"satisfaction": 3}
    merge_rows(team, {"a.xlsx": of(rich), "b.xlsx": of(rich)})
    merge_rows(team, {"a.xlsx": of(rich, CHANGED, low), "b.xlsx": of(rich, {"satisfaction": 5})})
    decide(team, 决定="采用1")
    for options in ({"settings": settings}, {"settings": settings}, {}):
        team.put("c.xlsx", {LOG: of(TALK, {"record_id": "J002"})})
        assert team.merge(**options).document["conflicts"] == 0
        row = next(row for row in team.rows(LABEL) if row["记录ID"] == "J001")
        assert (row["关键内容记录"], str(row["满意度评分"])) == ("谈交期", "3")
    merge_rows(team, {"b.xlsx": of(rich, OTHER, {"satisfaction": 5})})
    assert shown(team)[0] == "谈付款"


@pytest.mark.parametrize("case", [*SETTINGS, "a field of another type"])
def test_under_other_settings_a_file_that_has_left_says_what_it_said(team: Any, case: str) -> None:
    text = Settings(fields={LOG: {"satisfaction": {"type": "text"}}})
    one = {"emotion": "满意", "satisfaction": 4}
    other = {**CHANGED, "emotion": "不满", "satisfaction": 5}
    merge_rows(team, {"a.xlsx": of(TALK, one), "b.xlsx": of(TALK, other)})
    known = versions(team)
    assert known.keys() == {"关键内容记录", "客户情绪", "满意度评分"}
    (team.root / "b.xlsx").unlink()
    result = team.merge(settings=SETTINGS.get(case, text))
    assert versions(team) == known and result.document["conflicts"] == 1
    assert shown(team) == ["谈价格"]


def test_a_decision_on_a_field_that_is_of_another_type_now_is_asked_for_again(team: Any) -> None:
    low, high = {"satisfaction": 3}, {"satisfaction": 5}
    merge_rows(team, {"a.xlsx": of(TALK, low), "b.xlsx": of(TALK, high)})
    decide(team, 决定="采用1")
    merge_rows(team, {})
    text = Settings(fields={LOG: {"satisfaction": {"type": "text"}}})
    assert team.merge(settings=text).document["conflicts"] == 1
    assert versions(team) == {"满意度评分": ["3", "5"]}


def test_what_has_changed_since_under_other_settings_is_still_a_change(team: Any) -> None:
    merge_rows(team, SAME)
    team.put("b.xlsx", {LOG: of(TALK, CHANGED)})
    assert team.merge(settings=SETTINGS["a parameter"]).document["conflicts"] == 0
    assert shown(team) == ["谈交期"]


@pytest.mark.parametrize("forget", [False, True])
@pytest.mark.parametrize("choice", ["采用1", "采用2", "都保留"])
def test_what_is_typed_over_a_cell_outlives_a_decision_on_it(
    team: Any, choice: str, forget: bool
) -> None:
    """Both are the lead's word, and nobody can tell which was meant: it is asked."""

    def edit(workbook: Workbook) -> None:
        for sheet, label, value in (
            (LABEL, "关键内容记录", "谈服务"),
            ("冲突处理", "决定", choice),
        ):
            at = {str(cell.value): cell.column for cell in workbook[sheet][2]}
            workbook[sheet].cell(3, at[label]).value = value

    merge_rows(team, {"a.xlsx": [{**TALK, **CHANGED}], "b.xlsx": [{**TALK, **OTHER}]})
    team.edit_master(edit)
    for _ in range(2):
        if forget:
            shutil.rmtree(team.results / ".xlcrm")
        assert team.merge().document["conflicts"] == 1
        assert versions(team) == {"关键内容记录": ["谈交期", "谈付款", "谈服务"]}
        assert shown(team) == ["谈服务"]
    decide(team, 决定="采用1")
    assert team.merge().document["conflicts"] == 0
    assert shown(team) == ["谈交期"]
