"""The hand-in board on the master's first sheet, and the totals against the run before."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook

from xlcrm.spec.settings import Settings

LOG, LABEL = "communication_log", "沟通动态记录表"
EARLY, IN_PERIOD = datetime(2024, 5, 10), datetime(2024, 5, 17)  # the period is 2024-W20


def talk(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "record_id": f"J{number:03d}",
        "customer_name": "星辰科技",
        "date": "2024-05-14",
        "channel": "电话",
        "content": "谈价格",
        "recorded_at": "2024-05-14T18:00",
        **changes,
    }
    return {key: value for key, value in row.items() if value is not None}


def members(*given: dict[str, Any]) -> dict[str, Settings]:
    return {"settings": Settings(members=given)}


def member(name: str, **given: Any) -> dict[str, Any]:
    return {"name": name, "file": f"*{name}*", **given}


def home(team: Any) -> Any:
    return load_workbook(team.master)["首页"]


def board(team: Any) -> dict[str, list[Any]]:
    """The board by member: status, rows, errors, conflicts, share in time."""
    rows = iter(list(home(team).iter_rows(min_col=2, max_col=7, values_only=True)))
    next(row for row in rows if row[0] == "成员")
    found = {}
    for name, *cells in rows:
        if name is None:
            break
        found[str(name)] = cells
    return found


def links(team: Any, name: str) -> list[Any]:
    """What the cells of a member's row show and lead to."""
    row = next(r for r in home(team).iter_rows(min_col=2, max_col=7) if r[0].value == name)
    workbook, found = load_workbook(team.master), []
    for cell in row:
        if cell.hyperlink:
            sheet, place = cell.hyperlink.location.rsplit("!", 1)
            found.append([each.value for each in workbook[sheet.strip("'")][place[1:]]])
    return found


def todo(team: Any) -> list[str]:
    column = home(team).iter_rows(min_col=9, max_col=9, values_only=True)
    return [str(text) for (text,) in column if text]


def test_who_has_handed_in_who_not_since_the_period_began_and_who_not_at_all(team: Any) -> None:
    team.put(
        "张伟.xlsx", {LOG: [talk(1), talk(2, recorded_at="2024-05-19T09:00")]}, saved=IN_PERIOD
    )
    team.put("王芳.xlsx", {LOG: [talk(3, date="2024-05-06", recorded_at=None)]}, saved=EARLY)
    team.put("张伟 四月.xlsx", {LOG: [talk(4, date="2024-04-01")]}, saved=EARLY)
    team.put("外人.xlsx", {LOG: [talk(5, recorded_at=None)]}, saved=IN_PERIOD)
    team.merge(**members(member("张伟"), member("王芳"), member("李娜")))
    assert board(team) == {
        "李娜": ["未提交", 0, 0, 0, "-"],
        "王芳": ["未更新 05-10", 0, 0, 0, "-"],
        "张伟": ["已提交 05-17", 2, 0, 0, 0.5],
        "(不在成员表)": ["无需提交", 1, 0, 0, "-"],
    }
    assert {"1 人未提交：李娜", "1 人本期未更新：王芳"} <= set(todo(team))


def test_without_members_the_owners_of_files_stand_there(team: Any) -> None:
    team.put("张伟/五月.xlsx", {LOG: [talk(1)]}, saved=IN_PERIOD)
    team.put("王芳.xlsx", {LOG: [talk(2)]}, saved=EARLY)
    team.merge()
    assert board(team) == {
        "王芳": ["未更新 05-10", 1, 0, 0, 1],
        "张伟": ["已提交 05-17", 1, 0, 0, 1],
    }


def test_it_leads_to_the_file_the_rows_the_errors_and_the_conflict(team: Any) -> None:
    team.put("王芳.xlsx", {LOG: [talk(9, date="2024-05-06"), talk(1, topic="甲")]})
    team.put("张伟.xlsx", {LOG: [talk(1, topic="乙"), talk(2, date=None), talk(3)]})
    team.merge(**members(member("张伟"), member("王芳")))
    assert board(team)["张伟"] == ["已提交 05-20", 2, 1, 1, 1]
    assert board(team)["王芳"] == ["已提交 05-20", 1, 0, 1, 1]
    file, row, error, conflict = links(team, "张伟")
    assert file[0] == "张伟.xlsx"
    assert row[0] == "J001"
    assert (error[1], error[2]) == ("required-missing", "张伟.xlsx")
    assert (conflict[1], conflict[3]) == ("J001", "沟通主题")


def test_what_a_leaver_left_is_counted_under_who_took_over(team: Any) -> None:
    team.put("王芳.xlsx", {LOG: [talk(1, date=None)]}, saved=EARLY)
    team.put("张伟.xlsx", {LOG: [talk(2)]}, saved=IN_PERIOD)
    leaver = member("王芳", leaves="2024-05-10", successor="张伟")
    newcomer = member("李娜", starts="2024-06-01")
    team.merge(**members(leaver, member("张伟"), newcomer))
    assert board(team) == {"张伟": ["已提交 05-17", 1, 1, 0, 1]}


def test_one_whose_file_cannot_be_read_is_not_missing(team: Any) -> None:
    team.put("张伟.xlsx", {LOG: [talk(1)]}, saved=IN_PERIOD)
    (team.root / "王芳.xlsx").write_bytes(b"PK\x03\x04 cut off")
    team.merge(**members(member("张伟"), member("王芳")))
    assert board(team)["王芳"][0] == "无法读取"


def changes(team: Any) -> list[Any]:
    row = next(home(team).iter_rows(min_row=6, max_row=6, values_only=True))
    return [cell for cell in row if cell]


def test_totals_tell_how_they_differ_from_the_run_before(team: Any) -> None:
    team.put("张伟.xlsx", {LOG: [talk(1), talk(2)]})
    team.merge()
    assert changes(team) == []
    team.put("王芳.xlsx", {LOG: [talk(3, date=None), talk(4), talk(5)]})
    team.merge()
    told = ["较上次 +1", "较上次 +3", "较上次 +1", "较上次 ±0", "较上次 ±0", "较上次 ±0"]
    assert changes(team) == told
    written = team.master.read_bytes()
    team.merge()  # nothing has changed
    team.merge(as_of=date(2024, 5, 21))  # nor does another day of the week change what is said
    assert team.master.read_bytes() == written


def test_below_their_own_folder_people_keep_order_as_they_like(team: Any) -> None:
    """The folder in the team's is the person's, or a department's with people who are named."""
    team.put("张伟/2024年/四月/旧.xlsx", {LOG: [talk(1)]})
    team.put("张伟/回访/五月.xlsx", {LOG: [talk(2)]})
    team.put("华东/李娜/周记录/W20.xlsx", {LOG: [talk(3, owner="李娜"), talk(4)]})
    team.put("华东/王芳.xlsx", {LOG: [talk(5, owner="王芳"), talk(6, owner="李娜")]})
    team.put("陈静.xlsx", {LOG: [talk(7)]})
    team.merge()
    rows = {name: cells[1] for name, cells in board(team).items()}
    assert rows == {"张伟": 2, "李娜": 2, "王芳": 2, "陈静": 1}
