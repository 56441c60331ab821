"""Many merges in a row of one record, against a slow and simple account of who said what when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from xlcrm.customers import CustomerBase
from xlcrm.ledger.history import Before, History
from xlcrm.ledger.lead import OWN, TAKE, Lead, Ruling
from xlcrm.ledger.merging import merge
from xlcrm.ledger.model import Ledger
from xlcrm.ledger.said import Said
from xlcrm.records import Block, FileReading, Record, Records
from xlcrm.spec.loader import load_spec

SPEC, BASE = load_spec(), CustomerBase([])
LOG, KEY = "communication_log", "content"
FILES = ("a", "b", "c")
WORDS = ("甲", "乙", "丙")
# What each file says of the field, None where it has no such row (the first always has one), and
# what the lead does with the master after: type a word over the cell, or take the first version.
Round = tuple[Mapping[str, str | None], str | None]
word = st.sampled_from(WORDS)
said = st.fixed_dictionaries({"a": word, "b": st.none() | word, "c": st.none() | word})
rounds = st.lists(st.tuples(said, st.none() | word | st.just("take")), min_size=1, max_size=6)


@dataclass
class Account:
    """The field as the rules have it: what was settled, what files said then, and the lead's word
    with what files said when it was given."""

    settled: str | None = None
    then: dict[str, str] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    ruling: tuple[str, dict[str, str] | None, bool] | None = None
    shown: str | None = None
    disputed: bool = False

    def merge(self, now: dict[str, str]) -> None:
        """Take in what files say; ``shown`` is None in a conflict."""
        self.then = {name: each for name, each in self.then.items() if name in self.last}
        value = self._settle(now)
        if value is not None:
            self.settled, self.then = value, dict(now)
        self.shown, self.disputed = value, value is None
        if self.ruling:
            mine, sides, decided = self.ruling
            if sides is None:
                sides = {name: self.last[name] for name in now if name in self.last} or dict(now)
            unheard = {
                name
                for name, each in now.items()
                if each not in (mine, sides.get(name))
                and (name in sides or each not in sides.values())
            }
            if not unheard and not decided and set(now.values()) == {mine}:
                self.ruling, self.settled, self.then = None, mine, dict(now)
                self.shown, self.disputed = mine, False
            elif not unheard:
                self.ruling = (mine, {**sides, **now}, decided)
                self.shown, self.disputed = mine, decided
            else:
                self.ruling = (mine, sides, decided)
                self.shown, self.disputed = None, True
        self.last = now

    def _settle(self, now: dict[str, str]) -> str | None:
        changed = {v for name, v in now.items() if name in self.then and v != self.then[name]}
        new = {v for name, v in now.items() if name not in self.then and v != self.settled}
        if not changed | new:
            return self.settled
        if len(changed | new) > 1:
            return None
        (value,) = changed | new
        return value if changed or set(now.values()) == {value} else None


def reading(file: str, text: str | None) -> FileReading:
    values = {"record_id": "J001", "customer_name": "星辰", "date": "2024-05-13", KEY: text or ""}
    block = Block(file, "表", LOG, {key: n for n, key in enumerate(values)})
    records = [Records.of([Record(block, 3, dict(values))])] if text else []
    return FileReading(file, modified=f"2024-05-20T0{ord(file) - 96}:00:00+00:00", blocks=records)


def run(files: list[FileReading], last: list[FileReading], before: Ledger | None) -> Ledger:
    """Merge as the pipeline does, what is remembered having been JSON in between."""
    if before is None:
        return merge(files, SPEC, BASE)
    history, lead = (json.loads(json.dumps(x.to_state())) for x in (before.history, before.lead))
    known = Before(
        frozenset(each.file for each in last),
        {each.file: each for each in last},
        History.from_state(history),
        Lead.from_state(lead),
    )
    return merge(files, SPEC, BASE, known)


def act(ledger: Ledger, account: Account, what: str | None) -> Ledger:
    """Let the lead do something with what the master says; the account is told."""
    (record,) = ledger.records[LOG]
    conflict = next(iter(ledger.conflicts), None)
    ruling = None
    if what == "take" and conflict and conflict.is_open:
        version = conflict.said[0].said
        ruling = Ruling(version, conflict.sides, TAKE, when="2024-05-20T09:00:00+00:00")
        account.ruling = (str(version.value), dict(account.last), True)
    elif what in WORDS and record.values.get(KEY) != what:
        ruling = Ruling(Said(what), None, OWN if conflict else "", when="2024-05-20T09:00:00+00:00")
        account.ruling = (what, None, bool(conflict))
    if ruling is None:
        return ledger
    rulings: dict[str, Any] = {record.id: {KEY: ruling}}
    return replace(ledger, lead=replace(ledger.lead, rulings=rulings))


@settings(max_examples=300, deadline=None)
@given(rounds)
@example([({"a": "甲", "b": "甲", "c": None}, "乙"), ({"a": "丙", "b": "甲", "c": None}, None)])
@example([({"a": "甲", "b": "乙", "c": None}, "take"), ({"a": "甲", "b": "丙", "c": "乙"}, None)])
@example([
    ({"a": "甲", "b": "甲", "c": None}, None), ({"a": "甲", "b": "乙", "c": None}, None),
    ({"a": "甲", "b": None, "c": None}, "甲"), ({"a": "甲", "b": None, "c": None}, None),
    ({"a": "甲", "b": None, "c": None}, None),
])  # fmt: skip
def test_a_field_is_what_a_simple_account_says_merge_after_merge(story: list[Round]) -> None:
    account, ledger, last = Account(), None, []
    for files, what in story:
        now = [reading(file, files[file]) for file in FILES]
        ledger = run(now, last, ledger)
        account.merge({file: text for file, text in files.items() if text})
        (record,) = ledger.records[LOG]
        still_open = [each for each in ledger.conflicts if each.is_open]
        assert bool(still_open) == (account.shown is None)
        assert bool(ledger.conflicts) == account.disputed
        if account.shown is not None:
            assert record.values[KEY] == account.shown
        else:
            (conflict,) = still_open
            sides = {str(value) for value, _ in conflict.versions}
            assert sides >= {text for text in files.values() if text}
            assert record.values[KEY] in sides
        ledger, last = act(ledger, account, what), now
