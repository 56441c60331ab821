"""New workbooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from xlcrm.file_names import free_path
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.spec.model import Spec, Table
from xlcrm.template_workbook import write_workbook
from xlcrm.text import label_key

CREATED = datetime(2024, 1, 1)  # of every blank: the same declarations, the same bytes
DEFAULT_NAME = "客户沟通"


def new_workbook(
    names: Sequence[str], target: Path | None, options: Options, *, core: bool = False
) -> Path:
    """Write a blank workbook of the named tables (none: the standard ones); return where it is.

    A table is named by its key or its label. Without a target it is 客户沟通.xlsx in the current
    folder, or the first free 客户沟通_2.xlsx, … Raises UsageError for a name that is no table's.
    """
    tables = named_tables(names, options.spec)
    path = target or free_name()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_workbook(path, tables, options.spec, options.language, created=CREATED, core=core)
    return path


def named_tables(names: Sequence[str], spec: Spec) -> list[Table]:
    """Return the tables that are named, each once; the standard ones where none is.

    Raises UsageError for a name that is no table's.
    """
    keys = [_table(spec, name).key for name in names or spec.parameter("standard_tables")]
    return [spec.tables[key] for key in dict.fromkeys(keys)]


def _table(spec: Spec, name: str) -> Table:
    if name in spec.tables:
        return spec.tables[name]
    wanted = label_key(name)
    for table in spec.tables.values():
        if wanted in {label_key(label) for label in table.labels.values()}:
            return table
    known = "、".join(f"{table.key} ({table.labels['zh']})" for table in spec.tables.values())
    raise UsageError("unknown-table", name=name, known=known)


def free_name() -> Path:
    """Return where a new workbook is to be that was given no name."""
    return free_path(Path(f"{DEFAULT_NAME}.xlsx"), Path.exists)
