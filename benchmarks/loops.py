"""What merging is measured against: `python -m benchmarks.loops KIND FOLDER RESULT`.

``openpyxl`` and ``calamine`` are the loop that a careful user would write with pandas and that
engine; ``bare`` reads every cell with calamine and does nothing with it. ``checked`` is what our
child processes do with a file, in this one: it is read and its records are checked.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Literal, get_args

Kind = Literal["bare", "checked", "openpyxl", "calamine"]
_KINDS: dict[str, Kind] = {each: each for each in get_args(Kind)}
SHEETS = ["客户基础信息库", "沟通动态记录表"]
_HEADER = 2  # below the line above and the hidden row of marks
_OUTPUT = "汇总"


def main(kind: Kind, folder: Path, result: Path) -> None:
    """Read all workbooks of a folder in the way ``kind`` says."""
    paths = sorted(path for path in folder.rglob("*.xlsx") if _OUTPUT not in path.parts)
    if kind == "bare":
        _read(paths)
    elif kind == "checked":
        _check(paths)
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

    frames: dict[str, list[pd.DataFrame]] = {name: [] for name in SHEETS}
    for path in paths:
        sheets = pd.read_excel(path, sheet_name=SHEETS, header=_HEADER, engine=engine)
        for name, frame in sheets.items():
            frames[name].append(frame.dropna(how="all").assign(来源文件=path.name))
    with pd.ExcelWriter(result) as writer:
        for name, each in frames.items():
            pd.concat(each, ignore_index=True).to_excel(writer, sheet_name=name, index=False)


if __name__ == "__main__":
    main(_KINDS[sys.argv[1]], Path(sys.argv[2]), Path(sys.argv[3]))
