"""Notes on cells stand where they stood after an upgrade, whoever wrote them, but for our own."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openxml_audit import OpenXmlValidator

from xlcrm.findings import Finding
from xlcrm.layout.marks import NOTE_AUTHOR
from xlcrm.layout.pages import Note
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.upgrades import upgrade
from xlcrm.spec.loader import load_spec
from xlcrm.spec.settings import Settings
from xlcrm.template_workbook import write_workbook

LIST, FORM = "沟通动态记录表", "客户回访沟通记录表"
ODD = 'a_x005F_x0041_b\n=1+1 <b>&"\u200b👍'  # _x0041_, as the format escapes it
TODAY = Options(
    date(2024, 5, 20),
    settings=Settings(
        fields={"communication_log": {"participants": {"state": "dropped"}}},
        order={"communication_log": ["date", "record_id", "customer_id"]},
    ),
)
THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"


def written(path: Path) -> Path:
    spec = load_spec()
    tables = [spec.tables["communication_log"], spec.tables["revisit_record"]]
    talks = [{"record_id": f"J00{n}", "customer_id": "C001", "content": "谈"} for n in (1, 2)]
    visit = {"customer_name": "星辰科技", "topics": ["售后跟进"], "feedback": "好"}
    records: Mapping[str, Any] = {"communication_log": talks, "revisit_record": [visit]}
    created = datetime(2024, 5, 16)
    write_workbook(path, tables, spec, "zh", created=created, records=records)
    return path


def noted(path: Path, notes: Mapping[tuple[str, str], tuple[str, str]]) -> Path:
    """A workbook with notes by sheet, and by what stands in their cells or where those are."""
    book = load_workbook(written(path))
    book.create_sheet("备忘")["B2"] = "周五前"
    for (sheet, where), (text, author) in notes.items():
        cells = (cell for row in book[sheet].iter_rows() for cell in row if cell.value == where)
        cell = next(cells, None) or book[sheet][where]
        cell.comment = Comment(text, author)
    book.save(path)
    return path


def one(path: Path) -> tuple[Path, list[Finding]]:
    result = upgrade([path], None, TODAY, None)
    assert result.files[0].workbook
    return result.files[0].workbook, result.findings


def notes_in(path: Path) -> dict[tuple[str, Any], tuple[str, str]]:
    """The notes of a workbook as above; those among what was left over by where they stood."""
    found = {}
    for sheet in load_workbook(path):
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.comment):
            place = (sheet.title, cell.value or cell.coordinate)
            if sheet.title == "表外内容":
                assert cell.column_letter == "C"
                place = (f"表外:{sheet.cell(cell.row, 1).value}", sheet.cell(cell.row, 2).value)
            author = "" if cell.comment.author == "None" else cell.comment.author
            found[place] = (cell.comment.text, author)
    return found


def same(found: Mapping[Any, tuple[str, str]], given: Mapping[Any, tuple[str, str]]) -> bool:
    """Whether notes are those given; LibreOffice drops all of their authors."""
    is_signed = any(author for _, author in found.values())
    return found == {
        at: (text, author if is_signed else "") for at, (text, author) in given.items()
    }


def test_notes_stay_on_their_cells(tmp_path: Path, saved: Any) -> None:
    given = {
        (LIST, "谈"): ("请核对", "主管"),
        (LIST, "客户ID"): ("编号看客户表", "李娜"),
        (FORM, "星辰科技"): ("改名了吗", "主管"),
        (FORM, "☑"): ("多选", "主管"),
        ("备忘", "周五前"): (ODD, "李娜 <x>"),
        ("备忘", "D5"): ("空格上的", "李娜"),
    }
    left = {
        (LIST, "C30"): ("这里别填", "李娜"),
        (FORM, "R9"): ("表外一句", "王"),
        ("填写说明", "A1"): ("说明写得好", "李娜"),
    }
    path = saved(noted(tmp_path / "a.xlsx", {**given, **left, (LIST, "E4"): ("少一个人", "王")}))
    new, findings = one(path)
    assert findings == []
    dropped = next(c for c in load_workbook(new)[LIST][3] if c.value == "参与人员")
    expected = {
        **given,
        **{(f"表外:{sheet}", where): note for (sheet, where), note in left.items()},
        (LIST, f"{dropped.column_letter}4"): ("少一个人", "王"),
    }
    assert same(notes_in(new), expected)
    assert not OpenXmlValidator().validate(str(new)).errors
    again, findings = one(new)
    assert findings == [] and notes_in(again) == notes_in(new)


def test_our_own_notes_are_not_carried(tmp_path: Path, saved: Any) -> None:
    ours, theirs = Note("").with_ours("客户ID 不存在"), Note("请核对", "主管")
    both = theirs.with_ours("不在列表中")
    assert (ours.author, both.author) == (NOTE_AUTHOR, "主管")
    path = noted(tmp_path / "a.xlsx", {(LIST, "谈"): ours, (FORM, "好"): both})
    new, findings = one(saved(path))
    assert findings == [] and same(notes_in(new), {(FORM, "好"): theirs})
    assert not Note("不在列表中", NOTE_AUTHOR).without_ours().text


def with_parts(path: Path, parts: Mapping[str, str]) -> Path:
    """The workbook with some parts more, or with other ones."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content |= {name: text.encode() for name, text in parts.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def test_a_thread_of_comments_is_one_note(tmp_path: Path) -> None:
    stand_in = ("[Threaded comment]\n\nYour version of Excel ...\n\nComment:\n    价格?", "tc={1}")
    path = noted(tmp_path / "a.xlsx", {("备忘", "周五前"): stand_in})
    new, _ = one(path)  # saved by a program that knows of no threads: the text is all there is
    assert notes_in(new) == {("备忘", "周五前"): (stand_in[0], "")}
    rels = "xl/worksheets/_rels/sheet5.xml.rels"
    kind = "http://schemas.microsoft.com/office/2017/10/relationships"
    thread, person = (
        f'<Relationship Id="r{n}" Type="{kind}/{each}" Target="/xl/{each}.xml"/></Relationships>'
        for n, each in enumerate(("threadedComment", "person"), 90)
    )
    replies = (("{1}", "价格?"), ("{2}", "95 折"), ("{1}", "好 & 定"))
    path = with_parts(
        path,
        {
            rels: part(path, rels).replace("</Relationships>", thread),
            "xl/_rels/workbook.xml.rels": part(path, "xl/_rels/workbook.xml.rels").replace(
                "</Relationships>", person
            ),
            "xl/person.xml": f'<personList xmlns="{THREADS}">'
            '<person displayName="主管" id="{1}"/><person displayName="李娜" id="{2}"/>'
            "</personList>",
            "xl/threadedComment.xml": f'<ThreadedComments xmlns="{THREADS}">'
            + "".join(
                f'<threadedComment ref="B2" personId="{who}" id="{{{n}}}"><text>{text}</text>'
                "</threadedComment>".replace("&", "&amp;")
                for n, (who, text) in enumerate(replies)
            )
            + "</ThreadedComments>",
        },
    )
    new, findings = one(path)
    assert findings == []
    assert notes_in(new) == {("备忘", "周五前"): ("价格?\n李娜: 95 折\n主管: 好 & 定", "主管")}


@pytest.mark.parametrize("what", ["broken", "huge", "nowhere"])
def test_notes_that_cannot_be_read_are_named(tmp_path: Path, what: str) -> None:
    path = noted(tmp_path / "a.xlsx", {("备忘", "周五前"): ("请核对", "主管")})
    xml = part(path, "xl/comments/comment1.xml")
    changed = {
        "broken": xml[:-20],
        "huge": xml.replace("请核对", "字" * 6_000_000),
        "nowhere": xml.replace('"B2"', '"ZZZ9999999"'),
    }
    new, findings = one(with_parts(path, {"xl/comments/comment1.xml": changed[what]}))
    assert [(each.code, each.parameters["detail"]) for each in findings] == [
        ("not-carried", "comments")
    ]
    assert load_workbook(new)["备忘"]["B2"].value == "周五前" and not notes_in(new)


def test_a_note_longer_than_notes_can_be_is_named(tmp_path: Path) -> None:
    path = noted(tmp_path / "a.xlsx", {("备忘", "周五前"): ("👍" * 20_000, "主管")})
    new, findings = one(path)
    assert [each.parameters["detail"] for each in findings] == ["comments"]
    assert notes_in(new)["备忘", "周五前"][0] == "👍" * (32_767 // 2)


def test_another_format_says_what_it_does_not_tell(tmp_path: Path) -> None:
    retyped = Path(__file__).parents[1] / "filled_workbook" / "files" / "retyped.xlsb"
    path = tmp_path / "a.xlsb"
    path.write_bytes(retyped.read_bytes())
    new, findings = one(path)
    assert new.name == "a_新模板.xlsx"
    assert [each.parameters["detail"] for each in findings] == ["format"]


def test_a_csv_file_has_nothing_beside_its_cells(tmp_path: Path) -> None:
    path = tmp_path / f"{LIST}.csv"
    path.write_text(
        "记录ID,客户ID,沟通日期,关键内容记录\nJ001,C001,2024-05-13,谈\n", encoding="gb18030"
    )
    new, findings = one(path)
    assert findings == [] and load_workbook(new)[LIST]["A4"].value is not None
