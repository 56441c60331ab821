"""The folder: which workbook holds what, how it was saved, and what is wrong in it on purpose."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sample_team.log import logs
from sample_team.tables import Forms, crm_rows, forms, issue_rows
from sample_team.team import TYPED, Values, base_rows

SEED = 20_240_520
Records = Mapping[str, Sequence[Values]]

# Customers that stand on 李娜's own base sheet; C009 and C010 on the team's too.
_ONLY_ON_HERS = ("C041", "C042", "C043")
_ON_BOTH = ("C009", "C010")
# The row of 王芳's log that 李娜 copied into hers, and edited.
_COPIED = "二期模块需求澄清"

TEAM_BASE = "团队/客户基础信息库.xlsx"
ISSUES = "团队/客户反馈问题跟踪表.xlsx"
ZHANG_WEI = "张伟/客户沟通_张伟.xlsx"
ZHANG_WEI_REVISITS = "张伟/客户回访_张伟.xlsx"
LI_NA = "华东/李娜.xlsx"
WANG_FANG = "华东/王芳/沟通动态记录_王芳.xlsx"
WANG_FANG_FORMS = "华东/王芳/多渠道沟通记录_王芳.xlsx"
LIU_YANG = "刘洋/客户关系管理记录_刘洋.xlsx"
CHEN_JING = "陈静/客户沟通_陈静.xlsx"
CHEN_JING_EVALUATIONS = "陈静/沟通评价/客户沟通评价_2024年春.xlsx"
CHEN_JING_SATISFACTION = "陈静/客户满意度评估.xlsx"
COPY = "陈静/客户满意度评估副本.xlsx"
ZHAO_LEI = "Zhao Lei/Communication log (Zhao Lei).xlsx"
CUT_OFF = "刘洋/客户关系管理记录_刘洋_3月.xlsx"
LOCK = "张伟/~$客户沟通_张伟.xlsx"


class Planted(NamedTuple):
    """Deliberate trouble: a file, the code of the finding it gives, how often, and what it is."""

    file: str
    code: str
    times: int
    what: str


PLANTED = (
    Planted(LOCK, "skipped-temporary", 1, "left by Excel, which has the workbook open"),
    Planted(CUT_OFF, "unreadable", 1, "cut off while it was copied: the one rejected file"),
    Planted(COPY, "duplicate-copy", 1, "a copy under another name"),
    Planted(ZHANG_WEI, "not-in-list", 1, "channel 电联"),
    Planted(LI_NA, "required-missing", 1, "a talk without its content"),
    Planted(LI_NA, "private-phone", 1, "a whole number in the notes of a customer"),
    Planted(WANG_FANG, "duplicate-id", 2, "J3007 given twice"),
    Planted(ZHANG_WEI, "id-collision", 1, "J1005 is 陈静's too"),
    Planted(CHEN_JING, "id-collision", 1, "J1005 is 张伟's"),
    Planted(WANG_FANG, "edit-conflict", 1, "李娜 has a row of it with another mood and action"),
    Planted(LI_NA, "edit-conflict", 1, "that row, saved earlier"),
    Planted(CHEN_JING, "unknown-customer", 1, "C999"),
    Planted(WANG_FANG, "date-order", 1, "an answer before the message"),
    Planted(ZHANG_WEI, "late-entry", 1, "entered three days after the talk"),
    Planted(LI_NA, "late-entry", 1, "likewise"),
    Planted(WANG_FANG, "late-entry", 3, "likewise"),
    Planted(CHEN_JING, "late-entry", 1, "likewise"),
    Planted(ZHAO_LEI, "late-entry", 1, "likewise"),
    Planted(ZHANG_WEI, "year-assumed", 1, "5月16日"),
    Planted(LI_NA, "year-assumed", 1, "5月14日"),
)


@dataclass(frozen=True)
class Workbook:
    """A workbook: its records by table, when it was saved (UTC), and in which language it is."""

    records: Records
    saved: datetime
    language: Literal["zh", "en"] = "zh"

    @property
    def is_typed_over(self) -> bool:
        """Whether a cell was typed in another form, and the file so saved by another program."""
        return any(TYPED in record for records in self.records.values() for record in records)


def plan() -> Mapping[str, Workbook]:
    """Return the team's readable workbooks by their paths, the copy apart."""
    rng = random.Random(SEED)
    base = {row["customer_id"]: row for row in base_rows(rng)}
    form, crm = forms(), crm_rows()
    log = logs(rng, _busy(form, crm))
    teams = [row for key, row in base.items() if key not in _ONLY_ON_HERS]
    return {
        TEAM_BASE: _saved("05-17 06:05", {"customer_base": teams}),
        ISSUES: _saved("05-17 09:40", {"issue_tracking": issue_rows("issues")}),
        ZHANG_WEI: _saved("05-17 10:12", {"communication_log": log["张伟"]}),
        ZHANG_WEI_REVISITS: _saved("05-14 04:02", _forms_in("张伟", form)),
        LI_NA: _saved("05-18 04:31", {**_li_na(base, log), **_forms_in("李娜", form)}),
        WANG_FANG: _saved("05-20 02:30", {"communication_log": log["王芳"]}),
        WANG_FANG_FORMS: _saved("05-17 10:20", _forms_in("王芳", form)),
        LIU_YANG: _saved("05-17 11:08", {"crm_record": crm}),
        CHEN_JING: _saved(
            "05-17 10:47",
            {
                "communication_log": log["陈静"],
                **_forms_in("陈静", form, "communication_record"),
            },
        ),
        CHEN_JING_EVALUATIONS: _saved(
            "05-17 02:30", _forms_in("陈静", form, "communication_evaluation")
        ),
        CHEN_JING_SATISFACTION: _saved(
            "05-17 03:10", _forms_in("陈静", form, "satisfaction_evaluation")
        ),
        ZHAO_LEI: _saved("05-17 09:58", {"communication_log": log["赵磊"]}, "en"),
    }


def cut_off() -> Workbook:
    """Return the workbook whose file was cut off: 刘洋's March, which stands in his later one."""
    march = [row for row in crm_rows() if row["last_interaction"] < "2024-04"]
    return _saved("03-29 10:00", {"crm_record": march})


def _saved(at: str, records: Records, language: Literal["zh", "en"] = "zh") -> Workbook:
    return Workbook(records, datetime.fromisoformat(f"2024-{at}"), language)


def _forms_in(person: str, form: Forms, *tables: str) -> Records:
    """Return the form records in a person's workbooks: of some tables, or of all."""
    return {table: form[table][person] for table in tables or form if person in form[table]}


def _li_na(base: Mapping[str, Values], log: Records) -> Records:
    """Return the lists of 李娜's workbook, in which she has a row of 王芳's log, edited since."""
    hers = [dict(base[key]) for key in _ON_BOTH + _ONLY_ON_HERS]
    hers[-1]["notes"] = "*总监出差时由助理对接,急事可打 13800138000"
    row = next(row for row in log["王芳"] if row["topic"] == _COPIED)
    row = {**row, "emotion": "疑虑", "next_action": "请总部派人一起谈二期"}
    return {
        "customer_base": hers,
        "communication_log": [*log["李娜"], row],
        "issue_tracking": issue_rows("own_issues"),
    }


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
