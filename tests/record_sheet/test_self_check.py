"""A workbook that Excel would repair is not written: broken names, lists and conditions."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest

from xlcrm.record_sheet import Book, WriteFailed, book

Edit = Callable[[Book, Any], object]


def write(edit: Edit) -> None:
    with book(io.BytesIO(), created=dt.datetime(2024, 5, 20)) as wb:
        sheet = wb.add_sheet("客户's")
        wb.define_name("list_level", "='客户''s'!$A$2:$A$5")
        edit(wb, sheet)


def dropdown(source: str | list[str]) -> Edit:
    return lambda wb, sheet: sheet.data_validation("A1:A9", {"validate": "list", "source": source})


def condition(formula: str) -> Edit:
    return lambda wb, sheet: sheet.conditional_format(
        "A1:A9", {"type": "formula", "criteria": formula, "format": wb.format({"bold": True})}
    )


def name(formula: str) -> Edit:
    return lambda wb, sheet: wb.define_name("choose_it", formula)


GOOD = {
    "a dropdown of a name": dropdown("=list_level"),
    "a condition over names, cells and texts": condition(
        '=AND(COUNTA($A1:B1)>0,SUMPRODUCT(--EXACT(list_level,A1))=0,B1<>"no_name here!A1")'
    ),
    "whole rows, constants and numbers": condition("=IF(TRUE,ROW($1:$200)>1.0E-5,FALSE)"),
    "as many functions in one another as Excel takes": condition("=" + "N(" * 64 + "A1" + ")" * 64),
    "a name computed from a sheet": name("=INDEX('客户''s'!$A$1:$A$9,2):'客户''s'!$A$9"),
    "a name of a name": name("=list_level"),
}
BAD = {
    "an unknown name in a dropdown": (dropdown("=list_levels"), "no name list_levels"),
    "an unknown name in a condition": (condition("=COUNTIF(list_x,A1)=0"), "no name list_x"),
    "a name that refers to nothing": (name("=#REF!"), "refers to nothing"),
    "a condition on what was deleted": (condition("=#REF!>1"), "refers to nothing"),
    "a sheet that is not there": (name("='客户'!$A$1"), "no sheet 客户"),
    "a sheet without quotes": (condition("=客户!$A$1>0"), "no sheet 客户"),
    "a condition that is too long": (condition("=" + "+".join(["A1"] * 3000)), "9000 characters"),
    "a condition of too many functions": (
        condition("=" + "N(" * 65 + "A1" + ")" * 65 + ">0"),
        "more than 64 deep",
    ),
}


@pytest.mark.parametrize("edit", GOOD.values(), ids=GOOD)
def test_what_resolves_is_written(edit: Edit) -> None:
    write(edit)


@pytest.mark.parametrize(("edit", "said"), BAD.values(), ids=BAD)
def test_what_does_not_is_refused_and_named(edit: Edit, said: str) -> None:
    with pytest.raises(WriteFailed, match=said):
        write(edit)


def test_a_list_that_is_too_long_is_refused() -> None:
    with pytest.raises(WriteFailed):
        write(dropdown(["意向客户"] * 60))
