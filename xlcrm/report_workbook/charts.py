"""The report's charts: small, alike, and native, over cells of a sheet of their own."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.chart import Chart

from xlcrm.record_sheet import Book, palette
from xlcrm.report_workbook.plan import Panel
from xlcrm.report_workbook.printing import print_across

FONT = {"name": palette.FONT_NAME, "size": 8, "color": palette.MUTED_TEXT}
LINE, LAST = palette.CHART_SERIES[0], palette.CHART_SERIES[5]
LABEL = {**FONT, "color": palette.TEXT, "bold": True}

# The cells of a panel on the charts' sheet: its sheet, column of values, first and last row.
Place = tuple[str, int, int, int]


def write_chart_data(wb: Book, name: str, panels: Sequence[Panel]) -> list[Place]:
    """Write a sheet with two columns a panel, labels and values; return where the values stand."""
    sheet = wb.add_sheet(name)
    head = wb.format({"bold": True, "bottom": 1, "border_color": palette.BORDER, "text_wrap": True})
    text = wb.format({"num_format": "@"})
    sheet.freeze_panes(1, 0)
    print_across(sheet)
    places = []
    for number, panel in enumerate(panels):
        column = 3 * number
        sheet.set_column(column, column + 1, 16)
        sheet.set_column(column + 2, column + 2, 2)
        sheet.write_string(0, column + 1, panel.title, head)
        number_format = wb.format({"num_format": panel.number_format})
        for row, (label, value) in enumerate(zip(panel.labels, panel.values, strict=True), start=1):
            sheet.write_string(row, column, label, text)
            if value is not None:
                sheet.write_number(row, column + 1, value, number_format)
        places.append((sheet.name, column + 1, 1, len(panel.values)))
    return places


def chart(wb: Book, panel: Panel, place: Place, size: tuple[int, int]) -> Chart:
    """Return the chart of a panel whose values stand at ``place``; ``size`` is in pixels."""
    made = _bars(wb, panel, place) if panel.bars else _trend(wb, panel, place)
    made.set_title(
        {
            "name": panel.title,
            "overlay": False,
            "name_font": {**FONT, "size": 9, "bold": True, "color": palette.TITLE_TEXT},
        }
    )
    made.set_legend({"none": True})
    made.set_chartarea({"border": {"color": palette.BORDER, "width": 0.75}})
    made.set_size({"width": size[0], "height": size[1]})
    return made


def _trend(wb: Book, panel: Panel, place: Place) -> Chart:
    made = wb.chart({"type": "line"})
    last = max(n for n, value in enumerate(panel.values) if value is not None)
    marker = {"type": "circle", "size": 5, "fill": {"color": LINE}, "border": {"color": LINE}}
    series = _series(place) | {
        "line": {"color": LINE, "width": 2},
        "marker": marker,
        # The latest figure alone is labelled: the table above gives it, the line tells the way.
        "data_labels": {
            "value": True,
            "position": "above",
            "num_format": panel.number_format,
            "font": LABEL,
            "custom": [{"delete": True}] * last,
        },
    }
    made.add_series(series)
    made.show_blanks_as("span")
    made.set_x_axis({"num_font": {**FONT, "size": 7}, "line": {"color": palette.CHART_GRID}})
    made.set_y_axis(
        {
            "num_font": FONT,
            "num_format": panel.number_format,
            "line": {"none": True},
            "major_gridlines": {"visible": True, "line": {"color": palette.CHART_GRID}},
            **_bounds(panel),
        }
    )
    return made


def _bounds(panel: Panel) -> dict[str, float]:
    """Return the axis: from 0, with headroom for the label; a score's is from 1 to 5."""
    highest = max(value for value in panel.values if value is not None)
    if panel.number_format == "0.0" and highest <= 5:
        return {"min": 0, "max": 5.5, "major_unit": 1} if highest > 3 else {"min": 0}
    return {"min": 0}


def _bars(wb: Book, panel: Panel, place: Place) -> Chart:
    made = wb.chart({"type": "bar"})
    labels = {
        "value": True,
        "position": "outside_end",
        "num_format": panel.number_format,
        "font": LABEL,
    }
    series = _series(place) | {"fill": {"color": LINE}, "gap": 55, "data_labels": labels}
    made.add_series(series)
    made.set_x_axis(
        {"visible": False, "major_gridlines": {"visible": False}, "min": 0, "max": _room(panel)}
    )
    made.set_y_axis(
        {
            "reverse": True,
            "num_font": {**FONT, "size": 9, "color": palette.TEXT},
            "line": {"color": palette.CHART_GRID},
            "major_tick_mark": "none",
        }
    )
    return made


def _room(panel: Panel) -> float:
    """Return where an axis of bars ends: behind the longest one's label; a share's is the whole."""
    whole = 1.0 if "%" in panel.number_format else max(filter(None, panel.values), default=1)
    return 1.15 * whole


def _series(place: Place) -> dict[str, object]:
    sheet, column, first, last = place
    return {
        "name": [sheet, 0, column],
        "categories": [sheet, first, column - 1, last, column - 1],
        "values": [sheet, first, column, last, column],
    }
