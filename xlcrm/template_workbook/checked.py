"""A page that goes back to whoever filled it: how its cells look, their notes, and a word a row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from xlcrm.findings import SEVERITIES, Finding, Language, Severity
from xlcrm.layout.lists import ListPlan
from xlcrm.layout.pages import Note, Notes
from xlcrm.layout.remarks import CHECK_RESULT, ROW_KEY, Remark, Slot, row_key
from xlcrm.record_sheet import Toned
from xlcrm.record_sheet import palette as p
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field
from xlcrm.spec.types.texts import Display
from xlcrm.values import dataclass

PASSED = "passed"
# What a cell has besides the looks of its column. The live colours of a rule lie above them.
TONES: Mapping[str, Mapping[str, Any]] = {
    "error": {"bg_color": p.ERROR_FILL, "font_color": p.ERROR_TEXT},
    "warning": {"bg_color": p.WARNING_FILL, "font_color": p.WARNING_TEXT},
    "info": {"bg_color": p.INFO_FILL, "font_color": p.INFO_TEXT},
    PASSED: {"font_color": p.POSITIVE_TEXT},
}
_MENDED: Sequence[Severity] = ("error", "warning")  # what a person is asked to do something about
_LABELS = 3  # fields that a row's word names


def with_check_columns(plan: ListPlan, language: Language) -> ListPlan:
    """Return a plan with our two columns: what was found, on the left, and the rows' keys."""
    words = Words(language)
    first, last = (
        Field(slot, {language: words(f"returned.{word}")}, Display())
        for slot, word in ((CHECK_RESULT, "column"), (ROW_KEY, "key"))
    )
    return replace(plan, fields=[first, *plan.fields, last])


class State(NamedTuple):
    """What is said of a row in a word, and its tone."""

    text: str
    tone: str


@dataclass(frozen=True)
class Checked:
    """What is said of a page, the ``number``-th of its workbook."""

    number: int
    remarks: Sequence[Remark]
    language: Language

    def fitted(self, slots: Collection[Slot]) -> Checked:
        """Return the same in the order of the ``slots``, where a finding of a cell that the page
        doesn't show is of its row."""
        remarks = []
        for each in self.remarks:
            if each.spot and each.spot.row is not None and each.spot.slot not in slots:
                key = str(each.spot.slot).partition(".")[0]
                near = (s for s in slots if isinstance(s, str) and s.partition(".")[0] == key)
                slot = next(near, CHECK_RESULT)
                each = replace(each, spot=each.spot._replace(slot=slot))
            remarks.append(each)
        order = {slot: n for n, slot in enumerate(slots)}

        def rank(remark: Remark) -> tuple[int, str]:
            slot = remark.spot.slot if remark.spot else None
            return -1 if slot is None else order.get(slot, -1), remark.finding.code

        return replace(self, remarks=sorted(remarks, key=rank))

    def row(self, row: int, slots: Sequence[Slot], cells: Sequence[object]) -> list[object]:
        """Return the cells of a list's row, in these slots, as they look; ours among them."""
        state = self.state(row)
        ours = {CHECK_RESULT: Toned(state.text, state.tone), ROW_KEY: self.key(row)}
        return [
            ours[slot]
            if slot in ours
            else Toned(cell, tone)
            if (tone := self.tone(row, slot))
            else cell
            for slot, cell in zip(slots, cells, strict=True)
        ]

    def key(self, row: int) -> str:
        """Return by what a row is known when it comes back."""
        return row_key(self.number, row)

    def state(self, row: int) -> State:
        """Return the word on a row: how much is to be mended in it, and where."""
        words = Words(self.language)
        found = sorted((e for e in self._rows[row] if e.severity in _MENDED), key=_rank)
        if not found:
            return State(words("returned.passed"), PASSED)
        counts = Counter(each.severity for each in found)
        texts = [
            words("returned.count", severity=words(f"severity.{name}"), count=counts[name])
            for name in _MENDED
            if counts[name]
        ]
        every = (label_of(each, self.language) for each in found)
        labels = list(dict.fromkeys(filter(None, every)))
        named = words("returned.and").join(labels[:_LABELS])
        if len(labels) > _LABELS:
            named += words("returned.more", count=len(labels))
        text = words("returned.between").join(texts)
        text = words("returned.state", counts=text, labels=named) if named else text
        return State(text, _gravest(found))

    def tone(self, row: int, slot: Slot) -> str | None:
        """Return how a cell looks besides; None where nothing is to be mended in it."""
        found = [e for e in self._cells[row].get(slot, ()) if e.severity in _MENDED]
        return _gravest(found) if found else None

    def notes(self, row: int, theirs: Mapping[str, Note] | Notes) -> Notes:
        """Return the notes of a row: those of people, and ours where there are findings."""
        ours = {
            slot: self._told(found)
            for slot, found in self._cells[row].items()
            if _gravest(found) in _MENDED
        }
        notes: dict[Slot, Note] = dict(theirs.items())
        for slot, text in ours.items():
            notes[slot] = notes.get(slot, Note("")).with_ours(text)
        return notes

    def _told(self, findings: Sequence[Finding]) -> str:
        words = Words(self.language)
        lines = (
            words(
                "returned.note",
                severity=words(f"severity.{each.severity}"),
                message=each.message(self.language),
            )
            for each in sorted(findings, key=_rank)
        )
        return "\n".join(dict.fromkeys(lines))

    @cached_property
    def _rows(self) -> Mapping[int, list[Finding]]:
        rows: dict[int, list[Finding]] = defaultdict(list)
        for each in self.remarks:
            if each.spot and each.spot.row is not None:
                rows[each.spot.row].append(each.finding)
        return rows

    @cached_property
    def _cells(self) -> Mapping[int, Mapping[Slot, list[Finding]]]:
        cells: dict[int, dict[Slot, list[Finding]]] = defaultdict(lambda: defaultdict(list))
        for each in self.remarks:
            if each.spot and each.spot.row is not None and each.spot.slot is not None:
                cells[each.spot.row][each.spot.slot].append(each.finding)
        return cells


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)


def _gravest(findings: Iterable[Finding]) -> str:
    return min(findings, key=_rank).severity


def label_of(finding: Finding, language: Language) -> str:
    """Return the label of the field that a finding is of; blank where it is of none."""
    label = finding.parameters.get("label", "")
    return label if isinstance(label, str) else label[language]
