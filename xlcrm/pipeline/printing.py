"""A report as a PDF, beside its workbook."""

from __future__ import annotations

from pathlib import Path

from xlcrm.office import OfficeError, first_page
from xlcrm.pipeline.reports import ReportResult
from xlcrm.record_sheet import atomic_file


class NoPdfError(Exception):
    """A report has no PDF: ``reason`` is "secret" where its workbook has a password, which a PDF
    would not, else that of LibreOffice, with its ``detail``."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


def write_pdf(result: ReportResult) -> Path:
    """Write the first page of a report beside it and return where. Raises NoPdfError, and OSError
    where it can't be written."""
    if result.merged.options.secret:
        raise NoPdfError("secret")
    path = result.path.with_suffix(".pdf")
    try:
        page = first_page(result.path)
    except OfficeError as error:
        raise NoPdfError(error.reason, error.detail) from error
    with atomic_file(path) as file:
        file.write(page)
    return path
