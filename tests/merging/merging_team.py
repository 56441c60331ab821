"""A team's folder in which people and a lead work as they like, and the account of it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from copy import deepcopy
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from merging_customers import LIKELY, Answer, Pair, number_of
from merging_model import FIELDS, WHOLE, Account, File, Row
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.setup import init_folder
from xlcrm.pipeline.team import settings_of_folder
from xlcrm.pipeline.undoing import undo

OPTIONS = Options(date(2024, 5, 21))
TABLE = "沟通动态记录表"
CONFLICTS, CHANGES, FILES = "冲突处理", "主管修改", "来源文件"
SAME, ANALYSIS, SETTINGS = "疑似同一客户", "效果分析看板", "团队设置.xlsx"
ANSWERS = {True: "同一客户", False: "不是同一客户", None: "待决定"}
CUSTOMERS, FIRMS = "客户.xlsx", [name for likely in LIKELY for name in likely]
LABELS = {"content": "关键内容记录", "satisfaction": "满意度评分", "topic": "沟通主题"}
KNOWN_BY_TOPIC = "报价"
FIRST, SECOND = "主题1", "主题1 (2)"  # two rows of one id, in one file
IDS = {FIRST: "J001", SECOND: "J001", "主题2": "J002", KNOWN_BY_TOPIC: None}
PLAIN = {"客户名称": "星辰科技", "沟通日期": datetime(2024, 5, 13), "沟通方式": "电话"}
MARKS = {"removed": "来源已移除", "edited": "主管修改", "added": "主管新增"}
KINDS = {"主管修改": "edited", "主管新增": "added", "主管删除": "removed"}
NAMES = ("a.xlsx", "b.xlsx", "王芳/c.xlsx", "a (1).xlsx")
START = datetime(2024, 5, 20)

names = st.sampled_from(NAMES)
keys = st.sampled_from([FIRST, FIRST, "主题2", "主题2", KNOWN_BY_TOPIC, KNOWN_BY_TOPIC, SECOND])
VALUES = {
    "content": st.sampled_from("甲乙丙"),
    "satisfaction": st.sampled_from([None, 1, 2, 3]),
    "topic": st.sampled_from(["主题1", "主题2", "样品"]),
}
field_values = st.one_of(*(st.tuples(st.just(name), VALUES[name]) for name in FIELDS))
some = st.integers(0, 11)  # one of however many there are
staff_acts = st.one_of(
    st.tuples(st.just("write"), names, keys, field_values),
    st.tuples(st.just("write"), names, keys, field_values),
    st.tuples(st.just("drop"), names, keys),
    st.tuples(st.just("remove"), names),
    st.tuples(st.just("rename"), names, names),
    st.tuples(st.just("copy"), names, names),
)
lead_acts = st.one_of(
    st.tuples(st.just("type"), keys, field_values),
    st.tuples(st.just("clear"), keys, st.sampled_from(FIELDS)),
    st.tuples(st.just("note"), keys, st.sampled_from(["跟进", "回访", None])),
    st.tuples(st.just("delete"), keys),
    st.tuples(st.just("add"), keys, st.fixed_dictionaries(VALUES)),
    st.tuples(st.just("decide"), some, some),
    st.tuples(st.just("own"), some, st.fixed_dictionaries(VALUES)),
    st.tuples(st.just("undo"), some),
    st.tuples(st.just("answer"), some, st.sampled_from(["是", "否", None])),
)


class Team(RuleBasedStateMachine):
    """A team's folder and the account of it; a clock that every act moves on by a minute."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.home = self.root / "汇总"
        self.master = self.home / "客户沟通汇总.xlsx"
        self.sign = self.home / f".~lock.{self.master.name}#"  # as LibreOffice leaves it
        self.waiting = self.home / "客户沟通汇总_待替换.xlsx"
        self.account, self.clock = Account(), 0
        self.desk = self.account  # where the lead works
        self.folder: dict[str, File] = {}
        self.before: list[tuple[bytes, Account]] = []  # the runs that can be taken back to

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    @initialize(
        acts=st.lists(staff_acts, min_size=1, max_size=6),
        likely=st.sampled_from([None, None, "alone", "with settings"]),
    )
    def begin(self, acts: Sequence[Any], likely: str | None = None) -> None:
        if likely:
            save(workbook_of_firms(), self.root / CUSTOMERS, self._now)
            self.folder[CUSTOMERS] = File({}, saved=0, content=0)
        if likely == "with settings":
            put_settings(self.root)
            self.account.settings = {}
        self.staff([("write", NAMES[0], "主题1", ("content", "甲")), *acts])
        self.merge()

    @rule(acts=st.lists(staff_acts, min_size=1, max_size=4), merges=st.booleans())
    def staff(self, acts: Sequence[Any], *, merges: bool = False) -> None:
        """People work in their files."""
        for kind, *given in acts:
            getattr(self, f"_{kind}")(*given)
        if merges:
            self.merge()

    @precondition(lambda self: self.master.exists())
    @rule(
        acts=st.lists(lead_acts, min_size=1, max_size=4), in_old=st.booleans(), merges=st.booleans()
    )
    def lead(self, acts: Sequence[Any], *, in_old: bool = True, merges: bool = False) -> None:
        """The lead works in the master, or in the one that waits for its place, and saves it."""
        self.clock += 1
        old = self.account.old
        self.desk, path = (self.account, self.waiting) if old else (self.account, self.master)
        if old and in_old:
            self.desk, path = old, self.master
        workbook = load_workbook(path)
        self.desk.sheet.saved = self.clock
        for kind, *given in acts:
            getattr(self, f"_lead_{kind}")(workbook, *given)
        save(workbook, path, self._now)
        if merges:
            self.merge()

    @precondition(lambda self: self.master.exists())
    @rule()
    def open_or_close(self) -> None:
        """The master is opened, so that nothing can replace it, or closed."""
        if self.sign.exists():
            self.sign.unlink()
        else:
            self.sign.touch()

    @precondition(lambda self: self.folder)
    @rule()
    def merge(self) -> None:
        was = self.master.read_bytes() if self.master.exists() else None
        before, run = deepcopy(self.account), run_of(self.master)
        result = merge(self.root, self._options)
        path = result.pending or self.master
        assert result.pending is None or self.sign.exists()
        assert self.waiting.exists() == bool(result.pending)
        written = path.read_bytes()
        if was is not None and was != self.master.read_bytes():
            self.before.append((run, before.old or before))
        now = run_of(self.master)
        self.before = [each for each in self.before if each[0] != now]
        self.account.merge(deepcopy(self.folder), waits=bool(result.pending))
        if result.pending and run_of(path) == now:
            self.account.knows_again()
        self._compare(path, result.document)
        merge(self.root, self._options)
        assert path.read_bytes() == written

    @precondition(lambda self: self.master.exists())
    @rule()
    def lose_state(self) -> None:
        """The state folder is lost, be the master open or one waiting for its place."""
        shutil.rmtree(self.home / ".xlcrm", ignore_errors=True)
        self.account.forget()
        self.before = []

    @precondition(lambda self: self.account.old or (self.before and not self.sign.exists()))
    @rule()
    def take_back(self) -> None:
        undo(self.root, OPTIONS)
        old = self.account.old
        self.account.take_back(old if old else self.before.pop()[1])

    @property
    def _options(self) -> Options:
        return settings_of_folder(self.root, OPTIONS, None)

    @property
    def _now(self) -> datetime:
        return START + timedelta(minutes=self.clock)

    # What people do with their files.

    def _write(self, name: str, key: str, change: tuple[str, Any]) -> None:
        rows = self.folder[name].rows if name in self.folder else {}
        field, value = change
        if key == SECOND and FIRST not in rows:
            key = FIRST
        row = rows.get(key, {"content": "甲", "satisfaction": None, "topic": key})
        if can_change(key, field):
            self._put(name, {**rows, key: {**row, field: value}})

    def _drop(self, name: str, key: str) -> None:
        if name in self.folder and key in self.folder[name].rows:
            rows = {each: row for each, row in self.folder[name].rows.items() if each != key}
            if key == FIRST and SECOND in rows:  # by now it is the first that has the id
                rows = {FIRST if each == SECOND else each: row for each, row in rows.items()}
            self._put(name, rows)

    def _remove(self, name: str) -> None:
        if name in self.folder and len(self.folder) > 1:
            (self.root / name).unlink()
            del self.folder[name]

    def _rename(self, name: str, to: str) -> None:
        if name in self.folder and to not in self.folder:
            self._copy(name, to)
            self._remove(name)

    def _copy(self, name: str, to: str) -> None:
        if name in self.folder and to not in self.folder:
            (self.root / to).parent.mkdir(exist_ok=True)
            shutil.copy2(self.root / name, self.root / to)
            self.folder[to] = deepcopy(self.folder[name])

    def _put(self, name: str, rows: dict[str, Row]) -> None:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        self.clock += 1
        self.folder[name] = File(rows, saved=self.clock, content=self.clock)
        save(workbook_of(rows), path, self._now)
        os.utime(path, (self._now.timestamp(), self._now.timestamp()))

    # What the lead does in the master.

    def _lead_type(self, workbook: Workbook, key: str, change: tuple[str, Any]) -> None:
        sheet, (field, value) = self.desk.sheet, change
        if key not in self.desk.page.lines and not can_change(key, field):
            return  # typed in just now, it is another record by another topic
        if key in sheet.cells and (key, field) not in sheet.decisions:
            sheet.cells[key][field] = value
            cell(workbook[TABLE], key, LABELS[field]).value = value

    def _lead_clear(self, workbook: Workbook, key: str, field: str) -> None:
        self._lead_type(workbook, key, (field, None))

    def _lead_note(self, workbook: Workbook, key: str, note: str | None) -> None:
        sheet = self.desk.sheet
        if key in sheet.cells:
            sheet.notes.pop(key, None)
            sheet.notes |= {key: note} if note else {}
            cell(workbook[TABLE], key, "主管批注").value = note

    def _lead_delete(self, workbook: Workbook, key: str) -> None:
        sheet = self.desk.sheet
        if key in sheet.cells:
            del sheet.cells[key]
            sheet.notes.pop(key, None)
            table = workbook[TABLE]
            table.delete_rows(cell(table, key, "主管批注").row)

    def _lead_add(self, workbook: Workbook, key: str, row: Row) -> None:
        sheet = self.desk.sheet
        line = self.desk.page.lines.get(key)
        if line and not can_change(key, "topic") and line.values["topic"] != key:
            return  # it would be another record than the one that was taken out
        if key == SECOND or (key == FIRST and SECOND in self.desk.page.lines):
            return  # which of the two it would be nobody can say
        if key not in sheet.cells and TABLE in workbook:
            row = {**row, "topic": row["topic"] if can_change(key, "topic") else key}
            sheet.cells[key] = row
            table = workbook[TABLE]
            header = {each.value: each.column for each in table[2]}
            words = {
                "记录ID": IDS[key],
                **PLAIN,
                **{LABELS[name]: value for name, value in row.items()},
            }
            number = table.max_row + 1
            for label, value in words.items():
                table.cell(number, header[label]).value = value

    def _lead_decide(self, workbook: Workbook, which: int, how: int) -> None:
        place = one_of(self.desk.page.disputes, which)
        if place is None or self._is_typed(place):
            return
        count = len(self.desk.page.disputes[place].versions)
        choices = [("take", n) for n in range(1, count + 1)] + [("", None)]
        choices += [("both", None)] if place[1] == "content" else []
        if self._is_decided_blank(place):
            choices.remove(("", None))  # its cells are blank already: nobody can empty them
        choice = choices[how % len(choices)]
        words = {"take": f"采用{choice[1]}", "both": "都保留", "": None}[choice[0]]
        self._decide(workbook, place, choice, words, None)

    def _lead_own(self, workbook: Workbook, which: int, row: Row) -> None:
        place = one_of(self.desk.page.disputes, which)
        if place and place[1] != WHOLE and row[place[1]] is not None and not self._is_typed(place):
            value = row[place[1]]
            self._decide(workbook, place, ("own", value), None, value)

    def _is_decided_blank(self, place: tuple[str, str]) -> bool:
        """Whether a conflict was decided by emptying the cell itself."""
        key, field = place
        page = self.desk.page
        return page.disputes[place].how == "own" and page.lines[key].values[field] is None

    def _is_typed(self, place: tuple[str, str]) -> bool:
        """Whether the lead has typed over the cell itself: what holds then nobody can say."""
        key, field = place
        page, sheet = self.desk.page, self.desk.sheet
        cells = sheet.cells.get(key)
        return cells is None or (field != WHOLE and cells[field] != page.lines[key].values[field])

    def _decide(self, workbook: Workbook, place: Any, choice: Any, decision: Any, own: Any) -> None:
        self.desk.sheet.decisions[place] = choice
        sheet, number = workbook[CONFLICTS], list(self._conflicts(workbook)).index(place) + 3
        header = {each.value: each.column for each in sheet[2]}
        sheet.cell(number, header["决定"]).value = decision
        sheet.cell(number, header["自定值"]).value = own

    def _lead_undo(self, workbook: Workbook, which: int) -> None:
        change = one_of(self.desk.page.changes, which)
        if change:
            self.desk.sheet.undone.add(change)
            sheet, rows = workbook[CHANGES], rows_of(workbook, CHANGES)
            number = next(n for n, row in enumerate(rows, 3) if change_of(row) == change)
            sheet.cell(number, next(c.column for c in sheet[2] if c.value == "撤销")).value = "撤销"

    def _lead_answer(self, workbook: Workbook, which: int, said: str | None) -> None:
        rows = rows_of(workbook, SAME)
        if rows:
            number = which % len(rows)
            header = {each.value: each.column for each in workbook[SAME][2]}
            workbook[SAME].cell(number + 3, header["是否同一客户"]).value = said
            same = {"是": True, "否": False}.get(said or "")
            self.desk.sheet.answers[pair_of(rows[number])] = Answer(same)

    # What the master says.

    def _compare(self, path: Path, document: Any) -> None:
        workbook, page = load_workbook(path, read_only=True), self.account.page
        rows = [row for row in rows_of(workbook, TABLE) if row["客户名称"] not in FIRMS]
        lines = {key_of(row["记录ID"], row["行标识"]): row for row in rows}
        assert len(lines) == len(rows)
        assert lines.keys() == page.lines.keys()
        for key, line in page.lines.items():
            row = lines[key]
            assert row["记录ID"] == IDS[key]
            assert {name: row[label] for name, label in LABELS.items()} == line.values, key
            assert set(row["来源文件"].split("\n")) == line.files
            state = row["校验状态"]
            assert {mark for mark, word in MARKS.items() if word in state} == line.marks
            assert row["主管批注"] == self.account.memory.words.notes.get(key)
        assert self._conflicts(workbook) == {
            place: (
                [said_text(place, value, lead=lead) for value, lead in each.versions],
                each.how is None,
            )
            for place, each in page.disputes.items()
        }
        still_open = {key for (key, _), each in page.disputes.items() if each.how is None}
        assert document["conflicts"] == len(still_open)
        assert {change_of(row) for row in rows_of(workbook, CHANGES)} == page.changes
        files = {row["文件"]: row for row in rows_of(workbook, FILES)}
        assert files.keys() == self.folder.keys()
        for name, row in files.items():
            gone = (row["已撤回的记录"] or "").split("\n")
            said = {text_of(key) for key in self.folder[name].rows}  # the other of two of one id
            withdrawn = map(text_of, self.account.memory.withdrawn.get(name, ()))
            assert {*filter(None, gone)} - said == {*withdrawn} - said
            count = len(FIRMS) if name == CUSTOMERS else len(self.folder[name].rows)
            assert row["读到行数"] == count
        self._compare_customers(workbook)
        workbook.close()

    def _compare_customers(self, workbook: Workbook) -> None:
        """Likely customers are suggested, and one where the lead says so: nothing else is."""
        if CUSTOMERS not in self.folder:
            return
        answers = self.account.memory.words.answers
        known = {pair: each.same for pair, each in answers.items()}
        if self.account.settings is not None:
            known = dict(self.account.settings)
        listed = {pair_of(row): row["状态"] for row in rows_of(workbook, SAME)}
        assert all(any({*pair} <= {*names} for names in LIKELY) for pair in listed)
        assert answers.keys() & known.keys() <= listed.keys()  # of others settings tell
        assert listed == {pair: ANSWERS[known.get(pair)] for pair in listed}
        firms = [row["客户名称"] for row in rows_of(workbook, TABLE) if row["客户名称"] in FIRMS]
        assert sorted(firms) == sorted(FIRMS)
        talks = len(self.account.page.lines) + len(firms)
        customers = number_of(FIRMS, (pair for pair, same in known.items() if same))
        customers += bool(self.account.page.lines)
        rows = workbook[ANALYSIS].iter_rows(values_only=True)
        (figure,) = (row[2] for row in rows if row[1] == "客户月均沟通次数")
        assert round(talks / figure) == customers

    def _conflicts(self, workbook: Workbook) -> dict[tuple[str, str], tuple[list[str], bool]]:
        """The versions of each conflict, and whether it is open."""
        found = {}
        fields = {label: name for name, label in LABELS.items()} | {"整条记录": WHOLE}
        for row in rows_of(workbook, CONFLICTS):
            texts = [text for label, text in row.items() if label.startswith("版本") and text]
            place = (key_of(row["记录"], row["行标识"]), fields[row["字段"]])
            assert place not in found
            found[place] = (texts, row["状态"] == "待决定")
        return found


def workbook_of_firms() -> Workbook:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = TABLE
    sheet.append(["记录ID", *PLAIN, *LABELS.values()])
    for number, firm in enumerate(FIRMS, 101):
        told = {**PLAIN, "客户名称": firm}
        sheet.append([f"J{number}", *told.values(), "甲", None, "样品"])
    return workbook


@cache
def settings() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        init_folder(Path(folder), OPTIONS)
        return (Path(folder) / SETTINGS).read_bytes()


def put_settings(folder: Path) -> None:
    (folder / SETTINGS).write_bytes(settings())


def pair_of(row: dict[str, Any]) -> Pair:
    one, other = sorted((row["客户"], row["疑似同一客户"]))
    return one, other


def workbook_of(rows: dict[str, Row]) -> Workbook:
    """A person's workbook of these records."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = TABLE
    sheet.append(["记录ID", *PLAIN, *LABELS.values()])
    for key, row in rows.items():
        sheet.append([IDS[key], *PLAIN.values(), *(row[name] for name in LABELS)])
    return workbook


def save(workbook: Workbook, path: Path, moment: datetime) -> None:
    """Save a workbook at a moment: openpyxl by itself takes the time of day."""
    workbook.properties.modified = moment
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(workbook, archive).save()


def run_of(path: Path) -> bytes:
    """What tells the run that wrote a master."""
    if not path.exists():
        return b""
    with ZipFile(path) as archive:
        said = archive.read("docProps/custom.xml")
    return re.findall(rb"xlcrm-run.*?lpwstr[^>]*>(.*?)<", said)[0]


def rows_of(workbook: Workbook, name: str) -> list[dict[str, Any]]:
    if name not in workbook.sheetnames:
        return []
    _, header, *rows = workbook[name].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows if any(row)]


def cell(sheet: Worksheet, key: str, label: str) -> Any:
    header = {each.value: each.column for each in sheet[2]}
    numbers = range(3, sheet.max_row + 1)
    found = {
        n: [sheet.cell(n, header[each]).value for each in ("记录ID", "行标识")] for n in numbers
    }
    wanted = {n for n, (said, _) in found.items() if said == IDS[key]}
    second = {n for n in wanted if (found[n][1] or "").split()[:1] == [*second_rows()]}
    (number, *_) = sorted(second if key == SECOND else wanted - second)
    return sheet.cell(number, header[label])


def can_change(key: str, field: str) -> bool:
    return field != "topic" or IDS[key] is not None


def one_of(found: Any, which: int) -> Any:
    ordered = sorted(found)
    return ordered[which % len(ordered)] if ordered else None


def text_of(key: str) -> str:
    return IDS[key] or f"星辰科技 · 2024-05-13 · {key}"


def key_of(text: str | None, row: str) -> str:
    """The key of the record that a text names: of the one without id it is what it says by now; of
    two that share an id the hidden row key tells which."""
    if any(second in row for second in second_rows()):
        return SECOND
    return next((key for key, known in IDS.items() if known and known == text), KNOWN_BY_TOPIC)


@cache
def second_rows() -> frozenset[str]:
    """How a master knows the second row of one id, whatever stands in it."""
    with tempfile.TemporaryDirectory() as folder:
        row = {"content": "甲", "satisfaction": None, "topic": "样品"}
        save(workbook_of({FIRST: row, SECOND: row}), Path(folder) / "a.xlsx", START)
        merge(Path(folder), OPTIONS)
        workbook = load_workbook(Path(folder) / "汇总" / "客户沟通汇总.xlsx")
        _, second = (row["行标识"] for row in rows_of(workbook, TABLE))
        return frozenset({second.split()[0]})


def change_of(row: dict[str, Any]) -> tuple[str, str, str]:
    name = next((name for name, label in LABELS.items() if label == row["字段"]), WHOLE)
    return KINDS[row["类型"]], key_of(row["记录"], row["行标识"]), name


def said_text(place: tuple[str, str], value: Any, *, lead: bool) -> str:
    key, field = place
    if field == WHOLE:
        return "主管删除" if lead else text_of(key)
    return "(空)" if value is None else str(value)
