"""The colours of the legend as people see them who don't tell red from green."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from xlcrm.template_workbook.legend import LOOKS

Vector = tuple[float, ...]
# Machado, Oliveira and Fernandes 2009, full severity, on linear RGB.
VISIONS: dict[str, tuple[Vector, Vector, Vector]] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
# From sRGB's linear light to XYZ, each by its white (D65).
XYZ = (
    (0.4339, 0.3762, 0.1899),
    (0.2126, 0.7152, 0.0722),
    (0.0177, 0.1095, 0.8729),
)


def seen(colour: str, vision: str) -> Vector:
    """A colour's linear light as it is seen."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return tuple(min(1.0, max(0.0, each)) for each in times(VISIONS[vision], linear))


def times(matrix: Any, vector: Any) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def contrast(one: Vector, other: Vector) -> float:
    """WCAG 2.1's contrast."""
    dark, light = sorted(times(XYZ, each)[1] for each in (one, other))
    return (light + 0.05) / (dark + 0.05)


def difference(one: Vector, other: Vector) -> float:
    """CIE 1976's: 2.3 is just noticeable."""
    first, second = lab(one), lab(other)
    return float(sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5)


def lab(light: Vector) -> Vector:
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in times(XYZ, light))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("kind", LOOKS)
def test_its_text_can_be_read(kind: str, vision: str) -> None:
    look = LOOKS[kind]  # type: ignore[index]
    assert contrast(seen(look["bg_color"], vision), seen(look["font_color"], vision)) >= 4.5


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize(("one", "other"), list(combinations(LOOKS, 2)))
def test_no_two_fills_look_alike(one: Any, other: Any, vision: str) -> None:
    fills = [seen(LOOKS[kind]["bg_color"], vision) for kind in (one, other)]
    assert difference(*fills) >= 10
