"""The sentences that stand in a report or master, as people have left them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from xlcrm.filled_workbook.cells import written
from xlcrm.filled_workbook.guards import reading_ours
from xlcrm.filled_workbook.opening import open_workbook
from xlcrm.filled_workbook.source import Rejected, read_source
from xlcrm.layout.wordings import WORDINGS, Sentence, digest_of, read_sentence


class Left(NamedTuple):
    """A sentence and what its cell says now."""

    sentence: Sentence
    text: str

    @property
    def is_typed(self) -> bool:
        """Whether somebody has changed it since it was written."""
        return digest_of(self.text) != self.sentence.digest


def read_sentences(path: Path, password: str | None = None) -> Iterator[Left]:
    """Yield the sentences of a workbook, sheet by sheet; none where there is no file, or none that
    can be read. The rows may have been sorted, and columns put in before the sentences."""
    try:
        with reading_ours():
            source = read_source(path)
            book = open_workbook(
                source, path.name, lambda names: WORDINGS in names, password, filled=False
            )
    except Rejected:
        return
    for sheet in book.sheets:
        for row in sheet.rows:
            for column, cell in enumerate(row):
                found = read_sentence(cell)
                if found and column >= found.back:
                    yield Left(found, written(row[column - found.back]).strip())
