"""A team and its lead at work, merge after merge: the master holds what a simple account says.

XLCRM_EXAMPLES asks for more stories, other ones each time, and XLCRM_STEPS for longer ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from merging_team import Team

EXAMPLES = int(os.environ.get("XLCRM_EXAMPLES", "0"))
STEPS = int(os.environ.get("XLCRM_STEPS", "14"))

TestMerging: Callable[..., Any] = Team.TestCase
Team.TestCase.settings = settings(
    max_examples=EXAMPLES or 16,
    stateful_step_count=STEPS,
    derandomize=not EXAMPLES,
    database=None,
    phases=(Phase.generate,),  # a story is short enough to read, and shrinking takes minutes
    report_multiple_bugs=False,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def team() -> Iterator[Team]:
    made = Team()
    yield made
    made.teardown()


def write(name: str, key: str = "主题1", content: str = "甲") -> tuple[Any, ...]:
    return ("write", name, key, ("content", content))


def typed(content: str, key: str = "主题1") -> tuple[Any, ...]:
    return ("type", key, ("content", content))


TWICE = "主题1 (2)"  # the second row of an id
MERGE, LOSE, UNDO, OPEN = "merge", "lose_state", "take_back", "open_or_close"
ROW = {"content": "乙", "satisfaction": 3, "topic": "样品"}
BOTH = [write("a.xlsx"), write("b.xlsx")]
# What was found, and mended: what people do ("staff") and the lead does ("lead"), then merges.
STORIES: dict[str, Sequence[Any]] = {
    "a row taken out stays out though its file drops it and writes it again": [
        [write("a.xlsx"), write("a.xlsx", "主题2")], MERGE, ("lead", [("delete", "主题1")]), MERGE,
        [("drop", "a.xlsx", "主题1")], MERGE, [write("a.xlsx")], MERGE,
    ],
    "a row taken out without state": [
        [write("a.xlsx"), write("a.xlsx", "主题2")], MERGE, ("lead", [("delete", "主题1")]), LOSE,
        MERGE, [write("a.xlsx", "主题2", "乙")], LOSE, MERGE,
    ],
    "a row taken out without state that its file changes": [
        [write("a.xlsx"), write("a.xlsx", "主题2")], MERGE, ("lead", [("delete", "主题1")]), LOSE,
        [write("a.xlsx", content="乙")], MERGE, ("lead", [("decide", 0, 1)]), MERGE,
    ],
    "a row taken out is typed again": [
        [write("a.xlsx"), write("a.xlsx", "主题2")], MERGE, ("lead", [("delete", "主题1")]), MERGE,
        ("lead", [("add", "主题1", ROW)]), MERGE, ("lead", [("delete", "主题1")]), MERGE,
    ],
    "a row that stood there as a conflict is not put back by it where the state is lost": [
        [write("a.xlsx")], MERGE, ("lead", [("delete", "主题1")]), MERGE,
        [write("c.xlsx", content="乙")], MERGE, LOSE, [("remove", "c.xlsx")], MERGE,
    ],
    "a row taken out is taken back and decided on": [
        [write("a.xlsx"), write("a.xlsx", "主题2")], MERGE, ("lead", [("delete", "主题1")]), MERGE,
        [write("a.xlsx", content="乙")], MERGE, ("lead", [("undo", 0), ("decide", 0, 1)]), MERGE,
    ],
    "a row of the lead's own is taken out and typed again": [
        [write("a.xlsx")], MERGE, ("lead", [("add", "主题2", ROW)]), MERGE,
        ("lead", [("delete", "主题2")]), MERGE, ("lead", [("add", "主题2", ROW)]), MERGE,
    ],
    "a row taken out comes back with its note": [
        [write("a.xlsx")], MERGE, ("lead", [("note", "主题1", "跟进")]), MERGE,
        ("lead", [("delete", "主题1")]), MERGE, ("lead", [("undo", 0)]), MERGE,
    ],
    "a note beside a row that is typed anew": [
        [write("a.xlsx"), write("a.xlsx", "主题2")], MERGE,
        ("lead", [("add", "报价", ROW), ("note", "报价", "跟进"), ("delete", "主题1"),
                  ("add", "主题1", ROW), ("note", "主题1", "回访")]), MERGE,
    ],
    "a row that both typed without state": [
        [write("a.xlsx")], MERGE, LOSE, ("lead", [("add", "主题2", ROW)]),
        [write("a.xlsx", "主题2", "丙")], MERGE, LOSE, MERGE,
    ],
    "a row with a note that its files drop stays as it was shown": [
        BOTH, MERGE, [write("a.xlsx", content="乙")], MERGE, ("lead", [("note", "主题1", "跟进")]),
        [("drop", "a.xlsx", "主题1"), ("drop", "b.xlsx", "主题1")], MERGE,
    ],
    "a row that its file drops is still another's that has left": [
        [*BOTH, write("c.xlsx", "主题2")], MERGE, [("remove", "b.xlsx")], MERGE, LOSE,
        [("drop", "a.xlsx", "主题1")], MERGE,
    ],
    "of a new file against what was settled the one saved last is shown": [
        [write("a.xlsx")], MERGE,
        [write("b.xlsx", content="乙"), write("a.xlsx", "主题2")], MERGE,
    ],
    "a row of two files that have left": [
        [*BOTH, write("c.xlsx", "主题2")], MERGE,
        [("remove", "a.xlsx"), ("remove", "b.xlsx")], MERGE,
    ],
    "what a decision knows of files the master tells without state": [
        [write("a.xlsx"), write("b.xlsx", content="乙")], MERGE,
        ("lead", [("own", 0, {"content": "丙", "satisfaction": None, "topic": "样品"})]), MERGE,
        [write("a.xlsx", content="丙")], MERGE, LOSE, [write("a.xlsx")], MERGE,
    ],
    "two rows of one id are two, whatever becomes of either": [
        [write("a.xlsx"), write("a.xlsx", TWICE, "乙"), write("b.xlsx"), write("b.xlsx", TWICE)],
        MERGE, ("lead", [typed("丙", TWICE), ("note", TWICE, "跟进")]), MERGE, LOSE, MERGE,
        [write("b.xlsx", TWICE, "乙")], MERGE, [("drop", "a.xlsx", "主题1")], MERGE, LOSE,
        ("lead", [("delete", TWICE)]), MERGE, [("remove", "b.xlsx")], MERGE,
    ],
    "two rows of one id that say the same are two": [
        [write("a.xlsx"), ("write", "a.xlsx", TWICE, ("topic", "主题1"))], MERGE, LOSE, MERGE,
        ("lead", [typed("乙", TWICE)]), OPEN, LOSE, MERGE,
    ],
    "rows of a file that has left stand in another order in a master without state": [
        [write("a.xlsx"), write("a.xlsx", "报价"), write("a (1).xlsx", "报价", "乙")], MERGE,
        LOSE, [("remove", "a.xlsx")], MERGE,
    ],
    "a cell typed back in a row that its file drops": [
        [write("a.xlsx"), write("a.xlsx", "主题2")], MERGE, ("lead", [typed("乙")]), MERGE,
        [("drop", "a.xlsx", "主题1")],
        ("lead", [typed("甲"), ("type", "主题1", ("topic", "样品"))]), MERGE,
    ],
    "what a file that has left said last stands where the state is lost": [
        BOTH, MERGE, [write("b.xlsx", content="乙")], MERGE, LOSE, [("remove", "b.xlsx")], MERGE,
        [write("a.xlsx", "主题2")], MERGE,
    ],
    "so does what it said long ago": [
        BOTH, MERGE, [write("b.xlsx", content="乙")], MERGE, [("remove", "b.xlsx")], MERGE, LOSE,
        MERGE, ("lead", [("decide", 0, 1)]), LOSE, MERGE,
    ],
    "a conflict with a file that has left is open still where the state is lost": [
        [write("a.xlsx"), write("b.xlsx", content="乙")], MERGE, [("remove", "b.xlsx")], LOSE,
        MERGE, LOSE, MERGE, ("lead", [("decide", 0, 1)]), MERGE,
    ],
    "a conflict of two files that have left is, too": [
        [write("a.xlsx", content="乙"), *BOTH, write("a.xlsx", content="乙"),
         write("c.xlsx", "主题2")], MERGE,
        [("remove", "a.xlsx"), ("remove", "b.xlsx")], LOSE, MERGE,
    ],
    "a row of the lead's own in conflict with a file that has left": [
        [write("a.xlsx")], MERGE, ("lead", [("add", "报价", ROW)]), MERGE,
        [("write", "c.xlsx", "报价", ("satisfaction", None))], MERGE, [("remove", "c.xlsx")], LOSE,
        ("lead", [("note", "报价", "跟进")]), MERGE,
    ],
    "a renamed file is still that where the state is lost": [
        BOTH, MERGE, LOSE, [("rename", "b.xlsx", "c.xlsx"), write("c.xlsx", content="乙")], MERGE,
    ],
    "a row typed without state stands once though its merge is taken back": [
        [write("a.xlsx")], MERGE, LOSE, ("lead", [("add", "主题2", ROW)]), MERGE, UNDO, MERGE,
    ],
    "a note of an undone merge stands in the master that is back, though its state is lost": [
        [write("a.xlsx")], MERGE, LOSE, [write("a.xlsx", "主题2")], MERGE,
        ("lead", [("note", "主题1", "回访")]), UNDO, MERGE,
    ],
    "a row of the lead's own with a note is taken back without state": [
        [write("a.xlsx")], MERGE, ("lead", [("add", "报价", ROW)]), MERGE, LOSE,
        ("lead", [("note", "报价", "跟进"), ("undo", 0)]), MERGE,
    ],
    "what was withdrawn is named under the file's new name": [
        [write("a.xlsx"), write("a.xlsx", "主题2")], MERGE, [("drop", "a.xlsx", "主题1")], MERGE,
        [("rename", "a.xlsx", "b.xlsx"), write("b.xlsx", "报价")], MERGE,
    ],
    "a row offered by an undone merge is not written over by what its file said": [
        [write("a.xlsx"), write("a.xlsx", "主题2")], MERGE, ("lead", [("note", "主题1", "跟进")]),
        [("drop", "a.xlsx", "主题1")], MERGE, ("lead", [typed("丙")]), UNDO, MERGE,
    ],
    "a master that waits says the same whether a conflict has been settled now or before": [
        [write("a.xlsx"), write("b.xlsx", content="乙")], MERGE, OPEN, [write("b.xlsx")], MERGE,
    ],
    "a master that was saved and says the same is not what is gone back to": [
        [write("a.xlsx")], MERGE, [write("a.xlsx", content="乙")], MERGE, ("lead", []), MERGE, UNDO,
        ("lead", [typed("丙")]), MERGE,
    ],
    "what is typed into a master that waits outlives an open one that has lost its state": [
        [write("a.xlsx")], MERGE, LOSE, OPEN,
        ("lead", [("type", "主题1", ("topic", "样品"))]), MERGE,
        ("lead", [typed("丙")], False), MERGE,
    ],
    "a note beside a row put into an open master that has lost its state": [
        [write("a.xlsx")], MERGE, LOSE, OPEN, ("lead", [typed("丙")]), MERGE,
        ("lead", [("add", "主题2", ROW), ("note", "主题2", "回访")]), MERGE,
    ],
    "a decision in an open master that has lost its state stands beside a cell typed over": [
        [write("a.xlsx"), ("write", "b.xlsx", "主题1", ("satisfaction", 2))], MERGE, LOSE, OPEN,
        ("lead", [typed("丙"), ("own", 0, {**ROW, "satisfaction": 1})]), MERGE,
    ],
    "a merge that says what an open master says knows its state again": [
        [write("a.xlsx")], MERGE, LOSE, OPEN, MERGE, [write("b.xlsx", "主题2")], MERGE, UNDO,
        [("drop", "a.xlsx", "主题1"), write("a.xlsx", "报价")], MERGE,
    ],
    "a note typed after a merge was taken back is the latest": [
        [write("a.xlsx")], MERGE, ("lead", [("note", "主题1", "跟进")]),
        [write("a.xlsx", content="乙")], MERGE, ("lead", [("note", "主题1", "回访")]), UNDO,
        ("lead", [("note", "主题1", "电话")]), MERGE,
    ],
    "so it is where the master taken back had been saved as it was": [
        [write("a.xlsx")], MERGE, ("lead", [("note", "主题1", "回访")]), MERGE, ("lead", []), MERGE,
        UNDO, ("lead", [("note", "主题1", "跟进")]), MERGE,
    ],
    "what is taken back in a row that is typed into stays taken back without state": [
        [write("a.xlsx")], MERGE, ("lead", [typed("丙")]), MERGE,
        ("lead", [("type", "主题1", ("satisfaction", 3)), ("undo", 0)]), OPEN, LOSE, MERGE,
    ],
    "what is typed into an open master that has lost its state is heard again and again": [
        [write("a.xlsx"), write("a.xlsx", "主题2")], MERGE, LOSE, OPEN,
        ("lead", [("clear", "主题1", "content")]), MERGE, ("lead", [("delete", "主题1")]), MERGE,
    ],
    "of what was said in two masters taken back the later holds": [
        [write("a.xlsx")], MERGE, [write("a.xlsx", content="乙")], MERGE,
        ("lead", [("note", "主题1", "跟进")]), MERGE, [write("a.xlsx", content="丙")], MERGE,
        ("lead", [("note", "主题1", "回访")]), MERGE, UNDO, UNDO, UNDO, MERGE,
    ],
    "a row put into an open master that has lost its state is typed into again": [
        [write("a.xlsx")], MERGE, LOSE, OPEN, ("lead", [("add", "主题2", ROW)]), MERGE,
        ("lead", [typed("丙", "主题2")]), MERGE, ("lead", [typed("甲", "主题2")], False), MERGE,
        ("lead", [("delete", "主题2")], False), MERGE, OPEN, MERGE,
    ],
    "a change taken back in the master that waits is not heard again from the open one": [
        [write("a.xlsx")], MERGE, LOSE, OPEN, ("lead", [typed("丙")]), MERGE,
        ("lead", [("undo", 0)], False), MERGE, ("lead", [("note", "主题1", "跟进")]), MERGE,
    ],
    "a row taken out of an open master that has lost its state is typed anew": [
        [write("a.xlsx")], MERGE, LOSE, OPEN, ("lead", [("delete", "主题1")]), MERGE,
        ("lead", [("add", "主题1", ROW)]), MERGE,
    ],
    "a note in a master that waited without state is offered when that is taken back": [
        [write("a.xlsx")], MERGE, ("lead", [("add", "报价", ROW)]), OPEN, MERGE, LOSE,
        ("lead", [("note", "报价", "回访")], False), MERGE, UNDO, ("lead", []), MERGE,
    ],
    "a note taken away after a master that said the same was taken back": [
        [write("a.xlsx")], MERGE, ("lead", [("note", "主题1", "回访")]), MERGE, OPEN, ("lead", []),
        MERGE, UNDO, ("lead", [("note", "主题1", None)]), MERGE,
    ],
    "a row of the lead's own that is taken back and typed into where a master waits": [
        [write("a.xlsx")], MERGE, OPEN, ("lead", [("add", "主题2", ROW)]), MERGE, LOSE,
        ("lead", [("undo", 0), typed("丙", "主题2")], False), MERGE,
    ],
    "the second row of an id is still that where its file has left and the state is lost": [
        [write("a.xlsx"), write("b.xlsx"), write("b.xlsx", TWICE)], MERGE, [("remove", "b.xlsx")],
        MERGE, LOSE, MERGE, ("lead", [("delete", "主题1")]), MERGE,
    ],
    "so it is where both rows say the same": [
        [*BOTH, ("write", "b.xlsx", TWICE, ("topic", "主题1"))], MERGE, LOSE,
        [("remove", "b.xlsx")], MERGE, ("lead", [("delete", "主题1")]), MERGE,
    ],
    "a removal of before a master that says the same is taken back where that was undone": [
        [write("a.xlsx")], MERGE, ("lead", [("delete", "主题1")]), MERGE, OPEN, ("lead", []), MERGE,
        UNDO, MERGE, ("lead", [("undo", 0)]), MERGE,
    ],
    "a change taken back is no work on a row that its file drops": [
        [write("a.xlsx"), write("a.xlsx", "主题2")], MERGE, ("lead", [typed("乙", "主题2")]), MERGE,
        ("lead", [("undo", 0)]), [("drop", "a.xlsx", "主题2")], MERGE,
    ],
    "a row of the lead's own that was taken out is typed anew where the state is lost": [
        [write("a.xlsx")], MERGE, ("lead", [("add", "报价", ROW)]), MERGE,
        ("lead", [("delete", "报价")]), MERGE, ("lead", [("add", "报价", ROW)]), LOSE, MERGE,
    ],
    "rows stand in the order of the files that still say something": [
        [("write", "王芳/c.xlsx", "主题1", ("content", "甲")), write("a.xlsx"),
         write("b.xlsx", "主题2")], MERGE, OPEN, LOSE, [("remove", "a.xlsx")], MERGE,
    ],
    "the first row of an id that was taken out comes back as the first where the state is lost": [
        [write("a.xlsx")], MERGE, ("lead", [("delete", "主题1")]),
        [write("a.xlsx", TWICE)], MERGE, LOSE, ("lead", [("undo", 0)]), MERGE,
    ],
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_a_story(team: Team, story: str) -> None:
    for step in STORIES[story]:
        if isinstance(step, str):
            getattr(team, step)()
        elif isinstance(step, tuple):
            team.lead(step[1], in_old=step[2:] != (False,))
        else:
            team.staff(acts=step)
