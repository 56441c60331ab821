"""One resolver of customers: by id, by name, by a name that was decided, own base first."""

from __future__ import annotations

from typing import Any

from xlcrm.customers import CustomerBase
from xlcrm.records import Block, Record


def base(*rows: tuple[str, str | None, str | None], **aliases: str) -> CustomerBase:
    """A base of (file, id, name) rows."""
    records = []
    for number, (file, customer_id, name) in enumerate(rows):
        values: dict[str, Any] = {"customer_id": customer_id, "customer_name": name}
        known = {key: value for key, value in values.items() if value is not None}
        records.append(Record(Block(file, "客户", "customer_base"), number, known))
    return CustomerBase(records, aliases)


def test_an_id_is_the_key_whether_it_is_known_or_not() -> None:
    known = base(("a", "C001", "星辰科技"))
    assert known.resolve({"customer_id": "C001", "customer_name": "别的"}) == "C001"
    assert known.resolve({"customer_id": "C009"}) == "C009"
    assert known.knows("C001", "b") and not known.knows("C009", "b")


def test_a_name_leads_to_its_id_else_is_itself_the_key() -> None:
    known = base(("a", "C001", "Star (上海) 科技"))
    assert known.resolve({"customer_name": "ＳＴＡＲ(上海)科技"}) == "C001"
    assert known.resolve({"customer_name": "月亮 科技"}) == known.resolve(
        {"customer_name": "月亮科技"}
    )
    assert known.resolve({}) is None


def test_a_name_of_two_ids_leads_to_neither() -> None:
    known = base(("a", "C001", "星辰科技"), ("a", "C002", "星辰科技"))
    assert known.resolve({"customer_name": "星辰科技"}) == "星辰科技"


def test_a_files_own_base_comes_first() -> None:
    known = base(("a", "C001", "星辰科技"), ("b", "C002", "星辰科技"), ("b", "C001", "月亮科技"))
    assert known.resolve({"customer_name": "星辰科技"}, "a") == "C001"
    assert known.resolve({"customer_name": "星辰科技"}, "b") == "C002"
    assert known.resolve({"customer_name": "星辰科技"}, "c") == "星辰科技"
    assert [known.name("C001", file) for file in "abc"] == ["星辰科技", "月亮科技", "星辰科技"]


def test_names_and_ids_decided_to_be_one() -> None:
    known = base(("a", "C001", "星辰科技"), 星辰="星辰科技", 老星辰="C001", C009="C001")
    assert known.resolve({"customer_name": "星辰"}) == "C001"
    assert known.resolve({"customer_name": " 老星辰"}) == "C001"
    assert known.resolve({"customer_id": "C009"}) == "C001"


def test_a_base_without_ids_is_no_base_to_look_up() -> None:
    assert base(("a", None, "星辰科技")).is_empty
    assert base().is_empty and not base(("a", "C001", None)).is_empty
