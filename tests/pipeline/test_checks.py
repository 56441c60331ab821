"""Checking a file by itself, within its team's folder, and folders."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xlcrm.pipeline.checks import check
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.spec.settings import Settings

LOG, BASE = "communication_log", "customer_base"
OPTIONS = Options(date(2024, 5, 20), workers=1)


def customer(number: str) -> dict[str, str]:
    return {"customer_id": number, "customer_name": f"公司{number}", "customer_type": "潜在客户"}


def talk(customer_id: str) -> dict[str, str]:
    return {
        "record_id": "J001",
        "customer_id": customer_id,
        "date": "2024-05-13",
        "channel": "电话",
        "content": "谈价格",
    }


def told(*paths: Path) -> list[tuple[str, str, str | None]]:
    return [(each.code, each.file, each.cell) for each in check(paths, OPTIONS).findings]


def test_a_file_knows_its_own_customers_and_those_of_the_team_around_it(
    team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(team.root.parent)
    team.put("base.xlsx", {BASE: [customer("C001")]})
    alone = team.put("../alone.xlsx", {LOG: [talk("C009")]})
    known = team.put("张伟/a.xlsx", {BASE: [customer("C002")], LOG: [talk("C001")]})
    unknown = team.put("张伟/b.xlsx", {LOG: [talk("C009")]})
    assert told(alone) == told(unknown) == []  # no base is known as long as nobody merged
    team.merge()
    assert told(alone) == told(known) == []
    assert told(unknown) == [("unknown-customer", "团队/张伟/b.xlsx", "B4")]


def test_a_folders_files_are_named_from_it_several_folders_with_theirs(
    team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(team.root.parent)
    for file in ("甲/a.xlsx", "乙/a.xlsx"):
        team.put(file, {LOG: [talk("C001")]})
    assert [file for _, file, _ in told(team.root)] == []
    team.put("base.xlsx", {BASE: [customer("C002")]})
    assert [file for _, file, _ in told(team.root)] == ["乙/a.xlsx", "甲/a.xlsx"]
    result = check([Path("团队/甲"), Path("团队/乙")], OPTIONS)
    assert [each.entry.file for each in result.files] == ["团队/甲/a.xlsx", "团队/乙/a.xlsx"]


def test_a_file_named_twice_is_checked_once(team: Any) -> None:
    path = team.put("a.xlsx", {LOG: [talk("C001")]})
    result = check([path, path.parent / "." / path.name], OPTIONS)
    assert [each.status for each in result.files] == ["read"]


def test_a_name_decided_to_be_a_customers_is_no_mismatch(team: Any) -> None:
    named = talk("C001") | {"customer_name": "一号公司"}
    path = team.put("a.xlsx", {BASE: [customer("C001")], LOG: [named]})
    assert told(path) == [("name-mismatch", path_from_here(path), "K4")]
    decided = Settings(customer_aliases={"一号公司": "公司C001"})
    assert check([path], replace(OPTIONS, settings=decided)).findings == []


def path_from_here(path: Path) -> str:
    return Path(os.path.relpath(path)).as_posix()


def test_a_folder_that_cannot_be_listed_may_hold_records(
    team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.put("a.xlsx", {LOG: [talk("C001")]})
    team.put("闭/b.xlsx", {LOG: [talk("C001")]})
    listed = os.scandir

    def scandir(path: Any) -> Any:
        if path == team.root / "闭":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    statuses = {e.entry.file: (e.status, e.reason) for e in check([team.root], OPTIONS).files}
    assert statuses == {"a.xlsx": ("read", None), "闭": ("rejected", "unreadable")}


def test_counts_of_a_file_are_by_table(team: Any) -> None:
    path = team.put("a.xlsx", {LOG: [talk("C001")] * 2, BASE: [customer("C001")]})
    (file,) = check([path], OPTIONS).to_json()["files"]
    assert file["tables"] == {LOG: 2, BASE: 1} and file["records"] == 3


def test_what_cannot_be_checked_is_a_mistake_or_named(team: Any) -> None:
    team.put("a.xlsx", {LOG: [talk("C001")]})
    with pytest.raises(UsageError, match="not-found"):
        check([team.root / "b.xlsx"], OPTIONS)
    (team.root / "空").mkdir()
    with pytest.raises(UsageError, match="no-workbook"):
        check([team.root / "空"], OPTIONS)
    (team.root / "旧.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (team.root / "坏.xlsx").write_bytes(b"PK\x03\x04")
    statuses = {e.entry.file: (e.status, e.reason) for e in check([team.root], OPTIONS).files}
    assert statuses == {
        "a.xlsx": ("read", None),
        "坏.xlsx": ("rejected", "unreadable"),
        "旧.xls": ("rejected", "not-a-workbook"),
    }
