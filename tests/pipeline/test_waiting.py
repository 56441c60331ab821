"""A master that could not be replaced: what people do in it, and in the one that waits, is kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from xlcrm.filled_workbook.stamp import run_id
from xlcrm.pipeline import masters

LOG, LABEL = "communication_log", "沟通动态记录表"
CONFLICTS = "冲突处理"
Edit = Callable[[Workbook], object]


def talk(content: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "record_id": f"J{number:03d}",
        "customer_name": "星辰科技",
        "date": "2024-05-13",
        "channel": "电话",
        "content": content,
        **more,
    }


@contextmanager
def opened(master: Path) -> Iterator[None]:
    """The master as LibreOffice leaves it while it is open."""
    sign = master.with_name(f".~lock.{master.name}#")
    sign.write_text(",lead,desk,20.05.2024 09:00;", encoding="utf-8")
    yield
    sign.unlink()


def typed(label: str, text: str, number: int = 1, sheet: str = LABEL) -> Edit:
    """Type into a row of the list, known by its id."""

    def edit(workbook: Workbook) -> None:
        header = [cell.value for cell in workbook[sheet][2]]
        rows = workbook[sheet].iter_rows(min_row=3)
        row = next(each for each in rows if each[0].value == f"J{number:03d}")
        row[header.index(label)].value = text

    return edit


def decided(text: str) -> Edit:
    def edit(workbook: Workbook) -> None:
        sheet = workbook[CONFLICTS]
        cells = {cell.value: cell for row in sheet.iter_rows(max_row=2) for cell in row}
        sheet.cell(cells["决定"].row + 1, cells["决定"].column, text)

    return edit


def change(path: Path, edit: Edit) -> None:
    workbook = load_workbook(path)
    edit(workbook)
    workbook.save(path)


def row(team: Any, number: int = 1, master: Path | None = None) -> dict[str, Any]:
    return next(r for r in team.rows(LABEL, master) if r["记录ID"] == f"J{number:03d}")


@pytest.fixture
def pending(team: Any) -> Any:
    """A team whose second merge found the master open: another row has been added since."""
    team.put("a.xlsx", {LOG: [talk("谈价格"), talk("看样品", 2)]})
    team.merge()
    team.put("a.xlsx", {LOG: [talk("谈价格"), talk("看样品", 2), talk("签合同", 3)]})
    with opened(team.master):
        result = team.merge()
    assert result.pending == team.results / "客户沟通汇总_待替换.xlsx"
    assert len(team.rows(LABEL)) == 2 and len(team.rows(LABEL, result.pending)) == 3
    return team


def waiting(team: Any) -> Path:
    return Path(team.results / "客户沟通汇总_待替换.xlsx")


def test_what_is_typed_in_either_is_taken_in(pending: Any) -> None:
    change(waiting(pending), typed("关键内容记录", "在新表里改", 3))
    change(waiting(pending), typed("主管批注", "跟进", 1))
    change(pending.master, typed("关键内容记录", "在旧表里改", 2))
    for held in (True, True, False):
        if held:
            with opened(pending.master):
                assert pending.merge().pending
        else:
            assert pending.merge().pending is None
    texts = [row(pending, n)["关键内容记录"] for n in (1, 2, 3)]
    assert texts == ["谈价格", "在旧表里改", "在新表里改"]
    assert row(pending)["主管批注"] == "跟进"
    assert not waiting(pending).exists()
    assert pending.merge().document["conflicts"] == 0


def test_a_decision_in_the_one_that_waits_is_obeyed(team: Any) -> None:
    team.put("a.xlsx", {LOG: [talk("谈价格")]})
    team.merge()
    team.put("b.xlsx", {LOG: [talk("谈交期")]})
    team.put("a.xlsx", {LOG: [talk("谈质量")]})
    with opened(team.master):
        assert team.merge().document["conflicts"] == 1
    change(waiting(team), decided("采用2"))
    assert team.merge().document["conflicts"] == 0
    assert row(team)["关键内容记录"] == "谈交期"


def test_a_note_taken_back_in_the_old_one_is_gone(pending: Any) -> None:
    change(pending.master, typed("主管批注", "跟进"))
    with opened(pending.master):
        assert pending.merge().pending
    assert row(pending, 1, waiting(pending))["主管批注"] == "跟进"
    change(pending.master, typed("主管批注", ""))
    assert pending.merge().pending is None
    assert row(pending)["主管批注"] is None


def test_a_decision_that_is_put_right_in_the_old_one_is_obeyed(team: Any) -> None:
    team.put("a.xlsx", {LOG: [talk("谈价格")]})
    team.put("b.xlsx", {LOG: [talk("谈交期")]})
    team.merge()
    change(team.master, decided("随便"))
    with opened(team.master):
        assert team.merge().pending
    change(team.master, decided("采用1"))
    assert team.merge().document["conflicts"] == 0
    assert row(team)["关键内容记录"] == "谈价格"


def test_a_cell_that_a_file_changed_meanwhile_is_a_conflict(team: Any) -> None:
    team.put("a.xlsx", {LOG: [talk("谈价格")]})
    team.merge()
    team.put("a.xlsx", {LOG: [talk("谈质量")]})
    with opened(team.master):
        team.merge()
    change(team.master, typed("关键内容记录", "主管写的"))  # who does not see the file's change
    assert team.merge().document["conflicts"] == 1


def test_without_state_the_one_that_waits_is_the_later(pending: Any) -> None:
    change(waiting(pending), typed("关键内容记录", "在新表里改", 3))
    shutil.rmtree(pending.results / ".xlcrm")
    assert pending.merge().pending is None
    assert row(pending, 3)["关键内容记录"] == "在新表里改"
    assert not waiting(pending).exists()


def test_a_master_saved_during_the_run_is_not_replaced(
    team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.put("a.xlsx", {LOG: [talk("谈价格")]})
    team.merge()
    write = masters.write_master

    def saved_meanwhile(*given: Any) -> None:
        change(team.master, typed("主管批注", "刚写的"))
        write(*given)

    team.put("a.xlsx", {LOG: [talk("谈价格"), talk("看样品", 2)]})
    with monkeypatch.context() as patch:
        patch.setattr(masters, "write_master", saved_meanwhile)
        assert team.merge().pending
    assert row(team)["主管批注"] == "刚写的"
    assert team.merge().pending is None
    assert row(team)["主管批注"] == "刚写的" and row(team, 2)["关键内容记录"] == "看样品"


def test_the_one_that_waits_is_not_replaced_while_somebody_has_it_open(pending: Any) -> None:
    before = waiting(pending).read_bytes()
    pending.put("a.xlsx", {LOG: [talk("谈价格")]})
    with opened(waiting(pending)):
        assert pending.merge().pending == waiting(pending)
    assert waiting(pending).read_bytes() == before and len(pending.rows(LABEL)) == 2
    assert pending.merge().pending is None
    assert len(pending.rows(LABEL)) == 1


@pytest.mark.parametrize("lost", ["both", "old", "new"])
def test_what_is_typed_in_either_is_taken_in_where_a_state_is_lost(pending: Any, lost: str) -> None:
    change(waiting(pending), typed("主管批注", "新表里", 1))
    change(pending.master, typed("主管批注", "旧表里", 2))
    change(pending.master, typed("沟通主题", "旧表里改", 2))
    change(waiting(pending), typed("沟通主题", "新表里改", 3))
    runs = {"old": run_id(pending.master), "new": run_id(waiting(pending))}
    for name, run in runs.items():
        if lost in (name, "both"):
            shutil.rmtree(pending.results / ".xlcrm" / "state" / str(run))
    assert pending.merge().pending is None
    found = [(row(pending, n)["主管批注"], row(pending, n)["沟通主题"]) for n in (1, 2, 3)]
    assert found == [("新表里", None), ("旧表里", "旧表里改"), (None, "新表里改")]
