"""What a sheet of records is: its columns, its rows, where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import islice

from xlcrm.record_sheet.values import Kind
from xlcrm.values import dataclass

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `width` in characters, `fill` as #RRGGBB, `num_format` instead of the kind's.

    `look` holds whatever else its cells' format has, as xlsxwriter's properties; `tones` what
    those cells have besides that are written as `Toned`.
    """

    key: str
    label: str
    width: float
    kind: Kind = "text"
    wrap: bool = False
    hidden: bool = False
    num_format: str | None = None
    fill: str | None = None
    look: Mapping[str, object] = field(default_factory=dict)
    tones: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True)
class ByColumn:
    """Rows that are given a column at a time, as they are written fastest.

    `blocks` gives blocks of rows, one after the other, each as the values of every column.
    """

    blocks: Iterable[Sequence[Sequence[object]]]

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        for block in self.blocks:
            yield from zip(*block, strict=True)


@dataclass(frozen=True)
class RecordSheet:
    """A header row and the records below it.

    `rows` gives one sequence of Python values a record, as long as `columns`: None, str, int,
    float, bool, date, datetime, a Formula, one of them Toned, and `(text, "'Sheet'!A5")` in link
    columns. It is read once.
    `first_row` is the header's row, from 0: the rows above it are the caller's to write.
    The rows down to the header and the first `frozen_columns` columns stay in sight.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]
    first_row: int = 0
    frozen_columns: int = 0
    autofilter: bool = True

    def __post_init__(self) -> None:
        if not 0 < len(self.columns) <= MAX_COLUMNS:
            raise ValueError(f"a sheet has 1 to {MAX_COLUMNS} columns, not {len(self.columns)}")
        if not all(column.label for column in self.columns):
            raise ValueError(f"sheet {self.name}: a column without a label")

    def blocks(self, size: int) -> Iterator[Sequence[Sequence[object]]]:
        """The rows, a block at a time, each time as the values of every column; rows that are not
        given so are at most `size` at a time.

        Raises ValueError for rows of different lengths.
        """
        if isinstance(self.rows, ByColumn):
            for columns in self.rows.blocks:
                if len({*map(len, columns)}) > 1:
                    raise ValueError("columns of different lengths can't be zipped to rows")
                yield columns
            return
        rows = iter(self.rows)
        while block := list(islice(rows, size)):
            yield list(zip(*block, strict=True))
