"""The cells of some rows by a search through the bytes of their XML: see `cell_search`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from xlcrm.values import dataclass

if TYPE_CHECKING:
    import numpy.typing as npt

    _Bytes: TypeAlias = npt.NDArray[np.uint8]
    _Numbers: TypeAlias = npt.NDArray[np.int64]
    _Words: TypeAlias = npt.NDArray[np.uint64]
    _Flags: TypeAlias = npt.NDArray[np.bool_]

_NAMES = rb"(?: [A-Za-z][\w:]*=\"[^\"<&]*\")*"  # attributes with their values
_REST = re.compile(rb"%b(/?)>" % _NAMES)  # of a tag
_ROW_START = b'<row r="'

# A tag by the two bytes after its `<`; by which others it may be followed.
_ROW, _ROW_ALONE, _ROW_END, _CELL, _CELL_ALONE, _CELL_END = range(1, 7)
_FORMULA, _FORMULA_LONG, _FORMULA_ALONE, _FORMULA_END, _VALUE, _VALUE_END = range(7, 13)
_STARTS = {
    b"ro": _ROW, b"/r": _ROW_END, b"c ": _CELL, b"/c": _CELL_END, b"f>": _FORMULA,
    b"f ": _FORMULA_LONG, b"/f": _FORMULA_END, b"v>": _VALUE, b"/v": _VALUE_END,
}  # fmt: skip
_IN_ROW, _ROWS = (_CELL, _CELL_ALONE, _ROW_END), (_ROW, _ROW_ALONE)
_NEXT = {
    _ROW: _IN_ROW, _ROW_ALONE: _ROWS, _ROW_END: _ROWS, _CELL_ALONE: _IN_ROW, _CELL_END: _IN_ROW,
    _CELL: (_FORMULA, _FORMULA_LONG, _FORMULA_ALONE, _VALUE, _CELL_END),
    _FORMULA: (_FORMULA_END,), _FORMULA_LONG: (_FORMULA_END,),
    _FORMULA_ALONE: (_VALUE, _CELL_END), _FORMULA_END: (_VALUE, _CELL_END),
    _VALUE: (_VALUE_END,), _VALUE_END: (_CELL_END,),
}  # fmt: skip
# How far the next tag is, 15 being any more; of all others what stands there is read.
_FAR = 15
_LENGTHS = {
    _ROW_END: (6,), _CELL_END: (4,), _FORMULA_END: (4,), _VALUE_END: (4,),
    _VALUE: range(3, _FAR + 1), _FORMULA: range(3, _FAR + 1),
}  # fmt: skip
_ANY_LENGTH = (_ROW, _ROW_ALONE, _CELL, _CELL_ALONE, _FORMULA_LONG, _FORMULA_ALONE)
_TO_VALUE = {_VALUE: 1, _FORMULA: 3, _FORMULA_LONG: 3, _FORMULA_ALONE: 2}  # from a cell's first tag


def _table(size: int, given: dict[int, Any], dtype: Any) -> npt.NDArray[Any]:
    table = np.zeros(size, dtype)
    table[list(given)] = list(given.values())
    return table


_KINDS = _table(1 << 16, {b << 8 | a: kind for (a, b), kind in _STARTS.items()}, np.uint8)
_STEP = _table(13, _TO_VALUE, np.int64)
# Two small numbers as one byte: tags that may follow one another, and tags with their lengths.
_PAIRS = bytes(a << 4 | b for a, after in _NEXT.items() for b in after)
_SIZES = bytes(kind << 4 | length for kind, lengths in _LENGTHS.items() for length in lengths)
_SIZES += bytes(kind << 4 | length for kind in _ANY_LENGTH for length in range(_FAR + 1))
_ENTITIES = (b"&lt;", b"&gt;", b"&amp;", b"&quot;", b"&apos;")
_SHORT = 32  # bytes of most contents, at most: a style and a number
_FIRST_BYTES = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)  # of a word, so many
_ROW_DIGITS, _STYLE_DIGITS = 7, 6
_LONGEST_TAG = 64  # bytes of a cell's, at most, with an attribute that is cut short
_ZEROS, _HIGH_BITS, _TO_HIGH_BIT = (np.uint64(0x0101010101010101 * n) for n in (0x30, 0x80, 0x76))
_ADDING = tuple(
    (np.uint64(factor), np.uint64(bits), np.uint64(mask))
    for factor, bits, mask in (
        (10, 8, 0x00FF00FF00FF00FF), (100, 16, 0x0000FFFF0000FFFF), (10_000, 32, 0xFFFFFFFF)
    )
)  # fmt: skip
_QUOTE, _SLASH, _CLOSING, _LETTER, _BEFORE_A, _ZERO = np.frombuffer(b'"/>A@0', np.uint8)


class Unusual(Exception):
    """The sheet is not written as it is looked for here."""


@dataclass(frozen=True, slots=True)
class FoundRows:
    """Cells with values of some rows, and those with formulas, of sheets by number; all counted
    from zero. ``texts`` are of cells with shared texts alone, ``contents`` of all others."""

    sheets: _Numbers
    rows: _Numbers
    columns: _Numbers
    is_text: _Flags
    texts: _Numbers
    contents: Sequence[bytes]
    formula_sheets: _Numbers
    formula_rows: _Numbers
    formula_columns: _Numbers


def expect(truth: object) -> None:
    if not truth:
        raise Unusual


def find_in_rows(batch: Sequence[tuple[int, bytes]]) -> FoundRows:
    """Find the cells of some whole rows of sheets by number. All places are counted from the first
    row's; that each row stands in its own sheet is sure, as none may follow an open one."""
    numbers, bodies = zip(*batch, strict=True)
    body = b"".join(bodies)
    expect(b"\0" not in body)
    view = _View(body)
    starts = np.flatnonzero(view.bytes == ord("<"))
    kinds = _KINDS[view.pairs[starts + 1]]
    ends = np.empty_like(starts)  # where the next tags begin
    ends[:-1], ends[-1] = starts[1:], len(body)
    in_row = np.flatnonzero(kinds == _ROW)
    expect(len(in_row) and starts[0] == 0 and in_row[0] == 0)
    row_digits = _check_rows(view, body, starts, ends, kinds, in_row)
    _check_formulas(body, starts, ends, kinds)
    at = np.flatnonzero(kinds == _CELL)
    first_cells = np.searchsorted(at, in_row)
    row = np.repeat(np.arange(len(in_row)), np.append(first_cells[1:], len(at)) - first_cells)
    columns, after = _references(view, starts[at], row_digits, row)
    is_shared, may_be_empty, cell_ends = _attributes(view, after)
    is_alone = view.bytes[cell_ends] == _SLASH
    expect((view.bytes[cell_ends + is_alone] == _CLOSING).all())
    cell_ends += is_alone + 1
    expect((cell_ends == ends[at]).all())
    kinds[at[is_alone]] = _CELL_ALONE
    _check_order(kinds, ends - starts)
    _check_ends(view, body, starts, kinds)

    last_tag = len(kinds) - 1
    second = kinds[np.minimum(at + 1, last_tag)]
    value = np.minimum(at + _STEP[second] * ~is_alone, last_tag - 1)
    first, last = starts[value] + 3, starts[value + 1]
    has_value = (kinds[value] == _VALUE) & (may_be_empty | (first < last))
    has_formula = (second >= _FORMULA) & (second <= _FORMULA_ALONE) & ~is_alone
    is_text, is_other = has_value & is_shared, has_value & ~is_shared
    contents = _contents(view, body, after[is_other], last[is_other], has_formula[is_other])
    rows = _numbers(view, *row_digits) - 1
    begins = np.cumsum([0, *map(len, bodies)])[:-1]
    sheets = np.array(numbers)[np.searchsorted(begins, starts[in_row], side="right") - 1]
    return FoundRows(
        sheets=sheets[row[has_value]],
        rows=rows[row[has_value]],
        columns=columns[has_value],
        is_text=is_shared[has_value],
        texts=_numbers(view, first[is_text], last[is_text]),
        contents=contents,
        formula_sheets=sheets[row[has_formula]],
        formula_rows=rows[row[has_formula]],
        formula_columns=columns[has_formula],
    )


def _contents(
    view: _View, body: bytes, firsts: _Numbers, ends: _Numbers, has_formula: _Flags
) -> list[bytes]:
    """Return what cells hold, without the formulas that stand before their values."""
    sizes = ends - firsts
    words = np.zeros((len(sizes), _SHORT // 8), "<u8")
    for n in range(-(-min(int(sizes.max(initial=0)), _SHORT) // 8)):
        held = np.minimum(np.maximum(sizes - 8 * n, 0), 8)
        words[:, n] = view.words[firsts + 8 * n] & _FIRST_BYTES[held]
    contents: list[bytes] = words.view(f"S{_SHORT}").ravel().tolist()
    for n in np.flatnonzero((sizes > _SHORT) | has_formula).tolist():
        contents[n] = body[firsts[n] : ends[n]]
        if has_formula[n]:
            head, _, rest = contents[n].partition(b"<f")
            contents[n] = head + rest[rest.rindex(b"<v>") :]
    return contents


class _View:
    """Some bytes, one by one, and the two and eight that begin there."""

    def __init__(self, body: bytes) -> None:
        # So that nothing that is looked for in a tag which is cut short is looked for beyond all.
        padded = body + bytes(_LONGEST_TAG + 8)
        size = len(body) + _LONGEST_TAG
        self.bytes: _Bytes = np.frombuffer(padded, np.uint8, size)
        self.pairs = np.ndarray((size,), "<u2", padded, 0, (1,))
        self.words: _Words = np.ndarray((size,), "<u8", padded, 0, (1,))

    def reads(self, at: _Numbers, *texts: bytes) -> list[_Flags]:
        """Where each of some texts, of at most eight bytes, stands, of some places."""
        words = self.words[at]
        return [words & mask == word for word, mask in map(_word, texts)]

    def after_digits(self, at: _Numbers, most: int) -> _Numbers:
        """Return where digits end, not more than so many, that begin at some places."""
        for _ in range(most):
            is_digit = self.bytes[at] - _ZERO <= 9  # of bytes: less than 0 is more than 9
            if not is_digit.any():
                break
            at = at + is_digit
        return at


@cache
def _word(text: bytes) -> tuple[np.uint64, np.uint64]:
    """Return a text as a number, and which bits of a word hold it."""
    return np.uint64(int.from_bytes(text, "little")), np.uint64((1 << 8 * len(text)) - 1)


def _check_rows(
    view: _View, body: bytes, starts: _Numbers, ends: _Numbers, kinds: _Bytes, in_row: _Numbers
) -> tuple[_Numbers, _Numbers]:
    """Return where the digits of the rows' numbers begin and end; rows that are alone get their
    kind."""
    begins, finishes = starts[in_row], ends[in_row]
    (is_row,) = view.reads(begins, _ROW_START)
    expect(is_row.all())
    first = begins + len(_ROW_START)
    quote = view.after_digits(first, _ROW_DIGITS)
    expect((view.bytes[quote] == _QUOTE).all() and (view.bytes[first] != _ZERO).all())
    kinds[in_row[_are_alone(view, body, quote + 1, finishes)]] = _ROW_ALONE
    return first, quote


def _are_alone(view: _View, body: bytes, firsts: _Numbers, ends: _Numbers) -> _Flags:
    """Return which elements have no content, by where the rest of their tags begins and ends."""
    middle = len(firsts) // 2
    usual = body[firsts[middle] : ends[middle]]
    likely = np.flatnonzero(ends - firsts == len(usual))
    rests = view.bytes[firsts[likely][:, None] + np.arange(len(usual))]
    is_other = np.ones(len(firsts), bool)
    is_other[likely] = (rests != np.frombuffer(usual, np.uint8)).any(axis=1)
    others = [body[a:b] for a, b in zip(firsts[is_other], ends[is_other], strict=True)]
    alone = {rest: _is_alone(rest) for rest in {*others, usual}}
    are_alone = np.full(len(firsts), alone[usual])  # most say the same
    are_alone[is_other] = [alone[rest] for rest in others]
    return are_alone


def _is_alone(rest: bytes) -> bool:
    """Whether an element has no content, by what stands in its tag after its name."""
    match = _REST.fullmatch(rest)
    expect(match)
    return bool(match and match[1])


def _check_formulas(body: bytes, starts: _Numbers, ends: _Numbers, kinds: _Bytes) -> None:
    """See that formulas which say more than themselves say it as XML does; those that are alone
    get their kind."""
    for n in np.flatnonzero(kinds == _FORMULA_LONG).tolist():
        begin, end = int(starts[n]) + 2, int(ends[n])
        match = _REST.match(body, begin, end)
        expect(match and (not match[1] or match.end() == end))
        if match and match[1]:
            kinds[n] = _FORMULA_ALONE


def _references(
    view: _View, starts: _Numbers, row_digits: tuple[_Numbers, _Numbers], row: _Numbers
) -> tuple[_Numbers, _Numbers]:
    """Return the columns (from 0) of cells, and where the rest of their attributes begins; each
    names the row that it stands in, by its place among the rows."""
    (is_cell,) = view.reads(starts, b'<c r="')
    expect(is_cell.all())
    first, second = view.bytes[starts + 6], view.bytes[starts + 7]
    is_long = second >= _LETTER
    expect((first - _LETTER < 26).all() and (~is_long | (second - _LETTER < 26)).all())
    columns = (first - _BEFORE_A).astype(np.int64)
    columns = np.where(is_long, columns * 26 + second - _BEFORE_A, columns) - 1
    first_digits, ends = row_digits
    sizes = ends - first_digits
    others = (8 * (8 - sizes)).astype(np.uint64)
    numbers = view.words[ends - 8] >> others
    quote = starts + 7 + is_long + sizes[row]
    expect((view.words[quote - 8] >> others[row] == numbers[row]).all())
    expect((view.bytes[quote] == _QUOTE).all())
    return columns, quote + 1


def _attributes(view: _View, at: _Numbers) -> tuple[_Flags, _Flags, _Numbers]:
    """Return which cells hold a shared text, and which may hold an empty one, by their attributes;
    and where those end."""
    (styled,) = view.reads(at, b' s="')
    at = view.after_digits(at + 4 * styled, _STYLE_DIGITS)
    expect((~styled | (view.bytes[at] == _QUOTE)).all())
    at = at + styled
    is_shared, is_text, *simple = view.reads(at, b' t="s"', b' t="str"', b' t="n"', b' t="b"')
    is_short = np.logical_or.reduce([is_shared, *simple])
    return is_shared, is_text, at + 6 * is_short + 8 * is_text


def _numbers(view: _View, first: _Numbers, last: _Numbers) -> _Numbers:
    """Return the numbers of at most eight digits that stand at some places."""
    size = last - first
    expect(((size > 0) & (size <= 8)).all())
    missing = (8 * (8 - size)).astype(np.uint64)
    # Digits before the first are 0; then all are added up by twos, by fours, and all eight.
    digits = (view.words[last - 8] >> missing << missing) ^ (_ZEROS >> missing << missing)
    expect(not (((digits + _TO_HIGH_BIT) | digits) & _HIGH_BITS).any())
    for factor, bits, mask in _ADDING:
        digits = (digits * factor + (digits >> bits)) & mask
    return digits.astype(np.int64)


def _check_order(kinds: _Bytes, lengths: _Numbers) -> None:
    """See that each tag is followed by one that may follow, at once or after a text."""
    expect(not (kinds[:-1] << 4 | kinds[1:]).tobytes().translate(None, _PAIRS))
    near = np.minimum(lengths, _FAR).astype(np.uint8)
    expect(not (kinds << 4 | near).tobytes().translate(None, _SIZES))


def _check_ends(view: _View, body: bytes, starts: _Numbers, kinds: _Bytes) -> None:
    """See that closing tags are whole, and that texts have no references but the five names."""
    closing = (kinds == _CELL_END) | (kinds == _VALUE_END) | (kinds == _FORMULA_END)
    expect((view.bytes[starts[closing] + 3] == _CLOSING).all())
    (is_row_end,) = view.reads(starts[kinds == _ROW_END], b"</row>")
    expect(is_row_end.all())
    if b"&" in body:
        at = np.flatnonzero(view.bytes == ord("&"))
        expect(np.logical_or.reduce(view.reads(at, *_ENTITIES)).all())
