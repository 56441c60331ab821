"""Talks made by chance, which make the eight weeks look alive and touch no golden figure."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from sample_team.team import (
    CUSTOMERS,
    HOLIDAYS,
    ID_DIGIT,
    LOST,
    PREVIOUS,
    WEEKS,
    WON,
    Customer,
    Values,
    data,
    type_on,
)

# Of the six weeks before the last two: hours until answers came, and scores given on the log.
_HOURS = (
    (54, 66, 72, 70, 50, 48),
    (66, 54, 46, 70, 50),
    (72, 66, 54, 46, 50, 48),
    (48, 70, 54, 46, 72, 24, 50),
    (54, 66, 50, 72, 48, 24),
    (48, 46, 54, 70, 50),
)
_SCORES = (
    (3.5, 4, 4.5, 3.5),
    (4, 3, 4.5),
    (4, 4.5, 2.5, 4, 3.5),
    (4, 4.5, 3.5, 4),
    (3, 4.5, 4, 4, 4.5),
    (4.5, 3.5, 4),
)
_GOOD_SHARE = (38, 40, 42, 46, 48, 50, 52, 58)  # of a hundred talks, by week; a fifth fewer are bad
_LATE = {(0, "张伟"), (1, "王芳"), (3, "李娜"), (4, "陈静"), (5, "王芳"), (6, "赵磊"), (7, "王芳")}

# Whose scores decide a golden figure; chance gives them none.
_SCORED = frozenset({"C004", "C009", "C011", "C018", "C019", "C024", "C028", "C033", "C034"})


def chance_talks(rng: random.Random, busy: set[tuple[str, str]]) -> Iterator[Values]:
    """Yield lines as of log.toml, on days on which the customer has no other talk."""
    phrases = data("phrases")
    for week, monday in enumerate(WEEKS):
        lines = []
        for person in ID_DIGIT:
            for n in range(rng.choice((3, 4, 4, 5)) - (monday >= PREVIOUS)):
                line = _talk(rng, phrases, week, person, busy)
                if n == 0 and (week, person) in _LATE:
                    line["recorded_at"] = f"{_day(line) + timedelta(days=3)}T10:15"
                lines.append(line)
        if monday < PREVIOUS:
            _add_messages(rng, lines, _HOURS[week])
            _add_scores(rng, lines, _SCORES[week])
            _add_needs(rng, lines, phrases["need_tags"])
        yield from lines


def _talk(
    rng: random.Random, phrases: Values, week: int, person: str, busy: set[tuple[str, str]]
) -> Values:
    customer, day = _free(rng, week, person, busy)
    busy.add((customer.id, day.isoformat()))
    good = _GOOD_SHARE[week]
    mood = rng.choices(("good", "even", "bad"), (good, 88 - good, 12))[0]
    language = "en" if person == "赵磊" else "zh"
    has_bought = type_on(customer, day) == WON
    fitting = [each for each in phrases[language] if each.get("bought", has_bought) == has_bought]
    phrase = rng.choice([each for each in fitting if each["mood"] == mood])
    later = day + timedelta(days=rng.randint(8, 20))
    shown = f"{later.day} {later:%B}" if language == "en" else f"{later.month}月{later.day}日"
    line: Values = {
        "day": f"{day:%m-%d}",
        "customer": customer.id,
        "channel": customer.channel if rng.random() < 0.7 else rng.choice(("电话", "微信", "邮件")),
        "topic": phrase["topic"],
        "content": phrase["content"].format(n=rng.randint(2, 6), day=shown),
        "emotion": rng.choice(phrases["moods"][mood]),
        "talk_category": phrase["category"],
    }
    if "action" in phrase:
        line |= _follow_up(rng, phrase["action"], day)
    elif rng.random() < 0.3:
        line |= {"status": "暂缓", "next_contact": f"{later}T10:00"}
    return line


def _free(
    rng: random.Random, week: int, person: str, busy: set[tuple[str, str]]
) -> tuple[Customer, date]:
    """Return a customer of this person and a working day of the week on which it is free."""
    own = [customer for customer in CUSTOMERS.values() if customer.owner == person]
    days = [WEEKS[week] + timedelta(days=n) for n in range(5)]
    free = [
        (customer, day)
        for day in days
        for customer in own
        if day not in HOLIDAYS
        and customer.first <= day
        and type_on(customer, day) != LOST
        and (customer.id, day.isoformat()) not in busy
    ]
    return rng.choice(free)


def _follow_up(rng: random.Random, action: str, day: date) -> Values:
    """Return an action done by its day; one due after the last week is still to be done."""
    due = day + timedelta(days=rng.randint(2, 7))
    line = {"action": action, "due": f"{due:%m-%d}"}
    if due < WEEKS[-1] + timedelta(days=7):
        done = due - timedelta(days=rng.choice((0, 0, 1)))
        line["done"] = f"{done:%m-%d}"
    return line


def _day(line: Values) -> date:
    return date.fromisoformat(f"2024-{line['day']}")


def _add_messages(rng: random.Random, lines: Sequence[Values], hours: Sequence[float]) -> None:
    """Let answers come in the week of their messages, by day."""
    early = [line for line in lines if _day(line).weekday() < 3]
    for line, wait in zip(rng.sample(early, min(len(hours), len(early))), hours, strict=False):
        starts = [datetime.combine(_day(line), time(hour)) for hour in (9, 10, 11, 14, 15, 16)]
        sent = next(at for at in starts if 8 <= (at + timedelta(hours=wait)).hour <= 20)
        line |= {"sent": f"{sent:%m-%d %H:%M}", "hours": wait}


def _add_scores(rng: random.Random, lines: Sequence[Values], scores: Sequence[float]) -> None:
    known = [line for line in lines if line["customer"] not in _SCORED]
    for line, score in zip(rng.sample(known, len(scores)), scores, strict=True):
        line["satisfaction"] = score


def _add_needs(rng: random.Random, lines: Sequence[Values], weights: dict[str, int]) -> None:
    """Tag talks about needs: most of prospects, few of those who have bought."""
    for line in lines:
        is_won = type_on(CUSTOMERS[line["customer"]], _day(line)) == WON
        if line["talk_category"] != "需求类" or (is_won and rng.random() < 0.6):
            continue
        tags = rng.choices(list(weights), list(weights.values()), k=rng.choice((1, 1, 2)))
        line["need_tags"] = list(dict.fromkeys(tags))
        line["need_met"] = rng.choice(("已满足", "部分满足", "部分满足", "未满足"))
        line["need_priority"] = rng.choice(("高", "中", "低"))
