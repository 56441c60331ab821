"""Follow-up actions: rows of what is to be done, by whom, by when, and when it was done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from xlcrm.records import Value
from xlcrm.spec.types.base import BLANK, Cell, FieldType, ReadContext, Reading, as_text
from xlcrm.spec.types.dates import Day
from xlcrm.text import clean, fold, prose
from xlcrm.values import dataclass

_LINE_NUMBER = re.compile(r"^\s*\d{1,2}[.、)]\s*")
DATES = frozenset({"due", "done"})


@dataclass(frozen=True)
class Actions(FieldType):
    """Action rows; the value is a list of mappings with the keys of ``columns`` that are filled.

    On one cell (the master's) an action is a line: ``1. 提交方案 | 负责人:王芳 | 完成时间:…``.
    """

    columns: tuple[Mapping[str, str], ...] = ()
    rows: int = 5
    name: ClassVar[str] = "actions"
    contextual: ClassVar[bool] = True
    width: ClassVar[int] = 44
    wraps: ClassVar[bool] = True

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        text = prose(as_text(raw))
        if not text:
            return BLANK
        actions = [self._read_line(line, context) for line in text.split("\n") if line.strip()]
        return Reading([action for action in actions if action] or None)

    def read_part(self, key: str, raw: Cell, context: ReadContext) -> Reading:
        """Return what one cell of an action row means."""
        if key not in DATES:
            text = prose(as_text(raw)) if key == "action" else clean(as_text(raw))
            return Reading(text or None)
        return Day(deadline=True).read(raw, context)

    def _read_line(self, line: str, context: ReadContext) -> dict[str, Any]:
        """Return the action of one line. Parts without any label stand in the columns' order."""
        pieces = _LINE_NUMBER.sub("", line).split(" | ")
        labelled = [self._labelled(piece) for piece in pieces]
        if len(pieces) > 1 and not any(labelled):
            keys = [column["key"] for column in self.columns]
            labelled = list(zip(keys, pieces, strict=False))
            labelled += [None] * (len(pieces) - len(labelled))
        action: dict[str, Any] = {}
        words: list[str] = []
        for piece, part in zip(pieces, labelled, strict=True):
            value = self.read_part(*part, context).value if part else None
            if part is None or value is None or part[0] in action:
                words += [piece.strip()] if piece.strip() else []
            else:
                action[part[0]] = value
        if words:
            given = [action["action"]] if "action" in action else []
            action["action"] = " | ".join([*given, *words])
        return action

    def _labelled(self, piece: str) -> tuple[str, str] | None:
        """Return the key and the text of a part that begins with its column's label."""
        labels = {fold(c[language]): c["key"] for c in self.columns for language in ("zh", "en")}
        head, colon, rest = clean(piece).partition(":")
        key = labels.get(fold(head)) if colon else None
        return (key, rest) if key else None

    def text(self, value: Value, language: str = "zh") -> str:
        assert isinstance(value, list)
        return "\n".join(f"{n}. {self._line(row, language)}" for n, row in enumerate(value, 1))

    def _line(self, action: Mapping[str, Any], language: str) -> str:
        pieces = [str(action["action"]).replace("\n", " ")] if "action" in action else []
        others = (column for column in self.columns if column["key"] != "action")
        pieces += [f"{c[language]}:{action[c['key']]}" for c in others if c["key"] in action]
        return " | ".join(pieces)

    def compare_key(self, value: Value) -> Any:
        assert isinstance(value, list)
        return tuple(
            tuple(sorted((key, fold(str(part))) for key, part in a.items())) for a in value
        )
