"""Parameters, members and aliases, what is said of fields given up, and whose settings hold."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from xlcrm.examination import payload
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.team import settings_of_folder
from xlcrm.spec.settings import Settings

LOG, BASE = "沟通动态记录表", "客户基础信息库"
TALK = {
    "记录ID": "J001",
    "客户名称": "星辰科技",
    "沟通日期": date(2024, 5, 14),
    "沟通方式": "电话",
    "关键内容记录": "客户要求5月底前完成数据对接",
}


def options(team: Any) -> Options:
    return settings_of_folder(team.root, Options(date(2024, 5, 20)), None)


def parameter(key: str, value: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    return "参数", {"参数键": key}, {"值": value}


def talks(team: Any, name: str, *rows: dict[str, Any]) -> None:
    book = team.blank(name, LOG)
    for n, row in enumerate(rows, 1):
        book.add(LOG, {**TALK, "记录ID": f"J{n:03}", **row})
    book.save()


@pytest.mark.parametrize(
    ("key", "written", "value"),
    [
        ("slow_hours", "24小时", 24),
        ("slow_hours", 24, 24),
        ("low_score", "3.5", 3.5),
        ("need_share", "50%", 0.5),
        ("need_share", 0.5, 0.5),
        ("entry_skip_nonworking", "Yes", True),
        ("revisit_days", "大客户=20；普通客户：60", {"VIP客户": 20, "普通客户": 60}),
        ("level_from", "良好=4、优秀=4.8、一般=3", {"优秀": 4.8, "良好": 4, "一般": 3}),
        ("business_phase", "成熟期", "成熟期"),
        ("days_off", "2024年5月6日、2024-05-07", ["2024-05-06", "2024-05-07"]),
        ("standard_tables", "沟通动态记录表", ["communication_log"]),
        ("language", "English", "en"),
        ("slow_hours", None, 48),
    ],
)
def test_a_parameter_is_read_in_its_form(team: Any, key: str, written: Any, value: Any) -> None:
    team.edit(parameter(key, written))
    assert options(team).spec.parameter(key) == value


def test_language_and_standard_tables_hold_unless_others_are_named(team: Any) -> None:
    team.edit(parameter("language", "英文"), parameter("standard_tables", LOG))
    for arguments, sheet in {
        (): "Communication Log",
        ("--lang", "zh"): LOG,
        (BASE,): "Customer Base",
    }.items():
        team.run("new", *arguments, "--settings", team.root, "-o", "a.xlsx")
        assert load_workbook("a.xlsx").sheetnames[1] == sheet
        assert len(load_workbook("a.xlsx").sheetnames) == 3


def test_members_are_known(team: Any) -> None:
    team.edit(
        ("成员", {"姓名": "张伟", "文件名规则": "*张伟*.xlsx", "小组": "一组",
                "编号段": "J001-J199", "开始日期": date(2024, 1, 1),
                "离开日期": date(2024, 5, 31), "接手人": "李娜"}),
        ("成员", {"姓名": "李娜", "编号段": "200～399"}),
    )  # fmt: skip
    assert list(options(team).spec.members) == [
        {
            "name": "张伟",
            "file": "*张伟*.xlsx",
            "team": "一组",
            "starts": "2024-01-01",
            "leaves": "2024-05-31",
            "successor": "李娜",
            "ids": [1, 199],
        },
        {"name": "李娜", "ids": [200, 399]},
    ]


def test_a_members_files_are_known_by_their_pattern(team: Any) -> None:
    team.edit(
        ("成员", {"姓名": "张伟", "文件名规则": "*伟*.xlsx"}),
        ("成员", {"姓名": "李娜", "文件名规则": "华东/*"}),
    )
    (team.root / "华东").mkdir()
    for n, file in enumerate(("小伟的表.xlsx", "华东/记录.xlsx", "别人.xlsx")):
        talks(team, file, {"客户名称": f"客户{n}", "沟通主题": file})
    spec, root = options(team).spec, team.root
    files = [path.relative_to(root).as_posix() for path in root.rglob("*.xlsx")]
    assert {file: spec.member_of(file) for file in files if "设置" not in file} == {
        "小伟的表.xlsx": "张伟",
        "华东/记录.xlsx": "李娜",
        "别人.xlsx": None,
    }
    merged = merge(root, options(team))
    owners = {record.sources[0].file: record.owner for record in merged.picture.records}
    assert owners == {"小伟的表.xlsx": "张伟", "华东/记录.xlsx": "李娜", "别人.xlsx": "别人"}


def test_customers_decided_to_be_one_are_one(team: Any) -> None:
    team.edit(
        ("客户别名", {"别名或客户ID": "星辰公司", "归为": "星辰"}),
        ("客户别名", {"别名或客户ID": "星辰", "归为": "星辰科技"}),
    )
    assert options(team).spec.customer_aliases == {"星辰公司": "星辰科技", "星辰": "星辰科技"}
    talks(team, "a.xlsx", {}, {"客户名称": "星辰公司"}, {"客户名称": "远航物流"})
    ran = team.run("report", team.root, "--month", "2024-05", "--format", "json")
    (figure,) = (each for each in ran.document["metrics"] if each["key"] == "contact_frequency")
    assert figure["current"] == 3 / 2


def test_needs_decided_to_be_one_count_as_one(team: Any) -> None:
    talks(
        team,
        "a.xlsx",
        {"需求标签": "成本控制"},
        {"需求标签": "降本、成本控制", "客户名称": "远航物流"},
        {"需求标签": "数据对接"},
    )
    team.edit(("需求别名", {"需求标签": "降本", "归为": "成本控制"}))
    ran = team.run("report", team.root, "--week", "2024-W20", "--format", "json")
    (top,) = (each for each in ran.document["metrics"] if each["key"] == "top_needs")
    assert [(each["tag"], each["customers"], each["mentions"]) for each in top["current"]] == [
        ("成本控制", 2, 2),
        ("数据对接", 1, 1),
    ]


def test_what_a_dropped_field_ends_is_said(team: Any) -> None:
    (metrics,) = team.edit(("字段", {"表": LOG, "字段键": "replied_at"}, {"显示": "删除"}))
    (rules,) = team.edit(("字段", {"表": LOG, "字段键": "next_contact"}, {"显示": "否"}))
    team.edit(("字段", {"表": LOG, "字段键": "participants"}, {"显示": "删除"}))
    talks(team, "a.xlsx", {})
    told = {f["cell"]: f for f in team.findings() if f["code"] == "field-in-use"}
    assert set(told) == {metrics, rules}
    assert {each["severity"] for each in told.values()} == {"info"}
    said = team.run("merge", team.root, "--lang", "zh").err
    assert "客户回复时间" in said and "平均响应时长" in said and "检查不再进行" in said
    assert "平均响应时长" not in team.run("merge", team.root, "--lang", "zh", "-q").err
    report = team.run("report", team.root, "--week", "2024-W20", "--format", "json").document
    figures = {each["key"]: each for each in report["metrics"]}
    assert figures["avg_response_hours"]["current"] is None
    assert figures["slow_customers"]["current"] is None


def test_a_metric_is_told_while_one_of_its_fields_is_left(team: Any) -> None:
    team.edit(("字段", {"表": "客户关系管理记录表", "字段键": "satisfaction"}, {"显示": "删除"}))
    talks(team, "a.xlsx", {"满意度评分": 4})
    report = team.run("report", team.root, "--week", "2024-W20", "--format", "json").document
    (score,) = (each for each in report["metrics"] if each["key"] == "satisfaction")
    assert score["current"] == 4


def test_the_nearest_settings_hold_for_a_file(team: Any) -> None:
    below = team.root / "华东" / "张伟"
    below.mkdir(parents=True)
    team.edit(("选项", {"列表": "沟通方式", "值": "飞书"}))
    talks(team, "华东/张伟/a.xlsx", {"沟通方式": "飞书"})
    assert team.run("check", below / "a.xlsx").code == 0
    assert team.run("check", below).code == 0
    shutil.copy(below / "a.xlsx", "a.xlsx")
    assert team.run("check", "a.xlsx").code == 1


def test_a_mistake_above_a_file_is_named_from_here(team: Any) -> None:
    talks(team, "a.xlsx", {})
    team.edit(parameter("slow_hours", "两天"))
    ran = team.run("check", team.root / "a.xlsx", "--format", "json")
    assert ran.code == 2
    assert {each["file"] for each in ran.document["findings"]} == {"团队/团队设置.xlsx"}


def test_new_follows_the_current_folders_settings(
    team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.edit(parameter("standard_tables", LOG))
    monkeypatch.chdir(team.root)
    team.run("new", "-o", "a.xlsx", "--lang", "zh")
    assert load_workbook("a.xlsx").sheetnames[1:] == [LOG, "选项"]


def test_a_change_of_settings_is_a_change(team: Any) -> None:
    talks(team, "a.xlsx", {})
    assert team.run("merge", team.root).out.startswith("Master")
    assert team.run("merge", team.root).out.startswith("Nothing")
    team.edit(("字段", {"表": LOG, "字段键": "emotion"}, {"名称": "情绪状态"}))
    assert team.run("merge", team.root).out.startswith("Master")
    assert team.run("merge", team.root).out.startswith("Nothing")


@pytest.mark.parametrize("changed", [False, True])
def test_a_row_the_lead_takes_out_as_the_settings_change_stays_out(
    team: Any, open_book: Any, changed: bool
) -> None:
    rows = [{"客户情绪": "满意"}, {"客户名称": "远航物流", "客户情绪": "不满"}]
    talks(team, "a.xlsx", *rows)
    path = team.run("merge", team.root, "--format", "json").document["master"]
    master = load_workbook(path)
    (row,) = (cells[0].row for cells in master[LOG].iter_rows() if cells[0].value == "J002")
    master[LOG].delete_rows(row)
    master.save(path)
    if changed:
        rows[1]["关键内容记录"] = "客户改了主意"
        book = open_book(team.root / "a.xlsx")
        book.set(LOG, {"记录ID": "J002"}, rows[1])
        book.save()
    team.edit(("字段", {"表": LOG, "字段键": "emotion"}, {"显示": "删除"}))
    assert team.run("merge", team.root, "--format", "json").document["conflicts"] == changed
    assert ("J002" in {row["记录ID"] for row in team.rows(LOG)}) is changed


def test_a_notice_that_has_moved_is_told_where_it_stands(team: Any) -> None:
    (cell,) = team.edit(("字段", {"表": LOG, "字段键": "replied_at"}, {"显示": "删除"}))
    talks(team, "a.xlsx", {})
    assert cell in {each["cell"] for each in team.findings("merge", team.root)}
    book = team.settings
    book.book["字段"].insert_rows(book.first)
    book.save()
    assert cell not in {each["cell"] for each in team.findings("merge", team.root)}


def test_settings_travel_as_plain_data(team: Any) -> None:
    team.edit(
        ("字段", {"表": LOG, "字段键": "budget", "名称": "预算", "类型": "数字", "位置": 2}),
        ("选项", {"列表": "沟通方式", "值": "飞书", "停用日期": date(2025, 1, 1)}),
        ("成员", {"姓名": "张伟", "编号段": "1-9"}),
        parameter("revisit_days", "VIP客户=20"),
    )
    settings = options(team).settings
    given = json.loads(payload(Path("a.xlsx"), "a.xlsx", settings)["settings"])
    assert Settings(**given).to_state() == json.loads(json.dumps(settings.to_state()))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sheets_and_columns_renamed_or_without_marks_are_known(team: Any, language: str) -> None:
    (team.root / "团队设置.xlsx").unlink()
    team.run("init", team.root, "--lang", language)
    book = team.settings
    labels = {"zh": ("参数", "值", "参数键"), "en": ("Parameters", "Value", "Key")}[language]
    book.set(labels[0], {labels[2]: "slow_hours"}, {labels[1]: "24"})
    book.book[labels[0]].title = "改过名的表"
    book.save()
    assert options(team).spec.parameter("slow_hours") == 24
    plain = load_workbook(book.path)
    for sheet in plain.worksheets:
        plain.remove(sheet)
    copied = plain.create_sheet("抄来的")
    for row in book.book["改过名的表"].iter_rows(min_row=book.first - 1, values_only=True):
        copied.append(row)
    plain.save(book.path)
    assert options(team).spec.parameter("slow_hours") == 24
