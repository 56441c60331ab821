"""Choices of lists: values added, renamed, hidden, ended; other words for them; whole new lists."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from xlcrm.findings import Finding
from xlcrm.spec.model import Spec
from xlcrm.spec.vocabulary import Choice, Vocabulary
from xlcrm.team_settings.rows import Row
from xlcrm.text import fold

# What the name of a field or list may be: it is a part of names in workbooks too.
KEY = re.compile(r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]{0,39}")


def read_choices(
    rows: Iterable[Row], spec: Spec, new_lists: Collection[str]
) -> tuple[dict[str, list[dict[str, Any]]], list[Finding]]:
    """Return what differs from the lists of ``spec``, and what is wrong.

    ``new_lists`` are the names of lists that fields ask for.
    """
    changes: dict[str, list[dict[str, Any]]] = {}
    findings: list[Finding] = []
    by_list: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        key = row.means("list")
        if key is not None and row.value("value") is not None:
            by_list[key].append(row)
    fixed = set(fixed_lists(spec))
    for key, members in by_list.items():
        vocabulary = spec.vocabularies.get(key)
        if vocabulary is None and key not in new_lists:
            findings.append(_unknown(members[0], "list", spec.vocabularies))
            continue
        if vocabulary is None and not KEY.fullmatch(key):
            findings.append(members[0].mistake("list", "key"))
            continue
        known = vocabulary.by_value if vocabulary else {}
        reader = _ListReader(known, members, is_fixed=key in fixed)
        found = list(reader.changes())
        findings += reader.findings
        if found:
            changes[key] = found
    return changes, findings


def fixed_lists(spec: Spec) -> Iterator[str]:
    """Yield the lists on whose values a printed grid rests: they can't be more or fewer."""
    for table in spec.tables.values():
        for field in table.fields:
            if "grid" in field.options and "list" in field.options:
                yield field.options["list"]


def _unknown(row: Row, key: str, lists: Mapping[str, Vocabulary]) -> Finding:
    return row.mistake(key, "no-list", suggestion=like_list(row.text(key), lists))


def like_list(text: str, lists: Mapping[str, Vocabulary]) -> str | None:
    """Return the label of the list that ``text`` is nearest to."""
    from difflib import get_close_matches

    labels = [each.labels["zh"] for each in lists.values()]
    return next(iter(get_close_matches(text, labels, n=1)), None)


class _ListReader:
    """Reads the rows of one list."""

    def __init__(self, declared: Mapping[str, Choice], rows: list[Row], *, is_fixed: bool) -> None:
        self.declared, self.rows, self.is_fixed = declared, rows, is_fixed
        self.findings: list[Finding] = []

    def changes(self) -> Iterator[dict[str, Any]]:
        seen: dict[str, Row] = {}
        above = ""
        for row in self.rows:
            value = row.text("value")
            if value in seen:
                self.findings.append(row.mistake("value", "twice", seen[value].cell("value")))
                continue
            seen[value] = row
            declared = self.declared.get(value)
            change = dict(_differences(row, declared))
            if self.is_fixed and (declared is None or {"shown", "until"} & set(change)):
                self.findings.append(row.mistake("value", "fixed"))
            elif declared is None:
                yield {"value": value, "after": above, **change}
            elif change:
                yield {"value": value, **change}
            above = value
        self._check_words(seen)
        self._check_offered(seen)

    def _check_words(self, rows: Mapping[str, Row]) -> None:
        """Tell the words that mean two values: one is a row's own, another what is declared."""
        owners = {
            fold(word): value
            for value, choice in self.declared.items()
            if value not in rows
            for word in (value, choice.english, *choice.aliases)
        }
        for value, row in rows.items():
            for key, word in self._words(row, value):
                owner = owners.setdefault(fold(word), value)
                if owner != value:
                    others = f"{word} = {owner}"
                    self.findings.append(row.mistake(key, "two-values", others))
                    break

    def _words(self, row: Row, value: str) -> Iterator[tuple[str, str]]:
        """Yield (column, word) of all that will be read as a value."""
        declared = self.declared.get(value)
        english = declared.english if declared else value
        known = declared.aliases if declared else ()
        yield "value", value
        yield "label_en", row.text("label_en") or english
        aliases = (row.value("aliases") or ()) if row.states("aliases") else known
        yield from (("aliases", each) for each in aliases)

    def _check_offered(self, rows: Mapping[str, Row]) -> None:
        left = [value for value in self.declared if value not in rows]
        offered = (r for r in rows.values() if r.means("shown") != "no" and not r.value("until"))
        if not left and rows and not any(offered):
            last = list(rows.values())[-1]
            self.findings.append(last.mistake("shown", "none-left", last.text("list")))


def _differences(row: Row, declared: Choice | None) -> Iterator[tuple[str, Any]]:
    """Yield the attributes in which a row differs from what is declared."""
    english = row.value("label_en")
    if english is not None and (declared is None or english != declared.english):
        yield "en", english
    aliases = row.value("aliases") or []
    known = declared.aliases if declared else ()
    if row.states("aliases") and set(map(fold, aliases)) != set(map(fold, known)):
        yield "aliases", list(aliases)
    polarity = row.means("polarity")
    if row.states("polarity") and polarity != (declared.polarity if declared else None):
        yield "polarity", polarity
    if row.means("shown") == "no":
        yield "shown", False
    if row.value("until") is not None:
        yield "until", row.text("until")
