"""``--password-file``: what it opens, and what is said where it can't be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

PASSWORD = "春天 2024!"
AS_OF = ("--as-of", "2024-05-20", "--format", "json")


@pytest.fixture
def encrypted(folder: Any) -> Path:
    """The folder's one file, with a password."""
    path = folder.root / "张伟.xlsx"
    plain = path.rename("plain.xlsx")
    with plain.open("rb") as file, path.open("wb") as target:
        OOXMLFile(file).encrypt(PASSWORD, target)
    plain.unlink()
    return path


@pytest.mark.parametrize(
    "arguments", [("check", "团队/张伟.xlsx"), ("merge", "团队"), ("report", "团队")]
)
def test_the_first_line_of_the_file_opens_encrypted_workbooks(
    encrypted: Path, run: Any, arguments: tuple[str, ...]
) -> None:
    Path("口令.txt").write_text(f"{PASSWORD}\nsecond line\n", encoding="utf-8-sig")
    shut = run(*arguments, *AS_OF)
    assert shut.code == 3 and ("encrypted" in shut.out) == (arguments[0] != "report")
    opened = run(*arguments, *AS_OF, "--password-file", "口令.txt")
    assert opened.code == 0 and "encrypted" not in opened.out
    assert PASSWORD not in opened.out + opened.err


def test_a_wrong_password_is_said_to_be_wrong(encrypted: Path, run: Any) -> None:
    Path("口令.txt").write_text("夏天", encoding="utf-8")
    ran = run("check", encrypted, "--lang", "zh", "--password-file", "口令.txt")
    assert ran.code == 3 and "提供的密码不对" in ran.out and "夏天" not in ran.out + ran.err


@pytest.mark.parametrize("content", [None, b"", b"\nx", b"\xff\xfe"])
def test_a_file_without_a_password_is_a_usage_mistake(
    folder: Any, run: Any, content: bytes | None
) -> None:
    if content is not None:
        Path("口令.txt").write_bytes(content)
    ran = run("merge", "团队", "--password-file", "口令.txt")
    assert ran.code == 2 and "口令.txt" in ran.err and not ran.out
    assert not (folder.root / "汇总").exists()
