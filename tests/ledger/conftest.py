"""A team's folder of filled workbooks, and what the ledger makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from xlcrm.examination import examine
from xlcrm.ledger.discovery import discover
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.picture import Picture, assemble
from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

SPEC = load_spec()


@dataclass
class Team:
    """A folder below ``root`` in which workbooks are put, read and merged."""

    root: Path

    def put(
        self,
        file: str,
        records: Mapping[str, Sequence[Mapping[str, Any]]],
        *,
        saved: datetime = datetime(2024, 5, 20),
        edit: Callable[[Workbook], object] | None = None,
    ) -> Path:
        """Write a workbook that was saved at a moment, then edited by openpyxl."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = {key: [dict(row) for row in given] for key, given in records.items()}
        tables = [SPEC.tables[key] for key in rows]
        write_workbook(path, tables, SPEC, "zh", created=saved, records=rows)
        if edit:
            workbook = load_workbook(path)
            edit(workbook)
            workbook.save(path)
        return path

    def picture(self) -> Picture:
        """Return what all of its workbooks say together."""
        entries = [entry for entry in discover(self.root) if entry.code is None]
        readings = [examine(entry.path, entry.file, SPEC) for entry in entries]
        findings = [finding for reading in readings for finding in reading.findings]
        return assemble(readings, findings, Options(date(2024, 5, 20)))


@pytest.fixture
def team(tmp_path: Path) -> Team:
    """An empty team folder."""
    return Team(tmp_path)
