"""``xlcrm archive``, as it is typed: each form record a workbook, in a folder a customer."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from xlcrm.filled_workbook.reading import read_file
from xlcrm.spec.loader import load_spec

AS_OF = ("--as-of", "2024-05-20")
JSON = ("--format", "json")
SPEC = load_spec()
HOME = Path("团队/汇总/归档")
VISIT = {
    "customer_name": "星辰科技",
    "time": "2024-05-14T10:00",
    "channel": "电话",
    "feedback": "要两周内交货",
    "topics": ["定期回访", "满意度调研"],
    "emotion": "满意",
    "recorder": "张伟",
}
SECRET = "海岳重工集团有限公司"


def visits(*changes: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {"revisit_record": [{**VISIT, **each} for each in changes]}


def filed(home: Path = HOME) -> dict[str, bytes]:
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file()
    }


def index(home: Path = HOME, name: str = "归档目录") -> list[tuple[Any, ...]]:
    (sheet,) = load_workbook(home / f"{name}.xlsx").worksheets
    return [tuple(row) for row in sheet.iter_rows(values_only=True)]


def everything(home: Path) -> str:
    """All text in the archive's files and their names."""
    texts = []
    for path in home.rglob("*"):
        texts.append(path.as_posix())
        if path.is_file():
            with zipfile.ZipFile(path) as package:
                texts += (package.read(name).decode() for name in package.namelist())
    return "\n".join(texts)


def test_each_form_is_a_workbook_named_by_customer_and_day(folder: Any, run: Any) -> None:
    folder.put("回访.xlsx", visits({}, {"time": "2024-05-14T16:00"}, {"customer_name": "云帆"}))
    ran = run("archive", "团队", *AS_OF, "--lang", "zh")
    assert (ran.code, ran.err) == (0, "") and "新归档 3" in ran.out
    files = ["云帆/云帆_2024-05-14.xlsx"]
    files += ["星辰科技/星辰科技_2024-05-14.xlsx", "星辰科技/星辰科技_2024-05-14_2.xlsx"]
    assert sorted(filed()) == sorted([*files, "归档目录.xlsx"])
    head, *rows = index()
    assert head[:6] == ("客户", "客户ID", "日期", "表", "负责人", "归档文件")
    assert sorted(row[5] for row in rows) == files
    assert {(str(row[2])[:10], row[3], row[7]) for row in rows} == {
        ("2024-05-14", "客户回访沟通记录表", None)
    }


def test_what_is_filed_says_all_that_the_record_says(folder: Any, run: Any) -> None:
    folder.put("回访.xlsx", visits({}))
    run("archive", "团队", *AS_OF)
    path = HOME / "星辰科技/星辰科技_2024-05-14.xlsx"
    (record,) = read_file(path, "归档", SPEC, own=True).records
    assert record.values == VISIT and not record.raw
    shown = [sheet.title for sheet in load_workbook(path) if sheet.sheet_state == "visible"]
    assert shown == ["客户回访沟通记录表"]
    # Found among people's files it is named and not read: it would be the same record again.
    shutil.copy(path, "团队/归档的.xlsx")
    files = run("merge", "团队", *AS_OF, *JSON).document["files"]
    assert {each["path"]: each["status"] for each in files}["归档的.xlsx"] == "skipped"


def test_what_is_unchanged_stays_byte_for_byte(folder: Any, run: Any) -> None:
    folder.put("回访.xlsx", visits({}, {"time": "2024-05-14T16:00"}))
    run("archive", "团队", *AS_OF)
    before = filed()
    assert "2 unchanged" in run("archive", "团队", "--as-of", "2024-05-27").out
    assert filed() == before
    # One more that day, before both, changes neither's name; one that changed is replaced.
    folder.put(
        "回访.xlsx",
        visits({"time": "2024-05-14T08:00"}, {}, {"time": "2024-05-14T16:00", "feedback": "取消"}),
    )
    document = run("archive", "团队", *AS_OF, *JSON).document
    names = [f"星辰科技/星辰科技_2024-05-14{n}.xlsx" for n in ("", "_2", "_3")]
    assert {each["path"]: each["status"] for each in document["files"]} == dict(
        zip(names, ("unchanged", "replaced", "written"), strict=True)
    )
    after = filed()
    assert after[names[0]] == before[names[0]] and after[names[1]] != before[names[1]]
    (record,) = read_file(HOME / names[1], "归档", SPEC, own=True).records
    assert record.values["feedback"] == "取消"


def test_what_the_lead_types_over_is_filed_too(folder: Any, run: Any) -> None:
    folder.put("回访.xlsx", visits({}))
    run("archive", "团队", *AS_OF)
    book = load_workbook("团队/汇总/客户沟通汇总.xlsx")
    sheet = book["客户回访沟通记录表"]
    (cell,) = (c for row in sheet.iter_rows() for c in row if c.value == VISIT["feedback"])
    cell.value = "三周内交货即可"
    book.save("团队/汇总/客户沟通汇总.xlsx")
    document = run("archive", "团队", *AS_OF, *JSON).document
    assert [each["status"] for each in document["files"]] == ["replaced"]
    (record,) = read_file(HOME / document["files"][0]["path"], "归档", SPEC, own=True).records
    assert record.values == {**VISIT, "feedback": "三周内交货即可"}


def test_a_customer_keeps_the_folder_whatever_it_is_called(folder: Any, run: Any) -> None:
    row = {"customer_id": "C001", "customer_type": "意向客户"}
    for name, day in (("星辰科技", "14"), ("星辰智能", "16")):
        folder.put("客户.xlsx", {"customer_base": [{**row, "customer_name": name}]})
        visit = {"customer_id": "C001", "customer_name": name, "time": f"2024-05-{day}T10:00"}
        folder.put(f"回访{day}.xlsx", visits(visit))
        run("archive", "团队", *AS_OF)
    names = ["星辰科技/星辰智能_2024-05-16.xlsx", "星辰科技/星辰科技_2024-05-14.xlsx"]
    assert sorted(filed()) == sorted([*names, "归档目录.xlsx"])


def test_a_record_that_is_gone_stays_filed(folder: Any, run: Any) -> None:
    folder.put("回访.xlsx", visits({}, {"customer_name": "云帆"}))
    run("archive", "团队", *AS_OF)
    before = filed()
    folder.put("回访.xlsx", visits({}))
    ran = run("archive", "团队", *AS_OF, "--lang", "zh")
    assert "云帆_2024-05-14.xlsx:汇总中已没有这条记录" in ran.out
    gone = "云帆/云帆_2024-05-14.xlsx"
    assert filed()[gone] == before[gone]
    assert {row[5]: row[7] for row in index()}[gone] == "汇总中已没有这条记录"


def test_confidential_records_are_left_out(folder: Any, run: Any) -> None:
    base = [
        {"customer_id": "C001", "customer_name": "星辰科技", "customer_type": "意向客户"},
        {
            "customer_id": "C002",
            "customer_name": SECRET,
            "customer_type": "意向客户",
            "confidentiality": "保密",
        },
    ]
    folder.put("客户.xlsx", {"customer_base": base})
    secret = {"feedback": "并购谈判", "time": "2024-05-15T10:00", "confidentiality": "保密"}
    told = {"customer_name": SECRET, "feedback": f"{SECRET}下月搬迁"}
    folder.put("回访.xlsx", visits({}, secret, told))
    ran = run("archive", "团队", *AS_OF, *JSON)
    assert sorted(filed()) == sorted(
        ["C002/C002_2024-05-14.xlsx", "归档目录.xlsx", "星辰科技/星辰科技_2024-05-14.xlsx"]
    )
    said = everything(HOME) + ran.out
    assert SECRET not in said and "并购谈判" not in said and "C002下月搬迁" in said
    (left,) = (each for each in ran.document["files"] if each["status"] == "left-out")
    assert (left["reason"], left["path"], left["record"]) == ("confidential", None, None)


def test_what_becomes_confidential_is_taken_out(folder: Any, run: Any) -> None:
    folder.put("回访.xlsx", visits({}, {"customer_name": SECRET}))
    run("archive", "团队", *AS_OF)
    assert SECRET in everything(HOME)
    row = {"customer_id": "C002", "customer_name": SECRET, "customer_type": "意向客户"}
    folder.put("客户.xlsx", {"customer_base": [{**row, "confidentiality": "保密"}]})
    folder.put("回访.xlsx", visits({"confidentiality": "保密"}, {"customer_name": SECRET}))
    run("archive", "团队", *AS_OF)
    assert SECRET not in everything(HOME)
    assert sorted(filed()) == ["C002/C002_2024-05-14.xlsx", "归档目录.xlsx"]


def test_a_level_that_nobody_understands_is_taken_for_confidential(folder: Any, run: Any) -> None:
    path = folder.put("回访.xlsx", visits({"confidentiality": "内部"}, {"customer_name": "云帆"}))
    book = load_workbook(path)
    sheet = book["客户回访沟通记录表"]
    (cell,) = (c for row in sheet.iter_rows() for c in row if c.value == "内部")
    cell.value = "绝密"
    book.save(path)
    run("archive", "团队", *AS_OF)
    assert sorted(filed()) == ["云帆/云帆_2024-05-14.xlsx", "归档目录.xlsx"]


HOSTILE = [
    *("CON", "aux.科技", "com1", "nul", "..", "../../外", "a/b\\c", 'x<y>:"|?*', "尾点...", " - "),
    *(
        "=HYPERLINK(1)",
        "长" * 300,
        "😀" * 80,
        "Abc",
        "ABC公司",
        "abc公司",
        "~$锁",
        "e\u0301té",
        "été",
    ),
]
DEVICES = {"con", "prn", "aux", "nul", *(f"{x}{n}" for x in ("com", "lpt") for n in range(10))}


def test_names_are_such_that_windows_takes_them(folder: Any, run: Any) -> None:
    changes = [{"customer_name": name, "feedback": str(n)} for n, name in enumerate(HOSTILE)]
    folder.put("回访.xlsx", visits(*changes))
    document = run("archive", "团队", *AS_OF, *JSON).document
    paths = [each["path"] for each in document["files"]]
    customers = len({each["customer"] for each in document["files"]})
    assert len(paths) == len({path.casefold() for path in paths}) >= len(HOSTILE) - 2
    folders = {path.rpartition("/")[0].casefold() for path in paths}
    assert len(folders) == customers
    assert sorted(filed()) == sorted([*paths, "归档目录.xlsx"])
    for path in paths:
        assert path.count("/") == 1 and len(path) < 120
        for part in path.split("/"):
            assert not re.search(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]', part), part
            assert part == part.strip(" .") and not part.startswith((".", "~", "=", "-")), part
            assert part.partition(".")[0].casefold() not in DEVICES and len(part.encode()) < 200


def test_a_file_of_somebody_else_is_never_replaced(folder: Any, run: Any) -> None:
    folder.put("回访.xlsx", visits({}))
    (HOME / "星辰科技").mkdir(parents=True)
    own = HOME / "星辰科技/星辰科技_2024-05-14.xlsx"
    own.write_bytes(b"mine")
    run("archive", "团队", *AS_OF)
    assert own.read_bytes() == b"mine"
    second = HOME / "星辰科技/星辰科技_2024-05-14_2.xlsx"
    book = load_workbook(second)
    book.save(second)  # somebody has looked at it, and typed something perhaps
    edited = second.read_bytes()
    folder.put("回访.xlsx", visits({"feedback": "取消"}))
    document = run("archive", "团队", *AS_OF, *JSON).document
    assert {each["path"]: (each["status"], each["reason"]) for each in document["files"]} == {
        "星辰科技/星辰科技_2024-05-14_3.xlsx": ("written", None),
        "星辰科技/星辰科技_2024-05-14_2.xlsx": ("kept", "edited"),
    }
    assert second.read_bytes() == edited


def test_a_record_without_date_or_customer_is_filed_too(folder: Any, run: Any) -> None:
    folder.put("回访.xlsx", {"revisit_record": [{"customer_id": "C009", "feedback": "好"}]})
    run("archive", "团队", *AS_OF)
    assert "C009/C009_无日期.xlsx" in filed()


def test_it_is_in_english_and_elsewhere_where_that_is_wanted(folder: Any, run: Any) -> None:
    folder.put("回访.xlsx", visits({}))
    ran = run("archive", "团队", "--to", "存/档", "--lang", "en", *AS_OF)
    assert ran.code == 0 and "Archive: 存/档" in ran.out and not HOME.exists()
    assert index(Path("存/档"), "Archive Index")[0][:3] == ("Customer", "Customer ID", "Date")
    assert "Revisit Record" in load_workbook("存/档/星辰科技/星辰科技_2024-05-14.xlsx").sheetnames


def test_there_is_one_index(folder: Any, run: Any) -> None:
    folder.put("回访.xlsx", visits({}))
    names = []
    for language in ("zh", "en", "zh"):
        run("archive", "团队", "--lang", language, *AS_OF)
        names += [path.name for path in HOME.glob("*.xlsx")]
    assert names == ["归档目录.xlsx", "Archive Index.xlsx", "归档目录.xlsx"]


@pytest.mark.parametrize("into", ["团队", "团队/归档"])
def test_it_is_not_put_among_what_people_fill(folder: Any, run: Any, into: str) -> None:
    folder.put("回访.xlsx", visits({}))
    before = filed(Path("团队"))
    ran = run("archive", "团队", "--to", into, *AS_OF)
    assert ran.code == 2 and "choose another folder" in ran.err
    assert filed(Path("团队")) == before


def test_the_document(folder: Any, run: Any) -> None:
    folder.put("回访.xlsx", visits({}))
    document = run("archive", "团队", *AS_OF, *JSON).document
    assert document == {
        "schema_version": 1,
        "archive": str(HOME.absolute()),
        "index": str((HOME / "归档目录.xlsx").absolute()),
        "files": [
            {
                "path": "星辰科技/星辰科技_2024-05-14.xlsx",
                "status": "written",
                "reason": None,
                "table": "revisit_record",
                "record": "星辰科技 · 2024-05-14 10:00",
                "customer": "星辰科技",
                "date": "2024-05-14",
                "source": "回访.xlsx · 客户回访沟通记录表",
            }
        ],
    }


def test_a_workbook_that_is_open_stays_and_the_rest_is_filed(
    folder: Any, run: Any, monkeypatch: Any
) -> None:
    folder.put("回访.xlsx", visits({}, {"customer_name": "云帆"}))
    run("archive", "团队", *AS_OF)
    before = filed()
    folder.put("回访.xlsx", visits({"feedback": "一"}, {"customer_name": "云帆", "feedback": "二"}))
    replace = Path.replace

    def in_use(self: Path, target: Path) -> Path:
        if "星辰科技" in Path(target).name:
            raise PermissionError(13, "in use", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", in_use)
    ran = run("archive", "团队", *AS_OF)
    assert ran.code == 4 and "open elsewhere" in ran.err
    after = filed()
    changed = {name for name in before if after[name] != before[name]}
    assert (
        changed == {"云帆/云帆_2024-05-14.xlsx", "归档目录.xlsx"} and after.keys() == before.keys()
    )
