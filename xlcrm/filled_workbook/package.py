"""What a workbook says of itself: its sheets, names, properties and number formats.

Elements are known by their local names, so that Strict and Transitional files read alike.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.parsers import expat

from xlcrm.filled_workbook.archive import Archive
from xlcrm.filled_workbook.source import Rejected
from xlcrm.text import escaped

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


def read_package(archive: Archive) -> Package:
    """Read the workbook part, its relations and the document properties.

    Raises:
        Rejected: not-a-workbook (xlsb, ods, zip), unreadable (xml, missing-part, reader-failed:
            two sheets of one name).
    """
    roots = _relations(archive, "")
    main = _target(roots, "officeDocument") or WORKBOOK
    if main not in archive or main.endswith(".bin"):
        raise Rejected("not-a-workbook", other_kind(archive))
    workbook = parse_xml(archive.read(main))
    if local(workbook.tag) != "workbook":
        raise Rejected("not-a-workbook", "zip")
    relations = _relations(archive, main)
    names, scoped = _defined_names(workbook)
    sheets = tuple(_sheets(workbook, relations, scoped))
    if not sheets:
        raise Rejected("unreadable", "missing-part")
    if len({sheet.name for sheet in sheets}) < len(sheets):
        raise Rejected("unreadable", "reader-failed")  # it would give one of them twice
    properties = _properties(archive, roots)
    settings = next(children(workbook, "workbookPr"), None)
    return Package(
        main=main,
        modified=properties.modified,
        date1904=settings is not None and settings.get("date1904") in _TRUE,
        sheets=sheets,
        names=names,
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


def _relations(archive: Archive, part: str) -> dict[str, _Relation]:
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path not in archive:
        return {}
    elements = list(children(parse_xml(archive.read(path)), "Relationship"))
    if len({element.get("Id") for element in elements}) < len(elements):
        # Which of them is meant, the reader that follows may see otherwise.
        raise Rejected("unreadable", "xml")
    return {
        element.get("Id", ""): _Relation(
            kind=element.get("Type", "").rpartition("/")[2],
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
    """The relations of a kind; Strict writes some kinds in camel case."""
    wanted = kind.replace("-", "").casefold()
    return (each for each in relations.values() if each.kind.replace("-", "").casefold() == wanted)


def _sheets(
    workbook: ElementTree.Element,
    relations: Mapping[str, _Relation],
    scoped: Mapping[str, Mapping[str, str]],
) -> Iterator[SheetEntry]:
    for position, element in enumerate(children(workbook, "sheets", "sheet")):
        relation_id = next(
            (value for key, value in element.items() if "}" in key and local(key) == "id"), ""
        )
        relation = relations.get(relation_id)
        if relation is None:
            raise Rejected("unreadable", "missing-part")
        yield SheetEntry(
            name=escaped(element.get("name", "")),
            part=relation.target if relation.kind == "worksheet" else None,
            hidden=element.get("state", "visible") != "visible",
            names=scoped.get(str(position), {}),
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


def _custom_properties(archive: Archive, part: str | None) -> dict[str, str]:
    if part is None or part not in archive:
        return {}
    return {
        element.get("name", ""): "".join(element.itertext()).strip()
        for element in children(parse_xml(archive.read(part)), "property")
    }
