"""What a workbook of ours says of itself, its sheets unread: the run id of a master, and whether
anybody has saved it since."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from xlcrm.filled_workbook.encryption import decrypted, is_encrypted
from xlcrm.filled_workbook.guards import reading_ours
from xlcrm.filled_workbook.source import Rejected, read_source
from xlcrm.layout.marks import RUN_PROPERTY

_PART = "docProps/custom.xml"
_TIMES_PART, _TIMES = "docProps/core.xml", ("created", "modified")
_LIMIT = 1_000_000  # bytes: our own part is a few hundred
# What any file may make of the libraries; the last two where a part is encrypted or packed oddly.
_DAMAGE = (
    *(OSError, EOFError, KeyError, ValueError, struct.error, zipfile.BadZipFile, zlib.error),
    *(ElementTree.ParseError, RuntimeError, NotImplementedError),
)


def run_id(path: Path, password: str | None = None) -> str | None:
    """Return the run id of the master at ``path``; None for any other file, or none at all.
    ``password`` opens it where it is encrypted."""
    return properties(path, password).get(RUN_PROPERTY) or None


def properties(path: Path, password: str | None = None) -> Mapping[str, str]:
    """Return the custom properties of a workbook; none of what can't be read."""
    root = _root(_opened(path, password) if password else path, _PART)
    found = root if root is not None else ()
    return {each.get("name", ""): "".join(each.itertext()).strip() for each in found}


def is_as_written(path: Path, password: str | None = None) -> bool:
    """Whether a workbook is as we wrote it: every program that saves one says when it did.

    ``password`` opens it where it is encrypted. A file that can't be read is somebody else's.
    """
    root = _root(_opened(path, password), _TIMES_PART)
    if root is None:
        return False
    times = {each.tag.rpartition("}")[2]: each.text for each in root}
    created, modified = (times.get(name) for name in _TIMES)
    return created is not None and created == modified


@reading_ours()
def _opened(path: Path, password: str | None) -> io.BytesIO:
    """Return what a workbook holds, decrypted; nothing of one that can't be read."""
    try:
        data = read_source(path).data
        return io.BytesIO(decrypted(data, password) if is_encrypted(data) else data)
    except Rejected:
        return io.BytesIO()


def _root(file: Path | io.BytesIO, part: str) -> ElementTree.Element | None:
    """Return the XML of a part; None where there is none that may be read."""
    try:
        with zipfile.ZipFile(file) as archive, archive.open(part) as stream:
            xml = stream.read(_LIMIT)
        return None if b"<!DOCTYPE" in xml else ElementTree.fromstring(xml)
    except _DAMAGE:
        return None
