"""What one run leaves for the next: nothing done twice, nothing lost, whatever was deleted."""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from xlcrm import resources
from xlcrm.forks import HAS_FORK
from xlcrm.ledger.state import load_state, save_state
from xlcrm.pipeline import readings
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.pipeline.undoing import undo

LOG, LABEL = "communication_log", "沟通动态记录表"
TRACE = ("来源文件", "来源位置", "校验状态")


def talk(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "record_id": f"J{number:03d}",
        "customer_name": "星辰科技",
        "date": "2024-05-13",
        "channel": "电话",
        "topic": f"主题{number}",
        "content": "谈价格",
        **changes,
    }


def cells(master: Path) -> dict[str, list[Any]]:
    """All cells but those of the first sheet, which sets its totals beside the last run's."""
    sheets = load_workbook(master).worksheets[1:]
    return {sheet.title: [*sheet.values] for sheet in sheets}


@pytest.fixture
def pair(team: Any) -> Any:
    """A team of two files, merged once; the row of the second is overdue."""
    team.put("张伟/a.xlsx", {LOG: [talk(1), talk(2)]})
    team.put("王芳/b.xlsx", {LOG: [talk(3, action_due="2024-05-14")]})
    team.merge()
    return team


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read from now on."""
    names: list[str] = []
    run = readings.run_batches

    def recorded(task: str, items: Any, **options: Any) -> Any:
        names.extend(item.name for item in items)
        return run(task, items, **options)

    monkeypatch.setattr(readings, "run_batches", recorded)
    return names


def statuses(result: Any) -> dict[str, str]:
    return {each["path"]: each["status"] for each in result.document["files"]}


def below(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder with its time and bytes."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def said(result: Any) -> dict[str, Any]:
    ignored = ("files", "seconds")
    return {key: value for key, value in result.document.items() if key not in ignored}


def test_a_second_run_changes_nothing(pair: Any, read: list[str]) -> None:
    first = pair.merge()
    before = below(pair.root)
    second = pair.merge()
    assert below(pair.root) == before
    assert read == []
    assert set(statuses(second).values()) == {"unchanged"}
    assert said(second) == said(first)
    assert list(second.document) == list(first.document)


def test_only_a_changed_file_is_read_again(pair: Any, read: list[str]) -> None:
    pair.put("王芳/b.xlsx", {LOG: [talk(3), talk(4)]})
    result = pair.merge()
    assert read == ["王芳/b.xlsx"]
    assert statuses(result) == {"张伟/a.xlsx": "unchanged", "王芳/b.xlsx": "merged"}
    assert [row["记录ID"] for row in pair.rows(LABEL)] == ["J001", "J002", "J003", "J004"]


def test_a_file_changed_within_the_same_tick_is_read_again(pair: Any, read: list[str]) -> None:
    path = pair.root / "王芳/b.xlsx"
    time, size = path.stat().st_mtime_ns, path.stat().st_size
    pair.put("王芳/b.xlsx", {LOG: [talk(3, action_due="2024-05-15")]})
    assert path.stat().st_size == size
    os.utime(path, ns=(time, time))
    assert statuses(pair.merge())["王芳/b.xlsx"] == "merged"
    assert read == ["王芳/b.xlsx"]
    assert set(statuses(pair.merge()).values()) == {"unchanged"}


def test_what_was_read_before_gives_the_same_master_as_reading_all(pair: Any) -> None:
    pair.put("王芳/b.xlsx", {LOG: [talk(3), talk(1)]})
    pair.merge()
    remembered = cells(pair.master)
    shutil.rmtree(pair.results)
    pair.merge()
    assert cells(pair.master) == remembered


def test_without_state_the_master_says_the_same(pair: Any) -> None:
    rows = pair.rows(LABEL)
    shutil.rmtree(pair.results / ".xlcrm")
    result = pair.merge()
    assert pair.rows(LABEL) == rows
    assert set(statuses(result).values()) == {"merged"}


@pytest.mark.parametrize("damage", [b"", b"no database", None])
def test_a_damaged_state_costs_time_alone(pair: Any, damage: bytes | None) -> None:
    rows = pair.rows(LABEL)
    (state,) = (pair.results / ".xlcrm" / "state").glob("*/state")
    state.write_bytes(state.read_bytes()[:-1] if damage is None else damage)
    assert set(statuses(pair.merge()).values()) == {"merged"}
    assert pair.rows(LABEL) == rows


@pytest.mark.parametrize("forget", [False, True])
def test_a_file_taken_away_keeps_its_rows_marked(pair: Any, forget: bool) -> None:
    before = {row["记录ID"]: row for row in pair.rows(LABEL)}
    assert [each["code"] for each in pair.merge().document["findings"]] == ["overdue"]
    (pair.root / "王芳/b.xlsx").unlink()
    for _ in range(2):
        if forget:
            shutil.rmtree(pair.results / ".xlcrm")
        result = pair.merge()
        after = {row["记录ID"]: row for row in pair.rows(LABEL)}
        assert after["J001"] == before["J001"]
        assert after["J003"].pop("校验状态").endswith("来源已移除")
        assert after["J003"].items() <= before["J003"].items()
        assert result.document["findings"] == []
    assert statuses(result) == {"张伟/a.xlsx": "merged" if forget else "unchanged"}


def test_a_file_that_comes_back_claims_its_rows_again(pair: Any) -> None:
    rows = pair.rows(LABEL)
    path = pair.root / "王芳/b.xlsx"
    path.rename(pair.root.parent / "b.xlsx")
    pair.merge()
    (pair.root.parent / "b.xlsx").rename(path)
    pair.merge()
    assert pair.rows(LABEL) == rows


def test_a_renamed_file_is_the_same_file(pair: Any) -> None:
    (pair.root / "王芳/b.xlsx").rename(pair.root / "王芳/五月.xlsx")
    pair.merge()
    (row,) = (row for row in pair.rows(LABEL) if row["记录ID"] == "J003")
    assert row["来源文件"] == "王芳/五月.xlsx" and "移除" not in row["校验状态"]


def test_a_row_taken_out_of_a_file_is_withdrawn(pair: Any) -> None:
    pair.put("张伟/a.xlsx", {LOG: [talk(1)]})
    pair.merge()
    assert [row["记录ID"] for row in pair.rows(LABEL)] == ["J001", "J003"]


def test_a_file_that_cannot_be_read_any_more_keeps_its_rows(pair: Any) -> None:
    path = pair.root / "王芳/b.xlsx"
    whole = path.read_bytes()
    path.write_bytes(whole[:2000])
    for _ in range(2):
        result = pair.merge()
        assert statuses(result)["王芳/b.xlsx"] == "rejected"
        assert [row["记录ID"] for row in pair.rows(LABEL)] == ["J001", "J002", "J003"]
    path.write_bytes(whole)
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000))
    assert statuses(pair.merge())["王芳/b.xlsx"] == "merged"


@pytest.mark.skipif(not HAS_FORK, reason="a fresh interpreter can't be made to refuse it")
@pytest.mark.parametrize("file", ["王芳/b.xlsx", "新.xlsx"])
def test_a_file_that_was_in_use_is_read_the_next_time(
    pair: Any, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    path = pair.put(file, {LOG: [talk(3), talk(4)]})
    opened = os.open

    def refused(file: Any, flags: int, *more: Any, **named: Any) -> int:
        if Path(os.fsdecode(file)) == path:
            raise PermissionError(13, "Permission denied", str(file))
        return opened(file, flags, *more, **named)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refused)
        result = pair.merge()
    assert statuses(result)[file] == "rejected"
    assert len(pair.rows(LABEL)) == 3
    assert statuses(pair.merge())[file] == "merged"
    assert len(pair.rows(LABEL)) == 4


@pytest.mark.parametrize("name", ["a.xlsx", "x/../a.xlsx", "旧.xls"])
def test_no_result_replaces_a_file_of_the_team(pair: Any, name: str) -> None:
    (pair.root / "张伟/x").mkdir()
    (pair.root / "张伟/旧.xls").write_bytes(b"old")
    before = below(pair.root)
    with pytest.raises(UsageError, match="output-is-input"):
        pair.merge(pair.root / "张伟" / name)
    assert below(pair.root) == before


def test_the_leads_notes_are_carried_along(pair: Any) -> None:
    def note(workbook: Workbook) -> None:
        sheet = workbook[LABEL]
        header = [cell.value for cell in sheet[2]]
        sheet.cell(4, header.index("主管批注") + 1, "本周回访")

    pair.edit_master(note)
    pair.put("王芳/b.xlsx", {LOG: [talk(3), talk(4)]})
    for step in range(3):
        if step == 1:
            pair.put("王芳/b.xlsx", {LOG: [talk(3)]})
        if step == 2:
            shutil.rmtree(pair.results / ".xlcrm")
        pair.merge()
        notes = {row["记录ID"]: row["主管批注"] for row in pair.rows(LABEL)}
        assert {key: text for key, text in notes.items() if text} == {"J002": "本周回访"}


def test_state_stays_in_the_folder_where_the_master_is_elsewhere(pair: Any, tmp_path: Path) -> None:
    shutil.rmtree(pair.results)
    target = tmp_path / "别处" / "汇总.xlsx"
    pair.merge(target)
    assert [path.name for path in target.parent.iterdir()] == ["汇总.xlsx"]
    assert not pair.master.exists() and (pair.results / ".xlcrm" / "state").is_dir()
    assert [row["记录ID"] for row in pair.rows(LABEL, target)] == ["J001", "J002", "J003"]
    before = below(tmp_path)
    assert set(statuses(pair.merge(target)).values()) == {"unchanged"}
    assert below(tmp_path) == before


def test_a_master_within_the_folder_is_settled_after_one_run(pair: Any) -> None:
    target = pair.root / "总表.xlsx"
    first = pair.merge(target)
    before = below(pair.root)
    second = pair.merge(target)
    assert below(pair.root) == before
    assert set(statuses(first)) == set(statuses(second)) == {"张伟/a.xlsx", "王芳/b.xlsx"}


def test_where_only_the_day_moves_the_master_stays(pair: Any) -> None:
    before = (pair.master.stat().st_mtime_ns, pair.master.read_bytes())
    for day in (21, 26):  # the same last full week
        pair.merge(as_of=date(2024, 5, day))
        assert (pair.master.stat().st_mtime_ns, pair.master.read_bytes()) == before
    pair.merge(as_of=date(2024, 5, 27))
    assert pair.master.read_bytes() != before[1]


def test_no_more_than_ten_backups_are_kept_and_the_last_is_the_one_replaced(team: Any) -> None:
    for number in range(1, 14):
        replaced = team.master.read_bytes() if team.master.exists() else b""
        team.put("a.xlsx", {LOG: [talk(number)]})
        team.merge()
    backups = sorted((team.results / ".xlcrm" / "backups").iterdir(), key=_changed)
    assert len(backups) == 10
    assert backups[-1].read_bytes() == replaced
    assert [row["记录ID"] for row in team.rows(LABEL, backups[0])] == ["J003"]
    states = {path.name for path in (team.results / ".xlcrm" / "state").iterdir()}
    assert len(states) == 11 and states > {path.stem for path in backups}


def _changed(path: Path) -> int:
    return path.stat().st_ctime_ns


def test_a_state_with_any_byte_changed_costs_time_and_no_data(pair: Any) -> None:
    (path,) = pair.results.glob(".xlcrm/state/*/state")
    kept, rng = path.read_bytes(), random.Random(6)

    def change() -> int:
        place = rng.randrange(len(kept))
        changed = bytes([kept[place] ^ 1 << rng.randrange(8)])
        path.write_bytes(kept[:place] + changed + kept[place + 1 :])
        return place

    assert load_state(pair.results, path.parent.name, None) is not None
    for _ in range(600):
        place = change()
        assert load_state(pair.results, path.parent.name, None) is None, place
    pair.put("张伟/a.xlsx", {LOG: [talk(1, content="谈样品"), talk(2)]})
    home = shutil.copytree(pair.results, pair.root.parent / "kept")
    expected = None
    for _ in range(6):
        shutil.rmtree(pair.results)
        shutil.copytree(home, pair.results)
        place = change()
        pair.merge()
        found = pair.rows(LABEL)
        expected = expected or found
        assert found == expected, place


def test_a_merge_that_an_earlier_program_wrote_can_be_taken_back(tmp_path: Path) -> None:
    resources.copy_tree(resources.sample_workbooks(), tmp_path)
    for day in (20, 27):
        merge(tmp_path, Options(as_of=date(2024, 5, day)))
    home = tmp_path / "汇总"
    for each in (home / ".xlcrm" / "state").iterdir():
        state = load_state(home, each.name, None)
        assert state is not None
        meta = {key: value for key, value in state.meta.items() if key != "behind"}
        save_state(home, replace(state, meta=meta), meta["version"])
    undo(tmp_path, Options(as_of=date(2024, 5, 27)))
    again = merge(tmp_path, Options(as_of=date(2024, 5, 27)))
    assert len(again.picture.records) > 100
