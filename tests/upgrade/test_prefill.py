"""``new --from --owner``: a person's customers and what is open with them, and the next own id."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from xlcrm.cli.main import main
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.pipeline.prefills import prefilled_workbook
from xlcrm.spec.loader import load_spec
from xlcrm.spec.settings import Settings
from xlcrm.template_workbook import write_workbook
from xlcrm.validation.open_matters import is_open

SPEC = load_spec()
BASE, LOG, ISSUE, FORM = (
    "customer_base",
    "communication_log",
    "issue_tracking",
    "communication_record",
)
MEMBERS = (
    {"name": "张伟", "file": "张伟*", "ids": [100, 199]},
    {"name": "李娜", "file": "李娜*", "ids": [200, 299]},
    {"name": "王芳", "leaves": "2024-05-01", "successor": "张伟"},
    {"name": "赵磊", "leaves": "2024-06-01", "successor": "张伟"},
    {"name": "何欣"},
)
OPTIONS = Options(date(2024, 5, 20), settings=Settings(members=MEMBERS))


def customer(number: int, owner: str | None) -> dict[str, Any]:
    row = {
        "customer_id": f"C{number}",
        "customer_name": f"公司{number}",
        "customer_type": "潜在客户",
    }
    return row | ({"owner": owner} if owner else {})


def talk(number: int, **values: Any) -> dict[str, Any]:
    row = {
        "record_id": f"J{number}",
        "customer_id": "C100",
        "date": "2024-05-14",
        "channel": "电话",
    }
    return {**row, "content": f"谈价格{number}", **values}


def issue(number: int, **values: Any) -> dict[str, Any]:
    return {
        "issue_id": f"202405{number}",
        "customer_name": "公司100",
        "description": f"报表{number}",
        "reported_on": "2024-05-13",
        "issue_category": "产品",
        "owner": "技术部",
        "progress": "处理中",
        **values,
    }


DONE = {"progress": "已完成", "solution": "补丁", "completed_on": "2024-05-15"}
ACTIONS = [{"action": "发方案", "done": "2024-05-15"}, {"action": "签合同", "due": "2024-06-01"}]
FORMS = [
    {"customer_name": "公司100", "time": "2024-05-13T09:00", "channel": "面谈", "actions": ACTIONS},
    {
        "customer_name": "公司100",
        "time": "2024-05-12T09:00",
        "channel": "面谈",
        "actions": ACTIONS[:1],
    },
]
FILES: dict[str, dict[str, list[dict[str, Any]]]] = {
    "张伟.xlsx": {
        BASE: [customer(100, None), customer(101, None)],
        LOG: [
            talk(105, status="待跟进", next_action="发方案", action_due="2024-05-25"),
            talk(106, status="已确认", next_action="签合同", action_due="2024-05-25"),
            talk(107),
            talk(108, next_action="回电话"),
            talk(109, next_action="回电话", action_done="2024-05-15"),
            talk(110, next_action="回电话", owner="李娜"),
        ],
        FORM: FORMS,
    },
    "李娜.xlsx": {
        BASE: [customer(200, None)],
        LOG: [talk(201, customer_id="C200", status="待跟进")],
    },
    "旧/王芳.xlsx": {
        BASE: [customer(300, "王芳")],
        LOG: [talk(301, owner="王芳", customer_id="C300", status="待跟进")],
    },
    "团队.xlsx": {BASE: [customer(400, "赵磊")], ISSUE: [issue(101), issue(102, **DONE)]},
}


@pytest.fixture
def team(tmp_path: Path) -> Path:
    root = tmp_path / "team"
    for name, records in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        tables = [SPEC.tables[key] for key in records]
        write_workbook(path, tables, SPEC, "zh", created=datetime(2024, 5, 16), records=records)
    return root


def made(team: Path | None, owner: str, path: Path, *names: str, **given: Any) -> Any:
    return prefilled_workbook(owner, team, names, path, given.pop("options", OPTIONS), **given)


def values(path: Path, table: str, key: str) -> list[Any]:
    readings = check([path], OPTIONS).readings
    return [r.values.get(key) for each in readings for r in each.records if r.table == table]


def test_customers_and_open_matters_stand_in_it(team: Path, tmp_path: Path) -> None:
    path = tmp_path / "新.xlsx"
    result = made(team, "张伟", path)
    assert values(path, BASE, "customer_id") == ["C100", "C101", "C300"]
    assert values(path, LOG, "record_id") == ["J105", "J108", "J301"]
    assert values(path, ISSUE, "issue_id") == ["202405101"]  # of an own customer, nobody else's
    assert values(path, FORM, "time") == ["2024-05-13T09:00"]
    assert result.records == {BASE: 3, LOG: 3, ISSUE: 1, FORM: 1}
    sheets = load_workbook(path).sheetnames
    assert "客户回访沟通记录表" in sheets and "客户沟通记录表 (2)" in sheets  # a blank one more


def test_a_leavers_matters_come_when_they_have_left(team: Path, tmp_path: Path) -> None:
    path = tmp_path / "新.xlsx"
    made(team, "张伟", path, options=replace(OPTIONS, as_of=date(2024, 6, 2)))
    assert sorted(values(path, BASE, "customer_id")) == ["C100", "C101", "C300", "C400"]
    made(team, "李娜", path)
    assert values(path, BASE, "customer_id") == ["C200"]
    assert sorted(values(path, LOG, "record_id")) == ["J110", "J201"]


def next_id(path: Path, sheet: str) -> str:
    """The formula's stored value, as every program shows it until it computes."""
    return str(load_workbook(path, data_only=True)[sheet]["A1"].value)


def test_the_next_id_is_of_the_own_range_and_nobodys_yet(team: Path, tmp_path: Path) -> None:
    path = tmp_path / "新.xlsx"
    made(team, "张伟", path)
    assert next_id(path, "沟通动态记录表") == "J111"  # J110 is closed or another's, and taken
    assert next_id(path, "客户基础信息库") == "C102"
    made(None, "李娜", path, "沟通动态记录表")
    assert next_id(path, "沟通动态记录表") == "J200"
    made(team, "何欣", path)
    assert next_id(path, "沟通动态记录表") == "J302"  # no range: behind all that are taken


def test_merged_beside_the_others_nothing_changes(team: Path, tmp_path: Path) -> None:
    before = merge(team, OPTIONS)
    said = {r.id: (r.values, r.owner) for r in before.picture.records}
    made(team, "张伟", team / "张伟_新.xlsx")
    after = merge(team, OPTIONS)
    assert after.document["conflicts"] == 0 and after.document["duplicates"] == 8
    assert {r.id: (r.values, r.owner) for r in after.picture.records} == said


def test_what_a_merge_knows_is_not_read_again(
    team: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge(team, OPTIONS)
    path = tmp_path / "新.xlsx"
    monkeypatch.setattr("xlcrm.examination.examine", None)
    assert made(team, "张伟", path).records[BASE] == 3


def test_what_was_not_understood_and_own_columns_stand_there_too(
    team: Path, tmp_path: Path
) -> None:
    file = team / "张伟.xlsx"
    book = load_workbook(file)
    sheet = book["沟通动态记录表"]
    columns = {cell.value: cell.column for cell in sheet[3]}
    sheet.cell(4, columns["沟通方式"], "传真")
    sheet.cell(3, max(columns.values()) + 1, "我的列")
    sheet.cell(4, max(columns.values()) + 1, "重要")
    book.save(file)
    path = team / "张伟_新.xlsx"
    made(team, "张伟", path)
    readings = {each.file: each for each in check([team], OPTIONS).readings}
    (record,) = (r for r in readings["张伟_新.xlsx"].records if r.values.get("record_id") == "J105")
    assert record.raw == {"channel": "传真"} and record.extras == {"我的列": "重要"}
    assert merge(team, OPTIONS).document["conflicts"] == 0


@pytest.mark.parametrize("name", ["张韦", "nobody"])
def test_an_unknown_name_is_refused_with_those_that_are_near(
    team: Path, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UsageError) as raised:
        made(team, name, tmp_path / "新.xlsx")
    assert raised.value.code == "unknown-owner" and raised.value.words["name"] == name
    assert "张伟" in raised.value.words["names"] if name == "张韦" else raised.value.words["names"]
    assert not (tmp_path / "新.xlsx").exists()


def test_no_file_of_the_team_is_replaced(team: Path) -> None:
    before = (team / "张伟.xlsx").read_bytes()
    with pytest.raises(UsageError, match="output-is-input"):
        made(team, "张伟", team / "张伟.xlsx")
    assert (team / "张伟.xlsx").read_bytes() == before


OPEN: list[tuple[str, dict[str, Any], bool]] = [
    (LOG, {"content": "谈价格"}, False),
    (LOG, {"status": "待跟进"}, True),
    (LOG, {"status": "暂缓", "action_due": "2024-05-25"}, False),
    (LOG, {"action_due": "2024-05-25"}, True),
    (LOG, {"action_due": "2024-05-25", "action_done": "2024-05-24"}, False),
    (ISSUE, {"progress": "待处理"}, True),
    (ISSUE, {"progress": "处理中", "completed_on": "2024-05-24"}, False),
    (ISSUE, {**DONE, "second_due": "2024-06-01"}, True),
    (ISSUE, {**DONE, "second_due": "2024-06-01", "second_result": "满意"}, False),
    (FORM, {"actions": ACTIONS}, True),
    (FORM, {"actions": ACTIONS[:1]}, False),
    ("multichannel_record", {"actions": ACTIONS, "status": "已确认"}, False),
    ("crm_record", {"follow_up_due": "2024-06-01"}, True),
    ("revisit_record", {"feedback": "好"}, False),
]


@pytest.mark.parametrize(("table", "values", "expected"), OPEN)
def test_what_is_open(table: str, values: dict[str, Any], expected: bool) -> None:
    assert is_open(SPEC.tables[table], values, {}) == expected


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> Run:
    """Runs ``xlcrm`` in a folder of its own."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["xlcrm", *arguments, "--as-of", "2024-05-20"])
        with pytest.raises(SystemExit) as ended:
            main()
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, out.decode(), err.decode()

    return run


def test_the_commands(team: Path, run: Run) -> None:
    code, out, err = run("new", "--from", "team", "--owner", "张伟", "-o", "a.xlsx")
    assert (code, err) == (0, "") and out.splitlines()[0] == "wrote a.xlsx"
    code, out, _ = run("new", "--from", "team", "--owner", "张伟", "--format", "json")
    assert json.loads(out)["records"][LOG] == 2 and Path("客户沟通.xlsx").exists()
    code, out, err = run("new", "--from", "team", "--owner", "张韦")
    assert (code, out) == (2, "") and "张伟" in err
    code, _, err = run("new", "--from", "team")
    assert code == 2 and "--owner" in err
    (team / "坏.xlsx").write_bytes(b"PK\x03\x04")
    code, out, _ = run("new", "--from", "team", "--owner", "张伟", "-o", "a.xlsx")
    assert code == 3 and "坏.xlsx" in out

    code, out, _ = run("upgrade", "team/张伟.xlsx", "team/坏.xlsx", "--format", "json")
    document = json.loads(out)
    assert code == 3 and list(document) == ["schema_version", "files", "findings"]
    upgraded, rejected = document["files"]
    assert upgraded["status"] == "upgraded" and upgraded["records"] == 10
    assert Path(upgraded["workbook"]) == team / "张伟_新模板.xlsx"
    assert (rejected["status"], rejected["workbook"]) == ("rejected", None) and rejected["reason"]
    code, out, _ = run("upgrade", "a.xlsx", "-o", "new")
    assert (code, out) == (0, "a.xlsx → new/a.xlsx (6 records)\n")
    merge(team, OPTIONS)
    code, out, _ = run("upgrade", "team/汇总/客户沟通汇总.xlsx")
    assert code == 0 and "客户沟通汇总.xlsx:" in out
    for wrong in (["team"], ["没有.xlsx"], ["a.xlsx", "-o", "."]):
        code, out, err = run("upgrade", *wrong)
        assert (code, out) == (2, "") and err.startswith("Error: ")
