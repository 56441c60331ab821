"""Several merges of one folder at once, while its files and its master are worked in."""

from __future__ import annotations

import re
import subprocess
import time
from collections import defaultdict
from pathlib import Path
from random import Random

from benchmarks.stress_folder import Tally, Team, fitting_state, leftovers, rows_of

_PEOPLE, _ROWS = 8, 12
_AT_ONCE = 4  # merges
_PATIENCE = 0.5  # seconds after one has found another running
_REMARK = 20  # updates between two remarks of the lead
_UPDATES = 4  # between two merges that find none
_REST = 0.02  # seconds of ours
_PAUSE = 0.02  # seconds that a file saved in place is half written
COUNTED = (
    "updates of files",
    "… in place, half written for a moment",
    "remarks of the lead",
    "merges",
    "… that found another running",
    "… and said who holds the lock",
    "… done",
    "… done, with a file half written left for later",
    "… done, beside a master that was open or saved meanwhile",
    "masters looked at meanwhile",
    "rows in the last master, as the account has them",
)
UPDATES, IN_PLACE, REMARKS, MERGES, BUSY, NAMED, DONE, HALF, BESIDE, LOOKS, ROWS = COUNTED
_HELD = re.compile(r"另一个汇总正在“.+”里运行(?:\(.*进程 (\d+),)?")
_PENDING = "新的汇总写在"


def at_once(folder: Path, count: int, seed: int, tally: Tally) -> None:
    """Make ``count`` updates of people's files, a part of them in place, while merges begin that
    find each other running; the lead writes remarks in the master meanwhile."""
    _tell(Team(folder / "团队", Random(seed)), count, tally)


def without_locks(folder: Path, count: int, seed: int, tally: Tally) -> None:
    """The same on a share where no run sees another's lock, nor what it holds."""
    _tell(Team(folder / "团队", Random(seed), program="benchmarks.without_locks"), count, tally)


def _tell(team: Team, count: int, tally: Tally) -> None:
    team.begin(_PEOPLE, _ROWS)
    story = Story(team, tally)
    team.merge_whole()
    while story.updates < count or story.updates > _UPDATES * story.merges:
        story.keep_merging()
        if story.updates <= _UPDATES * story.merges and story.updates < count:
            story.update()
        if team.chance.random() < 0.1:
            story.look()
        if tally.counts[REMARKS] < story.updates / _REMARK:
            story.work_in_master()
        time.sleep(_REST)
    story.end()


class Story:
    """What has happened so far: each file's rows by version, and the last version seen."""

    def __init__(self, team: Team, tally: Tally) -> None:
        self.team, self.tally = team, tally
        self.versions: dict[tuple[str, int], dict[str, str]] = {}
        self.seen: dict[str, int] = defaultdict(int)
        self.running: list[subprocess.Popen[str]] = []
        self.started: set[int] = set()
        self.updates = self.merges = 0
        self.next = 0.0  # when another merge may begin
        for file in team.rows:
            self._remember(file)

    def _remember(self, file: str) -> None:
        self.versions[file, self.team.version[file]] = self.team.rows[file]

    def keep_merging(self) -> None:
        """See to the merges that have ended, and begin others in their place."""
        for process in [each for each in self.running if each.poll() is not None]:
            self.running.remove(process)
            self._account(process)
        while len(self.running) < _AT_ONCE and time.monotonic() > self.next:
            process = self.team.merge()
            self.running.append(process)
            self.started.add(process.pid)

    def _account(self, process: subprocess.Popen[str]) -> None:
        _, said = process.communicate()
        code, counts = process.returncode, self.tally.counts
        counts[MERGES] += 1
        held = _HELD.search(said)
        if code == 4 and held:
            counts[BUSY] += 1
            self.next = time.monotonic() + _PATIENCE
            named = held[1] is not None and int(held[1]) in self.started
            counts[NAMED] += named
            return
        self.merges += 1
        if code == 4 and _PENDING in said:
            counts[BESIDE] += 1
        elif code in (0, 3):
            counts[DONE if code == 0 else HALF] += 1
        else:
            self.tally.wrong.append(f"exit code {code}: {said}")

    def update(self) -> None:
        """Change a file: put it in place whole, or write it in place as some programs do."""
        team = self.team
        self.updates += 1
        self.tally.counts[UPDATES] += 1
        if team.chance.random() < 0.5:
            self._remember(team.change())
            return
        self.tally.counts[IN_PLACE] += 1
        file, rows = team.changed()
        made = team.written(file, rows)
        self._remember(file)
        data = made.read_bytes()
        with (team.root / file).open("wb") as place:
            place.write(data[: len(data) // 2])
            place.flush()
            time.sleep(_PAUSE * team.chance.random())
            place.write(data[len(data) // 2 :])
        made.unlink()

    def work_in_master(self) -> None:
        """Let the lead open the master, as an office does, write a remark and save."""
        sign = self.team.home / f".~lock.{self.team.master.name}#"
        sign.touch()
        self.team.note()
        sign.unlink()
        self.tally.counts[REMARKS] += 1

    def look(self) -> None:
        """Look at the master as it is now: each file's rows are those of one version, each once,
        and none older than what was there before."""
        self.tally.counts[LOOKS] += 1
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        versions: dict[str, set[int]] = defaultdict(set)
        for row in rows_of(self.team.master.read_bytes()):
            found[row.file].append((row.record, row.text))
            versions[row.file].add(row.version)
        self._expect(found.keys() == self.team.rows.keys(), "a file's rows are missing")
        for file, rows in found.items():
            version = max(versions[file])
            self._expect(len(versions[file]) == 1, f"{file}: rows of several versions")
            self._expect(version >= self.seen[file], f"{file}: older than it was")
            expected = self.versions.get((file, version), {})
            self._expect(sorted(rows) == sorted(expected.items()), f"{file}: not its rows")
            self.seen[file] = version

    def end(self) -> None:
        """Let the merges end, merge once more, and compare with the account."""
        team = self.team
        for process in self.running:
            process.wait()
            self._account(process)
        team.merge_whole()
        rows = rows_of(team.master.read_bytes())
        said = sorted((row.file, row.record, row.text) for row in rows)
        expected = [
            (f, record, text) for f, own in team.rows.items() for record, text in own.items()
        ]
        self._expect(said == sorted(expected), "the last master has not just the files' rows")
        notes = {row.record: row.note for row in rows if row.note}
        self._expect(notes == team.notes, f"remarks: {notes} instead of {team.notes}")
        state = fitting_state(team.home, team.master)
        self._expect(state is not None, "no state fits the last master")
        conflicts = state.meta["document"]["conflicts"] if state else None
        self._expect(conflicts == 0, f"conflicts that nobody made: {conflicts}")
        left = list(leftovers(team))
        self._expect(not left, f"left behind: {left}")
        self.tally.counts[ROWS] = len(rows)

    def _expect(self, holds: bool, otherwise: str) -> None:
        self.tally.expect(holds, f"after {self.updates} updates: {otherwise}")
