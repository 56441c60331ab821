"""Sheets of ours without records, guide and lists: nobody fills them, and they are read only where
something on them may be a private value, which somebody typed there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xlcrm.layout.marks import is_own_mark
from xlcrm.privacy import find_private

_VALUE = re.compile(rb"<v>([^<]*)")
_INLINE = b"inlineStr"  # a text in the cell itself, as our sheets have none
_DIGITS = 9  # of a number that is nobody's, at most
_harmless: set[str] = set()  # most of what stands there is ours, and the same in most workbooks
_KEPT = 10_000


def may_tell_private(xml: bytes, texts: Sequence[str] | None) -> bool:
    """Whether the cells of a sheet may hold private values; ``texts`` are the workbook's shared
    ones, if they are known."""
    if texts is None or _INLINE in xml:
        return True
    values = {*_VALUE.findall(xml)}
    if not all(map(bytes.isdigit, values)) or max(map(len, values), default=0) > _DIGITS:
        return True
    numbers = [*map(int, values)]
    if max(numbers, default=-1) >= len(texts):
        return True
    # Whatever is a number and no text's is looked at as if it were one: that is soon done.
    new = {*map(texts.__getitem__, numbers)} - _harmless
    if any(map(_is_private, new)):
        return True
    if len(_harmless) > _KEPT:
        _harmless.clear()
    _harmless.update(new)
    return False


def _is_private(text: str) -> bool:
    return not is_own_mark(text) and any(True for _ in find_private(text))
