"""A team's folder, merged as the command line merges it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from xlcrm.pipeline.merges import MergeResult, merge
from xlcrm.pipeline.options import Options
from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

SPEC = load_spec()
AS_OF = date(2024, 5, 20)


@pytest.fixture(scope="module", autouse=True)
def _without_borders(borders_alone: None) -> None:
    """What is merged are values, not the borders of cells."""


@dataclass
class Team:
    """A folder below ``root`` in which workbooks are put and merged."""

    root: Path

    @property
    def results(self) -> Path:
        return self.root / "汇总"

    @property
    def master(self) -> Path:
        return self.results / "客户沟通汇总.xlsx"

    def put(
        self,
        file: str,
        records: Mapping[str, Sequence[Mapping[str, Any]]],
        *,
        saved: datetime = datetime(2024, 5, 20),
    ) -> Path:
        """Write a workbook; one written again differs in size or time from the one before."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.stat().st_mtime_ns if path.exists() else 0
        rows = {key: [dict(row) for row in given] for key, given in records.items()}
        tables = [SPEC.tables[key] for key in rows]
        write_workbook(path, tables, SPEC, "zh", created=saved, records=rows)
        if before == path.stat().st_mtime_ns:
            os.utime(path, ns=(before, before + 1_000_000))
        return path

    def merge(self, target: Path | None = None, **options: Any) -> MergeResult:
        given: dict[str, Any] = {"as_of": AS_OF, **options}
        return merge(self.root, Options(**given), target)

    def rows(self, label: str, master: Path | None = None) -> list[dict[str, Any]]:
        """Return the rows of a sheet of the master by the labels of its header."""
        with closing(load_workbook(master or self.master, read_only=True)) as workbook:
            return list(sheet_rows(workbook, label))

    def edit_master(self, edit: Callable[[Workbook], object]) -> None:
        workbook = load_workbook(self.master)
        edit(workbook)
        workbook.save(self.master)


def sheet_rows(workbook: Workbook, label: str) -> Iterator[dict[str, Any]]:
    if label not in workbook.sheetnames:
        return
    _, header, *rows = workbook[label].iter_rows(values_only=True)
    for row in rows:
        yield dict(zip(header, row, strict=True))


@pytest.fixture(scope="module")
def new_team(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Team]:
    """Makes empty team folders that several tests may look at."""
    return lambda: Team(tmp_path_factory.mktemp("teams") / "团队")


@pytest.fixture
def team(tmp_path: Path) -> Team:
    """An empty team folder."""
    return Team(tmp_path / "团队")
