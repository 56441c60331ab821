"""``xlcrm export``: the ledger as Parquet, CSV and tables of a database, and reports made of it."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sqlite3
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.dataset
import pyarrow.parquet
import pytest

from xlcrm.export import csv_form
from xlcrm.export.contents import OWN_TABLES, schema
from xlcrm.pipeline import export_places, exports
from xlcrm.pipeline.exported import exported
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options
from xlcrm.scratch import part_of
from xlcrm.spec.loader import load_spec

ROOT = Path(__file__).parents[2]
AS_OF = ("--as-of", "2024-05-20")
TRICKY = ["=1+1", "+86", "-1", "@SUM(A1)", "'=1", "　＝HYPERLINK", "a;=1", "b\n=2", '"=1"', "\t=1"]
TALKS = [
    {
        "record_id": f"J{n:03d}",
        "customer_name": "星辰科技",
        "date": day,
        "channel": "电话",
        "content": content,
    }
    for n, (day, content) in enumerate(
        [("2024-04-30", "谈价格"), ("2024-05-14", "谈合同"), ("2024-05-16", "谈交付")], 101
    )
]


def database(name: str = "库.db") -> str:
    return f"sqlite:///{name}"


def rows(name: str, table: str) -> list[dict[str, Any]]:
    """What another program reads in a table of a SQLite file."""
    with sqlite3.connect(name) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]


def contents(folder: Path) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def three_talks(folder: Any) -> Any:
    folder.put("张伟.xlsx", {"communication_log": TALKS})
    return folder


# --- what is written ---


@pytest.fixture
def every_kind(folder: Any) -> Any:
    """A folder with values of every kind of column."""
    log = {
        **TALKS[0],
        "need_tags": ["成本控制", "数据对接"],
        "satisfaction": 4.5,
        "sent_at": "2024-04-30T09:05",
        "recorded_at": "2024-04-30",
        "good_case": True,
        "emotion": "=犹豫",
        "talk_category": "闲聊",
    }
    form = {
        "customer_name": "星辰科技",
        "time": "2024-05-14T14:30/2024-05-14T15:10",
        "channel": "面谈",
        "needs": ["缩短周期", "=降价"],
        "conclusions": "-同意",
        "actions": [{"action": "发方案", "owner": "张伟", "due": "2024-05-20"}],
    }
    crm = {
        "customer_name": "星辰科技",
        "last_interaction": "2024-05-10",
        "channel": "电话",
        "summary": "见面",
        "owner": "张伟",
        "follow_up_due": {"date": "2024-05-25", "text": "发方案"},
    }
    base = {"customer_id": "C001", "customer_name": "星辰科技", "customer_type": "潜在客户"}
    folder.put(
        "张伟.xlsx",
        {
            "customer_base": [{**base, "deals": 3}],
            "communication_log": [log],
            "crm_record": [crm],
            "communication_record": [form],
        },
    )
    return folder


def test_a_dataset_has_typed_columns_a_month_a_part(every_kind: Any, run: Any) -> None:
    assert run("export", "团队", "--to", "导出", *AS_OF).code == 0
    talks = pyarrow.dataset.dataset("导出/communication_log", partitioning="hive")
    (talk,) = talks.to_table().to_pylist()
    assert (talk["date"], talk["month"]) == (date(2024, 4, 30), "2024-04")
    assert (talk["satisfaction"], talk["need_tags"]) == (4.5, ["成本控制", "数据对接"])
    assert (talk["sent_at"], talk["emotion"]) == (datetime(2024, 4, 30, 9, 5), "=犹豫")
    # What the columns can't hold, a day where a moment is meant, is kept as it is.
    assert talk["recorded_at"] == datetime(2024, 4, 30)
    assert json.loads(talk["_exact"]) == {"recorded_at": "2024-04-30"}
    (form,) = (
        pyarrow.dataset.dataset("导出/communication_record", partitioning="hive")
        .to_table()
        .to_pylist()
    )
    assert (form["time"], form["time_end"]) == (
        datetime(2024, 5, 14, 14, 30),
        datetime(2024, 5, 14, 15, 10),
    )
    assert json.loads(form["actions"])[0]["due"] == "2024-05-20"
    (crm,) = pyarrow.dataset.dataset("导出/crm_record", partitioning="hive").to_table().to_pylist()
    assert (crm["follow_up_due"], crm["follow_up_due_text"]) == (date(2024, 5, 25), "发方案")
    (customer,) = pyarrow.parquet.read_table("导出/customer_base").to_pylist()
    assert (customer["customer_id"], customer["deals"], customer["_customer"]) == (
        "C001",
        3,
        "C001",
    )


def test_every_row_names_its_file_sheet_row_and_cells(every_kind: Any, run: Any) -> None:
    run("export", "团队", "--to", database(), *AS_OF)
    places = {row["table_name"]: row for row in rows("库.db", "xlcrm_sources")}
    talk, form = places["communication_log"], places["communication_record"]
    assert (talk["file"], talk["sheet"], talk["row_number"]) == ("张伟.xlsx", "沟通动态记录表", 4)
    assert json.loads(talk["cells"])["record_id"] == "A4"
    assert form["row_number"] is None and "actions.1.due" in json.loads(form["cells"])
    keys = {row["_key"] for row in rows("库.db", "communication_log")}
    found = [row for row in rows("库.db", "xlcrm_findings") if row["code"] == "not-in-list"]
    assert found and {row["record_key"] for row in found} == keys
    assert {row["cell"] for row in found} == {json.loads(talk["cells"])["talk_category"]}


def test_csv_opens_in_excel_and_holds_no_formula(folder: Any, run: Any) -> None:
    texts = [{**TALKS[0], "record_id": f"J{n:03d}", "content": t} for n, t in enumerate(TRICKY, 1)]
    folder.put("张伟.xlsx", {"communication_log": texts})
    run("export", "团队", "--to", "表", "--as", "csv", *AS_OF)
    raw = Path("表/communication_log.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with Path("表/communication_log.csv").open(encoding="utf-8-sig", newline="") as file:
        written = {row["record_id"]: row["content"] for row in csv.DictReader(file)}
    for text in written.values():
        assert not re.match(r"\s*[=+\-@＝＋－＠]", text), text
    # No cell ends at another sign where a list is separated by semicolons or tabs.
    assert b'"a;=1"' in raw and b'"b\n=2"' in raw
    back = {f"J{n:03d}": text.strip() for n, text in enumerate(TRICKY, 1)}
    assert {key: csv_form._text(text) for key, text in written.items()} == back


def test_a_second_export_makes_tables_equal_the_ledger(three_talks: Any, run: Any) -> None:
    to = ("--to", database(), "--format", "json", *AS_OF)
    assert run("export", "团队", *to).document["removed"] == 0
    first = {table: rows("库.db", table) for table in ("communication_log", "xlcrm_sources")}
    log = "communication_log"
    with sqlite3.connect("库.db") as connection:
        connection.execute("CREATE TABLE 动静 (what, id)")
        for what in ("INSERT", "UPDATE", "DELETE"):
            row = "old" if what == "DELETE" else "new"
            connection.execute(
                f"CREATE TRIGGER t{what} AFTER {what} ON {log} BEGIN "
                f"INSERT INTO 动静 VALUES ('{what}', {row}.record_id); END"
            )
        connection.execute(f"ALTER TABLE {log} ADD COLUMN 我的备注 TEXT")
        connection.execute(f"UPDATE {log} SET 我的备注 = '重要' WHERE record_id = 'J102'")
        connection.execute("DELETE FROM 动静")
    run("export", "团队", *to)
    assert rows("库.db", "动静") == []  # nothing changed: nothing is written
    three_talks.put("张伟.xlsx", {log: [TALKS[1], {**TALKS[2], "content": "交付推迟"}]})
    assert run("export", "团队", *to).document["removed"] == 1
    done = {(row["what"], row["id"]) for row in rows("库.db", "动静")}
    assert done >= {("DELETE", "J101"), ("UPDATE", "J103")} and ("DELETE", "J102") not in done
    now = {row["record_id"]: row for row in rows("库.db", log)}
    assert {key: row["content"] for key, row in now.items()} == {
        "J102": "谈合同",
        "J103": "交付推迟",
    }
    assert now["J102"]["我的备注"] == "重要"  # a column that no export made stays
    assert len(first[log]) == 3 and len(rows("库.db", "xlcrm_sources")) == 2


def test_an_export_that_fails_leaves_what_was_there(
    three_talks: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("export", "团队", "--to", database(), *AS_OF)
    with sqlite3.connect("库.db") as connection:
        connection.execute(
            "CREATE TRIGGER 不 BEFORE INSERT ON xlcrm_files BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    before = rows("库.db", "communication_log")
    three_talks.put("张伟.xlsx", {"communication_log": TALKS[:1]})
    three_talks.put("李娜.xlsx", {"communication_log": [{**TALKS[1], "record_id": "J900"}]})
    ran = run("export", "团队", "--to", database(), *AS_OF)
    assert ran.code == 2 and "unchanged" in ran.err
    assert rows("库.db", "communication_log") == before

    run("export", "团队", "--to", "表", "--as", "csv", *AS_OF)
    files, write = contents(Path("表")), csv_form.write_table

    def full(home: Path, table: Any) -> None:
        if table.name == "xlcrm_files":
            raise OSError(28, "No space left on device")
        write(home, table)

    monkeypatch.setattr(csv_form, "write_table", full)
    three_talks.put("李娜.xlsx", {"communication_log": [{**TALKS[1], "record_id": "J901"}]})
    assert run("export", "团队", "--to", "表", *AS_OF).code == 2
    assert contents(Path("表")) == files
    assert not [path.name for path in Path().iterdir() if path.name.startswith(".表")]


def test_a_folder_is_replaced_whole_even_by_a_killed_run(three_talks: Any, run: Any) -> None:
    part = part_of(Path("导出").absolute()).name
    left = Path(part.replace(f"-{os.getpid()}-", "-4999999-"))  # a run was killed while it wrote
    left.mkdir()
    (left / "communication_log.csv").write_text("half")
    run("export", "团队", "--to", "导出", "--as", "csv", *AS_OF)
    assert not left.exists()
    files = contents(Path("导出"))
    Path("导出").rename(".导出.before")  # another was killed between its two last steps
    report = run("report", "--from", "导出", *AS_OF)
    assert report.code == 0 and contents(Path("导出")) == files
    run("export", "团队", "--to", "导出", *AS_OF)
    assert contents(Path("导出")) == files  # csv, as the export that was there, byte for byte
    run("export", "团队", "--to", "导出", "--as", "parquet", *AS_OF)
    assert not list(Path("导出").glob("*.csv")) and Path("导出/communication_log").is_dir()


def test_fields_of_a_team_come_and_go(three_talks: Any, run: Any) -> None:
    """A column that a team's settings add or change in kind is added, one they drop is dropped."""
    from xlcrm.export.columns import Column, TableData
    from xlcrm.export.contents import FIELDS, INFO
    from xlcrm.export.database import Database

    def write(**kinds: Any) -> None:
        columns = [Column("_key", "text"), *(Column(name, kind) for name, kind in kinds.items())]
        table = TableData("t", columns, ("_key",), [("a", *(None for _ in kinds))])
        said = [
            ("t", column.name, n, column.kind, None, None, None) for n, column in enumerate(columns)
        ]
        tables = [table, TableData(FIELDS.name, FIELDS.columns, FIELDS.key, said), INFO]
        Database(database()).write(tables, tables)

    write(x="text", y="integer")
    write(y="date", z="list")
    with sqlite3.connect("库.db") as connection:
        kinds = {row[1]: row[2] for row in connection.execute("PRAGMA table_info(t)")}
    assert kinds == {"_key": "TEXT", "y": "DATE", "z": "TEXT"}


# --- where it may be written ---


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("团队/导出", "where people fill"),
        ("sqlite:///团队/库.db", "where people fill"),
        ("别的", "holds something else"),
        ("mysql://root:geheim@host/db", "no database that can be used"),
        ("sqlite:///别的/库.db", "another program"),
    ],
)
def test_nothing_else_is_written_over(three_talks: Any, run: Any, to: str, says: str) -> None:
    Path("别的").mkdir()
    Path("别的/note.txt").write_text("mine")
    with sqlite3.connect("别的/库.db") as connection:
        connection.execute("CREATE TABLE xlcrm_files (path)")
    ran = run("export", "团队", "--to", to, *AS_OF)
    assert ran.code == 2 and says in ran.err and "geheim" not in ran.out + ran.err
    assert Path("别的/note.txt").read_text() == "mine"


def test_what_is_for_the_lead_is_kept_from_the_team(three_talks: Any, run: Any) -> None:
    for to in (("导出",), (database(),)):
        run("export", "团队", "--to", *to, *AS_OF)
        ran = run("export", "团队", "--to", *to, "--audience", "team", *AS_OF)
        assert ran.code == 2 and "lead's export" in ran.err
    run("export", "团队", "--to", "团队版", "--audience", "team", *AS_OF)
    assert "for the team" in run("export", "团队", "--to", "团队版", *AS_OF).err
    assert "for the team" in run("report", "--from", "团队版", *AS_OF).err


def test_nothing_private_is_exported_for_the_team(
    folder: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = {"customer_type": "意向客户", "contact": "*经理"}
    hidden = "海岳重工集团有限公司"
    folder.put(
        "刘洋/海岳重工.xlsx",
        {
            "customer_base": [
                {"customer_id": "C001", "customer_name": "云帆教育", **base, "contact": "王小芳"},
                {"customer_id": "C002", "customer_name": hidden, **base, "confidentiality": "保密"},
            ],
            "communication_log": [
                {**TALKS[0], "customer_name": "云帆教育", "content": "电话13912345678,王小芳接"},
                {**TALKS[1], "content": "并购谈判进入尽调阶段", "confidentiality": "保密"},
                {**TALKS[2], "customer_name": hidden, "content": "海岳重工要报价"},
            ],
        },
    )
    secrets = ("13912345678", "王小芳", hidden, "海岳重工", "并购谈判")
    for to, *form in (("团队版",), (database("团队版.db"),)):
        assert run("export", "团队", "--to", to, *form, "--audience", "team", *AS_OF).code == 0
    for said in (texts_of(Path("团队版")), texts_of(Path("团队版.db"))):
        assert not [text for text in secrets if text in said]
        assert "C002要报价" in said and "J102" not in said
    run("export", "团队", "--to", "导出", *AS_OF)
    assert all(text in texts_of(Path("导出")) for text in secrets)
    # Should any of the masking fail, what is private does not get out.
    monkeypatch.setattr(exports, "cleared", lambda data, _: data)
    ran = run("export", "团队", "--to", "leck", "--audience", "team", *AS_OF)
    assert ran.code == 2 and "communication_log" in ran.err and not Path("leck").exists()


def texts_of(place: Path) -> str:
    """All that anybody can read in an export."""
    if place.is_file():
        with sqlite3.connect(place) as connection:
            return "\n".join(connection.iterdump())
    return "\n".join(
        str(pyarrow.parquet.read_table(path).to_pylist()) for path in place.rglob("*.parquet")
    )


def test_a_master_with_a_password_is_not_exported_in_plain(three_talks: Any, run: Any) -> None:
    Path("密码.txt").write_text("秘密", "utf-8")
    secret = ("--password-file", "密码.txt", *AS_OF)
    run("merge", "团队", "--encrypt", *secret)
    ran = run("export", "团队", "--to", "导出", *secret)
    assert ran.code == 2 and "password" in ran.err and not Path("导出").exists()


@pytest.mark.parametrize(
    ("to", "library", "extra"),
    [
        ("导出", "pyarrow", "parquet"),
        (database(), "sqlalchemy", "sql"),
        ("postgresql://h/d", "psycopg", "sql"),
    ],
)
def test_a_missing_library_is_named_before_anything_is_done(
    three_talks: Any, run: Any, monkeypatch: pytest.MonkeyPatch, to: str, library: str, extra: str
) -> None:
    found = export_places.find_spec
    monkeypatch.setattr(
        export_places, "find_spec", lambda name: found(name) if name != library else None
    )
    ran = run("export", "团队", "--to", to, *AS_OF)
    assert ran.code == 2 and f"xlcrm[{extra}]" in ran.err
    assert not Path("团队/汇总").exists()
    assert extra in (ROOT / "pyproject.toml").read_text("utf-8")


# --- what is made of it ---


def test_every_record_comes_back_to_the_letter(every_kind: Any, run: Any) -> None:
    every_kind.put("李娜.xlsx", {"communication_log": [{**TALKS[1], "emotion": "=1"}]})
    path = every_kind.put("王芳.xlsx", {"communication_log": [TALKS[2]]})
    book = openpyxl.load_workbook(path)
    sheet = book["沟通动态记录表"]
    sheet["C4"], sheet["D4"] = "下个月吧", "电联"  # neither is understood
    sheet.cell(3, sheet.max_column + 1, "自己的列")
    sheet.cell(4, sheet.max_column, "=自己写的'").data_type = "s"
    book.save(path)
    merged = merge(Path("团队"), Options(date(2024, 5, 20)))
    wanted = merged.picture.records
    assert any(each.raw for each in wanted) and any(each.extras for each in wanted)
    for target, *form in (("导出",), ("表", "--as", "csv"), (database(),)):
        run("export", "团队", "--to", target, *form, *AS_OF)
        source = exported(target)
        found = source.merged(source.options(Options(date(2024, 5, 20)), None)).picture
        assert found.records == wanted, target
        told = [(each.code, each.place(), each.value) for each in found.findings]
        assert told == [(e.code, e.place(), e.value) for e in merged.picture.findings]


def test_a_report_from_an_export_has_the_same_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "sample_workbooks", "团队")
    as_json = ("--format", "json", *AS_OF)
    wanted = run("report", "团队", "-o", "周报.xlsx", *as_json)
    assert wanted.code == 3  # one file of it can't be read
    due = run("due", "团队", *as_json)
    page = ("C017", "-o", "简报.xlsx", *as_json)
    brief = run("brief", "团队", *page)
    for target, *form in (("导出",), ("表", "--as", "csv"), (database(),)):
        assert run("export", "团队", "--to", target, *form, *AS_OF).code == 3
    shutil.rmtree("团队")
    for target in ("导出", "表", database()):
        made = run("report", "--from", target, "-o", "周报.xlsx", *as_json)
        assert (made.code, made.document) == (wanted.code, wanted.document), target
    assert run("due", "--from", "导出", *as_json).document == due.document
    assert run("brief", "--from", "导出", *page).document == brief.document
    assert "FOLDER" in run("brief", "团队", "--from", "导出", *page).err
    assert "--from" in run("brief", *page).err


def test_what_was_published_and_the_settings_go_with_an_export(three_talks: Any, run: Any) -> None:
    three_talks.put("王芳.xlsx", {"communication_log": [{**TALKS[1], "satisfaction": 3.5}]})
    run("report", "团队", "--week", "2024-W20", "--publish", *AS_OF)
    three_talks.put("王芳.xlsx", {"communication_log": [{**TALKS[1], "satisfaction": 4.5}]})
    late = ("--week", "2024-W21", "--format", "json", "-o", "周报.xlsx", "--as-of", "2024-05-27")
    wanted = run("report", "团队", *late).document
    assert wanted["published"]["previous"] == "2024-05-20"
    run("export", "团队", "--to", "表", "--as", "csv", "--as-of", "2024-05-27")
    assert run("report", "--from", "表", *late).document == wanted


def test_what_an_export_can_not_tell_is_refused(three_talks: Any, run: Any) -> None:
    run("export", "团队", "--to", "导出", *AS_OF)
    assert "--text" in run("report", "--from", "导出", "--text", *AS_OF).err
    assert "--publish" in run("report", "--from", "导出", "--publish", *AS_OF).err
    assert "FOLDER" in run("report", "团队", "--from", "导出", *AS_OF).err
    assert "--from" in run("report", *AS_OF).err
    assert "no export" in run("report", "--from", "团队", *AS_OF).err
    assert "no export" in run("report", "--from", database("nirgends.db"), *AS_OF).err
    assert not Path("nirgends.db").exists()
    ran = run("report", "--from", "导出", "-o", "导出/周报.xlsx", *AS_OF)
    assert ran.code == 2 and "part of the export" in ran.err
    shutil.rmtree("导出/xlcrm_sources")
    Path("导出/communication_log/month=2024-05/part-0.parquet").write_bytes(b"PAR1")
    assert "can't be read" in run("report", "--from", "导出", *AS_OF).err


# --- what is written about it ---


def test_docs_say_what_the_tables_are() -> None:
    text = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    sections = {part.partition("\n")[0]: part for part in text.split("\n### ")[1:]}
    for table in OWN_TABLES:
        told = re.findall(r"^\| `(\w+)` \| (\w+) \|", sections[f"`{table.name}`"], re.MULTILINE)
        assert told == [(column.name, column.kind) for column in table.columns], table.name
    own = re.findall(r"^\| `(_\w+)` \| (\w+) \|", text, re.MULTILINE)
    spec = load_spec()
    for table in schema(spec)[: -len(OWN_TABLES)]:
        assert [(c.name, c.kind) for c in table.columns if not c.field] == own, table.name
    types = text[text.index("| field type |") : text.index("Two columns")]
    told = {
        name: column
        for names, column in re.findall(r"^\| (`[^|]+) \| ([^|]+) \|", types, re.MULTILINE)
        for name in re.findall(r"\w+", names)
    }
    for table in schema(spec)[: -len(OWN_TABLES)]:
        fields = spec.tables[table.name].by_key
        for column in table.columns:
            if column.field:
                kind = fields[column.field].type.name
                assert column.kind in re.findall(r"\w+", told[kind]), (column, kind)


def test_no_two_columns_are_called_alike() -> None:
    for table in schema(load_spec()):
        names = [column.name.casefold() for column in table.columns]
        assert len(set(names)) == len(names), table.name
