"""Members of the team: who is to hand in, which numbers they use, who takes over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from xlcrm.findings import Finding
from xlcrm.team_settings.rows import Row
from xlcrm.text import compact, fold

_RANGE = re.compile(r"[A-Za-z]*(\d{1,12})(?:-|~|–|—|至|到)[A-Za-z]*(\d{1,12})")
_GIVEN = ("file", "team", "starts", "leaves", "successor")


def read_members(rows: Iterable[Row]) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Return the members in their order, and what is wrong."""
    known = {fold(row.text("name")): row for row in rows if row.value("name") is not None}
    members: list[dict[str, Any]] = []
    findings: list[Finding] = []
    ranges: list[tuple[int, int, Row]] = []
    for row in known.values():
        member: dict[str, Any] = {"name": row.text("name")}
        member |= {key: row.text(key) for key in _GIVEN if row.value(key) is not None}
        if numbers := _numbers(row):
            findings += _overlaps(row, numbers, ranges)
            ranges.append((*numbers, row))
            member["ids"] = list(numbers)
        elif row.value("ids") is not None:
            findings.append(row.mistake("ids", "range"))
        findings += _successor(row, known)
        members.append(member)
    return members, findings


def _numbers(row: Row) -> tuple[int, int] | None:
    match = _RANGE.fullmatch(compact(row.text("ids")))
    if not match or int(match[1]) > int(match[2]):
        return None
    return int(match[1]), int(match[2])


def _overlaps(
    row: Row, numbers: tuple[int, int], ranges: Iterable[tuple[int, int, Row]]
) -> Iterator[Finding]:
    for first, last, other in ranges:
        if numbers[0] <= last and first <= numbers[1]:
            others = f"{other.text('name')} {other.cell('ids')}"
            yield row.mistake("ids", "overlap", others)
            return


def _successor(row: Row, known: Mapping[str, Row]) -> Iterator[Finding]:
    """Yield what is wrong with who takes over: nobody's name, or in the end the leaver's own."""
    if row.value("successor") is None:
        return
    passed = {fold(row.text("name"))}
    named = fold(row.text("successor"))
    if named not in known:
        yield row.mistake("successor", "nobody")
        return
    while named in known:
        if named in passed:
            yield row.mistake("successor", "circle")
            return
        passed.add(named)
        named = fold(known[named].text("successor"))
