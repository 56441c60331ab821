"""Text stands out from its fill, and chart colours from each other."""

from __future__ import annotations

from itertools import pairwise

import pytest

from xlcrm.record_sheet import palette

ON_FILL = [
    name.removesuffix("_FILL")
    for name in dir(palette)
    if name.endswith("_FILL") and hasattr(palette, f"{name.removesuffix('_FILL')}_TEXT")
]
PLAIN_FILLS = ["REQUIRED_FILL", "INPUT_FILL", "DISPLAY_FILL", "BAND_FILL"]


def luminance(colour: str) -> float:
    """WCAG 2.1's relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ON_FILL)
def test_text_is_readable_on_its_fill(name: str) -> None:
    fill, text = getattr(palette, f"{name}_FILL"), getattr(palette, f"{name}_TEXT")
    assert contrast(fill, text) >= 4.5


@pytest.mark.parametrize("name", PLAIN_FILLS)
def test_usual_text_is_readable_on_light_fills(name: str) -> None:
    assert contrast(getattr(palette, name), palette.TEXT) >= 4.5


def test_neighbouring_series_differ_in_lightness_and_all_in_colour() -> None:
    assert len(set(palette.CHART_SERIES)) == len(palette.CHART_SERIES)
    assert min(contrast(*pair) for pair in pairwise(palette.CHART_SERIES)) >= 1.2
