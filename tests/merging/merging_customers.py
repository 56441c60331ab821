"""Which customers are one: what the lead has answered, and what settings remember of it.

It knows nothing of xlcrm. An answer is yes, no, or None where one was taken back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

# Each stands on one row of a file that nobody changes; those of one tuple are likely one.
LIKELY = (("明远电子有限公司", "明远电子", "明远电子集团"), ("月亮贸易有限公司", "月亮贸易"))
Pair = tuple[str, str]


class Answer(NamedTuple):
    """What the lead says of a pair, and what the settings held of it when last seen."""

    same: bool | None
    kept: bool | None = None


Answers = dict[Pair, Answer]


def answered(known: Answers, said: Answers) -> Answers:
    """Return what is known with what was said since; what settings held is as it was known."""
    new = {pair: Answer(each.same, known.get(pair, each).kept) for pair, each in said.items()}
    return {pair: each for pair, each in (known | new).items() if each != Answer(None)}


def since(then: Answers, now: Answers) -> Answers:
    """Return what was answered, or taken back, since."""
    gone = dict.fromkeys(then.keys() - now.keys(), Answer(None))
    return gone | {pair: each for pair, each in now.items() if each != then.get(pair)}


def remembered(known: Answers, settings: dict[Pair, bool]) -> Answers:
    """Return what is known as the settings leave it; what they do not know yet is written there.

    What they held holds as they have it by now, unless the lead has said otherwise since.
    """
    for pair, each in known.items():
        if each.same == each.kept:
            continue
        if each.same is None:
            settings.pop(pair, None)
        else:
            settings[pair] = each.same
    return {pair: Answer(same, same) for pair, same in settings.items() if pair in known}


def number_of(names: Iterable[str], same: Iterable[Pair]) -> int:
    """Return how many customers there are of these names, where pairs are the same."""
    group = {name: {name} for name in names}
    for one, other in same:
        both = group[one] | group[other]
        group |= dict.fromkeys(both, both)
    return len({id(each) for each in group.values()})
