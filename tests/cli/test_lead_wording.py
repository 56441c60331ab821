"""The lead's own sentences stay, wherever they were typed, and are marked as theirs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

HOME = Path("团队/汇总")
REPORT, MASTER = HOME / "沟通效果分析周报_2024-W20.xlsx", HOME / "客户沟通汇总.xlsx"
DAY = ("--as-of", "2024-05-20", "--lang", "zh")
NAME, OWN, OTHER = "满意度平均分(5分制)", "客户都说好,\n下周继续。", "改过的话。"
SCORED = {"record_id": "J001", "customer_name": "星辰科技", "date": "2024-05-14", "channel": "电话",
          "content": "谈价格", "satisfaction": 4}  # fmt: skip


@pytest.fixture
def team(folder: Any, run: Any) -> Any:
    folder.put("张伟.xlsx", {"communication_log": [SCORED]})
    report(run)
    return folder


def report(run: Any, *more: str) -> dict[str, Any]:
    """What the report of the week says of satisfaction."""
    made = run("report", "团队", "--week", "2024-W20", *DAY, "--format", "json", *more)
    assert made.code == 0, made.err
    (metric,) = (m for m in made.document["metrics"] if m["key"] == "satisfaction")
    return metric  # type: ignore[no-any-return]


def cell(path: Path, sheet: str) -> Any:
    """The workbook, and the cell of the sentence on satisfaction."""
    book = load_workbook(path)
    for row in book[sheet].iter_rows():
        texts = [each.value for each in row]
        if NAME in texts:
            return book, row[texts.index(NAME) + 4]
    raise AssertionError(sheet)


def type_over(path: Path, sheet: str, text: str | None) -> None:
    book, place = cell(path, sheet)
    place.value = text
    book.save(path)


PLACES = [(REPORT, "周报"), (REPORT, "客户满意度"), (MASTER, "效果分析看板")]


@pytest.mark.parametrize(("path", "sheet"), PLACES)
def test_what_is_typed_over_ours_stays(team: Any, run: Any, path: Path, sheet: str) -> None:
    ours = report(run)
    assert ours["narrative_by"] == "program"
    if sheet == "客户满意度":
        sheet = next(name for name in load_workbook(path).sheetnames if name.startswith(sheet))
    type_over(path, sheet, OWN)
    for _ in range(2):
        said = report(run)
        assert (said["narrative"].split(), said["narrative_by"]) == (OWN.split(), "lead")
    run("merge", "团队", *DAY)
    for book, page in (PLACES[0], PLACES[2]):
        _, place = cell(book, page)
        assert place.value.split() == OWN.split()
        assert place.number_format == '"【主管】"@'
    team.put(
        "李娜.xlsx", {"communication_log": [SCORED | {"record_id": "J002", "satisfaction": 2}]}
    )
    said = report(run)
    assert (said["current"], said["narrative"].split()) == (3, OWN.split())


def test_of_two_the_one_saved_last_holds_and_an_empty_one_is_ours(team: Any, run: Any) -> None:
    ours = report(run)["narrative"]
    type_over(*PLACES[0], OWN)
    assert report(run)["narrative"].split() == OWN.split()
    run("merge", "团队", *DAY)
    type_over(*PLACES[2], OTHER)
    assert report(run)["narrative"] == OTHER
    run("merge", "团队", *DAY)
    _, place = cell(*PLACES[2])
    assert place.value == OTHER
    type_over(*PLACES[0], None)
    said = report(run)
    assert (said["narrative"], said["narrative_by"]) == (ours, "program")


def test_it_is_that_weeks_and_that_figures_alone(team: Any, run: Any) -> None:
    type_over(*PLACES[0], OWN)
    document = run("report", "团队", "--week", "2024-W20", *DAY, "--format", "json").document
    assert [m["key"] for m in document["metrics"] if m["narrative_by"] == "lead"] == [
        "satisfaction"
    ]
    later = run("report", "团队", "--week", "2024-W21", *DAY, "--format", "json").document
    assert all(m["narrative_by"] == "program" for m in later["metrics"])


def test_it_outlives_the_loss_of_all_that_is_kept(team: Any, run: Any) -> None:
    type_over(*PLACES[0], OWN)
    report(run)
    run("merge", "团队", *DAY)
    shutil.rmtree(HOME / ".xlcrm")
    shutil.rmtree(HOME / "已发布")
    REPORT.unlink()
    said = report(run)
    assert (said["narrative"].split(), said["narrative_by"]) == (OWN.split(), "lead")


def test_what_was_kept_and_is_damaged_is_said_and_never_written_over(team: Any, run: Any) -> None:
    kept = HOME / "已发布" / "主管用语.json"
    type_over(*PLACES[0], OWN)
    report(run)
    kept.write_text("half a fi", encoding="utf-8")
    type_over(*PLACES[0], OTHER)
    told = run("report", "团队", "--week", "2024-W20", *DAY)
    assert "主管用语.json" in told.err and "读不出" in told.err
    (aside,) = kept.parent.glob("*.damaged*")
    assert aside.read_text(encoding="utf-8") == "half a fi"
    assert report(run)["narrative"] == OTHER
    assert "主管用语" not in run("report", "团队", "--week", "2024-W20", *DAY).err


def test_a_report_that_cant_be_read_is_kept_beside_the_new_one(team: Any, run: Any) -> None:
    type_over(*PLACES[0], OWN)
    damaged = REPORT.read_bytes()[:-2000]
    REPORT.write_bytes(damaged)
    told = run("report", "团队", "--week", "2024-W20", *DAY, "--format", "json")
    (notice,) = told.document["notices"]
    assert (notice["code"], notice["file"]) == ("unreadable", f"汇总/{REPORT.name}")
    assert Path(told.document["aside"]).read_bytes() == damaged
    assert load_workbook(REPORT)
    REPORT.write_bytes(b"half")
    told = run("report", "团队", "--week", "2024-W20", *DAY)
    assert told.code == 0 and f"{REPORT.stem}.damaged1" in told.err
    assert report(run)["narrative_by"] == "program"
    assert len([*HOME.glob("*.damaged*")]) == 2


def test_a_formula_is_no_sentence_and_a_column_put_in_does_no_harm(team: Any, run: Any) -> None:
    book, place = cell(*PLACES[0])
    place.value = '=HYPERLINK("http://x")'
    book.save(REPORT)
    assert report(run)["narrative_by"] == "program"  # it had no value yet
    _, place = cell(*PLACES[0])
    assert place.data_type != "f"
    book, place = cell(*PLACES[0])
    place.value = OWN
    book["周报"].insert_cols(2)
    book.save(REPORT)
    assert report(run)["narrative_by"] == "lead"


def test_what_is_typed_into_a_report_of_an_export_stays_in_it(team: Any, run: Any) -> None:
    type_over(REPORT, "周报", OWN)
    assert run("export", "团队", "--to", "导出", "--as", "csv", *DAY).code == 0
    target = Path("另一份.xlsx")
    again = ("report", "--from", "导出", "--week", "2024-W20", *DAY, "-o", str(target))
    for typed, expected in ((None, OWN), (OTHER, OTHER), (None, OTHER)):
        if typed:
            type_over(target, "周报", typed)
        assert run(*again).code == 0
        assert cell(target, "周报")[1].value == expected
