"""``report --text`` and ``--markdown``: what is pasted into a group chat tells nothing private."""

from __future__ import annotations

from typing import Any

import pytest

FIRM, TAG, PHONE = "海岳重工集团有限公司", "并购谈判尽调资料", "13912345678"
WEEK = ("report", "团队", "--week", "2024-W20", "--as-of", "2024-05-20", "--lang", "zh")


def talk(number: int, name: str, **more: Any) -> dict[str, Any]:
    said = {"record_id": f"J{number:03d}", "customer_name": name, "date": "2024-05-14"}
    return said | {"channel": "电话", "content": "谈价格"} | more


@pytest.fixture
def team(folder: Any) -> Any:
    kind = {"customer_type": "潜在客户"}
    base = [
        {"customer_id": "C001", "customer_name": "云帆教育", **kind},
        {"customer_id": "C002", "customer_name": FIRM, **kind, "confidentiality": "保密"},
    ]
    log = [
        talk(1, FIRM, satisfaction=2),
        talk(2, "云帆教育", satisfaction=1, need_tags=[f"电话{PHONE}"]),
        talk(3, FIRM, need_tags=[TAG], confidentiality="保密"),
    ]
    folder.put("张伟.xlsx", {"customer_base": base, "communication_log": log})
    return folder


@pytest.mark.parametrize("form", ["--text", "--markdown"])
def test_it_names_nobody_confidential_and_no_number(team: Any, run: Any, form: str) -> None:
    assert FIRM in run(*WEEK, "--format", "json").out
    ran = run(*WEEK, form)
    assert ran.code == 0
    assert "满意度平均分" in ran.out
    assert "重点回访客户：云帆教育、C002" in ran.out.replace("\\", "")
    assert not [text for text in (FIRM, "海岳", TAG, PHONE, "C002(") if text in ran.out]
    assert "评分低于3分的客户：云帆教育(C001)、C002，" in ran.out.replace("\\", "")
    assert len(ran.out.encode()) <= 2000
    assert "沟通效果分析周报_2024-W20.xlsx" in ran.err


@pytest.mark.parametrize(
    ("lang", "text", "line"),
    [
        ("zh", "，未结束，数据到 2024-05-20)", "2024-05 还没有结束,数据到 2024-05-20"),
        ("en", ", not over yet, as of 2024-05-20)", "2024-05 is not over yet: its figures are"),
    ],
)
def test_of_a_month_that_is_not_over_text_and_terminal_say_so(
    team: Any, run: Any, lang: str, text: str, line: str
) -> None:
    running = ("report", "团队", "--month", "2024-05", *WEEK[4:-1], lang)
    assert text in run(*running, "--text").out.splitlines()[0]
    assert text in run(*running, "--markdown").out.splitlines()[0]
    assert line in run(*running).out
    assert line.partition(" ")[2] not in run(*WEEK[:-1], lang).out


def test_of_a_month_that_is_not_over_nothing_is_told_that_is_still_to_come(
    folder: Any, run: Any
) -> None:
    customers = [
        {"customer_id": f"C00{n}", "customer_name": name}
        for n, name in enumerate(("云帆教育", FIRM), 1)
    ]
    days = ("2024-03-05", *(f"2024-04-{day}" for day in (10, 16, 23, 24)))
    log = [talk(n, "云帆教育", date=day, customer_id="C001") for n, day in enumerate(days)]
    issues = [
        {
            **{"issue_id": f"20240500{n}", "customer_id": "C002", "customer_name": FIRM},
            **{"description": f"交付延期{n}", "reported_on": "2024-05-06", "due": day},
        }
        for n, day in enumerate(("2024-05-17", "2024-05-30"), 1)
    ]
    tables = {"customer_base": customers, "communication_log": log, "issue_tracking": issues}
    folder.put("张伟.xlsx", tables)

    def told(period: str) -> dict[str, Any]:
        document = run(*("report", "团队", *period.split(), *WEEK[4:], "--format", "json")).document
        return document | {each["key"]: each for each in document["metrics"]}

    may = told("--month 2024-05")
    assert may["period"]["end"] == "2024-05-31"
    assert may["issue_overdue"]["current"] == 1
    assert may["issue_overdue"]["narrative"].startswith("截至2024-05-20有1个问题")
    assert may["at_risk"]["current"] == []  # that there will be fewer talks nobody knows
    assert told("--year 2024")["at_risk"]["current"] == []
    april = told("--month 2024-04")
    assert april["never_contacted"]["narrative"].startswith("截至本月末")


def test_json_holds_it_where_it_was_asked_for(team: Any, run: Any) -> None:
    assert run(*WEEK, "--format", "json").document["text"] is None
    said = run(*WEEK, "--format", "json", "--text").document["text"]
    assert said == run(*WEEK, "--text").out


def test_it_is_one_or_the_other(team: Any, run: Any) -> None:
    ran = run(*WEEK, "--text", "--markdown")
    assert (ran.code, ran.out) == (2, "")
