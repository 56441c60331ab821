"""Writes the report."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from xlcrm.findings import Language
from xlcrm.layout.marks import PROPERTY, RUN_PROPERTY
from xlcrm.record_sheet import Book, ByColumn, RecordSheet, book, palette
from xlcrm.record_sheet.styles import HEADER
from xlcrm.report_workbook.charts import write_chart_data
from xlcrm.report_workbook.dimension_page import DimensionPage
from xlcrm.report_workbook.dimensions_plan import plan_dimensions
from xlcrm.report_workbook.facts_plan import FactSheet, kinds_of_facts, plan_facts
from xlcrm.report_workbook.formulas import live_report
from xlcrm.report_workbook.live_pages import metric_names, write_definitions, write_workings
from xlcrm.report_workbook.page import Page
from xlcrm.report_workbook.plan import ReportContents, plan_report
from xlcrm.report_workbook.quality_page import write_quality
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Spec

KIND = "report"  # by which the file is known again, wherever it lies
FROZEN = 2  # the customer and its name
BLOCK = 1_000  # facts written at once


def write_report(
    path: Path | BinaryIO,
    contents: ReportContents,
    spec: Spec,
    language: Language,
    created: datetime,
) -> None:
    """Write a report, replacing the file at ``path`` whole.

    The same contents and ``created`` (UTC, without time zone) give the same bytes. Raises OSError
    where the file can't be written, KeyError for a kind or column of facts that is not declared.
    """
    words = Words(language)
    facts = list(plan_facts(contents, spec, words))
    live = live_report(contents, facts, spec, words)
    contents = replace(contents, rows=live.rows)
    plan = plan_report(contents, words)
    properties = {"title": f"{plan.title} {contents.period.label}"}
    with book(path, created=created, properties=properties) as wb:
        wb.workbook.set_custom_property(PROPERTY, KIND)
        wb.workbook.set_custom_property(RUN_PROPERTY, contents.run_id)
        page = wb.add_sheet(plan.sheet)
        page.set_tab_color(palette.HEADER_FILL)
        for dimension in plan_dimensions(contents, words):
            DimensionPage(wb, wb.add_sheet(dimension.sheet)).draw(dimension)
        if contents.workings:
            labels = (contents.period.label, contents.period.previous.label)
            write_definitions(wb, live, labels, words)
        if contents.quality:
            unlisted = [
                label[language]
                for kind, label in kinds_of_facts().items()
                if kind not in contents.facts
            ]
            write_quality(wb, contents.quality, metric_names(contents.rows), unlisted, spec, words)
        for sheet in facts:
            _write_facts(wb, sheet)
        write_workings(wb, live, words)
        places = write_chart_data(wb, words("report.sheet.charts"), plan.panels)
        Page(wb, page).draw(plan, places, words)
        page.activate()


def _write_facts(wb: Book, sheet: FactSheet) -> None:
    """Write facts as a native table under its stable name; a kind without any is hidden."""
    rows = ByColumn(sheet.blocks(BLOCK))
    plain = RecordSheet(sheet.name, sheet.columns, rows, 0, FROZEN, autofilter=False)
    written = wb.add_record_sheet(plain)
    worksheet = written.worksheet
    header = wb.format(HEADER)
    options = {
        "name": sheet.table,
        "style": None,
        "columns": [{"header": column.label, "header_format": header} for column in sheet.columns],
    }
    last_row = max(written.first_row, written.last_row)
    worksheet.add_tall_table(last_row, len(sheet.columns) - 1, options)
    if not sheet.rows:
        worksheet.hide()
    written.set_up_pages()
