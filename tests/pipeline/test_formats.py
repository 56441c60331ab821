"""Files in several formats in one folder, and files that a password opens."""

from __future__ import annotations

import csv
import json
import os
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import load_workbook

from xlcrm.filled_workbook.archive import open_archive
from xlcrm.ledger.state import load_state
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.options import Options
from xlcrm.work import Limits

LOG = "communication_log"
LABEL = "沟通动态记录表"
PASSWORD = "春天 2024!"
TALK = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "date": "2024-05-13",
    "channel": "电话",
    "content": "谈价格",
}
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_ODS_START = (
    f'<office:document-content xmlns:office="{_ODF}:office:1.0" xmlns:table="{_ODF}:table:1.0"'
    f' xmlns:text="{_ODF}:text:1.0"><office:body><office:spreadsheet><table:table table:name="a">'
)
_ODS_END = "</table:table></office:spreadsheet></office:body></office:document-content>"
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + "Workbook".encode("utf-16-le") * 100


def exported(workbook: Path, path: Path, encoding: str = "gb18030") -> None:
    """Write the log of a workbook as a spreadsheet program exports it."""
    rows = load_workbook(workbook, data_only=True, read_only=True)[LABEL].iter_rows(
        values_only=True
    )
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)


def encrypt(path: Path, password: str = PASSWORD) -> None:
    with path.open("rb") as file, path.with_suffix(".new").open("wb") as target:
        OOXMLFile(file).encrypt(password, target)
    path.with_suffix(".new").replace(path)


def statuses(result: Any) -> dict[str, tuple[str, str | None, int]]:
    return {
        each["path"]: (each["status"], each["reason"], each["rows_merged"])
        for each in result.document["files"]
    }


def test_a_workbook_and_its_csv_are_one_record_with_both_sources(team: Any) -> None:
    exported(team.put("张伟.xlsx", {LOG: [TALK]}), team.root / "导出.csv")
    result = team.merge()
    assert statuses(result)["张伟.xlsx"][2] == statuses(result)["导出.csv"][2] == 1
    assert (result.document["records"], result.document["conflicts"]) == ({LOG: 1}, 0)
    (row,) = team.rows(LABEL)
    assert {"导出.csv", "张伟.xlsx"} == set(row["来源文件"].split())
    assert statuses(team.merge())["导出.csv"][0] == "unchanged"


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_workbook_in_another_format_is_the_same_file_again(
    team: Any, soffice: Any, kind: str
) -> None:
    path = team.put("张伟.xlsx", {LOG: [TALK]})
    soffice.convert(path, kind).replace(team.root / f"张伟.{kind}")
    result = team.merge(workers=1)
    assert {each[0] for each in statuses(result).values()} == {"merged"}
    assert (result.document["records"], result.document["conflicts"]) == ({LOG: 1}, 0)


@pytest.mark.parametrize("kind", ["xls", "ods", "csv"])
def test_a_master_in_another_format_is_no_input(team: Any, soffice: Any, kind: str) -> None:
    team.put("张伟.xlsx", {LOG: [TALK]})
    team.merge()
    copy = team.root / f"旧.{kind}"
    if kind == "csv":
        exported(team.master, copy, "utf-8-sig")
    else:
        soffice.convert(team.master, kind).replace(copy)
    result = team.merge(workers=1)
    assert statuses(result)[copy.name] == ("skipped", "skipped-temporary", 0)
    assert result.document["duplicates"] == 0


def test_files_that_are_none_cost_themselves_alone(team: Any) -> None:
    team.put("张伟.xlsx", {LOG: [TALK]})
    for name, data in {"a.xls": b"abc", "b.xls": OLE, "c.csv": b"", "d.ods": b"PK\3\4"}.items():
        (team.root / name).write_bytes(data)
    (team.root / "e.numbers").write_bytes(b"PK\3\4")
    result = team.merge()
    named = {each.file: each.parameters["detail"] for each in result.picture.findings}
    assert named == {
        "a.xls": "text",
        "b.xls": "xls",
        "c.csv": "empty",
        "d.ods": "truncated",
        "e.numbers": "other-format",
    }
    assert result.rejected == sorted(named) and len(team.rows(LABEL)) == 1


@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_one_file_alone_is_read_within_limits_too(team: Any, soffice: Any, kind: str) -> None:
    path = team.put("a.xlsx", {LOG: [TALK]})
    path = path if kind == "xlsx" else soffice.convert(path, kind).replace(path)
    found = check([path], Options(date(2024, 5, 20), limits=Limits(seconds=0.001))).findings
    told = [(each.code, each.parameters.get("detail")) for each in found]
    assert told == [("unreadable", "timeout")]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="no address space limit")
def test_an_open_document_of_endless_cells_costs_itself_alone(team: Any) -> None:
    good = team.put("张伟.xlsx", {LOG: [TALK]})
    kind = 'office:value-type="string" table:number-columns-repeated="16384"'
    cell = f"<table:table-cell {kind}><text:p>x</text:p>"
    row = f'<table:table-row table:number-rows-repeated="3000">{cell}</table:table-cell>'
    with zipfile.ZipFile(good.with_name("b.ods"), "w") as file:
        file.writestr("mimetype", _ODS)
        file.writestr("META-INF/manifest.xml", "<manifest/>")
        file.writestr("content.xml", f"{_ODS_START}{row}</table:table-row>{_ODS_END}")
    result = team.merge()
    assert result.rejected == ["b.ods"] and len(team.rows(LABEL)) == 1
    assert [each.parameters["detail"] for each in result.picture.findings] == ["memory"]


def test_encrypted_files_are_merged_once_their_password_is_given(team: Any) -> None:
    team.put("a.xlsx", {LOG: [TALK]})
    encrypt(team.put("b.xlsx", {LOG: [{**TALK, "record_id": "J002"}]}))
    assert statuses(team.merge())["b.xlsx"] == ("rejected", "encrypted", 0)
    assert statuses(team.merge())["b.xlsx"] == ("rejected", "encrypted", 0)
    assert not team.merge().made  # nothing has changed
    wrong = team.merge(password="x")
    assert statuses(wrong)["b.xlsx"] == ("rejected", "encrypted", 0)
    assert [each.parameters["detail"] for each in wrong.picture.findings] == ["password-wrong"]
    assert statuses(team.merge(password=PASSWORD))["b.xlsx"] == ("merged", None, 1)
    assert statuses(team.merge(password=PASSWORD))["b.xlsx"] == ("unchanged", None, 1)
    assert statuses(team.merge())["b.xlsx"] == ("unchanged", None, 1)
    assert len(team.rows(LABEL)) == 2


def contents(folder: Path) -> Iterator[bytes]:
    """All bytes of all files below, archives and states inflated."""
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            yield from open_archive(data).parts.values() if data[:2] == b"PK" else [data]
        if path.is_file() and path.name == "state":
            state = load_state(path.parents[3], path.parent.name, None)
            assert state
            yield json.dumps(state.meta, ensure_ascii=False).encode()
            yield from (each.reading for each in state.files.values())


def test_the_password_is_in_nothing_that_is_written(team: Any) -> None:
    encrypt(team.put("b.xlsx", {LOG: [TALK]}))
    encrypt(team.put("c.xlsx", {LOG: [TALK]}), "another")
    result = team.merge(password=PASSWORD)
    forms = (PASSWORD.encode(), json.dumps(PASSWORD)[1:-1].encode(), os.fsencode(PASSWORD))
    assert statuses(result)["b.xlsx"][0] == "merged"
    assert statuses(result)["c.xlsx"][0] == "rejected"
    assert not [form for form in forms for data in contents(team.root) if form in data]
    assert PASSWORD not in repr(result.options) + json.dumps(result.document, ensure_ascii=False)
