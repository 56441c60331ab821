"""Colours and fonts of every workbook that xlcrm writes.

Calm on screen and on paper, and told apart by colour-blind readers: the accents are the Okabe-Ito
colours (Okabe & Ito 2008), darkened where they carry text and lightened where text stands on them.
Every text colour has a contrast of at least 4.5 : 1 on its fill (WCAG 2.1, 1.4.3).
All colours are `#RRGGBB`, as xlsxwriter takes them.
"""

from __future__ import annotations

from typing import Final

# Found on every Chinese Windows and by WPS; elsewhere the application falls back to its CJK font.
FONT_NAME: Final = "Microsoft YaHei"
FONT_SIZE: Final = 10

TEXT: Final = "#1F2933"
MUTED_TEXT: Final = "#5B6670"
LINK_TEXT: Final = "#0B5CAD"
BORDER: Final = "#C5CED6"

PAPER: Final = "#FFFFFF"
GRID: Final = "#DFE5EA"  # between cells that people fill, on paper too

TITLE_TEXT: Final = "#1B4B5A"
HEADER_FILL: Final = "#1B4B5A"
HEADER_TEXT: Final = "#FFFFFF"
# The amber of a required label is that of its cell while it is missing.
REQUIRED_HEADER_FILL: Final = "#F3B13C"
REQUIRED_HEADER_TEXT: Final = "#3A2500"
DISPLAY_HEADER_FILL: Final = "#68737D"
DISPLAY_HEADER_TEXT: Final = "#FFFFFF"
SECTION_FILL: Final = "#DCE9ED"
SECTION_TEXT: Final = "#1B4B5A"

REQUIRED_FILL: Final = "#FFF1D6"
INPUT_FILL: Final = "#F4F9FB"
DISPLAY_FILL: Final = "#ECEFF1"
DISPLAY_TEXT: Final = "#5B6670"
BAND_FILL: Final = "#F7F9FA"

ERROR_FILL: Final = "#FADBC8"
ERROR_TEXT: Final = "#8A2F00"
WARNING_FILL: Final = "#FCEBBD"
WARNING_TEXT: Final = "#6B4A00"
INFO_FILL: Final = "#DCEEF9"
INFO_TEXT: Final = "#0B4A75"

# What shows while a sheet is filled; a wrong value has the colours of an error, a late entry those
# of a warning, what is due soon those of a note. The two alarms are dark, told apart in lightness.
MISSING_FILL: Final = "#FFD27A"
MISSING_TEXT: Final = "#3A2500"
MISSING_BORDER: Final = "#C77F00"
OVERDUE_FILL: Final = "#B84700"
OVERDUE_TEXT: Final = "#FFFFFF"
PRIVATE_FILL: Final = "#5E1F4A"
PRIVATE_TEXT: Final = "#FFFFFF"
REVIEW_FILL: Final = "#DCC0EA"
REVIEW_TEXT: Final = "#7A1F57"

POSITIVE_FILL: Final = "#D3EEE4"
POSITIVE_TEXT: Final = "#00644A"
NEGATIVE_FILL: Final = ERROR_FILL
NEGATIVE_TEXT: Final = ERROR_TEXT
NEUTRAL_FILL: Final = DISPLAY_FILL
NEUTRAL_TEXT: Final = DISPLAY_TEXT

# In the order in which series take them; neighbours differ in lightness too.
CHART_SERIES: Final = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#56B4E9",
    "#D55E00",
    "#CC79A7",
    "#7A8691",
)
CHART_GRID: Final = "#E3E8EC"

# Whether a change is good, whichever way it points.
MOODS: dict[str, dict[str, object]] = {
    "good": {"font_color": POSITIVE_TEXT, "bg_color": POSITIVE_FILL, "bold": True},
    "bad": {"font_color": NEGATIVE_TEXT, "bg_color": NEGATIVE_FILL, "bold": True},
    "plain": {},
}
