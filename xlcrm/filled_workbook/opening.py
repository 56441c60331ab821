"""Opens a workbook by what it is, whatever its name says."""

from __future__ import annotations

from pathlib import PurePath

from xlcrm.filled_workbook.archive import OLE, open_archive
from xlcrm.filled_workbook.encryption import decrypted, is_encrypted
from xlcrm.filled_workbook.other_formats import read_ods, read_xls, read_xlsb
from xlcrm.filled_workbook.package import other_kind
from xlcrm.filled_workbook.sheets import RawWorkbook
from xlcrm.filled_workbook.source import Source
from xlcrm.filled_workbook.xlsx import IsWanted, read_workbook


def open_workbook(
    source: Source,
    name: str = "",
    is_wanted: IsWanted = lambda names: True,
    password: str | None = None,
    *,
    filled: bool = True,
) -> RawWorkbook:
    """Read the worksheets of a file in any format that can be read.

    Args:
        name: the file's name. Text has no signature: it is a table where the name ends in .csv.
        is_wanted: takes an .xlsx sheet by its own defined names; other formats give all sheets.
        password: opens the file where it is encrypted.
        filled: whether people filled it; of a workbook that we wrote no part is looked at but for
            the wanted sheets' sake.

    Raises:
        Rejected: what the format's reader and the guards before it raise; encrypted (password,
            password-wrong, password-reader, password-ods).
    """
    data = source.data
    if is_encrypted(data):
        data = decrypted(data, password)
    if data.startswith(OLE):
        return read_xls(data)
    path = PurePath(name)
    if path.suffix.lower() == ".csv":
        from xlcrm.filled_workbook.csv_sheet import is_text, read_csv  # most are none

        if is_text(data):
            return read_csv(data, path.stem)
    archive = open_archive(data, whole=filled)
    kind = other_kind(archive)
    if kind == "xlsb":
        return read_xlsb(data, archive)
    if kind == "ods":
        return read_ods(data, archive)
    return read_workbook(archive, is_wanted, filled=filled)
