"""``merge --audience team``: a copy for the team in which nothing stands that is not for it."""

from __future__ import annotations

import html
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from xlcrm.leaks import Texts
from xlcrm.pipeline import audiences

AS_OF = ("--as-of", "2024-05-20")
TEAM = ("--audience", "team", *AS_OF)
HOME = Path("团队/汇总")
LEAD, COPY = HOME / "客户沟通汇总.xlsx", HOME / "客户沟通汇总_团队.xlsx"
PHONE, MAIL, CARD = "13912345678", "li.na@example.com", "62220200000000000"
FIRM, SHORT = "海岳重工集团有限公司", "海岳重工"
PERSON, WRITTEN = "王小芳", "诸葛明远"
SECRETS = [PHONE, "139 1234 5678", MAIL, FIRM, SHORT, PERSON, WRITTEN, "并购谈判进入尽调阶段"]


def talk(number: int, **changes: Any) -> dict[str, Any]:
    values = {"record_id": f"J{number:03d}", "customer_name": "云帆教育", "date": "2024-05-14"}
    return {**values, "channel": "电话", "content": f"第{number}次沟通", **changes}


@pytest.fixture
def private(folder: Any) -> Any:
    """A folder with everything in it that is not for the team."""
    base = {"customer_type": "意向客户", "contact": "*经理", "contact_info": "138****5678"}
    folder.put(
        f"刘洋/{SHORT}.xlsx",
        {
            "customer_base": [
                {"customer_id": "C001", "customer_name": "云帆教育", **base},
                {"customer_id": "C002", "customer_name": FIRM, **base, "confidentiality": "保密"},
                {"customer_id": "C003", "customer_name": "林记", **base, "contact": PERSON},
                {
                    "customer_id": "C004",
                    "customer_name": "远山",
                    **base,
                    "contact_info": PHONE,
                    "notes": f"找{PERSON},{MAIL}",
                },
            ],
            "communication_log": [
                talk(101, content=f"电话139 1234 5678,{WRITTEN}接听"),
                talk(102, content="并购谈判进入尽调阶段", confidentiality="保密"),
                talk(103, customer_name=FIRM, content=f"{SHORT}要报价,{PERSON}转达"),
            ],
            "multichannel_record": [
                {"contact": WRITTEN, "customer_name": "云帆教育", "time": "2024-05-15T10:00"}
            ],
        },
    )
    return folder


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as package:
        return {name: html.unescape(package.read(name).decode()) for name in package.namelist()}


def rows(label: str, path: Path = COPY) -> list[dict[str, Any]]:
    _, header, *below = load_workbook(path, read_only=True)[label].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in below]


def test_nothing_private_stands_in_any_part_of_it(private: Any, run: Any) -> None:
    run("merge", "团队", *AS_OF)
    lead = "".join(parts(LEAD).values())
    assert all(text in lead for text in SECRETS)
    ran = run("merge", "团队", *TEAM)
    assert (ran.code, ran.err) == (0, "") and str(COPY) in ran.out
    titles = [load_workbook(path)["首页"]["B2"].value for path in (LEAD, COPY)]
    assert titles == ["客户沟通汇总", "客户沟通汇总(团队版，仅供查看)"]
    for name, part in parts(COPY).items():
        assert not [text for text in SECRETS if text in part], name


def test_what_may_be_told_is_told(private: Any, run: Any) -> None:
    run("merge", "团队", *TEAM)
    talks = {row["记录ID"]: row for row in rows("沟通动态记录表")}
    assert sorted(talks) == ["J001", "J101", "J103"]
    assert talks["J103"]["客户名称"] == "C002"
    assert talks["J103"]["关键内容记录"] == "C002要报价,王**转达"
    assert talks["J101"]["关键内容记录"] == "电话139 **** 5678,诸葛**接听"
    customers = {row["客户ID"]: row for row in rows("客户基础信息库")}
    assert sorted(customers) == ["C001", "C003", "C004"]
    assert [row["联系人"] for row in customers.values()] == ["*经理", "王**", "*经理"]
    assert customers["C001"]["联系方式"] == "138****5678"
    assert customers["C004"]["联系方式"] == "139****5678"
    assert {row["来源文件"] for row in customers.values()} == {"刘洋/C002.xlsx"}
    told = {row["代码"]: row for row in rows("校验结果")}
    assert told["private-phone"]["填写的值"] == "…" and not told["private-phone"]["建议"]
    assert told["unmasked-name"]["填写的值"] == "…"


def test_the_leads_master_and_state_stay_as_they_are(private: Any, run: Any) -> None:
    run("merge", "团队", *TEAM)
    assert [path.name for path in HOME.iterdir() if path.is_file()] == [COPY.name]
    assert [path.name for path in (HOME / ".xlcrm").rglob("*")] in ([], ["lock"])
    run("merge", "团队", *AS_OF)
    private.put("李娜.xlsx", {"communication_log": [talk(9)]})
    before = {
        path: path.read_bytes() for path in HOME.rglob("*") if path != COPY and path.is_file()
    }
    copy = COPY.read_bytes()
    run("merge", "团队", *TEAM)
    assert {path: path.read_bytes() for path in before} == before
    assert COPY.read_bytes() != copy
    copy = COPY.read_bytes()
    assert "Nothing has changed" in run("merge", "团队", *TEAM).out
    assert COPY.read_bytes() == copy


def test_neither_takes_the_others_place(private: Any, run: Any) -> None:
    run("merge", "团队", *AS_OF)
    run("merge", "团队", *TEAM)
    before = {path: path.read_bytes() for path in (LEAD, COPY)}
    for arguments in (["-o", LEAD, *TEAM], ["-o", COPY, *AS_OF]):
        ran = run("merge", "团队", *arguments)
        assert (ran.code, ran.out) == (2, "") and "choose another output" in ran.err
    assert {path: path.read_bytes() for path in before} == before
    assert run("merge", "团队", "-o", "发布/团队.xlsx", *TEAM).code == 0
    assert rows("沟通动态记录表", Path("发布/团队.xlsx")) == rows("沟通动态记录表")


def test_what_somebody_typed_in_it_is_kept_and_said(private: Any, run: Any) -> None:
    run("merge", "团队", *TEAM)
    book = load_workbook(COPY)
    book["沟通动态记录表"]["G3"] = "我改的"
    book.save(COPY)
    edited = COPY.read_bytes()
    ran = run("merge", "团队", *TEAM)
    kept = HOME / "客户沟通汇总_团队_改动.xlsx"
    assert ran.code == 0 and str(kept) in ran.err and "not merged" in ran.err
    assert kept.read_bytes() == edited
    assert "我改的" not in "".join(parts(COPY).values())


def test_the_leads_notes_are_there_masked(private: Any, run: Any) -> None:
    run("merge", "团队", *AS_OF)
    book = load_workbook(LEAD)
    sheet = book["沟通动态记录表"]
    column = [cell.value for cell in sheet[2]].index("主管批注") + 1
    sheet.cell(3, column, f"请{PERSON}回电 {PHONE}")
    book.save(LEAD)
    run("merge", "团队", *TEAM)
    assert [row["主管批注"] for row in rows("沟通动态记录表")][:1] == ["请王**回电 139****5678"]


@pytest.mark.parametrize(
    ("broken", "instead"),
    [("_view", lambda picture, *_: picture), ("cleared", lambda data, _: data)],
)
def test_a_leak_stops_it(
    private: Any, run: Any, monkeypatch: Any, broken: str, instead: Any
) -> None:
    """Whatever of the masking fails, what is private does not get out."""
    run("merge", "团队", *TEAM)
    before = COPY.read_bytes()
    private.put("李娜.xlsx", {"communication_log": [talk(8, content=f"请联系{PHONE}")]})
    monkeypatch.setattr(audiences, broken, instead)
    ran = run("merge", "团队", *TEAM)
    assert (ran.code, ran.out) == (2, "") and "(xl/sharedStrings.xml)" in ran.err
    assert not [text for text in SECRETS if text in ran.err]
    assert COPY.read_bytes() == before


@pytest.mark.parametrize("where", ["title", "comment", "footer", "sheet", "name"])
def test_a_leak_is_found_wherever_it_stands(
    private: Any, run: Any, monkeypatch: Any, where: str
) -> None:
    write = audiences.write_master

    def leaking(target: Any, *given: Any) -> None:
        write(target, *given)
        book = load_workbook(target)
        sheet = book.worksheets[1]
        if where == "title":
            book.properties.title = FIRM
        elif where == "comment":
            sheet["A3"].comment = Comment(PHONE, "x")
        elif where == "name":
            named = DefinedName("seen", attr_text="$A$1", comment=PERSON)
            book.defined_names["seen"] = named
        elif where == "footer":
            sheet.oddFooter.left.text = f"& {PERSON}"
        else:
            sheet.title = SHORT
        target.seek(0)
        target.truncate()
        book.save(target)

    monkeypatch.setattr(audiences, "write_master", leaking)
    ran = run("merge", "团队", *TEAM)
    assert (ran.code, ran.out) == (2, "") and ".xml" in ran.err and not COPY.exists()
    assert not [text for text in SECRETS if text in ran.err]


def test_words_of_ours_and_of_others_are_no_leak(folder: Any, run: Any) -> None:
    """What a confidential row says may stand elsewhere all the same: on any sheet, in a name."""
    said = [
        "客户沟通记录表",
        "校验结果",
        "平均响应时长(小时)",
        "季度续约洽谈",
        "云帆教育季度回顾",
        "2024年5月14日",
    ]
    hidden = [talk(20 + n, content=text, confidentiality="保密") for n, text in enumerate(said)]
    public = [talk(40, content="云帆教育季度回顾,顺利")]
    folder.put("季度续约洽谈.xlsx", {"communication_log": [*hidden, *public]})
    assert run("merge", "团队", *TEAM).code == 0
    assert sorted(row["记录ID"] for row in rows("沟通动态记录表")) == ["J001", "J040"]


def test_a_name_that_may_be_any_word_is_masked_as_a_contact_alone(folder: Any, run: Any) -> None:
    base = {"customer_type": "意向客户", "contact_info": "wx_fang_2024"}
    names = ["Min", "Row", "Mary Smith", "王芳芳(采购部)", "李总", "高级", "张伟"]
    rows_of = [
        {"customer_id": f"C00{n}", "customer_name": f"客户{n}", **base, "contact": name}
        for n, name in enumerate(names)
    ]
    text = "Min row,Mary Smith和王芳芳说:高级版本,微信wx_fang_2024"
    folder.put("客户.xlsx", {"customer_base": rows_of})
    folder.put("记录.xlsx", {"communication_log": [talk(1, content=text, owner="张伟")]})
    assert run("merge", "团队", *TEAM).code == 0
    shown = [row["联系人"] for row in rows("客户基础信息库")]
    assert shown == ["M***", "R***", "M***", "王**(采购部)", "李总", "高*", "张*"]
    assert {row["联系方式"] for row in rows("客户基础信息库")} == {"wx***"}
    (told,) = (row for row in rows("沟通动态记录表") if row["记录ID"] == "J001" and row["负责人"])
    assert told["关键内容记录"] == "Min row,M***和王**说:高*版本,微信wx***"
    assert told["负责人"] == "张伟"


@pytest.mark.parametrize("typed", ["2024-05-14", "05-14", "2024-05", "10:00", "J0000102"])
def test_a_date_or_an_id_in_a_column_of_contacts_is_masked_there_alone(
    folder: Any, run: Any, typed: str
) -> None:
    """As it stands where a row was pasted a column too far."""
    shifted = {"customer_id": "C001", "customer_name": "云帆教育", "contact": typed}
    folder.put(
        "刘洋.xlsx",
        {
            "customer_base": [{**shifted, "contact_info": typed}],
            "communication_log": [talk(102, record_id="J0000102", content=f"改到{typed}")],
            "multichannel_record": [{"customer_name": "云帆教育", "time": "2024-05-15T10:00"}],
        },
    )
    ran = run("merge", "团队", *TEAM)
    assert (ran.code, ran.err) == (0, "")
    customer, said = rows("客户基础信息库")[0], rows("沟通动态记录表")[0]
    assert customer["联系人"].endswith("***") and customer["联系方式"].endswith("***")
    assert said["记录ID"] == "J0000102" and said["沟通日期"] == datetime(2024, 5, 14)
    assert said["关键内容记录"] == f"改到{typed}"
    (form,) = rows("客户多渠道沟通记录表")
    assert form["沟通时间"] == "2024-05-15 10:00"


def test_it_has_the_leads_password_only_where_that_is_asked_for(private: Any, run: Any) -> None:
    Path("密码.txt").write_text("秘密\n", encoding="utf-8")
    secret = ("--password-file", "密码.txt")
    run("merge", "团队", "--encrypt", *secret, *AS_OF)
    ran = run("merge", "团队", *TEAM)
    assert ran.code == 2 and "password" in ran.err and not COPY.exists()
    assert run("merge", "团队", *secret, *TEAM).code == 0
    assert zipfile.is_zipfile(COPY) and not zipfile.is_zipfile(LEAD)
    assert run("merge", "团队", "--encrypt", *secret, *TEAM).code == 0
    assert not zipfile.is_zipfile(COPY)


def test_one_that_is_open_waits_beside_it(private: Any, run: Any, monkeypatch: Any) -> None:
    run("merge", "团队", *TEAM)
    private.put("李娜.xlsx", {"communication_log": [talk(8)]})
    replace = Path.replace

    def in_use(self: Path, target: Path) -> Path:
        if Path(target).name == COPY.name:
            raise PermissionError(13, "in use", str(target))
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", in_use)
        ran = run("merge", "团队", *TEAM)
    waiting = HOME / "客户沟通汇总_团队_待替换.xlsx"
    assert ran.code == 4 and str(waiting) in ran.err and waiting.exists()
    assert run("merge", "团队", *TEAM).code == 0 and not waiting.exists()


def test_many_texts_are_found_at_once() -> None:
    texts = Texts({"星辰科技": "C001", "星辰科技公司": "C002", "ABC": "x", "1391": "*", "": "y"})
    assert texts.replaced("星辰科技公司和星辰科技,abc,号1391。") == "C002和C001,x,号*。"
    assert texts.replaced("abcd 13911 xabc 9abc") == "abcd 13911 xabc 9abc"  # of other words
    assert texts.found_in("星辰科技公司 ABC") == {"星辰科技公司", "星辰科技", "abc"}
    assert texts.replaced("İABC ßABC") == "İx ßx"  # which are longer in lower case
    assert texts.stand_in("在aBc里") and not texts.stand_in("星辰 科技") and not texts.stand_in("")
    assert Texts({}).replaced("abc") == "abc" and not Texts({}).stand_in("abc")
