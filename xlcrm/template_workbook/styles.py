"""How cells that people fill look, and those that they don't."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlcrm.record_sheet import palette

_BOX = {"border": 1, "border_color": palette.BORDER, "text_wrap": True, "valign": "vcenter"}

REQUIRED_HEADER: Mapping[str, Any] = {
    "bold": True,
    "font_color": palette.REQUIRED_HEADER_TEXT,
    "bg_color": palette.REQUIRED_HEADER_FILL,
    "align": "center",
    **_BOX,
}
DISPLAY_HEADER: Mapping[str, Any] = {
    **REQUIRED_HEADER,
    "font_color": palette.DISPLAY_HEADER_TEXT,
    "bg_color": palette.DISPLAY_HEADER_FILL,
}
OWN_HEADER: Mapping[str, Any] = {  # of a column that a person added
    "bold": True,
    "align": "center",
    "locked": False,
    **_BOX,
}
INPUT_COLUMN: Mapping[str, Any] = {
    "border": 1,
    "border_color": palette.GRID,
    "locked": False,
}
NUMBER_COLUMN: Mapping[str, Any] = {**INPUT_COLUMN, "align": "right", "indent": 1}
DISPLAY_COLUMN: Mapping[str, Any] = {
    **INPUT_COLUMN,
    "bg_color": palette.DISPLAY_FILL,
    "font_color": palette.DISPLAY_TEXT,
    "italic": True,
    "align": "center",
}
# Without a border of its own: beside one, that of a colour which has one would show in part.
LEGEND: Mapping[str, Any] = {"font_size": 9, "align": "center", "valign": "vcenter"}
LINE: Mapping[str, Any] = {"bg_color": palette.PAPER, "locked": False}  # no grid behind its words
NEXT_ID: Mapping[str, Any] = {
    "bold": True,
    "font_size": 9,
    "font_color": palette.TITLE_TEXT,
    "bg_color": palette.SECTION_FILL,
    "align": "center",
    "valign": "vcenter",
}
HINT: Mapping[str, Any] = {
    **LINE,
    "font_size": 9,
    "font_color": palette.MUTED_TEXT,
    "valign": "vcenter",
    "indent": 1,
}
TITLE: Mapping[str, Any] = {
    "bold": True,
    "font_size": 16,
    "font_color": palette.TITLE_TEXT,
    "align": "center",
    "valign": "vcenter",
}
NOTE: Mapping[str, Any] = {
    "font_size": 9,
    "font_color": palette.MUTED_TEXT,
    "align": "center",
    "valign": "vcenter",
    "text_wrap": True,
}
SECTION: Mapping[str, Any] = {
    "bold": True,
    "font_color": palette.HEADER_TEXT,
    "bg_color": palette.HEADER_FILL,
    "indent": 1,
    **_BOX,
}
LABEL: Mapping[str, Any] = {
    "bold": True,
    "font_color": palette.SECTION_TEXT,
    "bg_color": palette.SECTION_FILL,
    "align": "center",
    **_BOX,
}
REQUIRED_LABEL: Mapping[str, Any] = {
    **LABEL,
    "font_color": palette.REQUIRED_HEADER_TEXT,
    "bg_color": palette.REQUIRED_HEADER_FILL,
}
HEAD: Mapping[str, Any] = {**LABEL, "bold": False}
PRINTED: Mapping[str, Any] = {
    **_BOX,
    "font_size": 9,
    "font_color": palette.MUTED_TEXT,
}
# A box and its choice are one: no line between them.
CHOICE: Mapping[str, Any] = {**_BOX, "left": 0}
TICK: Mapping[str, Any] = {
    "align": "center",
    "font_size": 12,
    "bg_color": palette.INPUT_FILL,
    "locked": False,
    **_BOX,
    "right": 0,
}
INPUT: Mapping[str, Any] = {
    "bg_color": palette.INPUT_FILL,
    "align": "left",
    "indent": 1,
    "locked": False,
    **_BOX,
}
TALL_INPUT: Mapping[str, Any] = {**INPUT, "valign": "top"}
DISPLAY: Mapping[str, Any] = {
    "bg_color": palette.DISPLAY_FILL,
    "font_color": palette.DISPLAY_TEXT,
    "align": "center",
    **_BOX,
}
NARROW_INPUT: Mapping[str, Any] = {**INPUT, "align": "center", "indent": 0}
CHECK_CELL: Mapping[str, Any] = {
    "border": 1,
    "border_color": palette.GRID,
    "valign": "vcenter",
}
OPEN_CELL: Mapping[str, Any] = {
    "bg_color": palette.REQUIRED_FILL,
    "border_color": palette.BORDER,
}
GUIDE_TITLE: Mapping[str, Any] = {
    "bold": True,
    "font_size": 18,
    "font_color": palette.TITLE_TEXT,
    "valign": "vcenter",
}
CHECK_TITLE: Mapping[str, Any] = {**GUIDE_TITLE, "font_size": 16}
CHECK_COUNTS: Mapping[str, Any] = {
    "bold": True,
    "font_color": palette.TITLE_TEXT,
    "align": "right",
    "valign": "vcenter",
}
CHECK_HINT: Mapping[str, Any] = {
    "font_color": palette.TEXT,
    "bg_color": palette.SECTION_FILL,
    "text_wrap": True,
    "valign": "vcenter",
    "indent": 1,
}
GUIDE_PART: Mapping[str, Any] = {
    "bold": True,
    "font_size": 11,
    "font_color": palette.TITLE_TEXT,
    "valign": "vcenter",
}
GUIDE_LINK: Mapping[str, Any] = {
    **_BOX,
    "bold": True,
    "font_color": palette.LINK_TEXT,
    "underline": 1,
    "indent": 1,
}
GUIDE_HEAD: Mapping[str, Any] = {
    "bold": True,
    "font_size": 13,
    "valign": "vcenter",
    "font_color": palette.TITLE_TEXT,
    "bottom": 2,
    "bottom_color": palette.HEADER_FILL,
}
GUIDE_TEXT: Mapping[str, Any] = {
    "text_wrap": True,
    "valign": "vcenter",
    "font_color": palette.TEXT,
}
GUIDE_CELL: Mapping[str, Any] = {**_BOX, "indent": 1}
GUIDE_LABEL: Mapping[str, Any] = {**LABEL, "align": "left", "indent": 1}
GUIDE_REQUIRED: Mapping[str, Any] = {**REQUIRED_LABEL, "align": "left", "indent": 1}
