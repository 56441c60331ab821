"""Rows of the communication log, person by person, numbered in the order of their days."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sample_team.chance import chance_talks
from sample_team.team import CUSTOMERS, ID_DIGIT, VIP, Values, data, step_text


def logs(rng: random.Random, busy: set[tuple[str, str]]) -> dict[str, list[Values]]:
    """Return each person's log. ``busy`` has the (customer, day) of talks on other tables."""
    told = data("log")
    apart = [_row(line) for line in told.pop("apart")]
    rows = [_row(line) for part in told.values() for line in part]
    busy = busy | {(row["customer_id"], row["date"]) for row in rows}
    rows += [_row(line) for line in chance_talks(rng, busy)] + apart
    by_person: dict[str, list[Values]] = {person: [] for person in ID_DIGIT}
    for row in sorted(rows, key=lambda row: (row["date"], row["customer_id"], row["topic"])):
        by_person[row["owner"]].append(row)
    for person, own in by_person.items():
        _number(own, ID_DIGIT[person])
    return by_person


def _number(rows: Iterable[Values], digit: int) -> None:
    for n, row in enumerate(rows, 1):
        row.setdefault("record_id", f"J{digit}{n:03d}")
        if n % 2 and row["customer_id"] in CUSTOMERS:  # half of the rows name it too
            row.setdefault("customer_name", CUSTOMERS[row["customer_id"]].name)
        for key in [key for key, value in row.items() if value == ""]:
            del row[key]


def _row(line: Values) -> Values:
    """Return a log row of a line of log.toml, or of the same form made by chance."""
    line = dict(line)
    day = date.fromisoformat(f"2024-{line.pop('day')}")
    customer = CUSTOMERS[line.pop("customer")]
    owner = line.pop("owner", customer.owner)
    row: Values = {
        "customer_id": customer.id,
        "date": day.isoformat(),
        "participants": {"ours": owner, "theirs": customer.contact},
        "talk_category": "跟进类",
        "status": "已确认",
        "owner": owner,
        "recorded_at": f"{day}T17:{20 + int(customer.id[1:]) % 30}",
        **_message(line),
        **_to_do(line),
    }
    if customer.grade == VIP:
        row["review_status"] = "已审核"
    if step := step_text(customer.id, day):
        row["type_after"] = step
    if customer.owner != owner:
        row.pop("type_after", None)  # a guest leaves the customer's step to its owner
    return row | line


def _message(line: Values) -> Values:
    """Return when we wrote (``05-06 10:00``) and when the answer came, ``hours`` later."""
    if "sent" not in line:
        return {}
    sent, hours = datetime.fromisoformat(f"2024-{line.pop('sent')}"), line.pop("hours", None)
    said = {"sent_at": sent.isoformat("T", "minutes")}
    if hours is not None:
        said["replied_at"] = (sent + timedelta(hours=hours)).isoformat("T", "minutes")
    return said


def _to_do(line: Values) -> Values:
    """Return a follow-up action; one that is not done leaves the talk to be followed up."""
    if "action" not in line:
        return {}
    values = {"next_action": line.pop("action"), "action_due": f"2024-{line.pop('due')}"}
    if "done" in line:
        return values | {"action_done": f"2024-{line.pop('done')}"}
    return values | {"status": "待跟进"}
