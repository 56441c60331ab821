"""The run id that a master carries, read without reading the master."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

from xlcrm.layout.marks import RUN_PROPERTY

_PART = "docProps/custom.xml"
_LIMIT = 1_000_000  # bytes: our own part is a few hundred
# What any file may make of the libraries; the last two where a part is encrypted or packed oddly.
_DAMAGE = (
    *(OSError, EOFError, KeyError, ValueError, struct.error, zipfile.BadZipFile, zlib.error),
    *(ElementTree.ParseError, RuntimeError, NotImplementedError),
)


def run_id(path: Path) -> str | None:
    """Return the run id of the master at ``path``; None for any other file, or none at all."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_PART) as part:
            xml = part.read(_LIMIT)
        if b"<!DOCTYPE" in xml:
            return None
        properties = ElementTree.fromstring(xml)
    except _DAMAGE:
        return None
    for each in properties:
        if each.get("name") == RUN_PROPERTY:
            return "".join(each.itertext()).strip() or None
    return None
