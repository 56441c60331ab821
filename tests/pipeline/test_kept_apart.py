"""都保留 on a field that holds one value: two records, until a file says anything else or the lead
decides otherwise; what the lead has noted beside either is never lost."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

LOG, LABEL, CONFLICTS = "communication_log", "沟通动态记录表", "冲突处理"
SCORE = "满意度评分"
TALK = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "date": "2024-05-13",
    "channel": "电话",
    "topic": "报价",
    "content": "谈价格",
}


def put(team: Any, **scores: int | None) -> None:
    """Write files in which the talk has these scores; ``None`` is a file without the talk."""
    for name, score in scores.items():
        other = {**TALK, "record_id": f"J{name}", "topic": name}
        rows = [other] if score is None else [other, {**TALK, "satisfaction": score}]
        team.put(f"{name}.xlsx", {LOG: rows})


def type_in(team: Any, sheet: str, number: int, **cells: Any) -> None:
    """Type into the cells of a row of the master, the first being 0."""

    def edit(workbook: Any) -> None:
        page = workbook[sheet]
        columns = {each.value: each.column for each in page[2]}
        for label, value in cells.items():
            page.cell(3 + number, columns[label]).value = value

    team.edit_master(edit)


def talks(team: Any) -> dict[Any, tuple[set[str], Any]]:
    """The rows of the talk, by their scores: their files, and the lead's note."""
    rows = [row for row in team.rows(LABEL) if row["记录ID"] == "J001"]
    told = {row[SCORE]: ({*row["来源文件"].split("\n")}, row["主管批注"]) for row in rows}
    assert len(told) == len(rows)
    return told


def note_beside(team: Any, score: int, note: str) -> None:
    rows = team.rows(LABEL)
    number = next(
        n for n, row in enumerate(rows) if row["记录ID"] == "J001" and row[SCORE] == score
    )
    type_in(team, LABEL, number, 主管批注=note)


@pytest.fixture
def apart(team: Any) -> Any:
    """A team of which two files' records are kept apart, with a note beside the second."""
    put(team, a=1, b=2)
    team.merge()
    type_in(team, CONFLICTS, 0, 决定="都保留")
    team.merge()
    note_beside(team, 2, "跟进")
    team.merge()
    assert talks(team) == {1: ({"a.xlsx"}, None), 2: ({"b.xlsx"}, "跟进")}
    return team


def conflict(team: Any) -> tuple[list[str], str]:
    """The versions of the only conflict, and its state."""
    (row,) = team.rows(CONFLICTS)
    return [row[f"版本{n}"] for n in (1, 2, 3) if row.get(f"版本{n}")], row["状态"]


def test_both_versions_are_shown_beside_the_decision(apart: Any) -> None:
    assert conflict(apart) == (["1", "2"], "已决定")


@pytest.mark.parametrize("loses_state", [False, True])
def test_a_decision_taken_back_joins_them_with_the_note(apart: Any, loses_state: bool) -> None:
    type_in(apart, CONFLICTS, 0, 决定=None)
    if loses_state:
        shutil.rmtree(apart.results / ".xlcrm")
    apart.merge()
    assert conflict(apart) == (["1", "2"], "待决定")
    assert [*talks(apart).values()] == [({"a.xlsx", "b.xlsx"}, "跟进")]


def test_notes_beside_both_stand_beside_the_one_that_they_become(apart: Any) -> None:
    note_beside(apart, 1, "回访")
    apart.merge()
    type_in(apart, CONFLICTS, 0, 决定="采用2")
    apart.merge()
    assert talks(apart) == {2: ({"a.xlsx", "b.xlsx"}, "回访\n跟进")}
    assert conflict(apart) == (["1", "2"], "已决定")


def test_a_row_taken_out_comes_back_with_the_decision(apart: Any) -> None:
    def take_out(workbook: Any) -> None:
        numbers = [n for n, row in enumerate(apart.rows(LABEL), 3) if row["主管批注"]]
        workbook[LABEL].delete_rows(numbers[0])

    apart.edit_master(take_out)
    apart.merge()
    assert talks(apart).keys() == {1}
    type_in(apart, CONFLICTS, 0, 决定=None)
    apart.merge()
    assert [files for files, _ in talks(apart).values()] == [{"a.xlsx", "b.xlsx"}]
    assert apart.rows("主管修改") == []


def test_a_further_file_has_the_record_that_it_says(apart: Any) -> None:
    put(apart, c=2)
    apart.merge()
    assert talks(apart) == {1: ({"a.xlsx"}, None), 2: ({"b.xlsx", "c.xlsx"}, "跟进")}


@pytest.mark.parametrize("changes", [{"a": 3}, {"b": 3}, {"a": 3, "b": 4}])
@pytest.mark.parametrize("loses_state", [False, True])
def test_either_side_that_changes_asks_again(
    apart: Any, changes: dict[str, int], loses_state: bool
) -> None:
    put(apart, **changes)
    if loses_state:
        shutil.rmtree(apart.results / ".xlcrm")
    assert apart.merge().document["conflicts"] == 1
    versions, state = conflict(apart)
    assert state == "待决定" and {*map(str, changes.values())} <= {*versions}
    assert [*talks(apart).values()] == [({"a.xlsx", "b.xlsx"}, "跟进")]


def test_what_is_asked_again_can_be_kept_apart_again(apart: Any) -> None:
    put(apart, a=3)
    apart.merge()
    type_in(apart, CONFLICTS, 0, 决定="都保留")
    apart.merge()
    assert talks(apart) == {3: ({"a.xlsx"}, "跟进"), 2: ({"b.xlsx"}, None)}
    assert conflict(apart) == (["3", "2"], "已决定")


def test_a_score_typed_over_one_leaves_the_other(apart: Any) -> None:
    number = next(n for n, row in enumerate(apart.rows(LABEL)) if row[SCORE] == 1)
    type_in(apart, LABEL, number, **{SCORE: 5})
    apart.merge()
    shutil.rmtree(apart.results / ".xlcrm")
    apart.merge()
    assert talks(apart) == {5: ({"a.xlsx"}, None), 2: ({"b.xlsx"}, "跟进")}


@pytest.mark.parametrize("loses_state", [False, True])
@pytest.mark.parametrize("file", ["a", "b"])
def test_they_stay_two_where_a_file_leaves(apart: Any, file: str, loses_state: bool) -> None:
    (apart.root / f"{file}.xlsx").unlink()
    for _ in range(2):
        if loses_state:
            shutil.rmtree(apart.results / ".xlcrm")
        apart.merge()
        assert talks(apart) == {1: ({"a.xlsx"}, None), 2: ({"b.xlsx"}, "跟进")}


def test_the_second_stands_alone_where_the_first_is_dropped_and_is_second_again(
    apart: Any,
) -> None:
    put(apart, a=None)
    apart.merge()
    assert talks(apart) == {2: ({"b.xlsx"}, "跟进")}
    put(apart, a=1)
    apart.merge()
    assert talks(apart) == {1: ({"a.xlsx"}, None), 2: ({"b.xlsx"}, "跟进")}


def test_a_note_beside_the_first_stays_where_its_file_drops_it(apart: Any) -> None:
    note_beside(apart, 1, "回访")
    put(apart, a=None)
    for _ in range(2):
        apart.merge()
        assert talks(apart) == {2: ({"b.xlsx"}, "跟进\n回访")}
        put(apart, c=None)


@pytest.mark.parametrize("loses_state", [False, True])
def test_two_records_that_share_an_id_may_both_be_kept_apart(team: Any, loses_state: bool) -> None:
    said = {"a": ("星辰科技", 1), "b": ("星辰科技", 2), "c": ("远航物流", 1), "d": ("远航物流", 2)}
    for file, (customer, score) in said.items():
        talk = {**TALK, "customer_name": customer, "satisfaction": score}
        team.put(f"{file}.xlsx", {LOG: [talk]})
    team.merge()
    for number in (0, 1):
        type_in(team, CONFLICTS, number, 决定="都保留")
    for _ in range(2):
        team.merge()
        rows = team.rows(LABEL)
        assert len({row["行标识"] for row in rows}) == 4
        assert {row["来源文件"]: (row["客户名称"], row[SCORE]) for row in rows} == {
            f"{file}.xlsx": each for file, each in said.items()
        }
        if loses_state:
            shutil.rmtree(team.results / ".xlcrm")
