"""Very many small workbooks, soon made: a few are written, the others differ in their texts.

Every workbook has its own ids, customers, topics and contents; dates, numbers and faults are those
of the one it was made from.
"""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.folders import CUSTOMERS, Size, write_team_file

_WRITTEN = 20
_A_FOLDER = 500
_TEXTS = "xl/sharedStrings.xml"
# What tells one workbook's texts from another's: ids, names, topics, contents.
_NUMBERED = re.compile("(?<=>)(C|J|客户|主题)([0-9]+)(?=<|有限公司<)|(报价)([0-9]+)(?=<)")


@dataclass(frozen=True)
class _Written:
    """A workbook as its writer made it: all parts but the texts, and these."""

    parts: bytes
    texts: str

    @classmethod
    def of(cls, path: Path) -> _Written:
        made = io.BytesIO()
        with zipfile.ZipFile(path) as whole:
            texts = whole.read(_TEXTS).decode()
            with zipfile.ZipFile(made, "w") as parts:
                for name in whole.namelist():
                    if name != _TEXTS:
                        parts.writestr(_as_of_old(name), whole.read(name))
        return cls(made.getvalue(), texts)


def _as_of_old(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)  # of 1980: equal workbooks are equal bytes
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


class Copies:
    """Workbooks of the same size, told apart by their number."""

    def __init__(self, size: Size) -> None:
        self._size = size
        with tempfile.TemporaryDirectory() as work:
            paths = [Path(work, f"{number}.xlsx") for number in range(_WRITTEN)]
            for number, path in enumerate(paths):
                write_team_file(path, number, size)
            self._written = list(map(_Written.of, paths))

    def write(self, path: Path, number: int) -> None:
        """Write the workbook of this number, in place of what is there."""
        written, turn = self._written[number % _WRITTEN], number // _WRITTEN
        path.write_bytes(_varied(written, turn, self._size))

    def fill(self, folder: Path) -> list[Path]:
        """Make a folder of as many workbooks as the size says, and return their paths; what is
        there is removed."""
        shutil.rmtree(folder, ignore_errors=True)
        paths = [
            folder / f"部门{number // _A_FOLDER + 1:03d}" / f"沟通{number:06d}.xlsx"
            for number in range(self._size.workbooks)
        ]
        for number, path in enumerate(paths):
            path.parent.mkdir(parents=True, exist_ok=True)
            self.write(path, number)
        return paths


def _varied(one: _Written, turn: int, size: Size) -> bytes:
    """Return the workbook with texts of its own; ``turn`` counts those made from the same."""
    later = turn * _WRITTEN
    steps = {"C": later * CUSTOMERS, "客户": later * CUSTOMERS, "J": later * size.rows}

    def renumber(found: re.Match[str]) -> str:
        kind, number = found[1] or found[3], int(found[2] or found[4])
        if kind not in steps:
            return f"{kind}{later}-{number}"
        width = {"C": 7, "J": 9}.get(kind, 0)
        return f"{kind}{number + steps[kind]:0{width}}"

    made = io.BytesIO(one.parts)
    with zipfile.ZipFile(made, "a") as parts:
        parts.writestr(_as_of_old(_TEXTS), _NUMBERED.sub(renumber, one.texts).encode())
    return made.getvalue()
