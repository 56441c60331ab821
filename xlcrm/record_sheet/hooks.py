"""xlsxwriter's workbook and worksheet, made strict and open to rows made elsewhere.

The one module that touches what xlsxwriter keeps private: everything here is held by tests
that read the workbooks back, so that an upgrade which moves it fails there.
"""

from __future__ import annotations

import functools
import inspect
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import xlsxwriter.packager
import xlsxwriter.workbook
from xlsxwriter.format import Format
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.url import Url
from xlsxwriter.utility import xl_range
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcrm.deflate import codec
from xlcrm.record_sheet.sheet import MAX_COLUMNS
from xlcrm.record_sheet.values import MAX_TEXT, WriteFailed, are_plain, clean_text

# xlsxwriter refuses more, as Excel does.
MAX_LINKS = 65_530
_BATCH = 50  # shared texts written at once
_PACKING = 4  # zlib's level; its own is 6
_LARGE = 1 << 20  # bytes of a part that is packed by the quick codec
_QUICK_PACKING = 2  # the quick codec's level
_PIECE = 1 << 20  # bytes that are copied at a time


class Splice(NamedTuple):
    """The `<row>` elements in `rows` belong into a part that is written as the file `path`, after
    its first bytes, so many as `at` says."""

    path: str
    at: int
    rows: BinaryIO


class CheckedWorksheet(Worksheet):  # type: ignore[misc]
    """A worksheet whose calls raise WriteFailed where xlsxwriter returns a code or warns.

    `write_number` keeps all digits of a float (xlsxwriter cuts it to 16), `write_string` takes
    any text: what XML forbids is replaced, and nothing is taken for markup.
    """

    dim_rowmax: int | None
    dim_colmax: int | None
    spliced: Splice | None = None
    _record_rows: BinaryIO | None = None
    _first_record_row = 0

    @property
    def links_left(self) -> int:
        """How many more links this sheet takes."""
        return MAX_LINKS - int(self.hlink_count)

    def splice_rows(self, first_row: int, last_row: int, last_col: int, xml: BinaryIO) -> None:
        """Let the `<row>` elements in `xml` be written as rows `first_row` to `last_row`.

        `xml` stays open until the workbook is closed. Nothing else may be written to these rows
        or below them; `refuse_overlap` says so.
        """
        self._record_rows, self._first_record_row = xml, first_row
        if last_row >= first_row:
            self._check_dimensions(last_row, last_col)

    def add_link(self, row: int, col: int, text: str, target: str) -> None:
        """Make a cell of the spliced rows a link; see `links_left`."""
        self.hlink_count += 1
        link = Url(f"internal:{target}")
        link._text = text
        self.hyperlinks[row][col] = link

    def format_rest(self, first_col: int, cell_format: Format) -> None:
        """Give a format to all columns from `first_col` on, which hold nothing.

        The sheet's dimension stays what it is: xlsxwriter would stretch it to the last column, and
        take a tenth of a blank workbook's time to describe each column anew.
        """
        right = self.dim_colmax
        self.set_column(first_col, first_col, None, cell_format)
        self.dim_colmax = right
        rest = range(first_col, MAX_COLUMNS)
        self.col_info.update(dict.fromkeys(rest, self.col_info[first_col]))

    def add_tall_table(self, last_row: int, last_col: int, options: Mapping[str, object]) -> None:
        """Make a native table of the first row, its header, and all rows down to `last_row`.

        `options` are those of xlsxwriter's `add_table`, which would note every single cell.
        """
        self.add_table(0, 0, 1, last_col, dict(options))
        table, area = self.tables[-1], xl_range(0, 0, last_row, last_col)
        table.update(dict.fromkeys(("range", "a_range", "autofilter"), area))

    def add_note(
        self, row: int, col: int, text: str, author: str, options: Mapping[str, object]
    ) -> None:
        """Put a note on a cell, of as much of the text as a note holds; its row may be spliced.

        `options` are those of xlsxwriter's `write_comment`.
        """
        held = text.encode("utf-16-le", "replace")[: 2 * MAX_TEXT].decode("utf-16-le", "ignore")
        self.write_comment(row, col, clean_text(held), {**options, "author": clean_text(author)})

    def refuse_overlap(self) -> None:
        """Raise WriteFailed where a call wrote or formatted a row among the spliced ones."""
        if self._record_rows is None:
            return
        written = {row for row, cells in self.table.items() if cells} | set(self.row_info)
        late = sorted(row for row in written if row >= self._first_record_row)
        if late:
            raise WriteFailed(f"sheet {self.name}: row {late[0] + 1} is among the records' rows")

    def _write_rows(self) -> None:
        if self._record_rows is None:
            super()._write_rows()
            return
        last_row = self.dim_rowmax
        self.dim_rowmax = self._first_record_row - 1
        super()._write_rows()
        self.dim_rowmax = last_row
        self.fh.flush()
        self.spliced = Splice(self.fh.name, self.fh.buffer.tell(), self._record_rows)

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        """Return a formula without its ``=``; its own searches it for fifty newer functions.

        No formula of ours has one: they work in Excel 2010 too.
        """
        return formula.removeprefix("{").removeprefix("=").removesuffix("}")

    def _write_string(
        self, row: int, col: int, string: str, cell_format: Format | None = None
    ) -> int:
        text = _no_markup(clean_text(string))
        return int(super()._write_string(row, col, text, cell_format))

    def _xml_number_element(self, number: float, attributes: Any = ()) -> None:
        exact = number if type(number) in (int, float) else float(number)
        attrs = "".join(f' {key}="{value}"' for key, value in attributes)
        self.fh.write(f"<c{attrs}><v>{exact!r}</v></c>")


class CheckedWorkbook(Workbook):  # type: ignore[misc]
    """A workbook of checked worksheets; its own calls raise WriteFailed too."""

    worksheet_class = CheckedWorksheet

    def style_index(self, cell_format: Format) -> int:
        """The number by which a cell's XML names its format."""
        return int(cell_format._get_xf_index())

    def shared_string(self, text: str) -> int:
        """The number by which a cell's XML names a shared text.

        Uses are counted apart, by `count_shared`.
        """
        table = self.str_table
        index = int(table.string_table.setdefault(_no_markup(text), table.unique_count))
        table.unique_count = len(table.string_table)
        return index

    def _store_workbook(self) -> None:
        sheets: Sequence[CheckedWorksheet] = self.worksheets()
        with _own_parts(sheets):
            super()._store_workbook()
        for sheet in sheets:
            if sheet.spliced:
                raise WriteFailed(f"sheet {sheet.name}: its rows were not written")

    def count_shared(self, uses: int) -> None:
        """Add the cells that name shared texts."""
        self.str_table.count += uses


class QuickSharedStrings(SharedStrings):  # type: ignore[misc]
    """The part of shared texts, in a fifth of the time: most have nothing to escape."""

    def _write_sst_strings(self) -> None:
        texts = self.string_table.string_array
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            if are_plain(batch):
                self.fh.write(f"<si><t>{'</t></si><si><t>'.join(batch)}</t></si>")
            else:
                for text in batch:
                    self._write_si(text)


class QuickZip(zipfile.ZipFile):
    """An archive in the making: large parts are packed in a sixth of the time for a seventh more
    bytes, where the platform has the codec; small ones are the same bytes on all platforms. The
    rows spliced into one of `sheets` go from where they lie straight into the archive."""

    def __init__(self, sheets: Sequence[CheckedWorksheet], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sheets = sheets

    def write(self, filename: Any, arcname: Any = None, *args: Any, **options: Any) -> None:
        splice = self._taken(filename)
        info = zipfile.ZipInfo.from_file(filename, arcname)
        info.file_size += splice.rows.seek(0, os.SEEK_END) if splice else 0
        quick = codec is not zlib and info.file_size >= _LARGE
        if not (splice or quick):
            super().write(filename, arcname, *args, **options)
            return
        info.compress_type = self.compression
        kind, level = (codec, _QUICK_PACKING) if quick else (zlib, _PACKING)
        with Path(filename).open("rb") as source, self.open(info, "w") as part:
            if hasattr(part, "_compressor"):
                packer = kind.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
                cast("Any", part)._compressor = packer
            if splice:
                part.write(source.read(splice.at))
                splice.rows.seek(0)
                shutil.copyfileobj(splice.rows, part, _PIECE)
            shutil.copyfileobj(source, part, _PIECE)

    def _taken(self, filename: str) -> Splice | None:
        """Return what is to be spliced into a part, and no more than once."""
        for sheet in self._sheets:
            if sheet.spliced and sheet.spliced.path == filename:
                splice, sheet.spliced = sheet.spliced, None
                return splice
        return None


@contextmanager
def _own_parts(sheets: Sequence[CheckedWorksheet]) -> Iterator[None]:
    """Let xlsxwriter write shared texts our way, and pack in half the time for a seventh more
    bytes; it has no option for either."""
    zip_file = xlsxwriter.workbook.ZipFile
    archive = functools.partial(QuickZip, sheets, compresslevel=_PACKING)
    xlsxwriter.workbook.ZipFile = archive
    xlsxwriter.packager.SharedStrings = QuickSharedStrings
    try:
        yield
    finally:
        xlsxwriter.workbook.ZipFile = zip_file
        xlsxwriter.packager.SharedStrings = SharedStrings


def _no_markup(text: str) -> str:
    """The text so that xlsxwriter doesn't take `<r>...</r>` for its own runs of rich text."""
    if text.startswith("<r>") and text.endswith("</r>"):
        return f'<r><t xml:space="preserve">{escape(text, quote=False)}</t></r>'
    return text


def _checked(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            result = method(self, *args, **kwargs)
        except UserWarning as warning:
            raise WriteFailed(f"{method.__name__}: {warning}") from warning
        if isinstance(result, int) and result < 0:
            place = getattr(self, "name", "workbook")
            raise WriteFailed(f"{method.__name__} on {place}: refused with code {result}")
        return result

    return call


def _check_calls(checked: type, original: type) -> None:
    for name, method in inspect.getmembers(original, inspect.isfunction):
        if not name.startswith("_") and name not in vars(checked):
            setattr(checked, name, _checked(method))


_check_calls(CheckedWorksheet, Worksheet)
_check_calls(CheckedWorkbook, Workbook)
