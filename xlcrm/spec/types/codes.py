"""Identifiers: record ids, references to them, and the unified social credit code."""

from __future__ import annotations

import re
from functools import cached_property
from typing import ClassVar

from xlcrm.records import Value
from xlcrm.spec.types.base import (
    BLANK,
    LOST,
    SEAM,
    Cell,
    FieldType,
    Problem,
    ReadContext,
    Reading,
    as_text,
    is_too_long,
    normalised,
)
from xlcrm.text import compact
from xlcrm.values import dataclass


@dataclass(frozen=True)
class Id(FieldType):
    """An identifier: a prefix, for some a year and month, and at least ``digits`` digits."""

    prefix: str = ""
    digits: int = 3
    pattern: str = ""
    name: ClassVar[str] = "id"
    width: ClassVar[int] = 12

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        if isinstance(raw, str) and self._form.fullmatch(raw):
            return Reading(raw)  # as nearly always
        if is_too_long(raw):
            return LOST
        written = as_text(raw)
        text = compact(written).upper()
        if not text:
            return BLANK
        if not self._form.fullmatch(text):
            return Reading(None, (Problem("bad-id", self._suggest(text), {"form": self.form}),))
        notes = normalised(written, text) if isinstance(raw, str) else ()
        return Reading(text, notes)

    def stands(self, column: str) -> bool:
        return bool(self._forms.fullmatch(column))

    @cached_property
    def _forms(self) -> re.Pattern[str]:
        form, seam = self._form.pattern, re.escape(SEAM)
        return re.compile(rf"(?:{form})?+(?:{seam}(?:{form})?+)*+")

    @cached_property
    def _form(self) -> re.Pattern[str]:
        month = r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])" if self.pattern == "yyyymm" else ""
        return re.compile(rf"{re.escape(self.prefix)}{month}[0-9]{{{self.digits},12}}")

    @property
    def form(self) -> str:
        """An example of a valid id."""
        month = "202405" if self.pattern == "yyyymm" else ""
        return f"{self.prefix}{month}{'1'.zfill(self.digits)}"

    def number(self, text: str, month: str) -> int | None:
        """Return the running number of an id; of one with a month only where it is ``yyyymm``."""
        head = self.prefix + (month if self.pattern else "")
        rest = text.removeprefix(head) if text.startswith(head) else ""
        return int(rest) if rest.isdecimal() else None

    def numbered(self, number: int, month: str) -> str:
        """Return the id of a running number; ``month`` is ``yyyymm``, where ids have one."""
        return f"{self.prefix}{month if self.pattern else ''}{str(number).zfill(self.digits)}"

    def _suggest(self, text: str) -> str | None:
        """Suggest the id with its prefix and zeros, where the digits alone were written.

        More than eight of them are rather a phone's number.
        """
        number = re.fullmatch(rf"(?:{re.escape(self.prefix)})?[-_#]?(\d{{1,8}})", text)
        if not number or self.pattern:
            return None
        return self.prefix + number[1].zfill(self.digits)


class Reference(Id):
    """The id of a customer, looked up in the table with the role ``customers``."""

    name: ClassVar[str] = "reference"


class CreditCode(FieldType):
    """A unified social credit code of 18 characters with its check character (GB 32100)."""

    name: ClassVar[str] = "credit_code"
    width: ClassVar[int] = 22

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        if isinstance(raw, float | int):
            return LOST
        written = as_text(raw)
        text = compact(written).upper()
        if not text:
            return BLANK
        from stdnum.cn import uscc  # late: few rows hold a code

        if not uscc.is_valid(text):
            return Reading(None, (Problem("bad-credit-code"),))
        return Reading(text, normalised(written, text))

    def compare_key(self, value: Value) -> str:
        return str(value)
