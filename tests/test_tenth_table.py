"""A table, or a field, that is only declared goes the whole way: new, fill, check, merge."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

ROOT = Path(__file__).parents[1]

LIST = """
label = {zh = "样品寄送表", en = "Samples"}
position = 20
layout = "list"
document = ""
id = "sample_id"
natural_key = ["customer", "sent_on", "sample"]
identity = [["customer"], ["sent_on", "sample"]]
date = "sent_on"
owner = "owner"
rules = [
  {rule = "order", earlier = "sent_on", later = "received_on"},
  {rule = "required-if", field = "state", in = ["已签收"], needs = ["received_on"]},
]
fields = [
  {key = "sample_id", zh = "寄样编号", en = "Sample no.", type = "id", prefix = "Y", digits = 3},
  {key = "customer_id", use = true, required = true},
  {key = "sample", zh = "样品", en = "Sample", type = "name", required = true},
  {key = "sent_on", zh = "寄出日期", en = "Sent on", type = "date", required = true},
  {key = "received_on", zh = "签收日期", en = "Received on", type = "date"},
  {key = "pieces", zh = "件数", en = "Pieces", type = "integer", min = 1, max = 99},
  {key = "state", zh = "寄送状态", en = "State", type = "choice", list = "sample_state"},
  {key = "owner", use = true},
]
"""

FORM = """
label = {zh = "展会登记表", en = "Trade Fair"}
position = 21
layout = "form"
document = ""
natural_key = ["customer", "met_at"]
date = "met_at"
sections = [{key = "who", zh = "来访", en = "Visitor"}, {key = "what", zh = "内容", en = "Subject"}]
[[fields]]
key = "customer_name"
use = true
section = "who"
required = true

[[fields]]
key = "met_at"
zh = "来访时间"
en = "Met at"
type = "datetime"
section = "who"
required = true

[[fields]]
key = "wishes"
zh = "关注产品"
en = "Interests"
type = "items"
section = "what"
wide = true

[[fields]]
key = "priority"
zh = "优先级"
en = "Priority"
type = "choice"
list = "priority"
ticks = true
section = "what"
wide = true
"""

STATES = """
[sample_state]
label = {zh = "寄送状态", en = "Sample state"}
open = false
choices = [
  {value = "已寄出", en = "Sent"},
  {value = "已签收", en = "Received", aliases = ["签收"]},
]
"""

REGION = '  {key = "region", zh = "所在大区", en = "Region", type = "name"},\n'


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with both tables declared, and a field added to another."""
    copy = tmp_path_factory.mktemp("program")
    shutil.copytree(ROOT / "xlcrm", copy / "xlcrm", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "templates", copy / "templates")
    tables = copy / "templates" / "tables"
    (tables / "samples.toml").write_text(LIST, encoding="utf-8")
    (tables / "trade_fair.toml").write_text(FORM, encoding="utf-8")
    log = tables / "communication_log.toml"
    text = log.read_text(encoding="utf-8")
    log.write_text(text.replace("fields = [\n", "fields = [\n" + REGION, 1), encoding="utf-8")
    with (copy / "templates" / "vocabularies.toml").open("a", encoding="utf-8") as lists:
        lists.write(STATES)
    return copy


def xlcrm(program: Path, *arguments: str, code: int = 0) -> str:
    env = {**os.environ, "PYTHONPATH": str(program), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "xlcrm", *arguments]
    ran = subprocess.run(command, capture_output=True, cwd=program, env=env, check=False)
    assert ran.returncode == code, ran.stderr.decode("utf-8")
    return ran.stdout.decode("utf-8")


def beside(sheet: Worksheet, label: str) -> tuple[int, int]:
    """Return the cell to the right of a label, beyond the cells merged with it."""
    (cell,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == label)
    spans = (span for span in sheet.merged_cells.ranges if cell.coordinate in span)
    return cell.row, next((span.max_col for span in spans), cell.column) + 1


def fill_row(sheet: Worksheet, row: int, values: dict[str, Any]) -> None:
    labels = {cell.value: cell.column for cell in sheet[3]}
    for label, value in values.items():
        sheet.cell(row, labels[label], value)


def rows_of(master: Path, label: str) -> list[dict[str, Any]]:
    _, header, *rows = load_workbook(master, read_only=True)[label].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_declared_tables_and_fields_go_the_whole_way(program: Path) -> None:
    team = program / "team"
    team.mkdir()
    file = "team/王芳.xlsx"
    xlcrm(program, "new", "samples", "展会登记表", "communication_log", "-o", file)

    workbook = load_workbook(program / file)
    assert {"样品寄送表", "展会登记表", "沟通动态记录表"} <= set(workbook.sheetnames)
    samples = workbook["样品寄送表"]
    assert [cell.value for cell in samples[3]] == [
        "寄样编号", "客户ID", "样品", "寄出日期", "签收日期", "件数", "寄送状态", "负责人",
    ]  # fmt: skip
    good = {"寄样编号": "Y001", "客户ID": "C001", "样品": "阀门", "寄出日期": date(2024, 5, 13)}
    fill_row(samples, 4, {**good, "件数": 3, "寄送状态": "已寄出"})
    fill_row(samples, 5, {**good, "寄样编号": "Y002", "寄送状态": "签收"})
    fill_row(samples, 6, {**good, "寄样编号": "Y003", "签收日期": date(2024, 5, 12), "件数": 100})
    form = workbook["展会登记表"]
    form.cell(*beside(form, "客户名称"), "星辰科技")
    form.cell(*beside(form, "来访时间"), "2024年5月13日14:30")
    form.cell(*beside(form, "关注产品"), "1.阀门 2.泵")
    (middle,) = (cell for row in form.iter_rows() for cell in row if cell.value == "中")
    middle.offset(column=-1).value = "☑"
    talk = {"记录ID": "J001", "客户名称": "星辰科技", "沟通日期": date(2024, 5, 13)}
    talk |= {"沟通方式": "电话", "关键内容记录": "寄样", "所在大区": "华东"}
    fill_row(workbook["沟通动态记录表"], 4, talk)
    workbook.save(program / file)

    found = json.loads(xlcrm(program, "check", file, "--format", "json", code=1))["findings"]
    told = {(each["table"], each["code"], each["cell"]) for each in found}
    assert told == {
        ("samples", "normalised", "G5"),
        ("samples", "conditional-required", "E5"),
        ("samples", "date-order", "E6"),
        ("samples", "out-of-range", "F6"),
        ("trade_fair", "normalised", form.cell(*beside(form, "来访时间")).coordinate),
    }

    merged = json.loads(xlcrm(program, "merge", "team", "--format", "json"))
    assert merged["records"] == {"communication_log": 1, "samples": 3, "trade_fair": 1}
    master = Path(merged["master"])
    assert [(row["寄样编号"], row["寄送状态"]) for row in rows_of(master, "样品寄送表")] == [
        ("Y001", "已寄出"),
        ("Y002", "已签收"),
        ("Y003", None),
    ]
    (visit,) = rows_of(master, "展会登记表")
    assert visit["来访时间"].isoformat() == "2024-05-13T14:30:00"
    assert visit["关注产品"] == "1. 阀门\n2. 泵" and visit["优先级"] == "中"
    (row_of_log,) = rows_of(master, "沟通动态记录表")
    assert row_of_log["所在大区"] == "华东"
