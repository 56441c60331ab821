"""Workbooks written strictly, and sheets of many records written fast.

with book(path, created=moment) as wb:
    talks = wb.add_record_sheet(RecordSheet("沟通动态记录表", columns, rows))
    talks.worksheet.conditional_format(*talks.area("status"), {...})
    home = wb.add_sheet("首页")
    home.write_string(0, 0, "客户沟通汇总", wb.format({"bold": True}))
"""

from __future__ import annotations

from xlcrm.record_sheet.book import Book, WrittenSheet, book
from xlcrm.record_sheet.hooks import CheckedWorksheet
from xlcrm.record_sheet.names import cell_target, safe_sheet_name
from xlcrm.record_sheet.output import atomic_file
from xlcrm.record_sheet.sheet import ByColumn, Column, RecordSheet
from xlcrm.record_sheet.values import Formula, Kind, Toned, WriteFailed, clean_text, holdable

__all__ = [
    "Book",
    "ByColumn",
    "CheckedWorksheet",
    "Column",
    "Formula",
    "Kind",
    "RecordSheet",
    "Toned",
    "WriteFailed",
    "WrittenSheet",
    "atomic_file",
    "book",
    "cell_target",
    "clean_text",
    "holdable",
    "safe_sheet_name",
]
