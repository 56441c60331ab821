"""Numbers: whole, decimal, and scores."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import ClassVar

from xlcrm.records import Value
from xlcrm.spec.types.base import (
    BLANK,
    Cell,
    CellKind,
    FieldType,
    Problem,
    ReadContext,
    Reading,
    Validation,
    as_text,
    normalised,
)
from xlcrm.text import compact
from xlcrm.values import dataclass

_NUMBER = re.compile(
    r"(¥|RMB|CNY|人民币)?([+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?\d+(?:\.\d+)?)(\D*)",
    re.IGNORECASE,
)
_MONEY = {"元": 1, "万": 10_000, "万元": 10_000, "亿": 100_000_000, "亿元": 100_000_000}
_FRACTION = re.compile(r"(\d(?:\.5)?)/5分?")


@dataclass(frozen=True)
class Number(FieldType):
    """A decimal number. A unit behind it is read and left away (``4分``), money is converted."""

    low: float | None = None
    high: float | None = None
    step: float | None = None
    unit: str = ""
    units: ClassVar[tuple[str, ...]] = ("人", "名", "次", "个", "家", "天", "小时")
    name: ClassVar[str] = "number"
    kind: ClassVar[CellKind] = "number"
    number_format: ClassVar[str] = "General"
    width: ClassVar[int] = 10

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        if isinstance(raw, str):
            return self._read_text(raw)
        if isinstance(raw, bool | date | datetime | time | timedelta):
            return Reading(None, (Problem("bad-number", self._from_date(raw)),))
        return self._in_range(float(raw), ())

    def _read_text(self, raw: str) -> Reading:
        text = compact(raw)
        if not text:
            return BLANK
        fraction = _FRACTION.fullmatch(text) if self.high == 5 else None
        match = _NUMBER.fullmatch(fraction[1] if fraction else text)
        scale = self._scale(match[1], match[3]) if match else None
        if not match or scale is None:
            return Reading(None, (Problem("bad-number"),))
        number = float(Decimal(match[2].replace(",", "")) * scale)
        return self._in_range(number, normalised(raw, as_text(number)))

    def _scale(self, currency: str | None, unit: str) -> Decimal | None:
        """Return what one of ``unit`` is in the field's own; None for a unit of another kind.

        ``¥3500`` in a field of 万元 may be either, and is none.
        """
        if unit in _MONEY and self.unit in _MONEY:
            return Decimal(_MONEY[unit]) / _MONEY[self.unit]
        if currency and self.unit != "元":
            return None
        return Decimal(1) if unit in ("", self.unit, *self.units) else None

    def _in_range(self, number: float, notes: tuple[Problem, ...]) -> Reading:
        if not math.isfinite(number):
            return Reading(None, (Problem("bad-number"),))
        too_low = self.low is not None and number < self.low
        too_high = self.high is not None and number > self.high
        if too_low or too_high or (self.step and (number / self.step) % 1):
            return Reading(None, (Problem("out-of-range", None, self._bounds()),))
        return Reading(int(number) if number.is_integer() else number, notes)

    def _bounds(self) -> dict[str, str]:
        bounds = {"low": self.low, "high": self.high, "step": self.step}
        return {name: as_text(float(bound)) for name, bound in bounds.items() if bound is not None}

    def _from_date(self, raw: Cell) -> str | None:
        """Suggest the score that a spreadsheet turned into a date: ``4/5`` became 5 April."""
        if self.high == 5 and isinstance(raw, date) and raw.day == 5 and raw.month <= 5:
            return str(raw.month)
        return None

    def cell(self, value: Value, language: str = "zh") -> Cell:
        assert isinstance(value, int | float)
        return value

    def text(self, value: Value, language: str = "zh") -> str:
        assert isinstance(value, int | float)
        return format(Decimal(str(value)), "f")  # 1e16 written out

    @property
    def validation(self) -> Validation | None:
        return Validation(
            "integer" if self.step == 1 else "decimal",
            -1e12 if self.low is None else self.low,
            self.high,
        )


@dataclass(frozen=True)
class Integer(Number):
    """A whole number."""

    step: float | None = 1
    name: ClassVar[str] = "integer"
    kind: ClassVar[CellKind] = "integer"
    number_format: ClassVar[str] = "0"


@dataclass(frozen=True)
class Score(Number):
    """A score of 1 to 5, in halves or whole."""

    low: float | None = 1
    high: float | None = 5
    step: float | None = 0.5
    units: ClassVar[tuple[str, ...]] = ("分",)
    name: ClassVar[str] = "score"
    number_format: ClassVar[str] = "General"
