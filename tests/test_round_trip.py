"""Any valid records of any table, written into a workbook, are read back equal.

XLCRM_EXAMPLES asks for more examples a case, other ones each time.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from xlcrm.filled_workbook.reading import read_file
from xlcrm.findings import Language
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.upgrades import upgrade
from xlcrm.records import Values
from xlcrm.spec.loader import load_spec
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.settings import Settings
from xlcrm.template_workbook import write_workbook

sys.path.insert(0, str(Path(__file__).parent))  # for the module beside

from valid_values import record_of

EXAMPLES = int(os.environ.get("XLCRM_EXAMPLES", "0"))
TEAMS = 12 if EXAMPLES else 3
DAY = date(2024, 5, 20)
PLAIN = load_spec()
CREATED = datetime(2024, 5, 20)
ADDED: dict[str, dict[str, Any]] = {
    "name": {},
    "text": {},
    "number": {},
    "integer": {},
    "score": {},
    "date": {},
    "datetime": {},
    "choice": {"list": "channel"},
    "many": {"list": "tags"},
    "tick": {},
    "items": {},
    "month_day": {},
    "deadline": {},
    "time_range": {},
    "contact": {},
    "contact_info": {},
    "credit_code": {},
}


def kept(table: Table) -> set[str]:
    """The fields that a team can't drop."""
    keys = {key for part in table.key_fields for key in part}
    keys |= {key for group in table.identity for key in group}
    keys |= {each.key for each in table.fields if each.required or "grid" in each.options}
    return keys | {key for key in (table.id, table.date, table.private) if key}


def changes(table: Table, chance: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what becomes of some fields: dropped, renamed, and others added."""
    droppable = [each.key for each in table.fields if each.key not in kept(table)]
    dropped = chance.sample(droppable, max(1, len(droppable) // 4)) if droppable else []
    yield from ((key, {"state": "dropped"}) for key in dropped)
    rest = [each for each in table.fields if each.key not in dropped]
    for each in chance.sample(rest, max(1, len(rest) // 3)):
        yield each.key, {"zh": f"{each.labels['zh']}(新)", "en": f"{each.labels['en']} (new)"}
    for kind in chance.sample(list(ADDED), 6):
        yield f"own_{kind}", {"zh": f"自加{kind}", "en": f"Own {kind}", "type": kind, **ADDED[kind]}


def order(table: Table, changed: dict[str, Any], chance: random.Random) -> list[str]:
    keys = [each.key for each in table.fields]
    keys += [key for key in changed if key not in table.by_key]
    return chance.sample(keys, len(keys))


@cache
def team(number: int) -> Options:
    """The tables as a team has made them its own; as they are declared for number 0."""
    settings = own_settings(random.Random(number)) if number else Settings()
    return Options(DAY, settings=settings)


def own_settings(chance: random.Random) -> Settings:
    fields = {key: dict(changes(table, chance)) for key, table in PLAIN.tables.items()}
    orders = {key: order(table, fields[key], chance) for key, table in PLAIN.tables.items()}
    shown = {key: list(shown_off(table, fields[key])) for key, table in PLAIN.tables.items()}
    return Settings(fields=fields, order=orders, shown=shown)


def shown_off(table: Table, changed: dict[str, Any]) -> Iterator[str]:
    """Yield the fields that are off unless they are shown, and were not dropped."""
    for each in table.fields:
        if each.level == "off" and changed.get(each.key, {}).get("state") != "dropped":
            yield each.key


def records_of(table: Table, *, core: bool) -> st.SearchStrategy[list[Values]]:
    most = 3 if table.layout == "list" else 2
    return st.lists(record_of(table, core=core), min_size=1, max_size=most)


def examples(number: int) -> settings:
    return settings(
        max_examples=number,
        derandomize=not EXAMPLES,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("round") / "a.xlsx"


@pytest.mark.parametrize("settled", [False, True], ids=["declared", "settings"])
@pytest.mark.parametrize("core", [False, True], ids=["full", "core"])
@pytest.mark.parametrize("key", PLAIN.tables)
@examples(EXAMPLES or 8)
@given(data=st.data())
def test_valid_records_read_back_equal(
    path: Path, key: str, core: bool, settled: bool, data: st.DataObject
) -> None:
    spec = team(data.draw(st.integers(1, TEAMS)) if settled else 0).spec
    table = spec.tables[key]
    records = data.draw(records_of(table, core=core))
    for language in ("zh", "en"):
        assert read_back(path, table, spec, language, core, records) == records


@pytest.mark.parametrize("key", PLAIN.tables)
@examples(EXAMPLES or 3)
@given(data=st.data())
def test_valid_records_are_upgraded_whole(path: Path, key: str, data: st.DataObject) -> None:
    numbers = data.draw(st.permutations([0, data.draw(st.integers(0, TEAMS))]))
    before, after = map(team, numbers)
    table, core = before.spec.tables[key], data.draw(st.booleans())
    given = {key: data.draw(records_of(table, core=core))}
    made, into = data.draw(st.permutations(["zh", "en"]))
    write_workbook(path, [table], before.spec, made, created=CREATED, core=core, records=given)
    result = upgrade([path], path.parent / "upgraded", after, into)
    assert [each.status for each in result.files] == ["upgraded"]
    assert result.findings == []  # it reads both workbooks, and compares them field by field


def read_back(
    path: Path, table: Table, spec: Spec, language: Language, core: bool, records: list[Values]
) -> list[Values]:
    """Return the values read of a workbook of these records, of which nothing is to be said."""
    given = {table.key: records}
    write_workbook(path, [table], spec, language, created=CREATED, core=core, records=given)
    reading = read_file(path, path.name, spec, private=True)
    assert reading.findings == []
    assert [each for each in reading.records if each.raw or each.extras] == []
    assert {each.table for each in reading.records} <= {table.key}
    return [each.values for each in reading.records]
