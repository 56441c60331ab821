"""Workbooks with a password, opened with the optional msoffcrypto-tool."""

from __future__ import annotations

import io
import struct
from xml.parsers.expat import ExpatError

from xlcrm.filled_workbook.archive import OLE
from xlcrm.filled_workbook.source import Rejected

_PACKAGE = "EncryptedPackage".encode("utf-16-le")
# What its parsers raise on bytes that are no such file.
_DAMAGE = (OSError, ValueError, LookupError, TypeError, AttributeError, struct.error, ExpatError)


def is_encrypted_package(data: bytes) -> bool:
    """Whether bytes are an .xlsx, .xlsm or .xlsb with a password: an OLE file around it."""
    return data.startswith(OLE) and _PACKAGE in data


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
        file.load_key(password=password, verify_password=True)
        file.decrypt(opened)
    except InvalidKeyError as error:
        raise Rejected("encrypted", "password-wrong") from error
    except (DecryptionError, FileFormatError, MalformedError, *_DAMAGE) as error:
        raise Rejected("unreadable", "damaged") from error
    return opened.getvalue()
