"""Workbooks with a password, opened with the optional msoffcrypto-tool."""

from __future__ import annotations

import io
import re
import struct
from xml.parsers.expat import ExpatError

from xlcrm.filled_workbook.archive import OLE
from xlcrm.filled_workbook.source import Rejected

_PACKAGE = "EncryptedPackage".encode("utf-16-le")
# An .xls begins with this record; the one right after it tells of a password.
_FILE_PASS = re.compile(
    rb"\x09\x08(?:\x10\x00\x00\x06.{14}|\x08\x00\x00\x05.{6})(?:\x86\x00\x00\x00)?\x2f\x00",
    re.DOTALL,
)
# What its parsers raise on bytes that are no such file.
_DAMAGE = (OSError, ValueError, LookupError, TypeError, AttributeError, struct.error, ExpatError)


def is_encrypted(data: bytes) -> bool:
    """Whether bytes are a workbook of Excel or WPS with a password: all such are OLE files."""
    return data.startswith(OLE) and (_PACKAGE in data or bool(_FILE_PASS.search(data)))


def encrypted(data: bytes, password: str) -> bytes:
    """Return an .xlsx file with a password, as Excel protects it. Raises ImportError without the
    optional library, which has opened such a file before."""
    from msoffcrypto.format.ooxml import OOXMLFile

    made = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, made)
    return made.getvalue()


def decrypted(data: bytes, password: str | None) -> bytes:
    """Return the bytes of the workbook that a password protects; the password is verified first.

    Raises:
        Rejected: encrypted (password: none is given; password-wrong; password-reader: the
            optional library is missing), unreadable (damaged).
    """
    if password is None:
        raise Rejected("encrypted", "password")
    try:
        from msoffcrypto import OfficeFile  # optional, and slow to import
        from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError
        from msoffcrypto.exceptions import ParseError as MalformedError
    except ImportError as error:
        raise Rejected("encrypted", "password-reader") from error
    opened = io.BytesIO()
    try:
        file = OfficeFile(io.BytesIO(data))
        # That of an .xls is always verified.
        asked = {"verify_password": True} if _PACKAGE in data else {}
        file.load_key(password=password, **asked)
        file.decrypt(opened)
    except InvalidKeyError as error:
        raise Rejected("encrypted", "password-wrong") from error
    except (DecryptionError, FileFormatError, MalformedError, *_DAMAGE) as error:
        raise Rejected("unreadable", "damaged") from error
    return opened.getvalue()
