"""What is wrong in the folder on purpose."""

from __future__ import annotations

from typing import NamedTuple

from sample_team.folder import CUT_OFF, LOCK


class Planted(NamedTuple):
    """Deliberate trouble: a file, the code of the finding it gives, how often, and what it is."""

    file: str
    code: str
    times: int
    what: str


_TEAM_BASE = "团队/客户基础信息库.xlsx"
_ISSUES = "团队/客户反馈问题跟踪表.xlsx"
_OLD_ISSUES = "团队/旧版/客户反馈问题跟踪表_4月.xlsx"
_ZHANG_WEI = "张伟/客户沟通_张伟.xlsx"
_ZHANG_WEI_MARCH = "张伟/2024年/沟通记录_张伟_3月.xlsx"
_ZHANG_WEI_APRIL = "张伟/2024年/沟通记录_张伟_4月.xlsx"
_REVISITS, _REVISITS_COPY = "张伟/回访/客户回访_4月.xlsx", "张伟/回访/客户回访_4月 (1).xlsx"
_LI_NA = "华东/李娜.xlsx"
_WANG_FANG = "华东/王芳/沟通动态记录_王芳.xlsx"
_WANG_FANG_FORMS = "华东/王芳/多渠道/多渠道沟通记录_王芳_4月.xlsx"
_WANG_FANG_OLD = "华东/王芳/周记录/旧/沟通动态记录_王芳_W14-15.xlsx"
_LIU_YANG_FORMS = "刘洋/沟通记录/重庆两江新能源.xlsx"
_CHEN_JING_APRIL = "陈静/2024年/客户沟通_陈静_4月.xlsx"
_EVALUATIONS = "陈静/沟通评价/客户沟通评价_4月.xlsx"
_SATISFACTION_COPY = "陈静/客户满意度评估副本.xlsx"
_ZHAO_LEI = "Zhao Lei/Communication log (Zhao Lei).xlsx"
_ZHAO_LEI_APRIL = "Zhao Lei/2024/Communication log April.xlsx"


def _week(number: int) -> str:
    return f"华东/王芳/周记录/沟通动态记录_王芳_W{number}.xlsx"


# Every error and every warning of the folder, and of the other findings those put there.
PLANTED = (
    Planted(LOCK, "skipped-temporary", 1, "left by Excel, which has the workbook open"),
    Planted(CUT_OFF, "unreadable", 1, "cut off while it was copied: the one rejected file"),
    Planted(_SATISFACTION_COPY, "duplicate-copy", 1, "a copy under another name"),
    Planted(_REVISITS_COPY, "duplicate-copy", 1, "a sync program's copy, by its name"),
    # cells
    Planted(_ZHANG_WEI, "not-in-list", 1, "channel 电联"),
    Planted(_LI_NA, "required-missing", 1, "a talk without its content"),
    Planted(_LI_NA, "bad-time", 1, "下周三"),
    Planted(_CHEN_JING_APRIL, "bad-number", 1, "4/5, of which Excel made a date"),
    Planted(_CHEN_JING_APRIL, "error-value", 1, "#N/A for a score"),
    Planted(_REVISITS, "ambiguous-tick", 1, "two priorities ticked"),
    Planted(_REVISITS_COPY, "ambiguous-tick", 1, "likewise, in the copy"),
    Planted(_TEAM_BASE, "bad-credit-code", 1, "C027: its check character doesn't hold"),
    Planted(_TEAM_BASE, "credit-code-missing", 1, "C022"),
    Planted(_TEAM_BASE, "unmasked-name", 1, "the contact of C037"),
    Planted(_WANG_FANG_FORMS, "unmasked-name", 1, "who decides at C018"),
    # private values in notes and contents
    Planted(_LI_NA, "private-phone", 1, "in the notes of a customer"),
    Planted(_ZHAO_LEI_APRIL, "private-email", 1, "in the content of a talk"),
    Planted(_REVISITS, "private-id-card", 1, "in the notes of a revisit"),
    Planted(_REVISITS_COPY, "private-id-card", 1, "likewise, in the copy"),
    Planted(_WANG_FANG_FORMS, "private-bank-card", 1, "in the notes of a talk"),
    # records and ids
    Planted(_week(15), "duplicate-id", 2, "J3011 given twice"),
    Planted(_ZHANG_WEI_MARCH, "id-collision", 1, "J1005 is 陈静's too"),
    Planted(_CHEN_JING_APRIL, "id-collision", 1, "J1005 is 张伟's"),
    Planted(_ZHANG_WEI_MARCH, "id-missing", 1, "a talk without its number"),
    Planted(_ZHANG_WEI_APRIL, "id-missing", 1, "likewise"),
    Planted(_week(19), "edit-conflict", 1, "李娜 has a row of it with another mood and action"),
    Planted(_LI_NA, "edit-conflict", 1, "that row, saved earlier"),
    Planted(_ISSUES, "edit-conflict", 1, "202404008, which the list of April has as it was"),
    Planted(_OLD_ISSUES, "edit-conflict", 1, "that issue, then not solved"),
    Planted(_CHEN_JING_APRIL, "unknown-customer", 1, "C999"),
    Planted(_TEAM_BASE, "duplicate-customer", 2, "C033 and C044 are one company"),
    Planted(_LI_NA, "name-mismatch", 1, "the name of C014 beside C013"),
    # what a record says
    Planted(_WANG_FANG, "date-order", 1, "an answer before the message"),
    Planted(_CHEN_JING_APRIL, "future-date", 1, "done in June, says a sheet of April"),
    Planted(_LIU_YANG_FORMS, "no-consent", 1, "recorded without asking"),
    Planted(_EVALUATIONS, "conditional-required", 2, "需改进 without cause and measures"),
    Planted(_EVALUATIONS, "action-incomplete", 2, "nor who improves what by when"),
    Planted(_ZHANG_WEI_APRIL, "action-incomplete", 1, "an action without a day"),
    Planted(_LIU_YANG_FORMS, "action-incomplete", 1, "likewise"),
    Planted(_ZHANG_WEI_APRIL, "overdue", 1, "to be done by 6 May"),
    Planted(_ISSUES, "overdue", 1, "an issue promised for 30 April"),
    Planted(_OLD_ISSUES, "overdue", 1, "one that has been solved since"),
    Planted(_LI_NA, "overdue", 1, "an issue promised for 17 May"),
    Planted(_TEAM_BASE, "needs-review", 1, "C038, a VIP customer"),
    Planted(_week(16), "needs-review", 1, "a talk with C018, another"),
    Planted(_LIU_YANG_FORMS, "late-completion", 1, "three working days after the talk"),
    Planted(_ZHANG_WEI_MARCH, "late-entry", 1, "entered three days after the talk"),
    Planted(_LI_NA, "late-entry", 1, "likewise"),
    Planted(_week(14), "late-entry", 1, "likewise"),
    Planted(_WANG_FANG_OLD, "late-entry", 1, "that row, in an older copy"),
    Planted(_week(18), "late-entry", 1, "likewise"),
    Planted(_WANG_FANG, "late-entry", 1, "likewise"),
    Planted(_CHEN_JING_APRIL, "late-entry", 1, "likewise"),
    Planted(_ZHAO_LEI, "late-entry", 1, "likewise"),
    # what was understood, and what is only remarked
    Planted(_ZHANG_WEI, "year-assumed", 1, "5月16日"),
    Planted(_LI_NA, "year-assumed", 1, "5月14日, and a few of April"),
    Planted(_ZHANG_WEI_APRIL, "vague-text", 1, "客户反馈还不错,过几天再联系"),
    Planted(_ZHANG_WEI_APRIL, "from-assumed", 1, "有意向, the first that is told of C006"),
    Planted(_week(16), "off-preference", 1, "talks over other channels than the customers like"),
    Planted(_week(16), "normalised", 1, "aliases, separators and dates of all kinds"),
)
