"""Exit codes, JSON documents, languages and streams of every command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from openpyxl import load_workbook

from xlcrm.cli.main import cli
from xlcrm.forks import HAS_FORK

AS_OF = ("--as-of", "2024-05-20")
JSON = ("--format", "json")
ROOT = Path(__file__).parents[2]
COMMANDS = cli.list_commands(click.Context(cli))


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# What a mistake gives: one line, no traceback, nothing on stdout, exit 2.


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["merge", "没有"], "没有"),
        (["merge", "空"], "空"),
        (["merge", "团队/张伟.xlsx"], "张伟.xlsx"),
        (["report", "没有"], "没有"),
        (["check", "没有.xlsx"], "没有.xlsx"),
        (["check", "空"], "空"),
        (["merge", "团队", "--as-of", "2024-13-01"], "2024-13-01"),
        (["report", "团队", "--week", "2024-W60"], "2024-W60"),
        (["report", "团队", "--week", "2024-05"], "2024-05"),
        (["report", "团队", "--month", "2024-05", "--year", "2024"], "--month"),
        (["new", "没有的表", "-o", "a.xlsx"], "没有的表"),
        (["merge", "团队", "-o", "团队/张伟.xlsx"], "张伟.xlsx"),
        (["report", "团队", "-o", "团队/张伟.xlsx"], "张伟.xlsx"),
        (["merge", "团队", "-o", "文件/汇总.xlsx"], "文件"),
        (["report", "团队", "-o", "空"], "空"),
        (["report", "团队", "-o", "团队/汇总/客户沟通汇总.xlsx"], "客户沟通汇总.xlsx"),
    ],
)
def test_a_mistake_is_one_clear_line(
    folder: Any, run: Any, arguments: list[str], said: str
) -> None:
    Path("空").mkdir()
    Path("文件").write_bytes(b"")
    before = bytes_below(folder.root)
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1 and ran.err.startswith("Error: ") and said in ran.err
    after = bytes_below(folder.root)
    assert {path: after[path] for path in before} == before
    assert not Path("a.xlsx").exists()


@pytest.mark.skipif(not HAS_FORK, reason="a fresh interpreter has no such fault")
def test_a_fault_of_ours_costs_the_file_unless_details_are_wanted(
    folder: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: Any) -> None:
        raise KeyError("内部")

    monkeypatch.setattr("xlcrm.examination.check_records", faulty)
    ran = run("merge", "团队")
    assert ran.code == 3 and "Traceback" not in ran.out + ran.err
    assert "张伟.xlsx" in ran.out and "--debug" in ran.out
    with pytest.raises(RuntimeError) as raised:
        run("merge", "团队", "--debug")
    assert "faulty" in raised.value.__notes__[0]


@pytest.mark.parametrize("arguments", [["merge"], ["weiter"], ["merge", "团队", "--wrong"]])
def test_a_command_line_that_cannot_be_understood(folder: Any, run: Any, arguments: Any) -> None:
    ran = run(*arguments)
    assert ran.code == 2 and ran.out == "" and "Traceback" not in ran.err


def test_exit_codes_of_check(folder: Any, run: Any) -> None:
    assert run("check", "团队").code == 0
    folder.put_wrong()
    assert run("check", "团队").code == 1
    (folder.root / "坏.xlsx").write_bytes(b"PK\x03\x04")
    assert run("check", "团队").code == 3


def test_exit_codes_of_merge(folder: Any, run: Any) -> None:
    folder.put_wrong()
    (folder.root / "~$张伟.xlsx").write_bytes(b"x")
    assert run("merge", "团队", *AS_OF).code == 0
    assert run("merge", "团队", *AS_OF, "--strict").code == 1
    (folder.root / "坏.xlsx").write_bytes(b"PK\x03\x04")
    assert run("merge", "团队", *AS_OF, "--strict").code == 3
    assert run("report", "团队", *AS_OF).code == 3


def test_a_busy_folder_is_exit_4(folder: Any, run: Any) -> None:
    import filelock

    state = folder.root / "汇总" / ".xlcrm"
    state.mkdir(parents=True)
    with filelock.FileLock(state / "lock"):
        ran = run("merge", "团队")
    assert ran.code == 4 and ran.err.count("\n") == 1


# The documents.

FINDING = [
    "code", "severity", "file", "sheet", "cell", "table", "field", "record", "value", "message",
    "suggestion",
]  # fmt: skip


def test_the_document_of_check(folder: Any, run: Any) -> None:
    folder.put_wrong()
    (folder.root / "a.txt").write_bytes(b"x")
    document = run("check", "团队", *JSON).document
    assert list(document) == ["schema_version", "files", "findings", "returned"]
    assert document["schema_version"] == 1
    assert [list(each) for each in document["files"]] == [
        ["path", "status", "reason", "tables", "records"]
    ] * 3
    assert document["files"][0] == {
        "path": "a.txt", "status": "skipped", "reason": "skipped-temporary", "tables": {},
        "records": 0,
    }  # fmt: skip
    assert all(list(each) == FINDING for each in document["findings"])
    told = {(each["severity"], each["code"], each["cell"]) for each in document["findings"]}
    assert told == {
        ("info", "skipped-temporary", None),
        ("info", "normalised", "A4"),
        ("error", "required-missing", "G4"),
        ("warning", "late-entry", "AA4"),
    }


def test_the_document_of_merge(folder: Any, run: Any) -> None:
    document = run("merge", "团队", *AS_OF, *JSON).document
    assert list(document) == [
        "schema_version", "master", "files", "records", "duplicates", "conflicts", "findings",
        "returned", "pending", "forgot", "decisions", "unsure", "seconds",
    ]  # fmt: skip
    assert document["master"] == str(Path("团队/汇总/客户沟通汇总.xlsx").absolute())
    assert document["files"] == [
        {
            "path": "张伟.xlsx", "status": "merged", "reason": None, "rows_seen": 1,
            "rows_merged": 1, "rows_rejected": 0,
        }
    ]  # fmt: skip
    assert document["records"] == {"communication_log": 1}
    again = run("merge", "团队", *AS_OF, *JSON).document
    assert list(again) == list(document) and again["files"][0]["status"] == "unchanged"


def test_the_document_of_report(folder: Any, run: Any) -> None:
    ran = run("report", "团队", "--week", "2024-W20", *AS_OF, *JSON)
    document = ran.document
    assert ran.code == 0
    assert list(document) == [
        "schema_version", "report", "period", "previous", "published", "metrics", "notices", "text",
        "pdf", "quality", "aside",
    ]  # fmt: skip
    assert Path(document["report"]) == Path("团队/汇总/沟通效果分析周报_2024-W20.xlsx").absolute()
    assert document["period"] == {
        "label": "2024-W20", "start": "2024-05-13", "end": "2024-05-19"
    }  # fmt: skip
    assert document["previous"]["label"] == "2024-W19"
    for metric in document["metrics"]:
        assert list(metric) == [
            "key", "subject", "dimension", "name", "unit", "current", "previous", "change",
            "change_kind", "display", "rows", "narrative", "narrative_by",
            "unread_rows", "late",
        ]  # fmt: skip
        assert list(metric["display"]) == ["current", "previous", "change"]
    assert load_workbook(document["report"]).sheetnames[0] == "周报"


def test_the_document_of_new(folder: Any, run: Any) -> None:
    document = run("new", "revisit_record", "-o", "空/新.xlsx", *JSON).document
    assert document == {
        "schema_version": 1,
        "records": {},
        "workbook": str(Path("空/新.xlsx").absolute()),
    }


# Language, amount and streams.


def test_messages_are_in_the_language_asked_for(folder: Any, run: Any, monkeypatch: Any) -> None:
    folder.put_wrong()
    assert "关键内容记录" in run("check", "团队", "--lang", "zh").out
    assert "Key content" in run("check", "团队", "--lang=en").out
    assert "Key content" in run("check", "团队").out
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "关键内容记录" in run("check", "团队").out
    assert run("merge", "没有").err.startswith("错误:")
    assert run("merge", "没有", "--lang", "en").err.startswith("Error: ")


def test_workbooks_are_chinese_unless_asked_otherwise(folder: Any, run: Any) -> None:
    run("merge", "团队", *AS_OF)
    assert "沟通动态记录表" in load_workbook("团队/汇总/客户沟通汇总.xlsx").sheetnames
    run("merge", "团队", *AS_OF, "--lang", "en")
    sheets = load_workbook("团队/汇总/客户沟通汇总.xlsx").sheetnames
    assert "Communication Log" in sheets and "沟通动态记录表" not in sheets


def test_notes_are_listed_where_they_are_asked_for(folder: Any, run: Any) -> None:
    folder.put_wrong()
    plain, verbose = run("check", "团队").out, run("check", "团队", "-v").out
    assert "[normalised]" not in plain and "[required-missing]" in plain
    assert "[normalised]" in verbose
    assert "1 errors, 1 warnings, 1 notes" in plain


def test_a_place_is_named_and_colour_only_on_terminals(folder: Any, run: Any) -> None:
    folder.put_wrong()
    out = run("check", "团队").out
    assert "李娜.xlsx · 沟通动态记录表 · G4" in out
    assert "\x1b[" not in out


def test_data_goes_to_stdout_alone(folder: Any, run: Any) -> None:
    for arguments in (["check", "团队"], ["merge", "团队"], ["new", "-o", "新.xlsx"]):
        assert run(*arguments).err == ""
        assert run(*arguments, "-q", *JSON).err == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(run: Any, command: str) -> None:
    assert re.search(rf"^  +{command} ", run("--help").out, re.MULTILINE)
    # A command's help is in the language of the process that loads it.
    ran = process(command, "-h", LC_ALL="C.UTF-8")
    assert ran.returncode == 0 and f"xlcrm {command}" in ran.stdout.decode().partition("xample")[2]


def test_new_never_writes_over_a_workbook_unasked(folder: Any, run: Any) -> None:
    for name in ("客户沟通.xlsx", "客户沟通_2.xlsx", "客户沟通_3.xlsx"):
        assert name in run("new").out
        assert Path(name).is_file()
    assert run("new", "沟通动态记录表", "--core", "-o", "客户沟通.xlsx").code == 0
    assert load_workbook("客户沟通.xlsx").sheetnames[1] == "沟通动态记录表"


def test_staff_files_are_never_touched(folder: Any, run: Any) -> None:
    folder.put_wrong()
    (folder.root / "坏.xlsx").write_bytes(b"PK\x03\x04")
    before = bytes_below(folder.root)
    times = {path: Path(path).stat().st_mtime_ns for path in before}
    for arguments in (["check"], ["merge"], ["report"]):
        run(*arguments, "团队", *AS_OF)
    after = bytes_below(folder.root)
    assert {path: after[path] for path in before} == before
    assert {path: Path(path).stat().st_mtime_ns for path in before} == times
    assert {Path(path).parent.name for path in after.keys() - before.keys()} >= {"汇总"}


# In a process of its own.


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "xlcrm", *arguments]
    return subprocess.run(command, capture_output=True, env=env, check=False)


def test_on_a_gbk_console(folder: Any) -> None:
    strange = folder.root / "é€张伟.xlsx"
    folder.put_wrong().rename(strange)
    gbk = {"PYTHONIOENCODING": "gbk", "LC_ALL": "zh_CN.GBK"}
    ran = process("check", "团队", *JSON, **gbk)
    assert ran.returncode == 1 and ran.stderr == b""
    document = json.loads(ran.stdout.decode("utf-8"))
    assert document["files"][1]["path"] == "张伟.xlsx"
    assert document["files"][0]["path"] == "é€张伟.xlsx"
    ran = process("check", "团队", **gbk)
    assert "关键内容记录" in ran.stdout.decode("gbk")
    assert ran.stderr.decode("gbk").startswith("xlcrm explain required-missing ")


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise there")
def test_who_reads_no_more_makes_no_error(folder: Any) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, "-u", "-m", "xlcrm", "merge", "团队"]
    ran = subprocess.run(command, stdout=writes, stderr=subprocess.PIPE, env=env, check=False)
    os.close(writes)
    assert (ran.returncode, b"Traceback" in ran.stderr) == (0, False)


@pytest.mark.skipif(os.name == "nt", reason="has no pseudo-terminals")
@pytest.mark.parametrize("plain", ["", "1"])
def test_a_terminal_has_colour_unless_it_is_not_wanted(folder: Any, plain: str) -> None:
    folder.put_wrong()
    ours, theirs = os.openpty()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": plain, "TERM": "xterm"}
    command = [sys.executable, "-m", "xlcrm", "check", "团队/李娜.xlsx", "-q"]
    subprocess.run(command, stdout=theirs, stderr=subprocess.DEVNULL, env=env, check=False)
    os.close(theirs)
    shown = os.read(ours, 65536)
    os.close(ours)
    assert b"required-missing" in shown
    assert (b"\x1b[31m" in shown) is not bool(plain)


@pytest.mark.skipif(os.name == "nt", reason="names are always text there")
def test_a_name_that_is_no_text(folder: Any) -> None:
    path = os.fsencode(folder.put_wrong())
    Path(os.fsdecode(path)).rename(os.fsdecode(path.replace("李娜".encode(), b"\xff\xfe")))
    ran = process("merge", "团队", *AS_OF, *JSON)
    assert ran.returncode == 0, ran.stderr
    (file, _) = json.loads(ran.stdout.decode("utf-8"))["files"]
    assert (file["path"], file["status"]) == ("\\udcff\\udcfe.xlsx", "merged")
    assert process("report", "团队", *AS_OF).returncode == 0


def test_without_as_of_it_is_today(folder: Any, run: Any) -> None:
    document = run("report", "团队", *JSON).document
    assert date.fromisoformat(document["period"]["end"]) < date.today()
    assert (date.today() - date.fromisoformat(document["period"]["end"])).days <= 7


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "新的工作簿写不了"), ("en", "could not be written")]
)
def test_a_workbook_that_cannot_be_upgraded_keeps_none_of_the_others(
    folder: Any, run: Any, lang: str, said: str
) -> None:
    folder.put_wrong()
    Path("新", "张伟.xlsx").mkdir(parents=True)  # a folder has the name
    files = [folder.root / f"{name}.xlsx" for name in ("张伟", "李娜")]
    done = run("upgrade", *files, "-o", "新", "--lang", lang)
    assert done.code == 2 and Path("新", "李娜.xlsx").is_file()
    lines = done.out.splitlines()
    assert len(lines) == 2 and "张伟.xlsx" in lines[0] and said in lines[0]
    failed, made = run("upgrade", *files, "-o", "新", "--format", "json").document["files"]
    assert (failed["status"], failed["reason"], failed["workbook"]) == (
        "rejected",
        "not-written",
        None,
    )
    assert failed["detail"] and made["status"] == "upgraded" and made["detail"] is None
