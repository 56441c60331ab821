"""Generated folders: seeded workbooks of the customer base and the communication log."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from xlcrm import __version__
from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

AS_OF = "2024-06-03"
_FIRST_DAY, _DAYS = date(2024, 1, 1), 150
_CREATED = datetime(2024, 6, 1)
CUSTOMERS = 10  # a workbook
_FAULTS = 0.01  # the share of rows with a wrong channel or an entry that came late


@dataclass(frozen=True)
class Size:
    """So many workbooks with so many rows of the communication log each, with all columns or the
    documents' own alone; or with so many form sheets of talks."""

    workbooks: int
    rows: int
    kind: Literal["full", "core", "forms"] = "full"

    def __str__(self) -> str:
        of = {"full": "rows", "core": "rows of core columns", "forms": "form sheets"}[self.kind]
        return f"{self.workbooks:,} × {self.rows:,} {of}"


def make_folder(work: Path, size: Size) -> Path:
    """Return the folder of this size below ``work``; it is made where it is not there yet."""
    version = f"{__version__}-{load_spec().version}"
    kind = "" if size.kind == "full" else f"-{size.kind}"
    folder = work / f"{size.workbooks}x{size.rows}{kind}-{version}"
    done = work / f"{folder.name}.done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        for number in range(size.workbooks):
            write_team_file(place_of(folder, number), number, size)
        done.touch()
    return folder


def place_of(folder: Path, number: int) -> Path:
    """Return where the workbook of this number is."""
    return folder / f"员工{number % 25 + 1:02d}" / f"沟通{number:04d}.xlsx"


def write_team_file(path: Path, number: int, size: Size, first_content: str | None = None) -> None:
    """Write the workbook of this number of a folder of this size; ``first_content`` changes what
    the first talk's says."""
    spec = load_spec()
    chance = random.Random(number)
    customers = list(_customers(number, chance))
    talks = list(_talks(number, size.rows, customers, chance))
    if first_content is not None:
        talks[0]["content"] = first_content
    records = {"customer_base": customers, "communication_log": talks}
    if size.kind == "core":  # where no column says by when
        for talk in talks:
            del talk["next_action"]
    if size.kind == "forms":
        names = {each["customer_id"]: each["customer_name"] for each in customers}
        records = {"communication_record": [_form(talk, names) for talk in talks]}
    tables = [spec.tables[key] for key in records]
    path.parent.mkdir(parents=True, exist_ok=True)
    core = size.kind == "core"
    write_workbook(path, tables, spec, "zh", created=_CREATED, core=core, records=records)


def _form(talk: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return a talk as a form has it."""
    same = ("customer_id", "channel", "emotion", "need_tags", "recorded_at")
    action = {"action": talk["next_action"], "due": talk["action_due"], "owner": talk["owner"]}
    return {key: talk[key] for key in same} | {
        "customer_name": names[talk["customer_id"]],
        "contact": "*经理",
        "time": f"{talk['date']}T09:00/{talk['date']}T10:30",
        "participants": {"theirs": "*经理", "ours": talk["owner"]},
        "needs": [talk["topic"]],
        "conclusions": talk["content"],
        "actions": [action],
    }


def _customers(number: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for n in range(number * CUSTOMERS, (number + 1) * CUSTOMERS):
        yield {
            "customer_id": f"C{n + 1:05d}",
            "customer_name": f"客户{n}有限公司",
            "customer_type": chance.choice(["潜在客户", "意向客户", "成交客户"]),
        }


def _talks(
    number: int, rows: int, customers: list[dict[str, Any]], chance: random.Random
) -> Iterator[dict[str, Any]]:
    for n in range(rows):
        day = _FIRST_DAY + timedelta(days=chance.randrange(_DAYS))
        late = timedelta(days=3 if chance.random() < _FAULTS else 0)
        channel = chance.choice(["电话", "面谈", "微信", "邮件"])
        yield {
            "record_id": f"J{number * rows + n + 1:07d}",
            "customer_id": chance.choice(customers)["customer_id"],
            "date": day.isoformat(),
            "channel": "传真机" if chance.random() < _FAULTS else channel,
            "topic": f"主题{n}",
            "content": f"客户希望缩短交付周期,并要求提供详细报价{n}",
            "emotion": chance.choice(["积极", "不满", "中性"]),
            "next_action": "发送方案",
            "action_due": f"{day + timedelta(days=7)}",
            "action_done": f"{day + timedelta(days=5)}",
            "need_tags": chance.sample(["成本控制", "数据对接", "售后支持"], 2),
            "satisfaction": chance.choice([3, 4, 4.5]),
            "owner": "张伟",
            "sent_at": f"{day}T09:00",
            "replied_at": f"{day}T15:30",
            "recorded_at": f"{day + late}T18:00",
            "status": "已确认",
        }
