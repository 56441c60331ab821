"""What was written, looked at without the code that wrote it."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from making import EVIL
from openpyxl import load_workbook

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# Elements whose text or attributes a program acts on, other than the values of cells.
_ACTING = ("f", "definedName", "hyperlink", "formula1", "formula2", "formula", "oleLink", "ddeLink")
_OUTSIDE = re.compile(r'TargetMode\s*=\s*"External"')
_PARTS = re.compile(r"vba|macro|externalLink|embedding|connection|customUI|activeX|ctrlProp", re.I)
_LINES = "\t\n\r"
# Direction and other marks that are not seen, beside the controls and surrogates.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")


def odd_characters(text: str, allowed: str = _LINES) -> set[str]:
    """The controls and lone surrogates in a text."""
    return {char for char in set(text) if unicodedata.category(char) in ("Cc", "Cs")} - set(allowed)


def unseen(text: str) -> set[str]:
    return set(_UNSEEN.findall(text))


def acting_with_input(path: Path) -> Iterator[str]:
    """Whatever in a workbook would act, and holds what stood in an input."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            content = archive.read(name).decode("utf-8")
            if _PARTS.search(name) or _OUTSIDE.search(content):
                yield name
            if EVIL not in content:
                continue
            for element in ElementTree.fromstring(content).iter():
                said = " ".join([element.text or "", *element.attrib.values()])
                if element.tag.rpartition("}")[2] in _ACTING and EVIL in said:
                    yield f"{name}: {said[:200]}"


def formulas(path: Path, sheets: set[str]) -> list[str]:
    """The cells with formulas or links of sheets."""
    book = load_workbook(path)
    return [
        f"{name}!{cell.coordinate}"
        for name in sheets & set(book.sheetnames)
        for row in book[name].iter_rows()
        for cell in row
        if cell.data_type == "f" or cell.hyperlink
    ]


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """Every text of a workbook with its place: cells, sheets' names and notes."""
    book = load_workbook(path)
    for sheet in book:
        yield "sheet", sheet.title
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    yield f"{sheet.title}!{cell.coordinate}", cell.value
                if cell.comment:
                    yield f"{sheet.title}!{cell.coordinate}#", cell.comment.text
