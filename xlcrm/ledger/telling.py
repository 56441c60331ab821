"""Findings of records that several sources state."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xlcrm.findings import Finding
from xlcrm.records import FileReading, Record
from xlcrm.spec.model import Table

# How sync and office programs name copies: 甲 (1).xlsx, 甲副本.xlsx, 甲 - Copy.xlsx.
_COPY_NAME = re.compile(r"\(\d+\)\.|副本|冲突|conflict|[- ]copy", re.IGNORECASE)
_OTHERS = 5  # places that a message names


def tell(
    code: str, records: Sequence[Record], table: Table, key: str, more: Sequence[str] = ()
) -> Iterator[Finding]:
    """Yield a finding at each of several records that names the places of the others, and
    ``more``."""
    each = table.by_key.get(key)
    for record in records:
        others = [_place(other, key) for other in records if other is not record] + [*more]
        value = record.values.get(key)
        yield Finding(
            code,
            record.block.file,
            record.block.sheet,
            record.cell(key),
            table.key,
            key if each else None,
            table.name_of(record.values),
            each.type.text(value) if each and value is not None else None,
            None,
            {
                "label": each.labels if each else key,
                "others": "、".join(others[:_OTHERS]) + ("…" if others[_OTHERS:] else ""),
            },
        )


def _place(record: Record, key: str) -> str:
    cell = record.cell(key)
    return f"{record.block.file} · {record.block.sheet}" + (f" · {cell}" if cell else "")


def copies_of(readings: Iterable[FileReading]) -> Mapping[str, str]:
    """Return for each file that repeats another's bytes that other's path.

    The file whose name is not one that programs give to copies is taken for the original.
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for reading in readings:
        if not (reading.removed or reading.rejected) and reading.sha256:
            alike[reading.sha256].append(reading.file)
    copies = {}
    for files in alike.values():
        original = min(files, key=lambda file: (bool(_COPY_NAME.search(file)), file))
        copies.update({file: original for file in files if file != original})
    return copies
