"""``xlcrm due``, as it is typed: what the day asks for. Days are worked out by hand."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar, Event
from openpyxl import load_workbook

from xlcrm.agenda.calendar_file import calendar
from xlcrm.agenda.items import Item

JSON = ("--format", "json")
BASE = {
    "customer_id": "C001",
    "customer_name": "星辰科技",
    "customer_type": "意向客户",
    "owner": "张伟",
}
TALK = {"customer_id": "C001", "channel": "电话", "content": "谈报价", "date": "2024-05-14"}
SURVEY = {
    "customer_name": "星辰科技",
    "period": "2024年5月",
    "evaluated_on": "2024-05-10",
    **dict.fromkeys(
        ("product_quality", "response_speed", "communication", "problem_solving", "overall"), 4
    ),
}
HOSTILE = '=HYPERLINK("http://x","a"); 第一行\n第二行,\\n 打 13812345678'


@pytest.fixture
def team(folder: Any) -> Any:
    """A team's folder without any record yet."""
    (folder.root / "张伟.xlsx").unlink()
    return folder


def items(run: Any, as_of: str, *more: str) -> list[dict[str, Any]]:
    ran = run("due", "团队", "--as-of", as_of, *JSON, *more)
    assert ran.code == 0, ran.err
    return list(ran.document["items"])


def told(run: Any, as_of: str, *kinds: str) -> list[tuple[str, str, str]]:
    """Kind, date and what of the items, of some kinds alone where any are named."""
    found = [(each["kind"], each["date"], each["what"]) for each in items(run, as_of)]
    return [each for each in found if not kinds or each[0] in kinds]


def actions(*rows: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    talks = [
        {**TALK, "record_id": f"J{n:03d}", "topic": f"第{n}次", "owner": "张伟", **row}
        for n, row in enumerate(rows, 1)
    ]
    return {"customer_base": [BASE], "communication_log": talks}


def test_tomorrow_is_reminded_of_and_yesterday_is_overdue_across_the_year(
    team: Any, run: Any
) -> None:
    rows = [
        {"date": "2024-12-20", "next_action": text, "action_due": due, **more}
        for text, due, more in (
            ("前天的", "2024-12-30", {}),
            ("今天的", "2024-12-31", {}),
            ("明天的", "2025-01-01", {}),
            ("后天的", "2025-01-02", {}),
            ("做完的", "2024-12-30", {"action_done": "2024-12-29"}),
            ("搁置的", "2024-12-30", {"status": "暂缓", "next_contact": "2025-03-01"}),
            ("确认的", "2025-01-01", {"status": "已确认"}),
            ("没日期的", None, {}),
        )
    ]
    team.put("张伟.xlsx", actions(*({k: v for k, v in row.items() if v} for row in rows)))
    found = items(run, "2024-12-31")
    assert [(e["kind"], e["date"], e["what"]) for e in found] == [
        ("due", "2024-12-31", "今天的"),
        ("due", "2025-01-01", "明天的"),
        ("overdue", "2024-12-30", "前天的"),
    ]
    assert found[2] == {
        "kind": "overdue",
        "date": "2024-12-30",
        "customer": "C001",
        "owner": "张伟",
        "what": "前天的",
        "source": found[2]["source"],
    }
    assert found[2]["source"].startswith("张伟.xlsx · 沟通动态记录表 · ")
    # What is overdue here is what a check calls overdue.
    findings = run("merge", "团队", "--as-of", "2024-12-31", *JSON).document["findings"]
    assert [e["value"] for e in findings if e["code"] == "overdue"] == ["2024-12-30"]


def test_a_weekend_is_a_day_like_any_other(team: Any, run: Any) -> None:
    friday = "2024-05-24"
    days = ("2024-05-25", "2024-05-26", "2024-05-27")  # Saturday to Monday
    team.put("张伟.xlsx", actions(*({"next_action": f"{d}办", "action_due": d} for d in days)))
    assert told(run, friday) == [("due", "2024-05-25", "2024-05-25办")]


def test_matters_of_every_table_are_told(team: Any, run: Any) -> None:
    issue = {
        "issue_id": "202405001",
        "customer_name": "星辰科技",
        "description": "导出失败",
        "reported_on": "2024-05-13",
        "issue_category": "产品",
        "owner": "技术部",
        "progress": "处理中",
    }
    done = {"issue_id": "202405002", "description": "已修好", "completed_on": "2024-05-15"}
    again = {"issue_id": "202405003", "description": "没修好", "completed_on": "2024-05-14"}
    second = {"second_follow_up": "上门复测", "second_owner": "李强", "second_due": "2024-05-16"}
    form = {
        "customer_name": "星辰科技",
        "time": "2024-05-14T14:30/2024-05-14T15:10",
        "channel": "面谈",
        "needs": ["降本"],
        "conclusions": "同意试用",
        "actions": [{"action": "发样品", "owner": "王芳", "due": "2024-05-17"}],
        "promises": ["张伟5月18日前发报价", "保证质量"],
        "open_points": ["接口费5月17日前答复"],
    }
    team.put(
        "团队.xlsx",
        {
            "customer_base": [BASE],
            "communication_log": [{**TALK, "need_tags": ["接口"], "need_due": "2024-05-18"}],
            "issue_tracking": [
                {**issue, "due": "2024-05-16"},
                {**issue, **done, "due": "2024-05-16", "progress": "已完成", "solution": "补丁"},
                {**issue, **again, **second, "due": "2024-05-14", "confirmation": "需改进"},
            ],
            "communication_record": [form],
            "crm_record": [
                {
                    "customer_name": "星辰科技",
                    "last_interaction": "2024-05-13",
                    "channel": "电话",
                    "summary": "确认范围",
                    "owner": "刘洋",
                    "follow_up_due": {"date": "2024-05-17", "text": "发方案"},
                }
            ],
        },
    )
    assert told(run, "2024-05-17") == [
        ("due", "2024-05-17", "发方案"),
        ("due", "2024-05-17", "发样品"),
        ("due", "2024-05-17", "未解决：接口费5月17日前答复"),
        ("due", "2024-05-18", "★承诺：张伟5月18日前发报价"),
        ("due", "2024-05-18", "需求截止：接口"),
        ("overdue", "2024-05-16", "上门复测"),
        ("overdue", "2024-05-16", "问题：导出失败"),
    ]
    owners = {each["what"]: each["owner"] for each in items(run, "2024-05-17")}
    assert owners["★承诺：张伟5月18日前发报价"] == "张伟"
    assert owners["上门复测"] == "李强" and owners["发样品"] == "王芳"


def test_a_promise_is_over_once_there_was_a_talk_on_its_day_or_later(team: Any, run: Any) -> None:
    record = {
        "contact": "*经理",
        "customer_name": "星辰科技",
        "channel": "微信",
        "types": ["方案跟进"],
        "content": "要报价",
        "status": "已确认",
        "owner": "张伟",
    }
    promised = {**record, "time": "2024-05-14T09:00", "promises": ["5月16日前发报价"]}
    promised["status"] = "待跟进"
    team.put("张伟.xlsx", {"customer_base": [BASE], "multichannel_record": [promised]})
    assert told(run, "2024-05-20") == [("overdue", "2024-05-16", "★承诺：5月16日前发报价")]
    for day, expected in (("2024-05-15", 1), ("2024-05-16", 0)):
        talk = {**TALK, "date": day, "content": "确认报价"}
        team.put("李娜.xlsx", {"communication_log": [talk]})
        assert len(told(run, "2024-05-20", "overdue")) == expected


def test_what_stands_on_two_tables_is_told_once(team: Any, run: Any) -> None:
    form = {
        "customer_name": "星辰科技",
        "time": "2024-05-14T14:30",
        "channel": "电话",
        "needs": ["降本"],
        "conclusions": "发报价",
        "actions": [{"action": "发 报价", "owner": "张伟", "due": "2024-05-21"}],
    }
    log = {"next_action": "发报价", "action_due": "2024-05-21"}
    team.put("张伟.xlsx", {**actions(log), "communication_record": [form]})
    assert told(run, "2024-05-20") == [("due", "2024-05-21", "发报价")]


def test_the_last_word_on_the_next_talk_holds(team: Any, run: Any) -> None:
    talks = (
        {"next_contact": "2024-05-21T10:00"},
        {"date": "2024-05-15", "next_contact": "2024-05-21T14:30"},
        {"date": "2024-05-16"},
    )
    team.put("张伟.xlsx", actions(*talks))
    assert told(run, "2024-05-20") == [("due", "2024-05-21", "约好的沟通，14:30")]
    assert told(run, "2024-05-22") == [("overdue", "2024-05-21", "约好的沟通，14:30")]


@pytest.mark.parametrize(
    ("birthday", "as_of", "expected"),
    [
        ("05-20", "2024-05-18", None),
        ("05-20", "2024-05-19", "2024-05-20"),
        ("05-20", "2024-05-20", "2024-05-20"),
        ("05-20", "2024-05-21", None),
        ("01-01", "2024-12-31", "2025-01-01"),
        ("02-29", "2024-02-28", "2024-02-29"),
        ("02-29", "2024-02-27", None),
        ("02-29", "2023-02-27", "2023-02-28"),  # a year without that day
        ("02-29", "2023-02-28", "2023-02-28"),
        ("02-29", "2023-03-01", None),
        ("农历08-15", "2024-09-16", "2024-09-17"),  # the Mid-Autumn festivals of 2024 and 2025
        ("农历08-15", "2025-10-05", "2025-10-06"),
        ("农历01-01", "2026-02-16", "2026-02-17"),  # New Year
        ("农历12-30", "2024-02-08", "2024-02-09"),  # the eve of one, in a month of 30 days
        ("农历12-30", "2025-01-27", "2025-01-28"),  # and of 29
        ("农历06-01", "2025-06-24", "2025-06-25"),
        ("农历06-01", "2025-07-24", None),  # a leap month repeats it
    ],
)
def test_birthdays(team: Any, run: Any, birthday: str, as_of: str, expected: str | None) -> None:
    row = {**BASE, "contact": "*经理", "birthday": birthday, "first_contact": as_of}
    team.put("客户.xlsx", {"customer_base": [row]})
    days = [each[1:] for each in told(run, as_of, "birthday")]
    assert days == ([(expected, f"*经理 生日({birthday})")] if expected else [])


def test_birthdays_of_contacts_are_told_once_a_person(team: Any, run: Any) -> None:
    people = [
        {"customer_id": "C001", "contact": "*经理", "birthday": "05-20"},
        {"customer_id": "C001", "contact": "*总监", "birthday": "05-21"},
    ]
    base = {**BASE, "contact": "*经理", "birthday": "05-20", "first_contact": "2024-05-01"}
    team.put("客户.xlsx", {"customer_base": [base], "contacts": people})
    found = [(e["what"], e["owner"]) for e in items(run, "2024-05-20")]
    assert found == [("*经理 生日(05-20)", "张伟"), ("*总监 生日(05-21)", "张伟")]


def test_anniversaries_count_years(team: Any, run: Any) -> None:
    row = {**BASE, "first_contact": "2024-02-01"}
    rows = [
        {**row, "anniversary": "2020-02-29"},
        {**row, "customer_id": "C002", "customer_name": "云帆", "anniversary": "2025-02-28"},
    ]
    team.put("客户.xlsx", {"customer_base": rows})
    found = told(run, "2025-02-27", "anniversary")
    assert found == [("anniversary", "2025-02-28", "合作 5 周年(2020-02-29)")]


@pytest.mark.parametrize(
    ("customer", "last", "expected"),
    [
        ({"customer_grade": "VIP客户"}, "2024-04-21", "2024-05-21"),  # 30 days: tomorrow
        ({"customer_grade": "VIP客户"}, "2024-04-22", None),
        ({"customer_grade": "流失风险客户"}, "2024-05-01", "2024-05-15"),  # 14 days
        ({"customer_grade": "普通客户"}, "2024-04-01", None),  # 90 days
        ({}, "2024-02-21", "2024-05-21"),
        ({}, "2024-02-22", None),
        ({"customer_type": "流失客户"}, "2023-01-01", None),
    ],
)
def test_revisits_are_due_by_grade(
    team: Any, run: Any, customer: dict[str, str], last: str, expected: str | None
) -> None:
    talks = [{**TALK, "date": day} for day in ("2023-01-01", last)]
    team.put("张伟.xlsx", {"customer_base": [{**BASE, **customer}], "communication_log": talks})
    assert [each[1] for each in told(run, "2024-05-20", "revisit")] == [expected] * bool(expected)


def test_a_revisit_says_why(team: Any, run: Any) -> None:
    rows = [
        {**BASE, "customer_grade": "VIP客户"},
        {**BASE, "customer_id": "C002", "customer_name": "云帆"},
        {**BASE, "customer_id": "C003", "customer_name": "海岳", "first_contact": "2024-01-02"},
    ]
    talks = [
        {**TALK, "date": "2024-04-10"},
        {**TALK, "customer_id": "C002", "date": "2024-02-10"},
    ]
    team.put("张伟.xlsx", {"customer_base": rows, "communication_log": talks})
    assert told(run, "2024-05-20") == [
        ("revisit", "2024-04-01", "还没有沟通记录"),
        ("revisit", "2024-05-10", "上次沟通 2024-04-10，VIP客户每 30 天回访一次"),
        ("revisit", "2024-05-10", "已 100 天没有沟通(上次 2024-02-10)"),
    ]
    english = run("due", "团队", "--as-of", "2024-05-20", "--lang", "en", *JSON).document["items"]
    assert english[1]["what"] == "Last talk 2024-04-10; VIP: every 30 days"


@pytest.mark.parametrize(
    ("survey", "visit", "is_told"),
    [
        ({"suggestions": "希望夜间值守"}, {}, True),
        ({"suggestions": "希望夜间值守", "thanked_on": "2024-05-12"}, {}, False),
        ({"suggestions": "希望夜间值守"}, {"thanked_on": "2024-05-10"}, False),
        ({"suggestions": "希望夜间值守"}, {"thanked_on": "2024-05-09"}, True),
        ({"suggestions": "暂无。"}, {}, False),
        ({}, {}, False),
    ],
)
def test_suggestions_are_to_be_thanked_for(
    team: Any, run: Any, survey: dict[str, str], visit: dict[str, str], is_told: bool
) -> None:
    visited = {
        "customer_name": "星辰科技",
        "time": "2024-05-09",
        "channel": "电话",
        "feedback": "好",
    }
    tables = {"customer_base": [BASE], "satisfaction_evaluation": [{**SURVEY, **survey}]}
    team.put("张伟.xlsx", {**tables, "revisit_record": [{**visited, **visit}]})
    expected = [("thanks", "2024-05-10", "感谢客户的建议：希望夜间值守")]
    assert told(run, "2024-05-20", "thanks") == expected * is_told


def test_text_is_grouped_and_aligned(team: Any, run: Any) -> None:
    rows = ({"next_action": "发报价", "action_due": d} for d in ("2024-05-21", "2024-05-17"))
    other = {**BASE, "customer_id": "C002", "customer_name": "Ocean Freight", "birthday": "05-20"}
    tables = actions(*rows)
    tables["customer_base"].append({**other, "first_contact": "2024-05-14"})
    team.put("张伟.xlsx", tables)
    ran = run("due", "团队", "--as-of", "2024-05-20", "--lang", "zh")
    assert ran.out.splitlines() == [
        "即将到期 1　已逾期 1　生日 1",
        "即将到期(1)",
        "  2024-05-21  明天       张伟  C001 星辰科技       发报价",
        "已逾期(1)",
        "  2024-05-17  已过 3 天  张伟  C001 星辰科技       发报价",
        "生日(1)",
        "  2024-05-20  今天       张伟  C002 Ocean Freight  客户生日(05-20)",
    ]
    nothing = run("due", "团队", "--as-of", "2024-05-15", "--lang", "en")
    assert nothing.out == "Nothing is due, overdue or coming round.\n"


def test_the_workbook_is_a_list_to_filter(team: Any, run: Any) -> None:
    rows = ({"next_action": t, "action_due": "2024-05-17"} for t in ("发报价", HOSTILE))
    team.put("张伟.xlsx", actions(*rows))
    ran = run("due", "团队", "--as-of", "2024-05-20", "-o", "清单/待办.xlsx", "--lang", "zh")
    assert ran.out.endswith("已写好 清单/待办.xlsx\n")
    (sheet,) = load_workbook("清单/待办.xlsx").worksheets
    assert sheet.title == "待办清单" and sheet.auto_filter.ref == "A4:H6"
    head, *found = sheet.iter_rows(min_row=4, values_only=True)
    assert head == ("类别", "日期", "时限", "客户ID", "客户", "负责人", "事项", "来源")
    assert found[1][:7] == (
        *("已逾期", datetime(2024, 5, 17), "已过 3 天", "C001", "星辰科技", "张伟"),
        "发报价",
    )
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "d", "n"}
    assert not any(cell.hyperlink for cell in cells)
    assert found[0][6].startswith("=HYPERLINK") and "138****5678" in found[0][6]
    # Found among people's files it is named and not read.
    shutil.copy("清单/待办.xlsx", "团队/待办.xlsx")
    files = run("merge", "团队", "--as-of", "2024-05-20", *JSON).document["files"]
    assert {e["path"]: e["status"] for e in files}["待办.xlsx"] == "skipped"


def events(path: str = "待办.ics") -> dict[str, Event]:
    calendar = Calendar.from_ical(Path(path).read_bytes())
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def test_the_calendar_is_taken_in_by_others(team: Any, run: Any) -> None:
    long = "准备新版报价与交付排期" * 9
    rows = ({"next_action": t, "action_due": "2024-05-21"} for t in (long, HOSTILE))
    team.put("张伟.xlsx", actions(*rows))
    run("due", "团队", "--as-of", "2024-05-20", "-o", "待办.ics")
    data = Path("待办.ics").read_bytes()
    assert data.endswith(b"END:VCALENDAR\r\n") and b"\n" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 75
    for line in data.split(b"\r\n"):
        line.decode("utf-8")  # no character is cut in two
    one, other = sorted(events().values(), key=lambda event: len(event["SUMMARY"]))
    assert other["SUMMARY"] == f"[即将到期] 星辰科技 {long}"
    assert (one["DTSTART"].dt, one["DTEND"].dt) == (date(2024, 5, 21), date(2024, 5, 22))
    assert type(one["DTSTART"].dt) is date
    assert one["SUMMARY"] == (
        '[即将到期] 星辰科技 =HYPERLINK("http://x","a"); 第一行 第二行,\\n 打 138****5678'
    )
    assert one["DESCRIPTION"].splitlines()[:2] == [
        '事项: =HYPERLINK("http://x","a"); 第一行',
        "第二行,\\n 打 138****5678",
    ]
    assert "来源: 张伟.xlsx · 沟通动态记录表" in one["DESCRIPTION"]


def test_no_control_character_gets_into_a_calendar() -> None:
    what = {"zh": "一\x00\x1b[31m二\r\n三\ud800", "en": ""}
    item = Item("due", date(2024, 5, 21), "C001", "星\n辰;,\\", None, what, None, "id")
    data = calendar([item], "zh", date(2024, 5, 20))
    assert not set(data.replace(b"\r\n", b"")) & {*range(32), 127}
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    assert event["SUMMARY"] == "[即将到期] 星 辰;,\\ 一[31m二 三?"


def test_a_calendar_taken_in_again_changes_its_events(team: Any, run: Any) -> None:
    def export(as_of: str, *rows: dict[str, Any]) -> dict[str, Event]:
        team.put("张伟.xlsx", actions(*rows))
        run("due", "团队", "--as-of", as_of, "-o", "待办.ics")
        return events()

    action = {"next_action": "发报价", "action_due": "2024-05-21"}
    before = export("2024-05-20", action)
    data = Path("待办.ics").read_bytes()
    assert export("2024-05-20", action) == before and Path("待办.ics").read_bytes() == data
    after = export("2024-05-25", {**action, "next_action": "发新报价", "action_due": "2024-05-24"})
    assert after.keys() == before.keys()
    (old,), (new,) = before.values(), after.values()
    assert new["SEQUENCE"] > old["SEQUENCE"] and new["DTSTAMP"].dt > old["DTSTAMP"].dt
    assert new["DTSTART"].dt == date(2024, 5, 24) and "发新报价" in new["SUMMARY"]


@pytest.mark.parametrize(
    "target", ["团队/张伟.xlsx", "团队/汇总/客户沟通汇总.xlsx", "待办.txt", "待办"]
)
def test_an_output_takes_nothing_elses_place(team: Any, run: Any, target: str) -> None:
    team.put("张伟.xlsx", actions({}))
    run("merge", "团队", "--as-of", "2024-05-20")
    before = Path(target).read_bytes() if Path(target).exists() else None
    ran = run("due", "团队", "--as-of", "2024-05-20", "-o", target)
    assert ran.code == 2 and ran.err.startswith("Error: ") and ran.out == ""
    assert (Path(target).read_bytes() if Path(target).exists() else None) == before


def test_a_file_that_cannot_be_read_is_told_by_the_exit_code(team: Any, run: Any) -> None:
    team.put("张伟.xlsx", actions({"next_action": "发报价", "action_due": "2024-05-21"}))
    Path("团队/坏的.xlsx").write_bytes(b"PK\3\4 cut off")
    ran = run("due", "团队", "--as-of", "2024-05-20", *JSON)
    assert ran.code == 3 and len(ran.document["items"]) == 1


def test_a_master_with_a_password_has_no_plain_calendar(team: Any, run: Any) -> None:
    pytest.importorskip("msoffcrypto")
    team.put("张伟.xlsx", actions({"next_action": "发报价", "action_due": "2024-05-21"}))
    Path("密码.txt").write_text("一个密码", encoding="utf-8")
    secret = ("--password-file", "密码.txt", "--as-of", "2024-05-20")
    run("merge", "团队", "--encrypt", *secret)
    ran = run("due", "团队", *secret, "-o", "待办.ics")
    assert ran.code == 2 and not Path("待办.ics").exists()
    assert run("due", "团队", *secret, "-o", "待办.xlsx").code == 0
    assert Path("待办.xlsx").read_bytes().startswith(b"\xd0\xcf\x11\xe0")
