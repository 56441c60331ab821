"""Conditions that a cell holds a phone number or an e-mail address: xlcrm.privacy's, as formulas.

They agree with it on texts of up to 1,000 characters that have no invisible marks. Each digit of a
number counts as ``0`` and each letter of an address as ``a``: both become shapes, which are looked
for from every place of the text on. That is slow, so what few texts hold is asked first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from string import ascii_lowercase

_LONGEST = 1000  # characters of a text that are looked at
_PART = "0*"  # of a shape: beside one of these, digits are part of a longer or a masked number
_COLLAPSES = 4  # zeros in a row of a number that are seen not to begin it
_BEFORE_AT = "._%+"  # of an address, beside letters, digits and hyphens


def private_conditions(cell: str) -> list[str]:
    """Return the conditions each of which says that ``cell`` holds something private."""
    return [_mobile(cell), _landline(cell), _address(cell)]


def _mobile(cell: str) -> str:
    """Whether there are 11 digits from 13 on, maybe split after the third and the seventh."""
    text, shape = _half_width(cell), _number_shape(cell)
    at, (split, again) = _tries(cell, 2)
    number = f'"000"&REPT("-",{split})&"0000"&REPT("-",{again})&"0000"'
    behind_86 = f'(MID("  "&{text},{at},2)="86")*{_lacks(_PART, _padded(shape, 3), at)}'
    tests = [
        f'(MID({text},{at},1)="1")',
        _has("3456789", text, f"{at}+1"),
        f"(MID({shape},{at},11+{split}+{again})={number})",
        f"({_lacks(_PART, _padded(shape, 1), at)}+{behind_86}>0)",
        _lacks(_PART, f'{shape}&" "', f"{at}+11+{split}+{again}"),
    ]
    # A digit behind another one is made one with which no number begins.
    begins = f'{text}&SUBSTITUTE({text},"86"," ")'
    for signs, by in (("2", "0"), ("345678", "9"), (["01"], "00"), (["91"], "90"), (["11"], "10")):
        begins = _replaced(begins, signs, by)
    enough = _finds("0" * 11, _replaced(shape, "-", ""))
    return _found([f"LEN({cell})>10", enough, _finds("19", begins)], tests)


def _landline(cell: str) -> str:
    """Whether there are an area code and seven or eight digits, maybe split, behind a bracket too.

    A number cell is none, which would lack the zero at its start: it may hold a time's fraction.
    """
    text, shape = _half_width(cell), _number_shape(cell)
    at, (long, bracket, split, eight) = _tries(cell, 4)
    ahead = f"3+{long}+{bracket}+{split}"
    code = f'REPT("0",3+{long})&REPT(")",{bracket})&REPT("-",{split})'
    short_code = f'((MID({text},{at}+1,1)="2")+(MID({text},{at}+1,2)="10"))'
    long_code = _has("3456789", text, f"{at}+1")
    tests = [
        f'(MID({text},{at},1)="0")',
        f"({long}*{long_code}+(1-{long})*{short_code})",
        _has("23456789", text, f"{at}+{ahead}"),
        f'(MID({shape},{at},{ahead}+7+{eight})={code}&REPT("0",7+{eight}))',
        _lacks("0123456789*-", _padded(text, 1), at),
        _lacks(_PART, f'{shape}&" "', f"{at}+{ahead}+7+{eight}"),
    ]
    begins = _replaced(_replaced(text, "23456789-*", "1"), ["10"] * _COLLAPSES, "11")
    enough = _finds("0" * 10, _replaced(shape, "-)", ""))
    return _found([f"ISTEXT({cell})", f"LEN({cell})>9", enough, _finds("0", begins)], tests)


def _address(cell: str) -> str:
    """Whether an @ stands between a word and a domain, which ends with a dot and two letters."""
    text = _half_width(cell)
    letters = _replaced(f"LOWER({text})", ascii_lowercase, "a")
    shape = _replaced(letters, "0123456789-", "0")
    (at, _) = _tries(cell, 0)
    # From the character before the @ to the dot; where there is none, there is a blank.
    word = f'MID(" "&{shape}&" .",{at},FIND(".aa",{shape}&" .aa",{at})-{at}+2)'
    # Of a good one the @ and that dot are left: one right behind either would stay too.
    rest = _replaced(f'SUBSTITUTE({word},"@.","!")', [".a", ".0", "a", "0"], "")
    good = "".join(f"|{sign}@.|" for sign in ["", *_BEFORE_AT])
    tests = [f'(MID({text},{at},1)="@")', f'ISNUMBER(FIND("|"&{rest}&"|","{good}"))']
    return _found([f"LEN({cell})>5", _finds("@", text)], tests)


def _half_width(cell: str) -> str:
    """The text narrowed, which Excel does where its language has wide letters, as Chinese has."""
    return f'ASC(SUBSTITUTE({cell},"\u3000"," "))'


def _number_shape(cell: str) -> str:
    return _replaced(_replaced(_half_width(cell), "123456789", "0"), " ", "-")


def _tries(cell: str, bits: int) -> tuple[str, Sequence[str]]:
    """Return the places of a text as an array, each as often as ``bits`` have values, and those."""
    each = 2**bits
    last = f"{each}*MIN(LEN({cell}),{_LONGEST})+{each - 1}"
    numbers = f"ROW($A${each}:INDEX($A:$A,{last}))"
    if not bits:
        return numbers, ()
    return f"INT({numbers}/{each})", [f"MOD(INT({numbers}/{2**n}),2)" for n in range(bits)]


def _found(worth: Iterable[str], tests: Iterable[str]) -> str:
    """Whether all tests hold at one place of a text, asked where all that makes it worth it does.

    IF, as AND would reckon everything.
    """
    formula = f"SUMPRODUCT({'*'.join(tests)})>0"
    for condition in reversed([*worth]):
        formula = f"IF({condition},{formula},FALSE)"
    return formula


def _finds(text: str, within: str) -> str:
    return f'ISNUMBER(FIND("{text}",{within}))'


def _has(characters: str, text: str, place: str) -> str:
    return f'ISNUMBER(FIND(MID({text},{place},1),"{characters}"))'


def _lacks(characters: str, text: str, place: str) -> str:
    return f'ISERROR(FIND(MID({text},{place},1),"{characters}"))'


def _padded(text: str, blanks: int) -> str:
    """Return a text in which what stands before a place has the place's own number."""
    return f'"{" " * blanks}"&{text}'


def _replaced(text: str, signs: Iterable[str], by: str) -> str:
    for sign in signs:
        text = f'SUBSTITUTE({text},"{sign}","{by}")'
    return text
