"""Sheets of ours without records, guide and lists: nobody fills them, and they are read only where
something on them may be a private value, which somebody typed there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from xlcrm.layout.marks import is_own_mark
from xlcrm.privacy import find_private

_SHARED = re.compile(rb't="s"[^>]*><v>([0-9]+)</v>')
# A text in the cell itself, as our sheets have none, or a number long enough to be anybody's.
_TYPED = re.compile(rb"<is>|<v>(?:[0-9]{10}|[0-9.]+[Ee]\+?1[0-9])")


def may_tell_private(xml: bytes, texts: Sequence[str] | None) -> bool:
    """Whether the cells of a sheet may hold private values; ``texts`` are the workbook's shared
    ones, if they are known."""
    if texts is None or _TYPED.search(xml):
        return True
    used = {int(number) for number in _SHARED.findall(xml)}
    return any(n >= len(texts) or _is_private(texts[n]) for n in used)


@lru_cache(maxsize=10_000)  # most of what stands there is ours
def _is_private(text: str) -> bool:
    return not is_own_mark(text) and any(True for _ in find_private(text))
