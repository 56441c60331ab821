"""What stands on the master's first sheet: totals, who has handed in, what needs the lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from xlcrm.findings import Finding
from xlcrm.master_workbook.lists import ordered_findings, reason_text
from xlcrm.master_workbook.pages import further_pages, place
from xlcrm.master_workbook.plan import TOTALS, HandIn, MasterContents
from xlcrm.record_sheet import cell_target
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Spec
from xlcrm.values import dataclass

REJECTED_SHOWN = 6  # files named on the first sheet: it stays one page
NAMED = 4  # people named in a task
STATUSES = ("merged", "skipped", "rejected")
_TOTALS = {  # how grave each is where there are any, and the sheet it leads to
    "files": ("plain", "files"),
    "records": ("plain", None),
    "errors": ("error", "findings"),
    "warnings": ("warning", "findings"),
    "conflicts": ("error", "conflicts"),
    "duplicates": ("plain", None),
}
_STANDING = {"missing": "error", "unreadable": "error", "stale": "warning", "handed_in": "good"}
# Findings that have a task of their own, besides errors and the other warnings.
_OF_CODE = ("overdue", "needs-review")


@dataclass(frozen=True)
class Card:
    """One large figure; ``tone`` is error, warning or plain, ``target`` the place it leads to,
    ``change`` how it differs from the run before."""

    label: str
    value: int
    tone: str = "plain"
    target: str | None = None
    change: str = ""


@dataclass(frozen=True)
class TableTotal:
    """Records of one table, how many of them have errors, and how many warnings at worst."""

    label: str
    records: int
    errors: int
    warnings: int


@dataclass(frozen=True)
class Task:
    """Something that waits for the lead, gravest first, and the place where it is done."""

    text: str
    tone: str
    target: str


@dataclass(frozen=True)
class BoardCell:
    """A cell of the hand-in board: a text, a count or a share, and the place it leads to."""

    value: str | int | float
    tone: str = "plain"
    target: str | None = None


@dataclass(frozen=True)
class Home:
    """The first sheet. ``board`` has a row a member, its cells as ``BOARD`` names them;
    ``rejected`` are (path, reason) pairs, ``rejected_more`` those not named; ``continued`` are the
    sheets over which lists go on that fill one."""

    cards: tuple[Card, ...]
    board: tuple[tuple[BoardCell, ...], ...]
    tables: tuple[TableTotal, ...]
    tasks: tuple[Task, ...]
    statuses: tuple[tuple[str, str, int], ...]
    rejected: tuple[tuple[str, str], ...]
    rejected_more: int
    continued: tuple[str, ...] = ()


BOARD = ("member", "status", "rows", "member_errors", "member_conflicts", "timely")


def plan_home(contents: MasterContents, spec: Spec, words: Words) -> Home:
    """Return what the first sheet shows of these contents."""
    statuses = Counter(str(file["status"]) for file in contents.files)
    rejected = [
        (str(file["path"]), reason_text(file, words))
        for file in contents.files
        if file["status"] == "rejected"
    ]
    places = _Places(contents, spec, words)
    return Home(
        cards=tuple(_cards(contents, places, words)),
        board=tuple(_board_row(each, places, words) for each in contents.board),
        tables=tuple(_table_totals(contents, spec, words)),
        tasks=tuple(_tasks(contents, len(rejected), places, words)),
        statuses=tuple((key, words(f"status.{key}"), statuses[key]) for key in STATUSES),
        rejected=tuple(rejected[:REJECTED_SHOWN]),
        rejected_more=max(0, len(rejected) - REJECTED_SHOWN),
        continued=tuple(_continued(contents, spec, words)),
    )


def _continued(contents: MasterContents, spec: Spec, words: Words) -> Iterator[str]:
    for key in tables_with_records(contents, spec):
        label = spec.tables[key].labels[words.language]
        yield from further_pages(label, len(contents.records[key]))
    for name in ("conflicts", "likely", "lead", "findings", "files"):
        yield from further_pages(words(f"master.sheet.{name}"), len(getattr(contents, name)))


def open_conflicts(contents: MasterContents) -> int:
    """Return the number of records, not fields, in an open conflict."""
    return len({each.record for each in contents.conflicts if each.choice is None})


class _Places:
    """Where things stand in the master: the targets of links."""

    def __init__(self, contents: MasterContents, spec: Spec, words: Words) -> None:
        self._contents, self._spec, self._words = contents, spec, words
        self._findings = ordered_findings(contents)
        self._rows: dict[str, dict[str, int]] = {}

    def sheet(self, name: str) -> str:
        """Return the top of one of the lead's sheets."""
        return cell_target(self._words(f"master.sheet.{name}"), 0)

    def finding(self, wanted: Callable[[Finding], bool]) -> str:
        """Return the first finding that is wanted."""
        return self._row("findings", map(wanted, self._findings))

    def conflict(self, records: Sequence[str]) -> str:
        """Return the first open conflict of some records."""
        conflicts = self._contents.conflicts
        return self._row("conflicts", (c.choice is None and c.record in records for c in conflicts))

    def file(self, path: str) -> str:
        """Return the row of a file."""
        return self._row("files", (each["path"] == path for each in self._contents.files))

    def record(self, table: str, row: str) -> str:
        """Return the row of a record."""
        label = self._spec.tables[table].labels[self._words.language]
        if table not in self._rows:
            records = enumerate(self._contents.records[table])
            self._rows[table] = {record.id: number for number, record in records}
        return cell_target(*place(label, self._rows[table][row]))

    def _row(self, name: str, hits: Iterator[bool]) -> str:
        row = next((number for number, hit in enumerate(hits) if hit), None)
        if row is None:
            return self.sheet(name)
        return cell_target(*place(self._words(f"master.sheet.{name}"), row))


def _cards(contents: MasterContents, places: _Places, words: Words) -> Iterator[Card]:
    severities = Counter[str](finding.severity for finding in contents.findings)
    records = sum(map(len, contents.records.values()))
    found = (severities["error"], severities["warning"], open_conflicts(contents))
    counts = (len(contents.files), records, *found, contents.duplicates)
    for key, count in zip(TOTALS, counts, strict=True):
        tone, sheet = _TOTALS[key]
        change = ""
        if key in contents.earlier:
            change = words("master.home.change", change=_signed(count - contents.earlier[key]))
        target = places.sheet(sheet) if sheet else None
        yield Card(words(f"master.home.{key}"), count, tone if count else "plain", target, change)


def _signed(change: int) -> str:
    return f"{change:+d}" if change else "±0"


def _board_row(each: HandIn, places: _Places, words: Words) -> tuple[BoardCell, ...]:
    files = frozenset(each.files)
    error = conflict = None
    if each.errors:
        error = places.finding(lambda f: f.severity == "error" and f.file in files)
    if each.conflicts:
        conflict = places.conflict(each.conflicts)
    status = words(f"master.home.{each.status}")
    if each.saved and each.status in ("handed_in", "stale"):
        status = f"{status} {each.saved:%m-%d}"
    return (
        BoardCell(each.name or words("master.home.nobody")),
        BoardCell(
            status,
            _STANDING.get(each.status, "muted"),
            places.file(each.file) if each.file else None,
        ),
        BoardCell(each.rows, "plain", places.record(*each.first) if each.first else None),
        BoardCell(each.errors, "error", error),
        BoardCell(len(each.conflicts), "error", conflict),
        BoardCell("-" if each.timely is None else each.timely),
    )


def _table_totals(contents: MasterContents, spec: Spec, words: Words) -> Sequence[TableTotal]:
    totals = []
    for key in tables_with_records(contents, spec):
        worst = Counter(record.worst for record in contents.records[key])
        label = spec.tables[key].labels[words.language]
        totals.append(TableTotal(label, worst.total(), worst["error"], worst["warning"]))
    return totals


def tables_with_records(contents: MasterContents, spec: Spec) -> list[str]:
    """Return the keys of the tables that have records, in the order of the declarations."""
    held = [key for key, records in contents.records.items() if records]
    return sorted(held, key=lambda key: (spec.tables[key].position, key))


def _tasks(
    contents: MasterContents, rejected: int, places: _Places, words: Words
) -> Iterator[Task]:
    def task(key: str, count: int, tone: str, target: str, **more: str) -> Iterator[Task]:
        if count:
            yield Task(words(f"master.home.todo_{key}", count=count, **more), tone, target)

    yield from task("conflicts", open_conflicts(contents), "error", places.sheet("conflicts"))
    yield from task("rejected", rejected, "error", places.sheet("files"))
    asked = sum(each.same is None for each in contents.likely)
    yield from task("likely", asked, "warning", places.sheet("likely"))
    for status in ("missing", "stale"):
        names = [each.name for each in contents.board if each.status == status and each.name]
        named = words("master.home.and").join(names[:NAMED]) + ("…" if names[NAMED:] else "")
        yield from task(status, len(names), _STANDING[status], places.sheet("files"), names=named)
    found = contents.findings
    codes = Counter(each.code for each in found if each.code in _OF_CODE)
    severities = Counter[str](each.severity for each in found if each.code not in _OF_CODE)
    yield from task("errors", severities["error"], "error", places.sheet("findings"))
    for code in _OF_CODE:
        target = places.finding(lambda each, code=code: each.code == code)  # type: ignore[misc]
        yield from task(code.replace("-", "_"), codes[code], "warning", target)
    others = places.finding(lambda each: each.severity == "warning" and each.code not in _OF_CODE)
    yield from task("warnings", severities["warning"], "warning", others)
