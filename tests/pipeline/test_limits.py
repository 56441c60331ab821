"""A file that hangs its reader, eats its memory or kills it costs that file and a named finding."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xlcrm.cli.merge import exit_code
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.merges import MergeResult
from xlcrm.pipeline.options import Options
from xlcrm.work import Limits

LOG = "communication_log"
TALK = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "date": "2024-05-13",
    "channel": "电话",
    "content": "谈价格",
}
MB = 1024**2
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_LABELS = ("客户ID", "沟通日期", "沟通方式", "参与人员", "沟通主题", "关键内容记录", "客户情绪")
needs_cap = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="no address space limit")


def merged_beside(team: Any, file: str, write: Callable[[Path], None], **options: Any) -> Any:
    """Merge a folder in which ``file`` stands between two good workbooks."""
    for number, name in enumerate(("a.xlsx", "z.xlsx"), 1):
        team.put(name, {LOG: [{**TALK, "record_id": f"J00{number}"}]})
    write(team.root / file)
    return team.merge(workers=1, **options)


def assert_cost_is_that_file(team: Any, result: MergeResult, file: str, detail: str) -> None:
    files = {each["path"]: each for each in result.document["files"]}
    assert (files[file]["status"], files[file]["reason"]) == ("rejected", "unreadable")
    assert files["a.xlsx"]["rows_merged"] == files["z.xlsx"]["rows_merged"] == 1
    found = [each for each in result.picture.findings if each.file == file]
    assert [(each.code, each.parameters["detail"]) for each in found] == [("unreadable", detail)]
    assert sorted(row["记录ID"] for row in team.rows("沟通动态记录表")) == ["J001", "J002"]
    assert result.rejected == [file] and exit_code(result) == 3


@pytest.mark.parametrize(
    ("write", "limits", "detail"),
    [
        # Rust code that gets none aborts the process.
        pytest.param(
            lambda path: write_far_corners(path, 1),
            Limits(seconds=60, memory=40 * MB),
            "memory",
            marks=needs_cap,
        ),
        # Many times as much work as the limit allows.
        (lambda path: write_many_rows(path, 100_000), Limits(seconds=2), "timeout"),
    ],
    ids=["aborts-its-reader", "hangs"],
)
def test_a_file_that_its_reader_cannot_cope_with(
    team: Any, write: Callable[[Path], None], limits: Limits, detail: str
) -> None:
    result = merged_beside(team, "m.xlsx", write, limits=limits)
    assert_cost_is_that_file(team, result, "m.xlsx", detail)


@needs_cap
def test_a_file_whose_values_eat_all_memory(tmp_path: Path) -> None:
    for name, rows in {"a.xlsx": 1, "m.xlsx": 80_000, "z.xlsx": 1}.items():
        write_many_rows(tmp_path / name, rows)
    # What this process freed before is at hand in its forks, above their limit: in those of a fresh
    # interpreter it isn't.
    done = subprocess.run([sys.executable, "-c", CHECKED, tmp_path], capture_output=True, text=True)
    told = json.loads(done.stdout)
    assert {Path(each["path"]).name: each["status"] for each in told["files"]} == {
        "a.xlsx": "read",
        "m.xlsx": "rejected",
        "z.xlsx": "read",
    }
    assert told["details"] == ["memory"]


CHECKED = f"""
import json, sys
from datetime import date
from pathlib import Path
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.options import Options
from xlcrm.work import Limits

limits = Limits(seconds=200, memory={160 * MB})
paths = sorted(Path(sys.argv[1]).iterdir())
result = check(paths, Options(date(2024, 5, 20), limits=limits, workers=1))
unreadable = [each for each in result.findings if each.code == "unreadable"]
details = [each.parameters["detail"] for each in unreadable]
print(json.dumps({{"files": result.to_json()["files"], "details": details}}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_a_reader_that_the_system_kills(team: Any) -> None:
    def kill(done: int, total: int, file: str) -> None:
        if file == "m.xlsx" and done == 1:
            for pid in _readers():
                os.kill(pid, signal.SIGKILL)

    result = merged_beside(
        team, "m.xlsx", lambda path: write_many_rows(path, 20_000), on_progress=kill
    )
    assert_cost_is_that_file(team, result, "m.xlsx", "killed")


def _readers() -> list[int]:
    """Return the processes that read files for this one."""
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True
    )
    processes = [line.split(None, 2) for line in listed.stdout.splitlines()]
    mine = [each for each in processes if int(each[1]) == os.getpid()]
    return [int(pid) for pid, _, args in mine if not args.startswith("ps ")]


def test_sheets_too_large_together_are_named_and_cost_little(team: Any) -> None:
    result = merged_beside(team, "m.xlsx", lambda path: write_far_corners(path, 500))
    found = [each for each in result.picture.findings if each.file == "m.xlsx"]
    assert [(each.code, each.parameters["detail"]) for each in found] == [("too-large", "grid")]
    assert exit_code(result) == 3


def test_what_passed_the_limit_once_is_read_the_next_time(team: Any) -> None:
    def write(path: Path) -> None:
        write_many_rows(path, 6_000)

    first = merged_beside(team, "m.xlsx", write, limits=Limits(seconds=0.2))
    assert exit_code(first) == 3
    again = team.merge(workers=1)
    assert exit_code(again) == 0
    (file,) = (each for each in again.document["files"] if each["path"] == "m.xlsx")
    assert (file["status"], file["rows_seen"]) == ("merged", 6_000)
    assert again.document["records"][LOG] == 6_002 - again.document["duplicates"]


@pytest.mark.parametrize(
    ("write", "limits", "detail"),
    [
        (lambda path: write_many_rows(path, 3_000), Limits(seconds=0.1), "timeout"),
        pytest.param(
            lambda path: write_far_corners(path, 1),
            Limits(memory=40 * MB),
            "memory",
            marks=needs_cap,
        ),
    ],
    ids=["hangs", "eats-memory"],
)
def test_one_small_file_alone_is_guarded_as_well(
    tmp_path: Path, write: Callable[[Path], None], limits: Limits, detail: str
) -> None:
    write(path := tmp_path / "a.xlsx")
    assert path.stat().st_size < 256 * 1024
    result = check([path], Options(date(2024, 5, 20), limits=limits))
    assert [(each.status, each.reason) for each in result.files] == [("rejected", "unreadable")]
    assert [each.parameters["detail"] for each in result.findings] == [detail]


# Workbooks that are valid, small as files, and dear to read.


def write_many_rows(path: Path, rows: int) -> None:
    """Write a communication log in which no value repeats and hardly any can be read."""
    lines = [_row(1, _LABELS)]
    lines += (_row(n, (f"{n:x}.{column}" for column in _LABELS)) for n in range(2, rows + 2))
    _write(path, ["".join(lines)])


def write_far_corners(path: Path, sheets: int) -> None:
    """Write sheets of two cells each, 4 million cells apart."""
    corner = '<row r="39999"><c r="CZ39999"><v>1</v></c></row>'
    _write(path, [_row(1, ["1"]) + corner] * sheets)


def _row(number: int, texts: Iterable[str]) -> str:
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{number}">{cells}</row>'


def _write(path: Path, sheets: list[str]) -> None:
    numbers = range(1, len(sheets) + 1)
    parts = {f"worksheets/sheet{n}.xml": "worksheet" for n in numbers}
    types = "".join(
        f'<Override PartName="/xl/{part}" ContentType="{_KINDS}.{kind}+xml"/>'
        for part, kind in {"workbook.xml": "sheet.main", **parts}.items()
    )
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f"{types}</Types>",
        )
        archive.writestr("_rels/.rels", _links("officeDocument", ["xl/workbook.xml"]))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        )
        archive.writestr("xl/_rels/workbook.xml.rels", _links("worksheet", parts))
        for part, rows in zip(parts, sheets, strict=True):
            text = f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>"
            archive.writestr(f"xl/{part}", text)


def _links(kind: str, targets: Iterable[str]) -> str:
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, target in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
