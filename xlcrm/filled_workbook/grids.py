"""The rows of a workbook's sheets: python-calamine says what their cells hold.

Where many workbooks are read, the cells of larger sheets are found by `cell_search`, and calamine
is asked only what it hasn't said before: what a number means in a format, and each text that is
more than plain characters. The rows are the same either way.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias, cast

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from xlcrm.filled_workbook.archive import Archive
from xlcrm.filled_workbook.guards import room
from xlcrm.filled_workbook.handed_over import handed_over
from xlcrm.filled_workbook.package import Package, is_xml
from xlcrm.filled_workbook.sheet_xml import CELL_LIMIT
from xlcrm.filled_workbook.sheets import CellValue, Grid
from xlcrm.filled_workbook.source import Rejected
from xlcrm.one_thread import one_thread

if TYPE_CHECKING:
    from xlcrm.filled_workbook.cell_search import FoundCells

WORKBOOK_CELLS = 2 * CELL_LIMIT  # of all sheets from A1 on: many wide ones fit in a small file

_Find: TypeAlias = Callable[[Sequence[bytes]], "list[FoundCells | None]"]
_find: _Find | None = None  # until somebody prepares for many workbooks
_SMALL = 4 * 1024  # bytes of a sheet's XML that calamine reads as fast
# A text of plain characters, and a hint of how it is read aloud, which Excel adds to many.
_TEXT = re.compile(
    r"<si><t(?:>(?![ \t\n])(?=[^<]*+(?<![ \t\n])<)| xml:space=\"preserve\">)"
    r"((?:[^<&\r]|&(?:lt|gt|amp|quot|apos);)*+)</t>"
    r"(?:<phoneticPr(?: [A-Za-z]+=\"[^\"<&]*\")*+/>)?</si>"
)
_PLAIN_TEXT = re.compile(rb'[^>]* t="str"><v>((?:[^&\r_]|_(?!x))*)')
_AT_HAND = 24 * 1024**2
_MEANINGS = 100_000  # that are kept
_CELLS_A_ROW = 64
_SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<sheetData>%b</sheetData></worksheet>"
)
_ONE = b"><v>1"  # a cell without a format of its own; what stands before its closing tags


def prepare_for_many() -> None:
    """Load what finds cells in many workbooks faster. It takes memory: before that is limited."""
    global _find
    if _find is not None:
        return
    with one_thread():  # as forks want it
        from xlcrm.filled_workbook.cell_search import find_cells
    _find = find_cells
    # Taken and freed: from then on glibc keeps as much at hand, instead of giving each workbook's
    # memory back and getting it anew, page by page.
    bytes(_AT_HAND)


def find_cells(sheets: Sequence[bytes], texts: Sequence[str] | None) -> list[FoundCells | None]:
    """Return the cells of sheets, found by a search; None where calamine has to read them.
    ``texts`` are the workbook's shared ones, if they are known."""
    if _find is None:
        return [None] * len(sheets)
    found = iter(_find([xml for xml in sheets if len(xml) >= _SMALL]))
    known = [next(found) if len(xml) >= _SMALL else None for xml in sheets]
    if texts is None:
        return known
    return [None if each and each.text_count > len(texts) else each for each in known]


def shared_texts(archive: Archive, package: Package) -> Sequence[str] | None:
    """Return the shared texts of a workbook; None where some are more than plain characters."""
    part = package.shared_strings
    if part is None or part not in archive:
        return None
    xml = archive.read(part)
    head, _, rest = xml.partition(b"<si>")
    try:
        texts = _texts(xml.decode())
    except UnicodeDecodeError:
        return None
    # Nothing else may stand there, and no character that is written by its number.
    tags = 4 * len(texts) + xml.count(b"<phoneticPr")
    is_all = rest.count(b"<") == tags and rest.count(b"</si><si>") == len(texts) - 1
    if not is_all or not rest.endswith(b"</si></sst>") or b"_x" in xml:
        return None
    if b"<!" in head or not is_xml(head + b"</sst>"):
        return None
    if b"&" in xml:
        from html import unescape  # slow to load

        texts = [unescape(text) if "&" in text else text for text in texts]
    return texts


def _texts(xml: str) -> list[str]:
    """Return the shared texts that are written in the usual ways, as they are written."""
    if "&" not in xml and "\r" not in xml:
        texts = xml.partition("<si><t>")[2].rpartition("</t></si>")[0].split("</t></si><si><t>")
        if "<" not in "".join(texts) and [*map(str.strip, texts)] == texts:
            return texts  # most often they are written in the one simple way
    found: list[str] = _TEXT.findall(xml)
    return found


def read_grids(
    archive: Archive,
    package: Package,
    sheets: Sequence[tuple[bytes, FoundCells | None]],
    texts: Sequence[str] | None,
) -> list[Grid]:
    """Return the rows of each sheet, given as its XML and its cells where they were found; and the
    shared texts, if they are known.

    Raises:
        Rejected: too-large (grid: more than 10 million cells in all), encrypted, unreadable
            (reader-failed).
    """
    unread = [xml for xml, cells in sheets if cells is None]
    found = [cells for _, cells in sheets if cells is not None]
    known = _meanings(sha256(_formats(archive, package)).digest(), package.date1904)
    new = _learn_plain_texts(known, found)
    used = sorted({n for cells in found for n in cells.texts.tolist()}) if texts is None else []
    questions = [*new, *(b' t="s"><v>%d' % n for n in used)]
    asked = [_question_sheet(questions)] if questions else []
    left = WORKBOOK_CELLS * room() - sum(cells.height * cells.width for cells in found)
    read = _read(archive, package, unread + asked, left, with_texts=bool(unread or used))
    answers = [value for row in (read.pop() if asked else ()) for value in row]
    known |= zip(new, answers, strict=False)
    if texts is None:
        told = dict(zip(used, answers[len(new) :], strict=False))
        texts = [cast(str, told.get(n, "")) for n in range(max(used, default=-1) + 1)]
    rows = iter(read)
    meaning = known.__getitem__
    return [
        next(rows) if cells is None else cells.grid(texts, [*map(meaning, cells.contents)])
        for _, cells in sheets
    ]


def _learn_plain_texts(known: dict[bytes, CellValue], found: Sequence[FoundCells]) -> set[bytes]:
    """Add what formulas give as plain texts to what is known of cells; return what isn't known."""
    if len(known) > _MEANINGS:
        known.clear()
    new = set().union(*(cells.contents for cells in found)) - known.keys()
    if found and not known:
        new.add(_ONE)  # so that calamine sees these formats once
    for content in new:
        match = _PLAIN_TEXT.fullmatch(content)
        if match:
            known[content] = match[1].decode()
    return new.difference(known)


@lru_cache(maxsize=8)
def _meanings(digest: bytes, date1904: bool) -> dict[bytes, CellValue]:
    """What has been learnt of cells in workbooks whose formats have this digest; it grows."""
    return {}


def _formats(archive: Archive, package: Package) -> bytes:
    styles = package.styles
    return archive.read(styles) if styles and styles in archive else b""


def _question_sheet(contents: Sequence[bytes]) -> bytes:
    """Return a sheet of these cells, row by row, and of a row more that is full: so each has its
    place in what is read, whatever the last ones turn out to be."""
    cells = [b"<c%b</v></c>" % each for each in contents]
    rows = [cells[n : n + _CELLS_A_ROW] for n in range(0, len(cells), _CELLS_A_ROW)]
    rows.append([b"<c%b</v></c>" % _ONE] * _CELLS_A_ROW)
    return _SHEET % b"".join([b"<row>%b</row>" % b"".join(row) for row in rows])


def _read(
    archive: Archive, package: Package, sheets: Sequence[bytes], left: int, *, with_texts: bool
) -> list[Grid]:
    """Return the rows of sheets that calamine reads; ``left`` cells they may have in all."""
    if left < 0:
        raise Rejected("too-large", "grid")
    grids: list[Grid] = []
    if not sheets:
        return grids
    with calamine(handed_over(archive, package, sheets, with_texts=with_texts)) as workbook:
        for position in range(len(workbook.sheet_names)):
            grids.append(grid(workbook, position))
            left -= sum(map(len, grids[-1]))
            if left < 0:
                raise Rejected("too-large", "grid")
    return grids


@contextmanager
def calamine(
    data: bytes, code: str = "unreadable", detail: str = "reader-failed"
) -> Iterator[CalamineWorkbook]:
    """Open a workbook with calamine, and name whatever it fails at in the meantime.

    Raises:
        Rejected: encrypted, or with ``code`` and ``detail``.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            yield workbook
    except PasswordError as error:
        raise Rejected("encrypted", "password") from error
    except (CalamineError, OSError, OverflowError) as error:  # of a part cut short, of endless days
        raise Rejected(code, detail) from error
    except BaseException as error:
        # A panic of the Rust code is a BaseException of a class that can't be imported.
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise Rejected(code, detail) from error


def grid(workbook: CalamineWorkbook, position: int) -> Grid:
    """Return a sheet's rows from A1 on."""
    # The cast only widens the type of a cell: this list is nobody else's.
    return cast(Grid, workbook.get_sheet_by_index(position).to_python(skip_empty_area=False))
