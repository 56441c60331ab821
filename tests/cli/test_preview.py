"""``merge --dry-run``: what a merge would do, record by record, and nothing written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

LOG, LABEL = "communication_log", "沟通动态记录表"
MASTER = Path("团队/汇总/客户沟通汇总.xlsx")
AS_OF = ("--as-of", "2024-05-20")
PREVIEW = ("merge", "团队", "--dry-run", *AS_OF)


def talk(number: int, content: str = "谈价格", **more: Any) -> dict[str, Any]:
    return {
        "record_id": f"J{number:03d}",
        "customer_name": "星辰科技",
        "date": "2024-05-14",
        "channel": "电话",
        "content": content,
        **more,
    }


def everything(folder: Path) -> dict[str, Any]:
    """Every file and folder below a folder, with its time and bytes."""
    return {
        str(path): (path.stat().st_mtime_ns, path.is_file() and path.read_bytes())
        for path in [folder, *folder.rglob("*")]
    }


def told(document: Any) -> dict[str, Any]:
    """What is said of each record, by its id: status and changes."""
    return {
        each["record"]: (each["status"], {f["field"]: (f["from"], f["to"]) for f in each["fields"]})
        for each in document["preview"]["records"]
    }


@pytest.fixture
def merged(run: Any, folder: Any) -> Any:
    """A folder of four records in two files, merged; since then one is new, one changed, one gone
    and one changed by two people."""
    folder.put("a.xlsx", {LOG: [talk(2), talk(3), talk(4)]})
    folder.put("b.xlsx", {LOG: [talk(4)]})
    assert run("merge", "团队", *AS_OF).code == 0
    folder.put("a.xlsx", {LOG: [talk(2, "谈交期"), talk(4, "谈质量"), talk(5)]})
    folder.put("b.xlsx", {LOG: [talk(4, "谈付款方式")]})
    return folder


EXPECTED = {
    "J001": ("unchanged", {}),
    "J002": ("changed", {"content": ("谈价格", "谈交期")}),
    "J003": ("withdrawn", {}),
    "J005": ("new", {}),
}


@pytest.mark.parametrize("known", [True, False])
def test_it_says_what_becomes_of_each_record_and_writes_nothing(
    run: Any, merged: Any, known: bool
) -> None:
    if not known:
        shutil.rmtree("团队/汇总/.xlcrm")
    before = everything(merged.root)
    ran = run(*PREVIEW, "--format", "json")
    assert ran.code == 0
    found = told(ran.document)
    disputed, _ = found.pop("J004")
    assert disputed == "conflict"
    assert found == EXPECTED
    assert sum(ran.document["preview"]["counts"].values()) == 5
    assert everything(merged.root) == before


def test_it_is_what_the_merge_does(run: Any, merged: Any) -> None:
    foreseen = run(*PREVIEW, "--format", "json").document
    done = run("merge", "团队", *AS_OF, "--format", "json").document
    assert done.keys() == foreseen.keys() - {"preview"}
    for name in ("files", "records", "conflicts", "duplicates", "findings"):
        assert foreseen[name] == done[name]
    rows = load_workbook(MASTER, read_only=True)[LABEL].iter_rows(min_row=3, values_only=True)
    assert {row[0] for row in rows} == {"J001", "J002", "J004", "J005"}
    after = run(*PREVIEW, "--format", "json").document
    assert {status for status, _ in told(after).values()} == {"unchanged", "conflict"}


def test_the_leads_own_changes_are_among_them(run: Any, folder: Any) -> None:
    run("merge", "团队", *AS_OF)
    workbook = load_workbook(MASTER)
    sheet = workbook[LABEL]
    column = [cell.value for cell in sheet[2]].index("关键内容记录") + 1
    sheet.cell(3, column, "主管改的")
    workbook.save(MASTER)
    found = told(run(*PREVIEW, "--format", "json").document)
    assert found == {"J001": ("changed", {"content": ("谈价格", "主管改的")})}


def test_a_folder_never_merged_is_all_new(run: Any, folder: Any) -> None:
    before = everything(folder.root)
    ran = run(*PREVIEW, "--lang", "zh")
    assert ran.code == 0 and "新增 1,修改 0" in ran.out
    assert f"+ 新增 {LABEL} J001(张伟.xlsx)" in ran.out
    assert everything(folder.root) == before
    assert not MASTER.parent.exists()


def test_changes_are_said_in_words(run: Any, merged: Any) -> None:
    out = run(*PREVIEW, "--lang", "zh").out
    assert "新增 1,修改 1,未变化 1,冲突 1,撤回 1" in out
    assert f"~ 修改 {LABEL} J002(a.xlsx):关键内容记录“谈价格”→“谈交期”" in out
    assert f"! 冲突 {LABEL} J004" in out and f"- 撤回 {LABEL} J003(a.xlsx)" in out
    assert "J001" not in out and f"= 未变化 {LABEL} J001" in run(*PREVIEW, "--lang", "zh", "-v").out


def test_a_private_value_is_not_said_in_full(run: Any, folder: Any) -> None:
    folder.put("a.xlsx", {LOG: [talk(2)]})
    run("merge", "团队", *AS_OF)
    folder.put("a.xlsx", {LOG: [talk(2, "打他手机13812345678")]})
    assert "138****5678" in run(*PREVIEW).out


@pytest.mark.parametrize("other", [("--return",), ("--audience", "team")])
def test_what_writes_more_is_refused(run: Any, folder: Any, other: tuple[str, ...]) -> None:
    ran = run(*PREVIEW, *other)
    assert ran.code == 2 and "--dry-run" in ran.err and not MASTER.exists()


def test_a_file_that_cannot_be_read_is_exit_3(run: Any, folder: Any) -> None:
    (folder.root / "坏.xlsx").write_bytes(os.urandom(100))
    assert run(*PREVIEW).code == 3
