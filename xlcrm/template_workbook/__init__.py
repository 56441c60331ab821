"""Writes the workbooks that people fill: blank, or with records in them."""

from xlcrm.template_workbook.writer import write_workbook

__all__ = ["write_workbook"]
