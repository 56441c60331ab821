"""Conditions over cells, as formulas that Excel 2010, WPS and LibreOffice share.

A reference is the text of a cell's address, or an expression in its place. Texts are compared as
the sheet shows them; no formula has a regular expression, an array of its own or INDIRECT.
"""

from __future__ import annotations

from collections.abc import Iterable

from xlcrm.spec.types.base import FieldType
from xlcrm.spec.types.choices import UNCHANGED, Change, Choice
from xlcrm.spec.types.dates import Day, DayTime, Due, TimeRange

_LONGEST = 200  # characters of a change that are looked at
_SECOND = "0.00001"  # of a day: what two moments may differ by and be the same
# The names of the days from Monday to Friday that are off, and of those at weekends worked.
DAYS_OFF, DAYS_WORKED = "calendar_off", "calendar_worked"
_BRACKET, _COLONS = "\uff08", ":\uff1a"


def every(*conditions: str) -> str:
    """Whether all hold."""
    given = [each for each in conditions if each]
    return given[0] if len(given) == 1 else f"AND({','.join(given)})"


def some(conditions: Iterable[str]) -> str:
    """Whether one holds."""
    given = list(conditions)
    return given[0] if len(given) == 1 else f"OR({','.join(given)})"


def blank(cell: str) -> str:
    """Whether a cell is empty, or holds blanks alone."""
    return f"LEN(TRIM({cell}))=0"


def filled(cell: str) -> str:
    """Whether a cell holds something."""
    return f"LEN(TRIM({cell}))>0"


def is_one_of(cell: str, texts: Iterable[str]) -> str:
    """Whether a cell shows one of some texts."""
    return some(f"TRIM({cell})={_quoted(text)}" for text in texts)


def outside(kind: Choice, names: str, cell: str, language: str) -> str:
    """Whether a value is none of its closed list (``names``: its defined name), to the letter.

    Of a value with a remark, or of a change, what stands before the remark is looked at.
    """
    if isinstance(kind, Change):
        return _change_outside(kind, names, cell, language)
    value = _head(cell, colon=kind.remark == "colon") if kind.remark else cell
    return every(filled(cell), _not_in(names, value))


def _change_outside(kind: Change, names: str, cell: str, language: str) -> str:
    unchanged = kind.text(UNCHANGED, language)
    arrow = f'FIND("→",{cell}&"→")'
    target = f'MID({cell},IFERROR(FIND("→",{cell}),0)+1,{_LONGEST})'
    wrong = some(
        [
            _not_in(names, _head(target, colon=False)),
            every(f"{arrow}<=LEN({cell})", _not_in(names, f"TRIM(LEFT({cell},{arrow}-1))")),
        ]
    )
    changed = f"LEFT(TRIM({cell}),{len(unchanged)})<>{_quoted(unchanged)}"
    return every(filled(cell), changed, wrong)


def _head(text: str, *, colon: bool) -> str:
    """What stands before a bracket, or a colon."""
    plain = text
    for sign in _BRACKET + (_COLONS if colon else ""):
        plain = f'SUBSTITUTE({plain},"{sign}","(")'
    return f'TRIM(LEFT({text},FIND("(",{plain}&"(")-1))'


def _not_in(names: str, value: str) -> str:
    # COUNTIF and MATCH would take * and ? in a value for any text.
    return f"SUMPRODUCT(--EXACT({names},{value}))=0"


def moment(kind: FieldType, cell: str) -> str:
    """The moment in a cell: where text is usual, the day with which it begins; else no number."""
    if not isinstance(kind, TimeRange | Due):
        return cell
    return f'IF(ISNUMBER({cell}),{cell},IFERROR(DATEVALUE(LEFT(TRIM({cell}),10)),""))'


def is_before(kind: FieldType, cell: str, earlier_kind: FieldType, earlier: str) -> str:
    """Whether a moment is before another one; days are compared where one is a day."""
    late, early = moment(kind, cell), moment(earlier_kind, earlier)
    by_day = f"INT({late})<INT({early})"
    both = f"ISNUMBER({late}),ISNUMBER({early})"
    if not (isinstance(kind, DayTime) and isinstance(earlier_kind, DayTime)):
        return f"AND({both},{by_day})"
    one_is_day = f"OR({late}=INT({late}),{early}=INT({early}))"
    return f"AND({both},IF({one_is_day},{by_day},{late}<{early}))"


def ends_before_start(cell: str) -> str:
    """Whether a span on one day, such as ``2024-05-20 14:30-15:10``, ends before its start."""
    times = f"TIMEVALUE(RIGHT(TRIM({cell}),5))<TIMEVALUE(MID(TRIM({cell}),12,5))"
    return f"AND(LEN(TRIM({cell}))=22,IFERROR({times},FALSE))"


def is_late(
    kind: FieldType, talk: str, recorded: str, hours: float, *, skipping: bool = False
) -> str:
    """Whether an entry is more than ``hours`` after a talk's end; of a day that is its midnight.

    ``skipping`` leaves days off out of the hours: the workbook's calendar names them.
    """
    if isinstance(kind, Day):
        end, known = f"INT({talk})+1", f"ISNUMBER({talk})"
    elif isinstance(kind, TimeRange):
        day, end_time = f"DATEVALUE(LEFT(TRIM({talk}),10))", f"TIMEVALUE(RIGHT(TRIM({talk}),5))"
        text_end = f'{day}+IF(ISNUMBER(FIND(":",{talk})),{end_time},1)'
        end = f"IF(ISNUMBER({talk}),{talk}+({talk}=INT({talk})),{text_end})"
        known = f"AND({filled(talk)},LEN(TRIM({talk}))<=22)"
    else:
        end, known = f"{talk}+({talk}=INT({talk}))", f"ISNUMBER({talk})"
    late = f"{recorded}>{end}+{hours:g}/24+{_SECOND}"
    # A deadline that falls on a midnight is over then, though the days behind it be off: what was
    # worked is counted up to just before the entry.
    worked = _worked(f"({end})", f"({recorded}-{_SECOND})")
    over = f"{worked}>{hours:g}/24-{_SECOND}/2" if skipping else ""
    return every(f"ISNUMBER({recorded})", known, late, over)


def _worked(start: str, end: str) -> str:
    """The days, and parts of them, from a moment to a later one of which none is off."""
    first, last = f"INT({start})", f"INT({end})"
    whole = _working_days(first, last)
    unused = f"({start}-{first})*({_working_days(first, first)})"
    return f"{whole}-{unused}-({last}+1-{end})*({_working_days(last, last)})"


def _working_days(first: str, last: str) -> str:
    at_weekends = f'COUNTIFS({DAYS_WORKED},">="&{first},{DAYS_WORKED},"<="&{last})'
    return f"NETWORKDAYS({first},{last},{DAYS_OFF})+{at_weekends}"


def is_overdue(kind: FieldType, due: str) -> str:
    """Whether a day has passed."""
    day = moment(kind, due)
    return f"AND(ISNUMBER({day}),INT({day})<TODAY())"


def is_due_within(kind: FieldType, due: str, days: int) -> str:
    """Whether a day is today, or at most so many days ahead."""
    day = moment(kind, due)
    return f"AND(ISNUMBER({day}),INT({day})>=TODAY(),INT({day})<=TODAY()+{days})"


def _quoted(text: str) -> str:
    escaped = text.replace('"', '""')
    return f'"{escaped}"'
