"""``merge --encrypt``: master, state, backups, report and archive open with the password alone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msoffcrypto
import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import load_workbook

from xlcrm.filled_workbook.encryption import encrypted
from xlcrm.ledger import state
from xlcrm.pipeline import archive_marks

AS_OF = ("--as-of", "2024-05-20")
HOME = Path("团队/汇总")
MASTER = HOME / "客户沟通汇总.xlsx"
PASSWORD = "团队2024 pass"
SHEET = "沟通动态记录表"
CONTENT = "谈价格"

# Opens the workbook with and without its password, in LibreOffice.
OPENING = """
def opened(*properties):
    url = uno.systemPathToFileUrl(args[0])
    return desktop.loadComponentFromURL(url, "_blank", 0, (_property("Hidden", True), *properties))
book = opened(_property("Password", args[1]))
rows = book.Sheets.getByName(args[2]).createCursor()
rows.gotoEndOfUsedArea(False)
print([book.Sheets.getByName(args[2]).getCellByPosition(column, 2).String
       for column in range(rows.RangeAddress.EndColumn)])
"""


@pytest.fixture
def secret(folder: Any) -> tuple[str, str]:
    Path("密码.txt").write_text(f"{PASSWORD}\n", encoding="utf-8")
    Path("错.txt").write_text("another\n", encoding="utf-8")
    return ("--password-file", "密码.txt")


def opened(path: Path, password: str = PASSWORD) -> io.BytesIO:
    with path.open("rb") as file:
        office = msoffcrypto.OfficeFile(file)
        office.load_key(password=password, verify_password=True)
        made = io.BytesIO()
        office.decrypt(made)
    return made


def cells(path: Path) -> list[list[Any]]:
    return [
        list(row)
        for row in load_workbook(opened(path), read_only=True)[SHEET].iter_rows(values_only=True)
    ]


def is_plain(path: Path) -> bool:
    """Whether a file is a workbook, a state or text that anybody can read."""
    data = path.read_bytes()
    return data.startswith((b"PK", state.STATE)) or CONTENT.encode() in data


def plain_files() -> set[str]:
    return {path.relative_to(HOME).as_posix() for path in HOME.rglob("*") if path.is_file()} - {
        path.relative_to(HOME).as_posix()
        for path in HOME.rglob("*")
        if path.is_file() and not is_plain(path)
    }


def test_nothing_of_it_lies_in_plain(folder: Any, run: Any, secret: Any) -> None:
    # Plain runs before, whose backup and state are there.
    for content in ("一", CONTENT):
        folder.put("李娜.xlsx", talk(content))
        run("merge", "团队", *AS_OF)
    assert any("backups" in name for name in plain_files())
    assert run("merge", "团队", "--encrypt", *secret, *AS_OF).code == 0
    assert plain_files() == set()
    assert CONTENT in [cell for row in cells(MASTER) for cell in row]
    folder.put("李娜.xlsx", talk("三"))
    assert run("report", "团队", "--week", "2024-W20", *secret, *AS_OF).code == 0
    folder.put("回访.xlsx", {"revisit_record": [VISIT]})
    assert run("archive", "团队", *secret, *AS_OF).code == 0
    assert plain_files() == set()
    assert len(list(HOME.rglob("*.xlsx"))) >= 6
    filed = {path: path.read_bytes() for path in (HOME / "归档").rglob("*.xlsx")}
    assert "1 unchanged" in run("archive", "团队", *secret, *AS_OF).out
    assert {path: path.read_bytes() for path in filed} == filed


def test_what_is_filed_is_asked_once_what_it_is(
    folder: Any, run: Any, secret: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening one takes a tenth of a second; only what has changed since is opened again."""
    asked, ask = [], archive_marks.properties
    monkeypatch.setattr(
        archive_marks, "properties", lambda path, *more: asked.append(path.name) or ask(path, *more)
    )
    names = ["云帆", "星辰科技", "远航物流"]
    folder.put("回访.xlsx", {"revisit_record": [{**VISIT, "customer_name": n} for n in names]})
    run("merge", "团队", "--encrypt", *secret, *AS_OF)
    run("archive", "团队", *secret, *AS_OF)
    asked.clear()
    assert "3 unchanged" in run("archive", "团队", *secret, *AS_OF).out
    assert asked == ["归档目录.xlsx"]  # it was written last
    (filed,) = (HOME / "归档").rglob("云帆_*.xlsx")
    book = load_workbook(opened(filed))
    book.save(made := io.BytesIO())
    filed.write_bytes(encrypted(made.getvalue(), PASSWORD))
    asked.clear()
    said = run("archive", "团队", *secret, *AS_OF, "--format", "json").document["files"]
    assert asked == [filed.name] and {each["status"] for each in said} == {"unchanged"}
    (HOME / ".xlcrm" / "archive").unlink()
    asked.clear()
    assert "3 unchanged" in run("archive", "团队", *secret, *AS_OF).out
    assert len(asked) == 4


VISIT = {"customer_name": "星辰科技", "time": "2024-05-14T10:00", "feedback": CONTENT}


def talk(content: str) -> dict[str, Any]:
    values = {"record_id": "J002", "customer_name": "云帆", "date": "2024-05-14"}
    return {"communication_log": [{**values, "channel": "电话", "content": content}]}


def test_what_was_made_before_without_a_password_is_named(
    folder: Any, run: Any, secret: Any
) -> None:
    folder.put("回访.xlsx", {"revisit_record": [VISIT]})
    run("report", "团队", "--week", "2024-W20", *AS_OF)
    run("archive", "团队", *AS_OF)
    run("merge", "团队", "--audience", "team", *AS_OF)
    ran = run("merge", "团队", "--encrypt", *secret, *AS_OF)
    named = [line for line in ran.err.splitlines() if "without a password" in line]
    names = ("归档目录", "星辰科技_2024-05-14", "沟通效果分析周报_2024-W20")
    assert ran.code == 0 and len(named) == len(names)
    assert all(any(name in line for line in named) for name in names)
    for command in (["report", "团队", "--week", "2024-W20"], ["archive", "团队"]):
        run(*command, *secret, *AS_OF)
    assert run("merge", "团队", *secret, *AS_OF).err == ""


def test_it_stays_so_and_an_unchanged_run_leaves_it_alone(
    folder: Any, run: Any, secret: Any
) -> None:
    run("merge", "团队", "--encrypt", *secret, *AS_OF)
    before = MASTER.read_bytes()
    assert "Nothing has changed" in run("merge", "团队", *secret, *AS_OF).out
    assert MASTER.read_bytes() == before
    folder.put("李娜.xlsx", talk("要样品"))
    ran = run("merge", "团队", *secret, *AS_OF, "--format", "json")
    # The state was read: the other file was not read again.
    assert {each["path"]: each["status"] for each in ran.document["files"]} == {
        "张伟.xlsx": "unchanged",
        "李娜.xlsx": "merged",
    }
    assert not is_plain(MASTER) and "要样品" in [c for row in cells(MASTER) for c in row]


def test_what_the_lead_wrote_in_it_is_kept(folder: Any, run: Any, secret: Any) -> None:
    run("merge", "团队", "--encrypt", *secret, *AS_OF)
    book = load_workbook(opened(MASTER))
    header = [cell.value for cell in book[SHEET][2]]
    book[SHEET].cell(3, header.index("主管批注") + 1, "先报价")
    plain = io.BytesIO()
    book.save(plain)
    with MASTER.open("wb") as file:
        OOXMLFile(plain).encrypt(PASSWORD, file)
    folder.put("李娜.xlsx", talk("要样品"))
    assert run("merge", "团队", *secret, *AS_OF).code == 0
    notes = [row[header.index("主管批注")] for row in cells(MASTER)[2:]]
    assert sorted(map(str, notes)) == ["None", "先报价"]


@pytest.mark.parametrize("command", ["merge", "report", "archive"])
@pytest.mark.parametrize(
    ("given", "said"), [((), "has a password"), (("--password-file", "错.txt"), "does not open")]
)
def test_without_the_password_it_says_so_and_writes_nothing(
    folder: Any, run: Any, secret: Any, command: str, given: tuple[str, ...], said: str
) -> None:
    run("merge", "团队", "--encrypt", *secret, *AS_OF)
    folder.put("李娜.xlsx", talk("要样品"))
    before = {path: path.read_bytes() for path in HOME.rglob("*") if path.is_file()}
    for _ in range(2):
        ran = run(command, "团队", *given, *AS_OF)
        assert (ran.code, ran.out) == (2, "") and said in ran.err
        assert {path: path.read_bytes() for path in HOME.rglob("*") if path.is_file()} == before
        MASTER.unlink(missing_ok=True)  # what was known is no less secret
        before.pop(MASTER, None)


def test_the_password_can_be_taken_off(folder: Any, run: Any, secret: Any) -> None:
    run("merge", "团队", "--encrypt", *secret, *AS_OF)
    assert run("merge", "团队", "--no-encrypt", *secret, *AS_OF).code == 0
    assert SHEET in load_workbook(MASTER).sheetnames
    states = HOME.glob(".xlcrm/state/*/state")
    last = max(states, key=lambda path: path.stat().st_mtime_ns)
    assert is_plain(last)
    assert run("merge", "团队", *AS_OF).code == 0


def test_encrypting_needs_a_password(folder: Any, run: Any) -> None:
    ran = run("merge", "团队", "--encrypt", *AS_OF)
    assert (ran.code, ran.out) == (2, "") and "--password-file" in ran.err
    assert not MASTER.exists()


def test_nothing_plain_is_left_when_it_is_stopped(
    folder: Any, run: Any, secret: Any, monkeypatch: Any
) -> None:
    """When a file is sealed or replaced, none beside it can be read."""
    seen: list[set[str]] = []
    replace, seal = Path.replace, state.seal

    def looked_at(self: Path, target: Path) -> Path:
        seen.append(plain_files())
        return replace(self, target)

    def sealed(data: bytes, password: str) -> bytes:
        seen.append({path.name for path in HOME.rglob("state.*")})
        return seal(data, password)

    monkeypatch.setattr(Path, "replace", looked_at)
    monkeypatch.setattr(state, "seal", sealed)
    run("merge", "团队", "--encrypt", *secret, *AS_OF)
    assert len(seen) > 2 and not any(seen)


def test_libreoffice_opens_it_with_the_password(
    folder: Any, run: Any, secret: Any, soffice: Any
) -> None:
    run("merge", "团队", "--encrypt", *secret, *AS_OF)
    assert CONTENT in soffice.uno_script(OPENING, MASTER.absolute(), PASSWORD, SHEET)
    with pytest.raises(AssertionError):
        soffice.uno_script(OPENING, MASTER.absolute(), "wrong", SHEET)
