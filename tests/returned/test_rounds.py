"""Back and forth ten times, and nothing piles up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from returned_cases import FORM, LOG, SPEC, back, checked, put, staff_workbook, told

SAMPLE = Path(__file__).parents[2] / "sample_workbooks"
ROUNDS = 10


def rounds(path: Path, folder: Path, *, count: int = ROUNDS) -> list[bytes]:
    """The workbooks of so many rounds, each made of the one before."""
    made = []
    for number in range(count):
        path = back(path, folder / str(number))
        made.append(path.read_bytes())
    return made


def everything(book: Workbook) -> None:
    """Faults on all kinds of sheets, and things of one's own in and beside each."""
    put(book, 4, 沟通方式="电联", 沟通日期="5月14日", 满意度评分="#N/A")
    put(book, 5, 记录ID=None, 沟通主题="请打 13812345678", 关键内容记录="  谈\n价格 ")
    log = book[LOG]
    log.cell(3, 40).value, log.cell(4, 40).value, log.cell(5, 40).value = "折扣", 0.15, "=1+1"
    log.cell(5, 40).data_type = "s"
    log.cell(60, 45).value = "合计"
    log["A4"].comment, log["Z70"].comment = Comment("请核对", "主管"), Comment("远处", "主管")
    form = book[FORM]
    form["C4"] = None
    form["C4"].comment = Comment("补", "主管")
    book.copy_worksheet(form).title = "第二次"
    memo = book.create_sheet("检查结果", 0)  # a name that is ours too
    memo["B2"], memo["B3"], memo["C3"] = "待办", datetime(2024, 6, 1, 9, 30), 3.25
    memo.merge_cells("B5:C6")
    book["填写说明"]["D40"] = "写在说明上"


def test_ten_rounds_of_a_workbook_with_everything(mine: Path, tmp_path: Path) -> None:
    made = rounds(staff_workbook(mine, everything), tmp_path)
    assert set(made[1:]) == {made[1]} and made[0] == made[1]
    last = tmp_path / "9" / "张伟.xlsx"
    assert told(last) - told(mine) == told(mine) - told(last)


def test_what_stands_beside_a_form_is_told_once_and_listed_from_then_on(
    mine: Path, tmp_path: Path
) -> None:
    def beside(book: Workbook) -> None:
        everything(book)
        for name in (FORM, "第二次"):
            book[name]["Q9"] = "见附件"

    made = rounds(staff_workbook(mine, beside), tmp_path, count=3)
    first, second, last = (tmp_path / str(number) / "张伟.xlsx" for number in range(3))
    assert made[1] == made[2] and told(first) == told(second)
    listed = Counter(("unknown-column", name, None, None, "见附件") for name in (FORM, "第二次"))
    assert told(last) + listed == told(mine)
    rows = load_workbook(last)["表外内容"].iter_rows(min_row=2, max_col=3, values_only=True)
    assert [row for row in rows if row[2] == "见附件"] == [
        (FORM, "Q9", "见附件"),
        ("第二次", "Q9", "见附件"),
    ]


@pytest.mark.parametrize("key", SPEC.tables)
def test_rounds_of_the_samples_of_every_table(
    key: str, samples: Mapping[str, Path], tmp_path: Path
) -> None:
    """The first sample of a table in which there is something to mend."""
    path = samples.get(key)
    if path is None:
        path = staff_workbook(tmp_path / f"{key}.xlsx", **{key: [_begun(key)]})
    source = tmp_path / "源" / path.name
    source.parent.mkdir()
    shutil.copyfile(path, source)
    made = rounds(source, tmp_path, count=3)
    assert len(set(made)) == 1
    assert told(tmp_path / "2" / f"{path.stem}.xlsx").total() == told(source).total()


@pytest.fixture(scope="module")
def samples() -> dict[str, Path]:
    """The first sample in which something of a table is to be mended, by the table's key."""
    found: dict[str, Path] = {}
    for path in sorted(SAMPLE.rglob("*.xlsx")):
        if path.name.startswith(("~$", "团队设置")) or path.stat().st_size > 80_000:
            continue
        result = checked(path)
        tables = {r.table for reading in result.readings for r in reading.records}
        wrong = {f.table for f in result.findings if f.severity != "info"}
        for key in tables & wrong:
            found.setdefault(key, path)
    return found


def _begun(key: str) -> dict[str, Any]:
    table = SPEC.tables[key]
    texts = (f.key for f in table.shown() if f.type.name in ("text", "name") and f.key != table.id)
    return {next(texts): "张伟明"}


def test_what_is_mended_is_gone(mine: Path, tmp_path: Path) -> None:
    made = back(staff_workbook(mine, everything), tmp_path / "1")
    before = told(made)

    def mend(book: Workbook) -> None:
        put(book, 4, 沟通方式="电话", 满意度评分=4)
        book[FORM]["C4"] = "星辰科技"

    book = load_workbook(made)
    mend(book)
    book.save(made)
    left = {(code, sheet, field) for code, sheet, field, *_ in told(made)}
    assert {(code, sheet, field) for code, sheet, field, *_ in before} - left == {
        ("not-in-list", LOG, "channel"),
        ("error-value", LOG, "satisfaction"),
        ("required-missing", FORM, "customer_name"),
    }
    assert told(back(made, tmp_path / "2")) == told(made)


def test_every_run_says_the_same_in_the_same_order(mine: Path, tmp_path: Path) -> None:
    """Python's own order of a set differs from run to run."""

    def private(book: Workbook) -> None:
        labels = ("沟通主题", "关键内容记录", "后续行动", "客户名称", "需求标签")
        put(book, 4, **dict.fromkeys(labels, "13812345678"))

    staff_workbook(mine, private)
    root = str(Path(__file__).parents[2])
    said = set()
    for seed in "123":
        into = tmp_path / seed
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root}
        command = [sys.executable, "-m", "xlcrm", "check", mine, "--return", into, "-q"]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True)
        out = done.stdout.replace(os.fsencode(seed + os.sep), b"")
        said.add((done.returncode, out, (into / "张伟.xlsx").read_bytes()))
    assert len(said) == 1 and next(iter(said))[0] == 1
