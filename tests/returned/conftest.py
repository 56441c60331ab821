"""The modules beside, and where a person's workbook lies."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for the module of cases


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The path of a person's workbook in a folder of its own."""
    return tmp_path / "团队" / "张伟.xlsx"
