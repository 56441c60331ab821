"""What was published stays what was said; what late entries change since is shown beside it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

PUBLISHED = Path("团队/汇总/已发布/2024-W20.json")


def reply(number: int, day: str, hours: int, **more: Any) -> dict[str, Any]:
    """A talk whose message of nine o'clock was answered so many hours later."""
    sent = f"2024-05-{day}T09:00"
    replied = f"2024-05-{int(day) + (9 + hours) // 24:02d}T{(9 + hours) % 24:02d}:00"
    talk = {"record_id": f"J{number:03d}", "customer_name": "星辰科技", "date": f"2024-05-{day}"}
    said = {"channel": "电话", "content": "谈价格", "sent_at": sent, "replied_at": replied}
    return talk | said | {"satisfaction": 4} | more


FIRST = [reply(1, "14", 24), reply(2, "15", 48)]  # W20: 36 hours
LATE = reply(3, "16", 72)  # W20 with it: 48 hours
NEXT = [reply(4, "21", 24)]  # W21


@pytest.fixture
def team(folder: Any, run: Any) -> Any:
    """A folder whose W20 has a mean of 36 hours."""
    folder.put("张伟.xlsx", {"communication_log": FIRST})
    return folder


def response(run: Any, *arguments: str, week: str = "2024-W21") -> dict[str, Any]:
    """The mean response time in a week's report."""
    document = report(run, *arguments, week=week)
    (metric,) = (m for m in document["metrics"] if m["key"] == "avg_response_hours")
    return metric  # type: ignore[no-any-return]


def report(run: Any, *arguments: str, week: str = "2024-W21") -> dict[str, Any]:
    made = run("report", "团队", "--week", week, "--as-of", "2024-05-27", "--format", "json",
               "--lang", "zh", *arguments)  # fmt: skip
    assert made.code == 0, made.err
    return made.document  # type: ignore[no-any-return]


def enter_late(folder: Any) -> None:
    folder.put("李娜.xlsx", {"communication_log": [LATE, *NEXT]})


def test_without_publishing_last_week_is_what_is_known_of_it_now(team: Any, run: Any) -> None:
    assert response(run, week="2024-W20")["current"] == 36
    enter_late(team)
    metric = response(run)
    assert (metric["current"], metric["previous"], metric["change"]) == (24, 48, -0.5)
    assert metric["late"] == {"current": None, "previous": None}
    assert "补录" not in metric["narrative"]
    assert not PUBLISHED.exists()
    assert "补录影响" not in str(printed(report(run)))


def test_a_later_report_compares_with_what_was_published(team: Any, run: Any) -> None:
    said = report(run, "--publish", week="2024-W20")["published"]
    assert said == {
        "current": None, "previous": None, "status": "published", "unreadable": [],
    }  # fmt: skip
    enter_late(team)
    document = report(run)
    assert document["published"] == {
        "current": None, "previous": "2024-05-27", "status": None, "unreadable": [],
    }  # fmt: skip
    metric = response(run)
    assert (metric["current"], metric["previous"]) == (24, 36)
    assert metric["change"] == pytest.approx((24 - 36) / 36)
    assert metric["display"] == {"current": "24", "previous": "36", "change": "↓33.3%"}
    assert metric["late"]["current"] is None
    assert metric["late"]["previous"] == {
        "published": 36, "now": 48, "published_rows": 2, "now_rows": 3,
        "display": {"published": "36", "now": "48"},
    }  # fmt: skip
    assert "补录影响：上周发布的是36(2条)，现在是48(3条)。" in metric["narrative"]


def test_figures_that_are_as_published_have_no_effect(team: Any, run: Any) -> None:
    report(run, "--publish", week="2024-W20")
    enter_late(team)
    (metric,) = (m for m in report(run)["metrics"] if m["key"] == "satisfaction")
    late = metric["late"]["previous"]
    assert (late["published"], late["now"]) == (4, 4)
    assert "补录" not in metric["narrative"]


def test_the_workbook_shows_what_has_changed_and_only_that(team: Any, run: Any) -> None:
    report(run, "--publish", week="2024-W20")
    enter_late(team)
    rows = printed(report(run))
    start = rows.index(["补录影响(发布以后变化的数据)"])
    assert rows[start + 1] == ["分析维度", "指标名称", "发布时", "现在", "周期"]
    listed = [row for row in rows[start + 2 :] if row[-1] == "2024-W20"]
    assert ["客户响应效率", "平均响应时长(小时)", "36", "48", "2024-W20"] in listed
    assert not any("满意度平均分" in row[1] for row in listed)
    assert "按 2024-05-27 发布的数据" in str(rows)


def test_the_master_compares_with_the_same_figures(team: Any, run: Any) -> None:
    report(run, "--publish", week="2024-W20")
    enter_late(team)
    run("merge", "团队", "--as-of", "2024-05-27", "--lang", "zh")
    sheet = load_workbook("团队/汇总/客户沟通汇总.xlsx")["效果分析看板"]
    (row,) = (r for r in sheet.iter_rows(values_only=True) if r[1] == "平均响应时长(小时)")
    assert row[2:5] == (24, 36, "↓33.3%")
    assert "现在是48(3条)" in row[5]


def test_the_published_week_itself_says_what_it_said_then(team: Any, run: Any) -> None:
    report(run, "--publish", week="2024-W20")
    enter_late(team)
    metric = response(run, week="2024-W20")
    assert metric["current"] == 48
    assert metric["late"]["current"]["published"] == 36
    assert "本周发布的是36(2条)，现在是48(3条)。" in metric["narrative"]


def test_publishing_again_takes_a_word_of_its_own(team: Any, run: Any) -> None:
    again = "report", "团队", "--week", "2024-W20", "--as-of", "2024-05-27", "--lang", "zh"
    report(run, "--publish", week="2024-W20")
    assert "已于 2024-05-27 发布,数据没有变化" in run(*again, "--publish").err
    enter_late(team)
    kept = run(*again, "--publish")
    assert "已于 2024-05-27 发布,保持不变" in kept.err
    assert "--republish" in kept.err
    assert kept.code == 0
    assert response(run)["previous"] == 36
    assert report(run, "--republish", week="2024-W20")["published"]["status"] == "replaced"
    metric = response(run)
    assert metric["previous"] == 48
    assert metric["late"]["previous"]["published"] == 48
    editions = json.loads(PUBLISHED.read_text("utf-8"))["editions"]
    assert [value(edition) for edition in editions] == [36, 48]


def value(edition: Any) -> float:
    (figure,) = (f for f in edition["figures"] if f["key"] == "avg_response_hours")
    return figure["current"]  # type: ignore[no-any-return]


def test_what_was_published_outlives_state_and_undo(team: Any, run: Any) -> None:
    run("merge", "团队", "--as-of", "2024-05-20")
    report(run, "--publish", week="2024-W20")
    enter_late(team)
    report(run)
    run("merge", "团队", "--undo")
    assert response(run)["previous"] == 36
    shutil.rmtree("团队/汇总/.xlcrm")
    assert response(run)["previous"] == 36


@pytest.mark.parametrize(
    ("one", "other"),
    [("36.0", "37.0"), ('"xlcrm-published": 1', '"xlcrm-published": 2'), ('"editions"', '"all"')],
)
def test_a_damaged_file_is_named_and_not_compared_with(
    team: Any, run: Any, one: str, other: str
) -> None:
    report(run, "--publish", week="2024-W20")
    text = PUBLISHED.read_text("utf-8")
    assert one in text
    PUBLISHED.write_text(text.replace(one, other), "utf-8")
    enter_late(team)
    document = report(run)
    assert document["published"]["unreadable"] == ["2024-W20.json"]
    assert response(run)["previous"] == 48
    said = run("report", "团队", "--week", "2024-W20", "--publish", "--lang", "zh")
    assert "2024-W20.json”读不出" in said.err
    assert report(run, "--publish", week="2024-W20")["published"]["status"] == "unreadable"
    assert report(run, "--republish", week="2024-W20")["published"]["status"] == "published"
    assert PUBLISHED.with_suffix(".damaged").is_file()


def test_another_periods_file_is_not_taken_for_this_one(team: Any, run: Any) -> None:
    report(run, "--publish", week="2024-W20")
    shutil.copy(PUBLISHED, PUBLISHED.with_stem("2024-W19"))
    assert report(run, week="2024-W20")["published"]["unreadable"] == ["2024-W19.json"]


def test_it_is_sealed_where_the_master_has_a_password(team: Any, run: Any) -> None:
    pytest.importorskip("cryptography")
    Path("密码.txt").write_text("开门\n", "utf-8")
    key = "--password-file", "密码.txt"
    report(run, "--publish", week="2024-W20")
    run("merge", "团队", "--encrypt", *key, "--as-of", "2024-05-27")
    assert b"avg_response_hours" not in PUBLISHED.read_bytes()
    enter_late(team)
    assert response(run, *key)["previous"] == 36
    run("merge", "团队", "--no-encrypt", *key, "--as-of", "2024-05-27")
    assert b"avg_response_hours" in PUBLISHED.read_bytes()
    assert response(run)["previous"] == 36


def printed(document: dict[str, Any]) -> list[list[str]]:
    """The rows of a report's first sheet, without their blank cells."""
    rows = (
        load_workbook(document["report"], read_only=True).worksheets[0].iter_rows(values_only=True)
    )
    return [[str(cell) for cell in row if cell is not None] for row in rows]


def test_what_is_as_of_the_merge_has_no_earlier_figure(team: Any, run: Any) -> None:
    customers = [
        {"customer_id": f"C00{n}", "customer_name": f"第{n}公司", "deals": n} for n in (1, 2)
    ]
    team.put("客户.xlsx", {"customer_base": customers})
    report(run, "--publish", week="2024-W20")
    metrics = {each["key"]: each for each in report(run)["metrics"]}
    assert metrics["repurchase_rate"]["current"] == 0.5
    assert metrics["repurchase_rate"]["previous"] is None
    assert metrics["repurchase_rate"]["late"] == {"current": None, "previous": None}


def test_a_list_whose_customers_stay_says_that_its_details_differ(team: Any, run: Any) -> None:
    low = [reply(1, "14", 24, satisfaction=2), reply(2, "15", 48, satisfaction=2)]
    team.put("张伟.xlsx", {"communication_log": low})
    report(run, "--publish", week="2024-W20")
    team.put("李娜.xlsx", {"communication_log": [reply(3, "16", 24, satisfaction=1)]})
    said = run("report", "团队", "--week", "2024-W21", "--as-of", "2024-05-27", "--lang", "zh").out
    assert "补录影响 2024-W20 重点回访客户:发布时 星辰科技,现在 明细不同" in said
    assert "补录影响 2024-W20 满意度平均分(5分制):发布时 2,现在 1.7" in said
