"""The folder: which workbook holds what, and how it was saved."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from sample_team.log import logs
from sample_team.tables import Forms, crm_rows, forms, issue_rows, old_issue_rows
from sample_team.team import LI_NA, TYPED, Values, base_rows, data
from sample_team.ways import type_as_people_do

SEED = 20_240_520
Records = Mapping[str, Sequence[Values]]

# Customers that stand on 李娜's own base sheet; C009 and C010 on the team's too.
_ONLY_ON_HERS = ("C041", "C042", "C043")
_ON_BOTH = ("C009", "C010")
# The row of 王芳's log that 李娜 copied into hers, and edited.
_COPIED = "二期模块需求澄清"
_ENGLISH = "赵磊"

_DATA = data("workbooks")
COPIES = {each["path"]: each["copy"] for each in _DATA["workbook"] if "copy" in each}
LOCK, LOCKED_BY = _DATA["lock"]["path"], _DATA["lock"]["user"]
CUT_OFF = _DATA["cut_off"]["path"]
MEMBERS: list[Values] = _DATA["members"]


@dataclass(frozen=True)
class Workbook:
    """A workbook: its records by table, when it was saved (UTC), in which language it is.

    ``by_libreoffice``: LibreOffice saved it, which a script can't make anew byte by byte.
    """

    records: Records
    saved: datetime
    language: Literal["zh", "en"] = "zh"
    by_libreoffice: bool = False

    @property
    def is_typed_over(self) -> bool:
        """Whether a cell was typed in another form, and the file so saved by another program."""
        return any(TYPED in record for records in self.records.values() for record in records)


def plan() -> Mapping[str, Workbook]:
    """Return the team's readable workbooks by their paths, copies apart."""
    team = _Team()
    entries = (each for each in _DATA["workbook"] if "copy" not in each)
    return {each["path"]: _workbook(each, team) for each in entries}


def cut_off() -> Workbook:
    """Return the workbook whose file was cut off: 刘洋's March, which stands in a later one."""
    return _workbook(_DATA["cut_off"], _Team())


def _workbook(entry: Mapping[str, Any], team: _Team) -> Workbook:
    records: dict[str, Sequence[Values]] = {}
    if "base" in entry:
        records["customer_base"] = team.base[entry["base"]]
    if "log" in entry:
        rows = team.log[entry["log"]]
        records["communication_log"] = _between(entry, rows, "date")
    if "crm" in entry:
        records["crm_record"] = _between(entry, team.crm, "last_interaction")
    if "issues" in entry:
        records["issue_tracking"] = team.issues[entry["issues"]]
    if name := entry.get("forms"):
        records |= {table: own[name] for table, own in team.forms.items() if name in own}
    saved = datetime.fromisoformat(f"2024-{entry['saved']}")
    return Workbook(records, saved, entry.get("language", "zh"), "by" in entry)


def _between(entry: Mapping[str, Any], rows: Sequence[Values], key: str) -> list[Values]:
    since, until = entry.get("since", ""), entry.get("until", "9")
    return [row for row in rows if since <= row[key] < until]


class _Team:
    """All rows of the team, by who keeps them."""

    def __init__(self) -> None:
        rng = random.Random(SEED)
        self._rows = {row["customer_id"]: row for row in base_rows(rng)}
        type_as_people_do("customer_base", list(self._rows.values()))
        form, self.crm = forms("forms"), crm_rows()
        self.log = logs(rng, _busy(form, self.crm))
        type_as_people_do("crm_record", self.crm)
        chinese = [row for person, own in self.log.items() if person != _ENGLISH for row in own]
        type_as_people_do("communication_log", chinese)
        self.log[LI_NA].append(self._copied())
        self.forms = _joined(form, forms("more_forms"))
        issues = issue_rows("issues")
        type_as_people_do("issue_tracking", issues)
        self.issues = {
            "issues": issues,
            "old_issues": old_issue_rows(issues),
            "own_issues": issue_rows("own_issues"),
            "rollout_issues": issue_rows("rollout_issues"),
        }

    @cached_property
    def base(self) -> dict[str, list[Values]]:
        teams = [row for key, row in self._rows.items() if key not in _ONLY_ON_HERS]
        hers = [dict(self._rows[key]) for key in _ON_BOTH + _ONLY_ON_HERS]
        hers[-1]["notes"] = "*总监出差时由助理对接,急事可打 13800138000"
        return {"team": [*teams, *data("lists")["base_extra"]], LI_NA: hers}

    def _copied(self) -> Values:
        """Return 王芳's row that 李娜 has too, edited since."""
        row = next(row for row in self.log["王芳"] if row["topic"] == _COPIED)
        return {**row, "emotion": "疑虑", "next_action": "请总部派人一起谈二期"}


def _joined(*parts: Forms) -> dict[str, dict[str, list[Values]]]:
    """Return form records by table, then by the workbook that holds them."""
    joined: dict[str, dict[str, list[Values]]] = {}
    for part in parts:
        for table, by_workbook in part.items():
            for name, records in by_workbook.items():
                joined.setdefault(table, {}).setdefault(name, []).extend(records)
    return joined


def _busy(form: Forms, crm: Sequence[Values]) -> set[tuple[str, str]]:
    """Return (customer, day) of the talks on forms and on the CRM record."""
    talks = [
        (record["customer_id"], record["time"])
        for records in form.values()
        for own in records.values()
        for record in own
        if "time" in record
    ]
    talks += [(row["customer_id"], row["last_interaction"]) for row in crm]
    return {(customer, moment[:10]) for customer, moment in talks}
