"""What makes a workbook old: what is written on its sheets, and nothing else."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from xlcrm.filled_workbook.reading import read_file
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.upgrades import upgrade
from xlcrm.spec.loader import load_spec
from xlcrm.spec.settings import Settings
from xlcrm.template_workbook import write_workbook

OPTIONS = Options(date(2024, 5, 20))
LOG, EVALUATION = "communication_log", "communication_evaluation"
TALK = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "date": "2024-05-14",
    "channel": "电话",
    "content": "谈价格",
}


def written(path: Path, settings: Settings | None = None, **given: Any) -> Path:
    spec = load_spec(settings)
    table = spec.tables[LOG]
    records = {LOG: [TALK]}
    write_workbook(
        path, [table], spec, "zh", created=datetime(2024, 5, 1), records=records, **given
    )
    return path


def codes(path: Path, settings: Settings | None = None) -> list[str]:
    options = replace(OPTIONS, settings=settings or Settings())
    return [each.code for each in check([path], options).findings]


CHANGES = {
    "a label": Settings(fields={LOG: {"emotion": {"zh": "情绪"}}}),
    "a field": Settings(fields={LOG: {"budget": {"zh": "预算", "en": "Budget", "type": "text"}}}),
    "a dropped field": Settings(fields={LOG: {"participants": {"state": "dropped"}}}),
    "a hidden field": Settings(fields={LOG: {"topic": {"state": "hidden"}}}),
    "a shown field": Settings(shown={LOG: ["urgency"]}),
    "the order": Settings(order={LOG: ["customer_id", "record_id"]}),
    "a required field": Settings(fields={LOG: {"topic": {"required": True}}}),
    "a choice": Settings(choices={"channel": [{"value": "飞书"}]}),
    "a limit of a rule": Settings({"entry_hours": 48}),
}
NO_CHANGES = {
    "nothing": Settings(),
    "other words for a choice": Settings(
        choices={"channel": [{"value": "电话", "aliases": ["tel"]}]}
    ),
    "names of customers": Settings(customer_aliases={"星辰": "星辰科技"}),
    "a limit of the report": Settings({"slow_hours": 24}),
    "a day off where they count": Settings({"days_off": ["2024-11-11"]}),
    "another table": Settings(fields={EVALUATION: {"cause": {"zh": "根源"}}}),
    "a list of another table": Settings(choices={"level": [{"value": "不详"}]}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_sheet_makes_a_workbook_old(tmp_path: Path, change: str) -> None:
    path = written(tmp_path / "a.xlsx")
    assert codes(path, CHANGES[change]).count("old-template") == 1
    again = written(tmp_path / "b.xlsx", CHANGES[change])
    assert "old-template" not in codes(again, CHANGES[change])


@pytest.mark.parametrize("change", NO_CHANGES)
def test_what_no_sheet_shows_does_not(tmp_path: Path, change: str) -> None:
    assert "old-template" not in codes(written(tmp_path / "a.xlsx"), NO_CHANGES[change])


def test_a_day_off_counts_where_the_workbook_has_a_calendar(tmp_path: Path) -> None:
    skipping = Settings({"entry_skip_nonworking": True})
    off = Settings({"entry_skip_nonworking": True, "days_off": ["2024-11-11"]})
    path = written(tmp_path / "a.xlsx", skipping)
    assert "old-template" not in codes(path, skipping)
    assert "old-template" in codes(path, off)


@pytest.mark.parametrize("given", [{"core": True}, {"core": False}])
def test_a_core_workbook_is_no_older_than_a_full_one(tmp_path: Path, given: Any) -> None:
    assert "old-template" not in codes(written(tmp_path / "a.xlsx", **given))


def test_an_off_field_that_is_shown_is_none_of_a_core_workbook(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", core=True)
    assert "old-template" not in codes(path, CHANGES["a shown field"])


def test_a_workbook_of_somebody_else_is_never_old(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx")
    book = load_workbook(path)
    for name in [each.name for each in book.custom_doc_props.props]:
        del book.custom_doc_props[name]
    book.save(path)
    found = codes(path, CHANGES["a label"])
    assert "old-template" not in found


def test_it_is_told_once_a_file_and_the_records_are_merged(tmp_path: Path) -> None:
    written(tmp_path / "a.xlsx")
    settings = CHANGES["a dropped field"]
    result = merge(tmp_path, replace(OPTIONS, settings=settings))
    found = [each for each in result.document["findings"] if each["code"] == "old-template"]
    assert [(each["file"], each["sheet"], each["severity"]) for each in found] == [
        ("a.xlsx", None, "warning")
    ]
    assert "xlcrm upgrade" in found[0]["message"]
    assert result.document["records"] == {LOG: 1}


def test_it_survives_other_programs(tmp_path: Path, soffice: Any) -> None:
    path = soffice.convert(written(tmp_path / "a.xlsx"), "xlsx")
    assert "old-template" not in codes(path)
    assert "old-template" in codes(path, CHANGES["a label"])


PARAMETERS: dict[str, Any] = {
    "slow_hours": 24,
    "entry_hours": 48,
    "entry_skip_nonworking": True,
    "completion_days": 3,
    "low_score": 2,
    "need_share": 0.5,
    "remind_days": 3,
    "dormant_days": 60,
    "level_from": {"优秀": 4.8, "良好": 4, "一般": 3},
    "level_score": {"优秀": 5, "良好": 4, "一般": 3, "需改进": 1},
}


@pytest.mark.parametrize("key", PARAMETERS)
@pytest.mark.parametrize("table", [LOG, EVALUATION])
def test_a_parameter_counts_where_the_sheet_is_written_otherwise(
    tmp_path: Path, table: str, key: str
) -> None:
    """The stamp knows of every parameter that the writer asks for, and of no other."""
    specs = load_spec(), load_spec(Settings({key: PARAMETERS[key]}))
    sheets = [sheet_xml(tmp_path / f"{n}.xlsx", table, spec) for n, spec in enumerate(specs)]
    same = specs[0].templates(table) == specs[1].templates(table)
    assert same == (sheets[0] == sheets[1])


def sheet_xml(path: Path, table: str, spec: Any) -> bytes:
    """The XML of a table's sheet, which stands behind the guide."""
    write_workbook(path, [spec.tables[table]], spec, "zh", created=datetime(2024, 5, 1))
    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/worksheets/sheet2.xml")


def test_what_a_dropped_column_computed_is_nobodys_value(tmp_path: Path) -> None:
    """Neither computed by Excel, as here, nor without a value, as openpyxl leaves it."""
    settings = Settings(fields={LOG: {"response_time": {"state": "dropped"}}})
    path = written(tmp_path / "a.xlsx")
    options = replace(OPTIONS, settings=settings)
    for value in ("<v>5.5</v>", ""):
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name).decode() for name in archive.namelist()}
        with zipfile.ZipFile(path, "w") as archive:
            for name, xml in parts.items():
                archive.writestr(name, re.sub(r"(</f>)<v>[^<]*</v>", rf"\1{value}", xml))
        result = upgrade([path], tmp_path / "new", options, None)
        assert result.findings == [] and result.files[0].workbook
        for each in (path, result.files[0].workbook):
            (record,) = read_file(each, "a", options.spec).records
            assert record.extras == {}
        assert "表外内容" not in load_workbook(result.files[0].workbook).sheetnames
