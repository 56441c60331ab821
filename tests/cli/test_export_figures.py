"""Figures reckoned from a Parquet dataset by DuckDB: the same as in memory, with less in it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xlcrm.export import dataset
from xlcrm.facts.build import facts_of
from xlcrm.facts.lines import History
from xlcrm.metrics.catalogue import compute, days_asked
from xlcrm.periods import parse_period
from xlcrm.pipeline import export_places
from xlcrm.pipeline.exported import exported
from xlcrm.pipeline.options import Options

SAMPLE = Path(__file__).parents[2] / "sample_workbooks"
AS_OF = ("--as-of", "2024-05-20")
FOLDER = "导[出]'"  # signs that mean something to DuckDB
PERIODS = "2024-W14 2024-W19 2024-W21 2024-05 2024-Q2 2023"


def test_figures_are_the_same_in_every_period_and_so_are_the_facts_they_rest_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SAMPLE, "团队")
    assert run("export", "团队", "--to", FOLDER, *AS_OF).code == 3
    source = exported(FOLDER)
    options = source.options(Options(date(2024, 5, 20)), None)
    known = History(source.merged(options).picture.records, options.spec)
    with source.history(options, tmp_path) as stored:
        assert not isinstance(stored, History)
        for period in map(parse_period, PERIODS.split()):
            here, there = (facts_of(each, days_asked(period)) for each in (known, stored))
            found = (compute(each, period, options.spec) for each in (here, there))
            assert next(found) == next(found), period.label
    week = ("--week", "2024-W20", "--format", "json", *AS_OF)
    wanted = run("report", "--from", FOLDER, "-o", "周报.xlsx", *week).document
    made = run("report", "--from", FOLDER, "--figures", *week)
    assert made.code == 0 and made.document["metrics"] == wanted["metrics"]
    assert made.document["report"] is None and made.document.keys() == wanted.keys()


def test_records_of_other_months_stay_on_the_disk(
    folder: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    talks = [
        {
            "record_id": f"J{n:03d}",
            "customer_name": f"客户{n % 7}",
            "date": f"20{20 + n % 5}-{n % 12 + 1:02d}-14",
            "channel": "电话",
            "content": "谈价格",
            "next_action": "报价",
            "action_due": f"20{20 + n % 5}-{n % 12 + 1:02d}-20",
            "action_done": f"20{20 + n % 5}-{n % 12 + 1:02d}-19",
        }
        for n in range(1, 301)
    ]
    folder.put("张伟.xlsx", {"communication_log": talks})
    run("export", "团队", "--to", "导出", *AS_OF)
    loaded = []
    made = dataset.RecordTable.record

    def record(table: Any, row: Any, sources: Any) -> Any:
        loaded.append(row[0])
        return made(table, row, sources)

    monkeypatch.setattr(dataset.RecordTable, "record", record)
    figures = run("report", "--from", "导出", "--figures", "--month", "2024-05", *AS_OF)
    assert figures.code == 0 and "2024-05" in figures.out
    assert 0 < len(set(loaded)) < 30


def test_what_can_not_be_reckoned_so_is_said(
    folder: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "FOLDER" in run("report", "团队", "--figures", *AS_OF).err
    run("export", "团队", "--to", "表", "--as", "csv", *AS_OF)
    assert "--pdf" in run("report", "--from", "表", "--figures", "--pdf", *AS_OF).err
    assert run("report", "--from", "表", "--figures", *AS_OF).code == 0  # in memory
    run("export", "团队", "--to", "导出", *AS_OF)
    found = export_places.find_spec
    with monkeypatch.context() as patch:
        patch.setattr(export_places, "find_spec", lambda n: None if n == "duckdb" else found(n))
        ran = run("report", "--from", "导出", "--figures", *AS_OF)
    assert ran.code == 2 and "xlcrm[duckdb]" in ran.err
    for part in Path("导出/communication_log").rglob("*.parquet"):
        part.write_bytes(b"PAR1")
    ran = run("report", "--from", "导出", "--figures", *AS_OF)
    assert ran.code == 2 and "can't be read" in ran.err
