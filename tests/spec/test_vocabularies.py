"""Every value and alias of the documents' lists, written here again, is read as its value."""

from __future__ import annotations

import re

import pytest

from xlcrm.spec.loader import load_spec

SPEC = load_spec()

# value (alias, alias) · value …
LISTS = {
    "customer_type": """潜在客户 (潜在) · 意向客户 (意向, 有意向) ·
        成交客户 (成交, 已成交, 签约客户) · 流失客户 (流失, 已流失)""",
    "need_stage": """初步接洽 · 需求沟通 (需求挖掘) · 方案评估 (方案提交, 方案沟通) ·
        合同谈判 (商务谈判) · 成交签约 (签约, 成交) · 合作维护""",
    "channel": """电话 (电话沟通, 致电, 通话) · 面谈 (面访, 拜访, 线下拜访, 线下会议) · 会议 ·
        视频会议 (企业视频, 线上会议, 线上研讨会) · 微信 · 企业微信 · 钉钉 · QQ · 即时通讯 ·
        邮件 (电子邮件, email) · 短信 · 问卷 · 其他""",
    "revisit_channel": "电话 · 面访 · 问卷",
    "emotion": """积极 · 满意 · 非常满意 · 积极认可 · 积极关注 · 认可 · 对方案认可 · 中性 · 一般 ·
        平静 · 专注 · 关注 · 犹豫 · 犹豫不决 · 疑虑 · 消极 · 不满 · 不满意 · 不太满意 · 不认可 ·
        明显不满 · 愤怒""",
    "revisit_emotion": "满意 · 一般 · 不满 · 愤怒",
    "revisit_topic": "定期回访 · 售后跟进 · 满意度调研 · 关怀慰问",
    "next_step": "3日内跟进 · 转相关部门处理 · 定期回访",
    "source": """展会推荐 (行业展会推荐, 展会) · 线上推广 (线上广告) · 客户转介绍 (转介绍) ·
        主动开发 · 其他""",
    "need_met": "已满足 · 部分满足 · 未满足",
    "priority": "高 · 中 · 低",
    "talk_category": "需求类 · 投诉类 · 跟进类 · 签约类",
    "types": "需求挖掘 · 方案跟进 · 售后服务 · 活动触达 · 关系维护",
    "goal": "确认需求 · 促成签约 · 解决投诉 · 收集反馈",
    "status": "待跟进 · 已确认 · 暂缓",
    "issue_category": "产品 · 服务 · 价格 · 其他",
    "progress": "待处理 · 处理中 · 已完成 (已修复, 已解决, 完成)",
    "confirmation": "满意 · 需改进",
    "customer_grade": """VIP客户 (大客户, 重点客户, 高价值客户) · 普通客户 · 老客户 · 新客户 ·
        流失风险客户""",
    "customer_size": """大型 (大型企业) · 中小型 (中型, 小型, 小微, 中小企业, 中小型企业) ·
        初创 (初创企业) · 个人 (个人客户)""",
    "confidentiality": "内部 · 保密",
    "review_status": "待审核 · 已审核 · 退回",
    "satisfaction_trend": "提升 · 持平 · 下降",
    "level": "优秀 · 良好 · 一般 · 需改进",
    "recording": "未录音 · 已录音且客户同意 · 已录音未征得同意",
    "urgency": "紧急 · 非紧急正式 · 日常",
    "contact_role": "决策人 (决策者, 拍板人) · 影响人 (影响者) · 使用人 (使用者, 用户)",
    "participation": "参加 · 待定 · 不参加",
    "tags": """高潜力客户 · 高意向客户 · 预算敏感型 · 价格敏感型 · 决策周期长 · 犹豫型 · 技术对接 ·
        合同待审批""",
    "business_phase": "初创期 · 成长期 · 成熟期",
}
OPEN = {"emotion", "revisit_emotion", "source", "types", "goal", "tags", "need_tags", "issue_tags"}
POLARITY = {
    "positive": "积极 满意 非常满意 积极认可 积极关注 认可 对方案认可",
    "neutral": "中性 一般 平静 专注 关注 犹豫 犹豫不决 疑虑",
    "negative": "消极 不满 不满意 不太满意 不认可 明显不满 愤怒",
}


def parts(text: str) -> list[tuple[str, list[str]]]:
    """Each value of a line of LISTS with its aliases."""
    found = []
    for item in re.split(r"\s*·\s*", text):
        value, _, aliases = item.partition(" (")
        found.append((value.strip(), [word for word in aliases.rstrip(")").split(", ") if word]))
    return found


WORDS = [
    pytest.param(key, word, value, id=f"{key}-{word}")
    for key, text in LISTS.items()
    for value, aliases in parts(text)
    for word in (value, *aliases)
]


@pytest.mark.parametrize("key", LISTS)
def test_a_list_has_these_values_in_this_order(key: str) -> None:
    values = [choice.value for choice in SPEC.vocabularies[key].choices]
    assert values == [value for value, _ in parts(LISTS[key])]


@pytest.mark.parametrize(("key", "word", "value"), WORDS)
def test_a_word_is_read_as_its_value(key: str, word: str, value: str) -> None:
    vocabulary = SPEC.vocabularies[key]
    for written in (word, f" {word}\u3000", f"{word[:1]} {word[1:]}", word.upper()):
        choice = vocabulary.find(written)
        assert choice is not None and choice.value == value


@pytest.mark.parametrize("key", SPEC.vocabularies)
def test_an_english_label_is_read_as_its_value(key: str) -> None:
    vocabulary = SPEC.vocabularies[key]
    for choice in vocabulary.choices:
        assert vocabulary.find(choice.english.lower()) is choice
        assert vocabulary.label(choice.value, "en") == choice.english
    assert vocabulary.labels_in("en") == tuple(choice.english for choice in vocabulary.choices)
    assert vocabulary.label("自己写的", "en") == "自己写的"


def test_the_open_lists_are_these() -> None:
    assert {key for key, each in SPEC.vocabularies.items() if each.open} == OPEN


def test_a_stages_suffix_is_ignored() -> None:
    stages = SPEC.vocabularies["need_stage"]
    for written in ("方案评估阶段", "方案提交阶段", "方案评估 阶段"):
        choice = stages.find(written)
        assert choice is not None and choice.value == "方案评估"
    assert stages.find("阶段") is None


@pytest.mark.parametrize(
    ("key", "word", "group"),
    [
        ("channel", "微信", "即时通讯"),
        ("channel", "企业微信", "即时通讯"),
        ("channel", "钉钉", "即时通讯"),
        ("channel", "QQ", "即时通讯"),
        ("channel", "即时通讯", "即时通讯"),
        ("channel", "致电", "电话"),
        ("channel", "飞书", "飞书"),
        ("revisit_channel", "面访", "面谈"),
        ("revisit_channel", "电话", "电话"),
        ("revisit_channel", "问卷", "问卷"),
    ],
)
def test_a_channel_has_its_class(key: str, word: str, group: str) -> None:
    assert SPEC.vocabularies[key].group(word) == group


def test_lost_is_no_step_upward() -> None:
    lost = [choice.value for choice in SPEC.vocabularies["customer_type"].choices if choice.lost]
    assert lost == ["流失客户"]


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        *((word, polarity) for polarity, words in POLARITY.items() for word in words.split()),
        ("客户不满意", "negative"),
        ("对价格不太满意,其他认可", "negative"),
        ("积极,有些犹豫", "positive"),
        ("一般、关注", "neutral"),
        ("不认可方案", "negative"),
        ("Very Satisfied", "positive"),
        ("兴奋", None),
        ("", None),
    ],
)
def test_free_text_has_the_polarity_of_its_words(text: str, polarity: str | None) -> None:
    assert SPEC.vocabularies["emotion"].polarity(text) == polarity


@pytest.mark.parametrize(
    ("key", "written", "nearest"),
    [
        ("customer_type", "意向客戶", "意向客户"),
        ("customer_type", "潛在客户", "潜在客户"),
        ("customer_type", "流逝客户", "流失客户"),
        ("customer_type", "Prospects", "潜在客户"),
        ("need_stage", "方案评审", "方案评估"),
        ("need_stage", "初步接触", "初步接洽"),
        ("need_stage", "合同谈判中", "合同谈判"),
        ("progress", "己完成", "已完成"),
        ("progress", "处理完成", "已完成"),
        ("progress", "正在处理中", "处理中"),
        ("channel", "微信语音", "微信"),
        ("channel", "企业微信群", "企业微信"),
        ("channel", "腾讯视频会议", "视频会议"),
        ("channel", "打电话", "电话"),
        ("channel", "邮箱", "邮件"),
        ("channel", "e-mial", "邮件"),
        ("priority", "很高", "高"),
        ("need_met", "部份满足", "部分满足"),
        ("need_met", "不满足", "未满足"),
        ("status", "待跟近", "待跟进"),
        ("status", "暂缓处理", "暂缓"),
        ("customer_grade", "VIP", "VIP客户"),
        ("level", "需要改进", "需改进"),
        ("revisit_topic", "定期回仿", "定期回访"),
        ("talk_category", "投诉", "投诉类"),
        ("channel", "电联", "电话"),
        ("channel", "微信聊天", "微信"),
        ("channel", "徽信", "微信"),
        ("priority", "高等", "高"),
        ("priority", "非常高", "高"),
        ("progress", "已解决了", "已完成"),
        ("progress", "正在处理", "处理中"),
        ("review_status", "己审核", "已审核"),
        ("confirmation", "满意的", "满意"),
        ("confirmation", "需要改进", "需改进"),
        ("next_step", "3天跟进", "3日内跟进"),
        ("need_met", "末满足", "未满足"),
    ],
)
def test_the_nearest_value_is_suggested_where_it_is_clear(
    key: str, written: str, nearest: str
) -> None:
    assert SPEC.vocabularies[key].nearest(written) == nearest


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("status", "xyz"),
        ("status", "未确认"),  # nothing like 已确认
        ("progress", "未完成"),
        ("progress", "处理"),
        ("confirmation", "不满意"),
        ("customer_type", "客户"),
        ("customer_type", "成交流失"),
        ("channel", "飞书"),
        ("channel", "电话会议"),
        ("need_met", "满足"),
        ("priority", "紧急"),
        ("priority", "中高"),
        ("level", "优良"),
        ("recording", "已录音"),  # with consent or without
        ("review_status", "审核"),
        ("review_status", "审核中"),
        ("progress", "待解决"),  # nothing like 已解决
        ("progress", "解决中"),
        ("status", "待确认"),
        ("status", "已跟进"),
        ("status", "跟进中"),
        ("need_met", "全部满足"),  # not 部分满足
        ("participation", "可能参加"),
        ("recording", "征得同意"),
        ("confirmation", "unsatisfied"),
        ("next_step", "7日内跟进"),
        ("channel", "微信视频"),
        ("channel", "视频电话"),
        ("channel", "微信电话"),
        ("channel", "微信/电话"),
        ("need_stage", "需求调研"),  # half of the letters are too few
        ("need_stage", "初步沟通"),
        ("customer_type", "潜在意向客户"),
    ],
)
def test_nothing_is_suggested_where_several_are_near_or_none(key: str, written: str) -> None:
    assert SPEC.vocabularies[key].nearest(written) is None
