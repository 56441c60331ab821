"""What may lie in a folder: files by odd names, what is no file, workbooks that are no .xlsx."""

from __future__ import annotations

import os
import socket
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from making import Case, Parts, bad, good, of, raw, zipped

_RETYPED = Path(__file__).parents[1] / "filled_workbook" / "files" / "retyped.xlsb"
_whole = raw(bytes)
_LONG = "长" * 83 + "..xlsx"  # 255 bytes


def _named(file: str | bytes, listed: str = "") -> Case:
    return Case(file, _whole, listed=listed)


NAMES = [
    _named("name/=EVILMARK().xlsx"),
    _named("name/@EVILMARK.xlsx"),
    _named('name/=HYPERLINK("EVILMARK").xlsx'),
    _named("name/--help.xlsx"),
    _named("name/-rf ~.xlsx"),
    _named("name/$(EVILMARK) `x`;x.xlsx"),
    _named("name/'quoted\".xlsx"),
    _named("name/a&b<c>d.xlsx"),
    _named("name/[red]x[/red].xlsx"),
    _named("name/%s%n{0}.xlsx"),
    _named("name/CON.xlsx"),
    _named("name/ blank .xlsx"),
    _named("name/a#b?c.xlsx"),
    _named("name/a.xlsx.exe.xlsx"),
    _named("name/🎉.xlsx"),
    _named("name/caf\u00e9.xlsx"),
    _named("name/cafe\u0301.xlsx"),
    _named("name/" + _LONG),
    _named("name/" + "/".join(["深" * 40] * 12) + "/a.xlsx"),
    _named("name/a\nb.xlsx", "name/a\\u000ab.xlsx"),
    _named("name/a\rb\tc.xlsx", "name/a\\u000db\\u0009c.xlsx"),
    _named(
        "name/\x1b[31mred\x1b]0;EVILMARK\x07.xlsx",
        "name/\\u001b[31mred\\u001b]0;EVILMARK\\u0007.xlsx",
    ),
    _named("name/a\u202excod.xlsx", "name/a\\u202excod.xlsx"),
    _named("name/a\u200b\u2066b.xlsx", "name/a\\u200b\\u2066b.xlsx"),
    _named("name/a\x85\x9bb.xlsx", "name/a\\u0085\\u009bb.xlsx"),
    _named(b"name/\xff\xfe\xd0.xlsx", "name/\\udcff\\udcfe\\udcd0.xlsx"),
    _named(b"name/\xb3\xc9\xb6\xbc.xlsx", "name/\\udcb3ɶ\\udcbc.xlsx"),
]


def _skipped(file: str, write: Callable[[Path], object], listed: str = "") -> Case:
    return Case(
        file,
        None,
        "skipped",
        "skipped-temporary",
        0,
        listed=listed,
        write=lambda path: (write(path), None)[1],
    )


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "readme.txt").write_bytes(b"x")


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))


def _device(path: Path) -> None:
    os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero: it never ends


def _closed(path: Path) -> None:
    path.write_bytes(zipped({}))
    path.chmod(0)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(65 * 1024 * 1024)


def specials() -> list[Case]:
    """What is no regular file; what can't be made here is left out."""
    found = [
        _skipped("special/fifo.xlsx", os.mkfifo),
        _skipped("special/socket.xlsx", _socket),
        _skipped("special/dangling.xlsx", lambda path: path.symlink_to("nowhere.xlsx")),
        _skipped("special/itself.xlsx", lambda path: path.symlink_to(path.name)),
        _skipped("special/passwd.xlsx", lambda path: path.symlink_to("/etc/passwd")),
        _skipped("special/zero.xlsx", lambda path: path.symlink_to("/dev/zero")),
        _skipped("special/loop", lambda path: path.symlink_to(path.parent)),
        _skipped("special/up.xlsx", lambda path: path.symlink_to("../..")),
        _skipped("special/a folder.xlsx", _folder, "special/a folder.xlsx/readme.txt"),
        _skipped("special/~$lock.xlsx", lambda path: path.write_bytes(b"\5EVIL")),
        _skipped("special/.xlsx", lambda path: path.write_bytes(b"PK\3\4")),
        Case("special/too large.xlsx", None, "rejected", "too-large", 0, write=_sparse),
    ]
    if os.geteuid() == 0:
        found.append(_skipped("special/device.xlsx", _device))
    else:
        found.append(Case("special/closed.xlsx", None, "rejected", "unreadable", 0, write=_closed))
    return found


def _binary(change: Callable[[Parts], object]) -> bytes:
    with zipfile.ZipFile(_RETYPED) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    return zipped(parts)


def _binary_cases() -> list[Case]:
    whole = _RETYPED.read_bytes()
    cases = [
        good("xlsb/good.xlsb", of(whole)),
        bad("xlsb/cut.xlsb", of(whole[:3000]), "unreadable"),
        bad("xlsb/named xlsx, cut.xlsx", of(whole[:3000]), "unreadable"),
    ]
    for part in ("xl/workbook.bin", "xl/worksheets/sheet1.bin", "xl/_rels/workbook.bin.rels"):
        name = part.rpartition("/")[2]
        cases += [
            bad(
                f"xlsb/{name} of zeros.xlsb",
                of(_binary(lambda parts, part=part: parts.update({part: b"\0" * 999}))),
                "not-a-workbook",
            ),
            bad(
                f"xlsb/{name} of ones.xlsb",
                of(_binary(lambda parts, part=part: parts.update({part: b"\xff" * 999}))),
                "not-a-workbook",
            ),
            bad(
                f"xlsb/{name} missing.xlsb",
                of(_binary(lambda parts, part=part: parts.pop(part))),
                "not-a-workbook",
            ),
        ]
    return cases


_ODS = "urn:oasis:names:tc:opendocument:xmlns"
_OPEN = (
    f'<office:document-content xmlns:office="{_ODS}:office:1.0" xmlns:table="{_ODS}:table:1.0" '
    f'xmlns:text="{_ODS}:text:1.0"><office:body><office:spreadsheet><table:table table:name="记录">'
)
_CLOSE = "</table:table></office:spreadsheet></office:body></office:document-content>"
_HEADER = ("记录ID", "客户名称", "沟通日期", "沟通方式", "关键内容记录")


def _talk(letter: int) -> tuple[str, ...]:
    return (f"J88{letter}01", "滨海医疗", "2024-05-14", "电话", "客户要求5月底前提交方案")


def _line(cells: tuple[str, ...], attributes: str = "") -> str:
    made = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{each}</text:p></table:table-cell>'
        for each in cells
    )
    return f"<table:table-row {attributes}>{made}</table:table-row>"


def _document(*extra: str, content: str | None = None, **parts: bytes) -> bytes:
    letter = len("".join(extra)) % 89
    rows = _line(_HEADER) + _line(_talk(letter))
    made = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": b"<manifest/>",
        "content.xml": (content or _OPEN + rows + "".join(extra) + _CLOSE).encode(),
    }
    return zipped({**made, **{name.replace("__", "/"): each for name, each in parts.items()}})


_EMPTY = "<table:table-cell/>"
_MILLIONS = 'table:number-rows-repeated="1048576"'
_FAR = (
    '<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
    "<text:p>x</text:p></table:table-cell>"
)

_DOCUMENTS = [
    good("ods/good.ods", of(_document()), rows=1),
    good(
        "ods/rows to the end.ods",
        of(_document(f"<table:table-row {_MILLIONS}>{_EMPTY}</table:table-row>")),
        rows=1,
    ),
    bad("ods/filled rows to the end.ods", of(_document(_line(("x",), _MILLIONS))), "too-large"),
    bad(
        "ods/all cells filled.ods",
        of(_document(f"<table:table-row {_MILLIONS}>{_FAR}</table:table-row>")),
        "not-a-workbook",
    ),
    bad(
        "ods/repeated beyond measure.ods",
        of(_document(_line(("x",), 'table:number-rows-repeated="99999999999999999999"'))),
        "not-a-workbook",
    ),
    bad(
        "ods/repeated by nothing.ods",
        of(_document(_line(("x",), 'table:number-rows-repeated="-1"'))),
        "not-a-workbook",
    ),
    bad("ods/content cut.ods", of(_document(content=_OPEN)), "unreadable"),
    bad("ods/content empty.ods", of(_document(content=" ")), "unreadable"),
    bad(
        "ods/no tables.ods",
        of(_document(content=_OPEN.partition("<table:table ")[0] + _CLOSE.partition("e>")[2])),
        "not-a-workbook",
    ),
    bad(
        "ods/entity.ods",
        of(_document(content="<!DOCTYPE a [<!ENTITY x 'EVILMARK'>]><a>&x;</a>")),
        "suspicious-archive",
    ),
    bad(
        "ods/encrypted.ods",
        of(_document(**{"META-INF__manifest.xml": b"<encryption-data/>"})),
        "encrypted",
    ),
    bad(
        "ods/without content.ods",
        of(zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"})),
        "not-a-workbook",
    ),
    good("ods/formula.ods", of(_document(_line(("=EVILMARK()",)))), rows=1),
]

_TEXT = "\n".join(",".join(row) for row in (_HEADER, _talk(90), _talk(91), _talk(92)))


def _csv(change: Callable[[str], str], encoding: str = "utf-8") -> Callable[[Parts], bytes]:
    """The table with ids of this case."""

    def make(parts: Parts) -> bytes:
        number = parts["xl/sharedStrings.xml"].partition(b">J1")[2][:3].decode()
        return change(_TEXT.replace("J88", f"J88{number}")).encode(encoding)

    return make


_TABLES = [
    good("csv/good.csv", _csv(str)),
    good("csv/good gb18030.csv", _csv(str, "gb18030")),
    bad("csv/utf-16.csv", _csv(str, "utf-16"), "not-a-workbook"),
    bad("csv/zero byte.csv", _csv(lambda text: text + "\0"), "not-a-workbook"),
    good("csv/late zero byte.csv", _csv(lambda text: text + "\n" * 9000 + "\0")),
    bad("csv/no text.csv", lambda parts: b"a,b\n\xff\xff\xff\n", "unreadable"),
    bad("csv/cut.csv", lambda parts: _csv(str)(parts)[:-1], "unreadable"),
    bad("csv/quote left open.csv", _csv(lambda text: text + '\n"J99'), "unreadable"),
    bad("csv/wide.csv", _csv(lambda text: text + "\n" + "," * 5_000_001), "too-large"),
    bad("csv/long.csv", _csv(lambda text: text + "\n,,,,,,,," * 600_000), "too-large"),
    bad("csv/large cell.csv", _csv(lambda text: text + "\n" + "x" * 200_000), "unreadable"),
    good("csv/formulas.csv", _csv(lambda text: text.replace("滨海医疗", "=EVILMARK()"))),
    good("csv/controls.csv", _csv(lambda text: text.replace("提交", "\x07\x1b[31m\u202e"))),
    good("csv/line ends.csv", _csv(lambda text: text.replace("\n", "\r\n", 1).replace("\n", "\r"))),
    bad("csv/html.csv", of(b"<html><table>"), "not-a-workbook"),
    bad("csv/pdf.csv", of(b"%PDF-1.7"), "not-a-workbook"),
]


def cases() -> list[Case]:
    """All of them; what this system can't make is left out."""
    found = [*_binary_cases(), *_DOCUMENTS, *_TABLES]
    return found if sys.platform == "win32" else [*found, *NAMES, *specials()]
