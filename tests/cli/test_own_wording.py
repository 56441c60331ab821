"""A team's own wording: ``narrative.zh.j2`` beside its settings takes the place of ours."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from xlcrm.own_wording import fault_in
from xlcrm.wording import source_of

OWN = Path("团队/narrative.zh.j2")
WEEK = ("report", "团队", "--week", "2024-W20", "--as-of", "2024-05-20")
SCORED = {"record_id": "J001", "customer_name": "星辰科技", "date": "2024-05-14", "channel": "电话",
          "content": "谈价格", "satisfaction": 4}  # fmt: skip
OURS = "本周1个评分平均4分(上周无数据，不作比较)。只有1个评分，数据少，仅供参考。"


@pytest.fixture
def team(folder: Any) -> Any:
    folder.put("张伟.xlsx", {"communication_log": [SCORED]})
    return folder


def told(run: Any, *more: str, code: int = 0) -> tuple[str, list[Any]]:
    """What a report says of satisfaction, and its notices."""
    ran = run(*WEEK, "--lang", "zh", "--format", "json", *more)
    assert ran.code == code, ran.err
    document = ran.document
    (metric,) = (each for each in document["metrics"] if each["key"] == "satisfaction")
    return metric["narrative"], document["notices"]


def test_its_own_text_is_used_in_report_and_master(team: Any, run: Any) -> None:
    OWN.write_text("{{ label }}是{{ current or '空' }}。", "utf-8")
    assert told(run) == ("满意度平均分(5分制)是4。", [])
    sheet = load_workbook("团队/汇总/客户沟通汇总.xlsx")["效果分析看板"]
    assert "满意度平均分(5分制)是4。" in {row[5] for row in sheet.iter_rows(values_only=True)}
    OWN.write_text("{{ current }}", "utf-8")
    run("merge", "团队", "--as-of", "2024-05-20", "--lang", "zh")
    sheet = load_workbook("团队/汇总/客户沟通汇总.xlsx")["效果分析看板"]
    assert "4" in {row[5] for row in sheet.iter_rows(values_only=True)}


@pytest.mark.parametrize("name", ["narrative.zh.j2", "narrative.en.j2", "late.zh.j2", "late.en.j2"])
def test_ours_may_be_taken_as_a_beginning(name: str) -> None:
    assert fault_in(name, source_of(name)) is None


def test_ours_says_the_same_when_it_is_the_teams(team: Any, run: Any) -> None:
    before = run(*WEEK, "--lang", "zh", "--format", "json").document["metrics"]
    OWN.write_text(source_of(OWN.name), "utf-8")
    after = run(*WEEK, "--lang", "zh", "--format", "json").document
    assert after["metrics"] == before
    assert after["notices"] == []


BROKEN = [
    ("好\n{% if current %}好", 2, "写法不对"),
    ("一\n二\n{{ curent }}", 3, "用了不存在的“curent”"),
    ("{{ current | tojson }}", 1, "写法不对"),
    ("{% include 'narrative.zh.j2' %}", 1, "填不进数据"),
    ("一\n{{ parameters.slow_hours.nothing.at_all }}", 2, "填不进数据"),
    ("{{ ''.__class__.__mro__ }}", 1, "不允许"),
    ("{{ 'x' * 100000000 }}", 1, "不允许"),
    ("{{ 'x'.ljust(1000000000) }}", 1, "不允许"),
    ("{{ ('%1500000000d' % 1) | length }}", 1, "不允许"),
    ("{{ '{:>1500000000}'.format(1) }}", 1, "不允许"),
    ("{{ '" + "x" * 2000 + "' | replace('x', '" + "y" * 2000 + "') | length }}", 1, "太长"),
    ("好" * 3000, 1, "太长"),
    ("{% macro f(x) %}{{ f(x ~ x) }}{% endmacro %}{{ f('xy') }}", 1, "太长"),
]


@pytest.mark.parametrize(("text", "line", "reason"), BROKEN)
def test_a_broken_one_is_named_by_line_and_ours_is_used(
    team: Any, run: Any, text: str, line: int, reason: str
) -> None:
    OWN.write_text(text, "utf-8")
    said, notices = told(run)
    assert said == OURS
    (notice,) = notices
    assert (notice["code"], notice["file"]) == ("bad-setting", "narrative.zh.j2")
    assert f"第 {line} 行" in notice["message"]
    assert reason in notice["message"]


def test_people_are_told_of_a_broken_one_too(team: Any, run: Any) -> None:
    OWN.write_text(BROKEN[1][0], "utf-8")
    assert "narrative.zh.j2 第 3 行" in run(*WEEK, "--lang", "zh").err


def test_it_is_named_in_english_too(team: Any, run: Any) -> None:
    OWN.with_name("narrative.en.j2").write_text("one\n{{ curent }}", "utf-8")
    said = run(*WEEK, "--lang", "en").err
    assert "the wording narrative.en.j2, line 2, names “curent”, which there is not" in said


def test_an_endless_one_is_stopped(team: Any, run: Any) -> None:
    nested = "{% for a in key %}" * 12 + "{% endfor %}" * 12
    OWN.write_text(nested, "utf-8")
    begun = time.monotonic()
    said, (notice,) = told(run)
    assert time.monotonic() - begun < 60
    assert "太费时间" in notice["message"]
    assert said == OURS


@pytest.mark.parametrize("data", [b"\xff\xfe{", b"x" * 70_000])
def test_one_that_cannot_be_read_is_named(team: Any, run: Any, data: bytes) -> None:
    OWN.write_bytes(data)
    said, (notice,) = told(run)
    assert "读不出" in notice["message"]
    assert said == OURS


def test_a_merge_names_it_among_its_findings(team: Any, run: Any) -> None:
    OWN.write_text("一\n{{ curent }}", "utf-8")
    ran = run("merge", "团队", "--as-of", "2024-05-20", "--format", "json", "--lang", "zh")
    assert ran.code == 0
    found = [each for each in ran.document["findings"] if each["code"] == "bad-setting"]
    assert ["第 2 行" in each["message"] for each in found] == [True]
