"""The index of an archive: a row a filed record. Paths are text: nothing in it is a link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from xlcrm.findings import Language
from xlcrm.layout.marks import RUN_PROPERTY
from xlcrm.record_sheet import Column, RecordSheet, book, holdable
from xlcrm.sheet_words import Words

_WIDTHS = {
    "customer": 28,
    "customer_id": 11,
    "date": 12,
    "table": 20,
    "owner": 10,
    "file": 52,
    "source": 46,
    "note": 24,
}
_WRAPPED = {"customer", "file", "source", "note"}


class IndexRow(NamedTuple):
    """A filed record: ``day`` is ISO, ``file`` its path below the archive."""

    customer: str
    customer_id: str
    day: str
    table: str
    owner: str
    file: str
    source: str
    note: str


def write_index(
    path: Path | BinaryIO,
    rows: Sequence[IndexRow],
    language: Language,
    created: datetime,
    digest: str,
) -> None:
    """Write the index to ``path``, atomically. ``digest`` is what it is known by again. Raises
    OSError where it can't be written."""
    words = Words(language)
    columns = [
        Column(
            key,
            words(f"archive.{key}"),
            width,
            "date" if key == "date" else "text",
            wrap=key in _WRAPPED,
        )
        for key, width in _WIDTHS.items()
    ]
    cells = ([_day(x) if n == 2 else holdable(x) or None for n, x in enumerate(r)] for r in rows)
    sheet = RecordSheet(words("archive.index"), columns, cells, frozen_columns=1)
    with book(path, created=created, properties={"title": words("archive.index")}) as wb:
        wb.workbook.set_custom_property(RUN_PROPERTY, digest)
        wb.add_record_sheet(sheet).set_up_pages()


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
