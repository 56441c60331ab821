"""Private values in text: found where they are, masked, and nothing else taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.privacy import find_private, mask


@pytest.mark.parametrize(
    ("text", "code", "masked"),
    [
        ("13812345678", "private-phone", "138****5678"),
        ("请打 138-1234-5678 找我", "private-phone", "请打 138-****-5678 找我"),
        ("138 1234 5678", "private-phone", "138 **** 5678"),
        ("+86 13812345678", "private-phone", "+86 138****5678"),
        ("１３８１２３４５６７８", "private-phone", "138****5678"),
        ("电话13812345678。", "private-phone", "电话138****5678。"),
        ("138\u200b1234\u200b5678", "private-phone", "138****5678"),
        ("021-58881234", "private-phone", "021-5888****"),
        ("(0571)88881234", "private-phone", "(0571)8888****"),
        ("wei.zhang@example.com.cn", "private-email", "w***@example.com.cn"),
        ("wei＠example.com", "private-email", "w***@example.com"),
        ("11010519491231002X", "private-id-card", "1101**********002X"),
        ("6222021234567890128", "private-bank-card", "6222***********0128"),
    ],
)
def test_a_private_value_is_found_and_masked(text: str, code: str, masked: str) -> None:
    assert [private.code for private in find_private(text)] == [code]
    assert mask(text) == masked
    assert mask(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "138****5678",
        "客户联系方式-1",
        "202405001",
        "2024-05-20 14:30-15:10",
        "20240520143000",
        "91350100M000100Y43",
        "110105194912310021",  # the check digit does not hold
        "6222021234567890120",  # nor does this one
        "120000元",
        "1381234567",
        "138123456789",
        "订单 100020003000400050006000",
        "@经理 明天见",
        "",
    ],
)
def test_what_is_not_private_is_left(text: str) -> None:
    assert list(find_private(text)) == []
    assert mask(text) == text


def test_several_values_are_found_in_their_order_with_their_places() -> None:
    text = "邮件a@b.cn,电话13812345678或021-58881234"
    found = list(find_private(text))
    assert [text[private.start : private.end] for private in found] == [
        "a@b.cn",
        "13812345678",
        "021-58881234",
    ]
    assert mask(text) == "邮件a***@b.cn,电话138****5678或021-5888****"


@settings(max_examples=200, derandomize=True)
@given(
    st.lists(
        st.sampled_from(["138", "1234", "5678", " ", "-", "电", "6222", "\u200b", "021"]),
        max_size=12,
    ).map("".join)
)
def test_nothing_private_is_left_in_a_masked_text(text: str) -> None:
    assert list(find_private(mask(text))) == []
