"""A small team's folder for the stress: who wrote what in it, and what its master says."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from xlcrm.filled_workbook.stamp import run_id
from xlcrm.ledger.state import State, load_state
from xlcrm.pipeline.waiting import digest
from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

ROOT = Path(__file__).parents[1]
AS_OF = "2024-06-03"
_SPEC, _LOG, _LABEL = load_spec(), "communication_log", "沟通动态记录表"
_CREATED = datetime(2024, 6, 1)
_NOTE = "主管批注"


@dataclass
class Tally:
    """What was counted, and what went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.wrong.append(otherwise)


@dataclass
class Team:
    """A folder with a file a person. ``rows`` has what each file says now: the text of each record
    by its id; ``version`` how often it was changed, which stands in each of its rows.
    ``program`` is the module that merges it."""

    root: Path
    chance: random.Random
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    version: Counter[str] = field(default_factory=Counter)
    notes: dict[str, str] = field(default_factory=dict)
    program: str = "xlcrm"

    @property
    def home(self) -> Path:
        return self.root / "汇总"

    @property
    def master(self) -> Path:
        return self.home / "客户沟通汇总.xlsx"

    @property
    def scratch(self) -> Path:
        """Where the runs' system folder for scratch is."""
        return self.root.with_name("temp")

    def begin(self, people: int, rows: int) -> None:
        self.scratch.mkdir()
        for person in range(people):
            ids = (f"J{person:02d}{number:04d}" for number in range(rows))
            self.put(f"员工{person % 3}/沟通{person:02d}.xlsx", dict.fromkeys(ids, "谈价格"))

    def change(self) -> str:
        """Change a file as ``changed`` says; return which."""
        file, rows = self.changed()
        self.put(file, rows)
        return file

    def changed(self) -> tuple[str, dict[str, str]]:
        """Return a file and its rows: some changed, one added or one taken out; each file's first
        row stays."""
        file = self.chance.choice(sorted(self.rows))
        rows = dict(self.rows[file])
        first, *others = rows
        match self.chance.choice(["change", "add", "remove"]):
            case "remove" if others:
                del rows[self.chance.choice(others)]
            case "change":
                some = self.chance.sample(sorted(rows), min(3, len(rows)))
                rows |= dict.fromkeys(some, f"谈交付{self.version[file]}")
            case _:
                rows[f"{first[:3]}{5000 + self.version[file]:04d}"] = "谈样品"
        return file, rows

    def put(self, file: str, rows: dict[str, str]) -> None:
        """Write a file beside its place, as spreadsheets save, and put it there."""
        self.written(file, rows).replace(self.root / file)

    def written(self, file: str, rows: dict[str, str]) -> Path:
        """Return a file's new version, which is still to be put in its place."""
        self.version[file] += 1
        self.rows[file] = rows
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f"~{path.name}.tmp")
        records = [self._record(file, *row) for row in rows.items()]
        tables = [_SPEC.tables[_LOG]]
        write_workbook(scratch, tables, _SPEC, "zh", created=_CREATED, records={_LOG: records})
        return scratch

    def _record(self, file: str, record_id: str, text: str) -> dict[str, Any]:
        return {
            "record_id": record_id,
            "customer_name": f"客户{record_id}有限公司",
            "date": "2024-05-27",
            "channel": "电话",
            "topic": f"第{self.version[file]}版",
            "content": text,
        }

    def note(self) -> None:
        """Let the lead write a remark beside a record that stays."""
        record = next(iter(self.rows[self.chance.choice(sorted(self.rows))]))
        self.notes[record] = f"批注{self.chance.randrange(10**9)}"
        book = load_workbook(self.master)
        sheet = book[_LABEL]
        column = [cell.value for cell in sheet[2]].index(_NOTE) + 1
        row = next(row[0].row for row in sheet.iter_rows(min_row=3) if row[0].value == record)
        sheet.cell(row, column, self.notes[record])
        book.save(self.master)

    def merge(self) -> subprocess.Popen[str]:
        """Begin a merge as a user does."""
        command = [sys.executable, "-m", self.program, "merge", str(self.root), "--as-of", AS_OF]
        return subprocess.Popen(
            [*command, "--lang", "zh", "--workers", "2"],
            env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(self.scratch)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    def merge_whole(self) -> float:
        """Merge, and return how many seconds it took. Raises RuntimeError where it fails."""
        started = time.monotonic()
        process = self.merge()
        _, said = process.communicate()
        if process.returncode:
            raise RuntimeError(f"exit code {process.returncode}: {said}")
        return time.monotonic() - started


@dataclass(frozen=True)
class Row:
    """What a row of a master says."""

    record: str
    file: str
    version: int
    text: str
    note: str | None


def rows_of(master: bytes) -> list[Row]:
    """Return the rows of a master. Raises what openpyxl does where it is none."""
    sheet = load_workbook(io.BytesIO(master), read_only=True)[_LABEL]
    _, header, *rows = sheet.iter_rows(values_only=True)
    return [_row(dict(zip(header, row, strict=True))) for row in rows]


def _row(said: dict[Any, Any]) -> Row:
    version = int(said["沟通主题"].strip("第版"))
    return Row(said["记录ID"], said["来源文件"], version, said["关键内容记录"], said[_NOTE])


def fitting_state(home: Path, master: Path, *, edited: bool = False) -> State | None:
    """Return the state that was written with a master, in which somebody may have ``edited``
    something since; None where there is none."""
    run = run_id(master)
    state = load_state(home, run, None) if run else None
    return state if state and (edited or state.meta["master"] == digest(master)) else None


def leftovers(team: Team) -> Iterator[str]:
    """What ended runs left in the folder of results, and in the system's for scratch."""
    found = (path for path in team.home.rglob("*") if path.suffix == ".part")
    yield from (path.name for path in (*found, *team.scratch.iterdir()))
