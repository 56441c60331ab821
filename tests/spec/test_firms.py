"""Which names may be of one firm: a table of pairs that must, and that must not, be suggested."""

from __future__ import annotations

import pytest

from xlcrm.spec.firms import firm_name

ONE = [
    ("星辰科技", "星辰科技有限公司"),
    ("星辰科技股份有限公司", "星辰科技有限责任公司"),
    ("星辰集团", "星辰有限公司"),
    ("星辰(集团)有限公司", "星辰集团公司"),
    ("星辰科技（上海）有限公司", "星辰科技有限公司"),
    ("星辰科技(上海)有限公司", "上海星辰科技有限公司"),
    ("上海市星辰科技有限公司", "上海星辰科技"),
    ("浙江省杭州市西溪文旅有限公司", "杭州西溪文旅"),
    ("星辰科技有限公司上海分公司", "星辰科技有限公司"),
    ("ＡＢＣ电子有限公司", "abc 电子"),
    ("星辰科技[VIP]", "星辰科技有限公司"),
    ("Star Technology Co., Ltd.", "STAR Technology"),
    ("Haihe Logistics Inc", "Haihe Logistics"),
    ("3M(中国)有限公司", "3M"),
    ("天津海河物流有限公司", "海河物流"),
]
NOT_ONE = [
    ("上海科技有限公司", "上海贸易有限公司"),
    ("上海科技有限公司", "上海科技"),
    ("上海科技", "北京科技"),
    ("上海贸易有限公司", "贸易有限公司"),
    ("科技有限公司", "科技公司"),
    ("星辰科技有限公司", "星晨科技有限公司"),
    ("星辰科技", "星辰贸易"),
    ("星辰科技有限公司", "新星辰科技有限公司"),
    ("星辰科技(上海)有限公司", "星辰科技(北京)有限公司"),
    ("上海星辰科技有限公司", "北京星辰科技有限公司"),
    ("星辰科技上海分公司", "北京星辰科技有限公司"),
    ("上海银行", "中国银行"),
    ("上海第一人民医院", "北京第一人民医院"),
    ("上海人民医院", "人民医院"),
    ("华东医药有限公司", "医药公司"),
    ("Star Technology", "Star Trading"),
    ("Zinc", "Z"),
    ("海河物流", "海河物业"),
    ("王先生", "王女士"),
    ("长江一号", "长江二号"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_the_same_core_name(one: str, other: str) -> None:
    assert firm_name(one).may_be(firm_name(other)), (firm_name(one), firm_name(other))
    assert firm_name(other).may_be(firm_name(one))


@pytest.mark.parametrize(("one", "other"), NOT_ONE)
def test_another_firm_or_nothing_to_tell_by(one: str, other: str) -> None:
    assert not firm_name(one).may_be(firm_name(other)), (firm_name(one), firm_name(other))
    assert not firm_name(other).may_be(firm_name(one))


@pytest.mark.parametrize(
    "name", ["", "公司", "有限公司", "上海", "上海市", "(上海)", "集团公司", "…", "Ltd"]
)
def test_a_name_of_nothing_else_is_no_firms(name: str) -> None:
    assert not firm_name(name).may_be(firm_name(name))
