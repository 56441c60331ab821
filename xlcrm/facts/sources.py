"""Which field of which table gives which column of a fact; a column not named has its own name."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.values import dataclass

CUSTOMERS = "customer_base"
CONTACTS = "contacts"
TRACKER = "issue_tracking"
REVISITS = "revisit_record"
SATISFACTION = "satisfaction_evaluation"
TALK_EVALUATION = "communication_evaluation"

# The tables that hold talks. Their order is the one in which a talk's fields are taken from them.
TALKS: Mapping[str, Mapping[str, str]] = {
    "communication_log": {},
    "communication_record": {"content": "conclusions"},
    REVISITS: {"content": "feedback", "topic": "topics"},
    "multichannel_record": {"topic": "types"},
    "crm_record": {"content": "summary"},
}

# The tables besides the customer base whose tags are the customer's.
TAGGED = ("multichannel_record",)

# Fields that state a need in words, and fields any of which answers the needs of its record.
NEED_TEXTS = {"communication_record": ("needs", "latent_needs"), "crm_record": ("needs",)}
ANSWERS = (
    "next_action",
    "actions",
    "next_step",
    "promises",
    "responses",
    "follow_up_due",
    "service_plan",
)

# Fields of items each of which is to be done, and what kind of matter it is.
ITEMS: Mapping[str, Mapping[str, str]] = {
    "communication_record": {"promises": "promise", "open_points": "open"},
    "multichannel_record": {"promises": "promise"},
}

# Fields in which customers suggest something.
SUGGESTIONS: Mapping[str, str] = {SATISFACTION: "suggestions"}

# The day of a score, by the first of these fields that is filled.
SCORE_DAYS = ("completed_on", "archived_on", "reported_on")


@dataclass(frozen=True)
class ActionSource:
    """The fields that state a follow-up action; ``text`` may name one of action rows.

    ``due_in_words``: the day it is due stands in its text (``3日内跟进``).
    """

    text: str
    due: str = ""
    done: str = ""
    owner: str = ""
    due_in_words: bool = False


ACTIONS: Mapping[str, ActionSource] = {
    "communication_log": ActionSource("next_action", due="action_due", done="action_done"),
    "communication_record": ActionSource("actions"),
    REVISITS: ActionSource("next_step", due_in_words=True),
    "multichannel_record": ActionSource("actions"),
    "crm_record": ActionSource("follow_up_due", due="follow_up_due", done="action_done"),
    TRACKER: ActionSource("second_follow_up", due="second_due", owner="second_owner"),
    TALK_EVALUATION: ActionSource("measures", due="plan_due", owner="plan_owner"),
}
