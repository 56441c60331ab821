"""One root finding a cell: nothing is told that only follows from another mistake in the cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from random import Random

import pytest

from xlcrm.findings import Finding
from xlcrm.layout.forms import choices_of
from xlcrm.layout.pages import FormPage, ListPage, Page, Row
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options
from xlcrm.spec.loader import load_spec
from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.actions import Actions
from xlcrm.spec.types.dates import Moments
from xlcrm.template_workbook import write_workbook

SPEC = load_spec()
SAMPLE = Path(__file__).parents[2] / "sample_workbooks"
DAY = date(2024, 5, 20)
DAYS = ["2023-01-05", "2024-05-14", "2024-05-14 10:00", "2024-05-30", "2042-01-01 09:00", "下周三"]
WORDS = [*DAYS, "电联", "张伟明", "C001", "C999", "J001", "202405001", "4", "9", "尽快", "还可以"]

# Two faults of one cell, of which either stays when the other is mended.
APART = [{"date-order", "future-date"}, {"duplicate-id", "id-collision"}]

Run = Callable[[Path], list[tuple[str | None, ...]]]
LOG = {"customer_name": "星辰科技", "date": "2024-05-14", "channel": "电话", "content": "谈价格"}


def filled(table: Table, random: Random) -> dict[str, str]:
    """What a careless person writes in the cells of a record: some good, some out of place."""
    return {
        slot: text
        for field in table.shown()
        for slot, text in _cells(field, table.layout == "form", random)
        if text
    }


def _cells(field: Field, on_form: bool, random: Random) -> Iterator[tuple[str, str]]:
    choices = choices_of(field, hidden=True)
    vocabulary = getattr(field.type, "vocabulary", None)
    if on_form and isinstance(field.type, Actions):
        parts = [column["key"] for column in field.type.columns]
        yield from ((f"{field.key}.1.{part}", random.choice([*DAYS, ""])) for part in parts)
    elif on_form and choices:
        yield from ((f"{field.key}.{n}", random.choice("☐☐☑")) for n in range(1, len(choices) + 1))
    elif vocabulary and random.random() < 0.6:
        yield field.key, random.choice(vocabulary.choices).value
    else:
        words = DAYS if isinstance(field.type, Moments) else WORDS
        yield field.key, random.choice([*words, ""])


def mistakes(folder: Path, seed: int) -> Path:
    """A folder with a workbook of each table, filled carelessly."""
    random = Random(seed)
    for table in SPEC.tables.values():
        rows = [filled(table, random) for _ in range(30 if table.layout == "list" else 8)]
        pages: list[Page] = [FormPage(table, row) for row in rows]
        if table.layout == "list":
            pages = [ListPage(table, [Row(row) for row in rows])]
        path = folder / f"{table.key}.xlsx"
        write_workbook(path, [table], SPEC, "zh", created=datetime(2024, 5, 20), pages=pages)
    return folder


def twice_told(findings: Iterable[Finding]) -> list[tuple[object, set[str]]]:
    """Cells with several errors and warnings that are not known to be faults apart."""
    cells: dict[tuple[str | None, ...], list[str]] = defaultdict(list)
    for each in findings:
        # A private value is one wherever it stands, and a formula whatever it shows.
        apart = each.code.startswith("private-") or each.code == "formula-in-input"
        if each.severity != "info" and each.cell and not apart:
            cells[each.file, each.sheet, each.cell].append(each.code)
    return [
        (place, set(codes))
        for place, codes in cells.items()
        if len(codes) > 1 and set(codes) not in APART
    ]


def checked(path: Path) -> list[Finding]:
    return check([path], Options(as_of=DAY, workers=1)).findings


def test_no_cell_of_the_sample_is_told_twice() -> None:
    assert twice_told(checked(SAMPLE)) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_no_careless_cell_is_told_twice(seed: int, tmp_path: Path) -> None:
    found = checked(mistakes(tmp_path, seed))
    assert len({each.code for each in found if each.severity != "info"}) > 12
    assert twice_told(found) == []


@pytest.mark.parametrize(
    ("field", "root", "given", "consequence", "without"),
    [
        ("action_due", "date-order", {"action_due": "2023-01-05"},
         "overdue", {"action_due": "2024-05-16"}),
        ("recorded_at", "future-date", {"recorded_at": "2042-01-01 09:00"},
         "late-entry", {"recorded_at": "2024-05-19 09:00"}),
        ("review_status", "not-in-list", {"customer_id": "C001", "review_status": "看过"},
         "needs-review", {"customer_id": "C001", "review_status": "待审核"}),
    ],
)  # fmt: skip
def test_the_root_alone_is_told(
    tmp_path: Path,
    field: str,
    root: str,
    given: dict[str, str],
    consequence: str,
    without: dict[str, str],
) -> None:
    vip = {"customer_id": "C001", "customer_name": "星辰科技", "customer_grade": "VIP客户"}

    def codes(more: dict[str, str], run: Run) -> list[str | None]:
        pages = [
            ListPage(SPEC.tables["customer_base"], [Row(vip)]),
            ListPage(SPEC.tables["communication_log"], [Row({**LOG, **more})]),
        ]
        tables = [page.table for page in pages]
        path = tmp_path / "张伟.xlsx"
        write_workbook(path, tables, SPEC, "zh", created=datetime(2024, 5, 20), pages=pages)
        told = {consequence, root}
        table = "communication_log"
        return [c for c, f, t in run(tmp_path) if c in told and (f, t) == (field, table)]

    for run in (_of_check, _of_merge):
        assert codes(given, run) == [root]
        assert codes(without, run) == [consequence]


def _of_check(folder: Path) -> list[tuple[str | None, ...]]:
    return [(each.code, each.field, each.table) for each in checked(folder)]


def _of_merge(folder: Path) -> list[tuple[str | None, ...]]:
    document = merge(folder, Options(as_of=DAY, workers=1)).document
    return [(each["code"], each["field"], each["table"]) for each in document["findings"]]
