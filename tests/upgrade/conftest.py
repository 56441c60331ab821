"""What the tests of upgrading share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(params=["openpyxl", "LibreOffice"])
def saved(request: pytest.FixtureRequest) -> Callable[[Path], Path]:
    """Saves a workbook by the program that people use."""
    if request.param == "openpyxl":
        return lambda path: path
    soffice = request.getfixturevalue("soffice")
    return lambda path: Path(soffice.convert(path, "xlsx"))
