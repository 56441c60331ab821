"""Every file below a folder is named once, and read only where it is a workbook to read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xlcrm.ledger.discovery import describe, discover


def found(folder: Path) -> dict[str, tuple[str | None, str]]:
    entries = discover(folder)
    named = {entry.file: (entry.code, entry.detail) for entry in entries}
    assert len(named) == len(entries)
    assert list(named) == sorted(named)
    return named


def put(folder: Path, *files: str) -> None:
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_workbooks_in_nested_folders_are_read(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", "华东/王磊/b.XLSX", "华东/c.xlsm", "华东/d 副本.xlsx")
    assert set(found(tmp_path).values()) == {(None, "")}
    assert list(found(tmp_path)) == [
        "a.xlsx",
        "华东/c.xlsm",
        "华东/d 副本.xlsx",
        "华东/王磊/b.XLSX",
    ]


@pytest.mark.parametrize(
    ("file", "code", "detail"),
    [
        ("~$a.xlsx", "skipped-temporary", "lock-file"),
        (".~lock.a.xlsx#", "skipped-temporary", "lock-file"),
        (".~a.xlsx", "skipped-temporary", "lock-file"),
        (".a.xlsx", "skipped-temporary", "hidden"),
        (".a.xlsx.1f2e.part", "skipped-temporary", "hidden"),
        (".stversions/a.xlsx", "skipped-temporary", "hidden"),
        ("华东/.回收站/旧/a.xlsx", "skipped-temporary", "hidden"),
        ("~a.xlsx", "skipped-temporary", "temporary"),
        ("a.xlsx.tmp", "skipped-temporary", "temporary"),
        ("a.xlsx.crdownload", "skipped-temporary", "temporary"),
        ("desktop.ini", "skipped-temporary", "not-excel"),
        ("说明", "skipped-temporary", "not-excel"),
        ("旧.numbers", "not-a-workbook", "other-format"),
        ("旧.DBF", "not-a-workbook", "other-format"),
        ("旧.xls", None, ""),
        ("旧.et", None, ""),
        ("旧.xlsb", None, ""),
        ("旧.csv", None, ""),
        ("旧.ODS", None, ""),
        ("华东/汇总/a.xlsx", None, ""),
        ("华东/团队设置.xlsx", None, ""),
    ],
)
def test_every_other_file_has_its_reason(
    tmp_path: Path, file: str, code: str | None, detail: str
) -> None:
    put(tmp_path, file)
    assert found(tmp_path) == {file: (code, detail)}


def test_results_and_settings_are_no_input(tmp_path: Path) -> None:
    put(tmp_path, "汇总/客户沟通汇总.xlsx", "汇总/.xlcrm/lock", "团队设置.xlsx")
    assert discover(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="links and pipes need rights there")
def test_links_and_special_files_are_named_and_never_followed(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx")
    (tmp_path / "b.xlsx").symlink_to(tmp_path / "a.xlsx")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(tmp_path / "pipe.xlsx")
    assert found(tmp_path) == {
        "a.xlsx": (None, ""),
        "again": ("skipped-temporary", "link"),
        "b.xlsx": ("skipped-temporary", "link"),
        "pipe.xlsx": ("skipped-temporary", "not-a-regular-file"),
    }


@pytest.mark.skipif(os.name == "nt", reason="names are always text there")
def test_names_that_are_no_text_are_escaped(tmp_path: Path) -> None:
    for name in (b"\xff\xfe.xlsx", b"a\nb.xlsx"):
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))).write_bytes(b"x")
    assert list(found(tmp_path)) == ["\\udcff\\udcfe.xlsx", "a\\u000ab.xlsx"]


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (PermissionError(13, "Permission denied"), "permission"),
        (FileNotFoundError(2, "No such file or directory"), "missing"),
        (OSError(5, "Input/output error"), "io-error"),
    ],
)
def test_a_folder_that_cannot_be_listed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, detail: str
) -> None:
    put(tmp_path, "a.xlsx", "闭/b.xlsx")
    listed = os.scandir

    def scandir(path: Path) -> object:
        if path.name == "闭":
            raise error
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert found(tmp_path) == {"a.xlsx": (None, ""), "闭": ("unreadable", detail)}


@pytest.mark.skipif(os.name == "nt", reason="paths are not that long there")
def test_folders_may_be_very_deep(tmp_path: Path) -> None:
    file = "d/" * 500 + "a.xlsx"
    folder = tmp_path
    for _ in range(500):
        (folder := folder / "d").mkdir()
    (folder / "a.xlsx").write_bytes(b"x")
    assert found(tmp_path) == {file: (None, "")}


def test_a_single_file_is_named_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "华东/a.xlsx")
    monkeypatch.chdir(tmp_path)
    assert describe(Path("华东/a.xlsx")).file == "华东/a.xlsx"
    assert describe(tmp_path / "华东" / "a.xlsx").file == "华东/a.xlsx"
    monkeypatch.chdir(tmp_path / "华东")
    assert describe(Path("../华东/a.xlsx")).file == "a.xlsx"
