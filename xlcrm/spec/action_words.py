"""Who is to do something and by when, as the words of an action say it.

Only what can hardly be read otherwise is taken: one name, one day that is not past. A text that
names several of either names none.
"""

from __future__ import annotations

import re

from xlcrm.spec.chinese_dates import Deadline, read_deadline
from xlcrm.spec.names import is_plain_name, is_whole_name
from xlcrm.spec.types.base import ReadContext
from xlcrm.text import clean, compiled

_HINT = re.compile(r"[\d日天人由于在责]|owner", re.IGNORECASE)
_OF_A_DAY = r"[日号天内]\s?的"  # 5月10日的会议: a day that something else is of
_SPAN_END = r"[-~—–至到]\s?\d{1,2}\s?[日号]"
_LABELLED = r"(?i:负责人|责任人|跟进人|owner)\s?(?::|为|是)\s?([^\s,;。、:()/|]{2,12})"
_CHARGED = r"由\s?([\u4e00-\u9fff]{2,4}?)\s?(?:负责|牵头|跟进|于|在|[,;。]|$)"
_LEADING = (
    r"(?:^|[;。]\s?)([\u4e00-\u9fff]{2,4}?)\s?(?:负责|[于在]?\s?(?=\d{1,4}\s?[-/.年月个日天]))"
)


def may_name(text: str) -> bool:
    """Whether a text may name an owner or a deadline at all; most name none, and this is quick."""
    return _HINT.search(text) is not None


def deadline_in(text: str, context: ReadContext) -> Deadline | None:
    """Return the one deadline that an action names; None for none, several or one that is past."""
    anchor, near = context.anchor, context.near
    due = read_deadline(text, anchor, near, context.calendar)
    if due is None or compiled(_OF_A_DAY).search(text) or compiled(_SPAN_END).search(due.rest):
        return None
    if read_deadline(due.rest, anchor, near) or (anchor and due.day < anchor.isoformat()):
        return None
    return due


def owner_in(text: str) -> str | None:
    """Return the one person whom an action names as its owner; None for none or several."""
    text = clean(text)
    names = set(compiled(_LABELLED).findall(text))
    names.update(name for name in compiled(_CHARGED).findall(text) if is_whole_name(name))
    names.update(name for name in compiled(_LEADING).findall(text) if is_plain_name(name))
    return names.pop() if len(names) == 1 else None
