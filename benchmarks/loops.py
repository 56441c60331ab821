"""What merging is measured against: `python -m benchmarks.loops KIND FOLDER RESULT`.

``openpyxl`` and ``calamine`` are the loop that a careful user would write with pandas and that
engine, ``polars`` the same with polars; of workbooks of forms they stack the cells of all sheets.
``bare`` reads every cell with calamine and does nothing with it. ``checked`` is what our child
processes do with a file, in this one: it is read and its records are checked.
"""

from __future__ import annotations

import gc
import sys
from collections import defaultdict
from pathlib import Path
from typing import Literal, get_args

Kind = Literal["bare", "checked", "openpyxl", "calamine", "polars"]
_KINDS: dict[str, Kind] = {each: each for each in get_args(Kind)}
SHEETS = ["客户基础信息库", "沟通动态记录表"]
_HEADER = 2  # below the line above and the hidden row of marks
_OUTPUT = "汇总"
_STACKED = "表单"  # the sheet of all forms


def main(kind: Kind, folder: Path, result: Path) -> None:
    """Read all workbooks of a folder in the way ``kind`` says."""
    paths = sorted(path for path in folder.rglob("*.xlsx") if _OUTPUT not in path.parts)
    if kind == "bare":
        _read(paths)
    elif kind == "checked":
        _check(paths)
    elif kind == "polars":
        _concatenate_with_polars(paths, result)
    else:
        _concatenate(paths, kind, result)


def _read(paths: list[Path]) -> None:
    from python_calamine import CalamineWorkbook

    for path in paths:
        with CalamineWorkbook.from_path(path) as workbook:
            for name in workbook.sheet_names:
                workbook.get_sheet_by_name(name).to_python()


def _check(paths: list[Path]) -> None:
    from xlcrm.examination import examine
    from xlcrm.filled_workbook.grids import prepare_for_many
    from xlcrm.spec.loader import load_spec

    gc.disable()  # both as the program does
    prepare_for_many()
    spec = load_spec()
    for path in paths:
        examine(path, path.name, spec)


def _concatenate(paths: list[Path], engine: Literal["openpyxl", "calamine"], result: Path) -> None:
    import pandas as pd

    frames: dict[str, list[pd.DataFrame]] = defaultdict(list)
    for path in paths:
        with pd.ExcelFile(path, engine=engine) as workbook:
            lists = [name for name in workbook.sheet_names if name in SHEETS]
            for name in lists or workbook.sheet_names:
                frame = pd.read_excel(workbook, sheet_name=name, header=_HEADER if lists else None)
                frame = frame.dropna(how="all").assign(来源文件=path.name)
                frames[str(name) if lists else _STACKED].append(frame)
    with pd.ExcelWriter(result) as writer:
        for name, each in frames.items():
            pd.concat(each, ignore_index=True).to_excel(writer, sheet_name=name, index=False)


def _concatenate_with_polars(paths: list[Path], result: Path) -> None:
    import fastexcel
    import polars as pl
    import xlsxwriter

    frames: dict[str, list[pl.DataFrame]] = defaultdict(list)
    for path in paths:
        workbook = fastexcel.read_excel(path)
        lists = [name for name in workbook.sheet_names if name in SHEETS]
        for name in lists or workbook.sheet_names:
            sheet = workbook.load_sheet(name, header_row=_HEADER if lists else None)
            frame = sheet.to_polars().with_columns(来源文件=pl.lit(path.name))
            frames[name if lists else _STACKED].append(frame)
    with xlsxwriter.Workbook(result) as book:
        for name, each in frames.items():
            pl.concat(each, how="diagonal_relaxed").write_excel(book, worksheet=name)


if __name__ == "__main__":
    main(_KINDS[sys.argv[1]], Path(sys.argv[2]), Path(sys.argv[3]))
