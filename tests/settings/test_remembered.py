"""What the lead answers on customers who may be one is in the settings from the next merge on."""

from __future__ import annotations

import itertools
import json
import shutil
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openxml_audit import OpenXmlValidator

from xlcrm.filled_workbook.cell_setting import UnfitError, with_cells

BASE, LOG = "客户基础信息库", "沟通动态记录表"
LIST, ALIASES = "疑似同一客户", "客户别名"
TALK = {"沟通日期": date(2024, 5, 14), "沟通方式": "电话", "关键内容记录": "谈价格"}
NAMES = ("星辰科技有限公司", "星辰科技", "月亮贸易有限公司", "月亮贸易")
STAR, MOON = ("C002", "C001"), ("C004", "C003")


@pytest.fixture(scope="module")
def kept_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept") / "团队"


@pytest.fixture
def folder(team: Any, kept_folder: Path) -> Any:
    """A merged folder in which two pairs of customers may be one; made once, then copied."""
    if kept_folder.exists():
        shutil.copytree(kept_folder, team.root, dirs_exist_ok=True)
        return team
    book = team.blank("张伟.xlsx")
    for n, name in enumerate(NAMES, 1):
        book.add(BASE, {"客户ID": f"C00{n}", "客户名称": name, "客户类型": "意向客户"})
    book.save()
    merge(team)
    shutil.copytree(team.root, kept_folder)
    return team


def merge(team: Any, *options: str) -> Any:
    ran = team.run("merge", team.root, "--lang", "zh", *options)
    assert ran.code == 0, ran.err
    return ran


def master(team: Any) -> Path:
    return Path(team.root / "汇总" / "客户沟通汇总.xlsx")


def answer(team: Any, **answers: str | None) -> None:
    """Let the lead answer, by the customer who may be another."""

    def edit(workbook: Workbook) -> None:
        _, header, *rows = workbook[LIST].iter_rows()
        at = [cell.value for cell in header]
        for row in rows:
            other = str(row[at.index("疑似同一客户")].value).split()[0]
            if other in answers:
                row[at.index("是否同一客户")].value = answers[other]

    workbook = load_workbook(master(team))
    edit(workbook)
    workbook.save(master(team))


def kept(team: Any) -> dict[tuple[str, str], str | None]:
    """What the settings hold of customers."""
    rows = team.settings.rows(ALIASES)
    return {(row["别名或客户ID"], row["归为"]): row["是否同一客户"] for row in rows}


def states(team: Any) -> dict[str, str]:
    """What the master says of each pair."""
    _, header, *rows = load_workbook(master(team), read_only=True)[LIST].iter_rows(values_only=True)
    listed: Any = (dict(zip(header, row, strict=True)) for row in rows)
    return {row["疑似同一客户"].split()[0]: row["状态"] for row in listed}


def parts(path: Path) -> dict[str, bytes]:
    """The parts of an archive as they lie there, packed, with their headers."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        entries = archive.infolist()
        starts = [*sorted(each.header_offset for each in entries), archive.start_dir]
    ends = dict(itertools.pairwise(starts))
    return {e.filename: data[e.header_offset : ends[e.header_offset]] for e in entries}


def test_yes_and_no_stand_in_the_settings_and_are_written_once(folder: Any) -> None:
    answer(folder, C002="是", C004="否")
    assert "2 对客户的判断已写进" in merge(folder).err
    assert kept(folder) == {STAR: "是", MOON: "否"}
    assert states(folder) == {"C002": "同一客户", "C004": "不是同一客户"}
    settings, before = folder.settings.path.read_bytes(), master(folder).read_bytes()
    again = merge(folder)
    assert again.out.startswith("没有变化") and again.err == ""
    assert (folder.settings.path.read_bytes(), master(folder).read_bytes()) == (settings, before)


def test_programs_are_told_what_became_of_answers_and_of_what_was_known(folder: Any) -> None:
    answer(folder, C002="是")
    told = json.loads(merge(folder, "--format", "json").out)
    assert (told["decisions"], told["forgot"]) == ({"written": 1, "reason": None}, False)
    shutil.rmtree(folder.root / "汇总" / ".xlcrm")
    told = json.loads(merge(folder, "--format", "json").out)
    assert (told["decisions"], told["forgot"], told["unsure"]) == (None, True, [])


def test_only_the_sheet_of_aliases_changes(folder: Any) -> None:
    path = folder.settings.path
    team_row = {"别名或客户ID": "老王", "归为": "王记"}
    folder.edit((ALIASES, team_row))  # saved by openpyxl, as another program lays it out
    before, sheets = parts(path), load_workbook(path)
    answer(folder, C002="是")
    merge(folder)
    after = parts(path)
    (changed,) = (name for name in before if before[name] != after[name])
    assert list(before) == list(after) and changed.startswith("xl/worksheets/sheet")
    now = load_workbook(path)
    for sheet in sheets:
        page, validations = now[sheet.title], sheet.data_validations.dataValidation
        assert [v.sqref for v in page.data_validations.dataValidation] == [
            v.sqref for v in validations
        ]
        cells = ((cell, page[cell.coordinate]) for row in sheet.iter_rows() for cell in row)
        assert all(
            (one.value, one.style_id) == (two.value, two.style_id)
            for one, two in cells
            if sheet.title != ALIASES or one.row <= 4
        )
    added = now[ALIASES][5]
    assert [cell.value for cell in added[:3]] == ["C002", "C001", "是"]
    columns = (now[ALIASES].column_dimensions["A"], *added[:3])
    assert len({each.style_id for each in columns}) == 1
    assert now[ALIASES].dimensions.endswith("5")


def test_styled_blank_rows_are_filled_and_filled_ones_left(folder: Any) -> None:
    book = folder.settings
    page = book.book[ALIASES]
    page["D4"] = "备注"  # a person's own words: the row is not free
    page["A5"].number_format = "@"
    page.row_dimensions[6].hidden = True
    book.save()
    style = load_workbook(book.path)[ALIASES]["A5"].style_id
    answer(folder, C002="是", C004="是")
    merge(folder)
    page = folder.settings.book[ALIASES]
    assert [page.cell(row, 1).value for row in range(4, 8)] == [None, "C002", None, "C004"]
    assert page["A5"].style_id == style


def test_a_row_taken_out_takes_the_decision_back_even_without_the_state(folder: Any) -> None:
    answer(folder, C002="是", C004="否")
    merge(folder)
    for gone in ("C002", "C004"):
        book = folder.settings
        rows = {page_row[0].value: page_row[0].row for page_row in book.book[ALIASES].iter_rows()}
        book.book[ALIASES].delete_rows(rows[gone])
        book.save()
        if gone == "C004":
            shutil.rmtree(master(folder).parent / ".xlcrm")
        preview = folder.run("merge", folder.root, "--dry-run")
        assert preview.code == 0
        merge(folder)
        assert states(folder)[gone] == "待决定"
        assert gone not in {alias for alias, _ in kept(folder)}


def test_a_changed_answer_changes_the_row_and_a_changed_row_the_answer(folder: Any) -> None:
    answer(folder, C002="是", C004="否")
    merge(folder)
    answer(folder, C002="否", C004=None)
    merge(folder)
    assert kept(folder) == {STAR: "否"}
    assert states(folder) == {"C004": "待决定", "C002": "不是同一客户"}
    folder.edit((ALIASES, {"别名或客户ID": "C002"}, {"是否同一客户": None}))
    merge(folder)
    assert states(folder)["C002"] == "同一客户"


@pytest.mark.parametrize("hindrance", ["open", "open in LibreOffice", "read-only", "no sheet"])
def test_settings_that_cant_be_written_to_stay_and_it_is_tried_again(
    folder: Any, hindrance: str
) -> None:
    path, sign = folder.settings.path, None
    if hindrance.startswith("open"):
        name = "~$团队设置.xlsx" if hindrance == "open" else ".~lock.团队设置.xlsx#"
        (sign := folder.root / name).touch()
    elif hindrance == "read-only":
        path.chmod(0o444)
    else:
        book = folder.settings
        del book.book[ALIASES]
        book.save()
        merge(folder)
    settings = path.read_bytes()
    answer(folder, C002="是")
    for _ in range(2):
        told = merge(folder).err
        assert len(told.splitlines()) == 1 and "团队设置.xlsx" in told
        assert path.read_bytes() == settings
        assert states(folder)["C002"] == "同一客户"
    if hindrance == "no sheet":
        return
    sign.unlink() if sign else path.chmod(0o644)
    merge(folder)
    assert kept(folder) == {STAR: "是"}
    backups = list((master(folder).parent / ".xlcrm" / "settings").iterdir())
    assert [each.read_bytes() for each in backups] == [settings]


def test_settings_saved_while_the_merge_runs_are_not_replaced(
    folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xlcrm.pipeline import settings_writing

    answer(folder, C002="是")
    keep = settings_writing._keep

    def meanwhile(*given: Any) -> None:
        keep(*given)
        folder.edit((ALIASES, {"别名或客户ID": "老王", "归为": "王记"}))

    monkeypatch.setattr(settings_writing, "_keep", meanwhile)
    assert "刚刚被改过" in merge(folder).err
    assert kept(folder) == {("老王", "王记"): None}
    assert [each.name for each in folder.root.iterdir() if each.name.endswith(".part")] == []
    monkeypatch.undo()


def test_an_older_sheet_takes_yes_alone_and_rows_that_say_otherwise_stay(folder: Any) -> None:
    book = folder.settings
    book.book[ALIASES].delete_cols(3)
    book.save()
    answer(folder, C002="是", C004="否")
    told = merge(folder).err.splitlines()
    assert "1 对客户的判断已写进" in told[0] and "装不下" in told[1]
    assert [(row["别名或客户ID"], row["归为"]) for row in folder.settings.rows(ALIASES)] == [STAR]
    assert states(folder)["C004"] == "不是同一客户"


def test_a_decision_on_what_leads_elsewhere_by_now_gives_no_alias_two_ends(folder: Any) -> None:
    sign = folder.root / "~$团队设置.xlsx"
    sign.touch()
    answer(folder, C002="是")
    merge(folder)
    sign.unlink()
    folder.edit((ALIASES, {"别名或客户ID": "C002", "归为": "C003"}))
    merge(folder)
    assert kept(folder) == {("C002", "C003"): None, ("C003", "C001"): "是"}
    assert merge(folder).out.startswith("没有变化")


def test_a_preview_and_a_master_with_a_password_write_no_settings(folder: Any) -> None:
    settings = folder.settings.path.read_bytes()
    answer(folder, C002="是")
    assert folder.run("merge", folder.root, "--dry-run").code == 0
    assert folder.settings.path.read_bytes() == settings
    password = folder.root.parent / "password.txt"
    password.write_text("秘密", encoding="utf-8")
    merge(folder, "--encrypt", "--password-file", str(password))
    assert folder.settings.path.read_bytes() == settings


def test_undo_takes_back_the_merge_and_not_the_decision(folder: Any) -> None:
    answer(folder, C002="是")
    merge(folder)
    settings = folder.settings.path.read_bytes()
    merge(folder, "--undo")
    merge(folder)
    assert folder.settings.path.read_bytes() == settings
    assert states(folder)["C002"] == "同一客户"


def test_without_settings_master_and_state_keep_the_answer(folder: Any) -> None:
    answer(folder, C002="是")
    merge(folder)
    folder.settings.path.unlink()
    merge(folder)
    assert states(folder)["C002"] == "同一客户"


def test_a_text_that_looks_like_a_formula_or_markup_is_a_text(folder: Any) -> None:
    book = folder.blank("李娜.xlsx", LOG)
    for n, name in enumerate(("=海河&<b>有限公司", "=海河&<b>"), 1):
        where = book.add(LOG, {**TALK, "记录ID": f"J00{n}", "客户名称": name})
        book.book[LOG][where[-1]].data_type = "s"
    book.save()
    merge(folder)
    answer(folder, **{"=海河&<b>": "是"})
    merge(folder)
    assert kept(folder) == {("=海河&<b>", "=海河&<b>有限公司"): "是"}
    assert {cell.data_type for cell in folder.settings.book[ALIASES][4][:2]} == {"s"}


SHEET = (
    b'<x:worksheet xmlns:x="m"><x:dimension ref="A1"/><x:cols><x:col min="2" max="3" style="7"/>'
    b'</x:cols><x:sheetData><x:row r="1" spans="1:1"><x:c r="A1" s="3"><x:v>1</x:v></x:c></x:row>'
    b'<x:row r="3" s="5" customFormat="1"/></x:sheetData></x:worksheet>'
)


@pytest.mark.parametrize(
    ("row", "made"),
    [
        (0, b'<x:row r="1"><x:c r="A1" s="3" t="inlineStr"><x:is><x:t>a&amp;b</x:t></x:is></x:c>'
            b'<x:c r="C1" s="7"/></x:row>'),
        (1, b'<x:row r="2"><x:c r="A2" t="inlineStr"><x:is><x:t>a&amp;b</x:t></x:is></x:c>'
            b'<x:c r="C2" s="7"/></x:row><x:row r="3"'),
        (2, b'<x:row r="3" s="5" customFormat="1"><x:c r="A3" s="5" t="inlineStr">'),
        (3, b'<x:row r="4"><x:c r="A4"'),
    ],
)  # fmt: skip
def test_cells_are_put_where_they_belong(row: int, made: bytes) -> None:
    found = with_cells(SHEET, row, {0: "a&b", 2: ""})
    assert made in found and b'ref="A1:C%d"' % (row + 1) in found
    rest = found.replace(made, b"")
    assert rest.startswith(SHEET[: SHEET.index(b"<x:dimension")])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="A1" ', b""),
        (b'r="3" ', b'r="1" '),
        (b"<x:cols>", b"<!-- --><x:cols>"),
        (b"</x:sheetData>", b"</x:sheetData><x:tableParts/>"),
        (b'ref="A1"', b'ref="?"'),
        (b"<x:v>1</x:v>", b"<x:v>1<2</x:v>"),
    ],
)
def test_a_sheet_written_otherwise_is_not_touched(old: bytes, new: bytes) -> None:
    assert SHEET.count(old) == 1
    with pytest.raises(UnfitError):
        with_cells(SHEET.replace(old, new), 1, {0: "a"})


@pytest.mark.parametrize("saved_by_it", [False, True])
def test_libreoffice_reads_the_row_and_the_validator_nothing_wrong(
    folder: Any, soffice: Any, saved_by_it: bool
) -> None:
    if saved_by_it:
        shutil.copy(soffice.convert(folder.settings.path, "xlsx"), folder.settings.path)
        merge(folder)
    found = OpenXmlValidator().validate(str(folder.settings.path)).errors
    answer(folder, C002="是", C004="否")
    merge(folder)
    assert len(OpenXmlValidator().validate(str(folder.settings.path)).errors) == len(found)
    page = load_workbook(soffice.convert(folder.settings.path, "xlsx"))[ALIASES]
    rows = [[cell.value for cell in row[:3]] for row in page.iter_rows(min_row=4, max_row=5)]
    assert rows == [[*STAR, "是"], [*MOON, "否"]]
