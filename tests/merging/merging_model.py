"""What a master must hold, merge after merge: a slow and simple account of who said what when.

It knows nothing of xlcrm. A record is known by its key and has three fields; a file is a dict of
records; the master is a page of lines, and the sheet is that page as the lead has it by now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from merging_customers import Answer, Answers, Pair, answered, remembered, since

LEAD = "汇总/客户沟通汇总.xlsx"
FIELDS = ("content", "satisfaction", "topic")
WHOLE = ""  # in the place of a field: the record as a whole
MIDNIGHT = 24 * 60  # when a master is written, by the minutes of the day
TYPED = ""  # how the lead speaks: over a cell, else by a decision
Row = dict[str, Any]  # by field; None is a blank cell
Place = tuple[str, str]  # a record's key and a field


@dataclass
class File:
    """A file's records; ``content`` is equal for exact copies, ``saved`` is when it was saved."""

    rows: dict[str, Row]
    saved: int
    content: int
    removed: bool = False


@dataclass
class Ruling:
    """The lead's word on a field, good until a file says what it did not say then (``sides``; None
    until the next merge: what files said in the one before)."""

    value: Any
    sides: dict[str, Any] | None
    how: str
    when: int
    before: Any = None


@dataclass
class Words:
    """All that the lead has said; ``removals`` with what each file said of the record then."""

    rulings: dict[Place, Ruling] = field(default_factory=dict)
    removals: dict[str, dict[str, Row] | None] = field(default_factory=dict)
    added: dict[str, Row] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)


class Settled(NamedTuple):
    """A field on which files differ: its value, what each said then. Not ``done`` is no value."""

    value: Any
    then: dict[str, Any]
    done: bool = True


@dataclass
class Memory:
    """What a merge leaves for the next; without it all is new."""

    files: dict[str, File] = field(default_factory=dict)
    settled: dict[Place, Settled] = field(default_factory=dict)
    words: Words = field(default_factory=Words)
    withdrawn: dict[str, list[str]] = field(default_factory=dict)
    is_lost: bool = False


@dataclass
class Line:
    """A row of the master; ``before`` is what fields held that the lead has typed over."""

    values: Row
    files: set[str]
    marks: set[str]
    before: Row


@dataclass
class Dispute:
    """A row of the conflicts: its versions, those of the lead marked, and how it is decided."""

    versions: list[tuple[Any, bool]]
    sides: dict[str, Any]
    how: str | None = None
    saved: dict[str, int] = field(default_factory=dict)


@dataclass
class Page:
    """The master as a merge writes it."""

    lines: dict[str, Line] = field(default_factory=dict)
    disputes: dict[Place, Dispute] = field(default_factory=dict)
    changes: set[tuple[str, str, str]] = field(default_factory=set)


@dataclass
class Sheet:
    """The master as the lead has it: cells by record, notes, decisions, changes to take back,
    answers."""

    cells: dict[str, Row] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    decisions: dict[Place, tuple[str, Any]] = field(default_factory=dict)
    undone: set[tuple[str, str, str]] = field(default_factory=set)
    answers: dict[Pair, Answer] = field(default_factory=dict)
    saved: int = MIDNIGHT


class Claim(NamedTuple):
    """What a file says of a record."""

    file: str
    row: Row
    saved: int
    removed: bool = False


@dataclass
class Account:
    """The state of things between two merges. Where the master waits for its place, ``old`` is the
    one that is open there, of which all ``heard`` is known."""

    memory: Memory = field(default_factory=Memory)
    page: Page = field(default_factory=Page)
    sheet: Sheet = field(default_factory=Sheet)
    offered: list[Words] = field(default_factory=list)  # of merges that were taken back
    old: Account | None = None
    heard: Words = field(default_factory=Words)
    seen: Sheet | None = None  # as the old one was when it was heard
    back: Words | None = None  # of the master that is back when it came back, where that is known
    settings: dict[Pair, bool] | None = None  # what they say of customers, where there are any

    def forget(self) -> None:
        """The state folder is lost."""
        self.memory.is_lost, self.offered, self.seen = True, [], None
        if self.old:
            self.old.forget()
            self.heard = Words()

    def knows_again(self) -> None:
        """The master that waits says the same as the old one: what is known of it is of both."""
        assert self.old
        self.old.memory = deepcopy(self.memory)
        self.heard = words_of(self.old)

    def take_back(self, before: Account) -> None:
        """Undo the last merge: what was said since is offered to the next."""
        offered, heard = [*self.offered, words_of(self)], self.heard if self.old else None
        is_known = not self.memory.is_lost
        vars(self).update({**vars(deepcopy(before)), "settings": self.settings})
        self.offered, self.back = offered, (heard or words_of(self)) if is_known else None

    def merge(self, folder: dict[str, File], *, waits: bool = False) -> None:
        """Take in what the files of a folder say, and what the lead has said; the new master takes
        the place of the old one, or ``waits`` for it."""
        words, old = words_of(self), self.old
        if old:
            hear(words, self.heard, words_of(old), old.page, self.page, sure=not old.memory.is_lost)
        self.old = (old or Account(self.memory, self.page, self.sheet)) if waits else None
        self.heard = words_of(self.old) if self.old else Words()
        seen_now = deepcopy(self.old.sheet) if self.old else None
        back = deepcopy(words)
        for each in reversed(self.offered):
            offer(words, each, self.back or Words())
        if self.offered and self.back:
            renew_remarks(words, self.back, back)
        if self.settings is not None:
            words.answers = remembered(words.answers, self.settings)
        known = self.memory
        if known.is_lost:
            known = Memory(is_lost=True)
            names = renamed(folder, Memory(recovered(words, self)))
            rename(names, Memory(), words)
            gone = told_beside(folder, left_of(recovered(words, self), folder, names), words, self)
            _, today = merged(folder, gone, known, words, self)
            if old:
                compare_with_today(words, today, old)
            compare_with_today(words, today, self)
            gone = left_of(recovered(words, self), folder, names)
            drop_what_others_say(folder, gone, words)
        else:
            gone = gone_since(folder, known)
            if old and old.memory.is_lost:
                _, today = merged(folder, gone, known, words, self)
                hear_cells(words, today, old, self.seen)
        self.memory, self.page = merged(folder, gone, known, words, self)
        self.sheet = sheet_of(self.page, self.memory.words.notes)
        self.offered, self.seen = [], seen_now


def sheet_of(page: Page, notes: dict[str, str]) -> Sheet:
    """Return a page as nobody has touched it."""
    cells = {key: dict(line.values) for key, line in page.lines.items()}
    return Sheet(cells, {key: note for key, note in notes.items() if key in cells})


def words_of(account: Account) -> Words:
    """Return all that the lead has said by now: of cells, rows, notes, changes, decisions."""
    page, sheet, lost = account.page, account.sheet, account.memory.is_lost
    words = deepcopy(account.memory.words)
    if lost:
        forget_what_no_sheet_tells(words, page, sheet)
    for key in sheet.cells:  # of a row taken out it comes back with it
        words.notes.pop(key, None)
    words.notes |= sheet.notes
    if not lost:
        for key, line in page.lines.items():
            if key not in sheet.cells:
                words.removals[key] = None
                continue
            for name in typed_in(line, sheet.cells[key]):
                type_over(words, account, (key, name), sides=None)
    for key in sheet.cells.keys() - page.lines.keys():
        words.added[key] = dict(sheet.cells[key])
        words.removals.pop(key, None)
    for kind, key, name in sheet.undone:
        part: dict[Any, Any]
        part = {"edited": words.rulings, "added": words.added, "removed": words.removals}[kind]
        part.pop((key, name) if kind == "edited" else key, None)
    for place, (how, own) in sheet.decisions.items():
        decide(words, place, how, own, page.disputes[place], sheet.saved)
    words.answers = answered(words.answers, sheet.answers)
    return words


def forget_what_no_sheet_tells(words: Words, page: Page, sheet: Sheet) -> None:
    """Of a row that is not there nobody knows what the lead had typed into it."""
    for key, name in list(words.rulings):
        is_typed = words.rulings[key, name].how == TYPED
        if key not in page.lines or (is_typed and key not in sheet.cells):
            del words.rulings[key, name]
    for key in words.added.keys() & sheet.cells.keys():
        if key in page.lines and page.lines[key].files == {LEAD}:
            words.added[key] = dict(sheet.cells[key])
    words.notes = {}


def typed_in(line: Line, cells: Row) -> Iterator[str]:
    return (name for name in FIELDS if cells[name] != line.values[name])


def type_over(
    words: Words, account: Account, place: Place, *, sides: dict[str, Any] | None
) -> None:
    """The lead has typed over a cell: in a row of the lead's own that is all there is to it."""
    (key, name), page = place, account.page
    line, value = page.lines[key], account.sheet.cells[key][name]
    if line.files == {LEAD}:
        words.added[key][name] = value
    elif name in line.before and line.before[name] == value:
        words.rulings.pop(place, None)  # typed back
    else:
        known = words.rulings.get(place)
        is_again = known is not None and known.how == TYPED
        before = known.before if known and is_again else line.values[name]
        how = "own" if place in page.disputes else TYPED
        words.rulings[place] = Ruling(value, sides, how, account.sheet.saved, before)


def decide(words: Words, place: Place, how: str, own: Any, dispute: Dispute, when: int) -> None:
    """A conflict was decided: ``take`` with a number, ``both``, ``own``; or it is open again."""
    key, name = place
    if name == WHOLE:
        if key not in words.removals:
            return  # taken back on the list of changes
        taken = dispute.versions[own - 1][1] if how else False
        if taken:
            words.removals[key] = dict(dispute.sides)
        elif how:
            words.removals.pop(key, None)
        return
    if not how:
        if dispute.how is not None:  # else its cells were blank before
            words.rulings.pop(place, None)
        return
    value = own
    if how == "take":
        value = dispute.versions[own - 1][0]
    elif how == "both":
        value = "\n".join(dict.fromkeys(each for each, _ in dispute.versions if each is not None))
    words.rulings[place] = Ruling(value, dict(dispute.sides), how, when)


def offer(words: Words, said: Words, known: Words) -> None:
    """Add what was said in a master that was taken back: it stands against what files say. What was
    ``known`` in the one that is back stands there, or has been taken back."""
    for place, ruling in said.rulings.items():
        before = known.rulings.get(place)
        if before and (before.value, before.how) == (ruling.value, ruling.how):
            continue
        mine = words.rulings.get(place)
        same = mine is not None and (mine.value, mine.how) == (ruling.value, ruling.how)
        if not same and (mine is None or mine.when <= ruling.when):
            words.rulings[place] = deepcopy(ruling)
            words.rulings[place].sides = {}
    for key in said.removals.keys() - known.removals.keys():
        words.removals.setdefault(key, {})
    words.added |= deepcopy(said.added)
    words.notes |= said.notes
    words.answers = answered(words.answers, said.answers)


def hear(
    words: Words, heard: Words, said: Words, old: Page, new: Page, *, sure: bool = True
) -> None:
    """Add what was said in the old master since the new one was written: where the two differ the
    lead has not seen what files say, and it stands against that."""

    def same(one: Ruling | None, other: Ruling | None) -> bool:
        return bool(one and other and (one.value, one.how) == (other.value, other.how))

    for place in heard.rulings.keys() - said.rulings.keys():
        if same(words.rulings.get(place), heard.rulings[place]):
            del words.rulings[place]
    for place, ruling in said.rulings.items():
        mine = words.rulings.get(place)
        if same(ruling, heard.rulings.get(place)) or same(ruling, mine):
            continue
        if mine is None or mine.when <= ruling.when:
            words.rulings[place] = deepcopy(ruling)
            seen = sure and value_on(old, *place) == value_on(new, *place)
            if ruling.sides is None and not seen:
                words.rulings[place].sides = {}
    for key in heard.removals.keys() - said.removals.keys():
        words.removals.pop(key, None)
    for key in said.removals.keys() - heard.removals.keys():
        sides = said.removals[key]
        seen = sure and value_on(old, key, WHOLE) == value_on(new, key, WHOLE)
        words.removals.setdefault(key, {} if sides is None and not seen else sides)
    words.added |= {k: dict(row) for k, row in said.added.items() if row != heard.added.get(k)}
    renew_remarks(words, heard, said)


def renew_remarks(words: Words, then: Words, now: Words) -> None:
    """Take over what has become since of what no file knows of: notes, and answers."""
    for key in then.notes.keys() - now.notes.keys():
        if words.notes.get(key) == then.notes[key]:
            del words.notes[key]
    words.notes |= {key: note for key, note in now.notes.items() if note != then.notes.get(key)}
    words.answers = answered(words.answers, since(then.answers, now.answers))


def value_on(page: Page, key: str, name: str) -> Any:
    """Return what a page says of a field of a record, or of all of it; () where it has no line."""
    values = page.lines[key].values if key in page.lines else ()
    return values if not values or name == WHOLE else values[name]


def compare_with_today(words: Words, today: Page, account: Account) -> None:
    """Without a state the lead's words are what differs from what files say today. Where both have
    changed a cell nobody can tell, and all that differs in its row is a conflict."""
    page, sheet = account.page, account.sheet
    for key, line in today.lines.items():
        was = page.lines.get(key)
        if was is None:
            continue
        if key not in sheet.cells:
            words.removals[key] = None if line.values == was.values else {}
            continue
        cells = sheet.cells[key]
        differing = list(typed_in(line, cells))
        typed = [name for name in typed_in(was, cells) if name in differing]
        both = any(was.values[name] not in (cells[name], line.values[name]) for name in FIELDS)
        for name in differing if both else typed:
            ruling, value = words.rulings.get((key, name)), cells[name]
            if ruling is not None and ruling.when > sheet.saved:
                continue  # said in another master later
            is_said = ruling is not None and ruling.when == sheet.saved
            if is_said and both and ruling.value == value and ruling.how == TYPED:
                continue  # another master has it from this one
            if is_said and ruling.value != value and ruling.how != TYPED:
                dispute = today.disputes.get((key, name), Dispute([], {}))
                if not (both and value in (each for each, _ in dispute.versions)):
                    words.rulings[key, name] = Ruling(value, {}, TYPED, sheet.saved, ruling.before)
                continue  # decided in this one
            account_today = Account(page=today, sheet=sheet)
            type_over(words, account_today, (key, name), sides={} if both else None)
    for key, cells in sheet.cells.items():
        was = page.lines.get(key)
        if was is None:
            words.added.setdefault(key, dict(cells))
            words.removals.pop(key, None)
        elif key not in today.lines and list(typed_in(was, cells)):
            words.added[key] = dict(cells)
            words.removals.pop(key, None)


def hear_cells(words: Words, today: Page, old: Account, seen: Sheet | None) -> None:
    """Add what was typed into the cells of an old master without state since it was ``seen``."""
    if seen is None:
        compare_with_today(words, today, old)
        return
    then, now = deepcopy(words), deepcopy(words)
    as_seen = Account(page=old.page, sheet=replace(seen, saved=old.sheet.saved))
    compare_with_today(then, today, as_seen)
    compare_with_today(now, today, old)
    hear(words, then, now, Page(), Page())


def merged(
    folder: dict[str, File],
    gone: dict[str, File],
    memory: Memory,
    words: Words,
    account: Account,
) -> tuple[Memory, Page]:
    """Return what is to be remembered, and the page, of a merge of what files say that are there,
    or ``gone``."""
    memory, words = deepcopy(memory), deepcopy(words)
    names = renamed(folder, memory)
    rename(names, memory, words)
    files = {**gone, **folder}
    claims: dict[str, list[Claim]] = {}
    for name, file in sorted(files.items()):
        for key, row in file.rows.items():
            claims.setdefault(key, []).append(Claim(name, row, file.saved, file.removed))
    worked = {key for key, _ in words.rulings} | words.notes.keys()
    for key in worked - claims.keys() - words.added.keys() - words.removals.keys():
        line = account.page.lines.get(key)
        if line and line.files != {LEAD}:  # no file has it any more: it is the lead's from now on
            cells = account.sheet.cells if memory.is_lost else {}
            values = cells.get(key) or {**line.values, **line.before}
            ruled = {name: each.value for (k, name), each in words.rulings.items() if k == key}
            words.added[key] = {**values, **ruled}
    for key, row in words.added.items():
        claims.setdefault(key, []).append(Claim(LEAD, row, 0))
    page, left = Page(), Memory(files)
    left.words = Words({}, words.removals, words.added, words.notes, words.answers)
    for key, mine in claims.items():
        merge_record(key, mine, memory, words, left, page)
    for key in words.added.keys() - words.removals.keys():
        page.changes.add(("added", key, WHOLE))
    page.changes |= {("removed", key, WHOLE) for key in words.removals}
    left.withdrawn = withdrawn(files, memory)
    return left, page


def renamed(folder: dict[str, File], memory: Memory) -> dict[str, str]:
    """Return the new names of files: by their content, else by half of their records or more."""
    names: dict[str, str] = {}
    left = [n for n, file in sorted(memory.files.items()) if n not in folder and file.rows]
    new = sorted(name for name in folder if name not in memory.files)
    for name in left:
        same = (n for n in new if folder[n].content == memory.files[name].content)
        if to := next((n for n in same if n not in names.values()), None):
            names[name] = to
    for name in left:
        keys = memory.files[name].rows.keys()
        alike = {n: len(keys & folder[n].rows.keys()) for n in new if n not in names.values()}
        best = max(alike, key=lambda n: alike[n], default=None)
        if name not in names and best and alike[best] >= max(1, len(keys) / 2):
            names[name] = best
    return names


def rename(names: dict[str, str], memory: Memory, words: Words) -> None:
    """Let all that is remembered be of the files' names of today."""

    def today(said: dict[str, Any]) -> dict[str, Any]:
        return {names.get(name, name): each for name, each in said.items()}

    memory.files, memory.withdrawn = today(memory.files), today(memory.withdrawn)
    for place, entry in memory.settled.items():
        memory.settled[place] = entry._replace(then=today(entry.then))
    for ruling in words.rulings.values():
        ruling.sides = None if ruling.sides is None else today(ruling.sides)
    for key, sides in words.removals.items():
        words.removals[key] = None if sides is None else today(sides)


def gone_since(folder: dict[str, File], memory: Memory) -> dict[str, File]:
    """Return the files that have left: what they said holds, but where an exact copy is there."""
    here = {file.content for file in folder.values()}
    names = renamed(folder, memory)
    return {
        name: File(file.rows, file.saved, file.content, removed=True)
        for name, file in memory.files.items()
        if name not in folder and name not in names and file.rows and file.content not in here
    }


def recovered(words: Words, account: Account) -> dict[str, File]:
    """Return all files that a master names whose state is lost, with what it tells of them: a row
    holds what they were merged into, but for what is in conflict and what the lead typed over."""
    page, sheet = account.page, account.sheet
    found: dict[str, File] = {}
    for key, line in page.lines.items():
        disputes = {name: d for (k, name), d in page.disputes.items() if k == key and name != WHOLE}
        named = line.files.union(*(each.sides for each in disputes.values()))
        for file in sorted(named - {LEAD}) if key in sheet.cells else ():
            row = dict(sheet.cells[key])
            for name in FIELDS:
                ruling = words.rulings.get((key, name))
                if ruling and ruling.how == TYPED and said_before(file, ruling):
                    row[name] = ruling.before
                if name in disputes and file in disputes[name].sides:
                    row[name] = disputes[name].sides[file]
            made = found.setdefault(file, File({}, sheet.saved, -1, removed=True))
            made.rows[key] = row
            made.saved = max(
                (d.saved[file] for d in disputes.values() if file in d.saved), default=made.saved
            )
    return found


def said_before(file: str, ruling: Ruling) -> bool:
    """Whether a file said what the lead has typed over, as far as anybody knows."""
    sides = ruling.sides
    return not sides or (file in sides and sides[file] == ruling.before)


def left_of(
    found: dict[str, File], folder: dict[str, File], names: dict[str, str]
) -> dict[str, File]:
    return {name: each for name, each in found.items() if name not in {*folder, *names}}


def beside(key: str, folder: dict[str, File], words: Words) -> list[Row]:
    """Return what is said of a record by files that are there, and by the lead."""
    rows = [file.rows[key] for _, file in sorted(folder.items()) if key in file.rows]
    return rows + ([words.added[key]] if key in words.added else [])


def told_beside(
    folder: dict[str, File], gone: dict[str, File], words: Words, account: Account
) -> dict[str, File]:
    """As long as nobody knows what the lead has typed, a file that has left is taken to say what
    the likest says that is there, but for what is in conflict."""
    for name, file in gone.items():
        for key, row in list(file.rows.items()):
            others = beside(key, folder, words)
            told = [f for f in FIELDS if name in sides_of(account.page, key, f)]
            if others:
                best = min(others, key=lambda each: sum(each[f] != row[f] for f in told))
                file.rows[key] = {**best, **{f: row[f] for f in told}}
    drop_what_others_say(folder, gone, words)
    return gone


def sides_of(page: Page, key: str, name: str) -> dict[str, Any]:
    return page.disputes[key, name].sides if (key, name) in page.disputes else {}


def drop_what_others_say(folder: dict[str, File], gone: dict[str, File], words: Words) -> None:
    """Forget what files have said that have left where one that is there says the same."""
    for file in gone.values():
        for key, row in list(file.rows.items()):
            if row in beside(key, folder, words):
                del file.rows[key]


def merge_record(
    key: str, claims: list[Claim], memory: Memory, words: Words, left: Memory, page: Page
) -> None:
    """Put a record on the page, and what the next merge has to know of it into what is left."""
    present = [each for each in claims if not each.removed] or claims
    then = {
        each.file: each.row if each.file == LEAD else memory.files[each.file].rows[key]
        for each in claims
        if each.file == LEAD or key in getattr(memory.files.get(each.file), "rows", {})
    }
    there = [each.row for each in claims if not each.removed]
    named = {each.file for each in claims if not each.removed or each.row not in there}
    line = Line({}, named, set(), {})
    disputes: dict[Place, Dispute] = {}
    for name in FIELDS:
        merge_field((key, name), claims, then, memory, words, left, line, disputes)
    if key in words.removals:
        now = {each.file: each.row for each in present}
        sides = words.removals[key]
        left.words.removals[key] = sides = (then or now) if sides is None else sides
        news = [each for each in now.values() if each not in sides.values()]
        if not news:
            return
        disputes[key, WHOLE] = Dispute([*((key, False) for _ in news), (None, True)], now)
    if all(each.removed for each in claims):
        line.marks.add("removed")
    elif line.files == {LEAD}:
        line.marks.add("added")
    if line.before:
        line.marks.add("edited")
    page.lines[key], page.disputes = line, {**page.disputes, **disputes}
    rulings = [(place, each) for place, each in left.words.rulings.items() if place[0] == key]
    page.changes |= {("edited", *place) for place, each in rulings if each.how == TYPED}


def merge_field(
    place: Place,
    claims: list[Claim],
    then: dict[str, Row],
    memory: Memory,
    words: Words,
    left: Memory,
    line: Line,
    disputes: dict[Place, Dispute],
) -> None:
    """Settle a field of a record: by who has changed it since, else by the lead, else it waits."""
    _, name = place
    now = {each.file: each.row[name] for each in claims}
    told = {file: row[name] for file, row in then.items()}
    agreed = len(set(told.values())) == 1
    alike = Settled(next(iter(told.values())), told) if agreed else Settled(None, {}, done=False)
    was = memory.settled.get(place, alike)
    was = was._replace(then={file: each for file, each in was.then.items() if file in then})
    changed = {each for file, each in now.items() if file in was.then and each != was.then[file]}
    known = {was.value} if was.done else set()
    new = {each for file, each in now.items() if file not in was.then} - known
    rivals, value, is_settled = changed | new, was.value, True
    if len(rivals) == 1 and (changed or set(now.values()) == rivals):
        (value,) = rivals
    elif rivals:
        is_settled = False
        rivals |= known if len(rivals) == 1 else set()
        left.settled[place] = was
    if is_settled and set(now.values()) != {value}:
        left.settled[place] = Settled(value, now)
    ruling = deepcopy(words.rulings.get(place))
    versions = [(each, False) for each in dict.fromkeys(now.values())]
    shown = [each for each in claims if each.row[name] in rivals] or claims
    saved = {each.file: each.saved for each in claims}
    if ruling is None:
        line.values[name] = value
        if not is_settled:
            line.values[name] = max(shown, key=lambda each: each.saved).row[name]
            disputes[place] = Dispute(versions, now, saved=saved)
        return
    if ruling.sides is None:
        ruling.sides = told or now
    news = {file for file, each in now.items() if is_news(file, each, ruling)}
    line.values[name] = ruling.value
    if not news and ruling.how == TYPED and set(now.values()) == {ruling.value}:
        left.settled.pop(place, None)  # everybody has it by now
        return
    if news:
        heard = {ruling.value, *(now[file] for file in news)}
        says = [(each.saved, each.row[name]) for each in claims if each.row[name] in heard]
        line.values[name] = max([*says, (ruling.when, ruling.value)], key=lambda x: x[0])[1]
        if ruling.value not in now.values():
            versions.append((ruling.value, True))
        disputes[place] = Dispute(versions, now, saved=saved)
    else:
        ruling.sides |= now
        if ruling.how != TYPED:
            disputes[place] = Dispute(versions, now, ruling.how, saved)
    left.words.rulings[place] = ruling
    if ruling.how == TYPED and line.values[name] == ruling.value:
        line.before[name] = value if is_settled else ruling.before


def is_news(file: str, value: Any, ruling: Ruling) -> bool:
    """Whether a file says neither what the lead says nor what was said when the lead spoke."""
    sides = ruling.sides or {}
    if value == ruling.value or (file in sides and value == sides[file]):
        return False
    return file in sides or value not in sides.values()


def withdrawn(files: dict[str, File], memory: Memory) -> dict[str, list[str]]:
    """Return the records that files do not have any more, in the order in which they went."""
    found: dict[str, list[str]] = {}
    for name, file in files.items():
        was = memory.files[name].rows if name in memory.files else ()
        names: Iterable[str] = [*memory.withdrawn.get(name, ()), *was]
        found[name] = [key for key in dict.fromkeys(names) if key not in file.rows]
    return found
