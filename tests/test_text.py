"""Normal forms of text that people type."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.text import clean, compact, fold, label_key, printable, prose


@pytest.mark.parametrize(
    ("text", "cleaned", "compacted"),
    [
        ("张伟", "张伟", "张伟"),
        (" 张\u3000伟\u00a0", "张 伟", "张伟"),
        ("Ａ１（x）：，", "A1(x):,", "A1(x):,"),
        ("a\u200bb\ufeff", "ab", "ab"),
        ("a \n\t b", "a b", "ab"),
        ("  ", "", ""),
        ("abc123", "abc123", "abc123"),
    ],
)
def test_clean_and_compact(text: str, cleaned: str, compacted: str) -> None:
    assert clean(text) == cleaned
    assert compact(text) == compacted


def test_fold_makes_two_spellings_equal() -> None:
    assert fold("Ｅ-Mail ") == fold("e-mail")
    assert fold("华东 智造（上海）") == fold("华东智造(上海)")


@pytest.mark.parametrize(
    "label", ["客户名称*", " 客户 名称：", "*客户名称", "客户\n名称", "客户名称"]
)
def test_a_label_is_known_whatever_stands_around_it(label: str) -> None:
    assert label_key(label) == "客户名称"


def test_prose_stays_as_written() -> None:
    assert prose(" 客户：“好”，\r\n　★预算２０万\r") == "客户：“好”，\n　★预算２０万"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("客户\x1b[31m", "客户\\x1b[31m"),
        ("a\u202eb", "ab"),
        ("换\n行\t", "换\n行\t"),
        ("坏\udcff名", "坏\\udcff名"),
    ],
)
def test_printable_is_safe_for_a_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


@settings(max_examples=300, derandomize=True)
@given(st.text("a B１Ａ（:：*客户\u3000\u00a0\u200b\ufeff\n\r\t\x1b①½ﬁ"))
def test_normal_forms_are_stable(text: str) -> None:
    for form in (clean, compact, fold, label_key, prose, printable):
        assert form(form(text)) == form(text)
