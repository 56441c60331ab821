"""The command, run as a user runs it, and a folder for it to run on."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from xlcrm.cli.main import main
from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

SPEC = load_spec()
TALK = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "date": "2024-05-14",
    "channel": "电话",
    "content": "谈价格",
}


@dataclass(frozen=True)
class Ran:
    """What a run left: exit code, and what it said on either stream."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Run]:
    """Runs ``xlcrm`` with these arguments in this process."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    errors = sys.stdout.errors, sys.stderr.errors

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["xlcrm", *map(os.fspath, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, out.decode("utf-8"), err.decode("utf-8"))

    yield run
    for stream, kept in zip((sys.stdout, sys.stderr), errors, strict=True):
        stream.reconfigure(errors=kept)  # type: ignore[union-attr]


@dataclass(frozen=True)
class Folder:
    """A team's folder with one file, ``张伟.xlsx``, of one good record."""

    root: Path

    def put(self, file: str, records: Mapping[str, Sequence[Mapping[str, Any]]]) -> Path:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = {key: [dict(row) for row in given] for key, given in records.items()}
        tables = [SPEC.tables[key] for key in rows]
        write_workbook(path, tables, SPEC, "zh", created=datetime(2024, 5, 20), records=rows)
        return path

    def put_wrong(self) -> Path:
        """Put a file with an error, a warning and a note."""
        wrong = {"content": None, "recorded_at": "2024-05-20T10:00", "record_id": "j 002"}
        values = {key: value for key, value in {**TALK, **wrong}.items() if value is not None}
        return self.put("李娜.xlsx", {"communication_log": [values]})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A team's folder ``团队`` below the current folder."""
    monkeypatch.chdir(tmp_path)
    made = Folder(Path("团队"))
    made.put("张伟.xlsx", {"communication_log": [TALK]})
    return made
