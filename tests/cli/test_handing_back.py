"""``check --return`` and ``merge --return``, as they are typed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

AS_OF = ("--as-of", "2024-05-20")
ZH = ("--lang", "zh", *AS_OF)


def test_check_says_what_went_back_and_what_did_not(folder: Any, run: Any) -> None:
    folder.put_wrong()
    (folder.root / "坏.xlsx").write_bytes(b"PK\3\4")
    done = run("check", "团队", "--return", "退回", *ZH)
    assert done.code == 3
    returned = Path("退回", "李娜.xlsx")
    assert f"退回 李娜.xlsx → {returned}(3 项)" in done.out
    assert "没有退回 坏.xlsx:这个文件读不出来" in done.out
    assert "没有要改的工作簿:1 个" in done.out
    assert returned.is_file()
    english = run("check", "团队", "--return", "back", "--lang", "en", *AS_OF)
    assert "in order, not returned: 1" in english.out


def test_the_documents_say_it_too(folder: Any, run: Any) -> None:
    folder.put_wrong()
    in_order, went = ({"reason": why, "detail": None} for why in ("in-order", None))
    for command, place in (
        (("check", "团队", "--return", "退回"), Path("退回")),
        (("merge", "团队", "--return"), Path("团队", "汇总", "退回")),
    ):
        returned = run(*command, *AS_OF, "--format", "json").document["returned"]
        workbook = str((place / "李娜.xlsx").absolute())
        assert returned == [
            {"path": "张伟.xlsx", "workbook": None, "findings": 0, **in_order},
            {"path": "李娜.xlsx", "workbook": workbook, "findings": 3, **went},
        ]


def test_merge_says_it_below_its_result(folder: Any, run: Any) -> None:
    folder.put_wrong()
    done = run("merge", "团队", "--return", *ZH)
    assert done.code == 0
    assert done.out.index("汇总表") < done.out.index("退回 李娜.xlsx")


def test_a_folder_that_is_read_is_no_place_to_return_to(folder: Any, run: Any) -> None:
    wrong = folder.put_wrong()
    assert run("merge", "团队", *AS_OF).code == 0  # what makes it a team's folder
    before = wrong.read_bytes()
    for command in (
        ("check", "团队", "--return", "团队"),
        ("check", "团队", "--return", Path("团队", "退回")),
        ("check", Path("团队", "李娜.xlsx"), "--return", "团队"),
        ("check", Path("团队", "李娜.xlsx"), "--return", Path("团队", "退回")),
    ):
        done = run(*command, *ZH)
        assert done.code == 2 and "请换" in done.err
    assert wrong.read_bytes() == before and not (folder.root / "退回").exists()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "command", [("check", "团队", "--return", "退回"), ("merge", "团队", "--return")]
)
def test_one_that_cannot_be_written_keeps_none_of_the_others(
    folder: Any, run: Any, command: tuple[str, ...], lang: str
) -> None:
    shutil.move(folder.put_wrong(), folder.root / "华东.xlsx")
    for place in ("华东", "华南"):
        (folder.root / place).mkdir()
        shutil.copy(folder.root / "华东.xlsx", folder.root / place / "李娜.xlsx")
    home = Path("退回") if command[0] == "check" else Path("团队", "汇总", "退回")
    home.mkdir(parents=True)
    (home / "华东").write_text("占用")  # where a folder is to be
    done = run(*command, "--lang", lang, *AS_OF)
    assert done.code == 2
    target = str(home / "华东" / "李娜.xlsx")
    (line,) = (each for each in done.out.splitlines() if target in each)
    says = {"zh": ("没有退回", "请看磁盘"), "en": ("not returned", "then run again")}[lang]
    assert line.startswith(says[0]) and says[1] in line
    assert {each.relative_to(home).as_posix() for each in home.rglob("*.xlsx")} == {
        "华东.xlsx",
        "华南/李娜.xlsx",
    }
    failed = run(*command, *AS_OF, "--format", "json").document["returned"][1]
    assert (failed["workbook"], failed["reason"]) == (None, "not-written")
    assert failed["detail"].startswith(target)
