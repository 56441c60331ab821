"""The notes on a workbook's cells: those that every version has, and threaded comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

from xlcrm.filled_workbook.archive import Archive, open_archive
from xlcrm.filled_workbook.encryption import decrypted, is_encrypted
from xlcrm.filled_workbook.package import children, local, parse_xml, read_package, targets
from xlcrm.filled_workbook.sheet_xml import Address
from xlcrm.filled_workbook.source import Rejected, read_source
from xlcrm.layout.marks import column_index
from xlcrm.layout.pages import Note
from xlcrm.text import prose

PART_LIMIT = 16 * 1024 * 1024  # its tree takes several times as much
_HEIGHT, _WIDTH = 1_048_576, 16_384
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.IGNORECASE)
_ESCAPE = re.compile("_x([0-9a-fA-F]{4})_")
_STAND_IN = "tc="  # how the author of a note begins that stands for a thread of comments

SheetNotes = dict[str, dict[Address, Note]]


def read_notes(archive: Archive) -> SheetNotes:
    """Return the notes of an .xlsx or .xlsm file by sheet and zero-based cell, without ours.

    A thread of comments is one note, and each reply is a paragraph of it.

    Raises:
        Rejected: unreadable (xml), too-large (part), and what `read_package` raises.
    """
    if not archive.may_have_notes:
        return {}
    package = read_package(archive)
    names = dict(_persons(archive, package.main))
    found = {}
    for sheet in package.sheets:
        if sheet.part:
            notes = dict(_plain(archive, targets(archive, sheet.part, "comments")))
            notes |= _threads(archive, targets(archive, sheet.part, "threadedComment"), names)
            theirs = ((at, each.without_ours()) for at, each in notes.items())
            found[sheet.name] = {at: each for at, each in theirs if each.text}
    return found


def notes_of(path: Path, password: str | None = None) -> SheetNotes:
    """Return the notes of a workbook. Raises Rejected as `read_notes`, `open_archive` and, of an
    encrypted one, `decrypted` do."""
    data = read_source(path).data
    return read_notes(open_archive(decrypted(data, password) if is_encrypted(data) else data))


def _plain(archive: Archive, parts: Iterable[str]) -> Iterator[tuple[Address, Note]]:
    for root in _roots(archive, parts):
        authors = [_meant(each.text) for each in children(root, "authors", "author")]
        for comment in children(root, "commentList", "comment"):
            number = comment.get("authorId", "")
            known = number.isdecimal() and int(number) < len(authors)
            author = authors[int(number)] if known else ""
            text = prose("".join(_meant(each.text) for each in _runs(comment)))
            is_stand_in = author.startswith(_STAND_IN)
            yield _place(comment), Note(text, "" if is_stand_in else author.strip())


def _runs(comment: Element) -> Iterator[Element]:
    """Yield the texts of a comment, not how they are pronounced."""
    for text in children(comment, "text"):
        for each in text:
            yield from [each] if local(each.tag) == "t" else ()
            yield from children(each, "t") if local(each.tag) == "r" else ()


def _threads(
    archive: Archive, parts: Iterable[str], names: Mapping[str, str]
) -> dict[Address, Note]:
    threads: dict[Address, Note] = {}
    for root in _roots(archive, parts):
        for comment in children(root, "threadedComment"):
            place, name = _place(comment), names.get(comment.get("personId", ""), "")
            text = prose("".join(each.text or "" for each in children(comment, "text")))
            first = threads.get(place)
            reply = f"{name}: {text}" if name else text
            threads[place] = (
                first._replace(text=f"{first.text}\n{reply}") if first else Note(text, name)
            )
    return threads


def _persons(archive: Archive, main: str) -> Iterator[tuple[str, str]]:
    for root in _roots(archive, targets(archive, main, "person")):
        for person in children(root, "person"):
            yield person.get("id", ""), person.get("displayName", "")


def _roots(archive: Archive, parts: Iterable[str]) -> Iterator[Element]:
    for part in parts:
        xml = archive.read(part)
        if len(xml) > PART_LIMIT:
            raise Rejected("too-large", "part")
        yield parse_xml(xml)


def _place(comment: Element) -> Address:
    """Return the cell on which a comment stands."""
    match = _REFERENCE.fullmatch(comment.get("ref", ""))
    row, column = (int(match[2]) - 1, column_index(match[1].upper())) if match else (-1, -1)
    if not (0 <= row < _HEIGHT and 0 <= column < _WIDTH):
        raise Rejected("unreadable", "xml")
    return row, column


def _meant(text: str | None) -> str:
    """Return a text of the format without its escapes."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text or "")
