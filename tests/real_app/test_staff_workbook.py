"""The standard workbook, worked on in LibreOffice as people do: nothing is lost, all is found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

AS_OF = "2024-05-25"
BASE, LOG, REVISIT = "客户基础信息库", "沟通动态记录表", "客户回访沟通记录表"
FILE, RENAMED, COPIES = "张伟.xlsx", "五月沟通", ("回访 天津", "回访 保定", "回访 备份")
PHONE = "13800138000"

CUSTOMERS = (
    {
        "客户ID": "C001",
        "客户名称": "天津海河物流有限公司",
        "客户类型": "▾潜在客户",
        "初始来源": "展会",
    },
    {
        "客户ID": "C002",
        "客户名称": "保定宏远汽车零部件有限公司",
        "客户类型": "▾意向客户",
        "初始来源": "主动开发",
    },
)
TALKS = (
    {
        "记录ID": "J001",
        "客户ID": "C001",
        "沟通日期": "2024年5月20日",
        "沟通方式": "致电",
        "关键内容记录": "客户要求5月底前完成数据对接",
        "录入时间": "2024-05-20 17:30",
    },
    {
        "记录ID": "J002",
        "客户ID": "C002",
        "沟通日期": "2024-05-13",
        "沟通方式": "▾微信",
        "关键内容记录": "客户确认6月1日试用",
        "满意度评分": "4/5",  # which applications take for the 5th of April
    },
    {
        "记录ID": "J003",
        "客户ID": "C001",
        "沟通日期": "2024-05-06",
        "沟通方式": "▾企业微信",
        "关键内容记录": f"客户换了新号码 {PHONE},5月8日前回电",
        "录入时间": "2024-05-09 10:00",  # three days later
    },
    {
        "记录ID": "J002",  # a second time
        "客户ID": "C999",  # nobody's
        "沟通日期": "2024-05-15",
        "沟通方式": "▾钉钉",
        "关键内容记录": "客户5月28日开预算会",
    },
)
REVISITS = (
    {
        "客户名称": "天津海河物流有限公司",
        "本次沟通时间": "2024-05-16 14:30",
        "沟通方式": "电话",
        "沟通主题": "☑定期回访",
        "客户反馈内容": "夜间报修没人接听",
        "优先级": "☑高",
    },
    {"本次沟通时间": "2024-05-17 09:00", "客户反馈内容": "值守电话已公布"},
    {
        "客户名称": "保定宏远汽车零部件有限公司",
        "本次沟通时间": "2024-05-21 10:00",
        "客户反馈内容": "看板数据隔天才刷新",
        "优先级": "☑中",  # beside 高, which was ticked before
    },
)


@dataclass
class Worked:
    """A folder with the workbook, and what check and merge say of it."""

    folder: Path
    checked: dict[str, Any]
    merged: dict[str, Any]

    @cached_property
    def book(self) -> Workbook:
        return load_workbook(self.folder / FILE)

    def value(self, finding: dict[str, Any]) -> Any:
        """Return what stands in the cell that a finding names."""
        return self.book[finding["sheet"]][finding["cell"]].value


def steps(blank: Any, path: Path, target: Path) -> list[list[Any]]:
    """Return what a person does with a blank staff workbook."""
    done: list[list[Any]] = [["start", path]]
    for row, customer in enumerate(CUSTOMERS, 4):
        done += blank.fill(BASE, customer, row)
    for row, talk in enumerate(TALKS, 4):
        done += blank.fill(LOG, talk, row)
    done += blank.fill(REVISIT, REVISITS[0])
    for name in COPIES:
        done.append(["copy", REVISIT, name])
    for name, changes in zip(COPIES, REVISITS[1:], strict=False):
        done += blank.fill(REVISIT, changes, copy=name)
    return [
        *done,
        ["insert_rows", COPIES[0], 6, 2],
        ["unprotect", COPIES[1]],
        ["insert_columns", COPIES[1], 2, 1],
        # A column of one's own, the rows in the order of their days, a gap between two of them.
        ["unprotect", LOG],
        ["insert_columns", LOG, 3, 1],
        ["type_in", LOG, "C3", "同行人"],
        ["type_in", LOG, "C5", "李强"],
        ["sort", LOG, "A4:AE7", 4],
        ["insert_rows", LOG, 5, 1],
        ["rename", LOG, RENAMED],
        ["save", target],
        ["close"],
    ]


@pytest.fixture(scope="module", params=["LibreOffice", "then openpyxl"])
def worked(
    request: pytest.FixtureRequest, typed: Path, xlcrm: Any, tmp_path_factory: Any
) -> Worked:
    """The workbook as LibreOffice saved it, and as openpyxl saves that again."""
    folder = tmp_path_factory.mktemp("team")
    if request.param == "LibreOffice":
        shutil.copy(typed, folder)
    else:
        load_workbook(typed).save(folder / FILE)
    checked = xlcrm("check", folder, "--as-of", AS_OF, exit_code=1)
    return Worked(folder, checked, xlcrm("merge", folder, "--as-of", AS_OF))


@pytest.fixture(scope="module")
def typed(
    xlcrm: Any,
    blank: Callable[[Path], Any],
    at_the_keyboard: Callable[[list[list[Any]]], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The workbook that LibreOffice saved."""
    folder = tmp_path_factory.mktemp("typed")
    path = xlcrm.new(folder / "blank.xlsx")
    at_the_keyboard(steps(blank(path), path, folder / FILE))
    return folder / FILE


def test_exactly_what_was_planted_is_found(worked: Worked) -> None:
    grave = [f for f in worked.checked["findings"] if f["severity"] in ("error", "warning")]
    found = {(f["code"], f["sheet"], f["field"], str(worked.value(f))) for f in grave}
    assert found == {
        ("bad-number", RENAMED, "satisfaction", str(datetime(datetime.now().year, 4, 5))),
        ("private-phone", RENAMED, "content", TALKS[2]["关键内容记录"]),
        ("late-entry", RENAMED, "recorded_at", str(datetime(2024, 5, 9, 10))),
        ("duplicate-id", RENAMED, "record_id", "J002"),
        ("unknown-customer", RENAMED, "customer_id", "C999"),
        ("unknown-column", RENAMED, None, "同行人"),
        ("ambiguous-tick", COPIES[1], "priority", "☑"),
    }
    assert sum(f["code"] == "duplicate-id" for f in grave) == 2
    assert not any(PHONE in str(f) for f in worked.checked["findings"])


def test_every_record_is_in_the_master(
    worked: Worked, master_rows: Callable[..., list[dict[str, Any]]]
) -> None:
    master = Path(worked.merged["master"])
    assert worked.merged["records"] == {
        "customer_base": 2, "communication_log": 4, "revisit_record": 3,
    }  # fmt: skip
    # The copy that nobody changed is no second record.
    assert worked.merged["duplicates"] == 1
    (file,) = worked.merged["files"]
    assert (file["rows_seen"], file["rows_merged"], file["rows_rejected"]) == (10, 10, 0)

    types = [(row["客户ID"], row["客户类型"], row["初始来源"]) for row in master_rows(master, BASE)]
    assert types == [("C001", "潜在客户", "展会推荐"), ("C002", "意向客户", "主动开发")]

    talks = {row["关键内容记录"]: row for row in master_rows(master, LOG)}
    assert set(talks) == {talk["关键内容记录"] for talk in TALKS}
    first = talks[TALKS[0]["关键内容记录"]]
    assert (first["沟通日期"], first["沟通方式"]) == (datetime(2024, 5, 20), "电话")
    assert talks[TALKS[1]["关键内容记录"]]["沟通方式"] == "微信"

    revisits = {row["客户反馈内容"]: row for row in master_rows(master, REVISIT)}
    copied = revisits[REVISITS[1]["客户反馈内容"]]
    assert copied["客户名称"] == REVISITS[0]["客户名称"]
    assert copied["本次沟通时间"] == datetime(2024, 5, 17, 9)
    assert (copied["沟通主题"], copied["优先级"]) == ("定期回访", "高")
    assert set(revisits) == {each["客户反馈内容"] for each in REVISITS}
