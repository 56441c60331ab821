"""Merges killed at moments spread over their whole length."""

from __future__ import annotations

import os
import shutil
import signal
import time
from datetime import date
from pathlib import Path
from random import Random

from benchmarks.stress_folder import AS_OF, Tally, Team, fitting_state, leftovers, rows_of
from xlcrm.ledger.state import State
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options

_PEOPLE, _ROWS = 10, 20
COUNTED = (
    "merges killed",
    "merges that had ended before",
    "the old master in its place",
    "the new master in its place",
    "another master in its place",
    "states that fit the master",
    "with files left halfway",
    "next merges that gave what an undisturbed one gives",
)
KILLED, ENDED, OLD, NEW, ANOTHER, FIT, HALFWAY, SAME = COUNTED
_EDITED = 0.2  # of the runs find something typed into the master
# Shares of a run's length: from where on it writes; the last moments lie behind its end.
_WRITES, _BEYOND = 0.6, 1.02
_APART = ("moment", "signature", "document")  # what says when and where a run was


def kills(folder: Path, count: int, seed: int, tally: Tally) -> None:
    """Kill ``count`` merges, each of a folder in which something has changed; a few more end just
    before. After each, master and state must fit, and the next merge give what it gives
    undisturbed, in a copy."""
    chance = Random(seed)
    team = Team(folder / "团队", chance)
    team.begin(_PEOPLE, _ROWS)
    team.merge_whole()
    team.change()
    length = team.merge_whole()
    while (number := tally.counts[KILLED]) < count:
        edited = chance.random() < _EDITED
        if edited:
            team.note()
        team.change()
        expected, state = undisturbed(team.root, folder / "copy")
        before = team.master.read_bytes()
        ended = kill(team, length * moment(number, count, chance), chance)
        tally.counts[KILLED if ended is None else ENDED] += 1
        looked_at(team, before, expected, tally, f"kill {number}", edited=edited)
        length = (length + team.merge_whole()) / 2
        same = team.master.read_bytes() == expected
        tally.expect(same, f"kill {number}: the next merge gives another master")
        tally.expect(
            _settled(fitting_state(team.home, team.master)) == _settled(state),
            f"kill {number}: the next merge leaves another state",
        )
        left = list(leftovers(team))
        tally.expect(not left, f"kill {number}: left behind: {left}")
        tally.counts[SAME] += same


def moment(number: int, count: int, chance: Random) -> float:
    """Return when to kill, as a share of a run's length: half of the moments are spread over all of
    it, half over its last part, where it writes."""
    begin = _WRITES if number % 2 else 0.0
    return begin + (_BEYOND - begin) * (number + chance.random()) / count


def undisturbed(root: Path, copy: Path) -> tuple[bytes, State | None]:
    """Return the master and the state that a merge of a copy of a folder gives."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy)
    path = Path(merge(copy, Options(date.fromisoformat(AS_OF))).document["master"])
    return path.read_bytes(), fitting_state(path.parent, path)


def kill(team: Team, after: float, chance: Random) -> int | None:
    """Begin a merge and kill it after so many seconds, at times its children too; return its exit
    code where it had ended before."""
    process = team.merge()
    time.sleep(after)
    ended = process.poll()
    if ended is None and chance.random() < 0.5:
        process.kill()
    elif ended is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return ended


def looked_at(
    team: Team, before: bytes, expected: bytes, tally: Tally, name: str, *, edited: bool
) -> None:
    """Look at what a killed merge left: the pair of before, or the new one."""
    now = team.master.read_bytes()
    pair = OLD if now == before else NEW if now == expected else ANOTHER
    tally.counts[pair] += 1
    tally.expect(pair != ANOTHER, f"{name}: neither the old master nor the new")
    tally.expect(len(rows_of(now)) > 0, f"{name}: a master without rows")
    typed = edited and pair == OLD
    fits = fitting_state(team.home, team.master, edited=typed) is not None
    tally.expect(fits, f"{name}: no state fits the master")
    tally.counts[FIT] += fits
    tally.counts[HALFWAY] += any(leftovers(team))


def _settled(state: State | None) -> object:
    """Return what a state says but for when and where it was written."""
    if state is None:
        return None
    meta = {key: value for key, value in state.meta.items() if key not in _APART}
    return state.files, meta
