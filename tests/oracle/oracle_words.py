"""What the documents' words mean, written down once more by hand, for the oracle alone."""

from __future__ import annotations

# Customer types in upward order; a lost customer stands beside them.
LADDER = ("潜在客户", "意向客户", "成交客户")
LOST = "流失客户"
TYPES = {
    "潜在客户": ("潜在", "Prospect"),
    "意向客户": ("意向", "有意向", "Interested"),
    "成交客户": ("成交", "已成交", "签约客户", "Won"),
    LOST: ("流失", "已流失", "Lost"),
}

STAGES = {
    "初步接洽": ("First contact",),
    "需求沟通": ("需求挖掘", "Needs discussed"),
    "方案评估": ("方案提交", "方案沟通", "Proposal under review"),
    "合同谈判": ("商务谈判", "Contract negotiation"),
    "成交签约": ("签约", "成交", "Signed"),
    "合作维护": ("Account care",),
}
SOURCES = {
    "展会推荐": ("行业展会推荐", "展会", "Trade fair"),
    "线上推广": ("线上广告", "Online promotion"),
    "客户转介绍": ("转介绍", "Customer referral"),
}
AT_RISK = "流失风险客户"
SETTLED = {"已确认": ("Confirmed",), "暂缓": ("On hold",)}
LEVELS = {"优秀": 5, "良好": 4, "一般": 3, "需改进": 2}
EVALUATED = ("目标达成度", "沟通效率", "专业能力", "客户满意度")
ASPECTS = ("产品质量", "服务响应速度", "沟通效率", "问题解决能力", "整体合作体验")
# Why a customer may be lost, as the report words it.
GRADED, DORMANT, FEWER, FALLING, LOW_SCORE = (
    "分级为流失风险", "长期没有沟通", "沟通减少一半以上", "满意度下降", "评分偏低",
)  # fmt: skip

# Channel classes, each with the channels and their other names that belong to it.
CHANNEL_CLASSES = {
    "电话": ("电话沟通", "致电", "通话", "Phone"),
    "面谈": ("面访", "拜访", "线下拜访", "线下会议", "Visit"),
    "会议": ("Meeting",),
    "视频会议": ("企业视频", "线上会议", "线上研讨会", "Video meeting"),
    "即时通讯": ("微信", "企业微信", "钉钉", "QQ", "WeChat", "WeCom", "DingTalk"),
    "邮件": ("电子邮件", "email", "E-mail"),
    "短信": ("Text message",),
    "问卷": ("Questionnaire",),
    "其他": ("Other",),
}

POSITIVE, NEUTRAL, NEGATIVE = "positive", "neutral", "negative"
MOODS = {
    POSITIVE: ("积极", "满意", "非常满意", "积极认可", "积极关注", "认可", "对方案认可",
               "Positive", "Satisfied", "Very satisfied", "Warmly approving",
               "Keenly interested", "Approving", "Approves the proposal"),
    NEUTRAL: ("中性", "一般", "平静", "专注", "关注", "犹豫", "犹豫不决", "疑虑",
              "Neutral", "So-so", "Calm", "Focused", "Attentive", "Hesitant", "Undecided",
              "Doubtful"),
    NEGATIVE: ("消极", "不满", "不满意", "不太满意", "不认可", "明显不满", "愤怒",
               "Negative", "Displeased", "Dissatisfied", "Rather dissatisfied",
               "Disapproving", "Clearly displeased", "Angry"),
}  # fmt: skip

TAKES_PART = {"参加": ("Yes",)}
MET = {"已满足": ("Met",), "部分满足": ("Partly met",), "未满足": ("Not met",)}
CONFIRMED = {"满意": ("Satisfied",), "需改进": ("Needs improvement",)}
NEED_TAGS = {
    "成本控制": ("Cost control",),
    "数据对接": ("Data integration",),
    "售后支持": ("After-sales support",),
}

# The tables, under the names of what they hold, with their titles in both languages.
BASE, LOG, RECORD, REVISIT, CHANNELS, CRM, ISSUES, SCORES, VIEWS = (
    "base", "log", "record", "revisit", "channels", "crm", "issues", "scores", "views",
)  # fmt: skip
TABLES = (
    BASE,
    LOG,
    CRM,
    ISSUES,
    REVISIT,
    RECORD,
    VIEWS,
    SCORES,
    CHANNELS,
)  # as they stand in the master
LISTS = {
    BASE: ("客户基础信息库", "Customer Base"),
    LOG: ("沟通动态记录表", "Communication Log"),
    CRM: ("客户关系管理记录表", "CRM Record"),
    ISSUES: ("客户反馈问题跟踪表", "Issue Tracking"),
}
FORMS = {
    RECORD: "客户沟通记录表",
    REVISIT: "客户回访沟通记录表",
    CHANNELS: "客户多渠道沟通记录表",
    SCORES: "客户满意度评估表",
    VIEWS: "客户沟通评价标准表",
}

# Labels by table, under the names that the oracle has for them.
_CUSTOMER = {"客户ID": "customer_id", "客户名称": "customer_name"}
_AFTER = {
    "需求标签": "tags",
    "需求满足情况": "met",
    "转化状态更新": "type_after",
    "需求阶段更新": "stage_after",
    "录入时间": "recorded",
}
LABELS: dict[str, dict[str, str]] = {
    BASE: _CUSTOMER
    | {
        "客户类型": "type",
        "需求阶段": "stage",
        "初次接触时间": "first_contact",
        "初始来源": "origin",
        "客户分级": "grade",
        "客户标签": "labels",
        "累计成交次数": "deals",
    },
    LOG: _CUSTOMER
    | _AFTER
    | {
        "记录ID": "id",
        "沟通日期": "date",
        "沟通方式": "channel",
        "沟通主题": "topic",
        "客户情绪": "mood",
        "我方发出时间": "sent",
        "客户回复时间": "replied",
        "满意度评分": "score",
        "后续行动": "answer",
        "行动截止日期": "action_due",
        "实际完成时间": "action_done",
        "当前状态": "status",
        "负责人": "owner",
        "Next action": "answer",
        "Action due on": "action_due",
        "Action done on": "action_done",
        "Status": "status",
        "Owner": "owner",
        "Need stage after": "stage_after",
        "Record ID": "id",
        "Customer ID": "customer_id",
        "Customer name": "customer_name",
        "Date": "date",
        "Channel": "channel",
        "Topic": "topic",
        "Customer mood": "mood",
        "Sent by us at": "sent",
        "Customer replied at": "replied",
        "Satisfaction score": "score",
        "Need tags": "tags",
        "Need met": "met",
        "Customer type after": "type_after",
        "Entered at": "recorded",
    },
    CRM: _CUSTOMER
    | _AFTER
    | {
        "初次接触时间": "first_contact",
        "最近互动时间": "date",
        "互动类型": "channel",
        "客户需求分析": "need_text",
        "当前满意度评分": "score",
        "满意度变化趋势": "trend",
        "跟进责任人": "owner",
        "跟进时间节点": "action_due",
        "实际完成时间": "action_done",
    },
    ISSUES: _CUSTOMER
    | {
        "问题编号": "id",
        "问题描述": "topic",
        "反馈时间": "date",
        "完成时间": "completed",
        "客户确认结果": "confirmation",
        "满意度评分(1-5分)": "score",
        "归档时间": "archived",
        "承诺解决时间": "due",
        "二次确认结果": "second_result",
        "二次跟进时限": "action_due",
        "二次跟进责任人": "action_owner",
        "责任部门/人": "owner",
        "问题标签": "issue_tags",
    },
    RECORD: _CUSTOMER
    | {label: name for label, name in _AFTER.items() if name != "recorded"}
    | {
        "沟通时间": "date",
        "沟通方式": "channel",
        "情绪状态": "mood",
        "客户需求": "need_text",
        "潜在需求": "latent_text",
        "我方回应": "response",
        "承诺事项": "promise",
    },
    REVISIT: _CUSTOMER
    | _AFTER
    | {
        "本次沟通时间": "date",
        "沟通方式": "channel",
        "客户情绪状态": "mood",
        "问题描述": "description",
        "预计解决时间": "due",
        "问题标签": "issue_tags",
        "下一步计划": "answer",
    },
    CHANNELS: _AFTER
    | {
        "客户ID": "customer_id",
        "所属公司": "customer_name",
        "沟通时间": "date",
        "沟通渠道": "channel",
        "客户情绪": "mood",
        "客户标签": "labels",
        "关键承诺": "promise",
        "活动名称": "campaign",
        "参与意向": "participation",
        "当前状态": "status",
        "负责人": "owner",
    },
    VIEWS: _CUSTOMER | {"沟通日期": "date"},
    SCORES: _CUSTOMER | {"评估日期": "date", **{aspect: aspect for aspect in ASPECTS}},
}
TICKED_LABELS = {"客户情绪状态", "下一步计划", *ASPECTS}
