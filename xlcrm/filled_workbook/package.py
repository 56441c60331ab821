"""What a workbook says of itself: its sheets, names, properties and number formats.

Elements are known by their local names, so that Strict and Transitional files read alike.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar
from xml.etree import ElementTree
from xml.parsers import expat

from xlcrm.filled_workbook.archive import Archive
from xlcrm.filled_workbook.source import Rejected
from xlcrm.text import escaped
from xlcrm.values import dataclass

_T = TypeVar("_T")
_SMALL = 64 * 1024  # bytes of a part that may be kept
_TRUE = ("1", "true")
WORKBOOK = "xl/workbook.xml"
_MACROS = "xl/vbaProject.bin"
_MACRO_SHEETS = ("xlMacrosheet", "xlIntlMacrosheet")  # those of Excel 4


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as workbook.xml lists it, its name with what no output holds in it escaped; `part` is
    None for a chart or macro sheet."""

    name: str
    part: str | None
    hidden: bool
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Package:
    """`main` is the workbook part; `modified` is ISO 8601 in UTC; `names` are the global defined
    names, name to reference; `properties` the custom document properties, name to text."""

    main: str
    modified: str | None
    date1904: bool
    sheets: tuple[SheetEntry, ...]
    names: Mapping[str, str]
    properties: Mapping[str, str]
    has_macros: bool
    styles: str | None
    shared_strings: str | None


@dataclass(frozen=True, slots=True)
class Properties:
    """What a workbook says of itself as a document; see `Package`."""

    modified: str | None
    custom: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Relation:
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class _Workbook:
    """What the workbook part says: of each sheet its attributes, of the names those of all sheets
    and those of each by its position."""

    date1904: bool
    sheets: Sequence[Mapping[str, str]]
    names: Mapping[str, str]
    scoped: Mapping[str, Mapping[str, str]]


def kept(read: Callable[..., _T]) -> Callable[..., _T]:
    """Read a small part once: workbooks made from one blank say the same in most of them."""
    kept = lru_cache(maxsize=32)(read)

    def read_once(content: bytes, *given: str) -> _T:
        return (kept if len(content) <= _SMALL else read)(content, *given)

    return read_once


@kept
def is_xml(content: bytes) -> bool:
    """Whether something is whole XML; for what stands in many workbooks alike."""
    try:
        expat.ParserCreate().Parse(content, True)
    except (expat.ExpatError, LookupError):
        return False
    return True


def read_package(archive: Archive) -> Package:
    """Read the workbook part, its relations and the document properties.

    Raises:
        Rejected: not-a-workbook (xlsb, ods, zip), unreadable (xml, missing-part, reader-failed:
            two sheets of one name), suspicious-archive (shared-part: two sheets in one).
    """
    roots = _relations(archive, "")
    main = _target(roots, "officeDocument") or WORKBOOK
    if main not in archive or main.endswith(".bin"):
        raise Rejected("not-a-workbook", other_kind(archive))
    workbook = _read_workbook(archive.read(main))
    relations = _relations(archive, main)
    sheets = tuple(_sheets(workbook, relations))
    if not sheets:
        raise Rejected("unreadable", "missing-part")
    if len({sheet.name for sheet in sheets}) < len(sheets):
        raise Rejected("unreadable", "reader-failed")  # which is meant, no finding could say
    parts = [sheet.part.casefold() for sheet in sheets if sheet.part]
    if len(set(parts)) < len(parts):  # read as often as it is named, a small file has no end
        raise Rejected("suspicious-archive", "shared-part")
    properties = _properties(archive, roots)
    return Package(
        main=main,
        modified=properties.modified,
        date1904=workbook.date1904,
        sheets=sheets,
        names=workbook.names,
        properties=properties.custom,
        has_macros=_MACROS in archive or any(_target(relations, each) for each in _MACRO_SHEETS),
        styles=_target(relations, "styles"),
        shared_strings=_target(relations, "sharedStrings"),
    )


def read_properties(archive: Archive) -> Properties:
    """Read the document properties of a package, .xlsb among them.

    Raises:
        Rejected: unreadable (xml).
    """
    return _properties(archive, _relations(archive, ""))


def targets(archive: Archive, part: str, kind: str) -> list[str]:
    """Return the parts to which a part has relations of a kind, such as `comments`.

    Raises:
        Rejected: unreadable (xml).
    """
    return [each.target for each in _of_kind(_relations(archive, part), kind)]


def other_kind(archive: Archive) -> str:
    """Return what an archive without `xl/workbook.xml` is: xlsb, ods or any other zip."""
    if WORKBOOK in archive:
        return "zip"
    if "xl/workbook.bin" in archive:
        return "xlsb"
    return "ods" if b"opendocument.spreadsheet" in archive.parts.get("mimetype", b"") else "zip"


def parse_xml(content: bytes) -> ElementTree.Element:
    """Parse a part that `open_archive` has let through.

    Raises:
        Rejected: unreadable (xml).
    """
    try:
        return ElementTree.fromstring(content)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise Rejected("unreadable", "xml") from error


def refuse_broken(content: bytes) -> None:
    """Look through a part that may be large.

    Raises:
        Rejected: unreadable (xml).
    """
    try:
        expat.ParserCreate().Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Rejected("unreadable", "xml") from error


def local(tag: str) -> str:
    """The name of an element or attribute without its namespace."""
    return tag.rpartition("}")[2]


def children(element: ElementTree.Element, *path: str) -> Iterator[ElementTree.Element]:
    """The elements at a path of local names below an element, in document order."""
    first, *rest = path
    for child in element:
        if local(child.tag) == first:
            if rest:
                yield from children(child, *rest)
            else:
                yield child


def _properties(archive: Archive, roots: Mapping[str, _Relation]) -> Properties:
    return Properties(
        _modified(archive, _target(roots, "core-properties")),
        _custom_properties(archive, _target(roots, "custom-properties")),
    )


def _relations(archive: Archive, part: str) -> Mapping[str, _Relation]:
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    return _read_relations(archive.read(path), folder) if path in archive else {}


@kept
def _read_relations(content: bytes, folder: str) -> Mapping[str, _Relation]:
    elements = list(children(parse_xml(content), "Relationship"))
    if len({element.get("Id") for element in elements}) < len(elements):
        # Which of them is meant, each program sees otherwise.
        raise Rejected("unreadable", "xml")
    return {
        element.get("Id", ""): _Relation(
            kind=_plain(element.get("Type", "").rpartition("/")[2]),
            target=posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).strip(
                "/"
            ),
        )
        for element in elements
        if element.get("TargetMode") != "External"
    }


def _target(relations: Mapping[str, _Relation], kind: str) -> str | None:
    """The first target of a kind."""
    return next((each.target for each in _of_kind(relations, kind)), None)


def _of_kind(relations: Mapping[str, _Relation], kind: str) -> Iterator[_Relation]:
    """The relations of a kind."""
    wanted = _plain(kind)
    return (each for each in relations.values() if each.kind == wanted)


def _plain(kind: str) -> str:
    """The kind of a relation in one spelling: Strict writes some in camel case."""
    return kind.replace("-", "").casefold()


@kept
def _read_workbook(content: bytes) -> _Workbook:
    workbook = parse_xml(content)
    if local(workbook.tag) != "workbook":
        raise Rejected("not-a-workbook", "zip")
    names, scoped = _defined_names(workbook)
    settings = next(children(workbook, "workbookPr"), None)
    return _Workbook(
        settings is not None and settings.get("date1904") in _TRUE,
        [dict(element.items()) for element in children(workbook, "sheets", "sheet")],
        names,
        scoped,
    )


def _sheets(workbook: _Workbook, relations: Mapping[str, _Relation]) -> Iterator[SheetEntry]:
    for position, said in enumerate(workbook.sheets):
        relation_id = next((said[key] for key in said if "}" in key and local(key) == "id"), "")
        relation = relations.get(relation_id)
        if relation is None:
            raise Rejected("unreadable", "missing-part")
        yield SheetEntry(
            name=escaped(said.get("name", "")),
            part=relation.target if relation.kind == "worksheet" else None,
            hidden=said.get("state", "visible") != "visible",
            names=workbook.scoped.get(str(position), {}),
        )


def _defined_names(
    workbook: ElementTree.Element,
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    everywhere: dict[str, str] = {}
    scoped: dict[str, dict[str, str]] = {}
    for element in children(workbook, "definedNames", "definedName"):
        sheet = element.get("localSheetId")
        names = everywhere if sheet is None else scoped.setdefault(sheet, {})
        names[element.get("name", "")] = (element.text or "").strip()
    return everywhere, scoped


def _modified(archive: Archive, part: str | None) -> str | None:
    if part is None or part not in archive:
        return None
    element = next(children(parse_xml(archive.read(part)), "modified"), None)
    return utc((element.text or "").strip() if element is not None else "")


def utc(text: str) -> str | None:
    """Return a stated moment as ISO 8601 in UTC; None for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # Some programs leave the zone out; the format means UTC.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC).isoformat(timespec="seconds")
    except OverflowError:  # at either end of the calendar
        return None


def _custom_properties(archive: Archive, part: str | None) -> Mapping[str, str]:
    return _read_custom(archive.read(part)) if part is not None and part in archive else {}


@kept
def _read_custom(content: bytes) -> Mapping[str, str]:
    return {
        element.get("name", ""): "".join(element.itertext()).strip()
        for element in children(parse_xml(content), "property")
    }
