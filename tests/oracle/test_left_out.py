"""What the report says that each metric leaves out is what SQL counts in the cells themselves."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from oracle_facts import Team
from oracle_words import BASE, CHANNELS, CRM, ISSUES, LOG, RECORD, REVISIT, SCORES

from xlcrm.cli.main import cli

NAMES = ("score", "sent", "replied", "recorded", "tags", "met", "origin")
WHERE = {
    "week": "day between '2024-05-13' and '2024-05-19'",
    "month": "day between '2024-05-01' and '2024-05-31'",
}
TALKS = (LOG, RECORD, REVISIT, CHANNELS, CRM)

# Of a metric the tables that it asks, and when a row of them is left out.
LEFT_OUT = {
    "satisfaction": ((LOG, CRM, ISSUES, SCORES), "score is null"),
    "low_satisfaction": ((LOG, CRM, ISSUES, SCORES), "score is null"),
    "avg_response_hours": ((LOG,), "sent is null or replied is null or replied < sent"),
    "unanswered": ((LOG,), "sent is null"),
    "timely_entry_rate": ((LOG, REVISIT, CHANNELS, CRM), "recorded is null"),
    "top_needs": (TALKS, "tags is null"),
    "need_match_rate": (TALKS, "tags is null or met is null"),
    "conversion": (TALKS, "0"),
    "source_new": ((BASE,), "origin is null"),
}


@pytest.fixture(scope="module")
def cells(team: Team) -> sqlite3.Connection:
    """A table of the rows that openpyxl finds in the folder, a record once."""
    rows = sqlite3.connect(":memory:")
    rows.execute(f"create table rows (sheet, day, {', '.join(NAMES)})")
    marks = ", ".join("?" * (len(NAMES) + 2))
    for row in team.rows:
        values = [None if row[name] in (None, "") else str(row[name]) for name in NAMES]
        day = row.day.isoformat() if isinstance(row.day, date) else None
        rows.execute(f"insert into rows values ({marks})", (row.table, day, *values))
    return rows


@pytest.mark.parametrize("period", ["--week=2024-W20", "--month=2024-05"])
def test_it_is_as_counted_in_the_cells(
    period: str, folder: Path, cells: sqlite3.Connection
) -> None:
    args = ["report", str(folder), period, "--as-of", "2024-06-03", "--format", "json"]
    told = json.loads(CliRunner().invoke(cli, args, standalone_mode=False).stdout)["quality"]
    by_key = {each["key"]: each for each in told["left_out"]}
    for metric, (sheets, left_out) in LEFT_OUT.items():
        dated = "1" if sheets == (BASE,) else WHERE[period[2:].partition("=")[0]]
        of = f"from rows where sheet in ({', '.join('?' * len(sheets))}) and {dated}"
        ((rows, left),) = cells.execute(f"select count(*), total({left_out}) {of}", sheets)
        found = by_key[metric]
        assert (found["rows"], found["missing"] + found["bad"]) == (rows, left), metric
