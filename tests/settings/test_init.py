"""``xlcrm init``: what it makes, what it leaves alone, and that it changes nothing by itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from xlcrm.pipeline.options import Options
from xlcrm.pipeline.team import settings_of_folder
from xlcrm.spec.loader import load_spec
from xlcrm.spec.settings import Settings

SHEETS = ["填写说明", "成员", "字段", "选项", "参数", "客户别名", "需求别名"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_makes_a_folder_with_three_files(run: Any) -> None:
    ran = run("init", "甲/团队", "--format", "json")
    assert ran.code == 0
    assert ran.document == {
        "schema_version": 1,
        "folder": str(Path("甲/团队").absolute()),
        "files": [
            {"path": "团队设置.xlsx", "status": "written"},
            {"path": "客户沟通.xlsx", "status": "written"},
            {"path": "使用说明.txt", "status": "written"},
        ],
    }
    assert sorted(path.name for path in Path("甲/团队").iterdir()) == sorted(
        each["path"] for each in ran.document["files"]
    )


def test_what_is_there_stays(run: Any) -> None:
    run("init", "团队")
    kept = {path: b"mine" for path in Path("团队").iterdir() if path.name != "团队设置.xlsx"}
    for path, content in kept.items():
        path.write_bytes(content)
    settings = Path("团队/团队设置.xlsx").read_bytes()
    ran = run("init", "团队", "--lang", "en")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "is there already, left as it is: 团队/团队设置.xlsx",
        "is there already, left as it is: 团队/客户沟通.xlsx",
        "wrote 团队/how-to.txt",
    ]
    assert Path("团队/团队设置.xlsx").read_bytes() == settings
    assert all(path.read_bytes() == content for path, content in kept.items())


def test_a_file_is_no_folder(run: Any) -> None:
    Path("团队").write_text("x", encoding="utf-8")
    ran = run("init", "团队")
    assert ran.code == 2 and "团队" in ran.err


def test_the_settings_say_what_holds(run: Any, open_book: Any) -> None:
    run("init", "团队")
    book = load_workbook("团队/团队设置.xlsx")
    assert book.sheetnames == [*SHEETS, "下拉列表"]
    spec = load_spec()
    sheets = open_book(Path("团队/团队设置.xlsx"))
    assert {name: len(sheets.rows(name)) for name in SHEETS[1:]} == {
        "成员": 0,
        "字段": sum(len(table.fields) for table in spec.tables.values()),
        "选项": sum(len(each.choices) for each in spec.vocabularies.values()),
        "参数": len(spec.parameters),
        "客户别名": 0,
        "需求别名": 0,
    }
    values = {row["参数键"]: row["值"] for row in sheets.rows("参数")}
    assert values["slow_hours"] == "48" and values["need_share"] == "60%"
    assert values["entry_skip_nonworking"] == "否" and values["language"] == "中文"
    assert values["level_from"] == "优秀=4.5;良好=3.5;一般=2.5"
    assert values["standard_tables"].startswith("客户基础信息库、沟通动态记录表、")
    rules = book["字段"].data_validations.dataValidation
    chosen = {str(rule.sqref)[0] for rule in rules if rule.type == "list" and rule.showErrorMessage}
    assert {sheets.header("字段")["ABCDEFGHIJK".index(each)] for each in chosen} == {
        "表", "类型", "必填", "显示",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_untouched_settings_set_nothing(run: Any, here: Path, language: str) -> None:
    run("init", "团队", "--lang", language)
    options = settings_of_folder(here / "团队", Options(date(2024, 5, 20)), None)
    assert options.notices == ()
    expected = Settings() if language == "zh" else Settings(parameters={"language": "en"})
    assert options.settings.to_state() == {**expected.to_state(), "members": []}
    assert options.language == language


def test_untouched_settings_change_no_workbook(run: Any) -> None:
    run("init", "团队")
    run("new", "--settings", "团队", "-o", "a.xlsx")
    run("new", "-o", "b.xlsx")
    assert Path("a.xlsx").read_bytes() == Path("b.xlsx").read_bytes()
    assert Path("团队/客户沟通.xlsx").read_bytes() == Path("b.xlsx").read_bytes()


def test_untouched_settings_change_no_merge(run: Any) -> None:
    run("demo", "示例")
    before = run("merge", "示例", "-o", "a.xlsx", "--format", "json").document
    run("init", "示例")
    after = run("merge", "示例", "-o", "b.xlsx", "--format", "json").document
    assert after["records"] == before["records"] and after["conflicts"] == before["conflicts"]
    assert [each for each in after["findings"] if each["file"] != "使用说明.txt"] == before[
        "findings"
    ]


def test_in_english(run: Any, open_book: Any) -> None:
    assert run("init", "team", "--lang", "en").code == 0
    book = load_workbook("team/团队设置.xlsx")
    assert book.sheetnames[:3] == ["Guide", "Members", "Fields"]
    row = open_book(Path("team/团队设置.xlsx")).rows("Fields")[0]
    assert list(row.values())[:4] == ["Customer Base", "customer_id", "客户ID", "Customer ID"]
    assert (row["Type"], row["Required"], row["Shown"]) == ("ID", "Yes", "Yes")
    assert "xlcrm merge" in Path("team/how-to.txt").read_text(encoding="utf-8")
    # The team's workbooks are English from now on, whatever the language of the messages.
    run("new", "--settings", "team", "-o", "a.xlsx")
    assert "Communication Log" in load_workbook("a.xlsx").sheetnames


def test_settings_that_lie_elsewhere_are_no_records(run: Any) -> None:
    run("init", "团队")
    Path("团队/团队设置.xlsx").rename("团队/团队设置 (1).xlsx")
    ran = run("merge", "团队", "--format", "json")
    assert ran.code == 0
    (file,) = (each for each in ran.document["files"] if "设置" in each["path"])
    assert file["status"] == "skipped" and ran.document["records"] == {}


def test_new_wants_a_folder_with_settings(run: Any) -> None:
    Path("空").mkdir()
    ran = run("new", "--settings", "空")
    assert ran.code == 2 and "xlcrm init" in ran.err
